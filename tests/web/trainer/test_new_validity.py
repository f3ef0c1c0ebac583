"""A draft with another rule of validity, as those who publish it meet what would follow."""

import re
from html import unescape

import pytest
from sqlalchemy import func, select

from app.foundation.audit import AuditEntry
from app.foundation.db import session
from app.workflows import certifying
from tests import world
from tests.web.visitors import Visitor
from tests.workflows.ends import at, held_by

ADDRESS = "/new-validity"
RULE = "The rule of validity changes. Until now: {}. Once published: {}. "


@pytest.fixture
def shelf(desk):
    """A published course without end on the first of June; one person has completed it in March."""
    with at("2026-03-10"):
        desk.browser.sign_in("trainer@example.org")
        desk.begin()
        desk.publish()
        complete(world.act_as(world.person()))
    with at("2026-06-01"):
        desk.browser.sign_in("trainer@example.org")
        yield desk


def complete(actor) -> None:
    world.learning.enrol(actor, "my-course")
    for address in ("first-module", "second-module"):
        world.learning.finish_module(actor, "my-course", address)
    attempt = world.sitting.start_attempt(actor, "my-course")
    assert world.sitting.submit_attempt(
        actor, attempt.public_id, world.right_answers(actor, attempt)
    ).is_passed


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def draft(desk, rule: str) -> None:
    desk.edit("course.yaml", "  valid_for: null ", f"  {rule} ")


def count_lines() -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(AuditEntry))


def test_the_draft_tells_of_the_new_rule_beside_the_button_and_leads_to_the_forecast(shelf):
    draft(shelf, "valid_for: 1y")
    page = shelf.page()
    assert RULE.format("without end", "1 year") + "1 person holds a valid certificate." in words(page)
    assert f'href="{shelf.address}{ADDRESS}"' in page
    before = count_lines()
    page = words(shelf.page(ADDRESS))
    assert "1 would end earlier. 0 would end later or never." in page
    assert "March 2027 0 1" in page
    assert "Nové Veselí 1 1 0" in page
    assert "End of older certificates" not in page
    assert count_lines() == before


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("valid_for: 18mo", "18 months"),
        ("valid_until: 12-31", "until the next December 31"),
        ("valid_until: 02-29", "until the next February 29"),
    ],
)
def test_every_rule_has_its_words(shelf, rule, said):
    draft(shelf, rule)
    assert RULE.format("without end", said) in words(shelf.page())
    assert RULE.format("without end", said) in words(shelf.page(ADDRESS))


def test_a_rule_that_is_dropped_ends_nothing_any_more(shelf):
    draft(shelf, "valid_for: 1y")
    shelf.publish()
    with at("2026-06-02"):
        complete(world.act_as("eva@example.org"))
        shelf.edit("course.yaml", "  valid_for: 1y ", "  valid_for: null ")
        assert RULE.format("1 year", "without end") in words(shelf.page())
        page = words(shelf.page(ADDRESS))
    assert "June 2027 1 0" in page
    assert "0 would end earlier. 1 would end later or never." in page


def test_a_window_that_opens_on_another_day_is_told_of_alone(shelf):
    draft(shelf, "valid_for: 1y")
    shelf.publish()
    shelf.edit("course.yaml", "  valid_for: 1y ", "  renewal_window: 30d\n  valid_for: 1y ")
    page = words(shelf.page())
    assert (
        "Certificates can then be renewed from 30 days before their end, those already issued, too." in page
    )
    assert "The rule of validity changes" not in page


def test_a_course_that_is_new_or_keeps_its_rule_says_nothing(shelf):
    shelf.edit("course.yaml", "hours: 1 ", "hours: 1.25 ")
    assert ADDRESS not in shelf.page()
    assert "does not change the rule of validity" in words(shelf.page(ADDRESS))
    shelf.page(f"{ADDRESS}.csv", status=409)
    shelf.slug = "another"
    shelf.begin()
    draft(shelf, "valid_for: 1y")
    assert ADDRESS not in shelf.page()
    assert "does not change the rule of validity" in words(shelf.page(ADDRESS))


def test_a_rule_that_is_wrong_is_not_foreseen(shelf):
    draft(shelf, "valid_for: soon")
    assert ADDRESS not in shelf.page()
    shelf.page(ADDRESS)


def test_without_a_holder_there_is_nothing_to_look_at(shelf):
    world.person("root@example.org", roles=(("admin", None),))
    code = held_by(world.people.find_person_by_email("eva@example.org"))[0].code
    certifying.revoke(world.act_as("root@example.org"), code, "A mistake.")
    draft(shelf, "valid_for: 1y")
    page = shelf.page()
    assert "0 people hold a valid certificate." in words(page)
    assert ADDRESS not in page
    assert "By unit" not in shelf.page(ADDRESS)


def test_the_table_is_had_as_csv_and_stands_in_the_audit_trail(shelf):
    draft(shelf, "valid_for: 1y")
    plain = shelf.browser.get(f"{shelf.address}{ADDRESS}.csv")
    assert plain.headers["Content-Disposition"].startswith(
        'attachment; filename="new-validity_my-course_20260601T'
    )
    assert plain.get_data(as_text=True).splitlines()[1] == "2027-03,596230,Nové Veselí,0,1"
    before = count_lines()
    excel = shelf.browser.get(f"{shelf.address}{ADDRESS}.csv?dialect=excel").get_data(as_text=True)
    assert excel.splitlines()[1] == "2027-03;596230;Nové Veselí;0;1"
    assert count_lines() == before + 1
    shelf.page(f"{ADDRESS}.csv?dialect=lotus", status=422)


def test_a_page_of_units_that_is_none_is_not_found(shelf):
    draft(shelf, "valid_for: 1y")
    for page in ("2", "0", "x"):
        shelf.page(f"{ADDRESS}?page={page}", status=404)


def test_a_methodologist_is_led_to_the_decision_about_older_certificates(shelf):
    draft(shelf, "valid_for: 1y")
    world.person("method@example.org", "595209", roles=(("methodologist", "CZ"),))
    page = Visitor(shelf.browser.app).sign_in("method@example.org").get(shelf.address + ADDRESS)
    assert f'href="{shelf.address}/validity"' in page.get_data(as_text=True)
