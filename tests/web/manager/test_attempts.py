"""Attempts at tests, as those see them who look after learners and who teach."""

import html
import re

import pytest
from sqlalchemy import select

from app.domain.assessments.models import Accommodation, Attempt
from app.foundation.db import session, transaction
from app.web.manager.attempts import AttemptsPage
from app.workflows import sitting
from tests import world
from tests.web.visitors import Visitor


def text(response) -> str:
    return response.get_data(as_text=True)


def enter(app, email, unit, *roles):
    world.person(email, unit, roles=roles)
    visitor = Visitor(app)
    visitor.sign_in(email)
    return visitor


@pytest.fixture
def learner(land):
    return world.act_as(world.person())


@pytest.fixture
def head(app, land):
    return enter(app, "head@example.org", "596230", ("head-of-office", "596230"))


@pytest.fixture
def teacher(app, land):
    """A trainer of the country, who writes the course and looks after all its learners."""
    return enter(app, "teacher@example.org", "585068", ("trainer", "CZ"))


@pytest.fixture
def stranger(app, land):
    return enter(app, "zlin@example.org", "585068", ("manager", "CZ-O7213"), ("trainer", "CZ-O7213"))


def address(attempt: Attempt, *more: str) -> str:
    return "/".join((f"/manage/attempts/{attempt.public_id}", *more))


def test_the_list_shows_ones_own_learners_and_nobody_elses(learner, head, stranger):
    attempt = world.begin_test(learner)
    shown = text(head.get("/manage/attempts"))
    assert "Eva Nováková" in shown
    assert address(attempt) in shown
    assert "Nobody has begun a test here yet" in text(stranger.get("/manage/attempts"))
    stranger.get(address(attempt), status=404)
    stranger.get(f"/manage/attempts?person={learner.public_id}", status=404)
    assert str(attempt.public_id) not in text(stranger.get("/manage/attempts?course=open-data"))
    for odd in ("person=x", "page=0", "page=x", "page=2", "person=" + "9" * 400):
        head.get(f"/manage/attempts?{odd}", status=404)


def test_attempts_are_found_by_the_learners_name_in_any_script(learner, head, stranger, app):
    attempt = world.begin_test(learner)
    other = world.begin_test(world.act_as(world.person("ana@example.org", "596230", "Ћирић", "Ана")))
    for name in ("Nov%C3%A1kov%C3%A1", "novakova+eva", "eva@example"):
        page = text(head.get(f"/manage/attempts?q={name}"))
        assert address(attempt) in page
        assert address(other) not in page
    assert address(other) in text(head.get("/manage/attempts?q=%D0%8B%D0%B8%D1%80"))
    empty = text(head.get("/manage/attempts?q=nobody%25&course=open-data"))
    assert "Nobody fits what you asked for" in empty
    assert "/manage/attempts?course=open-data" in empty
    head.get("/manage/attempts?q=" + "x" * 5000)
    assert address(attempt) not in text(stranger.get("/manage/attempts?q=eva"))


def test_a_search_is_kept_when_the_page_is_turned(app):
    view = AttemptsPage([], 60, 1, 2, "open-data", None, "eva")
    with app.test_request_context():
        assert view.link(page=2) == "/manage/attempts?q=eva&course=open-data&page=2"


def test_who_teaches_a_course_alone_finds_nobody_by_name(learner, app, land):
    with transaction():
        world.publish(world.course("theirs", owner="CZ-O7213"))
    attempt = world.begin_test(learner, "theirs")
    far = enter(app, "far@example.org", "585068", ("trainer", "CZ-O7213"))
    assert address(attempt) in text(far.get("/manage/attempts"))
    assert address(attempt) not in text(far.get("/manage/attempts?q=eva"))


def test_a_head_of_office_gives_more_time_and_does_not_annul(learner, head):
    attempt = world.begin_test(learner)
    page = text(head.get(address(attempt)))
    assert "Give more time" in page
    assert "/annul" not in page
    head.get(address(attempt, "annul"), status=403)
    assert 'name="minutes"' in text(head.get(address(attempt, "time")))
    assert "Write the reason" in text(
        head.post(address(attempt, "time"), {"minutes": "5", "reason": ""}, status=422)
    )
    assert "from 1 to" in text(
        head.post(address(attempt, "time"), {"minutes": "-5", "reason": "x"}, status=422)
    )
    head.post(address(attempt, "time"), {"minutes": "5", "reason": "The line fell."})
    page = text(head.get(address(attempt)))
    assert "5 more minutes" in page
    assert "The line fell." in page


