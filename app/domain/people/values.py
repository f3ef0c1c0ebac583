"""What is known of a person: frozen values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Profile:
    """What is entered about a person; names apart, in native and in Latin script."""

    email: str
    family_name: str
    given_name: str
    family_name_latin: str
    given_name_latin: str
    target_group: str  # a word of catalogue.values.Audience
    job_title: str
    locale: str
    gender: str | None = None  # f, m or None
    time_zone: str | None = None  # None: that of the unit


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in goes by, as it stood at one moment."""

    public_id: UUID
    password_hash: str | None  # None: not chosen yet
    session_token: str
    locale: str


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which entries of the audit trail are asked for; what is empty does not narrow.

    ``actor`` and ``subject`` are the words of the entry itself, or the name or e-mail of a person.
    """

    actor: str = ""
    action: str = ""
    subject: str = ""
    begin: datetime | None = None
    end: datetime | None = None  # the first moment that is too late
