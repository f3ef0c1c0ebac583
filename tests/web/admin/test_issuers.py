"""Issuers at the browser: what is printed on certificates, and by whose leave it is changed."""

import re
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from app.domain.territory import queries as territory
from app.domain.territory.models import Issuer
from app.foundation.audit import AuditEntry
from app.foundation.db import session
from app.foundation.files import store
from tests import world

GIVEN = {
    "legal_name": "Město Žďár nad Sázavou",
    "registration_number": "00295841",
    "prefix": "CZ-ZR",
    "place": "Žďár nad Sázavou",
    "accreditation": "AK I./1",
    "signatory": "Ing. Jan Novák",
    "function_cs": "tajemník",
    "function_en": "Head of office",
    "legal_line_cs": "Podle § 20 zákona č. 312/2002 Sb.",
    "function_sr-Cyrl": "начелник",
}


@pytest.fixture
def manager(browser, land):
    world.person("manager@example.org", roles=(("manager", "CZ-O6115"),))
    return browser.sign_in("manager@example.org")


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def kept(code="CZ-O6115"):
    return territory.find_issuer(territory.get_unit(code).id)


def picture():
    out = BytesIO()
    Image.new("RGB", (60, 40), "navy").save(out, "PNG")
    return out.getvalue()


def test_a_manager_enters_and_corrects_the_particulars_of_her_unit(manager):
    assert "No unit of yours issues certificates yet" in text(manager.get("/admin/issuers"))
    assert "/admin/issuers/CZ-O6115" in manager.get("/admin/issuers?q=zdar").get_data(as_text=True)
    manager.get("/admin/issuers/CZ-O6115")
    manager.post("/admin/issuers/CZ-O6115", GIVEN)
    issuer = kept()
    assert issuer.function == {"cs": "tajemník", "en": "Head of office", "sr-Cyrl": "начелник"}
    assert issuer.legal_line == {"cs": "Podle § 20 zákona č. 312/2002 Sb."}
    assert issuer.funder_line is None
    page = manager.get("/admin/issuers/CZ-O6115").get_data(as_text=True)
    for words in GIVEN.values():
        assert f'value="{words}"' in page
    manager.post("/admin/issuers/CZ-O6115", {**GIVEN, "signatory": "Jana Nová", "accreditation": ""})
    session().refresh(issuer)
    assert (issuer.signatory, issuer.accreditation) == ("Jana Nová", None)
    assert "CZ-ZR" in text(manager.get("/admin/issuers"))


@pytest.mark.parametrize("code", ["CZ", "CZ-K3107", "CZ-O7213", "585068", "nowhere"])
def test_an_issuer_elsewhere_does_not_exist(manager, code):
    manager.get(f"/admin/issuers/{code}", status=404)
    manager.post(f"/admin/issuers/{code}", GIVEN, status=404)
    manager.get(f"/admin/issuers/{code}/specimen.pdf", status=404)
    manager.get(f"/admin/issuers/{code}/logo.png", status=404)
    assert "Ukázkový úřad" not in text(manager.get("/admin/issuers"))
    assert session().scalar(select(func.count()).select_from(Issuer)) == 1


@pytest.mark.parametrize(
    ("field", "value", "at", "words"),
    [
        ("prefix", "CZ", "prefix", "Ukázkový úřad has the prefix CZ already"),
        ("prefix", "zr", "prefix", "capital letters"),
        ("legal_name", "", "legal_name", "cannot be empty"),
        ("signatory", "木村", "signatory", "U+6728"),
        ("function_cs", "tajemník 木", "function_cs", "U+6728"),
        ("legal_line_cs", "x" * 301, "legal_line_cs", "at most 300 characters"),
    ],
)
def test_what_no_certificate_could_show_is_told_at_its_field(manager, field, value, at, words):
    page = manager.post("/admin/issuers/CZ-O6115", {**GIVEN, field: value}, status=422)
    assert f'href="#{at}"' in page.get_data(as_text=True)
    assert words in text(page)
    assert kept() is None


def test_without_a_function_the_first_language_is_asked_for_one(manager):
    given = {name: value for name, value in GIVEN.items() if not name.startswith("function")}
    page = manager.post("/admin/issuers/CZ-O6115", given, status=422)
    assert 'href="#function_cs"' in page.get_data(as_text=True)


