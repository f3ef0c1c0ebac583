"""People and courses that several of these tests begin with."""

import pytest

from app.domain.access.values import Actor
from tests import world
from tests.workflows.keys import publish


@pytest.fixture
def method(land) -> Actor:
    """The methodologist of a country."""
    return world.act_as(world.person("method@example.org", "595209", roles=(("methodologist", "CZ"),)))


@pytest.fixture
def trainer(land) -> Actor:
    """A trainer of the same."""
    return world.act_as(world.person("trainer@example.org", "595209", roles=(("trainer", "CZ"),)))


@pytest.fixture
def manager(land) -> Actor:
    """The education manager of a centre."""
    return world.act_as(world.person("manager@example.org", "595209", roles=(("manager", "CZ-O6115"),)))


@pytest.fixture
def before(land):
    """The course whose key will be mended."""
    return publish("1")
