"""The register finds every change by hand: in any column, of any row, at its beginning and at its end."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.badges.models import BadgeKey
from app.domain.certificates.models import Certificate, NumberSeries, RegisterEntry, SigningCertificate
from app.domain.people import queries as people
from app.foundation import files, heads, settings
from app.foundation.chain import Head
from app.foundation.db import db, session, transaction
from app.foundation.errors import Refused
from app.workflows import adjusting, certifying, registering, rendering, sealing
from tests import world
from tests.lapsing import lapse

OPERATOR = Actor.system("register verify")
EDITS = 200
HELD = (Certificate.__table__, RegisterEntry.__table__, NumberSeries.__table__)
SAYS_NOTHING = {("register_entry", "id"), ("certificate", "folded")}
"""Columns that say nothing: a row's number inside, to which nothing points, and what the search page looks through."""


@pytest.fixture
def register(land) -> list[str]:
    """Six certificates with files, one revoked, one taken back and one of both; everything sealed. Their codes."""
    for number in range(6):
        world.pass_test(world.act_as(world.person(f"person{number}@example.org")))
    codes = list(session().scalars(select(Certificate.code).order_by(Certificate.id)))
    for code in codes:
        rendering.render(Actor.system("certificates.render"), code)
    certifying.revoke(Actor.system("certificates revoke"), codes[1], "Issued by mistake.")
    sealing.seal(Actor.system("seal"))
    return codes


def fault(head: Head | None = None) -> str | None:
    return registering.verify(OPERATOR, head).fault


def rows(table: sa.Table) -> list[dict[str, object]]:
    with db.engine.connect() as connection:
        key = list(table.primary_key.columns)
        return [dict(row) for row in connection.execute(select(table).order_by(*key)).mappings()]


class Hand:
    """Whoever writes to the database by hand, and puts everything back afterwards."""

    def __init__(self) -> None:
        self.kept = {table: rows(table) for table in HELD}

    def write(self, *statements: sa.Executable) -> None:
        session().rollback()
        writing = db.engine.connect().execution_options(writing=True)
        with writing as connection, references_off(connection), connection.begin():
            for statement in statements:
                connection.execute(statement)

    def undo(self) -> None:
        tables = (RegisterEntry.__table__, Certificate.__table__, NumberSeries.__table__)
        self.write(
            *(sa.delete(table) for table in tables),
            *(sa.insert(table).values(row) for table in reversed(tables) for row in self.kept[table]),
        )


@contextmanager
def references_off(connection: sa.Connection) -> Iterator[None]:
    """Let the hand be one that may do anything: no foreign key stops it."""
    raw = connection.connection.dbapi_connection
    off, on = (
        ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON")
        if connection.dialect.name == "sqlite"
        else ("SET session_replication_role = replica", "SET session_replication_role = DEFAULT")
    )
    raw.execute(off)
    yield
    raw.execute(on)


@pytest.fixture
def hand(register) -> Hand:
    return Hand()


def other(value: object, dice: random.Random) -> object:
    """Return a value of the same kind that is another one."""
    others = {
        bool: lambda: not value,
        int: lambda: value + dice.randint(1_000, 9_000),
        datetime: lambda: value + timedelta(seconds=dice.randint(1, 10**6)),
        date: lambda: value + timedelta(days=dice.randint(1, 900)),
        dict: lambda: value | {(name := dice.choice(sorted(value))): f"{value[name]}x"},
        str: lambda: replaced(value, dice.randrange(len(value))) if value else "x",
    }
    return others[type(value)]()


def replaced(text: str, place: int) -> str:
    return text[:place] + ("a" if text[place] != "a" else "b") + text[place + 1 :]


def in_place_of_nothing(column: sa.Column[object]) -> object:
    kind = column.type.python_type if not isinstance(column.type, sa.types.TypeDecorator) else datetime
    return {
        datetime: datetime(2026, 1, 1, tzinfo=UTC),
        date: date(2030, 1, 1),
        str: "0" * 20,
        int: 7,
        dict: {"a": 1},
    }[kind]


def matching(table: sa.Table, row: dict[str, object]) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == row[column.name] for column in table.primary_key.columns))


def edit(
    table: sa.Table, column: sa.Column[object], row: dict[str, object], dice: random.Random
) -> sa.Update:
    held = row[column.name]
    value = in_place_of_nothing(column) if held is None else other(held, dice)
    apart = {"enrolment_id": None} if column.name == "programme_id" else {}  # The table allows one of both.
    return sa.update(table).where(matching(table, row)).values({column.name: value, **apart})


def test_a_register_that_nobody_touched_is_well(register):
    verdict = registering.verify(OPERATOR)
    assert (verdict.fault, verdict.certificates, verdict.unsealed) == (None, 6, 0)
    assert verdict.head == verdict.noted
    assert verdict.head.position == 6 + 6 + 6 + 1


