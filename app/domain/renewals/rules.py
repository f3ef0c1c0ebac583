"""Windows, reminders and forecasts of certificates that end: pure functions over days."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from app.domain.catalogue.values import Duration
from app.domain.renewals.values import EndCount, MonthCount

USUAL_WINDOW = 90
"""How many days before its end a certificate may be renewed, where its course does not say."""
STEPS = (90, 30, 7)
"""How many days before the end of a certificate its holder is reminded."""
MONTHS = 36
"""How many months a forecast looks ahead, the present one included."""


def window_opens_on(ends_on: date, window: Duration | None) -> date:
    """Return the first day on which a certificate may be renewed."""
    return ends_on - timedelta(days=window.amount if window is not None else USUAL_WINDOW)


def step_reached(ends_on: date, today: date) -> int | None:
    """Return the latest step that is reached, in days before the end; None before the first and after the end."""
    left = (ends_on - today).days
    return min((step for step in STEPS if 0 <= left <= step), default=None)


def step_began_on(ends_on: date, step: int) -> date:
    """Return the day of a step."""
    return ends_on - timedelta(days=step)


def is_affected(count: EndCount, ends_on: date) -> bool:
    """Tell whether certificates would end earlier, if they ended on a day at the latest."""
    return count.ends_on is None or count.ends_on > ends_on


def foresee(counts: Iterable[EndCount], ends_on: date, today: date) -> Sequence[MonthCount]:
    """Return how many certificates end in each month ahead, by place: as they are, and on a day at the latest."""
    before: Counter[tuple[int | None, date]] = Counter()
    after: Counter[tuple[int | None, date]] = Counter()
    last = _month_after(today, MONTHS)
    for each in counts:
        if each.ends_on is not None:
            before[each.unit_id, each.ends_on.replace(day=1)] += each.count
        end = ends_on if each.ends_on is None else min(each.ends_on, ends_on)
        after[each.unit_id, end.replace(day=1)] += each.count
    places = sorted(before.keys() | after.keys(), key=lambda place: (place[1], place[0] or 0))
    return [
        MonthCount(unit_id, month, before[unit_id, month], after[unit_id, month])
        for unit_id, month in places
        if month < last
    ]


def _month_after(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, 1)
