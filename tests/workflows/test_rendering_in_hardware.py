"""Certificates signed by a key in a token: whole, or waiting; the PIN stands in no message, log, trail or backup."""

import json
import os
import subprocess
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate, SigningCertificate
from app.foundation import audit, settings, signing, token_uri
from app.foundation.db import session
from app.foundation.errors import Conflict
from app.foundation.files import store
from app.foundation.queue import OutboxJob
from app.jobs import worker
from app.workflows import examining, keeping, rendering
from tests import world
from tests.tokens import PIN, Authority
from tests.web.visitors import Visitor


@pytest.fixture
def code(land) -> str:
    """The code of a certificate whose document is not made yet."""
    world.pass_test(world.act_as(world.person()))
    return session().scalar(select(Certificate.code))


@pytest.fixture
def in_hardware(own_settings, token):
    """Settings that name a key of a token, which holds its certificates, too."""
    authority = Authority()
    token.keep(authority.certify(token.make_key()), authority.certificate)
    place = token_uri.read(token.uri())
    settings.use(replace(own_settings, signing_key=place, signing_passphrase=PIN))
    return settings.current()


def held() -> Certificate:
    session().rollback()
    return session().scalar(select(Certificate))


def signing_check() -> examining.Check:
    return next(each for each in examining.examine(Actor.system("doctor")) if each.name == "signing")


def test_a_token_signs_the_archive_copy_and_readers_take_it(in_hardware, app, code, tmp_path):
    assert worker.perform_due(app) > 0
    certificate = held()
    archive, signed = store().get(certificate.file_digest), store().get(certificate.signed_digest)
    known = session().get(SigningCertificate, certificate.signing_certificate_id)
    assert signed.startswith(archive)
    assert signing.check(signed, [known.chain]).is_genuine
    assert (known.name, known.issuer, known.is_own) == ("Město Žďár", "Authority", False)
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    said = subprocess.run(
        ["pdfsig", "-nocert", path], check=True, capture_output=True, text=True, env=environ
    ).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "Město Žďár" in Visitor(app).get("/issuer").get_data(as_text=True)
    assert signing_check().fault is None
    assert "Město Žďár, until" in signing_check().note


def test_while_the_token_is_away_the_certificate_waits_and_then_goes_on(in_hardware, app, code, token):
    token.unplug()
    worker.perform_due(app)
    assert held().waits_for_key
    assert held().signed_digest is None
    assert "there is no such token" in signing_check().fault
    assert "1 documents wait to be signed" in signing_check().fault
    assert rendering.resume(Actor.system("resume-signing")) == 0
    token.plug_in()
    assert rendering.resume(Actor.system("resume-signing")) == 1
    worker.perform_due(app)
    assert signing.check(
        store().get(held().signed_digest), [session().scalar(select(SigningCertificate.chain))]
    ).is_genuine


@pytest.mark.parametrize("pin", [PIN, "0815-0815"])
def test_the_pin_stands_in_no_message_log_or_trail(in_hardware, app, code, capsys, pin):
    settings.use(replace(in_hardware, signing_passphrase=pin))
    worker.perform_due(app)
    is_signed = held().signed_digest is not None
    assert is_signed == (pin == PIN)
    failures = session().scalars(select(OutboxJob.failure).where(OutboxJob.name == rendering.JOB)).all()
    if not is_signed:
        assert failures[0].startswith("KeyUnavailable: ")
        assert "is not the PIN of the token" in failures[0]
    trail = json.dumps([each.content() for each in session().scalars(select(audit.AuditEntry))], default=str)
    written = capsys.readouterr()
    said = f"{signing_check()} {failures} {trail} {written.out} {written.err} {settings.current()}"
    assert pin not in said


def test_a_key_in_a_token_is_not_renewed_here(in_hardware):
    with pytest.raises(Conflict, match="SIGNING_KEY is set: replace pkcs11:token=Gradivo"):
        rendering.renew_key(Actor.system("certificates renew-key"))


def test_a_backup_has_nothing_of_it_to_copy(in_hardware, tmp_path):
    signing.load(in_hardware, may_make=True)
    keeping._copy_signing(tmp_path / "set" / "signing")
    assert not (tmp_path / "set").exists()
    keeping._write_keys(tmp_path / "keys.env")
    assert PIN not in (tmp_path / "keys.env").read_text(encoding="utf-8")
