"""Takes the keys of a YAML table one by one, each as the type it must have, and tells the line of what is wrong.

A reader is called with a node and a report; it returns the value, or None after telling an error.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias, TypeVar

from app.domain.catalogue.values import Duration
from app.formats import serbian
from app.formats.report import Report
from app.formats.source_text import has_only_letters
from app.formats.yaml_tree import Scalar, Sequence, Table, Tree
from app.foundation.i18n import N_

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
Reader: TypeAlias = Callable[[Tree, Report], T | None]

NO_TEXTS: Mapping[str, str] = {}
NO_WORDS: tuple[str, ...] = ()
ID_LIMIT = 80
TITLE_LIMIT = 300
_ID = re.compile(r"[a-z](?:[a-z0-9-]*[a-z0-9])?")
_LANGUAGE_LIMIT = 10
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")
_DURATION = re.compile(r"([0-9]{1,5})(min|h|d|mo|y)")
_DAY_OF_YEAR = re.compile(r"[0-9]{2}-[0-9]{2}")
_LEAP_YEAR = 2000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def is_id(text: str) -> bool:
    """Tell whether a text can be an id: a-z, 0-9 and -, beginning with a letter."""
    return len(text) <= ID_LIMIT and _ID.fullmatch(text) is not None


@dataclass
class Fields:
    """The keys of one table; ``lines`` tells afterwards where each stood, by dotted path."""

    table: Table
    report: Report
    prefix: str = ""
    lines: dict[str, int] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    def take(self, key: str, read: Reader[T], default: T) -> T:
        """Return the value of a key that may be left out."""
        self.known.add(key)
        node = self.table.entries.get(key)
        if node is None:
            return default
        self.lines[self.prefix + key] = self.table.key_lines[key]
        value = read(node, self.report)
        return default if value is None else value

    def need(self, key: str, read: Reader[T], default: T) -> T:
        """Return the value of a key that must stand there; ``default`` goes on where it does not."""
        if key not in self.table.entries:
            self.report.error(
                self.table.line, N_("The key “%(key)s” is missing: add it."), key=self.prefix + key
            )
        return self.take(key, read, default)

    def inner(self, key: str) -> "Fields | None":
        """Return the keys of a table inside this one, or None where it is left out, null or no table."""
        self.known.add(key)
        node = self.table.entries.get(key)
        if node is None or is_null(node):
            return None
        self.lines[self.prefix + key] = self.table.key_lines[key]
        if not isinstance(node, Table):
            self.report.error(
                node.line, N_("“%(key)s” must hold keys, indented under it."), key=self.prefix + key
            )
            return None
        return Fields(node, self.report, f"{self.prefix}{key}.", self.lines)

    def close(self) -> None:
        """Tell every key that nobody took."""
        for key, line in self.table.key_lines.items():
            if key not in self.known:
                self.report.error(
                    line,
                    N_("The key “%(key)s” is not known here: delete it, or correct it to one of %(known)s."),
                    key=self.prefix + key,
                    known=", ".join(sorted(self.known)),
                )


def is_null(node: Tree) -> bool:
    """Tell whether nothing, ``~`` or ``null`` was written."""
    return isinstance(node, Scalar) and node.kind == "null"


def text_up_to(limit: int) -> Reader[str]:
    """Make a reader of a plain text that is not empty and has at most so many letters."""

    def read(node: Tree, report: Report) -> str | None:
        if not isinstance(node, Scalar) or node.kind == "null" or not node.text.strip():
            report.error(node.line, N_("A text is missing here: write it in quotation marks."))
            return None
        if node.kind != "str":
            report.error(
                node.line, N_("“%(text)s” is no text: put quotation marks around it."), text=node.text
            )
            return None
        if len(node.text) > limit:
            report.error(node.line, N_("This text has more than %(limit)s letters: shorten it."), limit=limit)
            return None
        return " ".join(node.text.split()) if has_only_letters(node.text, node.line, report) else None

    return read


text = text_up_to(2000)


def code(node: Tree, report: Report) -> str | None:
    """Read a code as it is written, digits included, whatever YAML takes it for."""
    if isinstance(node, Scalar) and node.kind != "null" and re.fullmatch(r"[\w.:/+-]{1,40}", node.text):
        return node.text
    report.error(node.line, N_("A code is missing here, such as CZ or CC-BY-4.0."))
    return None


def identifier(node: Tree, report: Report) -> str | None:
    """Read an id."""
    if isinstance(node, Scalar) and is_id(node.text):
        return node.text
    report.error(
        node.line,
        N_("“%(text)s” is no id: use a-z, 0-9 and hyphens, and begin with a letter."),
        text=node.text if isinstance(node, Scalar) else "",
    )
    return None


def language(node: Tree, report: Report) -> str | None:
    """Read a BCP 47 tag as far as courses use it: language, script, region."""
    if isinstance(node, Scalar) and len(node.text) <= _LANGUAGE_LIMIT and _LANGUAGE.fullmatch(node.text):
        return node.text
    report.error(
        node.line,
        N_("“%(text)s” is no language: write en, cs, sr-Cyrl, sr-Latn, uk, bg or another BCP 47 tag."),
        text=node.text if isinstance(node, Scalar) else "",
    )
    return None


def yes_or_no(node: Tree, report: Report) -> bool | None:
    """Read true or false."""
    if isinstance(node, Scalar) and node.kind == "bool":
        return node.text.lower() in {"true", "yes", "on"}
    report.error(node.line, N_("Write true or false here."))
    return None


def day(node: Tree, report: Report) -> date | None:
    """Read a date as ISO 8601 writes it."""
    written = node.text if isinstance(node, Scalar) else ""
    try:
        return date.fromisoformat(_DAY.fullmatch(written)[0])  # type: ignore[index]
    except (TypeError, ValueError):
        report.error(node.line, N_("“%(text)s” is no date: write it as 2026-01-31."), text=written)
        return None


def day_of_year(node: Tree, report: Report) -> str | None:
    """Read a day without its year, as MM-DD; 29 February is one."""
    written = node.text if isinstance(node, Scalar) else ""
    try:
        date.fromisoformat(f"{_LEAP_YEAR}-{_DAY_OF_YEAR.fullmatch(written)[0]}")  # type: ignore[index]
    except (TypeError, ValueError):
        report.error(
            node.line, N_("“%(text)s” is no day of the year: write month and day, as 12-31."), text=written
        )
        return None
    return written


def quarter_hours(node: Tree, report: Report) -> Decimal | None:
    """Read a number of hours in steps of a quarter."""
    written = node.text if isinstance(node, Scalar) else ""
    if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,2})?", written):
        hours = Decimal(written)
        if hours > 0 and hours % Decimal("0.25") == 0:
            return hours.quantize(Decimal(1)) if hours == hours.to_integral_value() else hours.normalize()
    report.error(
        node.line,
        N_("“%(text)s” is no number of hours: write it in steps of 0.25, such as 2.5."),
        text=written,
    )
    return None


def whole(low: int, high: int) -> Reader[int]:
    """Make a reader of whole numbers between two bounds, both included."""

    def read(node: Tree, report: Report) -> int | None:
        written = node.text if isinstance(node, Scalar) else ""
        if re.fullmatch(r"0|-?[1-9][0-9]{0,8}", written) and low <= int(written) <= high:
            return int(written)
        report.error(
            node.line,
            N_("“%(text)s” must be a whole number from %(low)s to %(high)s."),
            text=written,
            low=low,
            high=high,
        )
        return None

    return read


def one_of(words: type[E]) -> Reader[E]:
    """Make a reader of the words of an enumeration."""

    def read(node: Tree, report: Report) -> E | None:
        written = node.text if isinstance(node, Scalar) else ""
        if written in set(words):
            return words(written)
        report.error(
            node.line,
            N_("“%(text)s” is not known here: write one of %(known)s."),
            text=written,
            known=", ".join(words),
        )
        return None

    return read


def duration(*units: str) -> Reader[Duration]:
    """Make a reader of a whole number followed by one of the units."""

    def read(node: Tree, report: Report) -> Duration | None:
        written = node.text if isinstance(node, Scalar) else ""
        found = _DURATION.fullmatch(written)
        if found and found[2] in units and int(found[1]) > 0:
            return Duration(int(found[1]), found[2])
        report.error(
            node.line,
            N_("“%(text)s” is no duration: write a whole number and one of the units %(units)s."),
            text=written,
            units=", ".join(units),
        )
        return None

    return read


def nothing_or(read: Reader[T]) -> Reader[T]:
    """Make a reader that takes null for a value left out."""

    def read_or_not(node: Tree, report: Report) -> T | None:
        return None if is_null(node) else read(node, report)

    return read_or_not


def list_of(read: Reader[T]) -> Reader[tuple[T, ...]]:
    """Make a reader of lists, each value of which stands in them once."""

    def read_list(node: Tree, report: Report) -> tuple[T, ...] | None:
        if not isinstance(node, Sequence):
            report.error(
                node.line, N_("A list is expected here: write [one, two], or lines that begin with “- ”.")
            )
            return None
        values: list[T] = []
        for item in node.items:
            value = read(item, report)
            if value is not None and value in values:
                report.error(item.line, N_("“%(text)s” stands in the list twice."), text=value)
            elif value is not None:
                values.append(value)
        return tuple(values)

    return read_list


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages of a course, and the one that a plain string is in."""

    all: tuple[str, ...]
    plain: str

    def texts(self, node: Tree, report: Report) -> Mapping[str, str] | None:
        """Read one text, or a map of texts by language."""
        return self._by_language(node, report, text)

    def titles(self, node: Tree, report: Report) -> Mapping[str, str] | None:
        """Read one title, or a map of titles by language."""
        return self._by_language(node, report, text_up_to(TITLE_LIMIT))

    def lists(self, node: Tree, report: Report) -> Mapping[str, tuple[str, ...]] | None:
        """Read one list of texts, or a map of such lists by language."""
        return self._by_language(node, report, list_of(text))

    def _by_language(self, node: Tree, report: Report, read: Reader[T]) -> Mapping[str, T] | None:
        if not isinstance(node, Table):
            value = read(node, report)
            return None if value is None else {self.plain: value}
        values: dict[str, T] = {}
        for tag, item in node.entries.items():
            if tag not in self.all or is_null(item):
                report.error(
                    node.key_lines[tag],
                    N_(
                        "“%(key)s” is no language of this course with a text: put texts that hold a comma or a colon"
                        " in quotation marks."
                    ),
                    key=tag,
                )
                continue
            value = read(item, report)
            if value is not None:
                values[tag] = value
        return values


def complete_texts(texts: Mapping[str, str], languages: tuple[str, ...]) -> dict[str, str]:
    """Give every language a text: its own, Latin Serbian derived from Cyrillic, or that of the first language."""
    fallback = texts.get(languages[0]) or next(iter(texts.values()), "")
    return {tag: texts.get(tag) or _derived(tag, texts) or fallback for tag in languages}


def _derived(tag: str, texts: Mapping[str, str]) -> str | None:
    cyrillic = texts.get("sr-Cyrl")
    return serbian.to_latin(cyrillic) if tag == "sr-Latn" and cyrillic else None
