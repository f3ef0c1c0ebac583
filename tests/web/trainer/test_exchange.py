"""Questions from and to other systems at the trainer's pages: a preview first, then all of them or none."""

import html
import io
import re

import pytest
from sqlalchemy import select

from app.formats.question_exchange import SIZE_LIMIT
from app.foundation.audit import AuditEntry
from app.foundation.db import session
from tests import world
from tests.web.visitors import Visitor

GIFT = """// [tag:spring]
$CATEGORY: $course$/top/Formáty

::Otevřený formát::Který formát je <b>otevřený</b>?{=CSV#Ano. ~sken <script>alert(1)</script>}

Write about it.{}

Q{=half ~%50%no}

Only a text.
"""
BANK = "en/questions-export.md"


def upload(desk, data, status=200, name="export.gift", **more):
    """Send a file as the form does, and return the page after it."""
    content = data if isinstance(data, bytes) else data.encode()
    form = {"file": (io.BytesIO(content), name), "course": desk.slug, "format": "", **more}
    answer = desk.browser.post("/teach/questions/import", form, status=status)
    answer.request.environ[
        "wsgi.input"
    ].close()  # The client leaves the file open in which it put a large body.
    return answer.get_data(as_text=True)


def token(page):
    return html.unescape(re.search(r'name="upload"[^>]*value="([^"]*)"', page)[1])


def take(desk, page, status=302):
    return desk.browser.post("/teach/questions/import/take", {"upload": token(page)}, status=status)


def acts(name):
    session().expire_all()
    return [entry for entry in session().scalars(select(AuditEntry)) if entry.action == name]


def words(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_every_question_is_shown_as_learners_get_it_and_nothing_is_written(desk):
    desk.begin()
    before = desk.kept()
    page = upload(desk, GIFT)
    seen = words(page)
    assert "3 questions of export.gift (GIFT) can be taken over." in seen
    assert "Který formát je otevřený?" in seen
    assert "CSV" in seen
    assert "<script>alert" not in page
    assert "Line 10" in seen
    assert "A description asks nothing: put its text into a module of the course." in seen
    assert "The option “no” counted 50 %: here it is wrong." in seen
    assert desk.kept() == before
    assert acts("questions.import") == []


def test_the_questions_become_a_file_of_their_own_in_the_draft(desk):
    desk.begin()
    answer = take(desk, upload(desk, GIFT))
    assert answer.headers["Location"] == desk.address
    text, _base = desk.read(BANK)
    assert text.startswith("<!-- Imported; SHA-256 of the file: ")
    assert "## Který formát je **otevřený**? {#otevreny-format area=formaty}" in text
    assert "- [x] CSV\n  > Ano.\n" in text
    (entry,) = acts("questions.import")
    assert entry.detail["origin"] == "gift export.gift"
    seen = words(desk.page())
    assert "3 questions are in the draft." in words(desk.page()) or "questions-export.md" in seen
    assert "Nothing to mend" in seen or "0 errors" in seen
    assert "otevřený" in words(desk.page("/preview/en"))


def test_a_second_click_writes_nothing(desk):
    desk.begin()
    page = upload(desk, GIFT)
    take(desk, page)
    after = desk.kept()
    take(desk, page)
    assert "nothing was written twice" in words(desk.page())
    assert desk.kept() == after
    assert len(acts("questions.import")) == 1
    again = upload(desk, GIFT)
    assert "This file was taken over before" in words(again)
    assert 'name="upload"' not in again


def test_a_course_that_changed_meanwhile_is_looked_at_again(desk):
    desk.begin()
    page = upload(desk, GIFT)
    desk.edit("en/questions.md", "= practice\n", "= exercise\n")
    before = desk.kept()
    answer = take(desk, page, status=409)
    assert "Nothing was written" in words(answer.get_data(as_text=True))
    assert desk.kept() == before


def test_ids_that_are_taken_become_others(desk):
    desk.begin()
    key = re.search(r"\{#([a-z0-9-]+)", desk.read("en/questions.md")[0])[1]
    page = upload(desk, f"// [id:{key}]\nOne?{{T}}\n")
    assert f"Its id is taken in this course: it became “{key}-2”." in words(page)
    take(desk, page)
    assert f"{{#{key}-2 .pinned}}" in desk.read(BANK)[0]


def test_true_false_and_essays_speak_the_language_of_the_course(desk):
    desk.begin(language="en")
    take(desk, upload(desk, "One?{T}\n\nWrite.{}\n"))
    text, _base = desk.read(BANK)
    assert "- [x] True\n- [ ] False\n" in text
    assert "- (1) The answer is right and complete" in text


def test_links_and_pictures_that_the_course_lacks_become_their_words(desk):
    desk.begin()
    text = "[markdown]Look ![plan](../media/plan.png) at [this](99-gone.md) and [that](https://example.org/a).{T}\n"
    page = upload(desk, text)
    assert "“../media/plan.png” is not in this course: its words stay." in words(page)
    take(desk, page)
    assert "## Look plan at this and [that](https://example.org/a)." in desk.read(BANK)[0]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "The file is empty."),
        (b"x" * (SIZE_LIMIT + 1), "The file is larger than 10 MB: divide it."),
        (b"One?{T}\n\x00", "This line holds the control character U+0000: delete it."),
        (
            b"ab\xe1c\n\x81",
            "This line cannot be read in the encoding windows-1250: save the file as UTF-8.",
        ),
        (b"One?{T}\n\n" * 1_001, "The file holds more than 1000 questions: divide it."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(desk, data, told):
    desk.begin()
    before = desk.kept()
    page = words(upload(desk, data, status=422))
    assert told in page
    assert re.search(r"Line \d+: ", page)
    assert desk.kept() == before


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + b"\x00" * 50,
        b"<quiz>" + b"<a>" * 5000,
        b"{" * 200_000,
        b"::" * 300_000,
        b"$CATEGORY:\n" * 20_000,
        b"~" * 500_000 + b"{=a}",
    ],
)
def test_hostile_files_are_answered_with_a_page(desk, data):
    desk.begin()
    before = desk.kept()
    form = {"file": (io.BytesIO(data), "x.txt"), "course": desk.slug, "format": ""}
    answer = desk.browser.client.post("/teach/questions/import", data=form)
    answer.request.environ["wsgi.input"].close()
    assert answer.status_code in {200, 422}
    assert desk.kept() == before


