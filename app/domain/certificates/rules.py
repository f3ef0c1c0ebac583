"""Numbers, states and terms of certificates: pure functions."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from app.domain.catalogue.values import CertificateRule, Duration
from app.domain.territory.values import IssuerParticulars
from app.foundation.text import fold

_MONTHS = {"mo": 1, "y": 12}


class State(StrEnum):
    """What a certificate is worth today."""

    VALID = "valid"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


def age_of(snapshot: Mapping[str, Any], certificate_id: int) -> tuple[str, int]:
    """Return what certificates are ordered by as they were earned.

    A duplicate and a corrected certificate are as old as what they stand for, though they were issued later.
    """
    return snapshot["completed_on"], certificate_id


def number_of(prefix: str, year: int, ordinal: int) -> str:
    """Return a number as it is printed: ``CZ-2026-000123``."""
    return f"{prefix}-{year}-{ordinal:06d}"


def last_day(first: date, rule: CertificateRule) -> date | None:
    """Return the last day of validity, counted from a day; None is without end."""
    if rule.valid_until is not None:
        return _next_day(first, rule.valid_until)
    return _after(first, rule.valid_for) if rule.valid_for is not None else None


def _after(first: date, time: Duration) -> date:
    """Return the same day of a later month, or that month's last day."""
    months = first.year * 12 + first.month - 1 + time.amount * _MONTHS[time.unit]
    year, month = divmod(months, 12)
    return _day_in(year, month + 1, first.day)


def _next_day(first: date, day_of_year: str) -> date:
    """Return the first day after one that has this month and day; 29 February is the last day of February."""
    month, day = (int(part) for part in day_of_year.split("-"))
    this_year = _day_in(first.year, month, day)
    return this_year if this_year > first else _day_in(first.year + 1, month, day)


def _day_in(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def kept_until(issued_on: date, years: int) -> date:
    """Return the last day on which the register keeps the name of somebody who is erased."""
    return _after(issued_on, Duration(years, "y"))


def first_kept(today: date, years: int) -> date:
    """Return the earliest day of issue whose keeping period is not over on a day: ``kept_until`` backwards."""
    same = _day_in(today.year - years, today.month, today.day)
    return same if same.day == today.day else same + timedelta(days=1)


def state_of(*, is_revoked: bool, is_superseded: bool, valid_until: date | None, today: date) -> State:
    """Return the state of a certificate on a day."""
    if is_revoked:
        return State.REVOKED
    if is_superseded:
        return State.SUPERSEDED
    return State.EXPIRED if valid_until is not None and today > valid_until else State.VALID


def names_of(said: Mapping[str, str], *, is_hidden: bool) -> tuple[str, str]:
    """Return whose a certificate is by what it says, in her own and in Latin script; a hidden name is ``J. N.``."""
    native = _joined(said["given_name"], said["family_name"], is_hidden=is_hidden)
    return native, _joined(said["given_name_latin"], said["family_name_latin"], is_hidden=is_hidden)


def _joined(*names: str, is_hidden: bool) -> str:
    return " ".join(f"{name[0]}." if is_hidden else name for name in names if name)


def is_last_group(code: str, typed: str) -> bool:
    """Tell whether somebody typed the last group of a code, or all of it; both as ``ids.normalise_code`` has them."""
    return typed in {code, code[-GROUP:]}


GROUP = 5
"""Letters in a group of a code."""

_SEARCHED = (
    "number",
    "family_name",
    "given_name",
    "family_name_latin",
    "given_name_latin",
    "course_title",
    "course_slug",
)


def searched(snapshot: Mapping[str, object]) -> str:
    """Return what a certificate is found by in the register: number, name in both scripts, course; folded."""
    return fold(" ".join(str(snapshot.get(name, "")) for name in _SEARCHED))


_NAMING = ("family_name", "given_name", "family_name_latin", "given_name_latin", "unit_name")


def emptied(snapshot: Mapping[str, object]) -> dict[str, object]:
    """Return what a certificate says without whose it is; the municipality stays, for the totals."""
    return {**snapshot, **dict.fromkeys(_NAMING, "")}


def replay(facts: Iterable[Mapping[str, object] | None]) -> Mapping[str, object]:
    """Return what the lines of one certificate say together, the later over the earlier."""
    said: dict[str, object] = {}
    for each in facts:
        said |= each or {}
    return {name: value for name, value in said.items() if value is not None}


def list_differences(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """Return the names under which two records differ, in order."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def find_lacking(needed: Sequence[str], own: Mapping[str, object], giver: IssuerParticulars) -> str | None:
    """Return which of the members of a snapshot that are needed neither a course, or programme, nor its issuer gives.

    ``own`` are those that the course has, or should have, in a language.
    """
    given = {
        **own,
        "accreditation": own.get("accreditation") or giver.accreditation,
        "issuer_name": giver.legal_name,
        "issuer_place": giver.place,
        "issuer_registration_number": giver.registration_number,
        "signatory_name": giver.signatory,
        "signatory_function": giver.function,
        "legal_line": giver.legal_line,
        "funder_line": giver.funder_line,
        "logo_digest": giver.logo,
        "funder_logo_digest": giver.funder_logo,
    }
    return next((name for name in needed if name in given and not given[name]), None)
