"""Item analysis as a trainer meets it: the page, its choices, its tables, and who never sees it."""

import csv
import io
import re

import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy import select

from app.domain.catalogue.values import Assessment
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.workflows import sitting
from tests import world
from tests.web.visitors import Visitor

ADDRESS = "/teach/courses/open-data/analysis"
HOSTILE = '<script>alert("x")</script>'


def plain(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def sit(number, *, is_right, unit="596230", said=None):
    actor = world.act_as(world.person(f"learner{number}@example.org", unit, f"Family{number}", "Given"))
    attempt = world.begin_test(actor)
    form = world.right_answers(actor, attempt) if is_right else {"whole": ["1"]}
    if said is not None:
        kinds = [question.kind.value for question in world.paper_of(actor, attempt)]
        form[f"q{kinds.index('short') + 1}"] = [said]
    sitting.submit_attempt(actor, attempt.public_id, form)


@pytest.fixture
def trainer(app, land):
    world.person("trainer@example.org", "595209", roles=(("trainer", "CZ"),))
    visitor = Visitor(app)
    visitor.sign_in("trainer@example.org")
    return visitor


@pytest.fixture
def sat(trainer):
    """Six learners of two regions: three know everything, three nothing; five of one mind about a word."""
    for number in range(6):
        unit = "585068" if number % 2 else "596230"
        sit(number, is_right=number < 3, unit=unit, said=HOSTILE if number < 5 else "of my own")
    return trainer


def test_the_page_is_linked_from_the_course_and_says_when_nobody_has_sat_the_test(trainer):
    assert f'href="{ADDRESS}"' in trainer.get("/teach/courses/open-data").get_data(as_text=True)
    assert "Nobody has finished a test that fits." in plain(trainer.get(ADDRESS))


def test_a_course_that_was_never_published_has_an_empty_page(trainer):
    form = {"title": "My course", "slug": "my-course", "owner": "CZ", "language": "en"}
    trainer.post("/teach/courses/new", form)
    assert "Nobody has finished a test that fits." in plain(trainer.get("/teach/courses/my-course/analysis"))
    trainer.get("/teach/courses/my-course/analysis?format=csv", status=404)
    assert 'href="/teach/courses/my-course/analysis"' not in trainer.get("/teach/courses/my-course").text


def test_the_page_tells_figures_over_all_learners_and_names_nobody(sat):
    answer = sat.get(ADDRESS)
    words, source = plain(answer), answer.get_data(as_text=True)
    assert "There are only 6 attempts." in words
    assert "of my own" not in source
    assert HOSTILE not in source
    assert "&lt;script&gt;" in source
    assert not re.search(r"Family\d|learner\d@|Given", source)
    assert "style=" not in source


def test_the_charts_have_a_title_a_description_and_a_table(sat):
    source = sat.get(ADDRESS).get_data(as_text=True)
    charts = re.findall(r'<svg class="g-chart".*?</svg>', source, re.DOTALL)
    assert len(charts) == 2
    for chart in charts:
        tree = fromstring(chart)
        named = tree.attrib["aria-labelledby"].split()
        told = {each.attrib["id"]: each.text for each in tree if "id" in each.attrib}
        assert tree.attrib["role"] == "img"
        assert [bool(told[name]) for name in named] == [True, True]
        assert all(float(each.attrib["width"]) >= 0 for each in tree if each.tag == "rect")
    histogram = re.search(r"from 0 to below 10 %.*?90–100 %.*?</tr>", source, re.DOTALL)
    assert histogram is not None
    assert "%%" not in source


def rows_of(answer, delimiter=","):
    text = answer.get_data(as_text=True).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_the_tables_come_as_csv_with_points_and_agree_with_each_other(sat):
    answer = sat.get(f"{ADDRESS}?format=csv")
    questions = rows_of(answer)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert re.search(
        r'filename="analysis-questions_open-data_1_all-time_\d{8}T\d{6}Z.csv"',
        answer.headers["Content-Disposition"],
    )
    assert answer.data.count(b"\r\n") == len(questions) + 1
    assert [row["question"] for row in questions] == [
        "one",
        "many",
        "text",
        "figure",
        "pairs",
        "ranks",
        "gaps",
    ]
    one = questions[0]
    assert (one["facility_index"], one["standard_deviation"], one["attempts"]) == ("50.0", "54.77", "6")
    assert (one["discrimination_index"], one["drawn_still"]) == ("100.0", "true")
    assert (questions[2]["facility_index"], questions[2]["discrimination_index"]) == ("0.0", "")
    test = {row["figure"]: row["value"] for row in rows_of(sat.get(f"{ADDRESS}?format=csv&table=test"))}
    assert (test["attempts"], test["mean"]) == ("6", "43.75")
    assert sum(int(test[f"from_{tenth}0_percent"]) for tenth in ("", *range(1, 10))) == 6


def test_a_spreadsheet_runs_no_answer(trainer):
    for number in range(5):
        sit(number, is_right=True, said="=1+1")
    plain_rows = rows_of(trainer.get(f"{ADDRESS}?format=csv&table=answers"))
    answer = trainer.get(f"{ADDRESS}?format=csv&table=answers&dialect=excel")
    excel = rows_of(answer, ";")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert [row["answer"] for row in plain_rows if row["question"] == "text"] == ["=1+1"]
    assert [row["answer"] for row in excel if row["question"] == "text"] == ["'=1+1"]


def test_an_export_stands_in_the_audit_trail_and_a_look_does_not(sat):
    before = session().scalars(select(AuditEntry.action)).all()
    sat.get(ADDRESS)
    assert session().scalars(select(AuditEntry.action)).all() == before
    sat.get(f"{ADDRESS}?format=csv&version=1.0&attempts=best&from=2020-01-01")
    entry = session().scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry.action == "analysis.export"
    told = {
        name: entry.detail[name]
        for name in ("course", "version", "attempts", "from", "to", "dialect", "rows")
    }
    assert told == {
        "course": "open-data",
        "version": "1.0",
        "attempts": "best",
        "from": "2020-01-01",
        "to": None,
        "dialect": "plain",
        "rows": 7,
    }


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("version=9", "version"),
        ("version=1.9", "version"),
        ("version=x", "version"),
        ("version=1.0.0", "version"),
        ("version=%D9%A1", "version"),
        ("version=" + "1" * 400, "version"),
        ("attempts=every", "attempts"),
        ("from=yesterday", "from"),
        ("from=2026-02-02&to=2026-02-01", "to"),
    ],
)
def test_a_choice_that_makes_no_sense_is_named_at_its_field(sat, asked, field):
    source = sat.get(f"{ADDRESS}?{asked}", status=422).get_data(as_text=True)
    assert f'href="#{field}"' in source
    assert f'id="{field}-error"' in source
    sat.get(f"{ADDRESS}?{asked}&format=csv", status=422)


