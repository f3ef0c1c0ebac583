"""A supervised test from the proctor's codes to the protocol: she without JavaScript, the learner with it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.domain.examinations.models import Seat
from app.foundation import clock
from app.foundation.db import session
from app.workflows.proctoring import setting
from tests import exams, world


@pytest.fixture
def hall(site):
    """A date that runs now: who set it, who holds it, who sits there on a screen and on paper; and its address."""
    emails = [site.person(roles=(("manager", "CZ-O6115"),)), *(site.person() for _ in range(3))]
    with site.inside():
        exams.publish()
        manager, *learners = [world.act_as(email) for email in (emails[0], *emails[2:])]
        for each in learners:
            exams.read_course(each)
        wanted = exams.wanted(
            opens_at=clock.ago(minutes=5), closes_at=clock.now() + timedelta(hours=1), proctor=emails[1]
        )
        date = setting.set_date(manager, wanted)
        setting.name_people(manager, date.public_id, [each.public_id for each in learners])
        seats = [
            session().scalars(select(Seat.public_id).where(Seat.person_id == each.person_id)).one()
            for each in learners
        ]
        return emails, f"/proctor/{date.public_id}", seats


def draw_for(manager, address: str, seat: UUID) -> None:
    """Draw the test on paper for one person, and look at every sheet that can be printed."""
    manager.open("/proctor/new")
    manager.open(f"{address}/people")
    manager.open(f"{address}/seats/{seat}")
    manager.press(f"form[action='{address}/papers'] button")
    for sheet in ("papers", "answer-sheets"):
        manager.open(f"{address}/{sheet}")


def test_a_test_is_supervised_sat_entered_and_closed(site, reader, hall):
    emails, address, (first, second) = hall
    manager, proctor, learner = reader(), reader(width=320, script=False), reader(width=360)
    for person, email in zip((manager, proctor, learner), emails, strict=False):
        person.sign_in(email)
    draw_for(manager, address, second)
    proctor.open(address)
    proctor.press(f"form[action='{address}/codes'] button")
    [code] = exams.codes_in(proctor.page.content())
    learner.open(f"/learn/{exams.SLUG}/test")
    learner.page.fill("#code", "AAAAA-AAAAA")
    learner.press("form[action$='/test'] button")
    assert learner.page.locator("#code-error").is_visible()
    learner.page.fill("#code", code.lower())
    learner.press("form[action$='/test'] button")
    learner.answer(site.answers(emails[2], learner.page.url))
    learner.press("button[value=submit]")
    assert "once your proctor has closed the date" in learner.page.content()
    proctor.open(f"{address}/seats/{first}")
    proctor.page.check("input[value=identity-card]")
    proctor.press("form:has(input[value=prove]) button")
    proctor.open(f"{address}/incident")
    proctor.page.fill("#text", "The light went out.")
    proctor.press("main form button")
    proctor.open(f"{address}/seats/{second}")
    proctor.press(f"a[href='{address}/seats/{second}/entry']")
    proctor.press("main form button[type=submit]")
    manager.open(address)
    manager.open(f"{address}/close")
    proctor.open(f"{address}/close")
    proctor.press("main form button")
    protocol = proctor.page.request.get(f"{site.url}{address}/protocol.pdf")
    assert protocol.body().startswith(b"%PDF-")
    manager.open(f"{address}/key")
    manager.open("/proctor")
    learner.page.reload()
    assert learner.look().locator(".g-answer").count() > 0
