"""Files of certificates and reports leave the store: after a week, or when somebody in them is erased."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.people import queries as people
from app.domain.reports import service as reports
from app.domain.reports.models import ReportFile
from app.domain.reports.queries import places
from app.domain.reports.rules.leaving import KEPT_FOR
from app.domain.reports.values import AwardFilter, Format, Handout, Period, Shape
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import db, session, transaction
from app.foundation.errors import NotFound, Refused
from app.foundation.files import store
from app.foundation.queue import OutboxJob
from app.jobs import worker
from app.workflows import bundling, erasing, handing, leaving, reporting
from tests import population, world
from tests.lapsing import forget, terms

SYSTEM = Actor.system("remove-old-files")
MOMENT = timedelta(microseconds=1)
LATER = population.NOW + timedelta(hours=2)
END = population.NOW + KEPT_FOR


@pytest.fixture
def lives(own_settings, now):
    return population.settle()


def coordinator(unit="CZ-K3107", email="coordinator@example.org"):
    return world.act_as(world.person(email, "595209", roles=(("coordinator", unit),)))


def promise(actor, handout="list", unit=None):
    selection = places.get_selection(scope_of(actor, Permission.CERTIFICATE_READ), unit, Period())
    promised = handing.ask(actor, AwardFilter(selection, "valid"), Handout(handout))
    return promised.id


def prepare(actor, handout="list", unit=None):
    """Return the number of a file that is made, and the digest of what is in it."""
    file_id = promise(actor, handout, unit)
    bundling.make_file(Actor.system("certificates.hand-over"), file_id)
    return file_id, file_of(file_id).file_digest


def report(actor, monkeypatch):
    monkeypatch.setattr(reporting, "LARGEST_AT_ONCE", 0)
    selection = places.get_selection(scope_of(actor, Permission.REPORT_READ), None, Period())
    promised = reporting.export(actor, selection, Shape(Format.XLSX))
    reporting.make_file(Actor.system("reports.make"), promised.id)
    return promised.id


def file_of(file_id) -> ReportFile:
    session().rollback()
    return session().get(ReportFile, file_id, populate_existing=True)


def is_gone(file_id):
    return file_of(file_id).is_gone


def to_forget():
    session().rollback()
    jobs = session().scalars(
        select(OutboxJob).where(OutboxJob.name == "files.forget", OutboxJob.done_at.is_(None))
    )
    return sorted(each.arguments["digest"] for each in jobs)


def removals():
    session().rollback()
    return session().scalars(select(AuditEntry).where(AuditEntry.action == "report.remove")).all()


def work(app, moment):
    """Let the worker do what is due at a moment; what was stored lies there for more than an hour."""
    for digest in store().list_digests():
        os.utime(store().path(digest), (1, 1))
    with clock.at(moment):
        while worker.perform_due(app):
            pass
    session().rollback()


def exists(digest):
    try:
        return bool(store().path(digest))
    except NotFound:
        return False


def test_a_file_is_there_for_a_week_to_the_microsecond(lives, app):
    file_id, digest = prepare(coordinator())
    with clock.at(END - MOMENT):
        assert leaving.remove_old(SYSTEM) == 0
    assert not is_gone(file_id)
    with clock.at(END):
        assert leaving.remove_old(SYSTEM) == 1
    assert is_gone(file_id)
    assert to_forget() == [digest]
    assert exists(digest)
    work(app, END)
    assert not exists(digest)
    assert [(each.actor, each.subject) for each in removals()] == [
        ("remove-old-files", str(file_of(file_id).public_id))
    ]


def test_the_second_run_finds_nothing_to_do(lives, app):
    prepare(coordinator())
    with clock.at(END):
        assert [leaving.remove_old(SYSTEM) for _ in range(2)] == [1, 0]
    assert len(removals()) == len(to_forget()) == 1
    work(app, END)
    assert to_forget() == []
    with clock.at(END + KEPT_FOR):
        assert leaving.remove_old(SYSTEM) == 0


def test_the_worker_does_it_by_its_timetable(lives, app):
    file_id, _ = prepare(coordinator())
    with clock.at(END):
        worker.keep_time(app)
    assert is_gone(file_id)


def test_what_is_not_made_or_refused_is_left_alone(lives):
    actor = coordinator()
    waiting, refused = promise(actor), promise(actor, "files")
    with transaction():
        reports.refuse(session().get(ReportFile, refused))
    with clock.at(END + KEPT_FOR):
        assert leaving.remove_old(SYSTEM) == 0
    assert file_of(waiting).made_at is None
    assert not is_gone(refused)


def test_many_go_in_portions_the_oldest_first(lives, monkeypatch):
    monkeypatch.setattr(leaving, "AT_ONCE", 2)
    actor, made = coordinator(), []
    for hour in range(3):
        with clock.at(population.NOW + timedelta(hours=hour)):
            made.append(prepare(actor)[0])
    with clock.at(END + timedelta(hours=3)):
        assert leaving.remove_old(SYSTEM) == 2
        assert [is_gone(each) for each in made] == [True, True, False]
        assert leaving.remove_old(SYSTEM) == 1


def test_bytes_that_a_younger_file_shares_stay_until_that_goes_too(lives, app):
    actor = coordinator()
    first, digest = prepare(actor, "files")
    with clock.at(LATER):
        second, same = prepare(actor, "files")
    assert digest == same
    with clock.at(END):
        leaving.remove_old(SYSTEM)
    work(app, END)
    assert (is_gone(first), is_gone(second), exists(digest)) == (True, False, True)
    with clock.at(LATER + KEPT_FOR):
        leaving.remove_old(SYSTEM)
    work(app, LATER + KEPT_FOR)
    assert not exists(digest)


def test_who_is_killed_in_the_middle_leaves_it_to_the_next(lives, app, monkeypatch):
    actor = coordinator()
    made = [prepare(actor), prepare(actor, unit="596230")]
    let_go, done = reports.let_go, []

    def let_go_and_die(asked):
        done.append(asked)
        if len(done) == 2:
            raise SystemExit
        let_go(asked)

    with monkeypatch.context() as killing, clock.at(END):
        killing.setattr(reports, "let_go", let_go_and_die)
        with pytest.raises(SystemExit):
            leaving.remove_old(SYSTEM)
    assert [is_gone(file_id) for file_id, _ in made] == [False, False]
    assert to_forget() == []
    with clock.at(END):
        assert leaving.remove_old(SYSTEM) == 2
    work(
        app, END
    )  # Whoever let them go was killed before the worker was told: the promise is in the database.
    assert [exists(digest) for _, digest in made] == [False, False]


def test_to_look_whether_there_is_anything_to_do_locks_nothing(lives):
    prepare(coordinator())
    asked = []

    def note(_connection, _cursor, statement, *_more):
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        with clock.at(END - MOMENT):
            assert leaving.remove_old(SYSTEM) == 0
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert any("FROM report_file" in each for each in asked)
    assert not any("FOR UPDATE" in each for each in asked)


def test_nobody_but_the_system_or_who_reads_reports_may_ask_for_it(lives):
    for act in (leaving.remove_old, lambda actor: leaving.forget_person(actor, 1)):
        with pytest.raises(Refused):
            act(world.act_as("adam@example.org"))


def erase(email):
    """Erase somebody an hour from now; return her number."""
    admin = world.act_as(world.person("root@example.org", "595209", roles=(("admin", None),)))
    person = people.find_person_by_email(email)
    person_id = person.id
    with clock.at(population.NOW + timedelta(hours=1)):
        erasing.erase(admin, person.public_id, password=world.PASSWORD)
    return person_id


def test_whoever_is_erased_leaves_the_files_that_may_name_her_at_once(lives, app, monkeypatch):
    region, country = coordinator(), coordinator("CZ", "country@example.org")
    root = world.act_as(world.person("everywhere@example.org", "595209", roles=(("admin", None),)))
    bundle, digest = prepare(region)
    own_unit, _ = prepare(region, unit="596230")
    others_unit, _ = prepare(region, unit="CZ-O6115")
    neighbour, kept = prepare(region, "files", unit="CZ-K3107")
    away, _ = prepare(coordinator("CZ-K3131", "away@example.org"))
    whole, table, everything = prepare(country)[0], report(country, monkeypatch), report(root, monkeypatch)
    erase("adam@example.org")
    work(app, LATER)
    going = (bundle, own_unit, others_unit, neighbour, whole, table, everything)
    assert [is_gone(each) for each in going] == [True] * 7
    assert not is_gone(away)
    assert not exists(digest)
    assert not exists(kept)
    assert len(removals()) == 7


def test_a_file_of_units_where_she_was_never_enrolled_stays(lives, app):
    file_id, digest = prepare(coordinator("CZ-O6115"), unit="CZ-O6115")
    erase("gita@example.org")  # She is employed by the region above.
    work(app, LATER)
    assert not is_gone(file_id)
    assert exists(digest)


def test_a_file_that_is_being_made_meanwhile_is_not_kept(lives, app):
    actor = coordinator()
    file_id, started = promise(actor), []

    def slow(asker, promised):
        digest, count = bundling._make(asker, promised)
        started.append(digest)
        erase("adam@example.org")
        work(app, LATER)
        return digest, count

    reporting.fulfil(Actor.system("certificates.hand-over"), file_id, slow)
    assert is_gone(file_id)
    assert to_forget() == started
    work(app, LATER)
    assert not exists(started[0])


def test_erasing_is_followed_twice_to_the_same_end_and_later_files_stay(lives, app):
    actor = coordinator()
    before, _ = prepare(actor)
    person_id = erase("adam@example.org")
    forgetting = Actor.system("reports.forget")
    with clock.at(LATER):
        later, digest = prepare(actor)
        assert [leaving.forget_person(forgetting, person_id) for _ in range(2)] == [1, 0]
    assert (is_gone(before), is_gone(later)) == (True, False)
    assert exists(digest)
    assert [each.actor for each in removals()] == ["reports.forget"]


def test_a_name_that_leaves_the_register_leaves_the_files_of_the_last_week_too(lives, app):
    actor, away = coordinator(), coordinator("CZ-K3131", "away@example.org")
    erase("adam@example.org")
    with clock.at(LATER):
        named, digest = prepare(actor)
        other, _ = prepare(away)
    work(app, LATER)
    assert not is_gone(named)
    end = LATER + timedelta(hours=1)
    with terms(CZ=0):
        assert forget(end) > 0
    with clock.at(end + timedelta(hours=1)):
        nameless, _ = prepare(actor)
        work(app, clock.now())
    assert [is_gone(each) for each in (named, other, nameless)] == [True, False, False]
    assert not exists(digest)


def test_nobody_who_is_not_erased_is_forgotten(lives):
    file_id, _ = prepare(coordinator())
    adam = people.find_person_by_email("adam@example.org")
    assert leaving.forget_person(Actor.system("reports.forget"), adam.id) == 0
    assert not is_gone(file_id)
