"""What a form says to a question: its fields, its shapes, and what cannot come from it."""

import pytest

from app.domain.assessments.rules import LONGEST_ANSWER, fields_of, read_response
from app.foundation.errors import Invalid
from tests.domain.assessments.papers import (
    chosen,
    cloze,
    match,
    multiple,
    number,
    order,
    short,
    single,
    typed,
)

CLOZE = cloze(typed("tenth"), chosen("handed in", "opened"), typed("3"))
MATCH = match("wxyz", [0, 1, 2])
ORDER = order(2, 0, 1)
LONGEST = "a" * LONGEST_ANSWER


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        (single(), ["q7"]),
        (multiple([0]), ["q7"]),
        (short("a"), ["q7"]),
        (number(("1", "1")), ["q7"]),
        (MATCH, ["q7-1", "q7-2", "q7-3"]),
        (ORDER, ["q7-1", "q7-2", "q7-3"]),
        (cloze(typed("a"), typed("b")), ["q7-1", "q7-2"]),
    ],
)
def test_a_question_has_its_fields_in_reading_order(question, fields):
    assert fields_of(question, 7) == fields


@pytest.mark.parametrize(
    ("question", "form", "response"),
    [
        (single(), {"q2": ["0"]}, ["0"]),
        (single(), {"q2": ["2"]}, ["2"]),
        (single(), {"q2": ["1", "2"]}, ["1"]),  # One field that was sent twice: the first.
        (single(), {"q2": []}, []),
        (single(), {"q2": [""]}, []),
        (single(), {"q1": ["1"], "q22": ["1"], "q2-1": ["1"]}, []),
        (multiple([0]), {"q2": ["4", "0", "2"]}, ["4", "0", "2"]),
        (multiple([0]), {"q2": ["", "3", ""]}, ["3"]),
        (multiple([0]), {"q2": [""]}, []),
        (multiple([0]), {}, []),
        (short("a"), {"q2": [" Rob "]}, [" Rob "]),
        (short("a"), {"q2": [LONGEST]}, [LONGEST]),
        (short("a"), {"q2": [""]}, []),
        (short("a"), {}, []),
        (number(("1", "1")), {"q2": ["three"]}, ["three"]),
        (MATCH, {"q2-1": ["3"], "q2-2": ["0"], "q2-3": ["3"]}, ["3", "0", "3"]),
        (MATCH, {"q2-2": ["1"]}, ["", "1", ""]),
        (MATCH, {"q2-1": [""], "q2-2": [""], "q2-3": [""]}, []),
        (MATCH, {}, []),
        (ORDER, {"q2-1": ["3"], "q2-2": ["1"], "q2-3": ["2"]}, ["3", "1", "2"]),
        (ORDER, {"q2-3": ["3"], "q2-4": ["1"], "q2-0": ["1"]}, ["", "", "3"]),
        (ORDER, {"q2-1": ["1"], "q2-2": ["1"], "q2-3": ["1"]}, ["1", "1", "1"]),  # The marking judges that.
        (CLOZE, {"q2-1": ["a"], "q2-2": ["1"], "q2-3": [LONGEST]}, ["a", "1", LONGEST]),
        (CLOZE, {"q2-1": ["99"], "q2-2": ["0"]}, ["99", "0", ""]),
    ],
)
def test_a_form_is_read_in_the_shape_of_its_kind(question, form, response):
    assert read_response(question, 2, form) == response


@pytest.mark.parametrize(
    ("question", "form", "field"),
    [
        (single(), {"q2": ["3"]}, "q2"),
        (single(), {"q2": ["-1"]}, "q2"),
        (single(), {"q2": ["01"]}, "q2"),
        (single(), {"q2": [" 1"]}, "q2"),
        (single(), {"q2": ["１"]}, "q2"),
        (single(), {"q2": ["a"]}, "q2"),
        (multiple([0]), {"q2": ["5"]}, "q2"),
        (multiple([0]), {"q2": ["0", "1", "x"]}, "q2"),
        (short("a"), {"q2": [LONGEST + "a"]}, "q2"),
        (number(("1", "1")), {"q2": [LONGEST + "1"]}, "q2"),
        (MATCH, {"q2-1": ["4"]}, "q2-1"),
        (MATCH, {"q2-1": ["3"], "q2-2": ["-1"]}, "q2-2"),
        (MATCH, {"q2-3": ["w"]}, "q2-3"),
        (ORDER, {"q2-1": ["0"]}, "q2-1"),
        (ORDER, {"q2-1": ["1"], "q2-2": ["2"], "q2-3": ["4"]}, "q2-3"),
        (CLOZE, {"q2-1": [LONGEST + "a"]}, "q2-1"),
        (CLOZE, {"q2-2": ["2"]}, "q2-2"),
        (CLOZE, {"q2-2": ["handed in"]}, "q2-2"),
        (CLOZE, {"q2-3": [LONGEST + "a"]}, "q2-3"),
    ],
)
def test_what_the_form_never_offered_is_refused_at_its_field(question, form, field):
    with pytest.raises(Invalid) as refused:
        read_response(question, 2, form)
    assert refused.value.field == field
    assert refused.value.reason == "This answer is not among those offered."


def test_an_answer_has_room_for_five_hundred_characters():
    assert LONGEST_ANSWER == 500
