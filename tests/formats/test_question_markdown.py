"""Questions written as a question file: the reader gives the same questions back."""

from pathlib import Path

import pytest
from hypothesis import assume, given

from app.domain.catalogue.values import Kind
from app.formats.question_exchange import Effect, Ledger, bare, question_of
from app.formats.question_markdown import settled, write_banks, write_question
from app.formats.question_text import read_bank
from app.formats.question_values import Answer, Attributes
from app.formats.report import Report
from app.formats.source_text import TEXT_LIMIT
from tests.formats.made_questions import pieces, questions, readable
from tests.formats.many_examples import many

BANKS = sorted(Path("courses").glob("*/*/questions*.md"))


def read(data):
    """Return the questions of a bank that has no error."""
    report = Report("bank")
    bank = read_bank(data, report, {})
    assert [finding for finding in report.findings if finding.is_error] == []
    return bank.questions


@pytest.mark.parametrize("path", BANKS, ids=str)
def test_the_banks_of_the_shipped_courses_come_back(path):
    before = read(path.read_bytes())
    assert before
    (written,) = write_banks(before)
    assert [bare(question) for question in read(written)] == [bare(question) for question in before]


@many
@given(question=questions())
def test_what_is_written_is_read_as_the_same(question):
    found = readable(question)
    assume(found is not None)
    (again,) = read(write_question(found).encode())
    assert bare(again) == bare(found)
    if question.kind not in {Kind.CLOZE, Kind.MATCH}:  # A table's cell may gain or lose a backslash before |.
        assert bare(found) == bare(question)


@many
@given(question=questions())
def test_harmless_words_are_never_lost(question):
    """Only a gap may hold what the grammar cannot say: a word that begins with = or ~, or ends with a backslash."""
    assume(question.kind is not Kind.CLOZE)
    assert readable(question) is not None


@many
@given(question=questions())
def test_what_is_settled_is_what_a_question_file_holds(question):
    ledger = Ledger()
    ledger.take(question)
    exchange = settled(ledger)
    effects = {note.effect for note in exchange.notes}
    if exchange.questions:
        assert Effect.CARRIED in effects
        assert [bare(each) for each in read(write_banks(exchange.questions)[0])] == [
            bare(each) for each in exchange.questions
        ]
    else:
        assert effects == {Effect.LEFT_OUT}


def test_a_large_bank_becomes_several_files():
    answer = Answer(options=pieces(("a" * 900, "b")), right=(0,), feedback=(None, None))
    many_questions = [
        question_of(Attributes(f"q-{number}", 1), Kind.SINGLE, "One?", "", answer) for number in range(500)
    ]
    files = write_banks(many_questions)
    assert len(files) == 3
    assert max(map(len, files)) < TEXT_LIMIT
    assert [each.key for file in files for each in read(file)] == [each.key for each in many_questions]


def test_a_question_that_a_bank_cannot_hold_is_left_out_with_the_reason():
    ledger = Ledger()
    answer = Answer(options=pieces(("same", "same")), right=(0,), feedback=(None, None))
    ledger.take(question_of(Attributes("twice", 7), Kind.SINGLE, "One?", "", answer))
    exchange = settled(ledger)
    assert exchange.questions == ()
    (note,) = exchange.notes
    assert (note.question, note.line, note.effect) == ("twice", 7, Effect.LEFT_OUT)
    assert "stands here twice" in note.message
