"""Passers-by whose every request stands alone."""

import pytest
from flask import Flask

from tests.web.visitors import Visitor


@pytest.fixture
def browser(app: Flask) -> Visitor:
    """A passer-by."""
    return Visitor(app)
