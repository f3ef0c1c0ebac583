"""What can go wrong, without prose for pages: the door translates each of these once.

A ``reason`` is an English msgid marked by ``i18n.N_``; ``values`` fill its ``%(name)s`` places.
"""

from collections.abc import Mapping
from http import HTTPStatus


class AppError(Exception):
    """The root of every error that a person may meet."""

    def __init__(self, reason: str = "", **values: object) -> None:
        super().__init__(reason % values if values else reason)
        self.reason = reason
        self.values = values


class NotFound(AppError):
    """There is no such thing, or none that the asker may know of."""


class Gone(AppError):
    """The thing was here, and was removed for good."""


class Refused(AppError):
    """The actor does not hold the right at all."""


class Conflict(AppError):
    """The thing has changed meanwhile, or is not in a state for this act."""


class Unready(AppError):
    """The thing is being made; ask again in ``seconds``."""

    def __init__(self, reason: str = "", *, seconds: int = 5, **values: object) -> None:
        super().__init__(reason, **values)
        self.seconds = seconds


class TooMany(AppError):
    """The act was tried too often; ask again in ``seconds``."""

    def __init__(self, reason: str = "", *, seconds: int = 60, **values: object) -> None:
        super().__init__(reason, **values)
        self.seconds = seconds


class Invalid(AppError):
    """A given value cannot be taken; ``field`` names it as the form does."""

    def __init__(self, field: str, reason: str = "", **values: object) -> None:
        super().__init__(reason, **values)
        self.field = field


_STATUS: Mapping[type[AppError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Gone: HTTPStatus.GONE,
    Refused: HTTPStatus.FORBIDDEN,
    Conflict: HTTPStatus.CONFLICT,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Unready: HTTPStatus.SERVICE_UNAVAILABLE,
}


def status_of(error: AppError) -> int:
    """Return what an error is in HTTP (RFC 9110, section 15), which every front door that speaks it says alike."""
    found = (status for kind, status in _STATUS.items() if isinstance(error, kind))
    return next(found, HTTPStatus.INTERNAL_SERVER_ERROR).value
