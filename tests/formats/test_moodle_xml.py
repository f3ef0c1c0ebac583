"""Moodle XML: what comes over, what is told about the rest, and that what we write we read to the same questions."""

import base64
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats import moodle_writing, moodle_xml
from app.formats.moodle_answers import READERS
from app.formats.question_exchange import Effect, Exchange, Unreadable
from app.formats.question_markdown import write_question
from app.formats.question_text import read_bank
from app.formats.report import Report
from tests.formats.many_examples import many, reading_is_told
from tests.formats.question_examples import exchanges, same

HERE = Path(__file__).parent / "question_files"
COURSES = Path(__file__).parents[2] / "courses"
SAMPLE = (HERE / "moodle.xml").read_bytes()
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


def question(kind: str, inner: str, text: str = "Co platí?") -> bytes:
    whole = f"<questiontext format='html'><text><![CDATA[{text}]]></text></questiontext>{inner}"
    return (
        f"<quiz>\n<question type='{kind}'><name><text>Jmeno</text></name>{whole}</question>\n</quiz>".encode()
    )


def losses(found: Exchange) -> list[str]:
    return [note.message % note.values for note in found.notes if note.effect is not Effect.CARRIED]


def test_a_rich_file_comes_over_as_an_author_would_have_written_it() -> None:
    found = moodle_xml.read(SAMPLE)
    assert "\n".join(map(write_question, found.questions)) == (HERE / "moodle.md").read_text()
    assert {name: data[:4] for name, data in found.media.items()} == {"schema-1.png": b"\x89PNG"}


def test_every_loss_is_told_with_line_and_question() -> None:
    told = [
        f"{note.line} {note.question} {note.effect}: {note.message % note.values}"
        for note in moodle_xml.read(SAMPLE).notes
        if note.effect is not Effect.CARRIED
    ]
    assert told == (HERE / "moodle.txt").read_text().splitlines()


def test_the_file_is_read_alike_in_every_encoding() -> None:
    expected = [same(each) for each in moodle_xml.read(SAMPLE).questions]
    text = SAMPLE.decode().replace("UTF-8", "UTF-16")
    assert [same(each) for each in moodle_xml.read(text.encode("utf-16")).questions] == expected
    assert [same(each) for each in moodle_xml.read(b"\xef\xbb\xbf" + SAMPLE).questions] == expected


@pytest.mark.parametrize(
    ("encoding", "declared", "text"),
    [
        ("cp1250", "windows-1250", "Příliš žluťoučký kůň úpěl"),
        ("cp1250", "", "Příliš žluťoučký kůň úpěl"),
        ("cp1251", "windows-1251", "Електронски потпис је важећи"),
        ("cp1251", "", "Електронски потпис је важећи"),
        ("iso-8859-2", "iso-8859-2", "Příliš žluťoučký kůň úpěl"),
        ("koi8-u", "koi8-u", "Українська мова їжак"),
    ],
)
def test_older_encodings_are_read(encoding: str, declared: str, text: str) -> None:
    start = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    inner = "<answer fraction='100'><text>a</text></answer><usecase>0</usecase>"
    data = start.encode() + question("shortanswer", inner, text).decode().encode(encoding)
    assert moodle_xml.read(data).questions[0].heading.text == text


@pytest.mark.parametrize(
    "folder", sorted(COURSES.rglob("questions.md")), ids=lambda path: str(path.parent)[-25:]
)
def test_the_questions_of_every_shipped_course_come_back_the_same(folder: Path) -> None:
    language = folder.parent
    media = {path.name: path.read_bytes() for path in (language.parent / "media").glob("*")}
    sources = [
        read_bank(path.read_bytes(), Report(""), {}) for path in language.parent.glob("*/questions*.md")
    ]
    kinds = {each.key: each.kind for bank in sources for each in bank.questions}
    for path in sorted(language.glob("questions*.md")):
        questions = read_bank(path.read_bytes(), Report(""), kinds).questions
        written = moodle_writing.write(questions, media)
        found = moodle_xml.read(written.data)
        assert [same(each) for each in found.questions] == [same(each) for each in questions]
        assert losses(found) == []
        assert written.count == len(questions) > 0