def test_a_trainer_annuls_and_the_learner_reads_why(learner, teacher, app):
    attempt = world.pass_test(learner)
    page = text(teacher.get(address(attempt)))
    assert address(attempt, "annul") in page
    assert 'name="gives_back"' in text(teacher.get(address(attempt, "annul")))
    teacher.post(address(attempt, "annul"), {"reason": "Another <b>sat</b> it.", "gives_back": "y"})
    page = text(teacher.get(address(attempt)))
    assert "Annulled" in page
    assert "Another &lt;b&gt;sat&lt;/b&gt; it." in page
    own = Visitor(app)
    own.sign_in("eva@example.org")
    result = text(own.get(f"/attempts/{attempt.public_id}/result"))
    assert "This attempt was annulled" in result
    assert "Another &lt;b&gt;sat&lt;/b&gt; it." in result
    assert "Try again" in result


def test_what_came_too_late_is_shown_to_those_who_teach_alone(learner, teacher, head):
    attempt = world.begin_test(learner)
    kinds = [question.kind.value for question in world.paper_of(learner, attempt)]
    field = f"q{kinds.index('short') + 1}"
    sitting.submit_attempt(learner, attempt.public_id, {"whole": ["1"]})
    with pytest.raises(sitting.Ended):
        sitting.save_answers(learner, attempt.public_id, {field: ["an answer too late"]})
    assert "an answer too late" in text(teacher.get(address(attempt)))
    page = text(head.get(address(attempt)))
    assert "Answers that came too late" in page
    assert "an answer too late" not in page


def test_more_time_in_every_test_is_given_and_ended_on_a_persons_page(learner, head):
    path = f"/manage/people/{learner.public_id}/extra-time"
    assert path in text(head.get(f"/manage/people/{learner.public_id}"))
    assert "As much time as everybody has." in text(head.get(path))
    for odd in ("", "x", "-1", "201", "1e3"):
        head.post(path, {"percent": odd, "reason": "Granted by the office."}, status=422)
    head.post(path, {"percent": "50", "reason": "Granted by the office."})
    assert "more time in every test" in text(head.get(path))
    head.post(path, {"percent": "0", "reason": "Ended."})
    assert "As much time as everybody has." in text(head.get(path))
    assert session().scalars(select(Accommodation.ended_by)).all() == [
        session().scalar(select(Accommodation.granted_by))
    ]


# Two windows without JavaScript.


def hidden(page: str) -> dict[str, str]:
    """Return what a page says it shows."""
    return {
        name: html.unescape(value) for name, value in re.findall(r'name="(shown-\d+)" value="([^"]*)"', page)
    }


def test_a_stale_window_takes_nothing_away_and_a_later_answer_is_told(learner, app):
    attempt = world.begin_test(learner)
    own, here = Visitor(app), f"/attempts/{attempt.public_id}"
    own.sign_in("eva@example.org")
    kinds = [question.kind.value for question in world.paper_of(learner, attempt)]
    place = kinds.index("short") + 1
    field = f"q{place}"
    stale = hidden(text(own.get(here)))
    assert len(stale) == len(kinds)
    own.post(here, {**stale, field: "from one window", "action": "save"})
    own.post(here, {**stale, field: "", "action": "save"})
    assert 'value="from one window"' in text(own.get(here))
    own.post(here, {**stale, field: "from the other", "action": "save"})
    page = text(own.get(here))
    assert f"Question {place} was also answered in another window" in page
    assert 'value="from the other"' in page


def test_a_script_is_told_in_json(learner, app):
    attempt = world.begin_test(learner)
    own, here = Visitor(app), f"/attempts/{attempt.public_id}"
    own.sign_in("eva@example.org")
    kinds = [question.kind.value for question in world.paper_of(learner, attempt)]
    field = f"q{kinds.index('short') + 1}"
    told = own.client.post(
        here, data={field: "x", "action": "save"}, headers={"Accept": "application/json"}
    ).get_json()
    assert set(told) == {"saved", "words", "told", "message", "kept"}
    assert told["words"].startswith("saved at ")
    assert (
        own.client.post(
            here, data={field: "y", "age": "-5", "action": "save"}, headers={"Accept": "application/json"}
        ).status_code
        == 200
    )
