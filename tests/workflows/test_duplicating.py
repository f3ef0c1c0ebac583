"""A certificate that was lost is superseded by its duplicate, which says the same and is marked; on both engines."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from io import BytesIO
from threading import Barrier

import pypdf
import pytest
from sqlalchemy import func, select

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate, RegisterEntry
from app.domain.certificates.values import Name
from app.domain.people.models import Person
from app.formats.certificate_pdf import UnmarkedDuplicate
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import db, session
from app.foundation.errors import Conflict, Invalid, NotFound, Refused
from app.foundation.files import store
from app.foundation.mail import MailMessage
from app.workflows import (
    certifying,
    duplicating,
    erasing,
    registering,
    renaming,
    rendering,
    revoking,
    sealing,
)
from tests import world
from tests.world import certificates_of

CHANGED = ("number", "code", "verify_url", "issued_on", "duplicate_of")
WHY = "It burnt with the office."
SYSTEM = Actor.system("test")


@pytest.fixture
def holder(land) -> Person:
    """Somebody with a certificate that was earned on a day long past."""
    person = world.person("eva@example.org")
    with clock.at(world.moment("2026-03-01T10:00+01:00")):
        world.pass_test(world.act_as(person))
    return person


def lose(actor: Actor, certificate: Certificate, reason: str = WHY) -> Certificate:
    return duplicating.duplicate(actor, certificate.code, reason)


def letters() -> list[MailMessage]:
    return list(session().scalars(select(MailMessage).where(MailMessage.recipient == "eva@example.org")))


def fault() -> str | None:
    sealing.seal(Actor.system("seal"))
    return registering.verify(SYSTEM).fault


def is_untouched(holder: Person) -> bool:
    """Tell whether nobody has written anything since the certificate was issued."""
    (only,) = certificates_of(holder)
    kinds = session().scalars(select(RegisterEntry.kind)).all()
    acts = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "certificate.duplicate")
    untouched = only.superseded_at is None and only.is_current and "superseded" not in kinds
    return untouched and not session().scalar(acts) and not letters()


def test_the_duplicate_says_the_same_but_for_number_day_and_that_it_is_one(holder, manager):
    lose(manager, certificates_of(holder)[0])
    old, new = certificates_of(holder)
    said, before = certifying.snapshot_of(new), certifying.snapshot_of(old)
    assert (said.duplicate_of, before.duplicate_of) == (old.number, "")
    assert replace(said, **{name: getattr(before, name) for name in CHANGED}) == before
    assert said.completed_on == before.completed_on == date(2026, 3, 1) < said.issued_on
    assert (said.mark, new.valid_until) == (before.mark, old.valid_until)
    assert (old.successor, old.is_current, new.is_current) == (new.number, False, True)
    assert new.code != old.code
    assert fault() is None


def test_the_register_and_the_trail_say_who_and_why_and_the_holder_gets_one_mail(holder, manager):
    lose(manager, certificates_of(holder)[0])
    old, new = certificates_of(holder)
    lines = session().scalars(select(RegisterEntry).where(RegisterEntry.kind == "superseded")).all()
    assert [(each.number, each.actor, each.reason) for each in lines] == [(old.number, manager.name, WHY)]
    trail = session().scalars(select(AuditEntry).where(AuditEntry.action == "certificate.duplicate")).all()
    assert [(each.subject, each.actor) for each in trail] == [(old.number, manager.name)]
    (letter,) = letters()
    for words in (old.number, new.number, WHY, "as often as you like", "/certificates"):
        assert words in letter.text
        assert words in letter.html


def test_the_document_bears_the_mark_and_everything_is_well_with_the_register(holder, manager):
    rendering.render(SYSTEM, certificates_of(holder)[0].code)
    first = store().get(certificates_of(holder)[0].signed_digest)
    lose(manager, certificates_of(holder)[0])
    rendering.render(SYSTEM, certificates_of(holder)[1].code)
    old, new = certificates_of(holder)
    mark = f"Duplicate of certificate number {old.number}"
    said = [
        pypdf.PdfReader(BytesIO(store().get(digest))).pages[0].extract_text()
        for digest in (new.signed_digest, new.file_digest)
    ]
    assert all(mark in text for text in said)
    assert "Duplicate" not in pypdf.PdfReader(BytesIO(first)).pages[0].extract_text()
    assert store().get(old.signed_digest) == first
    assert fault() is None


def test_a_second_click_is_told_that_it_is_done(holder, manager):
    first = certificates_of(holder)[0]
    lose(manager, first)
    with pytest.raises(Conflict, match="revoked or superseded already"):
        lose(manager, certificates_of(holder)[0])
    assert len(certificates_of(holder)) == 2
    assert len(letters()) == 1


def test_of_two_clicks_at_the_same_moment_one_counts(app, holder, manager):
    code, ready = certificates_of(holder)[0].code, Barrier(2)

    def click() -> str:
        with app.app_context():
            ready.wait()
            try:
                duplicating.duplicate(manager, code, WHY)
            except Conflict:
                return "conflict"
            else:
                return "made"
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        told = sorted(answer.result() for answer in [pool.submit(click) for _each in range(2)])
    assert told == ["conflict", "made"]
    assert len(certificates_of(holder)) == 2
    assert fault() is None


def test_a_look_writes_nothing(holder, manager):
    lost = duplicating.look(manager, certificates_of(holder)[0].code)
    assert (lost.holder.id, lost.said.duplicate_of) == (holder.id, lost.certificate.number)
    assert is_untouched(holder)


def test_a_duplicate_that_is_lost_too_names_the_one_whose_place_it_took(holder, manager):
    for place in range(2):
        lose(manager, certificates_of(holder)[place])
    first, second, third = certificates_of(holder)
    assert certifying.snapshot_of(third).duplicate_of == second.number
    assert (first.successor, second.successor) == (second.number, third.number)
    assert [each.is_current for each in (first, second, third)] == [False, False, True]
    assert fault() is None


def test_a_duplicate_whose_name_is_corrected_stays_marked(holder, manager):
    lose(manager, certificates_of(holder)[0])
    old, duplicate = certificates_of(holder)
    name = Name("Nováková-Malá", "Eva", "", "")
    renaming.correct(manager, holder.public_id, renaming.Wanted((duplicate.code,), name, "She married."))
    said = certifying.snapshot_of(certificates_of(holder)[-1])
    assert (said.family_name, said.duplicate_of) == ("Nováková-Malá", old.number)


def test_one_that_has_expired_stays_expired(holder, manager):
    with clock.at(world.moment("2030-01-01T12:00+01:00")):
        lose(manager, certificates_of(holder)[0])
    old, new = certificates_of(holder)
    assert new.valid_until == old.valid_until == date(2029, 3, 1)
    assert new.state_on(date(2030, 1, 1)).value == "expired"


def test_one_that_is_revoked_stays_as_it_is(holder, manager):
    first = certificates_of(holder)[0]
    certifying.revoke(SYSTEM, first.code, "Issued by mistake.")
    for act in (lambda: duplicating.look(manager, first.code), lambda: lose(manager, first)):
        with pytest.raises(Conflict):
            act()
    assert len(certificates_of(holder)) == 1


def test_one_that_waits_to_be_revoked_stays_until_that_is_decided(holder, manager):
    other = world.person("jan@example.org")
    world.pass_test(world.act_as(other))
    admin = world.act_as(world.person("root@example.org", roles=(("admin", None),)))
    codes = [each.code for each in (*certificates_of(holder), *certificates_of(other))]
    asked = revoking.ask(admin, codes, "Issued by mistake.")
    with pytest.raises(Conflict, match="asked for already"):
        lose(manager, certificates_of(holder)[0])
    assert is_untouched(holder)
    revoking.reject(admin, asked.public_id, "It was none.")
    lose(manager, certificates_of(holder)[0])
    assert len(certificates_of(holder)) == 2


@pytest.mark.parametrize("reason", ["", " \r\n ", "x" * 301])
def test_without_a_reason_of_fair_length_nothing_is_written(holder, manager, reason):
    with pytest.raises(Invalid) as refused:
        lose(manager, certificates_of(holder)[0], reason)
    assert refused.value.field == "reason"
    assert is_untouched(holder)


def test_a_design_that_cannot_mark_a_duplicate_makes_none(holder, manager, tmp_path, monkeypatch):
    shutil.copytree(certifying.DESIGNS, tmp_path / "certificates")
    design = tmp_path / "certificates" / "standard" / "design.yaml"
    lines = design.read_text(encoding="utf-8").splitlines(keepends=True)
    bare = [line for line in lines if "{duplicate}" not in line and "      duplicate: " not in line]
    assert len(lines) - len(bare) == 7
    design.write_text("".join(bare), encoding="utf-8")
    monkeypatch.setattr(certifying, "DESIGNS", tmp_path / "certificates")
    with pytest.raises(UnmarkedDuplicate):
        lose(manager, certificates_of(holder)[0])
    assert is_untouched(holder)


@pytest.mark.parametrize(
    ("roles", "error"),
    [
        ((("manager", "CZ-O7213"),), NotFound),
        ((("manager", "RS"),), NotFound),
        ((("coordinator", "CZ-K3131"),), Refused),
        ((("head-of-office", "596230"),), Refused),
        ((("auditor", "CZ"),), Refused),
        ((), Refused),
    ],
)
def test_nobody_else_makes_one(holder, roles, error):
    other = world.act_as(world.person("other@example.org", "585068", roles=roles))
    for act in (
        lambda: duplicating.look(other, certificates_of(holder)[0].code),
        lambda: lose(other, certificates_of(holder)[0]),
    ):
        with pytest.raises(error):
            act()
    assert is_untouched(holder)


def test_a_code_that_nobody_has_is_not_found(holder, manager):
    with pytest.raises(NotFound):
        duplicating.duplicate(manager, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", WHY)


def test_nobody_makes_one_of_her_own(land):
    own = world.person("own@example.org", "595209", roles=(("manager", "CZ-O6115"),))
    world.pass_test(world.act_as(own))
    with pytest.raises(Conflict, match="somebody else"):
        lose(world.act_as(own), certificates_of(own)[0])
    assert len(certificates_of(own)) == 1


def test_of_whoever_was_erased_nobody_makes_one(holder, manager):
    erasing.erase(SYSTEM, holder.public_id)
    with pytest.raises(NotFound):
        lose(manager, certificates_of(holder)[0])
    assert len(certificates_of(holder)) == 1
