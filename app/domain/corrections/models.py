"""The tables of corrections: what was decided of a mended key, and what it made of each result."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.catalogue.models import Course, CourseVersion
from app.foundation import ids
from app.foundation.db import Base, Moment


class Correction(Base):
    """The keys of a version laid over the papers of earlier ones; one that is not done is at most one for a course."""

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=ids.public_id)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))  # which holds the mended bank
    choices: Mapped[dict[str, str]] = mapped_column(JSON)  # key of a question → values.Choice
    stage: Mapped[str] = mapped_column(String(10))
    situation: Mapped[str] = mapped_column(String(64))  # digest of all that the dry run rests on
    reached: Mapped[int] = mapped_column(default=0)  # the last attempt that the dry run has looked at
    unmatched: Mapped[int] = mapped_column(default=0)  # attempts on which a question cannot be marked anew
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str] = mapped_column(String(80))
    fairness: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(500))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decider: Mapped[str | None] = mapped_column(String(200))  # her name as it was, for the protocol
    done_at: Mapped[datetime | None] = mapped_column(Moment)

    course: Mapped[Course] = relationship()
    version: Mapped[CourseVersion] = relationship()

    __table_args__ = (
        Index("ix_correction_course", "course_id", "stage"),
        Index(
            "uq_correction_open",
            "course_id",
            unique=True,
            sqlite_where=text("stage != 'done'"),
            postgresql_where=text("stage != 'done'"),
        ),
    )


class CorrectionResult(Base):
    """One attempt in a correction: what it was worth, and what it is worth by either rule; done when it is applied.

    ``is_later``: the attempt was finished after the decision, and marked by the mended key at once.
    """

    __tablename__ = "correction_result"

    id: Mapped[int] = mapped_column(primary_key=True)
    correction_id: Mapped[int] = mapped_column(ForeignKey("correction.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    changes: Mapped[dict[str, list[Any]]] = mapped_column(JSON)  # see rules.write_changes
    old_earned: Mapped[str] = mapped_column(String(40))
    old_points: Mapped[int]
    old_mark: Mapped[int | None]  # None while people still mark a task
    was_passed: Mapped[bool | None]
    kind_mark: Mapped[int | None]  # where nobody loses
    kind_passed: Mapped[bool | None]
    strict_mark: Mapped[int | None]  # as corrected
    strict_passed: Mapped[bool | None]
    is_later: Mapped[bool] = mapped_column(default=False)
    left_out: Mapped[list[int]] = mapped_column(JSON, default=list)  # positions, once it is done
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    hindrance: Mapped[str | None] = mapped_column(String(300))  # why the result stays as it was
    certificate: Mapped[str | None] = mapped_column(String(40))  # the number that it touched
    touch: Mapped[str | None] = mapped_column(String(12))
    successor: Mapped[str | None] = mapped_column(String(40))  # the number of what took its place
    told_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("correction_id", "attempt_id"),
        Index("ix_correction_result_turn", "correction_id", "done_at", "enrolment_id"),
    )
