"""Every question put to attempts; all of them take a scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Integer, Select, bindparam, cast, column, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.domain.assessments.models import (
    Accommodation,
    Answer,
    Attempt,
    EarlierResult,
    ExtraTime,
    LateAnswers,
    Paper,
)
from app.domain.assessments.rules import key_of
from app.domain.assessments.values import Given, PaperQuestion, Response, Sitting
from app.domain.catalogue.models import Course, CourseVersion
from app.domain.enrolment.models import Enrolment
from app.domain.people import queries as people
from app.domain.people.models import Person
from app.domain.territory.models import Unit
from app.domain.territory.values import Scope, ScopeShape
from app.foundation.db import Moment, session
from app.foundation.errors import NotFound
from app.foundation.kept import Kept
from app.foundation.plain import load

AnySelect: TypeAlias = "Select[*tuple[Any, ...]]"
PaperAsDrawn: TypeAlias = tuple[PaperQuestion, ...]

_papers: Kept[PaperAsDrawn] = Kept(most=32)


def _by_id(shape: ScopeShape, *columns: InstrumentedAttribute[Any] | type[Attempt]) -> AnySelect:
    return select(*columns).where(
        Attempt.public_id == bindparam("attempt"), shape.within(Attempt.unit_path, Attempt.person_id)
    )


@cache
def _attempt(shape: ScopeShape, *, is_locked: bool) -> AnySelect:
    statement = _by_id(shape, Attempt)
    if is_locked:
        statement = statement.with_for_update(of=Attempt).execution_options(populate_existing=True)
    return statement


@cache
def _sitting(shape: ScopeShape) -> AnySelect:
    columns = (
        Attempt.id,
        Attempt.public_id,
        Attempt.unit_path,
        Attempt.person_id,
        Attempt.deadline_at,
        Attempt.finished_at,
        Attempt.is_on_paper,
    )
    return _by_id(shape, *columns).with_for_update(of=Attempt)


def get_attempt(scope: Scope, public_id: UUID, *, is_locked: bool = False) -> tuple[Attempt, PaperAsDrawn]:
    """Return an attempt within a scope and its paper; locked until the transaction ends where asked."""
    statement = _attempt(scope.shape, is_locked=is_locked)
    row = session().execute(statement, {"attempt": public_id, **scope.bounds()}).first()
    if row is None:
        raise NotFound
    return row[0], _paper(row[0].id, public_id)


def get_sitting(scope: Scope, public_id: UUID) -> tuple[Sitting, PaperAsDrawn]:
    """Return what must be known to write answers of an attempt within a scope down, and its paper; locked."""
    statement, bounds = _sitting(scope.shape), {"attempt": public_id, **scope.bounds()}
    row = session().connection().execute(statement, bounds).first()
    if row is None:
        raise NotFound
    sitting = Sitting(*row)
    return sitting, _paper(sitting.id, public_id)


def _paper(attempt_id: int, public_id: UUID) -> PaperAsDrawn:
    """Return the paper of an attempt that was found within a scope; it never changes once it is drawn."""

    def read() -> PaperAsDrawn:
        questions = session().scalars(select(Paper.questions).where(Paper.attempt_id == attempt_id)).one()
        return tuple(load(PaperQuestion, question) for question in questions)

    return _papers.get(public_id, read)


def find_open(scope: Scope, enrolment_id: int) -> Attempt | None:
    """Return the open attempt of an enrolment within a scope, or None."""
    return session().scalar(
        select(Attempt).where(
            Attempt.enrolment_id == enrolment_id,
            Attempt.finished_at.is_(None),
            scope.within(Attempt.unit_path, Attempt.person_id),
        )
    )


@cache
def _of_enrolment(shape: ScopeShape) -> Select[Attempt]:
    return (
        select(Attempt)
        .where(
            Attempt.enrolment_id == bindparam("enrolment"), shape.within(Attempt.unit_path, Attempt.person_id)
        )
        .order_by(Attempt.ordinal)
    )


def list_attempts(scope: Scope, enrolment_id: int) -> Sequence[Attempt]:
    """Return the attempts of an enrolment within a scope, the first first."""
    return session().scalars(_of_enrolment(scope.shape), {"enrolment": enrolment_id, **scope.bounds()}).all()


_RESPONSES = select(Answer.position, Answer.response).where(Answer.attempt_id == bindparam("attempt"))
_GIVEN = select(Answer.position, Answer.response, Answer.given_at).where(
    Answer.attempt_id == bindparam("attempt")
)


def responses_of(scope: Scope, attempt: Attempt) -> Mapping[int, Response]:
    """Return position → what the learner answered."""
    if not scope.covers(attempt.unit_path, attempt.person_id):
        return {}
    rows = session().connection().execute(_RESPONSES, {"attempt": attempt.id})
    return {position: response for position, response in rows}  # noqa: C416 -- Rows are no pairs to the type checker.


def list_given(scope: Scope, attempt: Attempt | Sitting) -> Mapping[int, Given]:
    """Return position → what the learner answered, and when she gave it."""
    if not scope.covers(attempt.unit_path, attempt.owner_id):
        return {}
    rows = session().connection().execute(_GIVEN, {"attempt": attempt.id})
    return {position: Given(response, at) for position, response, at in rows}


def last_saved(scope: Scope, attempt: Attempt) -> datetime | None:
    """Return when answers were last written down; None where nothing is saved yet."""
    if not scope.covers(attempt.unit_path, attempt.person_id):
        return None
    return session().scalar(select(func.max(Answer.saved_at)).where(Answer.attempt_id == attempt.id))


def count_late(scope: Scope, attempt: Attempt | Sitting) -> int:
    """Return how often answers came when the attempt had ended."""
    if not scope.covers(attempt.unit_path, attempt.owner_id):
        return 0
    held = select(func.count()).select_from(LateAnswers).where(LateAnswers.attempt_id == attempt.id)
    return session().scalar(held) or 0


def earned_of(scope: Scope, attempt: Attempt) -> Mapping[int, str | None]:
    """Return position → points earned as an exact fraction."""
    if not scope.covers(attempt.unit_path, attempt.person_id):
        return {}
    rows = session().execute(select(Answer.position, Answer.earned).where(Answer.attempt_id == attempt.id))
    return {position: earned for position, earned in rows}  # noqa: C416 -- Rows are no pairs to the type checker.


def rows_of_answers() -> AnySelect:
    """Return the rows of answers that lie in one JSON object, position → response and points: for an INSERT.

    An INSERT of many VALUES would be built anew, place by place, every time that anybody saves.
    """
    given = func.json_each(bindparam("answers", type_=JSON)).table_valued("key", column("value", JSON))
    return select(
        bindparam("attempt", type_=Integer),
        cast(given.c.key, Integer),
        given.c.value["response"],
        bindparam("given_at", type_=Moment),
        bindparam("at", type_=Moment),
        given.c.value["earned"].as_string(),
    ).where(given.c.key.is_not(None))


def list_seen_keys(scope: Scope, person_id: int, course_id: int) -> frozenset[str]:
    """Return the keys of the questions that a person within a scope was ever given in tests of a course."""
    papers = session().scalars(
        select(Paper.outline)
        .join(Attempt, Attempt.id == Paper.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.course_id == course_id,
            scope.within(Attempt.unit_path, Attempt.person_id),
        )
    )
    return frozenset(key_of(question) for outline in papers for question in outline.split())


def outlines_of(attempt_ids: Sequence[int]) -> Mapping[int, str]:
    """Return attempt → the outline of its paper, of attempts that were found within a scope: see ``rules.outline``."""
    statement = select(Paper.attempt_id, Paper.outline).where(Paper.attempt_id.in_(attempt_ids))
    rows = session().connection().execute(statement).all()
    return {attempt_id: outline for attempt_id, outline in rows}  # noqa: C416 -- Rows are no pairs to the type checker.


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


def list_of(enrolment: Enrolment) -> Sequence[Attempt]:
    """Return the attempts of an enrolment that was found within a scope, the first first."""
    return (
        session()
        .scalars(select(Attempt).where(Attempt.enrolment_id == enrolment.id).order_by(Attempt.ordinal))
        .all()
    )


@dataclass(frozen=True, slots=True)
class Adjustable:
    """An attempt with what it belongs to; ``unit`` is where the learner was employed at that time."""

    attempt: Attempt
    enrolment: Enrolment
    course: Course
    version: CourseVersion
    person: Person
    unit: Unit


def get_to_adjust(scope: Scope, teaching: Scope, public_id: UUID, *, is_locked: bool = False) -> Adjustable:
    """Return an attempt within a scope, or of a course within the scope of whoever teaches it; locked where asked."""
    statement = _to_adjust(scope, teaching).where(Attempt.public_id == public_id)
    if is_locked:
        statement = statement.with_for_update(of=Attempt).execution_options(populate_existing=True)
    row = session().execute(statement).first()
    if row is None:
        raise NotFound
    return Adjustable(*row)


def get_to_read(own: Scope, scope: Scope, teaching: Scope, public_id: UUID) -> Adjustable:
    """Return a learner's own attempt, or one that is found to be adjusted."""
    reached = own.within(Attempt.unit_path, Attempt.person_id) | _reached(scope, teaching)
    row = session().execute(_with_all().where(Attempt.public_id == public_id, reached)).first()
    if row is None:
        raise NotFound
    return Adjustable(*row)


