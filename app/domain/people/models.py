"""The tables of people: persons, the roles they hold, their single-use tokens and failed sign-ins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.territory.models import Unit
from app.foundation import ids
from app.foundation.db import Base, Moment, ordered_text


class Person(Base):
    """Someone who learns, teaches or looks after those who do; names apart, in native and Latin script."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=ids.public_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    session_token: Mapped[str] = mapped_column(String(64), unique=True, default=ids.token)
    family_name: Mapped[str] = mapped_column(String(60))
    given_name: Mapped[str] = mapped_column(String(60))
    family_name_latin: Mapped[str] = mapped_column(String(80))
    given_name_latin: Mapped[str] = mapped_column(String(80))
    folded: Mapped[str] = mapped_column(String(400))
    sort_key: Mapped[str] = mapped_column(ordered_text(600), index=True)
    gender: Mapped[str | None] = mapped_column(String(1))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    target_group: Mapped[str] = mapped_column(String(40))
    job_title: Mapped[str] = mapped_column(String(120), default="")
    locale: Mapped[str] = mapped_column(String(10))
    time_zone: Mapped[str | None] = mapped_column(String(40))
    invited_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    deactivated_at: Mapped[datetime | None] = mapped_column(Moment)
    last_seen_at: Mapped[datetime | None] = mapped_column(Moment)
    erased_at: Mapped[datetime | None] = mapped_column(Moment, index=True)  # only this row is left of her

    unit: Mapped[Unit] = relationship()

    __table_args__ = (CheckConstraint("gender IN ('f', 'm')", name="gender"),)

    @property
    def full_name(self) -> str:
        """Given name, then family name, as people are addressed."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def unit_path(self) -> str:
        """Where the person is employed."""
        return self.unit.path

    @property
    def owner_id(self) -> int | None:
        """A person belongs to herself."""
        return self.id


class RoleGrant(Base):
    """A role that a person holds on a unit for its subtree, until it is ended; only an administrator's lacks one."""

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=ids.public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    granted_at: Mapped[datetime] = mapped_column(Moment)
    granted_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by: Mapped[str | None] = mapped_column(String(80))

    person: Mapped[Person] = relationship()
    unit: Mapped[Unit | None] = relationship()

    __table_args__ = (CheckConstraint("unit_id IS NOT NULL OR role = 'admin'", name="placed"),)

    @property
    def unit_path(self) -> str:
        """Where the grant reaches from; empty for the whole instance."""
        return self.unit.path if self.unit else ""

    @property
    def owner_id(self) -> int | None:
        """A grant is not its holder's to change."""
        return None


class Token(Base):
    """A single-use link sent by mail; only its digest is kept."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))  # invitation, reset
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    person: Mapped[Person] = relationship()


class SignInFailure(Base):
    """A sign-in that failed: counted per e-mail and per address to lock both out for a while."""

    __tablename__ = "sign_in_failure"

    id: Mapped[int] = mapped_column(primary_key=True)
    email_digest: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    failed_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        Index("ix_sign_in_failure_email", "email_digest", "failed_at"),
        Index("ix_sign_in_failure_address", "address", "failed_at"),
    )
