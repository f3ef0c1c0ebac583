"""Certificates handed over many at once: what is asked for is promised; ``bundling`` makes it."""

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates.rules import State
from app.domain.reports import service as reports
from app.domain.reports.models import ReportFile
from app.domain.reports.queries import awards, files
from app.domain.reports.rules import selections
from app.domain.reports.values import AwardFilter, Handout
from app.foundation import audit, clock
from app.foundation.db import transaction
from app.foundation.errors import Invalid, Refused
from app.foundation.i18n import N_
from app.foundation.queue import enqueue
from app.workflows import reporting

P = Permission
MOST = {Handout.FILES: 20_000, Handout.PRINT: 1_000, Handout.LIST: 1_000}
"""How many certificates one file may hold; what is printed is made in memory."""
_NAMES = {
    Handout.FILES: ("certificates", "zip"),
    Handout.PRINT: ("certificates-to-print", "pdf"),
    Handout.LIST: ("handing-over-list", "pdf"),
}


def ask(actor: Actor, asked: AwardFilter, handout: Handout) -> ReportFile:
    """Promise the certificates that fit as a file; a second click gets the promise of the first.

    Raises Invalid where none fit, or more than a file may hold.
    """
    if actor.person_id is None:
        raise Refused
    with transaction():
        require(actor, P.CERTIFICATE_READ)
        require(actor, P.REPORT_READ)
        scope = scope_of(actor, P.CERTIFICATE_READ)
        count, _ = awards.count_awards(scope, asked, reporting.today_of(actor))
        _check(asked, count, handout)
        wanted = {**asked.parameters(), "handout": handout.value}
        waiting = files.find_waiting(scope_of(actor, P.OWN_LEARNING), wanted)
        if waiting is not None:
            return waiting
        path, (name, ending) = asked.selection.unit_path, _NAMES[handout]
        name = f"{selections.name_file(name, asked.selection, clock.now())}.{ending}"
        promised = reports.ask(
            actor.person_id, name, wanted, scope.paths if path is None else (path,), row_total=count
        )
        audit.record(actor.name, "certificates.hand-over", name, **wanted, rows=count)
        enqueue("certificates.hand-over", report_id=promised.id)
    return promised


def _check(asked: AwardFilter, count: int, handout: Handout) -> None:
    if handout is not Handout.FILES and asked.state != State.VALID:
        raise Invalid("state", N_("Only valid certificates are handed over. Choose this state."))
    if not count:
        raise Invalid("unit", N_("No certificate fits. Choose a longer period, another course or unit."))
    if count > MOST[handout]:
        raise Invalid(
            "unit",
            N_(
                "One file holds at most %(most)s certificates, and %(count)s fit. Choose a smaller unit or period."
            ),
            most=MOST[handout],
            count=count,
        )
