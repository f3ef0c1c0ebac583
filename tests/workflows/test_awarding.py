"""Certificates of programmes: one for each time that all courses were completed; on both engines."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments.models import Attempt
from app.domain.badges.models import Badge
from app.domain.catalogue.models import Programme
from app.domain.certificates.models import Certificate, RegisterEntry
from app.domain.certificates.values import PROGRAMME, Name
from app.domain.enrolment.models import Enrolment
from app.domain.people.models import Person
from app.domain.reports.queries import awards, places
from app.domain.reports.values import AwardFilter, Period
from app.domain.territory import queries as territory
from app.domain.territory import service as units
from app.formats.certificate_pdf import MissingGlyphs
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.foundation.errors import Conflict, NotFound
from app.foundation.queue import OutboxJob
from app.jobs import worker
from app.workflows import (
    adjusting,
    awarding,
    badging,
    certifying,
    duplicating,
    erasing,
    minting,
    registering,
    renaming,
    rendering,
    renewing,
    sealing,
)
from tests import world
from tests.workflows import ends, programmes
from tests.workflows.programmes import WORKER, complete, held_by, offer, put, waiting, work

SYSTEM = Actor.system("test")


@pytest.fixture
def eva(land) -> Person:
    """A learner of a place where there is a programme of two courses."""
    offer()
    return world.person()


@pytest.fixture
def teacher(land) -> Actor:
    return world.act_as(world.person("trainer@example.org", "595209", roles=(("trainer", "CZ"),)))


def fault() -> str | None:
    sealing.seal(SYSTEM)
    return registering.verify(SYSTEM).fault


def annul(teacher: Actor, who: Person, slug: str) -> None:
    """Annul the newest passed attempt of somebody at a course."""
    passed = session().scalars(
        select(Attempt)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Enrolment.person_id == who.id, Attempt.is_passed)
        .order_by(Attempt.id.desc())
    )
    attempt = next(each for each in passed if session().get(Enrolment, each.enrolment_id).course.slug == slug)
    adjusting.annul(teacher, attempt.public_id, "Another sat it.", gives_back=False)


def count(model: type, *where: object) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model).where(*where))


@pytest.mark.parametrize("order", [("open-data", "records"), ("records", "open-data")])
def test_the_last_course_earns_the_certificate_in_whichever_order(eva, order):
    complete(eva, order[0])
    work()
    assert held_by(eva) == []
    complete(eva, order[1], day="2026-03-02")
    work("2026-03-03")
    [held] = held_by(eva)
    said = certifying.snapshot_of(held)
    assert (said.kind, said.course_slug, said.course_title) == (PROGRAMME, "official", "For officials")
    assert [(each.slug, each.title, each.version, str(each.hours)) for each in said.courses] == [
        ("open-data", "Open data", "1.0", "2.5"),
        ("records", "Records", "1.0", "2.5"),
    ]
    assert (str(said.hours), said.form, said.course_version, said.mark) == ("5.0", "blended", "", None)
    assert (said.completed_on, said.issued_on) == (date(2026, 3, 2), date(2026, 3, 3))
    assert (said.valid_until, said.objectives, said.design) == (None, (), "programme")
    assert (said.accreditation, said.municipality_name) == ("AK-1", "Nové Veselí")
    assert (held.enrolment_id, held.is_current, held.number) == (None, True, "CZ-2026-000003")
    assert fault() is None


def test_done_again_it_changes_nothing(eva):
    complete(eva)
    for _time in range(3):
        awarding.award(WORKER, str(eva.public_id))
    work()
    assert len(held_by(eva)) == 1
    assert count(AuditEntry, AuditEntry.action == "certificate.issue") == 3


def test_a_course_of_no_programme_promises_nothing(eva):
    with transaction():
        world.publish(world.course("alone"))
    complete(eva, "alone")
    assert waiting() == []


def test_the_worker_issues_and_makes_the_document(own_settings, app, eva):
    complete(eva)
    while worker.perform_due(app):
        pass
    [held] = held_by(eva)
    assert held.signed_digest is not None
    assert fault() is None


def test_a_second_time_earns_a_second_certificate_and_the_first_stays(land):
    for slug in ("yearly", "other"):
        ends.publish(slug)
    offer(courses=("yearly", "other"))
    eva = world.person()
    complete(eva, "yearly", "other", day="2026-03-01")
    work("2026-03-01")
    complete(eva, "yearly", day="2027-02-01")
    work("2027-02-01")
    assert len(held_by(eva)) == 1
    complete(eva, "other", day="2027-02-02")
    work("2027-02-02")
    first, second = held_by(eva)
    assert [each.snapshot["completed_on"] for each in (first, second)] == ["2026-03-01", "2027-02-02"]
    assert first.is_current
    assert second.is_current
    assert (first.revoked_at, first.superseded_at) == (None, None)


def test_of_two_rounds_the_later_one_is_taken_back_though_the_first_has_a_duplicate(land, teacher):
    for slug in ("yearly", "other"):
        ends.publish(slug)
    offer(courses=("yearly", "other"))
    eva = world.person()
    for day in ("2026-03-01", "2027-02-01"):
        complete(eva, "yearly", "other", day=day)
        work(day)
    with clock.at(world.moment("2027-02-02T08:00+01:00")):
        duplicating.duplicate(SYSTEM, held_by(eva)[0].code, "It burnt.")
        annul(teacher, eva, "other")
    work("2027-02-03")
    first, second, duplicate = held_by(eva)
    assert [each.is_current for each in (first, second, duplicate)] == [False, False, True]
    assert [each.revoked_at is not None for each in (first, second, duplicate)] == [False, True, False]


def test_rounds_that_are_found_later_rest_on_what_was_completed_when_they_were_whole(land):
    for slug in ("yearly", "other"):
        ends.publish(slug)
    eva = world.person()
    for day in ("2026-03-01", "2027-02-01"):
        complete(eva, "yearly", "other", day=day)
    offer(courses=("yearly", "other"))
    assert awarding.look_back(SYSTEM, "official") == 1
    work("2027-05-01")
    first, second = held_by(eva)
    assert [each.snapshot["completed_on"] for each in (first, second)] == ["2026-03-01", "2027-02-01"]
    assert [each.snapshot["issued_on"] for each in (first, second)] == ["2027-05-01"] * 2


def test_a_completion_that_is_taken_back_takes_the_certificate_back_and_its_holder_is_told(eva, teacher):
    complete(eva)
    work()
    [held] = held_by(eva)
    annul(teacher, eva, "records")
    work("2026-03-05")
    [taken] = held_by(eva)
    assert (taken.id, taken.is_current, taken.revoked_at is not None) == (held.id, False, True)
    ending = (
        session()
        .scalars(select(RegisterEntry).where(RegisterEntry.kind == "revoked").order_by(RegisterEntry.id))
        .all()[-1]
    )
    assert (ending.number, ending.reason) == (
        held.number,
        "A course of this programme no longer counts as completed.",
    )
    job = (
        session()
        .scalars(select(OutboxJob).where(OutboxJob.name == "notify.revoked").order_by(OutboxJob.id))
        .all()[-1]
    )
    assert job.arguments == {"code": held.code}
    work("2026-03-06")
    assert fault() is None


def test_a_course_that_is_passed_again_earns_the_certificate_anew(eva, teacher):
    complete(eva)
    work()
    annul(teacher, eva, "records")
    work()
    attempt = world.sitting.start_attempt(world.act_as(eva), "records", None)
    actor = world.act_as(eva)
    world.sitting.submit_attempt(actor, attempt.public_id, world.right_answers(actor, attempt))
    work()
    old, new = held_by(eva)
    assert (old.is_current, new.is_current, new.revoked_at) == (False, True, None)


def test_a_revoked_certificate_is_not_issued_again(eva):
    complete(eva)
    work()
    certifying.revoke(SYSTEM, held_by(eva)[0].code, "Issued by mistake.")
    awarding.award(WORKER, str(eva.public_id))
    [held] = held_by(eva)
    assert held.is_current


def test_a_programme_that_gets_another_course_takes_nothing_from_who_has_completed_it(eva):
    complete(eva)
    work()
    with transaction():
        world.publish(world.course("added"))
    put(courses=("open-data", "records", "added"))
    awarding.award(WORKER, str(eva.public_id))
    [held] = held_by(eva)
    assert held.revoked_at is None
    complete(eva, "added", day="2026-04-01")
    work("2026-04-01")
    assert len(held_by(eva)) == 1


def test_a_course_that_a_programme_no_longer_has_takes_back_what_rested_on_it(eva, teacher):
    complete(eva)
    work()
    put(courses=("open-data",))
    annul(teacher, eva, "records")
    work()
    [held, fresh] = held_by(eva)
    assert (held.is_current, fresh.is_current, len(fresh.snapshot["courses"])) == (False, True, 1)


def test_a_programme_without_certificate_issues_none(eva):
    put(design=None)
    complete(eva)
    work()
    assert held_by(eva) == []


def test_without_an_issuer_the_job_waits_says_why_and_hinders_no_other_programme(app, eva):
    put(owner="CZ-K3131")
    put(slug="parts", courses=("records",))
    complete(eva)
    for job in waiting():
        assert not worker.perform(app, job.id)
    assert [each.snapshot["course_slug"] for each in held_by(eva)] == ["parts"]
    assert {job.failure.partition(":")[0] for job in waiting()} == {"Conflict"}
    with transaction():
        units.keep_issuer(territory.get_unit("CZ-K3131"), replace(programmes.ISSUER, prefix="CZ-Z"))
    work()
    assert [each.number for each in held_by(eva)] == ["CZ-2026-000003", "CZ-Z-2026-000001"]


def test_an_owner_who_has_moved_is_missed_like_an_issuer_and_hinders_no_other_programme(eva):
    put(slug="parts", courses=("records",))
    with transaction():
        session().scalar(select(Programme).where(Programme.slug == "official")).owner_path = "/gone/"
    complete(eva)
    with pytest.raises(Conflict, match="owner has not entered its particulars"):
        awarding.award(WORKER, str(eva.public_id))
    assert [each.snapshot["course_slug"] for each in held_by(eva)] == ["parts"]
    put()
    work()
    assert [each.snapshot["course_slug"] for each in held_by(eva)] == ["parts", "official"]


def test_a_programme_in_other_languages_is_certified_in_its_own(eva):
    put(languages=("cs",), title={"cs": "Pro úředníky"})
    complete(eva)
    work()
    said = certifying.snapshot_of(held_by(eva)[0])
    assert (said.language, said.course_title, said.courses[1].title) == (
        "cs",
        "Pro úředníky",
        "Spisová služba",
    )


def test_who_has_moved_is_certified_where_she_completed(eva):
    complete(eva)
    with transaction():
        eva.unit = territory.get_unit("585068")
    work()
    [held] = held_by(eva)
    assert (held.unit_path, held.snapshot["unit_name"]) == (
        territory.get_unit("596230").path,
        "Nové Veselí",
    )


def test_people_who_completed_before_are_looked_at_when_a_programme_is_published(land):
    eva, jan = world.person(), world.person("jan@example.org", "585068")
    offer(design=None)
    complete(eva)
    complete(jan, "records")
    assert len(waiting()) == 3
    put()
    assert awarding.look_back(SYSTEM, "official") == 1
    assert waiting()[-1].arguments == {"person": str(eva.public_id), "programme": "official"}
    work()
    assert len(held_by(eva)) == 1
    assert awarding.look_back(SYSTEM, "official") == 0
    with pytest.raises(NotFound):
        awarding.look_back(SYSTEM, "unknown")


def test_a_look_back_tries_its_own_programme_alone(eva):
    put(slug="parts", courses=("records",))
    complete(eva)
    awarding.award(WORKER, str(eva.public_id), programme="parts")
    assert [each.snapshot["course_slug"] for each in held_by(eva)] == ["parts"]
    assert awarding.look_back(SYSTEM, "official") == 1
    with transaction():
        certifying.revoke_each(SYSTEM, held_by(eva), "A mistake.")
    assert awarding.look_back(SYSTEM, "parts") == 0


def test_a_name_is_corrected_on_it_as_on_others(eva):
    complete(eva)
    work()
    manager = world.act_as(world.person("manager@example.org", "595209", roles=(("manager", "CZ-O6115"),)))
    right = Name("Nováková-Malá", "Eva", "Nováková-Malá", "Eva")
    [old] = held_by(eva)
    assert renaming.correct(manager, eva.public_id, renaming.Wanted((old.code,), right, "She married.")) == 1
    awarding.award(WORKER, str(eva.public_id))
    old, new = held_by(eva)
    assert (old.is_current, new.is_current, old.successor) == (False, True, new.number)
    assert (new.programme_id, new.snapshot["family_name"]) == (old.programme_id, "Nováková-Malá")
    assert new.snapshot["courses"] == old.snapshot["courses"]
    assert fault() is None


def test_it_stays_when_its_holder_is_erased_and_nothing_more_is_issued(own_settings, eva):
    complete(eva)
    work()
    complete_code = held_by(eva)[0].code
    rendering.render(SYSTEM, complete_code)
    with transaction():
        awarding.enqueue("certificates.programmes", person=str(eva.public_id))
    admin = world.act_as(world.person("admin@example.org", "595209", roles=(("admin", None),)))
    erasing.erase(admin, eva.public_id, password=world.PASSWORD)
    assert waiting() == []
    assert awarding.look_back(SYSTEM, "official") == 0
    [held] = held_by(eva)
    assert (held.snapshot["family_name"], held.revoked_at) == ("Nováková", None)
    assert fault() is None


def test_it_is_handed_over_with_those_of_its_unit_and_with_no_others(eva):
    complete(eva)
    work()
    [held] = held_by(eva)

    def shown(unit: str, email: str, course: str | None = None) -> list[str]:
        actor = world.act_as(world.person(email, "CZ", roles=(("coordinator", unit),)))
        scope = scope_of(actor, Permission.CERTIFICATE_READ)
        asked = AwardFilter(places.get_selection(scope, None, Period(None, None), course), "valid")
        rows = awards.list_awards(scope, asked, clock.now().date())
        assert awards.count_awards(scope, asked, clock.now().date())[0] == len(rows)
        return [row.number for row in rows]

    assert len(shown("CZ-K3107", "own@example.org")) == 3
    assert held.number in shown("CZ-K3107", "same@example.org")
    assert held.number not in shown("CZ-K3107", "course@example.org", "records")
    assert shown("CZ-K3131", "other@example.org") == []


def test_it_renews_no_course_of_the_same_name(land):
    ends.publish("yearly")
    offer(slug="yearly", courses=("yearly",))
    eva = world.person()
    complete(eva, "yearly", day="2026-03-01")
    work()
    with ends.at("2027-02-20"):
        [due] = renewing.list_due(world.act_as(eva))
    assert due.certificate.enrolment_id is not None


def test_its_badge_says_what_the_programme_consisted_of(own_settings, eva):
    complete(eva)
    work()
    code = held_by(eva)[0].code
    badging.ask(world.act_as(eva), code)
    minting.make(Actor.system("badges.make"), code)
    session().rollback()
    document = minting.store().get(session().scalar(select(Badge)).document_digest).decode()
    assert '"For officials"' in document
    assert "/badges/programmes/official/en" in document
    assert "Completed all courses of the programme." in document


def test_a_certificate_is_of_an_enrolment_or_of_a_programme_and_never_of_both(eva):
    complete(eva)
    work()
    [held] = held_by(eva)
    other = session().scalar(select(Certificate).where(Certificate.enrolment_id.is_not(None)))
    for values in ({"programme_id": None}, {"enrolment_id": other.enrolment_id}):
        row = session().get(Certificate, held.id)
        for name, value in values.items():
            setattr(row, name, value)
        with pytest.raises(IntegrityError):
            session().flush()
        session().rollback()


def test_a_name_that_cannot_be_drawn_stops_the_award_alone(eva):
    complete(eva)
    with transaction():
        session().get(Person, eva.id).given_name = "Eva 李"
    with pytest.raises(MissingGlyphs, match=r"U\+674E"):
        awarding.award(WORKER, str(eva.public_id))
    session().rollback()
    assert held_by(eva) == []
