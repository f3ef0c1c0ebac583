"""Keys and signatures: made once, told apart, refused where they do not fit, valid over the whole file."""

import io
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing import get_context
from pathlib import Path
from threading import Thread

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper
from reportlab.pdfgen.canvas import Canvas

from app.foundation import authority, clock, signing
from app.foundation.settings import SettingsError
from app.foundation.signing import Appearance, KeyUnavailable, StampUnavailable
from tests.conftest import environment

PASSPHRASE = "velmi tajne heslo"


def self_signed(name: str, private=None, usage=None, begins=-1, ends=3650):
    """Return a key and its certificate; the days are counted from now."""
    private = private or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509
        .CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() + timedelta(days=begins))
        .not_valid_after(clock.now() + timedelta(days=ends))
    )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    return private, builder.sign(
        private, None if isinstance(private, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    )


def pem_of(private, passphrase: str | None = None) -> bytes:
    lock = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def keyed(folder: Path, **parts: str | Path):
    """Return settings with a key."""
    given = environment(folder / "instance")
    return replace(given, **parts)


@pytest.fixture
def page() -> bytes:
    """The smallest page that a signature may be put upon."""
    made = io.BytesIO()
    canvas = Canvas(made, invariant=1)
    canvas.drawString(100, 700, "Certificate")
    canvas.save()
    return made.getvalue()


@pytest.fixture
def looks(page) -> Appearance:
    return Appearance((100, 100, 300, 130), b"BT /F1 8 Tf 2 2 Td (Seal) Tj ET", page, "Seal")


# The key.


def test_the_own_key_is_made_once_and_says_whose_it_is(tmp_path):
    given = keyed(tmp_path)
    first = signing.load(given, may_make=True)
    assert signing.load(given, may_make=False).fingerprint == first.fingerprint
    assert first.is_own
    assert first.name == "Gradivo (issued by this Gradivo instance itself), localhost"
    assert "issued by this Gradivo instance itself" in first.issuer
    assert len(first.chain) == 2
    first.chain[0].verify_directly_issued_by(first.chain[1])


def test_nobody_but_its_owner_may_read_the_own_key(tmp_path):
    path = authority.ensure(tmp_path, "localhost")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_the_authority_can_issue_nothing_else_because_its_key_is_forgotten(tmp_path):
    path = authority.ensure(tmp_path, "localhost")
    assert path.read_text(encoding="ascii").count("PRIVATE KEY-----") == 2
    held = serialization.load_pem_private_key(path.read_bytes(), None)
    leaf, root = x509.load_pem_x509_certificates(path.read_bytes())
    assert held.public_key() == leaf.public_key() != root.public_key()


def _make(folder: str) -> bytes:
    return authority.ensure(Path(folder), "localhost").read_bytes()


def test_of_processes_that_make_a_key_at_once_all_get_the_same(tmp_path):
    with get_context("spawn").Pool(4) as pool:
        for number in range(5):
            made = pool.map(_make, [str(tmp_path / str(number))] * 8, chunksize=1)
            assert len(set(made)) == 1
            assert [path.name for path in (tmp_path / str(number) / "signing").iterdir()] == ["own.pem"]


def test_a_key_that_may_not_be_made_is_unavailable(tmp_path):
    with pytest.raises(KeyUnavailable, match=r"own\.pem cannot be read: No such file"):
        signing.load(keyed(tmp_path), may_make=False)
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize("private", [None, "rsa"])
def test_a_key_comes_from_pem_with_its_certificates_beside_it(tmp_path, private):
    key = rsa.generate_private_key(65537, 2048) if private else None
    key, certificate = self_signed("Město Žďár", key)
    chain = certificate.public_bytes(serialization.Encoding.PEM)
    given = keyed(
        tmp_path,
        signing_key=written(tmp_path / "key.pem", pem_of(key)),
        signing_cert=written(tmp_path / "chain.pem", chain),
    )
    held = signing.load(given, may_make=False)
    assert (held.name, held.is_own) == ("Město Žďár", False)


def test_a_key_comes_from_a_file_that_a_passphrase_opens(tmp_path):
    key, certificate = self_signed("Град")
    lock = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    bundle = pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, lock)
    given = keyed(tmp_path, signing_key=written(tmp_path / "key.p12", bundle), signing_passphrase=PASSPHRASE)
    assert signing.load(given, may_make=False).name == "Град"


