"""What a proctor does: codes, identity, incidents, the end of one attempt, the end of the date."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from app.domain.access.policy import scope_of_own
from app.domain.access.values import Actor, Permission
from app.domain.assessments import queries as attempts
from app.domain.examinations import queries, rules
from app.domain.examinations import service as exams
from app.domain.examinations.models import ExamDate, Seat
from app.domain.examinations.values import Proof, SeatState
from app.domain.people import service as persons
from app.foundation import audit, clock
from app.foundation.db import transaction
from app.foundation.errors import AppError, Conflict, Invalid
from app.foundation.i18n import N_
from app.foundation.text import required
from app.workflows import sitting
from app.workflows.proctoring import paper
from app.workflows.proctoring.reaching import (
    change_date,
    check_sees_all,
    find_seat,
    list_seats,
    open_date,
    reach,
)
from app.workflows.proctoring.seating import tries_of

P = Permission


@dataclass(frozen=True, slots=True)
class Slip:
    """A one-time code on its way to a person: it is shown once, and nowhere kept."""

    seat: Seat
    code: str


def give_codes(
    actor: Actor, date_id: UUID, seat_id: UUID | None = None, *, is_anew: bool = False
) -> list[Slip]:
    """Give codes to everyone who waits and has none yet, anew to everyone who waits, or to one anew.

    A code from before is good no more; tries that went wrong are forgotten.
    """
    with transaction():
        date = change_date(actor, date_id, P.EXAM_HOLD)
        waiting = [seat for seat in list_seats(actor, date, seat_id) if seat.state is SeatState.WAITING]
        chosen = [seat for seat in waiting if is_anew or seat_id is not None or seat.code_digest is None]
        slips = [Slip(seat, exams.give_code(seat)) for seat in chosen]
        for seat in chosen:
            persons.forget_failures(tries_of(seat.person_id))
            audit.record(actor.name, "exam.code", seat.public_id)
    return slips


def prove(actor: Actor, date_id: UUID, seat_id: UUID, proof: str) -> None:
    """Note by what the proctor knew somebody; the same twice is noted once."""
    with transaction():
        date = change_date(actor, date_id, P.EXAM_HOLD)
        seat = find_seat(actor, date, seat_id)
        if proof not in set(Proof):
            raise Invalid("proof", N_("Choose one of these."))
        if seat.proof != proof:
            exams.prove(seat, Proof(proof), actor.name)
            audit.record(actor.name, "exam.identity", seat.public_id, proof=proof)


def note_incident(actor: Actor, date_id: UUID, seat_id: UUID | None, text: str) -> None:
    """Add what happened, to one person or to the whole room."""
    with transaction():
        date = change_date(actor, date_id)
        seat = find_seat(actor, date, seat_id) if seat_id is not None else None
        _note(actor, date, seat, text)


def _note(actor: Actor, date: ExamDate, seat: Seat | None, text: str) -> None:
    said = required(text, "text", rules.LONGEST_TEXT, N_("Write what happened."))
    exams.note(date, seat, said, actor.name)
    audit.record(actor.name, "exam.incident", seat.public_id if seat else date.public_id)


def end_one(actor: Actor, date_id: UUID, seat_id: UUID, reason: str) -> None:
    """End somebody's attempt with what she has saved; the reason is an incident. One that has ended stays as it is."""
    with transaction():
        date = change_date(actor, date_id, P.EXAM_HOLD)
        seat = find_seat(actor, date, seat_id)
        if seat.state is SeatState.IN:
            _note(actor, date, seat, reason)
            _end(actor, seat)


def be_absent(actor: Actor, date_id: UUID, seat_id: UUID) -> None:
    """Note that somebody did not come; a paper that was drawn for her costs her no attempt."""
    with transaction():
        date = change_date(actor, date_id)
        seat = find_seat(actor, date, seat_id)
        if seat.state is SeatState.ABSENT:
            return
        if seat.state not in {SeatState.WAITING, SeatState.ON_PAPER} or clock.now() < date.opens_at:
            raise Conflict(N_("Nobody is absent before the test has begun, or once she sits it."))
        exams.be_absent(seat)
        paper.let_go(actor, seat, None)
        audit.record(actor.name, "exam.absent", seat.public_id)


def close(actor: Actor, date_id: UUID) -> None:
    """End a date: nobody begins any more, and whatever is open ends and is marked. Closed twice, it is closed once.

    An attempt that cannot end, for example because its certificate cannot be issued, holds up no other: what hindered
    the first such attempt is raised when all were tried, and the date can be closed again.
    """
    with transaction():
        if open_date(actor, date_id, is_locked=True).closed_at is None:
            date = change_date(actor, date_id)
            check_sees_all(actor, date)
            _check_may_close(actor, date)
            exams.close(date, actor.name)
            audit.record(actor.name, "exam.close", date.public_id)
    _end_all(actor, date_id)


def _check_may_close(actor: Actor, date: ExamDate) -> None:
    if clock.now() < date.opens_at:
        raise Conflict(N_("This date has not begun: cancel it instead."))
    left = [seat for seat in list_seats(actor, date) if seat.state is SeatState.ON_PAPER]
    if left:
        names = ", ".join(seat.full_name for seat in left)
        raise Conflict(
            N_("These papers are not entered yet: %(names)s. Enter them, or note who was absent."),
            names=names,
        )


def _end_all(actor: Actor, date_id: UUID) -> None:
    hindered = []
    for seat_id in list(_open_seats(list_seats(actor, open_date(actor, date_id)))):
        try:
            with transaction():
                date = open_date(actor, date_id, is_locked=True)
                seat = find_seat(actor, date, seat_id)
                if next(_open_seats([seat]), None) is not None:
                    _end(actor, seat)
        except AppError as error:
            hindered.append(error)
    if hindered:
        raise hindered[0]


def _open_seats(seats: Iterable[Seat]) -> Iterator[UUID]:
    return (seat.public_id for seat in seats if seat.state in {SeatState.IN, SeatState.ENTERED})


def _end(actor: Actor, seat: Seat) -> None:
    """End the attempt of a seat now, or when its time was over."""
    holding, setting, _own = reach(actor)
    attempt = queries.get_locked_attempt(holding, setting, seat)
    if attempt.finished_at is None:
        at = min(clock.now(), attempt.deadline_at or clock.now())
        sitting.end(actor, scope_of_own(seat.person_id), attempt, attempts.paper_of(attempt), at)
