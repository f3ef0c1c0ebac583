"""The tables of badges: the badges of certificates, the keys that prove them, the lists of their states."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.db import Base, Moment


class Badge(Base):
    """The same award as a certificate, in an open format; made by a job when its holder asks for it.

    ``document_digest`` is the credential (JSON), ``picture_digest`` a PNG that holds the same text; both are stored
    files, and both are there as soon as ``made_at`` is.
    """

    __tablename__ = "badge"

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    made_at: Mapped[datetime | None] = mapped_column(Moment)
    document_digest: Mapped[str | None] = mapped_column(String(64))
    picture_digest: Mapped[str | None] = mapped_column(String(64))


class BadgeKey(Base):
    """A public key that badges were proven by (``multikey``: W3C Controlled Identifiers, 2.2.2); published for good."""

    __tablename__ = "badge_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    multikey: Mapped[str] = mapped_column(String(100), unique=True)
    first_used_at: Mapped[datetime] = mapped_column(Moment)


class StatusList(Base):
    """A signed list of badges that hold no more (W3C Bitstring Status List), as it is handed out now.

    ``ended_digest`` is the SHA-256 of whose bits are set: another one asks for another list.
    """

    __tablename__ = "status_list"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ended_digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Moment)
    token: Mapped[str] = mapped_column(Text)
