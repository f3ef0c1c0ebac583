"""Every question put to tests at a place; all of them take scopes.

Whoever holds a date (``scope``) sees all who sit there; whoever may set dates at its place (``setting``) sees those
of her own units. Nobody who sits there herself finds it here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from app.domain.assessments.models import Answer, Attempt, Paper
from app.domain.assessments.values import Response
from app.domain.catalogue.models import Course
from app.domain.enrolment.models import Enrolment
from app.domain.examinations.models import ExamDate, Incident, Seat
from app.domain.people.models import Person
from app.domain.territory.models import Unit
from app.domain.territory.values import Scope
from app.foundation.db import session
from app.foundation.errors import NotFound
from app.foundation.text import fold

Reach: TypeAlias = tuple[Scope, Scope, int | None]
"""How far somebody holds dates, how far she sets them, and who she is."""


@dataclass(frozen=True, slots=True)
class Seated:
    """A seat, and how far its attempt is: answers saved of so many questions."""

    seat: Seat
    answered: int
    questions: int


def _reached(scope: Scope, setting: Scope, own_id: int | None) -> ColumnElement[bool]:
    mine = aliased(Seat)
    sits = select(mine.id).where(mine.date_id == ExamDate.id, mine.person_id == (own_id or 0)).exists()
    reached = scope.within(ExamDate.unit_path, ExamDate.proctor_id) | setting.within(ExamDate.unit_path)
    return and_(reached, ~sits)


def _shown(scope: Scope, setting: Scope) -> ColumnElement[bool]:
    """Return the clause for seats of a date that was reached."""
    return scope.within(ExamDate.unit_path, ExamDate.proctor_id) | setting.within(Seat.unit_path)


def list_dates(
    scope: Scope, setting: Scope, own_id: int | None, page: int, size: int
) -> tuple[Sequence[ExamDate], int]:
    """Return one page of the dates that somebody reaches, the latest first, and how many there are in all."""
    reached = _reached(scope, setting, own_id)
    count = session().scalar(select(func.count(ExamDate.id)).where(reached)) or 0
    found = (
        select(ExamDate)
        .where(reached)
        .options(joinedload(ExamDate.course), joinedload(ExamDate.unit))
        .order_by(ExamDate.opens_at.desc(), ExamDate.id.desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    return session().scalars(found).all(), count


def get_date(
    scope: Scope, setting: Scope, own_id: int | None, public_id: UUID, *, is_locked: bool = False
) -> ExamDate:
    """Return a date that somebody reaches; locked until the act ends where asked."""
    statement = select(ExamDate).where(ExamDate.public_id == public_id, _reached(scope, setting, own_id))
    if is_locked:
        statement = statement.with_for_update(of=ExamDate).execution_options(populate_existing=True)
    found = session().scalar(statement)
    if found is None:
        raise NotFound
    return found


def list_seats(scope: Scope, setting: Scope, date: ExamDate) -> Sequence[Seated]:
    """Return the seats of a date that was reached, by name, as far as somebody may see them."""
    given = (
        select(Answer.attempt_id, func.count().label("answered"))
        .where(cast(Answer.response, String) != "[]")
        .group_by(Answer.attempt_id)
        .subquery()
    )
    rows = session().execute(
        select(Seat, func.coalesce(given.c.answered, 0), func.json_array_length(Paper.questions))
        .join(Seat.date)
        .outerjoin(Seat.attempt)
        .outerjoin(Paper, Paper.attempt_id == Seat.attempt_id)
        .outerjoin(given, given.c.attempt_id == Seat.attempt_id)
        .where(Seat.date_id == date.id, _shown(scope, setting))
        .options(contains_eager(Seat.date), contains_eager(Seat.attempt))
        .order_by(Seat.sort_key, Seat.id)
    )
    return [Seated(seat, answered, questions or 0) for seat, answered, questions in rows]


def count_seats(scope: Scope, setting: Scope, own_id: int | None, date: ExamDate) -> int:
    """Return how many sit at a date that somebody reaches."""
    statement = (
        select(func.count(Seat.id))
        .join(Seat.date)
        .where(Seat.date_id == date.id, _reached(scope, setting, own_id))
    )
    return session().scalar(statement) or 0


def is_named(scope: Scope, date: ExamDate) -> bool:
    """Tell whether a person, of whom a scope covers what is her own, is named for a date."""
    statement = select(Seat.id).where(Seat.date_id == date.id, scope.within(Seat.unit_path, Seat.person_id))
    return session().scalar(statement.limit(1)) is not None


def count_beyond(scope: Scope, setting: Scope, date: ExamDate) -> int:
    """Return how many sit at a date that was reached whom somebody may not see."""
    statement = (
        select(func.count(Seat.id)).join(Seat.date).where(Seat.date_id == date.id, ~_shown(scope, setting))
    )
    return session().scalar(statement) or 0


def get_seat(scope: Scope, setting: Scope, date: ExamDate, public_id: UUID) -> Seat:
    """Return a seat of a date that was reached, as it stands now."""
    found = session().scalar(
        select(Seat)
        .join(Seat.date)
        .where(Seat.date_id == date.id, Seat.public_id == public_id, _shown(scope, setting))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def responses_of(scope: Scope, setting: Scope, seat: Seat) -> Mapping[int, Response]:
    """Return position → what is entered for a seat that was reached."""
    rows = session().execute(
        select(Answer.position, Answer.response)
        .join(Seat, Seat.attempt_id == Answer.attempt_id)
        .join(Seat.date)
        .where(Seat.id == seat.id, _shown(scope, setting))
    )
    return {position: response for position, response in rows}  # noqa: C416 -- Rows are no pairs to the type checker.


def get_locked_attempt(scope: Scope, setting: Scope, seat: Seat) -> Attempt:
    """Return the attempt of a seat that was reached, locked until the act ends."""
    return (
        session()
        .scalars(
            select(Attempt)
            .join(Seat, Seat.attempt_id == Attempt.id)
            .join(Seat.date)
            .where(Seat.id == seat.id, _shown(scope, setting))
            .with_for_update(of=Attempt)
            .execution_options(populate_existing=True)
        )
        .one()
    )


def list_incidents(scope: Scope, setting: Scope, date: ExamDate) -> Sequence[Incident]:
    """Return what happened at a date that was reached, the first first."""
    statement = (
        select(Incident)
        .join(ExamDate, ExamDate.id == Incident.date_id)
        .outerjoin(Incident.seat)
        .where(Incident.date_id == date.id, Incident.seat_id.is_(None) | _shown(scope, setting))
        .options(contains_eager(Incident.seat))
        .order_by(Incident.id)
    )
    return session().scalars(statement).all()


def list_names(scope: Scope, setting: Scope, date: ExamDate, public_ids: Iterable[str]) -> Mapping[str, str]:
    """Return public id → name of those who acted at a date that was reached."""
    is_reached = scope.covers(date.unit_path, date.proctor_id) or setting.covers(date.unit_path)
    ids = [UUID(text) for text in public_ids] if is_reached else []
    rows = session().scalars(select(Person).where(Person.public_id.in_(ids)))
    return {str(person.public_id): person.full_name for person in rows}


@dataclass(frozen=True, slots=True)
class Nameable:
    """Somebody who takes a course and could sit its test at a date."""

    person: Person
    unit: Unit


def list_nameable(scope: Scope, date: ExamDate, text: str, limit: int) -> Sequence[Nameable]:
    """Return people within a scope who take a date's course and are not named there yet, by name."""
    named = select(Seat.person_id).where(Seat.date_id == date.id)
    statement = (
        select(Person, Unit)
        .join(Unit, Unit.id == Person.unit_id)
        .where(
            Person.deactivated_at.is_(None),
            Person.id.not_in(named),
            Person.id.in_(
                select(Enrolment.person_id).where(
                    Enrolment.course_id == date.course_id, Enrolment.outcome.is_(None)
                )
            ),
            scope.within(Unit.path),
        )
        .order_by(Person.sort_key, Person.id)
        .limit(limit)
    )
    for word in fold(text).split():
        statement = statement.where(Person.folded.contains(word, autoescape=True))
    return [Nameable(*row) for row in session().execute(statement)]


