"""A question while it is read from an XML file: what every kind has, what is noted about it, and the media it shows."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from posixpath import basename, join, normpath
from urllib.parse import unquote

from app.domain.catalogue.values import Kind
from app.formats.html_markdown import Converted, only_outside
from app.formats.media_files import is_name, serve_media
from app.formats.question_exchange import (
    TAG,
    Ledger,
    NotCarried,
    attributes_of,
    medium_name,
    of_kind,
    points_of,
    question_of,
)
from app.formats.question_values import Answer, Piece
from app.formats.question_wording import split_heading
from app.formats.report import Report
from app.formats.source_text import TEXT_LIMIT
from app.formats.svg_picture import sanitise
from app.foundation.i18n import N_

WHOLE = Decimal(100)
_NEAR = Decimal("0.01")
_EMBEDDED = re.compile(r"data:image/(?P<kind>png|jpeg|webp|svg\+xml);base64,(?P<data>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Option:
    """An option or an answer with its weight in percent and what is said about it, in Markdown."""

    text: str
    weight: Decimal
    feedback: str = ""


@dataclass(slots=True)
class Draft:
    """What is known of a question before its kind; ``tokens`` are those that a tag of ours carried."""

    ledger: Ledger
    key: str
    name: str
    line: int
    tokens: tuple[str, ...] = ()
    area: str | None = None
    points: Decimal = Decimal(1)
    flags: set[str] = field(default_factory=set)
    unit: str = ""
    upload: tuple[str, ...] = ()
    max_words: int | None = None

    def changed(self, message: str, /, **values: object) -> None:
        """Note that something of the question came over in another form."""
        self.ledger.changed(self.key, self.line, message, **values)

    def left_out(self, message: str, /, **values: object) -> None:
        """Note that something of the question did not come over."""
        self.ledger.left_out(self.key, self.line, message, **values)

    def tell(self, converted: Converted) -> str:
        """Return Markdown, and note what of it could not come over."""
        if converted.lost:
            self.left_out(N_("“%(what)s” was left out of its text."), what=", ".join(converted.lost))
        return converted.text

    def piece(self, text: str) -> Piece:
        """Return a piece of Markdown that begins where the question does."""
        return Piece(text, self.line)

    def finish(self, kind: Kind, answer: Answer, text: str, explanation: str) -> None:
        """Put the question into the ledger; ``text`` is divided into heading and stem."""
        heading, stem = split_heading(text, self.name)
        self.finish_with(kind, answer, heading, stem, explanation)

    def finish_with(self, kind: Kind, answer: Answer, heading: str, stem: str, explanation: str) -> None:
        """Put the question with its heading and stem into the ledger."""
        own = attributes_of(self.key, self.line, self.tokens)
        points = own.points or self._points()
        attributes = replace(
            own,
            area=own.area or self.area,
            points=points if points > 1 else None,
            flags=own.flags | self.flags,
            unit=own.unit or self.unit or None,
            upload=own.upload or self.upload,
            max_words=own.max_words or self.max_words,
        )
        if kind is Kind.TASK:
            attributes = replace(
                attributes, points=sum(answer.criteria) if sum(answer.criteria) > 1 else None
            )
        is_clear = kind is Kind.MULTIPLE and len(answer.right) > 1
        attributes = replace(
            of_kind(attributes, kind), kind=None if is_clear or kind is Kind.SINGLE else kind
        )
        self.ledger.take(question_of(attributes, kind, heading, stem, answer, explanation))

    def _points(self) -> int:
        points = points_of(self.points)
        if points != self.points and "points" not in "".join(self.tokens):
            self.changed(
                N_("Its mark of %(mark)s became %(points)s points: they are whole numbers here."),
                mark=f"{self.points:f}"[:20],
                points=points,
            )
        return points


def within_limit(text: str) -> str:
    """Return a text that a question file can hold; raises NotCarried for a longer one."""
    if len(text) > TEXT_LIMIT // 2:
        raise NotCarried(N_("This question is longer than a question file may be."))
    return text


def our_tokens(tags: Sequence[str]) -> tuple[str, ...]:
    """Return what tags of ours carry."""
    return tuple(tag.removeprefix(TAG) for tag in tags if tag.startswith(TAG))


def read_choice(draft: Draft, options: Sequence[Option], *, is_single: bool) -> tuple[Kind, Answer]:
    """Return kind and answer of options with weights; raises NotCarried where none is right."""
    best = max((option.weight for option in options), default=Decimal(0))
    if best <= 0:
        raise NotCarried(N_("No option is right."))
    if is_single:
        right = tuple(place for place, option in enumerate(options) if option.weight == best)
        _tell_single(draft, options, right)
    else:
        right = tuple(place for place, option in enumerate(options) if option.weight > 0)
        _tell_multiple(draft, options, right)
    answer = Answer(
        options=tuple(draft.piece(option.text) for option in options),
        right=right,
        feedback=tuple(draft.piece(option.feedback) if option.feedback else None for option in options),
    )
    return (Kind.SINGLE if is_single and len(right) == 1 else Kind.MULTIPLE), answer


def _tell_single(draft: Draft, options: Sequence[Option], right: tuple[int, ...]) -> None:
    for place, option in enumerate(options):
        if place not in right and option.weight:
            draft.changed(
                N_("The option “%(answer)s” counted %(weight)s %%: here it is wrong."),
                answer=option.text,
                weight=percent(option.weight),
            )
    if len(right) > 1:
        draft.changed(N_("Several options are right and one was to be chosen: here all of them are to be."))
    if options[right[0]].weight != WHOLE:
        draft.changed(N_("Its best option counted less than the whole: here it counts in full."))


def _tell_multiple(draft: Draft, options: Sequence[Option], right: tuple[int, ...]) -> None:
    """Note where marks differ: here each right option adds its part of the whole, each wrong one takes it off."""
    if "all-or-nothing" in draft.flags or ".all-or-nothing" in draft.tokens:
        return
    part = WHOLE / len(right)
    if any(abs(options[place].weight - part) > _NEAR for place in right):
        draft.changed(N_("Its right options had marks of their own: here each counts alike."))
    wrong = [option for place, option in enumerate(options) if place not in right]
    if any(abs(option.weight + part) > _NEAR for option in wrong):
        draft.changed(
            N_("A wrong option takes off here as much as a right one adds; before it was otherwise.")
        )


def only_full(draft: Draft, options: Sequence[Option]) -> list[Option]:
    """Return the typed answers that count in full: there is no other way to count one here. Raises NotCarried."""
    full = [option for option in options if abs(option.weight - WHOLE) <= _NEAR]
    for option in options:
        if option not in full and option.weight > 0:
            draft.left_out(
                N_(
                    "The answer “%(answer)s” counts %(weight)s %%: only answers that count in full came over."
                ),
                answer=option.text,
                weight=percent(option.weight),
            )
    if not full:
        raise NotCarried(N_("No answer counts in full."))
    return full


def percent(weight: Decimal) -> str:
    """Return a weight as people write it."""
    text = f"{weight:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(slots=True)
class Media:
    """The files that the texts of a question may show, by path."""

    draft: Draft
    files: Mapping[str, bytes]
    start: str = ""  # what stands before a path, such as ``@@PLUGINFILE@@/``
    folder: str = ""  # the folder that paths begin at
    used: set[str] = field(default_factory=set)

    def address(self, target: str) -> str | None:
        """Return the address in a course of a link or a picture, whose file is kept."""
        embedded = _EMBEDDED.fullmatch(target)
        if embedded:
            data = decode_base64(embedded["data"])
            ending = embedded["kind"].partition("+")[0].replace("jpeg", "jpg")
            return None if data is None else self._keep(f"picture.{ending}", data)
        path = unquote(target.partition("?")[0]).strip()
        name = normpath(join(self.folder, path.removeprefix(self.start).lstrip("/")))
        if path.startswith(self.start) and name in self.files:
            self.used.add(name)
            return self._keep(basename(name), self.files[name])
        return only_outside(target)

    def _keep(self, name: str, data: bytes) -> str | None:
        """Return the address of a file in media/: its own name where that can be, else one made of it."""
        kept = self.draft.ledger.media
        same = next((known for known, other in kept.items() if other == data), None)
        if same is not None:
            return f"../media/{same}"
        taken = {known.lower() for known in kept}
        own = name if is_name(name) and " " not in name and name.lower() not in taken else ""
        own = own or medium_name(name, frozenset(taken))
        report = Report(f"media/{own}")
        if serve_media(data, report, sanitise) is None:
            finding = report.findings[-1]
            self.draft.left_out(finding.message, **finding.values)
            return None
        kept[own] = data
        return f"../media/{own}"


def decode_base64(text: str) -> bytes | None:
    """Return what base64 says, or None where it is none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
