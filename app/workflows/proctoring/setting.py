"""A date is set, people are named for it, it is cancelled; each of them is told by mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.access.policy import require, scope_of, scope_of_own
from app.domain.access.values import Actor, Permission, Place
from app.domain.catalogue import queries as catalogue
from app.domain.enrolment import queries as enrolments
from app.domain.examinations import queries, rules
from app.domain.examinations import service as exams
from app.domain.examinations.models import ExamDate
from app.domain.people import queries as people
from app.domain.people.models import Person
from app.domain.people.rules import check_line, plain_email
from app.domain.territory import queries as territory
from app.foundation import audit, clock
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid
from app.foundation.i18n import N_
from app.foundation.queue import enqueue
from app.foundation.text import required
from app.workflows.proctoring import paper
from app.workflows.proctoring.reaching import change_date, check_sees_all, list_seats, open_date, reach
from app.workflows.proctoring.seating import is_supervised

P = Permission


@dataclass(frozen=True, slots=True)
class Wanted:
    """A date as somebody wants it: the course's slug, the unit's code, the window as moments, a proctor's e-mail."""

    course: str
    unit: str
    place: str
    opens_at: datetime
    closes_at: datetime
    proctor: str


def set_date(actor: Actor, wanted: Wanted) -> ExamDate:
    """Set a date at a unit within the actor's reach; its proctor is one of her people. Raises Invalid."""
    with transaction():
        scope = scope_of(actor, P.EXAM_SET)
        unit = territory.get_unit_within(scope, wanted.unit)
        require(actor, P.EXAM_SET, Place(unit.path))
        course, version = catalogue.get_newest(wanted.course)
        if not is_supervised(version):
            raise Invalid("course", N_("The test of this course is not sat under supervision."))
        place = check_line(wanted.place, "place", rules.LONGEST_PLACE)
        if not place:
            raise Invalid("place", N_("Say where: the building and the room."))
        rules.check_window(wanted.opens_at, wanted.closes_at, clock.now())
        proctor = _find_proctor(actor, wanted.proctor)
        zone = territory.zone_of(unit)
        date = exams.set_date(
            course, unit, place, zone, wanted.opens_at, wanted.closes_at, proctor, actor.name
        )
        enqueue("notify.exam-proctor", date=str(date.public_id))
        audit.record(
            actor.name, "exam.set", date.public_id, course=wanted.course, proctor=str(proctor.public_id)
        )
    return date


def _find_proctor(actor: Actor, email: str) -> Person:
    """Return one of the actor's people by e-mail; whoever works elsewhere is told apart from nobody."""
    found = people.find_person_by_email(plain_email(email))
    if (
        found is None
        or found.deactivated_at is not None
        or not scope_of(actor, P.EXAM_SET).covers(found.unit_path)
    ):
        raise Invalid("proctor", N_("None of your people has this e-mail."))
    return found


def name_people(actor: Actor, date_id: UUID, person_ids: Sequence[UUID]) -> int:
    """Name people of the actor's own units who will sit there; return how many are new. Raises Invalid."""
    with transaction():
        date = change_date(actor, date_id, P.EXAM_SET)
        if date.closes_at <= clock.now():
            raise Conflict(N_("The time of this date is over."))
        room = rules.MOST_SEATS - queries.count_seats(*reach(actor), date)
        named = 0
        for person_id in dict.fromkeys(person_ids):
            person = people.get_person(scope_of(actor, P.EXAM_SET), person_id)
            if queries.is_named(scope_of_own(person.id), date):
                continue
            _check_may_sit(actor, date, person)
            if named >= room:
                raise Invalid(
                    "people", N_("At most %(max)d people can sit at one date."), max=rules.MOST_SEATS
                )
            seat = exams.name(date, person, person.unit, actor.name)
            named += 1
            enqueue("notify.exam-named", seat=str(seat.public_id))
            audit.record(actor.name, "exam.name", date.public_id, person=str(person.public_id))
    return named


def _check_may_sit(actor: Actor, date: ExamDate, person: Person) -> None:
    if person.id == date.proctor_id:
        raise Invalid(
            "people", N_("%(name)s supervises this date, and cannot sit there."), name=person.full_name
        )
    if person.id == actor.person_id:
        raise Invalid("people", N_("Nobody names herself: ask a colleague."))
    taken = enrolments.find_taken(scope_of_own(person.id), person.id, date.course.slug)
    if taken is None or taken.enrolment.outcome is not None:
        raise Invalid("people", N_("%(name)s does not take this course now."), name=person.full_name)
    if not is_supervised(taken.version):
        raise Invalid(
            "people",
            N_("%(name)s takes an earlier edition of this course, whose test is not supervised."),
            name=person.full_name,
        )


def cancel(actor: Actor, date_id: UUID, reason: str) -> None:
    """Let a date that has not begun not take place; a paper that was drawn for it costs nobody an attempt."""
    with transaction():
        if open_date(actor, date_id, is_locked=True).cancelled_at is not None:
            return
        date = change_date(actor, date_id, P.EXAM_SET)
        why = required(reason, "reason", rules.LONGEST_TEXT, N_("Write the reason."))
        if clock.now() >= date.opens_at:
            raise Conflict(N_("This date has begun: close it instead."))
        check_sees_all(actor, date)
        exams.cancel(date, actor.name, why)
        for seat in list_seats(actor, date):
            paper.let_go(actor, seat, why)
            enqueue("notify.exam-cancelled", seat=str(seat.public_id))
        audit.record(actor.name, "exam.cancel", date.public_id, reason=why)
