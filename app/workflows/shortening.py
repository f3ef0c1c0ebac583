"""Older certificates end: what would follow from it, the decision of a methodologist, and carrying it out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.models import Course
from app.domain.certificates import service as certificates
from app.domain.certificates.models import Certificate
from app.domain.people import queries as people
from app.domain.renewals import queries as renewals
from app.domain.renewals import rules
from app.domain.renewals import service as renewal
from app.domain.renewals.models import LONGEST_REASON, Shortening
from app.domain.renewals.values import EndCount, MonthCount
from app.domain.territory.models import Unit
from app.formats import csv_table
from app.foundation import audit, clock
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid
from app.foundation.i18n import N_
from app.foundation.text import required
from app.workflows import notifying, renewing

P = Permission
AT_ONCE = 100
"""How many certificates are shortened in one transaction."""
SETTLING = timedelta(minutes=10)
"""For how long after a decision certificates are looked for that were being issued at that moment."""
FURTHEST = timedelta(days=3660)
COLUMNS = ("month", "unit_code", "unit_name", "ending_as_they_are", "ending_by_decision")


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """The certificates of a unit: how many are valid today, and how many would end earlier."""

    unit: Unit | None
    valid: int
    affected: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would follow, were the certificates of older editions to end on a day at the latest.

    ``unit`` None stands for all units outside the reader's, which are not named.
    """

    course: Course
    ends_on: date
    lines: Sequence[tuple[MonthCount, Unit | None]]
    places: Sequence[PlaceCount]

    @property
    def valid(self) -> int:
        """How many certificates of older editions are valid today."""
        return sum(place.valid for place in self.places)

    @property
    def affected(self) -> int:
        """How many would end earlier."""
        return sum(place.affected for place in self.places)

    @property
    def months(self) -> Sequence[MonthCount]:
        """How many end in each month, wherever."""
        before: Counter[date] = Counter()
        after: Counter[date] = Counter()
        for line, _unit in self.lines:
            before[line.month] += line.as_they_are
            after[line.month] += line.by_decision
        return [MonthCount(None, month, before[month], after[month]) for month in sorted(before | after)]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A forecast as a CSV file."""

    name: str
    content: bytes


def forecast(actor: Actor, slug: str, ends_on: date) -> Forecast:
    """Tell how many certificates would end when, by month and unit; raises Invalid where the day cannot be decided."""
    course = catalogue.get_course(slug)
    require(actor, P.CERTIFICATE_SHORTEN, course)
    today = _check_day(course, ends_on)
    scope = scope_of(actor, P.CERTIFICATE_SHORTEN)
    counts = renewals.list_ends(scope, course, today)
    wanted = {each.unit_id for each in counts if each.unit_id is not None}
    units = {unit.id: unit for unit in renewals.list_units(scope, sorted(wanted))}
    foreseen = rules.foresee(counts, ends_on, today)
    lines = [(each, units.get(each.unit_id or 0)) for each in foreseen]
    return Forecast(course, ends_on, lines, _by_place(counts, ends_on, list(units.values())))


def _by_place(counts: Sequence[EndCount], ends_on: date, units: Sequence[Unit]) -> Sequence[PlaceCount]:
    """Return the sums of each unit in the order of the tree, those of all other places last."""
    valid: Counter[int | None] = Counter()
    affected: Counter[int | None] = Counter()
    for each in counts:
        valid[each.unit_id] += each.count
        affected[each.unit_id] += each.count if rules.is_affected(each, ends_on) else 0
    places = [PlaceCount(unit, valid[unit.id], affected[unit.id]) for unit in units]
    return [*places, PlaceCount(None, valid[None], affected[None])] if valid[None] else places


def _check_day(course: Course, ends_on: date) -> date:
    """Return which day it is where the course is kept, from which on certificates may be ended."""
    today = renewing.today_at(course.owner_unit)
    if not today <= ends_on <= today + FURTHEST:
        raise Invalid("ends_on", N_("Choose a day from today on, at most ten years ahead."))
    return today


def export(actor: Actor, slug: str, ends_on: date, dialect: str) -> Sheet:
    """Return a forecast as CSV, a row for each month and unit; it stands in the audit trail."""
    found = forecast(actor, slug, ends_on)
    if dialect not in csv_table.DIALECTS:
        raise Invalid("dialect", N_("There is no such dialect of CSV."))
    rows = [
        (
            f"{line.month:%Y-%m}",
            unit.code if unit is not None else None,
            unit.name if unit is not None else None,
            line.as_they_are,
            line.by_decision,
        )
        for line, unit in found.lines
    ]
    content = b"".join(csv_table.stream(COLUMNS, rows, csv_table.DIALECTS[dialect]))
    name = f"validity_{slug}_{ends_on}_{clock.now():%Y%m%dT%H%M%SZ}"
    with transaction():
        audit.record(actor.name, "validity.export", name, course=slug, dialect=dialect, rows=len(rows))
    return Sheet(f"{name}.csv", content)


def decide(actor: Actor, slug: str, edition: int, ends_on: date, reason: str) -> Shortening:
    """Let certificates of the editions before the present one end on a day; the worker carries it out.

    ``edition`` is the present one as it was seen; raises Conflict where another was published, or it is decided.
    """
    with transaction():
        course = catalogue.get_course_to_publish(slug)
        require(actor, P.CERTIFICATE_SHORTEN, course)
        why = required(reason, "reason", LONGEST_REASON, N_("Write the reason."))
        _check_day(course, ends_on)
        if edition != course.newest_edition:
            raise Conflict(N_("Another edition was published meanwhile. Look at the figures again."))
        if edition == 1:
            raise Conflict(N_("There is no older edition of this course."))
        if renewals.find_shortening(scope_of(actor, P.CERTIFICATE_SHORTEN), course) is not None:
            raise Conflict(N_("It is decided already until when certificates of older editions are valid."))
        made = renewal.decide_end(course, ends_on, actor.name, why)
        audit.record(
            actor.name, "validity.decide", slug, edition=edition, day=ends_on.isoformat(), reason=why
        )
    return made


def proceed(actor: Actor) -> int:
    """Carry out every decision that is open, some certificates at a time; return how many were shortened."""
    require(actor, P.CERTIFICATE_SHORTEN)
    done = 0
    for shortening_id in renewals.list_open_shortenings(scope_of(actor, P.CERTIFICATE_SHORTEN)):
        while count := _shorten_some(actor, shortening_id):
            done += count
    return done


def _shorten_some(actor: Actor, shortening_id: int) -> int:
    """Shorten the next certificates of a decision and tell their holders; without any left, it is carried out."""
    with transaction():
        scope = scope_of(actor, P.CERTIFICATE_SHORTEN)
        decision = renewals.get_shortening(scope, shortening_id)
        if decision.done_at is not None:
            return 0
        told = renewals.list_outliving(scope, decision, AT_ONCE)
        if told:
            _tell(decision, told)
            certificates.shorten(told, decision.ends_on, decision.decided_by, decision.reason)
            facts = {"day": decision.ends_on.isoformat(), "reason": decision.reason}
            audit.record_each(actor.name, "certificate.shorten", [(each.number, facts) for each in told])
        elif clock.now() >= decision.decided_at + SETTLING:
            renewal.close(decision)
    return len(told)


def _tell(decision: Shortening, told: Sequence[Certificate]) -> None:
    """Write to the holders of certificates that are about to be shortened; that deals with the step reached, too."""
    newest = catalogue.get_newest(decision.course.slug)[1]
    step = rules.step_reached(decision.ends_on, renewing.today_at(decision.course.owner_unit))
    for each in told:
        person = people.get_learner(each.person_id)
        if step is not None and not renewals.is_dealt_with(each, step):
            renewal.note_step(each, step)
        if person.deactivated_at is not None:
            continue
        notifying.post(
            person,
            "certificate_shortened",
            course=renewing.title_of(newest, person),
            number=each.number,
            before=each.valid_until.isoformat() if each.valid_until is not None else "",
            ends=decision.ends_on.isoformat(),
            reason=decision.reason,
            link="/certificates",
        )
