"""Roles at the browser: granted by who holds them, gone at the next click."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.domain.access.values import Role
from app.domain.people import queries as people
from app.domain.people import service as persons
from app.domain.people.models import RoleGrant
from app.domain.territory import service as units
from app.domain.territory.values import UnitRow
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.workflows import administering, entering
from tests import world
from tests.web.conftest import Page
from tests.web.visitors import Visitor


@pytest.fixture
def admin(browser, land):
    world.person("admin@example.org", family="Správná", given="Anna", roles=(("admin", None),))
    return browser.sign_in("admin@example.org")


@pytest.fixture
def regional(browser, land):
    """An administrator of the region Vysočina alone."""
    world.person("region@example.org", family="Krajská", given="Klára", roles=(("admin", "CZ-K3107"),))
    return browser.sign_in("region@example.org")


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def names(answer):
    return re.findall(r'rowheader" scope="row"[^>]*>\s*<a[^>]*>([^<]+)</a>', answer.get_data(as_text=True))


def grant(email, role, code):
    actor = world.act_as("admin@example.org")
    return administering.grant_role(actor, email, Role(role), code, password=world.PASSWORD)


def end_of(held):
    return f"/admin/roles/{held.public_id}/end"


PROOF = {"present": world.PASSWORD}
GIVEN = {"email": "eva@example.org", "role": "coordinator", "unit": "CZ-K3107", **PROOF}
WRONG = "wrong wrong wrong"


def test_a_granted_role_works_at_the_next_click_and_is_gone_at_the_next(admin, app):
    world.person()
    other = Visitor(app).sign_in("eva@example.org")
    other.get("/reports/progress", status=403)
    answer = admin.post("/admin/roles/new", GIVEN)
    assert "The role is granted" in text(admin.get(answer.headers["Location"]))
    other.get("/reports/progress")
    held = people.find_grant(
        people.find_person_by_email("eva@example.org").id,
        "coordinator",
        world.territory.get_unit("CZ-K3107").id,
    )
    assert "Regional coordinator" in text(admin.get(end_of(held)))
    other.get("/reports/progress")
    admin.post(end_of(held), PROOF)
    other.get("/reports/progress", status=403)
    admin.post(end_of(held), PROOF, status=404)


def test_the_list_is_narrowed_by_person_unit_and_role(admin):
    world.person()
    world.person("zora@example.org", "585068", "Zlínská", "Zora")
    grant("eva@example.org", "manager", "CZ-O6115")
    grant("zora@example.org", "manager", "CZ-O7213")
    grant("zora@example.org", "auditor", "CZ")
    assert len(names(admin.get("/admin/roles"))) == 4
    assert names(admin.get("/admin/roles?q=zlinska&role=auditor")) == ["Zlínská Zora"]
    assert names(admin.get("/admin/roles?unit=CZ-K3107")) == ["Nováková Eva"]
    assert "No role fits" in text(admin.get("/admin/roles?role=trainer"))
    for query in ("role=learner", "role=x", "unit=nowhere", "page=0", "page=9"):
        admin.get(f"/admin/roles?{query}", status=404)


def test_fifty_roles_stand_on_a_page(admin):
    for number in range(51):
        world.person(f"p{number}@example.org", roles=(("trainer", "596230"),))
    assert len(names(admin.get("/admin/roles"))) == 50
    assert len(names(admin.get("/admin/roles?page=2"))) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": "nobody@example.org"}, "Nobody with this e-mail is here"),
        ({"email": ""}, "Enter the e-mail"),
        ({"unit": ""}, "Choose the unit that the role is for"),
        ({"role": "learner"}, "Not a valid choice"),
        ({"role": "boss"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_granted_is_told_at_its_field(admin, change, words):
    world.person()
    assert words in text(admin.post("/admin/roles/new", {**GIVEN, **change}, status=422))
    assert session().scalar(select(func.count()).select_from(RoleGrant)) == 1


def test_an_administrator_of_everything_makes_another(admin):
    world.person()
    admin.post("/admin/roles/new", {"email": "eva@example.org", "role": "admin", "unit": "", **PROOF})
    assert "everywhere" in text(admin.get("/admin/roles?q=eva"))


def test_nobody_ends_her_own_administration(admin):
    own = session().scalar(select(RoleGrant))
    admin.post(end_of(own), PROOF, status=409)


def test_an_administrator_of_a_region_sees_and_grants_nothing_outside(regional):
    world.person()
    world.person("admin@example.org", "585068", "Správná", roles=(("admin", None),))
    foreign = grant("eva@example.org", "manager", "CZ-O7213")
    assert names(regional.get("/admin/roles")) == ["Krajská Klára"]
    html = regional.get("/admin/roles/new").get_data(as_text=True)
    assert 'value="CZ-O6115"' in html
    assert 'value="CZ-O7213"' not in html
    assert "everywhere" not in html
    for unit in ("CZ-O7213", "CZ", ""):
        regional.post("/admin/roles/new", {**GIVEN, "role": "admin", "unit": unit}, status=422)
    regional.get(end_of(foreign), status=404)
    regional.post(end_of(foreign), PROOF, status=404)
    regional.get("/admin/roles?unit=CZ-O7213", status=404)
    regional.post("/admin/roles/new", {**GIVEN, "role": "manager", "unit": "CZ-O6115"})


def test_who_works_elsewhere_but_holds_a_role_here_is_named_without_a_link_that_leads_nowhere(regional):
    world.person("zora@example.org", "585068", "Zlínská", "Zora", roles=(("trainer", "CZ-O6115"),))
    page = regional.get("/admin/roles?q=zora")
    assert "Zlínská Zora" in text(page)
    assert names(page) == []


def test_a_role_is_granted_from_the_record_of_a_person(admin):
    person = world.person()
    html = admin.get(f"/manage/people/{person.public_id}").get_data(as_text=True)
    assert "/admin/roles/new?email=eva@example.org" in html
    html = admin.get("/admin/roles/new?email=eva@example.org").get_data(as_text=True)
    assert 'value="eva@example.org"' in html


def test_in_a_large_territory_the_unit_is_typed_and_one_of_several_is_chosen(admin):
    names_of = [f"Ves {number}" for number in range(205)] + ["Lhota", "Lhota"]
    with transaction():
        units.apply_rows([
            UnitRow(str(700000 + number), "CZ-P61151", "CZ", "municipality", name, name)
            for number, name in enumerate(names_of)
        ])
    world.person()
    given = {**GIVEN, "role": "head-of-office", "unit": "lhota"}
    page = admin.post("/admin/roles/new", given, status=422)
    assert page.get_data(as_text=True).count('name="choice"') == 2
    admin.post("/admin/roles/new", {**given, "choice": "700206"})
    assert "Several places fit" in text(admin.get("/admin/roles?place=lhota"))
    assert names(admin.get("/admin/roles?unit=700206")) == ["Nováková Eva"]
    admin.post("/admin/roles/new", {**given, "unit": "Zlínský kraj", "role": "coordinator"})
    assert names(admin.get("/admin/roles?place=CZ-K3131")) == ["Nováková Eva"]


def test_fields_that_the_form_does_not_have_change_nothing(admin):
    """T4."""
    world.person()
    extra = {column.name: "7" for column in RoleGrant.__table__.columns if column.name != "role"}
    admin.post("/admin/roles/new", {**extra, "granted_by": "nobody", "ended_at": "", **GIVEN})
    made = session().scalar(select(RoleGrant).where(RoleGrant.role == "coordinator"))
    assert (made.ended_at, made.granted_by) == (None, world.act_as("admin@example.org").name)
    assert made.person.email == "eva@example.org"


@pytest.mark.parametrize(
    "role", ["manager", "head-of-office", "coordinator", "auditor", "trainer", "methodologist", None]
)
def test_only_administrators_come_in(browser, land, role):
    world.person(roles=((role, "CZ"),) if role else ())
    browser.sign_in("eva@example.org")
    browser.get("/admin/roles", status=403)
    browser.get("/admin/roles/new", status=403)
    browser.post("/admin/roles/new", GIVEN, status=403)
    browser.post("/admin/roles/new", {**GIVEN, "present": WRONG}, status=403)
    assert failures() == 0


# Her own password again (ASVS 7.5.3).


def failures():
    return session().scalar(select(func.count()).where(AuditEntry.action == "sign-in.fail"))


def running():
    return session().scalar(select(func.count()).where(RoleGrant.ended_at.is_(None)))


def fields_of(page):
    return {field["name"]: field for field in Page(page.get_data(as_text=True)).fields if "name" in field}


@pytest.mark.parametrize(
    ("typed", "words"), [(WRONG, "This is not your present password."), ("", "Enter your password.")]
)
def test_without_her_own_password_an_administrator_grants_and_ends_nothing(admin, typed, words):
    world.person("eva@example.org")
    held = grant("eva@example.org", "manager", "CZ-O6115")
    for address in ("/admin/roles/new", end_of(held)):
        page = admin.post(address, {**GIVEN, "present": typed}, status=422)
        assert text(page).count(words) == 2
        assert (
            fields_of(page)["present"].items()
            >= {
                "type": "password",
                "autocomplete": "current-password",
                "aria-invalid": "true",
                "aria-describedby": "present-hint present-error",
            }.items()
        )
        assert running() == 2
    assert failures() == (2 if typed else 0)


def test_after_a_wrong_password_everything_else_that_was_typed_stands_there_still(admin):
    world.person()
    page = admin.post("/admin/roles/new", {**GIVEN, "present": WRONG}, status=422)
    html = page.get_data(as_text=True)
    assert fields_of(page)["email"]["value"] == "eva@example.org"
    assert '<option selected value="coordinator">' in html
    assert '<option selected value="CZ-K3107">' in html
    assert fields_of(page)["present"].get("value", "") == ""
    assert WRONG not in html


def test_the_password_of_somebody_else_grants_nothing(admin):
    eva = world.person()
    with transaction():
        persons.set_password(eva, entering.hash_password("sedm malych bilych koz"))
    admin.post("/admin/roles/new", {**GIVEN, "present": "sedm malych bilych koz"}, status=422)
    assert running() == 1


def test_wrong_passwords_lock_roles_and_sign_in_alike(admin, app):
    world.person()
    held = grant("eva@example.org", "manager", "CZ-O6115")
    for turn in range(entering.FAILURES_PER_EMAIL):
        address = end_of(held) if turn % 2 else "/admin/roles/new"
        admin.post(address, {**GIVEN, "present": WRONG}, status=422)
    for address in ("/admin/roles/new", end_of(held)):
        assert admin.post(address, GIVEN, status=429).headers["Retry-After"] == "900"
    given = {"email": "admin@example.org", "password": world.PASSWORD}
    Visitor(app).post("/login", given, status=429)
    assert running() == 2
    with clock.at(clock.now() + entering.LOCKED_FOR + timedelta(seconds=1)):
        admin.post("/admin/roles/new", GIVEN)
    assert running() == 3


def test_who_failed_at_sign_in_too_often_changes_no_roles(admin, app):
    world.person()
    other, wrong = Visitor(app), {"email": "admin@example.org", "password": WRONG}
    for _ in range(entering.FAILURES_PER_EMAIL):
        other.post("/login", wrong, status=422)
    admin.post("/admin/roles/new", GIVEN, status=429)
    assert running() == 1
