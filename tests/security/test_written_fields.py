"""T4: a form writes what it shows, whatever else is sent along with it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.foundation import clock
from app.foundation.db import Base
from tests.security.cast import AWAY, HOME
from tests.security.crawl import Form
from tests.security.stage import Stage

NOW = datetime(2026, 12, 24, 18, 0, tzinfo=UTC)
WRITERS = ("learner", "trainer", "manager", "admin", "home.learner")
FILLED = {
    "email": "new@example.org",
    "family_name": "Nová",
    "given_name": "Eva",
    "unit": "596230",
    "gender": "",
    "role": "manager",
    "reason": "Because.",
    "title": "A title",
    "slug": "a-slug",
    "name": "09-new",
    "owner": "CZ-O6115",
    "language": "en",
    "locale": "cs",
    "folder": "en",
    "present": "tri velke zelene zaby",
    "password": "sedm malych bilych koz",
    "again": "sedm malych bilych koz",
    "legal_name": "A town",
    "registration_number": "1",
    "prefix": "XX",
    "place": "Town",
    "signatory": "Eva",
    "whole": "1",
    "action": "save",
    "practical": "4",
    "usable": "4",
    "explained": "4",
    "interactive": "4",
    "comment": "Good.",
}
"""What is typed into a field that is empty, so that a form is taken."""
GREEDY = {
    "role": "admin",
    "roles": "admin",
    "outcome": "passed",
    "result": "passed",
    "is_passed": "1",
    "mark": "10000",
    "earned": "99",
    "points": "1",
    "extra_attempts": "99",
    "attempts_made": "0",
    "modules_done": "99",
    "everything": "1",
    "is_system": "1",
    "is_admin": "1",
    "email": "mine@example.org",
    "locale": "bg",
    "gender": "f",
    "time_zone": "UTC",
    "language": "bg",
}
VOLATILE = {
    "public_id",
    "random_id",
    "digest",
    "session_token",
    "password_hash",
    "content_hash",
    "html",
    "text",
    "seed",
    "questions",
    "outline",
    "code",
    "code_digest",
    "snapshot",
    "snapshot_hash",
    "facts",
    "subject",
    "arguments",
    "detail",
}
"""Columns that differ at every act, by chance."""

REFUSED: tuple[int, set[tuple[str, str, str]]] = (422, set())
"""What a form of answers gets that holds more than answers: nothing of it is taken."""

Row = dict[str, object]


def greedy(stage: Stage, form: Form) -> dict[str, str]:
    """Return every column of every table that a form does not show, with what somebody would like to have there.

    But for those with a q in front: a test refuses any answer that it does not ask for.
    """
    away = stage.cast.things["person"][AWAY].owner_id
    columns = {column.name for table in Base.metadata.sorted_tables for column in table.columns}
    wanted = {
        name: str(away)
        if name.endswith("_id")
        else "2030-01-01"
        if name.endswith(("_at", "_on", "_until"))
        else "1"
        for name in columns
    }
    return {
        name: value
        for name, value in {**wanted, **GREEDY}.items()
        if name not in form.names and name[0] != "q"
    }


def typed(form: Form) -> dict[str, str]:
    """Return what a person sends by a form: what stands in it, and something in every empty field."""
    sent = dict(form.fields)
    return {name: sent.get(name) or FILLED.get(name, "") for name in form.names}


def differs(before: dict[str, list[Row]], after: dict[str, list[Row]]) -> Iterator[tuple[str, str, str]]:
    """Yield table, column and new value of whatever an act wrote; of chance only that it was written."""
    for table, rows in after.items():
        keys = [column.name for column in Base.metadata.tables[table].primary_key]
        known = {tuple(row[key] for key in keys): row for row in before[table]}
        for row in rows:
            old = known.get(tuple(row[key] for key in keys), {})
            for column, value in row.items():
                if column not in old or old[column] != value:
                    yield table, column, "" if column in VOLATILE else str(value)


def outcome(
    stage: Stage, writer: str, form: Form, sent: dict[str, str]
) -> tuple[int, set[tuple[str, str, str]]]:
    """Return status and writes of a form, and undo them."""
    before = stage.rows()
    with clock.at(NOW):
        status = stage.client(writer).post(form.action, data=sent).status_code
    written = set(differs(before, stage.rows()))
    stage.restore()
    return status, written


@pytest.mark.parametrize("writer", WRITERS)
def test_a_form_writes_nothing_for_columns_that_it_does_not_show(stage, writer):
    taken = 0
    for (method, _action, _names), form in sorted(stage.visited(writer).forms.items(), key=str):
        if method != "POST" or form.action == "/logout":
            continue
        plain = outcome(stage, writer, form, typed(form))
        more = outcome(stage, writer, form, {**typed(form), **greedy(stage, form)})
        taken += bool(plain[1])
        is_a_test = form.action.startswith(("/attempts/", "/learn/"))
        is_of_answers = is_a_test and any(re.match(r"q\d", field) for field in form.names)
        assert more == (REFUSED if is_of_answers else plain), f"{writer}: {form.action}"
    assert taken >= 2


def test_the_home_region_gets_no_row_of_the_other(stage):
    """The sum of it all: whoever sends everything to every form, nobody's rights or results elsewhere change."""
    watched = ("role_grant", "certificate", "attempt", "answer", "enrolment", "person", "issuer")
    before = {table: rows for table, rows in stage.rows().items() if table in watched}
    ids = {row["id"] for row in before["person"] if row["id"] == stage.cast.ids[f"{AWAY}.learner"]}
    for writer in ("learner", "manager", "trainer"):
        client = stage.client(writer)
        for (method, _action, _names), form in stage.visited(writer).forms.items():
            if method == "POST" and form.action not in {"/logout", "/account/password"}:
                client.post(form.action, data={**typed(form), **greedy(stage, form)})
    after = stage.rows()
    for table in watched:
        own = "id" if table == "person" else "person_id"
        assert [row for row in after[table] if row.get(own) in ids] == [
            row for row in before[table] if row.get(own) in ids
        ]
    assert len(after["role_grant"]) == len(before["role_grant"])
    assert stage.cast.ids[f"{HOME}.learner"]
