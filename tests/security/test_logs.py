"""T23: logs hold no password, link, cookie, name or answer, whatever happens and however much is logged."""

import io
import logging
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from app.domain.access.gate import public
from app.foundation import logs
from app.foundation.db import session
from app.jobs import worker
from app.web.learner import attempts
from tests import world
from tests.security.cast import AWAY, HOME, token
from tests.security.stage import Stage

CANARIES = {
    what: token("log", what)
    for what in ("password", "wrong", "new", "secret", "answer", "job", "query", "email")
}


@pytest.fixture
def written(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Catch everything that the house and its libraries log, at the level DEBUG."""
    caught = io.StringIO()
    monkeypatch.setattr(sys, "stderr", caught)
    logs.configure("DEBUG")
    handler = logging.StreamHandler(caught)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield caught
    root.removeHandler(handler)
    root.setLevel(level)
    monkeypatch.undo()
    logs.configure("ERROR")


def leaks(stage: Stage, log: str) -> list[str]:
    """Return what stands in a log and must not."""
    private = dict(CANARIES)
    for place in (HOME, AWAY):
        private |= {f"{place} {what}": mark for mark, what in stage.cast.tokens[place].items()}
    private |= {f"secret of {part}": thing.value for part, thing in stage.cast.things["secret"].items()}
    private |= {f"cookie of {part}": cookie for part, cookie in stage.cast.cookies.items()}
    private["password of all"] = world.PASSWORD
    return [what for what, mark in private.items() if mark in log]


def test_nothing_of_a_survey_is_logged(stage, written):
    said = token("log", "survey")
    sent = {"practical": "4", "usable": "4", "explained": "4", "interactive": "4", "comment": said}
    assert stage.client("learner").post("/learn/open-data/survey", data=sent).status_code == 302
    assert [row["comment"] for row in stage.rows()["survey_answer"]] == [said]
    log = written.getvalue()
    assert "/learn/<string:slug>/survey" in log
    assert said not in log
    assert leaks(stage, log) == []


def test_nothing_private_is_logged_on_the_way_through_the_pages(stage, written):
    client = stage.sign_in("learner@example.org")
    client.post("/login", data={"email": f"{CANARIES['email']}@example.org", "password": CANARIES["wrong"]})
    client.get(f"/account/reset/{CANARIES['secret']}")
    client.get(f"/courses?q={CANARIES['query']}")
    secret = stage.cast.things["secret"]["trainer"].value
    new = {"password": f"tri zelene {CANARIES['new']}", "again": f"tri zelene {CANARIES['new']}"}
    assert stage.app.test_client().post(f"/account/reset/{secret}", data=new).status_code == 302
    attempt = stage.cast.things["open"]["learner"].value
    client.get(f"/attempts/{attempt}")
    client.post(
        f"/attempts/{attempt}", data={"q1": CANARIES["answer"], "q2": CANARIES["answer"], "action": "save"}
    )
    client.post(
        "/account/profile", data={"job_title": CANARIES["job"], "target_group": "official", "locale": "en"}
    )
    client.post("/account/password", data={"present": CANARIES["password"], **new})
    client.post(
        "/language",
        data={"locale": CANARIES["job"]},
        headers={"Origin": f"https://{CANARIES['query']}.example"},
    )
    stage.client("home.learner").get("/certificates")
    stage.client("away.official").get("/reports/completions?format=csv").close()
    stage.client().post("/account/reset", data={"email": "learner@example.org"})
    worker.perform_due(stage.app)
    log = written.getvalue()
    assert log.count('"event": "request"') > 10
    assert leaks(stage, log) == []


def test_a_fault_of_the_database_is_logged_without_its_values(stage, written, monkeypatch):
    @public
    def raising() -> str:
        session().execute(text("INSERT INTO person (email) VALUES (:email)"), {"email": CANARIES["email"]})
        return ""

    monkeypatch.setitem(stage.app.view_functions, "public.help_page", raising)
    answer = stage.client().get("/help")
    log = written.getvalue()
    assert answer.status_code == 500
    assert "IntegrityError" in log
    assert leaks(stage, log) == []
    assert leaks(stage, answer.get_data(as_text=True)) == []


def test_a_fault_while_answers_are_saved_names_none_of_them(stage, written, monkeypatch):
    def failing(*_arguments: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(attempts.sitting.assessments, "save", failing)
    attempt = stage.cast.things["open"]["learner"].value
    answer = stage.client("learner").post(
        f"/attempts/{attempt}", data={"q3": CANARIES["answer"], "action": "save"}
    )
    assert answer.status_code in {422, 500}
    assert leaks(stage, written.getvalue()) == []


def test_a_line_of_the_log_cannot_be_forged(stage, written):
    client = stage.client()
    client.get("/courses/x%0a%7B%22event%22%3A%20%22forged%22%7D")
    client.get("/", headers={"X-Request-Id": '"forged"', "User-Agent": "forged\x0b"})
    client.post("/login", data={"email": 'a@b.org\n{"event": "forged"}', "password": "x"})
    assert "forged" not in written.getvalue()
    assert all(line.startswith(("{", "Using")) for line in written.getvalue().splitlines() if line)
