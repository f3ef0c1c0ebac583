"""Addresses of private keys that stay in hardware: PKCS#11 URIs (RFC 7512), as far as a signing key needs them."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

SCHEME = "pkcs11:"
ON_TOKEN = ("token", "serial", "model", "manufacturer")
"""The attributes that tell a token by."""
_PATH = (*ON_TOKEN, "object", "id", "type")
_QUERY = ("module-path",)
_PIN = {"pin-value", "pin-source"}
_ENCODED = re.compile(r"(?:[^%\s]|%[0-9A-Fa-f]{2})+")


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Where a private key lies: the module that speaks with its token, and what token and key are known by.

    ``marks`` are pairs of an attribute ``ON_TOKEN`` and its value. There is a ``label``, an ``id``, or both.
    """

    uri: str
    module: Path
    marks: tuple[tuple[str, str], ...]
    label: str | None
    id: bytes | None

    def __str__(self) -> str:
        """Say where, as the settings do; the PIN is never in it."""
        return self.uri


def read(uri: str) -> TokenKey:
    """Read an address; raises ValueError, whose text tells what is wrong with it and repeats no value."""
    path, _, query = uri[len(SCHEME) :].partition("?")
    given = _read_attributes(path, ";", _PATH) | _read_attributes(query, "&", _QUERY)
    module = Path(_words(given, "module-path") or "")
    if not module.is_absolute():
        raise ValueError("“module-path” is wanted after the question mark: the absolute path of the module")
    if given.get("type", b"private") != b"private":
        raise ValueError("of “type” only “private” can sign")
    marks = tuple((name, value) for name in ON_TOKEN if (value := _words(given, name)) is not None)
    if not marks:
        raise ValueError("“token” is wanted: the label of the token")
    if not {"object", "id"} & set(given):
        raise ValueError("“object” or “id” is wanted: the label or the id of the private key")
    return TokenKey(uri, module, marks, _words(given, "object"), given.get("id"))


def _read_attributes(text: str, separator: str, known: tuple[str, ...]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for part in filter(None, text.split(separator)):
        name, _, value = part.partition("=")
        if name in _PIN:
            raise ValueError(f"“{name}” may not stand in it: the PIN is taken from SIGNING_PASSPHRASE")
        if name not in known:
            raise ValueError(
                f"it has an attribute besides {', '.join((*_PATH, *_QUERY))}, or at a wrong place"
            )
        if name in found:
            raise ValueError(f"“{name}” stands in it twice")
        if not _ENCODED.fullmatch(value):
            raise ValueError(f"“{name}” has no value, or one with a blank or a bare %: write %20 and %25")
        found[name] = unquote_to_bytes(value)
    return found


def _words(given: dict[str, bytes], name: str) -> str | None:
    try:
        return given[name].decode() if name in given else None
    except UnicodeDecodeError as error:
        raise ValueError(f"“{name}” is not in UTF-8") from error
