"""The register finds forgeries: names that left otherwise than by the end of a keeping period, doubled members."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.certificates import rules
from app.domain.certificates.models import Certificate, RegisterEntry
from app.domain.people import queries as people
from app.domain.people.models import Person
from app.foundation import chain, files
from app.foundation.audit import AuditEntry
from app.foundation.db import db, session
from app.foundation.plain import dump
from app.workflows import registering, rendering, sealing, verifying
from tests import world
from tests.lapsing import lapse
from tests.workflows.programmes import complete, offer, work

SYSTEM = Actor.system("register verify")
MOMENT = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def held(land) -> Certificate:
    """A certificate with its documents, in a register that is sealed; its holder is not erased."""
    world.pass_test(world.act_as(world.person()))
    rendering.render(SYSTEM, session().scalar(select(Certificate.code)))
    sealing.seal(SYSTEM)
    return reread()


def reread() -> Certificate:
    session().rollback()
    return session().scalar(select(Certificate).execution_options(populate_existing=True))


def write(*statements: sa.Executable) -> None:
    """Write to the database by hand."""
    session().rollback()
    with db.engine.connect().execution_options(writing=True) as connection, connection.begin():
        for statement in statements:
            connection.execute(statement)


def fault() -> str | None:
    session().rollback()
    return registering.verify(SYSTEM).fault


def add(line: RegisterEntry | AuditEntry) -> None:
    """Write a line by hand, with the right hash."""
    line.content_hash = chain.hash_content(line.content())
    table = type(line).__table__
    values = {each.name: getattr(line, each.name) for each in table.columns if not each.primary_key}
    write(sa.insert(table).values(values))


def forge(held: Certificate, said: dict[str, object], *, at: datetime = MOMENT) -> None:
    """Let a certificate say something else, with the line of an erasure that fits it; and seal that."""
    line = RegisterEntry(
        certificate_id=held.id,
        kind="erased",
        at=at,
        actor="forget-names",
        reason="",
        number=held.number,
        snapshot_hash=chain.hash_content(said),
        facts=dump({"erased_at": at}),
    )
    write(sa.update(Certificate).values(snapshot=said, folded=rules.searched(said), erased_at=at))
    add(line)
    sealing.seal(SYSTEM)


def forge_audit(held: Certificate, said: dict[str, object]) -> None:
    """Let the audit trail know of the erasure, too."""
    detail = {"digest": chain.hash_content(said)}
    add(
        AuditEntry(
            at=MOMENT, actor="forget-names", action="certificate.erase", subject=held.number, detail=detail
        )
    )


def test_another_name_under_the_line_of_an_erasure_is_found(held):
    said = {**held.snapshot, "family_name": "Jiná", "hours": "400"}
    forge(held, said)
    forge_audit(held, said)
    write(sa.update(Person).values(erased_at=MOMENT))
    assert fault() == f"{held.number}: its name was erased, and it says one"


OTHERWISE = "its name was erased, but not once, by the end of a keeping period"


def test_an_erasure_of_which_the_audit_trail_knows_nothing_is_found(held):
    write(sa.update(Person).values(erased_at=MOMENT))
    forge(held, rules.emptied({**held.snapshot, "course_title": "Another course"}))
    assert fault() == f"{held.number}: {OTHERWISE}"


def test_an_erasure_of_somebody_who_was_not_erased_is_found(held):
    said = rules.emptied({**held.snapshot, "course_title": "Another course"})
    forge(held, said)
    forge_audit(held, said)
    assert fault() == f"{held.number}: {OTHERWISE}"


@pytest.fixture
def erased(held) -> Certificate:
    """The same, where the name has left as it should."""
    lapse(people.find_person_by_email("eva@example.org"))
    held = reread()
    for digest in (held.file_digest, held.signed_digest):
        files.store().path(digest).unlink()
    sealing.seal(SYSTEM)
    assert fault() is None
    return reread()


def test_what_was_erased_is_not_changed_by_a_second_line(erased):
    said = {**erased.snapshot, "hours": "400"}
    forge(erased, said, at=erased.erased_at)
    assert fault() == f"{erased.number}: {OTHERWISE}"


def test_a_second_line_of_the_audit_trail_does_not_help(erased):
    said = {**erased.snapshot, "hours": "400"}
    write(sa.delete(RegisterEntry).where(RegisterEntry.kind == "erased"))
    forge(erased, said, at=erased.erased_at)
    unlike = f"{erased.number}: what the certificate says (snapshot) is not what its erasure left"
    assert fault() == unlike
    forge_audit(erased, said)
    assert fault() == f"{erased.number}: {OTHERWISE}"


def test_page_and_program_are_told_no_name_where_it_was_erased(held):
    write(sa.update(Certificate).values(erased_at=MOMENT))
    told = verifying.tell(reread(), is_named=True)
    assert (told.names, told.is_name_hidden) == (("", ""), False)


def test_a_course_of_a_programme_that_has_two_titles_is_found(land):
    offer()
    complete(world.person())
    work()
    sealing.seal(SYSTEM)
    assert fault() is None
    kind = "TEXT" if db.engine.dialect.name == "sqlite" else "JSON"
    doubled = 'replace(CAST(snapshot AS TEXT), \'"slug":\', \'"title": "Forged", "slug":\')'
    write(sa.text(f"UPDATE certificate SET snapshot = CAST({doubled} AS {kind})"))  # noqa: S608 -- No input.
    assert fault().endswith("has a member twice")
