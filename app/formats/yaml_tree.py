"""Reads YAML into nodes that know their lines, and refuses what an author's file never needs.

Refused are aliases and anchors (entity bombs), tags of one's own, keys that are no plain words or stand twice,
deep nesting and a second document. Nothing is constructed: the readers of ``yaml_fields`` look at the written text.
"""

from dataclasses import dataclass
from typing import TypeAlias

import yaml

from app.formats.report import Report
from app.foundation.i18n import N_

DEPTH_LIMIT = 12

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_STRAY_COLON = frozenset({
    "mapping values are not allowed here",
    "mapping values are not allowed in this context",
})


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as written; ``kind`` is what YAML takes it for: str, int, float, bool, null, timestamp."""

    text: str
    kind: str
    line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: "tuple[Tree, ...]"
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping: every key once, in the order written, with the line of the key."""

    entries: "dict[str, Tree]"
    key_lines: dict[str, int]
    line: int


Tree: TypeAlias = Scalar | Sequence | Table


def read_tree(text: str, report: Report, first_line: int = 1) -> Tree | None:
    """Return the tree of a YAML text, or None where it cannot be read; empty text is an empty table."""
    try:
        if not _is_plain(text, report, first_line):
            return None
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        _tell(error, text, report, first_line)
        return None
    if node is None:
        return Table({}, {}, first_line)
    before = len(report.findings)
    tree = _tree(node, report, first_line)
    return tree if len(report.findings) == before else None


def _is_plain(text: str, report: Report, first_line: int) -> bool:
    depth = documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = first_line + (event.start_mark.line if event.start_mark else 0)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            report.error(line, N_("Aliases and anchors (& and *) are not used here: write the value out."))
            return False
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if depth > DEPTH_LIMIT:
            report.error(line, N_("The lists and keys are nested too deeply here."))
            return False
        if documents > 1:
            report.error(line, N_("A second document begins here: keep one, and delete the line of hyphens."))
            return False
    return True


def _tell(error: yaml.YAMLError, text: str, report: Report, first_line: int) -> None:
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    mark = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None)
    line = first_line + (mark.line if mark else 0)
    if problem in _STRAY_COLON:
        report.error(line, N_("There is a colon too many here: put the whole text in quotation marks."))
    elif "end of stream" in problem and opened is not None:
        report.error(
            first_line + opened.line,
            N_("A quotation mark or bracket is opened here and never closed: close it."),
        )
    elif mark is not None and _letter_at(text, mark.line, mark.column) == "\t":
        report.error(line, N_("A tab stands where spaces are needed: indent by spaces."))
    elif "cannot start any token" in problem:
        report.error(line, N_("A text that begins with such a sign needs quotation marks around it."))
    else:
        report.error(
            line,
            N_(
                "This is not YAML: look at the quotation marks, colons and indentation of this line and the one before."
            ),
        )


def _letter_at(text: str, line: int, column: int) -> str:
    lines = text.split("\n")
    return lines[line][column : column + 1] if line < len(lines) else ""


def _tree(node: yaml.Node, report: Report, first_line: int) -> Tree:
    line = first_line + node.start_mark.line
    kind = node.tag.removeprefix(_TAG)
    if kind not in {"str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge", "value"}:
        report.error(line, N_("The tag “%(tag)s” is not used here: delete it."), tag=node.tag)
    if isinstance(node, yaml.MappingNode):
        return _table(node, report, first_line)
    if isinstance(node, yaml.SequenceNode):
        return Sequence(tuple(_tree(item, report, first_line) for item in node.value), line)
    return Scalar(str(node.value), kind, line)


def _table(node: yaml.MappingNode, report: Report, first_line: int) -> Table:
    entries: dict[str, Tree] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        line = first_line + key_node.start_mark.line
        key = key_node.value
        if not isinstance(key, str):
            report.error(line, N_("A key must be a plain word followed by a colon."))
        elif key in entries:
            report.error(line, N_("The key “%(key)s” stands here a second time: keep one."), key=key)
        else:
            entries[key] = _tree(value_node, report, first_line)
            lines[key] = line
    return Table(entries, lines, first_line + node.start_mark.line)
