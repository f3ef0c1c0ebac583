"""T18: nobody is sent elsewhere, and no link is made of what a request says of itself."""

from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from app import create_app
from app.domain.certificates.models import Certificate
from app.foundation.db import db, session
from app.foundation.mail import MailMessage
from tests import world
from tests.conftest import environment
from tests.security.stage import Stage

LISTED = (Path(__file__).parent / "payloads" / "addresses.txt").read_text("utf-8").splitlines()
HIDDEN = [
    "\t//evil.example",
    "/\t/evil.example",
    "/\t/[",
    "/\n/evil.example",
    "/\r/evil.example",
    "\n//evil.example",
    "java\nscript:alert(1)",
    "/\x0b/evil.example",
    "/\x1f/evil.example",
    "/\u200b/evil.example",
    "/learn\r\nLocation: https://evil.example",
    "/learn\r\n\r\n<script>alert(1)</script>",
    "\u00a0//evil.example",
    "/\u2028/evil.example",
    "/" * 5000,
]
ELSEWHERE = [*LISTED, *HIDDEN]
HOSTS = [
    "evil.example",
    "evil.example:80",
    "localhost.evil.example",
    "localhost@evil.example",
    "evil.example#localhost",
    "evil.example/localhost",
    "localhost evil.example",
    "127.0.0.1.evil.example",
    "[::ffff:7f00:1]",
    "0",
    "xn--localhost-xyz",
]
FORWARDED = [
    {"X-Forwarded-Host": "evil.example"},
    {"Forwarded": "host=evil.example;proto=https"},
    {"X-Host": "evil.example"},
    {"X-Original-Host": "evil.example"},
    {"X-Forwarded-Server": "evil.example"},
    {"X-Forwarded-Proto": "javascript"},
    {"X-Forwarded-Prefix": "//evil.example"},
    {"X-Original-URL": "/admin/roles"},
    {"X-Rewrite-URL": "/admin/roles"},
]


def arrives(location: str) -> str:
    """Return where a browser arrives: it drops tabs and line ends, and reads a backslash as a slash (WHATWG URL)."""
    read = "".join(letter for letter in location.strip(" \0\t\n\r") if letter not in "\t\n\r").replace(
        "\\", "/"
    )
    try:
        return urlsplit(urljoin("http://localhost/login", read)).netloc
    except ValueError:
        return "nowhere"


def test_there_are_enough_ways_to_say_elsewhere():
    assert len(set(ELSEWHERE)) >= 80
    assert sum(arrives(address) != "localhost" for address in LISTED) > 30


def test_after_the_choice_of_a_language_nobody_arrives_elsewhere(stage):
    client = stage.client()
    for address in ELSEWHERE:
        answer = client.post("/language", data={"locale": "cs", "next": address})
        assert (answer.status_code, arrives(answer.headers["Location"])) == (302, "localhost"), repr(address)


def test_after_sign_in_nobody_arrives_elsewhere(stage):
    for address in ELSEWHERE:
        client = stage.app.test_client()
        form = {"email": "learner@example.org", "password": world.PASSWORD, "next": address}
        answer = client.post("/login", query_string={"next": address}, data=form)
        assert (answer.status_code, arrives(answer.headers["Location"])) == (302, "localhost"), repr(address)


def test_a_page_that_asks_for_sign_in_is_gone_back_to(stage):
    answer = stage.client().get("/reports/completions?unit=CZ-K3107&format=csv")
    assert answer.headers["Location"] == "/login?next=/reports/completions?unit%3DCZ-K3107%26format%3Dcsv"


@pytest.mark.parametrize("host", HOSTS)
def test_an_unknown_host_is_refused(stage, host):
    before = stage.rows()
    for address in ("/", "/login", "/verify/x", "/learn", "/no-such-page"):
        assert stage.client("learner").get(address, headers={"Host": host}).status_code == 400
    data = {"email": "learner@example.org"}
    assert stage.client().post("/account/reset", data=data, headers={"Host": host}).status_code == 400
    assert stage.rows() == before


@pytest.mark.parametrize("headers", FORWARDED, ids=lambda headers: next(iter(headers)))
def test_no_link_is_made_of_a_forged_header(stage, headers):
    client = stage.client()
    pages = [
        client.get(address, headers=headers)
        for address in ("/", "/login", "/courses", "/.well-known/security.txt", "/learn")
    ]
    pages.append(client.post("/account/reset", data={"email": "learner@example.org"}, headers=headers))
    for page in pages:
        assert b"evil.example" not in page.get_data()
        assert "evil.example" not in str(page.headers)
    with stage.acting():
        letter = session().query(MailMessage).order_by(MailMessage.id.desc()).first()
        assert "http://localhost/account/reset/" in letter.text
        assert "evil.example" not in letter.text + letter.html


def test_a_proxy_that_is_trusted_names_only_the_known_host(tmp_path):
    made = create_app(environment(tmp_path, TRUSTED_PROXIES="1"))
    with made.app_context():
        db.create_all()
    client = made.test_client()
    assert client.get("/help", headers={"X-Forwarded-Host": "evil.example"}).status_code == 400
    assert client.get("/help", headers={"X-Forwarded-Host": "localhost"}).status_code == 200
    with made.app_context():
        db.engine.dispose()


def test_the_code_on_a_certificate_leads_to_the_address_that_people_come_to(stage: Stage):
    with stage.acting():
        addresses = [certificate.snapshot["verify_url"] for certificate in session().query(Certificate)]
    assert addresses
    assert all(address.startswith("http://localhost/verify/") for address in addresses)
