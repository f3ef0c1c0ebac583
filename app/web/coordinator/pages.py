"""The reports as their pages show them: figures, rows, tiles and the links between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue.queries import get_course
from app.domain.reports.queries import completions, coverage, places, progress
from app.domain.reports.queries.places import Place
from app.domain.reports.rules import selections
from app.domain.reports.values import (
    CompletionRow,
    Figures,
    MunicipalityTile,
    Period,
    ProgressRow,
    Selection,
    Share,
    State,
    Totals,
)
from app.domain.territory.models import Unit
from app.domain.territory.values import Scope
from app.foundation.errors import Invalid
from app.web import paging
from app.web.coordinator import asking
from app.web.coordinator.asking import Asked
from app.web.errors import words_of
from app.web.labels import UNIT_LEVELS
from app.web.shown import text_of
from app.workflows import reporting

MISSING = 100
MOST_TILES = 150
"""Above so many municipalities only the units above them have tiles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every report needs: where it looks, and which parameters its links carry on."""

    endpoint: str
    place: Place
    asked: Mapping[str, str | None]
    courses: Sequence[tuple[str, str]]

    def link(self, endpoint: str | None = None, **changes: object) -> str:
        """Return an address of this report, or another's, with what is asked here but for the changes."""
        given: dict[str, Any] = {**self.asked, **changes}
        return url_for(endpoint or self.endpoint, **{name: value for name, value in given.items() if value})

    @property
    def tabs(self) -> list[dict[str, object]]:
        """The reports, each for the unit at hand."""
        names = (
            ("coordinator.progress", _("Progress")),
            ("coordinator.completions", _("Completions")),
            ("coordinator.coverage", _("Coverage")),
            ("coordinator.certificates", _("Certificates")),
        )
        unit = self.asked.get("unit")
        own = self.endpoint.replace("people", "progress")
        return [
            {"href": url_for(name, unit=unit), "label": label, "current": name == own}
            for name, label in names
        ]

    @property
    def trail(self) -> list[dict[str, object]]:
        """The units above, each a link to the same report; empty at the top."""
        if self.place.unit is None or (not self.place.above and len(self.place.roots) == 1):
            return []
        top = (
            [] if len(self.place.roots) == 1 else [{"href": self.link(unit=None), "label": _("All my units")}]
        )
        above = [{"href": self.link(unit=unit.code), "label": _named(unit)} for unit in self.place.above]
        return [*top, *above, {"label": _named(self.place.unit)}]

    @property
    def title(self) -> str:
        """The unit's name, or words for all that the reader holds."""
        return self.place.unit.name if self.place.unit else _("All my units")

    @property
    def level(self) -> str:
        """The level of the unit: a town, its district and its region may bear one name."""
        return _level(self.place.unit) if self.place.unit else ""


def _level(unit: Unit) -> str:
    return str(UNIT_LEVELS.get((unit.country, unit.level), ""))


def _named(unit: Unit) -> str:
    """Return a unit's name with its level, unless it is a country."""
    return f"{unit.name} – {_level(unit)}" if unit.parent_id else unit.name


def courses_of(scope: Scope, path: str | None, chosen: str | None) -> list[tuple[str, str]]:
    """Return the courses to choose from; one that nobody here takes stands there by its slug, if it is chosen."""
    taken = [(slug, text_of(titles)) for slug, titles in places.list_courses(scope, path)]
    is_missing = chosen is not None and chosen not in dict(taken)
    return [("", _("all")), *taken, *([(chosen, chosen)] if is_missing and chosen is not None else [])]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressPage(Frame):
    """How far the people of a unit are: its own figures, and those of the units below it."""

    total: Figures
    rows: Sequence[tuple[Unit, Figures]]
    own: Figures
    people: "PeoplePage | None"

    @property
    def states(self) -> list[State]:
        """The states in the order in which people go through them."""
        return list(State)

    @property
    def lines(self) -> list[tuple[Unit, Figures, bool]]:
        """The lines of the table: the units below, then who is employed at the unit itself."""
        own = [(self.place.unit, self.own, True)] if self.place.unit and self.own.enrolled else []
        return [*((unit, figures, False) for unit, figures in self.rows), *own]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage(Frame):
    """The people of a unit who are in a state."""

    state: State | None
    rows: Sequence[ProgressRow]
    count: int
    page: int
    pages: int


