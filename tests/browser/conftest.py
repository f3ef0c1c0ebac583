"""The real server with its worker on a fresh instance, and a real browser that looks at every page it opens."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, sync_playwright

from app import create_app
from app.domain.access.values import Actor
from app.foundation import queue
from app.foundation.db import db
from app.workflows import publishing
from tests import parts, servers, world
from tests.browser.reader import Reader
from tests.conftest import KEY, environment

ROOT = Path(__file__).resolve().parents[2]
COURSE = "open-data-basics"
PEOPLE_OF_LANGUAGE = {"en": ("Nováková", "Eva"), "uk": ("Шевченко", "Наталія"), "cs": ("Dvořáková", "Jana")}
PATIENCE_SECONDS = 30
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here as a test in a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


class Site:
    """A running instance, and a way into its database beside it."""

    def __init__(self, url: str, instance: Path) -> None:
        self.url = url
        self.made = create_app(environment(instance, BASE_URL=url))
        self.people = 0

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Open the context of the application."""
        world.point_process_at(self.made)
        queue.use(None)
        with self.made.app_context():
            yield
            db.session.remove()

    def settle(self) -> None:
        """Make the territory, a small course with every kind of question, and publish a real course."""
        with self.inside():
            world.settle()
            done = publishing.sync(Actor.system("courses sync"), ROOT / "courses" / COURSE)
            assert [published.is_refused for published in done] == [False]

    def person(self, locale: str = "en", roles: tuple[tuple[str, str | None], ...] = ()) -> str:
        """Enter somebody new whose interface is in a language, and return her e-mail."""
        self.people += 1
        email = f"person-{self.people}@example.org"
        family, given = PEOPLE_OF_LANGUAGE[locale]
        with self.inside():
            world.person(email, family=family, given=given, locale=locale, roles=roles)
        return email

    def begin_test(self, email: str) -> str:
        """Let somebody begin the test of the small course, and return the address of her attempt."""
        with self.inside():
            return f"/attempts/{world.begin_test(world.act_as(email)).public_id}"

    def answers(self, email: str, address: str) -> dict[str, list[str]]:
        """Return the inputs that earn every point of the attempt at an address."""
        with self.inside():
            actor = world.act_as(email)
            scope = world.sitting.scope_of(actor, world.sitting.Permission.OWN_LEARNING)
            wanted = address.rstrip("/").rsplit("/", 1)[1]
            _attempt, paper = world.sitting.attempts.get_attempt(scope, UUID(wanted))
            form: dict[str, list[str]] = {}
            for place, question in enumerate(paper, start=1):
                form |= world.right_answer(question, place)
            return form


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One instance for this process, served as deploy/ serves it."""
    instance = tmp_path_factory.mktemp("browser")
    port = servers.free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {"INSTANCE": str(instance), "SECRET_KEY": KEY, "BASE_URL": url, "ENVIRONMENT": "demo"}
    environ = {**os.environ, **settings, "LOG_LEVEL": "ERROR", "FLASK_APP": "wsgi.py"}
    python = (sys.executable, "-m")
    subprocess.run((*python, "flask", "db", "upgrade"), check=True, cwd=ROOT, env=environ)
    running = Site(url, instance)
    running.settle()
    web = (
        *python,
        "gunicorn",
        "--config",
        "deploy/gunicorn.conf.py",
        "--bind",
        f"127.0.0.1:{port}",
        "wsgi:app",
    )
    worker = (*python, "flask", "jobs", "run")
    programs = [subprocess.Popen(command, cwd=ROOT, env=environ) for command in (web, worker)]
    try:
        servers.wait_for_port(port, programs[0])
        yield running
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(PATIENCE_SECONDS)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium as Debian packs it, with a profile of its own."""
    part = next(part for part in parts.PARTS if part.name == "Chromium")
    if not part.is_there():
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def reader(site: Site, chromium: Browser) -> Iterator[Callable[..., Reader]]:
    """Somebody at a browser: called with a width and options; every page is checked as it is left."""
    opened: list[Reader] = []

    def open_one(**options: object) -> Reader:
        one = Reader(chromium, site.url, **options)
        opened.append(one)
        return one

    yield open_one
    for one in opened:
        one.leave()
