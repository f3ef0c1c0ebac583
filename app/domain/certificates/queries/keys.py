"""Every question put to what documents are signed with, and to those that wait for it."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.domain.certificates.models import Certificate, SigningCertificate
from app.domain.territory.values import Scope
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


# Revocations that wait for a second person.
