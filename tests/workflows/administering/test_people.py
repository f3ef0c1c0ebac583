"""Looking after people: invited, corrected, let in no more; on both engines."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.domain.access.policy import scope_of
from app.domain.access.queries import find_actor
from app.domain.access.values import Permission
from app.domain.people import queries as people
from app.foundation.audit import AuditEntry
from app.foundation.db import session
from app.foundation.errors import Conflict, Invalid, NotFound, Refused
from app.foundation.mail import MailMessage
from app.workflows import administering, entering
from tests import world
from tests.workflows.administering.players import PROFILE, admin, head, link_in, mails, manager


def test_an_invited_person_gets_one_mail_and_comes_in_by_its_link(land):
    invited = administering.invite(manager(), PROFILE, "596230")
    (message,) = mails("jana.nova@example.org")
    assert "Marie Malá" in message.text
    signed_in = entering.choose_password("invitation", link_in(message), "zelena zaba skace vysoko")
    assert find_actor(signed_in.session_token).person_id == invited.id


def test_an_invitation_is_audited_without_name_and_link(land):
    actor = manager()
    invited = administering.invite(actor, PROFILE, "596230")
    entry = session().scalar(select(AuditEntry).where(AuditEntry.action == "person.invite"))
    assert (entry.actor, entry.subject, entry.detail) == (
        actor.name,
        str(invited.public_id),
        {"unit": "596230"},
    )


def test_an_empty_latin_name_is_written_by_the_rule_of_the_language(land):
    invited = administering.invite(
        admin(),
        replace(PROFILE, family_name="Ђорђевић", given_name="Љубица", locale="sr"),
        "80039",
    )
    assert (invited.family_name_latin, invited.given_name_latin) == ("Đorđević", "Ljubica")


@pytest.mark.parametrize("code", ["585068", "CZ-K3131", "CZ", "80039", "nowhere"])
def test_a_manager_invites_nobody_outside_her_units(land, code):
    with pytest.raises(Invalid) as refusal:
        administering.invite(manager(), PROFILE, code)
    assert refusal.value.field == "unit"
    assert people.find_person_by_email("jana.nova@example.org") is None


def test_a_head_of_office_invites_for_her_municipality_only(land):
    administering.invite(head(), PROFILE, "596230")
    for code in ("595209", "CZ-O6115"):
        with pytest.raises(Invalid):
            administering.invite(
                world.act_as("head@example.org"), replace(PROFILE, email="x@example.org"), code
            )


@pytest.mark.parametrize(
    ("role", "code"), [("coordinator", "CZ-K3107"), ("trainer", "CZ-O6115"), ("auditor", "CZ")]
)
def test_other_roles_invite_nobody(land, role, code):
    actor = world.act_as(world.person("other@example.org", roles=((role, code),)))
    with pytest.raises((Refused, Invalid)):
        administering.invite(actor, PROFILE, "596230")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target_group", "boss"),
        ("locale", "de"),
        ("gender", "x"),
        ("email", "no address"),
        ("family_name", ""),
        ("given_name", "Jаna"),  # The а is Cyrillic.
        ("family_name_latin", "Нова"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_kept(land, field, value):
    with pytest.raises(Invalid) as refusal:
        administering.invite(manager(), replace(PROFILE, **{field: value}), "596230")
    assert refusal.value.field == field
    assert session().scalar(select(func.count()).select_from(MailMessage)) == 0


def test_an_email_in_other_letters_or_with_spaces_around_it_is_the_same(land):
    actor = manager()
    administering.invite(actor, PROFILE, "596230")
    with pytest.raises(Invalid) as refusal:
        administering.invite(actor, replace(PROFILE, email=" JANA.nova@example.ORG "), "595209")
    assert refusal.value.values == {"name": "Jana Nová", "unit": "Nové Veselí"}


def test_who_has_an_email_elsewhere_is_not_named(land):
    world.person("jana.nova@example.org", "585068", "Tajná", "Tereza")
    with pytest.raises(Invalid) as refusal:
        administering.invite(manager(), PROFILE, "596230")
    assert "Taj" not in str(refusal.value)


def test_a_new_invitation_voids_the_earlier_link(land):
    actor = manager()
    invited = administering.invite(actor, PROFILE, "596230")
    administering.resend_invitation(actor, invited.public_id)
    first, second = map(link_in, mails("jana.nova@example.org"))
    with pytest.raises(NotFound):
        entering.read_token("invitation", first)
    assert entering.read_token("invitation", second).id == invited.id


def test_who_has_a_password_is_not_invited_again(land):
    person = world.person()
    with pytest.raises(Conflict):
        administering.resend_invitation(manager(), person.public_id)


@pytest.mark.parametrize(
    "act",
    [
        administering.resend_invitation,
        administering.deactivate,
        administering.reactivate,
        lambda actor, who: administering.change_person(actor, who, PROFILE, "596230"),
    ],
)
def test_a_person_of_another_manager_does_not_exist(land, act):
    person = world.person("zlin@example.org", "585068")
    with pytest.raises(NotFound):
        act(manager(), person.public_id)
    with pytest.raises(NotFound):
        act(head(), world.person("zdar@example.org", "595209").public_id)


def test_a_deactivated_person_is_out_at_once_and_her_links_are_void(land):
    actor, person = manager(), world.person()
    entering.ask_for_reset(person.email)
    (message,) = mails(person.email)
    cookie = person.session_token
    administering.deactivate(actor, person.public_id)
    assert find_actor(cookie) is None
    administering.reactivate(actor, person.public_id)
    assert find_actor(cookie) is None
    with pytest.raises(NotFound):
        entering.read_token("reset", link_in(message))


def test_nobody_deactivates_herself(land):
    actor = manager()
    with pytest.raises(Conflict):
        administering.deactivate(actor, actor.public_id)


@pytest.mark.parametrize(
    "roles", [(("admin", None),), (("coordinator", "CZ-K3107"),), (("trainer", "596230"),)]
)
def test_nobody_touches_how_someone_with_more_rights_comes_in(land, roles):
    actor, person = head(), world.person("above@example.org", "596230", roles=roles)
    profile = entering.profile_of(person)
    with pytest.raises(Invalid) as refusal:
        administering.change_person(
            actor, person.public_id, replace(profile, email="mine@example.org"), "596230"
        )
    assert refusal.value.field == "email"
    with pytest.raises(Conflict):
        administering.deactivate(actor, person.public_id)
    changed = administering.change_person(
        actor, person.public_id, replace(profile, job_title="starosta"), "596230"
    )
    assert changed.job_title == "starosta"
    administering.deactivate(admin(), person.public_id)
    with pytest.raises(Conflict):
        administering.reactivate(actor, person.public_id)


def test_a_manager_looks_after_the_heads_of_office_below_her(land):
    person = world.person("tajemnik@example.org", "596230", roles=(("head-of-office", "596230"),))
    administering.deactivate(manager(), person.public_id)
    assert person.deactivated_at is not None


def test_a_changed_email_is_told_to_the_old_address_and_ends_every_sign_in(land):
    person = world.person()
    cookie = person.session_token
    profile = replace(entering.profile_of(person), email="eva.nova@example.org")
    administering.change_person(manager(), person.public_id, profile, "596230")
    assert find_actor(cookie) is None
    (message,) = mails("eva@example.org")
    assert "eva.nova@example.org" in message.text


def test_a_mistyped_invitation_is_void_and_goes_to_the_right_address(land):
    actor = manager()
    invited = administering.invite(actor, replace(PROFILE, email="jnaa@example.org"), "596230")
    profile = replace(entering.profile_of(invited), email="jana@example.org")
    administering.change_person(actor, invited.public_id, profile, "596230")
    (wrong,) = mails("jnaa@example.org")
    (right,) = mails("jana@example.org")
    with pytest.raises(NotFound):
        entering.read_token("invitation", link_in(wrong))
    assert entering.read_token("invitation", link_in(right)).id == invited.id


def test_who_moves_takes_no_completion_along(land):
    person = world.person()
    world.pass_test(world.act_as(person))
    administering.change_person(manager(), person.public_id, entering.profile_of(person), "595209")
    before = session().scalar(select(people.Unit.path).where(people.Unit.code == "596230"))
    from_zlin = scope_of(manager("m2@example.org", "CZ-O7213"), Permission.ENROLMENT_READ)
    taken = world.learning.enrolments.list_taken(
        scope_of(world.act_as("manager@example.org"), Permission.ENROLMENT_READ), person.id
    )
    assert [each.enrolment.unit_path for each in taken] == [before]
    assert world.learning.enrolments.list_taken(from_zlin, person.id) == []