def _reached(scope: Scope, teaching: Scope) -> ColumnElement[bool]:
    return scope.within(Attempt.unit_path) | teaching.within(Course.owner_path)


def _to_adjust(scope: Scope, teaching: Scope) -> AnySelect:
    return _with_all().where(_reached(scope, teaching))


def _with_all() -> AnySelect:
    return (
        select(Attempt, Enrolment, Course, CourseVersion, Person, Unit)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Course, Course.id == Enrolment.course_id)
        .join(CourseVersion, CourseVersion.id == Attempt.version_id)
        .join(Person, Person.id == Attempt.person_id)
        .join(Unit, Unit.id == Enrolment.unit_id)
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of attempts is narrowed to: the course's slug, a person, a name in any script."""

    course: str | None = None
    person_id: int | None = None
    name: str = ""


def list_to_adjust(
    scope: Scope, teaching: Scope, wanted: Wanted, page: int, size: int
) -> tuple[Sequence[Adjustable], int]:
    """Return one page of such attempts, the latest first, and how many there are in all.

    By name only learners within ``scope`` are found: who teaches a course alone may not try names out.
    """
    statement = _to_adjust(scope, teaching)
    if wanted.course is not None:
        statement = statement.where(Course.slug == wanted.course)
    if wanted.person_id is not None:
        statement = statement.where(Attempt.person_id == wanted.person_id)
    if names := people.named(wanted.name):
        statement = statement.where(scope.within(Attempt.unit_path), *names)
    count = session().scalar(statement.with_only_columns(func.count(Attempt.id))) or 0
    rows = session().execute(
        statement.order_by(Attempt.started_at.desc(), Attempt.id.desc()).limit(size).offset((page - 1) * size)
    )
    return [Adjustable(*row) for row in rows], count


