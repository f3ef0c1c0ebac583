"""T16 and T17: a right that is gone is gone at the next request, and nobody learns who is here."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain.access.values import Actor, Role
from app.domain.people import queries as people
from app.domain.people import service as persons
from app.foundation import clock
from app.foundation.db import transaction
from app.web.limiter import limiter
from app.workflows import administering
from tests import world
from tests.security.cast import HOME, RECORD
from tests.security.stage import Stage, body_of

NEW = "sedm malych bilych koz"
SESSION = "gradivo-session"


def copied(stage: Stage, client: FlaskClient) -> FlaskClient:
    """Return another browser with a copy of the cookie."""
    thief = stage.app.test_client()
    cookie = client.get_cookie(SESSION)
    assert cookie is not None
    thief.set_cookie(SESSION, cookie.value)
    return thief


def is_sent_to_sign_in(answer: TestResponse) -> bool:
    """Tell whether an answer asks to sign in."""
    return answer.status_code == 302 and answer.headers["Location"].startswith("/login")


def sign_out(stage: Stage, client: FlaskClient) -> None:
    client.post("/logout")


def change_password(stage: Stage, client: FlaskClient) -> None:
    data = {"present": world.PASSWORD, "password": NEW, "again": NEW}
    assert client.post("/account/password", data=data).status_code == 302
    assert client.get("/learn").status_code == 200


def reset_password(stage: Stage, client: FlaskClient) -> None:
    secret = stage.cast.things["secret"]["coordinator"].value
    data = {"password": NEW, "again": NEW}
    assert stage.app.test_client().post(f"/account/reset/{secret}", data=data).status_code == 302


def change_address(stage: Stage, client: FlaskClient) -> None:
    with stage.acting():
        person = people.find_person_by_email("coordinator@example.org")
        assert person is not None
        record = {**RECORD, "email": "other@example.org", "unit": "596230"}
        address = f"/manage/people/{person.public_id}/edit"
    assert stage.client("admin").post(address, data=record).status_code == 302


def deactivate(stage: Stage, client: FlaskClient) -> None:
    with stage.acting():
        person = people.find_person_by_email("coordinator@example.org")
        assert person is not None
        address = f"/manage/people/{person.public_id}/deactivate"
    assert stage.client("admin").post(address).status_code == 302


TRIGGERS: tuple[Callable[[Stage, FlaskClient], None], ...] = (
    sign_out,
    change_password,
    reset_password,
    change_address,
    deactivate,
)


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda trigger: trigger.__name__)
def test_a_copy_of_the_cookie_is_dead_at_the_next_request(stage, trigger):
    client = stage.sign_in("coordinator@example.org")
    thief = copied(stage, client)
    assert thief.get("/reports/progress").status_code == 200
    trigger(stage, client)
    assert is_sent_to_sign_in(thief.get("/reports/progress"))
    assert is_sent_to_sign_in(thief.post("/learn/records/test"))
    assert thief.get("/").status_code == 200


def test_a_role_that_ended_or_went_elsewhere_is_gone_at_the_next_request(stage):
    client = stage.sign_in("coordinator@example.org")
    assert client.get("/reports/completions?unit=CZ-K3107").status_code == 200
    with stage.acting():
        system = Actor.system("test")
        administering.revoke_role(system, "coordinator@example.org", Role.COORDINATOR, "CZ-K3107")
    assert client.get("/reports/completions?unit=CZ-K3107").status_code == 403
    with stage.acting():
        system = Actor.system("test")
        administering.grant_role(system, "coordinator@example.org", Role.COORDINATOR, "CZ-K3131")
    assert client.get("/reports/completions?unit=CZ-K3107").status_code == 404
    assert client.get("/reports/completions?unit=CZ-K3131").status_code == 200


def test_a_report_file_is_gone_with_the_right_to_what_is_in_it(stage):
    client = stage.client("coordinator")
    file = stage.cast.things["file"]["coordinator"].value
    client.get(f"/reports/files/{file}").close()
    with stage.acting():
        system = Actor.system("test")
        administering.revoke_role(system, "coordinator@example.org", Role.COORDINATOR, "CZ-K3107")
        administering.grant_role(system, "coordinator@example.org", Role.COORDINATOR, "CZ-K3131")
    for address in (f"/reports/files/{file}", f"/reports/files/{file}/wait", f"/reports/files/{file}/state"):
        assert client.get(address).status_code == 404


def test_signing_in_owes_nothing_to_the_session_before(stage):
    stage.app.config["WTF_CSRF_ENABLED"] = True
    client = stage.app.test_client()
    token = token_on(client.get("/login"))
    before = client.get_cookie(SESSION)
    form = {"email": "learner@example.org", "password": world.PASSWORD, "csrf_token": token}
    assert client.post("/login", data=form).status_code == 302
    after = client.get_cookie(SESSION)
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert client.post("/logout", data={"csrf_token": token}).status_code == 400
    fixed = stage.app.test_client()
    fixed.set_cookie(SESSION, before.value)
    assert is_sent_to_sign_in(fixed.get("/learn"))


def token_on(answer: TestResponse) -> str:
    """Return the token of the first form that has one."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.get_data(as_text=True))
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    "cookie", ["x", "", "a.b.c", "eyJfdXNlcl9pZCI6IjEifQ.aaaa.bbbb", "é", '"', "x" * 4000]
)
def test_a_cookie_that_is_not_ours_is_nobodys(stage, cookie):
    client = stage.app.test_client()
    client.set_cookie(SESSION, cookie)
    assert is_sent_to_sign_in(client.get("/learn"))


