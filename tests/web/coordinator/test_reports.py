"""The reports as pages: what a coordinator, a manager and a head of office see, and what they never see."""

import csv
import io
import re
import zipfile

import pytest
from flask import g
from sqlalchemy import select

from app.domain.certificates.models import Certificate
from app.domain.people.models import RoleGrant
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import db, session, transaction
from app.workflows import reporting
from tests import population, world


@pytest.fixture
def sign_in(lives, browser):
    def as_role(role="coordinator", unit="CZ-K3107", email="coordinator@example.org"):
        world.person(email, "CZ", "Dvořák", "Karel", roles=((role, unit),))
        return browser.sign_in(email)

    return as_role


def plain(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


@pytest.mark.parametrize(
    ("role", "unit"), [("coordinator", "CZ-K3107"), ("manager", "CZ-O6115"), ("head-of-office", "596230")]
)
def test_who_looks_after_a_unit_sees_its_progress_first_after_sign_in(lives, browser, role, unit):
    world.person("who@example.org", unit, roles=((role, unit),))
    answer = browser.client.post("/login", data={"email": "who@example.org", "password": world.PASSWORD})
    assert answer.headers["Location"] == "/reports/progress"
    assert lives.unit(unit).name in plain(browser.get("/reports/progress"))


def figures(html):
    rows = re.findall(r'<tr role="row".*?</tr>', html, re.DOTALL)
    return [
        [
            re.sub(r"<span.*?</span>|<[^>]+>", "", cell).strip()
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]


def test_the_units_below_sum_up_to_the_unit(sign_in):
    browser = sign_in()
    for code in ("CZ-K3107", "CZ-O6115", "CZ-P61151"):
        _, *rows, foot = figures(browser.get(f"/reports/progress?unit={code}").get_data(as_text=True))
        for column in range(1, 7):
            assert sum(int(row[column]) for row in rows) == int(foot[column]), code
    assert [int(number) for number in foot[1:7]] == [7, 1, 2, 1, 1, 2]


def test_each_figure_leads_to_its_people(sign_in):
    browser = sign_in()
    html = browser.get("/reports/progress?unit=CZ-P61151").get_data(as_text=True)
    links = re.findall(r'href="(/reports/progress/people[^"]*)">(\d+)', html)
    assert len(links) >= 8
    for address, number in links:
        answer = browser.get(address.replace("&amp;", "&"))
        assert f"{number} enrolment" in plain(answer), address


def test_a_municipality_shows_its_people(sign_in):
    browser = sign_in("head-of-office", "596230")
    text = plain(browser.get("/reports/progress"))
    assert "Chalupa Cyril" in text
    assert "1 of 2 modules" in text
    assert "Hájek" not in text


def test_a_manager_of_two_units_chooses_one(lives, browser):
    world.person("two@example.org", "CZ", roles=(("manager", "596230"), ("manager", "595209")))
    browser.sign_in("two@example.org")
    text = plain(browser.get("/reports/progress"))
    assert "All my units" in text
    assert "Choose a unit" in text
    assert "Žďár nad Sázavou" in plain(browser.get("/reports/progress?unit=595209"))
    assert "Cibulka" in plain(browser.get("/reports/completions"))


def test_a_coordinator_without_a_unit_sees_a_kind_page_without_anybody(lives, browser):
    world.person("nobody@example.org", "CZ", "Dvořák", "Karel", roles=(("coordinator", "CZ-K3107"),))
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        connection.exec_driver_sql("UPDATE role_grant SET unit_id = NULL")
        connection.commit()
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=OFF")
    browser.sign_in("nobody@example.org")
    for address in ("progress", "completions", "coverage", "progress/people"):
        text = plain(browser.get(f"/reports/{address}"))
        assert "No municipality or office is in your care yet." in text
        assert not any(life.family in text for life in population.LIVES)
    data = browser.get("/reports/completions?format=csv").data
    assert data.count(b"\r\n") == 1


def test_a_learner_may_not_see_reports(lives, browser):
    browser.sign_in("adam@example.org")
    for address in ("progress", "completions", "coverage", "progress/people", "completions?format=csv"):
        browser.get(f"/reports/{address}", 403)


def test_who_is_not_signed_in_is_asked_to(lives, browser):
    assert browser.get("/reports/completions?unit=CZ", 302).headers["Location"].startswith("/login?next=")


def test_completions_are_sorted_by_the_alphabet_and_say_what_was_earned(sign_in):
    browser = sign_in()
    html = browser.get("/reports/completions").get_data(as_text=True)
    names = [row[0] for row in figures(html)[1:]]
    assert names == ["Cibulka Bára", "Čapek Adam", "Čapek Adam", "Říha Filip", "Šimek Gita"]
    number = session().scalar(select(Certificate.number).where(Certificate.number.like("CZ-2026-%")))
    assert number in html
    assert html.index("Excel (XLSX)") < html.index("CSV for Excel") < html.index("CSV for programs")


def test_the_sums_are_those_of_the_rows_under_every_filter(sign_in):
    browser = sign_in()
    for query in (
        "",
        "from=2026-01-01&to=2026-12-31",
        "track=open-data",
        "course=records",
        "result=failed",
        "unit=596230",
    ):
        page = browser.get(f"/reports/completions?{query}").get_data(as_text=True)
        rows = figures(page)[1:]
        file = browser.get(f"/reports/completions?{query}&format=csv")
        table = list(csv.DictReader(io.StringIO(file.get_data(as_text=True))))
        shown = [int(value) for value in re.findall(r'g-figure__value">(\d+)<', page)[:3]]
        completed = [row for row in table if row["result"] != "failed"]
        assert len(rows) == len(table)
        assert shown == [
            len({row["person_id"] for row in table}),
            len(completed),
            len(table) - len(completed),
        ]


def test_quick_periods_are_calendar_ones(sign_in):
    html = sign_in().get("/reports/completions").get_data(as_text=True)
    assert "from=2026-01-01&amp;to=2026-12-31" in html
    assert "from=2026-04-01&amp;to=2026-06-30" in html
    assert "from=2026-07-01&amp;to=2026-07-31" in html


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=yesterday", 422),
        ("from=2026-02-30", 422),
        ("from=2026-03-01&to=2026-02-01", 422),
        ("track=cooking", 422),
        ("result=excellent", 422),
        ("format=ods", 422),
        ("format=", 422),
        ("format=csv&dialect=martian", 422),
        ("format=csv&from=yesterday", 422),
        ("page=-1", 404),
        ("page=0", 404),
        ("page=2", 404),
        ("page=99999999999999999999", 404),
        ("page=x", 404),
        ("course=none-such", 404),
        ("unit=none-such", 404),
        ("unit=CZ-K3131", 404),
    ],
)
def test_what_cannot_be_asked_is_refused_with_words(sign_in, query, status):
    answer = sign_in().get(f"/reports/completions?{query}", status)
    assert answer.mimetype == "text/html"


