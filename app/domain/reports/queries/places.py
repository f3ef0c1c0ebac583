"""Where a report looks: a unit within a scope, what lies above and below it, which courses are taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.domain.catalogue.models import Course, CourseVersion, Edition
from app.domain.catalogue.queries import get_course
from app.domain.enrolment.models import Enrolment
from app.domain.reports.values import Period, Selection
from app.domain.territory.models import Unit
from app.domain.territory.queries import (
    find_unit,
    list_ancestors,
    list_children,
    list_countries,
    list_units_by_path,
)
from app.domain.territory.values import Scope, subtree
from app.foundation.db import session
from app.foundation.errors import NotFound

AnySelect: TypeAlias = "Select[*tuple[Any, ...]]"
"""A query of any columns."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit with what is above it within the scope and directly below it.

    Without a unit it is all that the asker holds, and ``below`` are her units; ``roots`` are these always.
    """

    unit: Unit | None
    above: Sequence[Unit]
    below: Sequence[Unit]
    roots: Sequence[Unit]

    @property
    def path(self) -> str | None:
        """The unit's path, None for all that the asker holds."""
        return self.unit.path if self.unit else None

    @property
    def code(self) -> str | None:
        """The unit's code, None for all that the asker holds."""
        return self.unit.code if self.unit else None


def list_roots(scope: Scope) -> Sequence[Unit]:
    """Return the highest units of a scope: the countries where everything is open."""
    if scope.everything:
        return list_countries()
    highest = [
        path for path in scope.paths if not any(path.startswith(up) and path != up for up in scope.paths)
    ]
    return list_units_by_path(highest)


def get_place(scope: Scope, code: str | None) -> Place:
    """Return the unit of a code, else the asker's only unit, else all of hers; NotFound beyond the scope."""
    roots = list_roots(scope)
    unit = _get_within(scope, code) if code else roots[0] if len(roots) == 1 else None
    if unit is None:
        return Place(None, (), roots, roots)
    above = [each for each in list_ancestors(unit)[:-1] if scope.covers(each.path)]
    return Place(unit, above, list_children(unit), roots)


def _get_within(scope: Scope, code: str) -> Unit:
    unit = find_unit(code)
    if unit is None or not scope.covers(unit.path):
        raise NotFound
    return unit


def get_selection(
    scope: Scope,
    unit: str | None,
    period: Period,
    course: str | None = None,
    track: str | None = None,
    result: str | None = None,
) -> Selection:
    """Return a selection of completions, its unit checked by the scope.

    Raises NotFound for an unknown unit or course, and for a unit beyond the scope.
    """
    place = get_place(scope, unit)
    if course is not None:
        get_course(course)
    return Selection(place.code, place.path, period, course, track, result)


def list_courses(scope: Scope, path: str | None) -> Sequence[tuple[str, dict[str, str]]]:
    """Return slug and titles of the courses that somebody of a place takes: no other place's are named."""
    taken = exists().where(Enrolment.course_id == Course.id, Within(scope, path).at(Enrolment.unit_path))
    rows = session().execute(_newest(Course.slug, CourseVersion.titles).where(taken).order_by(Course.slug))
    return [(slug, titles) for slug, titles in rows]


def _newest(*columns: InstrumentedAttribute[Any]) -> AnySelect:
    """Return the query for published courses with the newest correction of their newest edition."""
    return (
        select(*columns)
        .select_from(Course)
        .join(Edition, and_(Edition.course_id == Course.id, Edition.number == Course.newest_edition))
        .join(CourseVersion, CourseVersion.id == Edition.version_id)
    )


@dataclass(frozen=True, slots=True)
class Within:
    """The clauses that keep a query within a scope, and at or below a unit of it where a path is given."""

    scope: Scope
    path: str | None = None

    def at(self, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """Return the clause for rows that lie here."""
        clause = self.scope.within(column)
        return clause if self.path is None else and_(clause, subtree(column, self.path))

    def below(self, column: InstrumentedAttribute[str], upper: type[Unit]) -> ColumnElement[bool]:
        """Return the clause for rows that lie here, at or below the unit of an alias: for a join."""
        end = func.substr(upper.path, 1, func.length(upper.path) - 1).op("||")("/")
        return and_(self.at(column), column >= upper.path, column < end)

    def units_and_above(self) -> ColumnElement[bool]:
        """Return the clause for the units here and all above them."""
        paths = self.scope.paths if self.path is None else (self.path,)
        above = {int(part) for path in paths for part in path.split(".") if part}
        return or_(self.at(Unit.path), Unit.id.in_(sorted(above)))

    def of_courses(
        self, column: InstrumentedAttribute[int], course: str | None, track: str | None
    ) -> Sequence[ColumnElement[bool]]:
        """Return the clauses for rows of a course and of a track: that of the course's newest version."""
        clauses: list[ColumnElement[bool]] = []
        if course is not None:
            clauses.append(column == select(Course.id).where(Course.slug == course).scalar_subquery())
        if track is not None:
            clauses.append(column.in_(_newest(Course.id).where(CourseVersion.track == track)))
        return clauses
