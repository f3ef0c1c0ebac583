"""The protocol of an exam date as PDF: who sat it and when, which questions, what happened, what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain.access.policy import require
from app.domain.access.values import Actor, Permission
from app.domain.assessments import queries as attempts
from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.models import CourseVersion
from app.domain.examinations import queries
from app.domain.examinations.models import ExamDate, Incident, Seat
from app.domain.examinations.values import SeatState
from app.formats import paper_pdf
from app.formats.paper_pdf import Imprint
from app.foundation import audit
from app.foundation.db import transaction
from app.foundation.errors import NotFound
from app.foundation.i18n import N_, content_language, translate
from app.workflows.proctoring.reaching import check_sees_all, list_seats, open_date, reach


@dataclass(frozen=True, slots=True)
class Line:
    """What the protocol says of one person; of an absent one her name and unit alone."""

    seat: Seat
    version: str = ""
    extra_minutes: int = 0
    checker: str = ""  # who knew her
    enterer: str = ""  # who entered her paper
    questions: Sequence[PaperQuestion] = ()

    @property
    def finished_at(self) -> datetime | None:
        """When her attempt ended."""
        return self.seat.attempt.finished_at if self.seat.attempt else None


def write(actor: Actor, date_id: UUID) -> bytes:
    """Return the protocol of a closed date in the actor's language; equal bytes as long as nothing changes.

    Raises NotFound before the date is closed. It stands in the audit trail that it was handed out.
    """
    with transaction():
        date = open_date(actor, date_id)
        require(actor, Permission.EXAM_HOLD)
        check_sees_all(actor, date)
        if date.closed_at is None:
            raise NotFound
        audit.record(actor.name, "exam.protocol", date.public_id)
        return _write(actor, date, date.closed_at)


def _write(actor: Actor, date: ExamDate, closed_at: datetime) -> bytes:
    seats, (holding, setting, _own) = list_seats(actor, date), reach(actor)
    incidents = queries.list_incidents(holding, setting, date)
    names = _names(actor, date, seats, incidents)
    version = _version_of(date, seats)
    titles, zone = version.titles, ZoneInfo(date.zone)
    course = titles.get(content_language(actor.locale)) or next(iter(titles.values()))
    title = translate(actor.locale, N_("Protocol of the test: %(course)s"), course=course)
    values = {
        "date": date,
        "course": course,
        "closed_at": closed_at,
        "closed_by": names.get(date.closed_by or "", ""),
        "present": [_line(seat, names) for seat in seats if seat.state is not SeatState.ABSENT],
        "absent": [seat for seat in seats if seat.state is SeatState.ABSENT],
        "incidents": incidents,
        "names": names,
        "title": title,
    }
    imprint = Imprint(title, date.unit.name, closed_at.astimezone(zone).date())
    return paper_pdf.write("exam_protocol", actor.locale, zone, imprint, values)


def _version_of(date: ExamDate, seats: Sequence[Seat]) -> CourseVersion:
    """Return the version that was tested first there; the newest where nobody came."""
    tested = sorted(seat.attempt.version_id for seat in seats if seat.attempt is not None)
    return catalogue.get_version(tested[0]) if tested else catalogue.get_newest(date.course.slug)[1]


def _names(
    actor: Actor, date: ExamDate, seats: Sequence[Seat], incidents: Sequence[Incident]
) -> Mapping[str, str]:
    """Return public id → name of those who acted at a date."""
    holding, setting, _own = reach(actor)
    acted = {date.closed_by, *(each.by for each in incidents)}
    acted |= {who for seat in seats for who in (seat.proved_to, seat.entered_by)}
    return queries.list_names(holding, setting, date, sorted(who for who in acted if who))


def _line(seat: Seat, names: Mapping[str, str]) -> Line:
    attempt = seat.attempt
    if attempt is None:
        return Line(seat)
    return Line(
        seat=seat,
        version=catalogue.get_version(attempt.version_id).label,
        extra_minutes=sum(time.minutes for time in attempts.record_of(attempt).extra_times),
        checker=names.get(seat.proved_to or "", ""),
        enterer=names.get(seat.entered_by or "", ""),
        questions=attempts.paper_of(attempt),
    )
