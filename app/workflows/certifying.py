"""Certificates as acts: issued with the completion, rendered by the worker, revoked with a reason."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue.values import CertificateKind, CourseMeta
from app.domain.certificates import queries as register
from app.domain.certificates import rules
from app.domain.certificates import service as certificates
from app.domain.certificates.models import Certificate
from app.domain.certificates.values import Snapshot
from app.domain.enrolment.queries import Taken
from app.domain.people.models import Person
from app.domain.territory import queries as territory
from app.domain.territory.models import Issuer
from app.formats import certificate_design, certificate_pdf
from app.foundation import audit, settings
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid
from app.foundation.files import store
from app.foundation.i18n import N_
from app.foundation.plain import load
from app.foundation.queue import enqueue

DESIGNS = Path(__file__).parent.parent.parent / "certificates"


def issue_for(
    actor: Actor,
    taken: Taken,
    person: Person,
    meta: CourseMeta,
    at: datetime,
    mark: int | None,
    language: str,
) -> Certificate | None:
    """Issue what a completion earns, inside the transaction of the act that completed it; the worker makes the file.

    A name that the design's fonts cannot draw stops the whole act: see ``check_drawable``.
    """
    if meta.certificate.kind is CertificateKind.NONE:
        return None
    issuer = territory.find_issuer(taken.course.owner_unit_id)
    if issuer is None:
        raise Conflict(
            N_("This course cannot issue certificates: its owner has not entered its particulars.")
        )
    draft = _snapshot(taken, meta, person, issuer, at, mark, language)
    certificate_pdf.check_drawable(draft, _design(draft.design))
    certificate = certificates.issue(taken.enrolment, issuer, draft, settings.current().base_url, actor.name)
    enqueue("certificates.render", code=certificate.code)
    audit.record(actor.name, "certificate.issue", certificate.number)
    return certificate


def _design(name: str) -> certificate_design.Design:
    return certificate_design.load(DESIGNS / name)


def _snapshot(
    taken: Taken,
    meta: CourseMeta,
    person: Person,
    issuer: Issuer,
    at: datetime,
    mark: int | None,
    language: str,
) -> Snapshot:
    unit = territory.get_unit_by_id(taken.enrolment.unit_id)
    issued_on = at.astimezone(ZoneInfo(territory.zone_of(issuer.unit))).date()
    is_latin = language in {"en", "cs", "sr-Latn"}
    return Snapshot(
        number="",
        code="",
        kind=meta.certificate.kind.value,
        family_name=person.family_name,
        given_name=person.given_name,
        family_name_latin=person.family_name_latin,
        given_name_latin=person.given_name_latin,
        course_slug=meta.slug,
        course_title=_in(meta.title, language),
        course_version=taken.version.label,
        hours=meta.hours,
        form=meta.form.value,
        language=language,
        objectives=tuple(meta.objectives.get(language, ())),
        mark=mark,
        completed_on=taken.enrolment.outcome_on or issued_on,
        issued_on=issued_on,
        valid_until=rules.last_day(issued_on, meta.certificate.valid_for),
        municipality_name=(unit.name_latin if is_latin else unit.name)
        if unit.level == "municipality"
        else "",
        unit_name=unit.name_latin if is_latin else unit.name,
        issuer_name=issuer.legal_name,
        issuer_registration_number=issuer.registration_number,
        issuer_place=issuer.place,
        signatory_name=issuer.signatory,
        signatory_function=_in(issuer.function, language),
        accreditation=meta.accreditation or issuer.accreditation,
        legal_line=_in(issuer.legal_line or {}, language),
        funder_line=_in(issuer.funder_line or {}, language),
        logo_digest=issuer.logo,
        verify_url="",
        design=meta.certificate.design,
    )


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")


def render(actor: Actor, code: str) -> None:
    """Make the document of a certificate from its snapshot and keep it; made once, the same bytes for ever."""
    scope = scope_of(actor, Permission.CERTIFICATE_READ)
    certificate = register.get_certificate(scope, code)
    require(actor, Permission.CERTIFICATE_READ, certificate)
    if certificate.file_digest is not None:
        return
    snapshot = load(Snapshot, certificate.snapshot)
    logo = store().get(snapshot.logo_digest) if snapshot.logo_digest else None
    digest = store().put(certificate_pdf.write(snapshot, _design(snapshot.design), logo))
    with transaction():
        certificate = register.get_certificate(scope, code, is_locked=True)
        if certificate.file_digest is None:
            certificates.keep_file(certificate, digest, actor.name)


def revoke(actor: Actor, code: str, reason: str) -> Certificate:
    """Let a certificate be good no more."""
    with transaction():
        scope = scope_of(actor, Permission.CERTIFICATE_REVOKE)
        certificate = register.get_certificate(scope, code, is_locked=True)
        require(actor, Permission.CERTIFICATE_REVOKE, certificate)
        if not reason.strip():
            raise Invalid("reason", N_("Say why the certificate is revoked."))
        if certificate.revoked_at is not None:
            raise Conflict(N_("This certificate is already revoked."))
        certificates.revoke(certificate, actor.name, reason.strip())
        audit.record(actor.name, "certificate.revoke", certificate.number, reason=reason.strip())
    return certificate
