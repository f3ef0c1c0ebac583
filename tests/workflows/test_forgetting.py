"""When the keeping period of somebody who was erased is over, her name leaves the register; on both engines."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates.models import Certificate, RegisterEntry
from app.domain.certificates.queries import keys
from app.domain.territory import queries as territory
from app.domain.territory import service as units
from app.foundation import clock, files
from app.foundation.audit import AuditEntry
from app.foundation.db import db, session, transaction
from app.foundation.errors import Refused
from app.foundation.queue import OutboxJob
from app.workflows import (
    archiving,
    certifying,
    erasing,
    forgetting,
    keeping,
    registering,
    rendering,
    sealing,
    verifying,
)
from tests import world
from tests.lapsing import WORKER, forget, held_by, terms
from tests.workflows.ends import at

SYSTEM = Actor.system("test")
OVER = datetime(2030, 6, 1, tzinfo=UTC)
"""A day on which ten years are over since everybody here got her certificate, and fifty are not."""
EMPTY = {
    "family_name": "",
    "given_name": "",
    "family_name_latin": "",
    "given_name_latin": "",
    "unit_name": "",
}


def earn(email: str, family: str, slug: str = "open-data", moment: str = "2020-03-10") -> int:
    """Let somebody get a certificate with its documents; return her number inside."""
    person = world.person(email, family=family)
    with at(moment):
        world.pass_test(world.act_as(person), slug)
    rendering.render(SYSTEM, held_by(person.id).code)
    return person.id


def erase(*numbers: int) -> None:
    for number in numbers:
        erasing.erase(SYSTEM, session().get(erasing.Person, number).public_id)


@pytest.fixture
def gone(land) -> int:
    """Somebody who is erased, with a Czech certificate."""
    number = earn("zmizela@example.org", "Zmizelá")
    erase(number)
    return number


def lines(kind: str = "erased") -> list[RegisterEntry]:
    session().rollback()
    return list(session().scalars(select(RegisterEntry).where(RegisterEntry.kind == kind)))


@pytest.mark.parametrize(
    ("issued", "zone", "before", "after"),
    [
        ("2020-03-10", None, "2030-03-10T22:59:59+00:00", "2030-03-10T23:00:00+00:00"),
        ("2020-03-10T23:30:00+00:00", None, "2030-03-11T22:59:59+00:00", "2030-03-11T23:00:00+00:00"),
        ("2020-07-10", None, "2030-07-10T21:59:59+00:00", "2030-07-10T22:00:00+00:00"),
        ("2020-02-29", None, "2030-02-28T22:59:59+00:00", "2030-02-28T23:00:00+00:00"),
        ("2020-03-10", "America/New_York", "2030-03-11T03:59:59+00:00", "2030-03-11T04:00:00+00:00"),
    ],
)
def test_a_name_leaves_when_the_last_day_is_over_where_the_issuer_is(land, issued, zone, before, after):
    with transaction():
        territory.get_unit("CZ").time_zone = zone
    number = earn("zmizela@example.org", "Zmizelá", moment=issued)
    erase(number)
    with terms(CZ=10):
        assert forget(datetime.fromisoformat(before)) == 0
        assert held_by(number).snapshot["family_name"] == "Zmizelá"
        assert forget(datetime.fromisoformat(after)) == 1
        assert held_by(number).snapshot["family_name"] == ""


def test_nothing_but_the_name_and_the_unit_leaves_and_the_register_says_so(gone):
    before = held_by(gone)
    said, facts = dict(before.snapshot), dict(before.facts())
    with terms(CZ=10):
        assert forget(OVER) == 1
    held = held_by(gone)
    assert held.snapshot == {**said, **EMPTY}
    assert held.snapshot["municipality_name"] == "Nové Veselí"
    assert held.facts() == {**facts, "erased_at": OVER.isoformat()}
    assert "zmizela" not in held.folded
    assert "open data" in held.folded
    [line] = lines()
    assert (line.number, line.actor, line.reason, line.facts) == (
        held.number,
        "forget-names",
        "",
        {"erased_at": OVER.isoformat()},
    )
    [entry] = session().scalars(select(AuditEntry).where(AuditEntry.action == "certificate.erase"))
    assert (entry.subject, entry.detail) == (held.number, {"digest": line.snapshot_hash})


def test_the_register_is_well_before_and_after_sealed_or_not(gone, tmp_path):
    sealing.seal(SYSTEM)
    assert registering.verify(SYSTEM).fault is None
    with terms(CZ=10):
        forget(OVER)
    assert (registering.verify(SYSTEM).fault, registering.verify(SYSTEM).unsealed) == (None, 1)
    throw_files_away()
    sealing.seal(SYSTEM)
    assert registering.verify(SYSTEM).fault is None
    certifying.revoke(SYSTEM, held_by(gone).code, "Issued by mistake.")
    assert registering.verify(SYSTEM).fault is None
    assert lines("revoked")[0].snapshot_hash == lines()[0].snapshot_hash
    assert archiving.export(SYSTEM, tmp_path / "register").fault is None


def throw_files_away() -> None:
    """Do the jobs that remove files, two hours after these were put."""
    jobs = session().scalars(select(OutboxJob).where(OutboxJob.name == "files.forget")).all()
    digests = [each.arguments["digest"] for each in jobs]
    with clock.at(clock.now() + timedelta(hours=2)):
        for digest in digests:
            keeping.forget_file(SYSTEM, digest)


def test_both_files_leave_the_store_and_a_copy_that_somebody_has_is_recognised(gone):
    held = held_by(gone)
    signed, archive, other = held.signed_digest, held.file_digest, files.store().put(b"another file")
    copy = files.store().get(signed)
    keeping.forget_file(SYSTEM, signed)
    with terms(CZ=10):
        forget(OVER)
    throw_files_away()
    assert set(files.store().list_digests()) & {signed, archive, other} == {other}
    found = verifying.recognise(copy).certificate
    assert found.number == held_by(gone).number
    assert verifying.tell(found, is_named=False).names == ("", "")


def test_a_file_that_another_row_names_stays(gone):
    held = held_by(gone)
    with terms(CZ=10):
        forget(OVER)
    with transaction():
        issuer = territory.find_issuer(territory.get_unit("CZ").id)
        issuer.logo = held_by(gone).signed_digest
    throw_files_away()
    assert files.store().get(held.signed_digest)


def test_who_is_not_erased_and_who_was_certified_in_another_country_keep_their_names(land, gone):
    with transaction():
        units.keep_issuer(territory.get_unit("RS"), replace(world.ISSUER, prefix="RS"))
        world.publish(world.course("of-serbia", owner="RS"))
    here, abroad = earn("zustala@example.org", "Zůstala"), earn("daleka@example.org", "Daleká", "of-serbia")
    erase(abroad)
    before = {number: dict(held_by(number).snapshot) for number in (here, abroad)}
    with terms(CZ=10):
        assert forget(OVER) == 1
        assert forget(OVER) == 0
    with terms(CZ=50, RS=50):
        assert forget(OVER) == 0
    assert {number: held_by(number).snapshot for number in before} == before
    assert [held_by(number).erased_at for number in before] == [None, None]
    with terms(RS=10):
        assert forget(OVER) == 1
    assert held_by(abroad).snapshot["family_name"] == ""


def test_without_a_period_names_stay_for_ever(gone):
    with terms():
        assert forget(OVER + timedelta(days=365_000)) == 0
    assert held_by(gone).snapshot["family_name"] == "Zmizelá"


def test_a_second_run_writes_nothing_more(gone):
    with terms(CZ=10):
        assert [forget(OVER), forget(OVER + timedelta(days=1))] == [1, 0]
    assert held_by(gone).erased_at == OVER
    assert len(lines()) == 1


class Killed(BaseException):
    """The process dies."""


def test_what_is_broken_off_in_the_middle_goes_on_and_nothing_is_done_twice(land, monkeypatch):
    numbers = [earn(f"p{place}@example.org", "Zmizelá") for place in range(5)]
    erase(*numbers)
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    real, calls = forgetting.enqueue_each, []

    def dying(name, arguments):
        calls.append(name)
        if len(calls) == 2:
            raise Killed
        real(name, arguments)

    monkeypatch.setattr(forgetting, "enqueue_each", dying)
    with terms(CZ=10):
        with pytest.raises(Killed):
            forget(OVER)
        assert [held_by(number).erased_at is None for number in numbers] == [False, False, True, True, True]
        assert [held_by(number).folded.count("zmizela") for number in numbers] == [0, 0, 2, 2, 2]
        assert registering.verify(SYSTEM).fault is None
        assert forget(OVER) == 3
    assert registering.verify(SYSTEM).fault is None
    assert len(lines()) == 5
    jobs = session().scalars(select(OutboxJob).where(OutboxJob.name == "files.forget")).all()
    assert len({each.arguments["digest"] for each in jobs}) == len(jobs) == 10


def test_two_workers_at_once_take_each_name_once(land, app, monkeypatch):
    erase(*(earn(f"p{place}@example.org", "Zmizelá") for place in range(6)))
    monkeypatch.setattr(forgetting, "AT_ONCE", 1)
    session().rollback()
    together = threading.Barrier(2)

    def work(_turn: int) -> int:
        with app.app_context():
            together.wait(10)
            done = forget(OVER)
            db.session.remove()
            return done

    with terms(CZ=10), ThreadPoolExecutor(2) as pool:
        done = list(pool.map(work, range(2)))
        assert sum(done) + forget(OVER) == 6
    assert len({line.number for line in lines()}) == len(lines()) == 6
    assert registering.verify(SYSTEM).fault is None


def test_a_document_that_was_never_signed_is_not_made_any_more(land):
    person = world.person("zmizela@example.org", family="Zmizelá")
    with at("2020-03-10"):
        world.pass_test(world.act_as(person))
    number = person.id
    with transaction():
        held = session().scalars(select(Certificate)).one()
        forgetting.certificates.keep_file(held, files.store().put(b"unsigned"), "test")
    erase(number)
    with terms(CZ=10):
        forget(OVER)
    before = set(files.store().list_digests())
    rendering.render(SYSTEM, held_by(number).code)
    assert set(files.store().list_digests()) == before
    assert not held_by(number).waits_for_key
    assert held_by(number).signed_digest is None
    assert keys.count_waiting_for_key(scope_of(SYSTEM, Permission.CERTIFICATE_READ)) == 0
    throw_files_away()
    assert before - set(files.store().list_digests()) == {held_by(number).file_digest}


def test_a_hidden_name_that_was_erased_is_no_longer_called_hidden(land):
    number = earn("zmizela@example.org", "Zmizelá")
    verifying.choose_name(world.act_as("zmizela@example.org"), is_hidden=True)
    erase(number)
    assert verifying.tell(held_by(number), is_named=False).names == ("E. Z.", "E. Z.")
    with terms(CZ=10):
        forget(OVER)
    told = verifying.tell(held_by(number), is_named=False)
    assert (told.names, told.is_name_hidden) == (("", ""), False)


def test_until_when_a_name_is_kept_is_told_before_somebody_is_erased(land):
    number = earn("zmizela@example.org", "Zmizelá")
    public_id = session().get(erasing.Person, number).public_id
    with terms(CZ=10):
        assert [str(day) for day in erasing.look(SYSTEM, public_id).kept_until.values()] == ["2030-03-10"]
    with terms(CZ=10), at("2031-01-01"):
        assert [str(day) for day in erasing.look(SYSTEM, public_id).kept_until.values()] == ["2031-01-01"]
    with terms(RS=10):
        assert list(erasing.look(SYSTEM, public_id).kept_until.values()) == [None]


def test_nobody_who_may_not_erase_lets_names_leave(land, gone):
    manager = world.act_as(world.person("manager@example.org", roles=(("manager", "CZ"),)))
    with terms(CZ=10), clock.at(OVER), pytest.raises(Refused):
        forgetting.forget_names(manager)
    assert WORKER.is_system
    assert held_by(gone).erased_at is None
