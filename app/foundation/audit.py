"""The audit trail: who did what to what, when; append-only, sealed into a chain."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation import chain, clock
from app.foundation.db import Base, Moment, session


class AuditEntry(Base, chain.Sealed):
    """One act; ``actor`` is a public id or the name of a job, ``subject`` what it was done to."""

    __tablename__ = "audit_entry"

    at: Mapped[datetime] = mapped_column(Moment, index=True)
    actor: Mapped[str] = mapped_column(String(80), index=True)
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)

    def content(self) -> Mapping[str, object]:
        """Return what the entry says, for its hash."""
        return {
            "at": self.at,
            "actor": self.actor,
            "action": self.action,
            "subject": self.subject,
            "detail": self.detail,
        }


def record_each(
    actor: str, action: str, told: Sequence[tuple[object, Mapping[str, str | int | None]]]
) -> None:
    """Add an entry for each subject and its detail, as ``record`` does: for acts that touch thousands."""
    at = clock.now()
    entries = [
        AuditEntry(at=at, actor=actor, action=action, subject=str(subject), detail=dict(detail))
        for subject, detail in told
    ]
    chain.add_each(session(), entries)


def record(actor: str, action: str, subject: object, **detail: str | int | bool | None) -> None:
    """Add an entry to the trail, in the transaction of the act itself; ``detail`` holds no secret and no name."""
    entry = AuditEntry(at=clock.now(), actor=actor, action=action, subject=str(subject), detail=detail)
    entry.content_hash = chain.hash_content(entry.content())
    session().add(entry)
