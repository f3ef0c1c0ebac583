"""The survey in a browser: a learner answers it once, a trainer reads what five have said."""

import re

import pytest

from tests import world
from tests.web.trainer.conftest import Desk
from tests.web.visitors import Visitor

ANSWER = {"practical": "5", "usable": "4", "explained": "3", "interactive": "1", "comment": "Good."}
ADDRESS = "/learn/open-data/survey"


@pytest.fixture
def course(desk: Desk) -> Desk:
    """The trainer at the page of a course that is published."""
    return Desk(desk.browser, "open-data")


def enter(desk: Desk, number: int) -> Visitor:
    """Let somebody pass the course and sign in."""
    world.pass_test(world.act_as(world.person(f"eva{number}@example.org", family=f"Novakova{number}")))
    return Visitor(desk.browser.app).sign_in(f"eva{number}@example.org")


def say(desk: Desk, number: int, **changes: str) -> Visitor:
    visitor = enter(desk, number)
    visitor.post(ADDRESS, {**ANSWER, **changes})
    return visitor


def test_a_learner_is_led_to_the_survey_and_thanked_once(course):
    visitor = enter(course, 1)
    for page in ("/learn", "/learn/open-data"):
        assert ADDRESS in visitor.get(page).get_data(as_text=True)
    form = visitor.get(ADDRESS).get_data(as_text=True)
    assert len(re.findall(r'<input[^>]*type="radio"', form)) == 20
    assert "without your name" in form
    visitor.post(ADDRESS, ANSWER)
    assert "kept without your name" in visitor.get("/learn/open-data").get_data(as_text=True)
    for page in ("/learn", "/learn/open-data"):
        assert ADDRESS not in visitor.get(page).get_data(as_text=True)
    after = visitor.get(ADDRESS).get_data(as_text=True)
    assert "told us already" in after
    assert "Good." not in after
    visitor.post(ADDRESS, {**ANSWER, "comment": "again"})


def test_the_result_of_a_test_leads_to_the_survey(course):
    actor = world.act_as(world.person("eva1@example.org"))
    attempt = world.begin_test(actor)
    visitor = Visitor(course.browser.app).sign_in("eva1@example.org")
    visitor.post(
        f"/attempts/{attempt.public_id}", {**world.right_answers(actor, attempt), "action": "submit"}
    )
    assert ADDRESS in visitor.get(f"/attempts/{attempt.public_id}/result").get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"practical": ""}, "Say from 1 to 5 how practical the course is."),
        ({"practical": "6"}, "Not a valid choice."),
        ({"usable": "4 OR 1=1"}, "Not a valid choice."),
        ({"comment": "x" * 2001}, "Use at most 2000 characters."),
    ],
)
def test_a_wrong_answer_is_told_at_its_place_and_nothing_is_kept(course, changes, told):
    visitor = enter(course, 1)
    page = visitor.post(ADDRESS, {**ANSWER, **changes}, status=422).get_data(as_text=True)
    assert told in page
    assert "Good." in page or "comment" in changes
    assert "told us already" not in visitor.get(ADDRESS).get_data(as_text=True)


def test_before_the_end_of_a_course_there_is_no_survey(course):
    world.person("eva1@example.org")
    visitor = Visitor(course.browser.app).sign_in("eva1@example.org")
    visitor.get(ADDRESS, status=404)
    visitor.post("/courses/open-data/enrol")
    assert ADDRESS not in visitor.get("/learn/open-data").get_data(as_text=True)
    visitor.get(ADDRESS, status=409)
    visitor.post(ADDRESS, ANSWER, status=409)


def test_of_four_answers_no_page_shows_a_byte_and_of_five_everything(course):
    for number in range(4):
        say(course, number, comment=f"canary-{number}")
    addresses = ("/teach/courses/open-data/survey", "/teach/survey", "/teach/courses/open-data")
    for address in addresses:
        page = course.browser.get(address).get_data(as_text=True)
        assert "canary" not in page
        assert "of 5" not in page
    assert "nothing to show yet" in course.page("/survey")
    course.browser.get(addresses[0] + "?edition=1", status=404)
    say(course, 4, comment="canary-4")
    page = course.page("/survey")
    assert "5 answers" in page
    assert page.count("canary-") == 5
    assert "Novakova" not in page
    assert re.findall(r"(\d(?:\.\d)?) of 5", page)[:4] == ["5", "4", "3", "1"]
    overview = course.browser.get("/teach/survey").get_data(as_text=True)
    assert "Test office" in overview
    assert "canary" not in overview


def test_markup_in_a_comment_is_text(course):
    for number in range(5):
        say(course, number, comment="<script>alert(1)</script>\nsecond line & more")
    page = course.page("/survey")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\nsecond line &amp; more" in page


@pytest.mark.parametrize("asked", ["edition=9", "edition=x", "half=2026-3", "half=%27", "page=2", "page=0"])
def test_what_there_is_not_is_not_found(course, asked):
    for number in range(5):
        say(course, number)
    course.browser.get(f"/teach/courses/open-data/survey?{asked}", status=404)
