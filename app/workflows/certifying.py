"""Certificates as acts: issued with the completion, superseded, revoked; notices beside. ``rendering`` makes files."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments import rules as test_rules
from app.domain.assessments.models import Attempt
from app.domain.catalogue.models import Programme
from app.domain.catalogue.queries import meta_of
from app.domain.catalogue.values import Assessment, CertificateKind, CertificateRule, CourseMeta
from app.domain.certificates import queries as register
from app.domain.certificates import rules
from app.domain.certificates import service as certificates
from app.domain.certificates.models import Certificate
from app.domain.certificates.values import LATIN, PROGRAMME, CoursePart, Ground, Outlook, Snapshot
from app.domain.enrolment import queries as enrolments
from app.domain.enrolment.queries import Taken
from app.domain.people import queries as people
from app.domain.people.models import Person
from app.domain.renewals import queries as renewals
from app.domain.territory import queries as territory
from app.domain.territory.models import Issuer, Unit
from app.domain.territory.values import IssuerParticulars, Scope
from app.formats import certificate_design, certificate_pdf
from app.foundation import audit, clock, settings
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid
from app.foundation.i18n import N_
from app.foundation.plain import load
from app.foundation.queue import enqueue, enqueue_each
from app.workflows import renewing

DESIGNS = Path(__file__).parent.parent.parent / "certificates"
NO_ISSUER = IssuerParticulars(
    legal_name="", registration_number="", prefix="", signatory="", function={}, place=""
)
MOST_CONTACTS = 2
"""How many people a notice names to write to."""


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

    A name that the design's fonts cannot draw, or a particular that the issuer's country wants, stops the whole act:
    see ``check_issuable``.
    """
    if meta.certificate.kind is CertificateKind.NONE:
        return None
    issuer = territory.find_issuer(taken.course.owner_unit_id)
    if issuer is None:
        raise Conflict(
            N_("This course cannot issue certificates: its owner has not entered its particulars.")
        )
    draft = _snapshot(taken, meta, person, person.unit, issuer, at, mark, language)
    learner = taken.enrolment
    ground = Ground(learner.person_id, learner.unit_path, enrolment_id=learner.id)
    return _issue(actor, ground, issuer, draft)


def issue_of_programme(
    actor: Actor, programme: Programme, person: Person, rests_on: Sequence[Taken]
) -> Certificate:
    """Issue what the completion of a programme earns, inside the transaction of the act that found it completed.

    ``rests_on`` are completions of its courses, in its order. Day, place and language are those of the last one, the
    language where the programme has it. Raises as ``issue_for``.
    """
    issuer = _find_issuer(programme)
    if issuer is None:
        raise Conflict(
            N_("This programme cannot issue certificates: its owner has not entered its particulars.")
        )
    last = max(
        rests_on,
        key=lambda each: (each.enrolment.outcome_at or each.enrolment.enrolled_at, each.enrolment.id),
    )
    learner, language = last.enrolment, last.enrolment.outcome_language or ""
    if language not in programme.titles:
        language = next(iter(programme.titles))
    unit = territory.get_unit_by_id(learner.unit_id)
    said = _frame(person, unit, issuer, clock.now(), language)
    parts = tuple(_part(each, language) for each in rests_on)
    draft = replace(
        said,
        kind=PROGRAMME,
        course_slug=programme.slug,
        course_title=_in(programme.titles, language),
        hours=sum((each.hours for each in parts), Decimal()),
        form=programme.form,
        completed_on=learner.outcome_on or said.issued_on,
        design=programme.design or "",
        courses=parts,
    )
    return _issue(actor, Ground(person.id, learner.unit_path, programme_id=programme.id), issuer, draft)


def _find_issuer(programme: Programme) -> Issuer | None:
    """Return who issues the certificates of a programme; None, too, while its owner is no longer where it was."""
    owners = territory.list_units_by_path([programme.owner_path])
    return territory.find_issuer(owners[0].id) if owners else None


def _part(taken: Taken, language: str) -> CoursePart:
    meta = meta_of(taken.version)
    return CoursePart(meta.slug, _in(meta.title, language), taken.version.label, meta.hours)


