"""Tests at a place, as the pages show them to who sets a date, who holds it, who sits there, and to others."""

import html
import re
from datetime import timedelta

import pytest

from app.domain.examinations.models import ExamDate, Incident
from app.foundation import clock
from app.foundation.db import session
from app.workflows.proctoring import holding
from tests import exams, world
from tests.exams import IN, NOON_BEFORE, SLUG, Hall
from tests.web.visitors import Visitor

SECRETS = ("secretword", "secretgap", "SECRET-EXPLANATION")


def text(response) -> str:
    return html.unescape(response.get_data(as_text=True))


@pytest.fixture
def hall(land) -> Hall:
    return exams.hall()


@pytest.fixture
def enter(app):
    def sign_in(email: str) -> Visitor:
        visitor = Visitor(app)
        visitor.sign_in(email)
        return visitor

    return sign_in


def address(hall: Hall, *more: object) -> str:
    return "/".join(("/proctor", str(hall.date.public_id), *map(str, more)))


def seat(hall: Hall, *more: object) -> str:
    return address(hall, "seats", hall.seat_of(hall.learner).public_id, *more)


def test_a_course_says_where_its_test_is_sat(hall, app):
    assert "at a place, under supervision" in text(Visitor(app).get(f"/courses/{SLUG}"))
    assert "wherever you like" in text(Visitor(app).get("/courses/open-data"))


def test_a_manager_sets_a_date_and_names_her_people(land, enter):
    exams.publish()
    world.person("manager@example.org", "595209", roles=(("manager", "CZ-O6115"),))
    world.person("proctor@example.org", "595209", "Dozorová")
    exams.learner("eva@example.org", "Nováková")
    exams.learner("far@example.org", "Daleká", "585068")
    manager = enter("manager@example.org")
    assert "Set a date" in text(manager.get("/proctor"))
    typed = {
        "course": SLUG,
        "unit": "596230",
        "place": "<b>Hall</b> & room 3",
        "day": "2030-05-06",
        "opens": "10:00",
        "closes": "11:00",
        "proctor": "proctor@example.org",
    }
    with clock.at(NOON_BEFORE):
        for field, odd in (
            ("day", "2030-02-30"),
            ("day", "0001-01-01"),
            ("day", "9999-12-31"),
            ("opens", "25:99"),
            ("closes", "09:00"),
            ("place", ""),
            ("proctor", "far@example.org"),
            ("unit", "585068"),
            ("course", "open-data"),
        ):
            page = text(manager.post("/proctor/new", {**typed, field: odd}, status=422))
            assert "Please correct this" in page
        people = manager.post("/proctor/new", typed).headers["Location"]
        page = text(manager.get(people))
        assert "Eva Nováková" in page
        assert "Daleká" not in page
        assert "Daleká" not in text(manager.get(f"{people}?q=Dalek"))
        [chosen] = re.findall(r'name="people" value="([^"]+)"', page)
        shown = manager.post(people, {"people": [chosen]}).headers["Location"]
        page = manager.get(shown).get_data(as_text=True)
        manager.post(people, {"people": ["x"]}, status=404)
    assert "1 person is named, and told." in page
    assert "&lt;b&gt;Hall&lt;/b&gt; &amp; room 3" in page
    assert "Nobody fits" in text(manager.get(people))
    assert session().query(ExamDate).one().opens_at == exams.OPENS


def test_nobody_else_finds_a_date(hall, app, enter):
    world.person("zlin@example.org", "585068", roles=(("manager", "CZ-O7213"),))
    world.person("c@example.org", "595209", roles=(("coordinator", "CZ-K3107"),))
    assert Visitor(app).get("/proctor", status=302).headers["Location"].startswith("/login")
    for email in ("zlin@example.org", "c@example.org", "eva@example.org"):
        visitor = enter(email)
        assert "There is no date here" in text(visitor.get("/proctor"))
        for page in (address(hall), seat(hall), address(hall, "close"), address(hall, "protocol.pdf")):
            visitor.get(page, status=404)
        visitor.post(address(hall, "codes"), status=404)
        visitor.post(address(hall, "close"), status=404)
    enter("c@example.org").get("/proctor/new", status=403)


