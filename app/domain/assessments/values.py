"""What a paper holds and what a mark is: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from app.domain.catalogue.values import Kind, QuestionBody, QuestionKey

Response = list[str]
"""What a learner gave to one question, as text; its shape by kind is told in ``rules.read_response``."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A result: exact points earned of the points of a paper."""

    earned: Fraction
    points: int

    @property
    def basis_points(self) -> int:
        """The share earned in hundredths of a percent, half rounded up; an empty paper is 0."""
        if not self.points:
            return 0
        return int(self.earned * 10_000 / self.points + Fraction(1, 2))

    def reaches(self, pass_mark: int) -> bool:
        """Tell whether the share, before any rounding, is at least ``pass_mark`` percent."""
        return self.earned * 100 >= pass_mark * self.points


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """A drawn question as the learner gets it, options in her order, and its key in the same order.

    For ``order`` the key's ``right`` holds the right rank (from 0) of each item as shown.
    """

    key: str
    kind: Kind
    area: str
    points: int
    body: QuestionBody
    answer_key: QuestionKey
    is_exact: bool = False
    is_partial: bool = False
    is_all_or_nothing: bool = False
    unit: str | None = None
    criteria: tuple[int, ...] = ()  # task: the points of each criterion, which the body's options name
    upload: tuple[str, ...] = ()  # task: endings of files
    max_words: int | None = None  # task

    def without_key(self) -> "PaperQuestion":
        """Return the question as it may be sent before submission."""
        return replace(self, answer_key=QuestionKey())


class Overlap(StrEnum):
    """How much of one learner's paper stands on another's too."""

    ALL = "all"
    MOST = "most"
    HALF = "half"
    LITTLE = "little"


OVERLAPS = (
    (Fraction(1, 2), Overlap.LITTLE),  # a second attempt can be made of questions that were never seen
    (Fraction(2, 3), Overlap.HALF),
    (Fraction(1), Overlap.MOST),  # beyond two thirds the checker warns too: a second attempt would be a copy
)
"""Up to which share of an area drawn its papers overlap little, by half, for the most part."""


@dataclass(frozen=True, slots=True)
class Pool:
    """How many questions of an area are drawn, of how many."""

    area: str
    drawn: int
    size: int

    @property
    def share(self) -> Fraction:
        """The expected share of one learner's questions of the area that another learner gets as well.

        Of ``drawn`` questions of ``size`` a second draw hits drawn²/size in the mean (hypergeometric distribution),
        which is drawn/size of those drawn.
        """
        return Fraction(self.drawn, self.size) if self.size else Fraction(1)

    @property
    def overlap(self) -> Overlap:
        """What this share means, by ``OVERLAPS``; whole where everything is drawn."""
        if self.drawn >= self.size:
            return Overlap.ALL
        return next(overlap for limit, overlap in OVERLAPS if self.share <= limit)


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it lies there, and when it was given."""

    response: Response
    at: datetime


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What becomes of answers that come from a page, beside what other pages sent meanwhile; by position."""

    written: Mapping[int, Response]
    replaced: tuple[int, ...]  # an answer from another page gives way
    kept: Mapping[int, Response]  # a later answer from another page stays


@dataclass(frozen=True, slots=True)
class Sitting:
    """What must be known of an attempt before answers are written down."""

    id: int
    public_id: UUID
    unit_path: str
    owner_id: int
    deadline_at: datetime | None
    finished_at: datetime | None
    is_on_paper: bool
