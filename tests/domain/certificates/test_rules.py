"""Until when a certificate is valid: durations and days of the year, leap days and month ends among them."""

from datetime import date

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