def show_progress(actor: Actor, asked: Asked) -> ProgressPage:
    """Return the progress report of a unit; where nothing lies below, its people stand on the same page."""
    scope = scope_of(actor, Permission.REPORT_READ)
    place, course = _read(scope, asked)
    total = progress.count_progress(scope, place.path, course)
    found = progress.list_progress(scope, place, course)
    today = reporting.today_of(actor)
    is_leaf = place.unit is not None and not place.below
    at_unit = place.unit is not None and not is_leaf
    return ProgressPage(
        endpoint="coordinator.progress",
        place=place,
        asked={"unit": place.code, "course": course},
        courses=courses_of(scope, place.path, course),
        total=total,
        rows=[
            (unit, found.get(unit.id, Figures()))
            for unit in place.below
            if unit.id in found or not unit.valid_to or unit.valid_to >= today
        ],
        own=progress.count_progress_at(scope, place.unit, course) if at_unit and place.unit else Figures(),
        people=show_people(actor, asked, total.enrolled) if is_leaf else None,
    )


def show_people(actor: Actor, asked: Asked, count: int | None = None) -> PeoplePage:
    """Return the people of a unit who are in a state, page by page."""
    scope = scope_of(actor, Permission.REPORT_READ)
    place, course = _read(scope, asked)
    state = asking.read_state(asked)
    if count is None:
        count = progress.count_progress(scope, place.path, course).of(state)
    page = paging.read_page(asked)
    pages = paging.count_pages(page, count)
    return PeoplePage(
        endpoint="coordinator.people",
        place=place,
        asked={"unit": place.code, "course": course, "state": state.value if state else None},
        courses=courses_of(scope, place.path, course),
        state=state,
        rows=progress.list_people(scope, place.path, course, state, page, paging.SIZE),
        count=count,
        page=page,
        pages=pages,
    )


def _read(scope: Scope, asked: Asked) -> tuple[Place, str | None]:
    course = asked.get("course") or None
    if course is not None:
        get_course(course)
    return places.get_place(scope, asked.get("unit") or None), course


@dataclass(frozen=True, slots=True, kw_only=True)
class FilteredPage(Frame):
    """One page of rows of a unit and a period, and what is wrong with the filter as it was given."""

    page: int
    pages: int
    today: date
    error: tuple[str, str] | None = None  # field and words

    @property
    def units(self) -> list[tuple[str, str]]:
        """The units to choose from: above, here and below."""
        place = self.place
        here = [] if place.unit is None else [place.unit]
        roots = [unit for unit in place.roots if unit not in [*place.above, *here, *place.below]]
        every = [("", _("All my units"))] if len(place.roots) > 1 else []
        return [*every, *((unit.code, _named(unit)) for unit in [*roots, *place.above, *here, *place.below])]

    @property
    def periods(self) -> list[dict[str, object]]:
        """This year, last quarter and last month, as links."""
        named = (
            (_("This year"), selections.this_year(self.today)),
            (_("Last quarter"), selections.last_quarter(self.today)),
            (_("Last month"), selections.last_month(self.today)),
            (_("All time"), Period()),
        )
        return [self._period(label, period) for label, period in named]

    def _period(self, label: str, period: Period) -> dict[str, object]:
        days = {
            "from": period.first.isoformat() if period.first else None,
            "to": period.last.isoformat() if period.last else None,
        }
        is_current = all((self.asked.get(name) or None) == day for name, day in days.items())
        return {"href": self.link(**days), "label": label, "current": is_current}


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionsPage(FilteredPage):
    """Who completed what: the sums, one page of the rows, and the filter as it was given."""

    totals: Totals
    rows: Sequence[CompletionRow]


