"""Every question put to the register; all take a scope, but for the verification by code."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select

from app.domain.assessments.models import Attempt
from app.domain.certificates.models import Certificate, Notice, RegisterEntry, SigningCertificate
from app.domain.certificates.values import Snapshot
from app.domain.enrolment.models import Enrolment
from app.domain.territory.values import Scope
from app.foundation.db import session
from app.foundation.errors import NotFound
from app.foundation.ids import digest, normalise_code
from app.foundation.plain import load


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


def list_current(enrolment_ids: Sequence[int]) -> Sequence[Certificate]:
    """Return the certificates that the outcomes of enrolments rest on, locked, in the order of their enrolments."""
    statement = select(Certificate).where(Certificate.enrolment_id.in_(enrolment_ids), Certificate.is_current)
    locked = statement.order_by(Certificate.enrolment_id).with_for_update()
    return session().scalars(locked.execution_options(populate_existing=True)).all()


def find_for_enrolment(scope: Scope, enrolment_id: int) -> Certificate | None:
    """Return the certificate that the outcome of an enrolment rests on, within a scope, or None."""
    return session().scalar(
        select(Certificate).where(
            Certificate.enrolment_id == enrolment_id,
            Certificate.is_current,
            scope.within(Certificate.unit_path, Certificate.person_id),
        )
    )


def find_notice(attempt: Attempt) -> Notice | None:
    """Return what was noted of an attempt that was found within a scope, newest first, or None."""
    noted = select(Notice).where(Notice.attempt_id == attempt.id).order_by(Notice.id.desc())
    return session().scalar(noted.limit(1))


def find_snapshot(attempt: Attempt) -> Snapshot | None:
    """Return what was kept for the present mark of an attempt that was found within a scope.

    It was noted, or stands on the first certificate of the enrolment since the attempt ended, revoked or not. None
    where there is no mark, and for attempts that ended without a certificate before notices were kept. Where a key
    was mended since, the mark is the present one, and all else as it was kept.
    """
    if attempt.mark is None:
        return None
    kept = find_notice(attempt) or (_find_first(attempt) if attempt.is_passed else None)
    return replace(load(Snapshot, kept.snapshot), mark=attempt.mark) if kept else None


def _find_first(attempt: Attempt) -> Certificate | None:
    issued = select(Certificate).where(
        Certificate.enrolment_id == attempt.enrolment_id, Certificate.issued_at >= attempt.finished_at
    )
    return session().scalar(issued.order_by(Certificate.id).limit(1))


def list_failed(scope: Scope, person_id: int) -> Sequence[tuple[Notice, Attempt]]:
    """Return a person's attempts within a scope that count and were not passed, each with its notice, newest first."""
    newest = select(func.max(Notice.id)).where(Notice.person_id == person_id).group_by(Notice.attempt_id)
    rows = session().execute(
        select(Notice, Attempt)
        .join(Attempt, Attempt.id == Notice.attempt_id)
        .where(
            Notice.id.in_(newest),
            Attempt.is_passed.is_(False),
            Attempt.annulled_at.is_(None),
            scope.within(Notice.unit_path, Notice.person_id),
        )
        .order_by(Notice.id.desc())
    )
    return [(notice, attempt) for notice, attempt in rows]


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


def find_ending(certificate: Certificate) -> RegisterEntry | None:
    """Return the line that ended a certificate last: it was superseded or revoked; or None."""
    ended = select(RegisterEntry).where(
        RegisterEntry.certificate_id == certificate.id, RegisterEntry.kind.in_(("superseded", "revoked"))
    )
    return session().scalars(ended.order_by(RegisterEntry.id.desc()).limit(1)).first()


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
