"""An exported register answers alone: whole or not there, recomputable by hand, readable by its owner alone."""

import csv
import hashlib
import json
import shutil
import stat
import subprocess

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate
from app.domain.people import queries as people
from app.foundation import audit
from app.foundation.chain import GENESIS
from app.foundation.db import session, transaction
from app.foundation.errors import Conflict, Refused
from app.workflows import archiving, certifying, rendering
from tests import world
from tests.lapsing import lapse

OPERATOR = Actor.system("register export")
NAMES = {
    "README.txt",
    "certificates.csv",
    "certificates.jsonl",
    "entries.csv",
    "entries.jsonl",
    "register.json",
}


@pytest.fixture
def register(land):
    """Three certificates with Cyrillic, quotes and a formula in their names; one is revoked."""
    for number, family in enumerate(("Ђорђевић", 'O"Brien, =1+1', "Žluťoučká")):
        world.pass_test(world.act_as(world.person(f"person{number}@example.org", family=family)))
    codes = list(session().scalars(select(Certificate.code).order_by(Certificate.id)))
    for code in codes:
        rendering.render(Actor.system("certificates.render"), code)
    certifying.revoke(Actor.system("certificates revoke"), codes[0], "Issued by mistake; twice.")
    return codes


@pytest.fixture
def folder(register, tmp_path):
    archiving.export(OPERATOR, tmp_path / "register")
    return tmp_path / "register"


