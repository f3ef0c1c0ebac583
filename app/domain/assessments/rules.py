"""How a paper is drawn, an answer read and a mark given: pure functions.

The marking follows the table of kinds in the course format: points × fraction, never below 0, exact.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import ceil

from app.domain.assessments.values import Given, Mark, PaperQuestion, Pool, Reconciled, Response
from app.domain.catalogue.values import Assessment, BankQuestion, Duration, Feedback, Gap, Kind, QuestionBody
from app.foundation.errors import Invalid
from app.foundation.i18n import N_
from app.foundation.ids import Dice
from app.foundation.text import fold_answer

LONGEST_ANSWER = 500
LONGEST_WORK = 50_000
"""Characters of a typed answer, and of the text of a task."""
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
_PERIODS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def period(duration: Duration | None) -> timedelta | None:
    """Return a duration in minutes, hours or days as a period; None for none."""
    return None if duration is None else duration.amount * _PERIODS[duration.unit]


def lengthened(limit: timedelta, percent: int) -> timedelta:
    """Return a time limit with so many percent more, up to the next whole minute."""
    minutes = ceil(limit * (100 + percent) / timedelta(minutes=100))
    return timedelta(minutes=minutes)


# Drawing a paper.


def draw(
    areas: Mapping[str, str],
    wanted: Mapping[str, int | None] | None,
    is_shuffled: bool,
    dice: Dice,
    seen: Collection[str] = (),
) -> list[str]:
    """Choose the keys of a paper from ``areas`` (key → area, in bank order).

    ``wanted`` says how many of each area, None for all of it; None altogether takes every question. Of each area
    those come first that the learner has not ``seen``; where they are too few, seen ones are drawn to them.
    """
    chosen: set[str] = set()
    for area, number in (wanted or dict.fromkeys(areas.values())).items():
        pool = [key for key, its_area in areas.items() if its_area == area]
        chosen.update(pool if number is None else _sample(pool, number, seen, dice))
    keys = [key for key in areas if key in chosen]
    if is_shuffled:
        dice.shuffle(keys)
    return keys


def _sample(pool: Sequence[str], number: int, seen: Collection[str], dice: Dice) -> list[str]:
    """Return so many keys of a pool, each unseen one as likely as another, and so each seen one."""
    fresh = [key for key in pool if key not in seen]
    if len(fresh) >= number:
        return dice.sample(fresh, number)
    return fresh + dice.sample([key for key in pool if key in seen], number - len(fresh))


def pools_of(areas: Mapping[str, str], wanted: Mapping[str, int | None] | None) -> list[Pool]:
    """Return how each area that ``draw`` takes from, by the same arguments, stands to what it takes."""
    sizes = Counter(areas.values())
    return [
        Pool(area, sizes[area] if number is None else number, sizes[area])
        for area, number in (wanted or dict.fromkeys(areas.values())).items()
    ]


def as_filed(question: BankQuestion) -> PaperQuestion:
    """Return a question of the bank as a paper would hold it, everything still in the order of the file."""
    return PaperQuestion(
        key=question.key,
        kind=question.kind,
        area=question.area,
        points=question.points,
        body=question.body,
        answer_key=question.answer_key,
        is_exact=question.is_exact,
        is_partial=question.is_partial,
        is_all_or_nothing=question.is_all_or_nothing,
        unit=question.body.unit or question.unit,
        criteria=question.criteria,
        upload=question.upload,
        max_words=question.max_words,
    )


def lay_out(question: PaperQuestion, is_pinned: bool, is_shuffled: bool, dice: Dice) -> PaperQuestion:
    """Return a question with its options in a learner's order, and the key turned with them.

    Items to be ordered, right-hand texts and drop-downs stand in the file in the right order, so they are
    shuffled always; options only where the test shuffles and the author did not pin them.
    """
    is_still = question.kind in {Kind.SINGLE, Kind.MULTIPLE} and (is_pinned or not is_shuffled)
    if is_still:
        return question
    return turn(question, [_order_of(len(each), dice) for each in _lists(question.kind, question.body)])


def turn(question: PaperQuestion, orders: Sequence[Sequence[int]]) -> PaperQuestion:
    """Return a question of the file with what it offers in other orders, each as ``read_turning`` tells it."""
    match question.kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            return _turn_options(question, orders[0])
        case Kind.ORDER:
            return _turn_items(question, orders[0])
        case Kind.MATCH:
            return _turn_choices(question, orders[0])
        case Kind.CLOZE:
            gaps = tuple(map(_turn_gap, question.body.gaps, orders))
            return replace(question, body=replace(question.body, gaps=gaps))
        case _:
            return question


def outline(filed: Sequence[QuestionBody], paper: Sequence[PaperQuestion]) -> str:
    """Return which questions a paper holds and how they were turned, for whoever counts over many papers.

    Questions are parted by spaces: ``key``, or ``key:2.0.1`` where it has options: the place of each in the file, as
    they are shown; gaps of a cloze are parted by slashes. ``filed`` holds the bodies as they lie in the bank.
    """
    return " ".join(
        ":".join(filter(None, (question.key, _turning(question.kind, body, question.body))))
        for body, question in zip(filed, paper, strict=True)
    )


def _turning(kind: Kind, filed: QuestionBody, shown: QuestionBody) -> str:
    lists = zip(_lists(kind, shown), _lists(kind, filed), strict=True)
    return "/".join(".".join(map(str, _places(*each))) for each in lists)


def _lists(kind: Kind, body: QuestionBody) -> list[tuple[str, ...]]:
    """Return what a question offers to choose from or to order."""
    if kind is Kind.CLOZE:
        return [gap.choices or () for gap in body.gaps]
    return [body.choices if kind is Kind.MATCH else body.options]


def _places(shown: Sequence[str], filed: Sequence[str]) -> list[int]:
    """Return the place in the file of each text as shown; of two that say the same, the first comes first."""
    places = {text: [place for place, each in enumerate(filed) if each == text] for text in set(filed)}
    return [places[text].pop(0) for text in shown]


def key_of(outlined: str) -> str:
    """Return the key of a question of an outline."""
    return outlined.partition(":")[0]


def read_turning(outlined: str) -> list[tuple[int, ...]]:
    """Return the orders in which a question of an outline was shown: for each option, its place in the file."""
    orders = outlined.partition(":")[2].split("/")
    return [tuple(map(int, filter(None, order.split(".")))) for order in orders]


def _order_of(number: int, dice: Dice) -> list[int]:
    order = list(range(number))
    dice.shuffle(order)
    return order


def _turn_options(question: PaperQuestion, order: Sequence[int]) -> PaperQuestion:
    body, key = question.body, question.answer_key
    feedback = key.feedback or (None,) * len(order)
    return replace(
        question,
        body=replace(body, options=tuple(body.options[old] for old in order)),
        answer_key=replace(
            key,
            right=tuple(new for new, old in enumerate(order) if old in key.right),
            feedback=tuple(feedback[old] for old in order),
        ),
    )


def _turn_items(question: PaperQuestion, order: Sequence[int]) -> PaperQuestion:
    return replace(
        question,
        body=replace(question.body, options=tuple(question.body.options[old] for old in order)),
        answer_key=replace(question.answer_key, right=tuple(order)),
    )


def _turn_choices(question: PaperQuestion, order: Sequence[int]) -> PaperQuestion:
    body, key = question.body, question.answer_key
    return replace(
        question,
        body=replace(body, choices=tuple(body.choices[old] for old in order)),
        answer_key=replace(key, pairs=tuple(order.index(old) for old in key.pairs)),
    )


def _turn_gap(gap: Gap, order: Sequence[int]) -> Gap:
    return gap if gap.choices is None else Gap(choices=tuple(gap.choices[old] for old in order))


# Reading an answer.


def fields_of(question: PaperQuestion, position: int) -> list[str]:
    """Return the names of a question's inputs in a form, in reading order: ``q3``, or ``q3-1``, ``q3-2``."""
    if question.kind is Kind.CLOZE:
        number = len(question.body.gaps)
    elif question.kind is Kind.MATCH or question.kind is Kind.ORDER:
        number = len(question.body.options)
    else:
        return [f"q{position}"]
    return [f"q{position}-{part}" for part in range(1, number + 1)]


