"""Every question put to practical work; all of them take a scope.

A marker finds works of learners whose unit at that time lies within her scope, and works of courses that lie within
the scope of her teaching; never her own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from app.domain.assessments.models import Attempt, Paper
from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue.models import Course, CourseVersion
from app.domain.enrolment.models import Enrolment
from app.domain.people.models import Person
from app.domain.tasks.models import AnswerFile, Marking, Work
from app.domain.tasks.values import MarkingKind, WorkState
from app.domain.territory.models import Unit
from app.domain.territory.values import Scope, subtree
from app.foundation.db import session
from app.foundation.errors import NotFound
from app.foundation.plain import load


@dataclass(frozen=True, slots=True)
class Held:
    """A work in a marker's hand: its attempt, enrolment and course, and who wrote it."""

    work: Work
    attempt: Attempt
    enrolment: Enrolment
    course: Course
    learner: Person
    question: PaperQuestion


@dataclass(frozen=True, slots=True)
class Queued:
    """A line of the marking queue; ``titles`` are the course's by language."""

    work: Work
    attempt_id: UUID
    titles: Mapping[str, str]
    learner: Person
    unit_name: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a queue is narrowed to: the course's slug, the path of a unit."""

    course: str | None = None
    path: str | None = None


# The learner's side.


def list_files(scope: Scope, attempt_id: UUID, position: int | None = None) -> Sequence[AnswerFile]:
    """Return the files of an attempt within a scope, of one task where it is named, the first first."""
    statement = _files(scope).where(Attempt.public_id == attempt_id).order_by(AnswerFile.id)
    if position is not None:
        statement = statement.where(AnswerFile.position == position)
    return session().scalars(statement).all()


def get_file(scope: Scope, attempt_id: UUID, file_id: UUID) -> AnswerFile:
    """Return a file of an attempt within a scope."""
    statement = _files(scope).where(Attempt.public_id == attempt_id, AnswerFile.public_id == file_id)
    found = session().scalar(statement)
    if found is None:
        raise NotFound
    return found


def _files(scope: Scope) -> Select[AnswerFile]:
    return (
        select(AnswerFile)
        .join(Attempt, Attempt.id == AnswerFile.attempt_id)
        .where(scope.within(Attempt.unit_path, Attempt.person_id))
    )


def list_works(scope: Scope, attempt_id: int) -> Sequence[Work]:
    """Return the works of an attempt within a scope, in the order of its paper."""
    return (
        session()
        .scalars(
            select(Work)
            .where(Work.attempt_id == attempt_id, scope.within(Work.unit_path, Work.person_id))
            .order_by(Work.position)
        )
        .all()
    )


def works_of(attempt: Attempt) -> Sequence[Work]:
    """Return the works of an attempt that was found within a scope, in the order of its paper."""
    held = select(Work).where(Work.attempt_id == attempt.id).order_by(Work.position)
    return session().scalars(held).all()


def find_work(scope: Scope, attempt_id: UUID, position: int, *, is_locked: bool = False) -> Work | None:
    """Return the work of a task within a scope, or None; locked until the act ends where asked."""
    statement = (
        select(Work)
        .join(Attempt, Attempt.id == Work.attempt_id)
        .where(
            Attempt.public_id == attempt_id,
            Work.position == position,
            scope.within(Work.unit_path, Work.person_id),
        )
    )
    if is_locked:
        statement = statement.with_for_update(of=Work).execution_options(populate_existing=True)
    return session().scalar(statement)


def get_work(scope: Scope, attempt_id: UUID, position: int, *, is_locked: bool = False) -> Work:
    """Return the work of a task within a scope; locked until the act ends where asked."""
    work = find_work(scope, attempt_id, position, is_locked=is_locked)
    if work is None:
        raise NotFound
    return work


# The marker's side.


def _reached(scope: Scope, teaching: Scope, own_id: int | None) -> ColumnElement[bool]:
    reached = scope.within(Work.unit_path) | teaching.within(Course.owner_path)
    return and_(reached, Work.person_id != (own_id or 0), Attempt.annulled_at.is_(None))


def get_held(
    scope: Scope,
    teaching: Scope,
    own_id: int | None,
    attempt_id: UUID,
    position: int,
    *,
    is_locked: bool = False,
) -> Held:
    """Return a work that a marker reaches, with all that it belongs to; locked until the act ends where asked."""
    statement = (
        select(Work, Attempt, Enrolment, Course, Person, Paper.questions)
        .join(Attempt, Attempt.id == Work.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Course, Course.id == Enrolment.course_id)
        .join(Person, Person.id == Work.person_id)
        .join(Paper, Paper.attempt_id == Attempt.id)
        .where(
            Attempt.public_id == attempt_id,
            Work.position == position,
            _reached(scope, teaching, own_id),
        )
    )
    if is_locked:
        statement = statement.with_for_update(of=(Attempt, Enrolment, Work)).execution_options(
            populate_existing=True
        )
    row = session().execute(statement).first()
    if row is None:
        raise NotFound
    work, attempt, enrolment, course, learner, questions = row
    question = load(PaperQuestion, questions[position - 1])
    return Held(work, attempt, enrolment, course, learner, question)


