"""CSV: what programs read back, and what a spreadsheet must not run."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats.csv_table import CHUNK_ROWS, DIALECTS, EXCEL, PLAIN, Dialect, neutralise, restore, stream

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1+1",
    "\u00a0=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.org")',
    "'=1",
    "''+1",
]
BENIGN = [
    "Nováková",
    "O'Connor",
    "'s-Hertogenbosch",
    "a=b",
    "1-2",
    "jan@example.org",
    "Frýdek-Místek",
    "12,5",
    "č. 5;6",
    'řekla "ano"',
    "dvě\r\nřádky",
    " mezera ",
    "",
]


class Colour(StrEnum):
    RED = "-red"


def text_of(rows, dialect: Dialect = PLAIN) -> str:
    return b"".join(stream(["a"], rows, dialect)).decode()


def read_back(rows, dialect: Dialect):
    text = text_of(rows, dialect).removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter))[1:]


def test_plain_csv_follows_rfc_4180_to_the_letter():
    rows = [[1, 'two "2"', None, date(2026, 5, 1), Decimal("85.50"), "a,b", "x\ny"]]
    data = b"".join(stream(["id", "name"], rows, PLAIN))
    assert data == b'id,name\r\n1,"two ""2""",,2026-05-01,85.50,"a,b","x\ny"\r\n'


def test_the_excel_dialect_has_a_mark_semicolons_and_the_same_cells():
    data = b"".join(stream(["id", "name"], [[1, "Žďár; x"]], EXCEL))
    assert data == '\ufeffid;name\r\n1;"Žďár; x"\r\n'.encode()


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (True, "true"),
        (False, "false"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.50"), "0.50"),
        (1e-7, "0.0000001"),
        (2.5, "2.5"),
        (datetime(2026, 5, 1, 8, 30, 5, 9, tzinfo=UTC), "2026-05-01T08:30:05+00:00"),
        (Colour.RED, "-red"),
        (None, '""'),
    ],
)
def test_every_kind_of_value_has_one_way_to_be_written(cell, written):
    assert text_of([[cell]]) == f"a\r\n{written}\r\n"


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_for_excel_begins_like_a_formula_while_plain_csv_is_data(formula):
    assert read_back([[formula]], EXCEL) == [[f"'{formula}"]]
    assert read_back([[formula]], PLAIN) == [[formula]]
    assert restore(neutralise(formula)) == formula


def test_text_of_an_enumeration_is_neutralised_too():
    assert read_back([[Colour.RED]], EXCEL) == [["'-red"]]


def test_a_formula_in_the_header_is_neutralised():
    assert next(stream(["=a"], [], EXCEL)) == "\ufeff'=a\r\n".encode()


@pytest.mark.parametrize("number", [-5, Decimal("-0.50"), -2.5])
def test_numbers_stay_numbers_for_excel(number):
    assert read_back([[number]], EXCEL) == [[str(number)]]


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_benign_texts_survive(dialect):
    assert read_back([[text, "x"] for text in BENIGN], dialect) == [[text, "x"] for text in BENIGN]


@given(st.text())
def test_what_is_neutralised_can_be_restored(text):
    assert restore(neutralise(text)) == text


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_any_text_comes_back_from_either_dialect(rows):
    assert read_back(rows, PLAIN) == rows
    assert [[restore(cell) for cell in row] for row in read_back(rows, EXCEL)] == rows


def test_the_header_comes_before_the_first_row_is_asked_for():
    def rows():
        raise AssertionError
        yield []

    assert next(stream(["a", "b"], rows(), PLAIN)) == b"a,b\r\n"


def test_rows_are_taken_in_chunks_and_none_is_lost():
    chunks = list(stream(["n"], ([number] for number in range(2 * CHUNK_ROWS + 1)), PLAIN))
    assert [chunk.count(b"\r\n") for chunk in chunks] == [1, CHUNK_ROWS, CHUNK_ROWS, 1]
