"""Tasks in the browser: handed in with files, marked by a trainer, returned, and what is hostile refused."""

import html
import io
import re

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from app.domain.assessments.models import Attempt
from app.domain.catalogue.values import Assessment, Feedback
from app.domain.tasks.models import AnswerFile, Marking, Work
from app.foundation import files
from app.foundation.db import session, transaction
from tests import world
from tests.formats.test_work_files import DOCX, ODT, packed
from tests.web.visitors import Visitor

PDF = b"%PDF-1.7\n% a plan"
ALL_KINDS = ("pdf", "png", "csv", "zip", "docx", "odt")


def visitor(app, email: str) -> Visitor:
    made = Visitor(app)
    made.sign_in(email)
    return made


def file(name: str, data: bytes = PDF) -> FileStorage:
    return FileStorage(io.BytesIO(data), name)


@pytest.fixture
def attempt(app, land) -> Attempt:
    """An open test with a question and a task."""
    with transaction():
        test = Assessment(attempts=2, shuffle=False)
        world.publish(world.course_with_task("own-plan", world.task(upload=ALL_KINDS), test=test))
    world.person("trainer@example.org", "595209", "Malá", "Iva", roles=(("trainer", "CZ-O6115"),))
    world.person("far@example.org", "585068", roles=(("trainer", "CZ-O7213"),))
    return world.begin_test(world.act_as(world.person()), "own-plan")


@pytest.fixture
def learner(app, attempt) -> Visitor:
    return visitor(app, "eva@example.org")


@pytest.fixture
def address(attempt) -> str:
    return f"/attempts/{attempt.public_id}"


def send(who: Visitor, address: str, status: int = 302, **form: object) -> str:
    given = {"whole": "1", "q1": "1", "q2": "We publish budgets.", "action": "save", **form}
    given = {name.replace("file_", "file-"): value for name, value in given.items()}
    boundary, body = encode_multipart(MultiDict(given))
    sort = f'multipart/form-data; boundary="{boundary}"'
    answer = who.post(address, body, status=status, content_type=sort)
    return html.unescape(answer.get_data(as_text=True))


def count(model: type) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model))


def form_of(page: str) -> dict[str, str]:
    """Return what stands in the hidden fields of a marker's form."""
    return {"seen": re.search(r'name="seen" value="([^"]*)"', page)[1]}


FULL = {"points-1": "6", "points-2": "4", "comment-1": "Thought <b>out</b>.", "comment": "Good."}


def test_a_learner_hands_a_task_in_and_waits_for_its_mark(app, attempt, learner, address):
    page = learner.get(address).get_data(as_text=True)
    for words in ("It is thought out.", "(6 points)", "At most 20 words", 'accept=".pdf,.png'):
        assert words in page
    assert "SECRET" not in page
    send(learner, address, action="upload", file_2=[file("plán.pdf"), file("rozpočet.csv", b"a;b\n")])
    page = learner.get(address).get_data(as_text=True)
    assert "plán.pdf" in page
    assert "We publish budgets." in page
    unwanted = re.search(r'value="(remove-[0-9a-f-]+)"[^>]*>Remove<span[^>]*> rozpočet', page)[1]
    send(learner, address, action=unwanted)
    assert "rozpočet.csv" not in learner.get(address).get_data(as_text=True)
    send(learner, address, action="submit")
    page = learner.get(f"{address}/result").get_data(as_text=True)
    assert "Your trainer marks the practical work; you will get a mail." in page
    assert "You did not pass" not in page
    assert "to be marked" in learner.get("/learn/own-plan").get_data(as_text=True)
    assert f"{address}/result" in learner.get("/learn/own-plan/test").get_data(as_text=True)
    download = re.search(rf'href="({address}/files/[^"]+)"', page)[1]
    answer = learner.client.get(download)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''pl%C3%A1n.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    answer.close()


def test_a_trainer_finds_the_work_and_marks_it(app, attempt, learner, address):
    send(learner, address, action="upload", file_2=[file("plán.pdf")])
    send(learner, address, action="submit")
    trainer, far = visitor(app, "trainer@example.org"), visitor(app, "far@example.org")
    queue = trainer.get("/teach/marking").get_data(as_text=True)
    assert "1 work waits" in queue
    assert "Eva Nováková" in queue
    work = f"/teach/marking/{attempt.public_id}/2"
    assert work in queue
    assert trainer.get("/teach/marking?course=own-plan&unit=596230").data.count(work.encode()) == 1
    assert work not in trainer.get("/teach/marking?unit=595209").get_data(as_text=True)
    assert "No work waits" in far.get("/teach/marking").get_data(as_text=True)
    page = trainer.get(work).get_data(as_text=True)
    assert "We publish budgets." in page
    assert "3, at most 20 are allowed" in page
    download = f"{address}/files/{session().scalar(select(AnswerFile.public_id))}"
    file_address = re.search(rf'href="({work}/files/[^"]+)"', page)[1]
    got = trainer.client.get(file_address)
    assert got.data == PDF
    got.close()
    for foreign in (work, file_address, download, address, f"{address}/works/2"):
        far.get(foreign, status=404)
    far.post(work, {**form_of(page), **FULL, "action": "give"}, status=404)
    for hers in (download, f"{address}/result"):
        trainer.get(hers, status=404)


