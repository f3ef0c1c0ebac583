"""An invented country of the Czech shape: as many units on each level as Czechia has, none of them real."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from sqlalchemy import Connection, insert

from app.domain.territory.models import Unit
from app.foundation.text import fold, sort_key

SEED = 6258


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text."""
    return tuple(text.split())


_LEVELS = ("region", "centre", "authorised-office", "municipality")
_BEGINNINGS = words("Bor Dub Hor Jav Kam Lip Mlad Nov Pís Rad Suš Třeb Úst Vel Zál Žďár Čern Říč Šum Ořech")
_MIDDLES = words("o a i ov in ol ic ař ec ín ně")
_ENDINGS = words("ice any ov ín ec ná né ves lhota hrad důl brod")


@dataclass(frozen=True, slots=True)
class Shape:
    """How many units a country has on each level below it."""

    regions: int
    centres: int
    offices: int
    municipalities: int


CZECHIA = Shape(14, 206, 393, 6_258)
VILLAGE_LAND = Shape(2, 4, 6, 40)
"""The same on a small scale, for tests."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of the invented country, as its row wants it."""

    id: int
    parent_id: int | None
    level: str
    code: str
    name: str
    path: str

    def row(self) -> dict[str, object]:
        """Return the columns of the unit."""
        return {
            "id": self.id,
            "code": self.code,
            "parent_id": self.parent_id,
            "country": "CZ",
            "level": self.level,
            "name": self.name,
            "name_latin": self.name,
            "folded": f"{fold(self.name)} {fold(self.name)}",
            "sort_key": sort_key(self.name, "cs"),
            "path": self.path,
        }


def lay_out(shape: Shape) -> list[Place]:
    """Return the units of a shape from the top down; the country's code is CZ, all others are invented."""
    dice = Random(SEED)
    places = [Place(1, None, "country", "CZ", "Vymyšlená země", "1.")]
    above = places[:]
    counts = (shape.regions, shape.centres, shape.offices, shape.municipalities)
    for level, count in zip(_LEVELS, counts, strict=True):
        above = list(_below(above, level, count, len(places), dice))
        places += above
    return places


def _below(above: list[Place], level: str, count: int, known: int, dice: Random) -> Iterator[Place]:
    """Yield the units of a level: each upper one has at least one, the others fall where chance will."""
    for number in range(count):
        upper = above[number] if number < len(above) else dice.choice(above)
        unit_id = known + number + 1
        name = dice.choice(_BEGINNINGS) + dice.choice(_MIDDLES) + dice.choice(_ENDINGS)
        code = f"X{level[0].upper()}{number:05d}"
        yield Place(unit_id, upper.id, level, code, name, f"{upper.path}{unit_id}.")


def settle(connection: Connection, places: list[Place]) -> None:
    """Write the units of the country into an empty table."""
    connection.execute(insert(Unit), [place.row() for place in places])
