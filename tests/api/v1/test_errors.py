"""Whatever goes wrong below /api/ is told as a problem (RFC 9457), never as a page."""

import pytest
from werkzeug.exceptions import BadRequest

from app.domain.access.gate import public
from app.foundation.errors import Conflict, Invalid, NotFound, Refused, TooMany, Unready

ADDRESS = "/api/v1/certificates/x"


@pytest.fixture
def anyone(app):
    return app.test_client()


@pytest.fixture
def raising(app, monkeypatch):
    """Let the door raise an error."""

    def install(error):
        @public
        def view(code):
            raise error

        monkeypatch.setitem(app.view_functions, "api.certificate", view)

    return install


def check(answer, status, title):
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json == {"status": status, "title": title}
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Request-Id"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1", "/api/v1/", "/api/v1/certificates", f"{ADDRESS}/y", "/api/v2/certificates/x"]
)
def test_an_address_that_is_none_is_not_found(anyone, path):
    check(anyone.get(path), 404, "Not Found")
    check(anyone.post(path, data={"x": "y"}), 404, "Not Found")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_another_method_is_told_which_are_allowed(anyone, method):
    answer = anyone.open(ADDRESS, method=method)
    check(answer, 405, "Method Not Allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_what_no_database_can_hold_is_a_bad_request(anyone, land):
    check(anyone.get("/api/v1/certificates/a%00b"), 400, "Bad Request")
    check(anyone.get(f"{ADDRESS}?a=%00"), 400, "Bad Request")


def test_a_host_that_is_not_ours_is_a_bad_request(anyone):
    check(anyone.get(ADDRESS, base_url="http://elsewhere.example"), 400, "Bad Request")


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (NotFound(), 404, "Not Found"),
        (Refused(), 403, "Forbidden"),
        (Conflict("Words."), 409, "Conflict"),
        (Invalid("code", "Words."), 422, "Unprocessable Entity"),
        (TooMany(), 429, "Too Many Requests"),
        (Unready(), 503, "Service Unavailable"),
        (BadRequest(), 400, "Bad Request"),
        (ValueError("a secret"), 500, "Internal Server Error"),
    ],
)
def test_every_error_has_its_status_and_says_nothing_of_its_inside(anyone, raising, error, status, title):
    raising(error)
    check(anyone.get(ADDRESS), status, title)


def test_who_forgot_to_say_who_may_come_in_lets_nobody_in(app, anyone, monkeypatch):
    monkeypatch.setitem(app.view_functions, "api.certificate", lambda code: code)
    check(anyone.get(ADDRESS), 403, "Forbidden")


@pytest.mark.parametrize("path", ["/nothing", "/apis/v1/certificates/x", "/verify/x", "/learn"])
def test_people_get_pages_as_before(anyone, land, path):
    answer = anyone.get(path)
    assert answer.mimetype == "text/html"
