"""The test client of the pages: it checks every page that it is given, whatever the test asks."""

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from tests import world
from tests.conftest import open_app

VOID = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button"}


class Page(HTMLParser):
    """What is counted on a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.title = ""
        self.lang = ""
        self.faults: list[str] = []
        self.forms: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str]] = []
        self.hidden: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in given}
        self.tags[tag] += 1
        self._open.append(tag)
        if "id" in attributes:
            self.ids[attributes["id"]] += 1
        note = {"html": self._html, "form": self._form, "a": self._link, "label": self._label}.get(tag)
        if note is not None:
            note(attributes)
        if tag in VOID:
            self._field(tag, attributes)
        self._find_faults(tag, attributes)

    def _html(self, attributes: dict[str, str]) -> None:
        self.lang = attributes.get("lang", "")

    def _form(self, attributes: dict[str, str]) -> None:
        self.forms.append((attributes.get("method", "get").lower(), attributes.get("action", "")))

    def _link(self, attributes: dict[str, str]) -> None:
        self.links.append(attributes.get("href", ""))

    def _label(self, attributes: dict[str, str]) -> None:
        self.labelled.add(attributes.get("for", ""))

    def _field(self, tag: str, attributes: dict[str, str]) -> None:
        if attributes.get("type") not in UNLABELLED:
            self.fields.append(attributes)
        if tag == "input" and attributes.get("type") == "hidden":
            self.hidden[attributes.get("name", "")] = attributes.get("value", "")

    def _find_faults(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "script" and "src" not in attributes:
            self.faults.append("a script stands in the page")
        if tag == "img" and "alt" not in attributes:
            self.faults.append("a picture has no alternative text")
        self.faults += [
            f"{tag} has {name}" for name in attributes if name == "style" or name.startswith("on")
        ]

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open and self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "title" and "svg" not in self._open:
            self.title += data


class Browser:
    """A person at a browser without JavaScript."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()

    def sign_in(self, email: str) -> "Browser":
        """Sign in with the password of all test people."""
        answer = self.client.post("/login", data={"email": email, "password": world.PASSWORD})
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return self

    def get(self, address: str, status: int = 200, **given: object) -> TestResponse:
        """Open a page, and check what holds for all pages."""
        return self.check(self.client.get(address, **given), status)

    def post(
        self, address: str, data: dict[str, object] | None = None, status: int = 302, **given: object
    ) -> TestResponse:
        """Send a form."""
        return self.check(self.client.post(address, data=data or {}, **given), status)

    def check(self, answer: TestResponse, status: int) -> TestResponse:
        """Check a response: its status, its headers, and where it is a page, everything of ``Page``."""
        assert answer.status_code == status, f"{answer.status_code}: {answer.get_data(as_text=True)[:600]}"
        for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Request-Id"):
            assert name in answer.headers, name
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        is_redirect = answer.status_code in range(300, 400)
        whole = answer.mimetype == "text/html" and b"<html" in answer.data and not is_redirect
        if whole:
            self.check_page(answer.get_data(as_text=True))
        return answer

    def check_page(self, html: str) -> None:
        """Check what holds for all pages."""
        page = Page(html)
        assert page.title.strip(" –") not in {"", "Gradivo"}, "no title"
        assert page.tags["h1"] == 1, f"{page.tags['h1']} h1"
        assert page.tags["main"] == 1, "no main"
        assert page.lang, "no language"
        assert [name for name, times in page.ids.items() if times > 1] == []
        assert page.faults == []
        unnamed = [
            field
            for field in page.fields
            if field.get("id") not in page.labelled
            and not field.get("aria-label")
            and not field.get("aria-labelledby")
        ]
        assert unnamed == []
        for method, action in page.forms:
            self.check_action(method, action)
        for link in page.links:
            if link.startswith("/"):
                self.check_action("get", link)

    def check_action(self, method: str, address: str) -> None:
        """Check that something answers at an address."""
        path = urlsplit(address).path
        if path.startswith(("/static/", "/media/")) or not path:
            return
        adapter = self.app.url_map.bind("localhost")
        try:
            adapter.match(path, method=method.upper())
        except RequestRedirect:
            return
        except (NotFound, MethodNotAllowed) as error:
            raise AssertionError(f"{method} {address}: nothing answers there") from error


@pytest.fixture
def app(request, tmp_path) -> Iterator[Flask]:
    """Run pages on SQLite; what differs between engines is tried by the workflows' tests."""
    yield from open_app(request.getfixturevalue("sqlite_app"))


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A passer-by."""
    return Browser(app)