@pytest.fixture
def work(app, attempt, learner, address) -> str:
    """The address of a work that waits for a mark."""
    send(learner, address, action="submit")
    return f"/teach/marking/{attempt.public_id}/2"


def test_a_marker_is_told_what_is_wrong_and_loses_nothing(app, learner, address, work):
    trainer = visitor(app, "trainer@example.org")
    page = trainer.get(work).get_data(as_text=True)
    refused = trainer.post(work, {**form_of(page), **FULL, "points-1": "7", "action": "give"}, status=422)
    refused = refused.get_data(as_text=True)
    assert "from 0 to 6" in refused
    assert 'value="7"' in refused
    assert "Thought &lt;b&gt;out&lt;/b&gt;." in refused
    assert count(Marking) == 0
    trainer.post(work, {**form_of(page), **FULL, "action": "save"})
    stale = trainer.post(work, {**form_of(page), **FULL, "comment": "Else.", "action": "give"}, status=409)
    assert "Else." in stale.get_data(as_text=True)
    assert "taken by: you" in trainer.get("/teach/marking").get_data(as_text=True)
    page = trainer.get(work).get_data(as_text=True)
    assert trainer.post(work, {**form_of(page), **FULL, "action": "give"}).location == "/teach/marking"
    assert work not in trainer.get("/teach/marking").get_data(as_text=True)

    page = learner.get(f"{address}/result").get_data(as_text=True)
    assert "You passed." in page
    assert "6 of 6 points" in page
    assert "Thought &lt;b&gt;out&lt;/b&gt;." in page
    assert "/certificates" in page


def test_a_work_that_came_back_is_improved_on_its_own_page(app, attempt, learner, address):
    send(learner, address, action="submit")
    trainer, work = visitor(app, "trainer@example.org"), f"/teach/marking/{attempt.public_id}/2"
    page = trainer.get(work).get_data(as_text=True)
    back = {**form_of(page), "comment": "Say who pays.", "comment-2": "Nothing on money."}
    trainer.post(work, {**back, "comment": "", "action": "return"}, status=422)
    trainer.post(work, {**back, "action": "return"})
    assert "Returned to the learner" in trainer.get(work).get_data(as_text=True)
    result = learner.get(f"{address}/result").get_data(as_text=True)
    assert "Say who pays." in result
    for page_of_course in ("/learn/own-plan", "/learn/own-plan/test"):
        assert "Your work came back to you" in learner.get(page_of_course).get_data(as_text=True)
    again = f"{address}/works/2"
    assert again in result
    page = learner.get(again).get_data(as_text=True)
    assert "Nothing on money." in page
    assert "We publish budgets." in page
    bad = send(learner, again, 422, action="submit", q2="New text.", file_2=[file("a.exe", b"MZ")])
    assert "New text." in bad
    assert "“a.exe” cannot be taken" in bad
    long = send(learner, again, 422, action="submit", q2="word " * 21)
    assert "has 21 words" in long
    send(learner, again, action="submit", q2="The town pays.", file_2=[file("budget.pdf")])
    assert learner.get(again, status=302).location == f"{address}/result"
    send(learner, again, 409, action="save", q2="Too late.")
    page = trainer.get(work).get_data(as_text=True)
    for words in ("The town pays.", "We publish budgets.", "budget.pdf", "Returned on"):
        assert words in page


def test_what_is_too_long_is_told_at_its_place_and_nothing_is_lost(learner, address):
    words = " ".join(f"w{number}" for number in range(21))
    page = send(learner, address, 422, action="submit", q1="2", q2=words, file_2=[file("a.pdf")])
    assert "Your text has 21 words, at most 20 are allowed" in page
    assert 'href="#q2-1"' in page
    assert words in page
    assert session().scalar(select(Attempt.finished_at)) is None
    page = learner.get(address).get_data(as_text=True)
    assert words in page
    assert "a.pdf" in page
    assert 'value="2" checked' in page
    for _click in range(2):
        send(learner, address, action="submit", file_2=[file("b.pdf")])
    assert (count(Work), count(AnswerFile)) == (1, 2)


