"""Reads GIFT, Moodle's text format of questions, as docs.moodle.org/en/GIFT_format tells it.

Questions are divided by empty lines; ``//`` begins a comment, in which ``[id:…]`` and ``[tag:…]`` name a question.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.formats.gift_answers import Given, read_answers
from app.formats.gift_text import hide, show, split_format
from app.formats.question_exchange import Exchange, Ledger, NotCarried, area_of, decode
from app.formats.question_markdown import settled
from app.foundation.i18n import N_

_CATEGORY = "$CATEGORY:"
_NAME_LIMIT = 60
_BLOCK_LIMIT = 100_000
_ID = re.compile(r"\[id:((?:[^\]\\]|\\.){1,200})\]")
_TAG = re.compile(r"\[tag:((?:[^\]\\]|\\.){1,200})\]")
_ESCAPED = re.compile(r"\\([\]\\])")


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of one question, the number of the first, what its comments say and the category it stands in."""

    text: str
    line: int
    comments: str
    category: str


def read(data: bytes) -> Exchange:
    """Return the questions of a GIFT file and the loss report; raises Unreadable."""
    ledger = Ledger()
    for block in _blocks(decode(data, ledger)):
        _read_block(block, ledger)
    return settled(ledger)


def _blocks(text: str) -> Iterator[_Block]:
    """Yield what stands between empty lines; a category holds until the next."""
    lines: list[str] = []
    comments: list[str] = []
    category, first = "", 1
    for number, line in enumerate([*text.split("\n"), ""], 1):
        start = line.strip()
        is_category = start.startswith(_CATEGORY)
        if (not start or is_category) and lines:
            yield _Block("\n".join(lines), first, " ".join(comments), category)
            lines = []
        if not start or is_category:
            comments = []
        if is_category:
            category = start.removeprefix(_CATEGORY).strip()
        elif start.startswith("//"):
            comments.append(start)
        elif start:
            first = first if lines else number
            lines.append(line)


def _read_block(block: _Block, ledger: Ledger) -> None:
    name, text = _split_name(hide(block.text.strip()))
    shown = name or " ".join(show(text).split())[:_NAME_LIMIT]
    try:
        given = _split_answers(text, name, block)
        question = read_answers(given, ledger)
    except NotCarried as error:
        ledger.left_out(shown, block.line, error.message, **error.values)
        return
    ledger.take(question)


def _split_name(text: str) -> tuple[str, str]:
    """Return the title between ``::`` and the rest."""
    if not text.startswith("::"):
        return "", text
    name, found, rest = text[2:].partition("::")
    return (" ".join(show(name).split()), rest.strip()) if found else ("", text)


def _split_answers(text: str, name: str, block: _Block) -> Given:
    start, end = text.find("{"), text.find("}")
    if len(text) > _BLOCK_LIMIT:
        raise NotCarried(N_("This question is longer than a question file may be."))
    if start < 0 and end < 0:
        raise NotCarried(N_("A description asks nothing: put its text into a module of the course."))
    if start < 0 or end < start:
        raise NotCarried(N_("The braces around the answers do not match: a question holds no empty line."))
    usual, before = split_format(text[:start], "moodle")
    inside, after = text[start + 1 : end].strip(), text[end + 1 :]
    explanation = ""
    if "####" in inside:
        inside, _, explanation = inside.rpartition("####")
    return Given(
        key=next(iter(_found(_ID, block.comments)), ""),
        name=name,
        line=block.line,
        usual=usual,
        before=before,
        inside=inside.strip(),
        after=after.strip() and after,
        explanation=explanation,
        tags=tuple(_found(_TAG, block.comments)),
        area=area_of(block.category),
    )


def _found(pattern: re.Pattern[str], comments: str) -> list[str]:
    return [_ESCAPED.sub(r"\1", found[1]).strip() for found in pattern.finditer(comments)]
