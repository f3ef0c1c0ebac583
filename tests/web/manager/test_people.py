"""People of one's units: found, invited, corrected, let in no more, and nobody elsewhere."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.domain.enrolment.models import Enrolment
from app.domain.people import queries as people
from app.domain.people.models import Person, RoleGrant
from app.domain.territory import service as units
from app.domain.territory.values import UnitRow
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.foundation.mail import MailMessage
from app.workflows import administering, sitting
from tests import world

GIVEN = {
    "family_name": "Nová",
    "given_name": "Jana",
    "email": "jana@example.org",
    "unit": "596230",
    "target_group": "official",
    "job_title": "matrikářka",
    "locale": "cs",
    "gender": "f",
}
FOREIGN = "zlin@example.org"


@pytest.fixture
def manager(browser, land):
    """The education manager of the ORP Žďár nad Sázavou, at a browser; in Zlín there is somebody, too."""
    world.person("manager@example.org", "595209", "Malá", "Marie", roles=(("manager", "CZ-O6115"),))
    world.person(FOREIGN, "585068", "Zlínská", "Zora")
    return browser.sign_in("manager@example.org")


@pytest.fixture
def head(browser, land):
    """The head of office of Nové Veselí, at a browser; in Žďár there is somebody, too."""
    world.person("head@example.org", "596230", "Hlavní", "Hana", roles=(("head-of-office", "596230"),))
    world.person("zdar@example.org", "595209", "Žďárská", "Zdena")
    return browser.sign_in("head@example.org")


def address(email, *more):
    return "/".join(["/manage/people", str(people.find_person_by_email(email).public_id), *more])


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def rows(answer):
    return re.findall(r'rowheader" scope="row"[^>]*>\s*<a[^>]*>([^<]+)</a>', answer.get_data(as_text=True))


def many_units():
    """Add so many municipalities that no list is read any more; two of them share a name."""
    names = [f"Ves {number}" for number in range(205)] + ["Lhota", "Lhota", "Lhotka"]
    with transaction():
        units.apply_rows([
            UnitRow(str(700000 + number), "CZ-P61151", "CZ", "municipality", name, name)
            for number, name in enumerate(names)
        ])


# The list.


def test_a_manager_sees_the_people_of_her_units_and_nobody_else(manager):
    world.person()
    page = manager.get("/manage/people")
    assert rows(page) == ["Malá Marie", "Nováková Eva"]
    assert "2 people" in text(page)
    assert "Zlínská" not in text(page)


def test_a_head_of_office_sees_her_municipality_only(head):
    assert rows(head.get("/manage/people")) == ["Hlavní Hana"]


def test_people_stand_in_the_order_of_their_alphabet(manager):
    for number, family in enumerate(("Chytrá", "Hájková", "Čapková", "Cibulková", "Ivanová")):
        world.person(f"p{number}@example.org", family=family, locale="cs")
    assert [name.split()[0] for name in rows(manager.get("/manage/people"))] == [
        "Cibulková",
        "Čapková",
        "Hájková",
        "Chytrá",
        "Ivanová",
        "Malá",
    ]


@pytest.mark.parametrize("words", ["nová", "NOVAK eva", "eva@example.org", "новакова", "Eva  Novakova"])
def test_a_person_is_found_by_name_in_any_script_and_by_email(manager, words):
    world.person()
    assert rows(manager.get("/manage/people", query_string={"q": words})) == ["Nováková Eva"]


def test_a_search_reaches_nobody_elsewhere(manager):
    for words in (FOREIGN, "Zlínská", "%", "_", "z"):
        assert "Zlínská" not in text(manager.get("/manage/people", query_string={"q": words}))


def test_the_list_is_narrowed_by_unit_and_by_state(manager):
    world.person()
    administering.invite(world.act_as("manager@example.org"), profile(), "595209")
    assert rows(manager.get("/manage/people?unit=596230")) == ["Nováková Eva"]
    assert rows(manager.get("/manage/people?state=invited")) == ["Nová Jana"]
    assert rows(manager.get("/manage/people?state=active&unit=595209")) == ["Malá Marie"]
    assert "Nobody fits" in text(manager.get("/manage/people?state=deactivated"))


def profile():
    return administering.people.Profile(
        **{
            name: GIVEN[name]
            for name in ("email", "family_name", "given_name", "target_group", "job_title", "locale")
        },
        family_name_latin="",
        given_name_latin="",
    )


@pytest.mark.parametrize(
    "query",
    [
        "unit=585068",
        "unit=CZ",
        "unit=nowhere",
        "page=-1",
        "page=0",
        "page=2",
        "page=x",
        "page=²",
        "state=boss",
    ],
)
def test_what_is_not_there_or_not_hers_is_not_found(manager, query):
    manager.get(f"/manage/people?{query}", status=404)


def test_fifty_stand_on_a_page(manager):
    for number in range(55):
        world.person(f"p{number}@example.org", family=f"Osoba {number:02}")
    first, second = manager.get("/manage/people"), manager.get("/manage/people?page=2")
    assert (len(rows(first)), len(rows(second))) == (50, 6)
    assert set(rows(first)).isdisjoint(rows(second))


def test_in_a_large_territory_a_name_is_typed_and_one_of_several_is_chosen(manager):
    many_units()
    world.person(unit="700205")
    assert 'name="place"' in manager.get("/manage/people").get_data(as_text=True)
    assert rows(manager.get("/manage/people?place=lhotka")) == []
    page = manager.get("/manage/people?place=LHOTA")
    assert "Several places fit" in text(page)
    assert "unit=700205" in page.get_data(as_text=True)
    assert rows(manager.get("/manage/people?unit=700205")) == ["Nováková Eva"]
    assert "is called “Zlín”" in text(manager.get("/manage/people?place=Zlín"))


@pytest.mark.parametrize(
    "roles", [(), (("coordinator", "CZ-K3107"),), (("trainer", "CZ-O6115"),), (("auditor", "CZ"),)]
)
def test_who_looks_after_nobody_does_not_come_in(browser, land, roles):
    world.person("other@example.org", roles=roles)
    someone = address(world.person().email)
    browser.sign_in("other@example.org")
    for path in ("/manage/people", "/manage/people/new", someone, f"{someone}/edit"):
        browser.get(path, status=403)
    browser.post(f"{someone}/deactivate", status=403)


# Inviting.


def test_an_invited_person_gets_a_mail_and_stands_in_the_list(manager):
    answer = manager.post("/manage/people/new", GIVEN)
    page = manager.get(answer.headers["Location"])
    assert "Jana Nová is invited" in text(page)
    assert "Invited on" in text(page)
    person = people.find_person_by_email("jana@example.org")
    assert (person.family_name_latin, person.gender, person.unit.code) == ("Nová", "f", "596230")
    assert session().scalar(select(MailMessage.recipient)) == "jana@example.org"


def test_what_is_wrong_is_told_at_the_field_and_what_was_typed_stays(manager):
    page = manager.post("/manage/people/new", {**GIVEN, "email": "nonsense", "family_name": ""}, status=422)
    html = page.get_data(as_text=True)
    assert "Error: Invite a person" in html
    assert 'href="#family_name"' in html
    assert 'value="matrikářka"' in html
    page = manager.post("/manage/people/new", {**GIVEN, "email": "nonsense"}, status=422)
    assert 'href="#email"' in page.get_data(as_text=True)


def test_an_email_that_somebody_has_is_told_with_her_name(manager):
    world.person()
    page = manager.post("/manage/people/new", {**GIVEN, "email": " Eva@Example.org"}, status=422)
    assert "Eva Nováková of Nové Veselí has this e-mail already" in text(page)


@pytest.mark.parametrize("unit", ["585068", "CZ", "80039", "", "nowhere"])
def test_only_her_own_units_stand_in_the_list_and_are_taken(manager, unit):
    html = manager.get("/manage/people/new").get_data(as_text=True)
    assert 'value="596230"' in html
    assert 'value="585068"' not in html
    manager.post("/manage/people/new", {**GIVEN, "unit": unit}, status=422)
    assert people.find_person_by_email("jana@example.org") is None


def test_a_group_language_or_gender_that_does_not_exist_is_refused(manager):
    for field, value in (("target_group", "admin"), ("locale", "xx"), ("gender", "x")):
        manager.post("/manage/people/new", {**GIVEN, field: value}, status=422)
    assert people.find_person_by_email("jana@example.org") is None


def test_in_a_large_territory_the_place_of_a_new_person_is_typed(manager):
    many_units()
    page = manager.post("/manage/people/new", {**GIVEN, "unit": "lhota"}, status=422)
    assert "Several places fit" in text(page)
    assert len(re.findall(r'name="choice"', page.get_data(as_text=True))) == 2
    manager.post("/manage/people/new", {**GIVEN, "unit": "Zlín"}, status=422)
    manager.post("/manage/people/new", {**GIVEN, "unit": "lhota", "choice": "585068"}, status=422)
    manager.post("/manage/people/new", {**GIVEN, "unit": "lhota", "choice": "700206"})
    assert people.find_person_by_email("jana@example.org").unit.code == "700206"
    manager.post("/manage/people/new", {**GIVEN, "email": "j2@example.org", "unit": "596230"})
    assert people.find_person_by_email("j2@example.org").unit.code == "596230"


def test_a_cyrillic_name_is_written_in_latin_letters_by_rule(browser, land):
    world.person("apv@example.org", "80039", "Мала", "Марија", roles=(("manager", "RS-APV"),))
    browser.sign_in("apv@example.org")
    browser.post(
        "/manage/people/new",
        {**GIVEN, "family_name": "Ђорђевић", "given_name": "Љиљана", "unit": "80039", "locale": "sr"},
    )
    kept = people.find_person_by_email("jana@example.org")
    assert (kept.family_name_latin, kept.given_name_latin) == ("Đorđević", "Ljiljana")


# One person.


@pytest.mark.parametrize("act", ["", "edit", "deactivate"])
def test_a_person_elsewhere_does_not_exist(manager, act):
    own, foreign = address(FOREIGN, act).rstrip("/"), f"/manage/people/{uuid4()}/{act}".rstrip("/")
    pages = [manager.get(path, status=404).get_data(as_text=True) for path in (own, foreign)]
    assert len({re.sub(r"<code>.*?</code>|value=\"[^\"]*\"", "", page) for page in pages}) == 1


@pytest.mark.parametrize("act", ["edit", "deactivate", "reactivate", "resend"])
def test_nothing_is_done_to_a_person_elsewhere(manager, act):
    manager.post(address(FOREIGN, act), GIVEN, status=404)
    person = people.find_person_by_email(FOREIGN)
    assert (person.family_name, person.deactivated_at) == ("Zlínská", None)


def test_a_head_of_office_touches_nobody_of_the_next_municipality(head):
    for act in ("edit", "deactivate", "resend"):
        head.post(address("zdar@example.org", act), GIVEN, status=404)
    head.post("/manage/people/new", {**GIVEN, "unit": "595209"}, status=422)


def test_a_record_shows_courses_results_roles_and_certificates(manager):
    person = world.person(roles=(("trainer", "596230"), ("coordinator", "CZ-K3131")))
    world.pass_test(world.act_as(person))
    shown = text(manager.get(address(person.email)))
    for words in ("2 of 2", "Passed", "100%", "-000001", "Trainer – Nové Veselí", "referentka"):
        assert words in shown
    assert "Regional coordinator" not in shown


@pytest.mark.parametrize("act", ["", "edit", "deactivate"])
def test_the_page_of_another_still_says_who_is_reading(manager, act):
    world.person()
    html = manager.get(address("eva@example.org", act).rstrip("/")).get_data(as_text=True)
    assert '<span class="g-menu__word">Marie Malá</span>' in html


def test_a_record_is_corrected_and_the_person_moved(manager):
    person = world.person()
    page = manager.get(address(person.email, "edit")).get_data(as_text=True)
    assert 'value="Nováková"' in page
    manager.post(address(person.email, "edit"), {**GIVEN, "family_name": "Nová-Malá", "unit": "595209"})
    kept = session().get(Person, person.id)
    session().refresh(kept)
    assert (kept.family_name, kept.email, kept.unit.code) == ("Nová-Malá", "jana@example.org", "595209")


def test_a_zone_that_a_person_chose_survives_a_correction(manager):
    person = world.person()
    with transaction():
        session().get(Person, person.id).time_zone = "Europe/Kyiv"
    manager.post(address(person.email, "edit"), GIVEN)
    assert people.find_person_by_email("jana@example.org").time_zone == "Europe/Kyiv"


def test_fields_that_the_form_does_not_have_change_nothing(manager):
    """T4: every column of every table of people, sent along, stays what it was."""
    person = world.person()
    before = {
        name: getattr(person, name) for name in ("password_hash", "public_id", "created_at", "last_seen_at")
    }
    known = {*GIVEN, "family_name_latin", "given_name_latin"}
    extra = {
        **{column.name: "1" for column in Person.__table__.columns if column.name not in known},
        **{column.name: "1" for column in RoleGrant.__table__.columns},
        "is_admin": "1",
        "role": "admin",
        "unit": GIVEN["unit"],
    }
    manager.post(address(person.email, "edit"), {**extra, **GIVEN})
    kept = people.find_person_by_email("jana@example.org")
    assert {name: getattr(kept, name) for name in before} == before
    assert kept.id == person.id
    assert kept.deactivated_at is None
    assert session().scalar(select(func.count()).select_from(RoleGrant)) == 1


def test_a_deactivated_person_is_out_at_the_next_request_and_may_come_again(manager, app):
    person = world.person()
    other = type(manager)(app).sign_in(person.email)
    other.get("/learn")
    assert "Deactivate Eva Nováková?" in text(manager.get(address(person.email, "deactivate")))
    other.get("/learn")
    manager.post(address(person.email, "deactivate"))
    assert other.get("/learn", status=302).headers["Location"].startswith("/login")
    assert "Since" in text(manager.get(address(person.email)))
    manager.post(address(person.email, "reactivate"))
    other.get("/learn", status=302)
    other.sign_in(person.email).get("/learn")


def test_an_invitation_is_sent_again(manager):
    manager.post("/manage/people/new", GIVEN)
    manager.post(address(GIVEN["email"], "resend"))
    assert session().scalar(select(func.count()).select_from(MailMessage)) == 2
    manager.get(address(GIVEN["email"], "resend"), status=405)


def test_nobody_deactivates_herself(manager):
    assert "You cannot deactivate yourself" in text(manager.get(address("manager@example.org", "deactivate")))
    manager.post(address("manager@example.org", "deactivate"), status=409)


def test_somebody_with_more_rights_is_not_taken_over(manager):
    person = world.person("k@example.org", roles=(("coordinator", "CZ-K3107"),))
    assert "Only an administrator" in text(manager.get(address(person.email)))
    page = manager.post(address(person.email, "edit"), GIVEN, status=422)
    assert "an administrator changes this" in text(page)
    manager.post(address(person.email, "deactivate"), status=409)
    assert people.find_person_by_email("k@example.org").deactivated_at is None


# One more attempt.


def failed(email="eva@example.org", unit="596230"):
    who = world.act_as(world.person(email, unit))
    for _ in range(3):
        sitting.submit_attempt(who, world.begin_test(who).public_id, {"whole": ["1"]})
    return session().scalar(select(Enrolment).where(Enrolment.person_id == who.person_id))


def test_one_more_attempt_is_granted_with_a_reason(manager):
    enrolment = failed()
    path = address("eva@example.org", "attempts", str(enrolment.public_id))
    assert path in manager.get(address("eva@example.org")).get_data(as_text=True)
    assert "Open data" in text(manager.get(path))
    assert "Say why" in text(manager.post(path, {"reason": " "}, status=422))
    manager.post(path, {"reason": "The line fell."})
    session().refresh(enrolment)
    assert (enrolment.outcome, enrolment.extra_attempts) == (None, 1)
    detail = session().scalar(select(AuditEntry.detail).where(AuditEntry.action == "attempt.grant"))
    assert detail == {"reason": "The line fell."}
    manager.get(path, status=404)


def test_an_attempt_is_granted_for_the_person_at_hand_and_nobody_elsewhere(manager):
    foreign = failed("z2@example.org", "585068")
    world.person()
    for email in ("eva@example.org", "z2@example.org"):
        path = address(email, "attempts", str(foreign.public_id))
        manager.get(path, status=404)
        manager.post(path, {"reason": "Because."}, status=404)
    session().refresh(foreign)
    assert foreign.outcome == "failed"