@dataclass(frozen=True, slots=True)
class Record:
    """What became of an attempt beside its answers: evidence, more time, and what it was worth before."""

    late: Sequence[LateAnswers]
    extra_times: Sequence[ExtraTime]
    earlier: Sequence[EarlierResult]


def record_of(attempt: Attempt) -> Record:
    """Return the record of an attempt that was found within a scope, the first first."""
    held = session()
    late = select(LateAnswers).where(LateAnswers.attempt_id == attempt.id).order_by(LateAnswers.id)
    times = select(ExtraTime).where(ExtraTime.attempt_id == attempt.id).order_by(ExtraTime.id)
    earlier = select(EarlierResult).where(EarlierResult.attempt_id == attempt.id).order_by(EarlierResult.id)
    return Record(held.scalars(late).all(), held.scalars(times).all(), held.scalars(earlier).all())


def paper_of(attempt: Attempt) -> PaperAsDrawn:
    """Return the paper of an attempt that was found within a scope."""
    return _paper(attempt.id, attempt.public_id)


def answers_of(attempt: Attempt) -> Sequence[Answer]:
    """Return the answers of an attempt that was found within a scope, in the order of its paper."""
    held = select(Answer).where(Answer.attempt_id == attempt.id).order_by(Answer.position)
    return session().scalars(held).all()


_EXTRA = select(Accommodation.extra_percent).where(
    Accommodation.person_id == bindparam("person"), Accommodation.ended_at.is_(None)
)


def extra_percent(scope: Scope, learner: Enrolment) -> int:
    """Return how much more time a learner within a scope has in every test, in percent."""
    if not scope.covers(learner.unit_path, learner.person_id):
        return 0
    return session().connection().scalar(_EXTRA, {"person": learner.person_id}) or 0


def list_accommodations(scope: Scope, person: Person) -> Sequence[Accommodation]:
    """Return what more time a person within a scope has and had, the newest first."""
    if not scope.covers(person.unit.path, person.id):
        return []
    held = select(Accommodation).where(Accommodation.person_id == person.id)
    return session().scalars(held.order_by(Accommodation.id.desc())).all()


def list_open_of(person: Person) -> Sequence[Attempt]:
    """Return the open attempts of a person who was found within a scope, locked."""
    statement = select(Attempt).where(Attempt.person_id == person.id, Attempt.finished_at.is_(None))
    return session().scalars(statement.with_for_update().execution_options(populate_existing=True)).all()


def list_ids(scope: Scope, person_id: int) -> Sequence[int]:
    """Return the numbers inside of a person's attempts within a scope."""
    mine = select(Attempt.id).where(
        Attempt.person_id == person_id, scope.within(Attempt.unit_path, Attempt.person_id)
    )
    return session().scalars(mine).all()
