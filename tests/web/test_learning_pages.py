"""The learner's pages, from sign-in to certificate."""

import re

from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.assessments.models import Attempt
from app.domain.certificates.models import Certificate
from app.foundation.db import session
from app.workflows import rendering
from tests import world


def test_every_public_page_stands(browser, land):
    for address in (
        "/",
        "/courses",
        "/courses/open-data",
        "/verify",
        "/issuer",
        "/privacy",
        "/accessibility",
        "/help",
        "/login",
    ):
        browser.get(address)


def test_a_learner_goes_the_whole_way(browser, land):
    actor = world.act_as(world.person())
    browser.sign_in("eva@example.org")
    browser.post("/courses/open-data/enrol")
    browser.get("/learn")
    browser.get("/learn/open-data")
    module = browser.get("/learn/open-data/first").get_data(as_text=True)
    assert "First module en" in module
    checked = browser.post("/learn/open-data/first", {"q1": "0"}, status=200).get_data(as_text=True)
    assert "g-answer--" in checked
    browser.post("/learn/open-data/first/done")
    browser.post("/learn/open-data/second/done")
    browser.get("/learn/open-data/test")
    address = browser.post("/learn/open-data/test").headers["Location"]
    browser.get(address)
    attempt = session().scalar(select(Attempt))
    browser.post(address, {**world.right_answers(actor, attempt), "action": "save"})
    browser.post(address, {**world.right_answers(actor, attempt), "action": "submit"})
    result = browser.get(address + "/result").get_data(as_text=True)
    assert "You passed." in result
    code = session().scalar(select(Certificate.code))
    assert browser.get(f"/certificates/{code}.pdf", status=503).headers["Retry-After"]
    rendering.render(Actor.system("certificates.render"), code)
    first, second = (browser.get(f"/certificates/{code}.pdf").data for _ in range(2))
    assert first.startswith(b"%PDF")
    assert first == second
    browser.get("/certificates")
    assert "genuine and valid" in browser.get(f"/verify/{code}").get_data(as_text=True)


def test_no_key_and_no_explanation_is_sent_before_submission(browser, land):
    world.person()
    browser.sign_in("eva@example.org")
    sent = browser.post("/courses/open-data/enrol").data
    for address in (
        "/courses/open-data",
        "/learn/open-data",
        "/learn/open-data/first",
        "/learn/open-data/print",
    ):
        sent += browser.get(address).data
    for module in ("first", "second"):
        sent += browser.post(f"/learn/open-data/{module}/done").data
    address = browser.post("/learn/open-data/test").headers["Location"]
    sent += browser.get(address).data
    sent += browser.post(address, {"action": "save", "whole": "1"}).data
    sent += browser.get(address).data
    assert re.findall(rb"(?i)secret[-\w]*", sent) == []


def test_unknown_and_malformed_codes_get_the_same_page(browser, land):
    pages = []
    for code in ("AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "x", "%27--", "0" * 300):
        page = browser.get(f"/verify/{code}", status=404).get_data(as_text=True)
        pages.append(re.sub(r'value="[^"]*"', "", page.partition("<main")[2].partition("</main>")[0]))
    assert len(set(pages)) == 1
