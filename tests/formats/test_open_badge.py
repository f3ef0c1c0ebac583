"""Badges as openbadgeslib's own verifier finds them: genuine, changed, ended; and their pictures."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError, OB3Verifier
from PIL import Image

from app.formats import badge_documents, badge_picture, open_badge

BASE = "https://learn.example.org:8443"
FONTS = Path(__file__).parents[2] / "certificates" / "fonts"
ISSUED = datetime(2026, 1, 1, 12, tzinfo=UTC)
NAMES = (
    "Eva Nováková",
    'Eva "}, {"type": "Admin',
    "<script>alert(1)</script>",
    "@id",
    "https://evil.example/",
    "Ђорђе \u202e Љубић",
    "\\u0022 \n\t\x7f",
    "did:web:evil.example",
)


def new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


KEY = new_key()
AWARD = open_badge.Award(
    base_url=BASE,
    verify_url=f"{BASE}/verify/AAAAA-BBBBB",
    number="CZ-2026-000001",
    holder=open_badge.Holder("Eva Nováková", "Eva@example.org", "salt"),
    issuer_name="Ukázkový úřad",
    unit_code="CZ/1",
    achievement=badge_documents.achievement(
        BASE, "open-data", "1.0", "en", "Open data", ("Publish",), "exam"
    ),
    issued_at=ISSUED,
    ends_at=None,
    list_number=0,
    list_place=74_047,
)


class Web:
    """The site as a verifier sees it."""

    def __init__(self, places: list[int], keys: list[bytes], at: datetime | None = None) -> None:
        multikeys = [open_badge.multikey_of(key) for key in keys]
        self.did = json.dumps(badge_documents.did_document(BASE, multikeys)).encode()
        self.states = open_badge.write_list(BASE, 0, places, keys[0], at or datetime.now(UTC)).encode()

    def __call__(self, address: str) -> bytes:
        return {f"{BASE}/.well-known/did.json": self.did, f"{BASE}/badges/states/0": self.states}[address]


def verify(document: bytes | str, web: Web):
    verifier = OB3LdpVerifier.for_issuer_did("did:web:learn.example.org%3A8443")
    return verifier.verify(document, check_status=True, download=web)


def test_the_verifier_takes_a_badge_by_the_did_of_the_site_alone():
    found = verify(open_badge.write(AWARD, KEY), Web([], [KEY]))
    assert found.issuer.name == "Ukázkový úřad"
    assert found.issuer.url == f"{BASE}/badges/issuers/CZ%2F1"
    assert found.achievement.id == f"{BASE}/badges/courses/open-data/1.0/en"
    assert found.achievement.criteria_narrative.startswith("Completed the course and passed its final test.")
    assert found.evidence_url == AWARD.verify_url
    assert found.issuance_date == ISSUED


def test_a_badge_with_any_changed_word_is_refused():
    document, web, refused = open_badge.write(AWARD, KEY), Web([], [KEY]), 0
    words = [
        b"CZ-2026-000001",
        b"Open data",
        b"Publish",
        b"Eva ",
        b"2026-01-01T12",
        b"salt",
        b"74047",
        b"proofValue",
    ]
    for word in words:
        assert word in document
        changed = document.replace(word, word[:-1] + bytes([word[-1] ^ 1]), 1)
        with pytest.raises(OB3VerificationError):
            verify(changed, web)
        refused += 1
    assert refused == len(words)


def test_a_badge_proven_by_another_key_is_refused():
    with pytest.raises(OB3VerificationError, match="no verificationMethod"):
        verify(open_badge.write(AWARD, new_key()), Web([], [KEY]))


def test_after_a_renewal_the_old_badge_and_the_new_list_are_taken():
    document, newer = open_badge.write(AWARD, KEY), new_key()
    assert verify(document, Web([], [newer, KEY])).name == "Open data"
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        verify(document, Web([AWARD.list_place], [newer, KEY]))


def test_a_list_ends_its_badges_and_no_neighbour():
    document = open_badge.write(AWARD, KEY)
    assert verify(document, Web([AWARD.list_place - 1, AWARD.list_place + 1], [KEY])).name == "Open data"
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        verify(document, Web([1, AWARD.list_place], [KEY]))


def test_an_old_list_is_not_believed():
    old = datetime.now(UTC) - open_badge.LIST_LIFE - timedelta(hours=1)
    with pytest.raises(OB3VerificationError, match="expired"):
        verify(open_badge.write(AWARD, KEY), Web([], [KEY], old))


def test_a_badge_ends_with_the_certificate():
    ended = replace(AWARD, ends_at=ISSUED + timedelta(days=30))
    with pytest.raises(OB3VerificationError, match="expired"):
        verify(open_badge.write(ended, KEY), Web([], [KEY]))


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_only_data(name):
    told = replace(AWARD.achievement, name=name, description=name)
    hostile = replace(
        AWARD, holder=replace(AWARD.holder, name=name), issuer_name=name, number=name, achievement=told
    )
    document = open_badge.write(hostile, KEY)
    assert document.isascii()
    said, plain = json.loads(document), json.loads(open_badge.write(AWARD, KEY))
    assert _shape(said) == _shape(plain)
    assert said["credentialSubject"]["identifier"][0]["identityHash"] == name
    assert verify(document, Web([], [KEY])).achievement.name == name


def _shape(value: object) -> object:
    if isinstance(value, dict):
        return {key: _shape(each) for key, each in value.items()}
    return [_shape(each) for each in value] if isinstance(value, list) else type(value)


def test_the_address_of_mail_is_not_to_be_read_and_may_be_lacking():
    document = open_badge.write(AWARD, KEY)
    assert b"example.org" not in document.replace(BASE.encode(), b"").replace(
        b"learn.example.org%3A8443", b""
    )
    lacking = json.loads(open_badge.write(replace(AWARD, holder=replace(AWARD.holder, email=None)), KEY))
    assert [each["identityType"] for each in lacking["credentialSubject"]["identifier"]] == ["name"]


def test_the_picture_holds_the_same_text_and_is_a_whole_png():
    document = open_badge.write(AWARD, KEY)
    drawn = badge_picture.draw(badge_picture.Face("Open data", "Ukázkový úřad", "CZ-2026-000001"), FONTS)
    baked = open_badge.bake(drawn, document)
    with Image.open(BytesIO(baked)) as picture:
        picture.load()
        assert picture.size == (badge_picture.SIZE, badge_picture.SIZE)
        assert picture.text["openbadgecredential"] == document.decode()
    assert verify(OB3Verifier.extract_token_from_png(baked), Web([], [KEY])).name == "Open data"


@pytest.mark.parametrize(
    "title", ["A", "Основи діловодства в органах місцевого самоврядування " * 8, "Ž" * 300, "", " \n "]
)
def test_a_title_of_any_length_stays_within_the_frame(title):
    drawn = badge_picture.draw(badge_picture.Face(title, title, title[:30]), FONTS)
    with Image.open(BytesIO(drawn)) as picture:
        points = picture.convert("RGB")
    outside = [points.getpixel((x, y)) for x in range(0, 800, 3) for y in (0, 5, 12, 795)]
    edges = [points.getpixel((x, y)) for y in range(100, 600, 3) for x in (44, 52, 748, 756)]
    assert set(outside) == set(edges) == {(255, 255, 255)}


def test_the_did_names_the_host_and_its_port():
    assert badge_documents.did_of("https://learn.example.org") == "did:web:learn.example.org"
    assert badge_documents.did_of("http://127.0.0.1:8000") == "did:web:127.0.0.1%3A8000"


def test_the_criteria_stand_in_the_language_of_the_certificate_or_in_english():
    told = badge_documents.achievement(BASE, "s", "1.0", "xx", "T", (), "attendance")
    assert told.criteria == f"Completed the course. {BASE}/courses/s"
    assert told.description == "T"
