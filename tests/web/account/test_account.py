"""Coming in, going out and looking after one's own record, at the browser."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.domain.people import queries as people
from app.domain.people import service as persons
from app.domain.people.models import Person, RoleGrant, SignInFailure
from app.foundation import clock, ids, settings
from app.foundation.db import session, transaction
from app.foundation.mail import MailMessage
from app.foundation.queue import OutboxJob
from app.workflows import administering, entering
from tests import world
from tests.web.visitors import Visitor

NEW = "zelena zaba skace vysoko"
RIGHT = {"email": "eva@example.org", "password": world.PASSWORD}


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def bare(answer):
    """Return a page without what differs from one request to the next by its nature."""
    html = re.sub(r'value="[^"]*"|<code>.*?</code>', "", answer.get_data(as_text=True))
    headers = {
        name: value
        for name, value in answer.headers
        if name not in {"X-Request-Id", "Set-Cookie", "Content-Length"}
    }
    return answer.status_code, html, headers


def last_link():
    words = session().scalar(select(MailMessage.text).order_by(MailMessage.id.desc()))
    return re.search(r"http://localhost(/account/\S+)", words)[1]


def lock(email="eva@example.org"):
    with transaction():
        for _ in range(10):
            persons.note_failure(ids.digest(email), "192.0.2.1", clock.now() - entering.LOCKED_FOR)


# T17: what an asker cannot learn.


def test_unknown_wrong_and_deactivated_get_the_same_page(browser, land):
    world.person()
    gone = world.person("gone@example.org")
    administering.deactivate(
        world.act_as(world.person("a@example.org", roles=(("admin", None),))), gone.public_id
    )
    browser.get("/login")
    pages = [
        bare(browser.post("/login", {"email": email, "password": password}, status=422))
        for email, password in (
            ("nobody@example.org", world.PASSWORD),
            ("eva@example.org", "wrong wrong wrong"),
            ("gone@example.org", world.PASSWORD),
        )
    ]
    assert pages[0] == pages[1] == pages[2]


def test_asking_for_a_new_password_gets_the_same_page_whoever_asks(browser, land):
    world.person()
    pages = []
    for email in ("eva@example.org", "nobody@example.org"):
        answer = browser.post("/account/reset", {"email": email})
        pages.append((bare(answer), bare(browser.get(answer.headers["Location"]))))
    assert pages[0] == pages[1]
    assert "If we know this e-mail" in pages[0][1][1]


@pytest.mark.parametrize("email", ["eva@example.org", "nobody@example.org"])
def test_too_many_wrong_passwords_lock_with_words_and_a_way_on(browser, land, email):
    world.person()
    lock(email)
    page = browser.post("/login", {"email": email, "password": world.PASSWORD}, status=429)
    assert page.headers["Retry-After"] == "900"
    assert "Too many wrong passwords" in text(page)
    assert 'href="/account/reset"' in page.get_data(as_text=True)


def test_ten_wrong_passwords_at_the_browser_lock(browser, land):
    world.person()
    for _ in range(10):
        browser.post("/login", {**RIGHT, "password": "wrong wrong wrong"}, status=422)
    browser.post("/login", RIGHT, status=429)
    assert session().scalar(select(func.count()).select_from(SignInFailure)) == 10


def test_a_password_is_never_sent_back(browser, land):
    page = browser.post("/login", {"email": "eva@example.org", "password": "SECRET-typed"}, status=422)
    assert "SECRET-typed" not in page.get_data(as_text=True)


# T16: what was signed in is out.


def test_signing_in_gives_another_cookie_and_signing_out_kills_every_copy(browser, land, app):
    world.person()
    browser.get("/login")
    browser.sign_in("eva@example.org")
    cookie = browser.client.get_cookie("gradivo-session").value
    copy = Visitor(app)
    copy.client.set_cookie("gradivo-session", cookie)
    copy.get("/learn")
    answer = browser.post("/logout")
    assert "You are signed out" in text(browser.get(answer.headers["Location"]))
    browser.get("/learn", status=302)
    copy.get("/learn", status=302)


def test_a_changed_password_ends_the_sign_in_on_every_other_device(browser, land, app):
    world.person()
    browser.sign_in("eva@example.org")
    other = Visitor(app).sign_in("eva@example.org")
    browser.post("/account/password", {"present": world.PASSWORD, "password": NEW, "again": NEW})
    browser.get("/learn")
    other.get("/learn", status=302)
    other.post("/login", RIGHT, status=422)
    other.post("/login", {**RIGHT, "password": NEW})


def test_a_reset_ends_the_sign_in_on_every_device(browser, land, app):
    world.person()
    browser.sign_in("eva@example.org")
    other = Visitor(app)
    other.post("/account/reset", {"email": "eva@example.org"})
    link = last_link()
    assert "Hello Eva Nováková" in text(other.get(link))
    other.post(link, {"password": NEW, "again": NEW})
    other.get("/learn")
    browser.get("/learn", status=302)


def test_what_is_somebodys_is_kept_by_no_cache(browser, land):
    world.person()
    browser.sign_in("eva@example.org")
    for address in ("/learn", "/account/profile", "/account/password"):
        headers = browser.get(address).headers
        assert headers["Cache-Control"] == "no-store"
        assert "Cookie" in headers["Vary"]


# Links and passwords.


def test_a_link_works_once_and_then_says_how_to_get_another(browser, land):
    world.person()
    browser.post("/account/reset", {"email": "eva@example.org"})
    link = last_link()
    browser.post(link, {"password": NEW, "again": NEW})
    for page in (
        browser.get(link, status=404),
        browser.post(link, {"password": NEW, "again": NEW}, status=404),
    ):
        assert "This link works no more" in text(page)
        assert 'href="/account/reset"' in page.get_data(as_text=True)


def test_used_expired_and_invented_links_get_the_same_page(browser, land):
    world.person()
    browser.post("/account/reset", {"email": "eva@example.org"})
    link = last_link()
    browser.get("/login")
    with clock.at(clock.now() + entering.RESET_FOR):
        expired = bare(browser.get(link, status=404))
    browser.post(link, {"password": NEW, "again": NEW})
    browser.post("/logout")
    browser.get("/")
    used = bare(browser.get(link, status=404))
    invented = bare(browser.get("/account/reset/" + "x" * 43, status=404))
    assert used == expired == invented


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "at least 12 characters"),
        ("x" * 129, "at most 128 characters"),
        ("eva@example.org", "must not contain your e-mail"),
        ("to je Nováková doma", "must not contain your name"),
        ("krasne nove veseli", "must not contain the name of your municipality"),
        ("my gradivo account", "name of this service"),
        ("123456789012", "easy to guess"),
        ("", "Choose a password"),
    ],
)
def test_a_weak_password_is_told_at_its_field(browser, land, password, words):
    world.person()
    browser.post("/account/reset", {"email": "eva@example.org"})
    page = browser.post(last_link(), {"password": password, "again": password}, status=422)
    assert words.lower() in text(page).lower()
    assert 'href="#password"' in page.get_data(as_text=True)


def test_two_different_passwords_are_told(browser, land):
    world.person()
    browser.sign_in("eva@example.org")
    given = {"present": world.PASSWORD, "password": NEW, "again": NEW + "x"}
    assert "The two passwords differ" in text(browser.post("/account/password", given, status=422))
    given = {"present": "wrong wrong", "password": NEW, "again": NEW}
    page = browser.post("/account/password", given, status=422)
    assert 'href="#present"' in page.get_data(as_text=True)


def test_an_invited_person_chooses_a_password_and_lands_in_her_learning(browser, land):
    manager = world.act_as(world.person("m@example.org", roles=(("manager", "CZ-O6115"),)))
    profile = administering.people.Profile("jana@example.org", "Nová", "Jana", "", "", "official", "", "cs")
    administering.invite(manager, profile, "596230")
    link = last_link()
    assert "Jana Nová" in text(browser.get(link))
    answer = browser.post(link, {"password": NEW, "again": NEW})
    assert answer.headers["Location"] == "/learn"
    assert 'lang="cs"' in browser.get("/learn").get_data(as_text=True)


# Where one goes on.


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/%5Cevil",
        "javascript:alert(1)",
        "\t//x",
        "/a\nb",
        "",
    ],
)
def test_signing_in_never_leads_to_another_site(browser, land, address):
    """T18."""
    world.person()
    answer = browser.client.post("/login", query_string={"next": address}, data=RIGHT)
    assert answer.headers["Location"] in {"/learn", "/%5Cevil"}


def test_signing_in_leads_on_to_the_page_that_was_asked_for(browser, land):
    world.person()
    asked = browser.get("/learn/open-data?lang=cs", status=302).headers["Location"]
    assert browser.post(asked, RIGHT).headers["Location"] == "/learn/open-data?lang=cs"


# Sign-in notices.


def notices(recipient="eva@example.org"):
    person = session().scalar(select(Person.public_id).where(Person.email == recipient))
    jobs = session().scalars(select(OutboxJob.arguments).where(OutboxJob.name == "notify.sign-in"))
    return sum(arguments["person"] == str(person) for arguments in jobs)


def test_a_new_browser_is_told_once_and_signing_out_does_not_forget_it(browser, land, in_production, app):
    world.person()
    browser.sign_in("eva@example.org")
    assert notices() == 1
    browser.post("/logout")
    browser.sign_in("EVA@example.org")
    assert notices() == 1
    Visitor(app).sign_in("eva@example.org")
    assert notices() == 2


def test_a_browser_that_knows_one_person_does_not_know_another(browser, land, in_production):
    world.person()
    world.person("jan@example.org")
    browser.sign_in("jan@example.org")
    browser.post("/logout")
    browser.sign_in("eva@example.org")
    assert notices() == 1


def test_a_browser_cannot_say_of_itself_that_it_is_known(browser, land, in_production, app):
    world.person()
    browser.client.set_cookie("gradivo-browser", '["' + "0" * 32 + '"].x')
    browser.sign_in("eva@example.org")
    assert notices() == 1


def test_the_cookie_of_known_browsers_is_locked_to_https_and_holds_no_email(browser, land, in_production):
    world.person()
    settings.use(replace(settings.current(), base_url="https://learn.example.org"))
    answer = browser.post("/login", RIGHT)
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if "browser" in value)
    assert cookie.startswith("__Host-gradivo-browser=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "eva" not in cookie


def test_a_demonstration_keeps_no_cookie_of_known_browsers(browser, land):
    world.person()
    answer = browser.post("/login", RIGHT)
    assert all("gradivo-browser" not in value for value in answer.headers.getlist("Set-Cookie"))


# The profile.


def test_a_person_sees_her_record_and_changes_what_is_hers(browser, land):
    world.person()
    browser.sign_in("eva@example.org")
    page = text(browser.get("/account/profile"))
    for words in ("Given name Eva", "Family name Nováková", "eva@example.org", "Nové Veselí"):
        assert words in page
    given = {
        "job_title": "matrikářka",
        "target_group": "it-expert",
        "gender": "f",
        "locale": "cs",
        "time_zone": "Europe/Kyiv",
    }
    browser.post("/account/profile", given)
    kept = people.find_person_by_email("eva@example.org")
    assert {name: getattr(kept, name) for name in given} == given
    assert 'lang="cs"' in browser.get("/account/profile").get_data(as_text=True)


def test_a_profile_that_cannot_be_is_told_at_its_field(browser, land):
    world.person()
    browser.sign_in("eva@example.org")
    given = {
        "job_title": "a\u202eb",
        "target_group": "official",
        "gender": "",
        "locale": "en",
        "time_zone": "",
    }
    page = browser.post("/account/profile", given, status=422)
    assert 'href="#job_title"' in page.get_data(as_text=True)
    browser.post("/account/profile", {**given, "job_title": "", "target_group": "admin"}, status=422)


def test_fields_that_the_profile_does_not_have_change_nothing(browser, land):
    """T4: every column of every table of people, sent along, stays what it was."""
    own = world.person()
    browser.sign_in("eva@example.org")
    names = {column.name for table in (Person, RoleGrant) for column in table.__table__.columns}
    form = {"job_title": "x", "target_group": "official", "gender": "", "locale": "en", "time_zone": ""}
    session().refresh(own)
    before = {name: getattr(own, name) for name in Person.__table__.columns.keys() if name not in form}  # noqa: SIM118
    browser.post("/account/profile", {**dict.fromkeys(names, "1"), **form})
    session().refresh(own)
    assert {name: getattr(own, name) for name in before} == before
    assert session().scalar(select(func.count()).select_from(RoleGrant)) == 0
