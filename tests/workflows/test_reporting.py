"""Exports as acts: same rows everywhere, within one's scope, from one snapshot, written to the trail."""

import csv
import io
import json
import zipfile
from datetime import date
from itertools import product

import openpyxl
import pytest
from sqlalchemy import select, text

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission, Role
from app.domain.people.models import Person, RoleGrant
from app.domain.reports.models import ReportFile
from app.domain.reports.queries import completions, coverage, places
from app.domain.reports.values import COLUMNS, Format, Period, Shape
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.foundation.errors import NotFound, Refused
from app.foundation.files import store
from app.foundation.queue import OutboxJob
from app.jobs import worker
from app.workflows import administering, certifying, reporting
from tests import population, world


def coordinator(unit="CZ-K3107", email="coordinator@example.org", role="coordinator"):
    return world.act_as(world.person(email, "CZ", roles=((role, unit),) if unit else ()))


def selection(actor, unit=None, first=None, last=None, course=None, track=None, result=None):
    scope = scope_of(actor, Permission.REPORT_READ)
    return places.get_selection(scope, unit, Period(first, last), course, track, result)


def export(actor, chosen, form, **shape):
    made = reporting.export(actor, chosen, Shape(Format(form), **shape))
    assert isinstance(made, reporting.Download)
    return made


def rows_of_csv(data, delimiter=","):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=delimiter))


def rows_of_xlsx(data):
    sheet = openpyxl.load_workbook(io.BytesIO(data))["completions"]
    header, *rows = sheet.iter_rows(values_only=True)
    return header, rows


SQL = """
    select p.family_name, u.code, c.slug, e.outcome, e.outcome_on, v.hours, p.id
    from enrolment e join person p on p.id = e.person_id join unit u on u.id = e.unit_id
    join course c on c.id = e.course_id join course_version v on v.id = e.version_id
    where e.outcome is not null and u.path like :path || '%'
"""


def test_rows_and_totals_are_the_same_on_screen_in_every_file_and_in_sql(lives):
    actor = coordinator()
    first, last = date(2026, 1, 1), date(2026, 3, 31)
    combinations = list(
        product(
            (None, "596230", "CZ-O6115", "595209"),
            ((None, None), (first, last), (date(2026, 4, 1), None)),
            (None, "open-data"),
            (None, "passed", "failed"),
        )
    )
    assert len(combinations) >= 30
    seen = set()
    for unit, (begin, end), course, result in combinations:
        chosen = selection(actor, unit, begin, end, course, None, result)
        path = lives.unit(unit or "CZ-K3107").path
        expected = [
            row
            for row in session().execute(text(SQL), {"path": path})
            if (begin is None or str(row[4]) >= begin.isoformat())
            and (end is None or str(row[4]) <= end.isoformat())
            and course in {None, row[2]}
            and result in {None, row[3]}
        ]
        check_same(actor, chosen, expected)
        seen.add(len(expected))
    assert len(seen) > 3


def check_same(actor, chosen, expected):
    scope = scope_of(actor, Permission.REPORT_READ)
    today = reporting.today_of(actor)
    listed = completions.list_completions(scope, chosen, today)
    totals = completions.count_completions(scope, chosen)
    completed = [row for row in expected if row[3] != "failed"]
    assert sorted((row.family_name, row.course_id, row.result) for row in listed) == sorted(
        (row[0], row[2], row[3]) for row in expected
    )
    assert totals.rows == len(expected)
    assert totals.persons == len({row[6] for row in expected})
    assert totals.completions == len(completed)
    assert totals.failed == len(expected) - len(completed)
    assert totals.hours == sum(float(row[5]) for row in completed)
    plain = rows_of_csv(b"".join(export(actor, chosen, "csv")))
    assert [row["person_id"] + row["course_id"] for row in plain] == [
        r.person_id + r.course_id for r in listed
    ]
    neutral = rows_of_csv(b"".join(export(actor, chosen, "csv", dialect="excel")), ";")
    assert [row["family_name"].lstrip("'") for row in neutral] == [row["family_name"] for row in plain]
    header, sheet = rows_of_xlsx(b"".join(export(actor, chosen, "xlsx")))
    assert header == COLUMNS
    assert [(row[0], row[14], row[23]) for row in sheet] == [
        (r.person_id, r.course_id, r.result) for r in listed
    ]
    objects = json.loads(b"".join(export(actor, chosen, "json")))
    assert [tuple(each) for each in objects] == [COLUMNS] * len(listed)
    assert [each["result"] for each in objects] == [r.result for r in listed]


