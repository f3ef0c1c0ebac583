"""Mails as text and HTML: ``app/mails/<name>/{subject.txt,body.txt,body.html}`` filled in a locale."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.formats.word_templates import environment

MAILS = Path(__file__).parent.parent / "mails"


@dataclass(frozen=True, slots=True)
class MailText:
    """A mail ready to be sent."""

    subject: str
    text: str
    html: str


def render(name: str, locale: str, values: Mapping[str, str]) -> MailText:
    """Fill the mail ``name`` in a locale; a value that is wanted and missing is an error."""
    subject, text, html = (
        environment(MAILS, locale).get_template(f"{name}/{part}").render(values)
        for part in ("subject.txt", "body.txt", "body.html")
    )
    return MailText(" ".join(subject.split()), text, html)
