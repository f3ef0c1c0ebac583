"""Nobody becomes more than she is: not by a changed address, a read letter, an invitation, a role or a course."""

import io
import re

import pytest

from app.formats.course_zip import write_zip
from app.foundation import settings
from app.foundation.db import session
from app.foundation.mail import MailMessage, compose, send
from tests import world
from tests.formats.sample_course import sample_course
from tests.security.cast import AWAY, HOME, RECORD
from tests.security.stage import Stage

PROOF = {"present": world.PASSWORD}


def person_id(stage: Stage, part: str) -> str:
    """Return the public id of a part."""
    rows = stage.rows()["person"]
    found = next(str(row["public_id"]) for row in rows if row["id"] == stage.cast.ids[part])
    return "-".join((found[:8], found[8:12], found[12:16], found[16:20], found[20:]))


def changed_tables(stage: Stage, before: dict[str, list[dict[str, object]]]) -> set[str]:
    """Return the tables that differ, the trail of sign-ins left out."""
    return {table for table, rows in stage.rows().items() if rows != before[table]}


@pytest.mark.parametrize(
    ("part", "victim"),
    [
        ("manager", "admin"),
        ("manager", "coordinator"),
        ("manager", "trainer"),
        ("head-of-office", "manager"),
        ("head-of-office", "admin-of-region"),
        ("admin-of-region", "admin"),
    ],
)
def test_nobody_takes_over_whoever_holds_more_by_changing_her_address(stage, part, victim):
    client, before = stage.client(part), stage.rows()
    target = person_id(stage, victim)
    answer = client.post(
        f"/manage/people/{target}/edit", data={**RECORD, "email": "mine@example.org", "unit": "596230"}
    )
    assert answer.status_code == 422
    assert "holds roles that you do not" in answer.get_data(as_text=True)
    assert client.post(f"/manage/people/{target}/deactivate").status_code == 409
    assert changed_tables(stage, before) == set()


def test_an_administrator_of_a_part_reads_no_link_of_whoever_holds_more(stage):
    passer_by, snoop = stage.client(), stage.client("admin-of-region")
    for email in ("admin@example.org", "learner@example.org"):
        assert passer_by.post("/account/reset", data={"email": email}).status_code == 302
    with stage.acting():
        letters = {
            letter.recipient: letter.public_id
            for letter in session().query(MailMessage)
            if letter.text != "x"
        }
        for letter in session().query(MailMessage):
            send(compose(letter, settings.current()), settings.current())
    seen = snoop.get("/admin/mail").get_data(as_text=True)
    assert str(letters["learner@example.org"]) in seen
    assert str(letters["admin@example.org"]) not in seen
    assert snoop.get(f"/admin/mail/{letters['learner@example.org']}").status_code == 200
    assert snoop.get(f"/admin/mail/{letters['admin@example.org']}").status_code == 404


@pytest.mark.parametrize(
    ("role", "unit"),
    [("admin", ""), ("admin", "CZ"), ("manager", "CZ-K3131"), ("coordinator", "CZ"), ("auditor", "RS")],
)
@pytest.mark.parametrize("email", ["admin-of-region@example.org", "learner@example.org"])
def test_nobody_grants_what_she_does_not_hold(stage, role, unit, email):
    before = stage.rows()
    answer = stage.client("admin-of-region").post(
        "/admin/roles/new", data={"email": email, "role": role, "unit": unit, "choice": unit, **PROOF}
    )
    assert answer.status_code == 422
    assert answer.get_data(as_text=True).count('class="govuk-error-message"') == 1
    assert "present-error" not in answer.get_data(as_text=True)
    assert changed_tables(stage, before) == set()


def test_nobody_ends_a_role_that_reaches_beyond_her(stage):
    rows = [row for row in stage.rows()["role_grant"] if row["person_id"] == stage.cast.ids["admin"]]
    found = str(rows[0]["public_id"])
    address = "-".join((found[:8], found[8:12], found[12:16], found[16:20], found[20:]))
    client = stage.client("admin-of-region")
    for data in (PROOF, {"present": "wrong wrong wrong"}, {}):
        assert client.post(f"/admin/roles/{address}/end", data=data).status_code == 404


@pytest.mark.parametrize("present", [{}, {"present": ""}, {"present": "wrong wrong wrong"}], ids=repr)
def test_a_stolen_cookie_alone_grants_and_ends_no_role(stage, present):
    """ASVS 7.5.3: whoever has the cookie of an administrator, or her open computer, has not her password."""
    before, thief = stage.rows(), stage.client("admin")
    made = {"email": "learner@example.org", "role": "admin", "unit": "", "choice": ""}
    held = stage.cast.things["grant"][HOME].value
    for address, data in (("/admin/roles/new", made), (f"/admin/roles/{held}/end", {})):
        assert thief.get(address).status_code == 200
        answer = thief.post(address, data={**data, **present})
        assert answer.status_code == 422
        assert "present-error" in answer.get_data(as_text=True)
    assert changed_tables(stage, before) <= {"audit_entry", "sign_in_failure"}
    for address, data in (("/admin/roles/new", made), (f"/admin/roles/{held}/end", {})):
        assert thief.post(address, data={**data, **PROOF}).status_code == 302
    assert "role_grant" in changed_tables(stage, before)


