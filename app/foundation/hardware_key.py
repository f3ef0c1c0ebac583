"""Private keys that stay in hardware, spoken with by PKCS#11 (OASIS, 2.40): a smart card or a security module signs.

Only the worker and commands load this. Its library is in ``requirements-hardware.in``; whoever keeps no key in
hardware does without it.
"""

import hashlib
from dataclasses import dataclass, field
from threading import Lock

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from app.foundation.errors import AppError
from app.foundation.token_uri import TokenKey

try:
    import pkcs11
except ModuleNotFoundError:
    IS_INSTALLED = False
else:
    IS_INSTALLED = True

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
LONGEST = 1024
"""How many bytes a signature has at most: those of an RSA key of 8,192 bits."""
_PROOF = b"Gradivo asks the token to show whose key it holds."
_turn = Lock()  # A module may count on being asked by one thread at a time.


class TokenUnavailable(AppError):
    """The key in its token cannot be used now; the text says to an operator why, and never the PIN."""


@dataclass(frozen=True, slots=True)
class HardwareKey:
    """A private key in a token to which this process is signed in; ``chain`` begins with its certificate."""

    private: "pkcs11.SignMixin"
    pin: str = field(repr=False)
    chain: tuple[x509.Certificate, ...]

    def sign(self, data: bytes, algorithm: str) -> bytes:
        """Return the signature of data, hashed by the algorithm: PKCS#1 1.5, or ECDSA in DER.

        It is checked by the certificate before anybody gets it. Raises TokenUnavailable.
        """
        try:
            with _turn:
                signature = _sign(self.private, self.pin, data, algorithm)
        except pkcs11.PKCS11Error as error:
            raise TokenUnavailable(f"the token answers {_said(error)}") from error
        if not _is_of(self.chain[0], signature, data, algorithm):
            raise TokenUnavailable("what the token signs is not of the key of the certificate")
        return signature


_held: dict[tuple[TokenKey, str, tuple[x509.Certificate, ...]], HardwareKey] = {}
_refused: set[tuple[TokenKey, str]] = set()


def find(place: TokenKey, pin: str | None, chain: tuple[x509.Certificate, ...]) -> HardwareKey:
    """Return a key; its certificates are taken from the token where none are given. Raises TokenUnavailable.

    This process signs in to the token once, and again where the token was away.
    """
    if not IS_INSTALLED:
        raise TokenUnavailable("python-pkcs11 is not installed; requirements.txt brings it")
    if pin is None:
        raise TokenUnavailable("SIGNING_PASSPHRASE is missing: the token wants its PIN")
    with _turn:
        held = _held.get((place, pin, chain))
        if held is None or not _is_there(held):
            _held.clear()
            held = _held[place, pin, chain] = _open(place, pin, chain)
        return held


def _is_there(held: HardwareKey) -> bool:
    try:
        return bool(held.private[pkcs11.Attribute.CLASS] == pkcs11.ObjectClass.PRIVATE_KEY)
    except pkcs11.PKCS11Error:
        return False


def _open(place: TokenKey, pin: str, chain: tuple[x509.Certificate, ...]) -> HardwareKey:
    try:
        session = _sign_in(_find_token(place), place, pin)
        private = _find_private(session, place)
        proof = _sign(private, pin, _PROOF, "sha256")
        if not chain:
            chain = _find_chain(session, proof)
    except pkcs11.PKCS11Error as error:
        raise TokenUnavailable(f"the token answers {_said(error)}") from error
    if not _is_of(chain[0], proof, _PROOF, "sha256"):
        raise TokenUnavailable("it does not belong to the first certificate of its chain")
    return HardwareKey(private, pin, chain)


def _find_token(place: TokenKey) -> "pkcs11.Token":
    """Return the token; the module begins anew, because it may not see what was plugged in since it began."""
    try:
        module = pkcs11.lib(str(place.module))
        module.reinitialize()
    except pkcs11.PKCS11Error as error:
        raise TokenUnavailable(f"the module {place.module} cannot be loaded: {_said(error)}") from error
    there = [each for each in module.get_tokens() if pkcs11.TokenFlag.TOKEN_INITIALIZED in each.flags]
    fitting = [each for each in there if set(place.marks) <= _marks_of(each)]
    if not fitting:
        labels = ", ".join(f"“{each.label}”" for each in there) or "none"
        raise TokenUnavailable(f"there is no such token; there is {labels}")
    if len(fitting) > 1:
        raise TokenUnavailable(f"{len(fitting)} tokens are known by that: add “serial”")
    return fitting[0]


