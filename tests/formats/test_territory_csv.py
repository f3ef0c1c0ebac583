"""Territory files: good ones, and broken ones with the line to mend."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.territory.values import UnitRow
from app.formats import territory_csv
from app.formats.territory_csv import read

HEADER = "code,parent_code,country,level,name,name_latin"
GOOD = f"""{HEADER}
BG,,BG,country,България,Bulgaria
BG-SZR,BG,BG,region,Стара Загора,Stara Zagora
SZR31,BG-SZR,BG,municipality,Стара Загора,Stara Zagora
"""


def findings(text: str | bytes, **options):
    data = text if isinstance(text, bytes) else text.encode()
    return [(each.line, each.message % each.values) for each in read(data, **options).findings]


def test_a_good_file_gives_its_units():
    file = read(GOOD.encode())
    assert file.findings == ()
    assert file.is_clean
    assert file.rows[1] == UnitRow("BG-SZR", "BG", "BG", "region", "Стара Загора", "Stara Zagora")


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("България", '"България"').replace("SZR31", " SZR31 "),
        "\n".join([HEADER, *GOOD.splitlines()[:0:-1], "", ",,,,,"]),
        "\n".join(",".join(line.split(",")[::-1]) for line in GOOD.splitlines()),
        GOOD.replace("Stara Zagora", "").replace("Bulgaria", ""),
        GOOD.replace("й", "и\u0306"),
    ],
    ids=["mark", "crlf", "quotes", "children first", "other columns first", "no latin", "decomposed"],
)
def test_the_same_units_come_out_of_each_way_to_write_them(text):
    file = read(text.encode())
    assert file.findings == ()
    assert file.rows == read(GOOD.encode()).rows


def test_validity_and_successor_are_read():
    lines = GOOD.splitlines()
    text = "\n".join([
        f"{lines[0]},valid_from,valid_to,successor_code",
        *[f"{line},,," for line in lines[1:]],
        "SZR99,BG-SZR,BG,municipality,Опан,Opan,2000-02-29,2025-12-31,SZR31",
    ])
    file = read(text.encode())
    assert file.findings == ()
    assert file.rows[-1].valid_from == date(2000, 2, 29)
    assert file.rows[-1].valid_to == date(2025, 12, 31)
    assert file.rows[-1].successor_code == "SZR31"


def test_parents_may_be_known_already():
    text = f"{HEADER}\nSZR31,BG-SZR,BG,municipality,Стара Загора,\n"
    assert findings(text) == [(2, "The parent BG-SZR is unknown.")]
    assert findings(text, known={"BG-SZR": ("BG", "region")}) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",BG,BG,region,Варна,Varna", "The code is empty."),
        ("BG_VAR,BG,BG,region,Варна,Varna", "“BG_VAR” in the column code is no code"),
        ("BG-VАR,BG,BG,region,Варна,Varna", "is no code"),
        ("bg-var,BG,BG,region,Варна,Varna", "is no code"),
        ("../x,BG,BG,region,Варна,Varna", "is no code"),
        ("BG-VAR,B G,BG,region,Варна,Varna", "“B G” in the column parent_code is no code"),
        ("BG-VAR,BG,BG,region,,Varna", "The name is empty."),
        ("BG-VAR,BG,BG,region,Варна,Варна", "The Latin name “Варна” has Cyrillic letters."),
        ("BG-VAR,BG,BG,region,Вар\u200bна,Varna", "U+200B"),
        ("BG-VAR,BG,BG,region,Вар\ufffdна,Varna", "U+FFFD"),
        ("BG-VAR,BG,BG,region," + "В" * 151 + ",Varna", "longer than 150"),
        ("BG-VAR,BG,BG,region,Варна", "This line has 5 cells; the header has 6."),
        ("BG-VAR,BG,BG,region,Варна,Varna,x", "This line has 7 cells; the header has 6."),
        (
            "BG-VAR,BG,BG,oblast,Варна,Varna",
            "BG has no level “oblast”; it has country, region, municipality.",
        ),
        ("BG-VAR,BG,XX,region,Варна,Varna", "The country “XX” is not known"),
        ("BG-VAR,BG-X,BG,region,Варна,Varna", "The parent BG-X is unknown."),
        ("BG-SZR,BG,BG,region,Варна,Varna", "The code BG-SZR stands on line 3 already."),
        ("VAR01,BG,BG,municipality,Варна,Varna", "cannot stand right below BG, of level country"),
        ("BG-VAR,BG-VAR,BG,region,Варна,Varna", "stands below itself"),
    ],
)
def test_a_broken_line_is_reported_with_its_number(line, said):
    found = findings(f"{GOOD}{line}\n")
    assert len(found) == 1, found
    assert found[0][0] == 5
    assert said in found[0][1]


def test_all_faults_are_reported_and_each_once():
    text = f"{GOOD}bad,BG,BG,region,,x\nVAR01,bad,BG,municipality,А,A\nVAR02,bad,BG,municipality,,B\n"
    assert [line for line, _ in findings(text)] == [5, 5, 6, 7, 7]


def test_a_child_of_a_broken_line_has_a_parent_all_the_same():
    text = f"{GOOD}BG-VAR,BG,BG,region,,Varna\nVAR01,BG-VAR,BG,municipality,Аврен,Avren\n"
    assert findings(text) == [(5, "The name is empty.")]


@pytest.mark.parametrize(
    "day", ["2026-02-30", "20260101", "1. 1. 2026", "2026-W01-1", "2026-1-1", "0000-01-01"]
)
def test_a_bad_date_is_reported(day):
    text = f"{HEADER},valid_from\nBG,,BG,country,България,,{day}\n"
    assert findings(text) == [(2, f"“{day}” in the column valid_from is no date like 2026-01-31.")]


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (GOOD.encode("cp1251"), 2, "probably in windows-1251"),
        (f"{HEADER}\nCZ,,CZ,country,Česká republika,\n".encode("cp1250"), 2, "probably in windows-1250"),
        (GOOD.encode("utf-16"), 1, "UTF-16"),
        (b"", 1, "The file is empty."),
        (b"\n\n", 1, "The file is empty."),
        (GOOD.replace(",", ";").encode(), 1, "Commas are to separate the cells."),
        (GOOD.replace(",", "\t").encode(), 1, "Commas are to separate the cells."),
        (GOOD.replace("name_latin", "latin").encode(), 1, "The column name_latin is missing."),
        (GOOD.replace("name_latin", "name_latin,population").encode(), 1, "“population” is not known"),
        (GOOD.replace("name_latin", "name_latin,name").encode(), 1, "The column name is there twice."),
        (GOOD.encode() + b'X,"open', 5, "look at its quotation marks"),
        (GOOD.encode() + b'X,"a"b,c,d,e,f\n', 5, "look at its quotation marks"),
        (GOOD.encode() + b"X," + b"y" * 200_000, 5, "look at its quotation marks"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_a_clear_word(data, line, said):
    found = findings(data)
    assert any(each[0] == line and said in each[1] for each in found), found
    assert not read(data).is_clean


def test_a_record_over_two_lines_counts_both():
    text = f'{HEADER}\nBG,,BG,country,"Бъл\nгария",\nBG-X,,BG,region,А,\n'
    assert findings(text) == [(4, "A unit of level region needs a parent.")]


def test_mixed_alphabets_are_a_warning_that_hinders_nothing():
    file = read(f"{HEADER}\nBG,,BG,country,Бългapия,Bulgaria\n".encode())
    assert [finding.is_error for finding in file.findings] == [False]
    assert file.is_clean
    assert len(file.rows) == 1


def test_findings_name_the_file():
    assert read(b"", file="stara-zagora.csv").findings[0].file == "stara-zagora.csv"


def test_too_large_a_file_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(territory_csv, "MAX_BYTES", 10)
    assert "larger than" in findings(GOOD)[0][1]


def test_too_many_lines_are_refused(monkeypatch):
    monkeypatch.setattr(territory_csv, "MAX_ROWS", 2)
    assert findings(GOOD) == [(4, "A territory file has at most 2 lines.")]


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data):
    assert read(data).findings


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_no_lines_break_the_reader(text):
    read(f"{GOOD}{text}".encode())
