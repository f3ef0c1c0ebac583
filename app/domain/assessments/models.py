"""The tables of final tests: attempts, the paper each was drawn, and the answers given."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation import ids
from app.foundation.db import Base, Moment, ordered_text


class Attempt(Base):
    """One sitting of a final test; at most one is open for an enrolment."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=ids.public_id)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_path: Mapped[str] = mapped_column(ordered_text(200))
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    ordinal: Mapped[int]  # from 1
    language: Mapped[str] = mapped_column(String(10))
    seed: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime] = mapped_column(Moment)
    deadline_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    earned: Mapped[str | None] = mapped_column(String(40))  # exact points as a fraction, such as 17/2
    points: Mapped[int]  # of the whole paper
    mark: Mapped[int | None]  # basis points
    is_passed: Mapped[bool | None]

    __table_args__ = (
        UniqueConstraint("enrolment_id", "ordinal"),
        Index(
            "uq_attempt_open",
            "enrolment_id",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    @property
    def owner_id(self) -> int | None:
        """An attempt belongs to the learner."""
        return self.person_id


class Paper(Base):
    """The questions that an attempt was drawn, as they were then: see ``values.PaperQuestion``."""

    __tablename__ = "paper"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class Answer(Base):
    """What a learner answered to one question of her paper; ``earned`` is set when it is marked."""

    __tablename__ = "answer"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # on the paper, from 1
    response: Mapped[list[str]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(Moment)
    earned: Mapped[str | None] = mapped_column(String(40))


class ExtraAttempt(Base):
    """One more attempt granted to a learner, with the reason."""

    __tablename__ = "extra_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    granted_at: Mapped[datetime] = mapped_column(Moment)
    granted_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500))