# Who is here.


def shown(answer: TestResponse, email: str) -> str:
    """Return a page without what was typed and what differs at each request."""
    return re.sub(r'value="[^"]*"', "", body_of(answer).replace(email, "@"))


WHO = ("nobody@example.org", "learner@example.org", "deactivated@example.org", "invited")


def address_of(stage: Stage, who: str) -> str:
    """Return an e-mail address; of somebody who has not chosen a password yet, if so asked."""
    if who != "invited":
        return who
    marks = stage.cast.tokens[HOME]
    return next(mark for mark, what in marks.items() if what == "invited.email") + "@example.org"


def test_sign_in_tells_nobody_whether_an_address_is_known(stage):
    answers = set()
    for who in WHO:
        email = address_of(stage, who)
        answer = stage.app.test_client().post(
            "/login", data={"email": email, "password": "wrong wrong wrong"}
        )
        answers.add((answer.status_code, shown(answer, email)))
    assert len(answers) == 1


def test_a_lock_tells_nobody_whether_an_address_is_known(stage):
    answers = set()
    for who in WHO:
        email = address_of(stage, who)
        for _ in range(10):
            with stage.acting(), transaction():
                digest = people.digest(email)
                persons.note_failure(digest, "192.0.2.1", clock.now() - timedelta(minutes=15))
        answer = stage.app.test_client().post("/login", data={"email": email, "password": world.PASSWORD})
        answers.add((answer.status_code, answer.headers.get("Retry-After"), shown(answer, email)))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 429


def test_a_reset_tells_nobody_whether_an_address_is_known(stage):
    answers = set()
    for who in WHO:
        email = address_of(stage, who)
        client = stage.app.test_client()
        answer = client.post("/account/reset", data={"email": email})
        follow = client.get(answer.headers["Location"])
        answers.add((answer.status_code, answer.headers["Location"], shown(follow, email)))
    assert len(answers) == 1


def test_a_used_an_expired_and_an_unknown_link_are_told_apart_by_nothing(stage):
    own = stage.cast.things["secret"]
    used, expired = own["learner"].value, own["trainer"].value
    data = {"password": NEW, "again": NEW}
    assert stage.app.test_client().post(f"/account/reset/{used}", data=data).status_code == 302
    with clock.at(clock.now() + timedelta(hours=2)):
        late = stage.app.test_client().get(f"/account/reset/{expired}")
    answers = [
        late,
        *(stage.app.test_client().get(f"/account/reset/{word}") for word in (used, "x" * 43, "%00", "é")),
    ]
    assert {answer.status_code for answer in answers} == {404, 400}
    assert len({shown(answer, used) for answer in answers if answer.status_code == 404}) == 1


def test_resets_and_verifications_are_limited(stage, monkeypatch):
    limiter.reset()
    monkeypatch.setattr(limiter, "enabled", True)
    client = stage.app.test_client()
    tries = [
        client.post("/account/reset", data={"email": f"a{turn}@example.org"}).status_code
        for turn in range(25)
    ]
    assert tries == [302] * 20 + [429] * 5
    codes = [client.get(f"/verify/{turn:030}").status_code for turn in range(70)]
    assert codes == [404] * 60 + [429] * 10
    forged = client.get("/verify/x", headers={"X-Forwarded-For": "192.0.2.77", "X-Real-IP": "192.0.2.77"})
    assert forged.status_code == 429
    limiter.reset()


def test_a_verification_tells_no_more_than_stands_on_the_certificate(stage):
    code = stage.cast.things["certificate"]["away"].value
    page = stage.client().get(f"/verify/{code}").get_data(as_text=True)
    told = {what for mark, what in stage.cast.tokens["away"].items() if mark in page}
    assert told <= {
        "learner.family",
        "learner.given",
        "learner.family_latin",
        "learner.given_latin",
        "course.title",
        "issuer.legal_name",
        "certificate.code",
    }
    assert "learner.family" in told
    assert "noindex" in page
