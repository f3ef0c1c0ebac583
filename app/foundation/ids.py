"""The one place that draws identifiers and random bits."""

import hashlib
import random
import secrets
import uuid
from collections.abc import Sequence
from typing import TypeAlias, TypeVar

T = TypeVar("T")

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and capitals that no eye confuses: no 0 O, 1 I L."""


def public_id() -> uuid.UUID:
    """Return a new identifier for URLs and programs."""
    return uuid.uuid4()


def token() -> str:
    """Return a single-use secret of 256 random bits, fit for a URL."""
    return secrets.token_urlsafe(32)


def code() -> str:
    """Return a certificate code: 30 unambiguous letters (over 148 random bits) in six groups of five."""
    letters = _letters(30)
    return "-".join(letters[place : place + 5] for place in range(0, 30, 5))


def spoken_code() -> str:
    """Return a code to be typed once from a slip: 10 unambiguous letters (over 49 random bits) in two groups."""
    letters = _letters(10)
    return f"{letters[:5]}-{letters[5:]}"


def _letters(count: int) -> str:
    """Return letters, each word of them as likely as any other; drawn at once, which is ten times as fast."""
    drawn, letters = secrets.randbelow(len(LETTERS) ** count), ""
    for _ in range(count):
        drawn, turn = divmod(drawn, len(LETTERS))
        letters += LETTERS[turn]
    return letters


def normalise_code(text: str) -> str:
    """Return a code as it is compared: capitals without anything between them."""
    return "".join(letter for letter in text.upper() if letter in LETTERS)


def digest(text: str | bytes) -> str:
    """Return the SHA-256 of a text (UTF-8) or of bytes, in hexadecimal."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


Dice: TypeAlias = random.Random
"""A generator that repeats itself for the same seed."""


def shuffled(things: Sequence[T]) -> list[T]:
    """Return things in an order that nobody can repeat."""
    return secrets.SystemRandom().sample(things, len(things))


def seed() -> int:
    """Return 63 random bits to draw and shuffle a paper by."""
    return secrets.randbits(63)


def dice(seed_value: int) -> Dice:
    """Return a generator that repeats itself for the same seed: for papers, never for secrets."""
    return random.Random(seed_value)  # noqa: S311 -- A paper must be drawn alike from its seed.