def test_a_wrong_day_is_said_at_its_field(sign_in):
    html = sign_in().get("/reports/completions?from=yesterday", 422).get_data(as_text=True)
    assert 'href="#from"' in html
    assert 'value="yesterday"' in html
    assert "Error: Completions" in html


@pytest.mark.parametrize("address", ["progress", "progress/people", "coverage"])
@pytest.mark.parametrize(
    ("query", "status"),
    [("unit=CZ-K3131", 404), ("unit=CZ", 404), ("page=-1", 404), ("course=none-such", 404)],
)
def test_the_other_reports_refuse_alike(sign_in, address, query, status):
    if address == "progress" and "page" in query:
        query += "&unit=596230"
    sign_in().get(f"/reports/{address}?{query}", status)


def test_coverage_names_those_who_have_it_and_those_who_do_not(sign_in):
    browser = sign_in()
    text = plain(browser.get("/reports/coverage"))
    assert "1 of 2" in text
    assert "Still without a completion: 1" in text
    assert "0 of 2" in plain(browser.get("/reports/coverage?track=egovernment"))
    assert "1 of 1" in plain(browser.get("/reports/coverage?unit=596230"))


def test_coverage_counts_the_municipalities_of_the_completions(sign_in):
    browser = sign_in("auditor", "CZ")
    for query in ("", "course=records", "track=open-data"):
        table = csv.DictReader(
            io.StringIO(browser.get(f"/reports/completions?{query}&format=csv").get_data(as_text=True))
        )
        covered = {row["municipality_code"] for row in table if row["result"] != "failed"} - {""}
        assert f"{len(covered)} of 3" in plain(browser.get(f"/reports/coverage?{query}"))


def test_a_csv_is_named_typed_and_never_kept(sign_in):
    answer = sign_in().get("/reports/completions?format=csv&unit=596230&from=2026-01-01&to=2026-06-30")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="completions_596230_2026-01-01_2026-06-30_20260815T100000Z.csv"'
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.data.startswith(b"\xef\xbb\xbf")


def test_excel_gets_marks_semicolons_and_no_formula(sign_in):
    browser = sign_in()
    population.do(world.act_as("dana@example.org"), "records", "attend")
    data = browser.get("/reports/completions?format=csv&dialect=excel").data
    assert data.startswith(b"\xef\xbb\xbfperson_id;family_name;")
    assert ";'=Hájek;".encode() in data
    assert ",=Hájek,".encode() in browser.get("/reports/completions?format=csv").data


def test_an_export_is_the_one_look_that_is_written_down(sign_in):
    browser = sign_in()
    count = select(AuditEntry.id).where(AuditEntry.action != "sign-in")
    before = len(session().scalars(count).all())
    for address in ("progress", "progress/people", "completions", "coverage"):
        browser.get(f"/reports/{address}")
    session().rollback()
    assert len(session().scalars(count).all()) == before
    browser.get("/reports/completions?format=json")
    session().rollback()
    assert len(session().scalars(count).all()) == before + 1