def test_a_change_in_any_column_of_any_row_is_found(hand):
    dice = random.Random(1)
    for table in HELD:
        for column in [each for each in table.columns if (table.name, each.name) not in SAYS_NOTHING]:
            for row in hand.kept[table]:
                hand.write(edit(table, column, row, dice))
                assert fault() is not None, (column, row)
                hand.undo()
    assert fault() is None


def test_two_hundred_edits_by_chance_are_found(hand):
    assert count_found(hand) == EDITS
    assert fault() is None


def count_found(hand: Hand) -> int:
    """Return how many edits by chance were found, of two hundred."""
    dice = random.Random(200)
    found = 0
    for _turn in range(EDITS):
        hand.write(*dice.choice((alter, delete, swap, add))(hand, dice))
        found += fault() is not None
        hand.undo()
    return found


def alter(hand: Hand, dice: random.Random) -> list[sa.Executable]:
    """Change a name, a date, a score, or anything else."""
    table = dice.choice(HELD)
    columns = [each for each in table.columns if (table.name, each.name) not in SAYS_NOTHING]
    return [edit(table, dice.choice(columns), dice.choice(hand.kept[table]), dice)]


def delete(hand: Hand, dice: random.Random) -> list[sa.Executable]:
    """Delete an entry, a certificate, or a certificate with all its entries."""
    held = dice.choice(hand.kept[Certificate.__table__])
    entry = dice.choice(hand.kept[RegisterEntry.__table__])
    entries, certificates = RegisterEntry.__table__, Certificate.__table__
    whole = sa.delete(certificates).where(certificates.c.id == held["id"])
    return dice.choice((
        [sa.delete(entries).where(entries.c.id == entry["id"])],
        [whole],
        [sa.delete(entries).where(entries.c.certificate_id == held["id"]), whole],
    ))


def swap(hand: Hand, dice: random.Random) -> list[sa.Executable]:
    """Let two entries change their places, or two certificates what they say."""
    if dice.random() < 0.5:
        table, name = RegisterEntry.__table__, "chain_position"
    else:
        table, name = Certificate.__table__, "snapshot"
    one, two = dice.sample(hand.kept[table], 2)
    between = {name: -1 if name == "chain_position" else {}}
    return [
        sa.update(table).where(table.c.id == one["id"]).values(between),
        sa.update(table).where(table.c.id == two["id"]).values({name: one[name]}),
        sa.update(table).where(table.c.id == one["id"]).values({name: two[name]}),
    ]


def add(hand: Hand, dice: random.Random) -> list[sa.Executable]:
    """Put in a copy of a certificate under a number and a code of its own."""
    held = dice.choice(hand.kept[Certificate.__table__])
    mine = {"id": 900, "code": "MINE", "code_digest": "f" * 64, "ordinal": 900, "is_current": False}
    return [sa.insert(Certificate.__table__).values({**held, **mine})]


@pytest.fixture
def erased(register) -> Hand:
    """Two of the six people are erased, their keeping period is over, their files are gone; everything sealed."""
    for email in ("person1@example.org", "person4@example.org"):
        lapse(people.find_person_by_email(email))
    gone = session().scalars(select(Certificate).where(Certificate.erased_at.is_not(None))).all()
    for digest in [digest for each in gone for digest in (each.file_digest, each.signed_digest)]:
        files.store().path(digest).unlink()
    sealing.seal(Actor.system("seal"))
    return Hand()


def test_a_change_in_any_column_is_found_where_names_were_erased(erased):
    assert [row["kind"] for row in erased.kept[RegisterEntry.__table__]].count("erased") == 2
    dice = random.Random(2)
    table = Certificate.__table__
    for column in [each for each in table.columns if (table.name, each.name) not in SAYS_NOTHING]:
        for row in [each for each in erased.kept[table] if each["erased_at"] is not None]:
            erased.write(edit(table, column, row, dice))
            assert fault() is not None, (column, row)
            erased.undo()
    assert fault() is None


def test_two_hundred_edits_by_chance_are_found_where_names_were_erased(erased):
    assert count_found(erased) == EDITS
    assert fault() is None


NAMELESS = ("family_name", "given_name", "family_name_latin", "given_name_latin", "unit_name")


def test_names_emptied_by_hand_are_no_erasure(erased):
    table = Certificate.__table__
    row = erased.kept[table][2]
    emptied = {**row["snapshot"], **dict.fromkeys(NAMELESS, "")}
    changed = f"{row['number']}: what the certificate says (snapshot) is not what was registered"
    unlike = f"{row['number']}: not what was registered: erased_at"
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    for values, named in (
        ({"snapshot": emptied, "folded": ""}, changed),
        ({"erased_at": moment}, unlike),
        ({"snapshot": emptied, "folded": "", "erased_at": moment}, changed),
    ):
        erased.write(sa.update(table).where(matching(table, row)).values(values))
        assert fault() == named
        erased.undo()


