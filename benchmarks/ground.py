"""The ground that is measured on: an instance with the invented country, the shipped courses and its people."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from flask import Flask
from sqlalchemy import Connection, text

from app import create_app
from app.domain.access.values import Actor
from app.domain.catalogue import queries as catalogue
from app.domain.certificates.values import Snapshot
from app.domain.territory.values import IssuerParticulars
from app.formats.course_library import read_library
from app.foundation import migrating
from app.foundation.db import db
from app.foundation.settings import Settings, from_env
from app.workflows import administering, entering, publishing
from benchmarks import crowd, land
from benchmarks.crowd import Crowd, Ground

ROOT = Path(__file__).resolve().parent.parent
COURSE = "open-data-basics"
LOCALES = ("cs", "uk", "en")
"""The languages in which a first visit is weighed."""
HOST = "gradivo.example.org"
KEY = "only for a benchmark on this machine, never for people"
PASSWORD = "an apple for the benchmark"  # noqa: S105 -- Of invented people in a database that is thrown away.
ISSUER = IssuerParticulars(
    legal_name="Vymyšlený úřad",
    registration_number="00000000",
    prefix="CZ",
    signatory="Jana Vymyšlená",
    function={"en": "Director", "cs": "ředitelka"},
    place="Praha",
)
_WITH_NUMBERS = ("unit", "person", "enrolment", "attempt", "certificate")


class NotReady(Exception):
    """The ground cannot be laid; the message says why."""


@dataclass(frozen=True, slots=True)
class Instance:
    """An installation that is ready to be measured."""

    environ: dict[str, str]
    crowd: Crowd
    addresses: tuple[str, ...]
    size: int  # people who hold a certificate


def environment(folder: Path, database_url: str | None = None, kind: str = "production") -> dict[str, str]:
    """Return the settings of an instance as its programs take them; nginx stands before one in production."""
    environ = {
        "INSTANCE": str(folder),
        "SECRET_KEY": KEY,
        "BASE_URL": f"https://{HOST}" if kind == "production" else "http://127.0.0.1",
        "ENVIRONMENT": kind,
        "LOG_LEVEL": "INFO",
        "TRUSTED_PROXIES": "1" if kind == "production" else "0",
    }
    return environ | ({"DATABASE_URL": database_url} if database_url else {})


def settings_of(environ: dict[str, str]) -> Settings:
    """Return the settings that an environment makes."""
    return from_env(environ)


@contextmanager
def opened(environ: dict[str, str]) -> Iterator[Flask]:
    """Open an instance in this process, and let its connections go at the end."""
    app = create_app(settings_of(environ))
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def prepare(environ: dict[str, str], shape: land.Shape, learners: int, completed: int) -> Instance:
    """Lay the ground of an empty instance."""
    with opened(environ):
        migrating.upgrade(db.engine)
        return fill(environ, shape, learners, completed)


def fill(environ: dict[str, str], shape: land.Shape, learners: int, completed: int) -> Instance:
    """Fill the open database, whose tables stand and are empty."""
    places = land.lay_out(shape)
    password_hash = entering.hash_password(PASSWORD)
    with db.engine.connect().execution_options(writing=True) as connection, connection.begin():
        land.settle(connection, places)
        _count_on(connection)
    _publish()
    ground = _ground(places)
    with db.engine.connect().execution_options(writing=True) as connection, connection.begin():
        people = crowd.gather(connection, ground, learners, completed, password_hash)
        _count_on(connection)
    _analyse()
    return Instance(environ, people, tuple(ground.addresses), completed)


def _publish() -> None:
    """Publish the shipped courses, all of them owned by the invented country."""
    actor = Actor.system("benchmark")
    administering.keep_issuer(actor, "CZ", ISSUER)
    library = read_library(ROOT / "courses")
    for slug, files in sorted(library.courses.items()):
        done = publishing.publish(actor, slug, {**files, "course.yaml": _owned(files["course.yaml"])})
        if done.version is None:
            errors = [finding for finding in done.findings if finding.is_error]
            raise NotReady(f"courses/{slug} cannot be published: {errors[:3]}")
    db.session.remove()


def _owned(course: bytes) -> bytes:
    lines = course.decode().splitlines(keepends=True)
    return "".join("owner: CZ\n" if line.startswith("owner:") else line for line in lines).encode()


def _ground(places: list[land.Place]) -> Ground:
    course, version = catalogue.get_newest(COURSE)
    meta = catalogue.meta_of(version)
    issuer = Snapshot(
        number="",
        code="",
        kind=meta.certificate.kind.value,
        family_name="",
        given_name="",
        family_name_latin="",
        given_name_latin="",
        course_slug=meta.slug,
        course_title=meta.title["en"],
        course_version=version.label,
        hours=Decimal(meta.hours),
        form=meta.form.value,
        language="en",
        objectives=tuple(meta.objectives["en"]),
        mark=None,
        completed_on=date.min,
        issued_on=date.min,
        valid_until=None,
        municipality_name="Borovice",
        unit_name="Borovice",
        issuer_name=ISSUER.legal_name,
        issuer_registration_number=ISSUER.registration_number,
        issuer_place=ISSUER.place,
        signatory_name=ISSUER.signatory,
        signatory_function=ISSUER.function["en"],
        accreditation=None,
        legal_line="",
        funder_line="",
        logo_digest=None,
        verify_url=f"https://{HOST}/verify",
        design=meta.certificate.design,
    )
    return Ground(places, version, course.id, issuer, list(catalogue.list_addresses(version.id)))


def _count_on(connection: Connection) -> None:
    """Let PostgreSQL number new rows after those that were written with their numbers."""
    if db.engine.dialect.name != "postgresql":
        return
    for table in _WITH_NUMBERS:
        highest = connection.scalar(text(f"SELECT max(id) FROM {table}")) or 1  # noqa: S608 -- Own words.
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),
            {"name": table, "last": highest},
        )


def _analyse() -> None:
    """Let the engine know how the tables look, as it would after a night in production."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
