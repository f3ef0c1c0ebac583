"""Before any view: what no request may be, whoever sends it."""

from collections.abc import Iterator

from flask import Flask, request
from werkzeug.exceptions import BadRequest

from app.foundation.logs import log
from app.foundation.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""


def install(app: Flask, settings: Settings) -> None:
    """Refuse what another site's page sends through a visitor's browser, and what no text may hold."""

    def refuse() -> None:
        if request.method not in SAFE and is_foreign(settings):
            log().warning("foreign", rule=request.url_rule.rule if request.url_rule else None)
            raise BadRequest
        if any("\0" in text for text in given()):
            raise BadRequest

    app.before_request(refuse)


def is_foreign(settings: Settings) -> bool:
    """Tell whether a page of another site sends this: by Fetch Metadata, and by Origin (RFC 6454, 7.3).

    A program sends neither. A page of ours has the address that people come to, or the one that it was loaded from.
    """
    origin = request.headers.get("Origin")
    is_elsewhere = origin is not None and origin not in {settings.base_url, request.host_url.rstrip("/")}
    return is_elsewhere or request.headers.get("Sec-Fetch-Site") == "cross-site"


def given() -> Iterator[str]:
    """Yield every text of the request: PostgreSQL stores none with the character 0, and answers with a fault."""
    yield request.path
    yield from (text for pair in request.args.items(multi=True) for text in pair)
    if request.method not in SAFE:
        yield from (text for pair in request.form.items(multi=True) for text in pair)
        yield from (file.filename or "" for file in request.files.values())