REFUSED = {
    "html as pdf": ("plan.pdf", b"<!doctype html><script>alert(1)</script>"),
    "html": ("plan.html", b"<script>alert(1)</script>"),
    "svg": ("plan.svg", b"<svg onload='alert(1)'/>"),
    "svg as png": ("plan.png", b"<svg onload='alert(1)'/>"),
    "gif as png": ("plan.png", b"GIF89a/*"),
    "double ending": ("plan.pdf.exe", b"MZ\x90"),
    "program as pdf": ("plan.pdf", b"MZ\x90\x00"),
    "empty": ("plan.pdf", b""),
    "empty table": ("plan.csv", b""),
    "too big": ("plan.pdf", PDF + b"x" * 10_000_000),
    "no ending": ("plan", PDF),
    "only an ending": (".pdf", PDF),
    "ending the task does not take": ("plan.txt", b"text"),
    "binary table": ("plan.csv", b"a;b\x00c"),
    "escape codes": ("plan.csv", b"\x1b]0;x\x07"),
    "plain archive as docx": ("plan.docx", packed("a.csv")),
    "docx as odt": ("plan.odt", DOCX),
    "pdf as archive": ("plan.zip", PDF),
    "ending turned by RTL": ("plan\u202efdp.exe", b"MZ"),
    "pdf that begins late": ("plan.pdf", b"GIF89a%PDF-1.7"),
}


