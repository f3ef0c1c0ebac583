"""Reads a message that was written as an ``.eml`` file (RFC 5322)."""

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as a person reads it: the text alone, nothing that a browser would run."""

    recipient: str
    subject: str
    text: str
    at: datetime | None


def read(data: bytes) -> Letter:
    """Return what a message says; what it lacks or hides behind an unknown encoding is empty."""
    mail = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(data)
    recipients = mail["To"].addresses if mail["To"] is not None else ()
    return Letter(
        recipient=recipients[0].addr_spec if recipients else "",
        subject=str(mail["Subject"] or ""),
        text=_text(mail),
        at=mail["Date"].datetime if mail["Date"] is not None else None,
    )


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    try:
        return str(part.get_content()) if part is not None else ""
    except (LookupError, UnicodeError, MessageError):
        return ""
