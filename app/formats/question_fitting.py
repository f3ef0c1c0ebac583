"""Makes what was read from another system fit into a course: ids, media, links, words; the result is bank files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from posixpath import normpath
from urllib.parse import quote, unquote

from app.domain.catalogue.values import Kind
from app.formats.media_files import serve_media
from app.formats.question_exchange import (
    ESSAY_CRITERION,
    FALSE,
    TRUE,
    Exchange,
    Ledger,
    Note,
    make_key,
    medium_name,
)
from app.formats.question_formats import read_as
from app.formats.question_markdown import divided, write_question
from app.formats.question_values import QuestionSource
from app.formats.report import Report
from app.formats.svg_picture import Drawing
from app.foundation.i18n import N_, locale_of, translate

_NAME_LIMIT = 40
_ADDED = frozenset({ESSAY_CRITERION, TRUE, FALSE})
_LINK = re.compile(r"(?P<sign>!?)\[(?P<words>[^\[\]\n]*)\]\((?P<target>[^()\s]*)(?:[ ]+\"[^\"\n]*\")?\)")
_OUTSIDE = re.compile(r"(?:https?://[^/?#]|mailto:[^/]|tel:[+0-9]|course:[a-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Room:
    """What a course holds already: the ids of its questions, its files by path with their SHA-256."""

    language: str
    keys: frozenset[str]
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The questions as the course will hold them, the new files by path, and the whole loss report."""

    questions: tuple[QuestionSource, ...]
    files: Mapping[str, bytes]
    notes: tuple[Note, ...]


def read_into(given: tuple[str, bytes, Room, str]) -> Fitted:
    """Return what a file of a format and name adds to a course; raises Unreadable. ``run_limited`` can call it."""
    kind, data, room, name = given
    return fit(read_as((kind, data)), room, name, mark_of(data))


def mark_of(upload: bytes) -> str:
    """Return the first line of the bank files that come of an upload: by it a second import is known."""
    return f"<!-- Imported; SHA-256 of the file: {sha256(upload).hexdigest()} -->\n\n"


def fit(exchange: Exchange, room: Room, name: str, mark: str) -> Fitted:
    """Return what an exchange adds to a course; ``name`` is that of the file it came from."""
    ledger = Ledger()
    media, names = _media(exchange.media, room, ledger)
    known = {*room.digests, *media}
    questions = _questions(exchange, room, ledger)
    texts = [_linked(question, names, known, room.language, ledger) for question in questions]
    banks = divided(texts, mark)
    paths = _paths(name, room, len(banks))
    notes = sorted((*exchange.notes, *ledger.notes), key=lambda note: note.line)
    return Fitted(questions, {**dict(zip(paths, banks, strict=True)), **media}, tuple(notes))


def _questions(exchange: Exchange, room: Room, ledger: Ledger) -> tuple[QuestionSource, ...]:
    taken = set(room.keys)
    fitted = []
    for question in exchange.questions:
        key = question.key
        if key in taken:
            key = make_key(key, taken | {each.key for each in exchange.questions})
            ledger.changed(
                question.key,
                question.line,
                N_("Its id is taken in this course: it became “%(key)s”."),
                key=key,
            )
        taken.add(key)
        own = replace(question.attributes, key=key)
        fitted.append(_worded(replace(question, attributes=own), room.language))
    return tuple(fitted)


def _worded(question: QuestionSource, language: str) -> QuestionSource:
    """Return a question with the words that a reader added in the language of the course."""
    options = question.answer.options
    if question.kind not in {Kind.TASK, Kind.SINGLE} or not _ADDED.issuperset(each.text for each in options):
        return question
    locale = locale_of(language)
    worded = tuple(replace(each, text=translate(locale, each.text)) for each in options)
    return replace(question, answer=replace(question.answer, options=worded))


def _media(given: Mapping[str, bytes], room: Room, ledger: Ledger) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the new files by path, and for each name given the name in the course; what is refused is noted."""
    media: dict[str, bytes] = {}
    names: dict[str, str] = {}
    taken = {
        path.removeprefix("media/"): digest
        for path, digest in room.digests.items()
        if path.startswith("media/")
    }
    for name, data in given.items():
        own = name if name not in taken else medium_name(name, taken.keys())
        if taken.get(name) == sha256(data).hexdigest():
            names[name] = name
            continue
        report = Report(f"media/{own}")
        serve_media(data, report, _as_it_is)
        faults = [finding for finding in report.findings if finding.is_error]
        if faults:
            ledger.left_out(name, 1, faults[0].message, **faults[0].values)
            continue
        names[name], taken[own] = own, sha256(data).hexdigest()
        media[f"media/{own}"] = data
    return media, names


def _as_it_is(data: bytes) -> Drawing:
    """Return a drawing unread: the course's reader sanitises it in a limited process."""
    return Drawing(data)


def _linked(
    question: QuestionSource, names: Mapping[str, str], known: set[str], language: str, ledger: Ledger
) -> str:
    """Return a question's text, its links leading to what the course has; others become the words alone."""

    def resolved(found: re.Match[str]) -> str:
        target = found["target"]
        is_picture = bool(found["sign"])
        if _OUTSIDE.match(target) and not is_picture:
            return found.group()
        path = normpath(f"{language}/{unquote(target.partition('#')[0])}")
        name = path.removeprefix("media/")
        if path.startswith("media/") and names.get(name, name) != name:
            return found.group().replace(target, f"../media/{quote(names[name])}")
        if path in known or (target.startswith("#") and not is_picture):
            return found.group()
        ledger.left_out(
            question.key,
            question.line,
            N_("“%(target)s” is not in this course: its words stay."),
            target=target,
        )
        return found["words"]

    return _LINK.sub(resolved, write_question(question))


def _paths(name: str, room: Room, count: int) -> list[str]:
    """Return free paths for bank files in the source language's folder."""
    stem = make_key(name.rpartition(".")[0] or name, frozenset())[:_NAME_LIMIT].strip("-")
    stem = stem.removeprefix("questions-")
    paths: list[str] = []
    number = 1
    while len(paths) < count:
        path = f"{room.language}/questions-{stem}{f'-{number}' if number > 1 else ''}.md"
        if path not in room.digests:
            paths.append(path)
        number += 1
    return paths
