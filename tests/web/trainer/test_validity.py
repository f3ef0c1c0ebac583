"""The page on which older certificates are ended, as methodologists and others meet it."""

import re
from html import unescape

import pytest
from sqlalchemy import func, select

from app.domain.catalogue.values import Duration
from app.domain.renewals.models import Shortening
from app.foundation.db import session
from tests import world
from tests.web.visitors import Visitor
from tests.workflows import ends
from tests.workflows.ends import at, earn

ADDRESS = "/teach/courses/yearly/validity"
DAY = "2026-12-31"
HOSTILE = "<script>alert(1)</script> & {{ 7*7 }} “c”"


@pytest.fixture
def method(app, land):
    """A methodologist on the first of June, when a second edition is out and two people hold the first."""
    ends.publish()
    for who in (world.person(), world.person("jan@example.org", "585068")):
        earn(who, "2026-03-10")
    ends.publish(valid_for=Duration(2, "y"))
    world.person("method@example.org", "595209", roles=(("methodologist", "CZ"),))
    with at("2026-06-01"):
        yield Visitor(app).sign_in("method@example.org")


def words(answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def form(**more: str) -> dict[str, str]:
    return {"ends_on": DAY, "edition": "2", "reason": HOSTILE, **more}


def count() -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(Shortening))


def test_she_comes_from_the_course_sees_who_is_affected_and_decides(method):
    assert ADDRESS in method.get("/teach/courses/yearly").get_data(as_text=True)
    assert "Who is affected" not in words(method.get(ADDRESS))
    page = words(method.get(f"{ADDRESS}?ends_on={DAY}"))
    assert "2 would end earlier, on December 31, 2026." in page
    assert "December 2026 0 2" in page
    assert "March 2027 2 0" in page
    assert "Nové Veselí 1 1" in page
    assert count() == 0
    method.post(ADDRESS, form())
    assert count() == 1
    page = words(method.get(ADDRESS))
    assert HOSTILE in page
    assert "being carried out" in page


def test_a_second_click_decides_nothing_more(method):
    method.post(ADDRESS, form())
    method.post(ADDRESS, form(), status=409)
    assert count() == 1


@pytest.mark.parametrize("day", ["", "yesterday", "2026-02-30", "2026-05-31", "2199-01-01", "12-31"])
def test_a_day_that_is_none_is_told_at_its_place(method, day):
    page = method.get(f"{ADDRESS}?ends_on={day}", status=422).get_data(as_text=True)
    assert 'id="ends_on-error"' in page
    method.post(ADDRESS, form(ends_on=day), status=422)
    assert count() == 0


@pytest.mark.parametrize(
    "wrong", [{"reason": ""}, {"reason": "x" * 301}, {"edition": "two"}, {"edition": ""}]
)
def test_what_is_missing_is_told_and_nothing_is_decided(method, wrong):
    assert "Please correct this" in words(method.post(ADDRESS, form(**wrong), status=422))
    assert count() == 0


def test_a_page_of_units_that_is_none_is_not_found(method):
    method.get(f"{ADDRESS}?ends_on={DAY}&page=2", status=404)


def test_the_table_is_had_as_csv_for_programs_and_for_excel(method):
    plain = method.get(f"{ADDRESS}.csv?ends_on={DAY}")
    assert plain.headers["Content-Disposition"].startswith(
        'attachment; filename="validity_yearly_2026-12-31_'
    )
    assert plain.get_data(as_text=True).splitlines()[1] == "2026-12,596230,Nové Veselí,0,1"
    excel = method.get(f"{ADDRESS}.csv?ends_on={DAY}&dialect=excel").get_data(as_text=True)
    assert excel.splitlines()[1] == "2026-12;596230;Nové Veselí;0;1"
    for wrong in ("", f"?ends_on={DAY}&dialect=lotus", "?ends_on=never"):
        method.get(f"{ADDRESS}.csv{wrong}", status=422)


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        ("methodologist", "CZ-K3131", 404),
        ("coordinator", "CZ-K3131", 403),
        ("coordinator", "CZ", 403),
        ("trainer", "CZ", 403),
        ("admin", None, 200),
    ],
)
def test_nobody_else_gets_there(app, method, role, unit, status):
    world.person("other@example.org", "585068", roles=((role, unit),))
    other = Visitor(app).sign_in("other@example.org")
    other.get(f"{ADDRESS}?ends_on={DAY}", status=status)
    other.get(f"{ADDRESS}.csv?ends_on={DAY}", status=status)
    if status != 200:
        other.post(ADDRESS, form(), status=status)
        assert count() == 0


def test_a_course_of_one_edition_says_so(app, land):
    ends.publish()
    world.person("method@example.org", "595209", roles=(("methodologist", "CZ"),))
    visitor = Visitor(app).sign_in("method@example.org")
    assert "There is no older edition of this course." in words(visitor.get(ADDRESS))
    assert ADDRESS not in visitor.get("/teach/courses/yearly").get_data(as_text=True)
