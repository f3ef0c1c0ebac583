"""The audit trail, for reading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for

from app.domain.access.gate import requires
from app.domain.access.policy import holds, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.people import queries as people
from app.domain.people.values import TrailFilter
from app.domain.reports.rules.selections import read_period
from app.domain.territory.values import Scope
from app.foundation.audit import AuditEntry
from app.foundation.errors import Invalid
from app.web import paging
from app.web.admin.forms import ACTIONS, DETAILS
from app.web.admin.section import Answer, blueprint
from app.web.errors import words_of
from app.web.session import actor

P = Permission
_ASKED = ("actor", "action", "subject", "from", "to")
_LONGEST = 200
_FIRST, _LAST = date(1970, 1, 1), date(9000, 1, 1)


@dataclass(frozen=True, slots=True)
class TrailPage:
    """One page of the trail, the names of the people in it, and how it was narrowed."""

    rows: Sequence[AuditEntry]
    names: Mapping[str, str]
    actions: Sequence[tuple[str, object]]
    count: int
    page: int
    pages: int
    unsealed: int
    asked: Mapping[str, str]
    may_open: bool
    error: tuple[str, str] | None = None  # field and words

    def link(self, **changes: object) -> str:
        """Return an address of this list, but for the changes."""
        given: dict[str, Any] = {**self.asked, **changes}
        return url_for("admin.audit", **{name: value for name, value in given.items() if value})


def show_trail(actor: Actor, asked: Mapping[str, str]) -> TrailPage:
    """Return one page of the trail within the actor's scope."""
    scope, page = scope_of(actor, P.AUDIT_READ), paging.read_page(asked)
    given = {name: asked.get(name, "").strip()[:_LONGEST] for name in _ASKED}
    try:
        rows, count = people.list_audit_entries(scope, _filter(actor, given), page, paging.SIZE)
        error = None
    except Invalid as refusal:
        rows, count, error = (), 0, (refusal.field, words_of(refusal))
    return TrailPage(
        rows=rows,
        names=people.list_names(scope, {text for entry in rows for text in (entry.actor, entry.subject)}),
        actions=_list_actions(scope),
        count=count,
        page=page,
        pages=paging.count_pages(page, count),
        unsealed=people.count_unsealed_entries(scope),
        asked=given,
        may_open=holds(actor, P.PERSON_READ),
        error=error,
    )


def _filter(actor: Actor, given: Mapping[str, str]) -> TrailFilter:
    begin, end = read_moments(actor, given)
    return TrailFilter(
        actor=given["actor"], action=given["action"], subject=given["subject"], begin=begin, end=end
    )


def read_moments(actor: Actor, given: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    """Return when the days that an address names begin and end in the zone of the reader; raises Invalid."""
    period, zone = read_period(given["from"], given["to"]), ZoneInfo(actor.zone)
    begin = _midnight(period.first, zone) if period.first else None
    return begin, _midnight(min(period.last, _LAST) + timedelta(days=1), zone) if period.last else None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins; the trail lies within the years that every zone can count."""
    return datetime.combine(min(max(day, _FIRST), _LAST), time.min, zone)


def _list_actions(scope: Scope) -> list[tuple[str, object]]:
    return [(code, ACTIONS.get(code, code)) for code in people.list_audited_actions(scope)]


@blueprint.get("/admin/audit")
@requires(P.AUDIT_READ)
def audit() -> Answer:
    """Show who did what to whom, the newest first."""
    view = show_trail(actor(), request.args)
    words = {"action_names": ACTIONS, "details": DETAILS}
    return render_template("admin/audit.html", view=view, **words), 422 if view.error else 200
