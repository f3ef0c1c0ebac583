"""The demonstration's own units and issuers: complete, clean, and marked as what they are."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from app.domain.territory.values import LEVELS, IssuerParticulars
from app.formats.territory_csv import read
from app.foundation.text import has_mixed_alphabets

FOLDER = Path("app/cli/demo")
ISSUERS = sorted((FOLDER / "issuers").glob("*.yaml"))


@pytest.fixture(scope="module")
def territory():
    return read((FOLDER / "territory.csv").read_bytes())


@pytest.fixture(scope="module")
def units(territory):
    return {row.code: row for row in territory.rows}


def below(units, top: str) -> Counter[str]:
    """Count the units below one by level."""
    counted: Counter[str] = Counter()
    for row in units.values():
        parent = row.parent_code
        while parent is not None and parent != top:
            parent = units[parent].parent_code
        if parent == top:
            counted[row.level] += 1
    return counted


def test_the_demonstration_territory_has_no_finding(territory):
    assert territory.findings == ()
    assert len(territory.rows) == 228


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        ("CZ-K3107", {"centre": 15, "authorised-office": 1, "municipality": 48}),
        ("CZ-O6115", {"authorised-office": 1, "municipality": 48}),
        ("RS-APV", {"region": 7, "municipality": 45}),
        ("UA12000000000090473", {"district": 7, "municipality": 86}),
        ("BG-SZR", {"municipality": 11}),
    ],
)
def test_each_demonstration_region_is_complete(units, top, expected):
    assert below(units, top) == expected


def test_nothing_else_is_in_it(units):
    tops = {code for code, row in units.items() if row.parent_code is None}
    assert tops == set(LEVELS)
    assert {row.code for row in units.values() if row.parent_code in tops} == {
        "CZ-K3107",
        "RS-APV",
        "UA12000000000090473",
        "BG-SZR",
    }


@pytest.mark.parametrize(
    ("code", "name", "parent"),
    [
        ("596256", "Nové Veselí", "CZ-P61151"),
        ("UA12020170000068526", "Обухівська громада", "UA12020000000052809"),
        ("SZR31", "Стара Загора", "BG-SZR"),
        ("80438", "Суботица", "RS-13"),
    ],
)
def test_the_units_of_the_demonstration_people_are_there(units, code, name, parent):
    assert (units[code].name, units[code].parent_code) == (name, parent)


def test_two_units_of_one_name_are_told_apart_by_their_codes(units):
    names = Counter((row.parent_code, row.name) for row in units.values())
    assert names["UA12080000000023578", "Покровська громада"] == 2


def test_issuers_are_those_that_the_demonstration_needs(units):
    codes = {path.stem for path in ISSUERS}
    assert codes == {"CZ", "CZ-O6115", "RS-APV", "UA12000000000090473", "BG-SZR"}
    assert codes <= set(units)


@pytest.mark.parametrize("path", ISSUERS, ids=lambda path: path.stem)
def test_an_issuer_says_what_a_certificate_needs_and_that_it_is_none(path):
    text = path.read_text("utf-8")
    particulars = IssuerParticulars(**yaml.safe_load(text))
    assert particulars.legal_name.endswith(("ukázka", "демонстрація", "демонстрација", "демонстрация"))
    assert particulars.registration_number.strip("0") == particulars.registration_number[-1].strip("0")
    assert "en" in particulars.function
    assert all(particulars.function.values())
    assert particulars.signatory
    assert particulars.place
    for texts in (particulars.legal_line, particulars.funder_line):
        assert texts is None or set(texts) == set(particulars.function)
    assert has_mixed_alphabets(text) == ()


def test_no_two_issuers_share_a_prefix():
    prefixes = [yaml.safe_load(path.read_text("utf-8"))["prefix"] for path in ISSUERS]
    assert len(set(prefixes)) == len(prefixes)
