"""What the figures of a question suggest to its author: one table of rules with their thresholds.

The thresholds of facility and discrimination follow the tables of Moodle's “Quiz report statistics”
(https://docs.moodle.org/dev/Quiz_report_statistics): a facility of 95 or more is “extremely easy”, up to 20
“difficult” or harder; a negative discrimination index says “question probably invalid”, one below 20 “very weak”.
"""

from collections.abc import Callable, Sequence
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

Found: TypeAlias = bool | Sequence[str]
"""Whether a rule speaks, or the options that it speaks of."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """When a piece of advice is given; a message with ``options`` names those that were found."""

    code: str
    find: Callable[[QuestionFigures], Found]
    message: str
    is_urgent: bool = False


def _discrimination(question: QuestionFigures) -> float | None:
    return question.item.discrimination.value


def _facility(question: QuestionFigures) -> float:
    return question.item.facility.value or 0.0


def _is_invalid(question: QuestionFigures) -> bool:
    index = _discrimination(question)
    return index is not None and index < INVALID


def _is_weak(question: QuestionFigures) -> bool:
    index = _discrimination(question)
    return index is not None and INVALID <= index < WEAK and HARD < _facility(question) < EASY


def _wrong_choices(question: QuestionFigures) -> list[ChoiceCount]:
    """Return the wrong options of a question with one right one; of others, none competes with it."""
    return [choice for choice in question.choices if not choice.is_right and question.kind == Kind.SINGLE]


def _preferred(question: QuestionFigures) -> Sequence[str]:
    right = sum(choice.chosen for choice in question.choices if choice.is_right)
    return [choice.text for choice in _wrong_choices(question) if choice.chosen > right]


def _misleading(question: QuestionFigures) -> Sequence[str]:
    if not question.better or not question.weaker:
        return []
    return [
        choice.text
        for choice in _wrong_choices(question)
        if 100 * (choice.better / question.better - choice.weaker / question.weaker) >= MORE_OF_THE_BETTER
    ]


def _unchosen(question: QuestionFigures) -> Sequence[str]:
    if question.item.count < FEWEST_FOR_UNCHOSEN:
        return []
    return [choice.text for choice in _wrong_choices(question) if not choice.chosen]


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
        N_("Chosen more often than the right option, so check the key and the wording: %(options)s"),
        is_urgent=True,
    ),
    _Rule(
        "better-choose-wrong",
        _misleading,
        N_(
            "Wrong, but chosen more often by the better third than by the weaker, so it may be right too: %(options)s"
        ),
        is_urgent=True,
    ),
    _Rule(
        "hard",
        lambda question: _facility(question) <= HARD,
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
        lambda question: _facility(question) >= EASY,
        N_("Nearly everyone gets it right: it tells little about who knows more."),
    ),
    _Rule(
        "option-unchosen",
        _unchosen,
        N_("Wrong, and nobody chooses it, so a more likely option would test more: %(options)s"),
    ),
    _Rule(
        "unanswered",
        lambda question: 100 * question.unanswered >= MANY_UNANSWERED * question.item.count,
        N_("Many leave it unanswered: is it clear, and is there time enough?"),
    ),
)
"""All of them, the most urgent first."""


def advise(question: QuestionFigures) -> tuple[Advice, ...]:
    """Return what the figures of a question suggest; nothing where it was drawn too seldom."""
    if question.item.count < FEWEST_FOR_ADVICE:
        return ()
    found = [(rule, rule.find(question)) for rule in RULES]
    return tuple(_advice(rule, options) for rule, options in found if options)


def _advice(rule: _Rule, found: Found) -> Advice:
    values = {} if isinstance(found, bool) else {"options": "; ".join(f"“{option}”" for option in found)}
    return Advice(rule.code, rule.message, values, rule.is_urgent)
