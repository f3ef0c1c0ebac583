"""What may be told to the register: certificates are issued, filed, superseded, revoked; nothing is undone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import cast
from uuid import UUID

from sqlalchemy import BindParameter, Executable, Table, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.assessments.models import Attempt
from app.domain.certificates import rules
from app.domain.certificates.models import (
    Certificate,
    CertificateCheck,
    HiddenName,
    Notice,
    NumberSeries,
    RegisterEntry,
    Revocation,
    RevocationPart,
    SigningCertificate,
)
from app.domain.certificates.values import Ground, Outlook, Snapshot
from app.domain.territory.models import Issuer
from app.foundation import chain, clock, ids
from app.foundation.db import insert_into, session
from app.foundation.plain import dump

_LONGEST_NAME = 200


def issue(ground: Ground, issuer: Issuer, draft: Snapshot, verify_base: str, by: str) -> Certificate:
    """Enter a certificate: the draft says everything but number, code and address of verification.

    The number series is one row per issuer and year; it is locked here, as late as the act allows, so numbers
    have no gap and no double. ``draft.issued_on`` is the day in the issuer's zone, its year that of the number.
    """
    number = _next_numbers(issuer.unit_id, draft.issued_on.year, 1)
    certificate = _make(ground, issuer, draft, number, verify_base)
    session().add(certificate)
    session().flush()
    _enter([(certificate, certificate.facts())], "issued", by, "", certificate.issued_at)
    return certificate


def _make(ground: Ground, issuer: Issuer, draft: Snapshot, ordinal: int, verify_base: str) -> Certificate:
    """Return a certificate that is not written down yet."""
    code, year = ids.code(), draft.issued_on.year
    number = rules.number_of(issuer.prefix, year, ordinal)
    snapshot = replace(draft, number=number, code=code, verify_url=f"{verify_base}/verify/{code}")
    said = dump(snapshot)
    return Certificate(
        code=code,
        code_digest=ids.digest(ids.normalise_code(code)),
        number=number,
        issuer_unit_id=issuer.unit_id,
        year=year,
        ordinal=ordinal,
        enrolment_id=ground.enrolment_id,
        programme_id=ground.programme_id,
        person_id=ground.person_id,
        unit_path=ground.unit_path,
        snapshot=said,
        issued_at=clock.now(),
        valid_until=snapshot.valid_until,
        folded=rules.searched(said),
    )


_series = cast("Table", NumberSeries.__table__)


@cache
def _counting(dialect: str) -> Executable:
    statement = (sqlite if dialect == "sqlite" else postgresql).insert(_series)
    values: dict[str, BindParameter[int]] = {
        "unit_id": bindparam("unit_id"),
        "year": bindparam("year"),
        "last": bindparam("count"),
    }
    statement = statement.values(**values)
    counted = statement.on_conflict_do_update(
        index_elements=["unit_id", "year"], set_={"last": _series.c.last + statement.excluded.last}
    )
    whole: Executable = counted.returning(_series.c.last)
    return whole


def _next_numbers(unit_id: int, year: int, count: int) -> int:
    """Take the next numbers of a series, and return the first of them."""
    held = session().connection()
    given = {"unit_id": unit_id, "year": year, "count": count}
    return int(held.execute(_counting(held.dialect.name), given).scalar_one()) - count + 1


def _enter(
    told: Sequence[tuple[Certificate, Mapping[str, object]]], kind: str, by: str, reason: str, at: datetime
) -> None:
    """Write a line of the register for each certificate, with the columns that it sets."""
    entries = [
        RegisterEntry(
            certificate_id=certificate.id,
            kind=kind,
            at=at,
            actor=by,
            reason=reason,
            number=certificate.number,
            snapshot_hash=chain.hash_content(certificate.snapshot),
            facts=dump(facts),
        )
        for certificate, facts in told
    ]
    chain.add_each(session(), entries)


def _change(
    told: Sequence[tuple[Certificate, Mapping[str, object]]], kind: str, by: str, reason: str, at: datetime
) -> None:
    """Set columns of certificates and enter them: nothing of a certificate changes in any other way."""
    for certificate, values in told:
        for name, value in values.items():
            setattr(certificate, name, value)
    _enter(told, kind, by, reason, at)


def note(attempt: Attempt, snapshot: Snapshot, outlook: Outlook) -> None:
    """Keep what papers say of an attempt that earned no certificate."""
    session().add(
        Notice(
            attempt_id=attempt.id,
            person_id=attempt.person_id,
            unit_path=attempt.unit_path,
            snapshot=dump(snapshot),
            outlook=dump(outlook),
            issued_at=clock.now(),
        )
    )
    session().flush()


def keep_file(certificate: Certificate, file_digest: str, by: str) -> None:
    """Note which stored file is the archive copy; it is made once."""
    present = clock.now()
    values = {"file_digest": file_digest, "rendered_at": present}
    _change([(certificate, values)], "filed", by, "", present)


def supersede(
    drafts: Sequence[tuple[Certificate, Snapshot]], issuer: Issuer, verify_base: str, by: str, reason: str
) -> Sequence[Certificate]:
    """Put certificates of an issuer, all of one year, in the place of others that say what no longer holds.

    Each draft says everything but number, code and address of verification. Return the new ones in the same order.
    """
    first = _next_numbers(issuer.unit_id, drafts[0][1].issued_on.year, len(drafts))
    present, olds = clock.now(), [old for old, _ in drafts]
    fresh = [
        _make(old.ground, issuer, draft, ordinal, verify_base)
        for ordinal, (old, draft) in enumerate(drafts, start=first)
    ]
    _change(
        [
            (old, {"is_current": False, "superseded_at": present, "successor": new.number})
            for old, new in zip(olds, fresh, strict=True)
        ],
        "superseded",
        by,
        reason,
        present,
    )  # First, for one certificate of an enrolment is the current one, at every moment.
    session().add_all(fresh)
    session().flush()
    _enter([(new, new.facts()) for new in fresh], "issued", by, "", present)
    return fresh


def keep_signed(
    certificate: Certificate, signed_digest: str, signed_with: SigningCertificate, by: str
) -> None:
    """Note which stored file is the signed copy, and what it was signed with; it is made once."""
    present = clock.now()
    values = {
        "signed_digest": signed_digest,
        "signed_at": present,
        "signing_certificate_id": signed_with.id,
    }
    _change([(certificate, values)], "signed", by, "", present)


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
    present = clock.now()
    if certificate.revoked_at is None:
        _change([(certificate, {"revoked_at": present, "is_current": False})], "revoked", by, reason, present)
    else:
        _change([(certificate, {"is_current": False})], "ended", by, reason, present)


def revoke(certificate: Certificate, by: str, reason: str) -> None:
    """Let a certificate be good no more, with the reason."""
    present = clock.now()
    _change([(certificate, {"revoked_at": present})], "revoked", by, reason, present)


def hide_name(person_id: int) -> None:
    """Let initials stand for a holder's name where others check her certificates; a second time changes nothing."""
    hidden = insert_into(HiddenName).values(person_id=person_id, since=clock.now())
    session().execute(hidden.on_conflict_do_nothing(index_elements=["person_id"]))


