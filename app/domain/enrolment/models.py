"""The table of enrolments: one row for each time that a person takes a course."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.catalogue.models import Course, Edition
from app.foundation import ids
from app.foundation.db import Base, Moment, ordered_text


class Enrolment(Base):
    """A person takes an edition of a course, counted for the unit where she is employed at that time.

    ``outcome`` is empty while she learns, then ``passed``, ``attended`` or ``failed`` (contract.md, Exports).
    """

    __tablename__ = "enrolment"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=ids.public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    ordinal: Mapped[int] = mapped_column(default=1)  # the how-manieth time she takes the course
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    unit_path: Mapped[str] = mapped_column(ordered_text(200))
    language: Mapped[str] = mapped_column(String(10))
    enrolled_at: Mapped[datetime] = mapped_column(Moment)
    last_activity_at: Mapped[datetime] = mapped_column(Moment)
    modules_done: Mapped[int] = mapped_column(default=0)
    attempts_made: Mapped[int] = mapped_column(default=0)
    extra_attempts: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str | None] = mapped_column(String(10))
    outcome_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome_on: Mapped[date | None]  # the same as a day in the zone of the unit: reports count by it
    outcome_language: Mapped[str | None] = mapped_column(
        String(10)
    )  # of the test or, without one, of the reading
    mark: Mapped[int | None]  # basis points of the attempt that decided
    version_id: Mapped[int | None] = mapped_column(ForeignKey("course_version.id"))  # that of the outcome

    course: Mapped[Course] = relationship()
    edition: Mapped[Edition] = relationship()

    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "ordinal"),
        Index("ix_enrolment_place", "unit_path", "course_id", "outcome"),
        Index("ix_enrolment_outcome_on", "outcome_on"),
    )

    @property
    def owner_id(self) -> int | None:
        """An enrolment belongs to the learner."""
        return self.person_id
