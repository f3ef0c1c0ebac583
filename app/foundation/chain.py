"""Entries that cannot be changed unseen: each carries the hash of its own content, and a job chains them.

An entry is inserted in the transaction of its act with ``content_hash``. ``seal`` gives unsealed entries their
place in the chain, in id order, each place hashed over the place before: SHA-256(previous ‖ content). Entries
that commit late get a later place, so the chain never has a hole.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.foundation.ids import digest

GENESIS = "0" * 64
_AT_ONCE = 1000


class Sealed:
    """The columns of an entry in a chain, and what it says."""

    id: Mapped[int] = mapped_column(primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    chain_position: Mapped[int | None] = mapped_column(unique=True)
    chain_hash: Mapped[str | None] = mapped_column(String(64))

    def content(self) -> Mapping[str, object]:
        """Return everything that the entry says, as JSON-like values."""
        raise NotImplementedError


E = TypeVar("E", bound=Sealed)


def hash_content(content: Mapping[str, object]) -> str:
    """Return the SHA-256 of a content in canonical JSON (sorted keys, no spaces, moments in ISO 8601)."""
    return digest(
        json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)
    )


def add_each(session: Session, entries: Sequence[Sealed]) -> None:
    """Insert entries of one kind with their hashes, many at once; nobody is told their ids."""
    if not entries:
        return
    table = type(entries[0]).__table__  # type: ignore[attr-defined] # Each kind is a mapped class.
    names = [column.name for column in table.columns if not column.primary_key]
    for entry in entries:
        entry.content_hash = hash_content(entry.content())
    rows = [{name: getattr(entry, name) for name in names} for entry in entries]
    session.flush()
    session.connection().execute(table.insert(), rows)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def seal(session: Session, model: type[E], limit: int = 5000) -> int:
    """Chain up to ``limit`` unsealed entries and return how many; called inside a transaction."""
    last = session.execute(
        select(model.chain_position, model.chain_hash)
        .where(model.chain_position.is_not(None))
        .order_by(model.chain_position.desc())
        .limit(1)
    ).first()
    position, previous = (last[0] or 0, last[1] or GENESIS) if last else (0, GENESIS)
    waiting: Sequence[E] = session.scalars(
        select(model).where(model.chain_position.is_(None)).order_by(model.id).limit(limit)
    ).all()
    for entry in waiting:
        position += 1
        previous = digest(previous + entry.content_hash)
        entry.chain_position, entry.chain_hash = position, previous
    session.flush()
    return len(waiting)


def find_break(session: Session, model: type[E]) -> str | None:
    """Recompute the whole chain; return which entry is the first wrong one, None if all is well."""
    return _first_fault(_in_order(session, model))


def _in_order(session: Session, model: type[E]) -> Iterator[E]:
    """Yield the sealed entries a thousand at a time: they never change, so no snapshot need be held."""
    last: int | None = 0
    while True:
        following = select(model).where(model.chain_position > last).order_by(model.chain_position)
        page = session.scalars(following.limit(_AT_ONCE)).all()
        if not page:
            return
        yield from page
        last = page[-1].chain_position


def _first_fault(entries: Iterable[Sealed]) -> str | None:
    previous = GENESIS
    for expected, entry in enumerate(entries, start=1):
        if entry.chain_position != expected:
            return f"entry {expected} is missing"
        if hash_content(entry.content()) != entry.content_hash:
            return f"entry {expected} (id {entry.id}) was changed"
        previous = digest(previous + entry.content_hash)
        if previous != entry.chain_hash:
            return f"entry {expected} (id {entry.id}) does not follow the one before it"
    return None


def count_unsealed(session: Session, model: type[E]) -> int:
    """Return how many entries wait for the sealing job."""
    count = session.scalar(select(func.count()).select_from(model).where(model.chain_position.is_(None)))
    return count or 0
