"""Open Badges 3.0: a certificate as a W3C Verifiable Credential, proven by Ed25519; and the list of those that ended.

The credential carries its proof in itself (Data Integrity, eddsa-rdfc-2022), so that it is one JSON file. Made by the
worker alone: openbadgeslib weighs more than a web server may.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
from cryptography.hazmat.primitives import serialization
from openbadgeslib import baking
from openbadgeslib.ob3 import (
    Achievement,
    Evidence,
    IdentityObject,
    Issuer,
    OB3LdpSigner,
    OpenBadgeCredential,
    build_status_list_credential,
    multikey_from_pem,
    status_entry,
)

from app.formats import badge_documents

LIST_LIFE = timedelta(days=1)
"""How long a list of states may be believed."""
LIST_REST = timedelta(minutes=5)
"""How long whoever has fetched a list need not fetch it again."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who earned it: the name as on the certificate; the address of mail only as a hash with its salt."""

    name: str
    email: str | None
    salt: str


@dataclass(frozen=True, slots=True)
class Award:
    """What a badge says: the certificate, and where everything that it refers to stands."""

    base_url: str
    verify_url: str
    number: str
    holder: Holder
    issuer_name: str
    unit_code: str
    achievement: badge_documents.Achievement
    issued_at: datetime
    ends_at: datetime | None
    list_number: int
    list_place: int


def multikey_of(private_pem: bytes) -> str:
    """Return the public half of a key as DID documents write it: ``z6Mk…``."""
    public = serialization.load_pem_private_key(private_pem, None).public_key()
    written = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return multikey_from_pem(written)


def write(award: Award, private_pem: bytes) -> bytes:
    """Return a credential with its proof: JSON in ASCII, sorted, in which every name is only data."""
    method = badge_documents.method_of(award.base_url, multikey_of(private_pem))
    text: str = OB3LdpSigner(private_pem, method).sign_to_json(_credential(award))
    return text.encode("ascii")


def bake(picture: bytes, document: bytes) -> bytes:
    """Return a PNG that holds a credential, as Open Badges 3.0 (section 5.3.2) wants it: an iTXt of its own name."""
    return baking.bake_png(picture, document.decode("ascii"), keyword=baking.ITXT_KEYWORD_OB3)


def _credential(award: Award) -> OpenBadgeCredential:
    base, told = award.base_url, award.achievement
    return OpenBadgeCredential(
        id=f"{award.verify_url}#badge",
        name=told.name,
        issuer=Issuer(
            id=badge_documents.did_of(base),
            name=award.issuer_name,
            url=badge_documents.profile_address(base, award.unit_code),
        ),
        recipient_id=None,
        identifiers=_identities(award.holder),
        achievement=Achievement(
            id=told.id,
            name=told.name,
            description=told.description,
            criteria_narrative=told.criteria,
            achievement_type=badge_documents.ACHIEVEMENT_TYPE,
        ),
        issuance_date=award.issued_at,
        expiration_date=award.ends_at,
        evidence=[Evidence(id=award.verify_url, name=award.number)],
        credential_status=[
            status_entry(
                badge_documents.list_address(base, award.list_number), "revocation", award.list_place
            )
        ],
    )


def _identities(holder: Holder) -> list[IdentityObject]:
    named = IdentityObject(identity_hash=holder.name, identity_type="name", hashed=False)
    if holder.email is None:
        return [named]
    return [named, IdentityObject.create(holder.email.lower(), salt=holder.salt)]


def write_list(base_url: str, number: int, places: Sequence[int], private_pem: bytes, at: datetime) -> str:
    """Return a list of states as a JWT (W3C VC-JOSE-COSE), in which the bits of these places are set."""
    address = badge_documents.list_address(base_url, number)
    said = build_status_list_credential(
        badge_documents.did_of(base_url),
        address,
        "revocation",
        places,
        issued=at,
        valid_until=at + LIST_LIFE,
        ttl=int(LIST_REST.total_seconds() * 1000),
    )
    claims = {"iss": said["issuer"], "jti": address, "nbf": int(at.timestamp())}
    method = badge_documents.method_of(base_url, multikey_of(private_pem))
    return jwt.encode(said | claims, private_pem, algorithm="EdDSA", headers={"kid": method, "typ": "vc+jwt"})
