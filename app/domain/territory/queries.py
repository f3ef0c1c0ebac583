"""Every question put to the territory; units are public facts, so none of these takes a scope but the issuers."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from app.domain.territory.models import Issuer, Unit
from app.domain.territory.values import ZONES, IssuerParticulars, Scope, UnitRow, subtree
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


_DEPTH = func.length(Unit.path) - func.length(func.replace(Unit.path, ".", ""))
"""How many units lie on the way from the top to a unit, itself included."""


def search_units(scope: Scope, text: str, limit: int = 30) -> Sequence[Unit]:
    """Return units within a scope whose name, in any script, holds the text, or whose code begins with it."""
    folded = fold(text)
    matches = Unit.folded.contains(folded, autoescape=True) | Unit.code.startswith(text, autoescape=True)
    return (
        session()
        .scalars(
            select(Unit)
            .where(scope.within(Unit.path), matches if folded else Unit.code == text)
            .options(joinedload(Unit.parent))
            .order_by(_DEPTH, Unit.sort_key, Unit.code)
            .limit(limit)
        )
        .all()
    )


def list_units_named(scope: Scope, text: str) -> Sequence[Unit]:
    """Return the units within a scope that are called just so, in any script, or have this code."""
    folded = fold(text)
    if not folded:
        return []
    begins, ends = Unit.folded.startswith(f"{folded} "), Unit.folded.endswith(f" {folded}")
    found = session().scalars(
        select(Unit)
        .where(scope.within(Unit.path), or_(Unit.code == text.strip().upper(), begins, ends))
        .options(joinedload(Unit.parent))
        .order_by(_DEPTH, Unit.sort_key, Unit.code)
    )
    wanted = text.strip().upper()
    units = [
        unit for unit in found if unit.code == wanted or folded in {fold(unit.name), fold(unit.name_latin)}
    ]
    return [unit for unit in units if unit.code == wanted] or units


def list_units_within(scope: Scope, limit: int = 1000) -> Sequence[Unit]:
    """Return the units of a scope, level by level from the top, by the alphabet."""
    return (
        session()
        .scalars(
            select(Unit)
            .where(scope.within(Unit.path))
            .options(joinedload(Unit.parent))
            .order_by(_DEPTH, Unit.sort_key, Unit.code)
            .limit(limit)
        )
        .all()
    )


def get_unit_within(scope: Scope, code: str) -> Unit:
    """Return a unit of a scope by its official code."""
    unit = session().scalar(select(Unit).where(Unit.code == code, scope.within(Unit.path)))
    if unit is None:
        raise NotFound
    return unit


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


_ZONES = (
    select(Unit.time_zone)
    .where(Unit.id.in_(bindparam("units", expanding=True)), Unit.time_zone.is_not(None))
    .order_by(func.length(Unit.path).desc())
    .limit(1)
)
_ISSUER = (
    select(Issuer)
    .join(Issuer.unit)
    .where(Issuer.unit_id == bindparam("unit"))
    .options(contains_eager(Issuer.unit))
)


def zone_of(unit: Unit) -> str:
    """Return a unit's time zone: its own, else its nearest ancestor's, else its country's."""
    if unit.time_zone:
        return unit.time_zone
    above = [int(part) for part in unit.path.split(".")[:-2]]
    zone = session().connection().scalar(_ZONES, {"units": above}) if above else None
    return zone or ZONES.get(unit.country, "UTC")


def find_issuer(unit_id: int) -> Issuer | None:
    """Return the particulars by which a unit issues certificates, or None."""
    return session().scalar(_ISSUER, {"unit": unit_id})


def find_issuer_by_prefix(prefix: str) -> Issuer | None:
    """Return the issuer whose certificate numbers begin with a prefix, or None."""
    return session().scalar(select(Issuer).where(Issuer.prefix == prefix).options(joinedload(Issuer.unit)))


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


def particulars_of(issuer: Issuer) -> IssuerParticulars:
    """Return an issuer's particulars as a value."""
    return IssuerParticulars(
        legal_name=issuer.legal_name,
        registration_number=issuer.registration_number,
        prefix=issuer.prefix,
        signatory=issuer.signatory,
        function=issuer.function,
        place=issuer.place,
        accreditation=issuer.accreditation,
        legal_line=issuer.legal_line,
        funder_line=issuer.funder_line,
        logo=issuer.logo,
        funder_logo=issuer.funder_logo,
    )
