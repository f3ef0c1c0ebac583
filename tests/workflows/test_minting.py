"""Badges: asked for by the holder, made once by the worker, ended with the certificate, proven by a kept key."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import jwt
import pytest
from openbadgeslib.ob3 import decode_encoded_list, set_indices
from PIL import Image
from sqlalchemy import func, select

from app.domain.access.values import Actor
from app.domain.badges import queries as badges
from app.domain.badges.models import Badge, BadgeKey, StatusList
from app.domain.badges.rules import place_of
from app.domain.certificates import service as certificates
from app.domain.certificates.models import Certificate
from app.domain.territory.values import Scope
from app.formats import open_badge
from app.foundation import audit, clock, proof_key, settings
from app.foundation.db import db, session, transaction
from app.foundation.errors import Conflict, NotFound
from app.foundation.files import store
from app.foundation.queue import OutboxJob
from app.jobs import worker
from app.workflows import badging, certifying, duplicating, erasing, examining, keeping, minting
from tests import world
from tests.conftest import environment

WORKER, CLOCK = Actor.system("badges.make"), Actor.system("list-ended-badges")
EVERYTHING = Scope(everything=True)


@pytest.fixture
def eva(own_settings, land) -> Actor:
    """A learner with a certificate."""
    actor = world.act_as(world.person())
    world.pass_test(actor)
    return actor


@pytest.fixture
def code(eva) -> str:
    return session().scalar(select(Certificate.code))


def badge() -> Badge | None:
    session().rollback()
    return session().scalar(select(Badge).execution_options(populate_existing=True))


def count(model: type) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model))


def mint(actor: Actor, code: str) -> Badge:
    badging.ask(actor, code)
    minting.make(WORKER, code)
    return badge()


def ended() -> set[int]:
    """Return the places that are set on the first list, as it is handed out."""
    session().rollback()
    listed = jwt.decode(badges.get_status_list(0).token, options={"verify_signature": False})
    return set(set_indices(decode_encoded_list(listed["credentialSubject"]["encodedList"])))


def test_a_badge_is_made_by_its_job_and_says_what_the_certificate_says(eva, code, app):
    badging.ask(eva, code)
    assert badge().made_at is None
    worker.perform_due(app)
    made = badge()
    said = json.loads(store().get(made.document_digest))
    snapshot = session().scalar(select(Certificate.snapshot))
    assert said["name"] == snapshot["course_title"]
    assert said["evidence"][0]["id"] == snapshot["verify_url"]
    assert said["credentialSubject"]["identifier"][0]["identityHash"] == "Eva Nováková"
    with Image.open(BytesIO(store().get(made.picture_digest))) as picture:
        assert json.loads(picture.text["openbadgecredential"]) == said


def test_asking_twice_makes_one_badge_and_one_job(eva, code):
    badging.ask(eva, code)
    badging.ask(eva, code)
    assert count(Badge) == 1
    jobs = select(func.count()).select_from(OutboxJob).where(OutboxJob.name == "badges.make")
    assert session().scalar(jobs) == 1


def test_a_badge_that_is_there_is_not_made_again(eva, code):
    first = mint(eva, code).document_digest
    minting.make(WORKER, code)
    assert badge().document_digest == first


def test_of_two_workers_at_once_the_first_badge_and_key_count(eva, code, app):
    badging.ask(eva, code)

    def run(_number: int) -> None:
        with app.app_context():
            minting.make(WORKER, code)
            db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    assert count(BadgeKey) == count(Badge) == count(StatusList) == 1
    made = select(func.count()).select_from(audit.AuditEntry).where(audit.AuditEntry.action == "badge.make")
    assert session().scalar(made) == 1
    assert json.loads(store().get(badge().document_digest))["proof"]


def test_nobody_asks_for_the_badge_of_somebody_else(eva, code):
    for other in (
        world.act_as(world.person("jan@example.org")),
        world.act_as(world.person("head@example.org", roles=(("manager", "CZ"),))),
    ):
        with pytest.raises(NotFound):
            badging.ask(other, code)
    assert badge() is None


def test_a_certificate_that_is_valid_no_longer_gets_no_badge(eva, code):
    certifying.revoke(Actor.system("test"), code, "issued by mistake")
    with pytest.raises(Conflict):
        badging.ask(eva, code)
    assert badge() is None


def test_the_list_stands_with_the_first_badge_and_shows_the_revoked_one(eva, code):
    place = place_of(mint(eva, code).certificate_id)[1]
    assert ended() == set()
    assert minting.keep_lists(CLOCK) == 0
    certifying.revoke(Actor.system("test"), code, "issued by mistake")
    assert minting.keep_lists(CLOCK) == 1
    assert ended() == {place}
    assert minting.keep_lists(CLOCK) == 0


def test_the_list_shows_the_superseded_one(eva, code):
    old = mint(eva, code).certificate_id
    with transaction():
        held = session().get(Certificate, old)
        certifying.supersede(
            Actor.system("test"),
            [(held, replace(certifying.snapshot_of(held), mark=9000))],
            "the key was mended",
        )
    assert minting.keep_lists(CLOCK) == 1
    assert ended() == {place_of(old)[1]}


def test_the_badge_of_a_duplicate_is_asked_for_anew_and_that_of_the_lost_one_ends(eva, code):
    lost = mint(eva, code)
    place, was = place_of(lost.certificate_id)[1], json.loads(store().get(lost.document_digest))
    fresh = duplicating.duplicate(Actor.system("test"), code, "It was stolen.").code
    assert minting.keep_lists(CLOCK) == 1
    assert ended() == {place}
    badging.ask(eva, fresh)
    minting.make(WORKER, fresh)
    made = session().scalars(select(Badge).order_by(Badge.certificate_id.desc())).first()
    said = json.loads(store().get(made.document_digest))
    assert fresh in said["evidence"][0]["id"]
    assert said["credentialSubject"]["achievement"] == was["credentialSubject"]["achievement"]
    assert said["credentialStatus"] != was["credentialStatus"]
    assert ended() == {place}


def test_a_list_is_made_again_before_it_ends(eva, code):
    mint(eva, code)
    with transaction():
        badges.get_status_list(0).made_at = clock.now() - minting.LIST_AGE * 1.1
    assert minting.keep_lists(CLOCK) == 1
    assert minting.LIST_AGE * 2 < open_badge.LIST_LIFE


def test_certificates_without_a_badge_stand_on_no_list(eva, code):
    certifying.revoke(Actor.system("test"), code, "issued by mistake")
    assert minting.keep_lists(CLOCK) == 0
    assert badges.list_ended(EVERYTHING, 0, clock.now().date()) == []


def test_a_key_that_is_lost_is_not_replaced_behind_the_back(eva, code, own_settings, app):
    first = minting.find_key(WORKER)
    (own_settings.instance / proof_key.FILE).unlink()
    badging.ask(eva, code)
    assert worker.perform_due(app) == 1  # the document; the badge waits
    assert badge().made_at is None
    said = {each.name: each.fault for each in examining.examine(Actor.system("doctor"))}
    assert "proof.pem cannot be read" in said["badges"]
    failure = session().scalar(select(OutboxJob.failure).where(OutboxJob.name == "badges.make"))
    assert failure.startswith("ProofKeyUnavailable: ")
    renewed = minting.renew_key(Actor.system("certificates renew-badge-key"))
    minting.make(WORKER, code)
    assert badge().made_at is not None
    assert [each.multikey for each in badges.list_keys()] == [renewed, open_badge.multikey_of(first)]


def test_a_damaged_key_is_named_and_not_shown(eva, code, own_settings):
    minting.find_key(WORKER)
    path = own_settings.instance / proof_key.FILE
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(proof_key.ProofKeyUnavailable, match="damaged") as caught:
        minting.find_key(WORKER)
    assert "PRIVATE" not in str(caught.value)


def test_the_key_is_its_owners_alone_and_comes_back_with_a_backup(app, tmp_path):
    old, new = environment(tmp_path / "old"), environment(tmp_path / "new")
    key = proof_key.load(old.instance, may_make=True)
    proof_key.load(new.instance, may_make=True)
    settings.use(old)
    keeping._copy_signing(tmp_path / "set")
    settings.use(new)
    keeping._restore_signing(tmp_path / "set")
    assert proof_key.load(new.instance, may_make=False) == key
    assert (new.instance / proof_key.FILE).stat().st_mode & 0o077 == 0
    assert len(list((new.instance / "signing").iterdir())) == 2


def test_neither_trail_nor_job_holds_anything_of_the_key(eva, code, own_settings):
    mint(eva, code)
    secret = (own_settings.instance / proof_key.FILE).read_text(encoding="ascii").split("-----")[2].strip()
    trail = [entry.content() for entry in session().scalars(select(audit.AuditEntry))]
    assert secret not in json.dumps(trail, default=str)


def test_a_badge_of_a_taken_back_certificate_ends(eva, code):
    made = mint(eva, code)
    with transaction():
        certificates.take_back(session().get(Certificate, made.certificate_id), "test", "annulled")
    assert minting.keep_lists(CLOCK) == 1
    assert ended() == {place_of(made.certificate_id)[1]}


def test_no_badge_is_made_of_somebody_who_was_erased_meanwhile(eva, code):
    badging.ask(eva, code)
    erasing.erase(Actor.system("test"), eva.public_id)
    minting.make(WORKER, code)
    assert (badge().made_at, badge().document_digest) == (None, None)


def test_a_badge_that_was_being_made_while_its_holder_was_erased_is_removed(eva, code, monkeypatch):
    def erase_then_bake(*said: bytes) -> bytes:
        erasing.erase(Actor.system("test"), eva.public_id)
        return bake(*said)

    badging.ask(eva, code)
    bake = open_badge.bake
    monkeypatch.setattr(open_badge, "bake", erase_then_bake)
    minting.make(WORKER, code)
    assert badge().document_digest is None
    jobs = session().scalars(select(OutboxJob.arguments).where(OutboxJob.name == "files.forget")).all()
    assert len(jobs) == 2
    for each in jobs:
        assert b"Eva" in store().get(each["digest"])
        with clock.at(clock.now() + timedelta(hours=2)):
            keeping.forget_file(Actor.system("files.forget"), each["digest"])
        with pytest.raises(NotFound):
            store().get(each["digest"])


def test_a_badge_does_not_outlive_a_certificate_that_was_ended_earlier(eva, code):
    mint(eva, code)
    with transaction():
        held = session().scalars(select(Certificate)).one()
        last = clock.now().date() + timedelta(days=30)
        certificates.shorten([held], last, "test", "A new edition.")
    place = place_of(badge().certificate_id)[1]
    for days, expected in ((30, set()), (31, {place})):
        with clock.at(clock.now() + timedelta(days=days)):
            minting.keep_lists(CLOCK)
            assert ended() == expected
