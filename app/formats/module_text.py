"""Reads a module file: its front matter, and the Markdown after it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.formats import yaml_fields as fields_of
from app.formats.question_values import Piece
from app.formats.report import Report
from app.formats.source_text import check_brackets, fenced, read_lines, split_front_matter
from app.formats.yaml_fields import Fields, Languages
from app.formats.yaml_tree import Table, read_tree
from app.foundation.i18n import N_

RESERVED = frozenset({"test", "print", "media", "survey"})
"""Addresses that the pages of a course use themselves (course-format.md)."""

_FILE = re.compile(r"(?:(?P<number>[0-9]+)-)?(?P<address>.+)\.md")
_ADDRESS = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_ADDRESS_LIMIT = 80


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """A module file in one language; ``given`` holds the lines of the keys that it names."""

    file: str
    title: str
    minutes: int
    law_as_of: date | None
    check: tuple[str, ...]
    body: Piece
    given: Mapping[str, int] = field(default_factory=dict)


def address_of(name: str) -> str | None:
    """Return the address of a module by its file name, or None where it cannot be one."""
    found = _FILE.fullmatch(name)
    address = found["address"] if found else ""
    return address if _ADDRESS.fullmatch(address) and len(address) <= _ADDRESS_LIMIT else None


def order_of(name: str) -> tuple[int, str]:
    """Return what modules are ordered by: their number, then their name; those without a number come last."""
    found = _FILE.fullmatch(name)
    number = found["number"] if found else None
    return (int(number) if number and len(number) < 10 else 10**9, name)  # noqa: PLR2004 -- Longer is no number.


def read_module(data: bytes, languages: Languages, report: Report, *, is_source: bool) -> ModuleSource | None:
    """Read a module file; in a translation only the title is needed. None where nothing can be made of it."""
    lines = read_lines(data, report)
    if lines is None:
        return None
    front = split_front_matter(lines, report)
    marks = fenced(front.body, report, front.body_line)
    tree = read_tree(front.yaml, report, front.yaml_line)
    if not check_brackets(front.body, marks, report, front.body_line) or tree is None:
        return None
    if not isinstance(tree, Table):
        report.error(tree.line, N_("The front matter must hold keys, such as “title: …”."))
        return None
    fields = Fields(tree, report)
    titles = fields.need("title", languages.titles, fields_of.NO_TEXTS)
    if "title" in fields.lines and languages.plain not in titles:
        report.error(
            fields.lines["title"], N_("The title needs a text in %(language)s."), language=languages.plain
        )
    take_minutes = fields.need if is_source else fields.take
    source = ModuleSource(
        file=report.file,
        title=titles.get(languages.plain, ""),
        minutes=take_minutes("minutes", fields_of.whole(1, 10_000), 0),
        law_as_of=fields.take("law_as_of", fields_of.nothing_or(fields_of.day), None),
        check=fields.take("check", fields_of.list_of(fields_of.identifier), ()),
        body=Piece("\n".join(front.body), front.body_line),
        given=fields.lines,
    )
    fields.close()
    return source
