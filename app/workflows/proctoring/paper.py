"""Tests on paper: drawn like any other, printed, and entered by whoever set the date or holds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.access.policy import allows, require, scope_of_own
from app.domain.access.values import Actor, Permission
from app.domain.assessments import queries as attempts
from app.domain.assessments import service as assessments
from app.domain.assessments.values import PaperQuestion, Response
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.values import Kind
from app.domain.enrolment import queries as enrolments
from app.domain.examinations import queries
from app.domain.examinations import service as exams
from app.domain.examinations.models import ExamDate, Seat
from app.domain.examinations.values import SeatState
from app.domain.people import queries as people
from app.foundation import audit, clock
from app.foundation.db import transaction
from app.foundation.errors import Conflict, NotFound
from app.foundation.i18n import N_, translate
from app.foundation.queue import enqueue
from app.workflows import sitting
from app.workflows.proctoring.reaching import change_date, find_seat, list_seats, open_date, reach

P = Permission


@dataclass(frozen=True, slots=True)
class Sheet:
    """A test on paper: whose, in which language, and its questions; their keys only where they may be known."""

    seat: Seat
    language: str
    title: str
    minutes: int | None
    paper: Sequence[PaperQuestion]


def draw(actor: Actor, date_id: UUID, seat_id: UUID | None = None) -> tuple[int, int]:
    """Draw the test on paper for everyone who waits, or for one; return for how many, and for how many not.

    Who may not begin the test is left as she is; named alone, Conflict says so. Twice drawn is drawn once.
    """
    with transaction():
        date = change_date(actor, date_id, P.EXAM_SET)
        waiting = [seat for seat in list_seats(actor, date, seat_id) if seat.state is SeatState.WAITING]
        drawn = sum(_draw(actor, date, seat) for seat in waiting)
        if seat_id is not None and drawn < len(waiting):
            raise Conflict(
                N_("This person may not begin the test now: modules are missing, or no attempt is left.")
            )
    return drawn, len(waiting) - drawn


def _draw(actor: Actor, date: ExamDate, seat: Seat) -> bool:
    own = scope_of_own(seat.person_id)
    taken = enrolments.get_newest_taken_for_update(own, seat.person_id, date.course.slug)
    allowed = sitting.admission_within(own, taken, catalogue.meta_of(taken.version))
    if not allowed.is_open or allowed.open_attempt is not None:
        return False
    attempt = sitting.begin(actor, own, taken, None, None, is_on_paper=True)
    if any(question.kind is Kind.TASK for question in attempts.paper_of(attempt)):
        raise Conflict(N_("This test has practical work: it cannot be sat on paper."))
    exams.take(seat, attempt, attempts.extra_percent(own, taken.enrolment))
    audit.record(actor.name, "exam.draw", seat.public_id)
    return True


def may_see_questions(actor: Actor, date: ExamDate) -> bool:
    """Tell whether the actor prints questions: who set the date does, a proctor never while it runs."""
    return allows(actor, P.EXAM_SET, date)


def may_see_key(actor: Actor, date: ExamDate) -> bool:
    """Tell whether the actor may know what is right: everyone she gives it to could, as long as the date is open."""
    return date.closed_at is not None or allows(actor, P.COURSE_WRITE, date.course)


def list_questions(actor: Actor, date_id: UUID, seat_id: UUID | None) -> tuple[ExamDate, list[Sheet]]:
    """Return the papers of a date, or of one seat, without their keys, to be printed by who set the date."""
    date = open_date(actor, date_id)
    require(actor, P.EXAM_SET, date)
    return date, [_sheet(seat, has_key=False) for seat in _on_paper(actor, date, seat_id)]


def list_answer_sheets(actor: Actor, date_id: UUID, seat_id: UUID | None) -> tuple[ExamDate, list[Sheet]]:
    """Return the same to be printed as answer sheets: nothing of a question but its kind and how many options."""
    date = open_date(actor, date_id)
    return date, [_sheet(seat, has_key=False) for seat in _on_paper(actor, date, seat_id)]


def list_keys(actor: Actor, date_id: UUID, seat_id: UUID | None) -> tuple[ExamDate, list[Sheet]]:
    """Return the papers of a date with their keys; NotFound to whom they may not be known yet."""
    date = open_date(actor, date_id)
    if not may_see_key(actor, date):
        raise NotFound
    return date, [_sheet(seat, has_key=True) for seat in _on_paper(actor, date, seat_id)]


def _on_paper(actor: Actor, date: ExamDate, seat_id: UUID | None) -> list[Seat]:
    found = [
        seat
        for seat in list_seats(actor, date, seat_id)
        if seat.attempt is not None and seat.attempt.is_on_paper
    ]
    if not found:
        raise NotFound
    return found


def _sheet(seat: Seat, *, has_key: bool) -> Sheet:
    attempt = seat.attempt
    if attempt is None:
        raise NotFound
    version = catalogue.get_version(attempt.version_id)
    test = catalogue.meta_of(version).assessment
    own = scope_of_own(seat.person_id)
    taken = enrolments.get_taken_by_id(own, attempt.enrolment_id)
    limit = sitting.time_limit_of(own, taken.enrolment, test) if test is not None else None
    paper = attempts.paper_of(attempt)
    return Sheet(
        seat=seat,
        language=attempt.language,
        title=version.titles.get(attempt.language) or next(iter(version.titles.values())),
        minutes=int(limit.total_seconds() // 60) if limit is not None else None,
        paper=paper if has_key else [question.without_key() for question in paper],
    )


# Entry.


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper to be entered: what is entered so far, and ``seen``, by which a form says what its page showed."""

    date: ExamDate
    sheet: Sheet
    answers: dict[int, Response]

    @property
    def seen(self) -> str:
        """When it was last entered; empty before."""
        at = self.sheet.seat.entered_at
        return at.isoformat() if at is not None else ""


