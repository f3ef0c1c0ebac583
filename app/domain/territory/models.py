"""The tables of the territory: units and the particulars of those that issue certificates."""

from datetime import date

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.db import Base, ordered_text


class Unit(Base):
    """A country, region, municipality or a level between; ``path`` holds the ids from the top down."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    country: Mapped[str] = mapped_column(String(2))
    level: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    name_latin: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(400))
    sort_key: Mapped[str] = mapped_column(ordered_text(800))
    path: Mapped[str] = mapped_column(ordered_text(200), unique=True)
    time_zone: Mapped[str | None] = mapped_column(String(40))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))

    parent: Mapped["Unit | None"] = relationship(remote_side="Unit.id", foreign_keys="Unit.parent_id")

    @property
    def unit_path(self) -> str:
        """Where the unit lies: at its own path."""
        return self.path

    @property
    def owner_id(self) -> int | None:
        """A unit belongs to nobody."""
        return None


class Issuer(Base):
    """The particulars of a unit that issues certificates (Czech Act 312/2002, s. 20)."""

    __tablename__ = "issuer"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    legal_name: Mapped[str] = mapped_column(String(200))
    registration_number: Mapped[str] = mapped_column(String(40))
    prefix: Mapped[str] = mapped_column(String(20), unique=True)
    signatory: Mapped[str] = mapped_column(String(120))
    function: Mapped[dict[str, str]] = mapped_column(JSON)
    place: Mapped[str] = mapped_column(String(120))
    accreditation: Mapped[str | None] = mapped_column(String(120))
    legal_line: Mapped[dict[str, str] | None] = mapped_column(JSON)
    funder_line: Mapped[dict[str, str] | None] = mapped_column(JSON)
    logo: Mapped[str | None] = mapped_column(String(64))
    funder_logo: Mapped[str | None] = mapped_column(String(64))

    unit: Mapped[Unit] = relationship()
