"""A small world for tests: a few real units, people with roles, a course with every kind of question.

Everything is made by the services and workflows that the product itself uses.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from flask import Flask
from sqlalchemy import select

from app.domain.access.queries import find_actor_by_id
from app.domain.access.values import Actor
from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue import service as catalogue
from app.domain.catalogue.models import CourseVersion
from app.domain.catalogue.values import (
    Assessment,
    Audience,
    CertificateKind,
    CertificateRule,
    Completion,
    CourseDraft,
    CourseMeta,
    Duration,
    Form,
    Gap,
    Kind,
    Level,
    Module,
    ModuleText,
    Question,
    QuestionBody,
    QuestionKey,
    Track,
)
from app.domain.certificates.models import Certificate
from app.domain.people import queries as people
from app.domain.people import service as persons
from app.domain.people.models import Person
from app.domain.people.values import Profile
from app.domain.territory import queries as territory
from app.domain.territory import service as units
from app.domain.territory.models import Unit
from app.domain.territory.values import IssuerParticulars, UnitRow
from app.foundation import clock, files, ids, settings
from app.foundation.db import session, transaction
from app.workflows import entering, learning, sitting

UNITS = (
    UnitRow("CZ", None, "CZ", "country", "Česká republika", "Česká republika"),
    UnitRow("CZ-K3107", "CZ", "CZ", "region", "Kraj Vysočina", "Kraj Vysočina"),
    UnitRow("CZ-O6115", "CZ-K3107", "CZ", "centre", "Žďár nad Sázavou", "Žďár nad Sázavou"),
    UnitRow("CZ-P61151", "CZ-O6115", "CZ", "authorised-office", "Žďár nad Sázavou", "Žďár nad Sázavou"),
    UnitRow("596230", "CZ-P61151", "CZ", "municipality", "Nové Veselí", "Nové Veselí"),
    UnitRow("595209", "CZ-P61151", "CZ", "municipality", "Žďár nad Sázavou", "Žďár nad Sázavou"),
    UnitRow("CZ-K3131", "CZ", "CZ", "region", "Zlínský kraj", "Zlínský kraj"),
    UnitRow("CZ-O7213", "CZ-K3131", "CZ", "centre", "Zlín", "Zlín"),
    UnitRow("CZ-P72131", "CZ-O7213", "CZ", "authorised-office", "Zlín", "Zlín"),
    UnitRow("585068", "CZ-P72131", "CZ", "municipality", "Zlín", "Zlín"),
    UnitRow("RS", None, "RS", "country", "Србија", "Srbija"),
    UnitRow("RS-APV", "RS", "RS", "province", "АП Војводина", "AP Vojvodina"),
    UnitRow("RS-07", "RS-APV", "RS", "region", "Јужнобанатска област", "Južnobanatska oblast"),
    UnitRow("80039", "RS-07", "RS", "municipality", "Алибунар", "Alibunar"),
)
ISSUER = IssuerParticulars(
    legal_name="Ukázkový úřad",
    registration_number="00000000",
    prefix="CZ",
    signatory="Jana Ukázková",
    function={"en": "Director", "cs": "ředitelka"},
    place="Praha",
)
PASSWORD = "tri velke zelene zaby"


@dataclass(frozen=True)
class Land:
    """What ``settle`` made."""

    course: CourseVersion

    def unit(self, code: str) -> Unit:
        """Return a unit by its code."""
        return territory.get_unit(code)


def point_process_at(app: Flask) -> None:
    """Let the process's settings and file store be those of an application: tests hold several."""
    given = app.extensions["gradivo.settings"]
    settings.use(given)
    files.use(given.storage)


def settle() -> Land:
    """Make the territory, an issuer and the course."""
    with transaction():
        units.apply_rows(UNITS)
        units.keep_issuer(territory.get_unit("CZ"), ISSUER)
        version = publish(course())
    return Land(version)


def publish(draft: CourseDraft) -> CourseVersion:
    """Publish a draft without files."""
    return catalogue.publish(draft, territory.get_unit(draft.meta.owner), {}, "test")


