"""The first version of what programs may ask: its addresses and members stay as they are."""

from collections.abc import Callable
from typing import TypeAlias

from flask import Flask, Response

from app.api.v1 import certificates, errors

View: TypeAlias = Callable[..., Response]
errors.translate(certificates.blueprint)


def install(app: Flask, limited: Callable[[View], View]) -> None:
    """Open the front door for programs; before that for browsers, which has a page for every other error.

    ``limited`` keeps certificates from being guessed, at both doors together: the roof knows it, this door does not.
    """
    errors.install(app)
    app.register_blueprint(certificates.blueprint)
    app.view_functions["api.certificate"] = limited(certificates.certificate)