def read_table(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def sha256(text: str) -> str:
    """Hash as the README tells, by the tools of any Unix."""
    done = subprocess.run(["sha256sum"], input=text.encode(), capture_output=True, check=True)
    return done.stdout.decode().split()[0]


def test_every_hash_of_the_folder_is_recomputed_as_its_readme_tells(folder):
    manifest = json.loads((folder / "register.json").read_text("utf-8"))
    for name, known in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == known
    entries = read_table(folder / "entries.csv")
    contents = (folder / "entries.jsonl").read_text("utf-8").splitlines()
    previous = GENESIS
    for entry, content in zip(entries, contents, strict=True):
        assert sha256(content) == entry["content_sha256"]
        previous = sha256(previous + entry["content_sha256"])
        assert previous == entry["chain_sha256"]
    assert manifest["head"] == {"position": len(entries), "hash": previous}
    assert (manifest["certificates"], manifest["entries"], manifest["fault"]) == (3, 10, None)
    readme = (folder / "README.txt").read_text("utf-8")
    assert f"Head of the chain: entry 10, {previous}" in readme


def test_what_each_certificate_says_is_there_in_full(folder, register):
    issued = {
        entry["number"]: entry for entry in read_table(folder / "entries.csv") if entry["kind"] == "issued"
    }
    said = (folder / "certificates.jsonl").read_text("utf-8").splitlines()
    table = read_table(folder / "certificates.csv")
    for row, line in zip(table, said, strict=True):
        assert sha256(line) == row["snapshot_sha256"] == issued[row["number"]]["snapshot_sha256"]
        assert json.loads(line)["family_name"] == row["family_name"]
        assert row["code"] in register
        assert len(row["archive_sha256"]) == len(row["signed_sha256"]) == 64
    assert [row["family_name"] for row in table] == ["Ђорђевић", 'O"Brien, =1+1', "Žluťoučká"]
    assert [(row["state"], row["reason"]) for row in table] == [
        ("revoked", "Issued by mistake; twice."),
        ("valid", ""),
        ("valid", ""),
    ]


def test_an_erased_name_is_in_no_file_and_the_hash_is_that_of_its_own_entry(register, tmp_path):
    lapse(people.find_person_by_email("person2@example.org"))
    assert archiving.export(OPERATOR, tmp_path / "register").fault is None
    folder = tmp_path / "register"
    for path in folder.iterdir():
        assert "Žluťoučká" not in path.read_text("utf-8")
    erased = [entry for entry in read_table(folder / "entries.csv") if entry["kind"] == "erased"]
    row = read_table(folder / "certificates.csv")[2]
    line = (folder / "certificates.jsonl").read_text("utf-8").splitlines()[2]
    assert [(each["number"], each["snapshot_sha256"]) for each in erased] == [(row["number"], sha256(line))]
    assert row["snapshot_sha256"] == sha256(line)
    assert (row["family_name"], row["erased_at"], row["state"]) == ("", erased[0]["at"], "valid")
    assert 'kind "erased"' in (folder / "README.txt").read_text("utf-8")


def test_nobody_but_its_owner_may_read_it(folder):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == dict.fromkeys(
        NAMES, 0o600
    )


def test_the_export_stands_in_the_audit_trail_without_names(folder):
    head = json.loads((folder / "register.json").read_text("utf-8"))["head"]["hash"]
    entry = session().scalar(select(audit.AuditEntry).where(audit.AuditEntry.action == "register.export"))
    assert (entry.actor, entry.subject) == ("register export", head)
    assert entry.detail == {"certificates": 3, "entries": 10}


def test_a_folder_that_holds_something_is_left_alone(register, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    with pytest.raises(Conflict, match="not empty"):
        archiving.export(OPERATOR, tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine"]


def test_an_empty_folder_is_taken(register, tmp_path):
    (tmp_path / "empty").mkdir()
    archiving.export(OPERATOR, tmp_path / "empty")
    assert {path.name for path in (tmp_path / "empty").iterdir()} == NAMES


def test_an_export_that_fails_leaves_nothing(register, tmp_path, monkeypatch):
    def is_full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archiving.os, "fsync", is_full)
    with pytest.raises(OSError, match="No space"):
        archiving.export(OPERATOR, tmp_path / "register")
    assert list(tmp_path.iterdir()) == []
    assert (
        session().scalar(select(audit.AuditEntry).where(audit.AuditEntry.action == "register.export")) is None
    )


def test_a_damaged_register_is_written_and_says_so(register, tmp_path):
    with transaction():
        held = session().scalar(select(Certificate).where(Certificate.code == register[1]))
        held.snapshot = {**held.snapshot, "family_name": "Jiná"}
    verdict = archiving.export(OPERATOR, tmp_path / "register")
    assert verdict.fault.startswith(held.number)
    assert json.loads((tmp_path / "register" / "register.json").read_text("utf-8"))["fault"] == verdict.fault
    assert "THE REGISTER IS DAMAGED" in (tmp_path / "register" / "README.txt").read_text("utf-8")


def test_no_person_may_export_the_register(land, tmp_path):
    person = world.act_as(world.person("auditor@example.org", roles=(("auditor", "CZ"),)))
    with pytest.raises(Refused):
        archiving.export(person, tmp_path / "register")
    assert not (tmp_path / "register").exists()


def test_the_commands_end_with_one_where_something_is_wrong(app, register, tmp_path):
    runner = app.test_cli_runner()
    well = runner.invoke(args=["register", "verify"])
    assert (well.exit_code, well.output.splitlines()[-1]) == (0, "All is as it was registered.")
    written = runner.invoke(args=["register", "export", str(tmp_path / "register")])
    assert written.exit_code == 0
    head = next(line for line in written.output.splitlines() if line.startswith("head "))
    assert runner.invoke(args=["register", "verify", "--head", head[5:]]).exit_code == 0
    assert runner.invoke(args=["register", "export", str(tmp_path / "register")]).exit_code == 1
    for wrong in ("9" + head[5:], head[5:-1], head[5:] + "0"):
        assert runner.invoke(args=["register", "verify", "--head", wrong]).exit_code == 1
    for wrong in ("", "x:y", "7"):
        assert runner.invoke(args=["register", "verify", "--head", wrong]).exit_code == 2
    with transaction():
        session().scalar(select(Certificate).where(Certificate.code == register[2])).unit_path = "9."
    wrong = runner.invoke(args=["register", "verify"])
    assert wrong.exit_code == 1
    assert "WRONG CZ-" in wrong.stderr
    assert "unit_path" in wrong.stderr
    shutil.rmtree(tmp_path / "register")
