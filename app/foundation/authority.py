"""The issuing authority of the instance's own, for whoever has no key of an official one: made once, named as such.

One file holds everything: the private key of the seal, its certificate, and that of the authority. The
authority's private key is forgotten as soon as it has signed that one certificate, so that nobody can ever issue
another in its name.
"""

import os
import threading
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.foundation import clock

FILE = Path("signing") / "own.pem"
"""Where the file lies in the folder of the instance."""
NAME = "Gradivo (issued by this Gradivo instance itself)"
_AUTHORITY_NAME = "Gradivo authority (issued by this Gradivo instance itself)"
_YEARS = timedelta(days=3652)
_LONGEST = 64  # letters of a name in a certificate (RFC 5280, appendix A)


def ensure(instance: Path, host: str) -> Path:
    """Return where the instance's own key lies, made first where there is none.

    Of several processes that make one at once, one wins, and all go on with its.
    """
    path = instance / FILE
    if not path.exists():
        keep_first(path, _make(host, clock.now()))
    return path


def put_aside(instance: Path, file: Path = FILE) -> None:
    """Let the next key that is asked for be new; the old file stays beside it under another name."""
    path = instance / file
    with suppress(FileNotFoundError):
        path.rename(path.with_name(f"{path.stem}-until-{clock.now():%Y%m%dT%H%M%S%f}.pem"))


def keep_first(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, unless it is there already: whole, or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _make(host: str, at: datetime) -> bytes:
    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate(_name(_AUTHORITY_NAME, host), authority, None, authority, at)
    leaf = _certificate(_name(NAME, host), key, root, authority, at)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (leaf, root))


def _name(name: str, host: str) -> x509.Name:
    return x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, host[:_LONGEST]),
        x509.NameAttribute(NameOID.COMMON_NAME, name),
    ])


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuing: ec.EllipticCurvePrivateKey,
    at: datetime,
) -> x509.Certificate:
    is_authority = issuer is None
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
    constraints = x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None)
    subject_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing.public_key())
    return (
        x509
        .CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + _YEARS)
        .add_extension(constraints, critical=True)
        .add_extension(usage, critical=True)
        .add_extension(subject_key, critical=False)
        .add_extension(authority_key, critical=False)
        .sign(issuing, hashes.SHA256())
    )