def list_own_seats(scope: Scope, person_id: int, course_id: int) -> Sequence[Seat]:
    """Return where a person within a scope is expected to sit the test of a course, the earliest first."""
    statement = _own_seats(scope, person_id).outerjoin(Seat.attempt)
    is_to_sit = Seat.attempt_id.is_(None) | (Attempt.is_on_paper & Attempt.finished_at.is_(None))
    return session().scalars(statement.where(ExamDate.course_id == course_id, is_to_sit)).all()


def list_own_seats_for_update(scope: Scope, person_id: int, slug: str) -> Sequence[Seat]:
    """Return those where she has not begun by the slug of the course, seats and dates locked until the act ends."""
    statement = _own_seats(scope, person_id).where(Course.slug == slug, Seat.attempt_id.is_(None))
    locked = statement.with_for_update(of=(ExamDate, Seat)).execution_options(populate_existing=True)
    return session().scalars(locked).all()


def _own_seats(scope: Scope, person_id: int) -> Select[Any]:
    return (
        select(Seat)
        .join(Seat.date)
        .join(ExamDate.course)
        .where(
            Seat.person_id == person_id,
            Seat.absent_at.is_(None),
            ExamDate.closed_at.is_(None),
            ExamDate.cancelled_at.is_(None),
            scope.within(Seat.unit_path, Seat.person_id),
        )
        .options(contains_eager(Seat.date))
        .order_by(ExamDate.opens_at, Seat.id)
    )


def find_seat_of(attempt: Attempt) -> Seat | None:
    """Return the seat at which an attempt that was found within a scope is sat; None for one sat anywhere."""
    return session().scalar(
        select(Seat).join(Seat.date).where(Seat.attempt_id == attempt.id).options(contains_eager(Seat.date))
    )


def get_seat_to_tell(scope: Scope, public_id: UUID) -> Seat:
    """Return a seat within a scope: to tell who is named there."""
    found = session().scalar(
        select(Seat)
        .join(Seat.date)
        .where(Seat.public_id == public_id, scope.within(Seat.unit_path))
        .options(contains_eager(Seat.date))
    )
    if found is None:
        raise NotFound
    return found


def get_date_to_tell(scope: Scope, public_id: UUID) -> ExamDate:
    """Return a date within a scope: to tell its proctor."""
    found = session().scalar(
        select(ExamDate).where(ExamDate.public_id == public_id, scope.within(ExamDate.unit_path))
    )
    if found is None:
        raise NotFound
    return found


def list_seat_ids(scope: Scope, person_id: int) -> Sequence[int]:
    """Return the numbers inside of a person's seats within a scope."""
    mine = select(Seat.id).where(Seat.person_id == person_id, scope.within(Seat.unit_path, Seat.person_id))
    return session().scalars(mine).all()


def count_to_hold(scope: Scope, person_id: int) -> int:
    """Return how many dates that are not over a person is to supervise, within a scope."""
    open_ones = (
        select(func.count())
        .select_from(ExamDate)
        .where(
            ExamDate.proctor_id == person_id,
            ExamDate.closed_at.is_(None),
            ExamDate.cancelled_at.is_(None),
            scope.within(ExamDate.unit_path, ExamDate.proctor_id),
        )
    )
    return session().scalar(open_ones) or 0
