"""What would follow from a decision about validity: how many certificates would end when, by month and unit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue.models import Course
from app.domain.renewals import queries as renewals
from app.domain.renewals import rules
from app.domain.renewals.values import MonthCount, Prospect
from app.domain.territory.models import Unit
from app.formats import csv_table
from app.foundation import audit, clock
from app.foundation.db import transaction
from app.foundation.errors import Invalid
from app.foundation.i18n import N_

P = Permission
COLUMNS = ("month", "unit_code", "unit_name", "ending_as_they_are")


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """The certificates of a unit: how many are valid today, how many would end sooner, and how many later or never."""

    unit: Unit | None
    valid: int
    sooner: int
    later: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would follow; ``unit`` None stands for all units outside the reader's, which are not named."""

    course: Course
    lines: Sequence[tuple[MonthCount, Unit | None]]
    places: Sequence[PlaceCount]

    @property
    def valid(self) -> int:
        """How many certificates are valid today."""
        return sum(place.valid for place in self.places)

    @property
    def sooner(self) -> int:
        """How many would end earlier."""
        return sum(place.sooner for place in self.places)

    @property
    def later(self) -> int:
        """How many would end later, or never."""
        return sum(place.later for place in self.places)

    @property
    def months(self) -> Sequence[MonthCount]:
        """How many end in each month, wherever."""
        before: Counter[date] = Counter()
        after: Counter[date] = Counter()
        for line, _unit in self.lines:
            before[line.month] += line.as_they_are
            after[line.month] += line.by_decision
        return [MonthCount(None, month, before[month], after[month]) for month in sorted(before | after)]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A forecast as a CSV file."""

    name: str
    content: bytes


def foresee(
    actor: Actor, permission: Permission, course: Course, prospects: Sequence[Prospect], today: date
) -> Forecast:
    """Tell by month and unit what was counted within the actor's scope by a permission, which the caller required."""
    wanted = {each.unit_id for each in prospects if each.unit_id is not None}
    units = {unit.id: unit for unit in renewals.list_units(scope_of(actor, permission), sorted(wanted))}
    lines = [(each, units.get(each.unit_id or 0)) for each in rules.foresee(prospects, today)]
    return Forecast(course, lines, _by_place(prospects, list(units.values())))


def _by_place(prospects: Sequence[Prospect], units: Sequence[Unit]) -> Sequence[PlaceCount]:
    """Return the sums of each unit in the order of the tree, those of all other places last."""
    valid: Counter[int | None] = Counter()
    sooner: Counter[int | None] = Counter()
    later: Counter[int | None] = Counter()
    for each in prospects:
        valid[each.unit_id] += each.count
        sooner[each.unit_id] += each.count if each.is_sooner else 0
        later[each.unit_id] += each.count if each.is_later else 0
    places = [*units, *([None] if valid[None] else [])]
    ids = [unit.id if unit is not None else None for unit in places]
    return [
        PlaceCount(unit, valid[place], sooner[place], later[place])
        for unit, place in zip(places, ids, strict=True)
    ]


def export(actor: Actor, found: Forecast, name: str, dialect: str, column: str) -> Sheet:
    """Return a forecast as CSV, a row for each month and unit; it stands in the audit trail."""
    require(actor, P.COURSE_WRITE, found.course)
    if dialect not in csv_table.DIALECTS:
        raise Invalid("dialect", N_("There is no such dialect of CSV."))
    rows = [
        (
            f"{line.month:%Y-%m}",
            unit.code if unit is not None else None,
            unit.name if unit is not None else None,
            line.as_they_are,
            line.by_decision,
        )
        for line, unit in found.lines
    ]
    content = b"".join(csv_table.stream((*COLUMNS, column), rows, csv_table.DIALECTS[dialect]))
    stamped = f"{name}_{clock.now():%Y%m%dT%H%M%SZ}"
    with transaction():
        slug = found.course.slug
        audit.record(actor.name, "validity.export", stamped, course=slug, dialect=dialect, rows=len(rows))
    return Sheet(f"{stamped}.csv", content)
