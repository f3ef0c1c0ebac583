"""What a first visit of a module page brings over a thin line: bytes and requests, as they are sent."""

from pathlib import Path

import pytest
from flask import Flask

from app.domain.access.values import Actor
from app.formats.course_library import read_library
from app.workflows import learning, publishing
from benchmarks import visiting
from tests import world
from tests.web.visitors import Visitor

COURSES = Path(__file__).parents[2] / "courses"
COURSE = "open-data-basics"
MOST_BYTES, MOST_REQUESTS = 250 * 1024, 12


@pytest.fixture
def shipped(land: world.Land) -> str:
    """Publish a real course, and return the address of its first module."""
    done = publishing.publish(Actor.system("test"), COURSE, read_library(COURSES).courses[COURSE])
    assert done.version is not None
    return learning.catalogue.list_addresses(done.version.id)[0]


@pytest.mark.parametrize("locale", ["cs", "uk", "en"])
def test_a_first_visit_is_light(app: Flask, shipped: str, locale: str):
    learning.enrol(world.act_as(world.person(locale=locale)), COURSE)
    visitor = Visitor(app).sign_in("eva@example.org")

    def fetch(address: str) -> visiting.Fetched:
        answer = visitor.client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, address
        return visiting.Fetched(answer.headers, answer.data)

    sizes = visiting.visit(f"/learn/{COURSE}/{shipped}", fetch)
    assert sum(sizes.values()) <= MOST_BYTES, sizes
    assert len(sizes) <= MOST_REQUESTS, sizes
    assert any(address.endswith(".woff2") for address in sizes)  # The fonts are weighed, too.
