"""What may be told to tests at a place: dates are set, seats named and taken, incidents noted, dates closed."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete

from app.domain.assessments.models import Attempt
from app.domain.catalogue.models import Course
from app.domain.examinations.models import ExamDate, Incident, Seat
from app.domain.examinations.values import Proof
from app.domain.people.models import Person
from app.domain.territory.models import Unit
from app.foundation import clock, ids
from app.foundation.db import session


def set_date(
    course: Course,
    unit: Unit,
    place: str,
    zone: str,
    opens_at: datetime,
    closes_at: datetime,
    proctor: Person,
    by: str,
) -> ExamDate:
    """Set a date, without anybody who sits there yet."""
    made = ExamDate(
        public_id=ids.public_id(),
        course_id=course.id,
        unit_id=unit.id,
        unit_path=unit.path,
        place=place,
        zone=zone,
        opens_at=opens_at,
        closes_at=closes_at,
        proctor_id=proctor.id,
        proctor_name=proctor.full_name,
        made_at=clock.now(),
        made_by=by,
    )
    session().add(made)
    session().flush()
    return made


def name(date: ExamDate, person: Person, unit: Unit, by: str) -> Seat:
    """Name somebody who will sit there."""
    seat = Seat(
        public_id=ids.public_id(),
        date_id=date.id,
        person_id=person.id,
        unit_path=unit.path,
        unit_name=unit.name,
        full_name=person.full_name,
        sort_key=person.sort_key,
        named_at=clock.now(),
        named_by=by,
        extra_percent=0,
    )
    session().add(seat)
    session().flush()
    return seat


def give_code(seat: Seat) -> str:
    """Return a new one-time code for a seat; the one before is good no more, and only the digest is kept."""
    code = ids.spoken_code()
    seat.code_digest, seat.code_given_at = digest_of(seat, code), clock.now()
    session().flush()
    return code


def digest_of(seat: Seat, code: str) -> str:
    """Return what is kept of a code: a digest that no other seat shares."""
    return ids.digest(f"{seat.public_id} {ids.normalise_code(code)}")


def take(seat: Seat, attempt: Attempt, extra_percent: int) -> None:
    """Let an attempt be sat at a seat; its code is used."""
    seat.attempt_id, seat.attempt, seat.extra_percent = attempt.id, attempt, extra_percent
    seat.code_digest = None
    session().flush()


def prove(seat: Seat, proof: Proof, to: str) -> None:
    """Note by what somebody was known, and to whom."""
    seat.proof, seat.proved_at, seat.proved_to = proof.value, clock.now(), to
    session().flush()


def enter(seat: Seat, by: str) -> None:
    """Note that what stands on somebody's paper is entered, and by whom."""
    seat.entered_at, seat.entered_by = clock.now(), by
    session().flush()


def be_absent(seat: Seat) -> None:
    """Note that somebody did not come."""
    seat.absent_at, seat.code_digest = clock.now(), None
    session().flush()


def note(date: ExamDate, seat: Seat | None, text: str, by: str) -> None:
    """Add what happened, to somebody or to all."""
    held = Incident(date_id=date.id, seat_id=seat.id if seat else None, at=clock.now(), by=by, text=text)
    session().add(held)
    session().flush()


def close(date: ExamDate, by: str) -> None:
    """Let nobody begin at a date any more."""
    date.closed_at, date.closed_by = clock.now(), by
    session().flush()


def cancel(date: ExamDate, by: str, reason: str) -> None:
    """Let a date not take place."""
    date.cancelled_at, date.cancelled_by, date.cancellation = clock.now(), by, reason
    session().flush()


def forget(seat_ids: Collection[int]) -> None:
    """Let nothing be left of the seats of somebody who is erased, nor of what happened there."""
    session().execute(delete(Incident).where(Incident.seat_id.in_(seat_ids)))
    session().execute(delete(Seat).where(Seat.id.in_(seat_ids)))
