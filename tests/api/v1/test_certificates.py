"""Verification for programs: what the page says, as JSON; members and limits stay as they are."""

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate
from app.foundation.db import session
from app.web.limiter import limiter
from app.workflows import certifying, verifying
from tests import world

ADDRESS = "/api/v1/certificates"


@pytest.fixture
def anyone(app):
    return app.test_client()


@pytest.fixture
def eva(land):
    world.pass_test(world.act_as(world.person()))
    return session().scalar(select(Certificate))


def ask(client, code, status=200):
    answer = client.get(f"{ADDRESS}/{code}")
    assert answer.status_code == status
    assert answer.headers["X-Robots-Tag"] == "noindex"
    return answer


def test_a_program_gets_what_the_page_says(anyone, eva):
    answer = ask(anyone, eva.code)
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json
    said = eva.snapshot
    assert told | {"checked_at": ""} == {
        "code": eva.code,
        "number": eva.number,
        "state": "valid",
        "name": "Eva Nováková",
        "name_latin": "Eva Nováková",
        "is_name_hidden": False,
        "kind": "exam",
        "course": said["course_title"],
        "courses": [],
        "language": said["language"],
        "hours": float(said["hours"]),
        "completed_on": said["completed_on"],
        "issued_on": said["issued_on"],
        "valid_until": said["valid_until"],
        "issuer": "Ukázkový úřad",
        "successor": None,
        "duplicate_of": None,
        "ended_at": None,
        "reason": None,
        "address": f"http://localhost/verify/{eva.code}",
        "checked_at": "",
        "erased_on": None,
    }
    admin = world.act_as(world.person("admin@example.org", roles=(("admin", None),)))
    certifying.revoke(admin, eva.code, "Issued by mistake.")
    ended = ask(anyone, eva.code).json
    assert (ended["state"], ended["reason"]) == ("revoked", "Issued by mistake.")


def test_a_program_is_told_in_json_that_a_code_is_unknown(anyone, land):
    for code in ("AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "x", "0" * 300):
        answer = ask(anyone, code, 404)
        assert answer.mimetype == "application/problem+json"
        assert answer.json == {"status": 404, "title": "No certificate has this code."}


def test_a_hidden_name_stays_hidden_for_programs(anyone, eva):
    verifying.choose_name(world.act_as("eva@example.org"), is_hidden=True)
    told = ask(anyone, eva.code).json
    assert (told["name"], told["name_latin"], told["is_name_hidden"]) == ("E. N.", "E. N.", True)


def test_each_check_is_counted_but_that_of_its_holder(app, anyone, eva):
    code, holder = eva.code, app.test_client()
    ask(anyone, code)
    ask(anyone, code.lower())
    holder.post("/login", data={"email": "eva@example.org", "password": world.PASSWORD})
    ask(holder, code)
    assert verifying.count_checks(Actor.system("count-checks")) == 1
    page = holder.get("/certificates").get_data(as_text=True)
    assert "checked 2 times, last on" in " ".join(page.split())


def test_who_asks_too_often_gets_a_problem_and_shares_the_limit_with_the_pages(anyone, eva, monkeypatch):
    limiter.reset()
    monkeypatch.setattr(limiter, "enabled", True)
    for _ in range(30):
        anyone.get(f"{ADDRESS}/x")
        anyone.get("/verify/x")
    answer = ask(anyone, eva.code, 429)
    assert answer.mimetype == "application/problem+json"
    assert answer.json == {"status": 429, "title": "Too Many Requests"}
    assert anyone.get("/verify/x").status_code == 429
    limiter.reset()


def test_sixty_questions_in_a_minute_are_answered(anyone, eva, monkeypatch):
    limiter.reset()
    monkeypatch.setattr(limiter, "enabled", True)
    assert [anyone.get(f"{ADDRESS}/{eva.code}").status_code for _ in range(61)] == [200] * 60 + [429]
    limiter.reset()
