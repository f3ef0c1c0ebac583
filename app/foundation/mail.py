"""The mail port: a message is written down in the act's transaction and sent by a job.

Without SMTP_URL messages become ``.eml`` files in the instance, readable at /admin/mail.
"""

import smtplib
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

from sqlalchemy import String, Text, Uuid, select
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation import clock, ids, queue
from app.foundation.db import Base, Moment, after_commit, session
from app.foundation.settings import Settings, current

_SECONDS = 20


class MailMessage(Base):
    """A message to one person; its text is forgotten once it is sent, for it may hold a secret link."""

    __tablename__ = "mail_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=ids.public_id)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)


def post(recipient: str, subject: str, text: str, html: str) -> None:
    """Write a message down and promise to send it, in the present transaction."""
    message = MailMessage(
        recipient=recipient, subject=" ".join(subject.split()), text=text, html=html, created_at=clock.now()
    )
    session().add(message)
    session().flush()
    queue.enqueue("mail.send", message_id=message.id)


def get_unsent(message_id: int) -> MailMessage | None:
    """Return a message that is still to be sent."""
    message = session().get(MailMessage, message_id)
    return message if message is not None and message.sent_at is None else None


def mark_sent(message: MailMessage) -> None:
    """Note that a message went out, and forget what it said."""
    message.sent_at, message.text, message.html = clock.now(), "", ""


def compose(message: MailMessage, settings: Settings) -> EmailMessage:
    """Build the MIME message; its Message-ID is the same at every try, so that a double can be told."""
    mail = EmailMessage()
    mail["From"] = Address("Gradivo", addr_spec=settings.mail_from)
    mail["To"] = Address(addr_spec=message.recipient)
    mail["Subject"] = message.subject
    mail["Date"] = message.created_at
    mail["Message-ID"] = f"<{message.public_id}@{urlsplit(settings.base_url).hostname}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def send(mail: EmailMessage, settings: Settings) -> None:
    """Hand a message to the SMTP server, or write it into the instance's mail folder."""
    if settings.smtp_url is None:
        _write(mail, settings.instance / "mail")
        return
    url = urlsplit(settings.smtp_url)
    kind = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    with kind(url.hostname or "localhost", url.port or 0, timeout=_SECONDS) as server:
        if url.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(mail)


def _write(mail: EmailMessage, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = mail["Message-ID"].strip("<>").partition("@")[0]
    draft = folder / f".{name}.part"
    draft.write_bytes(mail.as_bytes())
    draft.rename(folder / f"{name}.eml")


def forget(recipient: str) -> None:
    """Let every message to an address be gone, sent or not, and its file, where the instance keeps letters."""
    mine = session().scalars(select(MailMessage).where(MailMessage.recipient == recipient)).all()
    paths = [current().instance / "mail" / f"{message.public_id}.eml" for message in mine]
    for message in mine:
        session().delete(message)
    after_commit(lambda: _remove(paths))


def _remove(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