def test_a_line_of_an_erasure_that_is_put_in_or_taken_away_by_hand_is_found(erased):
    table, entries = Certificate.__table__, RegisterEntry.__table__
    gone = next(row for row in erased.kept[table] if row["erased_at"] is not None)
    line = next(row for row in erased.kept[entries] if row["kind"] == "erased")
    with_name = {**gone["snapshot"], "family_name": "Jiná"}
    erased.write(sa.delete(entries).where(matching(entries, line)))
    assert fault() is not None
    erased.undo()
    erased.write(sa.update(table).where(matching(table, gone)).values(snapshot=with_name))
    assert fault() == f"{gone['number']}: what the certificate says (snapshot) is not what was registered"
    erased.undo()
    erased.write(sa.update(table).where(matching(table, gone)).values(erased_at=None))
    assert fault() == f"{gone['number']}: not what was registered: erased_at"
    erased.undo()
    other = {**line, "id": 900, "chain_position": None, "chain_hash": None, "certificate_id": 3}
    erased.write(sa.insert(entries).values(other))
    assert fault() is not None


def test_files_of_erased_names_are_missed_by_nobody_and_those_of_others_are(erased):
    assert fault() is None
    held = session().scalars(select(Certificate).where(Certificate.erased_at.is_(None))).first()
    path = files.store().path(held.signed_digest)
    kept = path.read_bytes()
    path.unlink()
    try:
        assert fault() == f"{held.number}: its file is missing"
    finally:
        path.write_bytes(kept)


def test_a_cut_off_end_is_found_by_the_head_that_the_instance_noted(hand, register):
    newest = hand.kept[RegisterEntry.__table__][-1]
    hand.write(
        sa.delete(RegisterEntry.__table__).where(RegisterEntry.id == newest["id"]),
        sa.update(Certificate.__table__).values(revoked_at=None),
    )
    assert fault() == "entry 19 is missing: the chain was sealed up to entry 19"


MADE_LATER = ("file_digest", "rendered_at", "signed_digest", "signed_at", "signing_certificate_id")


def test_who_cuts_off_the_newest_certificate_and_its_number_leaves_the_head(hand):
    tables = (RegisterEntry.__table__, Certificate.__table__, NumberSeries.__table__)
    last = hand.kept[Certificate.__table__][-1]["id"]
    revoked = hand.kept[Certificate.__table__][1]["id"]
    hand.write(
        sa.delete(tables[0]).where(tables[0].c.certificate_id == last),
        sa.delete(tables[0]).where(tables[0].c.kind != "issued"),
        sa.delete(tables[1]).where(tables[1].c.id == last),
        sa.update(tables[1]).values(dict.fromkeys(MADE_LATER)),
        sa.update(tables[1]).where(tables[1].c.id == revoked).values(revoked_at=None),
        sa.update(tables[2]).values(last=5),
    )
    assert fault() == "entry 6 is missing: the chain was sealed up to entry 19"


def test_what_is_sealed_after_a_cut_does_not_heal_it(hand, register):
    newest = hand.kept[RegisterEntry.__table__][-1]
    hand.write(
        sa.delete(RegisterEntry.__table__).where(RegisterEntry.id == newest["id"]),
        sa.update(Certificate.__table__).values(revoked_at=None),
    )
    certifying.revoke(Actor.system("certificates revoke"), register[2], "Another reason.")
    sealing.seal(Actor.system("seal"))
    assert fault() == "entry 19 is not the one that was sealed: chain-heads.json holds another hash"


def test_without_a_note_of_the_instance_a_head_kept_elsewhere_shows_the_cut(hand):
    head = registering.verify(OPERATOR).head
    (settings.current().instance / heads.NAME).unlink()
    hand.write(
        sa.delete(RegisterEntry.__table__).where(RegisterEntry.kind == "revoked"),
        sa.update(Certificate.__table__).values(revoked_at=None),
    )
    assert fault() is None
    assert fault(head) == "entry 19 is missing: the chain was sealed up to entry 19"


def test_an_entry_that_waits_for_its_seal_cannot_be_changed_either(hand, register):
    certifying.revoke(Actor.system("certificates revoke"), register[3], "The right reason.")
    assert fault() is None
    hand.write(
        sa.update(RegisterEntry.__table__).where(RegisterEntry.chain_position.is_(None)).values(reason="x")
    )
    assert "not sealed yet, was changed" in fault()


