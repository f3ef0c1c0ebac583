"""What a paper holds and what a mark is: frozen values."""

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

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


@dataclass(frozen=True, slots=True)
class Sitting:
    """What must be known of an attempt before answers are written down."""

    id: int
    unit_path: str
    owner_id: int
    deadline_at: datetime | None
    finished_at: datetime | None
