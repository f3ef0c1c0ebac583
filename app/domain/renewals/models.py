"""The tables of renewals: reminders that are dealt with, and decisions that end certificates earlier."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.catalogue.models import Course
from app.foundation.db import Base, Moment

LONGEST_REASON = 300


class Reminder(Base):
    """A step before the end of a certificate that is dealt with, in days: its holder was told, or need not be."""

    __tablename__ = "reminder"

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


class Shortening(Base):
    """A decision: certificates of the editions of a course before one are valid until a day at the longest.

    ``done_at`` is when those that were there had been shortened; what is issued later heeds the decision by itself.
    """

    __tablename__ = "shortening"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    edition: Mapped[int]
    ends_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    decided_at: Mapped[datetime] = mapped_column(Moment)
    decided_by: Mapped[str] = mapped_column(String(80))
    done_at: Mapped[datetime | None] = mapped_column(Moment)

    course: Mapped[Course] = relationship()

    __table_args__ = (UniqueConstraint("course_id", "edition"),)
