"""Every question put to the register; all take a scope, but for the verification by code."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, false, func, not_, or_, select

from app.domain.assessments.models import Attempt
from app.domain.catalogue.models import Course, Programme
from app.domain.certificates.models import (
    Certificate,
    CertificateCheck,
    HiddenName,
    Notice,
    NumberSeries,
    RegisterEntry,
)
from app.domain.certificates.models import (
    Revocation as Revocation,
)
from app.domain.certificates.models import (
    RevocationPart as RevocationPart,
)
from app.domain.certificates.models import (
    SigningCertificate as SigningCertificate,
)
from app.domain.certificates.rules import State, age_of
from app.domain.certificates.values import RegisterFilter, SeriesCount, Snapshot
from app.domain.enrolment.models import Enrolment
from app.domain.enrolment.queries import COMPLETED
from app.domain.people.models import Person
from app.domain.territory.models import Issuer, Unit
from app.domain.territory.values import Scope
from app.foundation.db import session
from app.foundation.errors import NotFound
from app.foundation.ids import digest, normalise_code
from app.foundation.plain import load
from app.foundation.text import fold


def find_by_code(code: str) -> Certificate | None:
    """Return a certificate by its code, however it was typed: looked up by a hash, so that time tells nothing."""
    return session().scalar(
        select(Certificate).where(Certificate.code_digest == digest(normalise_code(code)))
    )


def find_by_file(content_digest: str) -> Certificate | None:
    """Return the certificate that a file is a stored copy of, the signed one or the archive's, by its SHA-256."""
    return session().scalar(
        select(Certificate).where(
            or_(Certificate.signed_digest == content_digest, Certificate.file_digest == content_digest)
        )
    )


def list_named(codes: Collection[str], numbers: Collection[str]) -> Sequence[str]:
    """Return the numbers of the certificates that have some codes or numbers, in order."""
    digests = [digest(normalise_code(code)) for code in codes]
    named = or_(Certificate.code_digest.in_(digests), Certificate.number.in_(numbers))
    return session().scalars(select(Certificate.number).where(named).order_by(Certificate.number)).all()


def is_name_hidden(certificate: Certificate) -> bool:
    """Tell whether the holder of a certificate wants initials shown."""
    return session().get(HiddenName, certificate.person_id) is not None


def list_checks(scope: Scope, person_id: int) -> tuple[Mapping[int, CertificateCheck], bool]:
    """Return how often a person's certificates within a scope were checked, and whether she wants initials shown.

    The first by the ids of those that were checked.
    """
    shown = (
        select(CertificateCheck, HiddenName.person_id)
        .select_from(Certificate)
        .outerjoin(CertificateCheck, CertificateCheck.certificate_id == Certificate.id)
        .outerjoin(HiddenName, HiddenName.person_id == Certificate.person_id)
        .where(Certificate.person_id == person_id, scope.within(Certificate.unit_path, Certificate.person_id))
    )
    rows: Sequence[Any] = session().execute(shown).all()
    checks = {each.certificate_id: each for each, _ in rows if each is not None}
    return checks, any(hidden is not None for _, hidden in rows)


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


def list_current(enrolment_ids: Sequence[int]) -> Mapping[int, Certificate]:
    """Return enrolment → the certificate that its outcome rests on, locked, in the order of the enrolments."""
    statement = select(Certificate).where(Certificate.enrolment_id.in_(enrolment_ids), Certificate.is_current)
    locked = statement.order_by(Certificate.enrolment_id).with_for_update()
    found = session().scalars(locked.execution_options(populate_existing=True)).all()
    return {each.enrolment_id: each for each in found if each.enrolment_id is not None}


def list_current_of_programme(scope: Scope, person_id: int, programme_id: int) -> Sequence[Certificate]:
    """Return a person's current certificates of a programme within a scope, locked, the earliest earned first."""
    held = select(Certificate).where(
        Certificate.person_id == person_id,
        Certificate.programme_id == programme_id,
        Certificate.is_current,
        scope.within(Certificate.unit_path, Certificate.person_id),
    )
    locked = held.order_by(Certificate.id).with_for_update()
    found = session().scalars(locked.execution_options(populate_existing=True))
    return sorted(found, key=lambda each: age_of(each.snapshot, each.id))


