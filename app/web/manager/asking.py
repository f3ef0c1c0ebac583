"""What an address of a list asks for, and which units a person may choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import format_date
from flask_babel import gettext as _
from wtforms import Field, RadioField, StringField
from wtforms.fields.choices import SelectChoice

from app.domain.territory import queries as territory
from app.domain.territory.models import Unit
from app.domain.territory.values import Scope
from app.foundation import clock
from app.foundation.errors import NotFound
from app.web.labels import UNIT_LEVELS

MOST_TO_PICK = 200
"""A list of more units than that is not read; a name is typed instead."""
MOST_FOUND = 30


def read_choice(asked: Mapping[str, str], name: str, known: Mapping[str, object]) -> str | None:
    """Return a word of the address that is one of those known, None where none is given; raises NotFound."""
    word = asked.get(name, "")
    if word and word not in known:
        raise NotFound
    return word or None


def say_unit(unit: Unit) -> str:
    """Return what a unit is called in a list of units: what it is, unless a municipality, and where it lies."""
    level = UNIT_LEVELS.get((unit.country, unit.level), unit.level)
    said = unit.name if unit.level == "municipality" else f"{unit.name} – {level}"
    if unit.level == "municipality" and unit.parent is not None and unit.parent.name != unit.name:
        said = f"{said} ({unit.parent.name})"
    is_over = unit.valid_to is not None and unit.valid_to < clock.now().date()
    return _("%(unit)s, until %(day)s", unit=said, day=format_date(unit.valid_to)) if is_over else said


def list_options(scope: Scope) -> list[tuple[str, str]] | None:
    """Return the units of a scope as code and words, or None where they are too many to be picked from a list."""
    units = territory.list_units_within(scope, MOST_TO_PICK + 1)
    return None if len(units) > MOST_TO_PICK else [(unit.code, say_unit(unit)) for unit in units]


@dataclass(frozen=True, slots=True)
class Places:
    """The units by which a list may be narrowed: ``options`` where they are few, else what was typed is looked up."""

    options: Sequence[tuple[str, str]] | None
    unit: Unit | None = None
    typed: str = ""
    found: Sequence[Unit] = ()

    @property
    def is_open(self) -> bool:
        """Whether a name was typed that does not say which unit is meant."""
        return bool(self.typed) and self.unit is None


def read_places(scope: Scope, asked: Mapping[str, str]) -> Places:
    """Return which unit is asked for, by ``unit``, a code, or ``place``, a name; raises NotFound outside a scope."""
    options, code, typed = list_options(scope), asked.get("unit", ""), asked.get("place", "").strip()
    if code:
        unit = territory.get_unit_within(scope, code)
        return Places(options, unit, unit.name)
    if not typed:
        return Places(options)
    named = find_units(scope, typed)
    return Places(options, named[0] if len(named) == 1 else None, typed, named)


def find_units(scope: Scope, typed: str) -> Sequence[Unit]:
    """Return the units of a scope that a typed code or name may mean: those called just so, else those like it."""
    return territory.list_units_named(scope, typed) or territory.search_units(scope, typed, MOST_FOUND)


def offer(field: Field, options: Sequence[tuple[str, str]]) -> None:
    """Let a field choose among units."""
    field.choices = [SelectChoice(value=code, label=words) for code, words in options]


def settle_unit(scope: Scope, typed: StringField, choice: RadioField) -> str | None:
    """Return the code of the unit that was typed and, where several are meant, chosen; else say so at the field."""
    found = find_units(scope, (typed.data or "").strip())
    chosen = [unit for unit in found if unit.code == choice.data] or list(found)
    if len(chosen) == 1:
        return chosen[0].code
    offer(choice, [(unit.code, say_unit(unit)) for unit in found])
    words = _("Several places fit. Choose one of them.") if found else _("No place of yours is called so.")
    typed.errors = [*typed.errors, words]
    return None
