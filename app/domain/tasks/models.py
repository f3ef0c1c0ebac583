"""The tables of practical work: files, works as handed in, and what markers said of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from app.domain.tasks.values import MarkingKind, WorkState
from app.foundation import ids
from app.foundation.db import Base, Moment, ordered_text


class AnswerFile(Base):
    """A file that a learner put to a task; ``since`` and ``until`` are the first and last handing it belongs to."""

    __tablename__ = "answer_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=ids.public_id)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]  # on the paper, from 1
    name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]  # bytes
    media_type: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Moment)
    since: Mapped[int]
    until: Mapped[int | None]  # removed after that handing

    __table_args__ = (Index("ix_answer_file_place", "attempt_id", "position"),)

    def is_part_of(self, handing: int) -> bool:
        """Tell whether the file belongs to a handing."""
        return self.since <= handing and (self.until is None or handing <= self.until)


class Work(Base):
    """What a learner handed in to one task of an attempt, and how it stands; see ``values.WorkState``."""

    __tablename__ = "work"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]  # on the paper, from 1
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_path: Mapped[str] = mapped_column(ordered_text(200))  # the learner's unit at that time
    state: Mapped[str] = mapped_column(String(10))
    markers: Mapped[int]  # how many people mark it
    handing: Mapped[int]  # the how-manieth time it is handed in, from 1
    handed_in_at: Mapped[datetime] = mapped_column(Moment)  # the newest time
    draft: Mapped[str | None] = mapped_column(Text)  # while the learner works on it again
    taken_by: Mapped[str | None] = mapped_column(String(80))
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    earned: Mapped[str | None] = mapped_column(String(40))  # exact points as a fraction, once it is marked
    marked_at: Mapped[datetime | None] = mapped_column(Moment)

    handings: Mapped[list["Handing"]] = relationship(order_by="Handing.ordinal")
    markings: Mapped[list["Marking"]] = relationship(order_by="Marking.id")
    files: Mapped[list[AnswerFile]] = relationship(
        primaryjoin=lambda: (
            (Work.attempt_id == foreign(AnswerFile.attempt_id))
            & (Work.position == foreign(AnswerFile.position))
        ),
        order_by=AnswerFile.id,
        viewonly=True,
    )

    __table_args__ = (
        UniqueConstraint("attempt_id", "position"),
        Index("ix_work_queue", "state", "handed_in_at"),
        Index("ix_work_unit_path", "unit_path"),
    )

    @property
    def owner_id(self) -> int | None:
        """A work belongs to the learner."""
        return self.person_id

    @property
    def handed_in(self) -> "Handing":
        """The newest state that was handed in."""
        return self.handings[-1]

    @property
    def given_marks(self) -> list["Marking"]:
        """The marks given for the present handing, the first first; no settlement."""
        return [each for each in self._given if each.kind == MarkingKind.MARK]

    @property
    def settlements(self) -> list["Marking"]:
        """What settled the present handing or changed its mark, the first first."""
        return [each for each in self._given if each.kind == MarkingKind.SETTLEMENT]

    @property
    def deciding(self) -> list["Marking"]:
        """The markings that the final mark rests on; none before there is one."""
        if self.state != WorkState.MARKED:
            return []
        return self.settlements[-1:] or self.given_marks

    @property
    def returns(self) -> list["Marking"]:
        """With which words it was returned, the first first."""
        return [each for each in self.markings if each.kind == MarkingKind.RETURN]

    @property
    def _given(self) -> list["Marking"]:
        return [each for each in self.markings if each.handing == self.handing and each.given_at is not None]

    def own_draft(self, marker: str) -> "Marking | None":
        """Return what a marker has begun to say of the present handing."""
        drafts = (
            each
            for each in self.markings
            if each.handing == self.handing and each.marker == marker and each.given_at is None
        )
        return next(drafts, None)

    def is_marked_by(self, marker: str) -> bool:
        """Tell whether somebody gave a mark for the present handing."""
        return any(each.marker == marker for each in self.given_marks)

    def is_open_to(self, marker: str) -> bool:
        """Tell whether a marker may say her mark now."""
        return self.state == WorkState.WAITING and not self.is_marked_by(marker)

    def seen_by(self, marker: str) -> str:
        """Return how the work stands for a marker: what her page must still be true to when she sends it.

        It tells nothing of what another marker does meanwhile, as long as the mark is open.
        """
        draft = self.own_draft(marker)
        revision = draft.revision if draft is not None else 0
        return f"{self.handing}-{self.state}-{revision}-{len(self.settlements)}"


class Handing(Base):
    """The text of a work as it was handed in; every state is kept."""

    __tablename__ = "handing"

    work_id: Mapped[int] = mapped_column(ForeignKey("work.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)  # from 1
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)


class Marking(Base):
    """What one marker said of one handing; ``given_at`` is empty while it is her draft."""

    __tablename__ = "marking"

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("work.id"), index=True)
    handing: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    marker: Mapped[str] = mapped_column(String(80))  # public id
    points: Mapped[list[int | None]] = mapped_column(JSON)  # by criterion
    comments: Mapped[list[str]] = mapped_column(JSON)  # by criterion
    comment: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(500), default="")
    revision: Mapped[int]  # counts what the marker saved: two tabs see each other by it
    saved_at: Mapped[datetime] = mapped_column(Moment)
    given_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def total(self) -> int:
        """The sum of the points."""
        return sum(points or 0 for points in self.points)
