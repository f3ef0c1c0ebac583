"""What the figures of a question suggest: each rule at its threshold."""

import pytest

from app.domain.reports.rules.advice import RULES, advise
from app.domain.reports.values import ChoiceCount, ItemFigures, QuestionFigures, Statistic


def question(count=100, facility=60.0, discrimination=40.0, choices=(), kind="single", unanswered=0):
    item = ItemFigures(
        count,
        Statistic(facility),
        Statistic(0),
        Statistic(discrimination, "x" if discrimination is None else ""),
        Statistic(0),
    )
    counts = tuple(ChoiceCount("", *choice) for choice in choices)
    return QuestionFigures("key", kind, "area", "Why?", "en", True, item, counts, (), unanswered, 33, 33)


def codes(**given):
    return [advice.code for advice in advise(question(**given))]


RIGHT = ("right", True, 60, 15, 25)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, []),
        ({"discrimination": -0.1}, ["negative-discrimination"]),
        ({"discrimination": None}, []),
        ({"discrimination": 0.0}, ["weak-discrimination"]),
        ({"discrimination": 0.1}, ["weak-discrimination"]),
        ({"discrimination": 19.9}, ["weak-discrimination"]),
        ({"discrimination": 20.0}, []),
        ({"facility": 95.0}, ["easy"]),
        ({"facility": 94.9}, []),
        ({"facility": 95.0, "discrimination": 5.0}, ["easy"]),
        ({"facility": 20.0}, ["hard"]),
        ({"facility": 20.1}, []),
        ({"unanswered": 10}, ["unanswered"]),
        ({"unanswered": 9}, []),
        ({"choices": [RIGHT, ("wrong", False, 60, 10, 10)]}, []),
        ({"choices": [RIGHT, ("wrong", False, 61, 10, 10)]}, ["wrong-option-preferred"]),
        ({"choices": [RIGHT, ("wrong", False, 61, 10, 10)], "kind": "multiple"}, []),
        ({"choices": [RIGHT, ("wrong", False, 20, 5, 9)]}, ["better-choose-wrong"]),
        ({"choices": [RIGHT, ("wrong", False, 20, 5, 8)]}, []),
        ({"choices": [RIGHT, ("wrong", False, 0, 0, 0)]}, ["option-unchosen"]),
        ({"choices": [RIGHT, ("wrong", False, 0, 0, 0)], "count": 29}, []),
        ({"discrimination": -50.0, "facility": 5.0, "count": 9}, []),
        ({"discrimination": -50.0, "facility": 5.0, "count": 10}, ["negative-discrimination", "hard"]),
    ],
)
def test_a_rule_speaks_from_its_threshold_on(given, wanted):
    assert codes(**given) == wanted


def test_advice_names_the_options_that_it_speaks_of():
    two = [RIGHT, ("first", False, 0, 0, 0), ("second", False, 0, 0, 0)]
    (advice,) = advise(question(choices=two))
    assert advice.message % advice.values == (
        "Wrong, and nobody chooses it, so a more likely option would test more: “first”; “second”"
    )


def test_every_rule_has_its_own_code():
    assert len({rule.code for rule in RULES}) == len(RULES)
