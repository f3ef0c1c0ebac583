"""What the counts are made on: a crowd that can be small or larger, and people at browsers."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.domain.access.values import Role
from app.foundation.db import session
from app.workflows import learning
from tests import world
from tests.web.visitors import Visitor

ADDRESSES = ("first", "second")


@pytest.fixture
def sign_in(land: world.Land, app: Flask) -> Callable[[str], Visitor]:
    """Return a person at a browser, signed in; a first page has been opened, so that what is kept is there."""

    def enter(email: str) -> Visitor:
        visitor = Visitor(app).sign_in(email)
        visitor.get("/account/profile")
        return visitor

    return enter


@pytest.fixture
def gather(land: world.Land) -> Callable[[int, int], None]:
    """Let people come who completed the course, who failed a question, and who only began to read."""

    def come(first: int, last: int) -> None:
        for number in range(first, last):
            actor = world.act_as(
                world.person(f"one{number}@example.org", "596230", f"Nováková {number}", "Eva")
            )
            if number % 3:
                world.pass_test(actor)
            else:
                learning.enrol(actor, "open-data")
                learning.finish_module(actor, "open-data", ADDRESSES[0])
        session().rollback()

    return come


@pytest.fixture
def staff(land: world.Land) -> None:
    """Those who look after others, each under her role's name."""
    for role, unit in (
        (Role.ADMIN, None),
        (Role.MANAGER, "CZ-O6115"),
        (Role.COORDINATOR, "CZ-K3107"),
        (Role.TRAINER, "CZ"),
    ):
        world.person(f"{role}@example.org", "596230", roles=((role, unit),))
