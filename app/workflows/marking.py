"""How practical work is marked: drafts, marks by one or two people, return for rework, settling, correction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from app.domain.access.policy import allows, require, scope_of
from app.domain.access.values import Actor, Permission, Place
from app.domain.assessments import queries as attempts
from app.domain.assessments import service as assessments
from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.values import Assessment
from app.domain.enrolment.queries import Taken
from app.domain.tasks import queries as tasks
from app.domain.tasks import rules
from app.domain.tasks import service as works
from app.domain.tasks.models import Work
from app.domain.tasks.queries import Held
from app.domain.tasks.values import Judgement, WorkState
from app.domain.territory.values import Scope
from app.foundation import audit, clock
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid
from app.foundation.i18n import N_
from app.foundation.queue import enqueue
from app.workflows import completing

P = Permission
Form = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Desk:
    """A work in a marker's hand, with its question; ``may_settle`` tells whether she decides what is final.

    A mark that a passed attempt rests on is decided by those alone who may settle, not by its marker.
    """

    held: Held
    may_settle: bool

    @property
    def work(self) -> Work:
        """The work."""
        return self.held.work

    @property
    def question(self) -> PaperQuestion:
        """The task, as the learner got it."""
        return self.held.question


def reach(actor: Actor) -> tuple[Scope, Scope, int | None]:
    """Return how far the actor's marking reaches: by the learners' units, by the courses, and never her own."""
    return scope_of(actor, P.TASK_MARK), scope_of(actor, P.COURSE_WRITE), actor.person_id


def open_work(actor: Actor, attempt_id: UUID, position: int, *, is_locked: bool = False) -> Desk:
    """Return a work that the actor may mark, by the learner's unit or by the course; never her own."""
    held = tasks.get_held(*reach(actor), attempt_id, position, is_locked=is_locked)
    if allows(actor, P.TASK_MARK, held.work):
        require(actor, P.TASK_MARK, held.work)
    else:
        require(actor, P.COURSE_WRITE, held.course)
    places = (Place(held.work.unit_path), Place(held.course.owner_path))
    may_settle = any(allows(actor, P.TASK_SETTLE, place) for place in places)
    is_hers = held.work.is_marked_by(actor.name) and not held.attempt.is_passed
    return Desk(held, may_settle or is_hers)


def _open_to_change(actor: Actor, attempt_id: UUID, position: int, form: Form) -> Desk:
    """Return a work, locked; raise Conflict where it is not any more what the marker's page showed."""
    desk = open_work(actor, attempt_id, position, is_locked=True)
    if next(iter(form.get("seen", ())), "") != desk.work.seen_by(actor.name):
        raise Conflict(
            N_(
                "This work has changed since you opened the page, in another tab or by a colleague. Look at it again."
            )
        )
    return desk


def _open_to_mark(actor: Actor, attempt_id: UUID, position: int, form: Form) -> Desk:
    desk = _open_to_change(actor, attempt_id, position, form)
    if not desk.work.is_open_to(actor.name):
        raise Conflict(N_("This work is not waiting for your mark."))
    return desk


def save(actor: Actor, attempt_id: UUID, position: int, form: Form) -> None:
    """Keep what a marker says so far; nobody else sees it."""
    with transaction():
        desk = _open_to_mark(actor, attempt_id, position, form)
        judgement = rules.read_judgement(form, desk.question.criteria, is_whole=False)
        works.save_marking(desk.work, actor.name, judgement)
        audit.record(actor.name, "work.draft", attempt_id, position=position)


def give(actor: Actor, attempt_id: UUID, position: int, form: Form) -> None:
    """Give a mark; where it is the last one that an attempt waits for, let everything follow from it."""
    with transaction():
        desk = _open_to_mark(actor, attempt_id, position, form)
        judgement = rules.read_judgement(form, desk.question.criteria, is_whole=True)
        final = works.give_mark(desk.work, actor.name, judgement, desk.question.points)
        audit.record(
            actor.name,
            "work.mark",
            attempt_id,
            position=position,
            points=_total(judgement),
            state=desk.work.state,
        )
        if final is not None:
            _enter(actor, desk.held, final, Fraction(0))


def give_back(actor: Actor, attempt_id: UUID, position: int, form: Form) -> None:
    """Return a work to the learner, with what she should do better; it costs her no attempt."""
    with transaction():
        desk = _open_to_mark(actor, attempt_id, position, form)
        judgement = rules.read_judgement(form, desk.question.criteria, is_whole=False)
        if not judgement.comment:
            raise Invalid("comment", N_("Say what the learner should do better."))
        works.give_back(desk.work, actor.name, judgement)
        enqueue("notify.work-returned", attempt=str(attempt_id), position=position)
        audit.record(actor.name, "work.return", attempt_id, position=position, handing=desk.work.handing)


def settle(actor: Actor, attempt_id: UUID, position: int, form: Form) -> None:
    """Decide between two marks, or put another in the place of a final one, with the reason; all are kept.

    One of those who marked may, and who may settle at the learner's place or the course's. Where the attempt has its
    result already, the old one is kept, and completion and certificate follow from the new one.
    """
    with transaction():
        desk = _open_to_change(actor, attempt_id, position, form)
        work = desk.work
        if not desk.may_settle or work.state not in {WorkState.SETTLING, WorkState.MARKED}:
            raise Conflict(N_("This mark is not yours to decide now."))
        judgement = rules.read_judgement(form, desk.question.criteria, is_whole=True)
        reason = rules.read_text(form, "reason", rules.LONGEST_REASON)
        if not reason:
            raise Invalid("reason", N_("Say why the mark is decided so."))
        before = Fraction(work.earned or 0)
        final = works.settle(work, actor.name, judgement, reason)
        audit.record(
            actor.name, "work.settle", attempt_id, position=position, points=_total(judgement), reason=reason
        )
        _enter(actor, desk.held, final, before, reason)


def _total(judgement: Judgement) -> int:
    return sum(points or 0 for points in judgement.points)


def _enter(actor: Actor, held: Held, final: Fraction, before: Fraction, reason: str = "") -> None:
    """Enter the final points of a work; the last that an attempt waits for gives it its mark."""
    attempt, work = held.attempt, held.work
    had = completing.Before(attempt.mark, attempt.is_passed)
    if had.mark is not None:
        assessments.keep_result(attempt, actor.name, reason)
    assessments.enter_points(attempt, work.position, final, before)
    if tasks.has_unmarked(*reach(actor), attempt.id):
        return
    version = catalogue.get_version(attempt.version_id)
    meta = catalogue.meta_of(version)
    test = meta.assessment or Assessment()
    mark = assessments.conclude(attempt, test.pass_mark)
    audit.record(actor.name, "attempt.mark", attempt.public_id, mark=mark.basis_points)
    at = clock.now() if attempt.is_passed else work.handed_in_at
    taken = Taken(held.enrolment, held.course, version)
    if had.mark is None:
        completing.conclude(actor, attempt, taken, meta, at)
    else:
        case = completing.Case(taken, attempts.list_of(held.enrolment), {attempt.id: had})
        completing.reckon(actor, [case], reason)
    enqueue("notify.work-marked", attempt=str(attempt.public_id))
