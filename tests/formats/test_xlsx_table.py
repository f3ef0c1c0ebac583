"""XLSX: read back with openpyxl, types and all."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from app.formats.xlsx_table import MAX_ROWS, Kind, Sheet, write

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\n=1",
    "  =1+1",
    "＝1+1",
    "=cmd|' /C calc'!A0",
    "{=1}",
    "=1\n=2",
]
BENIGN = [
    "Nováková",
    "O'Connor",
    "'s-Hertogenbosch",
    "a=b",
    "jan@example.org",
    "č. 5;6",
    "dvě\nřádky",
    " mezera ",
]
HEADER = ["name", "count", "score_percent", "completed_on", "seen_at"]
KINDS = [Kind.TEXT, Kind.NUMBER, Kind.DECIMAL, Kind.DATE, Kind.MOMENT]
ROW = ["Žďár", 3, Decimal("85.50"), date(2026, 5, 1), datetime(2026, 5, 1, 8, 30, 5, tzinfo=UTC)]


def naive(*parts: int) -> datetime:
    """Return a moment as a workbook knows it: without a zone."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)


def book(*sheets: Sheet):
    return load_workbook(io.BytesIO(write(sheets)))


def texts(cells: list[str]):
    sheet = book(Sheet("Data", ["text"], [[cell] for cell in cells])).active
    return list(sheet.iter_rows(min_row=2, max_col=1))


def test_numbers_and_dates_are_real_ones():
    cells = book(Sheet("Data", HEADER, [ROW], KINDS)).active[2]
    assert [cell.value for cell in cells] == [
        "Žďár",
        3,
        85.5,
        naive(2026, 5, 1),
        naive(2026, 5, 1, 8, 30, 5),
    ]
    assert [cell.data_type for cell in cells] == ["s", "n", "n", "d", "d"]
    assert cells[2].number_format == "0.00"
    assert cells[3].number_format == "yyyy-mm-dd"


def test_a_moment_shows_the_clock_of_its_own_zone():
    moment = datetime(2026, 5, 1, 23, 30, tzinfo=timezone(timedelta(hours=2)))
    sheet = book(Sheet("Data", ["at"], [[moment]], [Kind.MOMENT])).active
    assert sheet["A2"].value == naive(2026, 5, 1, 23, 30)


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_a_text_and_stays_one_when_edited(formula):
    [[cell]] = texts([formula])
    assert cell.data_type == "s"
    assert cell.value == formula
    assert cell.quotePrefix or formula == "{=1}"


def test_benign_texts_survive_as_they_are():
    cells = texts(BENIGN)
    assert [cell[0].value for cell in cells] == BENIGN
    assert not any(cell[0].quotePrefix for cell in cells)


@pytest.mark.parametrize(
    "text",
    ["<r></r>", "<r><t>x</t></r>", "<r>&amp;</r>", "<r><bad", "a & b < c", "https://example.org"],
)
def test_no_text_is_taken_for_markup(text):
    [[cell]] = texts([text])
    assert cell.value == text
    assert cell.hyperlink is None


def test_control_characters_do_not_break_the_file():
    [[cell]] = texts(["a\x00b\x1fc\x7f"])
    assert cell.value.startswith("a")


def test_a_text_in_a_column_of_dates_and_a_date_before_1900_are_texts():
    rows = [["unknown"], [date(1899, 12, 31)], [None], [""]]
    sheet = book(Sheet("Data", ["on"], rows, [Kind.DATE])).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["unknown", "1899-12-31"]


def test_what_no_number_cell_can_hold_is_a_text():
    rows = [[float("nan")], [2**60], [True]]
    sheet = book(Sheet("Data", ["n"], rows, [Kind.NUMBER])).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["nan", str(2**60), True]


def test_codes_in_a_text_column_keep_their_zeros():
    sheet = book(Sheet("Data", ["code"], [["00295841"], [7]])).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["00295841", "7"]


def test_the_header_is_bold_fixed_and_filterable_and_columns_have_width():
    sheet = book(Sheet("Data", HEADER, [ROW, ROW], KINDS)).active
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:E3"
    assert sheet.column_dimensions["D"].width >= 10
    assert sheet.print_title_rows == "$1:$1"


def test_a_table_without_rows_is_a_header():
    sheet = book(Sheet("Data", ["a", "b"], [])).active
    assert [cell.value for cell in sheet[1]] == ["a", "b"]
    assert sheet.max_row == 1


def test_parameters_stand_in_a_second_sheet():
    workbook = book(
        Sheet("Data", HEADER, [ROW], KINDS), Sheet("Parameters", ["name", "value"], [["unit", "CZ"]])
    )
    assert workbook.sheetnames == ["Data", "Parameters"]
    assert [cell.value for cell in workbook["Parameters"][2]] == ["unit", "CZ"]


def test_titles_are_made_fit_for_excel_and_unique():
    titles = ["'a/b: [c]*?'", "A b c", "x" * 40, "", "History", "Sheet"]
    names = book(*[Sheet(title, ["a"], []) for title in titles]).sheetnames
    assert names == ["a b c", "A b c 2", "x" * 31, "Sheet", "History 2", "Sheet 2"]


def test_the_same_table_gives_the_same_bytes():
    assert write([Sheet("Data", HEADER, [ROW], KINDS)]) == write([Sheet("Data", HEADER, iter([ROW]), KINDS)])


def test_the_file_holds_no_formula_element():
    data = write([Sheet("Data", ["a"], [[formula] for formula in FORMULAS])])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert "<f>" not in archive.read("xl/worksheets/sheet1.xml").decode()


def test_too_long_a_text_is_cut_where_the_reader_sees_it():
    [[cell]] = texts(["x" * 40_000])
    assert len(cell.value) == 32_767
    assert cell.value.endswith("…")


def test_more_rows_than_a_sheet_holds_are_an_error(monkeypatch):
    assert MAX_ROWS == 2**20 - 1
    monkeypatch.setattr("app.formats.xlsx_table.MAX_ROWS", 3)
    with pytest.raises(ValueError, match="3 rows"):
        write([Sheet("Data", ["a"], [[1]] * 4)])
