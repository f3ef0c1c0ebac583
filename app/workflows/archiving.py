"""The register written out: enough to answer for every certificate when the system is gone."""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates import queries as register
from app.domain.certificates.models import Certificate, RegisterEntry
from app.domain.territory.values import Scope
from app.formats import csv_table, register_folder
from app.formats.register_folder import Contents
from app.foundation import audit, chain, clock
from app.foundation.db import one_moment, session, transaction
from app.foundation.errors import Conflict
from app.workflows import registering, sealing
from app.workflows.registering import Verdict

P = Permission
_AT_ONCE = 1000


def export(actor: Actor, folder: Path) -> Verdict:
    """Write the whole register into a new or empty folder, which appears when it is whole and not before.

    What waits is sealed first. A damaged register is written as it is, and the verdict says so, here and there.
    Raises Conflict where the folder holds something; then nothing is written.
    """
    require(actor, P.AUDIT_READ)
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty: an export wants a folder of its own")
    sealing.seal(actor)
    verdict = registering.verify(actor)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    draft.mkdir(mode=0o700, parents=True)
    try:
        contents = _write(actor, draft, verdict)
        with transaction():
            counts = {"certificates": contents.certificates, "entries": contents.entries}
            audit.record(actor.name, "register.export", contents.head.hash, **counts)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft)
        raise
    os.sync()
    return verdict


def _write(actor: Actor, folder: Path, verdict: Verdict) -> Contents:
    scope = scope_of(actor, P.REGISTER_READ)
    with one_moment():
        head = chain.find_head(session(), RegisterEntry)
        tables = {
            "certificates.csv": _certificate_table(scope),
            "certificates.jsonl": register_folder.stream_lines(
                each.snapshot for page in _list_pages(scope) for each in page
            ),
            "entries.csv": _entry_table(actor),
            "entries.jsonl": register_folder.stream_lines(
                entry.content() for page in registering.list_pages(actor) for entry in page
            ),
        }
        digests = {name: _put(folder / name, chunks) for name, chunks in tables.items()}
        certificates, entries = register.count_certificates(scope), register.count_entries(scope)
    contents = Contents(clock.now(), certificates, entries, head, verdict.fault, digests)
    _put(folder / register_folder.README, [register_folder.write_readme(contents)])
    _put(folder / register_folder.MANIFEST, [register_folder.write_manifest(contents)])
    return contents


def _put(path: Path, chunks: Iterable[bytes]) -> str:
    """Write a file that its owner alone may read, and return its SHA-256."""
    path.touch(mode=0o600)
    seen = hashlib.sha256()
    with path.open("wb") as stream:
        for chunk in chunks:
            seen.update(chunk)
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    return seen.hexdigest()


def _list_pages(scope: Scope) -> Iterator[Sequence[Certificate]]:
    last = 0
    while page := register.list_after(scope, last, _AT_ONCE):
        yield page
        last = page[-1].id


def _certificate_table(scope: Scope) -> Iterator[bytes]:
    header = (*register_folder.CERTIFICATE_COLUMNS, *register_folder.SNAPSHOT_COLUMNS)
    return csv_table.stream(header, (row for page in _list_pages(scope) for row in _rows(scope, page)))


def _rows(scope: Scope, page: Sequence[Certificate]) -> Iterator[Sequence[object]]:
    today = clock.now().date()
    entries = register.list_history(scope, {each.id for each in page})
    histories = {number: list(lines) for number, lines in groupby(entries, lambda each: each.certificate_id)}
    for each in page:
        history = histories.get(each.id, [])
        yield (
            each.number,
            each.code,
            each.state_on(today).value,
            each.valid_until,
            each.revoked_at,
            each.superseded_at,
            each.successor,
            "; ".join(line.reason for line in history if line.reason),
            each.file_digest,
            each.signed_digest,
            chain.hash_content(each.snapshot),
            each.erased_at,
            *register_folder.list_cells(each.snapshot),
        )


def _entry_table(actor: Actor) -> Iterator[bytes]:
    lines = (_cells(entry) for page in registering.list_pages(actor) for entry in page)
    return csv_table.stream(register_folder.ENTRY_COLUMNS, lines)


def _cells(entry: RegisterEntry) -> Sequence[object]:
    return (
        entry.chain_position,
        entry.chain_hash,
        entry.content_hash,
        entry.at,
        entry.number,
        entry.kind,
        entry.actor,
        entry.reason,
        entry.snapshot_hash,
    )