@pytest.mark.parametrize(("name", "data"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_not_what_it_says_is_refused_at_its_place(learner, address, name, data):
    page = send(learner, address, 422, action="upload", file_2=[file("good.pdf"), file(name, data)])
    assert 'href="#file-2"' in page
    assert "<script>alert(1)" not in page
    assert count(AnswerFile) == 0
    assert "We publish budgets." in learner.get(address).get_data(as_text=True)


TAKEN = {
    "path": ("../../../etc/cron.d/plan.pdf", PDF, "plan.pdf"),
    "path of Windows": ("C:\\plan.pdf", PDF, "C_plan.pdf"),
    "markup": ("<img src=x onerror=alert(1)>.pdf", PDF, "_img src=x onerror=alert(1)_.pdf"),
    "300 letters": ("a" * 300 + ".pdf", PDF, "a" * 116 + ".pdf"),
    "RTL": ("a\u202ebc.pdf", PDF, "abc.pdf"),
    "polyglot": ("plan.pdf", PDF + b"<script>alert(1)</script>", "plan.pdf"),
    "double ending": ("plan.html.pdf", PDF, "plan.html.pdf"),
    "bomb": ("bomb.zip", packed("0" * 60_000), "bomb.zip"),
    "archive with a path": ("slip.zip", packed("../../evil.sh"), "slip.zip"),
    "formula": ("f.csv", b'=HYPERLINK("http://x","y")\n', "f.csv"),
    "letter": ("dopis.odt", ODT, "dopis.odt"),
}


@pytest.mark.parametrize(("name", "data", "kept"), TAKEN.values(), ids=TAKEN)
def test_a_file_that_is_taken_is_stored_as_it_is_and_only_downloaded(learner, address, name, data, kept):
    send(learner, address, action="upload", file_2=[file(name, data)])
    session().rollback()
    [row] = session().scalars(select(AnswerFile))
    assert (row.name, row.size) == (kept, len(data))
    assert files.store().get(row.digest) == data
    page = learner.get(address).get_data(as_text=True)
    assert html.escape(kept).replace("&#x27;", "&#39;") in page
    answer = learner.client.get(f"{address}/files/{row.public_id}")
    assert answer.data == data
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype in {
        "application/pdf",
        "application/zip",
        "text/csv",
        "application/vnd.oasis.opendocument.text",
    }
    answer.close()


def test_files_that_are_not_asked_for_are_refused_and_never_a_fault(learner, attempt, address):
    send(learner, address, 400, action="upload", file_2=[file("a\0.pdf")])
    send(learner, address, 404, action="upload", file_1=[file("a.pdf")])
    send(learner, address, 404, action="upload", file_999999999=[file("a.pdf")])
    send(learner, address, 302, action="upload", file_x=[file("a.pdf")], other=[file("a.pdf")])
    page = send(learner, address, 422, action="upload", file_2=[file(f"{n}.pdf") for n in range(11)])
    assert "At most 10 files" in page
    large = [file(f"{n}.pdf", PDF + b"x" * 8_000_000) for n in range(4)]
    assert "at most 30 MB" in send(learner, address, 422, action="upload", file_2=large)
    for wrong in ("remove-x", "remove-00000000-0000-4000-8000-000000000000"):
        send(learner, address, 404, action=wrong)
    assert count(AnswerFile) == 0
    send(learner, address, action="submit")
    send(learner, address, 409, action="upload", file_2=[file("a.pdf")])
    assert count(AnswerFile) == 0


def test_another_learner_gets_no_file_and_removes_none(app, learner, address):
    send(learner, address, action="upload", file_2=[file("a.pdf")])
    kept = session().scalar(select(AnswerFile.public_id))
    world.person("jan@example.org")
    other = visitor(app, "jan@example.org")
    other.get(f"{address}/files/{kept}", status=404)
    send(other, address, 404, action=f"remove-{kept}")
    send(other, f"{address}/works/2", 404)
    own = world.begin_test(world.act_as("jan@example.org"), "own-plan")
    other.get(f"/attempts/{own.public_id}/files/{kept}", status=404)
    send(other, f"/attempts/{own.public_id}", 404, action=f"remove-{kept}")
    assert count(AnswerFile) == 1


@pytest.mark.parametrize(
    ("feedback", "is_told"),
    [(Feedback.AFTER_SUBMIT, True), (Feedback.AFTER_PASS, False), (Feedback.NEVER, False)],
)
def test_what_markers_said_is_told_as_the_course_allows(app, land, feedback, is_told):
    with transaction():
        test = Assessment(attempts=2, shuffle=False, feedback=feedback)
        world.publish(world.course_with_task("own-plan", test=test))
    world.person("trainer@example.org", "595209", roles=(("trainer", "CZ-O6115"),))
    own = world.begin_test(world.act_as(world.person()), "own-plan")
    learner, trainer = visitor(app, "eva@example.org"), visitor(app, "trainer@example.org")
    send(learner, f"/attempts/{own.public_id}", action="submit", q1="0")
    work = f"/teach/marking/{own.public_id}/2"
    page = trainer.get(work).get_data(as_text=True)
    trainer.post(
        work, {**form_of(page), "points-1": "1", "points-2": "0", "comment": "Poor.", "action": "give"}
    )
    page = learner.get(f"/attempts/{own.public_id}/result").get_data(as_text=True)
    assert "You did not pass this time." in page
    assert ("Poor." in page) is is_told
    assert ("SECRET-EXPLANATION" in page) is is_told


def test_the_second_marker_sees_nothing_of_the_first_until_she_has_marked(app, land):
    with transaction():
        test = Assessment(attempts=2, shuffle=False, markers=2)
        world.publish(world.course_with_task("own-plan", test=test))
    own = world.begin_test(world.act_as(world.person()), "own-plan")
    for name in ("one", "two"):
        world.person(f"{name}@example.org", "595209", "Malá", name, roles=(("trainer", "CZ-O6115"),))
    learner, one, two = (visitor(app, f"{name}@example.org") for name in ("eva", "one", "two"))
    send(learner, f"/attempts/{own.public_id}", action="submit")
    work = f"/teach/marking/{own.public_id}/2"
    given = {"points-1": "6", "points-2": "4", "comment": "FIRST-SAYS", "action": "give"}
    one.post(work, {**form_of(one.get(work).get_data(as_text=True)), **given})
    assert "Waits for the second mark" in one.get(work).get_data(as_text=True)
    page = two.get(work).get_data(as_text=True)
    assert "FIRST-SAYS" not in page
    assert "What was said" not in page
    two.post(work, {**form_of(page), "points-1": "0", "points-2": "0", "action": "give"})
    page = two.get(work).get_data(as_text=True)
    assert "FIRST-SAYS" in page
    assert "Decide the mark" in page
    assert "Two marks differ" in two.get("/teach/marking").get_data(as_text=True)
    decided = {**form_of(page), "points-1": "3", "points-2": "3", "action": "settle"}
    two.post(work, decided, status=422)
    two.post(work, {**decided, "reason": "We talked."})
    assert "We talked." in one.get(work).get_data(as_text=True)
    assert "You passed." in learner.get(f"/attempts/{own.public_id}/result").get_data(as_text=True)


def test_marking_stands_in_the_menu_of_those_who_may(app, attempt, learner):
    assert "/teach/marking" not in learner.get("/learn").get_data(as_text=True)
    trainer = visitor(app, "trainer@example.org")
    page = trainer.get("/teach/marking").get_data(as_text=True)
    assert re.findall(r'href="([^"]+)" aria-current="page"', page) == ["/teach/marking"]
    page = trainer.get("/teach/courses").get_data(as_text=True)
    assert re.findall(r'href="([^"]+)" aria-current="page"', page) == ["/teach/courses"]
    learner.get("/teach/marking", status=403)
