"""What is asked at the end of a course, and what many answers come to: frozen values.

The four aspects are those that the South Bohemian Region asked at the end of its courses in 2012 (practical, usable
in my work, processing, interactivity), each from 1 to 5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import starmap
from operator import add

FEWEST = 5
"""No figure and no comment of fewer answers is ever shown, and no two figures differ by fewer."""
RATINGS = (1, 2, 3, 4, 5)
LONGEST_COMMENT = 2000


class Aspect(StrEnum):
    """What a course is rated by, from 1 (not at all) to 5 (very much)."""

    PRACTICAL = "practical"
    USABLE = "usable"
    EXPLAINED = "explained"
    INTERACTIVE = "interactive"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one learner says, each aspect from 1 to 5."""

    practical: int
    usable: int
    explained: int
    interactive: int
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many answers there are and, aspect by aspect, how many gave 1, 2, 3, 4 and 5."""

    answers: int = 0
    counts: tuple[int, ...] = (0,) * len(Aspect) * len(RATINGS)

    def __add__(self, other: "Tally") -> "Tally":
        """Return both taken together."""
        return Tally(
            self.answers + other.answers, tuple(starmap(add, zip(self.counts, other.counts, strict=True)))
        )

    def spread(self, aspect: Aspect) -> Sequence[int]:
        """Return how many gave 1, 2, 3, 4 and 5."""
        place = list(Aspect).index(aspect) * len(RATINGS)
        return self.counts[place : place + len(RATINGS)]

    def mean(self, aspect: Aspect) -> Fraction:
        """Return the mean rating; raises ZeroDivisionError where nobody answered."""
        total = sum(rating * count for rating, count in zip(RATINGS, self.spread(aspect), strict=True))
        return Fraction(total, self.answers)