def read_response(question: PaperQuestion, position: int, form: Mapping[str, Sequence[str]]) -> Response:
    """Return what a form says to a question, [] where nothing was answered.

    single, multiple: indexes of options; short, number, task: one text; match: for each left cell the index of a
    choice; order: for each item a rank from 1; cloze: for each gap a text, or the index of a choice.
    Raises Invalid where a value cannot come from the form as it was sent.
    """
    fields = fields_of(question, position)
    if question.kind is Kind.MULTIPLE:
        values = [value for value in form.get(fields[0], ()) if value]
    else:
        values = [next(iter(form.get(field, ())), "").replace("\r\n", "\n") for field in fields]
    for part, value in enumerate(values):
        limit = _choices_of(question, part)
        longest = LONGEST_WORK if question.kind is Kind.TASK else LONGEST_ANSWER
        is_right_shape = len(value) <= longest if limit is None else not value or value in limit
        if not is_right_shape:
            raise Invalid(fields[min(part, len(fields) - 1)], N_("This answer is not among those offered."))
    return values if any(values) else []


def read_shown(form: Mapping[str, Sequence[str]], position: int) -> list[Response] | None:
    """Return which answers a page knew of when it was sent: the one it showed, then those it had sent since.

    Each is a JSON list of texts in ``shown-3``; None where the form does not say. Raises Invalid.
    """
    name = f"shown-{position}"
    if name not in form:
        return None
    try:
        known = [json.loads(text) for text in form[name]]
    except (ValueError, RecursionError) as error:
        raise Invalid(name, N_("This form is damaged: reload the page.")) from error
    if not all(isinstance(response, list) for response in known):
        raise Invalid(name, N_("This form is damaged: reload the page."))
    return known


