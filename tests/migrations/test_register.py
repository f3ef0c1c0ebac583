"""A register from before every column was accounted for is accounted for from then on."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.commands import create_app
from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate, RegisterEntry
from app.foundation import heads, migrating, settings
from app.foundation.db import db, session, transaction
from app.workflows import certifying, registering, rendering, sealing
from tests import world
from tests.conftest import environment
from tests.lapsing import held_by, lapse

SYSTEM = Actor.system("register verify")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def house(request, tmp_path) -> Iterator[Flask]:
    """An installation whose tables were made by the migrations."""
    more = {}
    if request.param == "postgresql":
        more["DATABASE_URL"] = request.getfixturevalue("postgres").create("migrated")
    made = create_app(environment(tmp_path, **more))
    world.point_process_at(made)
    with made.app_context():
        migrating.upgrade(db.engine)
        yield made
        db.session.remove()
        db.engine.dispose()


def test_certificates_of_before_are_recorded_and_guarded(house):
    world.settle()
    for number in range(3):
        world.pass_test(world.act_as(world.person(f"person{number}@example.org", family="Ђорђевић")))
    codes = session().scalars(select(Certificate.code).order_by(Certificate.id)).all()
    for code in codes:
        rendering.render(SYSTEM, code)
    certifying.revoke(SYSTEM, codes[0], "Issued by mistake.")
    sealing.seal(SYSTEM)
    db.session.remove()
    migrating.downgrade(db.engine, "0009")
    migrating.upgrade(db.engine)
    (settings.current().instance / heads.NAME).unlink()
    sealing.seal(SYSTEM)
    verdict = registering.verify(SYSTEM)
    assert (verdict.fault, verdict.head.position, verdict.unsealed) == (None, 3 + 1 + 3, 0)
    kinds = session().scalars(select(RegisterEntry.kind).order_by(RegisterEntry.chain_position)).all()
    assert kinds == ["issued", "issued", "issued", "revoked", "recorded", "recorded", "recorded"]
    assert "dordevic" in session().scalar(select(Certificate.folded))
    with transaction() as held:
        held.execute(update(Certificate).where(Certificate.code == codes[0]).values(revoked_at=None))
    assert registering.verify(SYSTEM).fault.endswith("not what was registered: revoked_at")


def test_when_names_left_the_register_is_known_again_after_the_way_down_and_up(house):
    world.settle()
    people = [world.person(f"person{number}@example.org") for number in range(2)]
    for person in people:
        world.pass_test(world.act_as(person))
        rendering.render(SYSTEM, held_by(person.id).code)
    lapse(people[0])
    sealing.seal(SYSTEM)
    moments = select(Certificate.erased_at).order_by(Certificate.id)
    before = session().scalars(moments).all()
    assert [each is None for each in before] == [False, True]
    db.session.remove()
    migrating.downgrade(db.engine, "0016")
    migrating.upgrade(db.engine)
    assert session().scalars(moments).all() == before
    assert registering.verify(SYSTEM).fault is None
