"""Certificates are revoked at a browser: ticked in the register, asked for, decided by a second person."""

import re

import pytest
from sqlalchemy import select

from app.domain.certificates.models import Certificate
from app.foundation.db import session
from tests import world
from tests.web.visitors import Visitor

WHY = "The examiner was <not> entitled."


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


@pytest.fixture
def codes(land) -> list[str]:
    for number in range(2):
        world.pass_test(world.act_as(world.person(f"person{number}@example.org")))
    world.pass_test(world.act_as(world.person("zlin@example.org", "585068")))
    return list(session().scalars(select(Certificate.code).order_by(Certificate.id)))


def admin(app, name: str, code: str | None = "CZ-K3107") -> Visitor:
    world.person(f"{name}@example.org", "595209", name.title(), "Ida", roles=(("admin", code),))
    return Visitor(app).sign_in(f"{name}@example.org")


@pytest.fixture
def first(app, codes) -> Visitor:
    return admin(app, "first")


@pytest.fixture
def second(app, codes) -> Visitor:
    return admin(app, "second")


def ask(visitor: Visitor, codes: list[str]) -> str:
    """Return the address of what was asked for."""
    visitor.post("/admin/revocations/new", {"code": codes, "reason": WHY})
    found = re.findall(r"/admin/revocations/[0-9a-f-]{36}", visitor.get("/admin/revocations").text)
    return found[0]


def revoked() -> list[bool]:
    session().rollback()
    return [
        at is not None for at in session().scalars(select(Certificate.revoked_at).order_by(Certificate.id))
    ]


def test_the_register_offers_ticks_for_what_the_reader_may_revoke(app, first, codes):
    ticks = re.findall(r'name="code" value="([0-9A-Z-]+)"', first.get("/admin/register").text)
    assert set(ticks) == set(codes[:2])
    world.person("auditor@example.org", roles=(("auditor", "CZ"),))
    reader = Visitor(app).sign_in("auditor@example.org").get("/admin/register")
    assert 'type="checkbox"' not in reader.text


def test_several_wait_for_a_second_person(first, second, codes):
    page = text(first.get(f"/admin/revocations/new?code={codes[0]}&code={codes[1]}"))
    assert "Revoke 2 certificates?" in page
    asked = ask(first, codes[:2])
    assert revoked() == [False] * 3
    assert "1 revocation waits for a second person" in text(second.get("/admin/register"))
    assert "Waiting for a second person: 1" in text(second.get("/admin/revocations"))
    assert "Revoke all of them" not in text(first.get(asked))
    assert "First" in text(second.get(asked))
    second.post(asked, {"decision": "approve", "word": "I have seen the protocol."})
    assert revoked() == [True, True, False]
    assert "All were revoked" in text(first.get(asked))
    assert "Waiting for a second person: 0" in text(second.get("/admin/revocations"))
    second.post(asked, {"decision": "approve", "word": "Again."}, 409)


def test_whoever_asked_cannot_approve_by_hand(first, codes):
    asked = ask(first, codes[:2])
    first.post(asked, {"decision": "approve", "word": "Mine."}, 422)
    first.post(asked, {"decision": "reject", "word": "A mistake."})
    assert revoked() == [False] * 3


def test_one_alone_is_revoked_at_once(first, codes):
    page = text(first.get(f"/admin/revocations/new?code={codes[0]}"))
    assert "Revoke 1 certificate?" in page
    first.post("/admin/revocations/new", {"code": codes[0], "reason": WHY})
    assert revoked() == [True, False, False]
    first.post("/admin/revocations/new", {"code": codes[0], "reason": WHY}, 409)


def test_what_lies_elsewhere_is_not_found_and_none_is_told(app, first, codes):
    first.get(f"/admin/revocations/new?code={codes[2]}", 404)
    first.post("/admin/revocations/new", {"code": codes, "reason": WHY}, 404)
    assert "No certificate is chosen." in text(first.get("/admin/revocations/new"))
    first.post("/admin/revocations/new", {"reason": WHY}, 422)
    asked = ask(admin(app, "everywhere", None), codes)
    first.get(asked, 404)
    assert "Waiting for a second person: 0" in text(first.get("/admin/revocations"))
    assert revoked() == [False] * 3


def test_a_reason_and_a_word_are_needed(first, second, codes):
    for reason in ("", " ", "x" * 301):
        page = first.post("/admin/revocations/new", {"code": codes[:2], "reason": reason}, 422)
        assert 'id="reason-error"' in page.text
    asked = ask(first, codes[:2])
    for wrong in ({"word": "Yes."}, {"decision": "approve", "word": " "}, {"decision": "x", "word": "Yes."}):
        second.post(asked, wrong, 422)
    assert "<not>" not in second.get(asked).text
    assert revoked() == [False] * 3


def test_a_second_click_is_told_that_it_waits_already(first, codes):
    ask(first, codes[:2])
    first.post("/admin/revocations/new", {"code": codes[:2], "reason": WHY}, 409)


def test_nobody_without_the_right_comes_in(app, codes):
    world.person("manager@example.org", roles=(("manager", "CZ"),))
    manager = Visitor(app).sign_in("manager@example.org")
    for path in ("/admin/revocations", "/admin/revocations/new"):
        manager.get(path, 403)
