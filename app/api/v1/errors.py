"""From an error to a problem (RFC 9457): for every address below ``/api/``, also where there is nothing."""

from http import HTTPStatus

from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from app.foundation.db import db
from app.foundation.errors import AppError, status_of
from app.foundation.logs import log

_DOOR = "/api/"
_KEPT = frozenset({"Allow", "Retry-After"})
"""The headers of an error that tell a program what to do."""


def fresh(response: Response) -> Response:
    """Return an answer that is true now, and is to be asked for again: no search engine and no cache keeps it."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response


def problem(status: int, title: str = "") -> Response:
    """Return an error as a program reads it; without a title it is the status in words, as the standard wants."""
    response = jsonify(title=title or HTTPStatus(status).phrase, status=status)
    response.status_code, response.mimetype = status, "application/problem+json"
    return fresh(response)


def install(app: Flask) -> None:
    """Let an address below the door at which there is nothing, or no such method, end in a problem."""
    app.before_request(_refuse_unrouted)


def translate(blueprint: Blueprint) -> None:
    """Let every error of a blueprint end in a problem."""
    blueprint.register_error_handler(AppError, _of_house)
    blueprint.register_error_handler(HTTPException, _of_http)
    blueprint.register_error_handler(Exception, _of_fault)


def _refuse_unrouted() -> Response | None:
    """Answer what no rule takes: it belongs to no blueprint, and would get a page."""
    error = request.routing_exception
    if error is None or (error.code or 0) < HTTPStatus.BAD_REQUEST or not request.path.startswith(_DOOR):
        return None
    return _of_http(error)


def _of_house(error: AppError) -> Response:
    db.session.rollback()
    return problem(status_of(error))


def _of_http(error: HTTPException) -> Response:
    response = problem(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    for name, value in error.get_headers():
        if name in _KEPT:
            response.headers[name] = value
    return response


def _of_fault(error: Exception) -> Response:
    db.session.rollback()
    log().error("fault", error=type(error).__name__, exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR)