@pytest.mark.parametrize(
    "asked",
    ["format=pdf", "format=xlsx", "format=csv&bundle=zip", "format=csv&table=people", "format=csv&dialect=x"],
)
def test_what_there_is_not_is_refused(sat, asked):
    sat.get(f"{ADDRESS}?{asked}", status=422)


@pytest.mark.parametrize(
    "asked", ["from=0001-01-01", "to=9999-12-31", "version=all&attempts=all", "to=0001-01-01"]
)
def test_far_days_are_no_trouble(sat, asked):
    sat.get(f"{ADDRESS}?{asked}")


def test_whoever_sees_reports_or_teaches_elsewhere_does_not_see_it(sat):
    world.person("coordinator@example.org", roles=(("coordinator", "CZ"),))
    world.person("abroad@example.org", "80039", roles=(("trainer", "RS-APV"),))
    for email, status in (
        ("coordinator@example.org", 403),
        ("abroad@example.org", 404),
        ("learner1@example.org", 403),
    ):
        for asked in ("", "?format=csv"):
            Visitor(sat.app).sign_in(email).get(f"{ADDRESS}{asked}", status=status)


def test_the_newest_edition_that_was_sat_is_shown_first(sat):
    with transaction():
        world.publish(world.course(assessment=Assessment(attempts=9)))
    assert "There are only 6 attempts." in plain(sat.get(ADDRESS))
    sit(7, is_right=True)
    source = sat.get(ADDRESS).get_data(as_text=True)
    assert "There is only 1 attempt." in source
    assert '<option value="2" selected>Edition 2 – 1 attempt</option>' in source
    assert "There are only 7 attempts." in plain(sat.get(f"{ADDRESS}?version=all"))
