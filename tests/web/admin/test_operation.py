"""What an administrator does for the instance: mail, territory, audit trail."""

import re
from io import BytesIO

import pytest
from sqlalchemy import func, select

from app.domain.territory import queries as territory
from app.domain.territory.models import Unit
from app.foundation import chain, mail, settings
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.foundation.mail import MailMessage
from app.web.admin.mail import pieces_of
from app.workflows import administering, entering
from tests import world

HEADER = "code,parent_code,country,level,name,name_latin,valid_from,valid_to,successor_code"


@pytest.fixture
def admin(browser, land):
    folder = settings.current().instance / "mail"
    for path in folder.glob("*.eml") if folder.exists() else ():
        path.unlink()
    world.person("admin@example.org", family="Správná", given="Anna", roles=(("admin", None),))
    return browser.sign_in("admin@example.org")


@pytest.fixture
def auditor(browser, land):
    world.person("auditor@example.org", family="Kontrolní", given="Karla", roles=(("auditor", "CZ"),))
    return browser.sign_in("auditor@example.org")


@pytest.fixture
def regional(browser, land):
    world.person("region@example.org", roles=(("admin", "CZ-K3107"),))
    return browser.sign_in("region@example.org")


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


# Mail.


def deliver():
    for message in session().scalars(select(MailMessage).order_by(MailMessage.id)):
        mail.send(mail.compose(message, settings.current()), settings.current())


def test_a_letter_is_read_as_text_and_its_link_to_this_site_can_be_followed(admin):
    world.person()
    entering.ask_for_reset("eva@example.org")
    deliver()
    page = admin.get("/admin/mail")
    assert "1 letter" in text(page)
    assert "1 waits to go out" in text(page)
    address = re.search(r'href="(/admin/mail/[^"]+)"', page.get_data(as_text=True))[1]
    letter = admin.get(address).get_data(as_text=True)
    assert re.search(r'<a class="govuk-link" href="http://localhost/account/reset/[\w-]{43}">', letter)
    assert "eva@example.org" in letter


def test_a_letter_cannot_bring_html_or_a_link_elsewhere(admin):
    hostile = "<script>alert(1)</script> <b>x</b> https://evil.example/ javascript:alert(1) http://localhost.evil.example/x"
    with transaction():
        mail.post("eva@example.org", "<img src=x onerror=alert(1)>", hostile, "<p>x</p>")
    deliver()
    page = admin.get("/admin/mail")
    assert "<img src=x" not in page.get_data(as_text=True)
    address = re.search(r'href="(/admin/mail/[^"]+)"', page.get_data(as_text=True))[1]
    letter = admin.get(address).get_data(as_text=True).partition("<article")[2].partition("</article>")[0]
    assert "<script" not in letter
    assert "href" not in letter


@pytest.mark.parametrize(
    ("words", "links"),
    [
        ("see http://localhost/learn now", ["http://localhost/learn"]),
        ("http://localhost:8000/learn http://localhost.evil/x http://localhost@evil/x", []),
        ("http://localhost", []),
        ('http://localhost/a"onclick=x', ["http://localhost/a"]),
    ],
)
def test_only_addresses_of_this_site_become_links(words, links):
    pieces = list(pieces_of(words, "http://localhost"))
    assert [href for _, href in pieces if href] == links
    assert "".join(piece for piece, _ in pieces) == words


def test_a_letter_that_does_not_lie_there_is_not_found(admin):
    admin.get("/admin/mail/00000000-0000-4000-8000-000000000000", status=404)
    for name in ("..%2Fgradivo.db", "x", ".env"):
        admin.get(f"/admin/mail/{name}", status=404)


def test_an_administrator_of_a_region_sees_no_link_of_somebody_elsewhere(regional):
    world.person("root@example.org", "585068", roles=(("admin", None),))
    entering.ask_for_reset("root@example.org")
    deliver()
    assert "root@example.org" not in text(regional.get("/admin/mail"))


# Territory.


def upload(browser, lines, status=302):
    data = "\n".join([HEADER, *lines]).encode()
    return browser.post("/admin/territory/import", {"file": (BytesIO(data), "units.csv")}, status=status)


def test_the_territory_is_looked_through_from_the_top_down(admin):
    assert "Česká republika" in text(admin.get("/admin/territory"))
    page = text(admin.get("/admin/territory/units/CZ-O6115"))
    assert "Kraj Vysočina" in page
    assert "Authorised municipal office" in page
    assert "Municipalities in it 2" in page
    assert "CZ-K3131" in admin.get("/admin/territory?q=zlinsky").get_data(as_text=True)
    admin.get("/admin/territory/units/nowhere", status=404)


def test_a_file_changes_nothing_until_it_was_looked_through(admin):
    answer = upload(
        admin,
        ["596230,CZ-P61151,CZ,municipality,Nové Veselíčko,,,,", "700000,CZ-P61151,CZ,municipality,Lhota,,,,"],
    )
    plan = text(admin.get(answer.headers["Location"]))
    assert "1 new" in plan
    assert "1 changed" in plan
    assert "Nové Veselíčko" in plan
    assert territory.find_unit("700000") is None
    done = admin.post("/admin/territory/import/plan")
    assert "1 units are new, 1 changed" in text(admin.get(done.headers["Location"]))
    assert territory.get_unit("700000").path.startswith(territory.get_unit("CZ-O6115").path)
    assert territory.get_unit("596230").name == "Nové Veselíčko"
    admin.post("/admin/territory/import/plan")
    assert session().scalar(select(func.count()).where(AuditEntry.action == "territory.import")) == 1


