"""Lists page by page: which page an address asks for, and how many there are."""

from collections.abc import Mapping
from uuid import UUID

from app.foundation.errors import NotFound

SIZE = 50
"""Lines of a page."""


def read_page(asked: Mapping[str, str]) -> int:
    """Return the number of the page asked for; raises NotFound where it is none."""
    word = asked.get("page", "1")
    if not (word.isascii() and word.isdecimal()) or int(word[:9]) < 1:
        raise NotFound
    return int(word[:9])


def count_pages(page: int, count: int, size: int = SIZE) -> int:
    """Return how many pages there are of so many lines; raises NotFound where the page asked for lies beyond."""
    pages = max(1, -(-count // size))
    if page > pages:
        raise NotFound
    return pages


def read_id(word: str) -> UUID:
    """Return the public id that an address names; raises NotFound where it is none."""
    try:
        return UUID(word)
    except ValueError as error:
        raise NotFound from error
