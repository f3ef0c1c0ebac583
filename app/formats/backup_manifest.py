"""The manifest of a backup: what belongs to the set, byte for byte.

``manifest.json`` ends with the SHA-256 of all that stands before it, so that a changed manifest shows as well
as a changed file.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.foundation.errors import Invalid
from app.foundation.ids import digest

NAME = "manifest.json"
_FORMAT = "gradivo-backup"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class SetFile:
    """A file of the set: its path within, its size in bytes and the SHA-256 of its bytes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """When the set was made, the migration of its tables, their rows, and every file of it."""

    made_at: datetime
    head: str
    rows: Mapping[str, int]
    files: tuple[SetFile, ...]


def write(manifest: Manifest) -> bytes:
    """Return the bytes of a manifest."""
    body = {
        "format": _FORMAT,
        "version": _VERSION,
        "made_at": manifest.made_at.isoformat(),
        "head": manifest.head,
        "rows": dict(manifest.rows),
        "files": [[file.path, file.size, file.sha256] for file in manifest.files],
    }
    return (json.dumps({**body, "seal": _seal(body)}, indent=1) + "\n").encode()


def read(content: bytes) -> Manifest:
    """Return a manifest from its bytes; raises Invalid where they are none of this version, or changed."""
    try:
        body = json.loads(content)
        if body["format"] != _FORMAT:
            raise Invalid(NAME, "this is not the manifest of a Gradivo backup")
        if body["version"] != _VERSION:
            raise Invalid(NAME, f"the set has format {body['version']}, this program reads {_VERSION}")
        if body.pop("seal") != _seal(body):
            raise Invalid(NAME, "the manifest was altered")
        return Manifest(
            made_at=datetime.fromisoformat(body["made_at"]),
            head=body["head"],
            rows=body["rows"],
            files=tuple(SetFile(*file) for file in body["files"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(NAME, "this is not the manifest of a Gradivo backup") from error


def _seal(body: Mapping[str, object]) -> str:
    return digest(json.dumps(body, sort_keys=True, separators=(",", ":")))
