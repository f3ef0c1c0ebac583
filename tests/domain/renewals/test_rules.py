"""Windows, steps and forecasts of certificates that end, over plain days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.values import Duration
from app.domain.renewals import rules
from app.domain.renewals.values import EndCount, MonthCount

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
    assert rules.foresee(counts, date(2027, 12, 31), TODAY) == [
        MonthCount(1, date(2027, 1, 1), 2, 2),
        MonthCount(None, date(2027, 12, 1), 5, 5),
        MonthCount(1, date(2027, 12, 1), 0, 3),
        MonthCount(2, date(2027, 12, 1), 0, 10),
        MonthCount(1, date(2028, 2, 1), 3, 0),
    ]


def test_the_last_of_36_months_is_told_and_the_next_is_not():
    counts = [EndCount(1, date(2029, 10, 31), 1), EndCount(1, date(2029, 11, 1), 1)]
    assert rules.foresee(counts, date(2030, 1, 1), TODAY) == [MonthCount(1, date(2029, 10, 1), 1, 1)]


ENDS = st.dates(TODAY, TODAY + timedelta(days=1000))


@given(st.lists(st.builds(EndCount, st.integers(1, 3), st.none() | ENDS, st.integers(1, 9))), ENDS)
def test_under_a_decision_every_certificate_ends_once_by_that_day(counts, ends_on):
    foreseen = rules.foresee(counts, ends_on, TODAY)
    assert sum(line.by_decision for line in foreseen) == sum(each.count for each in counts)
    assert all(line.month <= ends_on for line in foreseen if line.by_decision)
