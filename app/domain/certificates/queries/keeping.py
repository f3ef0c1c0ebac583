"""Every question put to certificates of people who were erased, whose names the register keeps for a while."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from app.domain.certificates.models import Certificate
from app.domain.people.models import Person
from app.domain.territory.models import Unit
from app.domain.territory.values import Scope
from app.foundation.audit import AuditEntry
from app.foundation.db import session

_issued_on = Certificate.snapshot["issued_on"].as_string()


def _held(scope: Scope) -> Iterator[ColumnElement[bool]]:
    """Yield the clauses for certificates within a scope that still name somebody who was erased."""
    yield Person.erased_at.is_not(None)
    yield Certificate.erased_at.is_(None)
    yield scope.within(Certificate.unit_path, Certificate.person_id)


def list_keeping_units(scope: Scope) -> Sequence[tuple[Unit, date]]:
    """Return the units whose certificates within a scope still name somebody who was erased, by the tree.

    Each with the day on which the earliest of them was issued.
    """
    held = (
        select(Unit, func.min(_issued_on))
        .join(Certificate, Certificate.issuer_unit_id == Unit.id)
        .join(Person, Person.id == Certificate.person_id)
        .where(*_held(scope))
        .group_by(Unit.id)
        .order_by(Unit.path)
    )
    return [(unit, date.fromisoformat(earliest)) for unit, earliest in session().execute(held)]


def list_outlived(scope: Scope, unit_id: int, first_kept: date, size: int) -> Sequence[Certificate]:
    """Return, locked, some of the certificates within a scope that still name somebody who was erased.

    They are of one issuer and were issued before a day, in the zone of the issuer.
    """
    outlived = (
        select(Certificate)
        .join(Person, Person.id == Certificate.person_id)
        .where(*_held(scope), Certificate.issuer_unit_id == unit_id, _issued_on < first_kept.isoformat())
        .order_by(Certificate.id)
        .limit(size)
        .with_for_update(of=Certificate)
        .execution_options(populate_existing=True)
    )
    return session().scalars(outlived).all()


def list_erasures(scope: Scope, certificate_ids: Collection[int]) -> Mapping[int, Sequence[str | None]]:
    """Return what the audit trail says that is left of certificates within a scope, whose holders were erased.

    By the id of each: the digest of what it says without a name, from every line that erased it.
    """
    erased = and_(AuditEntry.action == "certificate.erase", AuditEntry.subject == Certificate.number)
    said = (
        select(Certificate.id, AuditEntry.detail)
        .join(Person, Person.id == Certificate.person_id)
        .join(AuditEntry, erased)
        .where(
            Certificate.id.in_(certificate_ids),
            Person.erased_at.is_not(None),
            scope.within(Certificate.unit_path, Certificate.person_id),
        )
        .order_by(Certificate.id, AuditEntry.id)
    )
    rows: Sequence[Any] = session().execute(said).all()
    return {
        held: [detail.get("digest") for _, detail in lines]
        for held, lines in groupby(rows, lambda row: row[0])
    }
