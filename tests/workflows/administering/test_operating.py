"""Letters, a territory's file, and the trail of all that was done; on both engines."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.access.policy import scope_of
from app.domain.access.values import Permission
from app.domain.people import queries as people
from app.domain.people.models import Person, Token
from app.domain.people.values import TrailFilter
from app.foundation import clock, mail, settings
from app.foundation.db import session, transaction
from app.foundation.errors import Invalid, NotFound, Refused
from app.foundation.mail import MailMessage
from app.workflows import administering
from tests import world
from tests.workflows.administering.players import PROFILE, admin, link_in, mails, manager


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
