"""Keeping: a backup of the whole instance is made, checked and brought back.

A set is a folder: ``tables/`` (foundation.snapshot), ``files/`` (the file store as it lies), ``keys.env``
(what the instance needs to go on as the same one), ``signing/`` (the keys of its own, where it made them),
``chain-heads.json`` (how far the chains were sealed) and ``manifest.json``, which is written last: a set without it
is none. The tables are written before the files, all of one moment: a file is in the store before a row names it, and
is never changed. One that no row names any more is removed, when somebody was erased or its time is over, but not
while a set is being made: its job waits until then.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values
from sqlalchemy import Engine

from app.domain.access.values import Actor
from app.formats import backup_manifest
from app.formats.backup_manifest import Manifest, SetFile
from app.foundation import (
    audit,
    authority,
    clock,
    files,
    heads,
    ids,
    migrating,
    proof_key,
    references,
    schema,
    settings,
    snapshot,
)
from app.foundation.db import session, transaction
from app.foundation.errors import Conflict, Invalid, Refused

OWN_KEYS = (authority.FILE, proof_key.FILE)
"""The keys that an instance makes itself, by their places in its folder."""

FILE_COLUMNS = frozenset({
    ("answer_file", "digest"),
    ("badge", "document_digest"),
    ("badge", "picture_digest"),
    ("certificate", "file_digest"),
    ("certificate", "signed_digest"),
    ("course_draft", "files"),
    ("issuer", "funder_logo"),
    ("issuer", "logo"),
    ("programme", "source"),
    ("report_file", "file_digest"),
    ("version_file", "digest"),
    ("version_file", "served"),
})
"""The columns that name files of the store."""

FREED_BY = {"certificate": "erased_at"}
"""Table → the column by which a row names its files no more once it has a value: they left with somebody's name."""

_TABLES, _FILES, _KEYS, _SIGNING = "tables", "files", "keys.env", "signing"


@dataclass(frozen=True, slots=True)
class Backup:
    """A set that is whole; ``digest`` is the SHA-256 of its manifest."""

    manifest: Manifest
    digest: str

    @property
    def row_count(self) -> int:
        """How many rows all tables have."""
        return sum(self.manifest.rows.values())

    @property
    def file_count(self) -> int:
        """How many files of the store the set holds."""
        return sum(file.path.startswith(f"{_FILES}/") for file in self.manifest.files)


@dataclass(frozen=True, slots=True)
class Restoration:
    """What became of a set, and whether this instance runs by the same SECRET_KEY."""

    backup: Backup
    has_same_key: bool


def create(actor: Actor, folder: Path) -> Backup:
    """Write a consistent set into a new or empty folder while the system is in use.

    Raises Conflict where the folder holds something, DamagedFile or Invalid where the instance itself is
    damaged; then nothing is left in the folder.
    """
    _require_operator(actor)
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty: a backup wants a folder of its own")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with files.store().held():
            return _create(actor, folder)
    except BaseException:
        _empty(folder)
        raise


def verify(actor: Actor, folder: Path) -> Backup:
    """Check every byte of a set, and that this program can bring it back; raises Invalid."""
    _require_operator(actor)
    path = folder / backup_manifest.NAME
    if not path.is_file():
        raise Invalid(str(folder), f"no whole backup: {backup_manifest.NAME} is missing")
    content = path.read_bytes()
    manifest = backup_manifest.read(content)
    _check_files(folder, manifest)
    _check_rows(folder, manifest)
    _check_references(folder, manifest)
    if manifest.head != schema.wanted():
        raise Invalid(
            str(folder),
            f"the set is whole, but stands at migration {manifest.head}, and this program at "
            f"{schema.wanted()}: restore it with the version that made it, then upgrade",
        )
    return Backup(manifest, ids.digest(content))


def restore(actor: Actor, folder: Path) -> Restoration:
    """Bring a set back into an empty instance: tables, files, and ``.env`` where the instance has none.

    Raises Invalid for a set that ``verify`` refuses and Conflict for an instance that holds something; then
    nothing is changed.
    """
    _require_operator(actor)
    backup = verify(actor, folder)
    settings.current().instance.mkdir(parents=True, exist_ok=True)
    engine = _engine()
    _refuse_full_instance(engine)
    migrating.upgrade(engine)
    store = files.store().root
    try:
        if (folder / _FILES).exists():
            shutil.copytree(folder / _FILES, store, dirs_exist_ok=True)
        os.sync()
        snapshot.load(engine, folder / _TABLES)
    except BaseException:
        _empty(store)
        raise
    _restore_signing(folder / _SIGNING)
    _restore_heads(folder)
    return Restoration(backup, has_same_key=_restore_keys(folder))


def forget_file(actor: Actor, digest: str) -> None:
    """Remove a file whose row has let it go, unless a row names the same bytes; raises Conflict while it may not go.

    Whoever puts the same bytes now names them within the hour that the job is done again.
    """
    _require_operator(actor)
    if references.is_named(FILE_COLUMNS, digest, FREED_BY):
        return
    if not files.store().discard(digest, clock.ago(hours=1)):
        raise Conflict(f"file {digest} was put within the last hour, or a backup is being made")


def _require_operator(actor: Actor) -> None:
    """Refuse everyone but the system: a backup holds everything, and no right of a person reaches as far."""
    if not actor.is_system:
        raise Refused


def _engine() -> Engine:
    engine = session().get_bind()
    if not isinstance(engine, Engine):
        raise TypeError("the session is bound to a connection")
    return engine


