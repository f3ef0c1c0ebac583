"""Windows, reminders and forecasts of certificates that end: pure functions over days."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from app.domain.catalogue.values import CertificateKind, CertificateRule, Duration
from app.domain.certificates.rules import last_day
from app.domain.renewals.values import EndCount, HeldCount, MonthCount, Prospect

USUAL_WINDOW = 90
"""How many days before its end a certificate may be renewed, where its course does not say."""
STEPS = (90, 30, 7)
"""How many days before the end of a certificate its holder is reminded."""
MONTHS = 36
"""How many months a forecast looks ahead, the present one included."""


def window_opens_on(ends_on: date, window: Duration | None) -> date:
    """Return the first day on which a certificate may be renewed."""
    return ends_on - timedelta(days=days_of(window))


def days_of(window: Duration | None) -> int:
    """Return how many days before the end a window opens."""
    return window.amount if window is not None else USUAL_WINDOW


def step_reached(ends_on: date, today: date) -> int | None:
    """Return the latest step that is reached, in days before the end; None before the first and after the end."""
    left = (ends_on - today).days
    return min((step for step in STEPS if 0 <= left <= step), default=None)


def step_began_on(ends_on: date, step: int) -> date:
    """Return the day of a step."""
    return ends_on - timedelta(days=step)


def moves_end(before: CertificateRule, after: CertificateRule) -> bool:
    """Tell whether two rules of a course differ in when its certificates end; without certificates nothing does."""
    is_without = CertificateKind.NONE in {before.kind, after.kind}
    terms = [(rule.valid_for, rule.valid_until) for rule in (before, after)]
    return not is_without and terms[0] != terms[1]


def moves_window(before: CertificateRule, after: CertificateRule) -> bool:
    """Tell whether two rules of a course differ in from when its certificates may be renewed."""
    is_without = CertificateKind.NONE in {before.kind, after.kind}
    return not is_without and days_of(before.renewal_window) != days_of(after.renewal_window)


def under_decision(counts: Iterable[EndCount], ends_on: date) -> Sequence[Prospect]:
    """Return when certificates would end, if they ended on a day at the latest."""
    return [
        Prospect(each.unit_id, each.ends_on, min(each.ends_on or ends_on, ends_on), each.count)
        for each in counts
    ]


def under_rule(counts: Iterable[HeldCount], rule: CertificateRule) -> Sequence[Prospect]:
    """Return when certificates would end, if those who hold them had earned them by another rule."""
    return [
        Prospect(each.unit_id, each.ends_on, last_day(each.completed_on, rule), each.count) for each in counts
    ]


def foresee(prospects: Iterable[Prospect], today: date) -> Sequence[MonthCount]:
    """Return how many certificates end in each month ahead, by place: as they are, and by what is to be decided.

    What would have ended before today ends in the present month.
    """
    before: Counter[tuple[int | None, date]] = Counter()
    after: Counter[tuple[int | None, date]] = Counter()
    last = _month_after(today, MONTHS)
    for each in prospects:
        for ends, end in ((before, each.as_it_is), (after, each.by_decision)):
            if end is not None:
                ends[each.unit_id, max(end, today).replace(day=1)] += each.count
    places = sorted(before.keys() | after.keys(), key=lambda place: (place[1], place[0] or 0))
    return [
        MonthCount(unit_id, month, before[unit_id, month], after[unit_id, month])
        for unit_id, month in places
        if month < last
    ]


def _month_after(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, 1)