@pytest.mark.parametrize("passphrase", [None, "another"])
@pytest.mark.parametrize("ending", ["p12", "pem"])
def test_a_passphrase_that_does_not_fit_is_named_but_not_told(tmp_path, ending, passphrase):
    key, certificate = self_signed("Seal")
    lock = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    content = {
        "p12": pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, lock),
        "pem": pem_of(key, PASSPHRASE) + certificate.public_bytes(serialization.Encoding.PEM),
    }[ending]
    path = written(tmp_path / f"key.{ending}", content)
    with pytest.raises(KeyUnavailable, match="SIGNING_PASSPHRASE is missing or wrong") as refused:
        signing.load(keyed(tmp_path, signing_key=path, signing_passphrase=passphrase), may_make=False)
    assert PASSPHRASE not in str(refused.value)
    assert "another" not in str(refused.value)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: pem_of(self_signed("A")[0]), "lacks its certificate"),
        (lambda: b"no key at all", "cannot be opened"),
        (lambda: pem_of(self_signed("A")[0]) + pem_certificate(self_signed("B")[1]), "does not belong"),
        (lambda: _whole(*self_signed("Old", begins=-20, ends=-10)), "is good from"),
        (lambda: _whole(*self_signed("Young", begins=10, ends=20)), "is good from"),
        (lambda: _whole(*self_signed("Odd", ed25519.Ed25519PrivateKey.generate())), "neither RSA nor"),
    ],
    ids=["without certificate", "no key", "another's certificate", "ended", "not begun", "of another kind"],
)
def test_a_key_that_cannot_sign_is_refused_with_the_reason(tmp_path, make, reason):
    path = written(tmp_path / "key.pem", make())
    with pytest.raises(KeyUnavailable, match=reason):
        signing.load(keyed(tmp_path, signing_key=path), may_make=False)


