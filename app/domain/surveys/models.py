"""The tables of surveys: what was said, and apart from it who has said something.

Nothing leads from one to the other: no person, no moment, a random key. On SQLite neither table has row numbers,
which would count the answers in the order in which they came.
"""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.surveys.values import Aspect
from app.foundation import ids
from app.foundation.db import Base

_IN_RANGE = " AND ".join(f"{aspect.value} BETWEEN 1 AND 5" for aspect in Aspect)


class SurveyAnswer(Base):
    """What somebody said of an edition; without ``half_year`` it waits until enough have come to be shown."""

    __tablename__ = "survey_answer"

    random_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=ids.public_id)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    practical: Mapped[int]
    usable: Mapped[int]
    explained: Mapped[int]
    interactive: Mapped[int]
    comment: Mapped[str] = mapped_column(Text)  # empty where nothing was written
    half_year: Mapped[str | None] = mapped_column(String(6))  # in which it was let out, such as 2026-2

    __table_args__ = (
        Index("ix_survey_answer_edition", "edition_id", "half_year"),
        CheckConstraint(_IN_RANGE, name="ratings"),
        {"sqlite_with_rowid": False},
    )


class SurveyDone(Base):
    """That a learner has answered for an enrolment, so that she answers once; not what, and not when."""

    __tablename__ = "survey_done"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)

    __table_args__ = ({"sqlite_with_rowid": False},)
