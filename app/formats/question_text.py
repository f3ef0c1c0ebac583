"""Reads a question file line by line (course-format.md, Questions): headings, stems, answer parts, explanations."""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from app.domain.catalogue.values import Kind
from app.formats import yaml_fields as fields_of
from app.formats.question_answers import READERS
from app.formats.question_attributes import read_attributes
from app.formats.question_lines import Lines, find_task_items
from app.formats.question_values import FLAGS, VALUES, Answer, Attributes, Bank, Piece, QuestionSource
from app.formats.report import Report
from app.formats.source_text import FrontMatter, check_brackets, fenced, read_lines, split_front_matter
from app.formats.yaml_fields import Fields
from app.formats.yaml_tree import Table, read_tree
from app.foundation.i18n import N_

_DEFINITION = re.compile(r"(?:\*\[[^\]]+\]|\[(?!\^)[^\]]+\]):[ \t]*\S")
LINE_LIMIT = 1_000
"""More lines than any question has; without a limit one hostile question would take as long as a whole bank."""
_IGNORED = re.compile(r"(?:#[^#].*|<!--.*-->)?")


def read_bank(data: bytes, report: Report, known: Mapping[str, Kind]) -> Bank:
    """Read a question file; ``known`` gives the kinds of questions whose translation may leave them out."""
    empty = Bank(report.file, ())
    lines = read_lines(data, report)
    if lines is None:
        return empty
    front = split_front_matter(lines, report)
    area = _default_area(front, report)
    marks = fenced(front.body, report, front.body_line)
    if not check_brackets(front.body, marks, report, front.body_line):
        return empty
    body, definitions = _without_definitions(Lines(front.body, marks, front.body_line))
    starts = [
        place for place, line in enumerate(body.texts) if _is_question(line) and not body.is_code[place]
    ]
    _check_preamble(body.part(0, starts[0] if starts else len(body.texts)), report)
    questions: list[QuestionSource] = []
    keys: dict[str, int] = {}
    for start, end in pairwise([*starts, len(body.texts)]):
        attributes, heading = _read_heading(body.part(start, start + 1), report)
        if attributes is None or not _is_new(attributes, keys, report):
            continue
        question = _read_question(attributes, heading, body.part(start + 1, end), area, report, known)
        if question is not None:
            questions.append(question)
    return Bank(report.file, tuple(questions), definitions, keys)


def _default_area(front: FrontMatter, report: Report) -> str | None:
    tree = read_tree(front.yaml, report, front.yaml_line)
    if tree is None:
        return None
    if not isinstance(tree, Table):
        report.error(tree.line, N_("The front matter must hold keys, such as “area: formats”."))
        return None
    fields = Fields(tree, report)
    area = fields.take("area", fields_of.nothing_or(fields_of.identifier), None)
    fields.close()
    return area


def _without_definitions(lines: Lines) -> tuple[Lines, str]:
    found: list[str] = []
    kept = list(lines.texts)
    for place, line in enumerate(lines.texts):
        if not lines.is_code[place] and _DEFINITION.match(line):
            found.append(line)
            kept[place] = ""
    return Lines(tuple(kept), lines.is_code, lines.first), "\n".join(found)


def _is_question(line: str) -> bool:
    return line.startswith("##") and not line.startswith("###")


def _check_preamble(lines: Lines, report: Report) -> None:
    for place, line in enumerate(lines.texts):
        if not _IGNORED.fullmatch(line.strip()):
            report.warn(
                lines.number(place),
                N_(
                    "This text stands before the first question and is shown to nobody: move it under a heading."
                ),
            )
            return


def _read_heading(lines: Lines, report: Report) -> tuple[Attributes | None, Piece]:
    text, attributes = _split_heading(lines.texts[0])
    if attributes is None:
        report.error(
            lines.first, N_("This question has no id: write one at the end of its heading, as {#an-id}.")
        )
        return None, Piece("", lines.first)
    if not text:
        report.error(lines.first, N_("This heading has no text: write the question before the braces."))
    return read_attributes(attributes, lines.first, report), Piece(text, lines.first)


