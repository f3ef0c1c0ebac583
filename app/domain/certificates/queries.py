"""Every question put to the register; all take a scope, but for the verification by code."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.domain.certificates.models import Certificate, RegisterEntry, SigningCertificate
from app.domain.enrolment.models import Enrolment
from app.domain.territory.values import Scope
from app.foundation.db import session
from app.foundation.errors import NotFound
from app.foundation.ids import digest, normalise_code


def find_by_code(code: str) -> Certificate | None:
    """Return a certificate by its code, however it was typed: looked up by a hash, so that time tells nothing."""
    return session().scalar(
        select(Certificate).where(Certificate.code_digest == digest(normalise_code(code)))
    )


def get_certificate(scope: Scope, code: str, *, is_locked: bool = False) -> Certificate:
    """Return a certificate within a scope by its code."""
    statement = select(Certificate).where(
        Certificate.code_digest == digest(normalise_code(code)),
        scope.within(Certificate.unit_path, Certificate.person_id),
    )
    if is_locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    certificate = session().scalar(statement)
    if certificate is None:
        raise NotFound
    return certificate


def find_current(enrolment: Enrolment) -> Certificate | None:
    """Return the certificate that the outcome of an enrolment rests on, locked, or None."""
    statement = select(Certificate).where(Certificate.enrolment_id == enrolment.id, Certificate.is_current)
    return session().scalar(statement.with_for_update().execution_options(populate_existing=True))


def find_for_enrolment(scope: Scope, enrolment_id: int) -> Certificate | None:
    """Return the certificate that the outcome of an enrolment rests on, within a scope, or None."""
    return session().scalar(
        select(Certificate).where(
            Certificate.enrolment_id == enrolment_id,
            Certificate.is_current,
            scope.within(Certificate.unit_path, Certificate.person_id),
        )
    )


def list_of_person(scope: Scope, person_id: int) -> Sequence[Certificate]:
    """Return a person's certificates within a scope, the newest first."""
    return (
        session()
        .scalars(
            select(Certificate)
            .where(
                Certificate.person_id == person_id, scope.within(Certificate.unit_path, Certificate.person_id)
            )
            .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
        )
        .all()
    )


def find_revocation(certificate: Certificate) -> RegisterEntry | None:
    """Return the line that revoked a certificate, or None."""
    return session().scalar(
        select(RegisterEntry).where(
            RegisterEntry.certificate_id == certificate.id, RegisterEntry.kind == "revoked"
        )
    )


def list_snapshots(scope: Scope) -> "Sequence[tuple[Certificate, RegisterEntry]]":
    """Return every certificate within a scope with the line that issued it, for checking one by the other."""
    rows = session().execute(
        select(Certificate, RegisterEntry)
        .join(
            RegisterEntry, (RegisterEntry.certificate_id == Certificate.id) & (RegisterEntry.kind == "issued")
        )
        .where(scope.within(Certificate.unit_path))
        .order_by(Certificate.id)
    )
    return [(certificate, entry) for certificate, entry in rows]


def count_waiting_for_key(scope: Scope) -> int:
    """Return how many certificates within a scope have a document that is not signed yet."""
    return (
        session().scalar(
            select(func.count())
            .select_from(Certificate)
            .where(
                Certificate.file_digest.is_not(None),
                Certificate.signed_digest.is_(None),
                scope.within(Certificate.unit_path, Certificate.person_id),
            )
        )
        or 0
    )


def list_signing_certificates() -> Sequence[SigningCertificate]:
    """Return every certificate that documents were signed with, the newest first; they are public."""
    return (
        session()
        .scalars(
            select(SigningCertificate).order_by(
                SigningCertificate.first_used_at.desc(), SigningCertificate.id.desc()
            )
        )
        .all()
    )


def find_signing_certificate(fingerprint: str) -> SigningCertificate | None:
    """Return a certificate that documents were signed with by its SHA-256, or None."""
    return session().scalar(select(SigningCertificate).where(SigningCertificate.fingerprint == fingerprint))


def find_newest_signing_certificate() -> SigningCertificate | None:
    """Return the certificate that came into use last, or None."""
    return session().scalar(
        select(SigningCertificate)
        .order_by(SigningCertificate.first_used_at.desc(), SigningCertificate.id.desc())
        .limit(1)
    )
