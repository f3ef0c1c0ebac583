"""What reports are asked for, and how their files are named: pure functions."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from app.domain.catalogue.values import Track
from app.domain.certificates.rules import State as CertificateState
from app.domain.reports.values import Handout, Period, QuestionState, Result, Sample, Selection, Which
from app.foundation.errors import Invalid
from app.foundation.i18n import N_

_MONTHS_OF_QUARTER = 3
_VERSION = re.compile(r"([1-9]\d{0,5})(?:\.(\d{1,6}))?", re.ASCII)
_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")


def this_year(today: date) -> Period:
    """Return the calendar year that a day lies in."""
    return Period(date(today.year, 1, 1), date(today.year, 12, 31))


def last_quarter(today: date) -> Period:
    """Return the calendar quarter before the one that a day lies in."""
    begin = date(today.year, today.month - (today.month - 1) % _MONTHS_OF_QUARTER, 1)
    last = begin - timedelta(days=1)
    return Period(date(last.year, last.month - _MONTHS_OF_QUARTER + 1, 1), last)


def last_month(today: date) -> Period:
    """Return the calendar month before the one that a day lies in."""
    last = today.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last)


def read_day(field: str, text: str) -> date | None:
    """Return a day from ISO 8601 text, None from an empty one; raises Invalid."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(field, N_("Give the day as year-month-day, such as 2026-03-31.")) from None


def read_period(first: str, last: str) -> Period:
    """Return the period between two days of ISO 8601 text; raises Invalid."""
    period = Period(read_day("from", first), read_day("to", last))
    if period.first and period.last and period.first > period.last:
        raise Invalid("to", N_("The period ends before it begins."))
    return period


def read_track(text: str) -> str | None:
    """Return the word of a track, None from an empty text; raises Invalid."""
    if text and text not in set(Track):
        raise Invalid("track", N_("There is no such track."))
    return text or None


def read_result(text: str) -> str | None:
    """Return the word of a result, None from an empty text; raises Invalid."""
    if text and text not in set(Result):
        raise Invalid("result", N_("There is no such result."))
    return text or None


def read_award_state(text: str) -> str | None:
    """Return the state that certificates are wanted in, valid from an empty text, None from ``all``; raises Invalid."""
    if text == "all":
        return None
    if text and text not in set(CertificateState):
        raise Invalid("state", N_("There is no such state."))
    return text or CertificateState.VALID.value


def read_handout(text: str) -> Handout:
    """Return as what certificates are wanted; raises Invalid."""
    if text not in set(Handout):
        raise Invalid("handout", N_("Choose a ZIP, a file to print or a list."))
    return Handout(text)


def read_version(text: str) -> tuple[int | None, int | None]:
    """Return edition and correction from ``2.1``, the edition from ``2``, neither from ``all``; raises Invalid."""
    if text == "all":
        return None, None
    found = _VERSION.fullmatch(text)
    if found is None:
        raise Invalid("version", N_("There is no such version."))
    return int(found[1]), int(found[2]) if found[2] else None


def read_which(text: str) -> Which:
    """Return which attempts are counted, the first from an empty text; raises Invalid."""
    if text and text not in set(Which):
        raise Invalid("attempts", N_("Choose the first, best, last or all attempts."))
    return Which(text or Which.FIRST)


def choose_versions(text: str, sat: Sequence[tuple[int, int, int]]) -> tuple[int | None, int | None]:
    """Return edition and correction that a text asks for, from an empty one the newest edition that anybody sat.

    ``sat`` are edition, correction and attempts, the newest first. Raises Invalid for a version that nobody sat.
    """
    if not text:
        return (sat[0][0] if sat else None), None
    edition, correction = read_version(text)
    known = any(edition == number and correction in {None, its} for number, its, _ in sat)
    if edition is not None and not known:
        raise Invalid("version", N_("There is no such version."))
    return edition, correction


def name_sample(table: str, sample: Sample, made_at: datetime) -> str:
    """Return the name of a table of an item analysis without its ending: course, versions, period and moment."""
    return (
        f"analysis-{table}_{sample.course}_{sample.version}_{_named(sample.period)}_{made_at:%Y%m%dT%H%M%SZ}"
    )


def state_of_question(is_practice: bool, is_retired: bool) -> QuestionState:
    """Return the state of a question by what its author wrote."""
    if is_retired:
        return QuestionState.RETIRED
    return QuestionState.PRACTICE if is_practice else QuestionState.IN_USE


def name_file(report: str, selection: Selection, made_at: datetime) -> str:
    """Return a file's name without its ending: report, code of the unit, period and moment in UTC."""
    unit = _UNSAFE.sub("-", selection.unit_code or "all")
    return f"{report}_{unit}_{_named(selection.period)}_{made_at:%Y%m%dT%H%M%SZ}"


def _named(period: Period) -> str:
    first, last = period.first, period.last
    return f"{first or 'beginning'}_{last or 'today'}" if first or last else "all-time"
