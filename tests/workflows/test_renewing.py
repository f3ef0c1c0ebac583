"""Certificates that end are renewed, and their holders reminded; on both engines."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from app.domain.access.values import Actor
from app.domain.catalogue.values import Duration
from app.domain.enrolment.models import Enrolment
from app.domain.people import service as persons
from app.domain.renewals.models import Reminder
from app.domain.territory import queries as territory
from app.domain.territory import service as units
from app.foundation.db import session, transaction
from app.foundation.errors import Refused
from app.workflows import certifying, duplicating, learning, notifying, renewing, sitting
from tests import world
from tests.workflows import ends
from tests.workflows.ends import WORKER, at, earn, held_by, mails


@pytest.fixture
def eva(land):
    ends.publish()
    return world.person()


def again(who, day: str, slug: str = "yearly") -> int:
    """Let somebody press the button on a day, and return the how-manieth time she takes the course."""
    with at(day):
        return learning.enrol(world.act_as(who), slug).ordinal


def remind(day: str) -> int:
    with at(day):
        return renewing.remind(WORKER)


def test_before_the_window_nobody_takes_a_course_again(eva):
    assert earn(eva, "2026-03-10").valid_until == date(2027, 3, 10)
    assert again(eva, "2026-12-09") == 1
    with at("2026-12-09"):
        assert renewing.list_due(world.act_as(eva)) == []


def test_in_the_window_she_takes_it_again_and_both_certificates_stay(eva):
    first = earn(eva, "2026-03-10")
    assert again(eva, "2026-12-10") == 2
    assert again(eva, "2026-12-11") == 2
    second = earn(eva, "2026-12-20")
    assert second.id != first.id
    assert [each.revoked_at or each.superseded_at for each in held_by(eva)] == [None, None]
    assert {each.is_current for each in held_by(eva)} == {True}


def test_who_renews_early_loses_no_time(eva):
    earn(eva, "2026-03-10")
    assert earn(eva, "2027-01-05").valid_until == date(2028, 3, 10)
    assert again(eva, "2027-01-06") == 2


def test_who_renews_too_late_begins_on_that_day(eva):
    earn(eva, "2026-03-10")
    assert earn(eva, "2028-05-01").valid_until == date(2029, 5, 1)


def test_a_fixed_day_goes_on_to_the_next_year_when_it_is_renewed(land):
    ends.publish("fixed", valid_for=None, valid_until="12-31")
    eva = world.person()
    assert earn(eva, "2026-11-23", "fixed").valid_until == date(2026, 12, 31)
    assert earn(eva, "2026-11-25", "fixed").valid_until == date(2027, 12, 31)
    assert again(eva, "2026-11-26", "fixed") == 2


def test_a_leap_day_ends_on_the_last_of_february_and_comes_back_in_no_window(land):
    ends.publish("leap", renewal_window=Duration(1, "d"))
    eva = world.person()
    assert earn(eva, "2028-02-29", "leap").valid_until == date(2029, 2, 28)
    assert again(eva, "2029-02-26", "leap") == 1
    assert again(eva, "2029-02-27", "leap") == 2


def test_a_shorter_course_may_be_taken_instead_and_certifies_itself(land):
    ends.publish("short", title="Short", valid_for=Duration(2, "y"))
    ends.publish("whole", renewal_course="short")
    eva = world.person()
    earn(eva, "2026-03-10", "whole")
    with at("2027-01-05"):
        ways = [list(due.ways) for due in renewing.list_due(world.act_as(eva))]
    assert ways == [["whole", "short"]]
    made = earn(eva, "2027-01-05", "short")
    assert made.snapshot["course_slug"] == "short"
    assert made.valid_until == date(2029, 3, 10)
    assert again(eva, "2027-01-06", "whole") == 1
    assert remind("2027-02-10") == 0


def test_a_revoked_certificate_renews_nothing_and_is_not_renewed(eva):
    first = earn(eva, "2026-03-10")
    second = earn(eva, "2027-01-05")
    admin = world.act_as(world.person("root@example.org", roles=(("admin", None),)))
    certifying.revoke(admin, second.code, "A mistake.")
    with at("2027-01-07"):
        due = renewing.list_due(world.act_as(eva))
    assert [each.certificate.id for each in due] == [first.id]
    certifying.revoke(admin, first.code, "A mistake.")
    with at("2027-01-07"):
        assert renewing.list_due(world.act_as(eva)) == []


def test_a_duplicate_of_one_that_is_renewed_is_not_to_be_renewed_again(eva):
    first = earn(eva, "2026-03-10")
    earn(eva, "2027-01-05")
    with at("2027-04-01"):
        fresh = duplicating.duplicate(WORKER, first.code, "It was lost.")
        assert fresh.valid_until == date(2027, 3, 10)
        assert renewing.list_due(world.act_as(eva)) == []


def test_a_duplicate_is_reminded_of_from_the_next_step_on(eva):
    first = earn(eva, "2026-03-10")
    assert remind("2026-12-10") == 1
    with at("2027-01-05"):
        duplicating.duplicate(WORKER, first.code, "It was lost.")
    before = len(mails())
    assert [remind(day) for day in ("2027-01-06", "2027-02-08", "2027-03-03")] == [0, 1, 1]
    assert len(mails()) == before + 2


def test_whoever_failed_the_renewal_does_not_begin_anew(eva):
    earn(eva, "2026-03-10")
    with at("2027-01-05"):
        actor = world.act_as(eva)
        for _ in range(3):
            attempt = world.begin_test(actor, "yearly")
            sitting.submit_attempt(actor, attempt.public_id, {"whole": ["1"]})
        assert learning.enrol(actor, "yearly").ordinal == 2
    assert session().scalar(select(func.count()).select_from(Enrolment)) == 2


def test_another_persons_certificates_are_not_hers(eva):
    earn(eva, "2026-03-10")
    other = world.act_as(world.person("jan@example.org"))
    coordinator = world.person("far@example.org", "585068", roles=(("coordinator", "CZ-K3131"),))
    with at("2027-01-05"):
        assert renewing.list_due(other) == []
        assert renewing.list_due(world.act_as(coordinator)) == []


def test_reminders_come_90_30_and_7_days_before_the_end_each_once(eva):
    earn(eva, "2026-03-10")
    days = {"2026-12-09": 0, "2026-12-10": 1, "2026-12-11": 0, "2027-02-07": 0, "2027-02-08": 1}
    days |= {"2027-03-02": 0, "2027-03-03": 1, "2027-03-10": 0, "2027-03-11": 0}
    for day, count in days.items():
        assert (day, remind(day), remind(day)) == (day, count, 0)
    assert [each.recipient for each in mails()] == ["eva@example.org"] * 3
    assert "2027-03-10" in mails()[0].subject


def test_a_worker_that_was_off_makes_up_for_the_latest_step_alone(eva):
    earn(eva, "2026-03-10")
    assert remind("2027-02-20") == 1
    assert session().scalars(select(Reminder.step)).all() == [30]
    assert remind("2027-03-10") == 1
    assert remind("2027-03-11") == 0


def test_a_worker_killed_in_between_sends_each_mail_once(eva, monkeypatch):
    other = world.person("jan@example.org")
    for who in (eva, other):
        earn(who, "2026-03-10")
    posted = notifying.post

    def die(person, *given: object, **values: str) -> None:
        posted(person, *given, **values)
        if person.email == "jan@example.org":
            raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(notifying, "post", die)
        with pytest.raises(SystemExit):
            remind("2026-12-10")
    assert remind("2026-12-10") == 1
    assert sorted(each.recipient for each in mails()) == ["eva@example.org", "jan@example.org"]


def test_a_day_begins_where_the_issuer_is(land):
    with transaction():
        units.keep_issuer(territory.get_unit("RS"), replace(world.ISSUER, prefix="RS"))
        territory.get_unit("RS").time_zone = "Pacific/Auckland"
    ends.publish("far", owner="RS")
    ends.publish("near")
    eva = world.person()
    for slug in ("far", "near"):
        earn(eva, "2026-03-10", slug)
    assert {each.valid_until for each in held_by(eva)} == {date(2027, 3, 11), date(2027, 3, 10)}
    assert remind("2026-12-10T11:30:00+00:00") == 2
    assert remind("2027-02-07T10:30:00+00:00") == 0
    assert remind("2027-02-07T22:30:00+00:00") == 0
    assert remind("2027-02-08T11:30:00+00:00") == 2


def test_neither_a_renewed_nor_a_new_one_is_reminded_of(land):
    ends.publish("month", valid_for=Duration(1, "mo"), renewal_window=Duration(7, "d"))
    eva = world.person()
    earn(eva, "2026-03-10", "month")
    assert remind("2026-03-10") == 0
    assert remind("2026-03-11") == 1
    assert "2026-04-03" in mails()[0].text
    earn(eva, "2026-04-05", "month")
    assert remind("2026-04-06") == 0


def test_whoever_left_is_not_reminded(eva):
    earn(eva, "2026-03-10")
    with transaction():
        persons.deactivate(session().merge(eva))
    assert remind("2026-12-10") == 0
    assert mails() == []


def test_a_reminder_speaks_the_holders_language_and_names_the_shorter_course(land):
    ends.publish("short", title="Short")
    ends.publish("whole", title="Whole", renewal_course="short")
    eva = world.person(locale="cs")
    earn(eva, "2026-03-10", "whole")
    assert remind("2026-12-10") == 1
    text = mails("eva@example.org")[0].text
    assert "Whole cs" in text
    assert "Short cs" in text
    assert "/certificates" in text


def test_nobody_who_may_not_read_certificates_reminds(eva):
    with pytest.raises(Refused):
        renewing.remind(Actor("stranger"))
