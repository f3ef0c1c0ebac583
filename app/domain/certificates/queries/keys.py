"""Every question put to what documents are signed with, and to those that wait for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, func, select

from app.domain.certificates.models import Certificate, SigningCertificate
from app.domain.territory.values import Scope
from app.foundation.audit import AuditEntry
from app.foundation.db import session


def count_waiting_for_key(scope: Scope) -> int:
    """Return how many certificates within a scope have a document that is not signed yet."""
    return (
        session().scalar(
            select(func.count())
            .select_from(Certificate)
            .where(
                Certificate.file_digest.is_not(None),
                Certificate.signed_digest.is_(None),
                Certificate.erased_at.is_(None),
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


def list_announced() -> Sequence[tuple[SigningCertificate, Mapping[str, Any] | None]]:
    """Return each certificate that documents were signed with, and what the audit trail says of it; None is nothing."""
    begun = and_(AuditEntry.action == "signing.begin", AuditEntry.subject == SigningCertificate.fingerprint)
    found = select(SigningCertificate, AuditEntry.detail).outerjoin(AuditEntry, begun)
    rows = session().execute(found.order_by(SigningCertificate.id, AuditEntry.id))
    return [(held, said) for held, said in rows]


def find_signed_by_unknown(scope: Scope) -> Certificate | None:
    """Return the first certificate within a scope whose document was signed with what is not published, or None."""
    is_published = SigningCertificate.id == Certificate.signing_certificate_id
    found = select(Certificate).where(
        Certificate.signing_certificate_id.is_not(None),
        ~select(SigningCertificate.id).where(is_published).exists(),
        scope.within(Certificate.unit_path, Certificate.person_id),
    )
    return session().scalar(found.order_by(Certificate.id).limit(1))
