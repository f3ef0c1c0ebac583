"""When a course is a new version: its digests, correction or new edition, and what differs between two.

The rule is that of course-format.md, Versions: a correction changes only titles, module text, media, explanations
and feedback, and in course.yaml only texts, ``law_as_of``, ``review_by`` and ``sources``.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from app.domain.catalogue.values import CourseMeta, Module, Question
from app.foundation.plain import dump

Wording = Mapping[str, object]
"""What a question says in one language as its author wrote it, explanation and feedback left out."""

_TEXT_FIELDS = frozenset({"title", "summary", "objectives", "authors", "law_as_of", "review_by", "sources"})
_LATER = {
    ("assessment", "markers"): 1,
    ("assessment", "place"): "online",
    ("certificate", "valid_until"): None,
    ("certificate", "renewal_window"): None,
    ("certificate", "renewal_course"): None,
}
"""Keys of course.yaml that came after the first release: what stood there before they did, and is not counted."""
_TOP_KEY = re.compile(r"([A-Za-z_]+):")
_ID = re.compile(r"#([a-z0-9-]+)")


class Change(StrEnum):
    """What publishing would make of a course."""

    NONE = "none"
    CORRECTION = "correction"
    EDITION = "edition"


class Digested(Protocol):
    """A draft or a stored version, as far as versions are compared."""

    @property
    def digest(self) -> str:
        """SHA-256 over everything a learner can see or that changes marking."""

    @property
    def marking_digest(self) -> str:
        """SHA-256 over what makes a new edition when it differs."""


class Part(StrEnum):
    """What a difference is about."""

    COURSE = "course"
    MODULE = "module"
    QUESTION = "question"
    MEDIA = "media"
    FILE = "file"


class How(StrEnum):
    """How a part differs."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """A part that differs: ``name`` is a key of course.yaml, a file name without folder, or a question's id."""

    file: str
    part: Part
    name: str
    how: How


def kind_of_change(old: Digested | None, new: Digested) -> Change:
    """Tell whether publishing ``new`` after ``old`` makes nothing, a correction or a new edition."""
    if old is None or old.marking_digest != new.marking_digest:
        return Change.EDITION
    return Change.NONE if old.digest == new.digest else Change.CORRECTION


def content_digest(
    meta: CourseMeta,
    modules: Sequence[Module],
    questions: Sequence[Question],
    media_digests: Mapping[str, str],
) -> str:
    """Return the digest over everything a learner can see or that changes marking."""
    return _digest({"meta": _said(meta), "modules": modules, "questions": questions, "media": media_digests})


def marking_digest(
    meta: CourseMeta,
    modules: Sequence[Module],
    questions: Sequence[Question],
    wordings: Mapping[str, Mapping[str, Wording]],
) -> str:
    """Return the digest over what makes a new edition; ``wordings`` by question id and language.

    It is made from what authors wrote, not from HTML, so that a new renderer never makes new editions.
    """
    facts = {
        "meta": {name: value for name, value in _said(meta).items() if name not in _TEXT_FIELDS},
        "modules": [[module.address, module.minutes, module.check] for module in modules],
        "questions": [_facts(question) for question in questions],
        "wordings": wordings,
    }
    return _digest(facts)


def _said(meta: CourseMeta) -> Mapping[str, object]:
    """Return what course.yaml says; a key of ``_LATER`` counts where it differs from what held before it came.

    Else a new release would make a new edition of every course.
    """
    data: dict[str, object] = dump(meta)
    for (part, name), before in _LATER.items():
        inner = data[part]
        if isinstance(inner, dict) and inner.get(name) == before:
            data[part] = {key: value for key, value in inner.items() if key != name}
    return data


def _facts(question: Question) -> Mapping[str, object]:
    data: Mapping[str, object] = dump(question)
    return {name: value for name, value in data.items() if name not in {"bodies", "keys"}}


def _digest(value: object) -> str:
    text = json.dumps(dump(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def areas_of(questions: Sequence[Question]) -> Mapping[str, str]:
    """Return key → area of the questions that a test may draw, in order: of a draft what ``areas_of_pool`` is."""
    return {
        question.key: question.area
        for question in questions
        if not question.is_practice and not question.is_retired
    }


def differences(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[Difference, ...]:
    """Return what differs between the files of two versions, by path; keys and questions one by one."""
    found: list[Difference] = []
    for path in sorted({*old, *new}):
        before, after = old.get(path), new.get(path)
        if before != after:
            found.extend(_differences_in(path, before, after))
    return tuple(found)


def _differences_in(path: str, before: bytes | None, after: bytes | None) -> list[Difference]:
    part = _part_of(path)
    name = path.rpartition("/")[2]
    if before is None or after is None:
        return [Difference(path, part, name, How.ADDED if before is None else How.REMOVED)]
    names = {Part.COURSE: _key_in, Part.QUESTION: _question_in}.get(part)
    if names is None:
        return [Difference(path, part, name, How.CHANGED)]
    old, new = _sections(before, names), _sections(after, names)
    inner = [
        Difference(path, part, key, _how(old.get(key), new.get(key)))
        for key in dict.fromkeys([*new, *old])
        if key and old.get(key) != new.get(key)
    ]
    return inner or [Difference(path, Part.FILE, name, How.CHANGED)]


def _part_of(path: str) -> Part:
    folder, _, name = path.rpartition("/")
    if path == "course.yaml":
        return Part.COURSE
    if folder == "media":
        return Part.MEDIA
    if not folder or not name.endswith(".md"):
        return Part.FILE
    is_bank = name == "questions.md" or name.startswith("questions-")
    return Part.QUESTION if is_bank else Part.MODULE


def _how(before: str | None, after: str | None) -> How:
    if before is None:
        return How.ADDED
    return How.REMOVED if after is None else How.CHANGED


def _key_in(line: str) -> str | None:
    """Return the key of course.yaml that a line begins with, if it does."""
    found = _TOP_KEY.match(line)
    return found[1] if found else None


def _question_in(line: str) -> str | None:
    """Return the id of the question that a line of a bank is the heading of, if it is."""
    if not line.startswith("##") or line.startswith("###"):
        return None
    found = _ID.search(line, max(line.rfind("{"), 0))
    return found[1] if found else None


def _sections(data: bytes, names: Callable[[str], str | None]) -> dict[str, str]:
    """Return the text from each line that names something up to the next; line ends do not count."""
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    lines: dict[str, list[str]] = {"": []}
    name = ""
    for line in text.split("\n"):
        name = names(line) or name
        lines.setdefault(name, []).append(line)
    return {name: "\n".join(found).strip() for name, found in lines.items()}
