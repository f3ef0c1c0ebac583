"""A task on a paper: read as text of any length, marked by no machine."""

from fractions import Fraction

import pytest

from app.domain.assessments import rules
from app.domain.assessments.values import Mark
from app.foundation.errors import Invalid
from tests.domain.assessments.papers import single, task


@pytest.mark.parametrize("length", [1, 500, 501, rules.LONGEST_WORK])
def test_a_work_may_be_long(length):
    assert rules.read_response(task(), 3, {"q3": ["x" * length]}) == ["x" * length]


def test_a_work_that_is_too_long_is_refused_at_its_field():
    with pytest.raises(Invalid) as refused:
        rules.read_response(task(), 3, {"q3": ["x" * (rules.LONGEST_WORK + 1)]})
    assert refused.value.field == "q3"


def test_line_ends_are_those_that_a_script_sends():
    assert rules.read_response(task(), 1, {"q1": ["one\r\ntwo\nthree\r"]}) == ["one\ntwo\nthree\r"]


def test_a_machine_gives_nothing_for_a_task():
    assert rules.fraction_of(task(), ["a work"]) == Fraction(0)


def test_a_task_that_waits_for_people_earns_none_and_nothing_in_the_mark():
    paper = [single(right=0, points=2), task(points=10), single(right=1, points=3)]
    responses = {1: ["0"], 2: ["a work"], 3: ["1"]}
    assert rules.mark(paper, responses, {2}) == (Mark(Fraction(5), 15), [Fraction(2), None, Fraction(3)])
    assert rules.mark(paper, responses) == (Mark(Fraction(5), 15), [Fraction(2), Fraction(0), Fraction(3)])
