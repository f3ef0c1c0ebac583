"""The table of report files: exports that the worker makes and the asker fetches."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.reports.rules import leaving
from app.foundation import ids
from app.foundation.db import Base, Moment


class ReportFile(Base):
    """An export asked for by a person, made by the worker, kept in the file store.

    ``parameters`` are what was asked; ``paths`` are the units that its rows come from, empty for all there
    are, so that it is handed out only to whom they are still open. ``row_count`` grows while the file is made;
    ``row_total`` is how many rows fitted, of which some may have had no document yet. A file that was made and
    has no ``file_digest`` is gone.
    """

    __tablename__ = "report_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=ids.public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    paths: Mapped[list[str]] = mapped_column(JSON)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    made_at: Mapped[datetime | None] = mapped_column(Moment)
    refused_at: Mapped[datetime | None] = mapped_column(Moment)
    file_digest: Mapped[str | None] = mapped_column(String(64))
    row_count: Mapped[int | None]
    row_total: Mapped[int | None]

    @property
    def is_of_certificates(self) -> bool:
        """Whether it holds certificates to hand over, not the rows of a report."""
        return "handout" in self.parameters

    @property
    def missing_count(self) -> int:
        """How many certificates fitted and are not in it, once it is made."""
        return (self.row_total or 0) - (self.row_count or 0) if self.is_of_certificates else 0

    @property
    def is_gone(self) -> bool:
        """Whether it was made and is there no more."""
        return self.made_at is not None and self.file_digest is None

    @property
    def kept_until(self) -> datetime | None:
        """The moment from which it is there no more, once it is made."""
        return leaving.kept_until(self.made_at) if self.made_at else None

    @property
    def unit_path(self) -> str:
        """A report file lies nowhere: it is its asker's alone."""
        return ""

    @property
    def owner_id(self) -> int | None:
        """Whoever asked for it."""
        return self.person_id
