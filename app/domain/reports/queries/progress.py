"""The progress report: how many enrolments of a place are in which state, and who they are."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, select
from sqlalchemy.orm import aliased

from app.domain.catalogue.models import Course, CourseVersion, Edition
from app.domain.enrolment.models import Enrolment
from app.domain.people.models import Person
from app.domain.reports.queries.places import AnySelect, Place, Within
from app.domain.reports.values import COMPLETED, Figures, ProgressRow, Result, State
from app.domain.territory.models import Unit
from app.domain.territory.values import Scope
from app.foundation.db import session

_state: ColumnElement[str] = case(
    (Enrolment.outcome.in_(COMPLETED), State.COMPLETED.value),
    (Enrolment.outcome == Result.FAILED.value, State.FAILED.value),
    (
        and_(CourseVersion.has_test, Enrolment.modules_done >= CourseVersion.modules_wanted),
        State.TEST_OPEN.value,
    ),
    (Enrolment.modules_done == 0, State.NOT_BEGUN.value),
    else_=State.READING.value,
)
"""The state of an enrolment; of an open test as ``progress.rules.is_test_open`` by what a version keeps."""

_FIGURES: tuple[ColumnElement[Any], ...] = (
    *(func.count(case((_state == state.value, 1))) for state in State),
    func.max(Enrolment.last_activity_at),
)


def count_progress(scope: Scope, path: str | None, course: str | None) -> Figures:
    """Return the figures of everything at or below a place."""
    row = (
        session()
        .execute(_joined(select(*_FIGURES).select_from(Enrolment)).where(*_taken(scope, path, course)))
        .one()
    )
    return _figures(row)


def count_progress_at(scope: Scope, unit: Unit, course: str | None) -> Figures:
    """Return the figures of those who are employed at a unit itself, not below it."""
    row = (
        session()
        .execute(
            _joined(select(*_FIGURES).select_from(Enrolment)).where(
                *_taken(scope, unit.path, course), Enrolment.unit_path == unit.path
            )
        )
        .one()
    )
    return _figures(row)


def list_progress(scope: Scope, place: Place, course: str | None) -> Mapping[int, Figures]:
    """Return the figures of the units directly below a place, by number inside; none if all are nought."""
    upper, here = aliased(Unit), Within(scope, place.path)
    statement = _joined(
        select(upper.id, *_FIGURES).select_from(upper).join(Enrolment, here.below(Enrolment.unit_path, upper))
    )
    rows = session().execute(
        statement.where(
            upper.id.in_([unit.id for unit in place.below]),
            *here.of_courses(Enrolment.course_id, course, None),
        ).group_by(upper.id)
    )
    return {row[0]: _figures(row[1:]) for row in rows}


def list_people(
    scope: Scope, path: str | None, course: str | None, state: State | None, page: int = 1, size: int = 50
) -> Sequence[ProgressRow]:
    """Return one page of the enrolments of a place in a state, by the alphabet of the people's names."""
    statement = _joined(
        select(
            Person.public_id,
            Person.family_name,
            Person.given_name,
            Unit.name,
            Course.slug,
            CourseVersion.titles,
            Enrolment.modules_done,
            CourseVersion.module_count,
            _state,
            Enrolment.last_activity_at,
        ).select_from(Enrolment)
    )
    statement = (
        statement
        .join(Person, Person.id == Enrolment.person_id)
        .join(Unit, Unit.id == Enrolment.unit_id)
        .join(Course, Course.id == Enrolment.course_id)
        .where(*_taken(scope, path, course))
        .order_by(Person.sort_key, Person.id, Enrolment.id)
        .offset((page - 1) * size)
        .limit(size)
    )
    if state is not None:
        statement = statement.where(_state == state.value)
    return [
        ProgressRow(who, family, given, unit, slug, titles, done, count, State(found), last)
        for who, family, given, unit, slug, titles, done, count, found, last in session().execute(statement)
    ]


def _joined(statement: AnySelect) -> AnySelect:
    """Join the newest correction of the edition that is taken."""
    return statement.join(Edition, Edition.id == Enrolment.edition_id).join(
        CourseVersion, CourseVersion.id == Edition.version_id
    )


def _taken(scope: Scope, path: str | None, course: str | None) -> Sequence[ColumnElement[bool]]:
    here = Within(scope, path)
    return [here.at(Enrolment.unit_path), *here.of_courses(Enrolment.course_id, course, None)]


def _figures(row: Row[Any] | tuple[Any, ...]) -> Figures:
    return Figures(*row)
