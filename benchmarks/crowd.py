"""People of the invented country: learners before their test, and people who hold a certificate.

What the workflows would have written is written here by bulk INSERTs, and agrees with itself: numbers without
gaps, entries of the register over the snapshots, counts of completions, modules and attempts.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert

from app.domain.assessments.models import Attempt, Paper
from app.domain.catalogue.models import CourseVersion
from app.domain.catalogue.queries import meta_of
from app.domain.certificates.models import Certificate, NumberSeries, RegisterEntry
from app.domain.certificates.rules import last_day, number_of, searched
from app.domain.certificates.values import Snapshot
from app.domain.enrolment.models import Enrolment
from app.domain.people.models import Person, RoleGrant
from app.domain.progress.models import CompletionCount, ModuleDone
from app.foundation import chain, ids
from app.foundation.plain import dump
from app.foundation.text import fold, sort_key
from benchmarks.land import Place, words

SEED = 10_000
FIRST_DAY = datetime(2025, 1, 1, 7, tzinfo=UTC)
DAYS = 600
ZONE = ZoneInfo("Europe/Prague")
CHUNK = 2_000
_FAMILY = words("Nováková Svobodová Dvořáková Černá Procházková Kučerová Veselá Horáková Řezníčková Žáková")
_GIVEN = words("Marie Jana Eva Hana Anna Lenka Kateřina Lucie Věra Alena Šárka Růžena Zdeňka")
_GROUPS = ("official", "official", "official", "councillor", "head-of-office")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ground:
    """What stands before people come: the country, and the course that they take."""

    places: Sequence[Place]
    version: CourseVersion
    course_id: int
    issuer: Snapshot  # of which everything but the person, the dates and the numbers is taken
    addresses: Sequence[str]

    @property
    def municipalities(self) -> list[Place]:
        """The places where people are employed."""
        return [place for place in self.places if place.level == "municipality"]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who was written: tokens are those of a sign-in, so that nobody needs to type a password."""

    learners: Sequence[str]  # all modules done, no attempt made
    coordinator: str


def gather(
    connection: Connection, ground: Ground, learners: int, completed: int, password_hash: str
) -> Crowd:
    """Write everyone: first those with a certificate, then the learners, then one coordinator of the country."""
    dice = Random(SEED)
    people = list(_people(ground, completed + learners + 1, dice, password_hash))
    coordinator = people[-1]
    coordinator["unit_id"] = ground.places[0].id
    _write(connection, Person, people)
    grant = {"public_id": ids.public_id(), "person_id": coordinator["id"], "role": "coordinator"}
    grant |= {"unit_id": ground.places[0].id, "granted_at": FIRST_DAY, "granted_by": "benchmark"}
    _write(connection, RoleGrant, [grant])
    enrolments = list(_enrolments(ground, people[:-1], completed, dice))
    _write(connection, Enrolment, enrolments)
    _write(connection, ModuleDone, list(_modules(ground, enrolments)))
    _certify(connection, ground, people[:completed], enrolments[:completed])
    waiting = [str(person["session_token"]) for person in people[completed:-1]]
    return Crowd(waiting, str(coordinator["session_token"]))


def _write(connection: Connection, model: type[Any], rows: Sequence[Row]) -> None:
    for start in range(0, len(rows), CHUNK):
        connection.execute(insert(model), rows[start : start + CHUNK])


def _uuid(dice: Random) -> UUID:
    return UUID(int=dice.getrandbits(128), version=4)


