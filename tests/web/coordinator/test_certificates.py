"""The certificates of a unit as a page: what fits, and how it is taken along, without JavaScript."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate
from app.domain.reports.models import ReportFile
from app.foundation import clock
from app.foundation.db import session
from app.jobs import worker
from app.workflows import certifying, rendering
from tests import population, world
from tests.web.coordinator.test_reports import plain

PAGE = "/reports/certificates"


@pytest.fixture
def lives(own_settings, now):
    made = population.settle()
    for code in session().scalars(select(Certificate.code).order_by(Certificate.id)).all()[1:]:
        rendering.render(Actor.system("certificates.render"), code)
    return made


@pytest.fixture
def reader(lives, browser):
    world.person("coordinator@example.org", "CZ", "Dvořák", "Karel", roles=(("coordinator", "CZ-K3107"),))
    return browser.sign_in("coordinator@example.org")


def test_the_page_lists_what_fits_and_says_what_is_not_signed_yet(reader):
    text = plain(reader.get(PAGE))
    assert "4 certificates fit. 1 document is not signed yet" in text
    assert all(name in text for name in ("Čapek Adam", "Říha Filip", "Šimek Gita"))
    assert "Novák" not in text
    assert "1 certificate fits." in plain(reader.get(f"{PAGE}?course=open-data&from=2026-06-01"))
    assert "No certificate fits." in plain(reader.get(f"{PAGE}?state=revoked"))


def test_only_valid_certificates_are_offered_to_be_printed(reader):
    assert "One PDF to print" in plain(reader.get(PAGE))
    certifying.revoke(Actor.system("test"), session().scalar(select(Certificate.code)), "mistake")
    text = plain(reader.get(f"{PAGE}?state=all"))
    assert "One PDF to print" not in text
    assert "choose this state" in text
    assert "Revoked" in text


def fields_of(html, handout):
    forms = re.findall(r'<form class="g-inline-form".*?</form>', html, re.DOTALL)
    sent = [dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form)) for form in forms]
    return next(each for each in sent if each.get("handout") == handout)


@pytest.mark.parametrize(("handout", "ending"), [("files", "zip"), ("print", "pdf"), ("list", "pdf")])
def test_a_file_is_promised_made_and_handed_to_its_asker_alone(reader, app, handout, ending):
    page = reader.get(f"{PAGE}?course=open-data").get_data(as_text=True)
    address = reader.post(PAGE, fields_of(page, handout)).headers["Location"]
    file = address.removesuffix("/wait")
    waiting = plain(reader.get(address))
    assert "0 of 2 certificates" in waiting
    assert "Look again" in waiting
    assert "0 of 2 certificates" in plain(reader.get(f"{file}/state", 202))
    assert reader.get(file, 503).headers["Retry-After"] == "5"
    session().rollback()
    worker.perform_due(app)
    ready = plain(reader.get(address))
    assert "The file is ready: " in ready
    answer = reader.get(file)
    assert answer.headers["Content-Disposition"].endswith(f".{ending}")
    assert answer.data.startswith(b"PK" if ending == "zip" else b"%PDF")
    answer.close()
    world.person("other@example.org", "CZ", roles=(("coordinator", "CZ-K3107"),))
    reader.post("/logout")
    reader.sign_in("other@example.org")
    for hidden in (file, address, f"{file}/state"):
        reader.get(hidden, 404)


def test_what_is_missing_is_said_beside_the_file(reader, app):
    address = reader.post(PAGE, {"handout": "files"}).headers["Location"]
    session().rollback()
    job_id = session().scalar(select(ReportFile.id))
    worker.JOBS["certificates.hand-over"](Actor.system("certificates.hand-over"), report_id=job_id)
    text = plain(reader.get(address))
    assert "The file is ready: 3 certificates." in text
    assert "1 certificate is not in it, because its document is not ready yet." in text
    answer = reader.get(address.removesuffix("/wait"))
    assert "missing.txt" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    answer.close()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"handout": "files", "from": "2030-01-01"}, "No certificate fits."),
        ({"handout": "print", "state": "all"}, "Only valid certificates are handed over."),
        ({"handout": "files", "from": "yesterday"}, "Give the day as year-month-day"),
        ({"handout": "files", "from": "2026-02-01", "to": "2026-01-01"}, "The period ends before it begins."),
        ({"handout": "files", "state": "good"}, "There is no such state."),
        ({"handout": "fax"}, "Choose a ZIP, a file to print or a list."),
        ({}, "Choose a ZIP, a file to print or a list."),
    ],
)
def test_what_cannot_be_is_said_on_the_page_and_nothing_is_promised(reader, sent, said):
    assert said in plain(reader.post(PAGE, sent, 422))
    session().rollback()
    assert session().scalars(select(ReportFile)).all() == []


def test_another_regions_unit_and_course_are_not_there(reader):
    for sent in ({"unit": "CZ-K3131"}, {"unit": "CZ"}, {"course": "nothing"}, {"unit": "' OR 1=1 --"}):
        reader.post(PAGE, {"handout": "files", **sent}, 404)
        reader.get(PAGE, 404, query_string=sent)


def test_who_looks_after_nobody_may_not_come_in(lives, browser):
    browser.sign_in("adam@example.org")
    browser.get(PAGE, 403)
    browser.post(PAGE, {"handout": "files"}, 403)


def test_the_page_says_until_when_a_file_is_there_and_makes_it_anew_afterwards(reader, app):
    asked = {"handout": "list", "course": "open-data", "unit": "CZ-K3107"}
    address = reader.post(PAGE, asked).headers["Location"]
    session().rollback()
    worker.perform_due(app)
    assert "It stays here until August 22, 2026, " in plain(reader.get(address))
    session().rollback()
    with clock.at(population.NOW + timedelta(days=7)):
        worker.keep_time(app)
    page = reader.get(address)
    assert "This file is here no longer" in plain(page)
    assert "This file is here no longer" in plain(reader.get(f"{address.removesuffix('/wait')}/state"))
    answer = reader.get(address.removesuffix("/wait"), 302)
    assert answer.headers["Location"] == address
    sent = fields_of(page.get_data(as_text=True), "list")
    assert sent.items() >= {**asked, "state": "valid"}.items()
    anew = reader.post(PAGE, sent, 302).headers["Location"]
    assert anew != address
    assert "0 of 2 certificates" in plain(reader.get(anew))
