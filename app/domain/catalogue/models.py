"""The tables of the catalogue: courses, their editions and immutable versions, modules, questions, drafts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Numeric, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.territory.models import Unit
from app.foundation import ids
from app.foundation.db import Base, Moment, ordered_text


class Course(Base):
    """A course, known by its slug for ever; what it says lies in its versions."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    owner_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    owner_path: Mapped[str] = mapped_column(ordered_text(200), index=True)
    newest_edition: Mapped[int] = mapped_column(default=0)

    owner_unit: Mapped[Unit] = relationship()

    @property
    def unit_path(self) -> str:
        """A course lies at its owner's path."""
        return self.owner_path

    @property
    def owner_id(self) -> int | None:
        """A course belongs to a unit, not to a person."""
        return None


class Edition(Base):
    """What a learner enrols in; ``version_id`` is its newest correction."""

    __tablename__ = "edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    number: Mapped[int]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("course_version.id", use_alter=True))

    course: Mapped[Course] = relationship()

    __table_args__ = (UniqueConstraint("course_id", "number"),)


class CourseVersion(Base):
    """A published state of a course, never changed again; its label is ``edition.correction``."""

    __tablename__ = "course_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=ids.public_id)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    edition: Mapped[int]
    correction: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    marking_digest: Mapped[str] = mapped_column(String(64))
    track: Mapped[str] = mapped_column(String(20))
    level: Mapped[str] = mapped_column(String(20))
    form: Mapped[str] = mapped_column(String(20))
    hours: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    languages: Mapped[list[str]] = mapped_column(JSON)
    titles: Mapped[dict[str, str]] = mapped_column(JSON)
    meta: Mapped[dict[str, Any]] = mapped_column(JSON)  # see rules.meta_to_json
    law_as_of: Mapped[date]
    review_by: Mapped[date | None]
    module_count: Mapped[int]
    modules_wanted: Mapped[int]  # how many must be done before the test opens
    has_test: Mapped[bool]
    published_at: Mapped[datetime] = mapped_column(Moment)
    published_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (UniqueConstraint("edition_id", "correction"),)

    @property
    def label(self) -> str:
        """The version as people read it: ``2.1`` is the first correction of the second edition."""
        return f"{self.edition}.{self.correction}"


class ModuleText(Base):
    """A module of a version in one language of the course, rendered once."""

    __tablename__ = "module_text"

    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(10), primary_key=True)
    address: Mapped[str] = mapped_column(String(80), primary_key=True)
    position: Mapped[int]  # from 1
    text_language: Mapped[str] = mapped_column(String(10))  # the source's where it falls back
    title: Mapped[str] = mapped_column(String(300))
    minutes: Mapped[int]
    law_as_of: Mapped[date | None]
    check: Mapped[list[str]] = mapped_column(JSON)
    html: Mapped[str] = mapped_column(Text)


class Question(Base):
    """A question of a version's bank, whatever the language."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    key: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    area: Mapped[str] = mapped_column(String(80))
    points: Mapped[int]
    is_practice: Mapped[bool]
    is_pinned: Mapped[bool]
    is_retired: Mapped[bool]
    is_exact: Mapped[bool]
    is_partial: Mapped[bool]
    is_all_or_nothing: Mapped[bool]
    unit: Mapped[str | None] = mapped_column(String(80))
    criteria: Mapped[list[int]] = mapped_column(JSON, default=list)  # task: the points of each
    upload: Mapped[list[str]] = mapped_column(JSON, default=list)  # task: endings of files
    max_words: Mapped[int | None]  # task

    __table_args__ = (UniqueConstraint("version_id", "key"),)


class QuestionText(Base):
    """A question in one language: ``body`` goes to learners, ``answer_key`` never before they submitted."""

    __tablename__ = "question_text"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(10), primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    answer_key: Mapped[dict[str, Any]] = mapped_column(JSON)


class VersionFile(Base):
    """A file that a version was published from, byte for byte; ``served`` is what learners get of it."""

    __tablename__ = "version_file"

    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    served: Mapped[str | None] = mapped_column(String(64), index=True)
    size: Mapped[int]


class CourseDraft(Base):
    """A course as a trainer is writing it in the browser; ``revision`` guards two tabs from each other."""

    __tablename__ = "course_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=ids.public_id)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    owner_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    owner_path: Mapped[str] = mapped_column(ordered_text(200), index=True)
    files: Mapped[dict[str, str]] = mapped_column(JSON)  # path → digest in the file store
    revision: Mapped[int] = mapped_column(default=1)
    base: Mapped[str | None] = mapped_column(String(20))  # label of the version that it began from
    error_count: Mapped[int | None]  # as last checked
    warning_count: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(String(80))

    @property
    def unit_path(self) -> str:
        """A draft lies at the owner's path."""
        return self.owner_path

    @property
    def owner_id(self) -> int | None:
        """A draft belongs to a unit, not to a person."""
        return None


class Programme(Base):
    """A model programme: an ordered list of courses, by their slugs."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    owner_path: Mapped[str] = mapped_column(ordered_text(200))
    track: Mapped[str] = mapped_column(String(20))
    form: Mapped[str] = mapped_column(String(20))
    titles: Mapped[dict[str, str]] = mapped_column(JSON)
    courses: Mapped[list[str]] = mapped_column(JSON)
    is_ordered: Mapped[bool]
    deadline: Mapped[str | None] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(64))  # digest of the file it was read from
    design: Mapped[str | None] = mapped_column(String(80))  # of its certificates; None: it has none

    @property
    def unit_path(self) -> str:
        """A programme lies at its owner's path."""
        return self.owner_path

    @property
    def owner_id(self) -> int | None:
        """A programme belongs to a unit, not to a person."""
        return None


Index("ix_module_text_order", ModuleText.version_id, ModuleText.language, ModuleText.position)
