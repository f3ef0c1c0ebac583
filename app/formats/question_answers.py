"""Reads the answer part of a question, one reader for each kind (course-format.md, Questions)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from app.domain.catalogue.values import Kind
from app.formats.question_cloze import read_cloze_text
from app.formats.question_lines import (
    FEEDBACK,
    NEAR_TASK_ITEM,
    PLAIN_ITEM,
    TASK_ITEM,
    Lines,
    find_task_items,
    last_block,
    quote_at_end,
    unquoted,
)
from app.formats.question_tables import find_table, read_match
from app.formats.question_values import Answer, Attributes, Piece
from app.formats.report import Report
from app.foundation.i18n import N_


@dataclass(frozen=True, slots=True)
class Parts:
    """A question below its heading: more of the question, the answer part, the explanation."""

    stem: Piece
    answer: Answer
    explanation: Piece | None


AnswerReader: TypeAlias = Callable[[Attributes, Lines, Report], Parts | None]

_ANSWER_LINE = re.compile(r"=(?!=)[ \t]*(?P<text>.*)")
_ORDER_ITEM = re.compile(r"(?P<number>[0-9]{1,3})[.)][ \t]+(?P<text>\S.*)")
_RUBRIC_ITEM = re.compile(r"[-*+][ \t]+\((?P<points>[^()]*)\)[ \t]+(?P<text>\S.*)")
_NUMBER = r"[-+\u2212]?[0-9]{1,20}(?:\.[0-9]{1,20})?"
_VALUE = re.compile(rf"(?P<value>{_NUMBER})(?:\s*(?:±|\+/-|\+-)\s*(?P<tolerance>{_NUMBER}))?")
_RANGE = re.compile(rf"(?P<low>{_NUMBER})\s*\.\.\.?\s*(?P<high>{_NUMBER})")


def _read_choice(attributes: Attributes, lines: Lines, report: Report) -> Parts | None:
    if _has_parted_feedback(lines, report):
        return None
    block = last_block(lines, TASK_ITEM.fullmatch)
    if block is None:
        _tell_no_answer(
            attributes,
            lines,
            report,
            N_("Question “%(key)s” has no options: write them as “- [x] right” and “- [ ] wrong”."),
        )
        return None
    stem, rest = lines.part(0, block[0]), lines.part(block[1], len(lines.texts))
    _check_choice_stem(stem, report)
    options, right, feedback = _options(lines.part(*block), report)
    if len(options) == 1:
        report.error(
            options[0].line,
            N_("Question “%(key)s” has a single option: add a wrong one."),
            key=attributes.key,
        )
    _tell_equal([option.text for option in options], [option.line for option in options], report)
    return Parts(
        stem.piece(), Answer(options=options, right=right, feedback=feedback), _explanation(rest, report)
    )


def _has_parted_feedback(lines: Lines, report: Report) -> bool:
    items = find_task_items(lines)
    for place, text in enumerate(lines.texts[1:], 1):
        is_parted = (
            FEEDBACK.fullmatch(text) and not lines.is_code[place] and not lines.texts[place - 1].strip()
        )
        if items and place > items[0] and is_parted:
            report.error(
                lines.number(place),
                N_("Feedback stands directly under its option: delete the empty line before it."),
            )
            return True
    return False


def _check_choice_stem(stem: Lines, report: Report) -> None:
    for place, text in enumerate(stem.texts):
        if stem.is_code[place]:
            continue
        if TASK_ITEM.fullmatch(text):
            report.error(
                stem.number(place),
                N_(
                    "This option is divided from the last ones: delete empty lines between them, and indent feedback."
                ),
            )
        elif NEAR_TASK_ITEM.match(text):
            _tell_near_item(text, stem.number(place), report)
    filled = [text for text in stem.texts if text.strip()]
    if stem.texts and stem.texts[-1].strip() and filled and PLAIN_ITEM.match(filled[-1]):
        report.error(
            stem.number(len(stem.texts) - 1),
            N_("Put an empty line between this list and the options below it."),
        )


def _tell_near_item(text: str, line: int, report: Report) -> None:
    found = NEAR_TASK_ITEM.match(text)
    if found and found["mark"].strip() in {"х", "Х"}:
        report.error(line, N_("The x in these brackets is a Cyrillic letter: write the Latin x."))
    else:
        report.error(
            line, N_("An option is written “- [x] text” or “- [ ] text”: mind the spaces and the brackets.")
        )


def _options(
    lines: Lines, report: Report
) -> tuple[tuple[Piece, ...], tuple[int, ...], tuple[Piece | None, ...]]:
    options: list[Piece] = []
    right: list[int] = []
    feedback: list[Piece | None] = []
    for place, text in enumerate(lines.texts):
        line = lines.number(place)
        item, remark = TASK_ITEM.fullmatch(text), FEEDBACK.fullmatch(text)
        if item:
            if not (item["text"] or "").strip():
                report.error(line, N_("This option has no text."))
            if item["mark"] != " ":
                right.append(len(options))
            options.append(Piece((item["text"] or "").strip(), line))
            feedback.append(None)
        elif remark:
            feedback[-1] = _longer(feedback[-1], remark["text"], line)
        elif feedback[-1] is not None or PLAIN_ITEM.match(text.strip()):
            report.error(
                line, N_("An option is one paragraph: move this line, or begin it with “>” as feedback.")
            )
        else:
            options[-1] = _longer(options[-1], text.strip(), line)
    return tuple(options), tuple(right), tuple(feedback)


def _longer(piece: Piece | None, text: str, line: int) -> Piece:
    return Piece(text, line) if piece is None else Piece(f"{piece.text}\n{text}", piece.line)


def _tell_equal(texts: list[str], lines: list[int], report: Report) -> None:
    seen: set[str] = set()
    for text, line in zip(texts, lines, strict=True):
        if text and text in seen:
            report.error(line, N_("“%(text)s” stands here twice: change or delete one."), text=text)
        seen.add(text)


def _explanation(rest: Lines, report: Report) -> Piece | None:
    start = quote_at_end(rest)
    for place, text in enumerate(rest.texts[:start]):
        if not text.strip():
            continue
        if NEAR_TASK_ITEM.match(text):
            _tell_near_item(text, rest.number(place), report)
        else:
            report.error(
                rest.number(place),
                N_(
                    "This text stands after the answer part: move it above, or begin it with “> ” as explanation."
                ),
            )
        break
    return unquoted(rest.part(start, len(rest.texts)))


def _tell_no_answer(attributes: Attributes, lines: Lines, report: Report, message: str) -> None:
    near = [
        place
        for place, text in enumerate(lines.texts)
        if NEAR_TASK_ITEM.match(text) and not lines.is_code[place]
    ]
    if near:
        _tell_near_item(lines.texts[near[0]], lines.number(near[0]), report)
        return
    report.error(attributes.line, message, key=attributes.key)


def _answer_lines(attributes: Attributes, lines: Lines, report: Report) -> tuple[Lines, Lines, Lines] | None:
    block = last_block(lines, _ANSWER_LINE.fullmatch)
    if block is None:
        _tell_no_answer(
            attributes,
            lines,
            report,
            N_("Question “%(key)s” has no answer: write a line “= answer” below it."),
        )
        return None
    stem, rest = lines.part(0, block[0]), lines.part(block[1], len(lines.texts))
    _check_plain_stem(stem, report)
    for place, text in enumerate(stem.texts):
        if _ANSWER_LINE.fullmatch(text) and not stem.is_code[place]:
            report.error(
                stem.number(place), N_("This answer is divided from the last ones: delete the empty lines.")
            )
    return stem, lines.part(*block), rest


def _check_plain_stem(stem: Lines, report: Report) -> None:
    for place in find_task_items(stem):
        report.error(
            stem.number(place),
            N_("Task items belong to questions with options: write a plain list, “- text”."),
        )


def _read_short(attributes: Attributes, lines: Lines, report: Report) -> Parts | None:
    found = _answer_lines(attributes, lines, report)
    if found is None:
        return None
    stem, block, rest = found
    accepted = [_after_sign(text) for text in block.texts]
    for place, answer in enumerate(accepted):
        if not answer:
            report.error(block.number(place), N_("This answer has no text: write it after the sign =."))
    _tell_equal(accepted, [block.number(place) for place in range(len(accepted))], report)
    return Parts(stem.piece(), Answer(accepted=tuple(accepted)), _explanation(rest, report))


def _after_sign(text: str) -> str:
    found = _ANSWER_LINE.fullmatch(text)
    return " ".join(found["text"].split()) if found else ""


def _read_number(attributes: Attributes, lines: Lines, report: Report) -> Parts | None:
    found = _answer_lines(attributes, lines, report)
    if found is None:
        return None
    stem, block, rest = found
    ranges = [
        _range(_after_sign(text), block.number(place), report) for place, text in enumerate(block.texts)
    ]
    answer = Answer(ranges=tuple(bounds for bounds in ranges if bounds is not None))
    return Parts(stem.piece(), answer, _explanation(rest, report))


def _range(text: str, line: int, report: Report) -> tuple[Decimal, Decimal] | None:
    value, bounds = _VALUE.fullmatch(text), _RANGE.fullmatch(text)
    if value:
        middle, tolerance = _decimal(value["value"]), _decimal(value["tolerance"] or "0")
        if tolerance < 0:
            report.error(line, N_("A tolerance is not negative: write “= 2.40 ± 0.05”."))
            return None
        return middle - tolerance, middle + tolerance
    if bounds:
        low, high = _decimal(bounds["low"]), _decimal(bounds["high"])
        if low <= high:
            return low, high
        report.error(line, N_("The lower number stands first: write “= 2..5”."))
        return None
    report.error(
        line,
        N_(
            "“%(text)s” is no number: write “= 3”, “= 2.40 ± 0.05” or “= 2..5”, with a decimal point and no unit."
        ),
        text=text,
    )
    return None


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace("\u2212", "-"))


def _read_match(attributes: Attributes, lines: Lines, report: Report) -> Parts | None:
    block = find_table(lines)
    if block is None:
        _tell_no_answer(
            attributes,
            lines,
            report,
            N_("Question “%(key)s” has no table: write its pairs as a table of two columns."),
        )
        return None
    stem, rest = lines.part(0, block[0]), lines.part(block[1], len(lines.texts))
    _check_plain_stem(stem, report)
    answer = read_match(attributes, lines.part(*block), report)
    return Parts(stem.piece(), answer, _explanation(rest, report))


def _read_order(attributes: Attributes, lines: Lines, report: Report) -> Parts | None:
    block = last_block(lines, _ORDER_ITEM.fullmatch)
    if block is None:
        _tell_no_answer(
            attributes,
            lines,
            report,
            N_("Question “%(key)s” has no numbered list: write its items in the right order, 1. 2. 3."),
        )
        return None
    stem, rest = lines.part(0, block[0]), lines.part(block[1], len(lines.texts))
    _check_plain_stem(stem, report)
    items, numbers = _items(lines.part(*block), _ORDER_ITEM, "number", report)
    if numbers[0] != "1":
        _tell_parted_items(stem, _ORDER_ITEM, report)
    if len(items) < 2:  # noqa: PLR2004 -- One item is in order already.
        report.error(attributes.line, N_("Question “%(key)s” needs two items or more."), key=attributes.key)
    if numbers not in (["1"] * len(numbers), [str(place) for place in range(1, len(numbers) + 1)]):
        report.warn(
            items[0].line, N_("The numbers are not 1, 2, 3 …: the order written is taken for the right one.")
        )
    _tell_equal([item.text for item in items], [item.line for item in items], report)
    return Parts(stem.piece(), Answer(options=items), _explanation(rest, report))


def _tell_parted_items(stem: Lines, pattern: re.Pattern[str], report: Report) -> None:
    """Tell an item that only empty lines part from the list below: the list would begin after it."""
    filled = [place for place, text in enumerate(stem.texts) if text.strip()]
    if filled and not stem.is_code[filled[-1]] and pattern.fullmatch(stem.texts[filled[-1]]):
        report.error(
            stem.number(filled[-1]),
            N_("This item is divided from the next: delete the empty lines between them."),
        )


def _items(
    lines: Lines, pattern: re.Pattern[str], group: str, report: Report
) -> tuple[tuple[Piece, ...], list[str]]:
    items: list[Piece] = []
    marks: list[str] = []
    for place, text in enumerate(lines.texts):
        found = pattern.fullmatch(text)
        if found:
            items.append(Piece(found["text"].strip(), lines.number(place)))
            marks.append(found[group])
        elif PLAIN_ITEM.match(text.strip()) or text.strip().startswith(">"):
            report.error(lines.number(place), N_("An item is one paragraph: move this line out of the list."))
        else:
            items[-1] = _longer(items[-1], text.strip(), lines.number(place))
    return tuple(items), marks


def _read_cloze(attributes: Attributes, lines: Lines, report: Report) -> Parts | None:
    start = quote_at_end(lines)
    text, rest = lines.part(0, start), lines.part(start, len(lines.texts))
    _check_plain_stem(text, report)
    answer = read_cloze_text(attributes, text, report)
    for place, line in enumerate(rest.texts):
        if "[[" in line:
            report.error(
                rest.number(place), N_("A gap cannot stand in the explanation: move it into the text above.")
            )
    return Parts(Piece("", attributes.line), answer, unquoted(rest))


def _read_task(attributes: Attributes, lines: Lines, report: Report) -> Parts | None:
    block = last_block(lines, _RUBRIC_ITEM.fullmatch)
    if block is None:
        _tell_no_answer(
            attributes,
            lines,
            report,
            N_("Question “%(key)s” has no criteria: write them as “- (4) what is looked at”."),
        )
        return None
    stem, rest = lines.part(0, block[0]), lines.part(block[1], len(lines.texts))
    _check_plain_stem(stem, report)
    _tell_parted_items(stem, _RUBRIC_ITEM, report)
    items, marks = _items(lines.part(*block), _RUBRIC_ITEM, "points", report)
    points = [int(mark) if re.fullmatch(r"[1-9][0-9]{0,4}", mark.strip()) else 0 for mark in marks]
    for item, mark, value in zip(items, marks, points, strict=True):
        if not value:
            report.error(item.line, N_("“%(text)s” is no number of points: write it as “(4)”."), text=mark)
    answer = Answer(options=items, criteria=tuple(points))
    return Parts(stem.piece(), answer, _explanation(rest, report))


READERS: dict[Kind, AnswerReader] = {
    Kind.SINGLE: _read_choice,
    Kind.MULTIPLE: _read_choice,
    Kind.SHORT: _read_short,
    Kind.NUMBER: _read_number,
    Kind.MATCH: _read_match,
    Kind.ORDER: _read_order,
    Kind.CLOZE: _read_cloze,
    Kind.TASK: _read_task,
}