@many
@given(exchanges())
def test_what_is_written_is_read_to_the_same_questions(given: Exchange) -> None:
    media = {"mapa.png": PNG}
    found = moodle_xml.read(moodle_writing.write(given.questions, media).data)
    assert [same(each) for each in found.questions] == [same(each) for each in given.questions]
    assert found.media in ({}, media)


@many
@given(st.binary(max_size=300))
def test_random_bytes_are_read_or_refused_with_a_line(data: bytes) -> None:
    assert reading_is_told(moodle_xml.read, data)


@many
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(SAMPLE) - 1),
            st.integers(0, 40),
            st.binary(max_size=6)
            | st.sampled_from([b"<", b">", b"&", b"{1:SA:", b"}", b"]]>", b"\x00", b"<text>", b"%"]),
        ),
        max_size=6,
    )
)
def test_damaged_files_are_read_or_refused_with_a_line(changes: list[tuple[int, int, bytes]]) -> None:
    data = SAMPLE
    for place, length, instead in changes:
        data = data[:place] + instead + data[place + length :]
    assert reading_is_told(moodle_xml.read, data)


_NAMES = [
    "text",
    "answer",
    "questiontext",
    "feedback",
    "name",
    "single",
    "file",
    "subquestion",
    "tags",
    "tag",
    "hint",
]
_NAMES += [
    "units",
    "unit",
    "unit_name",
    "multiplier",
    "defaultgrade",
    "idnumber",
    "graderinfo",
    "gradingtype",
    "quiz",
]
_NAMES += [
    "selectoption",
    "filetypeslist",
    "maxwordlimit",
    "tolerance",
    "shuffleanswers",
    "category",
    "b",
    "attachments",
]
_VALUES = [
    "",
    "0",
    "1",
    "-1",
    "100",
    "33.3",
    "1e9",
    "true",
    "html",
    "x",
    "{1:SA:=a~b}",
    "[[1]]",
    "\n",
    "&lt;b&gt;",
    "/",
]
_TREES = st.recursive(
    st.sampled_from(_VALUES),
    lambda inner: st.builds(
        lambda tag, value, parts: (
            f"<{tag} fraction='{value}' format='html' type='{value}'>{''.join(parts)}</{tag}>"
        ),
        st.sampled_from(_NAMES),
        st.sampled_from(["100", "50", "html", "x", "", "-33.3"]),
        st.lists(inner, max_size=5),
    ),
    max_leaves=25,
)


@many
@given(st.sampled_from(sorted(READERS)), st.lists(_TREES, max_size=6))
def test_random_trees_are_read_or_left_out(kind: str, parts: list[str]) -> None:
    data = f"<quiz><question type='{kind}'>{''.join(parts)}</question></quiz>".encode()
    assert moodle_xml.read(data).notes


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 1),
        (b"<quiz>\n<question>\n</quiz>", 3),
        (b"<html/>", 1),
        (b"<!DOCTYPE quiz [<!ENTITY a 'x'>]>\n<quiz>&a;</quiz>", 1),
        (b"\n<!DOCTYPE quiz SYSTEM 'http://127.0.0.1:1/x.dtd'>\n<quiz/>", 2),
        (b"<!DOCTYPE q [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><quiz>&a;</quiz>", 1),
        (
            b"<!DOCTYPE q [<!ENTITY a '"
            + b"x" * 1000
            + b"'><!ENTITY b '"
            + b"&a;" * 1000
            + b"'>]><quiz>&b;</quiz>",
            1,
        ),
        (b"<quiz>\n\n&nbsp;</quiz>", 3),
        (b"<quiz>" + b"<a>" * 200, 1),
        (b"<quiz>\n<question type='\x00'/></quiz>", 2),
        (SAMPLE.decode().encode("utf-16-le"), 1),
        (b"<quiz>" + b"<a/>" * 250_000 + b"</quiz>", 1),
        (b"<quiz>" + b" " * 10_000_000 + b"</quiz>", 1),
    ],
)
def test_hostile_files_are_refused_with_their_line(data: bytes, line: int) -> None:
    with pytest.raises(Unreadable) as caught:
        moodle_xml.read(data)
    assert caught.value.line == line


