"""A learner sits down: she enters the code that her proctor gave her, and her test begins."""

from datetime import timedelta

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments import queries as attempts
from app.domain.assessments.models import Attempt
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.models import CourseVersion
from app.domain.catalogue.values import Assessment, PlaceOfTest
from app.domain.enrolment import queries as enrolments
from app.domain.examinations import queries, rules
from app.domain.examinations import service as exams
from app.domain.examinations.models import Seat
from app.domain.people import queries as people
from app.domain.people import service as persons
from app.foundation import audit, clock, ids
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid, TooMany
from app.foundation.i18n import N_
from app.workflows import sitting

MOST_TRIES = 10
WITHIN = timedelta(minutes=15)
"""So many codes may somebody try within this time; a new code from the proctor forgets them."""
_SOURCE = "exam"
"""What stands in the place of a network address: people in one room share theirs."""


def tries_of(person_id: int) -> str:
    """Return under what the tries of a person are counted: with failed sign-ins, and apart from them."""
    return ids.digest(f"exam code of {person_id}")


def is_supervised(version: CourseVersion) -> bool:
    """Tell whether the test of a course is sat under supervision."""
    test = catalogue.meta_of(version).assessment
    return test is not None and test.place is PlaceOfTest.PROCTORED


def is_held_back(version: CourseVersion, attempt: Attempt) -> bool:
    """Tell whether others may still be sitting the test at the date of an attempt, so that nothing right is told."""
    seat = queries.find_seat_of(attempt) if is_supervised(version) else None
    return seat is not None and not seat.date.is_over


def enter(actor: Actor, slug: str, code: str, language: str | None = None) -> Attempt:
    """Begin the test by a one-time code, within the window of its date; an open attempt goes on.

    A test that is not supervised asks for no code.

    A code of somebody else, an old and a wrong one are told apart by nothing: Invalid. Every try is noted before the
    code is looked at, so that guesses sent all at once are counted, too: TooMany.
    """
    scope = scope_of(actor, Permission.OWN_LEARNING)
    taken = enrolments.get_taken(scope, actor.person_id or 0, slug)
    if not is_supervised(taken.version):
        return sitting.start_attempt(actor, slug, language)
    running = attempts.find_open(scope, taken.enrolment.id)
    if running is not None:
        return running
    _count_try(actor, slug)
    with transaction():
        require(actor, Permission.OWN_LEARNING)
        seat = _find_seat(actor, slug, code)
        taken = enrolments.get_newest_taken_for_update(scope, actor.person_id or 0, slug)
        require(actor, Permission.OWN_LEARNING, taken.enrolment)
        meta = catalogue.meta_of(taken.version)
        percent = attempts.extra_percent(scope, taken.enrolment)
        end = rules.window_end(seat.date.opens_at, seat.date.closes_at, percent)
        _check_open(seat, end > clock.now())
        if not sitting.admission(actor, taken, meta).is_open:
            raise Conflict(N_("The test cannot be started now."))
        limit = sitting.time_limit_of(scope, taken.enrolment, meta.assessment or Assessment())
        attempt = sitting.begin(actor, scope, taken, language, limit, until=end)
        exams.take(seat, attempt, percent)
        persons.forget_failures(tries_of(seat.person_id))
        audit.record(actor.name, "exam.begin", seat.public_id)
    return attempt


def _count_try(actor: Actor, slug: str) -> None:
    with transaction():
        require(actor, Permission.OWN_LEARNING)
        tries, since = tries_of(actor.person_id or 0), clock.now() - WITHIN
        if people.count_failures(tries, _SOURCE, since)[0] >= MOST_TRIES:
            raise TooMany(
                N_("Too many wrong codes. Ask your proctor for a new one, or wait a quarter of an hour."),
                seconds=int(WITHIN.total_seconds()),
            )
        persons.note_failure(tries, _SOURCE, since)
        audit.record(actor.name, "exam.try", slug)


def _find_seat(actor: Actor, slug: str, code: str) -> Seat:
    scope = scope_of(actor, Permission.OWN_LEARNING)
    for seat in queries.list_own_seats_for_update(scope, actor.person_id or 0, slug):
        if seat.code_digest == exams.digest_of(seat, code):
            return seat
    raise Invalid(
        "code", N_("This code is not right, or it is used. Look at your slip, or ask your proctor.")
    )


def _check_open(seat: Seat, is_in_time: bool) -> None:
    if clock.now() < seat.date.opens_at:
        raise Invalid("code", N_("The test has not begun yet. Enter the code again when it has."))
    if not is_in_time:
        raise Invalid("code", N_("The time of this date is over."))
