"""The register of certificates as administrators, auditors and education managers read it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate
from app.domain.certificates.rules import State
from app.domain.territory import queries as territory
from app.domain.territory import service as units
from app.foundation import clock
from app.foundation.db import session, transaction
from app.workflows import certifying, rendering, sealing
from tests import world

SYSTEM = Actor.system("certificates revoke")


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def certify(family: str, unit: str, slug: str = "open-data") -> Certificate:
    person = world.person(f"{abs(hash(family))}@example.org", unit=unit, family=family)
    world.pass_test(world.act_as(person), slug)
    return session().scalar(select(Certificate).where(Certificate.person_id == person.id))


@pytest.fixture
def register(land):
    """One certificate of a Serb and one of a Czech in two regions, of one issuer above both."""
    return {"serb": certify("Ђорђевић", "585068"), "czech": certify("Žluťoučká", "596230")}


def sign_in(browser, role: str, code: str | None):
    world.person("reader@example.org", family="Čtoucí", roles=((role, code),))
    return browser.sign_in("reader@example.org")


def listed(answer) -> set[str]:
    return set(re.findall(r">(CZ-\d{4}-\d{6})</a>", answer.get_data(as_text=True)))


def test_an_administrator_of_everything_reads_every_entry(browser, register):
    page = sign_in(browser, "admin", None).get("/admin/register")
    assert "2 certificates" in text(page)
    assert listed(page) == {held.number for held in register.values()}


@pytest.mark.parametrize("role", ["admin", "auditor", "manager"])
def test_whoever_holds_a_region_reads_its_people_alone(browser, register, role):
    reader = sign_in(browser, role, "CZ-K3107")
    assert listed(reader.get("/admin/register")) == {register["czech"].number}
    reader.get(f"/admin/register/{register['czech'].code}")
    reader.get(f"/admin/register/{register['serb'].code}", 404)
    assert listed(reader.get(f"/admin/register?q={register['serb'].number}")) == set()


def test_an_issuer_reads_what_it_issued_to_people_anywhere_but_not_their_files(browser, register):
    centre = territory.get_unit("CZ-O7213")
    with transaction():
        units.keep_issuer(centre, world.replace(world.ISSUER, prefix="ZL"))
        world.publish(world.course("of-zlin", owner="CZ-O7213"))
    held = certify("Odjinud", "596230", "of-zlin")
    reader = sign_in(browser, "manager", "CZ-O7213")
    page = reader.get("/admin/register")
    assert f">{held.number}</a>" in page.get_data(as_text=True)
    entry = reader.get(f"/admin/register/{held.code}").get_data(as_text=True)
    assert "Odjinud" in entry
    assert f"/certificates/{held.code}.pdf" not in entry
    assert listed(reader.get("/admin/register?issuer=CZ")) == {register["serb"].number}


@pytest.mark.parametrize("role", ["learner", "trainer", "methodologist", "coordinator", "head-of-office"])
def test_nobody_else_reads_it(browser, register, role):
    reader = sign_in(browser, role, "CZ")
    reader.get("/admin/register", 403)
    reader.get(f"/admin/register/{register['czech'].code}", 403)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=Djordjevic", {"serb"}),
        ("q=ЂОРЂЕВИЋ", {"serb"}),
        ("q=zlutoucka", {"czech"}),
        ("q=open+data", {"serb", "czech"}),
        ("q=000002", {"czech"}),
        ("q=%25", set()),
        ("q=nobody", set()),
        ("state=valid", {"czech"}),
        ("state=revoked", {"serb"}),
        ("state=expired", set()),
        ("from=2000-01-01&to=2000-12-31", set()),
        ("from=2000-01-01", {"serb", "czech"}),
    ],
)
def test_it_is_searched_by_name_in_either_script_number_course_state_and_period(
    browser, register, asked, found
):
    certifying.revoke(SYSTEM, register["serb"].code, "Issued by mistake.")
    reader = sign_in(browser, "admin", None)
    if asked == "q=%25":
        found = {"serb", "czech"}  # A sign that folds to nothing asks for nothing.
    assert listed(reader.get(f"/admin/register?{asked}")) == {register[name].number for name in found}


def test_the_register_is_narrowed_by_state_as_the_one_rule_of_states_says(browser, register):
    today = clock.now().date()
    days = (None, today - timedelta(days=1), today, today + timedelta(days=1))
    rows = list(register.values()) + [certify(f"Osoba{place}", "596230") for place in range(10)]
    with transaction():
        for place, held in enumerate(rows):
            held.valid_until = days[place % 4]
            held.revoked_at = clock.now() if place < 4 else None
            held.superseded_at = clock.now() if 2 <= place < 8 else None
    reader = sign_in(browser, "admin", None)
    for state in State:
        expected = {held.number for held in rows if held.state_on(today) is state}
        assert listed(reader.get(f"/admin/register?state={state}")) == expected != set()


def test_a_code_leads_to_its_certificate_however_it_is_typed(browser, register):
    typed = register["serb"].code.replace("-", " ").lower()
    page = sign_in(browser, "admin", None).get("/admin/register", query_string={"q": typed})
    assert listed(page) == {register["serb"].number}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("from=yesterday", 422),
        ("from=2026-02-01&to=2026-01-01", 422),
        ("state=superb", 404),
        ("issuer=XX", 404),
        ("page=0", 404),
        ("page=9", 404),
        ("q=%00", 400),
        ("to=9999-12-31", 200),
    ],
)
def test_a_broken_address_is_told_and_breaks_nothing(browser, register, asked, code):
    sign_in(browser, "admin", None).get(f"/admin/register?{asked}", code)


def test_an_entry_tells_who_did_what_when_and_why(browser, register):
    held = register["czech"]
    rendering.render(Actor.system("certificates.render"), held.code)
    certifying.revoke(SYSTEM, held.code, "Issued by <mistake>.")
    reader = sign_in(browser, "admin", None)
    waiting = text(reader.get(f"/admin/register/{held.code}"))
    assert waiting.count("Not sealed yet") == 4
    sealing.seal(Actor.system("seal"))
    page = reader.get(f"/admin/register/{held.code}")
    said = text(page)
    assert "Not sealed yet" not in said
    assert re.search(
        r"Issued .* Document made .* Document signed .* Revoked .* the system \(certificates revoke\)", said
    )
    assert "Issued by &lt;mistake&gt;." in page.get_data(as_text=True)
    assert held.file_digest in said
    assert held.signed_digest in said
    assert f"/certificates/{held.code}.pdf" in page.get_data(as_text=True)


def test_an_unknown_code_is_not_found(browser, register):
    sign_in(browser, "admin", None).get("/admin/register/NO-SUCH-CODE", 404)
