"""Keys in hardware, in tokens of SoftHSM: found exactly, refused with the reason, and no PIN is ever told."""

import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pkcs11
import pytest
from reportlab.pdfgen.canvas import Canvas

from app.foundation import hardware_key, signing, token_uri
from app.foundation.hardware_key import TokenUnavailable
from app.foundation.signing import Appearance, KeyUnavailable
from tests.architecture.source import ROOT
from tests.conftest import environment
from tests.tokens import MODULE, PIN, Authority, write_chain

AUTHORITY = Authority()


@pytest.fixture
def given(tmp_path, token):
    """Settings that name the key “seal” of the token, with its certificate beside it."""
    chain = write_chain(tmp_path / "chain.pem", AUTHORITY.certify(token.make_key()), AUTHORITY.certificate)
    return named(tmp_path, token.uri(), signing_cert=chain)


def named(folder, uri: str, **parts):
    return replace(environment(folder / "instance", SIGNING_KEY=uri), **{"signing_passphrase": PIN, **parts})


def refusal(given) -> str:
    with pytest.raises(KeyUnavailable) as refused:
        signing.load(given, may_make=True)
    assert PIN not in str(refused.value)
    assert str(given.signing_key) in str(refused.value)
    return str(refused.value)


def page() -> bytes:
    made = io.BytesIO()
    canvas = Canvas(made, invariant=1)
    canvas.drawString(100, 700, "Certificate")
    canvas.save()
    return made.getvalue()


def signed_by(key: signing.Key, given) -> bytes:
    looks = Appearance((100, 100, 300, 130), b"BT /F1 8 Tf 2 2 Td (Seal) Tj ET", page(), "Seal")
    return signing.sign(page(), key, looks, given)


@pytest.mark.parametrize("kind", ["RSA 2048", "RSA 3072", "P-256"])
def test_a_key_signs_without_leaving_its_token(tmp_path, token, kind):
    public = token.make_key(kind)
    chain = write_chain(tmp_path / "chain.pem", AUTHORITY.certify(public), AUTHORITY.certificate)
    given = named(tmp_path, token.uri(), signing_cert=chain)
    key = signing.load(given, may_make=False)
    assert (key.name, key.issuer, key.is_own, len(key.chain)) == ("Město Žďár", "Authority", False, 2)
    signed = signed_by(key, given)
    assert signing.check(signed, [key.chain_pem]).is_genuine
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    said = subprocess.run(
        ["pdfsig", "-nocert", path],
        check=True,
        capture_output=True,
        text=True,
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
    ).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said


def test_certificates_come_from_the_token_the_renewed_one_first(tmp_path, token):
    public = token.make_key()
    other = token.make_key(label="other", number=2)
    token.keep(
        AUTHORITY.certificate,
        AUTHORITY.certify(public, "Old", ends=10),
        AUTHORITY.certify(public, "New", ends=100),
        AUTHORITY.certify(other, "Another", ends=1000),
        Authority("Foreign").certificate,
    )
    key = signing.load(named(tmp_path, token.uri()), may_make=False)
    assert [each.subject.rfc4514_string() for each in key.chain] == ["CN=New", "CN=Authority"]


def test_a_key_that_wants_the_pin_at_each_signature_gets_it(tmp_path, token):
    public = token.make_key("RSA 2048", always_authenticate=True)
    given = named(
        tmp_path, token.uri(), signing_cert=write_chain(tmp_path / "c.pem", AUTHORITY.certify(public))
    )
    key = signing.load(given, may_make=False)
    for _ in range(2):
        assert signing.check(signed_by(key, given), [key.chain_pem]).is_genuine


def test_a_process_signs_in_once(given):
    first, second = (
        hardware_key.find(given.signing_key, PIN, signing.load(given, may_make=False).chain) for _ in range(2)
    )
    assert first is second
    assert PIN not in repr(first)


def test_a_token_that_was_away_is_signed_in_to_again(given, token):
    key = signing.load(given, may_make=False)
    token.unplug()
    assert "there is no such token; there is none" in refusal(given)
    with pytest.raises(KeyUnavailable):
        signed_by(key, given)
    token.plug_in()
    key = signing.load(given, may_make=False)
    assert signing.check(signed_by(key, given), [key.chain_pem]).is_genuine


def test_what_is_pulled_out_between_finding_and_signing_signs_nothing(given, token):
    key = signing.load(given, may_make=False)
    token.unplug()
    with pytest.raises(KeyUnavailable, match="the token answers ObjectHandleInvalid"):
        signed_by(key, given)


def test_another_certificate_beside_the_key_is_noticed_at_once(given, token):
    first = signing.load(given, may_make=False)
    renewed = AUTHORITY.certify(first.chain[0].public_key(), "Renewed")
    write_chain(given.signing_cert, renewed)
    assert signing.load(given, may_make=False).name == "Renewed"
    write_chain(given.signing_cert, AUTHORITY.certificate)
    assert "it does not belong to the first certificate of its chain" in refusal(given)


