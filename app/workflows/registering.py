"""Whether the register is as it was left: recomputed from its chain, with every certificate, number and file."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.badges import queries as badges
from app.domain.certificates import queries as register
from app.domain.certificates import rules
from app.domain.certificates.models import Certificate, RegisterEntry
from app.domain.certificates.queries import keeping, keys
from app.domain.territory.values import Scope
from app.foundation import chain, heads, settings
from app.foundation.chain import Head
from app.foundation.db import one_moment, session
from app.foundation.errors import NotFound, Refused
from app.foundation.files import DamagedFile, store

P = Permission
_AT_ONCE = 1000
NAME = RegisterEntry.__tablename__


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of recomputing the register; ``fault`` names the first wrong entry in English, None: all is well."""

    certificates: int
    unsealed: int
    head: Head
    noted: Head | None
    fault: str | None


@dataclass(slots=True)
class _Reading:
    """Whoever reads the whole register: how far she follows the chain, and what she saw waiting outside of it."""

    actor: Actor
    scope: Scope
    follower: chain.Follower = field(default_factory=chain.Follower)
    unsealed: int = 0


def verify(actor: Actor, head: Head | None = None) -> Verdict:
    """Recompute the chain, every certificate from its entries, the number series and every stored file.

    So are the keys that are published, against the audit trail. Reads a thousand entries at a time, all of one
    moment, and writes nothing; needs database, file store and instance alone. ``head`` is one that was kept elsewhere.
    """
    require(actor, P.AUDIT_READ)
    scope = scope_of(actor, P.REGISTER_READ)
    if not scope.everything:
        raise Refused
    noted = heads.read(settings.current().instance).get(NAME)
    with one_moment():
        return _verify(_Reading(actor, scope), noted, [each for each in (head, noted) if each is not None])


def _verify(reading: _Reading, noted: Head | None, known: Sequence[Head]) -> Verdict:
    fault = next(_faults(reading, known), None)
    count = register.count_certificates(reading.scope)
    return Verdict(count, reading.unsealed, reading.follower.head, noted, fault)


def _faults(reading: _Reading, heads_known: Sequence[Head]) -> Iterator[str]:
    """Yield what is wrong in the order of the chain, then what stands beside it."""
    for page in list_pages(reading.actor):
        known = {each.id: each for each in _certificates_of(reading.scope, page)}
        histories = _histories_of(reading.scope, page)
        erasures = _erasures_of(reading.scope, histories)
        for entry in page:
            fault = _misplaced(reading, entry) or _fault_of(entry, known, histories, erasures)
            if fault is not None:
                yield fault
    for head in heads_known:
        if cut := heads.find_fault(session(), RegisterEntry, head):
            yield cut
    yield from _strays(reading.scope)
    yield from _double_members(reading.scope)
    yield from _foreign_keys(reading.scope)


def list_pages(actor: Actor) -> Iterator[Sequence[RegisterEntry]]:
    """Yield every entry: the chain, then those that wait for their place in it."""
    require(actor, P.AUDIT_READ)
    scope = scope_of(actor, P.REGISTER_READ)
    yield from chain.list_pages(session(), RegisterEntry)
    last = 0
    while page := register.list_unsealed(scope, last, _AT_ONCE):
        yield page
        last = page[-1].id


def _certificates_of(scope: Scope, page: Sequence[RegisterEntry]) -> Sequence[Certificate]:
    return register.list_by_ids(scope, {entry.certificate_id for entry in page})


def _histories_of(scope: Scope, page: Sequence[RegisterEntry]) -> Mapping[int, list[RegisterEntry]]:
    """Return certificate → all its entries, for those that the page issues."""
    issued = {entry.certificate_id for entry in page if entry.kind == "issued"}
    entries = register.list_history(scope, issued)
    return {number: list(lines) for number, lines in groupby(entries, lambda each: each.certificate_id)}


def _erasures_of(
    scope: Scope, histories: Mapping[int, Sequence[RegisterEntry]]
) -> Mapping[int, Sequence[str | None]]:
    """Return certificate → what the audit trail says of its erasure, for those that have a line of one."""
    erased = {number for number, lines in histories.items() if _count(lines, "erased")}
    return keeping.list_erasures(scope, erased) if erased else {}


def _count(history: Sequence[RegisterEntry], kind: str) -> int:
    return [line.kind for line in history].count(kind)


def _misplaced(reading: _Reading, entry: RegisterEntry) -> str | None:
    if entry.chain_position is not None:
        fault = reading.follower.find_fault(entry)
        return f"{entry.number}: {fault}" if fault else None
    reading.unsealed += 1
    if entry.chain_hash is not None or chain.is_changed(entry):
        return f"{entry.number}: the entry with id {entry.id}, not sealed yet, was changed"
    return None


