"""The tables of the register: number series, certificates and the entries that say what became of them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.certificates.rules import State, state_of
from app.domain.certificates.values import Ground
from app.foundation import chain, ids
from app.foundation.db import Base, Moment, ordered_text
from app.foundation.plain import dump


class NumberSeries(Base):
    """The last number that an issuer gave in a year of its own zone; one row, locked last in the transaction."""

    __tablename__ = "number_series"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class SigningCertificate(Base):
    """A certificate that documents were signed with, and its ``chain`` (PEM); kept for whoever checks them later."""

    __tablename__ = "signing_certificate"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the certificate
    name: Mapped[str] = mapped_column(String(200))
    issuer: Mapped[str] = mapped_column(String(200))
    is_own: Mapped[bool]  # made by this instance itself
    begins: Mapped[datetime] = mapped_column(Moment)
    ends: Mapped[datetime] = mapped_column(Moment)
    chain: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def digest(self) -> str:
        """The SHA-256 of everything that is published of it: the audit trail says it when it comes into use."""
        names = [column.key for column in self.__table__.columns if not column.primary_key]
        return chain.hash_content({name: dump(getattr(self, name)) for name in names})


class Certificate(Base):
    """A certificate as it was when it was earned: ``snapshot`` is ``values.Snapshot`` and never changes but once.

    It is of an enrolment or of a programme: one completion of all its courses has one current certificate.
    ``file_digest`` is the archive copy, ``signed_digest`` the signed one, which people get; both are stored files.
    When the keeping period of somebody who was erased is over (``erased_at``), what names her leaves the snapshot and
    both files leave the store; their digests stay, so that a copy which somebody has is still recognised.
    """

    __tablename__ = "certificate"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    code_digest: Mapped[str] = mapped_column(String(64), unique=True)
    number: Mapped[str] = mapped_column(String(40), index=True)
    issuer_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    ordinal: Mapped[int]
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    is_current: Mapped[bool] = mapped_column(default=True)  # the completion rests on it
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_path: Mapped[str] = mapped_column(ordered_text(200), index=True)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    issued_at: Mapped[datetime] = mapped_column(Moment, index=True)
    valid_until: Mapped[date | None] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    superseded_at: Mapped[datetime | None] = mapped_column(Moment)
    successor: Mapped[str | None] = mapped_column(String(40))  # number of the certificate that took its place
    file_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    rendered_at: Mapped[datetime | None] = mapped_column(Moment)
    signed_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    signed_at: Mapped[datetime | None] = mapped_column(Moment)
    signing_certificate_id: Mapped[int | None] = mapped_column(ForeignKey("signing_certificate.id"))
    folded: Mapped[str] = mapped_column(
        String(2000), default=""
    )  # text.fold of what the register is searched by
    erased_at: Mapped[datetime | None] = mapped_column(Moment)  # the name is no longer in the register

    __table_args__ = (
        UniqueConstraint("issuer_unit_id", "year", "ordinal"),
        CheckConstraint("(enrolment_id IS NULL) <> (programme_id IS NULL)", name="ground"),
        Index(
            "uq_certificate_current",
            "enrolment_id",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
    )

    @property
    def owner_id(self) -> int | None:
        """A certificate belongs to its holder."""
        return self.person_id

    @property
    def ground(self) -> Ground:
        """What it is of."""
        return Ground(self.person_id, self.unit_path, self.enrolment_id, self.programme_id)

    @property
    def waits_for_key(self) -> bool:
        """Whether the document is made, but not signed yet: for longer than a moment only where there is no key."""
        return self.file_digest is not None and self.signed_digest is None and self.erased_at is None

    @property
    def is_in_force(self) -> bool:
        """Whether it is neither revoked nor superseded; it may have expired."""
        return self.revoked_at is None and self.superseded_at is None

    def state_on(self, today: date) -> State:
        """Return what the certificate is worth on a day."""
        return state_of(
            is_revoked=self.revoked_at is not None,
            is_superseded=self.superseded_at is not None,
            valid_until=self.valid_until,
            today=today,
        )

    def facts(self) -> dict[str, object]:
        """Return every column that has a value, as JSON-like values: what the entries of the register account for.

        The snapshot is accounted for by its hash, and what it is searched by follows from it. A column without a
        value is left out, so that a certificate stays the same when later columns come.
        """
        names = [column.key for column in self.__table__.columns if column.key not in _FROM_SNAPSHOT]
        values = {name: dump(getattr(self, name)) for name in names}
        return {name: value for name, value in values.items() if value is not None}


_FROM_SNAPSHOT = {"snapshot", "folded"}


class HiddenName(Base):
    """A holder wants initials shown to whoever checks her certificates, until they type the end of the code.

    It is of the holder, not of a certificate: it holds for those to come, and nothing of the register changes.
    """

    __tablename__ = "hidden_name"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(Moment)


class CertificateCheck(Base):
    """How often a certificate was checked by others, and on which day (UTC) last; never by whom.

    ``batch`` is what of the tally was entered last, so that it is not entered again.
    """

    __tablename__ = "certificate_check"

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    times: Mapped[int]
    last_on: Mapped[date]
    batch: Mapped[UUID | None] = mapped_column(Uuid)


class Notice(Base):
    """What papers say of an attempt that earned no certificate, as it was when its mark came; never changed.

    ``snapshot`` is ``values.Snapshot`` without number, code and address, ``outlook`` is ``values.Outlook``. The
    newest row of an attempt counts.
    """

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_path: Mapped[str] = mapped_column(ordered_text(200))
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    outlook: Mapped[dict[str, Any]] = mapped_column(JSON)
    issued_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def owner_id(self) -> int | None:
        """A notice belongs to the learner."""
        return self.person_id


class RegisterEntry(Base, chain.Sealed):
    """One line of the register: what became of a certificate, by whom and why; sealed into a chain.

    ``facts`` are the columns of the certificate that the line set, with their values: all lines of a certificate
    after each other give its row. Lines of before migration 0010 have none; ``recorded`` made up for them.
    """

    __tablename__ = "register_entry"

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), index=True)
    kind: Mapped[str] = mapped_column(
        String(20)
    )  # issued, recorded, filed, signed, shortened, superseded, revoked, ended, erased
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500), default="")
    number: Mapped[str] = mapped_column(String(40))
    snapshot_hash: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    def content(self) -> Mapping[str, object]:
        """Return what the line says, for its hash."""
        said = {
            "kind": self.kind,
            "at": self.at,
            "actor": self.actor,
            "reason": self.reason,
            "number": self.number,
            "snapshot": self.snapshot_hash,
        }
        return (
            said if self.facts is None else said | {"certificate": self.certificate_id, "facts": self.facts}
        )


class Revocation(Base):
    """Several certificates that somebody wants to be revoked together, until a second person has decided."""

    __tablename__ = "revocation"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=ids.public_id)
    reason: Mapped[str] = mapped_column(String(500))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    asked_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    is_approved: Mapped[bool | None]
    word: Mapped[str | None] = mapped_column(String(500))  # of who decided

    certificates: Mapped[list[Certificate]] = relationship(
        secondary="revocation_part", order_by=Certificate.id, viewonly=True
    )


class RevocationPart(Base):
    """One certificate of a revocation."""

    __tablename__ = "revocation_part"

    revocation_id: Mapped[int] = mapped_column(ForeignKey("revocation.id"), primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True, index=True)
