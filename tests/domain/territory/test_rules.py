"""Trees of units: what stands where, and what an import would change."""

from dataclasses import replace
from datetime import date

import pytest

from app.domain.territory.rules import check_tree, difference, parents_first
from app.domain.territory.values import LEVELS, MAY_BE_SKIPPED, UnitRow

CZ = UnitRow("CZ", None, "CZ", "country", "Česko", "Česko")
KRAJ = UnitRow("CZ-K1", "CZ", "CZ", "region", "Kraj", "Kraj")
ORP = UnitRow("CZ-O1", "CZ-K1", "CZ", "centre", "Město", "Město")
POU = UnitRow("CZ-P1", "CZ-O1", "CZ", "authorised-office", "Město", "Město")
OBEC = UnitRow("1", "CZ-P1", "CZ", "municipality", "Ves", "Ves")
TREE = [CZ, KRAJ, ORP, POU, OBEC]


def faults(rows, known=None):
    lines = list(enumerate(rows, start=2))
    return [(fault.line, fault.message % fault.values) for fault in check_tree(lines, known or {})]


def test_a_whole_tree_has_no_fault_in_whatever_order():
    assert faults(TREE) == []
    assert faults(TREE[::-1]) == []


def test_known_units_may_be_parents_and_successors():
    closed = replace(OBEC, valid_to=date(2026, 1, 1), successor_code="2")
    known = {"CZ-P1": ("CZ", "authorised-office"), "2": ("CZ", "municipality")}
    assert faults([closed], known) == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (replace(OBEC, country="SK"), "The country “SK” is not known; known are CZ, RS, UA, BG."),
        (replace(OBEC, level="district"), "CZ has no level “district”"),
        (replace(OBEC, parent_code=None), "A unit of level municipality needs a parent."),
        (replace(OBEC, parent_code="X"), "The parent X is unknown."),
        (replace(OBEC, parent_code="BG"), "The parent BG lies in another country: BG."),
        (replace(OBEC, parent_code="CZ-O1"), "cannot stand right below CZ-O1, of level centre"),
        (replace(OBEC, parent_code="2"), "cannot stand right below 2, of level municipality"),
        (replace(OBEC, code="CZ-O1", level="centre", parent_code="CZ-P1"), "cannot stand right below CZ-P1"),
        (replace(CZ, code="CZE"), "The unit of level country has the code CZ."),
        (replace(OBEC, code="CZ-K1"), "The code CZ-K1 is that of a unit of CZ of level region."),
        (replace(OBEC, valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 31)), "lies before the first"),
        (replace(OBEC, successor_code="2"), "needs a last day"),
        (replace(OBEC, successor_code="X", valid_to=date(2026, 1, 1)), "The successor X is unknown."),
        (replace(OBEC, successor_code="BG", valid_to=date(2026, 1, 1)), "The successor BG lies in another"),
        (replace(OBEC, successor_code="1", valid_to=date(2026, 1, 1)), "The unit 1 succeeds itself: 1 › 1."),
        (replace(OBEC, parent_code="1"), "The unit 1 stands below itself: 1 › 1."),
    ],
)
def test_each_fault_is_told_in_words(row, said):
    known = {each.code: (each.country, each.level) for each in TREE[:4]}
    known |= {"2": ("CZ", "municipality"), "BG": ("BG", "country")}
    found = faults([row], known)
    assert found
    assert all(line == 2 for line, _ in found)
    assert any(said in words for _, words in found), found


def test_a_code_that_comes_twice_is_told_on_the_later_line():
    assert faults([*TREE, OBEC]) == [(7, "The code 1 stands on line 6 already.")]


def test_a_circle_is_told_on_each_of_its_lines_and_not_on_those_below_it():
    rows = [CZ, replace(KRAJ, parent_code="CZ-O1"), ORP, POU, OBEC]
    found = faults(rows)
    assert found == [
        (3, "The unit CZ-K1 stands below itself: CZ-K1 › CZ-O1 › CZ-K1."),
        (4, "The unit CZ-O1 stands below itself: CZ-O1 › CZ-K1 › CZ-O1."),
    ]


def test_units_cannot_succeed_one_another_in_a_circle():
    day = date(2026, 1, 1)
    rows = [
        *TREE[:4],
        replace(OBEC, code="1", valid_to=day, successor_code="2"),
        replace(OBEC, code="2", valid_to=day, successor_code="1"),
    ]
    assert faults(rows) == [
        (6, "The unit 1 succeeds itself: 1 › 2 › 1."),
        (7, "The unit 2 succeeds itself: 2 › 1 › 2."),
    ]


def test_only_serbia_lets_a_level_be_left_out():
    for country, levels in LEVELS.items():
        for skipped in levels[1:-1]:
            above, below = levels[levels.index(skipped) - 1], levels[levels.index(skipped) + 1]
            row = UnitRow("X", "P", country, below, "X", "X")
            known = {"P": (country, above)}
            assert (faults([row], known) == []) == (skipped in MAY_BE_SKIPPED[country]), (country, skipped)
    assert {country for country, skipped in MAY_BE_SKIPPED.items() if skipped} == {"RS"}


def test_parents_come_first_and_the_rest_stays_in_order():
    assert parents_first(TREE[::-1]) == tuple(TREE)
    twins = [replace(OBEC, code=code) for code in "321"]
    assert parents_first([*twins, CZ]) == (CZ, *twins)


def test_a_thousand_levels_of_nonsense_are_quick_and_no_recursion():
    chain = [replace(OBEC, code=str(number), parent_code=str(number + 1)) for number in range(5000)]
    chain.append(replace(OBEC, code="5000", parent_code="0"))
    found = faults(chain)
    assert len(found) == 5001
    assert found[0][1] == "The unit 0 stands below itself: 0 › 1 › 2 › 3 › 4 › … › 0."


def test_a_difference_names_what_is_added_changed_closed_and_unchanged():
    renamed = replace(OBEC, name="Nová Ves")
    closed = replace(POU, valid_to=date(2026, 1, 1))
    added = replace(OBEC, code="2")
    found = difference(TREE, [CZ, KRAJ, ORP, closed, renamed, added])
    assert found.added == (added,)
    assert [(change.new, change.fields) for change in found.changed] == [(renamed, ("name",))]
    assert found.closed == (closed,)
    assert found.unchanged == (CZ, KRAJ, ORP)
    assert found.absent == ()


def test_units_are_absent_only_from_a_file_that_holds_their_country():
    gone = replace(OBEC, code="9")
    past = replace(OBEC, code="8", valid_to=date(2020, 1, 1))
    bulgaria = UnitRow("BG", None, "BG", "country", "България", "Bulgaria")
    assert difference([*TREE, gone, past, bulgaria], TREE).absent == (gone,)
    assert difference([*TREE, gone], [OBEC]).absent == ()


def test_a_file_read_again_changes_nothing():
    found = difference(TREE, TREE)
    assert found.unchanged == tuple(TREE)
    assert (found.added, found.changed, found.closed, found.absent) == ((), (), (), ())
