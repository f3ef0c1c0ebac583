"""A person is erased at a browser: what goes and what stays is read first, and a password asked for."""

import re
from zoneinfo import ZoneInfo

import pytest

from app.domain.people import queries as people
from app.foundation import clock
from tests import world
from tests.lapsing import terms


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


@pytest.fixture
def her(land):
    person = world.person("zmizela@example.org", family="Zmizelá", given="Zora")
    world.pass_test(world.act_as(person))
    return person


@pytest.fixture
def admin(browser, her):
    world.person("admin@example.org", "595209", roles=(("admin", None),))
    return browser.sign_in("admin@example.org")


def address(person) -> str:
    return f"/manage/people/{person.public_id}/erase"


def test_the_page_says_what_goes_and_what_stays(admin, her):
    assert address(her) in admin.get(f"/manage/people/{her.public_id}").get_data(as_text=True)
    page = text(admin.get(address(her)))
    assert "1 attempt at a test" in page
    assert "1 certificate in the register, with the name on it" in page
    assert "1 result without a name" in page
    assert re.search(r"CZ-\d{4}-000001 – Open data", page)


def test_the_page_says_until_when_the_register_keeps_the_name_where_a_period_is_set(admin, her):
    assert "the name stays until" not in text(admin.get(address(her)))
    with terms(CZ=10):
        page = text(admin.get(address(her)))
    last = f"{clock.now().astimezone(ZoneInfo('Europe/Prague')).year + 10}"
    assert re.search(rf"the name stays until \w+ \d+, {last}, then it is erased here, too", page)
    assert "because the law obliges the issuer to keep it" in page


def test_she_is_gone_from_every_list_and_her_certificate_is_still_verified(admin, her):
    admin.post(address(her), {"is_sure": "y", "present": world.PASSWORD})
    assert "This person is erased." in text(admin.get("/manage/people"))
    admin.get(address(her), 404)
    admin.post(address(her), {"is_sure": "y", "present": world.PASSWORD}, 404)
    assert "Zmizelá" not in text(admin.get("/manage/people?q=Zmizel"))
    page = admin.get("/admin/register?q=Zmizel").get_data(as_text=True)
    code = re.search(r"/admin/register/([0-9A-Z-]+)", page).group(1)
    assert "Zmizelá" in text(admin.get(f"/verify/{code}"))
    admin.get(f"/admin/register/{code}")
    rows = admin.get("/reports/completions?format=csv").get_data(as_text=True).splitlines()
    assert [row.split(",")[1:5] for row in rows[1:]] == [["–", "", "–", ""]]
    admin.get("/admin/audit")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"is_sure": ""}, "is_sure"), ({"present": ""}, "present"), ({"present": "wrong"}, "present")],
)
def test_it_is_not_done_by_a_click_alone(admin, her, wrong, field):
    given = {"is_sure": "y", "present": world.PASSWORD, **wrong}
    given = {name: value for name, value in given.items() if value}
    page = admin.post(address(her), given, 422).get_data(as_text=True)
    assert f'id="{field}-error"' in page
    assert people.find_person_by_email("zmizela@example.org") is not None


def test_a_manager_does_not_erase(browser, her):
    world.person("manager@example.org", "595209", roles=(("manager", "CZ-O6115"),))
    manager = browser.sign_in("manager@example.org")
    manager.get(address(her), 403)
    manager.post(address(her), {"is_sure": "y", "present": world.PASSWORD}, 403)
    assert address(her) not in manager.get(f"/manage/people/{her.public_id}").get_data(as_text=True)
