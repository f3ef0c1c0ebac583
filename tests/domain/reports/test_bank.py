"""What the question bank finds and counts, on both engines."""

from dataclasses import replace
from fractions import Fraction

import pytest

from app.domain.access.policy import scope_of
from app.domain.access.values import Permission
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.values import Assessment
from app.domain.reports.queries import bank
from app.domain.reports.values import BankFilter, QuestionState, Use
from app.domain.territory.values import Scope
from app.foundation.db import db, session, transaction
from app.foundation.errors import NotFound
from app.workflows import sitting
from benchmarks.counting import counted
from tests import world


@pytest.fixture
def scope(land: world.Land) -> Scope:
    """Return how far a trainer of the whole country looks."""
    person = world.person("trainer@example.org", "595209", roles=(("trainer", "CZ"),))
    return scope_of(world.act_as(person), Permission.COURSE_WRITE)


def found(scope: Scope, **wanted: object) -> list[str]:
    """Return the ids of the questions that fit."""
    lines, count = bank.list_bank(scope, BankFilter(**wanted), "en", 1, 50)
    assert count == len(lines)
    return [line.key for line in lines]


def test_the_bank_holds_the_newest_versions_questions_in_the_order_of_their_files(scope):
    assert found(scope) == [question.key for question in world.QUESTIONS]
    kept = tuple(replace(each, is_retired=each.key == "text") for each in world.QUESTIONS[1:4])
    with transaction():
        world.publish(replace(world.course(), questions=kept, digest="n", marking_digest="n"))
    assert found(scope) == ["many", "text", "figure"]
    assert found(scope, state=QuestionState.RETIRED) == ["text"]
    assert found(scope, state=QuestionState.IN_USE) == ["many", "figure"]


def test_questions_are_found_by_course_area_kind_language_and_state(scope):
    with transaction():
        world.publish(world.course("other", languages=("en",)))
    every = [question.key for question in world.QUESTIONS]
    assert found(scope, course="other") == every
    assert found(scope, area="all", kind="single", course="other") == ["one", "own-practice"]
    assert found(scope, area="none") == []
    assert found(scope, state=QuestionState.PRACTICE, course="other") == ["own-practice"]
    assert len(found(scope, language="cs")) == 2 * len(every)
    assert found(scope, language="bg") == []


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("PAIRS en", ["pairs"]),
        ("pairs cs", ["pairs"]),
        ("gáps", ["gaps"]),
        ("own-practice", ["own-practice"]),
        ("strong", []),
        ("%", [question.key for question in world.QUESTIONS]),
        ("secretword", []),
        ("rezervace", ["one"]),
    ],
)
def test_words_are_found_in_any_language_and_without_accents(scope, text, keys):
    first = world.QUESTIONS[0]
    bodies = {**first.bodies, "cs": replace(first.bodies["cs"], stem="<strong>Řezervace</strong>")}
    with transaction():
        questions = (replace(first, bodies=bodies), *world.QUESTIONS[1:])
        world.publish(replace(world.course(), questions=questions, digest="n", marking_digest="n"))
    assert found(scope, text=text) == keys


def test_a_page_is_as_long_as_asked_and_takes_as_many_statements_whatever_it_holds(scope):
    with counted(db.engine) as first:
        lines, count = bank.list_bank(scope, BankFilter(), "cs", 2, 3)
    assert ([line.key for line in lines], count) == (["figure", "pairs", "ranks"], len(world.QUESTIONS))
    assert [line.heading for line in lines] == ["figure cs?", "pairs cs?", "ranks cs?"]
    with counted(db.engine) as second:
        bank.list_bank(scope, BankFilter(), "bg", 1, 50)
    assert len(first) == len(second) == 4


def test_the_bank_of_another_territory_stays_closed(scope, land):
    foreign = scope_of(
        world.act_as(world.person("x@example.org", "585068", roles=(("trainer", "CZ-K3131"),))),
        Permission.COURSE_WRITE,
    )
    world.pass_test(world.act_as(world.person()))
    for closed in (foreign, Scope()):
        assert found(closed) == []
        assert bank.list_areas(closed, None) == []
        assert bank.list_courses(closed) == {}
        assert bank.list_labels(closed, "open-data", "one") == []
        assert bank.list_checks(closed, land.course, "own-practice") == []
        assert bank.get_uses(closed, "open-data").attempts == 0
        with pytest.raises(NotFound):
            bank.get_line(closed, "open-data", "one", "en")


def test_facility_is_the_mean_share_of_points_over_finished_attempts(scope):
    for number, right in enumerate((2, 1, 0)):
        actor = world.act_as(world.person(f"eva{number}@example.org"))
        attempt = world.begin_test(actor)
        places = [question.key for question in world.paper_of(actor, attempt)]
        many = places.index("many") + 1
        question = world.paper_of(actor, attempt)[many - 1]
        chosen = [str(index) for index in question.answer_key.right[:right]]
        sitting.submit_attempt(actor, attempt.public_id, {"whole": ["1"], f"q{many}": chosen})
    world.begin_test(world.act_as(world.person("open@example.org")))
    uses = bank.get_uses(scope, "open-data")
    assert uses.attempts == 3
    assert uses.by_key["many"] == Use(3, 3, Fraction(3, 2))
    assert uses.by_key["many"].facility == Fraction(1, 2)
    assert uses.by_key["one"].facility == 0
    assert "own-practice" not in uses.by_key
    assert Use().facility is None


def test_only_the_latest_attempts_are_counted(scope, monkeypatch):
    monkeypatch.setattr(bank, "LATEST", 2)
    for number in range(3):
        actor = world.act_as(world.person(f"eva{number}@example.org"))
        attempt = world.begin_test(actor)
        form = world.right_answers(actor, attempt) if number else {"whole": ["1"]}
        sitting.submit_attempt(actor, attempt.public_id, form)
    uses = bank.get_uses(scope, "open-data")
    assert (uses.attempts, uses.by_key["one"]) == (2, Use(2, 2, Fraction(2)))


def test_a_question_knows_its_versions_and_the_modules_that_ask_it(scope, land):
    assert bank.list_labels(scope, "open-data", "own-practice") == ["1.0"]
    with transaction():
        world.publish(world.course(assessment=Assessment()))
    assert bank.list_labels(scope, "open-data", "own-practice") == ["2.0", "1.0"]
    version = catalogue.get_newest("open-data")[1]
    assert [each.address for each in bank.list_checks(scope, version, "own-practice")] == ["first"]
    assert bank.list_checks(scope, version, "one") == []
    session().rollback()