def person(
    email: str = "eva@example.org",
    unit: str = "596230",
    family: str = "Nováková",
    given: str = "Eva",
    roles: tuple[tuple[str, str | None], ...] = (),
    locale: str = "en",
) -> Person:
    """Enter a person who can sign in with ``PASSWORD`` and holds roles: (role, code of the unit)."""
    profile = Profile(email, family, given, family, given, "official", "referentka", locale)
    with transaction():
        made = persons.add(profile, territory.get_unit(unit))
        persons.set_password(made, hash_once())
        for role, code in roles:
            persons.grant(made, role, territory.get_unit(code) if code else None, "test")
    return made


_hashes: list[str] = []


def hash_once() -> str:
    """Return the hash of ``PASSWORD``, made once for all tests."""
    if not _hashes:
        _hashes.append(entering.hash_password(PASSWORD))
    return _hashes[0]


def act_as(who: Person | str) -> Actor:
    """Return a person as an actor, with the roles she holds now."""
    found = people.find_person_by_email(who) if isinstance(who, str) else who
    assert found is not None
    acting = find_actor_by_id(found.public_id)
    assert acting is not None
    return acting


def pass_test(actor: Actor, slug: str = "open-data") -> sitting.Attempt:
    """Enrol, read, sit and pass."""
    attempt = begin_test(actor, slug)
    return sitting.submit_attempt(actor, attempt.public_id, right_answers(actor, attempt))


def begin_test(actor: Actor, slug: str = "open-data", language: str | None = None) -> sitting.Attempt:
    """Enrol, read, and begin the test."""
    learning.enrol(actor, slug)
    for address in ("first", "second"):
        learning.finish_module(actor, slug, address)
    return sitting.start_attempt(actor, slug, language)


def paper_of(actor: Actor, attempt: sitting.Attempt) -> tuple[PaperQuestion, ...]:
    """Return the questions of an attempt with their keys."""
    scope = sitting.scope_of(actor, sitting.Permission.OWN_LEARNING)
    return sitting.attempts.get_attempt(scope, attempt.public_id)[1]


def right_answers(actor: Actor, attempt: sitting.Attempt) -> dict[str, list[str]]:
    """Return a form that earns every point."""
    form: dict[str, list[str]] = {}
    for place, question in enumerate(paper_of(actor, attempt), start=1):
        form |= right_answer(question, place)
    return form


def right_answer(question: PaperQuestion, place: int) -> dict[str, list[str]]:
    """Return the inputs of one question that earn all its points."""
    key, name = question.answer_key, f"q{place}"
    match question.kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            return {name: [str(index) for index in key.right]}
        case Kind.SHORT:
            return {name: [key.accepted[0]]}
        case Kind.NUMBER:
            return {name: [str(key.ranges[0][0])]}
        case Kind.MATCH:
            return {f"{name}-{part}": [str(pair)] for part, pair in enumerate(key.pairs, start=1)}
        case Kind.ORDER:
            return {f"{name}-{part}": [str(rank + 1)] for part, rank in enumerate(key.right, start=1)}
        case _:
            return {
                f"{name}-{part}": [
                    accepted[0] if gap.choices is None else str(gap.choices.index(accepted[0]))
                ]
                for part, (gap, accepted) in enumerate(
                    zip(question.body.gaps, key.gaps, strict=True), start=1
                )
            }


def course(slug: str = "open-data", **changes: object) -> CourseDraft:
    """Return a course in English and Czech: two modules, one question of each kind, one for practice."""
    meta = replace(META, slug=slug, **changes)  # type: ignore[arg-type]
    modules = tuple(
        Module(
            address=address,
            minutes=20,
            law_as_of=None,
            check=("own-practice",) if address == "first" else (),
            texts={tag: ModuleText(tag, f"{title} {tag}", f"<p>{title} {tag}</p>") for tag in meta.languages},
        )
        for address, title in (("first", "First module"), ("second", "Second module"))
    )
    digest = ids.digest(repr((meta, modules)))
    return CourseDraft(meta, modules, QUESTIONS, {}, digest=digest, marking_digest=digest)


