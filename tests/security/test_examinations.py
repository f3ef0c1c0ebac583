"""T5 and T6: what is right is told to nobody beforehand, and a test takes the way that it is meant to take."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.domain.assessments import service as assessments
from app.domain.assessments.models import Answer, Attempt, LateAnswers
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.values import Assessment, Duration, Feedback, Kind, Question, QuestionKey
from app.foundation import clock
from app.foundation.db import session, transaction
from app.foundation.errors import NotFound
from app.workflows import sitting
from tests import world
from tests.security.cast import token
from tests.security.crawl import visit
from tests.security.stage import Stage

DRAWS = 2_000
CRITICAL = {1: 10.83, 2: 13.82, 3: 16.27, 5: 20.52}
"""Chi² by degrees of freedom that chance passes once in a thousand times."""
TOLD = ("explanation", "feedback", "accepted", "gap")
FIGURE = Decimal("8675309.25")


def sealed(question: Question) -> Question:
    """Return a question whose key holds tokens."""
    if question.is_practice:
        return question
    keys = {tag: _sealed_key(question, key) for tag, key in question.keys.items()}
    return replace(question, keys=keys)


def _sealed_key(question: Question, key: QuestionKey) -> QuestionKey:
    mark = {what: token("key", question.key, what) for what in TOLD}
    options = next(iter(question.bodies.values())).options
    return replace(
        key,
        explanation=f"<p>{mark['explanation']}</p>",
        feedback=tuple(f"{mark['feedback']}" for _ in options)
        if question.kind in {Kind.SINGLE, Kind.MULTIPLE}
        else (),
        accepted=(mark["accepted"],) if question.kind is Kind.SHORT else key.accepted,
        ranges=((FIGURE, FIGURE),) if question.kind is Kind.NUMBER else key.ranges,
        gaps=((mark["gap"],), *key.gaps[1:]) if question.kind is Kind.CLOZE else key.gaps,
    )


SECRETS = [
    *(token("key", question.key, what) for question in world.QUESTIONS for what in TOLD),
    "8675309",
]


@pytest.fixture
def course(stage: Stage) -> str:
    """A course whose keys hold tokens; three attempts, a rest between them, half an hour each."""
    rules = Assessment(
        attempts=3, time_limit=Duration(30, "min"), cooldown=Duration(1, "h"), feedback=Feedback.NEVER
    )
    with stage.acting(), transaction():
        draft = world.course("sealed", assessment=rules)
        world.publish(
            replace(draft, questions=tuple(map(sealed, draft.questions)), digest="s", marking_digest="s")
        )
    return "sealed"


def told(data: bytes) -> list[str]:
    """Return which secrets stand in some bytes."""
    return [secret for secret in SECRETS if secret.encode() in data]


def read_through(client: FlaskClient) -> None:
    """Enrol, and mark both modules done."""
    assert client.post("/courses/sealed/enrol").status_code == 302
    for module in ("first", "second"):
        assert client.post(f"/learn/sealed/{module}/done").status_code == 302


def begin(client: FlaskClient) -> str:
    """Read through, begin the test, and return its address."""
    read_through(client)
    return client.post("/learn/sealed/test").headers["Location"]


def everything(client: FlaskClient, *more: str) -> Iterator[tuple[str, bytes]]:
    """Yield whatever a learner can open, headers included."""
    seen = visit(
        client,
        [
            "/",
            "/learn",
            "/courses/sealed",
            "/learn/sealed",
            "/learn/sealed/print",
            "/learn/sealed/test",
            *more,
        ],
        120,
    )
    for address, answer in seen.answers.items():
        yield address, answer.body + str(answer.headers).encode()


def test_no_key_no_explanation_and_no_feedback_is_told_before_submission(stage, course):
    client = stage.client("learner")
    address = begin(client)
    leaks = [page for page, data in everything(client, address, f"{address}/result") if told(data)]
    saved = client.post(address, data={"q1": "0", "action": "save"})
    refused = client.post(address, data={"q1": "99", "action": "submit"})
    leaks += [page for page, data in everything(client, address) if told(data)]
    assert not leaks
    assert not told(saved.get_data() + refused.get_data())


@pytest.mark.parametrize(
    "part", ["anonymous", "learner", "manager", "coordinator", "auditor", "admin-of-region"]
)
def test_whoever_writes_no_courses_is_told_no_key_at_all(stage, course, part):
    client = stage.client(part)
    starts = (
        "/courses/sealed",
        "/teach/courses/sealed",
        "/teach/courses/sealed/download",
        "/reports/progress",
        "/manage/people",
    )
    seen = visit(client, starts, 80)
    if part == "admin-of-region":
        assert seen.answers["/teach/courses/sealed"].status == 404
    assert not [address for address, body in seen.bodies() if told(body)]


def test_where_feedback_is_never_given_the_result_tells_none(stage, course):
    client = stage.client("learner")
    address = begin(client)
    handed = client.post(address, data={"action": "submit"})
    assert handed.status_code == 302
    assert not [page for page, data in everything(client, address, f"{address}/result") if told(data)]


def test_where_feedback_is_given_it_is_told_after_submission(stage, course):
    """The positive control: the secrets stand in the bank, and a result tells what it may."""
    with stage.acting():
        bank = catalogue.list_questions(catalogue.get_newest(course)[1].id, "en")
        assert len(told(repr(bank).encode())) > len(bank)
    page = stage.client("home.learner").get(f"/attempts/{stage.cast.things['finished']['home'].value}/result")
    assert "RFC 4180, section 2." in page.get_data(as_text=True)


# Chance.


def is_even(counts: Counter[int], choices: int) -> bool:
    """Tell whether the counts are such as chance makes them, at p > 0.001 (Pearson's chi²)."""
    mean = DRAWS / choices
    return sum((counts[place] - mean) ** 2 / mean for place in range(choices)) < CRITICAL[choices - 1]


def test_the_place_of_what_is_right_tells_nothing(stage):
    with stage.acting():
        version = catalogue.get_newest("open-data")[1]
        bank = catalogue.list_questions(version.id, "en")
    dice = Random(20261123)
    places: dict[str, Counter[int]] = {}
    for _ in range(DRAWS):
        for question in assessments.lay_out_paper(bank, True, dice.getrandbits(63)):
            key, count = question.answer_key, places.setdefault(question.key, Counter())
            if question.kind is Kind.SINGLE:
                count[key.right[0]] += 1
            elif question.kind is Kind.MULTIPLE:
                count[question.body.options.index("a")] += 1
            elif question.kind is Kind.MATCH:
                count[key.pairs[0]] += 1
            elif question.kind is Kind.ORDER:
                count[key.right.index(0)] += 1
            elif question.kind is Kind.CLOZE:
                count[question.body.gaps[1].choices.index("in")] += 1
    tried = {"one": 3, "many": 4, "pairs": 3, "ranks": 3, "gaps": 2, "own-practice": 2}
    assert {name: is_even(places[name], choices) for name, choices in tried.items()} == dict.fromkeys(
        tried, True
    )
    assert not is_even(Counter({0: DRAWS * 2 // 5, 1: DRAWS * 3 // 5}), 2)


def test_the_form_numbers_what_it_shows_and_names_no_key(stage, course):
    client = stage.client("learner")
    page = client.get(begin(client)).get_data(as_text=True).partition("<main")[2].partition("</main>")[0]
    values = set(re.findall(r'="([^"]*)"', page))
    keys = {question.key for question in world.QUESTIONS} - {"text"}
    assert values.isdisjoint(keys)
    assert set(re.findall(r'<input[^>]*type="(?:radio|checkbox)"[^>]*value="([^"]*)"', page)) == set("0123")


# The way through a test.


def test_the_test_opens_once_the_modules_are_done_and_to_whoever_is_enrolled(stage, course):
    client = stage.client("learner")
    assert client.post("/learn/sealed/test").status_code == 404
    client.post("/courses/sealed/enrol")
    assert client.post("/learn/sealed/test").status_code == 409
    client.post("/learn/sealed/first/done")
    assert client.post("/learn/sealed/test").status_code == 409
    client.post("/learn/sealed/second/done")
    assert client.post("/learn/sealed/test").status_code == 302


def mark_of(stage: Stage, address: str) -> tuple[object, object, int]:
    """Return mark, end and number of answers of an attempt."""
    with stage.acting():
        attempt = find_attempt(address)
        return (
            attempt.mark,
            attempt.finished_at,
            session().query(Answer).filter_by(attempt_id=attempt.id).count(),
        )


def find_attempt(address: str) -> Attempt:
    """Return the attempt of an address."""
    wanted = address.rpartition("/")[2]
    found = next((each for each in session().query(Attempt) if str(each.public_id) == wanted), None)
    if found is None:
        raise NotFound
    return found


FOREIGN = (
    {"q1": "99"},
    {"q1": "-1"},
    {"q1": "x"},
    {"q99": "0"},
    {"q0": "0"},
    {"q1-1": "0", "q1-99": "0"},
    {"q1": "0' OR 1=1"},
    {"questions": "[]"},
    {"q1": "٣"},
    {"q1": "0" * 501},
)


def test_an_answer_that_the_paper_does_not_offer_is_refused_whole(stage, course):
    client = stage.client("learner")
    address = begin(client)
    with stage.acting():
        kinds = [question["kind"] for question in paper_of(address)]
    single = kinds.index("single") + 1
    for sent in FOREIGN:
        named = {
            name.replace("q1", f"q{single}") if name in {"q1", "q1-1"} else name: value
            for name, value in sent.items()
        }
        for action in ("save", "submit"):
            assert client.post(address, data={**named, "action": action}).status_code == 422, named
    assert mark_of(stage, address) == (None, None, 0)


def paper_of(address: str) -> list[dict[str, object]]:
    """Return the questions of an attempt as they are stored."""
    return session().get(assessments.Paper, find_attempt(address).id).questions


def submit_right(stage: Stage, client: FlaskClient, address: str) -> TestResponse:
    """Hand in what is right."""
    with stage.acting():
        attempt = find_attempt(address)
        answers = world.right_answers(world.act_as("learner@example.org"), attempt)
    return client.post(address, data={**answers, "action": "submit"})


def test_what_is_handed_in_stays_as_it_is(stage, course):
    client = stage.client("learner")
    address = begin(client)
    with stage.acting():
        field = text_field(address)
    client.post(address, data={"action": "submit"})
    first = mark_of(stage, address)
    assert first[0] == 0
    assert client.post(address, data={"action": "submit"}).status_code == 302
    assert submit_right(stage, client, address).status_code == 409
    assert client.post(address, data={field: "late", "action": "save"}).status_code == 409
    assert mark_of(stage, address) == first


def answers_of(address: str) -> list[Answer]:
    return list(session().scalars(select(Answer).where(Answer.attempt_id == find_attempt(address).id)))


def text_field(address: str) -> str:
    """Return the input of the question that is answered in words."""
    kinds = [question["kind"] for question in paper_of(address)]
    return f"q{kinds.index('short') + 1}"


def test_what_comes_too_late_is_kept_as_evidence_a_number_of_times(stage, course):
    client = stage.client("learner")
    address = begin(client)
    with stage.acting():
        field = text_field(address)
    client.post(address, data={"action": "submit"})
    for number in range(sitting.MOST_LATE + 5):
        sent = {field: "late", "action": ("save", "submit")[number % 2]}
        assert client.post(address, data=sent).status_code == 409
    with stage.acting():
        kept = (
            session()
            .scalars(select(LateAnswers).where(LateAnswers.attempt_id == find_attempt(address).id))
            .all()
        )
    assert [each.responses for each in kept] == [{field.removeprefix("q"): ["late"]}] * sitting.MOST_LATE


@pytest.mark.parametrize(
    "strange",
    ["mark", "earned", "is_passed", "score", "person_id", "q0", "q99", "q1-9", "shown-99", "whole-1"],
)
def test_a_field_that_no_form_of_ours_has_stores_nothing(stage, course, strange):
    client = stage.client("learner")
    address = begin(client)
    for action in ("save", "submit"):
        assert client.post(address, data={strange: "1", "action": action}).status_code == 422
    with stage.acting():
        assert answers_of(address) == []
        assert find_attempt(address).finished_at is None


@pytest.mark.parametrize("damaged", ["", "{", "[" * 50_000, "1", '{"0": 1}', "null", '"text"'])
def test_a_damaged_word_of_what_was_shown_stores_nothing(stage, course, damaged):
    client = stage.client("learner")
    address = begin(client)
    assert client.post(address, data={"shown-1": damaged, "action": "save"}).status_code == 422
    with stage.acting():
        assert answers_of(address) == []


def test_time_is_counted_by_the_server_and_what_was_saved_in_time_is_kept(stage, course):
    client = stage.client("learner")
    address = begin(client)
    with stage.acting():
        kinds = [question["kind"] for question in paper_of(address)]
        deadline = find_attempt(address).deadline_at
    field = f"q{kinds.index('short') + 1}"
    assert client.post(address, data={field: "kept", "action": "save"}).status_code == 302
    with clock.at(deadline + timedelta(seconds=31)):
        assert client.post(address, data={field: "late", "action": "save"}).status_code == 409
        submit_right(stage, client, address)
    mark, finished_at, _count = mark_of(stage, address)
    assert (mark, finished_at) == (0, deadline)
    with stage.acting():
        said = session().query(Answer).filter_by(attempt_id=find_attempt(address).id).all()
        assert [answer.response for answer in said if answer.response] == [["kept"]]


def test_attempts_and_the_rest_between_them_are_counted_by_the_server(stage, course):
    client = stage.client("learner")
    address = begin(client)
    present = clock.now()
    for turn in range(3):
        with clock.at(present + timedelta(hours=2 * turn + 1)):
            address = client.post("/learn/sealed/test").headers["Location"]
            assert client.post("/learn/sealed/test").headers["Location"] == address
            assert client.post(address, data={"action": "submit"}).status_code == 302
            assert client.post("/learn/sealed/test").status_code == 409
    with clock.at(present + timedelta(days=9)):
        assert client.post("/learn/sealed/test").status_code == 409
        assert client.post("/learn/sealed/edition").status_code == 409
    with stage.acting():
        assert session().query(Attempt).filter_by(language="en").filter(Attempt.ordinal > 3).count() == 0


def test_a_control_question_tells_no_answer_of_the_test(stage, course):
    client = stage.client("learner")
    read_through(client)
    page = client.post("/learn/sealed/first", data={"q1": "0"})
    assert page.status_code == 200
    assert not told(page.get_data())
    assert (
        client.post(
            "/learn/sealed/first", data={"q1": "0", "check": "one", "keys": "one", "q2": "0"}
        ).status_code
        == 422
    )
