"""T2: everything with an identifier that a learner is led to, tried by others."""

import re
from urllib.parse import urlsplit

import pytest

from tests.security.crawl import Visit, visit
from tests.security.stage import Stage, body_of

IDENTIFIED = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?:[2-9A-HJ-NP-Z]{5}-){5}|^/learn/"
)
PUBLIC = ("/verify/", "/courses/", "/media/", "/static/")
"""A certificate's code is given to whoever shall check it; courses and their files are public."""
OTHERS = {
    "learner": "another learner of the same municipality",
    "away.learner": "a learner of another region",
    "trainer": "a trainer",
    "away.official": "a coordinator of another region",
    "auditor": "an auditor of the same region",
    "anonymous": "a passer-by",
}
READS_HER_RECORD = {"auditor": "/certificates/", "trainer": "/protocol.pdf"}
"""Who may read what of her record: certificates of her region (contract.md, Pages), what became of an attempt."""


@pytest.fixture(scope="module")
def seen(built_stage: Stage) -> Visit:
    """Everything that a learner of HOME with a passed and an open test is led to, from the menu and after a test."""
    own = built_stage.cast.things
    after = [
        f"/attempts/{own['finished']['home'].value}",
        f"/certificates/{own['certificate']['home'].value}/state",
    ]
    return visit(built_stage.client("home.learner"), ["/learn", "/certificates", "/account/profile", *after])


def identified(seen: Visit) -> list[tuple[str, str]]:
    """Return method and address of everything with an identifier, links and forms."""
    links = [("GET", address) for address, answer in seen.answers.items() if answer.status in {200, 202, 302}]
    forms = [(method, urlsplit(action).path) for method, action, _names in seen.forms if method == "POST"]
    return sorted({
        (method, address)
        for method, address in links + forms
        if IDENTIFIED.search(address) and not address.startswith(PUBLIC)
    })


def test_the_learner_is_led_to_everything_that_is_hers(stage, seen):
    paths = {urlsplit(address).path for _method, address in identified(seen)}
    own = stage.cast.things
    assert f"/attempts/{own['open']['home'].value}" in paths
    assert f"/attempts/{own['finished']['home'].value}/result" in paths
    assert f"/certificates/{own['certificate']['home'].value}.pdf" in paths
    assert len(identified(seen)) >= 20


@pytest.mark.parametrize("other", OTHERS)
def test_what_is_one_learners_answers_nobody_else(stage, seen, other):
    open_to_others = []
    client = stage.client(other)
    before = stage.rows()
    for method, address in identified(seen):
        if other in READS_HER_RECORD and READS_HER_RECORD[other] in address:
            continue
        answer = client.open(
            address, method=method, data={"whole": "1", "action": "submit"} if method == "POST" else None
        )
        is_sent_away = answer.status_code == 302 and answer.headers["Location"].startswith("/login")
        if answer.status_code not in {403, 404} and not is_sent_away:
            open_to_others.append(f"{method} {address}: {answer.status_code}")
        leaks = [
            what for mark, what in stage.cast.tokens["home"].items() if mark.encode() in answer.get_data()
        ]
        if leaks and mark_is_not_in(address, leaks):
            open_to_others.append(f"{method} {address}: {leaks}")
    assert not open_to_others, "\n".join(open_to_others)
    assert stage.rows() == before


def mark_is_not_in(address: str, leaks: list[str]) -> bool:
    """Tell whether anything else is told than the code that stands in the address itself."""
    return leaks != ["certificate.code"] or "/certificates/" not in address


def test_what_exists_elsewhere_looks_like_what_does_not_exist(stage):
    client = stage.client("coordinator")
    own = stage.cast.things
    pairs = [
        (f"/attempts/{own['open']['away'].value}", "/attempts/00000000-0000-4000-8000-000000000000"),
        (
            f"/attempts/{own['finished']['away'].value}/result",
            "/attempts/00000000-0000-4000-8000-000000000000/result",
        ),
        (
            f"/certificates/{own['certificate']['away'].value}.pdf",
            "/certificates/22222-22222-22222-22222-22222-22222.pdf",
        ),
        (
            f"/reports/files/{own['file']['away'].value}",
            "/reports/files/00000000-0000-4000-8000-000000000000",
        ),
        ("/reports/progress?unit=CZ-K3131", "/reports/progress?unit=CZ-K9999"),
        ("/reports/completions?format=csv&unit=585068", "/reports/completions?format=csv&unit=999999"),
        ("/learn/away-second", "/learn/no-such-course"),
    ]
    for there, nowhere in pairs:
        first, second = client.get(there), client.get(nowhere)
        assert first.status_code == second.status_code == 404
        assert body_of(first).replace(escaped(there), "@") == body_of(second).replace(escaped(nowhere), "@")


def escaped(address: str) -> str:
    """Return an address as it stands in an attribute."""
    return address.replace("&", "&amp;")
