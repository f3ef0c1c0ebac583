"""Reads a territory from CSV: one line a unit, every error with its line."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from app.domain.catalogue.values import Finding
from app.domain.territory.rules import check_tree, parents_first
from app.domain.territory.values import UnitRow
from app.formats.report import Report, in_order
from app.foundation.i18n import N_
from app.foundation.text import alphabets, has_mixed_alphabets, latin

REQUIRED = ("code", "parent_code", "country", "level", "name", "name_latin")
OPTIONAL = ("valid_from", "valid_to", "successor_code")
MAX_BYTES, MAX_ROWS, LONGEST_NAME = 20_000_000, 100_000, 150

_LANGUAGES = {"RS": "sr", "UA": "uk", "BG": "bg"}
_CODE = re.compile(r"[^\W_](?:[^\W_]|-){0,39}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_CYRILLIC_BYTES = re.compile(rb"[\x80-\xff]{3}")
_NO_UNITS: Mapping[str, tuple[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TerritoryFile:
    """The units of a file, parents first, and what is wrong with it."""

    rows: tuple[UnitRow, ...]
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        """Whether the file can be imported: no finding is an error."""
        return not any(finding.is_error for finding in self.findings)


def read(
    data: bytes, known: Mapping[str, tuple[str, str]] = _NO_UNITS, file: str = "territory.csv"
) -> TerritoryFile:
    """Read a territory: the columns of REQUIRED and, if they are there, of OPTIONAL.

    UTF-8 with or without a mark, columns in any order, RFC 4180. ``known`` maps the codes of units already
    there to country and level: they may be parents and successors. An empty ``name_latin`` is transliterated
    by the rule of the country. Lines may stand in any order.
    """
    report = Report(file)
    broken: dict[str, tuple[str, str]] = {}
    lines = list(_read_lines(data, report, broken))
    for fault in check_tree(lines, {**broken, **known}):
        report.error(fault.line, fault.message, **fault.values)
    return TerritoryFile(parents_first(row for _, row in lines), in_order(report.findings))


def _read_lines(
    data: bytes, report: Report, broken: dict[str, tuple[str, str]]
) -> Iterator[tuple[int, UnitRow]]:
    """Yield each unit with its line; note those that are wrong in themselves as ``broken``.

    A child of a broken unit has a parent all the same, so that one mistake is told once.
    """
    text = _decode(data, report)
    if report.findings:
        return
    records = _records(text, report)
    _, header = next(records, (1, []))
    columns = [name.strip().lower() for name in header]
    if not _check_header(columns, report):
        return
    for number, (line, cells) in enumerate(records):
        if number == MAX_ROWS:
            report.error(line, N_("A territory file has at most %(number)s lines."), number=MAX_ROWS)
            return
        if len(cells) != len(columns):
            message = N_("This line has %(found)s cells; the header has %(expected)s.")
            report.error(line, message, found=len(cells), expected=len(columns))
            continue
        named = dict(zip(columns, map(_tidy, cells), strict=True))
        row = _row(named, line, report)
        if row is not None:
            yield line, row
        else:
            broken[named["code"]] = (named["country"], named["level"])


def _decode(data: bytes, report: Report) -> str:
    """Return the text; empty, with a finding, where it is no UTF-8 or too much."""
    if len(data) > MAX_BYTES:
        report.error(1, N_("The file is larger than %(size)s MB."), size=MAX_BYTES // 1_000_000)
        return ""
    if data.startswith(_UTF_16):
        report.error(1, N_("The file is in UTF-16. Save it as “CSV UTF-8”."))
        return ""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        likely = "windows-1251" if _CYRILLIC_BYTES.search(data) else "windows-1250"
        report.error(
            line,
            N_("The file is not in UTF-8 but probably in %(encoding)s. Save it as “CSV UTF-8”."),
            encoding=likely,
        )
        return ""


def _records(text: str, report: Report) -> Iterator[tuple[int, list[str]]]:
    """Yield the records with the line each begins on, without empty lines."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            report.error(line, N_("This line is not CSV: look at its quotation marks."))
            return
        if any(cells):
            yield line, cells


def _check_header(columns: Sequence[str], report: Report) -> bool:
    """Tell whether the columns are those that are needed; say what is wrong."""
    if not columns:
        report.error(1, N_("The file is empty."))
    elif len(columns) == 1 and re.search("[;\t]", columns[0]):
        report.error(1, N_("Commas are to separate the cells. Save the file as “CSV UTF-8” with commas."))
    else:
        for name in dict.fromkeys(REQUIRED + tuple(columns)):
            _check_column(name, columns.count(name), report)
    return not report.findings


def _check_column(name: str, times: int, report: Report) -> None:
    if times == 0:
        report.error(1, N_("The column %(name)s is missing."), name=name)
    elif name not in REQUIRED + OPTIONAL:
        report.error(1, N_("The column “%(name)s” is not known."), name=name)
    elif times > 1:
        report.error(1, N_("The column %(name)s is there twice."), name=name)


def _tidy(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFC", cell).split())


def _row(cells: Mapping[str, str], line: int, report: Report) -> UnitRow | None:
    """Return the unit of a line; None, with findings, where a cell is wrong in itself."""
    before = len(report.findings)
    for name in ("code", "parent_code", "successor_code"):
        _check_code(cells.get(name, ""), name, line, report)
    _check_names(cells, line, report)
    row = UnitRow(
        code=cells["code"],
        parent_code=cells["parent_code"] or None,
        country=cells["country"],
        level=cells["level"],
        name=cells["name"],
        name_latin=cells["name_latin"] or latin(cells["name"], _LANGUAGES.get(cells["country"], "")),
        valid_from=_day(cells, "valid_from", line, report),
        valid_to=_day(cells, "valid_to", line, report),
        successor_code=cells.get("successor_code") or None,
    )
    if "CYRILLIC" in alphabets(row.name_latin):
        report.error(line, N_("The Latin name “%(name)s” has Cyrillic letters."), name=row.name_latin)
    is_wrong = any(finding.is_error for finding in report.findings[before:])
    return None if is_wrong else row


def _is_code(code: str) -> bool:
    is_latin = alphabets(code) <= {"LATIN"}
    return is_latin and code == code.upper() and _CODE.fullmatch(code) is not None


def _check_code(code: str, column: str, line: int, report: Report) -> None:
    if not code and column == "code":
        report.error(line, N_("The code is empty."))
    elif code and not _is_code(code):
        message = N_("“%(code)s” in the column %(column)s is no code: Latin capitals, digits and hyphens.")
        report.error(line, message, code=code, column=column)


def _check_names(cells: Mapping[str, str], line: int, report: Report) -> None:
    if not cells["name"]:
        report.error(line, N_("The name is empty."))
    for name in (cells["name"], cells["name_latin"]):
        if len(name) > LONGEST_NAME:
            report.error(line, N_("The name is longer than %(number)s characters."), number=LONGEST_NAME)
        unseen = next((letter for letter in name if unicodedata.category(letter)[0] == "C"), None)
        if unseen or "\ufffd" in name:
            message = N_("The name “%(name)s” has a character that was lost or that nobody sees (%(code)s).")
            report.error(line, message, name=name, code=f"U+{ord(unseen or chr(0xFFFD)):04X}")
        for word in has_mixed_alphabets(name):
            report.warn(line, N_("The word “%(word)s” mixes Cyrillic and Latin letters."), word=word)


def _day(cells: Mapping[str, str], column: str, line: int, report: Report) -> date | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    report.error(
        line, N_("“%(text)s” in the column %(column)s is no date like 2026-01-31."), text=text, column=column
    )
    return None
