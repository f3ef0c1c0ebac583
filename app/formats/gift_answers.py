"""Makes a question of the parts of a GIFT question: its kind by the signs in the braces, as Moodle tells them apart."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from app.domain.catalogue.values import Gap, Kind
from app.formats.gift_text import Wording, show, to_block, to_inline, to_plain
from app.formats.html_markdown import to_words
from app.formats.question_exchange import (
    ESSAY_CRITERION,
    FALSE,
    TAG,
    TRUE,
    Ledger,
    NotCarried,
    attributes_of,
    of_kind,
    question_of,
    read_number,
)
from app.formats.question_values import Answer, Attributes, Piece, QuestionSource
from app.formats.question_wording import split_heading
from app.formats.source_text import GAP_CLOSE, GAP_OPEN
from app.foundation.i18n import N_

BLANK = "_____"
_WEIGHT = re.compile(r"%(-?)([0-9]{1,3})(?:\.([0-9]{0,10}))?%")
_TRUTHS = {"T": True, "TRUE": True, "F": False, "FALSE": False}
_WHOLE = Decimal(100)
_NEAR = Decimal("0.01")
_CRITERION = re.compile(r"- \(([1-9][0-9]{0,4})\) (\S.*)")
_STAR = re.compile(r"(?<!\\)\*")
_NAME_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Given:
    """The parts of a question, escaped signs hidden: ``inside`` the braces, ``before`` and ``after`` them."""

    key: str
    name: str
    line: int
    usual: str  # the format of its texts
    before: str
    inside: str
    after: str
    explanation: str
    tags: tuple[str, ...]
    area: str | None


@dataclass(frozen=True, slots=True)
class _Option:
    """An answer with its weight in percent and the text after ``#``."""

    text: str
    weight: Decimal
    feedback: str


class _Reading:
    """A question while it is read: its texts as Markdown, and what is noted about it."""

    def __init__(self, given: Given, ledger: Ledger) -> None:
        self.given = given
        self.ledger = ledger
        self.tokens = tuple(tag.removeprefix(TAG) for tag in given.tags if tag.startswith(TAG))
        name = given.key or given.name or to_words(show(given.before))[:_NAME_LIMIT]
        self.key = ledger.key(name, given.key)
        self.line = given.line

    def tell(self, wording: Wording) -> str:
        """Return Markdown, and note what of it could not come over."""
        if wording.lost:
            what = ", ".join(wording.lost)
            self.left_out(N_("“%(what)s” was left out of its text."), what=what)
        return wording.text

    def inline(self, text: str) -> Piece:
        return Piece(self.tell(to_inline(text, self.given.usual)), self.line)

    def remark(self, text: str) -> Piece | None:
        piece = self.inline(text) if text.strip() else None
        return piece if piece is not None and piece.text else None

    def changed(self, message: str, /, **values: object) -> None:
        self.ledger.changed(self.key, self.line, message, **values)

    def left_out(self, message: str, /, **values: object) -> None:
        self.ledger.left_out(self.key, self.line, message, **values)

    def text(self, blank: str) -> str:
        """Return the question's text as Markdown, with a blank where the answers stood within it."""
        given = self.given
        between = blank if given.after or blank.startswith(GAP_OPEN) else ""
        whole = f"{given.before}{between}{given.after}"
        return self.tell(to_block(whole, given.usual))

    def attributes(self) -> Attributes:
        found = attributes_of(self.key, self.line, self.tokens)
        return found if found.area or not self.given.area else replace(found, area=self.given.area)

    def is_marked(self, kind: Kind) -> bool:
        """Tell whether a tag of ours names the kind, which GIFT cannot."""
        return f".{kind.value}" in self.tokens

    def tell_no_feedback(self, options: list[_Option]) -> None:
        if any(option.feedback.strip() for option in options):
            self.left_out(N_("Feedback to single answers was left out: only options have it here."))


def read_answers(given: Given, ledger: Ledger) -> QuestionSource:
    """Return the question of its parts; raises NotCarried."""
    reading = _Reading(given, ledger)
    if any(not tag.startswith(TAG) for tag in given.tags):
        reading.left_out(N_("Its tags were left out."))
    reader = _reader(given.inside)
    kind, answer = reader(reading)
    if reading.is_marked(Kind.CLOZE) and kind in {Kind.SINGLE, Kind.SHORT}:
        return _cloze(reading, answer)
    text = reading.text(BLANK.replace("_", "\\_") if given.usual == "markdown" else BLANK)
    heading, stem = split_heading(text, given.name)
    if kind is Kind.TASK:
        stem, answer = _with_rubric(reading, stem, answer)
    explanation = reading.tell(to_block(given.explanation, given.usual))
    attributes = _of_kind(reading.attributes(), kind, answer)
    if reader is _truth:
        attributes = replace(attributes, flags=attributes.flags | {"pinned"})
    return question_of(attributes, kind, heading, stem, answer, explanation)


