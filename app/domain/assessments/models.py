"""The tables of final tests: attempts, the paper each was drawn, and the answers given."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, Uuid, text
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
    is_on_paper: Mapped[bool] = mapped_column(
        default=False
    )  # nobody answers it on a screen, and no clock ends it
    annulled_at: Mapped[datetime | None] = mapped_column(Moment)  # it counts no more; what it earned stays
    annulled_by: Mapped[str | None] = mapped_column(String(80))
    annulment: Mapped[str | None] = mapped_column(String(500))  # the reason

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
    outline: Mapped[str] = mapped_column(
        Text
    )  # which questions, and in which order their options: rules.outline


class Answer(Base):
    """What a learner answered to one question of her paper; ``earned`` is set when it is marked."""

    __tablename__ = "answer"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # on the paper, from 1
    response: Mapped[list[str]] = mapped_column(JSON)
    given_at: Mapped[datetime] = mapped_column(Moment)  # earlier than saved_at where the line was down
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


class LateAnswers(Base):
    """Answers that came when the attempt had ended: they do not count, and are kept as evidence."""

    __tablename__ = "late_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    received_at: Mapped[datetime] = mapped_column(Moment)
    responses: Mapped[dict[str, list[str]]] = mapped_column(JSON)  # position on the paper → response


class ExtraTime(Base):
    """More time granted in one attempt, with the reason; ``deadline_at`` is what it was before."""

    __tablename__ = "extra_time"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    minutes: Mapped[int]
    deadline_at: Mapped[datetime] = mapped_column(Moment)
    granted_at: Mapped[datetime] = mapped_column(Moment)
    granted_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500))


class EarlierResult(Base):
    """What an attempt was worth before it was reopened or marked anew: a result is taken back, never lost."""

    __tablename__ = "earlier_result"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    finished_at: Mapped[datetime] = mapped_column(Moment)
    earned: Mapped[str | None] = mapped_column(String(40))
    mark: Mapped[int | None]
    is_passed: Mapped[bool | None]
    ended_at: Mapped[datetime] = mapped_column(Moment)
    ended_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500))


class Accommodation(Base):
    """More time in every test for one person, as a share of the time that others have."""

    __tablename__ = "accommodation"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    extra_percent: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    granted_at: Mapped[datetime] = mapped_column(Moment)
    granted_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        Index(
            "uq_accommodation_open",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
