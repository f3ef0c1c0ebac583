"""What a unit of the territory is, and how far a person may see: plain frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, bindparam, false, or_, true
from sqlalchemy.orm import InstrumentedAttribute

LEVELS: dict[str, tuple[str, ...]] = {
    "CZ": ("country", "region", "centre", "authorised-office", "municipality"),
    "RS": ("country", "province", "region", "municipality"),
    "UA": ("country", "region", "district", "municipality"),
    "BG": ("country", "region", "municipality"),
}
"""The levels of each country from the top down."""

MAY_BE_SKIPPED: dict[str, frozenset[str]] = {
    "CZ": frozenset(),
    "RS": frozenset({"province"}),
    "UA": frozenset(),
    "BG": frozenset(),
}
"""The levels that a parent may leave out: Serbia has provinces in a part of its territory only (Constitution,
art. 182). Prague needs no exception: the Czech code lists name it on every level."""

ZONES = {"CZ": "Europe/Prague", "RS": "Europe/Belgrade", "UA": "Europe/Kyiv", "BG": "Europe/Sofia"}
"""The time zone of each country."""


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A line of a territory file, checked: codes are the official ones, dates bound its validity."""

    code: str
    parent_code: str | None
    country: str
    level: str
    name: str
    name_latin: str
    valid_from: date | None = None
    valid_to: date | None = None
    successor_code: str | None = None


@dataclass(frozen=True, slots=True)
class TreeFault:
    """What is wrong with a line of a territory file: an English msgid, and what fills its places."""

    line: int
    message: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A unit as it was and as it will be, with the names of the fields that differ."""

    old: UnitRow
    new: UnitRow
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import would do; ``absent`` are units that a file for their whole country does not name."""

    added: tuple[UnitRow, ...]
    changed: tuple[Change, ...]
    closed: tuple[UnitRow, ...]  # which get a last day, or another one
    unchanged: tuple[UnitRow, ...]
    absent: tuple[UnitRow, ...]


@dataclass(frozen=True, slots=True)
class IssuerParticulars:
    """What a unit that issues certificates is called in law; texts by content language."""

    legal_name: str
    registration_number: str
    prefix: str  # of certificate numbers, such as CZ
    signatory: str
    function: Mapping[str, str]
    place: str
    accreditation: str | None = None
    legal_line: Mapping[str, str] | None = None
    funder_line: Mapping[str, str] | None = None
    logo: str | None = None  # digest of a PNG in the file store
    funder_logo: str | None = None  # the same of who pays for the training


@dataclass(frozen=True, slots=True)
class Scope:
    """How far a query may look: subtrees of the territory, and what is the asker's own.

    A path is the ids of a unit and all above it, each followed by a full stop: ``1.5.12.``. The empty scope
    sees nothing. Made only by ``access.policy.scope_of``.
    """

    paths: tuple[str, ...] = ()
    person_id: int | None = None
    everything: bool = False

    def within(
        self,
        path: InstrumentedAttribute[str] | ColumnElement[str],
        owner: InstrumentedAttribute[int]
        | InstrumentedAttribute[int | None]
        | ColumnElement[int]
        | None = None,
    ) -> ColumnElement[bool]:
        """Return the WHERE clause for rows placed at ``path`` and owned by ``owner``."""
        if self.everything:
            return true()
        clauses = [subtree(path, unit_path) for unit_path in self.paths]
        if owner is not None and self.person_id is not None:
            clauses.append(owner == self.person_id)
        return or_(*clauses) if clauses else false()

    def covers(self, path: str, owner_id: int | None = None) -> bool:
        """Tell whether a thing lies within: the same rule as ``within``, for one object."""
        if self.everything or any(path.startswith(unit_path) for unit_path in self.paths):
            return True
        return owner_id is not None and owner_id == self.person_id

    @property
    def shape(self) -> "ScopeShape":
        """What the scope looks like, whoever's it is."""
        return ScopeShape(len(self.paths), self.person_id is not None, self.everything)

    def bounds(self) -> dict[str, str | int | None]:
        """Return what fills the places of a statement that was built for the scope's shape."""
        filled: dict[str, str | int | None] = {"scope_person": self.person_id}
        for place, path in enumerate(self.paths):
            filled |= {f"scope_from_{place}": path, f"scope_to_{place}": path[:-1] + "/"}
        return filled


@dataclass(frozen=True, slots=True)
class ScopeShape:
    """How many subtrees a scope has and whether it knows a person: what a statement is built for.

    Building a statement costs ten times what running it does, so that the pages which are asked for most keep
    theirs by shape and fill in ``Scope.bounds``.
    """

    paths: int
    has_person: bool
    everything: bool

    def within(
        self, path: InstrumentedAttribute[str], owner: InstrumentedAttribute[int] | None = None
    ) -> ColumnElement[bool]:
        """Return ``Scope.within`` with places for the bounds."""
        if self.everything:
            return true()
        clauses: list[ColumnElement[bool]] = [
            and_(path >= bindparam(f"scope_from_{place}"), path < bindparam(f"scope_to_{place}"))
            for place in range(self.paths)
        ]
        if owner is not None and self.has_person:
            clauses.append(owner == bindparam("scope_person"))
        return or_(*clauses) if clauses else false()


def subtree(path: InstrumentedAttribute[str] | ColumnElement[str], unit_path: str) -> ColumnElement[bool]:
    """Return the clause for rows at or below a unit; a range, so that an index on the path serves it.

    ``/`` is the letter after the full stop that ends every path.
    """
    return and_(path >= unit_path, path < unit_path[:-1] + "/")
