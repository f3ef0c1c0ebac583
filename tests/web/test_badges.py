"""A certificate shown elsewhere: what its holder downloads, and what programs find at the addresses in it."""

import json
from urllib.parse import urlsplit

import pytest
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate
from app.foundation.db import session
from app.workflows import badging, certifying, minting
from tests import world


@pytest.fixture
def code(land) -> str:
    world.pass_test(world.act_as(world.person()))
    return session().scalar(select(Certificate.code))


@pytest.fixture
def held(browser, code):
    """The browser of a learner who has a badge."""
    badging.ask(world.act_as("eva@example.org"), code)
    minting.make(Actor.system("badges.make"), code)
    return browser.sign_in("eva@example.org")


def fetch(browser):
    def download(address: str) -> bytes:
        return browser.get(urlsplit(address).path).data

    return download


def test_a_learner_asks_for_her_badge_waits_and_downloads_it(browser, code):
    browser.sign_in("eva@example.org")
    assert f"/certificates/{code}/share" in browser.get("/certificates").get_data(as_text=True)
    page = browser.get(f"/certificates/{code}/share").get_data(as_text=True)
    assert f"/verify/{code}</textarea>" in page
    assert "readonly" in page
    browser.get(f"/certificates/{code}.json", status=404)
    for _click in range(2):
        answer = browser.post(f"/certificates/{code}/badge")
        assert answer.headers["Location"] == f"/certificates/{code}/share"
    assert "being made" in browser.get(f"/certificates/{code}/share").get_data(as_text=True)
    for ending in ("json", "png"):
        assert browser.get(f"/certificates/{code}.{ending}", status=503).headers["Retry-After"]
    minting.make(Actor.system("badges.make"), code)
    assert f"/certificates/{code}.png" in browser.get(f"/certificates/{code}/share").get_data(as_text=True)
    document, picture = browser.get(f"/certificates/{code}.json"), browser.get(f"/certificates/{code}.png")
    assert document.mimetype == "application/json"
    assert picture.mimetype == "image/png"
    assert 'filename="CZ-' in picture.headers["Content-Disposition"]
    assert "sandbox" in document.headers["Content-Security-Policy"]
    assert document.headers["Cache-Control"] == picture.headers["Cache-Control"] == "no-store"


def test_the_badge_verifies_by_what_the_site_hands_out_and_no_longer_when_revoked(held, code):
    document = held.get(f"/certificates/{code}.json").data
    verifier = OB3LdpVerifier.for_issuer_did(json.loads(document)["issuer"]["id"])
    assert verifier.verify(document, check_status=True, download=fetch(held)).name
    with pytest.raises(OB3VerificationError, match="signature mismatch"):
        verifier.verify(document.replace(b"Eva ", b"Eve "), download=fetch(held))
    certifying.revoke(Actor.system("test"), code, "issued by mistake")
    minting.keep_lists(Actor.system("list-ended-badges"))
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        verifier.verify(document, check_status=True, download=fetch(held))
    held.get(f"/certificates/{code}.json")


def test_every_address_in_a_badge_leads_to_what_it_names(held, code):
    said = held.get(f"/certificates/{code}.json").get_json()
    achievement = said["credentialSubject"]["achievement"]
    profile = held.get(urlsplit(said["issuer"]["url"]).path).get_json()
    assert profile["id"] == said["issuer"]["url"]
    assert profile["name"] == said["issuer"]["name"]
    shown = held.get(urlsplit(achievement["id"]).path).get_json()
    assert {key: shown[key] for key in achievement} == achievement
    held.get(urlsplit(said["evidence"][0]["id"]).path)
    states = held.get(urlsplit(said["credentialStatus"]["statusListCredential"]).path)
    assert states.mimetype == "application/vc+jwt"
    did = held.get("/.well-known/did.json").get_json()
    assert [each["id"] for each in did["verificationMethod"]] == [said["proof"]["verificationMethod"]]


def test_programs_on_any_site_may_read_and_keep_for_minutes_what_a_badge_names(held, browser):
    for address in ("/.well-known/did.json", "/badges/states/0", "/badges/issuers/CZ"):
        answer = browser.get(address)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.cache_control.public
        assert answer.cache_control.max_age <= 3600
        assert "Set-Cookie" not in answer.headers
    assert browser.get("/badges/states/0").cache_control.max_age == 300


def test_another_persons_badge_is_not_found(held, code):
    world.person("jan@example.org")
    held.post("/logout")
    held.sign_in("jan@example.org")
    for ending in (".json", ".png", "/share"):
        held.get(f"/certificates/{code}{ending}", status=404)
    held.post(f"/certificates/{code}/badge", status=404)


def test_whoever_may_read_the_record_may_read_the_badge_but_not_ask_for_one(held, code):
    world.person("manager@example.org", roles=(("manager", "CZ"),))
    held.post("/logout")
    held.sign_in("manager@example.org")
    held.get(f"/certificates/{code}.json")
    held.get(f"/certificates/{code}/share", status=404)
    held.post(f"/certificates/{code}/badge", status=404)


def test_a_certificate_that_is_valid_no_longer_offers_no_badge(browser, code):
    certifying.revoke(Actor.system("test"), code, "issued by mistake")
    browser.sign_in("eva@example.org")
    page = browser.get(f"/certificates/{code}/share").get_data(as_text=True)
    assert "no badge can be made" in page
    assert "/badge" not in page
    browser.post(f"/certificates/{code}/badge", status=409)


@pytest.mark.parametrize(
    "address",
    [
        "/badges/states/1",
        "/badges/states/99999999999999999999",
        "/badges/issuers/596230",
        "/badges/issuers/no-such",
        "/badges/courses/open-data/9.9/en",
        "/badges/courses/open-data/1.0/xx",
        "/badges/courses/no-such/1.0/en",
        "/badges/courses/open-data/99999999999999999999.0/en",
    ],
)
def test_what_is_not_there_is_not_found(browser, land, address):
    browser.get(address, status=404)


def test_before_the_first_badge_there_is_no_did(browser, land):
    browser.get("/.well-known/did.json", status=404)