def test_a_picture_that_is_no_base64_is_left_out_with_its_line() -> None:
    text = "<questiontext format='html'><text>Co? &lt;img src='@@PLUGINFILE@@/a.png' alt='Obr'&gt;</text>\n"
    file = "<file name='a.png' path='/' encoding='base64'>%%%</file></questiontext>"
    inner = "<usecase>0</usecase><answer fraction='100'><text>x</text></answer>"
    found = moodle_xml.read(
        f"<quiz><question type='shortanswer'>{text}{file}{inner}</question></quiz>".encode()
    )
    assert [note.line for note in found.notes if "base64" in note.message] == [2]
    assert found.media == {}
    assert "Obr" in found.questions[0].heading.text


def test_a_file_that_is_no_picture_is_left_out() -> None:
    fake = base64.b64encode(b"MZ" + b"x" * 1000).decode()
    text = "<questiontext format='html'><text>Co? &lt;img src='@@PLUGINFILE@@/a.png'&gt;</text>"
    file = f"<file name='a.png' path='/' encoding='base64'>{fake}</file></questiontext>"
    inner = "<answer fraction='100'><text>x</text></answer>"
    found = moodle_xml.read(
        f"<quiz><question type='shortanswer'>{text}{file}{inner}</question></quiz>".encode()
    )
    assert found.media == {}
    assert "This file is no png inside: save it again in that format." in losses(found)


def test_a_question_that_many_files_share_keeps_one_picture() -> None:
    picture = base64.b64encode(PNG).decode()
    text = "<questiontext format='html'><text>Co? &lt;img src='@@PLUGINFILE@@/a.png'&gt;</text>"
    file = f"<file name='a.png' path='/'>{picture}</file></questiontext>"
    one = (
        f"<question type='shortanswer'>{text}{file}<answer fraction='100'><text>x</text></answer></question>"
    )
    found = moodle_xml.read(f"<quiz>{one * 3}</quiz>".encode())
    assert found.media == {"a.png": PNG}
    assert len({each.key for each in found.questions}) == 3


@pytest.mark.parametrize(
    ("kind", "inner", "text", "reason"),
    [
        ("multichoice", "<answer fraction='0'><text>a</text></answer>", "x", "No option is right."),
        ("shortanswer", "<answer fraction='100'><text>a*</text></answer>", "x",
         "No answer came over: all hold the sign * for any letters."),
        ("numerical", "<answer fraction='100'><text>asi 5</text></answer>", "x", "“asi 5” is no number."),
        ("cloze", "", "nic", "Its text has no gap that can be read."),
        ("cloze", "", "{1:SA:=a} {1:SHORTANSWER:", "One of its gaps cannot be read: look at its braces and its kind."),
        ("cloze", "", "{1:MR:=a~=b~c}", "A gap has several right options: here a list to choose from has one."),
        ("gapselect", "", "a [[7]]", "The place “[[7]]” has no word."),
        ("matching", "", "x", "Question “jmeno” needs two rows or more to match."),
    ],
)  # fmt: skip
def test_what_cannot_come_over_is_left_out_with_the_reason(
    kind: str, inner: str, text: str, reason: str
) -> None:
    found = moodle_xml.read(question(kind, inner, text))
    assert found.questions == ()
    assert reason in losses(found)


def test_marks_of_their_own_are_told() -> None:
    options = "<answer fraction='70'><text>a</text></answer><answer fraction='30'><text>b</text></answer>"
    wrong = "<answer fraction='0'><text>c</text></answer>"
    found = moodle_xml.read(question("multichoice", f"<single>false</single>{options}{wrong}"))
    assert losses(found) == [
        "Its right options had marks of their own: here each counts alike.",
        "A wrong option takes off here as much as a right one adds; before it was otherwise.",
    ]


@pytest.mark.parametrize("part", ["<b>*</b>", "<div>", "slovo ", "{1:SA:=a} ", "<li><pre>", "{1:SA:=a"])
def test_ten_megabytes_in_one_text_are_left_out_in_time(part: str) -> None:
    begun = time.process_time()
    found = moodle_xml.read(question("cloze", "", part * (9_900_000 // len(part))))
    assert losses(found) == ["This question is longer than a question file may be."]
    assert time.process_time() - begun < 2
