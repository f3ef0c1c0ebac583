"""Signs PDF files (PAdES, ETSI EN 319 142-1) and checks such signatures; only the worker and commands load this.

B-B by the key alone; B-T where a time-stamp service is set; B-LTA where its certificates are known, too.
"""

import io
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TypeVar

from aiohttp import ClientError
from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.content import ResourceType
from pyhanko.pdf_utils.generic import DictionaryObject, NameObject, NumberObject, TextStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.stamp.base import BaseStamp, BaseStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.foundation import authority, clock, hardware_key
from app.foundation.errors import AppError
from app.foundation.ids import digest
from app.foundation.settings import Settings
from app.foundation.token_uri import TokenKey

T = TypeVar("T")

FIELD = "Seal"
_PATIENCE_SECONDS = 10
_one_at_a_time = Lock()  # A parsed file keeps a place in its bytes while it is read.
logging.getLogger("pyhanko").setLevel(logging.ERROR)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.ERROR)


class KeyUnavailable(AppError):
    """There is no key to sign with now; the text says to an operator which and why, and never what is in it."""


class StampUnavailable(AppError):
    """The time-stamp service gives no time stamp now."""


@dataclass(frozen=True, slots=True)
class Key:
    """What documents are signed with; ``chain`` begins with the certificate of the key."""

    signer: signers.Signer
    chain: tuple[x509.Certificate, ...]
    is_own: bool

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, in hexadecimal."""
        return digest(self.chain[0].public_bytes(serialization.Encoding.DER))

    @property
    def name(self) -> str:
        """Who signs, in the words of the certificate: the common name, and the organisation where it is another."""
        return _said_of(self.chain[0].subject)

    @property
    def issuer(self) -> str:
        """Who says so."""
        return _said_of(self.chain[0].issuer)

    @property
    def begins(self) -> datetime:
        """The first moment at which the certificate is good."""
        return self.chain[0].not_valid_before_utc

    @property
    def ends(self) -> datetime:
        """The last moment at which the certificate is good."""
        return self.chain[0].not_valid_after_utc

    @property
    def chain_pem(self) -> str:
        """All certificates, for whoever checks a signature."""
        return "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in self.chain)


@dataclass(frozen=True, slots=True)
class Appearance:
    """What the signature looks like on the first page.

    ``box`` is left, bottom, right, top in points; ``operators`` draw within it, from its lower left corner, by the
    fonts of the first page of the file ``fonts``. ``label`` tells those who do not see it.
    """

    box: tuple[int, int, int, int]
    operators: bytes
    fonts: bytes
    label: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a signature is worth: ``is_genuine`` where no byte changed since a known key signed all of them."""

    is_genuine: bool
    signer: str
    at: datetime | None


def load(given: Settings, *, may_make: bool) -> Key:
    """Return the key of the settings, or else the instance's own, which is made where it may be.

    Raises KeyUnavailable: missing, unreadable, of another certificate, or out of date.
    """
    place: Path | TokenKey = given.instance / authority.FILE
    if given.signing_key is not None:
        place = given.signing_key
    elif may_make:
        place = authority.ensure(given.instance, given.host)
    try:
        key = _open(place, given)
    except OSError as error:
        raise KeyUnavailable(f"the signing key {error.filename} cannot be read: {error.strerror}") from error
    if not key.begins <= clock.now() <= key.ends:
        raise KeyUnavailable(f"the certificate of {place} is good from {key.begins:%F} to {key.ends:%F} only")
    return key


def _open(place: Path | TokenKey, given: Settings) -> Key:
    if isinstance(place, TokenKey):
        return _find(place, given.signing_cert, given.signing_passphrase)
    paths = [each for each in (place, given.signing_cert) if each is not None]
    written = tuple(each.stat().st_mtime_ns for each in paths)
    return _read(place, given.signing_cert, given.signing_passphrase, given.signing_key is None, written)


def _find(place: TokenKey, certificates: Path | None, pin: str | None) -> Key:
    try:
        chain = x509.load_pem_x509_certificates(certificates.read_bytes()) if certificates else []
        held = hardware_key.find(place, pin, tuple(chain))
    except ValueError as error:
        raise KeyUnavailable(f"SIGNING_CERT: {certificates} holds no certificates in PEM") from error
    except hardware_key.TokenUnavailable as error:
        raise KeyUnavailable(f"the signing key {place} cannot be used: {error}") from error
    return Key(_TokenSigner(held), held.chain, is_own=False)