def test_a_row_says_what_the_contract_wants(lives):
    actor = coordinator()
    rows = rows_of_csv(b"".join(export(actor, selection(actor), "csv")))
    assert [row["family_name"] for row in rows] == ["Cibulka", "Čapek", "Čapek", "Říha", "Šimek"]
    passed = next(row for row in rows if row["family_name"] == "Čapek" and row["result"] == "passed")
    assert passed["unit_code"] == passed["municipality_code"] == "596230"
    assert (passed["region_code"], passed["region_name"]) == ("CZ-K3107", "Kraj Vysočina")
    assert passed["completed_on"] == "2026-04-01", "half past ten in UTC is past midnight in Prague"
    assert (passed["score_percent"], passed["hours"], passed["course_version"]) == ("100.00", "2.5", "2.0")
    assert (passed["course_title"], passed["language"], passed["form"]) == ("Otevřená data", "cs", "distance")
    assert passed["certificate_number"].startswith("CZ-2026-")
    assert (passed["certificate_status"], passed["valid_until"]) == ("valid", "2029-04-01")
    attended = next(row for row in rows if row["family_name"] == "Čapek" and row["result"] == "attended")
    assert (attended["score_percent"], attended["valid_until"]) == ("", "")
    failed = next(row for row in rows if row["result"] == "failed")
    assert (failed["score_percent"], failed["certificate_number"], failed["certificate_status"]) == (
        "0.00",
        "",
        "",
    )
    office = next(row for row in rows if row["family_name"] == "Říha")
    assert (office["unit_code"], office["municipality_code"]) == ("CZ-O6115", "")
    region = next(row for row in rows if row["family_name"] == "Šimek")
    assert (region["unit_code"], region["region_code"]) == ("CZ-K3107", "CZ-K3107")
    assert region["completed_on"] == "2026-01-01"


def test_a_certificate_that_is_revoked_or_expired_says_so(lives):
    actor = coordinator()
    code = rows_of_csv(b"".join(export(actor, selection(actor, result="passed"), "csv")))[0][
        "certificate_code"
    ]
    certifying.revoke(Actor.system("test"), code, "Wrong person.")
    with clock.at(world.moment("2029-07-01T00:00:00+00:00")):
        rows = rows_of_csv(b"".join(export(actor, selection(actor, result="passed"), "csv")))
    assert [row["certificate_status"] for row in rows] == ["revoked", "expired"]


def test_who_moved_counts_where_she_was_when_she_completed(lives):
    here, there = coordinator(), coordinator("CZ-K3131", "other@example.org")
    mover = world.act_as("cyril@example.org")
    with transaction() as held:
        person = held.get(Person, mover.person_id)
        person.unit_id = lives.unit("585068").id
    population.do(mover, "open-data", "pass")
    with transaction() as held:
        person.unit_id = lives.unit("596230").id
    rows = {who: rows_of_csv(b"".join(export(who, selection(who), "csv"))) for who in (here, there)}
    assert "Chalupa" not in {row["family_name"] for row in rows[here]}
    moved = next(row for row in rows[there] if row["family_name"] == "Chalupa")
    assert (moved["unit_code"], moved["region_code"]) == ("585068", "CZ-K3131")
    scope = scope_of(there, Permission.REPORT_READ)
    assert coverage.count_coverage(scope, None, population.NOW.date(), None, None).covered == 1


def test_a_coordinator_without_a_unit_exports_nothing(lives):
    actor = coordinator(None)
    with pytest.raises(Refused):
        reporting.export(actor, selection(actor), Shape(Format.CSV))


def test_a_unit_of_another_region_does_not_exist(lives):
    actor = coordinator()
    for code in ("CZ-K3131", "585068", "CZ", "RS", "nowhere"):
        with pytest.raises(NotFound):
            selection(actor, code)


def test_an_export_reads_one_moment_however_long_it_takes(lives):
    actor = coordinator()
    pieces = iter(export(actor, selection(actor), "csv"))
    head = next(pieces)
    population.live(
        population.Life(
            "late@example.org", "596230", "Aa", "Late", (("open-data", "pass", "2026-08-01T10:00"),)
        )
    )
    assert len(rows_of_csv(head + b"".join(pieces))) == 5
    assert len(rows_of_csv(b"".join(export(actor, selection(actor), "csv")))) == 6


