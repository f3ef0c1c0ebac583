"""Justice in tests: more time, one more attempt, annulment; each with a reason, and nothing of before is lost."""

from datetime import timedelta
from math import ceil
from uuid import UUID

from app.domain.access.policy import allows, require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments import queries as attempts
from app.domain.assessments import rules as test_rules
from app.domain.assessments import service as assessments
from app.domain.assessments.models import Attempt
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.values import Assessment
from app.domain.enrolment import queries as enrolments
from app.domain.enrolment import service as enrolment
from app.domain.enrolment.models import Enrolment
from app.domain.enrolment.queries import Taken
from app.domain.examinations import queries as exams
from app.domain.examinations import rules as exam_rules
from app.domain.people import queries as people
from app.foundation import audit
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid
from app.foundation.i18n import N_
from app.foundation.queue import enqueue
from app.foundation.text import required
from app.workflows import completing

P = Permission
MOST_PERCENT = 200
MOST_MINUTES = 24 * 60
REASON_LIMIT = 300


def grant_attempt(actor: Actor, enrolment_id: UUID, reason: str) -> None:
    """Let a learner who has no attempt left try once more; the course's trainer or the learner's manager may."""
    with transaction():
        teaching = scope_of(actor, Permission.COURSE_WRITE)
        taken = enrolments.get_taken_to_grant(
            scope_of(actor, Permission.ATTEMPT_GRANT), teaching, enrolment_id
        )
        if not allows(actor, Permission.ATTEMPT_GRANT, taken.enrolment):
            require(actor, Permission.COURSE_WRITE, taken.course)
        if not reason.strip():
            raise Invalid("reason", N_("Say why one more attempt is granted."))
        learner = taken.enrolment
        if learner.outcome in {"passed", "attended"}:
            raise Conflict(N_("This learner has already completed the course."))
        assessments.grant_extra(learner, actor.name, reason.strip())
        if learner.outcome == "failed":
            enrolment.reopen(learner)
        enqueue("notify.extra-attempt", enrolment=str(learner.public_id))
        audit.record(actor.name, "attempt.grant", learner.public_id, reason=reason.strip())


def _reason(text: str) -> str:
    return required(text, "reason", REASON_LIMIT, N_("Write the reason."))


def _get(actor: Actor, attempt_id: UUID) -> tuple[Attempt, Taken]:
    """Return an attempt that the actor may adjust, as the learner's manager or trainer or the course's trainer."""
    teaching, scope = scope_of(actor, P.COURSE_WRITE), scope_of(actor, P.ATTEMPT_ADJUST)
    found = attempts.get_to_adjust(scope, teaching, attempt_id, is_locked=True)
    if not allows(actor, P.ATTEMPT_ADJUST, found.attempt):
        require(actor, P.COURSE_WRITE, found.course)
    return found.attempt, enrolments.get_taken_to_grant(scope, teaching, found.enrolment.public_id)


def grant_time(actor: Actor, attempt_id: UUID, minutes: int, reason: str) -> None:
    """Give more time in an attempt: an open one runs longer, a finished one that was not passed is open again."""
    with transaction():
        attempt, taken = _get(actor, attempt_id)
        if not 1 <= minutes <= MOST_MINUTES:
            raise Invalid("minutes", N_("Give from 1 to %(max)d minutes."), max=MOST_MINUTES)
        why, learner = _reason(reason), taken.enrolment
        _check_may_run_on(attempt, learner)
        assessments.add_time(attempt, minutes, actor.name, why)
        if learner.outcome == "failed":
            enrolment.reopen(learner)
        enqueue("notify.extra-time", attempt=str(attempt.public_id), minutes=minutes)
        audit.record(actor.name, "attempt.extend", attempt.public_id, minutes=minutes, reason=why)


def _check_may_run_on(attempt: Attempt, learner: Enrolment) -> None:
    if attempt.annulled_at is not None:
        raise Conflict(N_("This attempt is annulled."))
    if attempt.deadline_at is None:
        raise Conflict(N_("This test has no time limit."))
    if attempt.finished_at is None:
        return
    if attempt.mark is None:
        raise Conflict(
            N_("The practical work of this attempt is being marked: return it for rework instead.")
        )
    seat = exams.find_seat_of(attempt)
    if seat is not None and seat.date.is_over:
        raise Conflict(N_("The exam date of this attempt is closed: grant one more attempt instead."))
    others = [each for each in attempts.list_of(learner) if each.id != attempt.id]
    if any(each.finished_at is None for each in others):
        raise Conflict(N_("The learner has begun another attempt meanwhile: give the time there."))
    if learner.outcome in {"passed", "attended"}:
        raise Conflict(N_("This learner has already completed the course."))


def annul(actor: Actor, attempt_id: UUID, reason: str, *, gives_back: bool) -> None:
    """Let an attempt count no more; a completion that rested on it is taken back, and its certificate revoked.

    ``gives_back`` grants one more attempt in its place.
    """
    with transaction():
        attempt, taken = _get(actor, attempt_id)
        require(actor, P.COURSE_WRITE, taken.course)
        why, learner = _reason(reason), taken.enrolment
        if attempt.annulled_at is not None:
            raise Conflict(N_("This attempt is annulled."))
        before = completing.Before(attempt.mark, attempt.is_passed)
        assessments.annul(attempt, actor.name, why)
        if gives_back:
            assessments.grant_extra(learner, actor.name, why)
        case = completing.Case(taken, attempts.list_of(learner), {attempt.id: before})
        completing.reckon(actor, [case], why)
        enqueue("notify.annulled", attempt=str(attempt.public_id))
        audit.record(actor.name, "attempt.annul", attempt.public_id, reason=why, gives_back=gives_back)


def accommodate(actor: Actor, person_id: UUID, extra_percent: int, reason: str) -> None:
    """Give a person more time in every test from now on, also in those that are open; 0 ends it."""
    with transaction():
        person = people.get_person(scope_of(actor, P.ATTEMPT_ADJUST), person_id)
        require(actor, P.ATTEMPT_ADJUST, person)
        if not 0 <= extra_percent <= MOST_PERCENT:
            raise Invalid("percent", N_("Give from 0 to %(max)d percent."), max=MOST_PERCENT)
        why = _reason(reason)
        before = next(iter(attempts.list_accommodations(scope_of(actor, P.ATTEMPT_ADJUST), person)), None)
        had = before.extra_percent if before and before.ended_at is None else 0
        assessments.accommodate(person, extra_percent, actor.name, why)
        for attempt in attempts.list_open_of(person):
            minutes = _minutes_more(attempt, had, extra_percent)
            if minutes > 0:
                assessments.add_time(attempt, minutes, actor.name, why)
        audit.record(actor.name, "person.accommodate", person.public_id, percent=extra_percent, reason=why)


def _minutes_more(attempt: Attempt, had: int, percent: int) -> int:
    """Return how many whole minutes an open attempt runs longer by more percent than its learner had.

    One that is sat at a place runs as far as its time limit and its window do, both of which are longer.
    """
    test = catalogue.meta_of(catalogue.get_version(attempt.version_id)).assessment or Assessment()
    limit, seat = test_rules.period(test.time_limit), exams.find_seat_of(attempt)
    if percent <= had or attempt.deadline_at is None:
        return 0
    if seat is not None:
        window = (attempt.started_at, seat.date.opens_at, seat.date.closes_at, limit)
        more = exam_rules.deadline_at(*window, percent) - exam_rules.deadline_at(*window, had)
    elif limit is not None:
        more = test_rules.lengthened(limit, percent - had) - limit
    else:
        return 0
    return ceil(more / timedelta(minutes=1))
