"""Certificates of programmes where several act on one person at the same moment; on both engines."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app.domain.people.models import Person
from app.foundation.db import db, session, transaction
from app.workflows import awarding, duplicating
from tests import world
from tests.workflows.programmes import WORKER, complete, held_by, offer, put, work
from tests.workflows.test_awarding import fault

AT_ONCE = 8


@pytest.fixture
def eva(land) -> Person:
    """A learner of a place where there is a programme of two courses."""
    offer()
    return world.person()


def test_workers_at_once_issue_one(app, eva):
    complete(eva)
    gate, person = Barrier(AT_ONCE, timeout=60), str(eva.public_id)

    def award(_turn: int) -> None:
        with app.app_context():
            gate.wait()
            awarding.award(WORKER, person)
            db.session.remove()

    session().rollback()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(award, range(AT_ONCE)))
    assert len(held_by(eva)) == 1
    assert fault() is None


def test_a_duplicate_among_the_workers_is_the_one_that_counts(app, eva):
    complete(eva)
    work()
    admin = world.act_as(world.person("admin@example.org", "595209", roles=(("admin", None),)))
    gate, person, code = Barrier(AT_ONCE, timeout=60), str(eva.public_id), held_by(eva)[0].code

    def act(turn: int) -> None:
        with app.app_context():
            gate.wait()
            if turn == 0:
                duplicating.duplicate(admin, code, "It burnt.")
            else:
                for _time in range(10):
                    awarding.award(WORKER, person)
            db.session.remove()

    session().rollback()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(act, range(AT_ONCE)))
    old, new = held_by(eva)
    assert (old.successor, old.is_current, new.is_current) == (new.number, False, True)
    assert fault() is None


def test_awards_and_completions_of_one_person_at_once_do_not_lock_each_other_out(app, eva):
    """The award holds her row and waits for the number; the submission holds the number and points to her row."""
    slugs = [f"more-{number}" for number in range(4)]
    for slug in slugs:
        with transaction():
            world.publish(world.course(slug))
    put(slug="more", courses=tuple(slugs))
    complete(eva)
    actor = world.act_as(eva)
    attempts = [world.begin_test(actor, slug) for slug in slugs]
    answers = [(each.public_id, world.right_answers(actor, each)) for each in attempts]
    gate, person = Barrier(AT_ONCE, timeout=60), str(eva.public_id)

    def act(turn: int) -> None:
        with app.app_context():
            gate.wait()
            if turn < len(slugs):
                world.sitting.submit_attempt(actor, *answers[turn])
            else:
                awarding.award(WORKER, person)
            db.session.remove()

    session().rollback()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(act, range(AT_ONCE)))
    work()
    assert [each.snapshot["course_slug"] for each in held_by(eva)] == ["official", "more"]
    assert fault() is None
