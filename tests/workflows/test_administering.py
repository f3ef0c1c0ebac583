"""Looking after people, roles, issuers and letters, on both engines."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy import func, select

from app.domain.access.policy import scope_of
from app.domain.access.queries import find_actor
from app.domain.access.values import Actor, Permission, Role
from app.domain.people import queries as people
from app.domain.people.models import Person, RoleGrant, Token
from app.domain.people.values import Profile, TrailFilter
from app.domain.territory import queries as territory
from app.foundation import clock, mail, settings
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.foundation.errors import Conflict, Invalid, NotFound, Refused
from app.foundation.files import store
from app.foundation.mail import MailMessage
from app.workflows import administering, entering, importing
from tests import world

PROFILE = Profile(
    email="Jana.Nova@Example.org",
    family_name="Nová",
    given_name="Jana",
    family_name_latin="",
    given_name_latin="",
    target_group="official",
    job_title="matrikářka",
    locale="cs",
)
SYSTEM = Actor.system("test")


def manager(email="manager@example.org", unit="CZ-O6115"):
    return world.act_as(world.person(email, "595209", "Malá", "Marie", roles=(("manager", unit),)))


def head():
    return world.act_as(
        world.person("head@example.org", "596230", "Hlavní", "Hana", roles=(("head-of-office", "596230"),))
    )


def admin(email="admin@example.org"):
    return world.act_as(world.person(email, roles=(("admin", None),)))


def mails(recipient):
    return list(
        session().scalars(
            select(MailMessage).where(MailMessage.recipient == recipient).order_by(MailMessage.id)
        )
    )


def link_in(message):
    return message.text.split("http://localhost")[1].split()[0].rsplit("/", 1)[1]


# People.


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
            administering.invite(head_again(), replace(PROFILE, email="x@example.org"), code)


def head_again():
    return world.act_as("head@example.org")


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


# Roles.


def test_a_role_works_at_the_next_request_and_is_gone_at_the_next(land):
    person = world.person()
    made = administering.grant_role(admin(), person.email, Role.COORDINATOR, "CZ-K3107")
    scope = scope_of(find_actor(person.session_token), Permission.REPORT_READ)
    assert scope.paths == (territory.get_unit("CZ-K3107").path,)
    administering.end_role(world.act_as("admin@example.org"), made.public_id)
    actor = find_actor(person.session_token)
    assert scope_of(actor, Permission.REPORT_READ).paths == ()


def test_an_administrator_of_a_region_grants_within_it_only(land):
    world.person()
    actor = world.act_as(world.person("region@example.org", roles=(("admin", "CZ-K3107"),)))
    administering.grant_role(actor, "eva@example.org", Role.MANAGER, "CZ-O6115")
    for role, code in ((Role.MANAGER, "CZ-O7213"), (Role.MANAGER, "CZ"), (Role.ADMIN, None)):
        with pytest.raises(Invalid):
            administering.grant_role(actor, "eva@example.org", role, code)
    elsewhere = administering.grant_role(admin(), "eva@example.org", Role.COORDINATOR, "CZ-K3131")
    with pytest.raises(NotFound):
        administering.end_role(actor, elsewhere.public_id)


@pytest.mark.parametrize(
    "role", ["manager", "head-of-office", "coordinator", "trainer", "methodologist", "auditor"]
)
def test_only_administrators_grant_and_end(land, role):
    world.person()
    actor = world.act_as(world.person("other@example.org", roles=((role, "CZ"),)))
    with pytest.raises(Refused):
        administering.grant_role(actor, "eva@example.org", Role(role), "CZ")
    given = administering.grant_role(SYSTEM, "eva@example.org", Role.TRAINER, "CZ")
    with pytest.raises(Refused):
        administering.end_role(actor, given.public_id)


@pytest.mark.parametrize(
    ("role", "code", "field"),
    [
        (Role.LEARNER, "CZ", "role"),
        (Role.MANAGER, None, "unit"),
        (Role.MANAGER, "nowhere", "unit"),
        (Role.AUDITOR, "", "unit"),
    ],
)
def test_what_cannot_be_granted_is_refused_at_its_field(land, role, code, field):
    world.person()
    with pytest.raises(Invalid) as refusal:
        administering.grant_role(admin(), "eva@example.org", role, code)
    assert refusal.value.field == field


def test_the_same_role_at_the_same_unit_is_not_granted_twice(land):
    world.person()
    actor = admin()
    administering.grant_role(actor, "eva@example.org", Role.MANAGER, "CZ-O6115")
    with pytest.raises(Invalid):
        administering.grant_role(actor, "eva@example.org", Role.MANAGER, "CZ-O6115")
    assert session().scalar(select(func.count()).where(RoleGrant.role == "manager")) == 1


def test_nobody_ends_her_own_administration(land):
    actor = admin()
    own = session().scalar(select(RoleGrant).where(RoleGrant.person_id == actor.person_id))
    with pytest.raises(Conflict):
        administering.end_role(actor, own.public_id)


def test_a_coordinator_without_a_unit_sees_nothing(land):
    world.person("c@example.org")
    with pytest.raises(Invalid):
        administering.grant_role(SYSTEM, "c@example.org", Role.COORDINATOR, None)
    scope = scope_of(world.act_as("c@example.org"), Permission.REPORT_READ)
    assert scope.paths == ()
    assert not scope.everything


def test_the_first_administrator_comes_in_by_the_link_that_is_printed(land):
    path = administering.create_admin(SYSTEM, replace(PROFILE, email=" Root@Example.org"), "CZ")
    entering.choose_password("invitation", path.rsplit("/", 1)[1], "zelena zaba skace vysoko")
    assert scope_of(world.act_as("root@example.org"), Permission.ROLE_GRANT).everything


def test_an_administrator_of_a_region_makes_none_of_everything(land):
    actor = world.act_as(world.person("region@example.org", roles=(("admin", "CZ-K3107"),)))
    with pytest.raises(Refused):
        administering.create_admin(actor, PROFILE, "CZ")


# Issuers.


PARTICULARS = replace(world.ISSUER, legal_name="Město Žďár", prefix="CZ-ZR")


def picture(size=(300, 100), **text):
    info = PngImagePlugin.PngInfo()
    for key, value in text.items():
        info.add_text(key, value)
    out = BytesIO()
    Image.new("RGB", size, "navy").save(out, "PNG", pnginfo=info)
    return out.getvalue()


def test_a_manager_keeps_the_issuers_of_her_units_and_no_other(land):
    actor = manager()
    kept = administering.keep_issuer(actor, "CZ-O6115", PARTICULARS)
    assert kept.prefix == "CZ-ZR"
    for code in ("CZ-O7213", "CZ-K3107", "CZ"):
        with pytest.raises(NotFound):
            administering.keep_issuer(actor, code, replace(PARTICULARS, prefix="X"))


def test_two_issuers_never_share_a_prefix(land):
    with pytest.raises(Invalid) as refusal:
        administering.keep_issuer(manager(), "CZ-O6115", replace(PARTICULARS, prefix="CZ"))
    assert (refusal.value.field, refusal.value.values["issuer"]) == ("prefix", "Ukázkový úřad")


@pytest.mark.parametrize(
    "prefix", ["", "cz", "ČZ", "CZ-", "-CZ", "CZ ZR", "A" * 11, "CZ/1", "CZ\n", "AAAAAAAAAA-BBBBBBBBBB"]
)
def test_a_prefix_that_a_number_cannot_begin_with_is_refused(land, prefix):
    with pytest.raises(Invalid) as refusal:
        administering.keep_issuer(manager(), "CZ-O6115", replace(PARTICULARS, prefix=prefix))
    assert refusal.value.field == "prefix"


def test_a_prefix_that_certificates_may_carry_is_an_administrators_to_change(land):
    actor = manager()
    administering.keep_issuer(actor, "CZ-O6115", PARTICULARS)
    with pytest.raises(Invalid):
        administering.keep_issuer(actor, "CZ-O6115", replace(PARTICULARS, prefix="CZ-Z"))
    assert (
        administering.keep_issuer(admin(), "CZ-O6115", replace(PARTICULARS, prefix="CZ-Z")).prefix == "CZ-Z"
    )


@pytest.mark.parametrize(
    ("field", "value", "at"),
    [
        ("legal_name", " ", "legal_name"),
        ("legal_name", "Úřad 𝔘", "legal_name"),
        ("signatory", "Jana\u200b Nová", "signatory"),
        ("signatory", "Jana 木", "signatory"),
        ("place", "x" * 121, "place"),
        ("function", {}, "function"),
        ("function", {"cs": " ", "de": "Leiterin"}, "function"),
        ("function", {"cs": "ředitelka 木"}, "function_cs"),
        ("legal_line", {"en": "x" * 301}, "legal_line_en"),
    ],
)
def test_particulars_that_no_certificate_could_show_are_refused_where_they_stand(land, field, value, at):
    with pytest.raises(Invalid) as refusal:
        administering.keep_issuer(manager(), "CZ-O6115", replace(PARTICULARS, **{field: value}))
    assert refusal.value.field == at
    assert territory.find_issuer(territory.get_unit("CZ-O6115").id) is None


def test_a_logo_is_kept_without_what_was_written_into_it(land):
    data = picture(Author="SECRET-CAMERA")
    assert b"SECRET-CAMERA" in data
    issuer = administering.keep_issuer(manager(), "CZ-O6115", PARTICULARS, data)
    stored = store().get(issuer.logo)
    assert b"SECRET-CAMERA" not in stored
    assert Image.open(BytesIO(stored)).size == (300, 100)


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a" + b"\0" * 100,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        picture()[:60],
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        picture((4001, 1)),
        picture() + b"\0" * 200_000,
    ],
    ids=["gif", "hollow", "torn", "svg", "wide", "heavy"],
)
def test_what_is_no_small_png_is_no_logo(land, data):
    with pytest.raises(Invalid) as refusal:
        administering.keep_issuer(manager(), "CZ-O6115", PARTICULARS, data)
    assert refusal.value.field == "logo"


def test_a_logo_stays_until_it_is_dropped(land):
    actor = manager()
    first = administering.keep_issuer(actor, "CZ-O6115", PARTICULARS, picture()).logo
    yaml = (
        'legal_name: "Město"\nregistration_number: "1"\nprefix: CZ-ZR\nsignatory: "Jan"\n'
        'function: {cs: "tajemník"}\nplace: "Žďár"\n'
    )
    assert importing.import_issuer(SYSTEM, "CZ-O6115", yaml.encode(), "issuer.yaml") == ()
    assert territory.find_issuer(territory.get_unit("CZ-O6115").id).logo == first
    assert administering.keep_issuer(actor, "CZ-O6115", PARTICULARS, is_logo_dropped=True).logo is None


@pytest.mark.parametrize("language", ["cs", "en", "sr-Cyrl", "sr-Latn", "uk", "bg"])
def test_a_specimen_is_drawn_and_leaves_nothing_behind(land, language):
    before = set(store().list_digests())
    entries = session().scalar(select(func.count()).select_from(AuditEntry))
    assert administering.draw_specimen(admin(), "CZ", language).startswith(b"%PDF")
    assert set(store().list_digests()) == before
    session().rollback()
    assert session().scalar(select(func.count()).select_from(AuditEntry)) == entries


def test_a_specimen_is_shown_to_who_may_keep_the_issuer(land):
    with pytest.raises(NotFound):
        administering.draw_specimen(manager(), "CZ", "cs")
    with pytest.raises(NotFound):
        administering.draw_specimen(admin(), "CZ", "de")
    with pytest.raises(NotFound):
        administering.draw_specimen(world.act_as("admin@example.org"), "CZ-O6115", "cs")


# Letters and files.


@pytest.fixture
def letters(land):
    folder = settings.current().instance / "mail"
    for path in folder.glob("*.eml") if folder.exists() else ():
        path.unlink()
    with transaction():
        for recipient in ("eva@example.org", "zlin@example.org"):
            mail.post(recipient, f"To {recipient}", "text", "<p>text</p>")
    for message in session().scalars(select(MailMessage).order_by(MailMessage.id)):
        mail.send(mail.compose(message, settings.current()), settings.current())


def test_letters_lie_newest_first_until_a_server_sends_them(letters):
    found, count = administering.list_letters(admin(), 1, 50)
    assert (count, len(found)) == (2, 2)
    assert {filed.letter.recipient for filed in found} == {"eva@example.org", "zlin@example.org"}
    assert administering.read_letter(world.act_as("admin@example.org"), found[0].public_id).text == "text\n"


def test_an_administrator_of_a_region_reads_no_letter_to_another(letters):
    world.person()
    world.person("zlin@example.org", "585068")
    actor = world.act_as(world.person("region@example.org", roles=(("admin", "CZ-K3107"),)))
    found, count = administering.list_letters(actor, 1, 50)
    assert [filed.letter.recipient for filed in found] == ["eva@example.org"]
    assert count == 1
    everyone, _ = administering.list_letters(admin(), 1, 50)
    foreign = next(filed for filed in everyone if filed.letter.recipient == "zlin@example.org")
    with pytest.raises(NotFound):
        administering.read_letter(actor, foreign.public_id)


def test_nobody_but_administrators_reads_letters(letters):
    with pytest.raises(Refused):
        administering.list_letters(manager(), 1, 50)


def test_the_territory_is_changed_by_who_looks_after_all_of_it(land):
    digest = administering.keep_territory_file(admin(), b"code\n")
    assert administering.read_territory_file(world.act_as("admin@example.org"), digest) == b"code\n"
    actor = world.act_as(world.person("region@example.org", roles=(("admin", "CZ-K3107"),)))
    for act in (
        lambda: administering.keep_territory_file(actor, b"code\n"),
        lambda: administering.read_territory_file(actor, digest),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Refused):
        administering.keep_territory_file(manager(), b"code\n")
    with pytest.raises(Invalid):
        administering.keep_territory_file(world.act_as("admin@example.org"), b" \n")


# The trail.


def trail(reader, **asked):
    scope = scope_of(reader, Permission.AUDIT_READ)
    return people.list_audit_entries(scope, TrailFilter(**asked), 1, 50)


def test_the_trail_is_found_by_who_what_whom_and_when(land):
    actor = manager()
    invited = administering.invite(actor, PROFILE, "596230")
    whole = admin()
    assert [entry.action for entry in trail(whole, actor="Malá", action="person.invite")[0]] == [
        "person.invite"
    ]
    assert [entry.subject for entry in trail(whole, subject="jana.nova@")[0]] == [str(invited.public_id)]
    assert trail(whole, actor="nobody at all")[1] == 0
    assert trail(whole, end=clock.now() - timedelta(hours=1))[1] == 0
    assert trail(whole, begin=clock.now() - timedelta(hours=1), action="person.invite")[1] == 1


def test_an_auditor_of_a_country_sees_no_trail_of_another(land):
    administering.invite(admin(), replace(PROFILE, email="rs@example.org", locale="sr_Latn"), "80039")
    serbian = world.act_as(world.person("mrs@example.org", "80039", roles=(("manager", "RS-07"),)))
    administering.invite(serbian, replace(PROFILE, email="rs2@example.org", locale="sr_Latn"), "80039")
    czech = world.act_as(world.person("auditor@example.org", roles=(("auditor", "CZ"),)))
    entries, count = trail(czech)
    assert serbian.name not in {entry.actor for entry in entries}
    assert count == len(entries) == 1
    scope = scope_of(czech, Permission.AUDIT_READ)
    assert people.list_names(scope, [serbian.name, czech.name, "seal"]) == {czech.name: "Eva Nováková"}
    assert people.list_audited_actions(scope) == ["person.invite"]
    assert people.count_unsealed_entries(scope) == 1


def test_whoever_waits_for_a_mail_is_counted_within_the_scope(land):
    administering.invite(manager(), PROFILE, "596230")
    assert people.count_waiting_mails(scope_of(admin(), Permission.MAIL_READ)) == 1
    elsewhere = world.act_as(world.person("z@example.org", roles=(("admin", "CZ-K3131"),)))
    assert people.count_waiting_mails(scope_of(elsewhere, Permission.MAIL_READ)) == 0


def test_the_secret_of_a_link_is_not_kept(land):
    administering.invite(manager(), PROFILE, "596230")
    (message,) = mails("jana.nova@example.org")
    token = session().scalar(select(Token))
    assert link_in(message) != token.digest
    assert (
        session().scalar(select(Person.password_hash).where(Person.email == "jana.nova@example.org")) is None
    )
