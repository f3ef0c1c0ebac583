"""Older certificates end: what would follow from it, the decision of a methodologist, and carrying it out."""

from collections.abc import Sequence
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
from app.foundation import audit, clock
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid
from app.foundation.i18n import N_
from app.foundation.text import required
from app.workflows import foreseeing, notifying, renewing
from app.workflows.foreseeing import Forecast, Sheet

P = Permission
AT_ONCE = 100
"""How many certificates are shortened in one transaction."""
SETTLING = timedelta(minutes=10)
"""For how long after a decision certificates are looked for that were being issued at that moment."""
FURTHEST = timedelta(days=3660)


def forecast(actor: Actor, slug: str, ends_on: date) -> Forecast:
    """Tell how many certificates would end when, by month and unit; raises Invalid where the day cannot be decided."""
    course = catalogue.get_course(slug)
    require(actor, P.CERTIFICATE_SHORTEN, course)
    today = _check_day(course, ends_on)
    counts = renewals.list_ends(scope_of(actor, P.CERTIFICATE_SHORTEN), course, today)
    return foreseeing.foresee(
        actor, P.CERTIFICATE_SHORTEN, course, rules.under_decision(counts, ends_on), today
    )


def _check_day(course: Course, ends_on: date) -> date:
    """Return which day it is where the course is kept, from which on certificates may be ended."""
    today = renewing.today_at(course.owner_unit)
    if not today <= ends_on <= today + FURTHEST:
        raise Invalid("ends_on", N_("Choose a day from today on, at most ten years ahead."))
    return today


def export(actor: Actor, slug: str, ends_on: date, dialect: str) -> Sheet:
    """Return a forecast as CSV, a row for each month and unit."""
    found = forecast(actor, slug, ends_on)
    return foreseeing.export(actor, found, f"validity_{slug}_{ends_on}", dialect, "ending_by_decision")


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
