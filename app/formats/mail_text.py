"""Mails as text and HTML: ``app/mails/<name>/{subject.txt,body.txt,body.html}`` filled in a locale."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.foundation.i18n import catalogue

MAILS = Path(__file__).parent.parent / "mails"


@dataclass(frozen=True, slots=True)
class MailText:
    """A mail ready to be sent."""

    subject: str
    text: str
    html: str


@cache
def _environment(locale: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(MAILS),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(catalogue(locale), newstyle=True)  # type: ignore[attr-defined]
    return environment


def render(name: str, locale: str, values: Mapping[str, str]) -> MailText:
    """Fill the mail ``name`` in a locale; a value that is wanted and missing is an error."""
    subject, text, html = (
        _environment(locale).get_template(f"{name}/{part}").render(values)
        for part in ("subject.txt", "body.txt", "body.html")
    )
    return MailText(" ".join(subject.split()), text, html)
