"""The certificates of a unit as their page shows them: what fits, and what of it can be handed over."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates.rules import State
from app.domain.reports.queries import awards, places
from app.domain.reports.values import Award, AwardFilter, Selection
from app.foundation.errors import Invalid
from app.web import paging
from app.web.coordinator.asking import Asked
from app.web.coordinator.pages import FilteredPage, courses_of
from app.web.errors import words_of
from app.workflows import reporting


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardsPage(FilteredPage):
    """Which certificates fit, page by page, and how many of them have a signed document."""

    rows: Sequence[Award]
    count: int
    signed: int

    @property
    def is_of_valid(self) -> bool:
        """Whether they may be printed and given out."""
        return self.asked["state"] == State.VALID

    def sent(self, handout: str) -> dict[str, str]:
        """Return the fields of the form that asks for what is shown as a file."""
        return {**{name: value or "" for name, value in self.asked.items()}, "handout": handout}


def show_awards(actor: Actor, asked: Asked, narrowed: AwardFilter) -> AwardsPage:
    """Return one page of the certificates that fit."""
    scope, today = scope_of(actor, Permission.CERTIFICATE_READ), reporting.today_of(actor)
    count, signed = awards.count_awards(scope, narrowed, today)
    page = paging.read_page(asked)
    selection = narrowed.selection
    return AwardsPage(
        endpoint="coordinator.certificates",
        place=places.get_place(scope, selection.unit_code),
        asked=narrowed.parameters(),
        courses=courses_of(scope, selection.unit_path, selection.course),
        rows=awards.list_awards(scope, narrowed, today, page, paging.SIZE),
        count=count,
        signed=signed,
        page=page,
        pages=paging.count_pages(page, count),
        today=today,
    )


def refuse_awards(actor: Actor, asked: Asked, error: Invalid) -> AwardsPage:
    """Return the page without rows, with what is wrong at its field."""
    scope = scope_of(actor, Permission.CERTIFICATE_READ)
    place = places.get_place(scope, asked.get("unit") or None)
    given = {name: asked.get(name) for name in AwardFilter(Selection()).parameters()}
    return AwardsPage(
        endpoint="coordinator.certificates",
        place=place,
        asked={**given, "unit": place.code},
        courses=courses_of(scope, place.path, given["course"]),
        rows=(),
        count=0,
        signed=0,
        page=1,
        pages=1,
        today=reporting.today_of(actor),
        error=(error.field, words_of(error)),
    )
