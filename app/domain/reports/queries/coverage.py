"""The coverage report: which municipalities have a completion, from the counts kept as they happen."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.domain.progress.models import CompletionCount
from app.domain.reports.queries.places import Place, Within
from app.domain.reports.values import MunicipalityTile, Share
from app.domain.territory.models import Unit
from app.domain.territory.values import Scope
from app.foundation.db import session


def count_coverage(
    scope: Scope, path: str | None, today: date, course: str | None, track: str | None
) -> Share:
    """Return how many municipalities of a place have a completion in a course or track, of how many."""
    row = (
        session()
        .execute(
            select(func.count(case((_is_covered(scope, course, track), 1))), func.count())
            .select_from(Unit)
            .where(Within(scope, path).at(Unit.path), _is_counted(today))
        )
        .one()
    )
    return Share(*row)


def list_coverage(
    scope: Scope, place: Place, today: date, course: str | None, track: str | None
) -> Mapping[int, Share]:
    """Return the same for each unit directly below a place, by its number inside."""
    upper = aliased(Unit)
    rows = session().execute(
        select(upper.id, func.count(case((_is_covered(scope, course, track), 1))), func.count())
        .select_from(upper)
        .join(Unit, Within(scope, place.path).below(Unit.path, upper))
        .where(
            upper.id.in_([unit.id for unit in place.below]),
            _is_counted(today),
        )
        .group_by(upper.id)
    )
    return {number: Share(covered, total) for number, covered, total in rows}


def list_municipalities(
    scope: Scope, path: str | None, today: date, course: str | None, track: str | None
) -> Sequence[MunicipalityTile]:
    """Return every municipality of a place with its completions, by the alphabet: for a place of few."""
    counted = (
        select(func.coalesce(func.sum(CompletionCount.completions), 0))
        .where(*_counts(scope, course, track))
        .scalar_subquery()
    )
    return _tiles(scope, path, today, counted, 0, None)


def list_missing(
    scope: Scope,
    path: str | None,
    today: date,
    course: str | None,
    track: str | None,
    page: int = 1,
    size: int = 100,
) -> Sequence[MunicipalityTile]:
    """Return one page of the municipalities without a completion, by the alphabet."""
    is_missing = ~_is_covered(scope, course, track)
    return _tiles(scope, path, today, literal(0), (page - 1) * size, size, is_missing)


def _tiles(
    scope: Scope,
    path: str | None,
    today: date,
    completions: ColumnElement[int],
    offset: int,
    limit: int | None,
    *clauses: ColumnElement[bool],
) -> Sequence[MunicipalityTile]:
    upper = aliased(Unit)
    rows = session().execute(
        select(Unit.code, Unit.name, Unit.path, func.coalesce(upper.name, ""), completions)
        .outerjoin(upper, upper.id == Unit.parent_id)
        .where(Within(scope, path).at(Unit.path), _is_counted(today), *clauses)
        .order_by(Unit.sort_key, Unit.code)
        .offset(offset)
        .limit(limit)
    )
    return [MunicipalityTile(*row) for row in rows]


def _is_counted(today: date) -> ColumnElement[bool]:
    """Return the clause for municipalities that exist on a day: one merged away cannot be missing."""
    return and_(
        Unit.level == "municipality",
        or_(Unit.valid_from.is_(None), Unit.valid_from <= today),
        or_(Unit.valid_to.is_(None), Unit.valid_to >= today),
    )


def _is_covered(scope: Scope, course: str | None, track: str | None) -> ColumnElement[bool]:
    return exists().where(*_counts(scope, course, track))


def _counts(scope: Scope, course: str | None, track: str | None) -> Sequence[ColumnElement[bool]]:
    return [
        CompletionCount.unit_id == Unit.id,
        CompletionCount.completions > 0,
        Within(scope).at(CompletionCount.unit_path),
        *Within(scope).of_courses(CompletionCount.course_id, course, track),
    ]
