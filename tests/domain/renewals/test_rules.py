"""Windows, steps and forecasts of certificates that end, over plain days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.values import CertificateKind, CertificateRule, Duration
from app.domain.renewals import rules
from app.domain.renewals.values import EndCount, HeldCount, MonthCount, Prospect

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("window", "opens"),
    [(None, "2027-12-02"), (Duration(90, "d"), "2027-12-02"), (Duration(1, "d"), "2028-02-29")],
)
def test_a_window_opens_so_many_days_before_the_end(window, opens):
    assert rules.window_opens_on(date(2028, 3, 1), window) == date.fromisoformat(opens)


@pytest.mark.parametrize(
    ("left", "step"),
    [(91, None), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)],
)
def test_the_latest_step_that_is_reached_counts(left, step):
    assert rules.step_reached(TODAY + timedelta(days=left), TODAY) == step


def test_a_forecast_counts_by_month_and_place_as_it_is_and_as_it_would_be():
    counts = [
        EndCount(1, date(2027, 1, 31), 2),
        EndCount(1, date(2028, 2, 29), 3),
        EndCount(2, None, 4),
        EndCount(None, date(2027, 12, 31), 5),
        EndCount(2, date(2029, 11, 1), 6),
    ]
    assert rules.foresee(rules.under_decision(counts, date(2027, 12, 31)), TODAY) == [
        MonthCount(1, date(2027, 1, 1), 2, 2),
        MonthCount(None, date(2027, 12, 1), 5, 5),
        MonthCount(1, date(2027, 12, 1), 0, 3),
        MonthCount(2, date(2027, 12, 1), 0, 10),
        MonthCount(1, date(2028, 2, 1), 3, 0),
    ]


def test_the_last_of_36_months_is_told_and_the_next_is_not():
    counts = [EndCount(1, date(2029, 10, 31), 1), EndCount(1, date(2029, 11, 1), 1)]
    prospects = rules.under_decision(counts, date(2030, 1, 1))
    assert rules.foresee(prospects, TODAY) == [MonthCount(1, date(2029, 10, 1), 1, 1)]


ENDS = st.dates(TODAY, TODAY + timedelta(days=1000))


@given(st.lists(st.builds(EndCount, st.integers(1, 3), st.none() | ENDS, st.integers(1, 9))), ENDS)
def test_under_a_decision_every_certificate_ends_once_by_that_day(counts, ends_on):
    foreseen = rules.foresee(rules.under_decision(counts, ends_on), TODAY)
    assert sum(line.by_decision for line in foreseen) == sum(each.count for each in counts)
    assert all(line.month <= ends_on for line in foreseen if line.by_decision)


def rule(kind: CertificateKind = CertificateKind.EXAM, **given: object) -> CertificateRule:
    return CertificateRule(kind, **given)


YEAR, TWO = {"valid_for": Duration(1, "y")}, {"valid_for": Duration(2, "y")}
MONTH = {"renewal_window": Duration(30, "d")}


@pytest.mark.parametrize(
    ("before", "after", "moves"),
    [
        (rule(**YEAR), rule(**YEAR), (False, False)),
        (rule(**YEAR), rule(**TWO), (True, False)),
        (rule(**YEAR), rule(), (True, False)),
        (rule(), rule(valid_until="12-31"), (True, False)),
        (rule(valid_until="06-30"), rule(valid_until="12-31"), (True, False)),
        (rule(**YEAR), rule(**YEAR, **MONTH), (False, True)),
        (rule(**YEAR), rule(**TWO, **MONTH), (True, True)),
        (rule(**YEAR), rule(**YEAR, renewal_window=Duration(90, "d")), (False, False)),
        (rule(**YEAR), rule(**YEAR, renewal_course="short", design="other"), (False, False)),
        (rule(**YEAR), rule(CertificateKind.NONE), (False, False)),
        (rule(CertificateKind.NONE), rule(**YEAR, **MONTH), (False, False)),
        (rule(**YEAR), rule(CertificateKind.ATTENDANCE, **TWO), (True, False)),
    ],
)
def test_two_rules_differ_where_certificates_end_or_may_be_renewed_on_other_days(before, after, moves):
    assert (rules.moves_end(before, after), rules.moves_window(before, after)) == moves


@pytest.mark.parametrize(
    ("new", "month", "is_sooner", "is_later"),
    [
        ({"valid_for": Duration(6, "mo")}, "2026-11-01", True, False),
        ({"valid_for": Duration(9, "mo")}, "2026-12-01", True, False),
        (YEAR, "2027-03-01", False, False),
        (TWO, "2028-03-01", False, True),
        ({"valid_for": Duration(5, "y")}, None, False, True),
        ({"valid_until": "12-31"}, "2026-12-01", True, False),
        ({"valid_until": "03-10"}, "2027-03-01", False, False),
        ({}, None, False, True),
    ],
)
def test_by_another_rule_a_certificate_of_march_would_end_in_a_month(new, month, is_sooner, is_later):
    held = [HeldCount(7, date(2026, 3, 10), date(2027, 3, 10), 4)]
    (prospect,) = rules.under_rule(held, rule(**new))
    assert (prospect.is_sooner, prospect.is_later) == (is_sooner, is_later)
    foreseen = {line.month: line.by_decision for line in rules.foresee([prospect], TODAY) if line.by_decision}
    assert foreseen == ({date.fromisoformat(month): 4} if month else {})


def test_what_never_ends_ends_sooner_on_any_day():
    assert Prospect(1, None, TODAY, 1).is_sooner
    assert not Prospect(1, None, None, 1).is_sooner
    assert not Prospect(1, None, None, 1).is_later


DONE = st.dates(TODAY - timedelta(days=900), TODAY)


@given(st.lists(st.builds(HeldCount, st.integers(1, 3), DONE, st.none() | ENDS, st.integers(1, 9))))
def test_by_a_rule_of_two_years_everybody_would_renew_once_within_the_months_ahead(held):
    foreseen = rules.foresee(rules.under_rule(held, rule(**TWO)), TODAY)
    assert sum(line.by_decision for line in foreseen) == sum(each.count for each in held)
    assert all(line.month >= TODAY.replace(day=1) for line in foreseen)
