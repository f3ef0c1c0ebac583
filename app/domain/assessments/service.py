"""What may be told to attempts: they start with a paper, take answers, and end with a mark."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import cast

from sqlalchemy import Executable, Table, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.assessments import queries, rules
from app.domain.assessments.models import (
    Accommodation,
    Answer,
    Attempt,
    EarlierResult,
    ExtraAttempt,
    ExtraTime,
    LateAnswers,
    Paper,
)
from app.domain.assessments.values import Mark, PaperQuestion, Response, Sitting
from app.domain.catalogue.values import BankQuestion
from app.domain.enrolment.models import Enrolment
from app.domain.people.models import Person
from app.foundation import clock, ids
from app.foundation.db import session
from app.foundation.plain import dump


def lay_out_paper(drawn: Sequence[BankQuestion], is_shuffled: bool, seed: int) -> list[PaperQuestion]:
    """Return drawn questions as a learner gets them, options in an order that the seed repeats."""
    dice = ids.dice(seed)
    return [
        rules.lay_out(
            rules.as_filed(question),
            question.is_pinned,
            is_shuffled,
            dice,
        )
        for question in drawn
    ]


def start(
    enrolment: Enrolment,
    version_id: int,
    language: str,
    paper: Sequence[PaperQuestion],
    outline: str,
    seed: int,
    limit: timedelta | None,
    *,
    until: datetime | None = None,
    is_on_paper: bool = False,
) -> Attempt:
    """Open an attempt with its paper, for the time that its learner has; the database lets only one be open.

    ``until`` ends it, however much time is left.
    """
    present = clock.now()
    ends = [end for end in (present + limit if limit else None, until) if end is not None]
    enrolment.attempts_made += 1
    attempt = Attempt(
        public_id=ids.public_id(),
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        unit_path=enrolment.unit_path,
        version_id=version_id,
        ordinal=enrolment.attempts_made,
        language=language,
        seed=seed,
        started_at=present,
        deadline_at=min(ends, default=None),
        points=sum(question.points for question in paper),
        is_on_paper=is_on_paper,
    )
    session().add(attempt)
    session().flush()
    questions = [dump(question) for question in paper]
    session().add(Paper(attempt_id=attempt.id, questions=questions, outline=outline))
    session().flush()
    return attempt


_answers = cast("Table", Answer.__table__)


@cache
def _writing(dialect: str, columns: tuple[str, ...]) -> Executable:
    """Return the statement that writes the answers of a paper at once, ``columns`` over what stands there."""
    names = ["attempt_id", "position", "response", "given_at", "saved_at", "earned"]
    insert = (sqlite if dialect == "sqlite" else postgresql).insert
    statement = insert(_answers).from_select(names, queries.rows_of_answers())
    written = {name: statement.excluded[name] for name in columns}
    whole: Executable = statement.on_conflict_do_update(index_elements=names[:2], set_=written)
    return whole


def _write(
    attempt_id: int,
    answers: Mapping[int, Mapping[str, object]],
    given_at: datetime,
    at: datetime,
    *columns: str,
) -> None:
    held = session().connection()
    statement = _writing(held.dialect.name, columns)
    held.execute(statement, {"attempt": attempt_id, "answers": answers, "given_at": given_at, "at": at})


_RESPONSE = ("response", "given_at", "saved_at")


def save(sitting: Sitting, responses: Mapping[int, Response], given_at: datetime) -> datetime:
    """Write answers down over earlier ones, and return the moment that is acknowledged."""
    present = clock.now()
    if responses:
        answers = {position: {"response": response} for position, response in responses.items()}
        _write(sitting.id, answers, given_at, present, *_RESPONSE)
    return present


def keep_late(attempt_id: int, responses: Mapping[int, Response]) -> None:
    """Keep answers that came too late as evidence; they do not count."""
    kept = {str(position): response for position, response in responses.items()}
    session().add(LateAnswers(attempt_id=attempt_id, received_at=clock.now(), responses=kept))
    session().flush()


def finish(
    attempt: Attempt,
    paper: Sequence[PaperQuestion],
    responses: Mapping[int, Response],
    pass_mark: int,
    at: datetime,
    *,
    is_handed_in: bool,
    waiting: Collection[int] = (),
    left_out: Collection[int] = (),
) -> Mark | None:
    """Mark an attempt and close it; the points of every question are kept.

    Responses that are handed in are written over those saved before. Where tasks at the positions ``waiting`` are
    to be marked by people, there is no mark yet, and ``attempt.earned`` holds what the others earned. Questions at
    the positions ``left_out`` were dropped: they leave the points of the paper.
    """
    mark, earned = rules.mark(paper, responses, {*waiting, *left_out})
    attempt.points -= sum(paper[position - 1].points for position in left_out)
    answers = {
        position: {
            "response": responses.get(position, []),
            "earned": None if points is None else str(points),
        }
        for position, points in enumerate(earned, start=1)
    }
    _write(attempt.id, answers, at, at, *(_RESPONSE if is_handed_in else ()), "earned")
    attempt.finished_at, attempt.earned = at, str(mark.earned)
    if waiting:
        session().flush()
        return None
    return conclude(attempt, pass_mark)


def enter_points(attempt: Attempt, position: int, points: Fraction, before: Fraction) -> None:
    """Add what people gave for a task, in the place of what they gave ``before``."""
    attempt.earned = str(Fraction(attempt.earned or 0) + points - before)
    present, answers = clock.now(), {position: {"response": [], "earned": str(points)}}
    _write(attempt.id, answers, present, present, "earned")
    session().flush()


def conclude(attempt: Attempt, pass_mark: int) -> Mark:
    """Give an attempt its mark by the points that all its questions earned."""
    mark = Mark(Fraction(attempt.earned or 0), attempt.points)
    attempt.mark, attempt.is_passed = mark.basis_points, mark.reaches(pass_mark)
    session().flush()
    return mark


def grant_extra(enrolment: Enrolment, by: str, reason: str) -> None:
    """Let a learner try once more."""
    enrolment.extra_attempts += 1
    session().add(
        ExtraAttempt(enrolment_id=enrolment.id, granted_at=clock.now(), granted_by=by, reason=reason)
    )
    session().flush()


def add_time(attempt: Attempt, minutes: int, by: str, reason: str) -> None:
    """Move the deadline of an attempt; a finished one is open again, and runs on from now."""
    present, before = clock.now(), attempt.deadline_at or clock.now()
    session().add(
        ExtraTime(
            attempt_id=attempt.id,
            minutes=minutes,
            deadline_at=before,
            granted_at=present,
            granted_by=by,
            reason=reason,
        )
    )
    if attempt.finished_at is not None:
        _take_back(attempt, by, reason)
    attempt.deadline_at = max(before, present) + timedelta(minutes=minutes)
    session().flush()


def _take_back(attempt: Attempt, by: str, reason: str) -> None:
    """Open a finished attempt again; what it was worth stays written down."""
    keep_result(attempt, by, reason)
    attempt.finished_at = attempt.earned = attempt.mark = attempt.is_passed = None


def keep_result(attempt: Attempt, by: str, reason: str) -> None:
    """Write down what a finished attempt is worth, before it is worth something else."""
    session().add(
        EarlierResult(
            attempt_id=attempt.id,
            finished_at=attempt.finished_at,
            earned=attempt.earned,
            mark=attempt.mark,
            is_passed=attempt.is_passed,
            ended_at=clock.now(),
            ended_by=by,
            reason=reason,
        )
    )


def annul(attempt: Attempt, by: str, reason: str) -> None:
    """Let an attempt count no more; what it was worth stays as it is, and an open one ends."""
    attempt.annulled_at, attempt.annulled_by, attempt.annulment = clock.now(), by, reason
    attempt.finished_at = attempt.finished_at or attempt.annulled_at
    session().flush()


def accommodate(person: Person, extra_percent: int, by: str, reason: str) -> None:
    """Give a person more time in every test from now on, in place of what she has."""
    present = clock.now()
    session().execute(
        update(Accommodation)
        .where(Accommodation.person_id == person.id, Accommodation.ended_at.is_(None))
        .values(ended_at=present, ended_by=by)
    )
    if extra_percent:
        session().add(
            Accommodation(
                person_id=person.id,
                extra_percent=extra_percent,
                reason=reason,
                granted_at=present,
                granted_by=by,
            )
        )
    session().flush()


def forget(person: Person, attempt_ids: Collection[int], enrolment_ids: Collection[int]) -> None:
    """Let nothing be left of the attempts of somebody who is erased, nor of what was granted to her."""
    for model in (Answer, Paper, LateAnswers, ExtraTime, EarlierResult):
        session().execute(delete(model).where(model.attempt_id.in_(attempt_ids)))
    session().execute(delete(Attempt).where(Attempt.id.in_(attempt_ids)))
    session().execute(delete(ExtraAttempt).where(ExtraAttempt.enrolment_id.in_(enrolment_ids)))
    session().execute(delete(Accommodation).where(Accommodation.person_id == person.id))
