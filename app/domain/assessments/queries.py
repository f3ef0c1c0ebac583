"""Every question put to attempts; all of them take a scope."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.domain.assessments.models import Answer, Attempt, Paper
from app.domain.assessments.values import PaperQuestion, Response
from app.domain.territory.values import Scope
from app.foundation.db import session
from app.foundation.errors import NotFound
from app.foundation.plain import load


def get_attempt(
    scope: Scope, public_id: UUID, *, is_locked: bool = False
) -> tuple[Attempt, list[PaperQuestion]]:
    """Return an attempt within a scope and its paper; locked until the transaction ends where asked."""
    statement = (
        select(Attempt, Paper.questions)
        .join(Paper, Paper.attempt_id == Attempt.id)
        .where(Attempt.public_id == public_id, scope.within(Attempt.unit_path, Attempt.person_id))
    )
    if is_locked:
        statement = statement.with_for_update(of=Attempt).execution_options(populate_existing=True)
    row = session().execute(statement).first()
    if row is None:
        raise NotFound
    return row[0], [load(PaperQuestion, question) for question in row[1]]


def find_open(scope: Scope, enrolment_id: int) -> Attempt | None:
    """Return the open attempt of an enrolment within a scope, or None."""
    return session().scalar(
        select(Attempt).where(
            Attempt.enrolment_id == enrolment_id,
            Attempt.finished_at.is_(None),
            scope.within(Attempt.unit_path, Attempt.person_id),
        )
    )


def list_attempts(scope: Scope, enrolment_id: int) -> Sequence[Attempt]:
    """Return the attempts of an enrolment within a scope, the first first."""
    return (
        session()
        .scalars(
            select(Attempt)
            .where(Attempt.enrolment_id == enrolment_id, scope.within(Attempt.unit_path, Attempt.person_id))
            .order_by(Attempt.ordinal)
        )
        .all()
    )


def responses_of(scope: Scope, attempt: Attempt) -> Mapping[int, Response]:
    """Return position → what the learner answered."""
    if not scope.covers(attempt.unit_path, attempt.person_id):
        return {}
    rows = session().execute(select(Answer.position, Answer.response).where(Answer.attempt_id == attempt.id))
    return {position: response for position, response in rows}  # noqa: C416 -- Rows are no pairs to the type checker.


def earned_of(scope: Scope, attempt: Attempt) -> Mapping[int, str | None]:
    """Return position → points earned as an exact fraction."""
    if not scope.covers(attempt.unit_path, attempt.person_id):
        return {}
    rows = session().execute(select(Answer.position, Answer.earned).where(Answer.attempt_id == attempt.id))
    return {position: earned for position, earned in rows}  # noqa: C416 -- Rows are no pairs to the type checker.


def list_overdue(scope: Scope, before: datetime, limit: int = 200) -> Sequence[UUID]:
    """Return the public ids of open attempts within a scope whose deadline lies before a moment."""
    return (
        session()
        .scalars(
            select(Attempt.public_id)
            .where(
                Attempt.finished_at.is_(None),
                Attempt.deadline_at < before,
                scope.within(Attempt.unit_path, Attempt.person_id),
            )
            .limit(limit)
        )
        .all()
    )
