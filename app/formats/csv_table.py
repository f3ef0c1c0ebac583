"""Tables as CSV (RFC 4180), streamed: plain for programs, and as Excel opens it with a double click."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

CHUNK_ROWS = 500

_FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")
_SUSPECT = frozenset("'=+-@＝＋－＠") | {chr(code) for code in range(0x3001) if chr(code).isspace()}
_AS_THEY_ARE = frozenset({str, int, date, type(None)})


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is written: the sign between cells, what stands before all, and for whom it is safe."""

    name: str  # as in ``?dialect=``
    delimiter: str
    beginning: str
    is_neutralised: bool


PLAIN = Dialect("plain", ",", "", is_neutralised=False)
"""For programs: UTF-8, comma, CRLF; data untouched."""

EXCEL = Dialect("excel", ";", "\ufeff", is_neutralised=True)
"""For Excel: BOM, semicolons; a text that it would run as a formula begins with an apostrophe."""

DIALECTS = {dialect.name: dialect for dialect in (PLAIN, EXCEL)}


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet might run a text (CWE-1236; the signs are those of OWASP, CSV Injection)."""
    return _FORMULA.match(text) is not None


def neutralise(text: str) -> str:
    """Return a text that a spreadsheet shows and never runs; ``restore`` gives it back."""
    return f"'{text}" if is_formula(text.lstrip("'")) else text


def restore(text: str) -> str:
    """Return the text that ``neutralise`` was given."""
    return text[1:] if text.startswith("'") and is_formula(text.lstrip("'")) else text


def stream(
    header: Sequence[str], rows: Iterable[Sequence[object]], dialect: Dialect = PLAIN
) -> Iterator[bytes]:
    """Yield a table as UTF-8: the header at once, then the rows in chunks of ``CHUNK_ROWS``.

    None is an empty cell, dates and moments are ISO 8601, decimals have a point and no exponent, yes and no
    are ``true`` and ``false``. Numbers stay numbers in every dialect.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=dialect.delimiter, lineterminator="\r\n")
    convert = _neutral_row if dialect.is_neutralised else _plain_row
    buffer.write(dialect.beginning)
    writer.writerow(convert(header))
    yield _taken(buffer)
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK_ROWS)):
        writer.writerows(map(convert, chunk))
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    """Empty the buffer and return what was in it."""
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data


def _plain_row(row: Sequence[object]) -> list[object]:
    return [cell if cell.__class__ in _AS_THEY_ARE else _written(cell) for cell in row]


def _neutral_row(row: Sequence[object]) -> list[object]:
    # The first letter almost always decides, in a third of the time that the pattern takes for every cell.
    return [
        (neutralise(cell) if cell[:1] in _SUSPECT else cell)
        if type(cell) is str
        else (cell if cell.__class__ in _AS_THEY_ARE else _neutral(cell))
        for cell in row
    ]


def _neutral(cell: object) -> str:
    return neutralise(str(cell)) if isinstance(cell, str) else _written(cell)


def _written(cell: object) -> str:
    """Return a cell whose own text would not do."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)):f}"
    return str(cell)