def list_to_award(scope: Scope, programme: Programme) -> Sequence[UUID]:
    """Return the public ids of the people within a scope who have completed every course of a programme.

    Those who hold a current certificate of it are left out.
    """
    held = select(Certificate.id).where(
        Certificate.person_id == Person.id, Certificate.programme_id == programme.id, Certificate.is_current
    )
    completed = (
        select(Person.public_id)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .join(Course, Course.id == Enrolment.course_id)
        .where(
            Course.slug.in_(programme.courses),
            Enrolment.outcome.in_(COMPLETED),
            Person.erased_at.is_(None),
            not_(held.exists()),
            scope.within(Enrolment.unit_path, Enrolment.person_id),
        )
        .group_by(Person.id, Person.public_id)
        .having(func.count(Enrolment.course_id.distinct()) == len(set(programme.courses)))
    )
    return session().scalars(completed.order_by(Person.id)).all()


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


def list_chosen(scope: Scope, codes: Collection[str], *, is_locked: bool = False) -> Sequence[Certificate]:
    """Return the certificates of some codes, in the order of issue; raises NotFound unless all are within a scope."""
    wanted = {digest(normalise_code(code)) for code in codes}
    chosen = select(Certificate).where(
        Certificate.code_digest.in_(wanted), scope.within(Certificate.unit_path, Certificate.person_id)
    )
    if is_locked:
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    found = session().scalars(chosen.order_by(Certificate.id)).all()
    if len(found) != len(wanted):
        raise NotFound
    return found


def find_ending(certificate: Certificate) -> RegisterEntry | None:
    """Return the line that ended a certificate last: it was superseded or revoked; or None."""
    ended = select(RegisterEntry).where(
        RegisterEntry.certificate_id == certificate.id, RegisterEntry.kind.in_(("superseded", "revoked"))
    )
    return session().scalars(ended.order_by(RegisterEntry.id.desc()).limit(1)).first()


def _reached(scope: Scope) -> ColumnElement[bool]:
    """Return the clause for entries of the register: of issuers within a scope, or of people who worked there."""
    issuing = select(Unit.id).where(scope.within(Unit.path))
    return scope.within(Certificate.unit_path) | Certificate.issuer_unit_id.in_(issuing)


def list_register(
    scope: Scope, asked: RegisterFilter, today: date, page: int, size: int
) -> tuple[Sequence[Certificate], int]:
    """Return one page of the register within a scope, the newest first, and how many certificates there are."""
    statement = select(Certificate).where(_reached(scope), *_narrowed(asked, today))
    count = session().scalar(select(func.count()).select_from(statement.subquery())) or 0
    newest = statement.order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    return session().scalars(newest.offset((page - 1) * size).limit(size)).all(), count


def _narrowed(asked: RegisterFilter, today: date) -> Iterator[ColumnElement[bool]]:
    code = normalise_code(asked.text)
    words = [Certificate.folded.contains(word, autoescape=True) for word in fold(asked.text).split()]
    if words:
        yield or_(and_(*words), Certificate.code_digest == digest(code))
    if asked.issuer_unit_id is not None:
        yield Certificate.issuer_unit_id == asked.issuer_unit_id
    if asked.begin is not None:
        yield Certificate.issued_at >= asked.begin
    if asked.end is not None:
        yield Certificate.issued_at < asked.end
    if asked.state is not None:
        yield in_state(asked.state, today)


def in_state(state: str, today: date) -> ColumnElement[bool]:
    """Return ``rules.state_of`` as a clause."""
    is_revoked = Certificate.revoked_at.is_not(None)
    if state == State.REVOKED:
        return is_revoked
    is_superseded = and_(not_(is_revoked), Certificate.superseded_at.is_not(None))
    if state == State.SUPERSEDED:
        return is_superseded
    is_over = func.coalesce(Certificate.valid_until < today, false())
    is_left = and_(not_(is_revoked), Certificate.superseded_at.is_(None))
    return and_(is_left, is_over if state == State.EXPIRED else not_(is_over))


def list_register_issuers(scope: Scope) -> Sequence[Issuer]:
    """Return the issuers of the certificates within a scope, by name."""
    issuing = select(Certificate.issuer_unit_id).where(_reached(scope))
    return (
        session()
        .scalars(
            select(Issuer).where(Issuer.unit_id.in_(issuing)).order_by(Issuer.legal_name, Issuer.unit_id)
        )
        .all()
    )


def get_registered(scope: Scope, code: str) -> Certificate:
    """Return a certificate of the register within a scope by its code."""
    certificate = session().scalar(
        select(Certificate).where(Certificate.code_digest == digest(normalise_code(code)), _reached(scope))
    )
    if certificate is None:
        raise NotFound
    return certificate


