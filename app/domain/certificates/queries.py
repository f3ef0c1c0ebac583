"""Every question put to the register; all take a scope, but for the verification by code."""

from collections.abc import Sequence

from sqlalchemy import select

from app.domain.certificates.models import Certificate, RegisterEntry
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
