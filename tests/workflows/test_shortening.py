"""A methodologist ends certificates of older editions; on both engines."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.domain.catalogue.values import Duration
from app.domain.certificates.models import RegisterEntry
from app.domain.people import service as persons
from app.domain.renewals.models import Shortening
from app.domain.territory import queries as territory
from app.domain.territory import service as units
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.foundation.errors import Conflict, Invalid, NotFound, Refused
from app.workflows import (
    certifying,
    learning,
    notifying,
    registering,
    renewing,
    sealing,
    shortening,
)
from tests import world
from tests.workflows import ends
from tests.workflows.ends import WORKER, at, earn, held_by, mails

DAY = date(2026, 12, 31)
WHY = "The law changed <b>&</b> “so”."


@pytest.fixture
def two(land):
    """Two people with certificates of the first edition, one in each region; a second edition is published."""
    ends.publish()
    near, far = world.person(), world.person("jan@example.org", "585068")
    for who in (near, far):
        earn(who, "2026-03-10")
    ends.publish(valid_for=Duration(2, "y"))
    return near, far


def decide(actor, day: date = DAY, edition: int = 2, reason: str = WHY, on: str = "2026-06-01"):
    with at(on):
        return shortening.decide(actor, "yearly", edition, day, reason)


def proceed(on: str = "2026-06-01T12:01:00+00:00") -> int:
    with at(on):
        return shortening.proceed(WORKER)


def test_older_certificates_end_on_the_day_and_the_register_says_why(two, method):
    decide(method)
    assert proceed() == 2
    assert [held_by(who)[0].valid_until for who in two] == [DAY, DAY]
    lines = session().scalars(select(RegisterEntry).where(RegisterEntry.kind == "shortened")).all()
    assert {(line.reason, line.actor) for line in lines} == {(WHY, method.name)}
    assert [line.facts for line in lines] == [{"valid_until": "2026-12-31"}] * 2
    sealing.seal(WORKER)
    assert registering.verify(WORKER).fault is None


def test_every_holder_is_told_once_in_a_mail(two, method):
    decide(method)
    proceed()
    proceed()
    assert sorted(each.recipient for each in mails()) == ["eva@example.org", "jan@example.org"]
    for part in ("2027-03-10", "2026-12-31", WHY):
        assert part in mails()[0].text
    assert "<b>" not in mails()[0].html


def test_a_worker_killed_in_between_goes_on_where_it_was(two, method, monkeypatch):
    decide(method)
    monkeypatch.setattr(shortening, "AT_ONCE", 1)
    posted = notifying.post

    def die(person, *given: object, **values: str) -> None:
        posted(person, *given, **values)
        if person.email == "jan@example.org":
            raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(notifying, "post", die)
        with pytest.raises(SystemExit):
            proceed()
    assert proceed() == 1
    assert [held_by(who)[0].valid_until for who in two] == [DAY, DAY]
    assert sorted(each.recipient for each in mails()) == ["eva@example.org", "jan@example.org"]


def test_a_certificate_that_ends_sooner_stays_as_it_is(two, method):
    decide(method, date(2027, 3, 10))
    assert proceed() == 0
    assert mails() == []


def test_revoked_certificates_and_those_of_the_new_edition_stay(two, method):
    near, far = two
    admin = world.act_as(world.person("root@example.org", roles=(("admin", None),)))
    newer = earn(near, "2026-05-01")
    certifying.revoke(admin, held_by(far)[0].code, "A mistake.")
    decide(method)
    assert proceed() == 1
    assert [each.valid_until for each in held_by(near)] == [newer.valid_until, DAY]
    assert held_by(far)[0].valid_until == date(2027, 3, 10)


def test_who_finishes_an_older_edition_later_gets_no_longer_one(two, method):
    ida = world.person("ida@example.org")
    with at("2026-05-01"):
        ends.publish(valid_for=Duration(3, "y"))
        learning.enrol(world.act_as(ida), "yearly")
    ends.publish(valid_for=Duration(4, "y"))
    decide(method, edition=4)
    assert earn(ida, "2026-06-02").valid_until == DAY
    assert held_by(ida)[0].snapshot["valid_until"] == "2026-12-31"


def test_a_certificate_that_takes_its_place_lasts_no_longer(two, method):
    decide(method)
    proceed()
    old = held_by(two[0])[0]
    with transaction():
        said = replace(certifying.snapshot_of(old), mark=9000)
        certifying.supersede(WORKER, [(session().merge(old), said)], "A mended key.")
    assert held_by(two[0])[0].valid_until == DAY
    assert held_by(two[0])[0].snapshot["valid_until"] == "2026-12-31"


def test_the_holder_takes_the_new_edition_and_is_not_reminded_of_what_she_was_told(two, method):
    near, _far = two
    decide(method, date(2026, 6, 20))
    proceed()
    with at("2026-06-02"):
        assert renewing.remind(WORKER) == 0
    with at("2026-06-13"):
        assert renewing.remind(WORKER) == 2
    assert earn(near, "2026-06-14").valid_until == date(2028, 6, 20)


def test_it_is_decided_once_for_an_edition(two, method):
    decide(method)
    with pytest.raises(Conflict):
        decide(method, date(2026, 11, 30))
    assert session().scalar(select(func.count()).select_from(Shortening)) == 1
    ends.publish(valid_for=Duration(5, "y"))
    decide(method, edition=3)
    assert session().scalar(select(func.count()).select_from(Shortening)) == 2


@pytest.mark.parametrize("edition", [1, 3])
def test_another_edition_than_was_seen_is_not_decided(two, method, edition):
    with pytest.raises(Conflict):
        decide(method, edition=edition)


def test_a_course_with_one_edition_has_no_older_ones(land, method):
    ends.publish()
    with pytest.raises(Conflict):
        decide(method, edition=1)


@pytest.mark.parametrize(
    ("day", "reason", "field"),
    [
        (date(2026, 5, 31), WHY, "ends_on"),
        (date(2036, 7, 1), WHY, "ends_on"),
        (DAY, "  ", "reason"),
        (DAY, "x" * 301, "reason"),
    ],
)
def test_a_day_that_is_past_or_far_and_no_reason_are_refused(two, method, day, reason, field):
    with pytest.raises(Invalid) as refused:
        decide(method, day, reason=reason)
    assert refused.value.field == field
    assert session().scalar(select(func.count()).select_from(Shortening)) == 0


@pytest.mark.parametrize(
    ("role", "unit", "refusal"),
    [
        ("methodologist", "CZ-K3131", NotFound),
        ("methodologist", "RS", NotFound),
        ("trainer", "CZ", Refused),
        ("coordinator", "CZ", Refused),
        ("manager", "CZ", Refused),
    ],
)
def test_only_a_methodologist_of_the_courses_owner_decides_and_foresees(two, role, unit, refusal):
    other = world.act_as(world.person("other@example.org", "585068", roles=((role, unit),)))
    with pytest.raises(refusal):
        decide(other)
    with at("2026-06-01"), pytest.raises(refusal):
        shortening.forecast(other, "yearly", DAY)
    with at("2026-06-01"), pytest.raises(refusal):
        shortening.export(other, "yearly", DAY, "plain")


def test_a_forecast_counts_by_month_and_unit_and_changes_nothing(two, method):
    with at("2026-06-01"):
        found = shortening.forecast(method, "yearly", DAY)
    assert (found.valid, found.sooner) == (2, 2)
    assert [(each.unit.code, each.valid, each.sooner) for each in found.places] == [
        ("596230", 1, 1),
        ("585068", 1, 1),
    ]
    assert [(each.month, each.as_they_are, each.by_decision) for each in found.months] == [
        (date(2026, 12, 1), 0, 2),
        (date(2027, 3, 1), 2, 0),
    ]
    assert {held_by(who)[0].valid_until for who in two} == {date(2027, 3, 10)}


def test_a_forecast_is_what_then_happens(two, method):
    with at("2026-06-01"):
        found = shortening.forecast(method, "yearly", DAY)
    decide(method)
    assert proceed() == found.sooner


def test_units_outside_her_own_are_counted_together_and_never_named(land):
    with transaction():
        units.keep_issuer(territory.get_unit("CZ-K3107"), replace(world.ISSUER, prefix="VY"))
    ends.publish(owner="CZ-K3107")
    for who in (world.person(), world.person("jan@example.org", "585068")):
        earn(who, "2026-03-10")
    ends.publish(owner="CZ-K3107", valid_for=Duration(2, "y"))
    roles = (("methodologist", "CZ-K3107"),)
    regional = world.act_as(world.person("region@example.org", roles=roles))
    with at("2026-06-01"):
        found = shortening.forecast(regional, "yearly", DAY)
        sheet = shortening.export(regional, "yearly", DAY, "plain")
    assert [each.unit and each.unit.code for each in found.places] == ["596230", None]
    assert (found.valid, found.sooner) == (2, 2)
    assert sheet.content.decode().splitlines() == [
        "month,unit_code,unit_name,ending_as_they_are,ending_by_decision",
        "2026-12,,,0,1",
        "2026-12,596230,Nové Veselí,0,1",
        "2027-03,,,1,0",
        "2027-03,596230,Nové Veselí,1,0",
    ]
    assert "Zlín" not in sheet.content.decode()
    entry = session().scalar(select(AuditEntry).where(AuditEntry.action == "validity.export"))
    assert entry.detail == {"course": "yearly", "dialect": "plain", "rows": 4}


def test_there_is_no_other_dialect_of_the_export(two, method):
    with at("2026-06-01"), pytest.raises(Invalid):
        shortening.export(method, "yearly", DAY, "lotus")


def test_a_decision_is_looked_after_for_ten_minutes_and_then_closed(two, method):
    decided = decide(method)
    proceed("2026-06-01T12:09:00+00:00")
    session().refresh(decided)
    assert decided.done_at is None
    proceed("2026-06-01T12:10:00+00:00")
    session().refresh(decided)
    assert decided.done_at - decided.decided_at == timedelta(minutes=10)


def test_whoever_left_gets_no_mail_but_her_certificate_ends(two, method):
    with transaction():
        persons.deactivate(session().merge(two[0]))
    decide(method)
    assert proceed() == 2
    assert [each.recipient for each in mails()] == ["jan@example.org"]
