"""Nothing that was sealed can be changed unseen."""

import pytest
from sqlalchemy import delete, select, update

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate, RegisterEntry
from app.foundation import files
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.workflows import examining, rendering, sealing
from tests import world


@pytest.fixture
def sealed(land):
    """Three certificates with their files, everything sealed."""
    for number in range(3):
        world.pass_test(world.act_as(world.person(f"person{number}@example.org")))
    for code in session().scalars(select(Certificate.code)).all():
        rendering.render(Actor.system("certificates.render"), code)
    sealing.seal(Actor.system("seal"))


def faults() -> dict[str, str]:
    return {check.name: check.fault for check in examining.examine(Actor.system("doctor")) if check.fault}


def test_all_is_well_after_sealing(sealed):
    assert set(faults()) <= {"migrations"}


def test_a_changed_audit_line_is_named(sealed):
    with transaction() as held:
        held.execute(update(AuditEntry).where(AuditEntry.chain_position == 3).values(action="nothing"))
    assert faults()["audit trail"].startswith("entry 3 ")


def test_a_deleted_audit_line_is_named(sealed):
    with transaction() as held:
        held.execute(delete(AuditEntry).where(AuditEntry.chain_position == 2))
    assert faults()["audit trail"] == "entry 2 is missing"


def test_two_lines_that_changed_places_are_named(sealed):
    with transaction() as held:
        for old, new in ((1, 999), (2, 1), (999, 2)):
            held.execute(
                update(RegisterEntry).where(RegisterEntry.chain_position == old).values(chain_position=new)
            )
    assert "register" in faults()


def test_a_changed_snapshot_is_named(sealed):
    with transaction() as held:
        first = held.scalar(select(Certificate).order_by(Certificate.id))
        first.snapshot = {**first.snapshot, "family_name": "Jiná"}
        number = first.number
    assert faults()["register"].startswith(number)


def test_a_changed_file_is_named(sealed):
    digest = session().scalar(select(Certificate.file_digest))
    path = files.store().path(digest)
    kept = path.read_bytes()
    path.write_bytes(kept + b" ")
    try:
        assert "its file was changed" in faults()["register"]
    finally:
        path.write_bytes(kept)


def test_sealing_twice_seals_nothing_twice(sealed):
    assert sealing.seal(Actor.system("seal")) == 0
