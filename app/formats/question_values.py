"""What a question file says before anything is rendered: Markdown pieces with the line they begin at."""

from dataclasses import dataclass, field
from decimal import Decimal

from app.domain.catalogue.values import Gap, Kind

FLAGS = {
    "practice": frozenset(Kind),
    "retired": frozenset(Kind),
    "pinned": frozenset({Kind.SINGLE, Kind.MULTIPLE, Kind.MATCH}),
    "exact": frozenset({Kind.SHORT, Kind.CLOZE}),
    "partial": frozenset({Kind.ORDER}),
    "all-or-nothing": frozenset({Kind.MULTIPLE}),
}
"""The options written as a class, and the kinds of question each belongs to."""

VALUES = {
    "points": frozenset(Kind),
    "area": frozenset(Kind),
    "unit": frozenset({Kind.NUMBER}),
    "upload": frozenset({Kind.TASK}),
    "max_words": frozenset({Kind.TASK}),
}
"""The options written as ``name=value``, and the kinds of question each belongs to."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of Markdown and the line of the file that it begins at."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer part, by kind as in ``QuestionBody`` and ``QuestionKey``; the pieces are not rendered yet.

    ``text`` is that of a cloze, its gaps replaced by numbers between ``GAP_OPEN`` and ``GAP_CLOSE``.
    """

    options: tuple[Piece, ...] = ()
    right: tuple[int, ...] = ()
    feedback: tuple[Piece | None, ...] = ()
    accepted: tuple[str, ...] = ()
    ranges: tuple[tuple[Decimal, Decimal], ...] = ()
    choices: tuple[Piece, ...] = ()
    pairs: tuple[int, ...] = ()
    text: Piece | None = None
    gaps: tuple[Gap, ...] = ()
    gap_answers: tuple[tuple[str, ...], ...] = ()
    criteria: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Attributes:
    """What stands between the braces of a heading; None for what is left out."""

    key: str
    line: int
    kind: Kind | None = None
    flags: frozenset[str] = frozenset()
    points: int | None = None
    area: str | None = None
    unit: str | None = None
    upload: tuple[str, ...] = ()
    max_words: int | None = None


@dataclass(frozen=True, slots=True)
class QuestionSource:
    """A question of one file in one language."""

    file: str
    attributes: Attributes
    kind: Kind
    heading: Piece
    stem: Piece
    answer: Answer
    explanation: Piece | None

    @property
    def key(self) -> str:
        """The id written by the author."""
        return self.attributes.key

    @property
    def line(self) -> int:
        """The line of the heading."""
        return self.attributes.line


@dataclass(frozen=True, slots=True)
class Bank:
    """A question file: its questions, and the definitions of abbreviations and links that hold for all of them."""

    file: str
    questions: tuple[QuestionSource, ...]
    definitions: str = ""
    keys: dict[str, int] = field(default_factory=dict)  # id → line, of broken questions too
