"""What learners say of a course is kept, shown five at a time, and leads back to nobody."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.surveys import queries as surveys
from app.domain.surveys.models import SurveyDone
from app.domain.surveys.values import Aspect, Opinion, Tally
from app.foundation import clock
from app.foundation.db import Base, db, session, transaction
from app.foundation.errors import Conflict, NotFound
from app.workflows import learning, surveying
from tests import world

CANARY = "canary-1c7e90ab52d64f38"


def learner(number: int, slug: str = "open-data") -> Actor:
    """Return somebody who has passed a course."""
    actor = world.act_as(world.person(f"eva{number}@example.org", family=f"Nováková{number}"))
    world.pass_test(actor, slug)
    return actor


def say(number: int, comment: str = "", rating: int = 4, slug: str = "open-data") -> Actor:
    """Let somebody new pass a course and say what she thinks of it."""
    actor = learner(number, slug)
    assert surveying.answer(actor, slug, Opinion(rating, rating, rating, rating, comment))
    return actor


def trainer(unit: str = "CZ") -> Actor:
    return world.act_as(world.person(f"trainer-{unit}@example.org", "595209", roles=(("trainer", unit),)))


def shown(actor: Actor) -> tuple[list[surveys.Cell], list[str]]:
    """Return every figure and every comment that somebody may see of the course."""
    scope = scope_of(actor, Permission.COURSE_WRITE)
    comments = surveys.list_comments(scope, "open-data", None, None, 1, 50)[0]
    return list(surveys.list_cells(scope)), sorted(comments)


def dump() -> dict[str, list[dict[str, object]]]:
    """Return every row of every table as text."""
    session().rollback()
    return {
        table.name: [
            {name: str(value) for name, value in row.items()}
            for row in session().execute(table.select()).mappings()
        ]
        for table in Base.metadata.sorted_tables
    }


def test_nothing_is_shown_of_four_and_all_of_five(land):
    asker = trainer()
    for number in range(4):
        say(number, f"comment {number}")
    assert shown(asker) == ([], [])
    say(4, "comment 4", rating=5)
    cells, comments = shown(asker)
    assert comments == [f"comment {number}" for number in range(5)]
    assert [(cell.slug, cell.tally.answers) for cell in cells] == [("open-data", 5)]
    assert list(cells[0].tally.spread(Aspect.USABLE)) == [0, 0, 0, 4, 1]
    assert cells[0].tally.mean(Aspect.PRACTICAL) == Fraction(21, 5)


def test_what_is_shown_grows_by_five_at_once(land):
    """Whoever looks after each answer learns nothing of the last one by subtracting."""
    asker, seen = trainer(), []
    for number in range(11):
        say(number, f"comment {number:02d}")
        cells, comments = shown(asker)
        assert len(comments) == sum(cell.tally.answers for cell in cells)
        seen.append(len(comments))
    assert seen == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10]


def test_answers_wait_for_five_of_their_own_edition(land):
    asker = trainer()
    for number in range(4):
        say(number, f"first {number}")
    with transaction():
        world.publish(world.course(hours=3))
    for number in range(4, 8):
        say(number, f"second {number}")
    assert shown(asker) == ([], [])
    say(8, "second 8")
    cells, comments = shown(asker)
    assert [(cell.version.edition, cell.tally.answers) for cell in cells] == [(2, 5)]
    assert all(comment.startswith("second") for comment in comments)


def test_no_filter_and_no_difference_between_filters_sets_fewer_than_five_apart(land):
    asker = trainer()
    for number, moment in enumerate(["2026-06-30T10:00"] * 7 + ["2026-07-01T10:00"] * 9):
        with clock.at(datetime.fromisoformat(moment).replace(tzinfo=UTC)):
            say(number, f"comment {number:02d}")
    cells, comments = shown(asker)
    groups = [(cell.half_year, cell.tally.answers) for cell in cells]
    assert groups == [("2026-2", 10), ("2026-1", 5)]
    scope = scope_of(asker, Permission.COURSE_WRITE)
    by_half = [surveys.list_comments(scope, "open-data", 1, half, 1, 50)[1] for half, _answers in groups]
    assert by_half == [10, 5]
    assert len(comments) == 15


def test_two_clicks_say_it_once(land):
    actor = say(1, "first")
    assert not surveying.answer(actor, "open-data", Opinion(1, 1, 1, 1, "second"))
    assert [row["comment"] for row in dump()["survey_answer"]] == ["first"]
    assert surveying.open_survey(actor, "open-data")[1]


def test_ten_clicks_at_once_say_it_once_and_ten_people_at_once_are_let_out_by_fives(app, land):
    actors = [learner(number) for number in range(10)]
    session().rollback()

    def click(actor: Actor) -> bool:
        with app.app_context():
            try:
                return surveying.answer(actor, "open-data", Opinion(3, 3, 3, 3, "x"))
            finally:
                db.session.remove()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(click, actors[:1] * 10)) == 1
        assert sum(pool.map(click, actors)) == 9
    rows = dump()
    assert len(rows["survey_answer"]) == len(rows["survey_done"]) == 10
    assert {row["half_year"] == "None" for row in rows["survey_answer"]} == {False}


def test_a_course_that_is_not_finished_cannot_be_judged(land):
    actor = world.act_as(world.person())
    with pytest.raises(NotFound):
        surveying.answer(actor, "open-data", Opinion(1, 1, 1, 1))
    learning.enrol(actor, "open-data")
    with pytest.raises(Conflict):
        surveying.answer(actor, "open-data", Opinion(1, 1, 1, 1))
    assert not dump()["survey_answer"]


def test_the_answers_of_another_territorys_course_are_not_shown(land):
    for number in range(5):
        say(number, CANARY)
    assert shown(trainer("CZ-K3131")) == ([], [])
    assert shown(world.act_as(world.person("plain@example.org"))) == ([], [])


# Anonymity.


def test_no_row_holds_both_who_and_what(land):
    before = dump()
    actor = learner(1)
    between = dump()
    with clock.at(datetime(2026, 12, 24, 18, 0, tzinfo=UTC)):
        surveying.answer(actor, "open-data", Opinion(1, 2, 3, 4, CANARY))
    after = dump()
    changed = {name: [row for row in after[name] if row not in between[name]] for name in after}
    written = {name: rows for name, rows in changed.items() if rows}
    assert set(written) == {"survey_answer", "survey_done", "audit_entry"}
    assert before["person"] != after["person"]
    said = written["survey_answer"][0]
    assert set(said) == {"random_id", "edition_id", *Aspect, "comment", "half_year"}
    assert (said["comment"], said["half_year"]) == (CANARY, "None")
    assert set(written["survey_done"][0]) == {"enrolment_id"}
    line = json.dumps(written["audit_entry"])
    assert "survey.answer" in line
    person = next(row for row in after["person"] if row["id"] == str(actor.person_id))
    known = {str(actor.public_id), person["family_name"], person["email"]}
    known |= {row["public_id"] for row in after["enrolment"]}
    assert not [word for word in known if word in line or word in json.dumps(said)]
    assert CANARY not in json.dumps({name: rows for name, rows in after.items() if name != "survey_answer"})


def test_no_order_and_no_key_leads_from_an_answer_to_whoever_gave_it(land):
    """Let out, the answers have other keys than they waited under, and stand in another order than they came."""
    for number in range(4):
        say(number, f"{number}")
    waiting = {row["random_id"] for row in dump()["survey_answer"]}
    say(4, "4")
    rows = dump()["survey_answer"]
    assert waiting.isdisjoint({row["random_id"] for row in rows})
    if db.engine.dialect.name == "sqlite":
        for numbered in ("SELECT rowid FROM survey_answer", "SELECT rowid FROM survey_done"):
            with pytest.raises(OperationalError, match="no such column: rowid"):
                session().execute(text(numbered)).all()
    if db.engine.dialect.name == "postgresql":
        written = session().execute(text("SELECT DISTINCT xmin::text FROM survey_answer")).all()
        assert len(written) == 1


def test_what_was_said_stays_when_the_mark_of_who_said_it_is_taken_away(land):
    for number in range(5):
        say(number, f"{number}")
    with transaction():
        session().query(SurveyDone).delete()
    assert len(shown(trainer())[1]) == 5


def test_tallies_taken_together_are_as_if_they_had_been_counted_together():
    first, second = (
        Tally(2, (1, 1) + (0,) * 3 + (0, 0, 2, 0, 0) * 3),
        Tally(1, (0, 0, 0, 0, 1) + (0, 0, 1, 0, 0) * 3),
    )
    both = first + second
    assert both.answers == 3
    assert list(both.spread(Aspect.PRACTICAL)) == [1, 1, 0, 0, 1]
    assert float(both.mean(Aspect.PRACTICAL)) == pytest.approx(8 / 3)
    assert Tally() + first == first
