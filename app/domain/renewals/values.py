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
class HeldCount:
    """How many people of one place completed a course on a day and hold a certificate that ends on another.

    ``unit_id`` None is everywhere outside the reader's units.
    """

    unit_id: int | None
    completed_on: date
    ends_on: date | None
    count: int


@dataclass(frozen=True, slots=True)
class Prospect:
    """How many certificates of one place end on a day, and on which they would by what is to be decided.

    A day that is None never comes; ``unit_id`` None is everywhere outside the reader's units.
    """

    unit_id: int | None
    as_it_is: date | None
    by_decision: date | None
    count: int

    @property
    def is_sooner(self) -> bool:
        """Whether they would end earlier."""
        return (self.by_decision or date.max) < (self.as_it_is or date.max)

    @property
    def is_later(self) -> bool:
        """Whether they would end later, or never."""
        return (self.by_decision or date.max) > (self.as_it_is or date.max)


@dataclass(frozen=True, slots=True)
class MonthCount:
    """How many certificates end in a month (its first day), as they are and by what is to be decided."""

    unit_id: int | None
    month: date
    as_they_are: int
    by_decision: int
