"""Numbers, states and terms of certificates: pure functions."""

from calendar import monthrange
from datetime import date
from enum import StrEnum

from app.domain.catalogue.values import Duration

_MONTHS = {"mo": 1, "y": 12}


class State(StrEnum):
    """What a certificate is worth today."""

    VALID = "valid"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


def number_of(prefix: str, year: int, ordinal: int) -> str:
    """Return a number as it is printed: ``CZ-2026-000123``."""
    return f"{prefix}-{year}-{ordinal:06d}"


def last_day(first: date, valid_for: Duration | None) -> date | None:
    """Return the last day of validity: the same day of the month, or that month's last day."""
    if valid_for is None:
        return None
    months = first.year * 12 + first.month - 1 + valid_for.amount * _MONTHS[valid_for.unit]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def state_of(
    *, is_revoked: bool, is_superseded: bool = False, valid_until: date | None, today: date
) -> State:
    """Return the state of a certificate on a day."""
    if is_revoked:
        return State.REVOKED
    if is_superseded:
        return State.SUPERSEDED
    return State.EXPIRED if valid_until is not None and today > valid_until else State.VALID
