"""Aiken: one right option in plain text, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.values import Kind
from app.formats import aiken
from app.formats.question_exchange import Effect, Unreadable
from app.formats.question_text import read_bank
from app.formats.report import Report
from tests.formats.made_questions import ODD, SIGNS
from tests.formats.many_examples import many

EXAMPLE = """Which *format* is open?
A. CSV
B) scanned PDF
ANSWER: A

What is a dataset?
It has rows.
A) a table
B) a river
C) #3
ANSWER: b
"""


def losses(text):
    return [
        (note.line, note.effect.value, note.message % dict(note.values))
        for note in aiken.read(text.encode()).notes
        if note.effect is not Effect.CARRIED
    ]


def test_questions_are_read_as_they_are_written():
    first, second = aiken.read(EXAMPLE.encode()).questions
    assert (first.kind, first.heading.text, first.answer.right) == (
        Kind.SINGLE,
        "Which \\*format\\* is open?",
        (0,),
    )
    assert [piece.text for piece in first.answer.options] == ["CSV", "scanned PDF"]
    assert (second.heading.text, second.stem.text, second.answer.right) == (
        "What is a dataset?",
        "It has rows.",
        (1,),
    )
    assert (first.line, second.line) == (1, 6)
    assert losses(EXAMPLE) == []


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("Q\nA. a\nB. b\n", 1, "A line “ANSWER:” is missing after this question."),
        (
            "Q\nA. a\nB. b\nNext\nA. a\nB. b\nANSWER: A\n",
            1,
            "A line “ANSWER:” is missing after this question.",
        ),
        ("Q\nA. a\nB. b\nANSWER: C\n", 4, "“ANSWER: C” names no option of this question, or two."),
        ("Q\nA. a\nANSWER: A\n", 1, "A question has a text and two options or more."),
        ("ANSWER: A\n", 1, "A question has a text and two options or more."),
        ("Q\nA. a\nB. a\nANSWER: A\n", 1, "“a” stands here twice: change or delete one."),
    ],
)
def test_what_is_left_out_is_told_with_its_line(text, line, told):
    assert losses(text) == [(line, "left-out", told)]


def test_what_is_written_is_read_again_and_the_rest_is_told():
    bank = read_bank(
        b"## Which is *open*? {#open points=2}\n\nLook.\n\n- [ ] PDF\n  > No.\n- [x] CSV & co\n\n> RFC\n"
        b"\n## Say {#say .short}\n\n= a\n",
        Report(""),
        {},
    ).questions
    written = aiken.write(bank, {})
    assert written.data.decode() == "Which is open? Look.\nA. PDF\nB. CSV & co\nANSWER: B\n"
    assert written.count == 1
    effects = [(note.question, note.effect.value) for note in written.notes]
    assert effects == [
        ("open", "carried"),
        ("open", "left-out"),
        ("open", "left-out"),
        ("open", "changed"),
        ("say", "left-out"),
    ]
    (question,) = aiken.read(written.data).questions
    assert question.answer.right == (1,)


def is_read_or_refused(data):
    refusal = None
    try:
        aiken.read(data)
    except Unreadable as error:
        refusal = error
    assert refusal is None or (refusal.line >= 1 and refusal.reason)


@many
@given(
    parts=st.lists(
        st.sampled_from((*ODD, "\n", "\nA. ", "\nB) ", "\nANSWER: ", "A", "B")) | st.text(SIGNS, max_size=8)
    )
)
def test_any_text_is_read_or_refused(parts):
    is_read_or_refused("".join(parts).encode())


@many
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    is_read_or_refused(data)


@many
@given(
    place=st.integers(0, len(EXAMPLE)), length=st.integers(0, 30), put=st.text(SIGNS + "\nABCZ:", max_size=9)
)
def test_a_damaged_file_is_read_or_refused(place, length, put):
    is_read_or_refused((EXAMPLE[:place] + put + EXAMPLE[place + length :]).encode())