def test_a_proctor_gives_out_codes_once_and_a_learner_begins_by_hers(hall, enter):
    proctor, learner = enter("proctor@example.org"), enter("eva@example.org")
    with clock.at(IN):
        codes = exams.codes_in(text(proctor.post(address(hall, "codes"), status=200)))
        assert len(codes) == 2
        assert exams.codes_in(text(proctor.post(address(hall, "codes"), status=200))) == []
        assert exams.codes_in(text(proctor.get(address(hall)))) == []
        before = text(learner.get(f"/learn/{SLUG}/test"))
        assert "Town hall, room 3" in before
        page = text(learner.post(f"/learn/{SLUG}/test", {"lang": "en", "code": "wrong"}, status=422))
        assert "This code is not right" in page
        assert text(learner.post(f"/learn/{SLUG}/test", {"lang": "en"}, status=409))
        sent = [
            learner.client.post(f"/learn/{SLUG}/test", data={"lang": "en", "code": code}) for code in codes
        ]
        [attempt] = {answer.headers["Location"] for answer in sent if answer.status_code == 302}
        assert not any(code in attempt for code in codes)
        learner.get(attempt)
        shown = text(proctor.get(address(hall)))
        assert "0 of 7" in shown
        assert "In: 1" in shown


def test_a_proctor_sees_no_answer_no_question_and_no_key(hall, enter):
    proctor = enter("proctor@example.org")
    with clock.at(IN):
        begun = hall.sit(hall.learner)
        form = world.right_answers(hall.learner, begun)
        exams.seating.sitting.save_answers(hall.learner, begun.public_id, form)
        pages = [text(proctor.get(page)) for page in (address(hall), seat(hall), address(hall, "close"))]
        for hidden in (address(hall, "papers"), address(hall, "key"), f"/attempts/{begun.public_id}"):
            proctor.get(hidden, status=403 if hidden.endswith("papers") else 404)
    assert "7 of 7" in pages[0]
    for page in pages:
        assert not any(secret in page for secret in (*SECRETS, "figure en?", "text en?"))


def test_identity_incidents_and_the_end_of_an_attempt_are_noted_on_pages(hall, enter):
    proctor = enter("proctor@example.org")
    with clock.at(IN):
        hall.sit(hall.learner)
        proctor.post(seat(hall), {"action": "prove", "proof": "passport"})
        proctor.post(seat(hall), {"action": "prove"}, status=422)
        proctor.post(seat(hall), {"action": "dance"}, status=422)
        proctor.post(address(hall, "incident"), {"seat": "", "text": " "}, status=422)
        proctor.post(address(hall, "incident"), {"seat": "x", "text": "x"}, status=422)
        proctor.post(address(hall, "incident"), {"seat": "", "text": "<i>Dark</i>\nfor a while"})
        proctor.post(seat(hall), {"action": "end", "text": ""}, status=422)
        proctor.post(seat(hall), {"action": "end", "text": "Ill."})
        page = proctor.get(address(hall)).get_data(as_text=True)
        assert "&lt;i&gt;Dark&lt;/i&gt;" in page
        assert "Passport" in page
        proctor.get(address(hall, "protocol.pdf"), status=404)
        proctor.post(address(hall, "close"))
        proctor.post(address(hall, "close"))
        assert "Protocol (PDF)" in text(proctor.get(address(hall)))
        made = proctor.get(address(hall, "protocol.pdf"))
        assert (made.mimetype, made.data[:5]) == ("application/pdf", b"%PDF-")
        proctor.post(address(hall, "incident"), {"seat": "", "text": "Late."}, status=409)
    assert session().query(Incident).count() == 2


