"""The certificate of a programme on every page that shows certificates."""

import json
import re

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate
from app.foundation.db import session
from app.workflows import rendering
from tests import world
from tests.web.visitors import Visitor
from tests.workflows import programmes


@pytest.fixture
def held(own_settings, land):
    """The certificate of a programme, with its documents."""
    programmes.offer()
    eva = world.person()
    programmes.complete(eva)
    programmes.work()
    [made] = programmes.held_by(eva)
    rendering.render(Actor.system(rendering.JOB), made.code)
    return programmes.held_by(eva)[0]


@pytest.fixture
def anyone(app):
    return Visitor(app)


def text(response) -> str:
    return " ".join(response.get_data(as_text=True).partition("<main")[2].partition("</main>")[0].split())


def test_whoever_checks_it_sees_the_programme_and_its_courses(held, anyone):
    page = text(anyone.get(f"/verify/{held.code}"))
    for words in (
        "Programme",
        "For officials",
        "Courses",
        "Open data",
        "Records",
        "version 1.0, 2.5 h",
        "5 h",
    ):
        assert words in page
    assert ">Course</dt>" not in page
    assert "without limit" in page


def test_a_program_gets_its_kind_and_courses(held, anyone):
    told = anyone.get(f"/api/v1/certificates/{held.code}").json
    assert (told["kind"], told["course"], told["hours"], told["valid_until"]) == (
        "programme",
        "For officials",
        5.0,
        None,
    )
    assert told["courses"] == [
        {"title": "Open data", "version": "1.0", "hours": 2.5},
        {"title": "Records", "version": "1.0", "hours": 2.5},
    ]


def test_the_certificate_of_a_course_has_a_kind_and_no_courses(held, anyone):
    code = session().scalar(select(Certificate.code).where(Certificate.enrolment_id.is_not(None)))
    told = anyone.get(f"/api/v1/certificates/{code}").json
    assert (told["kind"], told["courses"]) == ("exam", [])
    assert ">Course</dt>" in text(anyone.get(f"/verify/{code}"))


def test_its_holder_finds_and_shows_it(held, app):
    holder = Visitor(app)
    holder.sign_in("eva@example.org")
    page = text(holder.get("/certificates"))
    assert "programme of 2 courses" in page
    assert page.count("For officials") == 1
    shared = text(holder.get(f"/certificates/{held.code}/share"))
    assert f"I completed the programme “For officials”, certificate {held.number}." in shared
    assert holder.get(f"/certificates/{held.code}.pdf").data.startswith(b"%PDF")


def test_it_stands_on_the_page_of_the_person_and_in_the_register(held, app):
    world.person("admin@example.org", "595209", roles=(("admin", None),))
    admin = Visitor(app)
    admin.sign_in("admin@example.org")
    eva = world.act_as("eva@example.org")
    page = text(admin.get(f"/manage/people/{eva.public_id}"))
    assert "Programmes" in page
    assert held.number in page
    entry = text(admin.get(f"/admin/register/{held.code}"))
    assert "For officials" in entry
    assert "()" not in entry
    assert "version 1.0, 2.5 h" in entry
    assert held.number in text(admin.get("/admin/register?q=officials"))
    assert held.number in text(admin.get("/reports/certificates"))


def test_its_duplicate_is_made_from_the_page_of_the_person(held, app):
    world.person("admin@example.org", "595209", roles=(("admin", None),))
    admin = Visitor(app)
    admin.sign_in("admin@example.org")
    address = f"/manage/certificates/{held.code}/duplicate"
    person = f"/manage/people/{world.act_as('eva@example.org').public_id}"
    assert address in text(admin.get(person))
    page = text(admin.get(address))
    assert re.search(r"<dt[^>]*>\s*Programme\s*</dt>", page)
    assert not re.search(r"<dt[^>]*>\s*Course\s*</dt>", page)
    admin.post(address, {"reason": "It burnt."})
    assert address not in text(admin.get(person))


def test_a_coordinator_of_another_region_sees_nothing_of_it(held, app):
    world.person("other@example.org", "585068", roles=(("coordinator", "CZ-K3131"),))
    other = Visitor(app)
    other.sign_in("other@example.org")
    assert held.number not in text(other.get("/reports/certificates"))
    other.get(f"/certificates/{held.code}.pdf", status=404)


def test_what_its_badge_refers_to_is_there_for_programs(held, anyone):
    told = json.loads(anyone.get("/badges/programmes/official/cs").data)
    assert (told["name"], told["description"]) == ("Pro úředníky", "Otevřená data · Spisová služba")
    assert told["id"].endswith("/badges/programmes/official/cs")
    anyone.get("/badges/programmes/official/uk", status=404)
    anyone.get("/badges/programmes/unknown/en", status=404)
