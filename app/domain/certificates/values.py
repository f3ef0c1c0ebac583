"""What a certificate says, as it was when it was earned; never read again from people or courses."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias, cast

from app.foundation.plain import load

JsonValue: TypeAlias = "str | int | Sequence[JsonValue] | Mapping[str, JsonValue] | None"

PROGRAMME = "programme"
"""The kind of the certificates of programmes, beside those of ``catalogue.values.CertificateKind``."""

LATIN = frozenset({"en", "cs", "sr-Latn"})
"""The languages in which names stand in Latin script."""


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """What the register is narrowed to: words of number, name or course; issuer; state today; moments of issue."""

    text: str = ""
    issuer_unit_id: int | None = None
    state: str | None = None
    begin: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeriesCount:
    """A number series, and the certificates that bear its numbers."""

    prefix: str
    year: int
    last: int
    count: int
    highest: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What a certificate is of, an enrolment or a programme; whose it is, and where she was employed then."""

    person_id: int
    unit_path: str
    enrolment_id: int | None = None
    programme_id: int | None = None


@dataclass(frozen=True, slots=True)
class CoursePart:
    """A course of a programme, as it was when it was completed."""

    slug: str
    """Not printed."""
    title: str
    """In the language of the certificate."""
    version: str
    """Edition and correction: ``2.1``."""
    hours: Decimal
    """Hours of 60 minutes."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that one certificate says; an empty text is a particular that it does not have.

    The register takes its hash over ``to_json``, and the document is made from this value and the design
    alone, so that it can be made again, byte for byte, when every other table has changed.
    """

    number: str
    """The place in the issuer's gap-free series, as printed: ``CZ-2026-000123``."""
    code: str
    """The verification code in capitals and digits, already in groups: ``ABCDE-FGHJK-…``."""
    kind: str
    """What was done: ``exam`` (a final test passed), ``attendance`` (completed without one), or ``programme``.

    Of a programme the members that speak of a course speak of it, and it has no version, objectives and mark.
    """
    family_name: str
    """As the person writes it, in her own script."""
    given_name: str
    """As the person writes it, with a patronymic where she has one."""
    family_name_latin: str
    """In Latin script; the same as ``family_name`` where that is Latin already."""
    given_name_latin: str
    """In Latin script; the same as ``given_name`` where that is Latin already."""
    course_slug: str
    """The id of the course in course.yaml; not printed."""
    course_title: str
    """In the language of the certificate."""
    course_version: str
    """Edition and correction, as shown to people: ``2.1``."""
    hours: Decimal
    """Hours of 60 minutes, in steps of a quarter, as course.yaml says."""
    form: str
    """``distance``, ``classroom`` or ``blended`` (Czech Act 312/2002, s. 31)."""
    language: str
    """BCP 47 tag of the language of the test and of the certificate: ``sr-Latn``."""
    objectives: tuple[str, ...]
    """What the person can do now: the objectives of the course, a few short phrases."""
    mark: int | None
    """The mark of the passed test in basis points (10000 = all points); None without a test."""
    completed_on: date
    """The day of completion in the zone of the person's unit."""
    issued_on: date
    """The day of issue in the zone of the issuer; its year is the year of the number."""
    valid_until: date | None
    """The last day of validity; None means for ever."""
    municipality_name: str
    """The municipality that the completion counts for; empty where the person has none."""
    unit_name: str
    """The unit where the person was employed at completion, often the municipality itself."""
    issuer_name: str
    """The legal name of the issuer."""
    issuer_registration_number: str
    """The issuer's number in its country's register of legal persons (IČO, MB, ЄДРПОУ, ЕИК)."""
    issuer_place: str
    """The place of issue, in the nominative."""
    signatory_name: str
    """The natural person who answers for the certificate, with her titles."""
    signatory_function: str
    """The office that she signs in."""
    accreditation: str | None
    """The number of the accreditation of the course or of the issuer."""
    legal_line: str
    """The sentence that names the legal ground of the certificate."""
    funder_line: str
    """The sentence that the funder of the training asks for."""
    logo_digest: str | None
    """Lower-case hex SHA-256 of the issuer's logo in the file store."""
    verify_url: str
    """The full address at which the certificate is verified; the QR symbol holds it."""
    design: str
    """The name of a folder in certificates/."""
    funder_logo_digest: str | None = None
    """Lower-case hex SHA-256 of the logo of who paid, in the file store."""
    courses: tuple[CoursePart, ...] = ()
    """The courses of a programme, in its order."""
    duplicate_of: str = ""
    """Of a duplicate, the number of the certificate whose place it took when that was lost; empty on an original."""

    @property
    def learner(self) -> str:
        """The person's name, in the script of the language."""
        if self.language in LATIN:
            return f"{self.given_name_latin} {self.family_name_latin}"
        return f"{self.given_name} {self.family_name}"

    def to_json(self) -> str:
        """Write the one canonical text of this value: sorted keys, no spaces, UTF-8 letters as they are.

        Dates are ISO 8601, hours a plain decimal without trailing zeros: equal snapshots give equal texts. A member
        that came later is left out where it equals its default, so that what was issued before keeps its text.
        """
        members = {
            field.name: _plain(value)
            for field in fields(self)
            if (value := getattr(self, field.name)) != field.default
        }
        return json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Snapshot":
        """Read back what ``to_json`` wrote; a missing or unknown member raises ValueError."""
        members = cast("dict[str, JsonValue]", json.loads(text))
        known = {field.name for field in fields(cls)}
        needed = {field.name for field in fields(cls) if field.default is MISSING}
        if odd_ones := (members.keys() - known) | (needed - members.keys()):
            odd = ", ".join(sorted(odd_ones))
            raise ValueError(f"a snapshot has exactly its own members; missing or unknown: {odd}")
        return cls(**_typed(members))


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name as a certificate bears it: in her own script and in Latin, the same where that is Latin."""

    family_name: str
    given_name: str
    family_name_latin: str
    given_name_latin: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a learner could do when her attempt had ended without a certificate."""

    attempts_left: int | None
    """None is unlimited."""
    not_before: datetime | None
    """When the next attempt may begin; None is at once."""
    contacts: tuple[str, ...]
    """Whom she may write to, each with an address of mail."""


def _plain(value: object) -> JsonValue:
    match value:
        case Decimal():
            return format(value.normalize(), "f")
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(each) for each in value]
        case CoursePart():
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            return cast("JsonValue", value)


def _typed(members: Mapping[str, JsonValue]) -> dict[str, Any]:
    valid_until = members["valid_until"]
    return {
        **members,
        "hours": Decimal(str(members["hours"])),
        "objectives": tuple(cast("list[str]", members["objectives"])),
        "courses": tuple(
            load(CoursePart, each) for each in cast("list[dict[str, str]]", members.get("courses", []))
        ),
        "completed_on": date.fromisoformat(str(members["completed_on"])),
        "issued_on": date.fromisoformat(str(members["issued_on"])),
        "valid_until": None if valid_until is None else date.fromisoformat(str(valid_until)),
    }
