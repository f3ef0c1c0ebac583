"""T15: nothing is written but by a form of ours, sent from a page of ours."""

from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from tests.security.addresses import targets
from tests.security.cast import PARTS, Part
from tests.security.crawl import Links
from tests.security.stage import Stage

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
ADMIN = next(part for part in PARTS if part.name == "admin")
WITHOUT_TOKEN = {"account.language", "public.verify_file", "public.verify_name"}
"""Anyone's choice of a language, and questions: whether another site sends it is told by Origin and Fetch Metadata."""
FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:8080"},
    {"Origin": "https://localhost"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://evil.example/http://localhost"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
)
OURS: tuple[dict[str, str], ...] = (
    {},
    {"Origin": "http://localhost"},
    {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
)


def writing(stage: Stage) -> Iterator[tuple[Rule, str, str, Part]]:
    """Yield every rule with a method that may write, an address of it, and somebody who may."""
    for rule in sorted(stage.app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted(UNSAFE.intersection(rule.methods or ())):
            target = next(iter(targets(stage.cast, rule, ADMIN)))
            yield rule, method, target.path, ADMIN


def test_every_form_without_a_token_is_refused(stage):
    stage.app.config["WTF_CSRF_ENABLED"] = True
    client, before = stage.client("admin"), stage.rows()
    with client.session_transaction() as held:
        held["csrf_token"] = "0" * 40
    tried = [
        (f"{method} {path}", client.open(path, method=method, data=data).status_code)
        for rule, method, path, _part in writing(stage)
        if rule.endpoint not in WITHOUT_TOKEN
        for data in ({}, {"csrf_token": ""}, {"csrf_token": "x" * 91}, {"csrf_token": stolen_token(stage)})
    ]
    assert [each for each in tried if each[1] != 400] == []
    assert len(tried) > 50
    assert stage.rows() == before


def stolen_token(stage: Stage) -> str:
    """Return a token that is good in another session."""
    page = stage.app.test_client().get("/login").get_data(as_text=True)
    fields = [dict(form.fields) for form in Links("/login", page).forms]
    return next(each["csrf_token"] for each in fields if "csrf_token" in each)


def test_a_form_with_its_token_is_taken(stage):
    stage.app.config["WTF_CSRF_ENABLED"] = True
    client = stage.client("learner")
    forms = Links("/account/profile", client.get("/account/profile").get_data(as_text=True)).forms
    own = next(form for form in forms if form.action == "/account/profile" and form.method == "POST")
    assert client.post("/account/profile", data=dict(own.fields)).status_code == 302


@pytest.mark.parametrize("headers", FOREIGN, ids=repr)
def test_whatever_another_sites_page_sends_is_refused_before_any_view(stage, headers):
    client, before = stage.client("admin"), stage.rows()
    tried = [
        (f"{method} {path}", client.open(path, method=method, headers=headers).status_code)
        for _rule, method, path, _part in writing(stage)
    ]
    assert [each for each in tried if each[1] != 400] == []
    assert stage.rows() == before


@pytest.mark.parametrize("headers", OURS, ids=repr)
def test_what_our_own_pages_and_programs_send_is_taken(stage, headers):
    client = stage.client("learner")
    answer = client.post("/language", data={"locale": "cs", "next": "/help"}, headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/help")


def test_a_page_of_another_site_may_link_to_us(stage):
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert stage.client("learner").get("/learn", headers=headers).status_code == 200


@pytest.mark.parametrize("part", [part.name for part in PARTS])
def test_opening_every_page_and_file_writes_nothing_but_the_note_of_an_export(stage, part):
    seen = stage.visited(part)
    notes = ("report.export", "analysis.export", "exam.protocol", "attempt.notice", "attempt.protocol")
    assert [row for row in seen.written if not any(note in row for note in notes)] == []
    assert seen.lost == []
    before, client = stage.rows(), stage.client(part)
    for address in list(seen.answers)[:100]:
        client.head(address)
    new = [str(row) for table, rows in stage.rows().items() for row in rows if row not in before[table]]
    assert [row for row in new if not any(note in row for note in notes)] == []
