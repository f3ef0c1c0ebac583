"""The lines of a question, and the blocks that the grammar looks for in them."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.formats.question_values import Piece

TASK_ITEM = re.compile(r"[-*+][ \t]+\[(?P<mark>[ xX])\](?:[ \t]+(?P<text>.*)|)")
NEAR_TASK_ITEM = re.compile(r"[-*+][ \t]*\[(?P<mark>[ xXхХvV✓✔*+]{0,3})\](?!\()")
PLAIN_ITEM = re.compile(r"(?:[-*+]|[0-9]{1,3}[.)])[ \t]+")
FEEDBACK = re.compile(r"(?: {2,}|\t[ \t]*)>[ ]?(?P<text>.*)")


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines of a file: their texts, whether each is fenced code, and the number of the first."""

    texts: tuple[str, ...]
    is_code: tuple[bool, ...]
    first: int

    def part(self, start: int, end: int) -> "Lines":
        """Return the lines from one place up to another."""
        return Lines(self.texts[start:end], self.is_code[start:end], self.first + start)

    def number(self, place: int) -> int:
        """Return the number in the file of the line at a place."""
        return self.first + place

    def piece(self) -> Piece:
        """Return the lines as one piece of Markdown, empty lines around it left out."""
        filled = [place for place, text in enumerate(self.texts) if text.strip()]
        if not filled:
            return Piece("", self.first)
        return Piece("\n".join(self.texts[filled[0] : filled[-1] + 1]), self.first + filled[0])


def find_task_items(lines: Lines) -> list[int]:
    """Return the places of the task items at the margin."""
    return [
        place
        for place, text in enumerate(lines.texts)
        if not lines.is_code[place] and TASK_ITEM.fullmatch(text)
    ]


def last_block(lines: Lines, is_item: Callable[[str], object]) -> tuple[int, int] | None:
    """Return where the last block begins and ends whose first line is an item.

    A block goes on over items and over indented lines, up to an empty line or a line at the margin.
    """
    found: tuple[int, int] | None = None
    start: int | None = None
    for place, text in enumerate(lines.texts):
        is_first = not lines.is_code[place] and bool(is_item(text))
        if start is None:
            start = place if is_first else None
        elif not is_first and not (text.strip() and text[0] in " \t"):
            found, start = (start, place), None
    return found if start is None else (start, len(lines.texts))


def quote_at_end(lines: Lines) -> int:
    """Return the place where the blockquote begins that ends the lines; their number where there is none."""
    start = end = len(lines.texts)
    for place in range(end - 1, -1, -1):
        text = lines.texts[place]
        if text.startswith(">") and not lines.is_code[place]:
            start = place
        elif text.strip():
            break
    return start


def unquoted(lines: Lines) -> Piece | None:
    """Return what a blockquote says, or None for no lines."""
    texts = tuple(re.sub(r"^> ?", "", text) for text in lines.texts)
    piece = Lines(texts, lines.is_code, lines.first).piece()
    return piece if piece.text else None
