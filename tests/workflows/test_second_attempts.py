"""A learner who tries again gets questions that she has not seen, while there are any."""

from dataclasses import replace
from itertools import pairwise

import pytest

from app.domain.catalogue.values import Assessment
from app.foundation.db import db, transaction
from app.workflows import learning, sitting
from benchmarks.counting import counted
from tests import world


@pytest.fixture
def pool(land: world.Land) -> None:
    """Publish a course that draws two of six questions."""
    first = world.QUESTIONS[0]
    questions = tuple(replace(first, key=f"q{number}") for number in range(6))
    draft = replace(
        world.course("pool", assessment=Assessment(draw={"all": 2}, attempts=0)), questions=questions
    )
    draft = replace(draft, modules=tuple(replace(module, check=()) for module in draft.modules))
    with transaction():
        world.publish(draft)


def sit(actor: learning.Actor, *, is_passed: bool = False) -> set[str]:
    """Begin an attempt and hand it in; return the keys of its questions."""
    attempt = sitting.start_attempt(actor, "pool")
    form = world.right_answers(actor, attempt) if is_passed else {"whole": ["1"]}
    sitting.submit_attempt(actor, attempt.public_id, form)
    return {question.key for question in world.paper_of(actor, attempt)}


def read(actor: learning.Actor) -> None:
    learning.enrol(actor, "pool")
    for address in ("first", "second"):
        learning.finish_module(actor, "pool", address)


def test_three_attempts_show_six_questions_and_the_fourth_repeats_some(pool):
    actor = world.act_as(world.person())
    read(actor)
    papers = [sit(actor) for _ in range(4)]
    assert papers[0] | papers[1] | papers[2] == {f"q{number}" for number in range(6)}
    assert len(papers[3]) == 2


def test_a_new_enrolment_remembers_what_was_seen_in_the_one_before(pool):
    actor = world.act_as(world.person())
    read(actor)
    first = sit(actor, is_passed=True)
    with transaction():
        draft = world.course("pool", assessment=Assessment(draw={"all": 2}, attempts=0))
        keys = (*sorted(first), "new", "newer")
        questions = tuple(replace(world.QUESTIONS[0], key=key) for key in keys)
        modules = tuple(replace(module, check=()) for module in draft.modules)
        world.publish(replace(draft, questions=questions, modules=modules, digest="n", marking_digest="n"))
    read(actor)
    assert sit(actor) == {"new", "newer"}


def test_what_others_have_seen_does_not_count(pool):
    for number in range(5):
        actor = world.act_as(world.person(f"eva{number}@example.org"))
        read(actor)
        papers = [sit(actor) for _ in range(3)]
        assert all(first.isdisjoint(second) for first, second in pairwise(papers))


def test_only_who_sat_before_is_asked_for_her_papers(pool):
    actor = world.act_as(world.person())
    read(actor)
    with counted(db.engine) as first:
        sit(actor)
    with counted(db.engine) as second:
        sit(actor)
    counts = [sum("FROM paper JOIN attempt" in each for each in statements) for statements in (first, second)]
    assert counts == [0, 1]
