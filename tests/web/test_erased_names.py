"""What is answered for a certificate whose name was erased after the legal keeping period."""

import io
import json

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate
from app.foundation.db import session
from app.foundation.files import store
from app.workflows import certifying, rendering, verifying
from tests import world
from tests.lapsing import held_by, lapse
from tests.web.visitors import Visitor

SENTENCE = "The name was erased after the legal keeping period."


@pytest.fixture
def anyone(app):
    return Visitor(app)


@pytest.fixture
def admin(app, land):
    world.person("admin@example.org", family="Správcová", roles=(("admin", None),))
    visitor = Visitor(app)
    visitor.sign_in("admin@example.org")
    return visitor


@pytest.fixture
def eva(land):
    """Somebody who has hidden her name; her document as she got it."""
    person = world.person()
    own = world.act_as(person)
    world.pass_test(own)
    code = session().scalar(select(Certificate.code))
    rendering.render(Actor.system(rendering.JOB), code)
    verifying.choose_name(own, is_hidden=True)
    return person


@pytest.fixture
def document(eva):
    return store().get(held_by(eva.id).signed_digest)


@pytest.fixture
def held(eva, document):
    """Her certificate after her keeping period."""
    number = eva.id
    lapse(eva)
    return held_by(number)


def text(response) -> str:
    return " ".join(response.get_data(as_text=True).partition("<main")[2].partition("</main>")[0].split())


def names_nobody(page: str) -> bool:
    return not any(word in page for word in ("Nováková", "Novakova", "Eva", "E. N.", "initials", "()"))


def test_the_code_is_answered_with_all_but_the_name(anyone, held):
    page = text(anyone.get(f"/verify/{held.code}"))
    for words in (
        "genuine and valid",
        SENTENCE,
        held.number,
        "Open data",
        "Ukázkový úřad",
        "all but the name",
    ):
        assert words in page
    assert names_nobody(page)
    assert "type the end of its code" not in page
    last = held.code.rpartition("-")[2]
    assert SENTENCE in text(anyone.post(f"/verify/{held.code}", {"group": last}, 200))


def test_the_original_file_is_recognised_and_nobody_is_named(anyone, held, document):
    data = {"file": (io.BytesIO(document), "certificate.pdf")}
    page = text(anyone.post("/verify", data, 200, content_type="multipart/form-data"))
    for words in ("genuine and valid", "to the last byte", SENTENCE, held.number):
        assert words in page
    assert names_nobody(page)


def test_a_revoked_one_is_still_called_revoked(anyone, held):
    certifying.revoke(Actor.system("certificates revoke"), held.code, "Issued by mistake.")
    page = text(anyone.get(f"/verify/{held.code}"))
    assert "This certificate was revoked." in page
    assert SENTENCE in page


def test_programs_get_null_and_the_day(anyone, held):
    said = json.loads(anyone.get(f"/api/v1/certificates/{held.code}").get_data())
    assert (said["name"], said["name_latin"], said["is_name_hidden"]) == (None, None, False)
    assert said["erased_on"] == held.erased_at.date().isoformat()
    assert (said["number"], said["state"]) == (held.number, "valid")


def test_as_long_as_the_name_stands_programs_get_no_such_day(anyone, eva):
    said = json.loads(anyone.get(f"/api/v1/certificates/{held_by(eva.id).code}").get_data())
    assert said["erased_on"] is None
    assert said["name"] == "E. N."


def test_the_document_is_gone_for_good_and_the_page_says_how_to_check(admin, held):
    page = text(admin.get(f"/certificates/{held.code}.pdf", 410))
    assert "This is no longer here" in page
    assert "its legal keeping period is over" in page
    assert names_nobody(page)


def test_the_register_shows_it_without_a_name_and_without_a_document(admin, held):
    lists = text(admin.get("/admin/register"))
    assert held.number in lists
    assert "name erased" in lists
    assert names_nobody(lists)
    assert held.number not in text(admin.get("/admin/register?q=Nov%C3%A1kov%C3%A1"))
    page = text(admin.get(f"/admin/register/{held.code}"))
    for words in (SENTENCE, "Name erased after the legal keeping period", "Nové Veselí", held.signed_digest):
        assert words in page
    assert "removed with the name" in page
    assert f"/certificates/{held.code}.pdf" not in page
    assert names_nobody(page)
    assert "name erased" in text(admin.get(f"/admin/revocations/new?code={held.code}"))
    admin.get("/admin/audit?action=certificate.erase")


def test_it_is_no_longer_among_those_that_are_handed_over(admin, held):
    assert held.number not in text(admin.get("/reports/certificates"))