def test_an_export_that_nobody_reads_lets_its_connection_go(lives):
    actor = coordinator()
    pool, chosen = session().get_bind().pool, selection(actor)
    session().rollback()
    before = pool.checkedout()
    made = export(actor, chosen, "csv")
    assert pool.checkedout() == before + 1
    made.close()
    made.close()
    assert pool.checkedout() == before


def test_every_export_stands_in_the_trail_with_filter_and_rows(lives):
    actor = coordinator()
    export(
        actor, selection(actor, "596230", date(2026, 1, 1), result="passed"), "csv", dialect="excel"
    ).close()
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "report.export")).one()
    assert entry.actor == str(actor.public_id)
    assert entry.subject == "completions_596230_2026-01-01_today_20260815T100000Z"
    assert entry.detail == {
        "unit": "596230",
        "from": "2026-01-01",
        "to": None,
        "course": None,
        "track": None,
        "result": "passed",
        "format": "csv",
        "dialect": "excel",
        "bundled": False,
        "rows": 1,
    }


def test_a_bundle_holds_the_file_and_what_was_asked(lives):
    actor = coordinator()
    made = export(
        actor, selection(actor, "CZ-O6115", date(2026, 1, 1), date(2026, 12, 31)), "csv", is_bundled=True
    )
    assert made.name == "completions_CZ-O6115_2026-01-01_2026-12-31_20260815T100000Z.zip"
    assert made.media_type == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(b"".join(made)))
    table, meta = archive.namelist()
    assert (table, meta) == (made.name.replace("zip", "csv"), made.name.replace("zip", "csv.meta.json"))
    assert archive.testzip() is None
    facts = json.loads(archive.read(meta))
    assert facts["asked_by"] == str(actor.public_id)
    assert facts["made_at"] == "2026-08-15T10:00:00+00:00"
    assert facts["parameters"]["unit"] == "CZ-O6115"
    assert facts["rows"] == len(rows_of_csv(archive.read(table))) == 4


def test_a_workbook_says_on_its_second_sheet_what_was_asked(lives):
    actor = coordinator()
    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(export(actor, selection(actor, track="open-data"), "xlsx")))
    )
    facts = dict(book["parameters"].iter_rows(min_row=2, values_only=True))
    assert facts["asked_by"] == str(actor.public_id)
    assert (facts["unit"], facts["track"], facts["rows"]) == ("CZ-K3107", "open-data", "3")


def promise(actor, monkeypatch, **chosen):
    monkeypatch.setattr(reporting, "LARGEST_AT_ONCE", 2)
    made = reporting.export(actor, selection(actor, **chosen), Shape(Format.XLSX))
    assert isinstance(made, ReportFile)
    return made


def make_promised(app):
    jobs = session().scalars(select(OutboxJob.id).where(OutboxJob.name == "reports.make")).all()
    session().rollback()
    assert [worker.perform(app, job) for job in jobs] == [True] * len(jobs)
    session().expire_all()


def test_a_large_workbook_is_made_by_the_worker_for_its_asker_alone(lives, app, monkeypatch):
    actor, other = coordinator(), coordinator(email="other@example.org")
    promised = promise(actor, monkeypatch)
    make_promised(app)
    kept = reporting.get_made(actor, promised.public_id)
    assert kept.row_count == 5
    assert len(rows_of_xlsx(store().get(kept.file_digest))[1]) == 5
    with pytest.raises(NotFound):
        reporting.get_made(other, promised.public_id)
    with pytest.raises(NotFound):
        reporting.get_made(
            world.act_as(world.person("root@example.org", roles=(("admin", None),))), promised.public_id
        )


def test_a_file_is_neither_made_nor_handed_out_once_its_asker_lost_the_unit(lives, app, monkeypatch):
    actor = coordinator()
    made, waiting = promise(actor, monkeypatch), promise(actor, monkeypatch, track="open-data")
    reporting.make_file(Actor.system("reports.make"), made.id)
    with transaction():
        for grant in actor_grants(actor):
            grant.ended_at = clock.now()
    administering.grant_role(Actor.system("test"), "coordinator@example.org", Role.COORDINATOR, "CZ-K3131")
    moved = world.act_as("coordinator@example.org")
    with pytest.raises(NotFound):
        reporting.get_made(moved, made.public_id)
    make_promised(app)
    refused = session().get(ReportFile, waiting.id, populate_existing=True)
    assert refused.refused_at is not None
    assert refused.file_digest is None


def actor_grants(actor):
    return session().scalars(select(RoleGrant).where(RoleGrant.person_id == actor.person_id)).all()