def test_a_large_workbook_is_promised_made_and_handed_to_its_asker_alone(sign_in, app, monkeypatch):
    monkeypatch.setattr(reporting, "LARGEST_AT_ONCE", 2)
    browser = sign_in()
    address = browser.get("/reports/completions?format=xlsx", 302).headers["Location"]
    file = address.removesuffix("/wait")
    assert "made in the background" in plain(browser.get(address))
    assert browser.get(f"{file}/state", 202).data
    assert browser.get(file, 503).headers["Retry-After"] == "5"
    reporting.make_file(world.Actor.system("reports.make"), 1)
    assert "The file is ready: 5 rows." in plain(browser.get(address))
    answer = browser.get(file)
    assert answer.headers["Content-Disposition"].endswith(".xlsx")
    assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None
    answer.close()
    world.person("other@example.org", "CZ", roles=(("coordinator", "CZ-K3107"),))
    browser.post("/logout")
    browser.sign_in("other@example.org")
    for hidden in (file, address, f"{file}/state"):
        browser.get(hidden, 404)


TOKENS = {"CZ-K3107": "a1b2c3d4e5f60718", "CZ-K3131": "9f8e7d6c5b4a3921", "RS-APV": "0123456789abcdef"}


def plant(lives):
    """Let every region's people, units and a course of its own carry the region's token."""
    homes = {"CZ-K3107": "596230", "CZ-K3131": "585068", "RS-APV": "80039"}
    for region, token in TOKENS.items():
        with transaction() as held:
            unit = lives.unit(homes[region])
            unit.name = f"{unit.name} {token}"
            held.flush()
            world.publish(
                world.course(f"own-{region.lower()}", title={"en": f"Own {token}", "cs": f"Vlastní {token}"})
            )
        for number, how in enumerate(("pass", "fail", "read", "ready", "enrol")):
            life = population.Life(
                f"{region.lower()}{number}@example.org", homes[region], f"Rod {token}", f"Jan {token}", ()
            )
            population.do(population.live(life), f"own-{region.lower()}", how)


def everything(browser, unit):
    """Yield the bytes of every page and file that a coordinator may come by."""
    tries = (
        "",
        f"unit={unit}",
        "course=own-cz-k3131",
        "course=own-rs-apv",
        "track=open-data",
        "result=passed",
    )
    for query in tries:
        for address in ("progress", "completions", "coverage", "progress/people"):
            yield f"{address}?{query}", browser.get(f"/reports/{address}?{query}")
        for state in ("not-begun", "reading", "test-open", "failed", "completed"):
            yield f"{state} {query}", browser.get(f"/reports/progress/people?{query}&state={state}")
        for shape in ("csv", "csv&dialect=excel", "csv&bundle=zip", "xlsx", "json"):
            yield f"{shape} {query}", browser.get(f"/reports/completions?{query}&format={shape}")
    for foreign in ("CZ-K3131", "585068", "RS-APV", "80039", "CZ", "RS"):
        for address in ("progress", "completions", "coverage", "progress/people", "completions?format=csv"):
            mark = "&" if "?" in address else "?"
            yield f"{address} {foreign}", browser.get(f"/reports/{address}{mark}unit={foreign}", 404)


def unpacked(data):
    if not data.startswith(b"PK"):
        return data
    archive = zipfile.ZipFile(io.BytesIO(data))
    return b"".join(archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("region", ["CZ-K3107", "CZ-K3131", "RS-APV"])
def test_no_byte_of_another_region_is_seen_by_whatever_parameter(lives, browser, region):
    plant(lives)
    world.person("who@example.org", "CZ", roles=(("coordinator", region),))
    browser.sign_in("who@example.org")
    own, seen = TOKENS[region].encode(), 0
    if region == "CZ-K3107":
        for what, answer in everything(browser, "596230"):
            data = unpacked(answer.data)
            seen += own in data
            assert not any(token.encode() in data for other, token in TOKENS.items() if other != region), what
        assert seen > 30
        return
    for address in ("progress", "completions", "coverage", "progress/people", "completions?format=csv"):
        data = browser.get(f"/reports/{address}").data
        seen += own in data
        assert not any(token.encode() in data for other, token in TOKENS.items() if other != region)
    assert seen >= 3


def test_a_change_of_rights_works_at_the_next_request(sign_in):
    browser = sign_in()
    browser.get("/reports/completions")
    with transaction() as held:
        held.scalars(select(RoleGrant)).one().ended_at = clock.now()
    g.pop("_login_user")
    browser.get("/reports/completions", 403)
    browser.get("/reports/completions?format=csv", 403)
