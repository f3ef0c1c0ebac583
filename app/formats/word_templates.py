"""Texts outside of pages, in a locale: the Jinja templates of mails and papers."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.foundation.i18n import catalogue


@cache
def environment(folder: Path, locale: str) -> Environment:
    """Return the templates of a folder; what is filled into HTML is escaped, a value that is missing an error."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(catalogue(locale), newstyle=True)  # type: ignore[attr-defined]
    return made