def reconcile(
    given: Mapping[int, Response],
    shown: Mapping[int, Sequence[Response]],
    stored: Mapping[int, Given],
    at: datetime,
) -> Reconciled:
    """Decide what becomes of answers given at a moment: of two, the one that was given later counts.

    What a page only shows, its reader did not give: it changes nothing. Where nobody said what the page showed,
    everything is taken as given.
    """
    written: dict[int, Response] = {}
    kept: dict[int, Response] = {}
    replaced = []
    for place, response in given.items():
        known, there = shown.get(place), stored.get(place)
        present = there.response if there else []
        if known is None:
            written[place] = response
        elif response == present or list(known) == [response]:
            continue
        elif there is None or present in known:
            written[place] = response
        elif there.at > at:
            kept[place] = present
        else:
            written[place] = response
            replaced.append(place)
    return Reconciled(written, tuple(replaced), kept)


@cache
def _numbers(first: int, count: int) -> frozenset[str]:
    return frozenset(str(number) for number in range(first, first + count))


def _choices_of(question: PaperQuestion, part: int) -> frozenset[str] | None:
    body = question.body
    match question.kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            return _numbers(0, len(body.options))
        case Kind.MATCH:
            return _numbers(0, len(body.choices))
        case Kind.ORDER:
            return _numbers(1, len(body.options))
        case Kind.CLOZE:
            choices = body.gaps[part].choices
            return None if choices is None else _numbers(0, len(choices))
        case _:
            return None


def parse_number(text: str) -> Decimal | None:
    """Return the number that a learner typed: comma or point, spaces of any width for thousands."""
    plain = _SPACES.sub("", text).replace("\u2212", "-")
    return Decimal(plain.replace(",", ".")) if _NUMBER.fullmatch(plain) else None


# Marking.


def fraction_of(question: PaperQuestion, response: Response) -> Fraction:
    """Return which part of a question's points a response earns, from 0 to 1."""
    return _FRACTIONS[question.kind](question, response) if response else Fraction(0)


def mark(
    questions: Sequence[PaperQuestion], responses: Mapping[int, Response], waiting: Collection[int] = ()
) -> tuple[Mark, list[Fraction | None]]:
    """Return the mark of a paper and the points earned by each question; positions count from 1.

    ``waiting`` are the positions of tasks that people will mark: they earn None, and nothing in the mark.
    """
    earned = [
        None if position in waiting else question.points * fraction_of(question, responses.get(position, []))
        for position, question in enumerate(questions, start=1)
    ]
    whole = sum((points for points in earned if points is not None), Fraction(0))
    return Mark(whole, sum(question.points for question in questions)), earned


