"""The papers about an attempt on the pages: who is offered them, and who gets them."""

import subprocess

import pytest
from sqlalchemy import func, select

from app.domain.certificates.models import Notice
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.workflows import sitting
from tests import world
from tests.web.visitors import Visitor


def text(response) -> str:
    return response.get_data(as_text=True)


def enter(app, email, unit="585068", *roles):
    world.person(email, unit, roles=roles)
    visitor = Visitor(app)
    visitor.sign_in(email)
    return visitor


@pytest.fixture
def learner(land, app):
    return enter(app, "eva@example.org", "596230")


def fail(email="eva@example.org", language="en"):
    actor = world.act_as(email)
    attempt = world.begin_test(actor, language=language)
    return sitting.submit_attempt(actor, attempt.public_id, {"whole": ["1"]})


def address(attempt, more) -> str:
    return f"/attempts/{attempt.public_id}/{more}"


def words(visitor, path, tmp_path) -> str:
    answer = visitor.get(path)
    assert answer.headers["Content-Type"] == "application/pdf"
    file = tmp_path / "paper.pdf"
    file.write_bytes(answer.get_data())
    told = subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True, text=True)
    return " ".join(told.stdout.split())


def test_a_result_offers_its_papers_and_the_certificates_list_the_notice(learner, tmp_path):
    attempt = fail()
    page = text(learner.get(address(attempt, "result")))
    for paper in ("notice.pdf", "protocol.pdf"):
        assert address(attempt, paper) in page
        assert "Eva Nováková" in words(learner, address(attempt, paper), tmp_path)
    listed = text(learner.get("/certificates"))
    assert "Tests not passed" in listed
    assert address(attempt, "notice.pdf") in listed


def test_a_passed_test_offers_its_protocol_alone(learner, tmp_path):
    attempt = world.pass_test(world.act_as("eva@example.org"))
    page = text(learner.get(address(attempt, "result")))
    assert address(attempt, "protocol.pdf") in page
    assert "notice.pdf" not in page
    assert "Tests not passed" not in text(learner.get("/certificates"))
    assert "passed" in words(learner, address(attempt, "protocol.pdf"), tmp_path)
    learner.get(address(attempt, "notice.pdf"), status=404)


def test_an_open_attempt_offers_nothing(learner):
    attempt = world.begin_test(world.act_as("eva@example.org"))
    for paper in ("notice.pdf", "protocol.pdf"):
        learner.get(address(attempt, paper), status=404)


def test_an_attempt_of_before_says_that_there_are_no_papers(learner):
    attempt = fail()
    with transaction():
        session().execute(Notice.__table__.delete())
    page = text(learner.get(address(attempt, "result")))
    assert "There are no papers about this test" in page
    assert ".pdf" not in page


def test_a_manager_gets_the_papers_of_her_learners_and_another_region_nothing(learner, app):
    attempt = fail()
    head = enter(app, "head@example.org", "596230", ("head-of-office", "596230"))
    stranger = enter(app, "zlin@example.org", "585068", ("manager", "CZ-O7213"), ("trainer", "CZ-O7213"))
    colleague = enter(app, "colleague@example.org", "596230")
    page = text(head.get(f"/manage/attempts/{attempt.public_id}"))
    for paper in ("notice.pdf", "protocol.pdf"):
        assert address(attempt, paper) in page
        head.get(address(attempt, paper))
        stranger.get(address(attempt, paper), status=404)
        colleague.get(address(attempt, paper), status=404)
    session().rollback()
    noted = select(func.count()).select_from(AuditEntry)
    for action in ("attempt.notice", "attempt.protocol"):
        assert session().scalar(noted.where(AuditEntry.action == action)) == 1


def test_who_teaches_the_course_alone_is_offered_the_protocol_without_the_name(app, land, tmp_path):
    with transaction():
        world.publish(world.course("theirs", owner="CZ-O7213"))
    world.person()
    actor = world.act_as("eva@example.org")
    attempt = world.begin_test(actor, "theirs")
    sitting.submit_attempt(actor, attempt.public_id, {"whole": ["1"]})
    teacher = enter(app, "zlin@example.org", "585068", ("trainer", "CZ-O7213"))
    page = text(teacher.get(f"/manage/attempts/{attempt.public_id}"))
    assert address(attempt, "protocol.pdf") in page
    assert "notice.pdf" not in page
    assert "Nováková" not in words(teacher, address(attempt, "protocol.pdf"), tmp_path)
    teacher.get(address(attempt, "notice.pdf"), status=404)


def test_equal_papers_have_equal_bytes(learner):
    attempt = fail()
    for paper in ("notice.pdf", "protocol.pdf"):
        first, second = (learner.get(address(attempt, paper)).get_data() for _ in range(2))
        assert first == second
