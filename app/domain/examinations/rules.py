"""How long a window is for whom, and what may be written about a date: pure functions."""

from datetime import datetime, timedelta

from app.domain.assessments.rules import lengthened
from app.foundation.errors import Invalid
from app.foundation.i18n import N_

SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=24)
"""Bounds of a window: from its opening to its closing."""
FURTHEST = timedelta(days=731)
"""How far ahead a date may lie."""
LONGEST_PLACE = 200
LONGEST_TEXT = 1000
"""Characters of a place, and of an incident or a reason."""
MOST_SEATS = 200


def window_end(opens_at: datetime, closes_at: datetime, percent: int) -> datetime:
    """Return when the window ends for somebody who has so many percent more time."""
    return opens_at + lengthened(closes_at - opens_at, percent)


def deadline_at(
    begun: datetime, opens_at: datetime, closes_at: datetime, limit: timedelta | None, percent: int
) -> datetime:
    """Return when an attempt ends that was begun within a window: after her time limit, and never beyond her window.

    Both are longer for somebody who has so many percent more time.
    """
    end = window_end(opens_at, closes_at, percent)
    return end if limit is None else min(begun + lengthened(limit, percent), end)


def check_window(opens_at: datetime, closes_at: datetime, now: datetime) -> None:
    """Raise Invalid where a window is over, too short or too long."""
    if closes_at <= now:
        raise Invalid("day", N_("This moment is over: give one that is to come."))
    if opens_at > now + FURTHEST:
        raise Invalid("day", N_("Give a day within two years."))
    if not SHORTEST <= closes_at - opens_at <= LONGEST:
        raise Invalid("closes", N_("The test must end after it begins, from 5 minutes to a day later."))