def test_the_first_wrong_entry_is_named_with_what_differs(hand):
    numbers = [row["number"] for row in hand.kept[Certificate.__table__]]
    table = Certificate.__table__
    hand.write(
        sa.update(table).where(table.c.number == numbers[4]).values(valid_until=date(2099, 1, 1)),
        sa.update(table).where(table.c.number == numbers[2]).values(revoked_at=None, is_current=False),
    )
    assert fault() == f"{numbers[2]}: not what was registered: is_current"


@pytest.mark.parametrize("copy", ["file_digest", "signed_digest"])
def test_a_lost_and_a_changed_file_are_named(register, copy):
    held = session().scalar(select(Certificate).where(Certificate.code == register[3]))
    path = files.store().path(getattr(held, copy))
    kept = path.read_bytes()
    try:
        path.write_bytes(kept + b"\n")
        assert fault() == f"{held.number}: its file was changed"
        path.unlink()
        assert fault() == f"{held.number}: its file is missing"
    finally:
        path.write_bytes(kept)
    assert fault() is None


def test_everything_that_becomes_of_a_certificate_is_an_entry(register):
    [actor] = [world.act_as("person1@example.org")]
    held = session().scalar(select(Certificate).where(Certificate.code == register[1]))
    lines = session().scalars(
        select(RegisterEntry).where(RegisterEntry.certificate_id == held.id).order_by(RegisterEntry.id)
    )
    assert [(line.kind, line.actor, line.reason) for line in lines] == [
        ("issued", actor.name, ""),
        ("filed", "certificates.render", ""),
        ("signed", "certificates.render", ""),
        ("revoked", "certificates revoke", "Issued by mistake."),
    ]


def test_a_certificate_taken_back_twice_over_stays_accounted_for(register):
    teacher = world.act_as(world.person("teacher@example.org", roles=(("methodologist", "CZ"),)))
    for code in register[1:3]:
        held = session().scalar(select(Certificate).where(Certificate.code == code))
        attempt = session().scalar(
            select(adjusting.Attempt).where(adjusting.Attempt.enrolment_id == held.enrolment_id)
        )
        adjusting.annul(teacher, attempt.public_id, "Another sat it.", gives_back=True)
    sealing.seal(Actor.system("seal"))
    assert fault() is None
    kinds = session().scalars(select(RegisterEntry.kind).order_by(RegisterEntry.id.desc()).limit(2)).all()
    assert kinds == ["revoked", "ended"]


def test_a_certificate_in_the_place_of_another_is_accounted_for(hand, register):
    held = session().scalar(select(Certificate).where(Certificate.code == register[4]))
    said = replace(certifying.snapshot_of(held), mark=9000)
    with transaction():
        fresh = certifying.supersede(Actor.system("corrections.apply"), [(held, said)], "A key was mended.")
    sealing.seal(Actor.system("seal"))
    assert fault() is None
    number = held.number
    hand.write(sa.update(Certificate.__table__).where(Certificate.number == number).values(successor="CZ-1"))
    assert fault() == f"{number}: not what was registered: successor"
    assert fresh[held.id].number != number


def test_no_person_recomputes_the_register_of_everybody(land):
    person = world.act_as(world.person("auditor@example.org", roles=(("auditor", "CZ"),)))
    with pytest.raises(Refused):
        registering.verify(person)


def test_a_signing_certificate_that_was_put_in_or_changed_by_hand_is_found(hand):
    published = SigningCertificate.__table__
    held, dice = rows(published)[0], random.Random(3)
    for column in [each for each in published.columns if not each.primary_key]:
        hand.write(edit(published, column, held, dice))
        assert held["fingerprint"][:8] in fault() or column.name == "fingerprint"
        hand.write(sa.update(published).values({column.name: held[column.name]}))
    assert fault() is None
    hand.write(sa.insert(published).values({**held, "id": 900, "fingerprint": "f" * 64}))
    assert fault() == f"signing certificate {'f' * 64}: the audit trail knows nothing of it"


def test_a_signing_certificate_that_is_published_no_more_is_missed(hand):
    hand.write(sa.delete(SigningCertificate.__table__))
    assert fault().endswith("what its document was signed with is not published")


def test_a_key_of_badges_that_was_put_in_by_hand_is_found(hand):
    forged = {"multikey": "z6MkForged", "first_used_at": datetime(2026, 1, 1, tzinfo=UTC)}
    hand.write(sa.insert(BadgeKey.__table__).values(forged))
    assert fault() == "key of badges z6MkForged: the audit trail knows nothing of it"


def test_a_name_that_is_put_before_the_right_one_in_the_same_snapshot_is_found(hand):
    kind = "TEXT" if db.engine.dialect.name == "sqlite" else "JSON"
    doubled = """'{"family_name": "Forged", ' || substr(CAST(snapshot AS TEXT), 2)"""
    hand.write(sa.text(f"UPDATE certificate SET snapshot = CAST({doubled} AS {kind})"))  # noqa: S608 -- No input.
    assert fault().endswith("has a member twice")