def open_entry(actor: Actor, date_id: UUID, seat_id: UUID) -> Entry:
    """Return a paper that is to be entered or corrected: once its date has begun, until it is closed."""
    date = open_date(actor, date_id)
    [seat] = _on_paper(actor, date, seat_id)
    _check_may_enter(date, seat)
    return _entry(actor, date, seat)


def _entry(actor: Actor, date: ExamDate, seat: Seat) -> Entry:
    holding, setting, _own = reach(actor)
    answers = dict(queries.responses_of(holding, setting, seat))
    return Entry(date, _sheet(seat, has_key=False), answers)


def _check_may_enter(date: ExamDate, seat: Seat) -> None:
    if clock.now() < date.opens_at:
        raise Conflict(N_("Papers are entered once the test has begun."))
    if date.is_over or seat.state not in {SeatState.ON_PAPER, SeatState.ENTERED}:
        raise Conflict(N_("This paper counts as it is entered: only the attempt as a whole can be annulled."))


def enter(actor: Actor, date_id: UUID, seat_id: UUID, form: sitting.Form) -> None:
    """Write down what stands on a paper, in place of what was entered before; it is marked when the date is closed.

    The same twice is written once. Conflict where somebody else entered something since the page was opened.
    """
    with transaction():
        date = change_date(actor, date_id)
        seat = find_seat(actor, date, seat_id)
        _check_may_enter(date, seat)
        entry = _entry(actor, date, seat)
        seen = next(iter(form.get("seen", ())), "")
        given = sitting.read_answers(entry.sheet.paper, {**_without(form, "seen"), "whole": ["1"]})
        if seat.entered_at is not None and _said(given) == _said(entry.answers):
            return
        if seen != entry.seen:
            raise Conflict(
                N_("Somebody entered this paper meanwhile, here or in another tab. Look at it again.")
            )
        own = scope_of_own(seat.person_id)
        found, _paper = attempts.get_sitting(own, _attempt_id(seat))
        assessments.save(found, given, clock.now())
        exams.enter(seat, actor.name)
        audit.record(actor.name, "exam.enter", seat.public_id, answers=len(_said(given)))


def _without(form: sitting.Form, name: str) -> sitting.Form:
    return {key: values for key, values in form.items() if key != name}


def _said(answers: dict[int, Response]) -> dict[int, Response]:
    return {place: response for place, response in answers.items() if response}


def _attempt_id(seat: Seat) -> UUID:
    if seat.attempt is None:
        raise NotFound
    return seat.attempt.public_id


# A paper that nobody sat.


def let_go(actor: Actor, seat: Seat, reason: str | None) -> None:
    """Annul a paper that was drawn and not sat, and give the attempt back, inside the act that says so.

    Without a reason, it is that she was absent.
    """
    attempt = seat.attempt
    if attempt is None or not attempt.is_on_paper or attempt.finished_at is not None:
        return
    own = scope_of_own(seat.person_id)
    taken = enrolments.get_taken_for_update(own, attempt.enrolment_id)
    person = people.get_learner(seat.person_id)
    why = reason or translate(person.locale, N_("You were absent from the test."))
    assessments.annul(attempt, actor.name, why[:500])
    assessments.grant_extra(taken.enrolment, actor.name, why[:500])
    enqueue("notify.annulled", attempt=str(attempt.public_id))
    audit.record(actor.name, "attempt.annul", attempt.public_id, reason=why, gives_back=True)