def _of_kind(attributes: Attributes, kind: Kind, answer: Answer) -> Attributes:
    own = of_kind(attributes, kind)
    if kind is Kind.MULTIPLE and attributes.kind is None and len(answer.right) > 1:
        return replace(own, kind=None)
    if kind is Kind.SINGLE and attributes.kind is Kind.SINGLE:
        return replace(own, kind=Kind.SINGLE)
    if kind is Kind.TASK:
        return replace(own, points=sum(answer.criteria) if sum(answer.criteria) > 1 else attributes.points)
    return own


def _reader(inside: str) -> Callable[[_Reading], tuple[Kind, Answer]]:
    if not inside:
        return _essay
    if inside.startswith("#"):
        return _number
    if "~" in inside:
        return _choice
    if "=" in inside and "->" in inside:
        return _match
    return _truth if inside.partition("#")[0].strip() in _TRUTHS else _short


def _options(text: str, default: Decimal) -> list[_Option]:
    return [_option(part, default) for part in text.split("=") if part.strip()]


def _option(part: str, default: Decimal) -> _Option:
    text = part.strip()
    found = _WEIGHT.match(text)
    weight = default
    if found:
        weight = Decimal(f"{found[1]}{found[2]}.{found[3] or '0'}")
        text = text[found.end() :]
    words, _, feedback = text.partition("#")
    return _Option(words.strip(), weight, feedback.strip())


def _essay(reading: _Reading) -> tuple[Kind, Answer]:
    points = reading.attributes().points or 1
    return Kind.TASK, Answer(options=(Piece(ESSAY_CRITERION, reading.line),), criteria=(points,))


def _with_rubric(reading: _Reading, stem: str, answer: Answer) -> tuple[str, Answer]:
    """Return stem and answer of a task: the criteria that we wrote below its text, else one for the whole."""
    lines = stem.split("\n")
    start = len(lines)
    while (
        reading.is_marked(Kind.TASK)
        and start
        and (_CRITERION.match(lines[start - 1]) or lines[start - 1][:2] == "  ")
    ):
        start -= 1
    found: list[tuple[int, str]] = []
    for line in lines[start:]:
        item = _CRITERION.fullmatch(line)
        if item:
            found.append((int(item[1]), item[2]))
        elif found:
            found[-1] = (found[-1][0], f"{found[-1][1]}\n{line.strip()}")
    if not found:
        reading.changed(N_("An essay became a task with one criterion: write what is looked at."))
        return stem, answer
    options = tuple(Piece(text, reading.line) for _points, text in found)
    return "\n".join(lines[:start]).strip("\n"), Answer(
        options=options, criteria=tuple(points for points, _ in found)
    )


def _number(reading: _Reading) -> tuple[Kind, Answer]:
    text, _, wrong = reading.given.inside[1:].partition("~")
    options = _options(text, _WHOLE)
    full = _full(reading, options)
    reading.tell_no_feedback([*options, _option(wrong, Decimal(0))])
    ranges = tuple(_range(to_plain(option.text)) for option in full)
    return Kind.NUMBER, Answer(ranges=ranges)


def _full(reading: _Reading, options: list[_Option]) -> list[_Option]:
    """Return the answers that count in full; there is no other way to count a typed answer here."""
    full = [option for option in options if abs(option.weight - _WHOLE) <= _NEAR]
    if not full:
        raise NotCarried(N_("No answer counts in full."))
    for option in options:
        if option not in full and option.weight > 0:
            reading.left_out(
                N_(
                    "The answer “%(answer)s” counts %(weight)s %%: only answers that count in full came over."
                ),
                answer=show(option.text),
                weight=_percent(option.weight),
            )
    return full


def _percent(weight: Decimal) -> str:
    return f"{weight:f}".rstrip("0").rstrip(".")


def _range(text: str) -> tuple[Decimal, Decimal]:
    low, divider, high = text.partition("..")
    if divider:
        bounds = (read_number(low), read_number(high))
    else:
        middle, _, width = text.partition(":")
        value, tolerance = read_number(middle), read_number(width or "0")
        if value is None or tolerance is None:
            raise NotCarried(N_("“%(text)s” is no number."), text=text)
        bounds = (value - abs(tolerance), value + abs(tolerance))
    if bounds[0] is None or bounds[1] is None:
        raise NotCarried(N_("“%(text)s” is no number."), text=text)
    return min(bounds[0], bounds[1]), max(bounds[0], bounds[1])


def _choice(reading: _Reading) -> tuple[Kind, Answer]:
    options = list(_choices(reading.given.inside))
    places = range(len(options))
    is_single = "=" in reading.given.inside
    right = tuple(place for place in places if options[place].weight == _WHOLE) if is_single else ()
    if not is_single:
        right = tuple(place for place in places if options[place].weight > 0)
    if not right:
        raise NotCarried(N_("No option is right."))
    if is_single:
        _tell_single(reading, options, right)
    else:
        _tell_multiple(reading, options, right)
    answer = Answer(
        options=tuple(reading.inline(option.text) for option in options),
        right=right,
        feedback=tuple(reading.remark(option.feedback) for option in options),
    )
    return (Kind.SINGLE if is_single and len(right) == 1 else Kind.MULTIPLE), answer