def _share(right: int, number: int) -> Fraction:
    return Fraction(right, number) if number else Fraction(0)


def _mark_single(question: PaperQuestion, response: Response) -> Fraction:
    return Fraction(tuple(map(int, response)) == question.answer_key.right)


def _mark_multiple(question: PaperQuestion, response: Response) -> Fraction:
    chosen, right = {int(value) for value in response}, set(question.answer_key.right)
    if question.is_all_or_nothing:
        return Fraction(chosen == right)
    return max(Fraction(0), _share(len(chosen & right) - len(chosen - right), len(right)))


def _is_same_text(given: str, accepted: Sequence[str], is_exact: bool, language: str) -> bool:
    if is_exact:
        return given.strip() in accepted
    folded = fold_answer(given, language)
    return any(folded == fold_answer(text, language) for text in accepted)


def _mark_short(question: PaperQuestion, response: Response) -> Fraction:
    key, language = question.answer_key, question.body.language
    return Fraction(_is_same_text(response[0], key.accepted, question.is_exact, language))


def _mark_number(question: PaperQuestion, response: Response) -> Fraction:
    number = parse_number(response[0])
    return Fraction(
        number is not None and any(low <= number <= high for low, high in question.answer_key.ranges)
    )


def _mark_match(question: PaperQuestion, response: Response) -> Fraction:
    choices = question.body.choices
    right = sum(
        bool(value) and choices[int(value)] == choices[pair]
        for value, pair in zip(response, question.answer_key.pairs, strict=True)
    )
    return _share(right, len(question.answer_key.pairs))


def _mark_order(question: PaperQuestion, response: Response) -> Fraction:
    ranks = question.answer_key.right
    given = [int(value) - 1 if value else None for value in response]
    if given == list(ranks):
        return Fraction(1)
    if not question.is_partial or None in given or len(set(given)) < len(given):
        return Fraction(0)
    laid = [rank for _, rank in sorted(zip(given, ranks, strict=True), key=lambda pair: pair[0] or 0)]
    neighbours = sum(after == before + 1 for before, after in pairwise(laid))
    return _share(neighbours, len(ranks) - 1)


def _mark_cloze(question: PaperQuestion, response: Response) -> Fraction:
    body, key = question.body, question.answer_key
    right = 0
    for gap, value, accepted in zip(body.gaps, response, key.gaps, strict=True):
        given = gap.choices[int(value)] if gap.choices is not None and value else value
        is_exact = question.is_exact or gap.choices is not None
        right += bool(given) and _is_same_text(given, accepted, is_exact, body.language)
    return _share(right, len(key.gaps))


def _mark_task(_question: PaperQuestion, _response: Response) -> Fraction:
    """Return nothing: no machine marks a task."""
    return Fraction(0)


_FRACTIONS: Mapping[Kind, Callable[[PaperQuestion, Response], Fraction]] = {
    Kind.SINGLE: _mark_single,
    Kind.MULTIPLE: _mark_multiple,
    Kind.SHORT: _mark_short,
    Kind.NUMBER: _mark_number,
    Kind.MATCH: _mark_match,
    Kind.ORDER: _mark_order,
    Kind.CLOZE: _mark_cloze,
    Kind.TASK: _mark_task,
}


# Attempts.


def may_start_at(last_finished: datetime | None, cooldown: Duration | None) -> datetime | None:
    """Return the moment from which the next attempt may start; None for at once."""
    pause = period(cooldown)
    return None if last_finished is None or pause is None else last_finished + pause


def attempts_left(allowed: int, extra: int, made: int) -> int | None:
    """Return how many attempts remain; None where they are unlimited."""
    return None if allowed == 0 else max(0, allowed + extra - made)


def is_feedback_shown(test: Assessment | None, is_passed: bool) -> bool:
    """Tell whether a learner may see what was right and why once her attempt has ended."""
    feedback = test.feedback if test else Feedback.NEVER
    return feedback is Feedback.AFTER_SUBMIT or (feedback is Feedback.AFTER_PASS and is_passed)