def _fault_of(
    entry: RegisterEntry,
    known: Mapping[int, Certificate],
    histories: Mapping[int, list[RegisterEntry]],
    erasures: Mapping[int, Sequence[str | None]],
) -> str | None:
    """Return what is wrong with the certificate of an entry; looked at once, where it is issued."""
    certificate = known.get(entry.certificate_id)
    if certificate is None:
        return f"{entry.number}: the certificate is missing"
    if certificate.number != entry.number:
        return f"{entry.number}: its entry stands at certificate {certificate.number}"
    if entry.kind != "issued":
        return None
    history = histories[certificate.id]
    if _count(history, "issued") != 1 or history[0].kind != "issued":
        return f"{entry.number}: it was issued twice, or changed before it was issued"
    if chain.hash_content(certificate.snapshot) != _said_last(history):
        return f"{entry.number}: what the certificate says (snapshot) is not what was registered"
    return (
        _fault_of_row(certificate, history)
        or _fault_of_erasure(certificate, history, erasures)
        or _fault_of_file(certificate)
    )


def _said_last(history: Sequence[RegisterEntry]) -> str:
    """Return the hash of what a certificate was registered to say: as issued, until its name was erased."""
    return [line.snapshot_hash for line in history if line.kind in {"issued", "erased"}][-1]


def _fault_of_row(certificate: Certificate, history: Sequence[RegisterEntry]) -> str | None:
    registered = rules.replay(line.facts for line in history)
    differing = rules.list_differences(registered, certificate.facts())
    return f"{certificate.number}: not what was registered: {', '.join(differing)}" if differing else None


def _fault_of_erasure(
    certificate: Certificate,
    history: Sequence[RegisterEntry],
    erasures: Mapping[int, Sequence[str | None]],
) -> str | None:
    """Return what is wrong with how a name left, once: by the act, after its holder was erased, and only the name.

    The hash of what was issued is over the name, too: what is left is held against the audit trail instead.
    """
    count = _count(history, "erased")
    if not count:
        return None
    if certificate.snapshot != rules.emptied(certificate.snapshot):
        return f"{certificate.number}: its name was erased, and it says one"
    said = erasures.get(certificate.id, ())
    if count != 1 or len(said) != 1:
        return f"{certificate.number}: its name was erased, but not once, by the end of a keeping period"
    if said[0] != chain.hash_content(certificate.snapshot):
        return f"{certificate.number}: what the certificate says (snapshot) is not what its erasure left"
    return None


def _fault_of_file(certificate: Certificate) -> str | None:
    if certificate.erased_at is not None:
        return None  # Its files have left the store with the name.
    for digest in filter(None, (certificate.file_digest, certificate.signed_digest)):
        try:
            store().get(digest)
        except NotFound:
            return f"{certificate.number}: its file is missing"
        except DamagedFile:
            return f"{certificate.number}: its file was changed"
    return None


def _strays(scope: Scope) -> Iterator[str]:
    """Yield what no entry leads to: certificates that were never issued, numbers that nobody has."""
    if stray := register.find_unregistered(scope):
        yield f"{stray.number}: no entry of the register issued it"
    if stray := register.find_outside_series(scope):
        yield f"{stray.number}: there is no number series of its issuer and year"
    for series in register.list_series(scope):
        if not series.last == series.highest == series.count:
            yield (
                f"{series.prefix}-{series.year}: the series stands at {series.last}, "
                f"but {series.count} certificates go up to {series.highest}"
            )


def _double_members(scope: Scope) -> Iterator[str]:
    """Yield snapshots that have a member twice: of these Python reads the last, and a query of SQLite the first."""
    last = 0
    while page := register.list_written(scope, last, _AT_ONCE):
        for _id, number, written in page:
            if _has_double(written):
                yield f"{number}: what the certificate says (snapshot) has a member twice"
        last = page[-1][0]


def _has_double(written: str) -> bool:
    """Tell whether a JSON text has an object with a member twice, however deep."""
    found: list[bool] = []
    json.loads(written, object_pairs_hook=lambda pairs: found.append(len(pairs) > len(dict(pairs))))
    return any(found)


def _foreign_keys(scope: Scope) -> Iterator[str]:
    """Yield keys that are published, for signatures and for badges, otherwise than the audit trail says.

    It names each one when it comes into use; lines from before had no digest.
    """
    for held, said in keys.list_announced():
        if said is None:
            yield f"signing certificate {held.fingerprint}: the audit trail knows nothing of it"
        elif said.get("digest", held.digest) != held.digest:
            yield f"signing certificate {held.fingerprint}: not what it was when it came into use"
    if stray := keys.find_signed_by_unknown(scope):
        yield f"{stray.number}: what its document was signed with is not published"
    for multikey in badges.list_unannounced():
        yield f"key of badges {multikey}: the audit trail knows nothing of it"
