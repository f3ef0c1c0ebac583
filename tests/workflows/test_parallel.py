"""A double click multiplied: sixty-four starts and sixty-four submissions at once make one of everything."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.assessments.models import Answer, Attempt
from app.domain.certificates.models import Certificate, RegisterEntry
from app.domain.enrolment.models import Enrolment
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import session
from app.foundation.queue import OutboxJob
from app.workflows import learning, sitting
from tests import world
from tests.workflows import ends

AT_ONCE = 64
ROUNDS = 20


@pytest.fixture
def crowd(app: Flask) -> Iterator[Callable[[Callable[[], object]], list[object]]]:
    """Do something in sixty-four threads at the same moment, and return what each got."""
    gate = Barrier(AT_ONCE, timeout=60)

    def at_the_gate(act: Callable[[], object]) -> object:
        with app.app_context():
            gate.wait()
            return act()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield lambda act: list(threads.map(at_the_gate, [act] * AT_ONCE))


def tally(enrolment_id: int, attempt_id: object) -> Mapping[str, int]:
    """Count what stands in the database of one learner's test."""

    def count(model: type, *clauses: object) -> int:
        session().rollback()
        return session().scalar(select(func.count()).select_from(model).where(*clauses)) or 0

    return {
        "attempts": count(Attempt, Attempt.enrolment_id == enrolment_id),
        "marks": count(
            AuditEntry, AuditEntry.action == "attempt.finish", AuditEntry.subject == str(attempt_id)
        ),
        "answers": count(Answer, Answer.attempt_id == Attempt.id, Attempt.enrolment_id == enrolment_id),
        "certificates": count(Certificate, Certificate.enrolment_id == enrolment_id),
    }


def test_one_attempt_one_mark_one_number(land, crowd):
    for turn in range(ROUNDS):
        actor = world.act_as(world.person(f"learner{turn}@example.org"))
        learner = learning.enrol(actor, "open-data")
        for address in ("first", "second"):
            learning.finish_module(actor, "open-data", address)

        started = crowd(lambda actor=actor: sitting.start_attempt(actor, "open-data").public_id)
        [attempt_id] = set(started)
        assert tally(learner.id, attempt_id) == {"attempts": 1, "marks": 0, "answers": 0, "certificates": 0}

        attempt = session().scalar(select(Attempt).where(Attempt.public_id == attempt_id))
        right = world.right_answers(actor, attempt)
        marked = crowd(
            lambda actor=actor, attempt_id=attempt_id, right=right: (
                sitting.submit_attempt(actor, attempt_id, right).earned
            )
        )
        [_the_one_mark] = set(marked)
        assert tally(learner.id, attempt_id) == {"attempts": 1, "marks": 1, "answers": 7, "certificates": 1}
        session().rollback()
        ended = session().scalar(select(Enrolment).where(Enrolment.id == learner.id))
        assert (ended.outcome, ended.attempts_made) == ("passed", 1)

    session().rollback()
    numbers = session().scalars(select(Certificate.number).order_by(Certificate.id)).all()
    assert [number.rpartition("-")[2] for number in numbers] == [f"{n:06}" for n in range(1, ROUNDS + 1)]
    assert session().scalar(select(func.count()).select_from(RegisterEntry)) == ROUNDS
    rendering = select(func.count()).select_from(OutboxJob).where(OutboxJob.name == "certificates.render")
    assert session().scalar(rendering) == ROUNDS


def test_a_certificate_is_renewed_by_one_enrolment_however_often_it_is_clicked(land, crowd):
    ends.publish()
    learner = world.person()
    ends.earn(learner, clock.ago(days=300).date().isoformat())
    actor = world.act_as(learner)
    made = crowd(lambda: learning.enrol(actor, "yearly").ordinal)
    session().rollback()
    assert set(made) == {2}
    assert session().scalar(select(func.count()).select_from(Enrolment)) == 2
