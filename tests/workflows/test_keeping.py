"""A backup is whole or it is refused, and a restored instance is the same one."""

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from dotenv import dotenv_values
from flask import Flask

from app.commands import create_app
from app.domain.access.values import Actor
from app.formats import backup_manifest
from app.foundation import audit, authority, files, ids, migrating, settings, snapshot
from app.foundation.db import Base, db, session, transaction
from app.foundation.errors import AppError, Conflict, Invalid, Refused
from app.workflows import keeping
from tests.filling import ROWS, fill

OPERATOR = Actor.system("backup")
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
KEY = "it's a key that \\ has what a shell would read $HOME"
ANOTHER_KEY = "the key of an instance that was founded later"


@dataclass
class Instance:
    """One installation: entering it makes this process run by its settings."""

    settings: settings.Settings
    app: Flask

    def enter(self) -> Flask:
        settings.use(self.settings)
        files.use(self.settings.storage)
        return self.app


@pytest.fixture
def found(tmp_path, request) -> Iterator[object]:
    """Found an installation of a name: its folder, its database, no rows."""
    made: list[Instance] = []

    def found(name: str, engine: str = "sqlite", key: str = KEY) -> Instance:
        environ = {
            "INSTANCE": str(tmp_path / name),
            "ENVIRONMENT": "demo",
            "BASE_URL": "http://127.0.0.1:8000",
            "SECRET_KEY": key,
        }
        if engine == "postgresql":
            environ["DATABASE_URL"] = request.getfixturevalue("postgres").create(name)
        chosen = settings.from_env(environ)
        made.append(Instance(chosen, create_app(chosen)))
        return made[-1]

    yield found
    for instance in made:
        with instance.app.app_context():
            db.session.remove()
            db.engine.dispose()


def furnish(instance: Instance) -> None:
    """Put rows into every table and files into the store."""
    authority.ensure(instance.settings.instance, "localhost")
    with instance.enter().app_context():
        migrating.upgrade(db.engine)
        digests = {
            column: files.store().put(f"{column}: Ђорђе".encode()) for column in sorted(keeping.FILE_COLUMNS)
        }
        files.store().put(b"a file that no row names")
        fill(db.engine, digests)


