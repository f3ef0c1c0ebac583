"""Tokens of SoftHSM that tests make for themselves, each in a folder of its own; their keys are born inside."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pkcs11 import Attribute, KeyType, ObjectClass
from pkcs11.util import ec as ec_codes
from pkcs11.util import rsa as rsa_codes

from app.foundation import clock

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "velmi-tajny-pin-4711"
EDWARDS = b"\x13\x0cedwards25519"  # the name of the curve as a PrintableString, as SoftHSM wants it
KINDS = {"RSA 2048": 2048, "RSA 3072": 3072, "P-256": "secp256r1"}


def has_softhsm() -> bool:
    """Tell whether tokens can be made here."""
    return shutil.which("softhsm2-util") is not None and MODULE.exists()


@dataclass(frozen=True)
class Token:
    """A token; ``folder`` holds its configuration, which is to stand in SOFTHSM2_CONF."""

    folder: Path
    label: str

    @property
    def configuration(self) -> Path:
        return self.folder / "softhsm2.conf"

    def uri(self, label: str = "seal", more: str = "") -> str:
        return f"pkcs11:token={self.label};object={label}{more}?module-path={MODULE}"

    @contextmanager
    def opened(self) -> Iterator[pkcs11.Session]:
        """Sign in as its owner does; whoever was signed in in this process is so no longer."""
        module = pkcs11.lib(str(MODULE))
        module.reinitialize()
        with module.get_token(token_label=self.label).open(rw=True, user_pin=PIN) as session:
            yield session
        module.reinitialize()

    def make_key(self, kind: str = "P-256", label: str = "seal", number: int = 1, **private: bool):
        """Let a key be born in the token, and return its public half."""
        template = {Attribute[name.upper()]: value for name, value in private.items()}
        given = {"store": True, "label": label, "id": bytes([number]), "private_template": template}
        with self.opened() as session:
            if kind == "Ed25519":
                domain = session.create_domain_parameters(
                    KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: EDWARDS}, local=True
                )
                domain.generate_keypair(mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN, **given)
                return None
            if kind.startswith("RSA"):
                public, _ = session.generate_keypair(KeyType.RSA, KINDS[kind], **given)
                return serialization.load_der_public_key(rsa_codes.encode_rsa_public_key(public))
            curve = ec_codes.encode_named_curve_parameters(KINDS[kind])
            domain = session.create_domain_parameters(KeyType.EC, {Attribute.EC_PARAMS: curve}, local=True)
            public, _ = domain.generate_keypair(**given)
            return serialization.load_der_public_key(ec_codes.encode_ec_public_key(public))

    def keep(self, *certificates: x509.Certificate) -> None:
        """Put certificates into the token."""
        with self.opened() as session:
            for certificate in certificates:
                session.create_object({
                    Attribute.CLASS: ObjectClass.CERTIFICATE,
                    Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    Attribute.TOKEN: True,
                    Attribute.SUBJECT: certificate.subject.public_bytes(),
                    Attribute.VALUE: certificate.public_bytes(serialization.Encoding.DER),
                })

    def unplug(self) -> None:
        """Let nobody find it, as if it were pulled out."""
        (self.folder / "tokens").rename(self.folder / "away")
        (self.folder / "tokens").mkdir()

    def plug_in(self) -> None:
        (self.folder / "tokens").rmdir()
        (self.folder / "away").rename(self.folder / "tokens")


def make_token(folder: Path) -> Token:
    """Make a token in an empty folder; no other has its label."""
    token = Token(folder, f"Gradivo-{os.urandom(4).hex()}")
    (folder / "tokens").mkdir(parents=True)
    token.configuration.write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n",
        encoding="utf-8",
    )
    subprocess.run(
        [
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            token.label,
            "--so-pin",
            "123456",
            "--pin",
            PIN,
        ],
        env={**os.environ, "SOFTHSM2_CONF": str(token.configuration)},
        check=True,
        capture_output=True,
        timeout=60,
    )
    return token


class Authority:
    """Whoever gives certificates to keys in tokens."""

    def __init__(self, name: str = "Authority") -> None:
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self.certify(self.private.public_key(), name, is_authority=True)

    def certify(self, public, name: str = "Město Žďár", begins=-1, ends=365, *, is_authority=False):
        """Return a certificate; the days are counted from now."""
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
        return (
            x509
            .CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(self.name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(clock.now() + timedelta(days=begins))
            .not_valid_after(clock.now() + timedelta(days=ends))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(self.private, hashes.SHA256())
        )


def write_chain(path: Path, *certificates: x509.Certificate) -> Path:
    """Write what SIGNING_CERT names."""
    path.write_bytes(b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates))
    return path
