"""A mended key as trainer, methodologist and learner meet it: pages, decision, protocol, result."""

import re
import subprocess
from html import unescape

import pytest
from sqlalchemy import select

from app.domain.assessments.models import Attempt
from app.domain.certificates.models import Certificate
from app.domain.corrections.models import Correction, CorrectionResult
from app.domain.enrolment.models import Enrolment
from app.foundation.db import session
from app.jobs.worker import perform_due
from tests import world
from tests.web.conftest import Browser
from tests.workflows import keys as acts

HOSTILE = "<script>alert(1)</script> & {{ 7*7 }} 100 % “c”"
ADDRESS = "/teach/courses/keys/corrections"


@pytest.fixture
def mended(land):
    """A course of which a key is mended after four people sat it."""
    acts.publish("1")
    acts.sit("down@example.org", one="b", text="no")
    acts.sit("up@example.org", one="c", text="no")
    acts.sit("better@example.org", one="c")
    acts.sit("same@example.org", one="a")
    return acts.publish("2", **acts.MENDED)


@pytest.fixture
def method(app, land) -> Browser:
    world.person("method@example.org", "595209", "Velká", "Ida", roles=(("methodologist", "CZ"),))
    return Browser(app).sign_in("method@example.org")


@pytest.fixture
def trainer(app, land) -> Browser:
    world.person("trainer@example.org", "595209", roles=(("trainer", "CZ"),))
    return Browser(app).sign_in("trainer@example.org")


