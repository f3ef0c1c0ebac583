"""The tables of progress: modules done, and completions counted as they happen."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.db import Base, Moment, ordered_text


class ModuleDone(Base):
    """A learner marked a module done; kept by its address, so that a correction loses nothing."""

    __tablename__ = "module_done"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(80), primary_key=True)
    done_at: Mapped[datetime] = mapped_column(Moment)


class CompletionCount(Base):
    """How many completions a unit has for a course: kept in the finishing transaction, so that coverage is cheap."""

    __tablename__ = "completion_count"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    unit_path: Mapped[str] = mapped_column(ordered_text(200))
    completions: Mapped[int] = mapped_column(default=0)

    __table_args__ = (Index("ix_completion_count_place", "unit_path", "course_id"),)
