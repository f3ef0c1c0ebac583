"""What may be told to the register: a certificate is issued, its file is made, it is revoked; nothing is undone."""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import Executable, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.certificates import rules
from app.domain.certificates.models import Certificate, NumberSeries, RegisterEntry
from app.domain.certificates.values import Snapshot
from app.domain.enrolment.models import Enrolment
from app.domain.territory.models import Issuer
from app.foundation import chain, clock, ids
from app.foundation.db import session
from app.foundation.plain import dump


def issue(enrolment: Enrolment, issuer: Issuer, draft: Snapshot, verify_base: str, by: str) -> Certificate:
    """Enter a certificate: the draft says everything but number, code and address of verification.

    The number series is one row per issuer and year; it is locked here, as late as the act allows, so numbers
    have no gap and no double. ``draft.issued_on`` is the day in the issuer's zone, its year that of the number.
    """
    present = clock.now()
    code = ids.code()
    year = draft.issued_on.year
    ordinal = _next_number(issuer.unit_id, year)
    number = rules.number_of(issuer.prefix, year, ordinal)
    snapshot = replace(draft, number=number, code=code, verify_url=f"{verify_base}/verify/{code}")
    stored = dump(snapshot)
    certificate = Certificate(
        code=code,
        code_digest=ids.digest(ids.normalise_code(code)),
        number=number,
        issuer_unit_id=issuer.unit_id,
        year=year,
        ordinal=ordinal,
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        unit_path=enrolment.unit_path,
        snapshot=stored,
        issued_at=present,
        valid_until=snapshot.valid_until,
        folded=rules.searched(stored),
    )
    session().add(certificate)
    session().flush()
    _enter(certificate, "issued", by, "", present, certificate.facts())
    return certificate


_series = cast("Table", NumberSeries.__table__)


@cache
def _counting(dialect: str) -> Executable:
    statement = (sqlite if dialect == "sqlite" else postgresql).insert(_series)
    values = {"unit_id": bindparam("unit_id"), "year": bindparam("year"), "last": 1}
    counted = statement.values(**values).on_conflict_do_update(
        index_elements=["unit_id", "year"], set_={"last": _series.c.last + 1}
    )
    whole: Executable = counted.returning(_series.c.last)
    return whole


def _next_number(unit_id: int, year: int) -> int:
    held = session().connection()
    return int(held.execute(_counting(held.dialect.name), {"unit_id": unit_id, "year": year}).scalar_one())


def _enter(
    certificate: Certificate, kind: str, by: str, reason: str, at: datetime, facts: dict[str, object]
) -> None:
    entry = RegisterEntry(
        certificate_id=certificate.id,
        kind=kind,
        at=at,
        actor=by,
        reason=reason,
        number=certificate.number,
        snapshot_hash=chain.hash_content(certificate.snapshot),
        facts=facts,
    )
    entry.content_hash = chain.hash_content(entry.content())
    session().add(entry)
    session().flush()


def _change(
    certificate: Certificate, kind: str, by: str, reason: str, at: datetime, **values: object
) -> None:
    """Set columns of a certificate and enter them: nothing of a certificate changes in any other way."""
    for name, value in values.items():
        setattr(certificate, name, value)
    _enter(certificate, kind, by, reason, at, dump(values))


def keep_file(certificate: Certificate, file_digest: str, by: str) -> None:
    """Note which stored file is the certificate's document; it is made once."""
    present = clock.now()
    _change(certificate, "filed", by, "", present, file_digest=file_digest, rendered_at=present)


def take_back(certificate: Certificate, by: str, reason: str) -> None:
    """Revoke the certificate of a completion that holds no more: another may be earned in its place."""
    present = clock.now()
    if certificate.revoked_at is None:
        _change(certificate, "revoked", by, reason, present, revoked_at=present, is_current=False)
    else:
        _change(certificate, "ended", by, reason, present, is_current=False)


def revoke(certificate: Certificate, by: str, reason: str) -> None:
    """Let a certificate be good no more, with the reason."""
    present = clock.now()
    _change(certificate, "revoked", by, reason, present, revoked_at=present)
