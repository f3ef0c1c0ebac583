"""The file store: content-addressed, written once, never half.

A file's name is the SHA-256 of its bytes; two folders deep, so that no folder grows too large.
"""

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from app.foundation import clock, ids
from app.foundation.errors import AppError, NotFound
from app.foundation.ids import digest as digest_of

_LEFT_AFTER = timedelta(days=1)
"""How old a draft is that nobody writes any more: whoever made it was killed."""


class DamagedFile(AppError):
    """A stored file's bytes are not those of its name."""


class FileStore:
    """A folder of immutable files."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Store bytes and return their digest; power may fail at any point without a torn file."""
        digest = digest_of(content)
        path = self._path(digest)
        if path.exists():
            os.utime(path)  # Whoever is about to name it has it for a while: see ``discard``.
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{digest}.{os.getpid()}.{threading.get_ident()}.part")
        with draft.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.rename(path)
        _sync(path.parent)
        return digest

    def put_each(self, pieces: Iterable[bytes]) -> str:
        """Store bytes that come in pieces, held one at a time, and return their digest; never a torn file.

        The draft lies beside the folders of the store; one that a killed process left is removed a day later.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        self._clear()
        draft, seen = self.root / f".{ids.public_id()}.part", hashlib.sha256()
        try:
            with draft.open("wb") as stream:
                for piece in pieces:
                    seen.update(piece)
                    stream.write(piece)
                stream.flush()
                os.fsync(stream.fileno())
            path = self._path(seen.hexdigest())
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.rename(path)
        finally:
            draft.unlink(missing_ok=True)
        _sync(path.parent)
        return path.name

    def _clear(self) -> None:
        oldest = (clock.now() - _LEFT_AFTER).timestamp()
        for left in self.root.glob(".*.part"):
            if left.stat().st_mtime < oldest:
                left.unlink(missing_ok=True)

    def discard(self, digest: str, before: datetime) -> bool:
        """Remove a file unless it was put again since a moment, or files are held; tell whether it is gone."""
        path = self._path(digest)
        try:
            with self._lock(fcntl.LOCK_EX | fcntl.LOCK_NB):
                if path.stat().st_mtime > before.timestamp():
                    return False
                path.unlink()
        except FileNotFoundError:
            return True
        except BlockingIOError:
            return False
        return True

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let no file be removed meanwhile, by any process: for whoever copies what rows named at a moment."""
        with self._lock(fcntl.LOCK_SH):
            yield

    @contextmanager
    def _lock(self, how: int) -> Iterator[None]:
        self.root.mkdir(parents=True, exist_ok=True)
        folder = os.open(self.root, os.O_RDONLY)  # A file in it would be of the user who came first.
        try:
            fcntl.flock(folder, how)
            yield
        finally:
            os.close(folder)

    def get(self, digest: str) -> bytes:
        """Return the bytes of a digest; raises NotFound, or DamagedFile where they changed on disk."""
        try:
            content = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound from None
        if digest_of(content) != digest:
            raise DamagedFile(f"{digest} is damaged")
        return content

    def path(self, digest: str) -> Path:
        """Return where a stored file lies; raises NotFound."""
        path = self._path(digest)
        if not path.exists():
            raise NotFound
        return path

    def list_digests(self) -> Iterator[str]:
        """Yield every digest in the store, in order."""
        for path in sorted(self.root.glob("??/??/*")):
            if not path.name.startswith("."):
                yield path.name

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or set(digest) - set("0123456789abcdef"):  # noqa: PLR2004 -- The length of SHA-256.
            raise NotFound
        return self.root / digest[:2] / digest[2:4] / digest


def _sync(folder: Path) -> None:
    """Let a folder keep the name of a new file when power fails."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


_store: list[FileStore] = []


def use(root: Path) -> None:
    """Let this process keep its files under ``root``."""
    _store[:] = [FileStore(root)]


def store() -> FileStore:
    """Return the file store of this process."""
    return _store[0]