def _issue(actor: Actor, ground: Ground, issuer: Issuer, draft: Snapshot) -> Certificate:
    certificate_pdf.check_issuable(draft, design_of(draft.design), issuer.unit.country)
    certificate = certificates.issue(ground, issuer, draft, settings.current().base_url, actor.name)
    enqueue("certificates.render", code=certificate.code)
    audit.record(actor.name, "certificate.issue", certificate.number)
    return certificate


def take_back(actor: Actor, certificate: Certificate, reason: str) -> None:
    """Revoke the certificate of a completion that counts no more, inside the act that found so."""
    certificates.take_back(certificate, actor.name, reason)
    audit.record(actor.name, "certificate.revoke", certificate.number, reason=reason)


def note(
    actor: Actor,
    attempt: Attempt,
    taken: Taken,
    meta: CourseMeta,
    at: datetime,
    left: int | None,
) -> None:
    """Keep what papers say of an attempt that earned no certificate, inside the act that gave its mark.

    ``left`` is how many attempts remain, None is unlimited. Where the course's owner has no particulars, they are
    empty: that hinders nobody.
    """
    person = people.get_learner(attempt.person_id)
    issuer = territory.find_issuer(taken.course.owner_unit_id)
    scope = scope_of(actor, Permission.OWN_LEARNING)
    trainers = people.list_trainers_above(scope, taken.course.owner_path)[:MOST_CONTACTS]
    test = meta.assessment or Assessment()
    outlook = Outlook(
        attempts_left=left,
        not_before=test_rules.may_start_at(attempt.finished_at, test.cooldown),
        contacts=tuple(f"{each.full_name}, {each.email}" for each in trainers),
    )
    snapshot = _snapshot(taken, meta, person, person.unit, issuer, at, attempt.mark, attempt.language)
    certificates.note(attempt, snapshot, outlook)


def check_in_force(chosen: Sequence[Certificate]) -> None:
    """Raise Conflict where one of some certificates is revoked or superseded."""
    for each in chosen:
        if not each.is_in_force:
            reason = N_("%(number)s is revoked or superseded already, and stays as it is.")
            raise Conflict(reason, number=each.number)


def hold(scope: Scope, codes: Collection[str], *, is_locked: bool = True) -> Sequence[Certificate]:
    """Return certificates within a scope that are to be superseded, locked unless merely looked at, as issued.

    The holders of those of programmes come first, whose awards take turns on them. Then the enrolments are locked, in
    the order of whoever annuls an attempt: new certificates refer to them.
    """
    known = register.list_chosen(scope, codes)
    if not is_locked:
        return known
    for person_id in sorted({each.person_id for each in known if each.programme_id is not None}):
        people.get_person_in_turn(scope, people.get_owner(scope, person_id).public_id)
    enrolments.list_for_update(scope, [each.enrolment_id for each in known if each.enrolment_id is not None])
    return register.list_chosen(scope, codes, is_locked=True)


def supersede(
    actor: Actor, restated: Sequence[tuple[Certificate, Snapshot]], reason: str
) -> Mapping[int, Certificate]:
    """Put certificates that say something else in the place of some, a part of the act that found what is to be said.

    Number, code, address and day of issue are new; the rest is as given, so none is valid longer than the one before.
    Return the new ones by the id of the old one; the worker makes the files.
    """
    made: dict[int, Certificate] = {}
    for issuer_id in sorted({certificate.issuer_unit_id for certificate, _ in restated}):
        issuer = territory.find_issuer(issuer_id)
        if issuer is None:
            raise Conflict(
                N_("This course cannot issue certificates: its owner has not entered its particulars.")
            )
        today = clock.now().astimezone(ZoneInfo(territory.zone_of(issuer.unit))).date()
        drafts = [
            (old, replace(said, issued_on=today, valid_until=old.valid_until))
            for old, said in restated
            if old.issuer_unit_id == issuer_id
        ]
        fresh = certificates.supersede(drafts, issuer, settings.current().base_url, actor.name, reason)
        made |= {old.id: new for (old, _), new in zip(drafts, fresh, strict=True)}
    told = [(old.number, {"by": made[old.id].number, "reason": reason}) for old, _said in restated]
    audit.record_each(actor.name, "certificate.supersede", told)
    enqueue_each("certificates.render", [{"code": new.code, "tells": False} for new in made.values()])
    return made


def snapshot_of(certificate: Certificate) -> Snapshot:
    """Return what a certificate says, as it was when it was earned."""
    return load(Snapshot, certificate.snapshot)


