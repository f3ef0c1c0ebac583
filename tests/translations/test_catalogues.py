"""Every word that people read stands in every language, whole and in one alphabet."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from app.formats.serbian import to_latin
from app.foundation.i18n import CATALOGUES, LOCALES
from app.foundation.text import has_mixed_alphabets

ROOT = Path(__file__).parents[2]
TRANSLATED = tuple(locale for locale in LOCALES if locale != "en")
PLACES = re.compile(r"%\((\w+)\)[sd]")
SENTENCE = re.compile(r"[a-z]{3,} [a-z]{3,}")
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}


@cache
def wanted() -> frozenset[str]:
    """Return every msgid that the code, the pages and the mails hold."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as stream:
        methods, options = parse_mapping_cfg(stream)
    found = extract_from_dir(
        str(ROOT / "app"),
        [(glob.removeprefix("app/"), how) for glob, how in methods],
        {glob.removeprefix("app/"): given for glob, given in options.items()},
        keywords=KEYWORDS,
    )
    return frozenset(message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found)


@cache
def catalogue(locale: str) -> Catalog:
    """Return the catalogue of a locale."""
    with (CATALOGUES / locale / "LC_MESSAGES" / "messages.po").open("rb") as stream:
        return read_po(stream, locale=locale)


def messages(locale: str) -> list[Message]:
    """Return the messages of a catalogue, its head left out."""
    return [message for message in catalogue(locale) if message.id]


def texts(message: Message) -> tuple[str, ...]:
    """Return all forms of a translation."""
    return tuple(message.string) if isinstance(message.string, list | tuple) else (message.string,)


def ids(message: Message) -> tuple[str, ...]:
    """Return all forms of a msgid."""
    return tuple(message.id) if isinstance(message.id, list | tuple) else (message.id,)


def test_the_words_are_found():
    assert len(wanted()) > 500
    assert {"Sign in", "Hand in the test"} <= wanted()


@pytest.mark.parametrize("locale", TRANSLATED)
def test_nothing_is_missing_and_nothing_is_fuzzy(locale):
    whole = {ids(message)[0] for message in messages(locale) if all(texts(message)) and not message.fuzzy}
    assert sorted(wanted() - whole) == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_place_of_a_message_stays(locale):
    wrong = [
        (message.id, message.string)
        for message in messages(locale)
        for text in texts(message)
        if set(PLACES.findall(text)) - {name for each in ids(message) for name in PLACES.findall(each)}
        or (
            len(ids(message)) == 1 and sorted(PLACES.findall(text)) != sorted(PLACES.findall(ids(message)[0]))
        )
    ]
    assert wrong == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_plural_form_is_there(locale):
    number = catalogue(locale).num_plurals
    assert number == {"cs": 3, "sr": 3, "sr_Latn": 3, "uk": 3, "bg": 2}[locale]
    assert [
        message.id for message in messages(locale) if len(ids(message)) > 1 and len(texts(message)) != number
    ] == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_no_word_mixes_alphabets(locale):
    bare = [PLACES.sub(" ", text) for message in messages(locale) for text in texts(message)]
    assert [words for text in bare if (words := has_mixed_alphabets(text))] == []


@pytest.mark.parametrize("locale", ["sr", "uk", "bg"])
def test_cyrillic_catalogues_are_cyrillic(locale):
    """A translation of a sentence has Cyrillic letters; a code or a file name may have none."""
    sentences = [message for message in messages(locale) if SENTENCE.search(PLACES.sub("", ids(message)[0]))]
    latin = [message.id for message in sentences if not re.search(r"[А-Яа-яЂ-џҐґЄєІіЇї]", texts(message)[0])]
    assert latin == []


def test_serbian_latin_is_the_cyrillic_in_latin_letters():
    derived = {ids(message)[0]: texts(message) for message in messages("sr_Latn")}
    for message in messages("sr"):
        assert derived[ids(message)[0]] == tuple(map(to_latin, texts(message))), message.id
