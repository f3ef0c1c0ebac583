"""Which browsers have let whom in before: so that a sign-in from a new one is told to its owner.

The cookie holds nothing but keyed digests of the last few e-mails that signed in there, signed; signing out leaves it.
"""

from flask import Request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from app.domain.people.rules import plain_email
from app.foundation import settings
from app.foundation.ids import digest

_DAYS = 400  # The longest that browsers keep a cookie (RFC 6265bis, 5.5).
_MOST = 5


def _name() -> str:
    return "__Host-gradivo-browser" if settings.current().is_https else "gradivo-browser"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings.current().secret_key, salt="known browsers")


def _mark(email: str) -> str:
    return digest(f"{settings.current().secret_key} {plain_email(email)}")[:32]


def _marks(request: Request) -> list[str]:
    try:
        marks = _signer().loads(request.cookies.get(_name(), ""))
    except BadSignature:
        return []
    return [mark for mark in marks if isinstance(mark, str)] if isinstance(marks, list) else []


def is_known(request: Request, email: str) -> bool:
    """Tell whether this e-mail signed in from this browser before."""
    return _mark(email) in _marks(request)


def remember(response: Response, request: Request, email: str) -> Response:
    """Let the browser be known for an e-mail; a demonstration tells nobody of sign-ins and so keeps nothing."""
    if settings.current().is_demo:
        return response
    own = _mark(email)
    marks = [own, *(mark for mark in _marks(request) if mark != own)][:_MOST]
    response.set_cookie(
        _name(),
        str(_signer().dumps(marks)),
        max_age=_DAYS * 24 * 3600,
        secure=settings.current().is_https,
        httponly=True,
        samesite="Lax",
    )
    return response
