"""Periods, days and file names of reports, and the words that addresses may hold."""

from datetime import UTC, date, datetime

import pytest

from app.domain.reports.rules import selections
from app.domain.reports.values import Figures, Period, Selection, Share, State
from app.foundation.errors import Invalid


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2026, 1, 1), date(2025, 10, 1), date(2025, 12, 31)),
        (date(2026, 3, 31), date(2025, 10, 1), date(2025, 12, 31)),
        (date(2026, 4, 1), date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 8, 31), date(2026, 4, 1), date(2026, 6, 30)),
        (date(2028, 12, 31), date(2028, 7, 1), date(2028, 9, 30)),
    ],
)
def test_the_last_quarter_is_the_calendar_quarter_before(today, first, last):
    assert selections.last_quarter(today) == Period(first, last)


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2026, 1, 15), date(2025, 12, 1), date(2025, 12, 31)),
        (date(2028, 3, 31), date(2028, 2, 1), date(2028, 2, 29)),
        (date(2026, 12, 1), date(2026, 11, 1), date(2026, 11, 30)),
    ],
)
def test_the_last_month_is_the_calendar_month_before(today, first, last):
    assert selections.last_month(today) == Period(first, last)


def test_this_year_is_the_whole_calendar_year():
    assert selections.this_year(date(2026, 8, 15)) == Period(date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-02-30", "31.12.2026", "2026-13-01", "0", "２０２６-01-01x"]
)
def test_what_is_no_day_is_refused_at_its_field(text):
    with pytest.raises(Invalid) as refused:
        selections.read_period(text, "")
    assert refused.value.field == "from"


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(Invalid) as refused:
        selections.read_period("2026-02-01", "2026-01-31")
    assert refused.value.field == "to"


def test_an_open_period_is_open():
    assert selections.read_period("", "") == Period()
    assert selections.read_period("2026-01-01", "") == Period(date(2026, 1, 1))


@pytest.mark.parametrize("read", [selections.read_track, selections.read_result])
def test_an_unknown_word_is_refused_and_no_word_is_none(read):
    assert read("") is None
    with pytest.raises(Invalid):
        read("unheard-of")


@pytest.mark.parametrize(
    ("selection", "name"),
    [
        (Selection(), "completions_all_all-time_20260815T101112Z"),
        (
            Selection("CZ-K3107", period=Period(date(2026, 1, 1), date(2026, 3, 31))),
            "completions_CZ-K3107_2026-01-01_2026-03-31_20260815T101112Z",
        ),
        (
            Selection("../š", period=Period(last=date(2026, 1, 1))),
            "completions_-_beginning_2026-01-01_20260815T101112Z",
        ),
    ],
)
def test_a_files_name_says_report_unit_period_and_time(selection, name):
    assert (
        selections.name_file("completions", selection, datetime(2026, 8, 15, 10, 11, 12, tzinfo=UTC)) == name
    )


def test_a_share_is_whole_only_when_all_are_covered():
    assert Share(44, 45).percent == 97
    assert Share(999, 1000).percent == 99
    assert Share(45, 45).percent == 100
    assert Share().percent == 0


def test_figures_are_told_by_state():
    figures = Figures(1, 2, 3, 4, 5)
    assert figures.of(None) == figures.enrolled == 15
    assert [figures.of(state) for state in State] == [1, 2, 3, 4, 5]
