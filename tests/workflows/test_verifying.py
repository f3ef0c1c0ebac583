"""Verification of files: what was issued is genuine, and nothing else is; what others see, and how it is counted."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.certificates import queries as register
from app.domain.certificates.models import CertificateCheck, HiddenName
from app.domain.certificates.rules import State
from app.foundation import audit, clock
from app.foundation.db import session
from app.foundation.errors import Refused
from app.foundation.files import store
from app.workflows import certifying, registering, verifying
from tests import world
from tests.workflows.documents import issue, signed


@pytest.fixture
def eva(land):
    """A certificate with both of its copies."""
    return issue("eva@example.org", "Nováková")


@pytest.fixture
def jana(land):
    """Another's."""
    return issue("jana@example.org", "Dvořáková")


def test_both_copies_are_genuine_as_they_were_issued(eva, jana):
    for each in (eva, jana):
        for digest in (each.signed_digest, each.file_digest):
            assert verifying.recognise(store().get(digest)).certificate is each


def test_a_file_tells_what_became_of_its_certificate(eva):
    original = signed(eva)
    admin = world.act_as(world.person("admin@example.org", roles=(("admin", None),)))
    certifying.revoke(admin, eva.code, "Issued by mistake.")
    told = verifying.tell(verifying.recognise(original).certificate, is_named=False)
    assert told.state is State.REVOKED
    assert told.ending.reason == "Issued by mistake."
    assert told.address == f"http://localhost/verify/{eva.code}"


def names(certificate, *, is_named=False):
    return verifying.tell(certificate, is_named=is_named).names[0]


def test_a_hidden_name_is_initials_until_the_document_is_shown_to_be_in_hand(eva, jana):
    own = world.act_as("eva@example.org")
    for _ in range(2):
        verifying.choose_name(own, is_hidden=True)
    assert names(eva) == "E. N."
    assert names(eva, is_named=True) == "Eva Nováková"
    assert names(jana) == "Eva Dvořáková"
    for _ in range(2):
        verifying.choose_name(own, is_hidden=False)
    assert names(eva) == "Eva Nováková"
    assert session().scalars(select(HiddenName)).all() == []
    trail = session().scalars(
        select(audit.AuditEntry.detail).where(audit.AuditEntry.action == "certificate.name").order_by("id")
    )
    assert [each["hidden"] for each in trail] == [True, True, False, False]


def test_a_name_is_hidden_by_its_holder_alone_and_the_register_does_not_change(eva):
    verifying.choose_name(world.act_as("eva@example.org"), is_hidden=True)
    with pytest.raises(Refused):
        verifying.choose_name(Actor.system("somebody"), is_hidden=False)
    assert registering.verify(Actor.system("register")).fault is None


def test_checks_by_others_are_counted_and_the_holders_own_are_not(eva, jana):
    holder = world.act_as("eva@example.org")
    for actor in (None, world.act_as("jana@example.org"), holder, None):
        verifying.note_check(actor, eva)
    assert verifying.count_checks(Actor.system("count-checks")) == 1
    with clock.at(clock.now() + timedelta(days=2)):
        verifying.note_check(None, eva)
        later = clock.now().date()
        assert verifying.count_checks(Actor.system("count-checks")) == 1
    assert verifying.count_checks(Actor.system("count-checks")) == 0
    session().rollback()
    checked, _ = register.list_checks(verifying.scope_of(holder, verifying.P.OWN_LEARNING), holder.person_id)
    assert [(each.times, each.last_on) for each in checked.values()] == [(4, later)]
    other = world.act_as("jana@example.org")
    assert register.list_checks(verifying.scope_of(other, verifying.P.OWN_LEARNING), holder.person_id) == (
        {},
        False,
    )


def checks():
    session().rollback()
    return {each.certificate_id: each.times for each in session().scalars(select(CertificateCheck))}


def test_who_is_killed_between_entering_and_settling_counts_no_check_twice(eva, jana, monkeypatch):
    """As when the power fails there: the counts are in the database, and the file of the batch is there still."""
    job, unlink = Actor.system("count-checks"), Path.unlink
    verifying.note_check(None, eva)
    verifying.count_checks(job)
    for each in (eva, eva, jana):
        verifying.note_check(None, each)

    def die(path, *, missing_ok=False):
        if path.suffix == ".tally":
            raise SystemExit
        unlink(path, missing_ok=missing_ok)

    for _ in range(2):
        with monkeypatch.context() as killing:
            killing.setattr(Path, "unlink", die)
            with pytest.raises(SystemExit):
                verifying.count_checks(job)
        assert checks() == {eva.id: 3, jana.id: 1}
        verifying.note_check(None, jana)
    assert verifying.count_checks(job) == 2
    assert checks() == {eva.id: 3, jana.id: 1}
    assert verifying.count_checks(job) == 1
    assert checks() == {eva.id: 3, jana.id: 3}


def test_who_is_killed_before_the_counts_are_committed_loses_none(eva, monkeypatch):
    job = Actor.system("count-checks")
    verifying.note_check(None, eva)

    def die(*_given):
        raise SystemExit

    with monkeypatch.context() as killing:
        killing.setattr(verifying.certificates, "count_checked", die)
        with pytest.raises(SystemExit):
            verifying.count_checks(job)
    assert checks() == {}
    assert verifying.count_checks(job) == 1
    assert checks() == {eva.id: 1}


def test_a_count_of_a_certificate_that_a_restored_backup_does_not_have_is_let_go(eva):
    verifying.tally.add(verifying.TALLY, 999_999)
    verifying.note_check(None, eva)
    assert verifying.count_checks(Actor.system("count-checks")) == 1
    assert [each.certificate_id for each in session().scalars(select(CertificateCheck))] == [eva.id]


def test_a_check_is_answered_even_where_it_cannot_be_counted(eva, monkeypatch):
    def full(*_given):
        raise OSError("no space left on device")

    monkeypatch.setattr(verifying.tally, "add", full)
    verifying.note_check(None, eva)
    assert verifying.count_checks(Actor.system("count-checks")) == 0