@pytest.mark.parametrize(("encoding", "name"), [("cp1250", "windows-1250"), ("utf-16", "UTF-16")])
def test_other_encodings_are_read_and_told(desk, encoding, name):
    desk.begin()
    seen = words(upload(desk, "Příliš žluťoučký kůň?{=úpěl ~neúpěl}\n".encode(encoding)))
    assert "Příliš žluťoučký kůň?" in seen
    assert name in seen


def test_what_the_browser_sends_is_not_trusted(desk, app):
    desk.begin()
    page = upload(desk, GIFT)
    own = token(page)
    before = desk.kept()
    for forged in ("", "x", own[:-2], own.replace(".", ".x", 1)):
        answer = desk.browser.post("/teach/questions/import/take", {"upload": forged}, status=409)
        assert "Choose the file again" in answer.get_data(as_text=True)
    world.person("other@example.org", "595209", roles=(("trainer", "CZ"),))
    colleague = Visitor(app).sign_in("other@example.org")
    colleague.post("/teach/questions/import/take", {"upload": own}, status=409)
    assert desk.kept() == before


def test_the_course_of_another_region_cannot_be_chosen(desk, app):
    desk.begin()
    world.person("rs@example.org", "80039", roles=(("trainer", "RS-APV"),))
    stranger = Visitor(app).sign_in("rs@example.org")
    form = {"file": (io.BytesIO(b"One?{T}\n"), "x.gift"), "course": desk.slug, "format": "gift"}
    page = stranger.post("/teach/questions/import", form, status=422).get_data(as_text=True)
    assert "Choose a course that you may change." in page
    assert "my-course" not in page
    stranger.get(f"{desk.address}/questions/export", status=404)


def test_a_bank_is_handed_out_with_what_is_lost_and_comes_back(desk):
    desk.begin()
    page = words(desk.page("/questions/export"))
    assert "The order became pairs of an item and its number." in page
    desk.browser.client.head(f"{desk.address}/questions/export")
    assert acts("questions.export") == []
    answer = desk.send(
        "/questions/export", {"format": "gift", "language": "en", "version": "draft"}, status=200
    )
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-course-en.gift"'
    (entry,) = acts("questions.export")
    assert entry.detail["format"] == "gift"
    again = words(upload(desk, answer.data, name="my-course-en.gift"))
    number = entry.detail["count"]
    assert f"{number} questions of my-course-en.gift (GIFT) can be taken over." in again


@pytest.mark.parametrize("query", ["format=nothing", "language=xx", "version=gone"])
def test_an_export_that_is_not_offered_is_refused(desk, query):
    desk.begin()
    desk.page(f"/questions/export?{query}", status=422)


def test_the_published_bank_can_be_chosen_beside_the_draft(desk):
    desk.begin()
    desk.publish()
    desk.edit("en/questions.md", "= practice\n", "= exercise\n")
    form = {"format": "gift", "language": "en"}
    assert b"practice" in desk.send("/questions/export", {**form, "version": "published"}, status=200).data
    assert b"exercise" in desk.send("/questions/export", {**form, "version": "draft"}, status=200).data


def test_the_course_page_leads_to_both(desk):
    desk.begin()
    page = desk.page()
    assert "/teach/questions/import?course=my-course" in page
    assert f"{desk.address}/questions/export" in page
    form = desk.browser.get("/teach/questions/import?course=my-course").get_data(as_text=True)
    assert re.search(r'<option selected value="my-course">', form)
