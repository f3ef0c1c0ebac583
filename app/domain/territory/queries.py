"""Every question put to the territory; units are public facts, so none of these takes a scope but the issuers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from app.domain.territory.models import Issuer, Unit
from app.domain.territory.values import ZONES, Scope, UnitRow, subtree
from app.foundation.db import session
from app.foundation.errors import NotFound
from app.foundation.text import fold


def get_unit(code: str) -> Unit:
    """Return a unit by its official code."""
    unit = find_unit(code)
    if unit is None:
        raise NotFound
    return unit


def find_unit(code: str) -> Unit | None:
    """Return a unit by its official code, or None."""
    return session().scalar(select(Unit).where(Unit.code == code))


def get_unit_by_id(unit_id: int) -> Unit:
    """Return a unit by its number inside."""
    unit = session().get(Unit, unit_id)
    if unit is None:
        raise NotFound
    return unit


def list_units_by_path(paths: Iterable[str]) -> Sequence[Unit]:
    """Return the units at these paths, in the order of the tree."""
    return session().scalars(select(Unit).where(Unit.path.in_(list(paths))).order_by(Unit.path)).all()


def list_children(unit: Unit) -> Sequence[Unit]:
    """Return the units directly below, by the alphabet of their language."""
    return session().scalars(select(Unit).where(Unit.parent_id == unit.id).order_by(Unit.sort_key)).all()


def list_countries() -> Sequence[Unit]:
    """Return the units at the top."""
    return session().scalars(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.code)).all()


def list_ancestors(unit: Unit) -> Sequence[Unit]:
    """Return the units above, from the top down, and the unit itself last."""
    wanted = [int(part) for part in unit.path.split(".") if part]
    found = session().scalars(select(Unit).where(Unit.id.in_(wanted))).all()
    return sorted(found, key=lambda each: len(each.path))


def list_municipalities(path: str, limit: int | None = None, offset: int = 0) -> Sequence[Unit]:
    """Return the municipalities at or below a path, by the alphabet."""
    statement = (
        select(Unit)
        .where(subtree(Unit.path, path), Unit.level == "municipality")
        .order_by(Unit.sort_key, Unit.code)
        .offset(offset)
    )
    return session().scalars(statement.limit(limit) if limit else statement).all()


def count_municipalities(path: str) -> int:
    """Return how many municipalities lie at or below a path."""
    statement = select(func.count()).where(subtree(Unit.path, path), Unit.level == "municipality")
    return session().scalar(statement) or 0


def search_units(scope: Scope, text: str, limit: int = 30) -> Sequence[Unit]:
    """Return units within a scope whose name, in any script, holds the text, or whose code begins with it."""
    folded = fold(text)
    matches = Unit.folded.contains(folded, autoescape=True) | Unit.code.startswith(text, autoescape=True)
    return (
        session()
        .scalars(
            select(Unit)
            .where(scope.within(Unit.path), matches)
            .order_by(func.length(Unit.path), Unit.sort_key)
            .limit(limit)
        )
        .all()
    )


def list_units_within(scope: Scope, limit: int = 1000) -> Sequence[Unit]:
    """Return the units of a scope in the order of the tree, the highest first."""
    return (
        session()
        .scalars(
            select(Unit)
            .where(scope.within(Unit.path))
            .order_by(func.length(Unit.path), Unit.sort_key)
            .limit(limit)
        )
        .all()
    )


def known_units() -> Mapping[str, tuple[str, str]]:
    """Return code → (country, level) of every unit, for checking a file against it."""
    rows = session().execute(select(Unit.code, Unit.country, Unit.level))
    return {code: (country, level) for code, country, level in rows}


def list_unit_rows() -> list[UnitRow]:
    """Return every unit as a file would say it, to be compared with one."""
    parent, successor = aliased(Unit), aliased(Unit)
    rows = session().execute(
        select(
            Unit.code,
            parent.code,
            Unit.country,
            Unit.level,
            Unit.name,
            Unit.name_latin,
            Unit.valid_from,
            Unit.valid_to,
            successor.code,
        )
        .outerjoin(parent, Unit.parent_id == parent.id)
        .outerjoin(successor, Unit.successor_id == successor.id)
        .order_by(Unit.path)
    )
    return [UnitRow(*row) for row in rows]


def list_all_units() -> Sequence[Unit]:
    """Return every unit in the order of the tree."""
    return session().scalars(select(Unit).order_by(Unit.path)).all()


def list_below(path: str) -> Sequence[Unit]:
    """Return every unit below a path, the one at it left out."""
    return session().scalars(select(Unit).where(subtree(Unit.path, path), Unit.path != path)).all()


def zone_of(unit: Unit) -> str:
    """Return a unit's time zone: its own, else its nearest ancestor's, else its country's."""
    if unit.time_zone:
        return unit.time_zone
    zones = [each.time_zone for each in list_ancestors(unit) if each.time_zone]
    return zones[-1] if zones else ZONES.get(unit.country, "UTC")


def day_at(unit_id: int, moment: datetime) -> date:
    """Return the day that a moment falls on where a unit lies."""
    return moment.astimezone(ZoneInfo(zone_of(get_unit_by_id(unit_id)))).date()


def find_issuer(unit_id: int) -> Issuer | None:
    """Return the particulars by which a unit issues certificates, or None."""
    return session().get(Issuer, unit_id, options=[joinedload(Issuer.unit)])


def list_issuers(scope: Scope) -> Sequence[Issuer]:
    """Return the issuers that lie within a scope."""
    return (
        session()
        .scalars(
            select(Issuer)
            .join(Unit)
            .where(scope.within(Unit.path))
            .order_by(Unit.path)
            .options(joinedload(Issuer.unit))
        )
        .all()
    )
