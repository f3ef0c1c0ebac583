"""Particulars of issuers, checked before a certificate needs them; on both engines."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy import func, select

from app.domain.territory import queries as territory
from app.foundation.audit import AuditEntry
from app.foundation.db import session
from app.foundation.errors import Invalid, NotFound
from app.foundation.files import store
from app.workflows import administering, importing
from tests import world
from tests.workflows.administering.players import SYSTEM, admin, manager

PARTICULARS = replace(world.ISSUER, legal_name="Město Žďár", prefix="CZ-ZR")


def picture(size=(300, 100), **text):
    info = PngImagePlugin.PngInfo()
    for key, value in text.items():
        info.add_text(key, value)
    out = BytesIO()
    Image.new("RGB", size, "navy").save(out, "PNG", pnginfo=info)
    return out.getvalue()


def test_a_manager_keeps_the_issuers_of_her_units_and_no_other(land):
    actor = manager()
    kept = administering.keep_issuer(actor, "CZ-O6115", PARTICULARS)
    assert kept.prefix == "CZ-ZR"
    for code in ("CZ-O7213", "CZ-K3107", "CZ"):
        with pytest.raises(NotFound):
            administering.keep_issuer(actor, code, replace(PARTICULARS, prefix="X"))


def test_two_issuers_never_share_a_prefix(land):
    with pytest.raises(Invalid) as refusal:
        administering.keep_issuer(manager(), "CZ-O6115", replace(PARTICULARS, prefix="CZ"))
    assert (refusal.value.field, refusal.value.values["issuer"]) == ("prefix", "Ukázkový úřad")


@pytest.mark.parametrize(
    "prefix", ["", "cz", "ČZ", "CZ-", "-CZ", "CZ ZR", "A" * 11, "CZ/1", "CZ\n", "AAAAAAAAAA-BBBBBBBBBB"]
)
def test_a_prefix_that_a_number_cannot_begin_with_is_refused(land, prefix):
    with pytest.raises(Invalid) as refusal:
        administering.keep_issuer(manager(), "CZ-O6115", replace(PARTICULARS, prefix=prefix))
    assert refusal.value.field == "prefix"


def test_a_prefix_that_certificates_may_carry_is_an_administrators_to_change(land):
    actor = manager()
    administering.keep_issuer(actor, "CZ-O6115", PARTICULARS)
    with pytest.raises(Invalid):
        administering.keep_issuer(actor, "CZ-O6115", replace(PARTICULARS, prefix="CZ-Z"))
    assert (
        administering.keep_issuer(admin(), "CZ-O6115", replace(PARTICULARS, prefix="CZ-Z")).prefix == "CZ-Z"
    )


@pytest.mark.parametrize(
    ("field", "value", "at"),
    [
        ("legal_name", " ", "legal_name"),
        ("legal_name", "Úřad 𝔘", "legal_name"),
        ("signatory", "Jana\u200b Nová", "signatory"),
        ("signatory", "Jana 木", "signatory"),
        ("place", "x" * 121, "place"),
        ("function", {}, "function"),
        ("function", {"cs": " ", "de": "Leiterin"}, "function"),
        ("function", {"cs": "ředitelka 木"}, "function_cs"),
        ("legal_line", {"en": "x" * 301}, "legal_line_en"),
    ],
)
def test_particulars_that_no_certificate_could_show_are_refused_where_they_stand(land, field, value, at):
    with pytest.raises(Invalid) as refusal:
        administering.keep_issuer(manager(), "CZ-O6115", replace(PARTICULARS, **{field: value}))
    assert refusal.value.field == at
    assert territory.find_issuer(territory.get_unit("CZ-O6115").id) is None


def test_a_logo_is_kept_without_what_was_written_into_it(land):
    data = picture(Author="SECRET-CAMERA")
    assert b"SECRET-CAMERA" in data
    issuer = administering.keep_issuer(manager(), "CZ-O6115", PARTICULARS, data)
    stored = store().get(issuer.logo)
    assert b"SECRET-CAMERA" not in stored
    assert Image.open(BytesIO(stored)).size == (300, 100)


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a" + b"\0" * 100,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        picture()[:60],
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        picture((4001, 1)),
        picture() + b"\0" * 200_000,
    ],
    ids=["gif", "hollow", "torn", "svg", "wide", "heavy"],
)
def test_what_is_no_small_png_is_no_logo(land, data):
    with pytest.raises(Invalid) as refusal:
        administering.keep_issuer(manager(), "CZ-O6115", PARTICULARS, data)
    assert refusal.value.field == "logo"


def test_a_logo_stays_until_it_is_dropped(land):
    actor = manager()
    first = administering.keep_issuer(actor, "CZ-O6115", PARTICULARS, picture()).logo
    yaml = (
        'legal_name: "Město"\nregistration_number: "1"\nprefix: CZ-ZR\nsignatory: "Jan"\n'
        'function: {cs: "tajemník"}\nplace: "Žďár"\n'
    )
    assert importing.import_issuer(SYSTEM, "CZ-O6115", yaml.encode(), "issuer.yaml") == ()
    assert territory.find_issuer(territory.get_unit("CZ-O6115").id).logo == first
    assert administering.keep_issuer(actor, "CZ-O6115", PARTICULARS, is_logo_dropped=True).logo is None


@pytest.mark.parametrize("language", ["cs", "en", "sr-Cyrl", "sr-Latn", "uk", "bg"])
def test_a_specimen_is_drawn_and_leaves_nothing_behind(land, language):
    before = set(store().list_digests())
    entries = session().scalar(select(func.count()).select_from(AuditEntry))
    assert administering.draw_specimen(admin(), "CZ", language).startswith(b"%PDF")
    assert set(store().list_digests()) == before
    session().rollback()
    assert session().scalar(select(func.count()).select_from(AuditEntry)) == entries


def test_a_specimen_is_shown_to_who_may_keep_the_issuer(land):
    with pytest.raises(NotFound):
        administering.draw_specimen(manager(), "CZ", "cs")
    with pytest.raises(NotFound):
        administering.draw_specimen(admin(), "CZ", "de")
    with pytest.raises(NotFound):
        administering.draw_specimen(world.act_as("admin@example.org"), "CZ-O6115", "cs")
