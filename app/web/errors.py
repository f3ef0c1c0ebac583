"""From an error of the house to a page: each is translated once, here, with a way on."""

from collections.abc import Mapping

from flask import Flask, Response, g, make_response, render_template
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.foundation.db import db
from app.foundation.errors import AppError, TooMany, Unready, status_of
from app.foundation.i18n import translate
from app.foundation.logs import log
from app.web.session import choose_locale

_PAGES = frozenset({400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503})


def words_of(error: AppError) -> str:
    """Return what an error says, in the language of the page."""
    return translate(choose_locale(), error.reason, **error.values)


def page(status: int, message: str | None = None, ways: Mapping[str, str] | None = None) -> Response:
    """Return the page of an error; ``ways`` leads on, address → words, before the front page and the help."""
    body = render_template(
        "errors/error.html",
        status=status,
        request_id=g.get("request_id", ""),
        message=message or None,
        links=[{"href": href, "label": label} for href, label in {**(ways or {}), **_ways()}.items()],
    )
    return make_response(body, status)


def _ways() -> dict[str, str]:
    return {"/": _("Front page"), "/help": _("Help")}


def install(app: Flask) -> None:
    """Let every error end in a page."""
    app.register_error_handler(AppError, _of_house)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(CSRFError, _of_csrf)
    app.register_error_handler(Exception, _of_fault)


def _of_house(error: AppError) -> Response:
    db.session.rollback()
    response = page(status_of(error), words_of(error))
    if isinstance(error, TooMany | Unready):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def _of_http(error: HTTPException) -> Response:
    if error.code is None or error.code not in _PAGES:
        return make_response(error.get_response())
    response = page(error.code)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _of_csrf(error: CSRFError) -> Response:
    log().warning("csrf", description=error.description)
    words = _("This page was open for too long, or in another session. Go back, reload it and try again.")
    return page(400, words)


def _of_fault(error: Exception) -> Response:
    db.session.rollback()
    log().error("fault", error=type(error).__name__, exc_info=error)
    return make_response(render_template("errors/plain_500.html", request_id=g.get("request_id", "")), 500)