def test_what_was_right_is_told_once_nobody_can_sit_the_test_any_more(hall, enter):
    learner = enter("eva@example.org")
    with clock.at(IN):
        begun = hall.sit(hall.learner)
        exams.seating.sitting.submit_attempt(hall.learner, begun.public_id, {"whole": ["1"]})
        page = text(learner.get(f"/attempts/{begun.public_id}/result"))
        assert "once your proctor has closed the date" in page
        assert "secretword" not in page
        holding.close(hall.proctor, hall.date.public_id)
        assert "secretword" in text(learner.get(f"/attempts/{begun.public_id}/result"))


def test_a_paper_is_printed_entered_and_kept_from_the_learner(hall, enter):
    manager, proctor, learner = (enter(f"{who}@example.org") for who in ("manager", "proctor", "eva"))
    with clock.at(NOON_BEFORE):
        proctor.post(address(hall, "papers"), status=403)
        manager.post(address(hall, "papers"))
        papers = text(manager.get(address(hall, "papers")))
        sheets = text(proctor.get(address(hall, "answer-sheets")))
        manager.get(address(hall, "key"), status=404)
        assert "Your test is on paper" in text(learner.get(f"/learn/{SLUG}"))
        before = text(learner.get(f"/learn/{SLUG}/test"))
        assert "You sit this test on paper" in before
        assert "Town hall, room 3" in before
        attempt = hall.attempt_of(hall.learner)
        learner.get(f"/attempts/{attempt.public_id}", status=409)
        manager.get(seat(hall, "entry"), status=409)
    assert "gaps en?" in papers
    assert "gaps en?" not in sheets
    assert not any(secret in papers + sheets for secret in SECRETS)
    with clock.at(IN):
        page = text(proctor.get(seat(hall, "entry")))
        assert not any(secret in page for secret in SECRETS)
        right = world.right_answers(hall.learner, attempt)
        proctor.post(seat(hall, "entry"), {**right, "seen": ""})
        assert "secretword" in text(proctor.get(seat(hall, "entry")))
        proctor.post(seat(hall, "entry"), {**right, "seen": ""})
        proctor.post(seat(hall, "entry"), {"seen": ""}, status=409)
        proctor.post(address(hall, "close"), status=409)
        proctor.post(address(hall, "seats", hall.seat_of(hall.other).public_id), {"action": "absent"})
        proctor.post(address(hall, "close"))
        key = text(proctor.get(address(hall, "key")))
    assert "secretword" in key
    assert "gaps en?" not in key
    assert hall.attempt_of(hall.learner).is_passed


def test_a_date_is_cancelled_on_a_page_before_it_begins(hall, enter):
    manager = enter("manager@example.org")
    with clock.at(NOON_BEFORE):
        manager.post(address(hall, "cancel"), {"reason": ""}, status=422)
        manager.post(address(hall, "cancel"), {"reason": "The hall is flooded."})
        assert "The hall is flooded." in text(manager.get(address(hall)))
    with clock.at(IN + timedelta(days=1)):
        learner = text(enter("eva@example.org").get(f"/learn/{SLUG}/test"))
    assert "you are not registered for a date yet" in learner


def test_a_seat_of_another_date_is_not_found_here(hall, enter):
    with clock.at(NOON_BEFORE):
        other = exams.setting.set_date(hall.manager, exams.wanted())
    proctor = enter("proctor@example.org")
    strange = f"/proctor/{other.public_id}/seats/{hall.seat_of(hall.learner).public_id}"
    for page in (strange, f"{strange}/entry"):
        proctor.get(page, status=404)
    proctor.post(
        f"/proctor/{other.public_id}/codes", {"seat": hall.seat_of(hall.learner).public_id}, status=404
    )
    proctor.post(f"/proctor/{other.public_id}/codes", {"seat": "x"}, status=404)
