"""What is foreseen of certificates that end: frozen values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class EndCount:
    """How many certificates of one place end on a day; ``unit_id`` None is everywhere outside the reader's units."""

    unit_id: int | None
    ends_on: date | None
    count: int


@dataclass(frozen=True, slots=True)
class MonthCount:
    """How many certificates end in a month (its first day), as they are and by what is to be decided."""

    unit_id: int | None
    month: date
    as_they_are: int
    by_decision: int