META = CourseMeta(
    slug="open-data",
    owner="CZ",
    track=Track.OPEN_DATA,
    languages=("en", "cs"),
    title={"en": "Open data", "cs": "Otevřená data"},
    summary={"en": "What they are.", "cs": "Co to je."},
    objectives={"en": ("Tell open data apart",), "cs": ("Rozlišit otevřená data",)},
    hours=Decimal("2.5"),
    form=Form.DISTANCE,
    level=Level.BEGINNER,
    audience=(Audience.OFFICIAL,),
    prerequisites=(),
    accreditation=None,
    law_as_of=date(2026, 1, 1),
    review_by=date(2099, 1, 1),
    authors=("Test office",),
    licence="CC-BY-4.0",
    sources=(),
    completion=Completion(),
    assessment=Assessment(attempts=3, time_limit=Duration(30, "min")),
    certificate=CertificateRule(CertificateKind.EXAM, "standard", Duration(3, "y")),
)


def _question(
    key: str, kind: Kind, body: dict[str, object], right: dict[str, object], **flags: object
) -> Question:
    bodies = {tag: QuestionBody(tag, f"{key} {tag}?", **body) for tag in META.languages}  # type: ignore[arg-type]
    keys = {
        tag: QuestionKey(explanation=f"<p>SECRET-EXPLANATION {key}</p>", **right)  # type: ignore[arg-type]
        for tag in META.languages
    }
    plain = {
        "points": 1,
        "is_practice": False,
        "is_pinned": False,
        "is_retired": False,
        "is_exact": False,
        "is_partial": False,
        "is_all_or_nothing": False,
        "unit": None,
    }
    return Question(key, kind, "all", bodies=bodies, keys=keys, **{**plain, **flags})  # type: ignore[arg-type]


QUESTIONS = (
    _question(
        "one",
        Kind.SINGLE,
        {"options": ("a", "b", "c")},
        {"right": (1,), "feedback": ("SECRET-A", None, None)},
    ),
    _question("many", Kind.MULTIPLE, {"options": ("a", "b", "c", "d")}, {"right": (0, 2)}, points=2),
    _question("text", Kind.SHORT, {}, {"accepted": ("secretword",)}),
    _question("figure", Kind.NUMBER, {}, {"ranges": ((Decimal("2.5"), Decimal("2.5")),)}, unit="h"),
    _question("pairs", Kind.MATCH, {"options": ("x", "y"), "choices": ("1", "2", "3")}, {"pairs": (0, 1)}),
    _question("ranks", Kind.ORDER, {"options": ("i", "ii", "iii")}, {}),
    _question(
        "gaps",
        Kind.CLOZE,
        {"fragments": ("<p>A ", " and ", ".</p>"), "gaps": (Gap(), Gap(("in", "out")))},
        {"gaps": (("secretgap",), ("in",))},
    ),
    _question("own-practice", Kind.SINGLE, {"options": ("a", "b")}, {"right": (0,)}, is_practice=True),
)


def task(key: str = "plan", **flags: object) -> Question:
    """Return a task of ten points with two criteria, which takes text and files."""
    given = {"points": 10, "criteria": (6, 4), "upload": ("csv", "pdf", "zip"), "max_words": 20, **flags}
    return _question(key, Kind.TASK, {"options": ("It is thought out.", "It can be paid.")}, {}, **given)


def course_with_task(
    slug: str = "own-plan", *questions: Question, test: Assessment | None = None, **changes: object
) -> CourseDraft:
    """Return a course whose test has one question of a point and tasks, in the order of the bank."""
    plain = course(slug, assessment=test or Assessment(attempts=2, shuffle=False), **changes)
    return replace(plain, questions=(QUESTIONS[0], *(questions or (task(),)), QUESTIONS[-1]))


def moment(text: str) -> "clock.datetime":
    """Return a moment from ISO text."""
    return clock.datetime.fromisoformat(text)


def certificates_of(person: Person) -> list[Certificate]:
    """Return a person's certificates as they stand now, the oldest first."""
    session().rollback()
    mine = select(Certificate).where(Certificate.person_id == person.id).order_by(Certificate.id)
    return list(session().scalars(mine.execution_options(populate_existing=True)))
