"""The stage for attacks: two regions with people of every role and everything that has an address, made once.

Names, e-mails, job titles, answers, reasons, drafts and issuers of each region hold tokens of 16 hexadecimal digits
that stand nowhere else: whoever sees one has looked into that region.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.domain.access.values import Actor, Role
from app.domain.assessments.models import Attempt
from app.domain.catalogue import service as catalogue
from app.domain.catalogue.models import Course, CourseDraft
from app.domain.catalogue.values import Assessment, CertificateKind, CertificateRule
from app.domain.certificates.models import Certificate, SigningCertificate
from app.domain.enrolment.models import Enrolment
from app.domain.people import service as persons
from app.domain.people.models import Person, RoleGrant
from app.domain.people.values import Profile
from app.domain.reports import service as reports
from app.domain.tasks.models import AnswerFile
from app.domain.territory import queries as territory
from app.domain.territory import service as units
from app.domain.territory.values import IssuerParticulars
from app.formats.course_folder import read_course
from app.formats.surroundings import Surroundings
from app.foundation import clock, files, ids, mail, settings
from app.foundation.db import Base, db, session, transaction
from app.workflows import badging, learning, marking, minting, rendering, sitting, working
from tests import world
from tests.formats.sample_course import PNG, sample_course
from tests.security.cast import AWAY, CENTRE, HOME, MUNICIPALITY, PARTS, REGION, Cast, Part, token
from tests.security.corrections import put_correction
from tests.security.crawl import Visit, visit
from tests.security.exam_dates import put_exams
from tests.security.revocations import put_revocation
from tests.workflows import programmes

_TOKEN = re.compile(r'(?<=csrf[-_]token" )(?:content|value)="[^"]+"')
"""What keeps forged requests out: signed with the second in which a page was made."""
_NO_FILTER = {"unit": None, "from": None, "to": None, "course": None, "track": None, "result": None}


class Stage:
    """The application with its cast; ``restore`` lets everything be as it was in the beginning."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.database = Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
        with self.acting():
            db.create_all()
            self.cast = _set_up()
        self._template = sqlite3.connect(":memory:", check_same_thread=False)
        self._live = sqlite3.connect(self.database, timeout=10, check_same_thread=False)
        self._live.row_factory = sqlite3.Row
        self._live.backup(self._template)
        self._version = self._changes()
        self._visits: dict[str, Visit] = {}

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Open a context for work behind the stage; requests must not be made inside, lest they share it."""
        world.point_process_at(self.app)
        with self.app.app_context():
            yield
            db.session.remove()

    def _changes(self) -> int:
        """Return a number that differs once anybody else has committed anything."""
        return int(self._live.execute("PRAGMA data_version").fetchone()[0])

    def restore(self) -> None:
        """Let the database be as it was when the cast was complete."""
        if self._changes() != self._version:
            self._template.backup(self._live)
            self._version = self._changes()

    def rows(self) -> dict[str, list[dict[str, object]]]:
        """Return every row of every table."""
        tables = Base.metadata.sorted_tables
        return {
            table.name: [dict(row) for row in self._live.execute(str(table.select()))] for table in tables
        }

    def visited(self, name: str) -> Visit:
        """Return everything that somebody is led to from any page without a parameter; walked once."""
        if name not in self._visits:
            before = self.rows()
            starts = [
                rule.rule
                for rule in self.app.url_map.iter_rules()
                if not rule.arguments and "GET" in (rule.methods or ())
            ]
            seen = visit(self.client(name), sorted(starts))
            seen.written = [
                f"{table}: {row}"
                for table, rows in self.rows().items()
                for row in rows
                if row not in before[table]
            ]
            seen.lost = [table for table, rows in self.rows().items() if len(rows) < len(before[table])]
            self._visits[name] = seen
            self.restore()
        return self._visits[name]

    def client(self, part: str = "anonymous") -> FlaskClient:
        """Return a browser in which a part is signed in."""
        client = self.app.test_client()
        cookie = self.cast.cookies.get(part)
        if cookie is not None:
            with client.session_transaction() as held:
                held["_user_id"], held["_fresh"] = cookie, True
                held.permanent = True
        return client

    def sign_in(self, email: str, password: str = world.PASSWORD) -> FlaskClient:
        """Return a browser in which somebody signed in by the form."""
        client = self.app.test_client()
        answer = client.post("/login", data={"email": email, "password": password})
        assert answer.status_code == 302, answer.status_code
        return client


def body_of(answer: TestResponse) -> str:
    """Return a page without what differs at every request."""
    found = answer.get_data(as_text=True)
    found = found.replace(answer.headers.get("X-Request-Id", "\0"), "")
    return _TOKEN.sub("", found)


def _set_up() -> Cast:
    cast = Cast()
    with transaction():
        units.apply_rows(world.UNITS)
        units.keep_issuer(territory.get_unit("CZ"), world.ISSUER)
        world.publish(world.course("once", assessment=Assessment(attempts=1)))
    for place in (HOME, AWAY):
        cast.paths[place] = territory.get_unit(REGION[place]).path
        _furnish(cast, place)
    for slug in ("open-data", "records"):
        _publish(slug, "CZ")
    programmes.put(courses=("open-data",), design=None)
    _put_media(cast)
    for part in PARTS[1:]:
        _enter(cast, part)
    for place, proctor in ((HOME, "auditor"), (AWAY, f"{AWAY}.official")):
        put_exams(cast, place, session().get(Person, cast.ids[proctor]), _person(cast, place, "sitting"))
    return cast


def _publish(slug: str, owner: str, **changes: object) -> None:
    rule = CertificateRule(CertificateKind.EXAM)
    with transaction():
        world.publish(
            world.course(slug, owner=owner, assessment=Assessment(attempts=0), certificate=rule, **changes)
        )


def _publish_folder(slug: str, owner: str, title: str) -> None:
    """Publish a course with its files, as the reader makes it."""
    given = sample_course()
    about = given["course.yaml"].decode()
    for old, new in (
        ("id: reading-registers", f"id: {slug}"),
        ("owner: CZ", f"owner: {owner}"),
        ("draw:\n    basics: 4", "draw: all"),
        ('en: "Reading registers"', f'en: "{title}"'),
    ):
        assert old in about, old
        about = about.replace(old, new, 1)
    given["course.yaml"] = about.encode()
    draft = read_course(slug, given, Surroundings(), limited=False).draft
    assert draft is not None
    kept = {path: files.store().put(content) for path, content in given.items()}
    digests = {path: (digest, digest if path.startswith("media/") else None) for path, digest in kept.items()}
    with transaction():
        catalogue.publish(draft, territory.get_unit(owner), digests, "test")


def _put_media(cast: Cast) -> None:
    """Publish a course with a picture; for want of territory it lies everywhere."""
    digest = files.store().put(PNG)
    draft = replace(world.course("pictured"), files={"media/line.png": PNG})
    with transaction():
        catalogue.publish(draft, territory.get_unit("CZ"), {"media/line.png": (digest, digest)}, "test")
    for place in (HOME, AWAY):
        cast.put("media", place, digest, "")


def _furnish(cast: Cast, place: str) -> None:
    """Fill a region: an issuer, courses, drafts, learners, an official, whatever has an address."""
    mark = lambda what: cast.mark(place, what)  # noqa: E731 -- A word for what is said twenty times.
    centre = territory.get_unit(CENTRE[place])
    with transaction():
        units.keep_issuer(
            centre,
            IssuerParticulars(
                f"Office {mark('issuer.legal_name')}",
                mark("issuer.registration_number"),
                "HO" if place == HOME else "AW",
                f"Signatory {mark('issuer.signatory')}",
                {"en": f"Function {mark('issuer.function')}"},
                "Place",
                logo=files.store().put(PNG),
                funder_logo=files.store().put(PNG),
            ),
        )
    cast.put("issuer", place, centre.code, centre.path)
    slug = f"{place}-course"
    _publish_folder(slug, centre.code, f"Course {mark('course.title')}")
    cast.put("course", place, slug, centre.path)
    _put_draft(cast, place, centre.id, centre.path)
    learner = _person(cast, place, "learner")
    _take(cast, place, learner, slug)
    _fail(cast, place, _person(cast, place, "failing"))
    _put_works(cast, place, _person(cast, place, "working"))
    _person(cast, place, "invited", has_password=False)
    _person(cast, place, "official", roles=((Role.COORDINATOR, REGION[place]),))
    put_correction(cast, place, _person(cast, place, "corrected"), centre.path)
    _put_papers(cast, place)
    put_revocation(cast, place)


def _put_draft(cast: Cast, place: str, unit_id: int, path: str) -> None:
    """A course in the making, if the catalogue keeps such."""
    source = (
        f"id: {place}-draft\nowner: {CENTRE[place]}\ntrack: other\nlanguages: [en]\n"
        f'title: "Draft {cast.mark(place, "draft.title")}"\nsummary: "A draft."\nhours: 1\nform: distance\n'
        "law_as_of: 2026-01-01\n"
    )
    module = "---\ntitle: First\nminutes: 60\n---\n" + cast.mark(place, "draft.module") + "\n"
    kept = {
        name: files.store().put(content.encode("latin1"))
        for name, content in (
            ("course.yaml", source),
            ("en/01-first.md", module),
            ("media/line.png", PNG.decode("latin1")),
        )
    }
    with transaction():
        draft = CourseDraft(
            slug=f"{place}-draft",
            owner_unit_id=unit_id,
            owner_path=path,
            files=kept,
            changed_at=clock.now(),
            changed_by="test",
        )
        session().add(draft)
        session().flush()
        cast.put("draft", place, draft.slug, path)


def _person(
    cast: Cast,
    place: str,
    name: str,
    roles: tuple[tuple[Role, str], ...] = (),
    *,
    has_password: bool = True,
) -> Actor:
    """Enter a person of a region whose every field holds a token."""
    mark = lambda what: cast.mark(place, f"{name}.{what}")  # noqa: E731 -- A word for what is said often.
    unit = territory.get_unit(MUNICIPALITY[place])
    profile = Profile(
        f"{mark('email')}@example.org",
        f"Family{mark('family')}",
        f"Given{mark('given')}",
        f"Latinfamily{mark('family_latin')}",
        f"Latingiven{mark('given_latin')}",
        "official",
        f"Job {mark('job')}",
        "en",
    )
    with transaction():
        made = persons.add(profile, unit)
        if has_password:
            persons.set_password(made, world.hash_once())
        for role, code in roles:
            grant = persons.grant(made, role.value, territory.get_unit(code), "test")
            cast.put("grant", place, grant.public_id, territory.get_unit(code).path)
    cast.put("person" if name == "learner" else name, place, made.public_id, unit.path, made.id)
    cast.ids[f"{place}.{name}"] = made.id
    cast.cookies[f"{place}.{name}"] = made.session_token
    return world.act_as(made)


def _take(cast: Cast, place: str, actor: Actor, slug: str) -> None:
    """Let a learner of a region pass a course, fail it once before, and hold an open attempt of another."""
    begun = world.begin_test(actor, slug)
    answers = world.right_answers(actor, begun) | _said(actor, begun, cast.mark(place, "answer.given"))
    sitting.submit_attempt(actor, begun.public_id, answers)
    _put_attempt(cast, "finished", place, begun, actor)
    certificate = session().query(Certificate).filter_by(person_id=actor.person_id).one()
    cast.put("certificate", place, certificate.code, actor.unit_path, actor.person_id)
    cast.tokens[place][certificate.code] = "certificate.code"
    _make_files(actor, certificate.code)
    cast.put("fingerprint", place, session().query(SigningCertificate).one().fingerprint, "")
    enrolment = learning.enrol(actor, slug)
    cast.put("enrolment", place, enrolment.public_id, actor.unit_path, actor.person_id)
    _publish(f"{place}-second", CENTRE[place])
    cast.put("taken", place, f"{place}-second", actor.unit_path, actor.person_id)
    opened = world.begin_test(actor, f"{place}-second")
    sitting.save_answers(actor, opened.public_id, _said(actor, opened, cast.mark(place, "answer.saved")))
    _put_attempt(cast, "open", place, opened, actor)


def _put_attempt(cast: Cast, kind: str, place: str, attempt: Attempt, actor: Actor) -> None:
    course = session().query(Course).join(Enrolment).filter(Enrolment.id == attempt.enrolment_id).one()
    cast.put(kind, place, attempt.public_id, actor.unit_path, actor.person_id, course.owner_path)


def _fail(cast: Cast, place: str, actor: Actor) -> None:
    """Let a learner of a region fail a test that has one attempt."""
    begun = world.begin_test(actor, "once")
    sitting.submit_attempt(actor, begun.public_id, {"whole": ["1"]})
    _put_attempt(cast, "missed", place, begun, actor)
    enrolment = learning.enrol(actor, "once")
    cast.put("failed", place, enrolment.public_id, actor.unit_path, actor.person_id)


def _put_works(cast: Cast, place: str, actor: Actor) -> None:
    """Let a learner of a region hand two works in: one waits for a mark, one came back to her."""
    for kind in ("work", "returned"):
        slug = f"{place}-{kind}"
        with transaction():
            rule = CertificateRule(CertificateKind.EXAM)
            test = Assessment(shuffle=False)
            draft = world.course_with_task(slug, owner=CENTRE[place], test=test, certificate=rule)
            world.publish(replace(draft, questions=draft.questions[1:]))
        begun = world.begin_test(actor, slug)
        name = f"{cast.mark(place, f'{kind}.name')}.csv"
        working.add_files(actor, begun.public_id, 1, [working.SentFile(name, name.encode())])
        text = [cast.mark(place, f"{kind}.text")]
        sitting.submit_attempt(actor, begun.public_id, {"whole": ["1"], "q1": text})
        cast.put(kind, place, begun.public_id, actor.unit_path, actor.person_id)
        file = session().query(AnswerFile).filter_by(attempt_id=begun.id).one()
        cast.put(f"{kind}-file", place, file.public_id, actor.unit_path, actor.person_id)
    marker = world.person(
        f"marker-{place}@example.org", MUNICIPALITY[place], roles=((Role.TRAINER, CENTRE[place]),)
    )
    said = {"seen": ["1-waiting-0-0"], "comment": [cast.mark(place, "marking.comment")]}
    marking.give_back(world.act_as(marker), begun.public_id, 1, said)


def _said(actor: Actor, attempt: Attempt, words: str) -> dict[str, list[str]]:
    """Return the form that answers the question of words by these."""
    kinds = [question.kind.value for question in world.paper_of(actor, attempt)]
    return {f"q{kinds.index('short') + 1}": [words]}


def _put_papers(cast: Cast, place: str) -> None:
    """A report file, a mail and a link of a region's own."""
    asker = cast.ids[f"{place}.official"]
    path = cast.paths[place]
    with transaction():
        promised = reports.ask(
            asker,
            f"{cast.mark(place, 'file.name')}.xlsx",
            {**_NO_FILTER, "unit": REGION[place], "bundled": False},
            (path,),
        )
        reports.keep(promised, files.store().put(cast.mark(place, "file.content").encode()), 1)
        cast.put("file", place, promised.public_id, path, asker)
        mail.post(
            f"{token(place, 'learner.email')}@example.org",
            f"Subject {cast.mark(place, 'mail.subject')}",
            "x",
            "x",
        )
        sent = session().query(mail.MailMessage).order_by(mail.MailMessage.id.desc()).first()
        cast.put("mail", place, sent.public_id, path)
    mail.send(mail.compose(sent, settings.current()), settings.current())


