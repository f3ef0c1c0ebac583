"""GIFT as Moodle documents it: what is carried, changed and left out, and what we write."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.catalogue.values import Gap, Kind
from app.formats import gift, gift_writing
from app.formats.question_exchange import Effect, Unreadable, bare
from app.formats.question_text import read_bank
from app.formats.report import Report
from tests.formats.made_questions import ODD, SIGNS, questions, readable
from tests.formats.many_examples import many

BANKS = sorted(Path("courses").glob("*/*/questions*.md"))
SAMPLES = Path(__file__).parent / "question_files"
EXAMPLE = (Path(__file__).parent / "golden" / "example.gift").read_bytes()


def read(text):
    return gift.read(text.encode() if isinstance(text, str) else text)


def only(text):
    """Return the one question of a GIFT text, and what was changed or left out of it."""
    exchange = read(text)
    (question,) = exchange.questions
    return question, [
        note.message % dict(note.values) for note in exchange.notes if note.effect is not Effect.CARRIED
    ]


def losses(text):
    exchange = read(text)
    return [
        (note.line, note.effect.value, note.message % dict(note.values))
        for note in exchange.notes
        if note.effect is not Effect.CARRIED
    ]


def texts(pieces):
    return [None if piece is None else piece.text for piece in pieces]


# What each kind is read as.


def test_one_right_option():
    question, lost = only(
        "::Tomb::Who's buried in Grant's tomb?{~Grant#No. ~Jefferson =no one#Right!####Nobody is.}"
    )
    assert (question.key, question.kind, question.heading.text) == (
        "tomb",
        Kind.SINGLE,
        "Who's buried in Grant's tomb?",
    )
    assert texts(question.answer.options) == ["Grant", "Jefferson", "no one"]
    assert question.answer.right == (2,)
    assert texts(question.answer.feedback) == ["No.", None, "Right!"]
    assert question.explanation.text == "Nobody is."
    assert lost == []


def test_a_missing_word_leaves_a_blank():
    question, _lost = only("Grant is {~buried =entombed ~living} in Grant's tomb.")
    assert question.heading.text == "Grant is \\_\\_\\_\\_\\_ in Grant's tomb."


@pytest.mark.parametrize(("word", "right"), [("T", 0), ("TRUE", 0), ("F", 1), ("FALSE", 1)])
def test_true_and_false(word, right):
    question, lost = only(f"The sun rises.{{{word}#wrong!#right!}}")
    assert texts(question.answer.options) == ["True", "False"]
    assert (question.answer.right, question.attributes.flags) == ((right,), {"pinned"})
    assert question.answer.feedback[right].text == "right!"
    assert question.answer.feedback[1 - right].text == "wrong!"
    assert lost == []


def test_short_answers():
    question, lost = only("Two plus two equals {=four =4}")
    assert (question.kind, question.answer.accepted, lost) == (Kind.SHORT, ("four", "4"), [])


@pytest.mark.parametrize(
    ("answers", "ranges"),
    [
        ("#1822", [("1822", "1822")]),
        ("#1822:5", [("1817", "1827")]),
        ("#3.141..3.142", [("3.141", "3.142")]),
        ("#-5..-1", [("-5", "-1")]),
        ("#=1822:0 =%100%1900..1910", [("1822", "1822"), ("1900", "1910")]),
        ("#1.5e2", [("150", "150")]),
    ],
)
def test_numbers(answers, ranges):
    question, lost = only(f"When?{{{answers}}}")
    assert question.answer.ranges == tuple((Decimal(low), Decimal(high)) for low, high in ranges)
    assert (question.kind, lost) == (Kind.NUMBER, [])


def test_pairs_with_a_distractor():
    question, lost = only("Match.{=Canada -> Ottawa =Italy->Rome = -> Paris}")
    assert (question.kind, lost) == (Kind.MATCH, [])
    assert texts(question.answer.options) == ["Canada", "Italy"]
    assert texts(question.answer.choices) == ["Ottawa", "Rome", "Paris"]
    assert question.answer.pairs == (0, 1)


def test_several_right_options_by_weights():
    question, lost = only("Who?{~%-50%No one ~%50%Grant ~%50%Grant's wife ~%-50%Father}")
    assert (question.kind, question.answer.right, lost) == (Kind.MULTIPLE, (1, 2), [])


def test_escapes_formats_comments_categories_ids_and_tags():
    exchange = read(
        "// a comment\n$CATEGORY: $course$/top/Čísla\n\n"
        "// [id:my-own] [tag:gradivo:points=3]\n::A\\:B::[markdown]"
        "**Which** \\= \\# \\{x\\} \\~ \\\\?\\n\\nMore.{=a\\=b ~c}\n"
    )
    (question,) = exchange.questions
    assert (question.key, question.attributes.points, question.attributes.area) == ("my-own", 3, "cisla")
    assert (question.heading.text, question.stem.text) == ("**Which** = # {x} ~ \\?", "More.")
    assert texts(question.answer.options) == ["a=b", "c"]
    assert {note.effect for note in exchange.notes} == {Effect.CARRIED}


def test_html_becomes_markdown_and_plain_text_stays_what_it_is():
    question, _lost = only(
        "[html]<p>Is <b>this</b> &lt;it&gt;?</p><p>Yes.</p>{=[plain]<b> ~[html]<em>c</em> ~*d*}"
    )
    assert (question.heading.text, question.stem.text) == ("Is **this** &lt;it>?", "Yes.")
    assert texts(question.answer.options) == ["&lt;b>", "*c*", "\\*d\\*"]


# What cannot be carried is told, with its line.


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Q{=right ~%50%half ~no}", "The option “half” counted 50 %: here it is wrong."),
        ("Q{=a =b ~c}", "Several options are right and one was to be chosen: here all of them are to be."),
        ("Q{~%30%a ~%70%b ~%-50%c}", "Its right options had marks of their own: here each counts alike."),
        (
            "Q{~%50%a ~%50%b ~c}",
            "A wrong option takes off here as much as a right one adds; before it was otherwise.",
        ),
        ("Q{=a =%50%b}", "The answer “b” counts 50 %: only answers that count in full came over."),
        ("Q{=a#why}", "Feedback to single answers was left out: only options have it here."),
        ("Q{=a*}", "In “a*” the sign * stood for any letters: here it is a sign."),
        ("Q{#1 ~#wrong}", "Feedback to single answers was left out: only options have it here."),
        ("Write.{}", "An essay became a task with one criterion: write what is looked at."),
        ("[html]<p>a</p><script>b</script>{T}", "“<script>” was left out of its text."),
        ("// [tag:spring]\nQ{T}", "Its tags were left out."),
    ],
)
def test_what_changes_is_told(text, told):
    _question, lost = only(f"// one\n\n{text}\n")
    assert lost == [told]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Only a text.", "A description asks nothing: put its text into a module of the course."),
        ("Q{=a ~b", "The braces around the answers do not match: a question holds no empty line."),
        ("Q}{", "The braces around the answers do not match: a question holds no empty line."),
        ("Q{#five}", "“five” is no number."),
        ("Q{~a ~b}", "No option is right."),
        ("Q{=%50%a}", "No answer counts in full."),
        ("Q{=a->b =c}", "“c” is no pair: write it as “=left -> right”."),
        ("Q{=a ~a}", "“a” stands here twice: change or delete one."),
    ],
)
def test_what_is_left_out_is_told_with_its_line(text, told):
    assert losses(f"Fine{{T}}\n\n{text}\n") == [(3, "left-out", told)]
    assert len(read(f"Fine{{T}}\n\n{text}\n").questions) == 1


def test_the_examples_of_moodle_are_read():
    exchange = read(EXAMPLE)
    assert len(exchange.questions) == 15
    assert {note.effect for note in exchange.notes} == set(Effect)


# What we write we read.


@pytest.mark.parametrize("path", BANKS, ids=str)
def test_the_banks_of_the_shipped_courses_come_back(path):
    bank = read_bank(path.read_bytes(), Report(""), {}).questions
    written = gift_writing.write(bank, {})
    left = {
        note.question
        for note in written.notes
        if note.effect is Effect.LEFT_OUT and "several" in note.message
    }
    assert left == {each.key for each in bank if each.kind is Kind.CLOZE and len(each.answer.gaps) > 1}
    assert [bare(each) for each in read(written.data).questions] == [
        bare(each) for each in bank if each.key not in left
    ]
    assert written.count == len(bank) - len(left)


@many
@given(made=questions())
def test_what_is_written_is_read_as_the_same(made):
    question = readable(made)
    assume(question is not None)
    written = gift_writing.write([question], {})
    if not written.count:
        assert [note.effect for note in written.notes] == [Effect.LEFT_OUT]
        return
    exchange = read(written.data)
    assert [bare(each) for each in exchange.questions] == [bare(question)]


def test_a_gap_becomes_a_missing_word_and_comes_back():
    bank = read_bank(b"## Complete {#c .cloze}\n\nOn the [[=10th|~11th]] day.\n", Report(""), {}).questions
    written = gift_writing.write(bank, {})
    assert b"day." in written.data
    (question,) = read(written.data).questions
    assert question.answer.gaps == (Gap(("10th", "11th")),)
    assert bare(question) == bare(bank[0])


def test_a_choice_that_looks_like_a_format_comes_back():
    text = b"## Complete {#c .cloze}\n\nA [[=[html]x|~[plain] y|~b]] day.\n"
    bank = read_bank(text, Report(""), {}).questions
    (question,) = read(gift_writing.write(bank, {}).data).questions
    assert question.answer.gaps == bank[0].answer.gaps == (Gap(("[html]x", "[plain] y", "b")),)


def test_pictures_are_named_as_left_out():
    bank = read_bank(b"## Q {#q .short}\n\n![x](../media/a.png)\n\n= b\n", Report(""), {}).questions
    assert "a.png" in [note.values.get("name") for note in gift_writing.write(bank, {}).notes]


# Whatever is sent, it is read or refused.


def is_read_or_refused(data):
    """Read a file; what it is refused for has a line and a reason, and ids are unique."""
    refusal, keys = None, []
    try:
        keys = [question.key for question in gift.read(data).questions]
    except Unreadable as error:
        refusal = error
    assert refusal is None or (refusal.line >= 1 and refusal.reason)
    assert len(set(keys)) == len(keys)


@many
@given(
    text=st.lists(
        st.one_of(
            st.sampled_from((*ODD, "\n", "\n\n", "{", "}", "=", "~", "#")), st.text(SIGNS + "\n", max_size=8)
        )
    ).map("".join)
)
def test_any_text_is_read_or_refused(text):
    is_read_or_refused(text.encode("utf-8", "surrogatepass"))


@many
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    is_read_or_refused(data)


@many
@given(
    place=st.integers(0, len(EXAMPLE)),
    length=st.integers(0, 60),
    put=st.binary(max_size=12) | st.sampled_from([sign.encode() for sign in "{}=~#:\\\n%"]),
)
def test_a_damaged_file_is_read_or_refused(place, length, put):
    is_read_or_refused(EXAMPLE[:place] + put + EXAMPLE[place + length :])
