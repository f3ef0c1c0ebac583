"""What may be told to the register: a certificate is issued, its file is made, it is revoked; nothing is undone."""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import Executable, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.certificates import rules
from app.domain.certificates.models import Certificate, NumberSeries, RegisterEntry, SigningCertificate
from app.domain.certificates.values import Snapshot
from app.domain.enrolment.models import Enrolment
from app.domain.territory.models import Issuer
from app.foundation import chain, clock, ids
from app.foundation.db import session
from app.foundation.plain import dump

_LONGEST_NAME = 200


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
    )
    session().add(certificate)
    session().flush()
    _enter(certificate, "issued", by, "", present)
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


def _enter(certificate: Certificate, kind: str, by: str, reason: str, at: datetime) -> None:
    entry = RegisterEntry(
        certificate_id=certificate.id,
        kind=kind,
        at=at,
        actor=by,
        reason=reason,
        number=certificate.number,
        snapshot_hash=chain.hash_content(certificate.snapshot),
    )
    entry.content_hash = chain.hash_content(entry.content())
    session().add(entry)
    session().flush()


def keep_file(certificate: Certificate, file_digest: str) -> None:
    """Note which stored file is the archive copy; it is made once."""
    certificate.file_digest = file_digest
    certificate.rendered_at = clock.now()


def keep_signed(certificate: Certificate, signed_digest: str, by: SigningCertificate) -> None:
    """Note which stored file is the signed copy, and by what it was signed; it is made once."""
    certificate.signed_digest = signed_digest
    certificate.signed_at = clock.now()
    certificate.signing_certificate_id = by.id


def know_signing_certificate(
    fingerprint: str,
    name: str,
    issuer: str,
    begins: datetime,
    ends: datetime,
    chain_pem: str,
    *,
    is_own: bool,
) -> SigningCertificate:
    """Publish a certificate that documents are signed with from now on."""
    made = SigningCertificate(
        fingerprint=fingerprint,
        name=name[:_LONGEST_NAME],
        issuer=issuer[:_LONGEST_NAME],
        is_own=is_own,
        begins=begins,
        ends=ends,
        chain=chain_pem,
        first_used_at=clock.now(),
    )
    session().add(made)
    session().flush()
    return made


def take_back(certificate: Certificate, by: str, reason: str) -> None:
    """Revoke the certificate of a completion that holds no more: another may be earned in its place."""
    certificate.is_current = False
    if certificate.revoked_at is None:
        revoke(certificate, by, reason)


def revoke(certificate: Certificate, by: str, reason: str) -> None:
    """Let a certificate be good no more, with the reason."""
    certificate.revoked_at = clock.now()
    _enter(certificate, "revoked", by, reason, certificate.revoked_at)
