"""Writes questions as GIFT, their texts as Markdown, so that ``gift.read`` gives the same questions back.

What GIFT cannot say of a question stands in tags, which Moodle keeps and ``gift.read`` understands.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from app.domain.catalogue.values import Kind
from app.formats.gift_text import FORMATS
from app.formats.gift_text import write as escaped
from app.formats.html_markdown import escape_text
from app.formats.question_exchange import TAG, Ledger, Written, tokens_of, write_number
from app.formats.question_values import Piece, QuestionSource
from app.formats.source_text import GAP_CLOSE, GAP_OPEN
from app.foundation.i18n import N_

_PLACES = Decimal("0.00001")  # Moodle's marks have five
_TITLE_LIMIT = 100
_PICTURE = re.compile(r"\]\((?:\.\./)?media/([^)\s]+)\)")
_GAP = re.compile(f"{GAP_OPEN}[0-9]+{GAP_CLOSE}")


class _CannotWrite(Exception):
    """GIFT has no way to say this question; the first argument is a msgid."""


def write(questions: Sequence[QuestionSource], _media: Mapping[str, bytes]) -> Written:
    """Return a GIFT file with the questions in order, and what of them it could not say."""
    ledger = Ledger()
    blocks = []
    area: str | None = None
    for question in questions:
        try:
            block = _write_question(question, ledger)
        except _CannotWrite as error:
            ledger.left_out(question.key, question.line, str(error))
            continue
        own = question.attributes.area
        if own != area:
            blocks.append(f"$CATEGORY: $course$/top/{own}\n" if own else "$CATEGORY: $course$/top\n")
            area = own
        blocks.append(block)
        ledger.carried(question.key, question.line, N_("Carried."))
        ledger.questions.append(question)
    return Written("\n".join(blocks).encode(), len(ledger.questions), tuple(ledger.notes))


def _write_question(question: QuestionSource, ledger: Ledger) -> str:
    inside = WRITERS[question.kind](question)
    _tell_losses(question, ledger)
    before, after = _text(question)
    title = escaped(" ".join(question.heading.text.split())[:_TITLE_LIMIT].rstrip("\\"))
    explanation = f"\t####{_piece(question.explanation)}\n" if question.explanation is not None else ""
    lines = (
        f"{{\n{inside}{explanation}}}" if inside.count("\n") > 1 or explanation else f"{{{inside.strip()}}}"
    )
    return f"// {_comment(question)}\n::{title}::[markdown]{before}{lines}{after}\n"


def _comment(question: QuestionSource) -> str:
    tokens = [token for token in tokens_of(question) if not token.startswith("area=")]
    if question.kind in {Kind.ORDER, Kind.CLOZE, Kind.TASK} and f".{question.kind}" not in tokens:
        tokens.append(f".{question.kind}")
    tags = [re.sub(r"([\]\\])", r"\\\1", f"{TAG}{token}") for token in tokens]
    return " ".join([f"[id:{question.key}]", *(f"[tag:{tag}]" for tag in tags)])


def _text(question: QuestionSource) -> tuple[str, str]:
    """Return the text before and after the braces."""
    answer = question.answer
    parts = [question.heading.text, question.stem.text]
    after = ""
    if answer.text is not None:
        before, after = _GAP.split(answer.text.text, maxsplit=1)
        parts.append(before)
    if question.kind is Kind.TASK:
        items = zip(answer.options, answer.criteria, strict=True)
        parts.append("\n".join(f"- ({points}) {_continued(option)}" for option, points in items))
    text = "\n\n".join(part for part in parts if part)
    if answer.text is not None and not parts[-1]:
        text += "\n\n"
    return escaped(text), escaped(after)


def _continued(piece: Piece) -> str:
    return piece.text.replace("\n", "\n  ")


def _piece(piece: Piece) -> str:
    return _inline(piece.text)


def _inline(text: str) -> str:
    """Return a text that inherits the format of its question; one that looks like another format names its own."""
    found = re.match(r"\[(\w+)\]", text)
    return ("[markdown]" if found and found[1] in FORMATS else "") + escaped(text)


def _choice(question: QuestionSource) -> str:
    answer = question.answer
    lines = []
    for place, option in enumerate(answer.options):
        remark = answer.feedback[place] if place < len(answer.feedback) else None
        feedback = f"#{_piece(remark)}" if remark is not None else ""
        text = _piece(option)
        lines.append(f"\t{_sign(question, place, text)}{text}{feedback}\n")
    return "".join(lines)


def _sign(question: QuestionSource, place: int, text: str) -> str:
    is_right = place in question.answer.right
    if question.kind is Kind.SINGLE:
        return "=" if is_right else "~%0%" if text.startswith("%") else "~"
    part = Decimal(100) / len(question.answer.right)
    weight = write_number(part.quantize(_PLACES, ROUND_HALF_UP))
    return f"~%{weight}%" if is_right else f"~%-{weight}%"


def _short(question: QuestionSource) -> str:
    return _typed(question.answer.accepted)


def _typed(accepted: Sequence[str]) -> str:
    if any("->" in word for word in accepted):
        raise _CannotWrite(N_("An answer holds “->”, which GIFT takes for a pair."))
    lines = []
    for word in accepted:
        mark = "[plain]" if word.startswith("[") else ""
        starless = word.replace("*", "\\*")
        lines.append(f"\t=%100%{mark}{escaped(starless)}\n")
    return "".join(lines)


def _number(question: QuestionSource) -> str:
    bounds = [f"\t=%100%{write_number(low)}..{write_number(high)}\n" for low, high in question.answer.ranges]
    if len(bounds) > 1:
        return "#\n" + "".join(bounds)
    low, high = question.answer.ranges[0]
    return f"#{write_number(low)}" if low == high else f"#{write_number(low)}..{write_number(high)}"


def _match(question: QuestionSource) -> str:
    """Return the pairs in the order of the question's table: a choice before its first pair has none of its own."""
    answer = question.answer
    rows = []
    shown = 0
    for left, choice in zip(answer.options, answer.pairs, strict=True):
        rows += [("", each) for each in answer.choices[shown:choice]]
        rows.append((_left(left), answer.choices[choice]))
        shown = max(shown, choice + 1)
    rows += [("", each) for each in answer.choices[shown:]]
    return "".join(f"\t={left} -> {_piece(right)}\n" for left, right in rows)


