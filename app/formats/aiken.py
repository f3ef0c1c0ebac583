"""Reads and writes Aiken: a question, its options ``A. text`` or ``A) text``, and ``ANSWER: B`` (docs.moodle.org).

Aiken knows questions with one right option in plain text and nothing else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase

from app.domain.catalogue.values import Kind
from app.formats.html_markdown import escape_text, to_words
from app.formats.markdown_html import render
from app.formats.question_exchange import (
    Exchange,
    Ledger,
    Written,
    attributes_of,
    decode,
    question_of,
    tokens_of,
)
from app.formats.question_markdown import settled
from app.formats.question_values import Answer, Piece, QuestionSource
from app.formats.question_wording import split_heading
from app.foundation.i18n import N_

_OPTION = re.compile(r"([A-Z])[.)][ \t]+(\S.*)")
_ANSWER = re.compile(r"ANSWER:[ \t]*([A-Za-z])?[ \t]*")
_TWO = 2


@dataclass(slots=True)
class _Block:
    """A question while its lines come: the lines of its text, its options by letter."""

    line: int = 0
    text: list[str] = field(default_factory=list)
    options: list[tuple[str, Piece]] = field(default_factory=list)


def looks_like(text: str) -> bool:
    """Tell whether a text has the lines that only Aiken has."""
    return re.search(r"^ANSWER:[ \t]*[A-Za-z][ \t]*$", text, re.MULTILINE) is not None


def read(data: bytes) -> Exchange:
    """Return the questions of an Aiken file and the loss report; raises Unreadable."""
    ledger = Ledger()
    block = _Block()
    for number, written in enumerate(decode(data, ledger).split("\n"), 1):
        line = written.strip()
        option, answer = _OPTION.fullmatch(line), _ANSWER.fullmatch(line)
        if answer:
            _close(block, answer[1], number, ledger)
            block = _Block()
        elif option and block.text:
            block.options.append((option[1], Piece(escape_text(option[2].strip()), number)))
        elif line:
            block = _with_line(block, line, number, ledger)
    if block.text:
        ledger.left_out(_name(block), block.line, N_("A line “ANSWER:” is missing after this question."))
    return settled(ledger)


def _with_line(block: _Block, line: str, number: int, ledger: Ledger) -> _Block:
    """Add a line of text; one after the options begins the next question."""
    if block.options:
        ledger.left_out(_name(block), block.line, N_("A line “ANSWER:” is missing after this question."))
        block = _Block()
    block.line = block.line or number
    block.text.append(line)
    return block


def _name(block: _Block) -> str:
    return " ".join(block.text)[:60]


def _close(block: _Block, letter: str | None, number: int, ledger: Ledger) -> None:
    letters = [each for each, _text in block.options]
    right = (letter or "").upper()
    if not block.text or len(letters) < _TWO:
        ledger.left_out(
            _name(block), block.line or number, N_("A question has a text and two options or more.")
        )
    elif letters.count(right) != 1:
        message = N_("“ANSWER: %(letter)s” names no option of this question, or two.")
        ledger.left_out(_name(block), number, message, letter=right)
    else:
        key = ledger.key(_name(block))
        heading, stem = split_heading("\n\n".join(escape_text(line) for line in block.text), _name(block))
        answer = Answer(
            options=tuple(text for _letter, text in block.options),
            right=(letters.index(right),),
            feedback=(None,) * len(letters),
        )
        ledger.take(question_of(attributes_of(key, block.line, ()), Kind.SINGLE, heading, stem, answer))


def write(questions: Sequence[QuestionSource], _media: Mapping[str, bytes]) -> Written:
    """Return an Aiken file with the questions that have one right option, and what was left out."""
    ledger = Ledger()
    blocks = []
    for question in questions:
        if question.kind is not Kind.SINGLE or len(question.answer.options) > len(ascii_uppercase):
            ledger.left_out(
                question.key,
                question.line,
                N_("Aiken knows only questions with one right option, at most 26."),
            )
            continue
        blocks.append(_write_question(question))
        _tell_losses(question, ledger)
    return Written("\n".join(blocks).encode(), len(blocks), tuple(ledger.notes))


def _plain(markdown: str) -> str:
    return to_words(render(markdown).html)


def _write_question(question: QuestionSource) -> str:
    answer = question.answer
    text = _plain(f"{question.heading.text}\n\n{question.stem.text}")
    lines = [text.removeprefix("ANSWER:").strip()]
    lines += [
        f"{letter}. {_plain(option.text)}"
        for letter, option in zip(ascii_uppercase, answer.options, strict=False)
    ]
    return "\n".join([*lines, f"ANSWER: {ascii_uppercase[answer.right[0]]}", ""])


def _tell_losses(question: QuestionSource, ledger: Ledger) -> None:
    key, line, answer = question.key, question.line, question.answer
    ledger.carried(key, line, N_("Carried."))
    if question.explanation is not None or any(answer.feedback):
        ledger.left_out(key, line, N_("Explanation and feedback were left out."))
    if tokens_of(question):
        ledger.left_out(key, line, N_("Points, area and options were left out."))
    pieces = [question.heading, question.stem, *answer.options]
    if any(escape_text(_plain(piece.text)) != piece.text for piece in pieces if piece.text):
        ledger.changed(key, line, N_("Its text became plain: pictures, tables and emphasis were left out."))
