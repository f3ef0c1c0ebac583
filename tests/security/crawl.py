"""A visitor who opens every link and notes every form."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

MOST_QUERIES = 20
"""How many addresses of one path are opened that differ by their query only."""


@dataclass
class Form:
    """A form as it stands on a page, with what it sends untouched."""

    page: str
    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


class Links(HTMLParser):
    """What a page leads to."""

    def __init__(self, page: str, html: str) -> None:
        super().__init__()
        self.page = page
        self.addresses: list[str] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name in ("href", "src", "data-poll"):
            if name in given and not (tag == "a" and given[name].startswith("#")):
                self.addresses.append(urljoin(self.page, given[name]))
        if tag == "form":
            action = urljoin(self.page, given.get("action", "") or self.page)
            self._form = Form(self.page, given.get("method", "get").upper(), action.partition("#")[0])
            self.forms.append(self._form)
        elif self._form is not None:
            self._add(self._form, tag, given)

    def _add(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag in {"input", "select", "textarea", "button"} and name:
            form.names.add(name)
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            form.fields.append((self._select, given.get("value", "")))
        elif tag == "input" and name and _is_sent(given):
            form.fields.append((name, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None


def _is_sent(given: dict[str, str]) -> bool:
    kind = given.get("type", "text")
    return "checked" in given if kind in {"radio", "checkbox"} else kind not in {"submit", "button", "file"}


class Answer(NamedTuple):
    """What an address answered."""

    status: int
    kind: str
    body: bytes
    headers: Headers


@dataclass
class Visit:
    """What a visitor has seen: the answer of every address that she opened, and every form."""

    answers: dict[str, Answer] = field(default_factory=dict)
    forms: dict[tuple[str, str, frozenset[str]], Form] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)  # rows that are new or changed afterwards
    lost: list[str] = field(default_factory=list)  # tables with fewer rows afterwards

    def bodies(self) -> Iterator[tuple[str, bytes]]:
        """Yield address and bytes."""
        for address, answer in self.answers.items():
            yield address, answer.body


def visit(client: FlaskClient, starts: Iterable[str], most: int = 700) -> Visit:
    """Open addresses and everything that they lead to on this site."""
    seen = Visit()
    waiting = deque(starts)
    queries: Counter[str] = Counter()
    while waiting and len(seen.answers) < most:
        address = _local(waiting.popleft())
        if address is None or address in seen.answers:
            continue
        path = urlsplit(address).path
        queries[path] += 1
        if queries[path] > MOST_QUERIES or path.startswith("/static/"):
            continue
        answer = client.get(address)
        waiting.extend(_note(seen, address, answer))
        answer.close()
    return seen


def _local(address: str) -> str | None:
    parts = urlsplit(address)
    if (
        parts.netloc not in {"", "localhost"}
        or parts.scheme not in {"", "http"}
        or not parts.path.startswith("/")
    ):
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _note(seen: Visit, address: str, answer: TestResponse) -> Iterator[str]:
    """Note an answer, and yield where it leads."""
    body = answer.get_data()
    seen.answers[address] = Answer(answer.status_code, answer.mimetype, body, answer.headers)
    if "Location" in answer.headers:
        yield urljoin(address, answer.headers["Location"])
    if answer.mimetype != "text/html":
        return
    links = Links(address, body.decode())
    yield from links.addresses
    for form in links.forms:
        seen.forms.setdefault((form.method, form.action, frozenset(form.names)), form)
        if form.method == "GET":
            yield f"{form.action.partition('?')[0]}?{urlencode(form.fields)}"