def test_what_is_wrong_with_a_file_is_told_by_line_and_nothing_changes(admin):
    answer = upload(admin, ["700000,NOWHERE,CZ,municipality,Lhota,,,,", "CZ-K3107,CZ,CZ,country,Kraj,,,,"])
    plan = text(admin.get(answer.headers["Location"]))
    assert "This file cannot be taken" in plan
    assert "The parent NOWHERE is unknown" in plan
    assert "Make these changes" not in plan
    admin.post("/admin/territory/import/plan")
    assert territory.find_unit("700000") is None


def test_a_file_that_changes_nothing_says_so(admin):
    answer = upload(admin, ["CZ,,CZ,country,Česká republika,Česká republika,,,"])
    assert "The file changes nothing" in text(admin.get(answer.headers["Location"]))


@pytest.mark.parametrize("data", [b"", b"  \n"])
def test_an_empty_file_is_told_at_its_field(admin, data):
    page = admin.post("/admin/territory/import", {"file": (BytesIO(data), "x.csv")}, status=422)
    assert 'href="#file"' in page.get_data(as_text=True)
    admin.post("/admin/territory/import", {}, status=422)


def test_a_table_of_excel_is_told_how_to_be_saved(admin):
    given = {"file": ("Nové Veselí".encode("utf-16"), "x.csv")}
    given["file"] = (BytesIO(given["file"][0]), "x.csv")
    admin.post("/admin/territory/import", given)
    assert "Save it as “CSV UTF-8”" in text(admin.get("/admin/territory/import/plan"))


def test_without_a_file_there_is_no_plan(admin):
    assert (
        admin.get("/admin/territory/import/plan", status=302).headers["Location"] == "/admin/territory/import"
    )
    assert admin.post("/admin/territory/import/plan").headers["Location"] == "/admin/territory/import"


def test_an_administrator_of_a_region_imports_nothing(regional):
    assert "Bring it up to date" not in text(regional.get("/admin/territory"))
    before = session().scalar(select(func.count()).select_from(Unit))
    upload(regional, ["700000,CZ-P72131,CZ,municipality,Lhota,,,,"], status=404)
    assert session().scalar(select(func.count()).select_from(Unit)) == before


# The audit trail.


def test_an_auditor_reads_who_did_what_to_whom(auditor):
    person = world.person()
    actor = world.act_as(
        world.person("m@example.org", family="Malá", given="Marie", roles=(("manager", "CZ-O6115"),))
    )
    administering.deactivate(actor, person.public_id)
    page = text(auditor.get("/admin/audit"))
    assert re.search(r"Marie Malá\s+Person deactivated\s+Eva Nováková", page)
    assert "Signed in" in page
    assert "not sealed yet" in page


def test_the_trail_says_when_all_of_it_is_sealed(auditor):
    with transaction() as held:
        chain.seal(held, AuditEntry)
    assert "Every entry is sealed" in text(auditor.get("/admin/audit"))


def test_the_trail_is_narrowed(auditor):
    world.person()
    administering.deactivate(
        world.act_as(world.person("m@example.org", family="Malá", roles=(("manager", "CZ"),))),
        world.act_as("eva@example.org").public_id,
    )
    assert "1 entry" in text(auditor.get("/admin/audit?action=person.deactivate"))
    assert "1 entry" in text(auditor.get("/admin/audit?actor=mala"))
    assert "1 entry" in text(auditor.get("/admin/audit?subject=eva@example.org"))
    assert "0 entries" in text(auditor.get("/admin/audit?to=2020-01-01"))
    assert "2 entries" in text(auditor.get("/admin/audit?from=2020-01-01&to=9999-12-31"))
    assert "2 entries" in text(auditor.get("/admin/audit?from=0001-01-01"))
    page = auditor.get("/admin/audit?from=yesterday", status=422)
    assert "year-month-day" in text(page)
    assert "ends before it begins" in text(
        auditor.get("/admin/audit?from=2026-02-01&to=2026-01-01", status=422)
    )
    for query in ("page=0", "page=99", "page=x"):
        auditor.get(f"/admin/audit?{query}", status=404)


def test_an_auditor_of_a_country_reads_nothing_of_another(auditor):
    world.person("rs@example.org", "80039", "Тајна", "Тереза")
    administering.deactivate(
        world.act_as(world.person("m@example.org", "80039", "Мала", "Марија", roles=(("manager", "RS"),))),
        world.act_as("rs@example.org").public_id,
    )
    page = text(auditor.get("/admin/audit"))
    assert "Person deactivated" not in page
    assert "Марија" not in page
    assert "0 entries" in text(auditor.get("/admin/audit?actor=Мала"))


def test_an_auditor_finds_the_trail_in_her_menu_and_changes_nothing(auditor):
    html = auditor.get("/admin/audit").get_data(as_text=True)
    assert 'href="/admin/audit"' in html
    assert "/manage/people/" not in html
    for page in ("roles", "issuers", "mail", "territory"):
        auditor.get(f"/admin/{page}", status=403)


def test_an_administrator_reaches_every_page_from_every_other(admin):
    for page in ("roles", "issuers", "designs", "territory", "mail", "audit"):
        html = admin.get(f"/admin/{page}").get_data(as_text=True)
        for other in ("roles", "issuers", "designs", "territory", "mail", "audit"):
            assert f'href="/admin/{other}"' in html
        assert re.search(rf'href="/admin/{page}" aria-current="page"', html)


def test_looking_at_the_pages_of_administrators_writes_nothing(admin):
    """T15."""
    before = session().scalar(select(func.count()).select_from(AuditEntry))
    for page in (
        "roles", "roles/new", "issuers", "issuers/CZ", "issuers/CZ/specimen.pdf", "territory", "territory/units/CZ",
        "territory/import", "mail", "audit",
    ):  # fmt: skip
        admin.get(f"/admin/{page}")
    assert session().scalar(select(func.count()).select_from(AuditEntry)) == before
