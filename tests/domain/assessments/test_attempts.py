"""When the next attempt may start, how many remain, and how long is long."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.assessments.rules import attempts_left, may_start_at, period
from app.domain.catalogue.values import Duration

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("duration", "length"),
    [
        (None, None),
        (Duration(30, "min"), timedelta(minutes=30)),
        (Duration(24, "h"), timedelta(hours=24)),
        (Duration(7, "d"), timedelta(days=7)),
        (Duration(0, "min"), timedelta(0)),
    ],
)
def test_a_duration_is_a_period(duration, length):
    assert period(duration) == length


@pytest.mark.parametrize(
    ("finished", "cooldown", "start"),
    [
        (None, None, None),
        (None, Duration(24, "h"), None),
        (NOON, None, None),
        (NOON, Duration(24, "h"), NOON + timedelta(days=1)),
        (NOON, Duration(30, "min"), NOON + timedelta(minutes=30)),
    ],
)
def test_the_next_attempt_waits_from_the_end_of_the_last(finished, cooldown, start):
    assert may_start_at(finished, cooldown) == start


@pytest.mark.parametrize(
    ("allowed", "extra", "made", "left"),
    [
        (3, 0, 0, 3),
        (3, 0, 2, 1),
        (3, 0, 3, 0),
        (3, 1, 3, 1),
        (3, 2, 4, 1),
        (1, 0, 5, 0),  # A course that allowed more before.
        (0, 0, 99, None),
        (0, 1, 0, None),
    ],
)
def test_attempts_remain_until_they_are_made(allowed, extra, made, left):
    assert attempts_left(allowed, extra, made) == left