def contents(instance: Instance, folder: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return every table as lines, and every file of the store."""
    folder.mkdir()
    with instance.enter().app_context():
        snapshot.dump(db.engine, folder)
        store = {digest: files.store().get(digest) for digest in files.store().list_digests()}
    return {path.name: path.read_bytes() for path in folder.iterdir()}, store


@pytest.mark.parametrize("source", ENGINES)
@pytest.mark.parametrize("target", ENGINES)
def test_a_restored_instance_is_the_same_table_by_table_and_file_by_file(found, tmp_path, source, target):
    old, new = found("old", source), found("new", target)
    furnish(old)
    before = contents(old, tmp_path / "before")
    with old.enter().app_context():
        made = keeping.create(OPERATOR, tmp_path / "set")
    with new.enter().app_context():
        restoration = keeping.restore(OPERATOR, tmp_path / "set")
    after = contents(new, tmp_path / "after")
    assert after == before
    assert restoration.backup == made
    assert restoration.has_same_key
    assert made.row_count == ROWS * len(Base.metadata.tables)
    assert made.file_count == len(keeping.FILE_COLUMNS) + 1
    assert dotenv_values(tmp_path / "new" / ".env")["SECRET_KEY"] == KEY


@pytest.mark.parametrize("engine", ENGINES)
def test_a_restored_instance_goes_on_counting_after_its_highest_identifier(found, tmp_path, engine):
    old, new = found("old", engine), found("new", engine)
    furnish(old)
    with old.enter().app_context():
        keeping.create(OPERATOR, tmp_path / "set")
    with new.enter().app_context():
        keeping.restore(OPERATOR, tmp_path / "set")
        with transaction():
            audit.record("backup", "try", "identifiers")
        assert session().scalar(sa.select(sa.func.max(audit.AuditEntry.id))) == ROWS + 1


@pytest.mark.parametrize("engine", ENGINES)
def test_a_backup_in_use_holds_one_moment_of_all_tables_and_every_file_named(found, tmp_path, engine):
    instance = found("busy", engine)
    furnish(instance)
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        with instance.app.app_context():
            while not stop.is_set():
                digest = files.store().put(ids.token().encode())
                with transaction() as held:
                    for table in ("audit_entry", "register_entry"):
                        chosen = Base.metadata.tables[table]
                        held.execute(
                            sa.update(chosen).where(chosen.c.id == 1).values(actor=str(len(written)))
                        )
                    held.execute(
                        sa.text("UPDATE issuer SET logo = :digest WHERE unit_id = 1"), {"digest": digest}
                    )
                written.append(1)

    with instance.enter().app_context():
        writer = threading.Thread(target=write)
        writer.start()
        try:
            for place in range(5):
                keeping.create(OPERATOR, tmp_path / f"set{place}")
        finally:
            stop.set()
            writer.join(30)
        for place in range(5):
            keeping.verify(OPERATOR, tmp_path / f"set{place}")
            actors = {
                json.loads(first_line(tmp_path / f"set{place}", table))["actor"]
                for table in ("audit_entry", "register_entry")
            }
            assert len(actors) == 1
    assert len(written) > 5


@pytest.fixture
def whole(found, tmp_path) -> Path:
    """A whole set, and the process running by an empty instance named ``new``."""
    old = found("old")
    furnish(old)
    with old.enter().app_context():
        keeping.create(OPERATOR, tmp_path / "set")
    return tmp_path / "set"


def first_line(folder: Path, table: str) -> str:
    return (folder / "tables" / f"{table}.jsonl").read_text(encoding="utf-8").splitlines()[0]


def a_file(folder: Path) -> Path:
    return next(path for path in sorted((folder / "files").rglob("*")) if path.is_file())


def lose_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def lose_a_file(folder: Path) -> None:
    a_file(folder).unlink()


def lose_a_table(folder: Path) -> None:
    (folder / "tables" / "person.jsonl").unlink()


def cut_a_table(folder: Path) -> None:
    path = folder / "tables" / "person.jsonl"
    path.write_bytes(path.read_bytes()[:-20])


def change_a_row(folder: Path) -> None:
    path = folder / "tables" / "completion_count.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("1", "2"), encoding="utf-8")


def change_a_file(folder: Path) -> None:
    a_file(folder).write_bytes(b"something else")


def add_a_file(folder: Path) -> None:
    (folder / "tables" / "more.jsonl").write_text("")


def change_the_manifest(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"head": "', '"head": "9'))


def make_it_no_json(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")


def make_it_foreign(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"format": "something-else"}')


def come_from_a_later_program(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"format": "gradivo-backup", "version": 2}')


def rewrite(folder: Path, **changes: object) -> None:
    """Write a manifest that is sound in itself."""
    manifest = backup_manifest.read((folder / "manifest.json").read_bytes())
    facts = {
        "made_at": manifest.made_at,
        "head": manifest.head,
        "rows": manifest.rows,
        "files": manifest.files,
    }
    (folder / "manifest.json").write_bytes(
        backup_manifest.write(backup_manifest.Manifest(**{**facts, **changes}))
    )


def come_from_another_migration(folder: Path) -> None:
    rewrite(folder, head="9999")


def claim_other_rows(folder: Path) -> None:
    rewrite(folder, rows={"person": 3})


def lose_a_file_that_a_row_names(folder: Path) -> None:
    manifest = backup_manifest.read((folder / "manifest.json").read_bytes())
    named = json.loads(first_line(folder, "certificate"))["file_digest"]
    (folder / "files" / named[:2] / named[2:4] / named).unlink()
    rewrite(folder, files=tuple(file for file in manifest.files if not file.path.endswith(named)))


HARM = [
    lose_the_manifest,
    lose_a_file,
    lose_a_table,
    cut_a_table,
    change_a_row,
    change_a_file,
    add_a_file,
    change_the_manifest,
    make_it_no_json,
    make_it_foreign,
    come_from_a_later_program,
    come_from_another_migration,
    claim_other_rows,
    lose_a_file_that_a_row_names,
]


@pytest.mark.parametrize("harm", HARM, ids=lambda harm: harm.__name__)
def test_a_set_that_is_not_whole_is_refused_and_nothing_is_changed(whole, found, tmp_path, harm):
    harm(whole)
    new = found("new")
    before = sorted(path for path in (tmp_path / "new").rglob("*"))
    with new.enter().app_context():
        with pytest.raises(Invalid):
            keeping.verify(OPERATOR, whole)
        with pytest.raises(Invalid):
            keeping.restore(OPERATOR, whole)
    assert sorted(path for path in (tmp_path / "new").rglob("*")) == before


@pytest.mark.parametrize("engine", ENGINES)
def test_an_instance_that_has_rows_is_not_restored_into(whole, found, tmp_path, engine):
    full = found("full", engine)
    furnish(full)
    before = contents(full, tmp_path / "before")
    with full.enter().app_context(), pytest.raises(Conflict, match="not empty"):
        keeping.restore(OPERATOR, whole)
    assert contents(full, tmp_path / "after") == before


def test_an_instance_that_has_files_is_not_restored_into(whole, found):
    new = found("new")
    with new.enter().app_context():
        files.store().put(b"already here")
        with pytest.raises(Conflict, match="not empty"):
            keeping.restore(OPERATOR, whole)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_restoration_that_fails_halfway_leaves_the_instance_empty(whole, found, engine):
    path = whole / "tables" / "person.jsonl"
    path.write_text("", encoding="utf-8")
    manifest = backup_manifest.read((whole / "manifest.json").read_bytes())
    rewrite(
        whole,
        rows={**manifest.rows, "person": 0},
        files=tuple(keeping._describe(whole, file.path) for file in manifest.files),
    )
    new = found("new", engine)
    with new.enter().app_context():
        with pytest.raises(snapshot.BrokenReference):
            keeping.restore(OPERATOR, whole)
        with db.engine.connect() as connection:
            assert snapshot.find_filled(connection) is None
        assert list(files.store().list_digests()) == []


def test_a_set_survives_the_loss_of_the_old_instance_and_keeps_a_present_env(whole, found, tmp_path):
    shutil.rmtree(tmp_path / "old" / "files")
    new = found("new", key=ANOTHER_KEY)
    (tmp_path / "new" / ".env").write_text("LOG_LEVEL=DEBUG\n")
    with new.enter().app_context():
        assert not keeping.restore(OPERATOR, whole).has_same_key
    assert (tmp_path / "new" / ".env").read_text() == "LOG_LEVEL=DEBUG\n"
    key = (tmp_path / "new/signing/own.pem").read_bytes()
    for name in ("old", "set"):
        assert (tmp_path / name / "signing/own.pem").read_bytes() == key


def test_the_folder_of_a_backup_is_new_or_empty_and_for_its_owner_alone(whole, found):
    assert whole.stat().st_mode & 0o077 == 0
    for path in ("keys.env", "signing", "signing/own.pem"):
        assert (whole / path).stat().st_mode & 0o077 == 0
    with found("new").enter().app_context(), pytest.raises(Conflict, match="not empty"):
        keeping.create(OPERATOR, whole)


def test_a_damaged_or_missing_file_of_the_store_stops_the_backup_loudly(found, tmp_path):
    old = found("old")
    furnish(old)
    with old.enter().app_context():
        damaged = files.store().path(next(files.store().list_digests()))
        kept = damaged.read_bytes()
        damaged.write_bytes(b"rot")
        with pytest.raises(AppError, match="damaged"):
            keeping.create(OPERATOR, tmp_path / "set")
        assert list((tmp_path / "set").iterdir()) == []
        damaged.write_bytes(kept)
        names = json.loads(session().scalar(sa.text("SELECT files FROM course_draft WHERE id = 1")))
        files.store().path(names["a.md"]).unlink()
        session().rollback()
        with pytest.raises(Invalid, match="missing"):
            keeping.create(OPERATOR, tmp_path / "set")
        assert list((tmp_path / "set").iterdir()) == []


def test_a_table_that_no_model_knows_stops_the_backup_loudly(found, tmp_path):
    old = found("old")
    furnish(old)
    with old.enter().app_context():
        with transaction() as held:
            held.execute(sa.text("CREATE TABLE stray (id INTEGER)"))
        with pytest.raises(snapshot.UnknownTable, match="stray"):
            keeping.create(OPERATOR, tmp_path / "set")


def test_a_backup_stands_in_the_audit_trail_with_the_digest_of_its_manifest(found, tmp_path):
    old = found("old")
    furnish(old)
    with old.enter().app_context():
        made = keeping.create(OPERATOR, tmp_path / "set")
        entry = session().scalars(sa.select(audit.AuditEntry).order_by(audit.AuditEntry.id.desc())).first()
    assert (entry.actor, entry.action, entry.subject) == ("backup", "backup.create", made.digest)
    assert entry.subject == ids.digest((tmp_path / "set" / "manifest.json").read_bytes())


def test_no_person_may_make_or_read_a_backup(found, tmp_path):
    with found("old").enter().app_context():
        for act in (keeping.create, keeping.verify, keeping.restore):
            with pytest.raises(Refused):
                act(Actor(name="somebody", person_id=1), tmp_path / "set")


NO_FILES = {
    ("course_version", "digest"),
    ("course_version", "marking_digest"),
    ("certificate", "code_digest"),
    ("correction", "situation"),
    ("seat", "code_digest"),
    ("register_entry", "snapshot_hash"),
    ("register_entry", "content_hash"),
    ("register_entry", "chain_hash"),
    ("audit_entry", "content_hash"),
    ("audit_entry", "chain_hash"),
    ("person", "session_token"),
    ("token", "digest"),
    ("sign_in_failure", "email_digest"),
    ("sign_in_failure", "address"),
    ("signing_certificate", "fingerprint"),
    ("status_list", "ended_digest"),
}
"""Columns of 64 letters that name no file of the store."""


def test_every_column_of_the_length_of_a_digest_is_known_to_name_a_file_or_none():
    wide = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.String) and column.type.length == 64
    }
    assert wide - NO_FILES - keeping.FILE_COLUMNS == set()
    assert {place for place in keeping.FILE_COLUMNS if place[0] not in Base.metadata.tables} == set()


@pytest.mark.parametrize("command", ["create", "verify", "restore"])
def test_the_command_says_what_is_wrong_and_ends_with_one(whole, found, tmp_path, command):
    new = found("new")
    if command == "create":
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "something").touch()
    else:
        lose_a_table(whole)
    folder = tmp_path / "full" if command == "create" else whole
    new.enter()
    outcome = new.app.test_cli_runner().invoke(args=["backup", command, str(folder)])
    assert outcome.exit_code == 1
    assert outcome.stderr.startswith("Error: ")
    assert outcome.stdout == ""


def test_the_commands_make_check_and_bring_back_a_backup(found, tmp_path):
    old, new = found("old"), found("new", key=ANOTHER_KEY)
    furnish(old)
    folder = str(tmp_path / "set")
    old.enter()
    for command in ("create", "verify"):
        outcome = old.app.test_cli_runner().invoke(args=["backup", command, folder])
        assert (outcome.exit_code, outcome.stderr) == (0, "")
    new.enter()
    outcome = new.app.test_cli_runner().invoke(args=["backup", "restore", folder])
    assert outcome.exit_code == 0
    assert "sign in again" in outcome.stderr
