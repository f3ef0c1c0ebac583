"""A trainer of the whole country at her browser, and how she writes."""

import html
import re
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.domain.catalogue.models import CourseDraft
from app.foundation.db import session
from tests import world
from tests.web.visitors import Visitor


@dataclass
class Desk:
    """A trainer's browser with one course on it."""

    browser: Visitor
    slug: str = "my-course"

    @property
    def address(self) -> str:
        return f"/teach/courses/{self.slug}"

    def page(self, address: str = "", status: int = 200) -> str:
        """Return a page of the course."""
        return self.browser.get(self.address + address, status=status).get_data(as_text=True)

    def send(self, address: str, data: dict[str, object], status: int = 302) -> TestResponse:
        """Send a form of the course."""
        return self.browser.post(self.address + address, data, status=status)

    def begin(self, language: str = "en", owner: str = "CZ") -> None:
        form = {"title": "My course", "slug": self.slug, "owner": owner, "language": language}
        assert self.browser.post("/teach/courses/new", form).headers["Location"] == self.address

    def read(self, path: str) -> tuple[str, str]:
        """Return a file's text and digest as the editor shows them."""
        page = self.page(f"/files/{path}")
        text = re.search(r'<textarea [^>]*id="text"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[1]
        return html.unescape(text), re.search(r'name="base" value="([0-9a-f]*)"', page)[1]

    def save(self, path: str, text: str, base: str, status: int = 302, action: str = "save") -> str:
        """Send the editor's form; a browser ends lines by CRLF (HTML Standard, form submission)."""
        form = {"text": text.replace("\n", "\r\n"), "base": base, "action": action}
        return self.send(f"/files/{path}", form, status).get_data(as_text=True)

    def edit(self, path: str, old: str, new: str) -> None:
        """Open a file, change it, save it."""
        text, base = self.read(path)
        assert old in text
        self.save(path, text.replace(old, new), base)

    def kept(self) -> list[tuple[str, int, dict[str, str]]]:
        """Return what is written down of all drafts."""
        session().expire_all()
        return [(row.slug, row.revision, row.files) for row in session().scalars(select(CourseDraft))]

    def publish(self) -> str:
        """Press the button as the page offers it, and return the page after it."""
        form = re.search(rf'<form[^>]*action="{self.address}/publish".*?</form>', self.page(), re.DOTALL)[0]
        self.send("/publish", dict(re.findall(r'name="(revision|newest)" value="([^"]*)"', form)))
        return self.page()


@pytest.fixture
def desk(app, land) -> Desk:
    world.person("trainer@example.org", "595209", "Malá", "Iva", roles=(("trainer", "CZ"),))
    visitor = Visitor(app)
    visitor.sign_in("trainer@example.org")
    return Desk(visitor)
