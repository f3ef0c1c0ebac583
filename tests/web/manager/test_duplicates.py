"""A duplicate at the browser: what it means is said first, it is made once, and everyone who looks is told of it."""

import re

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate
from app.foundation.db import session
from app.workflows import certifying, revoking
from tests import world

GIVEN = {"reason": "It was <b>stolen</b>."}


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def certificates() -> list[Certificate]:
    session().rollback()
    return list(session().scalars(select(Certificate).order_by(Certificate.id)))


def address() -> str:
    return f"/manage/certificates/{certificates()[0].code}/duplicate"


def test_the_page_of_a_person_leads_to_one_that_says_what_happens(manager, holder):
    assert address() in manager.get(f"/manage/people/{holder.public_id}").get_data(as_text=True)
    page = text(manager.get(address()))
    number = certificates()[0].number
    for words in (
        f"Make a duplicate of {number}?",
        "the holder can download the signed PDF at any time",
        f"says that it is a duplicate of {number}",
        f"{number} counts no more from then on.",
        "The holder gets a mail",
        "Eva Nováková",
    ):
        assert words in page
    assert len(certificates()) == 1


def test_it_is_made_once_and_every_page_tells_of_it(manager, holder):
    manager.post(address(), GIVEN)
    person = manager.get(f"/manage/people/{holder.public_id}")
    manager.post(address(), GIVEN, 409)
    manager.get(address(), 409)
    old, new = certificates()
    assert f"The duplicate {new.number} is made. The holder is told by mail." in text(person)
    assert f"/manage/certificates/{new.code}/duplicate" in person.get_data(as_text=True)
    assert address() not in person.get_data(as_text=True)
    first, second = (text(manager.get(f"/verify/{each.code}")) for each in (old, new))
    assert f"by the certificate {new.number}" in first
    assert "stolen" in first
    assert "Duplicate of" not in first
    assert "This certificate is genuine and valid." in second
    assert f"Duplicate of {old.number}" in second
    assert "stolen" not in second
    registered = [text(manager.get(f"/admin/register/{each.code}")) for each in (old, new)]
    assert [f"Duplicate of {old.number}" in page for page in registered] == [False, True]
    said = [manager.get(f"/api/v1/certificates/{each.code}").get_json() for each in (old, new)]
    assert [each["duplicate_of"] for each in said] == [None, old.number]
    assert [each["state"] for each in said] == ["superseded", "valid"]
    assert said[0]["successor"] == new.number


def test_the_holder_sees_both_and_which_is_the_duplicate(manager, browser, holder):
    manager.post(address(), GIVEN)
    old, new = certificates()
    page = text(browser.sign_in("eva@example.org").get("/certificates"))
    assert page.count(f"duplicate of {old.number}") == 1
    assert new.number in page
    assert "Superseded" in page


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_what_is_wrong_is_told_at_its_field(manager, reason):
    page = manager.post(address(), {"reason": reason}, 422).get_data(as_text=True)
    assert 'id="reason-error"' in page
    assert len(certificates()) == 1


def test_a_reason_is_shown_as_it_was_written(manager):
    manager.post(address(), GIVEN)
    old, _new = certificates()
    for page in (f"/verify/{old.code}", f"/admin/register/{old.code}"):
        assert "It was &lt;b&gt;stolen&lt;/b&gt;." in manager.get(page).get_data(as_text=True)


@pytest.mark.parametrize("code", ["x", "<script>", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA"])
def test_a_code_that_nobody_has_is_not_found(manager, code):
    manager.get(f"/manage/certificates/{code}/duplicate", 404)
    manager.post(f"/manage/certificates/{code}/duplicate", GIVEN, 404)


def test_a_revoked_one_has_no_way_to_a_duplicate(manager, holder):
    with_link = manager.get(f"/manage/people/{holder.public_id}").get_data(as_text=True)
    certifying.revoke(Actor.system("test"), certificates()[0].code, "A mistake.")
    without = manager.get(f"/manage/people/{holder.public_id}").get_data(as_text=True)
    assert address() in with_link
    assert address() not in without
    manager.get(address(), 409)


def test_one_that_waits_to_be_revoked_has_no_way_to_a_duplicate(manager, holder):
    world.pass_test(world.act_as(world.person("jan@example.org")))
    admin = world.act_as(world.person("root@example.org", roles=(("admin", None),)))
    revoking.ask(admin, [each.code for each in certificates()], "A mistake.")
    assert address() not in manager.get(f"/manage/people/{holder.public_id}").get_data(as_text=True)
    manager.get(address(), 409)


def test_nobody_is_led_to_a_duplicate_of_her_own(browser, land):
    own = world.person("own@example.org", "595209", roles=(("manager", "CZ-O6115"),))
    world.pass_test(world.act_as(own))
    me = browser.sign_in("own@example.org")
    assert address() not in me.get(f"/manage/people/{own.public_id}").get_data(as_text=True)
    me.get(address(), 409)
    me.post(address(), GIVEN, 409)
    assert len(certificates()) == 1


def test_a_head_of_office_and_a_manager_elsewhere_do_not_come_in(browser, holder):
    world.person("head@example.org", roles=(("head-of-office", "596230"),))
    world.person("away@example.org", roles=(("manager", "CZ-O7213"),))
    head = browser.sign_in("head@example.org")
    head.get(address(), 403)
    assert address() not in head.get(f"/manage/people/{holder.public_id}").get_data(as_text=True)
    away = browser.sign_in("away@example.org")
    away.get(address(), 404)
    away.post(address(), GIVEN, 404)
    assert len(certificates()) == 1