def _create(actor: Actor, folder: Path) -> Backup:
    made_at = clock.now()
    (folder / _TABLES).mkdir()
    _copy_heads(
        settings.current().instance, folder
    )  # Before the tables, which may hold more, but never less.
    taken = snapshot.dump(_engine(), folder / _TABLES)
    _copy_store(folder / _FILES)
    _write_keys(folder / _KEYS)
    _copy_signing(folder / _SIGNING)
    listed = tuple(_describe(folder, path) for path in _list_paths(folder))
    manifest = Manifest(made_at, taken.head, taken.rows, listed)
    _check_references(folder, manifest)
    os.sync()
    content = backup_manifest.write(manifest)
    backup = Backup(manifest, ids.digest(content))
    with transaction():
        audit.record(
            actor.name, "backup.create", backup.digest, rows=backup.row_count, files=backup.file_count
        )
    _write_last(folder / backup_manifest.NAME, content)
    return backup


def _copy_store(folder: Path) -> None:
    store = files.store()
    for digest in store.list_digests():
        target = folder / digest[:2] / digest[2:4] / digest
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(store.path(digest), target)
        if _sha256(target) != digest:
            raise files.DamagedFile(f"file {digest} of the store is damaged: see flask doctor")


def _copy_heads(source: Path, target: Path) -> None:
    if (source / heads.NAME).exists():
        shutil.copyfile(source / heads.NAME, target / heads.NAME)


def _restore_heads(folder: Path) -> None:
    """Let the heads be those of the set; a note of what the instance held before it was emptied is put aside."""
    instance = settings.current().instance
    if (instance / heads.NAME).exists():
        (instance / heads.NAME).rename(instance / f"{heads.NAME}.before-restore")
    _copy_heads(folder, instance)


def _write_keys(path: Path) -> None:
    now = settings.current()
    keys = {
        "ENVIRONMENT": now.environment,
        "BASE_URL": now.base_url,
        "SECRET_KEY": now.secret_key,
        "MAIL_FROM": now.mail_from,
    }
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}='{_quoted(value)}'\n" for name, value in keys.items()), encoding="utf-8")


def _copy_signing(folder: Path) -> None:
    """Copy the instance's own keys; a key of the settings lies elsewhere, and is its owner's to keep."""
    for file in OWN_KEYS:
        path = settings.current().instance / file
        if path.exists():
            authority.keep_first(folder / path.name, path.read_bytes())


def _restore_signing(folder: Path) -> None:
    """Bring the instance's own keys back; one that it has made meanwhile, and signed nothing by, is put aside."""
    instance = settings.current().instance
    for file in OWN_KEYS:
        kept = folder / file.name
        if kept.exists():
            authority.put_aside(instance, file)
            authority.keep_first(instance / file, kept.read_bytes())


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _restore_keys(folder: Path) -> bool:
    now = settings.current()
    kept = now.instance / ".env"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_bytes((folder / _KEYS).read_bytes())
    return dotenv_values(folder / _KEYS).get("SECRET_KEY") == now.secret_key


def _list_paths(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    return sorted(path for path in found if path != backup_manifest.NAME)


def _describe(folder: Path, path: str) -> SetFile:
    return SetFile(path, (folder / path).stat().st_size, _sha256(folder / path))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_last(path: Path, content: bytes) -> None:
    draft = path.with_suffix(".part")
    with draft.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(path)
    os.sync()


def _check_files(folder: Path, manifest: Manifest) -> None:
    listed = {file.path: file for file in manifest.files}
    there = set(_list_paths(folder))
    if missing := sorted(set(listed) - there):
        raise Invalid(missing[0], f"the set is incomplete: {missing[0]} is missing")
    if foreign := sorted(there - set(listed)):
        raise Invalid(foreign[0], f"the set was altered: {foreign[0]} does not belong to it")
    for path, file in listed.items():
        if (folder / path).is_symlink() or _describe(folder, path) != file:
            raise Invalid(path, f"the set was altered: {path} is not what the manifest says")
        if path.startswith(f"{_FILES}/") and Path(path).name != file.sha256:
            raise Invalid(path, f"the set was altered: {path} is not what its name says")


def _check_rows(folder: Path, manifest: Manifest) -> None:
    for table, count in manifest.rows.items():
        path = f"{_TABLES}/{table}.jsonl"
        with (folder / path).open("rb") as lines:
            if sum(1 for _ in lines) != count:
                raise Invalid(path, f"the set was altered: {path} does not have {count} rows")


def _check_references(folder: Path, manifest: Manifest) -> None:
    """Refuse a set in which a row names a file that the set lacks."""
    held = {Path(file.path).name for file in manifest.files if file.path.startswith(f"{_FILES}/")}
    for table, column in sorted(FILE_COLUMNS):
        for digest in _list_named(folder / _TABLES / f"{table}.jsonl", column, FREED_BY.get(table, "")):
            if digest not in held:
                raise Invalid(table, f"file {digest}, which {table}.{column} names, is missing")


def _list_named(path: Path, column: str, freed: str) -> Iterator[str]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            value = row[column]
            if value is not None and row.get(freed) is None:  # Sets of before 0018 lack the column.
                yield from json.loads(value).values() if value.startswith("{") else (value,)


def _refuse_full_instance(engine: Engine) -> None:
    with engine.connect() as connection:
        filled = snapshot.find_filled(connection)
    if filled:
        raise Conflict(f"the database is not empty: table {filled} has rows; nothing was changed")
    if next(files.store().list_digests(), None) is not None:
        raise Conflict(f"{files.store().root} is not empty; nothing was changed")


def _empty(folder: Path) -> None:
    for path in folder.iterdir() if folder.exists() else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
