"""What the design of a certificate is made of, as frozen values.

A design is a list of parts in reading order. Places and lengths are millimetres from the upper left corner of
the page; sizes of letters and thicknesses of lines are points. What stands in braces in a text is a
placeholder: a particular of the snapshot (``PLACES``) or a phrase of the wording. A text with an empty
placeholder is left out as a whole.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NewType, TypeAlias

from app.foundation.errors import Invalid
from app.foundation.i18n import N_

PLACES = frozenset({
    "accreditation", "code", "completed_on", "course_list", "course_title", "course_version", "duplicate_of",
    "form", "funder_line", "hours", "issued_on", "issuer_name", "issuer_place", "issuer_registration_number",
    "language_name", "legal_line", "municipality_name", "name", "name_latin", "number", "objective_list",
    "objectives", "percent", "sealed_at", "signatory_function", "signatory_name", "signer", "unit_name",
    "valid_until", "verify_url", "workplace",
})  # fmt: skip
"""The particulars that a text may name; ``certificate_words`` says how each is written."""
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

Colour = NewType("Colour", str)
"""A colour as ``#17365d``; a design.yaml names it by a word of its ``colours``."""
FontName = NewType("FontName", str)
"""A name from the ``fonts`` of the design."""
Align: TypeAlias = Literal["left", "centre", "right"]


Kind: TypeAlias = Literal["exam", "attendance", "programme"]
"""What a certificate says was done, as in its snapshot."""


class MissingWording(Invalid):
    """The design has no wording in the language of the certificate."""

    def __init__(self, language: str) -> None:
        """Take the BCP 47 tag of the certificate."""
        super().__init__("language", N_("The certificate has no wording in %(language)s."), language=language)
        self.language = language


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the page."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks: up to ``size`` points, and ``smallest`` when it fills as many ``lines`` as it should.

    As multiples of the size: below ``patience`` a text takes another line rather than shrink on, ``leading``
    is the distance of lines, ``tracking`` the space added between letters.
    """

    font: FontName
    size: float
    smallest: float
    colour: Colour
    lines: int = 1
    patience: float = 0.9
    leading: float = 1.25
    tracking: float = 0
    capitals: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A text in a column, ``above`` millimetres under the one before, more where spare height is shared.

    Each line of a list (``{objective_list}``) is a text of its own, as far under the one before. A ``heading`` is
    one for whoever hears the document read aloud, too. Where a column is too full, a ``firm`` text keeps its size
    until the others have a quarter of theirs.
    """

    text: str
    style: Style
    above: float = 0
    shared: bool = False
    heading: bool = False
    firm: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """Texts under one another in a box, shrunk together when they are too many."""

    box: Box
    align: Align
    anchor: Literal["top", "middle", "bottom"]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Seal(Column):
    """Where the signed copy says who sealed it and when; the archive copy has nothing to say there."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A small label over a value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Cells:
    """Particulars side by side, as many as have a value, each as wide as it needs, or all ``even`` where they can."""

    box: Box
    label: Style
    value: Style
    divider: Colour
    cells: tuple[Cell, ...]
    even: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A border of woven strands between two rules, ``margin`` from the edge and ``band`` wide."""

    margin: float
    band: float
    outer: Colour
    inner: Colour
    strands: tuple[Colour, ...]


@dataclass(frozen=True, slots=True)
class Rosette:
    """A large ornament of one closed line behind the text; ``left`` and ``top`` are those of its centre."""

    left: float
    top: float
    radius: float
    petals: int
    colour: Colour
    thickness: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line ``thickness`` points thick, around a lozenge where that has a width."""

    left: float
    top: float
    width: float
    colour: Colour
    thickness: float
    lozenge: float = 0


@dataclass(frozen=True, slots=True)
class Logo:
    """Where the logo of the issuer or the funder stands, as large as the box allows; nothing without one.

    ``alt`` is the text that stands for it where it is not seen.
    """

    box: Box
    align: Align
    alt: str
    of: Literal["issuer", "funder"] = "issuer"


@dataclass(frozen=True, slots=True)
class QrCode:
    """The address of verification as a QR symbol; the quiet zone around it is not counted in ``size``.

    ``alt`` is the text that stands for it where it is not seen.
    """

    left: float
    top: float
    size: float
    colour: Colour
    alt: str


Part: TypeAlias = Frame | Rosette | Rule | Logo | QrCode | Column | Cells


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words for each kind of certificate that a design is for, empty where a kind has none."""

    words: Mapping[str, str]

    def of(self, kind: str) -> str:
        """Return the words for a kind of certificate."""
        return self.words[kind]


@dataclass(frozen=True, slots=True)
class Forms:
    """The words for how a course is held."""

    distance: str
    classroom: str
    blended: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language; every language of a design has the same phrases.

    ``name`` puts ``{given_name}`` and ``{family_name}`` in order; ``date`` does so with ``{day}``,
    ``{month}`` (a word of ``months``) and ``{year}``; ``decimal`` is the sign before the fraction of an hour.
    ``course`` is a line of ``{course_list}``, of ``{title}``, ``{version}`` and ``{hours}``.
    """

    language_name: str
    name: str
    date: str
    months: tuple[str, ...]
    decimal: str
    forms: Forms
    phrases: Mapping[str, Phrase]
    course: str = ""

    def texts(self) -> Iterator[str]:
        """Yield all of its words."""
        yield from (self.language_name, self.course, *self.months)
        yield from (self.forms.distance, self.forms.classroom, self.forms.blended)
        for phrase in self.phrases.values():
            yield from phrase.words.values()


@dataclass(frozen=True, slots=True)
class Design:
    """How the certificates of one design look and what they say, for the ``kinds`` that it is made for.

    ``mandatory`` are the members of a snapshot without which none is issued, ``mandatory_in`` further ones by
    the country of the issuer; ``title`` and ``subject`` are texts for the properties of the document.
    """

    name: str
    kinds: tuple[Kind, ...]
    width: float
    height: float
    fonts: Mapping[str, Path]
    mandatory: tuple[str, ...]
    mandatory_in: Mapping[str, tuple[str, ...]]
    title: str
    subject: str
    parts: tuple[Part, ...]
    wording: Mapping[str, Wording]

    def needs_in(self, country: str) -> tuple[str, ...]:
        """Return all members of a snapshot without which an issuer of a country (ISO 3166-1) issues none."""
        return self.mandatory + self.mandatory_in.get(country, ())

    def wording_in(self, language: str) -> Wording:
        """Return the words of a BCP 47 language; raise MissingWording."""
        if language not in self.wording:
            raise MissingWording(language)
        return self.wording[language]

    @property
    def seal(self) -> Seal:
        """The one place of the visible signature."""
        return next(part for part in self.parts if isinstance(part, Seal))

    def texts(self) -> Iterator[str]:
        """Yield every text that is drawn or stored, its placeholders not filled."""
        yield self.title
        yield self.subject
        for part in self.parts:
            if isinstance(part, Logo | QrCode):
                yield part.alt
            elif isinstance(part, Column):
                yield from (block.text for block in part.blocks)
            elif isinstance(part, Cells):
                for cell in part.cells:
                    yield cell.label
                    yield cell.value


def placeholders(text: str) -> tuple[str, ...]:
    """Return the names between braces in a text, in order."""
    return tuple(_PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in the places of a text; all of it is empty where one of them is."""
    if not all(values[name] for name in placeholders(text)):
        return ""
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)