def _split_heading(line: str) -> tuple[str, str | None]:
    """Return the text of a heading and what stands in the braces at its end, without closing signs ``##``."""
    whole = line.removeprefix("##").rstrip(" \t#")
    start = whole.rfind("{")
    if start < 0 or not whole.endswith("}"):
        return whole.strip(), None
    text = whole[:start].strip()
    without_signs = text.rstrip("#")
    if without_signs.endswith((" ", "\t")):
        text = without_signs.rstrip()
    return text, whole[start + 1 : -1].removeprefix(":")


def _is_new(attributes: Attributes, keys: dict[str, int], report: Report) -> bool:
    if attributes.key in keys:
        report.error(
            attributes.line,
            N_(
                "The id “%(key)s” is used already, on line %(line)s of %(file)s: give one of the two another."
            ),
            key=attributes.key,
            line=keys[attributes.key],
            file=report.file,
        )
        return False
    keys[attributes.key] = attributes.line
    return True


def _read_question(
    attributes: Attributes,
    heading: Piece,
    lines: Lines,
    area: str | None,
    report: Report,
    known: Mapping[str, Kind],
) -> QuestionSource | None:
    if len(lines.texts) > LINE_LIMIT:
        report.error(
            attributes.line,
            N_("Question “%(key)s” has more than %(limit)s lines: shorten it, or divide it."),
            key=attributes.key,
            limit=LINE_LIMIT,
        )
        return None
    kind = attributes.kind or known.get(attributes.key) or _kind_by_look(lines)
    if kind is None:
        report.error(
            attributes.line,
            N_(
                "Question “%(key)s” has no answer part: write options as “- [x] text”, or name its kind as .short."
            ),
            key=attributes.key,
        )
        return None
    parts = READERS[kind](attributes, lines, report)
    if parts is None:
        return None
    if (
        kind is Kind.SINGLE
        and attributes.kind is None
        and attributes.key not in known
        and len(parts.answer.right) > 1
    ):
        kind = Kind.MULTIPLE
    _check_right(attributes, kind, parts.answer, report)
    _check_options(attributes, kind, report)
    if kind is Kind.CLOZE and "[[" in heading.text:
        report.error(attributes.line, N_("A gap cannot stand in the heading: move it into the text below."))
    own = attributes if attributes.area else replace(attributes, area=area)
    return QuestionSource(report.file, own, kind, heading, parts.stem, parts.answer, parts.explanation)


def _kind_by_look(lines: Lines) -> Kind | None:
    return Kind.SINGLE if find_task_items(lines) else None


def _check_right(attributes: Attributes, kind: Kind, answer: Answer, report: Report) -> None:
    if kind not in {Kind.SINGLE, Kind.MULTIPLE}:
        return
    if not answer.right:
        report.error(
            attributes.line,
            N_("Question “%(key)s” has no right answer: put an x in the brackets of one option."),
            key=attributes.key,
        )
    elif kind is Kind.SINGLE and len(answer.right) > 1:
        report.error(
            attributes.line,
            N_(
                "Question “%(key)s” has several right answers: keep one x, or write .multiple instead of .single."
            ),
            key=attributes.key,
        )


def _check_options(attributes: Attributes, kind: Kind, report: Report) -> None:
    given = {name for name in VALUES if getattr(attributes, name) not in {None, ()}}
    strays = [f".{flag}" for flag in sorted(attributes.flags) if kind not in FLAGS[flag]]
    strays += [f"{name}=" for name in sorted(given) if kind not in VALUES[name]]
    for name in strays:
        report.error(
            attributes.line,
            N_("“%(name)s” does not belong to a question of the kind %(kind)s: delete it."),
            name=name,
            kind=kind,
        )
