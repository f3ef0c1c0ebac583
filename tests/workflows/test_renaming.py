"""A wrong name on certificates is put right by new ones, and what else they say stays; on both engines."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import date
from threading import Barrier, Event
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.assessments.models import Attempt
from app.domain.catalogue.values import CertificateKind, CertificateRule
from app.domain.certificates.models import RegisterEntry
from app.domain.certificates.values import Name
from app.domain.people.models import Person
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import db, session, transaction
from app.foundation.errors import Conflict, Invalid, NotFound, Refused
from app.foundation.mail import MailMessage
from app.workflows import adjusting, certifying, registering, renaming, rendering, sealing
from app.workflows.renaming import Wanted
from tests import world
from tests.world import certificates_of

RIGHT = Name("Nováková-Malá", "Eva", "Novakova-Mala", "Eva")
CHANGED = (*RIGHT.__dataclass_fields__, "number", "code", "verify_url", "issued_on")
WHY = "She married."
SYSTEM = Actor.system("test")


@pytest.fixture
def holder(land) -> Person:
    """Somebody with two certificates, one of them for ever, earned on a day that is long past."""
    person = world.person("eva@example.org")
    with transaction():
        world.publish(world.course("records", certificate=CertificateRule(CertificateKind.EXAM)))
    for slug, day in (("open-data", "2026-03-01T10:00+01:00"), ("records", "2026-03-02T10:00+01:00")):
        with clock.at(world.moment(day)):
            world.pass_test(world.act_as(person), slug)
    return person


def wanted(person: Person, name: Name = RIGHT, reason: str = WHY) -> Wanted:
    return Wanted(tuple(each.code for each in certificates_of(person)), name, reason)


def fault() -> str | None:
    sealing.seal(Actor.system("seal"))
    return registering.verify(SYSTEM).fault


def test_each_certificate_is_superseded_by_one_that_differs_in_name_number_and_day_alone(holder, manager):
    assert renaming.correct(manager, holder.public_id, wanted(holder)) == 2
    first, second, *fresh = certificates_of(holder)
    for old, new in zip((first, second), fresh, strict=True):
        said, before = certifying.snapshot_of(new), certifying.snapshot_of(old)
        assert (said.family_name, said.family_name_latin) == ("Nováková-Malá", "Novakova-Mala")
        assert replace(said, **{name: getattr(before, name) for name in CHANGED}) == before
        assert said.completed_on == before.completed_on < date(2026, 3, 3)
        assert (old.successor, old.is_current, new.is_current) == (new.number, False, True)
        assert new.valid_until == old.valid_until
    assert fault() is None


def test_the_register_says_who_and_why_and_the_holder_gets_one_mail_with_all_numbers(holder, manager):
    renaming.correct(manager, holder.public_id, wanted(holder))
    first, second, third, fourth = certificates_of(holder)
    entries = session().scalars(select(RegisterEntry).where(RegisterEntry.kind == "superseded")).all()
    assert {(each.actor, each.reason) for each in entries} == {(manager.name, WHY)}
    letters = session().scalars(select(MailMessage).where(MailMessage.recipient == "eva@example.org")).all()
    assert len(letters) == 1
    assert f"{first.number} → {third.number}" in letters[0].text
    assert f"{second.number} → {fourth.number}" in letters[0].html
    assert WHY in letters[0].text
    audited = session().scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert audited == "certificate.rename"


def test_the_new_documents_are_made_and_everything_is_well_with_the_register(holder, manager):
    for each in certificates_of(holder):
        rendering.render(SYSTEM, each.code)
    renaming.correct(manager, holder.public_id, wanted(holder))
    for each in certificates_of(holder)[2:]:
        rendering.render(SYSTEM, each.code)
    assert all(each.signed_digest for each in certificates_of(holder))
    assert fault() is None


def test_a_second_click_is_told_that_it_is_done(holder, manager):
    given = wanted(holder)
    renaming.correct(manager, holder.public_id, given)
    with pytest.raises(Conflict, match="revoked or superseded already"):
        renaming.correct(manager, holder.public_id, given)
    assert len(certificates_of(holder)) == 4


def test_of_two_clicks_at_the_same_moment_one_counts(app, holder, manager):
    given, ready = wanted(holder), Barrier(2)

    def click() -> str:
        with app.app_context():
            ready.wait()
            try:
                return str(renaming.correct(manager, holder.public_id, given))
            except Conflict:
                return "conflict"
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        told = sorted(answer.result() for answer in [pool.submit(click) for _each in range(2)])
    assert told == ["2", "conflict"]
    assert len(certificates_of(holder)) == 4
    assert fault() is None


def test_a_look_at_the_change_writes_nothing(holder, manager):
    changes = renaming.preview(manager, holder.public_id, wanted(holder))
    assert [each.said.family_name for each in changes] == ["Nováková-Malá"] * 2
    assert len(certificates_of(holder)) == 2
    assert session().scalar(select(MailMessage.id)) is None


def test_certificates_that_say_the_name_already_stay(holder, manager):
    given = wanted(holder)
    renaming.correct(manager, holder.public_id, replace(given, codes=given.codes[:1]))
    rest = [each.code for each in certificates_of(holder) if each.superseded_at is None]
    assert renaming.correct(manager, holder.public_id, replace(given, codes=tuple(rest))) == 1
    with pytest.raises(Invalid, match="say this name already"):
        renaming.correct(manager, holder.public_id, wanted_of_those_in_force(holder))


def wanted_of_those_in_force(person: Person) -> Wanted:
    return Wanted(
        tuple(each.code for each in certificates_of(person) if each.superseded_at is None), RIGHT, WHY
    )


@pytest.mark.parametrize(
    ("field", "name", "reason"),
    [
        ("family_name", Name("李", "Eva", "Nova", "Eva"), WHY),
        ("given_name", Name("Nová", "李", "Nova", "Eva"), WHY),
        ("family_name", Name("<b>", "Eva", "", ""), WHY),
        ("family_name_latin", Name("Нова", "Ева", "Нова", "Eva"), WHY),
        ("given_name", Name("Nová", " ", "", ""), WHY),
        ("reason", RIGHT, "  "),
        ("reason", RIGHT, "x" * 301),
    ],
)
def test_what_cannot_be_is_refused_at_its_place_and_nothing_is_written(holder, manager, field, name, reason):
    with pytest.raises(Invalid) as refused:
        renaming.correct(manager, holder.public_id, wanted(holder, name, reason))
    assert refused.value.field == field
    assert len(certificates_of(holder)) == 2


def test_no_certificate_chosen_is_refused(holder, manager):
    with pytest.raises(Invalid) as refused:
        renaming.correct(manager, holder.public_id, Wanted((), RIGHT, WHY))
    assert refused.value.field == "codes"


def test_one_that_is_revoked_stays_as_it_is(holder, manager):
    given = wanted(holder)
    certifying.revoke(SYSTEM, given.codes[0], "Issued by mistake.")
    with pytest.raises(Conflict):
        renaming.correct(manager, holder.public_id, given)
    assert len(certificates_of(holder)) == 2


def test_one_that_has_expired_can_be_corrected_and_the_new_one_has_expired_too(holder, manager):
    given = wanted(holder)
    with clock.at(world.moment("2030-01-01T12:00+01:00")):
        renaming.correct(manager, holder.public_id, replace(given, codes=given.codes[:1]))
    fresh = certificates_of(holder)[-1]
    assert fresh.valid_until == date(2029, 3, 1)
    assert fresh.state_on(date(2030, 1, 1)).value == "expired"


def test_a_latin_name_that_is_left_empty_follows_the_rule_of_the_language(land, manager):
    person = world.person("jelena@example.org", locale="sr")
    world.pass_test(world.act_as(person))
    renaming.correct(manager, person.public_id, wanted(person, Name("Ђорђевић", "Јелена", "", "")))
    said = certifying.snapshot_of(certificates_of(person)[-1])
    assert (said.family_name_latin, said.given_name_latin) == ("Đorđević", "Jelena")


@pytest.mark.parametrize(
    ("roles", "error"),
    [
        ((("manager", "CZ-O7213"),), NotFound),
        ((("head-of-office", "596230"),), Refused),
        ((("coordinator", "CZ-K3107"),), Refused),
        ((), Refused),
    ],
)
def test_nobody_else_corrects_names(holder, roles, error):
    other = world.act_as(world.person("other@example.org", "585068", roles=roles))
    with pytest.raises(error):
        renaming.correct(other, holder.public_id, wanted(holder))


def test_a_code_of_somebody_else_is_not_found(holder, manager):
    stranger = world.person("stranger@example.org")
    world.pass_test(world.act_as(stranger))
    given = replace(wanted(holder), codes=(certificates_of(stranger)[0].code,))
    with pytest.raises(NotFound):
        renaming.correct(manager, holder.public_id, given)
    with pytest.raises(NotFound):
        renaming.correct(manager, uuid4(), given)


def test_nobody_corrects_her_own(land):
    own = world.person("own@example.org", "595209", roles=(("manager", "CZ-O6115"),))
    world.pass_test(world.act_as(own))
    with pytest.raises(Conflict):
        renaming.correct(world.act_as(own), own.public_id, wanted(own))


def test_an_annulment_at_the_same_moment_leaves_no_certificate_in_force(app, holder, manager, monkeypatch):
    teacher = world.act_as(world.person("method@example.org", "595209", roles=(("methodologist", "CZ"),)))
    attempts = session().scalars(select(Attempt.public_id)).all()
    given, person_id, supersede = wanted(holder), holder.public_id, certifying.supersede
    halfway, go_on = Event(), Event()

    def wait_then_supersede(*said: object) -> object:
        halfway.set()
        go_on.wait(10)
        return supersede(*said)

    def do(act: Callable[..., object], *said: object, **more: object) -> None:
        with app.app_context():
            act(*said, **more)
            db.session.remove()

    session().rollback()
    monkeypatch.setattr(certifying, "supersede", wait_then_supersede)
    with ThreadPoolExecutor(3) as both:
        acts = [both.submit(do, renaming.correct, manager, person_id, given)]
        assert halfway.wait(10)
        acts += [
            both.submit(do, adjusting.annul, teacher, each, "Not her own work.", gives_back=False)
            for each in attempts
        ]
        wait(acts, timeout=1)
        go_on.set()
        for act in acts:
            act.result()
    assert [
        each.number for each in certificates_of(holder) if not (each.revoked_at or each.superseded_at)
    ] == []
    assert fault() is None
