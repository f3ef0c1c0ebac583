"""Windows and words of exam dates: plain values."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.domain.examinations import rules
from app.foundation.errors import Invalid

NINE = datetime(2030, 5, 6, 9, 0, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
HALF = timedelta(minutes=30)


@pytest.mark.parametrize(
    ("begun", "limit", "percent", "ends"),
    [
        (0, HALF, 0, 30),
        (45, HALF, 0, 60),
        (0, None, 0, 60),
        (0, HALF, 50, 45),
        (75, HALF, 50, 90),
        (0, None, 50, 90),
        (0, timedelta(minutes=7), 33, 10),
        (0, timedelta(hours=5), 0, 60),
    ],
)
def test_an_attempt_ends_after_her_time_and_never_beyond_her_window(begun, limit, percent, ends):
    found = rules.deadline_at(NINE + timedelta(minutes=begun), NINE, TEN, limit, percent)
    assert found == NINE + timedelta(minutes=ends)


@given(some.integers(0, 200), some.integers(0, 200), some.integers(5, 1440), some.integers(0, 1440))
def test_more_time_never_ends_an_attempt_earlier(percent, more, window, begun):
    closes = NINE + timedelta(minutes=window)
    ends = [
        rules.deadline_at(NINE + timedelta(minutes=begun), NINE, closes, HALF, given)
        for given in (percent, percent + more)
    ]
    assert ends[0] <= ends[1] <= rules.window_end(NINE, closes, percent + more)


@pytest.mark.parametrize(
    ("opens", "closes", "field"),
    [
        (NINE - timedelta(days=1), NINE, "day"),
        (NINE + timedelta(days=800), NINE + timedelta(days=800, hours=1), "day"),
        (TEN, TEN, "closes"),
        (TEN, TEN + timedelta(minutes=4), "closes"),
        (TEN, TEN - timedelta(minutes=30), "closes"),
        (TEN, TEN + timedelta(hours=24, minutes=1), "closes"),
    ],
)
def test_a_window_lies_ahead_and_is_neither_too_short_nor_too_long(opens, closes, field):
    with pytest.raises(Invalid) as caught:
        rules.check_window(opens, closes, NINE)
    assert caught.value.field == field


def test_a_window_that_has_begun_may_still_be_set():
    rules.check_window(NINE - timedelta(minutes=10), TEN, NINE)
    rules.check_window(NINE, NINE + timedelta(minutes=5), NINE)
    rules.check_window(NINE, NINE + timedelta(hours=24), NINE)
