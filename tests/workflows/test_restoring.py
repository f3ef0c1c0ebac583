"""A restored register is recomputed, and knows how far it was sealed; a set holds every file that its rows name."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete

from app.commands import create_app
from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate, NumberSeries, RegisterEntry
from app.domain.reports import service as reports
from app.domain.reports.rules.leaving import KEPT_FOR
from app.foundation import clock, files, heads, migrating, settings
from app.foundation.db import db, transaction
from app.foundation.errors import Invalid, NotFound
from app.jobs import worker
from app.workflows import keeping, leaving, registering, rendering, sealing
from tests import world
from tests.conftest import environment
from tests.lapsing import held_by, lapse

OPERATOR = Actor.system("backup")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def found(request, tmp_path) -> Iterator[Callable[[str], Flask]]:
    """Found an installation of a name, and let this process run by its settings."""
    founded: list[Flask] = []

    def found(name: str) -> Flask:
        more = {}
        if request.param == "postgresql":
            more["DATABASE_URL"] = request.getfixturevalue("postgres").create(f"register_{name}")
        founded.append(create_app(environment(tmp_path / name, **more)))
        world.point_process_at(founded[-1])
        return founded[-1]

    yield found
    for made in founded:
        with made.app_context():
            db.session.remove()
            db.engine.dispose()


def test_a_restored_register_is_guarded_by_the_head_of_its_backup(found, tmp_path):
    with found("old").app_context():
        migrating.upgrade(db.engine)
        world.settle()
        world.pass_test(world.act_as(world.person()))
        sealing.seal(OPERATOR)
        head = registering.verify(OPERATOR).head
        keeping.create(OPERATOR, tmp_path / "set")
    with found("new").app_context():
        noted = settings.current().instance / heads.NAME
        noted.parent.mkdir(parents=True, exist_ok=True)
        before = {"register_entry": {"position": 9, "hash": "of what was here before"}}
        noted.write_text(json.dumps(before), "utf-8")
        keeping.restore(OPERATOR, tmp_path / "set")
        verdict = registering.verify(OPERATOR)
        assert (verdict.fault, verdict.head, verdict.noted) == (None, head, head)
        assert json.loads(noted.with_name(f"{heads.NAME}.before-restore").read_text("utf-8")) == before
        with transaction() as held:
            for model in (RegisterEntry, Certificate, NumberSeries):
                held.execute(delete(model))
        assert registering.verify(OPERATOR).fault.startswith("entry 1 is missing")


def test_files_that_left_with_a_name_are_missed_by_no_set_and_those_of_others_are(found, tmp_path):
    with found("old").app_context():
        migrating.upgrade(db.engine)
        world.settle()
        gone, there = world.person(), world.person("jan@example.org")
        for person in (gone, there):
            world.pass_test(world.act_as(person))
            rendering.render(OPERATOR, held_by(person.id).code)
        kept, number = held_by(there.id).signed_digest, gone.id
        lapse(gone)
        for digest in (held_by(number).signed_digest, held_by(number).file_digest):
            files.store().path(digest).unlink()
        keeping.create(OPERATOR, tmp_path / "set")
        files.store().path(kept).unlink()
        with pytest.raises(Invalid, match=kept):
            keeping.create(OPERATOR, tmp_path / "lacking")
    with found("new").app_context():
        keeping.restore(OPERATOR, tmp_path / "set")
        sealing.seal(OPERATOR)
        assert registering.verify(OPERATOR).fault is None
        assert held_by(number).snapshot["family_name"] == ""


def test_a_file_that_goes_while_a_backup_is_made_is_in_it_and_is_removed_later(found, tmp_path, monkeypatch):
    copy, app = keeping._copy_store, found("old")
    later = clock.now() + KEPT_FOR + timedelta(minutes=1)

    def let_go_and_copy(folder):
        with clock.at(later):
            assert leaving.remove_old(Actor.system("remove-old-files")) == 1
            assert worker.perform_due(app) == 0
        copy(folder)

    monkeypatch.setattr(keeping, "_copy_store", let_go_and_copy)
    with app.app_context():
        migrating.upgrade(db.engine)
        world.settle()
        digest = files.store().put(b"a bundle")
        os.utime(files.store().path(digest), (1, 1))
        asker = world.person()
        with transaction():
            asked = reports.ask(asker.id, "bundle.zip", {}, ())
            reports.keep(asked, digest, 1)
        keeping.create(OPERATOR, tmp_path / "set")
        keeping.verify(OPERATOR, tmp_path / "set")
        assert list((tmp_path / "set" / "files").rglob(digest))
        with clock.at(later + timedelta(minutes=1)):
            assert worker.perform_due(app) == 1
        with pytest.raises(NotFound):
            files.store().path(digest)
