"""Tables as an Excel workbook (Office Open XML): typed cells, a fixed header, no formula ever."""

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import chain, islice
from typing import Protocol

import xlsxwriter

from app.formats.csv_table import is_formula

MAX_ROWS = 1_048_575
"""How many rows fit under the header (Excel specifications and limits)."""

_LONGEST_TEXT = 32_767
_WIDEST, _NARROWEST, _MEASURED_ROWS = 50, 8, 200
_FIRST_YEAR = 1900
_EXACT = 2**53
_MADE_AT = datetime(2000, 1, 1)  # noqa: DTZ001 -- The property has no zone; fixed, so that bytes repeat.


class Kind(StrEnum):
    """What the cells of a column hold; a cell of another type is written as what it is."""

    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal"
    DATE = "date"
    MOMENT = "moment"


_FORMATS = {
    Kind.NUMBER: "0",
    Kind.DECIMAL: "0.00",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm:ss",
}
_WIDTHS = {Kind.TEXT: 0, Kind.NUMBER: 0, Kind.DECIMAL: 0, Kind.DATE: 11, Kind.MOMENT: 20}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of the workbook; ``kinds`` by column, text where it is shorter than the header."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[object]]
    kinds: Sequence[Kind] = ()


class _Format(Protocol):
    """A way to show a cell, known to the workbook alone."""


class _Worksheet(Protocol):
    """What of xlsxwriter's worksheet is used here, which has no types of its own."""

    def write_string(self, row: int, column: int, text: str, style: _Format | None) -> int: ...
    def write_number(self, row: int, column: int, number: float, style: _Format | None) -> int: ...
    def write_boolean(self, row: int, column: int, value: bool, style: _Format | None) -> int: ...
    def write_datetime(self, row: int, column: int, value: date, style: _Format | None) -> int: ...
    def write_rich_string(self, row: int, column: int, *fragments: str) -> int: ...
    def set_column(self, first: int, last: int, width: float) -> int: ...
    def freeze_panes(self, row: int, column: int) -> None: ...
    def autofilter(self, first_row: int, first_column: int, last_row: int, last_column: int) -> None: ...
    def set_landscape(self) -> None: ...
    def repeat_rows(self, first: int) -> None: ...
    def fit_to_pages(self, width: int, height: int) -> None: ...


def write(sheets: Sequence[Sheet], made_at: datetime = _MADE_AT) -> bytes:
    """Return the workbook; the same sheets and ``made_at`` give the same bytes.

    Moments are written as the clock of their own zone shows them. Raises ValueError past ``MAX_ROWS``.
    """
    buffer = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        workbook.set_properties({"created": made_at.replace(tzinfo=None)})
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        styles = {kind: workbook.add_format({"num_format": pattern}) for kind, pattern in _FORMATS.items()}
        styles[Kind.TEXT] = workbook.add_format({"quote_prefix": True})
        titles: list[str] = []
        for sheet in sheets:
            titles.append(_title(sheet.title, titles))
            _write_sheet(workbook.add_worksheet(titles[-1]), sheet, bold, styles)
    return buffer.getvalue()


def _write_sheet(worksheet: _Worksheet, sheet: Sheet, bold: _Format, styles: dict[Kind, _Format]) -> None:
    rows = iter(sheet.rows)
    first = list(islice(rows, _MEASURED_ROWS))
    kinds = [*sheet.kinds, *[Kind.TEXT] * (len(sheet.header) - len(sheet.kinds))]
    for column, name in enumerate(sheet.header):
        worksheet.set_column(column, column, _width(column, name, kinds[column], first))
        worksheet.write_string(0, column, name, bold)
    last = _write_rows(worksheet, chain(first, rows), kinds, styles)
    worksheet.freeze_panes(1, 0)
    worksheet.autofilter(0, 0, last, max(len(sheet.header) - 1, 0))
    worksheet.set_landscape()
    worksheet.repeat_rows(0)
    worksheet.fit_to_pages(1, 0)


def _title(wanted: str, taken: Sequence[str]) -> str:
    """Return a title that Excel accepts: 31 letters, no outer apostrophe, no bracket or path sign, unique."""
    plain = "".join(" " if letter in "[]:*?/\\" else letter for letter in wanted)
    title = " ".join(plain.split()).strip("'")[:31].strip("' ") or "Sheet"
    others = {other.casefold() for other in taken} | {"history"}  # Excel keeps that name for itself.
    number = 2
    unique = title
    while unique.casefold() in others:
        unique = f"{title[:27]} {number}"
        number += 1
    return unique


def _width(column: int, name: str, kind: Kind, rows: Sequence[Sequence[object]]) -> int:
    """Return a width in letters that the header's words and the first rows fit in."""
    words = max((len(word) for word in name.split()), default=0)
    cells = max((len(str(row[column])) for row in rows if row[column] is not None), default=0)
    widest = _WIDTHS[kind] or cells
    return max(_NARROWEST, min(_WIDEST, max(words + 3, widest + 1)))  # The filter's button takes three.


def _write_rows(
    worksheet: _Worksheet,
    rows: Iterable[Sequence[object]],
    kinds: Sequence[Kind],
    styles: dict[Kind, _Format],
) -> int:
    """Write the rows under the header and return the number of the last."""
    number = 0
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            message = f"an Excel sheet holds {MAX_ROWS} rows"
            raise ValueError(message)
        for column, cell in enumerate(row):
            if cell is not None and cell != "":
                _write_cell(worksheet, (number, column), cell, kinds[column], styles)
    return number


def _write_cell(
    worksheet: _Worksheet, place: tuple[int, int], cell: object, kind: Kind, styles: dict[Kind, _Format]
) -> None:
    if kind is Kind.TEXT or isinstance(cell, str):
        _write_text(worksheet, place, str(cell), styles[Kind.TEXT])
    elif isinstance(cell, bool):
        worksheet.write_boolean(*place, cell, None)
    elif (number := _exact_number(cell)) is not None:
        worksheet.write_number(*place, number, styles[kind])
    elif isinstance(cell, datetime) and cell.year >= _FIRST_YEAR:
        worksheet.write_datetime(*place, cell.replace(tzinfo=None), styles[Kind.MOMENT])
    elif isinstance(cell, date) and cell.year >= _FIRST_YEAR:
        worksheet.write_datetime(*place, cell, styles[Kind.DATE])
    else:
        _write_text(worksheet, place, str(cell), styles[Kind.TEXT])


def _exact_number(cell: object) -> float | None:
    """Return a number that a cell can hold; None where digits would be lost, and for what is no number."""
    if isinstance(cell, int):
        return float(cell) if abs(cell) <= _EXACT else None
    number = float(cell) if isinstance(cell, float | Decimal) else math.nan
    return number if math.isfinite(number) and abs(number) <= _EXACT else None


def _write_text(worksheet: _Worksheet, place: tuple[int, int], text: str, quoted: _Format) -> None:
    """Write a text as a text: a formula stays one also when somebody edits the cell (quote prefix)."""
    if len(text) > _LONGEST_TEXT:
        text = text[: _LONGEST_TEXT - 1] + "…"
    if text.startswith("<r>") and text.endswith("</r>"):
        # Such a text xlsxwriter copies as markup of its own; in fragments it is escaped like any other.
        worksheet.write_rich_string(*place, text[:1], text[1:-1], text[-1:])
    else:
        worksheet.write_string(*place, text, quoted if is_formula(text) else None)
