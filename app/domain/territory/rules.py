"""What a tree of units must be like, and what an import would change: pure rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields

from app.domain.territory.values import (
    LEVELS,
    MAY_BE_SKIPPED,
    Change,
    Difference,
    TreeFault,
    UnitRow,
)
from app.foundation.i18n import N_

TOP = "country"

_LONGEST_WAY = 5  # More than a territory has levels: a longer way is nonsense that nobody reads.


def check_tree(
    lines: Sequence[tuple[int, UnitRow]], known: Mapping[str, tuple[str, str]]
) -> tuple[TreeFault, ...]:
    """Return what is wrong with the units of a file, by line.

    ``lines`` are line numbers with their units, in any order; ``known`` maps the codes of units already there
    to country and level, and may serve as parents and successors. A parent is always of a higher level of the
    same country; between the two only levels of MAY_BE_SKIPPED may be left out.
    """
    rows: dict[str, UnitRow] = {}
    first_line: dict[str, int] = {}
    faults: list[TreeFault] = []
    for line, row in lines:
        if row.code in rows:
            message = N_("The code %(code)s stands on line %(other)s already.")
            faults.append(_fault(line, message, code=row.code, other=first_line[row.code]))
        else:
            rows[row.code], first_line[row.code] = row, line
    places = {**known, **{code: (row.country, row.level) for code, row in rows.items()}}
    circles = _circles({code: row.parent_code for code, row in rows.items()})
    successions = _circles({code: row.successor_code for code, row in rows.items()})
    for code, row in rows.items():
        line = first_line[code]
        faults.extend(_faults_of_place(line, row, known))
        if code in circles:
            message = N_("The unit %(code)s stands below itself: %(circle)s.")
            faults.append(_fault(line, message, code=code, circle=circles[code]))
        else:
            faults.extend(_faults_of_parent(line, row, places))
        faults.extend(_faults_of_validity(line, row, places, successions))
    return tuple(sorted(faults, key=lambda fault: fault.line))


def _fault(line: int, message: str, **values: object) -> TreeFault:
    return TreeFault(line, message, {name: str(value) for name, value in values.items()})


def _faults_of_place(line: int, row: UnitRow, known: Mapping[str, tuple[str, str]]) -> Iterator[TreeFault]:
    if row.country not in LEVELS:
        message = N_("The country “%(country)s” is not known; known are %(countries)s.")
        yield _fault(line, message, country=row.country, countries=", ".join(LEVELS))
    elif row.level not in LEVELS[row.country]:
        message = N_("%(country)s has no level “%(level)s”; it has %(levels)s.")
        levels = ", ".join(LEVELS[row.country])
        yield _fault(line, message, country=row.country, level=row.level, levels=levels)
    elif row.level == TOP and row.code != row.country:
        yield _fault(line, N_("The unit of level country has the code %(country)s."), country=row.country)
    elif known.get(row.code, (row.country, row.level)) != (row.country, row.level):
        country, level = known[row.code]
        message = N_("The code %(code)s is that of a unit of %(country)s of level %(level)s.")
        yield _fault(line, message, code=row.code, country=country, level=level)


def _faults_of_parent(line: int, row: UnitRow, places: Mapping[str, tuple[str, str]]) -> Iterator[TreeFault]:
    levels = LEVELS.get(row.country, ())
    if row.level not in levels:
        return
    if row.parent_code is None:
        if row.level != TOP:
            yield _fault(line, N_("A unit of level %(level)s needs a parent."), level=row.level)
        return
    if row.parent_code not in places:
        yield _fault(line, N_("The parent %(code)s is unknown."), code=row.parent_code)
        return
    country, level = places[row.parent_code]
    if country != row.country:
        message = N_("The parent %(code)s lies in another country: %(country)s.")
        yield _fault(line, message, code=row.parent_code, country=country)
    elif level in levels and not _may_stand_below(levels, row, level):
        message = N_("A unit of level %(level)s cannot stand right below %(code)s, of level %(parent)s.")
        yield _fault(line, message, level=row.level, code=row.parent_code, parent=level)


def _may_stand_below(levels: Sequence[str], row: UnitRow, parent_level: str) -> bool:
    above, below = levels.index(parent_level), levels.index(row.level)
    return above < below and MAY_BE_SKIPPED[row.country].issuperset(levels[above + 1 : below])


def _faults_of_validity(
    line: int, row: UnitRow, places: Mapping[str, tuple[str, str]], successions: Mapping[str, str]
) -> Iterator[TreeFault]:
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        yield _fault(line, N_("The last day (valid_to) lies before the first (valid_from)."))
    if row.successor_code is None:
        return
    if row.valid_to is None:
        yield _fault(line, N_("A unit with a successor needs a last day (valid_to)."))
    if row.code in successions:
        message = N_("The unit %(code)s succeeds itself: %(circle)s.")
        yield _fault(line, message, code=row.code, circle=successions[row.code])
    elif row.successor_code not in places:
        yield _fault(line, N_("The successor %(code)s is unknown."), code=row.successor_code)
    elif places[row.successor_code][0] != row.country:
        message = N_("The successor %(code)s lies in another country.")
        yield _fault(line, message, code=row.successor_code)


def _circles(next_code: Mapping[str, str | None]) -> dict[str, str]:
    """Return the codes from which following leads back, each with its way round: ``A › B › A``."""
    done: set[str] = set()
    found: dict[str, str] = {}
    for start in next_code:
        way: dict[str, int] = {}
        code: str | None = start
        while code is not None and code in next_code and code not in done and code not in way:
            way[code] = len(way)
            code = next_code[code]
        if code in way:
            ring = list(way)[way[code] :]
            for place, member in enumerate(ring):
                found[member] = " › ".join(_way_round(ring, place))
        done.update(way)
    return found


def _way_round(ring: Sequence[str], place: int) -> list[str]:
    """Return the way from a code round to itself; of a long one its beginning."""
    if len(ring) > _LONGEST_WAY:
        return [ring[(place + step) % len(ring)] for step in range(_LONGEST_WAY)] + ["…", ring[place]]
    return [*ring[place:], *ring[:place], ring[place]]


def parents_first(rows: Iterable[UnitRow]) -> tuple[UnitRow, ...]:
    """Return checked rows so that no unit comes before its parent, otherwise as they were."""
    return tuple(sorted(rows, key=_rank))


def _rank(row: UnitRow) -> int:
    levels = LEVELS.get(row.country, ())
    return levels.index(row.level) if row.level in levels else len(levels)


def difference(old: Iterable[UnitRow], new: Iterable[UnitRow]) -> Difference:
    """Return what an import of ``new`` would change in ``old``; a unit that is not named stays as it is."""
    before = {row.code: row for row in old}
    after = {row.code: row for row in new}
    added, changed, closed, unchanged = [], [], [], []
    for code, row in after.items():
        former = before.get(code)
        if former is None:
            added.append(row)
        elif former == row:
            unchanged.append(row)
        elif row.valid_to is not None and row.valid_to != former.valid_to:
            closed.append(row)
        else:
            changed.append(Change(former, row, _fields_that_differ(former, row)))
    whole = {row.country for row in after.values() if row.level == TOP}
    absent = [row for row in before.values() if row.country in whole and row.code not in after]
    still = [row for row in absent if row.valid_to is None]
    return Difference(tuple(added), tuple(changed), tuple(closed), tuple(unchanged), tuple(still))


def _fields_that_differ(old: UnitRow, new: UnitRow) -> tuple[str, ...]:
    return tuple(
        field.name for field in fields(UnitRow) if getattr(old, field.name) != getattr(new, field.name)
    )