def design_of(name: str) -> certificate_design.Design:
    """Return a design by the name of its folder."""
    return certificate_design.load(DESIGNS / name)


def _snapshot(
    taken: Taken,
    meta: CourseMeta,
    person: Person,
    unit: Unit,
    issuer: Issuer | None,
    at: datetime,
    mark: int | None,
    language: str,
) -> Snapshot:
    said = _frame(person, unit, issuer, at, language)
    return replace(
        said,
        kind=meta.certificate.kind.value,
        course_slug=meta.slug,
        course_title=_in(meta.title, language),
        course_version=taken.version.label,
        hours=meta.hours,
        form=meta.form.value,
        objectives=tuple(meta.objectives.get(language, ())),
        mark=mark,
        completed_on=taken.enrolment.outcome_on or said.issued_on,
        valid_until=_last_day(taken, meta.certificate, said.issued_on),
        accreditation=meta.accreditation or said.accreditation,
        design=meta.certificate.design,
    )


def _frame(person: Person, unit: Unit, issuer: Issuer | None, at: datetime, language: str) -> Snapshot:
    """Return what a certificate says of its holder and its issuer; nothing yet of what it is for."""
    giver = territory.particulars_of(issuer) if issuer else NO_ISSUER
    zone = territory.zone_of(issuer.unit if issuer else unit)
    issued_on = at.astimezone(ZoneInfo(zone)).date()
    unit_name = unit.name_latin if language in LATIN else unit.name
    return Snapshot(
        number="",
        code="",
        kind="",
        family_name=person.family_name,
        given_name=person.given_name,
        family_name_latin=person.family_name_latin,
        given_name_latin=person.given_name_latin,
        course_slug="",
        course_title="",
        course_version="",
        hours=Decimal(),
        form="",
        language=language,
        objectives=(),
        mark=None,
        completed_on=issued_on,
        issued_on=issued_on,
        valid_until=None,
        municipality_name=unit_name if unit.level == "municipality" else "",
        unit_name=unit_name,
        issuer_name=giver.legal_name,
        issuer_registration_number=giver.registration_number,
        issuer_place=giver.place,
        signatory_name=giver.signatory,
        signatory_function=_in(giver.function, language),
        accreditation=giver.accreditation,
        legal_line=_in(giver.legal_line or {}, language),
        funder_line=_in(giver.funder_line or {}, language),
        logo_digest=giver.logo,
        verify_url="",
        design="",
        funder_logo_digest=giver.funder_logo,
    )


def _last_day(taken: Taken, rule: CertificateRule, issued_on: date) -> date | None:
    """Return until when a certificate is valid: counted from the end of what it renews, and not beyond a decision."""
    is_older = taken.course.newest_edition > taken.version.edition
    decided = renewals.find_end(taken.course.id, taken.version.edition) if is_older else None
    first = issued_on
    if rules.last_day(issued_on, rule) is not None:
        first = renewing.begin_of(taken.enrolment.person_id, taken.course.slug, issued_on)
    ends = (rules.last_day(first, rule), decided)
    return min((each for each in ends if each is not None), default=None)


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")


def revoke(actor: Actor, code: str, reason: str) -> Certificate:
    """Let one certificate be good no more; of several at once a second person decides: see ``revoking``.

    One that was superseded meanwhile raises Conflict: whoever revokes means the one that counts now.
    """
    with transaction():
        scope = scope_of(actor, Permission.CERTIFICATE_REVOKE)
        certificate = register.get_certificate(scope, code, is_locked=True)
        require(actor, Permission.CERTIFICATE_REVOKE, certificate)
        if not reason.strip():
            raise Invalid("reason", N_("Say why the certificate is revoked."))
        if certificate.revoked_at is not None:
            raise Conflict(N_("This certificate is already revoked."))
        check_in_force([certificate])
        revoke_each(actor, [certificate], reason.strip())
    return certificate


def revoke_each(actor: Actor, chosen: Sequence[Certificate], reason: str) -> None:
    """Revoke certificates, locked, inside the act that decided it; their holders are told by mail."""
    for certificate in chosen:
        certificates.revoke(certificate, actor.name, reason)
    audit.record_each(
        actor.name, "certificate.revoke", [(each.number, {"reason": reason}) for each in chosen]
    )
    enqueue_each("notify.revoked", [{"code": each.code} for each in chosen])
