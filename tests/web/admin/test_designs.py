"""Designs at the browser: what each asks for, specimens of the hardest names, and letters that cannot be drawn."""

import re
from io import BytesIO

import pypdf
import pytest
from sqlalchemy import func, select

from app.formats.certificate_specimen import HARDEST
from app.foundation.audit import AuditEntry
from app.foundation.db import session
from tests import world
from tests.formats.sample_certificates import DESIGNS, GREY, words_of
from tests.web.admin.test_issuers import GIVEN, picture, text

NAMES = [folder.name for folder in DESIGNS]
LINK = re.compile(r'href="(/admin/designs/[^"]+)"')


@pytest.fixture
def manager(browser, land):
    world.person("manager@example.org", roles=(("manager", "CZ-O6115"),))
    return browser.sign_in("manager@example.org")


def test_every_design_is_shown_with_what_it_asks_for(manager):
    page = text(manager.get("/admin/designs"))
    assert NAMES == ["attendance", "programme", "standard"]
    for name in NAMES:
        assert f"certificate: design: {name}" in page
    assert "210 × 297 mm, upright" in page
    assert "297 × 210 mm, across" in page
    assert "NotoSans-Regular, NotoSans-Bold" in page
    assert "And in Czechia not without Registration number, Accreditation number, Legal line" in page
    assert page.count("complete 6 languages: their own words and the hardest names") == len(NAMES)


def test_every_link_opens_a_specimen_that_says_so_and_bears_the_hardest_name(manager):
    html = manager.get("/admin/designs").get_data(as_text=True)
    links = [link.replace("&amp;", "&") for link in LINK.findall(html)]
    assert len(links) == 6 * (
        3 + 2 + 3
    )  # Languages, and the kinds that each design is made for, and a duplicate.
    for link in links:
        shown = manager.get(link)
        assert shown.mimetype == "application/pdf"
        language = re.search(r"lang=([\w-]+)", link)[1]
        said = re.sub(r"\s", "", words_of(shown.data))
        assert re.sub(r"\s", "", HARDEST[language].family_name) in said
        assert "000000" in said
        assert (said.count("-000000") == 2) == ("kind=duplicate" in link)


def test_a_specimen_says_across_the_page_that_it_is_one(manager):
    said = words_of(manager.get("/admin/designs/programme/specimen.pdf?lang=en").data)
    assert "SPECIMEN" in said
    assert "This is a specimen and certifies nothing" in said
    assert said.count("· version 12.3 · 4.25 h") == 6


def test_a_specimen_takes_the_particulars_and_logos_of_an_issuer(manager):
    logos = {"logo": (BytesIO(picture()), "a.png"), "funder_logo": (BytesIO(GREY), "b.png")}
    manager.post("/admin/issuers/CZ-O6115", {**GIVEN, **logos})
    page = manager.get("/admin/designs?issuer=CZ-O6115")
    assert "They stand in the name of Město Žďár nad Sázavou." in text(page)
    link = next(link for link in LINK.findall(page.get_data(as_text=True)) if "lang=cs" in link)
    shown = manager.get(link.replace("&amp;", "&")).data
    assert "Město Žďár nad Sázavou" in words_of(shown)
    assert len(pypdf.PdfReader(BytesIO(shown)).pages[0].images) == 2


@pytest.mark.parametrize("code", ["CZ", "RS-APV", "CZ-O6115", "nowhere"])
def test_an_issuer_out_of_reach_or_without_particulars_is_none(manager, code):
    """The manager looks after CZ-O6115, which has no particulars yet."""
    manager.get(f"/admin/designs?issuer={code}", status=404)
    manager.get(f"/admin/designs/standard/specimen.pdf?issuer={code}", status=404)


@pytest.mark.parametrize(
    "address",
    [
        "unknown/specimen.pdf",
        "..%2Fstandard/specimen.pdf",
        "fonts/specimen.pdf",
        "standard/specimen.pdf?lang=de",
        "standard/specimen.pdf?kind=diploma",
        "standard/specimen.pdf?kind=programme",
        "programme/specimen.pdf?kind=exam",
    ],
)
def test_what_is_no_design_language_or_kind_is_not_found(manager, address):
    manager.get(f"/admin/designs/{address}", status=404)


def test_letters_are_checked_and_those_that_cannot_be_drawn_are_named(manager):
    page = text(manager.get("/admin/designs?letters=Jana 李"))
    assert page.count("cannot be drawn") == len(NAMES)
    assert page.count("U+674E") == len(NAMES)
    page = text(manager.get("/admin/designs?letters=Љубица Ґалаґан Řehůřek"))
    assert page.count("can be drawn") == len(NAMES)
    assert "U+" not in page


def test_typed_letters_are_words_and_no_markup(manager):
    html = manager.get("/admin/designs?letters=<b onclick=x>" + "ж" * 300).get_data(as_text=True)
    assert "<b onclick" not in html
    assert f'value="&lt;b onclick=x&gt;{"ж" * 187}"' in html


def test_a_broken_design_is_told_and_the_others_are_shown(manager, monkeypatch, tmp_path):
    for folder in (*DESIGNS, DESIGNS[0].parent / "fonts"):
        (tmp_path / folder.name).symlink_to(folder)
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "design.yaml").write_text("width: [")
    monkeypatch.setattr("app.workflows.administering.designs.DESIGNS", tmp_path)
    monkeypatch.setattr("app.workflows.certifying.DESIGNS", tmp_path)
    page = text(manager.get("/admin/designs"))
    assert "This design cannot be used: while parsing" in page
    assert page.count("complete 6 languages") == len(NAMES)
    assert str(tmp_path) not in page
    manager.get("/admin/designs/torn/specimen.pdf", status=404)


def test_looking_writes_nothing(manager):
    before = session().scalar(select(func.count()).select_from(AuditEntry))
    manager.get("/admin/designs?letters=Eva")
    manager.get("/admin/designs/attendance/specimen.pdf?lang=bg&kind=attendance")
    assert session().scalar(select(func.count()).select_from(AuditEntry)) == before


@pytest.mark.parametrize("role", ["head-of-office", "coordinator", "auditor", "trainer", None])
def test_others_do_not_come_in(browser, land, role):
    world.person(roles=((role, "CZ"),) if role else ())
    browser.sign_in("eva@example.org")
    browser.get("/admin/designs", status=403)
    browser.get("/admin/designs/standard/specimen.pdf", status=403)
