"""T7: hostile texts everywhere people write, opened in Chromium: nothing runs, nobody else is asked."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from playwright.sync_api import Browser, Error, Frame

from app.formats.markdown_html import render
from tests.security import chromium
from tests.security.chromium import Seen, Witness, served
from tests.security.hostile import PAYLOADS, Hostile, plant
from tests.security.stage import HOME, Stage
from tests.security.test_addresses import ELSEWHERE

BATCH = 48
TEMPLATES = Path(__file__).parents[2] / "app" / "web" / "templates"
RENDERED = {
    "text.html",
    "shown.turned(text.html)",
    "text",
    "q.body.stem",
    "option",
    "left",
    "item",
    "fragment",
    "fragment)",
    "q.answer_key.explanation",
    "q.answer_key.feedback[index|int]",
    "q.body.options[index]",
    "q.body.options[loop.index0]",
    "q.body.options[q.answer_key.right.index(rank)]",
}
"""What templates send as HTML: the texts that the publisher rendered and cleaned."""


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with chromium.browser() as started:
        yield started


@pytest.fixture(scope="module")
def scratch() -> Iterator[str]:
    """A site that shows every payload as it is, and as the reader cleans it, without any policy."""
    site = Flask("scratch")

    @site.get("/<any(raw, clean):how>/<int:place>")
    def piece(how: str, place: int) -> str:
        text = PAYLOADS[place] if how == "raw" else render(PAYLOADS[place]).html
        return f"<!doctype html><title>x</title><main><div>{text}</div></main>"

    @site.get("/batch/<any(raw, clean):how>/<int:start>")
    def batch(how: str, start: int) -> str:
        frames = range(start, min(start + BATCH, len(PAYLOADS)))
        return "<!doctype html>" + "".join(f'<iframe src="/{how}/{place}"></iframe>' for place in frames)

    with served(site) as address:
        yield address


@pytest.fixture(scope="module")
def hostile(built_stage: Stage) -> Iterator[tuple[Hostile, str, str]]:
    """Every payload wherever somebody writes, the address of the site, and the cookie of who may see everything."""
    made = plant(built_stage)
    built_stage.cast.cookies["viewer"] = made.cookie
    cookie = built_stage.client("viewer").get_cookie("gradivo-session")
    assert cookie is not None
    with served(built_stage.app) as address:
        yield made, address, cookie.value
    built_stage.restore()


def scanned(frame: Frame) -> list[str]:
    """What stands in a frame that could run; a frame that its own text removed or led away is a finding, too."""
    try:
        found: list[str] = frame.evaluate(chromium.SCAN)
    except Error as gone:
        return [gone.message]
    return found


def watch(window: Browser, scratch: str, how: str) -> Witness:
    """Open every payload in a frame of its own."""
    context = window.new_context()
    witness = Witness(context)
    for start in range(0, len(PAYLOADS), BATCH):
        witness.page.goto(f"{scratch}/batch/{how}/{start}", wait_until="load")
        for frame in witness.page.frames[1:]:
            witness.seen.standing += [f"{frame.url}: {what}" for what in scanned(frame)]
    witness.page.wait_for_timeout(300)
    context.close()
    return witness


def test_there_are_enough_payloads():
    assert len(set(PAYLOADS)) >= 200


@pytest.mark.browser
def test_what_is_not_cleaned_runs(window, scratch):
    """The positive control: the hooks see what runs, and the scan sees what could."""
    seen = watch(window, scratch, "raw").seen
    assert len({fired.split()[-1] for fired in seen.fired}) >= 90
    assert len(seen.foreign) >= 25
    assert len(seen.standing) >= 150


@pytest.mark.browser
def test_what_the_reader_cleaned_runs_nowhere_even_without_a_policy(window, scratch):
    seen = watch(window, scratch, "clean").seen
    assert seen.fired == []
    assert seen.foreign == []
    assert seen.standing == []


def opened(window: Browser, site: str, cookie: str, addresses: Iterable[str], *, has_policy: bool) -> Witness:
    """Open pages as somebody who is signed in."""
    context = window.new_context(bypass_csp=not has_policy)
    witness = Witness(context)
    context.add_cookies([{"name": "gradivo-session", "value": cookie, "url": site}])
    for address in addresses:
        status = witness.open(site + address)
        assert status == 200 or "%" in address or "no-such" in address, (address, status)
    context.close()
    return witness


@pytest.mark.browser
@pytest.mark.parametrize("has_policy", [False, True], ids=["without its policy", "with its policy"])
def test_nothing_runs_on_any_page_that_shows_what_people_wrote(window, hostile, has_policy):
    made, site, cookie = hostile
    addresses = list(dict.fromkeys(made.addresses))
    if has_policy:
        addresses = [
            address for address in addresses if "/hostile-modules/" not in address or "print" in address
        ]
    witness = opened(window, site, cookie, addresses, has_policy=has_policy)
    assert witness.seen.pages >= 50
    assert witness.seen == Seen(pages=witness.seen.pages)


def test_the_payloads_stand_in_every_kind_of_text(hostile):
    taken = hostile[0].taken
    assert taken["titles"] == taken["units"] == taken["people"] == len(PAYLOADS)
    assert taken["modules"] >= 150
    assert taken["questions"] >= 120
    assert taken["files"] >= 50


@pytest.mark.browser
def test_nothing_runs_where_a_request_is_echoed(window, hostile):
    _made, site, cookie = hostile
    echoes = (
        "/courses?q=",
        "/verify?code=",
        "/verify/",
        "/login?next=",
        "/no-such-page/",
        "/admin/roles?q=",
        "/manage/people?q=",
        "/reports/completions?from=",
        "/admin/audit?actor=",
        "/admin/roles/new?email=",
        "/admin/territory?q=",
    )
    addresses = [
        echo + quote(PAYLOADS[(place * 37 + turn * 11) % len(PAYLOADS)], safe="")
        for place, echo in enumerate(echoes)
        for turn in range(3)
    ]
    witness = opened(window, site, cookie, addresses, has_policy=False)
    assert witness.seen == Seen(pages=len(addresses))


@pytest.mark.browser
def test_ordinary_pages_do_nothing_that_their_policy_forbids(window, built_stage, hostile):
    site = hostile[1]
    learner = built_stage.client("home.learner").get_cookie("gradivo-session")
    attempts = built_stage.cast.things["finished"][HOME].value
    addresses = [
        "/",
        "/courses",
        "/courses/home-course",
        "/learn",
        "/learn/home-course/first",
        "/learn/home-course/print",
        f"/attempts/{attempts}/result",
        "/certificates",
        "/account/profile",
        "/help",
        "/verify",
        "/no-such-page",
    ]
    assert learner is not None
    witness = opened(window, site, learner.value, addresses, has_policy=True)
    assert witness.seen == Seen(pages=len(addresses))


@pytest.mark.browser
def test_chromium_agrees_on_where_an_address_leads(window, stage):
    """The redirects that T18 judges by Python are judged by a browser, too."""
    client = stage.client()
    locations = [
        client.post("/language", data={"locale": "cs", "next": address}).headers["Location"]
        for address in ELSEWHERE
    ]
    page = window.new_page()
    origins = page.evaluate(
        "(all) => all.map((each) => new URL(each, 'http://localhost/login').origin)", locations
    )
    page.close()
    assert set(origins) == {"http://localhost"}


def test_templates_send_as_html_only_what_the_publisher_cleaned():
    found = {
        expression
        for path in TEMPLATES.rglob("*.html")
        for expression in re.findall(r"([\w.\[\]|()]+)\|rendered", path.read_text("utf-8"))
    }
    assert found == RENDERED
    words = [
        f"{path.name}: {call}"
        for path in TEMPLATES.rglob("*.html")
        for call in re.findall(
            r"(?<![\w.\"])(?:_|gettext|ngettext)\(\s*[^\"'\s][^)]*", path.read_text("utf-8")
        )
    ]
    assert words == []
