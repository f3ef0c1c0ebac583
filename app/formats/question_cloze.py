"""Reads the gaps of a cloze text: ``[[typed|also right]]`` and ``[[=right|~wrong]]``."""

import re

from app.domain.catalogue.values import Gap
from app.formats.question_lines import Lines
from app.formats.question_values import Answer, Attributes
from app.formats.report import Report
from app.formats.source_text import GAP_CLOSE, GAP_OPEN
from app.foundation.i18n import N_

_GAP = re.compile(r"(?<!\\)\[\[(?P<text>(?:\\.|[^\\]){0,1000}?)\]\]")
_DIVIDER = re.compile(r"(?<!\\)\|")


def read_cloze_text(attributes: Attributes, lines: Lines, report: Report) -> Answer:
    """Return the text with numbered places for its gaps, and the gaps."""
    gaps: list[Gap] = []
    answers: list[tuple[str, ...]] = []
    texts: list[str] = []
    for place, text in enumerate(lines.texts):
        if lines.is_code[place]:
            texts.append(text)
            continue
        line = lines.number(place)

        def numbered(found: re.Match[str], line: int = line) -> str:
            gap, accepted = _read_gap(found["text"], line, report)
            gaps.append(gap)
            answers.append(accepted)
            return f"{GAP_OPEN}{len(gaps) - 1}{GAP_CLOSE}"

        replaced = _GAP.sub(numbered, text)
        if re.search(r"(?<!\\)\[\[", replaced):
            report.error(line, N_("A gap is opened here and not closed on the same line: write ]] after it."))
        texts.append(replaced)
    if not gaps:
        report.error(
            attributes.line,
            N_("Question “%(key)s” has no gap: write the words to be filled in as [[word]]."),
            key=attributes.key,
        )
    piece = Lines(tuple(texts), lines.is_code, lines.first).piece()
    return Answer(text=piece, gaps=tuple(gaps), gap_answers=tuple(answers))


def _read_gap(text: str, line: int, report: Report) -> tuple[Gap, tuple[str, ...]]:
    parts = [part.strip() for part in _DIVIDER.split(text)]
    if any(part.startswith(("=", "~")) for part in parts):
        return _read_choices(parts, line, report)
    words = tuple(_plain(part) for part in parts)
    if not all(words):
        report.error(line, N_("A gap holds an empty answer: write a word, or delete the sign | beside it."))
    return Gap(), words


def _read_choices(parts: list[str], line: int, report: Report) -> tuple[Gap, tuple[str, ...]]:
    choices = tuple(_plain(part[1:].strip()) for part in parts)
    right = tuple(choice for part, choice in zip(parts, choices, strict=True) if part.startswith("="))
    is_marked = all(part.startswith(("=", "~")) for part in parts)
    if (
        not is_marked
        or len(right) != 1
        or len(set(choices)) != len(choices)
        or len(choices) == 1
        or not all(choices)
    ):
        report.error(
            line, N_("A gap to choose from has one right word and wrong ones: [[=right|~wrong|~wrong]].")
        )
    return Gap(choices), right


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\\([|\[\]\\])", r"\1", text).split())
