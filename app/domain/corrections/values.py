"""What a correction is made of: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from app.domain.assessments.values import Mark, PaperQuestion


class Choice(StrEnum):
    """What becomes of a question on papers that were taken."""

    MEND = "mend"  # marked again by the new key
    DROP = "drop"  # it leaves the points earned and the points of the paper
    LEAVE = "leave"


class Fairness(StrEnum):
    """What counts where a result would become worse."""

    NOBODY_LOSES = "nobody-loses"
    AS_CORRECTED = "as-corrected"


class Stage(StrEnum):
    """How far a correction is."""

    RECKONING = "reckoning"  # the dry run is being made
    READY = "ready"  # it waits for a decision
    APPLYING = "applying"
    DONE = "done"


class Differing(StrEnum):
    """How a question of an earlier version stands to the newest one."""

    KEY = "key"  # the same question has another key
    RETIRED = "retired"
    GONE = "gone"
    REWORDED = "reworded"  # it asks or offers something else: no answer to it can be marked by the new key


class Touch(StrEnum):
    """What a correction did to a certificate."""

    ISSUED = "issued"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Change:
    """What a question is worth on one paper before and after; ``new`` None: it is left out."""

    points: int
    old: Fraction
    new: Fraction | None


Changes = Mapping[int, Change]
"""By position on the paper, from 1."""


@dataclass(frozen=True, slots=True)
class Regraded:
    """A result anew: the mark, the points of each question that changed, and the positions left out."""

    mark: Mark
    earned: Mapping[int, Fraction | None]
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """A question of an earlier version beside the newest one; ``new`` None where the bank holds none of it."""

    key: str
    how: Differing
    old: PaperQuestion
    new: PaperQuestion | None


@dataclass(frozen=True, slots=True)
class Sums:
    """What a choice would do, or did, to so many results."""

    results: int = 0
    gain: int = 0
    lose: int = 0
    to_passed: int = 0
    to_failed: int = 0
    issued: int = 0
    revoked: int = 0
    superseded: int = 0
    hindered: int = 0

    @property
    def told(self) -> int:
        """How many results change, and so how many mails are sent."""
        return self.gain + self.lose


@dataclass(frozen=True, slots=True)
class Line:
    """A result in a list: before and after, and the certificate that it touches."""

    attempt: str
    old_mark: int | None
    was_passed: bool | None
    kind_mark: int | None
    kind_passed: bool | None
    strict_mark: int | None
    strict_passed: bool | None
    certificate: str | None
    touch: str | None
    successor: str | None
    hindrance: str | None
    valid_until: date | None = None