@lru_cache(maxsize=4)
def _read(
    path: Path,
    certificates: Path | None,
    passphrase: str | None,
    is_own: bool,
    written: tuple[int, ...],  # noqa: ARG001 -- A file written later is another entry.
) -> Key:
    secret = passphrase.encode() if passphrase else None
    content = path.read_bytes()
    try:
        if path.suffix.lower() in {".p12", ".pfx"}:
            private, chain = _read_pkcs12(content, secret)
        else:
            private = serialization.load_pem_private_key(content, secret)
            chain = x509.load_pem_x509_certificates(certificates.read_bytes() if certificates else content)
    except (ValueError, TypeError) as error:
        hint = "it is damaged, lacks its certificate, or SIGNING_PASSPHRASE is missing or wrong"
        raise KeyUnavailable(f"the signing key {path} cannot be opened: {hint}") from error
    if not isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise KeyUnavailable(f"the signing key {path} is neither RSA nor of an elliptic curve")
    if not chain or chain[0].public_key() != private.public_key():
        raise KeyUnavailable(f"the signing key {path} does not belong to the first certificate of its chain")
    return Key(_signer(private, chain), tuple(chain), is_own)


def _read_pkcs12(
    content: bytes, secret: bytes | None
) -> tuple[PrivateKeyTypes | None, list[x509.Certificate]]:
    bundle = pkcs12.load_pkcs12(content, secret)
    first = [bundle.cert] if bundle.cert else []
    return bundle.key, [each.certificate for each in (*first, *bundle.additional_certs)]


def _signer(
    private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, chain: Sequence[x509.Certificate]
) -> signers.SimpleSigner:
    plain = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    first, registry = _registered(chain)
    return signers.SimpleSigner(first, PrivateKeyInfo.load(plain), cert_registry=registry)


class _TokenSigner(signers.Signer):
    """Signs by a key that stays in its token; pyHanko's own knows neither when to sign in again nor whose key it is."""

    def __init__(self, held: hardware_key.HardwareKey) -> None:
        first, registry = _registered(held.chain)
        super().__init__(signing_cert=first, cert_registry=registry)
        self._held = held

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(hardware_key.LONGEST)
        try:
            return self._held.sign(data, digest_algorithm)
        except hardware_key.TokenUnavailable as error:
            raise KeyUnavailable(f"the signing key cannot be used: {error}") from error


def _registered(chain: Sequence[x509.Certificate]) -> tuple[asn1_x509.Certificate, SimpleCertificateStore]:
    """Return the first certificate, and all of them as what a signature carries along."""
    held = [asn1_x509.Certificate.load(each.public_bytes(serialization.Encoding.DER)) for each in chain]
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    registry.register_multiple(held)
    return held[0], registry


def _said_of(name: x509.Name) -> str:
    parts = [
        str(each.value)
        for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
        for each in name.get_attributes_for_oid(oid)[:1]
    ]
    return ", ".join(dict.fromkeys(parts)) or name.rfc4514_string()


class _AsItWas(IncrementalPdfFileWriter):
    """Adds to a file without touching what it says of itself, so that both say the same (ISO 19005-1, 6.7.3)."""

    def _update_meta(self) -> None:
        return


@dataclass(frozen=True)
class _Style(BaseStampStyle):
    """Draws an ``Appearance``."""

    appearance: Appearance | None = None

    def create_stamp(
        self,
        writer: BasePdfFileWriter,
        box: BoxConstraints,
        text_params: dict[str, object],  # noqa: ARG002 -- pyHanko hands them over; the words are ready.
    ) -> BaseStamp:
        return _Stamp(writer, self, box)


class _Stamp(BaseStamp):
    def render(self) -> bytes:
        looks: Appearance = self.style.appearance
        with _one_at_a_time:
            page = _lettering(looks.fonts).root["/Pages"]["/Kids"][0]
            fonts = page["/Resources"]["/Font"]
            for name in fonts:
                font = self._ensure_writer.import_object(fonts.raw_get(name))
                self.set_resource(ResourceType.FONT, NameObject(name), font)
        return looks.operators


@lru_cache(maxsize=16)
def _lettering(fonts: bytes) -> PdfFileReader:
    return PdfFileReader(io.BytesIO(fonts))


