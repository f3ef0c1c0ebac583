"""Reads the table of a question that matches: pairs row by row, an empty left cell before a distractor."""

import re

from app.formats.question_lines import Lines
from app.formats.question_values import Answer, Attributes, Piece
from app.formats.report import Report
from app.foundation.i18n import N_

_RULE_CELL = re.compile(r":?-+:?")
_COLUMNS = 2


def find_table(lines: Lines) -> tuple[int, int] | None:
    """Return where the last table begins, its header included, and ends."""
    for place in range(len(lines.texts) - 1, 0, -1):
        if lines.is_code[place] or "|" not in lines.texts[place - 1] or not _is_rule(lines.texts[place]):
            continue
        end = place + 1
        while end < len(lines.texts) and "|" in lines.texts[end]:
            end += 1
        return place - 1, end
    return None


def _is_rule(text: str) -> bool:
    """Tell whether a line is the one of hyphens between a table's header and its rows."""
    cells = text.strip().removeprefix("|").removesuffix("|").split("|")
    return "|" in text and all(_RULE_CELL.fullmatch(cell.strip()) for cell in cells)


def read_match(attributes: Attributes, lines: Lines, report: Report) -> Answer:
    """Read the rows under the header of a table."""
    lefts: list[Piece] = []
    choices: list[Piece] = []
    pairs: list[int] = []
    for place, text in enumerate(lines.texts):
        cells = split_row(text)
        line = lines.number(place)
        if len(cells) != _COLUMNS:
            report.error(
                line, N_("This table needs two columns, divided by |: write a | that is text as \\|.")
            )
        elif place > 1 and not cells[1]:
            report.error(line, N_("The right cell of this row is empty: write what belongs there."))
        elif place > 1:
            choice = _place_of(cells[1], line, choices)
            if cells[0]:
                lefts.append(Piece(cells[0], line))
                pairs.append(choice)
    _check(attributes, lefts, choices, report)
    return Answer(options=tuple(lefts), choices=tuple(choices), pairs=tuple(pairs))


def split_row(text: str) -> list[str]:
    """Return the cells of a row; a | within code or after a backslash divides nothing."""
    cells, cell, is_code = [], "", False
    row = text.strip()
    row = row.removeprefix("|")
    place = 0
    while place < len(row):
        letter = row[place]
        if letter == "\\" and row[place + 1 : place + 2] == "|":
            cell += "|" if is_code else "\\|"
            place += 2
            continue
        if letter == "`":
            is_code = not is_code and "`" in row[place + 1 :]
        if letter == "|" and not is_code:
            cells.append(cell.strip())
            cell = ""
        else:
            cell += letter
        place += 1
    return [*cells, cell.strip()] if cell.strip() or not row.endswith("|") else cells


def _place_of(text: str, line: int, choices: list[Piece]) -> int:
    for place, choice in enumerate(choices):
        if choice.text == text:
            return place
    choices.append(Piece(text, line))
    return len(choices) - 1


def _check(attributes: Attributes, lefts: list[Piece], choices: list[Piece], report: Report) -> None:
    if len(choices) < 2 or not lefts:  # noqa: PLR2004 -- Between one thing and nothing there is no choice.
        report.error(
            attributes.line,
            N_("Question “%(key)s” needs two rows or more to match."),
            key=attributes.key,
        )
    seen: set[str] = set()
    for left in lefts:
        if left.text in seen:
            report.error(left.line, N_("“%(text)s” stands here twice: change or delete one."), text=left.text)
        seen.add(left.text)
