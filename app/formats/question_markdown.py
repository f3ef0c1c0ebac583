"""Writes questions as the text of a question file (course-format.md), and keeps of others what it can hold."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from app.domain.catalogue.values import Gap, Kind
from app.formats.question_exchange import Exchange, Ledger, tokens_of, write_number
from app.formats.question_tables import split_row
from app.formats.question_text import read_bank
from app.formats.question_values import Answer, Piece, QuestionSource
from app.formats.report import Report
from app.formats.source_text import GAP_CLOSE, GAP_OPEN, TEXT_LIMIT
from app.foundation.i18n import N_

_ROOM = TEXT_LIMIT * 9 // 10
_GAP = re.compile(f"{GAP_OPEN}([0-9]+){GAP_CLOSE}")
_SPECIAL = re.compile(r"([\\|\[\]])")


def settled(ledger: Ledger) -> Exchange:
    """Return the questions of a ledger that a question file holds, exactly as it will hold them, and every note.

    Each is written and read back: what is kept, the checker of courses takes; the rest is noted as left out.
    """
    kept = []
    for question in ledger.questions:
        found = _read_back(question, ledger)
        if found is not None:
            kept.append(found)
            ledger.carried(
                found.key, found.line, N_("Carried as a question of the kind %(kind)s."), kind=found.kind
            )
    notes = tuple(sorted(ledger.notes, key=lambda note: note.line))
    return Exchange(tuple(kept), dict(ledger.media), notes)


def _read_back(question: QuestionSource, ledger: Ledger) -> QuestionSource | None:
    report = Report("")
    bank = read_bank(write_question(question).encode("utf-8", "replace"), report, {})
    faults = [finding for finding in report.findings if finding.is_error]
    if faults:
        ledger.left_out(question.key, question.line, faults[0].message, **faults[0].values)
        return None
    if len(bank.questions) != 1 or bank.questions[0].kind is not question.kind:
        ledger.left_out(
            question.key, question.line, N_("Its text would be read as something else in a question file.")
        )
        return None
    if bank.definitions:
        ledger.changed(
            question.key,
            question.line,
            N_("Definitions of links or abbreviations were left out of its text."),
        )
    found = bank.questions[0]
    return replace(found, attributes=replace(found.attributes, line=question.line))


def write_banks(questions: Sequence[QuestionSource]) -> tuple[bytes, ...]:
    """Return question files with the questions in order, each file within the limit of course-format.md."""
    return divided([write_question(question) for question in questions])


def divided(texts: Sequence[str], start: str = "") -> tuple[bytes, ...]:
    """Return written questions as files that keep the limit, each of which begins with ``start``."""
    files: list[list[str]] = [[]]
    size = 0
    for text in texts:
        length = len(text.encode()) + 1
        if files[-1] and size + length > _ROOM:
            files.append([])
            size = 0
        files[-1].append(text)
        size += length
    return tuple((start + "\n".join(file)).encode() for file in files if file)


def write_question(question: QuestionSource) -> str:
    """Return a question as Markdown, from its heading to the end of its explanation."""
    attributes = " ".join((f"#{question.key}", *tokens_of(question)))
    parts = [
        f"## {_line(question.heading.text)} {{{attributes}}}",
        question.stem.text.strip("\n"),
        WRITERS[question.kind](question.answer),
        _quoted(question.explanation),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split("\n")).strip()


def _quoted(piece: Piece | None, indent: str = "") -> str:
    if piece is None or not piece.text:
        return ""
    return "\n".join(
        f"{indent}> {line}".rstrip() if not line else f"{indent}> {line}" for line in piece.text.split("\n")
    )


def _item(mark: str, piece: Piece) -> str:
    first, *more = piece.text.strip().split("\n")
    return "\n".join([f"{mark} {first}", *(f"  {line.strip()}" for line in more)])


def _write_choice(answer: Answer) -> str:
    lines = []
    for place, option in enumerate(answer.options):
        lines.append(_item("- [x]" if place in answer.right else "- [ ]", option))
        feedback = _quoted(answer.feedback[place], "  ") if place < len(answer.feedback) else ""
        if feedback:
            lines.append(feedback)
    return "\n".join(lines)


def _write_short(answer: Answer) -> str:
    return "\n".join(f"= {_line(each)}" for each in answer.accepted)


def _write_number(answer: Answer) -> str:
    lines = []
    for low, high in answer.ranges:
        bounds = write_number(low) if low == high else f"{write_number(low)}..{write_number(high)}"
        lines.append(f"= {bounds}")
    return "\n".join(lines)


def _write_match(answer: Answer) -> str:
    """Return the table; a choice that comes before its first pair, or has none, stands in a row without a left cell."""
    rows = [("", ""), ("---", "---")]
    shown = 0
    for left, choice in zip(answer.options, answer.pairs, strict=True):
        rows += [("", each.text) for each in answer.choices[shown:choice]]
        rows.append((left.text, answer.choices[choice].text))
        shown = max(shown, choice + 1)
    rows += [("", each.text) for each in answer.choices[shown:]]
    return "\n".join(_row(_line(left), _line(right)) for left, right in rows)


def _row(left: str, right: str) -> str:
    """Return a row that the reader divides into these cells: where it must be, a | is escaped, a backtick numbered."""
    ways = ((left, right), (_barred(left), _barred(right)), (_numbered(left), _numbered(right)))
    cells = next((way for way in ways if split_row(f"| {way[0]} | {way[1]} |") == list(way)), ways[1])
    return f"| {cells[0]} | {cells[1]} |"


def _barred(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def _numbered(text: str) -> str:
    return _barred(text.replace("\\`", "&#96;"))


def _write_order(answer: Answer) -> str:
    return "\n".join(_item(f"{number}.", option) for number, option in enumerate(answer.options, 1))


def _write_cloze(answer: Answer) -> str:
    if answer.text is None:
        return ""

    def written(found: re.Match[str]) -> str:
        place = int(found[1])
        return write_gap(answer.gaps[place], answer.gap_answers[place])

    return _GAP.sub(written, answer.text.text)


def write_gap(gap: Gap, accepted: Sequence[str]) -> str:
    """Return a gap as it stands in a cloze text."""
    words = [_SPECIAL.sub(r"\\\1", word) for word in gap.choices or accepted]
    if gap.choices is not None:
        right = {_SPECIAL.sub(r"\\\1", word) for word in accepted}
        words = [f"={word}" if word in right else f"~{word}" for word in words]
    return f"[[{'|'.join(words)}]]"


def _write_task(answer: Answer) -> str:
    return "\n".join(
        _item(f"- ({points})", option) for option, points in zip(answer.options, answer.criteria, strict=True)
    )


WRITERS: dict[Kind, Callable[[Answer], str]] = {
    Kind.SINGLE: _write_choice,
    Kind.MULTIPLE: _write_choice,
    Kind.SHORT: _write_short,
    Kind.NUMBER: _write_number,
    Kind.MATCH: _write_match,
    Kind.ORDER: _write_order,
    Kind.CLOZE: _write_cloze,
    Kind.TASK: _write_task,
}
