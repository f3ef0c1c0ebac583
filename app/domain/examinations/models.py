"""The tables of tests at a place: exam dates, seats, incidents."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.assessments.models import Attempt
from app.domain.catalogue.models import Course
from app.domain.examinations.values import SeatState
from app.domain.territory.models import Unit
from app.foundation import ids
from app.foundation.db import Base, Moment, ordered_text


class ExamDate(Base):
    """A final test at a place, within a window, watched by a named person: the proctor, whose date it is."""

    __tablename__ = "exam_date"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=ids.public_id)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    unit_path: Mapped[str] = mapped_column(ordered_text(200), index=True)
    place: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(40))  # of the unit: the window is told in it
    opens_at: Mapped[datetime] = mapped_column(Moment, index=True)
    closes_at: Mapped[datetime] = mapped_column(Moment)
    proctor_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    proctor_name: Mapped[str] = mapped_column(String(130))  # as it was then
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str] = mapped_column(String(80))
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_by: Mapped[str | None] = mapped_column(String(80))
    cancelled_at: Mapped[datetime | None] = mapped_column(Moment)
    cancelled_by: Mapped[str | None] = mapped_column(String(80))
    cancellation: Mapped[str | None] = mapped_column(String(1000))  # the reason

    course: Mapped[Course] = relationship()
    unit: Mapped[Unit] = relationship()

    @property
    def owner_id(self) -> int | None:
        """A date belongs to its proctor."""
        return self.proctor_id

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen there any more."""
        return self.closed_at is not None or self.cancelled_at is not None


class Seat(Base):
    """A named person at a date; names are those of the day when she was named."""

    __tablename__ = "seat"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=ids.public_id)
    date_id: Mapped[int] = mapped_column(ForeignKey("exam_date.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_path: Mapped[str] = mapped_column(ordered_text(200))  # the person's unit at that time
    unit_name: Mapped[str] = mapped_column(String(200))
    full_name: Mapped[str] = mapped_column(String(130))
    sort_key: Mapped[str] = mapped_column(ordered_text(600))
    named_at: Mapped[datetime] = mapped_column(Moment)
    named_by: Mapped[str] = mapped_column(String(80))
    code_digest: Mapped[str | None] = mapped_column(String(64))  # of the one-time code; none once it is used
    code_given_at: Mapped[datetime | None] = mapped_column(Moment)
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"), unique=True)
    extra_percent: Mapped[int] = mapped_column(default=0)  # how much more time she had when she began
    entered_at: Mapped[datetime | None] = mapped_column(Moment)  # what stands on her paper
    entered_by: Mapped[str | None] = mapped_column(String(80))
    absent_at: Mapped[datetime | None] = mapped_column(Moment)
    proof: Mapped[str | None] = mapped_column(String(20))  # see values.Proof
    proved_at: Mapped[datetime | None] = mapped_column(Moment)
    proved_to: Mapped[str | None] = mapped_column(String(80))

    date: Mapped[ExamDate] = relationship()
    attempt: Mapped[Attempt | None] = relationship()

    __table_args__ = (UniqueConstraint("date_id", "person_id"),)

    @property
    def owner_id(self) -> int | None:
        """A seat belongs to who sits there."""
        return self.person_id

    @property
    def state(self) -> SeatState:
        """How the seat stands: it follows from the attempt, and whether the date is over."""
        if self.absent_at is not None or (self.attempt is None and self.date.is_over):
            return SeatState.ABSENT
        if self.attempt is None:
            return SeatState.WAITING
        if self.attempt.annulled_at is not None:
            return SeatState.ANNULLED
        if self.attempt.finished_at is not None:
            return SeatState.HANDED_IN
        if self.attempt.is_on_paper:
            return SeatState.ON_PAPER if self.entered_at is None else SeatState.ENTERED
        return SeatState.IN


class Incident(Base):
    """Something that happened, to one person or to all; it is added, and never changed."""

    __tablename__ = "incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    date_id: Mapped[int] = mapped_column(ForeignKey("exam_date.id"), index=True)
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"))  # none: the whole room
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(1000))

    seat: Mapped[Seat | None] = relationship()
