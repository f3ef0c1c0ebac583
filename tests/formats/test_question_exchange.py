"""What all readers of questions share: letters, ids, areas, points, numbers, names of files."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats.question_exchange import (
    SIZE_LIMIT,
    Effect,
    Ledger,
    Unreadable,
    area_of,
    attributes_of,
    decode,
    make_key,
    medium_name,
    points_of,
    read_number,
    tokens_of,
    write_number,
)
from app.formats.question_text import read_bank
from app.formats.report import Report
from app.formats.yaml_fields import is_id
from tests.formats.many_examples import many

CZECH = "Která přípona je správná? Příšerně žluťoučký kůň. Ř"
BULGARIAN = "Кой формат е отворен? Ц"
UKRAINIAN = "Який формат є відкритим? Їжак"


def decoded(data, declared=""):
    """Return the text of a file, and the encodings that are noted."""
    ledger = Ledger()
    text = decode(data, ledger, declared)
    assert {note.effect for note in ledger.notes} <= {Effect.CHANGED}
    return text, [note.values["encoding"] for note in ledger.notes]


@pytest.mark.parametrize("text", [CZECH, BULGARIAN, UKRAINIAN, "plain"])
def test_utf_8_and_utf_16_are_read(text):
    assert decoded(text.encode()) == (text, [])
    assert decoded(text.encode("utf-8-sig")) == (text, [])
    assert decoded(text.encode("utf-16")) == (text, ["UTF-16"])
    assert decoded(b"\xfe\xff" + text.encode("utf-16-be")) == (text, ["UTF-16"])


def test_the_encodings_of_windows_are_told_apart():
    assert decoded(CZECH.encode("cp1250")) == (CZECH, ["windows-1250"])
    assert decoded(BULGARIAN.encode("cp1251")) == (BULGARIAN, ["windows-1251"])
    assert decoded(UKRAINIAN.encode("cp1251")) == (UKRAINIAN, ["windows-1251"])
    assert decoded(CZECH.encode("cp1250"), "windows-1251")[1] == ["windows-1251"]


def test_every_line_end_becomes_one():
    assert decoded(b"a\r\nb\rc\n")[0] == "a\nb\nc\n"


@pytest.mark.parametrize(
    ("data", "line", "told"),
    [
        (b"", 1, "The file is empty."),
        (b"x" * (SIZE_LIMIT + 1), 1, "The file is larger than 10 MB: divide it."),
        (b"\n" * 200_001, 200_000, "The file has more than 200000 lines: divide it."),
        (b"a\nb\x00c", 2, "This line holds the control character U+0000: delete it."),
        ("a\nb\uf8f0".encode(), 2, "This line holds the control character U+F8F0: delete it."),
        (b"\xff\xfea\x00\n", 1, "This line cannot be read in the encoding utf-16: save the file as UTF-8."),
        (
            b"\xef\xbb\xbfa\n\xff",
            2,
            "This line cannot be read in the encoding utf-8: save the file as UTF-8.",
        ),
        (b"a\nb\x81", 2, "This line cannot be read in the encoding windows-1250: save the file as UTF-8."),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(data, line, told):
    with pytest.raises(Unreadable) as refused:
        decode(data, Ledger())
    assert refused.value.line == line
    assert refused.value.reason % refused.value.values == told


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Žluťoučký kůň", "zlutoucky-kun"),
        ("Ђорђе", "dorde"),
        ("Їжак і гриб", "yizhak-i-hryb"),
        ("Български език", "balgarski-ezik"),
        ("Grant's tomb?", "grants-tomb"),
        ("1. otázka", "q-1-otazka"),
        ("???", "q"),
        ("", "q"),
        ("x" * 90, "x" * 60),
    ],
)
def test_an_id_is_made_of_a_name_in_any_script(name, key):
    assert make_key(name, set()) == key
    assert make_key(name, {key}) == f"{key}-2"


@many
@given(name=st.text(max_size=80))
def test_every_name_gives_an_id(name):
    key = make_key(name, set())
    assert is_id(key)
    assert is_id(make_key(name, {key}))


@pytest.mark.parametrize(
    ("category", "area"),
    [
        ("$course$/top/Formáty a licence", "formaty-a-licence"),
        ("$course$/top", None),
        ("top/Default for Course/ Sub ", "sub"),
        ("", None),
    ],
)
def test_an_area_is_the_last_part_of_a_category(category, area):
    assert area_of(category) == area


@pytest.mark.parametrize(
    ("weight", "points"),
    [
        ("1.0000000", 1),
        ("2.5", 3),
        ("0", 1),
        ("-3", 1),
        ("0.4", 1),
        ("1e9", 99_999),
        ("NaN", 1),
        ("Infinity", 1),
    ],
)
def test_points_are_whole_and_at_least_one(weight, points):
    assert points_of(Decimal(weight)) == points


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", "3"),
        ("-2.50", "-2.50"),
        ("3,14", "3.14"),
        ("+.5", "0.5"),
        ("1.5E3", "1500"),
        ("−1", "-1"),
        ("1e99", None),
        ("five", None),
        ("", None),
        (".", None),
        ("1 000", None),
        ("9" * 21, None),
    ],
)
def test_numbers_are_read_strictly(text, value):
    assert read_number(text) == (None if value is None else Decimal(value))


@many
@given(value=st.decimals(-(10**18), 10**18, places=6))
def test_a_number_that_is_written_is_read_as_the_same(value):
    assert read_number(write_number(value)) == value


def test_a_medium_has_a_name_that_leads_nowhere_else():
    assert medium_name("../../etc/Obrázek 1.PNG", set()) == "obrazek-1.png"
    assert medium_name("C:\\x\\a.png", {"a.png"}) == "a-2.png"


def test_options_come_back_from_tags():
    (question,) = read_bank(
        b"## Q {#q .number .retired points=2 unit=\"working 'days'\"}\n\n= 3\n", Report(""), {}
    ).questions
    assert attributes_of("q", 1, tokens_of(question)) == question.attributes
    assert attributes_of("q", 1, ("points=no", ".nothing", "} .short", "x")) == attributes_of("q", 1, ())