@pytest.mark.parametrize("part", ["manager", "head-of-office", "admin-of-region"])
def test_nobody_is_invited_or_moved_beyond_ones_units(stage, part):
    client, before = stage.client(part), stage.rows()
    for unit in ("585068", "CZ", "CZ-K3131", "80039"):
        data = {**RECORD, "email": "new@example.org", "unit": unit, "choice": unit}
        assert client.post("/manage/people/new", data=data).status_code == 422
        moved = stage.cast.things["person"][HOME].value
        assert client.post(f"/manage/people/{moved}/edit", data=data).status_code == 422
    assert changed_tables(stage, before) == set()


def test_an_attempt_is_granted_to_nobody_elsewhere_through_somebody_here(stage):
    client, before = stage.client("manager"), stage.rows()
    here, there = stage.cast.things["failing"][HOME].value, stage.cast.things["failed"][AWAY].value
    assert client.post(f"/manage/people/{here}/attempts/{there}", data={"reason": "x"}).status_code == 404
    learners = client.post("/teach/courses/home-course/learners", data={"enrolment": there, "reason": "x"})
    assert learners.status_code == 403
    taught = stage.client("trainer").post(
        "/teach/courses/home-course/learners", data={"enrolment": there, "reason": "x"}
    )
    assert taught.status_code == 404
    assert changed_tables(stage, before) == set()


def archive(slug: str, owner: str) -> bytes:
    """Return a course as an archive, kept by a unit."""
    files = sample_course()
    about = files["course.yaml"].decode().replace("id: reading-registers", f"id: {slug}")
    return write_zip(slug, {**files, "course.yaml": about.replace("owner: CZ", f"owner: {owner}").encode()})


@pytest.mark.parametrize(
    ("slug", "owner"),
    [
        ("brand-new", "CZ"),
        ("brand-new", "CZ-O7213"),
        ("away-course", "CZ-O6115"),
        ("away-draft", "CZ-O6115"),
        ("open-data", "CZ-O6115"),
    ],
)
def test_no_course_of_others_is_taken_over_by_an_archive(stage, slug, owner):
    before = stage.rows()
    file = (io.BytesIO(archive(slug, owner)), "course.zip")
    answer = stage.client("trainer").post("/teach/courses/upload", data={"file": file, "replace": "y"})
    assert answer.status_code == 422
    assert changed_tables(stage, before) == set()


def test_a_course_handed_to_another_owner_is_not_published_there(stage):
    client = stage.client("trainer")
    page = client.get("/teach/courses/home-course/files/course.yaml").get_data(as_text=True)
    base = re.search(r'name="base"[^>]*value="([^"]*)"', page)
    with stage.acting():
        before = len(stage.rows()["course_version"])
    text = sample_course()["course.yaml"].decode().replace("id: reading-registers", "id: home-course")
    sent = {
        "text": text.replace("owner: CZ", "owner: CZ-O7213"),
        "base": base[1] if base else "",
        "action": "save",
    }
    assert client.post("/teach/courses/home-course/files/course.yaml", data=sent).status_code == 302
    revision = re.search(
        r'name="revision"[^>]*value="(\d+)"', client.get("/teach/courses/home-course").get_data(as_text=True)
    )
    sent = {"revision": revision[1] if revision else "1", "newest": "1.0"}
    client.post("/teach/courses/home-course/publish", data=sent)
    assert len(stage.rows()["course_version"]) == before
    owners = {row["slug"]: row["owner_path"] for row in stage.rows()["course"]}
    assert owners["home-course"] == stage.cast.things["course"][HOME].path


def test_a_link_serves_its_own_purpose_and_only_once(stage):
    secret = stage.cast.things["secret"]["learner"].value
    new = {"password": "sedm malych bilych koz", "again": "sedm malych bilych koz"}
    client = stage.app.test_client()
    assert client.get(f"/account/invitation/{secret}").status_code == 404
    assert client.post(f"/account/invitation/{secret}", data=new).status_code == 404
    assert client.post(f"/account/reset/{secret}", data=new).status_code == 302
    assert stage.app.test_client().post(f"/account/reset/{secret}", data=new).status_code == 404
    assert stage.app.test_client().get(f"/account/reset/{secret}").status_code == 404


def test_the_same_is_done_where_it_is_hers_to_do(stage):
    """The positive control: the forms above are refused for what they ask, not for how they are filled."""
    learner = stage.cast.things["person"][HOME].value
    edited = {**RECORD, "email": "other@example.org", "unit": "596230"}
    assert stage.client("manager").post(f"/manage/people/{learner}/edit", data=edited).status_code == 302
    invited = {**RECORD, "email": "new@example.org", "unit": "596230"}
    assert stage.client("head-of-office").post("/manage/people/new", data=invited).status_code == 302
    granted = {"email": "learner@example.org", "role": "manager", "unit": "CZ-O6115", **PROOF}
    assert stage.client("admin-of-region").post("/admin/roles/new", data=granted).status_code == 302
    file = (io.BytesIO(archive("brand-new", "CZ-O6115")), "course.zip")
    assert stage.client("trainer").post("/teach/courses/upload", data={"file": file}).status_code == 302
    page = stage.client("trainer").get("/teach/courses/home-course/files/course.yaml")
    assert 'name="base"' in page.get_data(as_text=True)
    here = stage.cast.things["failing"][HOME].value, stage.cast.things["failed"][HOME].value
    again = stage.client("manager").post(f"/manage/people/{here[0]}/attempts/{here[1]}", data={"reason": "x"})
    assert again.status_code == 302