def _make_files(actor: Actor, code: str) -> None:
    """Let the document of a certificate be made, and the badge that its holder asks for."""
    rendering.render(Actor.system("certificates.render"), code)
    badging.ask(actor, code)
    minting.make(Actor.system("badges.make"), code)


def _enter(cast: Cast, part: Part) -> None:
    """Enter a part, with learning, a certificate, a report file and a link of her own."""
    person = world.person(part.email, MUNICIPALITY[HOME], "Part", part.name.title())
    _grant(person, part.roles)
    cast.ids[part.name], cast.cookies[part.name] = person.id, person.session_token
    actor = world.act_as(person)
    path, own = actor.unit_path, actor.person_id
    world.pass_test(actor)
    opened = world.begin_test(actor, "records")
    kinds = session().query(Attempt).filter_by(person_id=own).order_by(Attempt.id).all()
    _put_attempt(cast, "finished", part.name, kinds[0], actor)
    _put_attempt(cast, "open", part.name, opened, actor)
    cast.put("taken", part.name, "records", path, own)
    certificate = session().query(Certificate).filter_by(person_id=own).one()
    _make_files(actor, certificate.code)
    cast.put("certificate", part.name, certificate.code, path, own)
    with transaction():
        seat = _seat(part)
        promised = reports.ask(own, "own.xlsx", {**_NO_FILTER, "bundled": False}, (seat,))
        reports.keep(promised, files.store().put(b"own"), 1)
        cast.put("file", part.name, promised.public_id, seat, own)
        if not part.is_deactivated:
            secret = persons.make_token(person, "reset", timedelta(hours=1))
            cast.put("secret", part.name, secret, path, own)
    if part.is_deactivated:
        person.deactivated_at = clock.now()
        session().commit()


def _seat(part: Part) -> str:
    """Return the path of the unit that a part's first role is for; her region's for want of one."""
    code = next((code for _role, code in part.roles), None)
    return territory.get_unit(code or REGION[HOME]).path


def _grant(person: Person, roles: tuple[tuple[Role, str | None], ...]) -> None:
    """Grant roles, even one without a unit that the database refuses: what if it stood there nevertheless?"""
    for role, code in roles:
        if code is not None or role is Role.ADMIN:
            with transaction():
                persons.grant(person, role.value, territory.get_unit(code) if code else None, "test")
            continue
        session().rollback()
        session().execute(text("PRAGMA ignore_check_constraints = ON"))
        session().add(
            RoleGrant(
                public_id=ids.public_id(),
                person_id=person.id,
                role=role.value,
                granted_at=clock.now(),
                granted_by="test",
            )
        )
        session().commit()
        session().execute(text("PRAGMA ignore_check_constraints = OFF"))
        session().rollback()
