"""Two hundred issuers at once: no number twice, none left out, nobody locked out; seals that cross each other."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import func, insert, select

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue.queries import meta_of
from app.domain.certificates import queries as register
from app.domain.certificates import service as certificates
from app.domain.certificates.models import Certificate, NumberSeries, RegisterEntry
from app.domain.enrolment import queries as enrolments
from app.domain.enrolment.models import Enrolment
from app.foundation import chain, clock
from app.foundation.db import session, transaction
from app.workflows import certifying, learning, registering, sealing
from tests import world
from tests.conftest import open_app

AT_ONCE = 200
SYSTEM = Actor.system("drill")


def enrol_often(times: int) -> list[object]:
    """Enrol one person as often as certificates are wanted; return the public ids."""
    actor = world.act_as(world.person())
    learning.enrol(actor, "open-data")
    first = session().scalar(select(Enrolment))
    row = {column.key: getattr(first, column.key) for column in Enrolment.__table__.columns}
    del row["id"], row["public_id"]
    with transaction() as held:
        held.execute(insert(Enrolment), [row | {"ordinal": 2 + place} for place in range(times - 1)])
    return list(session().scalars(select(Enrolment.public_id)))


class Killed(Exception):
    """The process ends before it commits."""


def seal_and_die() -> None:
    with transaction() as held:
        assert chain.seal(held, RegisterEntry) == 5
        raise Killed


def issue(enrolment_id: object, *, is_killed: bool = False) -> str:
    """Issue a certificate as completing does, in a transaction of its own."""
    with transaction():
        scope = scope_of(SYSTEM, Permission.ENROLMENT_READ)
        taken = enrolments.get_taken_by_public_id(scope, enrolment_id)
        person = world.people.get_learner(taken.enrolment.person_id)
        held = certifying.issue_for(SYSTEM, taken, person, meta_of(taken.version), clock.now(), 9_000, "en")
        if is_killed:
            raise Killed
    return held.number


def test_two_hundred_issuers_at_once_get_numbers_without_gap_and_double(app, land):
    wanted = enrol_often(AT_ONCE)
    gate = Barrier(AT_ONCE, timeout=60)

    def at_the_gate(enrolment_id: object) -> str:
        with app.app_context():
            gate.wait()
            return issue(enrolment_id)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        numbers = list(threads.map(at_the_gate, wanted))
    assert sorted(number.rpartition("-")[2] for number in numbers) == [
        f"{n:06}" for n in range(1, AT_ONCE + 1)
    ]
    session().rollback()
    assert session().scalar(select(NumberSeries.last)) == AT_ONCE
    sealing.seal(SYSTEM)
    assert registering.verify(SYSTEM).fault is None


def test_an_act_that_fails_after_the_number_gives_it_back(land):
    wanted = enrol_often(2)
    with pytest.raises(Killed):
        issue(wanted[0], is_killed=True)
    assert issue(wanted[1]).endswith("-000001")
    assert session().scalar(select(func.count()).select_from(RegisterEntry)) == 1


def test_a_sealer_that_dies_in_the_middle_seals_nothing_and_the_next_seals_all(land):
    for enrolment_id in enrol_often(5):
        issue(enrolment_id)
    with pytest.raises(Killed):
        seal_and_die()
    assert registering.verify(SYSTEM).unsealed == 5
    assert registering.verify(SYSTEM).fault is None
    sealing.seal(SYSTEM)
    verdict = registering.verify(SYSTEM)
    assert (verdict.unsealed, verdict.head.position, verdict.fault) == (0, 5, None)


def test_a_worker_that_dies_after_the_seal_notes_the_head_next_time(land):
    enrolment_id, _other = enrol_often(2)
    issue(enrolment_id)
    with transaction() as held:
        chain.seal(held, RegisterEntry)
    assert registering.verify(SYSTEM).noted is None
    assert sealing.seal(SYSTEM) > 0  # The audit trail alone.
    verdict = registering.verify(SYSTEM)
    assert verdict.noted == verdict.head


def test_eight_sealers_at_once_make_one_chain(app, land):
    for enrolment_id in enrol_often(40):
        issue(enrolment_id)
    gate = Barrier(8, timeout=60)

    def seal(_turn: int) -> int:
        with app.app_context():
            gate.wait()
            with transaction() as held:
                return chain.seal(held, RegisterEntry, limit=20)

    with ThreadPoolExecutor(8) as threads:
        sealed = sorted(threads.map(seal, range(8)))
    assert sealed == [0] * 6 + [20] * 2
    session().rollback()
    assert registering.verify(SYSTEM).fault is None


@pytest.fixture
def postgresql(postgresql_app):
    """Many may write at once here alone."""
    yield from open_app(postgresql_app)


@pytest.mark.postgresql
def test_what_is_committed_late_gets_a_later_place(postgresql):
    world.settle()
    for enrolment_id in enrol_often(2):
        issue(enrolment_id)
    sealing.seal(SYSTEM)
    early, late = session().scalars(select(Certificate.code).order_by(Certificate.id))
    entered, go = Event(), Event()

    def revoke_slowly() -> None:
        with postgresql.app_context(), transaction():
            held = certificates_of(early)
            certificates.revoke(held, "drill", "Slowly.")
            entered.set()
            assert go.wait(30)

    slow = Thread(target=revoke_slowly)
    slow.start()
    assert entered.wait(30)
    certifying.revoke(SYSTEM, late, "Quickly.")
    sealing.seal(SYSTEM)
    go.set()
    slow.join(30)
    sealing.seal(SYSTEM)
    placed = session().scalars(select(RegisterEntry).order_by(RegisterEntry.chain_position)).all()
    assert [entry.reason for entry in placed] == ["", "", "Quickly.", "Slowly."]
    assert placed[3].id < placed[2].id
    assert registering.verify(SYSTEM).fault is None


def certificates_of(code: str) -> Certificate:
    scope = scope_of(SYSTEM, Permission.CERTIFICATE_READ)
    return register.get_certificate(scope, code, is_locked=True)
