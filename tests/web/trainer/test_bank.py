"""The question bank in a trainer's browser: found, tried, judged; drafts too."""

import re
from dataclasses import replace

import pytest

from app.domain.catalogue.values import Assessment
from app.foundation.db import Base, session, transaction
from tests import world
from tests.web.trainer.conftest import Desk
from tests.web.visitors import Visitor

BANK = "/teach/questions"


@pytest.fixture
def visitor(desk: Desk) -> Visitor:
    """The trainer, with a course published that draws three of four questions and two of four."""
    single = world.QUESTIONS[0]
    questions = tuple(
        replace(single, key=f"{area}-{number}", area=area)
        for area in ("formats", "terms")
        for number in range(4)
    )
    drawn = Assessment(draw={"formats": 3, "terms": 2}, attempts=0)
    draft = world.course("drawn", assessment=drawn)
    with transaction():
        world.publish(replace(draft, questions=(*questions, world.QUESTIONS[-1])))
    return desk.browser


def read(visitor: Visitor, address: str, status: int = 200) -> str:
    return visitor.get(address, status=status).get_data(as_text=True)


def row_of(page: str, words: str) -> str:
    """Return the row of a table whose head says this, as text."""
    row = next(row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if words in row)
    return " ".join(re.sub(r"<[^>]+>", " ", row).split())


def test_every_question_that_she_may_change_is_listed_and_narrowed(visitor):
    page = read(visitor, BANK)
    assert "17 questions" in page
    assert "Choose a course" in page
    assert "9 questions" in read(visitor, f"{BANK}?course=drawn")
    assert "4 questions" in read(visitor, f"{BANK}?course=drawn&area=terms&kind=single&language=cs")
    assert "2 questions" in read(visitor, f"{BANK}?state=practice")
    assert "1 question<" in read(visitor, f"{BANK}?q=FORMATS-2")
    assert "No question fits" in read(visitor, f"{BANK}?q=nowhere")


@pytest.mark.parametrize(
    "asked",
    ["course=x", "kind=x", "state=x", "language=xx", "page=2", "page=x", "course=drawn&page=9"],
)
def test_what_there_is_not_is_not_found(visitor, asked):
    read(visitor, f"{BANK}?{asked}", status=404)


def test_hostile_words_are_looked_for_as_they_are(visitor):
    page = read(visitor, f"{BANK}?q=%22%3E%3Cscript%3E%25'&area=%27%20OR%201=1")
    assert "<script>" not in page.replace("<script src", "")
    assert "No question fits" in page


def test_a_course_shows_how_much_of_each_pool_its_test_draws(visitor):
    page = read(visitor, f"{BANK}?course=drawn")
    assert "3 of 4" in row_of(page, "formats")
    assert "75" in row_of(page, "formats")
    assert "nearly everyone gets the same test" in row_of(page, "formats")
    assert "a second attempt can be all new" in row_of(page, "terms")
    everything = read(visitor, f"{BANK}?course=open-data")
    assert "everyone gets the same questions" in everything


def test_a_course_shows_how_its_questions_perform(visitor):
    world.pass_test(world.act_as(world.person()), "open-data")
    page = read(visitor, f"{BANK}?course=open-data")
    assert "the latest 1 finished attempt" in page
    assert re.search(r"In use 1 100", row_of(page, "ranks en?"))
    assert "100" in row_of(page, "ranks en?")
    assert "100" not in row_of(page, "own-practice en?")
    one = read(visitor, f"{BANK}/open-data/ranks")
    assert "1 of the latest 1 finished attempts" in one


def test_a_question_is_tried_and_nothing_is_stored(visitor):
    address = f"{BANK}/drawn/formats-1"
    page = read(visitor, address)
    assert "SECRET-EXPLANATION one" in page
    assert "1.0" in page
    before = rows()
    value = re.search(r'value="(\d)"[^>]*><label[^>]*>b<', page)[1]
    right = visitor.post(address, {"q1": value}, status=200).get_data(as_text=True)
    assert "g-answer--right" in right
    wrong = visitor.post(address, {"q1": str((int(value) + 1) % 3)}, status=200).get_data(as_text=True)
    assert "g-answer--wrong" in wrong
    visitor.post(address, {"q1": "99"}, status=422)
    assert rows() == before


def rows() -> dict[str, int]:
    session().rollback()
    return {table.name: session().query(table).count() for table in Base.metadata.sorted_tables}


def test_a_practice_question_names_the_modules_that_ask_it(visitor):
    page = read(visitor, f"{BANK}/drawn/own-practice?lang=cs")
    assert "First module" in page
    assert "own-practice cs?" in page
    for wrong in ("?lang=xx", "x"):
        read(visitor, f"{BANK}/drawn/own-practice{wrong}", status=404)
    read(visitor, f"{BANK}/nowhere/own-practice", status=404)


def test_a_draft_is_listed_judged_and_tried_before_it_is_published(desk):
    desk.begin()
    page = read(desk.browser, BANK)
    assert f"{BANK}?course=my-course&amp;draft=1" in page
    bank = read(desk.browser, f"{BANK}?course=my-course")
    assert "the questions of the draft" in bank
    links = re.findall(rf'href="({BANK}/my-course/[^"]+)"', bank)
    assert len(links) >= 8
    for link in links:
        one = read(desk.browser, link.replace("&amp;", "&"))
        assert "What is right" in one
    kinds = read(desk.browser, f"{BANK}?course=my-course&draft=1&kind=cloze")
    assert "1 question<" in kinds
    assert "Pool check" in desk.page()
    desk.publish()
    assert "as published" in read(desk.browser, f"{BANK}?course=my-course")


def test_a_draft_with_errors_leads_to_them(desk):
    desk.begin()
    text, base = desk.read("course.yaml")
    desk.save("course.yaml", text.replace("hours:", "ours:"), base)
    for address in (f"{BANK}?course=my-course", f"{BANK}/my-course/practice-one"):
        answer = desk.browser.get(address, status=302)
        assert answer.headers["Location"] == "/teach/courses/my-course#findings"


def test_the_bank_of_others_is_closed(visitor):
    world.person("rs@example.org", "80039", roles=(("trainer", "RS-APV"),))
    other = Visitor(visitor.app).sign_in("rs@example.org")
    assert "no published question" in read(other, BANK)
    for address in (f"{BANK}?course=drawn", f"{BANK}?course=drawn&draft=1", f"{BANK}/drawn/formats-1"):
        read(other, address, status=404)
    other.post(f"{BANK}/drawn/formats-1", {"q1": "0"}, status=404)
