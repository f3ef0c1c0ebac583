"""What is foreseen before a course with another rule of validity is published; on both engines."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from app.domain.access.values import Actor
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.values import CertificateKind, CertificateRule, Duration
from app.domain.territory import queries as territory
from app.domain.territory import service as units
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.foundation.errors import Invalid, NotFound, Refused
from app.workflows import certifying, revising
from tests import world
from tests.workflows import ends
from tests.workflows.ends import at, earn, held_by

YEAR, TWO = {"valid_for": Duration(1, "y")}, {"valid_for": Duration(2, "y")}
TODAY = "2026-06-01"


@pytest.fixture
def held(land):
    """Two people with certificates for a year, one in each region: earned in March and in April."""
    ends.publish()
    near, far = world.person(), world.person("jan@example.org", "585068")
    earn(near, "2026-03-10")
    earn(far, "2026-04-20")
    return near, far


def change(actor, **rule):
    """Return what a draft with a rule changes."""
    given = CertificateRule(CertificateKind.EXAM, "standard", **rule)
    drafted = world.course("yearly", certificate=given)
    course, newest = catalogue.find_course("yearly"), catalogue.find_newest_version("yearly")
    with at(TODAY):
        return revising.find_change(actor, course, newest, drafted)


def foresee(actor, **rule):
    with at(TODAY):
        return revising.forecast(actor, change(actor, **rule))


def months(found):
    return [(f"{each.month:%Y-%m}", each.as_they_are, each.by_decision) for each in found.months]


@pytest.mark.parametrize(
    ("rule", "foreseen", "sooner", "later"),
    [
        (TWO, [("2027-03", 1, 0), ("2027-04", 1, 0), ("2028-03", 0, 1), ("2028-04", 0, 1)], 0, 2),
        ({"valid_for": Duration(1, "mo")}, [("2026-06", 0, 2), ("2027-03", 1, 0), ("2027-04", 1, 0)], 2, 0),
        ({"valid_until": "12-31"}, [("2026-12", 0, 2), ("2027-03", 1, 0), ("2027-04", 1, 0)], 2, 0),
        ({"valid_until": "03-31"}, [("2026-06", 0, 1), ("2027-03", 1, 1), ("2027-04", 1, 0)], 2, 0),
        ({}, [("2027-03", 1, 0), ("2027-04", 1, 0)], 0, 2),
        ({**YEAR, "renewal_window": Duration(30, "d")}, [("2027-03", 1, 1), ("2027-04", 1, 1)], 0, 0),
    ],
)
def test_it_is_told_when_holders_would_have_to_renew_by_another_rule(
    held, trainer, rule, foreseen, sooner, later
):
    found = foresee(trainer, **rule)
    assert months(found) == foreseen
    assert (found.valid, found.sooner, found.later) == (2, sooner, later)


def test_certificates_without_end_would_end_by_a_new_rule(held, trainer):
    ends.publish(valid_for=None)
    with at("2027-05-01"):
        earn(held[0], "2027-05-01")
    assert held_by(held[0])[0].valid_until is None
    found = foresee(trainer, **YEAR)
    assert months(found) == [("2027-04", 1, 1), ("2028-05", 0, 1)]
    assert (found.sooner, found.later) == (1, 0)


def test_somebody_who_holds_several_counts_once_by_the_newest(held, trainer):
    near, _far = held
    ends.publish(renewal_window=Duration(60, "d"))
    earn(near, "2026-05-05")
    assert len(held_by(near)) == 2
    found = foresee(trainer, **TWO)
    assert change(trainer, **TWO).holders == found.valid == 2
    assert ("2028-05", 0, 1) in months(found)
    assert "2028-03" not in {month for month, _, _ in months(found)}


def test_a_certificate_restated_today_is_no_newer_than_its_renewal(held, trainer):
    near, _far = held
    ends.publish(renewal_window=Duration(60, "d"))
    earn(near, "2026-05-05")
    before = months(foresee(trainer, **TWO))
    older = min(held_by(near), key=lambda each: each.id)
    with transaction():
        said = replace(certifying.snapshot_of(older), family_name="Nová")
        certifying.supersede(Actor.system("test"), [(older, said)], "A wrong name.")
    assert months(foresee(trainer, **TWO)) == before


def test_revoked_and_ended_certificates_do_not_count(held, trainer):
    near, far = held
    admin = world.act_as(world.person("root@example.org", roles=(("admin", None),)))
    certifying.revoke(admin, held_by(near)[0].code, "A mistake.")
    assert (change(trainer, **TWO).holders, foresee(trainer, **TWO).valid) == (1, 1)
    certifying.revoke(admin, held_by(far)[0].code, "Another.")
    assert (change(trainer, **TWO).holders, foresee(trainer, **TWO).places) == (0, [])


def test_another_course_and_the_same_rule_change_nothing(held, trainer):
    assert change(trainer, **YEAR) is None
    assert change(trainer, **YEAR, renewal_window=Duration(90, "d")) is None
    drafted = world.course("yearly")
    assert revising.find_change(trainer, None, None, drafted) is None
    assert revising.find_change(trainer, catalogue.find_course("yearly"), None, drafted) is None


def test_units_outside_her_own_are_counted_together_and_never_named(land):
    with transaction():
        units.keep_issuer(territory.get_unit("CZ-K3107"), replace(world.ISSUER, prefix="VY"))
    ends.publish(owner="CZ-K3107")
    for who in (world.person(), world.person("jan@example.org", "585068")):
        earn(who, "2026-03-10")
    regional = world.act_as(world.person("region@example.org", roles=(("trainer", "CZ-K3107"),)))
    found = foresee(regional, **TWO)
    assert [(each.unit and each.unit.code, each.valid, each.later) for each in found.places] == [
        ("596230", 1, 1),
        (None, 1, 1),
    ]
    with at(TODAY):
        sheet = revising.export(regional, change(regional, **TWO), "plain")
    assert sheet.name.startswith("new-validity_yearly_2026")
    assert sheet.content.decode().splitlines() == [
        "month,unit_code,unit_name,ending_as_they_are,ending_by_new_rule",
        "2027-03,,,1,0",
        "2027-03,596230,Nové Veselí,1,0",
        "2028-03,,,0,1",
        "2028-03,596230,Nové Veselí,0,1",
    ]
    entry = session().scalar(select(AuditEntry).where(AuditEntry.action == "validity.export"))
    assert entry.detail == {"course": "yearly", "dialect": "plain", "rows": 4}


@pytest.mark.parametrize(
    ("role", "unit", "refusal"),
    [
        ("trainer", "CZ-K3131", NotFound),
        ("methodologist", "RS", NotFound),
        ("coordinator", "CZ", Refused),
        ("manager", "CZ", Refused),
    ],
)
def test_only_those_who_may_publish_the_course_foresee(held, trainer, role, unit, refusal):
    other = world.act_as(world.person("other@example.org", "585068", roles=((role, unit),)))
    found = change(trainer, **TWO)
    with pytest.raises(refusal):
        change(other, **TWO)
    with at(TODAY), pytest.raises(refusal):
        revising.forecast(other, found)
    with at(TODAY), pytest.raises(refusal):
        revising.export(other, found, "plain")


def test_looking_writes_nothing_and_there_is_no_other_dialect(held, trainer):
    before = session().scalar(select(func.count()).select_from(AuditEntry))
    found = change(trainer, **TWO)
    foresee(trainer, **TWO)
    with pytest.raises(Invalid):
        revising.export(trainer, found, "lotus")
    assert session().scalar(select(func.count()).select_from(AuditEntry)) == before
    assert {held_by(who)[0].valid_until for who in held} == {date(2027, 3, 10), date(2027, 4, 20)}
