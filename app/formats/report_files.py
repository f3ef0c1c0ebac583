"""What a report is sent as beside a table: rows as JSON, and a ZIP with the file and what was asked."""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

CHUNK_ROWS = 500


def stream_json(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield the rows as a JSON array of objects, in chunks: days in ISO 8601, an empty cell is null."""
    yield b"["
    remaining, between = iter(rows), "\n"
    while chunk := list(islice(remaining, CHUNK_ROWS)):
        written = [_write(dict(zip(header, row, strict=True))) for row in chunk]
        yield (between + ",\n".join(written)).encode()
        between = ",\n"
    yield b"\n]\n"


def write_meta(facts: Mapping[str, object]) -> bytes:
    """Return what was asked, when and by whom, as JSON that is read by eye, too."""
    return (json.dumps(facts, ensure_ascii=False, indent=2, default=_plain) + "\n").encode()


def _write(row: Mapping[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a report")


class _Pipe:
    """A file that is only written to; what was written is taken out in between."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take bytes."""
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def close(self) -> None:
        """Do nothing: what is left is still to be taken."""

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def bundle(files: Iterable[tuple[str, Iterable[bytes]]], made_at: datetime) -> Iterator[bytes]:
    """Yield a ZIP of files, each a name and its bytes in pieces: no file is ever whole in memory."""
    pipe = _Pipe()
    moment = (made_at.year, made_at.month, made_at.day, made_at.hour, made_at.minute, made_at.second)
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, pieces in files:
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as member:
                for piece in pieces:
                    member.write(piece)
                    yield pipe.take()
    yield pipe.take()
