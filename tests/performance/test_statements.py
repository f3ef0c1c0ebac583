"""How many SQL statements pages run: few, and as many for thirty people as for three. Noise cannot blur them."""

from uuid import UUID

import pytest
from sqlalchemy import select

from app.domain.certificates.models import Certificate
from app.foundation.db import db, transaction
from app.workflows import awarding, learning, sitting
from benchmarks.counting import counted
from tests import world
from tests.web.visitors import Visitor
from tests.workflows import programmes

SAVES = 10
MOST = {
    "/": 2,
    "/courses": 5,
    "/courses/open-data": 6,
    "/learn": 5,
    "/learn/open-data": 5,
    "/learn/open-data/first": 5,
    "/learn/open-data/test": 6,
    "/certificates": 5,
}
"""Page of a learner → the most statements that it may run."""
LISTS = {
    "manager": [
        "/manage/people",
        "/reports/progress",
        "/reports/progress?unit=CZ-P61151",
        "/reports/progress/people?unit=CZ-P61151",
        "/reports/completions",
        "/reports/coverage",
    ],
    "coordinator": [
        "/reports/progress",
        "/reports/completions",
        "/reports/certificates",
        "/reports/coverage",
    ],
    "trainer": [
        "/teach/courses",
        "/teach/courses/open-data/learners",
        "/teach/courses/open-data/analysis",
        "/teach/questions",
        "/teach/questions?course=open-data",
        "/teach/survey",
        "/teach/courses/open-data/survey",
    ],
    "admin": [
        "/admin/audit",
        "/admin/roles",
        "/admin/mail",
        "/admin/territory",
        "/admin/issuers",
        "/admin/designs",
    ],
}
MOST_OF_A_LIST = 14


def count(visitor: Visitor, address: str) -> int:
    with counted(db.engine) as statements:
        visitor.get(address)
    return len(statements)


def test_a_learners_pages_run_few_statements(land, sign_in):
    actor = world.act_as(world.person())
    world.pass_test(actor)
    visitor = sign_in("eva@example.org")
    found = {address: count(visitor, address) for address in MOST}
    assert {address: number for address, number in found.items() if number > MOST[address]} == {}
    assert found["/learn/open-data/first"] >= 1  # The counter counts.


def test_a_whole_attempt_runs_at_most_seventy_statements(land, sign_in):
    actor = world.act_as(world.person())
    learning.enrol(actor, "open-data")
    for address in ("first", "second"):
        learning.finish_module(actor, "open-data", address)
    visitor = sign_in("eva@example.org")
    with counted(db.engine) as started:
        page = visitor.post("/learn/open-data/test", {"lang": "en"}).headers["Location"]
    attempt_id = UUID(page.rsplit("/", 1)[1])
    attempt = sitting.attempts.get_attempt(
        sitting.scope_of(actor, sitting.Permission.OWN_LEARNING), attempt_id
    )[0]
    form = world.right_answers(actor, attempt)
    with counted(db.engine) as answered:
        for _ in range(SAVES):
            visitor.post(page, {**form, "action": "save"})
        result = visitor.post(page, {**form, "action": "submit"}).headers["Location"]
    assert "certificate" in visitor.get(result).get_data(as_text=True)
    assert len(started) + len(answered) <= 70


def test_a_course_of_a_programme_is_submitted_by_one_more_statement(land):
    for slug in ("alone", "together"):
        with transaction():
            world.publish(world.course(slug))
    programmes.offer(courses=("together",))
    actor = world.act_as(world.person())
    world.pass_test(actor)  # The first certificate begins the number series.
    run = []
    for slug in ("alone", "together"):
        attempt = world.begin_test(actor, slug)
        answers = world.right_answers(actor, attempt)
        with counted(db.engine) as statements:
            sitting.submit_attempt(actor, attempt.public_id, answers)
        run.append(len(statements))
    assert run[1] - run[0] == 1  # The job's.


def test_an_award_reads_certificates_once(land):
    programmes.offer(courses=("open-data",))
    eva = world.person()
    world.pass_test(world.act_as(eva))
    with counted(db.engine) as statements:
        awarding.award(programmes.WORKER, str(eva.public_id))
    assert len(programmes.held_by(eva)) == 1
    assert sum(str(each).startswith("SELECT certificate.") for each in statements) == 1


@pytest.mark.parametrize("role", LISTS)
def test_a_list_of_thirty_runs_no_more_statements_than_a_list_of_three(staff, gather, sign_in, role):
    gather(0, 3)
    visitor = sign_in(f"{role}@example.org")
    few = {address: count(visitor, address) for address in LISTS[role]}
    gather(3, 30)
    many = {address: count(visitor, address) for address in LISTS[role]}
    assert many == few
    assert max(many.values()) <= MOST_OF_A_LIST


def test_checking_a_certificate_runs_few_statements(land, app):
    world.pass_test(world.act_as(world.person()))
    code = db.session.scalar(select(Certificate.code))
    assert count(Visitor(app), f"/verify/{code}") <= 4
