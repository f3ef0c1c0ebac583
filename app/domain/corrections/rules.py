"""What a mended key makes of papers that were taken: pure functions.

The rule is that of issue 3, 8: “as corrected” marks a paper by the mended key; a question that is dropped leaves the
points earned and those of the paper; “nobody loses” keeps for each question, and for the whole, what is better.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from app.domain.assessments.rules import fraction_of
from app.domain.assessments.values import Mark, PaperQuestion, Response
from app.domain.catalogue.values import Kind, QuestionBody, QuestionKey
from app.domain.corrections.values import Change, Changes, Compared, Differing, Fairness, Regraded
from app.foundation.text import plain

LONGEST_REASON = 300


# A key in the order of a paper.


def amend(drawn: PaperQuestion, filed: PaperQuestion) -> PaperQuestion | None:
    """Return a drawn question with the key of another version of it, turned to the order of the paper.

    None where it cannot be told: it asks or offers something else, or two options say the same.
    """
    if _asked(drawn) != _asked(filed) or drawn.kind is Kind.TASK:
        return None
    key = _KEYS[drawn.kind](drawn.body, filed.body, filed.answer_key)
    if key is None:
        return None
    return replace(
        drawn,
        answer_key=replace(key, explanation=filed.answer_key.explanation),
        is_exact=filed.is_exact,
        is_partial=filed.is_partial,
        is_all_or_nothing=filed.is_all_or_nothing,
    )


def _asked(question: PaperQuestion) -> tuple[object, ...]:
    """Return what must be the same for an answer to be an answer to both."""
    body = question.body
    return (
        question.key,
        question.kind,
        question.points,
        body.heading,
        body.stem,
        body.fragments,
        body.language,
    )


def _places(laid: Sequence[str], filed: Sequence[str]) -> list[int] | None:
    """Return for each text of a paper its place in the file; None where they differ or one stands twice."""
    if sorted(laid) != sorted(filed) or len(set(filed)) < len(filed):
        return None
    return [filed.index(text) for text in laid]


def _key_of_options(laid: QuestionBody, filed: QuestionBody, key: QuestionKey) -> QuestionKey | None:
    order = _places(laid.options, filed.options)
    if order is None:
        return None
    feedback = key.feedback or (None,) * len(order)
    right = tuple(new for new, old in enumerate(order) if old in key.right)
    return replace(key, right=right, feedback=tuple(feedback[old] for old in order))


def _key_of_items(laid: QuestionBody, filed: QuestionBody, key: QuestionKey) -> QuestionKey | None:
    order = _places(laid.options, filed.options)
    return None if order is None else replace(key, right=tuple(order))


def _key_of_pairs(laid: QuestionBody, filed: QuestionBody, key: QuestionKey) -> QuestionKey | None:
    lefts, rights = _places(laid.options, filed.options), _places(laid.choices, filed.choices)
    if lefts is None or rights is None:
        return None
    return replace(key, pairs=tuple(rights.index(key.pairs[left]) for left in lefts))


def _key_of_gaps(laid: QuestionBody, filed: QuestionBody, key: QuestionKey) -> QuestionKey | None:
    offered = [
        [sorted(gap.choices) if gap.choices is not None else None for gap in body.gaps]
        for body in (laid, filed)
    ]
    return key if offered[0] == offered[1] else None


def _key_as_it_is(_laid: QuestionBody, _filed: QuestionBody, key: QuestionKey) -> QuestionKey:
    return key


_KEYS: Mapping[Kind, Callable[[QuestionBody, QuestionBody, QuestionKey], QuestionKey | None]] = {
    Kind.SINGLE: _key_of_options,
    Kind.MULTIPLE: _key_of_options,
    Kind.SHORT: _key_as_it_is,
    Kind.NUMBER: _key_as_it_is,
    Kind.MATCH: _key_of_pairs,
    Kind.ORDER: _key_of_items,
    Kind.CLOZE: _key_of_gaps,
}


def marks_alike(one: PaperQuestion, other: PaperQuestion) -> bool:
    """Tell whether two keys of the same question mark every answer alike; what is said afterwards may differ."""
    return _marking(one) == _marking(other)


def _marking(question: PaperQuestion) -> tuple[object, ...]:
    key = question.answer_key
    right = sorted(key.right) if question.kind is Kind.MULTIPLE else key.right
    flags = question.is_exact, question.is_partial, question.is_all_or_nothing
    return (
        right,
        sorted(key.accepted),
        sorted(key.ranges),
        key.pairs,
        [sorted(gap) for gap in key.gaps],
        flags,
    )


def compare(old: PaperQuestion, new: PaperQuestion | None, *, is_drawn: bool) -> Compared | None:
    """Say how a question stands to that of the newest version; None where nothing of it matters.

    ``old`` holds the key that counts now. ``is_drawn``: the newest version still draws the question.
    """
    if new is None:
        return Compared(old.key, Differing.GONE, old, None)
    amended = amend(old, as_laid(new))
    if amended is not None and not marks_alike(old, amended):
        return Compared(old.key, Differing.KEY, old, amended)
    if not is_drawn:
        return Compared(old.key, Differing.RETIRED, old, amended)
    return Compared(old.key, Differing.REWORDED, old, new) if amended is None else None


def as_laid(filed: PaperQuestion) -> PaperQuestion:
    """Return a question of the bank as a paper that is not shuffled holds it: items in order have their ranks."""
    if filed.kind is not Kind.ORDER:
        return filed
    return replace(filed, answer_key=replace(filed.answer_key, right=tuple(range(len(filed.body.options)))))


# Marks anew.


def change(question: PaperQuestion, response: Response, old: Fraction) -> Change:
    """Return what a question that was amended is worth by its new key."""
    return Change(question.points, old, question.points * fraction_of(question, response))


def regrade(earned: Fraction, points: int, changes: Changes, fairness: Fairness) -> Regraded:
    """Return a result anew, from the points earned, those of the paper, and what changes on it.

    A paper of which every question would be left out keeps them: nothing could be said of it.
    """
    if fairness is Fairness.AS_CORRECTED:
        return _as_corrected(earned, points, changes)
    either = {
        place: replace(each, new=None if each.new is None else max(each.old, each.new))
        for place, each in changes.items()
    }
    without = _as_corrected(earned, points, either)
    kept = _as_corrected(earned, points, _with_all(either))
    return max(kept, without, key=lambda each: Fraction(each.mark.earned) / (each.mark.points or 1))


def _with_all(changes: Changes) -> Changes:
    """Return changes with every question that would be left out as it was."""
    return {
        place: each if each.new is not None else replace(each, new=each.old)
        for place, each in changes.items()
    }


def _as_corrected(earned: Fraction, points: int, changes: Changes) -> Regraded:
    dropped = sum(each.points for each in changes.values() if each.new is None)
    if dropped and dropped >= points:
        return _as_corrected(earned, points, _with_all(changes))
    gained = sum(((each.new or Fraction(0)) - each.old for each in changes.values()), Fraction(0))
    return Regraded(
        Mark(earned + gained, points - dropped),
        {place: each.new for place, each in changes.items()},
        tuple(place for place, each in changes.items() if each.new is None),
    )


def write_changes(changes: Changes) -> dict[str, list[Any]]:
    """Return changes as JSON."""
    return {
        str(place): [each.points, str(each.old), None if each.new is None else str(each.new)]
        for place, each in changes.items()
    }


def read_changes(stored: Mapping[str, Sequence[Any]]) -> dict[int, Change]:
    """Return changes from what ``write_changes`` made of them."""
    return {
        int(place): Change(points, Fraction(old), None if new is None else Fraction(new))
        for place, (points, old, new) in stored.items()
    }


# Words.


def say_key(question: PaperQuestion) -> str:
    """Return what is right in a question, in its own words and in the order of its paper."""
    return "; ".join(_SAYINGS[question.kind](question.body, question.answer_key)) or "–"


def _say_options(body: QuestionBody, key: QuestionKey) -> list[str]:
    return [plain(body.options[place]) for place in sorted(key.right)]


def _say_ranges(_body: QuestionBody, key: QuestionKey) -> list[str]:
    return [f"{low:f}" if low == high else f"{low:f} – {high:f}" for low, high in key.ranges]


def _say_pairs(body: QuestionBody, key: QuestionKey) -> list[str]:
    return [
        f"{plain(left)} – {body.choices[pair]}" for left, pair in zip(body.options, key.pairs, strict=True)
    ]


def _say_items(body: QuestionBody, key: QuestionKey) -> list[str]:
    ranked = sorted(zip(key.right, body.options, strict=True))
    return [f"{rank + 1}. {plain(item)}" for rank, item in ranked]


_SAYINGS: Mapping[Kind, Callable[[QuestionBody, QuestionKey], list[str]]] = {
    Kind.SINGLE: _say_options,
    Kind.MULTIPLE: _say_options,
    Kind.SHORT: lambda _body, key: list(key.accepted),
    Kind.NUMBER: _say_ranges,
    Kind.MATCH: _say_pairs,
    Kind.ORDER: _say_items,
    Kind.CLOZE: lambda _body, key: [
        f"{number}. {' / '.join(gap)}" for number, gap in enumerate(key.gaps, start=1)
    ],
    Kind.TASK: lambda _body, _key: [],
}
