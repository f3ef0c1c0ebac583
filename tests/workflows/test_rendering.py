"""The documents of certificates: each copy once, never an unsigned one, going on by itself when the key is there."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate, SigningCertificate
from app.domain.certificates.queries import keys
from app.domain.people import queries as people
from app.foundation import audit, authority, queue, settings, signing
from app.foundation.db import db, session
from app.foundation.errors import Conflict
from app.foundation.files import store
from app.foundation.mail import MailMessage
from app.foundation.queue import OutboxJob
from app.jobs import worker
from app.workflows import examining, keeping, rendering
from tests import world
from tests.lapsing import lapse

WORKER = Actor.system(rendering.JOB)


@pytest.fixture
def code(land) -> str:
    """The code of a certificate whose document is not made yet."""
    world.pass_test(world.act_as(world.person()))
    return session().scalar(select(Certificate.code))


@pytest.fixture
def no_key(own_settings, tmp_path):
    """Settings that name a key which is not there."""
    settings.use(replace(own_settings, signing_key=tmp_path / "seal.pem"))
    return tmp_path / "seal.pem"


def held() -> Certificate:
    session().rollback()
    return session().scalar(select(Certificate))


def signing_check() -> examining.Check:
    return next(each for each in examining.examine(Actor.system("doctor")) if each.name == "signing")


def test_both_copies_are_kept_and_the_archive_copy_begins_the_signed_one(own_settings, code):
    rendering.render(WORKER, code)
    certificate = held()
    archive, signed = store().get(certificate.file_digest), store().get(certificate.signed_digest)
    known = session().get(SigningCertificate, certificate.signing_certificate_id)
    assert signed.startswith(archive)
    assert signed != archive
    assert signing.check(signed, [known.chain]).is_genuine
    assert known.is_own
    assert certificate.signed_at >= certificate.rendered_at


def test_the_holder_is_told_once_that_it_is_here(own_settings, code):
    for _ in range(2):
        rendering.render(WORKER, code)
    [told] = session().scalars(select(MailMessage)).all()
    assert told.recipient == "eva@example.org"
    assert held().number in told.subject
    assert f"/certificates/{code}.pdf" in told.text
    assert f"/verify/{code}" in told.html


def test_who_is_told_otherwise_gets_no_second_mail(own_settings, code):
    rendering.render(WORKER, code, tells=False)
    assert held().signed_digest is not None
    assert session().scalar(select(func.count()).select_from(MailMessage)) == 0


def test_a_document_that_is_there_is_not_made_again(own_settings, code):
    rendering.render(WORKER, code)
    first = held().signed_digest
    rendering.render(WORKER, code)
    assert held().signed_digest == first


def test_of_two_workers_at_once_the_first_signature_counts(own_settings, app, code):
    def run(_number: int) -> None:
        with app.app_context():
            rendering.render(WORKER, code)
            db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    certificate = held()
    assert signing.check(store().get(certificate.signed_digest), [_chain()]).is_genuine
    assert session().scalar(select(func.count()).select_from(SigningCertificate)) == 1
    begun = (
        select(func.count()).select_from(audit.AuditEntry).where(audit.AuditEntry.action == "signing.begin")
    )
    assert session().scalar(begun) == 1


def _chain() -> str:
    return session().scalar(select(SigningCertificate.chain))


def orphans() -> set[str]:
    """Return what lies in the store and no certificate names, once every file that was let go is gone."""
    for digest in store().list_digests():
        os.utime(store().path(digest), (1, 1))
    session().rollback()
    jobs = session().scalars(select(OutboxJob).where(OutboxJob.name == "files.forget")).all()
    for digest in {each.arguments["digest"] for each in jobs}:
        keeping.forget_file(WORKER, digest)
    certificate = held()
    return set(store().list_digests()) - {certificate.file_digest, certificate.signed_digest}


def erase_when(monkeypatch, place, name: str) -> None:
    """Let the keeping period of the holder be over just when something of her document was made."""
    real = getattr(place, name)

    def make(*given: object) -> object:
        made = real(*given)
        lapse(people.find_person_by_email("eva@example.org"))
        return made

    monkeypatch.setattr(place, name, make)


@pytest.mark.parametrize(
    ("place", "name"), [(rendering.certificate_archive, "write"), (rendering.signing, "sign")]
)
def test_a_name_that_is_erased_while_its_document_is_made_stays_in_no_file(
    own_settings, code, monkeypatch, place, name
):
    before = set(store().list_digests())
    with monkeypatch.context() as patched:
        erase_when(patched, place, name)
        rendering.render(WORKER, code)
    certificate = held()
    assert certificate.erased_at is not None
    assert certificate.signed_digest is None
    orphans()
    assert set(store().list_digests()) == before


def test_a_copy_that_another_worker_was_quicker_with_is_removed(own_settings, code, monkeypatch):
    before, real = set(store().list_digests()), signing.sign

    def sign(*given: object) -> bytes:
        made = real(*given)
        monkeypatch.setattr(signing, "sign", real)
        rendering.render(WORKER, code)
        return made

    monkeypatch.setattr(signing, "sign", sign)
    rendering.render(WORKER, code)
    assert len(set(store().list_digests()) - before) == 3
    assert orphans() == before
    assert store().get(held().signed_digest)


def test_a_worker_that_dies_after_the_archive_copy_leaves_one_file_of_each_kind(
    own_settings, code, monkeypatch
):
    def die(*_given: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(signing, "sign", die)
        with pytest.raises(KeyboardInterrupt):
            rendering.render(WORKER, code)
    archive = held().file_digest
    assert held().waits_for_key
    rendering.render(WORKER, code)
    assert held().file_digest == archive
    assert not held().waits_for_key


def test_without_a_key_the_certificate_waits_and_the_doctor_says_so(no_key, app, code):
    assert worker.perform_due(app) == 0
    assert held().waits_for_key
    assert held().signed_digest is None
    failure = session().scalar(select(OutboxJob.failure).where(OutboxJob.name == rendering.JOB))
    assert failure.startswith("KeyUnavailable: ")
    assert str(no_key) in signing_check().fault
    assert "1 documents wait to be signed" in signing_check().fault


def test_it_goes_on_by_itself_when_the_key_comes(no_key, app, code):
    worker.perform_due(app)
    assert held().waits_for_key
    assert rendering.resume(Actor.system("resume-signing")) == 0
    own = authority.ensure(no_key.parent / "other", "localhost")
    no_key.write_bytes(own.read_bytes())
    assert rendering.resume(Actor.system("resume-signing")) == 1
    assert worker.perform_due(app) == 1
    assert held().signed_digest is not None
    assert signing_check().fault is None
    assert rendering.resume(Actor.system("resume-signing")) == 0


def test_jobs_that_failed_for_another_reason_keep_their_pause(own_settings, app, code):
    job = session().scalar(select(OutboxJob.id).where(OutboxJob.name == rendering.JOB))
    queue.claim(job)
    queue.fail(job, "StampUnavailable: the time-stamp service does not answer")
    assert rendering.resume(Actor.system("resume-signing")) == 0
    assert job not in queue.list_due()


def test_an_own_key_that_is_lost_is_not_replaced_behind_the_back(own_settings, app, code):
    rendering.render(WORKER, code)
    first = rendering.find_key().fingerprint
    (own_settings.instance / authority.FILE).unlink()
    with pytest.raises(signing.KeyUnavailable):
        rendering.find_key()
    assert "own.pem cannot be read" in signing_check().fault
    renewed = rendering.renew_key(Actor.system("certificates renew-key"))
    assert rendering.find_key().fingerprint == renewed.fingerprint != first
    assert keys.find_signing_certificate(first) is not None


def test_a_key_of_the_settings_is_not_renewed_here(no_key):
    with pytest.raises(Conflict, match="SIGNING_KEY is set"):
        rendering.renew_key(Actor.system("certificates renew-key"))


def test_an_old_document_stays_the_archive_copy_and_is_signed_by_its_job(own_settings, code):
    rendering.render(WORKER, code)
    certificate = held()
    archive = certificate.file_digest
    certificate.signed_digest = certificate.signed_at = certificate.signing_certificate_id = None
    session().commit()
    rendering.render(WORKER, code)
    assert held().file_digest == archive
    assert store().get(held().signed_digest).startswith(store().get(archive))


def test_the_doctor_finds_a_signed_copy_that_was_changed(own_settings, code):
    rendering.render(WORKER, code)
    path = store().path(held().signed_digest)
    path.write_bytes(path.read_bytes() + b" ")
    said = {each.name: each.fault for each in examining.examine(Actor.system("doctor"))}
    assert "its file was changed" in said["register"]


def test_before_the_first_document_the_doctor_makes_no_key(own_settings, land):
    assert signing_check().fault is None
    assert "makes its own key for the first one" in signing_check().note
    assert not (own_settings.instance / authority.FILE).exists()


def test_neither_log_nor_trail_holds_anything_of_the_key(own_settings, app, code, capsys):
    worker.perform_due(app)
    secret = (
        (own_settings.instance / authority.FILE).read_text(encoding="ascii").split("-----")[2].strip()[:40]
    )
    written = capsys.readouterr()
    trail = json.dumps(
        [entry.content() for entry in session().scalars(select(audit.AuditEntry))], default=str
    )
    assert secret not in written.out + written.err + trail + signing_check().note
