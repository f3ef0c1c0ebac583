"""How a work stands, what a marker says of it, and what is wrong with one: frozen values."""

from dataclasses import dataclass
from enum import StrEnum

from app.foundation.errors import Invalid


class WorkState(StrEnum):
    """How a work stands."""

    WAITING = "waiting"  # for a mark, or for the second one
    SETTLING = "settling"  # two marks lie too far apart
    RETURNED = "returned"  # the learner works on it again
    MARKED = "marked"


class MarkingKind(StrEnum):
    """What a marker did."""

    MARK = "mark"
    RETURN = "return"
    SETTLEMENT = "settlement"  # of two marks, or in the place of a final one, with a reason


class UnfitWork(Invalid):
    """A work cannot be taken as it is; the place where the learner mends it is her form."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a marker says: points and a comment for each criterion, and a comment on the whole."""

    points: tuple[int | None, ...]  # None where nothing is said yet
    comments: tuple[str, ...]
    comment: str


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file as it was sent, already looked at: its clean name, its bytes' digest and their number."""

    name: str
    digest: str
    size: int
    media_type: str
