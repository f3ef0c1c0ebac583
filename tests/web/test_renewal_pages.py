"""A certificate that ends, as people meet it: on My learning, My certificates and at verification."""

import re
from datetime import date
from html import unescape

import pytest

from app.domain.catalogue.values import Duration
from app.workflows import shortening
from tests import world
from tests.web.visitors import Visitor
from tests.workflows import ends
from tests.workflows.ends import at, earn, held_by

HOSTILE = "<script>alert(1)</script> & {{ 7*7 }} “c”"


@pytest.fixture
def eva(land):
    ends.publish("short", title=HOSTILE)
    ends.publish("yearly", title=HOSTILE, renewal_course="short")
    return world.person()


def words(answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def open_at(app, day: str, *addresses: str) -> list[str]:
    """Return what pages say to Eva on a day."""
    with at(day):
        visitor = Visitor(app).sign_in("eva@example.org")
        return [words(visitor.get(address)) for address in addresses]


PAGES = ("/learn", "/certificates")


def test_before_the_window_no_page_speaks_of_renewal(app, eva):
    earn(eva, "2026-03-10")
    assert not any("Renew now" in page for page in open_at(app, "2026-12-09", *PAGES))


def test_in_the_window_every_page_names_the_end_and_has_the_button(app, eva):
    first = earn(eva, "2026-03-10")
    for page in open_at(app, "2026-12-10", *PAGES):
        assert "Your certificate ends on March 10, 2027" in page
        assert first.number in page
        assert "Renew now" in page
        assert HOSTILE in page
        assert f"Take “{HOSTILE}” instead" in page


def test_the_button_enrols_her_once_and_the_page_then_leads_on(app, eva):
    earn(eva, "2026-03-10")
    with at("2026-12-10"):
        visitor = Visitor(app).sign_in("eva@example.org")
        for _ in range(2):
            visitor.post("/courses/yearly/enrol")
        page = visitor.get("/learn").get_data(as_text=True)
    assert "Go on with" in page
    assert 'action="/courses/yearly/enrol"' not in page
    assert 'action="/courses/short/enrol"' in page


def test_after_the_end_it_says_so_and_after_the_renewal_it_is_silent(app, eva):
    first = earn(eva, "2026-03-10")
    page = open_at(app, "2027-03-11", "/certificates")[0]
    assert "Your certificate has ended" in page
    assert "Expired" in page
    earn(eva, "2027-03-12")
    page = open_at(app, "2027-03-13", "/certificates")[0]
    assert "has ended" not in page
    assert first.number in page
    assert held_by(eva)[0].number in page


def test_whoever_checks_a_shortened_certificate_reads_that_the_document_says_another_day(app, eva, land):
    first = earn(eva, "2026-03-10")
    ends.publish("yearly", valid_for=Duration(2, "y"))
    method = world.act_as(world.person("method@example.org", roles=(("methodologist", "CZ"),)))
    with at("2026-06-01"):
        before = words(Visitor(app).get(f"/verify/{first.code}"))
        shortening.decide(method, "yearly", 2, date(2026, 12, 31), "A new law.")
        shortening.proceed(ends.WORKER)
        after = words(Visitor(app).get(f"/verify/{first.code}"))
    assert "another last day" not in before
    assert "another last day" in after
    assert "December 31, 2026" in after
    with at("2027-01-02"):
        assert "has expired" in words(Visitor(app).get(f"/verify/{first.code}"))


@pytest.mark.parametrize("locale", ["sr", "sr_Latn", "uk", "bg"])
def test_where_dates_end_with_a_full_stop_sentences_have_no_second_one(app, eva, locale):
    first = earn(eva, "2026-03-10")
    with at("2027-03-11"):
        visitor = Visitor(app)
        visitor.post("/language", {"locale": locale})
        page = words(visitor.get(f"/verify/{first.code}"))
    assert re.search(r"10\.? \w+ 2027( \w)?\. ", page)
    assert ".." not in page