def list_history(scope: Scope, certificate_ids: Collection[int]) -> Sequence[RegisterEntry]:
    """Return all lines of some certificates within a scope, each certificate's in the order of the chain."""
    return (
        session()
        .scalars(
            select(RegisterEntry)
            .join(Certificate)
            .where(RegisterEntry.certificate_id.in_(certificate_ids), _reached(scope))
            .order_by(
                RegisterEntry.certificate_id,
                RegisterEntry.chain_position.is_(None),
                RegisterEntry.chain_position,
                RegisterEntry.id,
            )
        )
        .all()
    )


def list_by_ids(scope: Scope, certificate_ids: Collection[int]) -> Sequence[Certificate]:
    """Return some certificates within a scope."""
    return (
        session()
        .scalars(select(Certificate).where(Certificate.id.in_(certificate_ids), _reached(scope)))
        .all()
    )


def list_after(scope: Scope, after: int, size: int) -> Sequence[Certificate]:
    """Return the certificates within a scope that follow an id, in the order in which they were issued."""
    following = select(Certificate).where(Certificate.id > after, _reached(scope)).order_by(Certificate.id)
    return session().scalars(following.limit(size)).all()


def list_written(scope: Scope, after: int, size: int) -> Sequence[tuple[int, str, str]]:
    """Return id, number and snapshot of certificates as ``list_after``; the snapshot as the database has it written."""
    written = select(Certificate.id, Certificate.number, cast(Certificate.snapshot, Text))
    following = written.where(Certificate.id > after, _reached(scope)).order_by(Certificate.id)
    rows: Sequence[Any] = session().execute(following.limit(size)).all()
    return [(held, number, text) for held, number, text in rows]


def list_unsealed(scope: Scope, after: int, size: int) -> Sequence[RegisterEntry]:
    """Return lines within a scope that wait for their place in the chain, those of an id after a given one."""
    return (
        session()
        .scalars(
            select(RegisterEntry)
            .join(Certificate)
            .where(RegisterEntry.chain_position.is_(None), RegisterEntry.id > after, _reached(scope))
            .order_by(RegisterEntry.id)
            .limit(size)
        )
        .all()
    )


def count_certificates(scope: Scope) -> int:
    """Return how many certificates the register holds within a scope."""
    return session().scalar(select(func.count()).select_from(Certificate).where(_reached(scope))) or 0


def count_entries(scope: Scope) -> int:
    """Return how many lines the register has of the certificates within a scope."""
    counted = select(func.count()).select_from(RegisterEntry).join(Certificate)
    return session().scalar(counted.where(_reached(scope))) or 0


def find_unregistered(scope: Scope) -> Certificate | None:
    """Return the first certificate within a scope that no line of the register issued, or None."""
    issued = select(RegisterEntry.certificate_id).where(RegisterEntry.kind == "issued")
    return session().scalar(
        select(Certificate)
        .where(Certificate.id.not_in(issued), _reached(scope))
        .order_by(Certificate.id)
        .limit(1)
    )


def list_series(scope: Scope) -> Sequence[SeriesCount]:
    """Return every number series of the issuers within a scope, and what the certificates say of it."""
    place = (Certificate.issuer_unit_id, Certificate.year)
    counted = select(*place, func.count().label("count"), func.max(Certificate.ordinal).label("highest"))
    given = counted.group_by(*place).subquery()
    rows = session().execute(
        select(
            Unit.code,
            Issuer.prefix,
            NumberSeries.year,
            NumberSeries.last,
            given.c.count,
            given.c.highest,
        )
        .join(Unit, Unit.id == NumberSeries.unit_id)
        .outerjoin(Issuer, Issuer.unit_id == NumberSeries.unit_id)
        .outerjoin(
            given, (given.c.issuer_unit_id == NumberSeries.unit_id) & (given.c.year == NumberSeries.year)
        )
        .where(scope.within(Unit.path))
        .order_by(NumberSeries.unit_id, NumberSeries.year)
    )
    return [
        SeriesCount(prefix or code, year, last, count or 0, highest or 0)
        for code, prefix, year, last, count, highest in rows
    ]


def find_outside_series(scope: Scope) -> Certificate | None:
    """Return a certificate within a scope of whose issuer and year there is no number series, or None."""
    series = (
        select(NumberSeries.last)
        .where(NumberSeries.unit_id == Certificate.issuer_unit_id, NumberSeries.year == Certificate.year)
        .exists()
    )
    return session().scalar(
        select(Certificate).where(~series, _reached(scope)).order_by(Certificate.id).limit(1)
    )
