"""What may be told to the territory: units come and change by import; issuers keep their particulars."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.domain.territory import queries
from app.domain.territory.models import Issuer, Unit
from app.domain.territory.rules import parents_first
from app.domain.territory.values import IssuerParticulars, UnitRow
from app.foundation.db import session
from app.foundation.text import fold, sort_key

_LOCALES = {"CZ": "cs", "RS": "sr", "UA": "uk", "BG": "bg"}


def apply_rows(rows: Sequence[UnitRow]) -> None:
    """Add and change units so that they say what a checked file says; a unit is never deleted.

    Parents may stand anywhere in the file. A unit that moves takes its subtree's paths along.
    """
    held = session()
    units = {unit.code: unit for unit in queries.list_all_units()}
    for row in parents_first(rows):
        unit = units.get(row.code)
        if unit is None:
            unit = Unit(code=row.code, path=f"new-{row.code}")
            units[row.code] = unit
            held.add(unit)
        _fill(unit, row)
        _place(held, unit, units[row.parent_code] if row.parent_code else None)
    for row in rows:
        if row.successor_code:
            units[row.code].successor_id = units[row.successor_code].id
    held.flush()


def _fill(unit: Unit, row: UnitRow) -> None:
    unit.country, unit.level = row.country, row.level
    unit.name, unit.name_latin = row.name, row.name_latin
    unit.folded = f"{fold(row.name)} {fold(row.name_latin)}"
    unit.sort_key = sort_key(row.name, _LOCALES.get(row.country, "en"))
    unit.valid_from, unit.valid_to = row.valid_from, row.valid_to


def _place(held: Session, unit: Unit, parent: Unit | None) -> None:
    unit.parent_id = parent.id if parent else None
    held.flush()
    path = f"{parent.path if parent else ''}{unit.id}."
    if unit.path == path:
        return
    moved = [] if unit.path.startswith("new-") else queries.list_below(unit.path)
    former = unit.path
    unit.path = path
    for each in moved:
        each.path = path + each.path.removeprefix(former)
    held.flush()


def keep_issuer(unit: Unit, particulars: IssuerParticulars) -> Issuer:
    """Write down the particulars by which a unit issues certificates."""
    issuer = queries.find_issuer(unit.id)
    if issuer is None:
        issuer = Issuer(unit_id=unit.id)
        session().add(issuer)
    issuer.legal_name = particulars.legal_name
    issuer.registration_number = particulars.registration_number
    issuer.prefix = particulars.prefix
    issuer.signatory = particulars.signatory
    issuer.function = dict(particulars.function)
    issuer.place = particulars.place
    issuer.accreditation = particulars.accreditation
    issuer.legal_line = dict(particulars.legal_line) if particulars.legal_line else None
    issuer.funder_line = dict(particulars.funder_line) if particulars.funder_line else None
    issuer.logo = particulars.logo
    issuer.funder_logo = particulars.funder_logo
    session().flush()
    return issuer