def pem_certificate(certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _whole(private, certificate) -> bytes:
    return pem_of(private) + pem_certificate(certificate)


def test_a_key_that_is_gone_or_replaced_is_noticed_at_once(tmp_path):
    path = written(tmp_path / "key.pem", _whole(*self_signed("First")))
    given = keyed(tmp_path, signing_key=path)
    assert signing.load(given, may_make=False).name == "First"
    path.rename(tmp_path / "away.pem")
    with pytest.raises(KeyUnavailable):
        signing.load(given, may_make=False)
    written(path, _whole(*self_signed("Second")))
    assert signing.load(given, may_make=False).name == "Second"


def test_settings_never_show_the_passphrase(tmp_path):
    assert PASSPHRASE not in repr(keyed(tmp_path, signing_passphrase=PASSPHRASE))


@pytest.mark.parametrize(
    "given",
    [
        {"SIGNING_CERT": "chain.pem"},
        {"TIMESTAMP_CERT": "chain.pem"},
        {"TIMESTAMP_URL": "ftp://example.org"},
    ],
)
def test_settings_that_do_not_go_together_are_refused(tmp_path, given):
    with pytest.raises(SettingsError, match=next(iter(given))):
        environment(tmp_path, **given)


# The signature.


def test_the_signed_file_begins_with_the_given_one_and_is_genuine(tmp_path, page, looks):
    given = keyed(tmp_path)
    key = signing.load(given, may_make=True)
    signed = signing.sign(page, key, looks, given)
    verdict = signing.check(signed, [key.chain_pem])
    assert signed.startswith(page)
    assert verdict.is_genuine
    assert key.name.partition(",")[0] in verdict.signer
    assert abs(verdict.at - datetime.now(UTC)) < timedelta(minutes=1)
    held = PdfFileReader(io.BytesIO(signed)).embedded_signatures[0]
    assert (held.docmdp_level.value, held.sig_object["/SubFilter"]) == (1, "/ETSI.CAdES.detached")


def test_a_signature_of_an_unknown_key_is_not_genuine(tmp_path, page, looks):
    given = keyed(tmp_path)
    key = signing.load(given, may_make=True)
    other = signing.load(keyed(tmp_path / "other"), may_make=True)
    assert not signing.check(signing.sign(page, other, looks, given), [key.chain_pem]).is_genuine


def test_what_is_changed_or_added_afterwards_is_not_genuine(tmp_path, page, looks):
    given = keyed(tmp_path)
    key = signing.load(given, may_make=True)
    signed = signing.sign(page, key, looks, given)
    for place in range(20, len(page), max(1, len(page) // 60)):
        changed = bytearray(signed)
        changed[place] ^= 1
        assert not signing.check(bytes(changed), [key.chain_pem]).is_genuine, place
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root["/PageMode"] = writer.root["/Type"]
    writer.update_root()
    added = io.BytesIO()
    writer.write(added)
    assert not signing.check(added.getvalue(), [key.chain_pem]).is_genuine


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.4", b"no PDF at all", b"%PDF-1.4\nxref\n0 1\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF"],
)
def test_what_is_no_signed_file_is_not_genuine(tmp_path, page, content):
    key = signing.load(keyed(tmp_path), may_make=True)
    assert not signing.check(content, [key.chain_pem]).is_genuine
    assert not signing.check(page, [key.chain_pem]).is_genuine


# The time stamp.


class Stamps(HTTPServer):
    """A small time-stamp service (RFC 3161) on this machine."""

    def __init__(self, folder: Path) -> None:
        private, certificate = self_signed(
            "Time stamps", rsa.generate_private_key(65537, 2048), ExtendedKeyUsageOID.TIME_STAMPING
        )
        self.chain = written(folder / "stamps.pem", pem_certificate(certificate))
        key = written(folder / "stamps.key", pem_of(private))
        self.stamper = DummyTimeStamper(
            tsa_cert=load_cert_from_pemder(self.chain),
            tsa_key=load_private_key_from_pemder(key, passphrase=None),
        )
        self.count = 0
        super().__init__(("127.0.0.1", 0), _Stamping)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class _Stamping(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
        body = self.server.stamper.request_tsa_response(asked).dump()
        self.server.count += 1
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def stamps(tmp_path):
    with Stamps(tmp_path) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_service_adds_its_time_stamp(tmp_path, page, looks, stamps):
    given = keyed(tmp_path, timestamp_url=stamps.url)
    key = signing.load(given, may_make=True)
    signed = signing.sign(page, key, looks, given)
    held = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert stamps.count >= 1
    stamped = [each["type"].native for each in held[0].signer_info["unsigned_attrs"]]
    assert stamped == ["signature_time_stamp_token"]
    assert signing.check(signed, [key.chain_pem], [stamps.chain.read_text(encoding="ascii")]).is_genuine


def test_with_its_certificates_known_the_signature_is_made_for_the_long_term(tmp_path, page, looks, stamps):
    given = keyed(tmp_path, timestamp_url=stamps.url, timestamp_cert=stamps.chain)
    key = signing.load(given, may_make=True)
    signed = signing.sign(page, key, looks, given)
    reader = PdfFileReader(io.BytesIO(signed))
    assert "/DSS" in reader.root
    assert len(reader.embedded_timestamp_signatures) == 1
    assert signing.check(signed, [key.chain_pem], [stamps.chain.read_text(encoding="ascii")]).is_genuine


def test_without_an_answer_nothing_is_signed(tmp_path, page, looks, stamps):
    given = keyed(tmp_path, timestamp_url=f"http://127.0.0.1:{stamps.server_port}1/")
    key = signing.load(given, may_make=True)
    with pytest.raises(StampUnavailable, match="time-stamp service"):
        signing.sign(page, key, looks, replace(given, timestamp_url="http://127.0.0.1:9/"))