def show_completions(actor: Actor, asked: Asked, selection: Selection) -> CompletionsPage:
    """Return one page of the completion report."""
    scope, today = scope_of(actor, Permission.REPORT_READ), reporting.today_of(actor)
    totals = completions.count_completions(scope, selection)
    page = paging.read_page(asked)
    pages = paging.count_pages(page, totals.rows)
    return CompletionsPage(
        endpoint="coordinator.completions",
        place=places.get_place(scope, selection.unit_code),
        asked=selection.parameters(),
        courses=courses_of(scope, selection.unit_path, selection.course),
        totals=totals,
        rows=completions.list_completions(scope, selection, today, page, paging.SIZE),
        page=page,
        pages=pages,
        today=today,
    )


def refuse_completions(actor: Actor, asked: Asked, error: Invalid) -> CompletionsPage:
    """Return the page without rows, with what is wrong with the filter at its field."""
    scope = scope_of(actor, Permission.REPORT_READ)
    place = places.get_place(scope, asked.get("unit") or None)
    given = {name: asked.get(name) for name in Selection().parameters()}
    return CompletionsPage(
        endpoint="coordinator.completions",
        place=place,
        asked={**given, "unit": place.code},
        courses=courses_of(scope, place.path, given["course"]),
        totals=Totals(),
        rows=(),
        page=1,
        pages=1,
        today=reporting.today_of(actor),
        error=(error.field, words_of(error)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveragePage(Frame):
    """Which municipalities of a unit have a completion: the share, tiles, and those that have none."""

    share: Share
    below: Sequence[tuple[Unit, Share]]
    groups: Sequence[tuple[str, Sequence[MunicipalityTile]]]
    missing: Sequence[MunicipalityTile]
    page: int
    pages: int


def show_coverage(actor: Actor, asked: Asked) -> CoveragePage:
    """Return the coverage of a unit."""
    scope, today = scope_of(actor, Permission.REPORT_READ), reporting.today_of(actor)
    place, course = _read(scope, asked)
    track = selections.read_track(asked.get("track", ""))
    shares = coverage.list_coverage(scope, place, today, course, track)
    share = Share(sum(each.covered for each in shares.values()), sum(each.total for each in shares.values()))
    if not place.below:
        share = coverage.count_coverage(scope, place.path, today, course, track)
    page = paging.read_page(asked)
    pages = paging.count_pages(page, share.missing, MISSING)
    few: Sequence[MunicipalityTile] = ()
    if share.total <= MOST_TILES:
        few = coverage.list_municipalities(scope, place.path, today, course, track)
    return CoveragePage(
        endpoint="coordinator.coverage",
        place=place,
        asked={"unit": place.code, "course": course, "track": track},
        courses=courses_of(scope, place.path, course),
        share=share,
        below=[
            (unit, shares[unit.id])
            for unit in place.below
            if unit.id in shares and unit.level != "municipality"
        ],
        groups=_grouped(place, few),
        missing=coverage.list_missing(scope, place.path, today, course, track, page, MISSING),
        page=page,
        pages=pages,
    )


def _grouped(place: Place, tiles: Sequence[MunicipalityTile]) -> list[tuple[str, list[MunicipalityTile]]]:
    """Put municipalities under the units directly below the place; those that are such units stand first."""
    uppers = [unit for unit in place.below if unit.level != "municipality"]
    groups: dict[str, list[MunicipalityTile]] = {"": [], **{unit.path: [] for unit in uppers}}
    for tile in tiles:
        upper = next((unit.path for unit in uppers if tile.path.startswith(unit.path)), "")
        groups[upper].append(tile)
    names = {unit.path: unit.name for unit in uppers}
    return [(names.get(path, ""), members) for path, members in groups.items() if members]
