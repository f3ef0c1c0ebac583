"""What the figures of a question suggest to its author: one table of rules with their thresholds.

The thresholds of facility and discrimination follow the tables of Moodle's “Quiz report statistics”
(https://docs.moodle.org/dev/Quiz_report_statistics): a facility of 95 or more is “extremely easy”, up to 20
“difficult” or harder; a negative discrimination index says “question probably invalid”, one below 20 “very weak”.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from app.domain.catalogue.values import Kind
from app.domain.reports.values import Advice, ChoiceCount, QuestionFigures
from app.foundation.i18n import N_

FEWEST_FOR_TEST = 30
"""Below so many attempts the figures of a test are a matter of chance."""
FEWEST_FOR_ADVICE = 10
"""A question drawn in fewer attempts gets no advice."""
FEWEST_FOR_UNCHOSEN = 30
"""Only among so many attempts does it mean anything that nobody chose an option."""
EASY, HARD = 95.0, 20.0  # facility index
INVALID, WEAK = 0.0, 20.0  # discrimination index
MANY_UNANSWERED = 10.0  # percent
MORE_OF_THE_BETTER = 10.0  # percentage points

Values: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Rule:
    """When a piece of advice is given: once for each of the values that are found."""

    code: str
    find: Callable[[QuestionFigures], Iterable[Values]]
    message: str
    is_urgent: bool = False


def _once(is_so: bool) -> Sequence[Values]:
    return [{}] if is_so else []


def _discrimination(question: QuestionFigures) -> float | None:
    return question.item.discrimination.value


def _facility(question: QuestionFigures) -> float:
    return question.item.facility.value or 0.0


def _is_invalid(question: QuestionFigures) -> Sequence[Values]:
    index = _discrimination(question)
    return _once(index is not None and index < INVALID)


def _is_weak(question: QuestionFigures) -> Sequence[Values]:
    index = _discrimination(question)
    is_weak = index is not None and INVALID <= index < WEAK
    return _once(is_weak and HARD < _facility(question) < EASY)


def _wrong_choices(question: QuestionFigures) -> list[ChoiceCount]:
    """Return the wrong options of a question with one right one; of others, none competes with it."""
    return [choice for choice in question.choices if not choice.is_right and question.kind == Kind.SINGLE]


def _preferred(question: QuestionFigures) -> Iterable[Values]:
    right = sum(choice.chosen for choice in question.choices if choice.is_right)
    return [{"option": choice.text} for choice in _wrong_choices(question) if choice.chosen > right]


def _misleading(question: QuestionFigures) -> Iterable[Values]:
    if not question.better or not question.weaker:
        return []
    return [
        {"option": choice.text}
        for choice in _wrong_choices(question)
        if 100 * (choice.better / question.better - choice.weaker / question.weaker) >= MORE_OF_THE_BETTER
    ]


def _unchosen(question: QuestionFigures) -> Iterable[Values]:
    if question.item.count < FEWEST_FOR_UNCHOSEN:
        return []
    return [{"option": choice.text} for choice in _wrong_choices(question) if not choice.chosen]


RULES = (
    _Rule(
        "negative-discrimination",
        _is_invalid,
        N_("Stronger learners miss this one more often than weaker ones: check the key."),
        is_urgent=True,
    ),
    _Rule(
        "wrong-option-preferred",
        _preferred,
        N_(
            "A wrong option is chosen more often than the right one: “%(option)s”. Check the key and the wording."
        ),
        is_urgent=True,
    ),
    _Rule(
        "better-choose-wrong",
        _misleading,
        N_(
            "The better third chooses a wrong option more often than the weaker third: “%(option)s”. Is it right too?"
        ),
        is_urgent=True,
    ),
    _Rule(
        "hard",
        lambda question: _once(_facility(question) <= HARD),
        N_("Few get it right: check the key, and whether a module teaches it."),
        is_urgent=True,
    ),
    _Rule(
        "weak-discrimination",
        _is_weak,
        N_("It hardly tells stronger learners from weaker ones: read its wording again."),
    ),
    _Rule(
        "easy",
        lambda question: _once(_facility(question) >= EASY),
        N_("Nearly everyone gets it right: it tells little about who knows more."),
    ),
    _Rule(
        "option-unchosen",
        _unchosen,
        N_("Nobody chooses this wrong option: “%(option)s”. A more likely one would test more."),
    ),
    _Rule(
        "unanswered",
        lambda question: _once(100 * question.unanswered >= MANY_UNANSWERED * question.item.count),
        N_("Many leave it unanswered: is it clear, and is there time enough?"),
    ),
)
"""All of them, the most urgent first."""


def advise(question: QuestionFigures) -> tuple[Advice, ...]:
    """Return what the figures of a question suggest; nothing where it was drawn too seldom."""
    if question.item.count < FEWEST_FOR_ADVICE:
        return ()
    return tuple(
        Advice(rule.code, rule.message, values, rule.is_urgent)
        for rule in RULES
        for values in rule.find(question)
    )
