"""What a badge refers to, as documents at addresses of their own: who proves it, who issues it, what was achieved.

Open Badges 3.0 (1EdTech), DID Core and did:web (W3C). Plain JSON-like values; web servers hand them out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from app.foundation.i18n import N_, locale_of, translate

_DID_CONTEXTS = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]
_BADGE_CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
_CRITERIA = {"exam": N_("Completed the course and passed its final test.")}
_ELSE = N_("Completed the course.")
_OF_PROGRAMME = N_("Completed all courses of the programme.")


@dataclass(frozen=True, slots=True)
class Achievement:
    """What was achieved: a version of a course in one language, or a programme."""

    id: str
    name: str
    description: str
    criteria: str

    def to_json(self) -> dict[str, object]:
        """Return the document that stands at its address."""
        return {
            "@context": _BADGE_CONTEXTS,
            "id": self.id,
            "type": ["Achievement"],
            "achievementType": ACHIEVEMENT_TYPE,
            "name": self.name,
            "description": self.description,
            "criteria": {"narrative": self.criteria},
        }


ACHIEVEMENT_TYPE = "CertificateOfCompletion"


def achievement(
    base_url: str,
    slug: str,
    label: str,
    language: str,
    title: str,
    objectives: Sequence[str],
    kind: str,
) -> Achievement:
    """Describe a version of a course in its language; ``kind`` is that of its certificates."""
    criteria = translate(locale_of(language), _CRITERIA.get(kind, _ELSE))
    return Achievement(
        id=f"{base_url}/badges/courses/{quote(slug)}/{label}/{quote(language)}",
        name=title,
        description=" · ".join(objectives) or title,
        criteria=f"{criteria} {base_url}/courses/{quote(slug)}",
    )


def achievement_of_programme(
    base_url: str, slug: str, language: str, title: str, courses: Sequence[str]
) -> Achievement:
    """Describe a programme in one of its languages by the titles of its courses."""
    return Achievement(
        id=f"{base_url}/badges/programmes/{quote(slug)}/{quote(language)}",
        name=title,
        description=" · ".join(courses) or title,
        criteria=translate(locale_of(language), _OF_PROGRAMME),
    )


def profile_address(base_url: str, unit_code: str) -> str:
    """Return where the profile of an issuing unit stands."""
    return f"{base_url}/badges/issuers/{quote(unit_code, safe='')}"


def list_address(base_url: str, number: int) -> str:
    """Return where the list of states of this number stands."""
    return f"{base_url}/badges/states/{number}"


def did_of(base_url: str) -> str:
    """Return the did:web of this site; a port is written ``%3A8000``."""
    return f"did:web:{quote(urlsplit(base_url).netloc, safe='.')}"


def method_of(base_url: str, multikey: str) -> str:
    """Return the name of a key in the DID document."""
    return f"{did_of(base_url)}#{multikey}"


def did_document(base_url: str, multikeys: Sequence[str]) -> dict[str, object]:
    """Return /.well-known/did.json with every key, the one in use first: whoever names none means the first."""
    did, methods = did_of(base_url), [method_of(base_url, each) for each in multikeys]
    return {
        "@context": _DID_CONTEXTS,
        "id": did,
        "verificationMethod": [
            {"id": method, "type": "Multikey", "controller": did, "publicKeyMultibase": each}
            for method, each in zip(methods, multikeys, strict=True)
        ],
        "assertionMethod": methods,
    }


def profile(base_url: str, unit_code: str, name: str) -> dict[str, object]:
    """Return the profile of an issuing unit; its badges are proven by the DID of the site."""
    return {
        "@context": _BADGE_CONTEXTS,
        "id": profile_address(base_url, unit_code),
        "type": ["Profile"],
        "name": name,
        "url": base_url,
    }
