"""Two hundred issuers at once, round after round: no number twice, no gap, no deadlock; then all is recomputed."""

import multiprocessing
import resource
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import cycle
from threading import Barrier
from time import monotonic
from uuid import UUID

from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue.queries import meta_of
from app.domain.certificates.models import Certificate
from app.domain.enrolment import queries as enrolments
from app.domain.enrolment.models import Enrolment
from app.domain.people import queries as people
from app.foundation import clock
from app.foundation.db import db, session, transaction
from app.workflows import certifying, registering, sealing
from benchmarks import figures, ground
from benchmarks.drills.houses import House

PROCESSES, THREADS = 4, 50
AT_ONCE = PROCESSES * THREADS
ROUNDS = 20
CERTIFICATES = 10_000
_FAR = 1000
_SYSTEM = Actor.system("drill")
_gates: list[Barrier] = []


def run(house: House) -> dict[str, float]:
    """Issue in rounds; return what became of the numbers, how long each waited, and how long a check takes."""
    with ground.opened(house.instance.environ):
        before = _read_ordinals()
        wanted = enrol_often(AT_ONCE * ROUNDS)
        waited, faults = _issue_all(house.instance.environ, wanted)
        given = Counter(_read_ordinals()) - Counter(before)
        missing = set(range(len(before) + 1, len(before) + len(wanted) + 1)) - set(given)
        while sealing.seal(_SYSTEM):
            pass
        began = monotonic()
        verdict = registering.verify(_SYSTEM)
        seconds = monotonic() - began
    return {
        "issued": given.total(),
        "wanted": len(wanted),
        "numbers twice": sum(count - 1 for count in given.values()),
        "gaps": len(missing),
        "deadlocks and other faults": faults,
        "faults of the register": int(verdict.fault is not None),
        **figures.latencies(waited),
        "longest_ms": round(max(waited) * 1000, 1),
        "checked certificates": verdict.certificates,
        "check_seconds": round(seconds, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _read_ordinals() -> list[int]:
    """Return the numbers given this year."""
    session().rollback()
    this_year = select(func.max(Certificate.year)).scalar_subquery()
    return list(session().scalars(select(Certificate.ordinal).where(Certificate.year == this_year)))


def enrol_often(times: int) -> list[UUID]:
    """Enrol the people of the crowd in turn, as often as certificates are wanted; return the public ids."""
    known = session().scalars(select(Enrolment).where(Enrolment.ordinal < _FAR).order_by(Enrolment.id)).all()
    held_by = {each.person_id: each for each in known}
    last = session().scalar(select(func.max(Enrolment.ordinal))) or 0
    begin = max(last + 1, _FAR)
    rows = [
        _enrolled(each) | {"ordinal": begin + place}
        for place, each in zip(range(times), cycle(held_by.values()), strict=False)
    ]
    with transaction() as held:
        held.execute(insert(Enrolment), rows)
    return list(session().scalars(select(Enrolment.public_id).where(Enrolment.ordinal >= begin)))


def _enrolled(pattern: Enrolment) -> dict[str, object]:
    """Return the columns of an enrolment that has just begun, by somebody's other."""
    names = ("person_id", "course_id", "edition_id", "unit_id", "unit_path", "language")
    at = clock.now()
    return {name: getattr(pattern, name) for name in names} | {"enrolled_at": at, "last_activity_at": at}


def _issue_all(environ: dict[str, str], wanted: Sequence[UUID]) -> tuple[list[float], int]:
    spawning = multiprocessing.get_context("spawn")
    gate = spawning.Barrier(AT_ONCE, timeout=120)
    shares = [wanted[place::PROCESSES] for place in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, spawning, _meet_at, (gate,)) as crew:
        told = list(crew.map(_issue_share, [environ] * PROCESSES, shares))
    return [each for waited, _faults in told for each in waited], sum(faults for _waited, faults in told)


def _meet_at(gate: Barrier) -> None:
    _gates[:] = [gate]


def _issue_share(environ: dict[str, str], share: Sequence[UUID]) -> tuple[list[float], int]:
    """Issue a process's share of every round, in fifty threads that wait for all others before each."""
    with ground.opened(environ) as app, ThreadPoolExecutor(THREADS) as threads:
        told = list(threads.map(lambda place: _issue_each(app, share[place::THREADS]), range(THREADS)))
    return [each for waited, _faults in told for each in waited], sum(faults for _waited, faults in told)


def _issue_each(app: Flask, wanted: Sequence[UUID]) -> tuple[list[float], int]:
    waited, faults = [], 0
    for enrolment_id in wanted:
        _gates[0].wait()
        began = monotonic()
        with app.app_context():
            try:
                issue(enrolment_id)
            except SQLAlchemyError:
                faults += 1
            db.session.remove()
        waited.append(monotonic() - began)
    return waited, faults


def issue(enrolment_id: UUID) -> None:
    """Issue a certificate as completing does, in a transaction of its own."""
    with transaction():
        taken = enrolments.get_taken_by_public_id(scope_of(_SYSTEM, Permission.ENROLMENT_READ), enrolment_id)
        person = people.get_learner(taken.enrolment.person_id)
        certifying.issue_for(_SYSTEM, taken, person, meta_of(taken.version), clock.now(), 9_000, "en")