def sign(content: bytes, key: Key, looks: Appearance, given: Settings) -> bytes:
    """Return a PDF file with a visible signature that forbids every change; the given bytes are its beginning.

    Raises StampUnavailable where a time-stamp service is set and does not answer.
    """
    writer = _AsItWas(io.BytesIO(content))
    is_long_term = given.timestamp_url is not None and given.timestamp_cert is not None
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        name=key.name,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        embed_validation_info=is_long_term,
        use_pades_lta=is_long_term,
        validation_context=_long_term(key, given.timestamp_cert) if is_long_term else None,
    )
    _place(writer, looks)
    signer = signers.PdfSigner(
        meta,
        key.signer,
        timestamper=_stamper(given.timestamp_url) if given.timestamp_url else None,
        stamp_style=_Style(border_width=0, appearance=looks),
    )
    try:
        signed = _apart(lambda: signer.sign_pdf(writer))
    except (TimeoutError, TimestampRequestError, ClientError, OSError) as error:
        raise StampUnavailable(
            f"the time-stamp service {given.timestamp_url} does not answer: {type(error).__name__}"
        ) from error
    return bytes(signed.getvalue())


def _place(writer: _AsItWas, looks: Appearance) -> None:
    """Put the field on the first page, and into the tree of a tagged file as a form (ISO 14289-1, 7.18.4)."""
    page, _ = writer.find_page_for_modification(0)  # type: ignore[no-untyped-call]
    _, place = fields.prepare_sig_field(
        FIELD, writer.root, update_writer=writer, box=looks.box, include_on_page=page
    )
    field = place.get_object()
    field["/TU"] = TextStringObject(looks.label)
    if "/StructTreeRoot" not in writer.root:
        return
    tree = writer.root["/StructTreeRoot"]
    document, parents, number = tree["/K"][0], tree["/ParentTree"], tree["/ParentTreeNextKey"]
    where = {"/Type": NameObject("/OBJR"), "/Obj": place, "/Pg": page}
    form = {"/Type": NameObject("/StructElem"), "/S": NameObject("/Form"), "/P": tree["/K"].raw_get(0)}
    form["/K"] = DictionaryObject(where)  # type: ignore[no-untyped-call]
    element = writer.add_object(DictionaryObject(form))  # type: ignore[no-untyped-call]
    field["/StructParent"] = number
    document["/K"].append(element)
    parents["/Nums"].extend([number, element])
    tree["/ParentTreeNextKey"] = NumberObject(number + 1)  # type: ignore[no-untyped-call]
    for changed in (tree, document, parents):
        writer.update_container(changed)


def _apart(act: Callable[[], T]) -> T:
    """Do what runs a loop of events in a thread of its own: a thread has one loop at most, and pyHanko begins one."""
    with ThreadPoolExecutor(1) as own:
        return own.submit(act).result()


@lru_cache(maxsize=4)
def _stamper(url: str) -> HTTPTimeStamper:
    return HTTPTimeStamper(url, timeout=_PATIENCE_SECONDS)


def _long_term(key: Key, stamp_chain: Path | None) -> ValidationContext:
    """Return by what a signature is to be checkable for long: its chain, that of the stamps, and revocations."""
    if stamp_chain is None:
        raise ValueError("the chain of the time-stamp service is wanted")
    try:
        stamps = certificates_of(stamp_chain.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise StampUnavailable(f"TIMESTAMP_CERT: {stamp_chain} cannot be read") from error
    own = certificates_of(key.chain_pem)
    return ValidationContext(
        trust_roots=[own[-1], *stamps], other_certs=own[:-1], allow_fetching=True, revocation_mode="soft-fail"
    )


def certificates_of(chain_pem: str) -> list[asn1_x509.Certificate]:
    """Return the certificates of a PEM text in their order; raises ValueError."""
    found = pem.unarmor(chain_pem.encode(), multiple=True)
    return [asn1_x509.Certificate.load(content) for kind, _headers, content in found if kind == "CERTIFICATE"]


def check(content: bytes, chains: Sequence[str], stamps: Sequence[str] = ()) -> Verdict:
    """Check the signature of a file by the chains (PEM) that documents may be signed with; hostile bytes are taken.

    What pyHanko adds for the long term after signing is no change; everything else is.
    """
    known = [each for chain in chains for each in certificates_of(chain)]
    trusted = [each for each in known if each.ca] or known
    context = ValidationContext(
        trust_roots=[*trusted, *(each for chain in stamps for each in certificates_of(chain))],
        other_certs=known,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    try:
        found = PdfFileReader(io.BytesIO(content)).embedded_signatures
        ours = [each for each in found if each.field_name == FIELD]
        if len(ours) != 1:
            return Verdict(is_genuine=False, signer="", at=None)
        status = _apart(lambda: validate_pdf_signature(ours[0], context, context))
    except (PdfError, SigningError, SignatureValidationError, ValueError, KeyError, TypeError, OSError):
        return Verdict(is_genuine=False, signer="", at=None)
    return Verdict(
        is_genuine=bool(status.bottom_line),
        signer=status.signing_cert.subject.human_friendly,
        at=status.signer_reported_dt,
    )
