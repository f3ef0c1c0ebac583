"""Passers-by whose every request stands alone, somebody with a certificate, and her education manager."""

import pytest
from flask import Flask

from tests import world
from tests.web.visitors import Visitor


@pytest.fixture
def browser(app: Flask) -> Visitor:
    """A passer-by."""
    return Visitor(app)


@pytest.fixture
def holder(land):
    """Somebody who has passed a test."""
    person = world.person("eva@example.org")
    world.pass_test(world.act_as(person))
    return person


@pytest.fixture
def manager(browser, holder):
    """The browser of who looks after her."""
    world.person("manager@example.org", "595209", "Malá", "Marie", roles=(("manager", "CZ-O6115"),))
    return browser.sign_in("manager@example.org")