def words(answer) -> str:
    """Return what a page says."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def dry_run(browser: Browser, **choices: str) -> str:
    """Begin a dry run, let the worker make it, and return its address."""
    form = {f"question-{key}": choice for key, choice in (choices or {"one": "mend"}).items()}
    address = browser.post(ADDRESS, form).headers["Location"]
    work(browser)
    return address


def work(browser: Browser) -> None:
    """Let the worker do what is due; pages of a test share one session, which must look again."""
    for _turn in range(3):
        perform_due(browser.app)
    session().rollback()
    session().expire_all()


def decide(browser: Browser, address: str, fairness: str = "as-corrected", reason: str = acts.WHY) -> None:
    form = {"fairness": fairness, "reason": reason}
    page = browser.post(f"{address}/decision", form, status=200).get_data(as_text=True)
    sent = dict(re.findall(r'<input type="hidden" name="(fairness|confirmed|reason)" value="([^"]*)"', page))
    assert sent == {"fairness": fairness, "confirmed": fairness, "reason": sent["reason"]}
    browser.post(f"{address}/decision", {name: unescape(value) for name, value in sent.items()})
    work(browser)


def test_the_page_of_the_course_says_how_many_results_rest_on_the_earlier_key(mended, trainer):
    page = words(trainer.get("/teach/courses/keys"))
    assert "4 results rest on an earlier key" in page


def test_publishing_a_mended_key_says_so(land, trainer):
    page = words(trainer.get("/teach/courses/keys", status=404))
    assert "rest on" not in page
    acts.publish("1")
    acts.sit("a@example.org")
    assert "rest on" not in words(trainer.get("/teach/courses/keys"))


def test_what_differs_is_shown_with_both_keys(mended, trainer):
    page = words(trainer.get(ADDRESS))
    for said in ("one en?", "Key of papers that were taken", "1.0", "4 results", "Mark again by the new key"):
        assert said in page


def test_a_course_where_nothing_differs_says_so(land, trainer):
    acts.publish("1")
    assert "Nothing differs." in words(trainer.get(ADDRESS))
    trainer.get("/teach/courses/none/corrections", status=404)


def test_nothing_chosen_is_told_at_its_place(mended, trainer):
    page = trainer.post(ADDRESS, {"question-one": "leave"}, status=422).get_data(as_text=True)
    assert "Choose at least one question" in page
    assert 'href="#questions"' in page
    assert re.search(r'<option value="leave" selected', page)


def test_a_trainer_sees_the_dry_run_and_cannot_decide(mended, trainer):
    address = dry_run(trainer)
    page = words(trainer.get(address))
    assert "4 results hold such a question." in page
    assert "A methodologist of the unit that keeps this course decides." in page
    trainer.post(
        f"{address}/decision",
        {"fairness": "as-corrected", "reason": "x", "confirmed": "as-corrected"},
        status=403,
    )


def test_a_methodologist_sees_the_numbers_confirms_and_all_follows(mended, method):
    address = dry_run(method)
    assert "Worse than before 0 1" in words(method.get(address))
    asked = words(
        method.post(f"{address}/decision", {"fairness": "as-corrected", "reason": acts.WHY}, status=200)
    )
    for said in (
        "Confirm: As corrected",
        "2 results become better, 1 becomes worse",
        "1 learner passes who had failed, 1 fails who had passed",
        "Certificates: 1 issued, 1 superseded, 1 revoked.",
        "3 mails are sent.",
    ):
        assert said in asked
    assert session().scalars(select(Correction)).one().stage == "ready"
    decide(method, address)
    done = words(method.get(address))
    for said in ("As corrected", acts.WHY, "Ida Velká", "Protocol (PDF)", "revoked", "superseded"):
        assert said in done


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"fairness": "as-corrected", "reason": " "}, "Write the reason."),
        ({"reason": "x"}, "Choose what counts."),
        ({"fairness": "all", "reason": "x"}, "Not a valid choice"),
        ({"fairness": "as-corrected", "reason": "x" * 301}, "Use at most 300 characters."),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_decided(mended, method, form, said):
    address = dry_run(method)
    assert said in words(method.post(f"{address}/decision", form, status=422))
    assert session().scalars(select(Correction)).one().stage == "ready"


def test_a_second_confirmation_comes_too_late(mended, method):
    address = dry_run(method)
    decide(method, address)
    form = {"fairness": "as-corrected", "reason": "x", "confirmed": "as-corrected"}
    method.post(f"{address}/decision", form, status=409)


def test_the_waiting_page_works_without_script(mended, method):
    address = method.post(ADDRESS, {"question-one": "mend"}).headers["Location"]
    assert "Look again" in words(method.get(address))
    assert "Look again" in words(method.get(f"{address}/state", status=202))
    work(method)
    assert "look at it" in words(method.get(f"{address}/state"))
    method.get(f"{address}/protocol.pdf", status=409)


def test_the_learner_reads_what_was_corrected_and_gets_the_right_key(app, mended, method):
    decide(method, dry_run(method), reason=HOSTILE)
    learner = Browser(app).sign_in("up@example.org")
    attempt = (
        session()
        .scalars(
            acts.select(Attempt).join(Enrolment, Enrolment.id == Attempt.enrolment_id).order_by(Attempt.id)
        )
        .all()[1]
    )
    answer = learner.get(f"/attempts/{attempt.public_id}/result")
    page = words(answer)
    assert "You passed." in page
    assert "The key of this question was corrected." in page
    assert HOSTILE in page
    assert "<script>alert" not in answer.get_data(as_text=True)


def test_a_question_that_was_dropped_says_that_it_does_not_count(app, mended, method):
    decide(method, dry_run(method, one="drop"))
    attempt = session().scalars(select(Attempt).order_by(Attempt.id)).first()
    page = words(Browser(app).sign_in("down@example.org").get(f"/attempts/{attempt.public_id}/result"))
    assert "This question does not count." in page
    assert "1 of 2 points" in page


def test_a_superseded_certificate_says_by_which(app, mended, method):
    decide(method, dry_run(method))
    old = session().scalars(select(Certificate).filter(Certificate.successor.is_not(None))).one()
    page = words(Browser(app).get(f"/verify/{old.code}"))
    assert "another has taken its place" in page
    assert old.successor in page
    assert acts.WHY in page


def read_pdf(content: bytes) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def test_the_protocol_says_everything_and_is_the_same_each_time(mended, method):
    address = dry_run(method)
    decide(method, address, reason=HOSTILE)
    first = method.get(f"{address}/protocol.pdf")
    assert first.mimetype == "application/pdf"
    text = read_pdf(first.data)
    results = session().scalars(select(CorrectionResult)).all()
    for said in (
        "Protocol of the correction of a test",
        "Ida Velká",
        HOSTILE,
        "one en?",
        "33.33%, now 66.67%",
        "now passed",
    ):
        assert said in text
    for result in results:
        if result.touch is not None:
            assert result.certificate in text
    assert method.get(f"{address}/protocol.pdf").data == first.data
    assert "Nováková" not in text


def test_a_methodologist_elsewhere_finds_nothing(app, land, method):
    acts.publish("1")
    acts.sit("a@example.org")
    acts.publish("2", **acts.MENDED)
    address = dry_run(method)
    world.person("zlin@example.org", "585068", roles=(("methodologist", "CZ-K3131"),))
    stranger = Browser(app).sign_in("zlin@example.org")
    stranger.get(ADDRESS, status=404)
    for page in (address, f"{address}/protocol.pdf", f"{address}/state"):
        stranger.get(page, status=404)
    stranger.post(f"{address}/decision", {"fairness": "as-corrected", "reason": "x"}, status=404)