@pytest.mark.parametrize(("begins", "ends"), [(-20, -10), (10, 20)], ids=["ended", "not begun"])
def test_a_certificate_out_of_date_is_refused(tmp_path, token, begins, ends):
    token.keep(AUTHORITY.certify(token.make_key(), begins=begins, ends=ends))
    assert "is good from" in refusal(named(tmp_path, token.uri()))


def test_a_wrong_pin_is_tried_once_lest_the_token_lock(given, token):
    wrong = replace(given, signing_passphrase="0815-0815")
    for _ in range(2):
        said = refusal(wrong)
        assert "SIGNING_PASSPHRASE is not the PIN of the token" in said
        assert "0815" not in said
    with token.opened() as session:
        session.set_pin(PIN, "0815-0815")
    assert "not tried again until the next start" in refusal(wrong)


def test_a_last_try_of_the_pin_is_left_to_its_owner(given):
    almost_locked = SimpleNamespace(flags=pkcs11.TokenFlag.USER_PIN_FINAL_TRY)
    with pytest.raises(TokenUnavailable, match="once more only"):
        hardware_key._sign_in(almost_locked, given.signing_key, PIN)


def test_what_is_missing_is_named(tmp_path, given, token):
    def with_key(uri: str):
        return replace(given, signing_key=token_uri.read(uri))

    assert "SIGNING_PASSPHRASE is missing" in refusal(replace(given, signing_passphrase=None))
    assert "holds no such private key" in refusal(with_key(token.uri("nobody")))
    assert "holds no certificate of it: set SIGNING_CERT" in refusal(replace(given, signing_cert=None))
    elsewhere = token.uri().replace(token.label, "Elsewhere")
    assert f"there is no such token; there is “{token.label}”" in refusal(with_key(elsewhere))
    no_module = token.uri().replace(str(MODULE), "/usr/lib/none.so")
    assert "the module /usr/lib/none.so cannot be loaded" in refusal(with_key(no_module))
    (tmp_path / "empty.pem").touch()
    with pytest.raises(KeyUnavailable, match="holds no certificates in PEM"):
        signing.load(replace(given, signing_cert=tmp_path / "empty.pem"), may_make=False)
    with pytest.raises(KeyUnavailable, match=r"none\.pem cannot be read"):
        signing.load(replace(given, signing_cert=tmp_path / "none.pem"), may_make=False)


def test_of_keys_of_one_label_the_id_chooses(tmp_path, given, token):
    second = token.make_key(number=2)
    assert "holds 2 such private keys: name one by “id”" in refusal(given)
    chosen = named(
        tmp_path,
        token.uri(more=";id=%02"),
        signing_cert=write_chain(tmp_path / "second.pem", AUTHORITY.certify(second, "Second")),
    )
    assert signing.load(chosen, may_make=False).name == "Second"


def test_a_key_of_another_kind_is_refused(tmp_path, token):
    token.make_key("Ed25519")
    assert "neither RSA nor of an elliptic curve" in refusal(named(tmp_path, token.uri()))


def test_threads_take_turns(given):
    key = signing.load(given, may_make=False)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: signed_by(key, given), range(16)))
    assert all(signing.check(each, [key.chain_pem]).is_genuine for each in made)


def run_apart(script: str, given) -> subprocess.CompletedProcess[str]:
    settings = {
        "INSTANCE": str(given.instance),
        "SECRET_KEY": given.secret_key,
        "BASE_URL": given.base_url,
        "ENVIRONMENT": "demo",
        "SIGNING_KEY": str(given.signing_key),
        "SIGNING_CERT": str(given.signing_cert),
        "SIGNING_PASSPHRASE": PIN,
    }
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, **settings},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_process_that_is_killed_leaves_nothing_behind(given):
    script = (
        "import os, signal; from app.foundation import settings, signing;"
        "signing.load(settings.from_env(), may_make=False);"
        "print('signed in', flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = run_apart(script, given)
    assert (killed.returncode, killed.stdout) == (-9, "signed in\n"), killed.stderr
    assert signing.load(given, may_make=False).name == "Město Žďár"


def test_without_its_library_the_key_is_unavailable_and_all_else_works(given):
    script = (
        "import sys; sys.modules['pkcs11'] = None; from app.foundation import settings, signing\n"
        "try: signing.load(settings.from_env(), may_make=False)\n"
        "except signing.KeyUnavailable as error: print(error)"
    )
    done = run_apart(script, given)
    assert "python-pkcs11 is not installed" in done.stdout, done.stderr
    assert PIN not in done.stdout + done.stderr