def _marks_of(token: "pkcs11.Token") -> set[tuple[str, str]]:
    return {
        ("token", token.label),
        ("serial", token.serial.decode(errors="replace")),
        ("model", token.model),
        ("manufacturer", token.manufacturer_id),
    }


def _sign_in(token: "pkcs11.Token", place: TokenKey, pin: str) -> "pkcs11.Session":
    """Sign in; a PIN that was refused is not tried twice, because a token locks itself after a few tries."""
    if (place, pin) not in _refused:
        if pkcs11.TokenFlag.USER_PIN_FINAL_TRY in token.flags:
            raise TokenUnavailable(
                "its PIN may be tried once more only: sign in by the token's own program first"
            )
        try:
            return token.open(user_pin=pin)
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange):
            _refused.add((place, pin))
    raise TokenUnavailable(
        "SIGNING_PASSPHRASE is not the PIN of the token; it is not tried again until the next start"
    )


def _find_private(session: "pkcs11.Session", place: TokenKey) -> "pkcs11.SignMixin":
    wanted: dict[pkcs11.Attribute, object] = {
        pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY,
        pkcs11.Attribute.SIGN: True,
    }
    if place.label is not None:
        wanted[pkcs11.Attribute.LABEL] = place.label
    if place.id is not None:
        wanted[pkcs11.Attribute.ID] = place.id
    found = [each for each in session.get_objects(wanted) if isinstance(each, pkcs11.SignMixin)]
    if not found:
        raise TokenUnavailable("the token holds no such private key that may sign")
    if len(found) > 1:
        raise TokenUnavailable(f"the token holds {len(found)} such private keys: name one by “id”")
    if found[0].key_type not in {pkcs11.KeyType.RSA, pkcs11.KeyType.EC}:
        raise TokenUnavailable("it is neither RSA nor of an elliptic curve")
    return found[0]


def _find_chain(session: "pkcs11.Session", proof: bytes) -> tuple[x509.Certificate, ...]:
    """Return the certificate of the key, the one that ends last where it was renewed, and who issued it in turn."""
    wanted = {
        pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
        pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
    }
    try:
        found = [
            x509.load_der_x509_certificate(each[pkcs11.Attribute.VALUE])
            for each in session.get_objects(wanted)
        ]
    except ValueError as error:
        raise TokenUnavailable("a certificate in the token cannot be read: set SIGNING_CERT") from error
    own = [each for each in found if _is_of(each, proof, _PROOF, "sha256")]
    if not own:
        raise TokenUnavailable("the token holds no certificate of it: set SIGNING_CERT")
    chain = [max(own, key=lambda each: each.not_valid_after_utc)]
    while issuers := [each for each in found if each not in chain and _has_issued(each, chain[-1])]:
        chain.append(issuers[0])
    return tuple(chain)


def _has_issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _sign(private: "pkcs11.SignMixin", pin: str, data: bytes, algorithm: str) -> bytes:
    """Ask the token for a signature, by the mechanisms that nearly all of them know."""
    again = pin if _wants_pin_again(private) else None
    if private.key_type == pkcs11.KeyType.RSA:
        return private.sign(data, mechanism=pkcs11.Mechanism[f"{algorithm.upper()}_RSA_PKCS"], pin=again)
    numbers = private.sign(hashlib.new(algorithm, data).digest(), mechanism=pkcs11.Mechanism.ECDSA, pin=again)
    half = len(numbers) // 2
    return utils.encode_dss_signature(int.from_bytes(numbers[:half]), int.from_bytes(numbers[half:]))


def _wants_pin_again(private: "pkcs11.SignMixin") -> bool:
    """Tell whether each signature wants the PIN, as keys of qualified seals may (CKA_ALWAYS_AUTHENTICATE)."""
    try:
        return bool(private[pkcs11.Attribute.ALWAYS_AUTHENTICATE])
    except pkcs11.AttributeTypeInvalid:
        return False


def _is_of(certificate: x509.Certificate, signature: bytes, data: bytes, algorithm: str) -> bool:
    """Tell whether a signature was made by the key of a certificate."""
    public, hashed = certificate.public_key(), _HASHES[algorithm]
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, data, padding.PKCS1v15(), hashed)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, data, ec.ECDSA(hashed))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _said(error: "pkcs11.PKCS11Error") -> str:
    return str(error) or type(error).__name__