def _people(ground: Ground, count: int, dice: Random, password_hash: str) -> Iterator[Row]:
    """Yield people; the first municipalities have more of them, and about a third of all have none."""
    places = ground.municipalities
    peopled = places[: max(1, len(places) * 2 // 3)]
    for number in range(1, count + 1):
        family, given = dice.choice(_FAMILY), dice.choice(_GIVEN)
        place = peopled[number % len(peopled)]
        yield {
            "id": number,
            "public_id": _uuid(dice),
            "email": email_of(number),
            "password_hash": password_hash,
            "session_token": f"benchmark-{dice.getrandbits(128):032x}",
            "family_name": family,
            "given_name": given,
            "family_name_latin": family,
            "given_name_latin": given,
            "folded": f"{fold(family)} {fold(given)} {fold(email_of(number))}",
            "sort_key": sort_key(f"{family} {given}", "cs"),
            "gender": "f",
            "unit_id": place.id,
            "target_group": dice.choice(_GROUPS),
            "job_title": "referentka",
            "locale": "en",
            "created_at": FIRST_DAY,
        }


def email_of(number: int) -> str:
    """Return the address of the person of a number."""
    return f"person{number:05d}@example.org"


def _enrolments(ground: Ground, people: Sequence[Row], completed: int, dice: Random) -> Iterator[Row]:
    paths = {place.id: place.path for place in ground.places}
    moments = sorted(
        FIRST_DAY + timedelta(days=dice.randrange(DAYS), minutes=dice.randrange(480)) for _ in people
    )
    for number, (person, moment) in enumerate(zip(people, moments, strict=True), start=1):
        row: Row = {
            "id": number,
            "public_id": _uuid(dice),
            "person_id": person["id"],
            "course_id": ground.course_id,
            "edition_id": ground.version.edition_id,
            "ordinal": 1,
            "unit_id": person["unit_id"],
            "unit_path": paths[person["unit_id"]],
            "language": "en",
            "enrolled_at": moment,
            "last_activity_at": moment + timedelta(hours=3),
            "modules_done": len(ground.addresses),
            "attempts_made": 0,
            "extra_attempts": 0,
            "outcome": None,
            "outcome_at": None,
            "outcome_on": None,
            "outcome_language": None,
            "mark": None,
            "version_id": None,
        }
        yield row if number > completed else row | _outcome(ground, moment, dice)


def _outcome(ground: Ground, moment: datetime, dice: Random) -> Row:
    at = moment + timedelta(hours=3)
    return {
        "attempts_made": 1,
        "outcome": "passed",
        "outcome_at": at,
        "outcome_on": at.astimezone(ZONE).date(),
        "outcome_language": "en",
        "mark": dice.randrange(6_000, 10_001),
        "version_id": ground.version.id,
    }


def _modules(ground: Ground, enrolments: Sequence[Row]) -> Iterator[Row]:
    for row in enrolments:
        for place, address in enumerate(ground.addresses, start=1):
            done_at = row["enrolled_at"] + timedelta(minutes=20 * place)
            yield {"enrolment_id": row["id"], "address": address, "done_at": done_at}


def _certify(
    connection: Connection, ground: Ground, people: Sequence[Row], enrolments: Sequence[Row]
) -> None:
    """Write what a passed test leaves behind: attempts, certificates, register, series and counts."""
    _write(connection, Attempt, [_attempt(ground, row) for row in enrolments])
    _write(
        connection, Paper, [{"attempt_id": row["id"], "questions": [], "outline": ""} for row in enrolments]
    )
    last: Counter[int] = Counter()
    certificates, entries = [], []
    for person, row in zip(people, enrolments, strict=True):
        year = row["outcome_on"].year
        last[year] += 1
        certificate = _certificate(ground, person, row, year, last[year])
        certificates.append(certificate)
        entries.append(_entry(certificate))
    _write(connection, Certificate, certificates)
    _write(connection, RegisterEntry, entries)
    issuer = ground.places[0].id
    _write(
        connection,
        NumberSeries,
        [{"unit_id": issuer, "year": year, "last": count} for year, count in last.items()],
    )
    done = Counter((row["unit_id"], row["unit_path"]) for row in enrolments)
    counts = [
        {"unit_id": unit, "unit_path": path, "course_id": ground.course_id, "completions": count}
        for (unit, path), count in done.items()
    ]
    _write(connection, CompletionCount, counts)


def _attempt(ground: Ground, row: Row) -> Row:
    return {
        "id": row["id"],
        "public_id": ids.public_id(),
        "enrolment_id": row["id"],
        "person_id": row["person_id"],
        "unit_path": row["unit_path"],
        "version_id": ground.version.id,
        "ordinal": 1,
        "language": "en",
        "seed": row["id"],
        "started_at": row["outcome_at"] - timedelta(minutes=15),
        "deadline_at": row["outcome_at"] + timedelta(minutes=15),
        "finished_at": row["outcome_at"],
        "earned": str(row["mark"]),
        "points": 10_000,
        "mark": row["mark"],
        "is_passed": True,
    }


def _certificate(ground: Ground, person: Row, row: Row, year: int, ordinal: int) -> Row:
    code, day = ids.code(), row["outcome_on"]
    number = number_of("CZ", year, ordinal)
    until = last_day(day, meta_of(ground.version).certificate)
    snapshot = replace(
        ground.issuer,
        number=number,
        code=code,
        family_name=person["family_name"],
        given_name=person["given_name"],
        family_name_latin=person["family_name_latin"],
        given_name_latin=person["given_name_latin"],
        mark=row["mark"],
        completed_on=day,
        issued_on=day,
        valid_until=until,
        verify_url=f"{ground.issuer.verify_url}/{code}",
    )
    stored = dump(snapshot)
    return {
        "id": row["id"],
        "code": code,
        "code_digest": ids.digest(ids.normalise_code(code)),
        "number": number,
        "issuer_unit_id": ground.places[0].id,
        "year": year,
        "ordinal": ordinal,
        "enrolment_id": row["id"],
        "person_id": row["person_id"],
        "unit_path": row["unit_path"],
        "is_current": True,
        "snapshot": stored,
        "folded": searched(stored),
        "issued_at": row["outcome_at"],
        "valid_until": until,
        "revoked_at": None,
        "file_digest": None,
        "rendered_at": None,
    }


def _entry(certificate: Row) -> Row:
    entry = {
        "kind": "issued",
        "at": certificate["issued_at"],
        "actor": "benchmark",
        "reason": "",
        "number": certificate["number"],
        "snapshot_hash": chain.hash_content(certificate["snapshot"]),
        "certificate_id": certificate["id"],
        "facts": Certificate(**certificate).facts(),
    }
    model = RegisterEntry(**entry)
    return {**entry, "content_hash": chain.hash_content(model.content())}
