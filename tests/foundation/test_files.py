"""The file store: bytes in pieces are the same file, and nothing half-written stays."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.foundation import clock
from app.foundation.files import FileStore


@pytest.fixture
def kept(tmp_path) -> FileStore:
    return FileStore(tmp_path / "files")


def names(kept: FileStore) -> list[str]:
    return sorted(path.name for path in kept.root.rglob("*") if path.is_file())


def test_bytes_in_pieces_are_the_same_file_as_in_one(kept):
    digest = kept.put_each(iter((b"one ", b"", b"and two")))
    assert kept.get(digest) == b"one and two"
    assert kept.put(b"one and two") == digest == kept.put_each([b"one and two"])
    assert names(kept) == [digest] == list(kept.list_digests())


def test_whoever_fails_halfway_leaves_nothing(kept):
    def pieces():
        yield b"half"
        raise SystemExit

    with pytest.raises(SystemExit):
        kept.put_each(pieces())
    assert names(kept) == []


def test_what_a_killed_process_left_is_removed_a_day_later_and_not_before(kept):
    kept.root.mkdir()
    for name, hours in ((".old.part", 25), (".young.part", 23)):
        (kept.root / name).write_bytes(b"half")
        moment = (clock.now() - timedelta(hours=hours)).timestamp()
        os.utime(kept.root / name, (moment, moment))
    digest = kept.put_each([b"x"])
    assert names(kept) == [".young.part", digest]
    assert list(kept.list_digests()) == [digest]


def test_while_files_are_held_none_is_removed_and_the_lock_is_no_file(kept):
    digest, later = kept.put(b"x"), clock.now() + timedelta(hours=1)
    with kept.held(), kept.held(), ThreadPoolExecutor(1) as other:
        assert not other.submit(kept.discard, digest, later).result()
        assert names(kept) == [digest]
    assert kept.discard(digest, later)
    assert names(kept) == []


def test_whoever_holds_files_first_keeps_out_no_other_user(kept):
    kept.put(b"x")
    kept.root.chmod(0o500)
    try:
        with kept.held():
            assert list(kept.root.glob(".*")) == []
    finally:
        kept.root.chmod(0o700)
