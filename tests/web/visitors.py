"""People at browsers whose every request stands alone, as it does on a server.

A test holds an application context open, and Flask would let all its requests share what one of them looked up:
who asks, and in which language.
"""

from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.conftest import Browser


class ForgetfulClient(FlaskClient):
    """A client that lets each request look everything up anew."""

    def open(self, *args: object, **given: object) -> TestResponse:
        """Send a request."""
        for name in list(g):
            g.pop(name)
        return super().open(*args, **given)


class Visitor(Browser):
    """A person at a browser without JavaScript; several may come to one application."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.client = ForgetfulClient(app, app.response_class, use_cookies=True)