def has_unmarked(scope: Scope, teaching: Scope, own_id: int | None, attempt_id: int) -> bool:
    """Tell whether a work of an attempt that a marker reaches has no final mark yet."""
    statement = (
        select(Work.id)
        .join(Attempt, Attempt.id == Work.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Course, Course.id == Enrolment.course_id)
        .where(
            Work.attempt_id == attempt_id,
            Work.state != WorkState.MARKED,
            _reached(scope, teaching, own_id),
        )
        .limit(1)
    )
    return session().scalar(statement) is not None


def _queue(scope: Scope, teaching: Scope, own_id: int | None, marker: str, wanted: Wanted) -> Select[int]:
    """Return the statement for the ids of works that wait for a marker: not those that she marked already."""
    has_marked = (
        select(Marking.id)
        .where(
            Marking.work_id == Work.id,
            Marking.handing == Work.handing,
            Marking.kind == MarkingKind.MARK.value,
            Marking.marker == marker,
            Marking.given_at.is_not(None),
        )
        .exists()
    )
    is_hers = and_(Work.state == WorkState.WAITING.value, ~has_marked)
    statement = (
        select(Work.id)
        .join(Attempt, Attempt.id == Work.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Course, Course.id == Enrolment.course_id)
        .where(or_(is_hers, Work.state == WorkState.SETTLING.value), _reached(scope, teaching, own_id))
    )
    if wanted.course is not None:
        statement = statement.where(Course.slug == wanted.course)
    if wanted.path is not None:
        statement = statement.where(subtree(Work.unit_path, wanted.path))
    return statement


def count_queued(
    scope: Scope, teaching: Scope, own_id: int | None, marker: str, wanted: Wanted | None = None
) -> int:
    """Return how many works wait for a marker."""
    waiting = _queue(scope, teaching, own_id, marker, wanted or Wanted()).subquery()
    return session().scalar(select(func.count()).select_from(waiting)) or 0


def list_queued(
    scope: Scope,
    teaching: Scope,
    own_id: int | None,
    marker: str,
    wanted: Wanted,
    page: int,
    size: int,
) -> Sequence[Queued]:
    """Return one page of the works that wait for a marker, the oldest first."""
    waiting = _queue(scope, teaching, own_id, marker, wanted)
    rows = session().execute(
        select(Work, Attempt.public_id, CourseVersion.titles, Person, Unit.name)
        .join(Attempt, Attempt.id == Work.attempt_id)
        .join(CourseVersion, CourseVersion.id == Attempt.version_id)
        .join(Person, Person.id == Work.person_id)
        .join(Unit, Unit.path == Work.unit_path)
        .where(Work.id.in_(waiting))
        .order_by(Work.handed_in_at, Work.id)
        .offset((page - 1) * size)
        .limit(size)
    )
    return [Queued(*row) for row in rows]


def list_queued_courses(
    scope: Scope, teaching: Scope, own_id: int | None, marker: str
) -> Sequence[tuple[str, Mapping[str, str]]]:
    """Return slug and titles of the courses of which works wait for a marker, by slug."""
    waiting = _queue(scope, teaching, own_id, marker, Wanted())
    newest = (
        select(func.max(Work.id))
        .join(Attempt, Attempt.id == Work.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Work.id.in_(waiting))
        .group_by(Enrolment.course_id)
    )
    rows = session().execute(
        select(Course.slug, CourseVersion.titles)
        .select_from(Work)
        .join(Attempt, Attempt.id == Work.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Course, Course.id == Enrolment.course_id)
        .join(CourseVersion, CourseVersion.id == Attempt.version_id)
        .where(Work.id.in_(newest))
        .order_by(Course.slug)
    )
    return [(slug, titles) for slug, titles in rows]


def list_work_ids(scope: Scope, person_id: int) -> Sequence[int]:
    """Return the numbers inside of a person's works within a scope."""
    mine = select(Work.id).where(Work.person_id == person_id, scope.within(Work.unit_path, Work.person_id))
    return session().scalars(mine).all()


def list_digests(scope: Scope, person_id: int) -> frozenset[str]:
    """Return the digests of the files that a person put to tasks, within a scope."""
    mine = (
        select(AnswerFile.digest)
        .join(Attempt, Attempt.id == AnswerFile.attempt_id)
        .where(Attempt.person_id == person_id, scope.within(Attempt.unit_path, Attempt.person_id))
    )
    return frozenset(session().scalars(mine))
