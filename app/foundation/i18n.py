"""Languages: the six locales, their catalogues, and how a locale and a content language meet.

Flask-Babel serves the pages; this module serves everything that has no request: mails, files, commands.
"""

import re
from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import TypeVar

LOCALES = ("en", "cs", "sr", "sr_Latn", "uk", "bg")
CATALOGUES = Path(__file__).parent.parent / "translations"

Text = TypeVar("Text", bound=str)
_BEFORE_STOP = re.compile(r"%\((\w+)\)s\.(?!\.)")
"""A place of a sentence that a single full stop follows."""
_TAGS = {"sr": "sr-Cyrl", "sr_Latn": "sr-Latn"}


def N_(text: str) -> str:  # noqa: N802 -- The gettext tradition for a string marked where it stands.
    """Mark an English text for translation without translating it here."""
    return text


def content_language(locale: str) -> str:
    """Return the BCP 47 tag by which courses name the language of a locale."""
    return _TAGS.get(locale, locale)


def locale_of(language: str) -> str:
    """Return the locale of a content language: the inverse of ``content_language``; English where none fits."""
    for locale in LOCALES:
        if content_language(locale) == language:
            return locale
    return "en"


@cache
def _catalogue(locale: str) -> NullTranslations:
    path = CATALOGUES / locale / "LC_MESSAGES" / "messages.mo"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as stream:
        return GNUTranslations(stream)


def translate(locale: str, message: str, **values: object) -> str:
    """Return a marked message in a locale, its places filled."""
    text = _catalogue(locale).gettext(message) if message else ""
    return fill(text, values) if values else text


def fill(text: Text, values: Mapping[str, object]) -> Text:
    """Fill the places of a sentence, of whatever kind of text it is.

    A value that ends with a full stop (a date in Serbian, an abbreviation) ends the sentence with it, which has one.
    """

    def end(place: re.Match[str]) -> str:
        has_stop = str(values.get(place[1], "")).endswith(".")
        return place[0][:-1] if has_stop else place[0]

    return type(text)(type(text)(_BEFORE_STOP.sub(end, text)) % values)


def catalogue(locale: str) -> NullTranslations:
    """Return the catalogue of a locale, for a template environment."""
    return _catalogue(locale)