def _choices(inside: str) -> Iterator[_Option]:
    for part in inside.replace("=", "~=").split("~"):
        text = part.strip()
        if text.startswith("="):
            yield replace(_option(f"%100%{text[1:].strip()}", _WHOLE))
        elif text:
            yield _option(text, Decimal(0))


def _tell_single(reading: _Reading, options: list[_Option], right: tuple[int, ...]) -> None:
    for place, option in enumerate(options):
        if place not in right and option.weight:
            reading.changed(
                N_("The option “%(answer)s” counted %(weight)s %%: here it is wrong."),
                answer=show(option.text),
                weight=_percent(option.weight),
            )
    if len(right) > 1:
        reading.changed(N_("Several options are right and one was to be chosen: here all of them are to be."))


def _tell_multiple(reading: _Reading, options: list[_Option], right: tuple[int, ...]) -> None:
    """Note where marks differ: here each right option adds its part of the whole, each wrong one takes it off."""
    part = _WHOLE / len(right)
    if any(abs(options[place].weight - part) > _NEAR for place in right):
        reading.changed(N_("Its right options had marks of their own: here each counts alike."))
    wrong = [option for place, option in enumerate(options) if place not in right]
    if any(abs(option.weight + part) > _NEAR for option in wrong):
        reading.changed(
            N_("A wrong option takes off here as much as a right one adds; before it was otherwise.")
        )


def _match(reading: _Reading) -> tuple[Kind, Answer]:
    rows = []
    for part in reading.given.inside.split("="):
        if not part.strip():
            continue
        left, found, right = part.partition("->")
        if not found:
            raise NotCarried(
                N_("“%(text)s” is no pair: write it as “=left -> right”."), text=show(part).strip()
            )
        rows.append((_left(reading, left), _choice_text(reading, right)))
    if reading.is_marked(Kind.ORDER) and all(right.isdecimal() for _left, right in rows):
        ordered = sorted(rows, key=lambda row: int(row[1]))
        return Kind.ORDER, Answer(options=tuple(left for left, _right in ordered))
    choices = list(dict.fromkeys(right for _left, right in rows))
    pairs = [(left, choices.index(right)) for left, right in rows if left.text]
    return Kind.MATCH, Answer(
        options=tuple(left for left, _ in pairs),
        choices=tuple(Piece(each, reading.line) for each in choices),
        pairs=tuple(choice for _, choice in pairs),
    )


def _left(reading: _Reading, text: str) -> Piece:
    """Return a left-hand text; an arrow in it was written apart, lest it divide the pair."""
    piece = reading.inline(text)
    return Piece(piece.text.replace("-\\>", "->"), piece.line)


def _choice_text(reading: _Reading, text: str) -> str:
    """Return a right-hand text: plain in Moodle, Markdown where the question is ours."""
    usual = "markdown" if reading.given.usual == "markdown" else "plain"
    return to_inline(text, usual).text.replace("\n", " ")


def _truth(reading: _Reading) -> tuple[Kind, Answer]:
    word, wrong, right = (*reading.given.inside.split("#", 2), "", "")[:3]
    is_true = _TRUTHS[word.strip()]
    remarks = (reading.remark(right), reading.remark(wrong))
    options = (Piece(TRUE, reading.line), Piece(FALSE, reading.line))
    feedback = remarks if is_true else remarks[::-1]
    return Kind.SINGLE, Answer(options=options, right=(0 if is_true else 1,), feedback=feedback)


def _short(reading: _Reading) -> tuple[Kind, Answer]:
    options = _options(reading.given.inside, _WHOLE)
    reading.tell_no_feedback(options)
    options = [option for option in options if to_plain(option.text) != "*"]
    words = []
    for option in _full(reading, options):
        word = to_plain(option.text)
        if _STAR.search(word):
            reading.changed(
                N_("In “%(answer)s” the sign * stood for any letters: here it is a sign."), answer=word
            )
        words.append(word.replace("\\*", "*"))
    return Kind.SHORT, Answer(accepted=tuple(dict.fromkeys(words)))


def _cloze(reading: _Reading, answer: Answer) -> QuestionSource:
    """Return a cloze with the one gap that a missing word is."""
    heading, _, text = reading.text(f"{GAP_OPEN}0{GAP_CLOSE}").partition("\n\n")
    gap, accepted = Gap(), answer.accepted
    if answer.options:
        choices = tuple(option.text for option in answer.options)
        gap, accepted = Gap(choices), (choices[answer.right[0]],)
    own = of_kind(reading.attributes(), Kind.CLOZE)
    whole = Answer(text=Piece(text, reading.line), gaps=(gap,), gap_answers=(accepted,))
    explanation = reading.tell(to_block(reading.given.explanation, reading.given.usual))
    return question_of(own, Kind.CLOZE, heading, "", whole, explanation)
