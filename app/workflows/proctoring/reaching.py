"""Who reaches an exam date: its proctor, and who may set dates at its place; never somebody who sits there."""

from uuid import UUID

from app.domain.access.policy import allows, require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.examinations import queries as exams
from app.domain.examinations.models import ExamDate, Seat
from app.domain.examinations.queries import Reach
from app.foundation.errors import Conflict
from app.foundation.i18n import N_

P = Permission


def reach(actor: Actor) -> Reach:
    """Return how far the actor holds dates, how far she sets them, and who she is."""
    return scope_of(actor, P.EXAM_HOLD), scope_of(actor, P.EXAM_SET), actor.person_id


def open_date(actor: Actor, date_id: UUID, *, is_locked: bool = False) -> ExamDate:
    """Return a date that the actor holds, or may set; locked until the act ends where asked."""
    found = exams.get_date(*reach(actor), date_id, is_locked=is_locked)
    require(actor, P.EXAM_HOLD if allows(actor, P.EXAM_HOLD, found) else P.EXAM_SET, found)
    return found


def change_date(actor: Actor, date_id: UUID, *permissions: Permission) -> ExamDate:
    """Return a date that is not over, locked; the actor needs one of the permissions there, by default any."""
    found = open_date(actor, date_id, is_locked=True)
    if permissions and not any(allows(actor, permission, found) for permission in permissions):
        require(actor, permissions[0], found)
    if found.cancelled_at is not None:
        raise Conflict(N_("This date is cancelled."))
    if found.closed_at is not None:
        raise Conflict(N_("This date is closed."))
    return found


def find_seat(actor: Actor, date: ExamDate, seat_id: UUID) -> Seat:
    """Return a seat of a date that the actor reaches."""
    holding, setting, _own = reach(actor)
    return exams.get_seat(holding, setting, date, seat_id)


def check_sees_all(actor: Actor, date: ExamDate) -> None:
    """Raise Conflict where people sit at a date whom the actor may not see: it is not hers to end or to tell of."""
    holding, setting, _own = reach(actor)
    if exams.count_beyond(holding, setting, date):
        raise Conflict(N_("People of other offices sit here, too: leave this to the proctor."))


def list_seats(actor: Actor, date: ExamDate, seat_id: UUID | None = None) -> list[Seat]:
    """Return the seats of a date that the actor reaches, or the one that is named, as they stand now."""
    if seat_id is not None:
        return [find_seat(actor, date, seat_id)]
    holding, setting, _own = reach(actor)
    return [seated.seat for seated in exams.list_seats(holding, setting, date)]
