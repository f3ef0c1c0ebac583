"""What every response carries, whoever asks and whatever comes of it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from app import create_app
from app.domain.access.gate import public
from app.foundation.db import db
from app.foundation.errors import AppError, Conflict, Invalid, NotFound, Refused, TooMany, Unready
from tests import world
from tests.conftest import environment
from tests.security.cast import PARTS

ERRORS: dict[int, AppError | Exception] = {
    403: Refused(),
    404: NotFound(),
    409: Conflict(),
    422: Invalid("x"),
    429: TooMany(),
    500: RuntimeError("planted"),
    503: Unready(),
}
COOKIELESS = (
    "/",
    "/courses",
    "/courses/open-data",
    "/verify",
    "/verify?code=x",
    "/help",
    "/privacy",
    "/accessibility",
    "/no-such-page",
)
SITE = "https://learn.example.org"
PUBLIC = ("/media/", "/.well-known/did.json")


def faults(headers: Headers, *, is_signed_in: bool, is_public: bool = False) -> list[str]:
    """Return what is wrong with the headers of a response."""
    policy = headers.get("Content-Security-Policy", "")
    scripts = [part for part in policy.split(";") if part.strip().startswith("script-src")]
    is_kept = headers.get("Cache-Control") != "no-store" or "Cookie" not in headers.get("Vary", "")
    checks = {
        "no policy": "default-src" not in policy,
        "may be framed": "frame-ancestors 'none'" not in policy or headers.get("X-Frame-Options") != "DENY",
        "scripts of pages": any("unsafe" in part or "*" in part or "http" in part for part in scripts),
        "sniffed": headers.get("X-Content-Type-Options") != "nosniff",
        "refers": headers.get("Referrer-Policy") != "same-origin",
        "kept": is_signed_in and not is_public and is_kept,
        "a cookie that is kept": "Set-Cookie" in headers and headers.get("Cache-Control") != "no-store",
        "public": "public" in headers.get("Cache-Control", "") and not is_public,
    }
    return [name for name, is_wrong in checks.items() if is_wrong]


@pytest.mark.parametrize("part", [part.name for part in PARTS])
def test_every_page_and_file_that_people_are_led_to_carries_the_headers(stage, part):
    """Media of published courses and the keys of badges are public: they carry no cookie, any cache may keep them."""
    is_signed_in = part not in {"anonymous", "deactivated"}
    wrong = {
        address: found
        for address, answer in stage.visited(part).answers.items()
        if (found := faults(answer.headers, is_signed_in=is_signed_in, is_public=address.startswith(PUBLIC)))
    }
    assert wrong == {}


@pytest.mark.parametrize("part", ["anonymous", "learner"])
@pytest.mark.parametrize("status", ERRORS)
def test_every_error_carries_the_headers(stage, monkeypatch, part, status):
    @public
    def raising() -> str:
        raise ERRORS[status]

    monkeypatch.setitem(stage.app.view_functions, "public.help_page", raising)
    answer = stage.client(part).get("/help")
    assert answer.status_code == status
    assert faults(answer.headers, is_signed_in=part == "learner") == []
    assert "planted" not in answer.get_data(as_text=True)


def refused(client: FlaskClient) -> Iterator[tuple[int, TestResponse]]:
    """Yield a refusal of each kind that happens before any view."""
    yield 400, client.get("/", headers={"Host": "evil.example"})
    yield 400, client.get("/courses?q=%00")
    yield 400, client.post("/language", headers={"Origin": "https://evil.example"})
    yield 404, client.get("/no-such-page")
    yield 405, client.delete("/courses")
    yield 413, client.post("/login", data={"email": "x" * 3_000_000})
    yield 308, client.get("/courses//open-data")
    yield 200, client.options("/courses")
    yield 404, client.get("/static/no-such-file.css")


@pytest.mark.parametrize("part", ["anonymous", "learner"])
def test_every_refusal_before_a_view_carries_the_headers(stage, part):
    for status, answer in refused(stage.client(part)):
        assert answer.status_code == status
        is_signed_in = part == "learner" and status != 400
        assert faults(answer.headers, is_signed_in=is_signed_in) == [], answer.request.url


def test_static_files_are_public_and_safe(stage):
    page = stage.client().get("/").get_data(as_text=True)
    addresses = {piece.split('"')[0] for piece in page.split('"/static/')[1:]}
    assert addresses
    for address in addresses:
        headers = stage.client("learner").get(f"/static/{address}").headers
        assert faults(headers, is_signed_in=True, is_public=True) == []
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Set-Cookie" not in headers


def test_media_carry_no_cookie_and_can_do_nothing(stage):
    digest = stage.cast.things["media"]["home"].value
    for part in ("anonymous", "learner"):
        answer = stage.client(part).get(f"/media/{digest}/line.png")
        answer.close()
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"].startswith("public")
        assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("address", COOKIELESS)
def test_a_passer_by_gets_no_cookie(stage, address):
    stage.app.config["WTF_CSRF_ENABLED"] = True
    assert "Set-Cookie" not in stage.client().get(address).headers


@pytest.fixture
def https(tmp_path) -> Iterator[Flask]:
    """The application as it runs in production."""
    made = create_app(environment(tmp_path, ENVIRONMENT="production", BASE_URL=SITE))
    made.config.update(WTF_CSRF_ENABLED=False)
    with made.app_context():
        db.create_all()
        world.point_process_at(made)
        world.settle()
        world.person()
        db.session.remove()
    yield made
    with made.app_context():
        db.engine.dispose()


def test_cookies_are_locked_to_https(https):
    client = https.test_client()
    form = {"email": "eva@example.org", "password": world.PASSWORD}
    answers = [
        client.get("/login", base_url=SITE),
        client.post("/language", data={"locale": "cs"}, base_url=SITE),
        client.post("/login", data=form, base_url=SITE),
        client.get("/learn", base_url=SITE),
        client.post("/logout", base_url=SITE),
    ]
    cookies = [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]
    assert len(cookies) >= 4
    for cookie in cookies:
        name, *attributes = cookie.split("; ")
        assert name.startswith("__Host-gradivo-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
        assert not [attribute for attribute in attributes if attribute.startswith("Domain")]


def test_browsers_are_told_to_come_by_https_only(https):
    client = https.test_client()
    paths = [
        "/",
        "/login",
        "/no-such-page",
        "/learn",
        "/healthz",
        "/static/nothing.css",
        "/courses?q=%00",
        "/favicon.ico",
    ]
    for path in paths:
        answer = client.get(path, base_url=SITE)
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000"), path
        assert faults(answer.headers, is_signed_in=False, is_public=path == "/favicon.ico") == [], path
    assert client.get("/", base_url="https://evil.example").status_code == 400
    assert client.get("/", base_url="https://localhost").status_code == 400