def test_a_logo_is_taken_shown_kept_and_dropped(manager):
    manager.post("/admin/issuers/CZ-O6115", {**GIVEN, "logo": (BytesIO(picture()), "logo.png")})
    shown = manager.get("/admin/issuers/CZ-O6115/logo.png")
    assert shown.mimetype == "image/png"
    assert shown.data == store().get(kept().logo)
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    manager.post("/admin/issuers/CZ-O6115", GIVEN)
    assert "/admin/issuers/CZ-O6115/logo.png" in manager.get("/admin/issuers/CZ-O6115").get_data(as_text=True)
    manager.post("/admin/issuers/CZ-O6115", {**GIVEN, "drop_logo": "y"})
    manager.get("/admin/issuers/CZ-O6115/logo.png", status=404)


def test_the_logo_of_a_funder_is_kept_apart_from_the_issuers(manager):
    both = {name: (BytesIO(picture()), "logo.png") for name in ("logo", "funder_logo")}
    manager.post("/admin/issuers/CZ-O6115", {**GIVEN, **both})
    assert manager.get("/admin/issuers/CZ-O6115/funder-logo.png").data == store().get(kept().funder_logo)
    manager.post("/admin/issuers/CZ-O6115", {**GIVEN, "drop_logo": "y"})
    assert (kept().logo, kept().funder_logo is None) == (None, False)
    manager.post("/admin/issuers/CZ-O6115", {**GIVEN, "drop_funder_logo": "y"})
    manager.get("/admin/issuers/CZ-O6115/funder-logo.png", status=404)
    given = {**GIVEN, "funder_logo": (BytesIO(b"GIF89a"), "logo.gif")}
    page = manager.post("/admin/issuers/CZ-O6115", given, status=422)
    assert 'href="#funder_logo"' in page.get_data(as_text=True)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"GIF89a", "no PNG picture"), (b"<svg/>", "no PNG picture"), (b"\0" * 200_001, "larger than 200 kB")],
)
def test_what_is_no_logo_is_told_at_its_field(manager, data, words):
    given = {**GIVEN, "logo": (BytesIO(data), "logo.png")}
    page = manager.post("/admin/issuers/CZ-O6115", given, status=422)
    assert words in text(page)
    assert 'href="#logo"' in page.get_data(as_text=True)
    assert kept() is None


def test_a_specimen_is_a_certificate_of_nobody_and_looking_writes_nothing(manager):
    manager.get("/admin/issuers/CZ-O6115/specimen.pdf", status=404)
    manager.post("/admin/issuers/CZ-O6115", GIVEN)
    before = session().scalar(select(func.count()).select_from(AuditEntry))
    for language in ("cs", "en", "sr-Cyrl", "sr-Latn", "uk", "bg"):
        shown = manager.get(f"/admin/issuers/CZ-O6115/specimen.pdf?lang={language}")
        assert shown.mimetype == "application/pdf"
        assert shown.data.startswith(b"%PDF")
    manager.get("/admin/issuers/CZ-O6115/specimen.pdf?lang=de", status=404)
    assert session().scalar(select(func.count()).select_from(AuditEntry)) == before


def test_a_manager_cannot_change_a_prefix_that_certificates_carry(manager):
    manager.post("/admin/issuers/CZ-O6115", GIVEN)
    page = manager.post("/admin/issuers/CZ-O6115", {**GIVEN, "prefix": "CZ-X"}, status=422)
    assert "only an administrator can change it" in text(page)


def test_a_manager_finds_the_issuers_in_her_menu_and_no_other_page_of_administrators(manager):
    html = manager.get("/admin/issuers").get_data(as_text=True)
    assert 'href="/admin/issuers"' in html
    for page in ("roles", "mail", "territory", "audit"):
        assert f'href="/admin/{page}"' not in html
        manager.get(f"/admin/{page}", status=403)


@pytest.mark.parametrize("role", ["head-of-office", "coordinator", "auditor", "trainer", None])
def test_others_do_not_come_in(browser, land, role):
    world.person(roles=((role, "CZ"),) if role else ())
    browser.sign_in("eva@example.org")
    browser.get("/admin/issuers", status=403)
    browser.post("/admin/issuers/CZ", GIVEN, status=403)
