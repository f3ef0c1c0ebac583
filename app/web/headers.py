"""What every response carries: request id, security headers, and no copy of what is somebody's."""

import re
from time import perf_counter

import structlog
from flask import Flask, Response, g, request

from app.foundation.ids import public_id
from app.foundation.logs import log
from app.foundation.settings import Settings
from app.web.session import find_current_actor

PAGE_POLICY = (
    "default-src 'self'; img-src 'self'; style-src 'self'; script-src 'self'; font-src 'self'; "
    "media-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SANDBOX_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


def install(app: Flask, settings: Settings) -> None:
    """Set the headers on every response, errors included, and log every request."""

    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        is_trusted = settings.trusted_proxies and _REQUEST_ID.fullmatch(given)
        g.request_id = given if is_trusted else str(public_id())
        g.began = perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_id)

    def finish(response: Response) -> Response:
        _protect(response, settings)
        response.headers["X-Request-Id"] = g.get("request_id", "")
        log().info(
            "request",
            method=request.method,
            rule=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            milliseconds=round((perf_counter() - g.get("began", perf_counter())) * 1000, 1),
        )
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(finish)


def _protect(response: Response, settings: Settings) -> None:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if settings.is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if response.cache_control.public:
        return
    if find_current_actor() is not None:
        headers["Cache-Control"] = "no-store"
        response.vary.add("Cookie")
    response.vary.add("Accept-Language")
