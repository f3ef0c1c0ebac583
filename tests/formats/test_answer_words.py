"""Questions and answers in plain words, kind by kind."""

from dataclasses import replace

import pytest

from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue.values import Gap, Kind, QuestionBody, QuestionKey
from app.formats import answer_words


def question(kind: Kind, unit: str | None = None, **body: object) -> PaperQuestion:
    asked = QuestionBody("en", "The heading?", **body)  # type: ignore[arg-type]
    return PaperQuestion("key", kind, "all", 1, asked, QuestionKey(), unit=unit)


OPTIONS = ("<p>a <b>bold</b></p>", "b &amp; c", "d")
GAPS = {"fragments": ("<p>A ", " and ", ".</p>"), "gaps": (Gap(), Gap(("in", "out")))}


@pytest.mark.parametrize(
    ("asked", "response", "words"),
    [
        (question(Kind.SINGLE, options=OPTIONS), ["1"], ["b & c"]),
        (question(Kind.MULTIPLE, options=OPTIONS), ["0", "2"], ["a bold", "d"]),
        (question(Kind.SHORT), ["my word"], ["my word"]),
        (question(Kind.NUMBER, unit="km"), ["2,5"], ["2,5 km"]),
        (question(Kind.MATCH, options=("<p>x</p>", "y"), choices=("one", "two")), ["1", ""], ["x – two"]),
        (question(Kind.ORDER, options=("i", "ii", "iii")), ["3", "1", ""], ["1. ii", "3. i"]),
        (question(Kind.CLOZE, **GAPS), ["word", "1"], ["1. word", "2. out"]),
        (question(Kind.CLOZE, **GAPS), ["", "0"], ["2. in"]),
        (question(Kind.TASK), ["A long\ntext"], ["A long\ntext"]),
        (question(Kind.TASK), ["  "], []),
        *((question(kind, "km", options=OPTIONS), [], []) for kind in Kind),
    ],
)
def test_an_answer_is_told_in_words(asked, response, words):
    assert answer_words.list_answered(asked, response) == words


def test_what_a_form_cannot_send_says_nothing():
    assert answer_words.list_answered(question(Kind.SINGLE, options=OPTIONS), ["9"]) == []
    assert answer_words.list_answered(question(Kind.SINGLE, options=OPTIONS), ["x"]) == []


def test_a_question_is_told_by_its_heading_and_stem():
    asked = question(Kind.SINGLE, stem="<p>Look at <i>this</i>.</p>", options=OPTIONS)
    assert answer_words.asked(asked) == "The heading? Look at this."
    assert answer_words.asked(question(Kind.SHORT)) == "The heading?"
    bare = replace(asked, body=replace(asked.body, heading="Fill in"))
    assert answer_words.asked(bare) == "Fill in: Look at this."
    assert answer_words.asked(question(Kind.CLOZE, **GAPS)) == "The heading? A ____ and ____."
