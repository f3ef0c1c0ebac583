"""Addresses of keys in tokens: read exactly, refused with the reason, and no PIN in them."""

from pathlib import Path

import pytest

from app.foundation import token_uri
from app.foundation.settings import SettingsError
from app.foundation.token_uri import TokenKey
from tests.conftest import environment

MODULE = "module-path=/usr/lib/softhsm/libsofthsm2.so"


def test_an_address_says_module_token_and_key():
    uri = f"pkcs11:token=Obec%20%C5%BD%C4%8F%C3%A1r;object=seal%3B1;id=%00%ffA;type=private?{MODULE}"
    read = token_uri.read(uri)
    assert read == TokenKey(
        uri,
        Path("/usr/lib/softhsm/libsofthsm2.so"),
        (("token", "Obec Žďár"),),
        "seal;1",
        b"\x00\xffA",
    )
    assert str(read) == uri


def test_what_the_tools_print_is_taken_with_the_module_after_it():
    read = token_uri.read(
        "pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;serial=bdca4924ca18569f;token=Seal;id=%01;"
        f"object=seal;type=private?{MODULE}"
    )
    assert dict(read.marks) == {
        "token": "Seal",
        "serial": "bdca4924ca18569f",
        "model": "SoftHSM v2",
        "manufacturer": "SoftHSM project",
    }


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        (f"token=A;object=B;pin-value=4711?{MODULE}", "“pin-value” may not stand in it"),
        (f"token=A;object=B?{MODULE}&pin-value=4711", "the PIN is taken from SIGNING_PASSPHRASE"),
        (f"token=A;object=B?pin-source=file:/etc/4711&{MODULE}", "“pin-source” may not"),
        ("token=A;object=B", "“module-path” is wanted"),
        ("token=A;object=B?module-path=libsofthsm2.so", "the absolute path"),
        (f"token=A;object=B;{MODULE}", "at a wrong place"),
        (f"object=B?{MODULE}", "“token” is wanted"),
        (f"token=A?{MODULE}", "“object” or “id” is wanted"),
        (f"token=A;object=B;type=cert?{MODULE}", "only “private” can sign"),
        (f"token=A;token=B;object=C?{MODULE}", "“token” stands in it twice"),
        (f"token=;object=B?{MODULE}", "“token” has no value"),
        (f"token=A B;object=C?{MODULE}", "write %20"),
        (f"token=100%;object=C?{MODULE}", "write %20 and %25"),
        (f"token=%ff;object=C?{MODULE}", "“token” is not in UTF-8"),
        (f"token=A;object=B;4711?{MODULE}", "it has an attribute besides token"),
        (f"token=A;object=B;slot-id=4711?{MODULE}", "it has an attribute besides token"),
        ("", "“module-path” is wanted"),
    ],
)
def test_an_address_that_cannot_be_taken_stops_the_start_with_the_reason(tmp_path, rest, reason):
    with pytest.raises(SettingsError) as refused:
        environment(tmp_path, SIGNING_KEY=f"pkcs11:{rest}")
    assert reason in str(refused.value)
    assert str(refused.value).startswith("SIGNING_KEY: ")
    assert "4711" not in str(refused.value)


def test_settings_hold_a_path_or_an_address(tmp_path):
    uri = f"pkcs11:token=A;object=B?{MODULE}"
    held = environment(tmp_path, SIGNING_KEY=uri, SIGNING_PASSPHRASE="4711")
    assert held.signing_key == token_uri.read(uri)
    assert "4711" not in repr(held)
    assert environment(tmp_path, SIGNING_KEY="seal.p12").signing_key == Path("seal.p12").resolve()
