"""What is told of signatures: who signs, what waits, and nothing that is not signed is handed out as if it were."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate, SigningCertificate
from app.foundation import settings, signing
from app.foundation.db import session
from app.workflows import rendering
from tests import world
from tests.web.visitors import Visitor

WORKER = Actor.system(rendering.JOB)


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


@pytest.fixture
def code(land) -> str:
    """The code of a certificate of eva@example.org, not rendered yet."""
    world.pass_test(world.act_as(world.person()))
    return session().scalar(select(Certificate.code))


@pytest.fixture
def without_key(app, tmp_path):
    before = settings.current()
    settings.use(replace(before, signing_key=tmp_path / "missing.pem"))
    yield
    settings.use(before)


def test_before_the_first_signature_the_page_says_so(app):
    assert "Nothing was signed here yet" in text(Visitor(app).get("/issuer"))


def test_the_page_says_who_signs_and_hands_out_the_chain(app, code):
    rendering.render(WORKER, code)
    known = session().scalar(select(SigningCertificate))
    page = text(Visitor(app).get("/issuer"))
    assert "issued by this Gradivo instance itself" in page
    assert "does not prove by an independent authority" in page
    assert known.fingerprint[:4].upper() in page
    answer = Visitor(app).get(f"/issuer/{known.fingerprint}.pem")
    assert answer.data.decode() == known.chain
    assert answer.headers["Content-Type"].startswith("application/x-pem-file")
    assert "PRIVATE" not in known.chain


@pytest.mark.parametrize("fingerprint", ["0" * 64, "x", "..", "own"])
def test_an_unknown_chain_is_not_found(app, fingerprint):
    Visitor(app).get(f"/issuer/{fingerprint}.pem", status=404)


def test_what_is_downloaded_is_the_signed_copy(app, code):
    rendering.render(WORKER, code)
    browser = Visitor(app)
    browser.sign_in("eva@example.org")
    document = browser.get(f"/certificates/{code}.pdf").data
    assert signing.check(document, [session().scalar(select(SigningCertificate.chain))]).is_genuine


def test_without_a_key_the_learner_reads_that_her_certificate_waits(app, code, without_key):
    with pytest.raises(signing.KeyUnavailable):
        rendering.render(WORKER, code)
    browser = Visitor(app)
    browser.sign_in("eva@example.org")
    refused = browser.get(f"/certificates/{code}.pdf", status=503)
    assert refused.headers["Retry-After"] == "60"
    assert "waits to be signed" in text(refused)
    assert "waits to be signed" in text(browser.get("/certificates"))
    assert "waits to be signed" in browser.get(f"/certificates/{code}/state", status=202).get_data(
        as_text=True
    )


def test_without_a_key_the_administrator_reads_it_and_another_region_does_not(app, code, without_key):
    with pytest.raises(signing.KeyUnavailable):
        rendering.render(WORKER, code)
    world.person("admin@example.org", roles=(("admin", None),))
    world.person("far@example.org", unit="CZ-O7213", roles=(("manager", "CZ-O7213"),))
    for email, is_told in (("admin@example.org", True), ("far@example.org", False)):
        browser = Visitor(app)
        browser.sign_in(email)
        assert ("1 certificate waits to be signed" in text(browser.get("/admin/issuers"))) is is_told
