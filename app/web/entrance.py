"""Before any view: what no request may be, whoever sends it."""

from collections.abc import Iterable

from flask import Flask, request
from werkzeug.exceptions import BadRequest

from app.domain.access.gate import required_by
from app.foundation.logs import log
from app.foundation.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""
LARGEST_FORM = 2 * 1024 * 1024
"""Bytes of a form without files, and of whatever a passer-by sends: it is read into memory."""


def install(app: Flask, settings: Settings) -> None:
    """Refuse what another site's page sends through a visitor's browser, and what is too large for whoever sends it."""

    def refuse() -> None:
        if request.method not in SAFE and is_foreign(settings):
            log().warning("foreign", rule=request.url_rule.rule if request.url_rule else None)
            raise BadRequest
        if not may_be_large(app):
            request.max_content_length = LARGEST_FORM
        refuse_unwritable([request.path, *(text for pair in request.args.items(multi=True) for text in pair)])

    app.before_request(refuse)


def install_reading(app: Flask) -> None:
    """Look through what a form says, once it is known who sends it."""

    def read() -> None:
        if request.method not in SAFE:
            refuse_unwritable(text for pair in request.form.items(multi=True) for text in pair)
            refuse_unwritable(file.filename or "" for file in request.files.values())

    app.before_request(read)


def is_foreign(settings: Settings) -> bool:
    """Tell whether a page of another site sends this: by Fetch Metadata, and by Origin (RFC 6454, 7.3).

    A program sends neither. A page of ours has the address that people come to, or the one that it was loaded from.
    """
    origin = request.headers.get("Origin")
    is_elsewhere = origin is not None and origin not in {settings.base_url, request.host_url.rstrip("/")}
    return is_elsewhere or request.headers.get("Sec-Fetch-Site") == "cross-site"


def may_be_large(app: Flask) -> bool:
    """Tell whether a body may hold files: where signing in is asked for, and files can stand in it."""
    view = app.view_functions.get(request.endpoint or "")
    return view is not None and required_by(view) is not None and request.mimetype == "multipart/form-data"


def refuse_unwritable(texts: Iterable[str]) -> None:
    """Refuse a text with the character 0: PostgreSQL stores none, and answers with a fault."""
    if any("\0" in text for text in texts):
        raise BadRequest