def _left(piece: Piece) -> str:
    return _piece(Piece(piece.text.replace("->", "-\\>"), piece.line))


def _order(question: QuestionSource) -> str:
    options = enumerate(question.answer.options, 1)
    return "".join(f"\t={_left(option)} -> {number}\n" for number, option in options)


def _cloze(question: QuestionSource) -> str:
    answer = question.answer
    if len(answer.gaps) != 1:
        raise _CannotWrite(N_("GIFT knows texts with one gap only, and this one has several."))
    choices = answer.gaps[0].choices
    if choices is None:
        return _typed(answer.gap_answers[0])
    return "".join(
        f"\t{'=' if choice in answer.gap_answers[0] else '~%0%' if choice.startswith('%') else '~'}{_inline(choice)}\n"
        for choice in choices
    )


def _task(_question: QuestionSource) -> str:
    return ""


WRITERS: dict[Kind, Callable[[QuestionSource], str]] = {
    Kind.SINGLE: _choice,
    Kind.MULTIPLE: _choice,
    Kind.SHORT: _short,
    Kind.NUMBER: _number,
    Kind.MATCH: _match,
    Kind.ORDER: _order,
    Kind.CLOZE: _cloze,
    Kind.TASK: _task,
}


def _tell_losses(question: QuestionSource, ledger: Ledger) -> None:
    """Note what another system will not see; what tags carry back to us is among it."""
    key, line = question.key, question.line
    if question.kind is Kind.ORDER:
        ledger.changed(key, line, N_("The order became pairs of an item and its number."))
    if question.kind is Kind.CLOZE:
        ledger.changed(key, line, N_("The gap became a missing word."))
    if question.kind is Kind.TASK:
        ledger.changed(key, line, N_("The task became an essay; its criteria stand below its text."))
    if question.kind is Kind.MATCH and any(
        escape_text(each.text) != each.text for each in question.answer.choices
    ):
        ledger.changed(key, line, N_("Markdown in the right column is shown there as it is written."))
    tokens = [token for token in tokens_of(question) if not token.startswith("area=")]
    if [token for token in tokens if token != f".{question.kind}"]:
        ledger.changed(key, line, N_("Points and options stand in tags: set them there by hand."))
    for name in _pictures(question):
        ledger.left_out(
            key, line, N_("The file “%(name)s” is not part of a GIFT file: put it there by hand."), name=name
        )


def _pictures(question: QuestionSource) -> list[str]:
    pieces = [question.stem, question.answer.text, question.explanation, *question.answer.options]
    pieces += question.answer.feedback
    return list(
        dict.fromkeys(name for piece in pieces if piece is not None for name in _PICTURE.findall(piece.text))
    )
