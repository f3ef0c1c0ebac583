"""The name on certificates is corrected at a browser: chosen, looked at old beside new, done once."""

import re

import pytest
from sqlalchemy import select

from app.domain.certificates.models import Certificate
from app.domain.people import queries as people
from app.foundation.db import session
from tests import world

RIGHT = {
    "family_name": "Nováková-Malá",
    "given_name": "Eva",
    "family_name_latin": "",
    "given_name_latin": "",
    "reason": "She <b>married</b>.",
}


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def address(person) -> str:
    return f"/manage/people/{person.public_id}/name-on-certificates"


def certificates() -> list[Certificate]:
    session().rollback()
    return list(session().scalars(select(Certificate).order_by(Certificate.id)))


def test_the_page_of_a_person_leads_to_a_form_with_the_name_of_the_profile(manager, holder):
    assert address(holder) in manager.get(f"/manage/people/{holder.public_id}").get_data(as_text=True)
    page = manager.get(address(holder)).get_data(as_text=True)
    assert 'value="Nováková"' in page
    assert re.search(rf'<input checked [^>]*name="codes"[^>]* value="{certificates()[0].code}"', page)


def test_old_and_new_are_shown_and_nothing_is_done_before_they_are_confirmed(manager, holder):
    given = {**RIGHT, "codes": certificates()[0].code, "step": "look"}
    page = manager.post(address(holder), given, 200)
    assert "Eva Nováková" in text(page)
    assert "Eva Nováková-Malá" in text(page)
    assert "<b>married" not in page.get_data(as_text=True)
    assert len(certificates()) == 1
    back = manager.post(address(holder), {**given, "step": "back"}, 200)
    assert 'value="Nováková-Malá"' in back.get_data(as_text=True)
    assert 'type="checkbox"' in back.get_data(as_text=True)


def test_it_is_confirmed_once_and_the_check_of_the_old_one_leads_to_the_new_one(manager, holder):
    given = {**RIGHT, "codes": certificates()[0].code, "step": "correct"}
    manager.post(address(holder), given)
    assert "1 certificate is issued anew." in text(manager.get(f"/manage/people/{holder.public_id}"))
    manager.post(address(holder), given, 409)
    old, new = certificates()
    checked = text(manager.get(f"/verify/{old.code}"))
    assert new.number in checked
    assert "She <b>married</b>." not in checked
    assert "This certificate is genuine and valid." in text(manager.get(f"/verify/{new.code}"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"family_name": "李明", "family_name_latin": "Li"}, "family_name"),
        ({"given_name": ""}, "given_name"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"codes": []}, "codes"),
        ({"family_name": "Nováková"}, "family_name"),
    ],
)
@pytest.mark.parametrize("step", ["look", "correct"])
def test_what_is_wrong_is_told_at_its_field(manager, holder, wrong, field, step):
    given = {**RIGHT, "codes": certificates()[0].code, "step": step, **wrong}
    page = manager.post(address(holder), given, 422).get_data(as_text=True)
    assert f'id="{field}-error"' in page
    assert len(certificates()) == 1


def test_a_foreign_code_is_not_found_and_one_that_is_none_either(manager, holder):
    stranger = world.person("stranger@example.org", "585068")
    world.pass_test(world.act_as(stranger))
    for code in (certificates()[1].code, "x", "<script>"):
        manager.post(address(holder), {**RIGHT, "codes": code, "step": "correct"}, 404)
    assert len(certificates()) == 2


def test_who_has_no_certificate_has_nothing_to_correct(manager):
    person = world.person("none@example.org")
    assert "There is no certificate here" in text(manager.get(address(person)))
    assert address(person) not in manager.get(f"/manage/people/{person.public_id}").get_data(as_text=True)


def test_a_head_of_office_and_a_manager_elsewhere_do_not_come_in(browser, holder):
    world.person("head@example.org", roles=(("head-of-office", "596230"),))
    world.person("away@example.org", roles=(("manager", "CZ-O7213"),))
    head = browser.sign_in("head@example.org")
    head.get(address(holder), 403)
    assert address(holder) not in head.get(f"/manage/people/{holder.public_id}").get_data(as_text=True)
    browser.sign_in("away@example.org").get(address(holder), 404)
    assert people.find_person_by_email("eva@example.org") is not None