def show_name(person_id: int) -> None:
    """Let a holder's name be seen again by whoever checks her certificates."""
    session().execute(delete(HiddenName).where(HiddenName.person_id == person_id))


def count_checked(certificate_id: int, times: int, last_on: date, batch: UUID) -> None:
    """Add to how often a certificate was checked; the same batch again adds nothing."""
    given = {"times": times, "last_on": last_on, "batch": batch}
    fresh = insert_into(CertificateCheck).values(certificate_id=certificate_id, **given)
    counted = {**given, "times": CertificateCheck.times + times}
    is_new = CertificateCheck.batch.is_distinct_from(batch)
    session().execute(
        fresh.on_conflict_do_update(index_elements=["certificate_id"], set_=counted, where=is_new)
    )


def shorten(told: Sequence[Certificate], ends_on: date, by: str, reason: str) -> None:
    """Let certificates end on an earlier day, with the reason."""
    _change([(each, {"valid_until": ends_on}) for each in told], "shortened", by, reason, clock.now())


def ask_to_revoke(chosen: Sequence[Certificate], by: str, reason: str) -> Revocation:
    """Write down that certificates are to be revoked together."""
    asked = Revocation(public_id=ids.public_id(), reason=reason, asked_at=clock.now(), asked_by=by)
    session().add(asked)
    session().flush()
    session().add_all(RevocationPart(revocation_id=asked.id, certificate_id=each.id) for each in chosen)
    session().flush()
    return asked


def decide(asked: Revocation, by: str, word: str, *, is_approved: bool) -> None:
    """Note what became of a revocation that was asked for, and the word of who decided."""
    asked.decided_at, asked.decided_by = clock.now(), by
    asked.is_approved, asked.word = is_approved, word


def forget_notices(person_id: int) -> None:
    """Let what papers said of failed attempts of somebody who is erased be gone; certificates stay."""
    session().execute(delete(Notice).where(Notice.person_id == person_id))


def forget_names(told: Sequence[Certificate], by: str) -> None:
    """Let what names people who were erased leave the register: their keeping period is over; all else stays."""
    present = clock.now()
    for each in told:
        each.snapshot = rules.emptied(each.snapshot)
        each.folded = rules.searched(each.snapshot)
    _change([(each, {"erased_at": present}) for each in told], "erased", by, "", present)
