"""Until when a certificate is valid: durations and days of the year, leap days and month ends among them."""

from datetime import date, timedelta

import pytest

from app.domain.catalogue.values import CertificateKind, CertificateRule, Duration
from app.domain.certificates import rules

EXAM = CertificateKind.EXAM


@pytest.mark.parametrize(
    ("first", "time", "last"),
    [
        ("2026-03-15", Duration(3, "y"), "2029-03-15"),
        ("2028-02-29", Duration(1, "y"), "2029-02-28"),
        ("2028-02-29", Duration(4, "y"), "2032-02-29"),
        ("2026-01-31", Duration(1, "mo"), "2026-02-28"),
        ("2028-01-31", Duration(1, "mo"), "2028-02-29"),
        ("2026-12-31", Duration(18, "mo"), "2028-06-30"),
    ],
)
def test_a_duration_ends_on_the_same_day_or_on_the_last_of_the_month(first, time, last):
    rule = CertificateRule(EXAM, valid_for=time)
    assert rules.last_day(date.fromisoformat(first), rule) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("first", "day", "last"),
    [
        ("2026-11-23", "12-31", "2026-12-31"),
        ("2026-12-30", "12-31", "2026-12-31"),
        ("2026-12-31", "12-31", "2027-12-31"),
        ("2027-01-01", "12-31", "2027-12-31"),
        ("2026-06-30", "06-30", "2027-06-30"),
        ("2026-02-27", "02-29", "2026-02-28"),
        ("2026-02-28", "02-29", "2027-02-28"),
        ("2027-02-28", "02-29", "2028-02-29"),
        ("2028-02-28", "02-29", "2028-02-29"),
        ("2028-02-29", "02-29", "2029-02-28"),
    ],
)
def test_a_day_of_the_year_is_the_first_such_day_after_the_issue(first, day, last):
    rule = CertificateRule(EXAM, valid_until=day)
    assert rules.last_day(date.fromisoformat(first), rule) == date.fromisoformat(last)


def test_without_either_a_certificate_never_ends():
    assert rules.last_day(date(2026, 1, 1), CertificateRule(EXAM)) is None


@pytest.mark.parametrize(
    ("issued", "years", "last"),
    [
        ("2020-03-10", 10, "2030-03-10"),
        ("2020-02-29", 1, "2021-02-28"),
        ("2020-02-29", 4, "2024-02-29"),
        ("2020-12-31", 100, "2120-12-31"),
    ],
)
def test_a_name_is_kept_until_the_same_day_after_some_years(issued, years, last):
    assert rules.kept_until(date.fromisoformat(issued), years) == date.fromisoformat(last)


def test_the_earliest_day_still_kept_parts_the_periods_that_are_over_from_the_others():
    for years in (1, 3, 4, 10, 100):
        for days in range(366 * 5):
            today = date(2119, 1, 1) + timedelta(days=days)
            first = rules.first_kept(today, years)
            around = [first + timedelta(days=step) for step in range(-2, 3)]
            is_over = [rules.kept_until(issued, years) < today for issued in around]
            assert is_over == [True, True, False, False, False], (today, years)


def test_what_is_emptied_names_nobody_and_says_all_else():
    said = {"given_name": "Eva", "unit_name": "Zlín", "municipality_name": "Zlín", "mark": 9000}
    left = rules.emptied(said)
    assert {name: value for name, value in left.items() if value} == {
        "municipality_name": "Zlín",
        "mark": 9000,
    }
    assert rules.names_of(left, is_hidden=False) == rules.names_of(left, is_hidden=True) == ("", "")
    assert rules.emptied(left) == left


def test_the_last_value_of_several_lines_counts_and_an_empty_one_takes_it_away():
    lines = ({"id": 1, "file_digest": "a"}, None, {"file_digest": "b"}, {"id": None})
    assert rules.replay(lines) == {"file_digest": "b"}
    assert rules.list_differences({"a": 1, "b": 2}, {"b": 3, "c": 4}) == ["a", "b", "c"]
