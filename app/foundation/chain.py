"""Entries that cannot be changed unseen: each carries the hash of its own content, and a job chains them.

An entry is inserted in the transaction of its act with ``content_hash``. ``seal`` gives unsealed entries their
place in the chain, in id order, each place hashed over the place before: SHA-256(previous ‖ content). Entries
that commit late get a later place, so the chain never has a hole.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.foundation.ids import digest

GENESIS = "0" * 64
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Head:
    """A place of a chain, counted from 1, and the hash there; place 0 is before the first entry."""

    position: int
    hash: str


class Sealed:
    """The columns of an entry in a chain, and what it says."""

    __tablename__: str

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
    return digest(canonical(content))


def canonical(content: Mapping[str, object]) -> str:
    """Return the one text of a content that its hash is taken over."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)


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
    """Chain up to ``limit`` unsealed entries and return how many; called inside a transaction.

    Two sealers take turns: SQLite lets only one write, PostgreSQL has a lock that stops nobody else.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(model.__tablename__))))
    head = find_head(session, model)
    position, previous = head.position, head.hash
    waiting: Sequence[E] = session.scalars(
        select(model).where(model.chain_position.is_(None)).order_by(model.id).limit(limit)
    ).all()
    for entry in waiting:
        position += 1
        previous = digest(previous + entry.content_hash)
        entry.chain_position, entry.chain_hash = position, previous
    session.flush()
    return len(waiting)


def find_head(session: Session, model: type[E]) -> Head:
    """Return the last place of the chain."""
    last = session.execute(
        select(model.chain_position, model.chain_hash)
        .where(model.chain_position.is_not(None))
        .order_by(model.chain_position.desc())
        .limit(1)
    ).first()
    return Head(last[0] or 0, last[1] or GENESIS) if last else Head(0, GENESIS)


def find_hash(session: Session, model: type[E], position: int) -> str | None:
    """Return the hash at a place of the chain; None where there is no such place, GENESIS before the first."""
    if position == 0:
        return GENESIS
    return session.scalar(select(model.chain_hash).where(model.chain_position == position))


def find_break(session: Session, model: type[E]) -> str | None:
    """Recompute the whole chain; return which entry is the first wrong one, None if all is well."""
    follower = Follower()
    faults = (follower.find_fault(entry) for page in list_pages(session, model) for entry in page)
    return next((fault for fault in faults if fault), None)


def list_pages(session: Session, model: type[E]) -> Iterator[Sequence[E]]:
    """Yield the sealed entries in order, a thousand at a time: they never change, so no snapshot need be held."""
    last: int | None = None
    while True:
        following = select(model).where(model.chain_position.is_not(None)).order_by(model.chain_position)
        if last is not None:
            following = following.where(model.chain_position > last)
        page = session.scalars(following.limit(_AT_ONCE)).all()
        if not page:
            return
        yield page
        last = page[-1].chain_position


class Follower:
    """Whoever reads a chain from its beginning, and knows what the next entry must be."""

    def __init__(self) -> None:
        self.head = Head(0, GENESIS)

    def find_fault(self, entry: Sealed) -> str | None:
        """Return in English what is wrong with the next entry of the chain."""
        position = self.head.position + 1
        if entry.chain_position != position:
            return f"entry {position} is missing"
        if is_changed(entry):
            return f"entry {position} (id {entry.id}) was changed"
        self.head = Head(position, digest(self.head.hash + entry.content_hash))
        if self.head.hash != entry.chain_hash:
            return f"entry {position} (id {entry.id}) does not follow the one before it"
        return None


def is_changed(entry: Sealed) -> bool:
    """Tell whether an entry says something else than when it was made."""
    return hash_content(entry.content()) != entry.content_hash


def count_unsealed(session: Session, model: type[E]) -> int:
    """Return how many entries wait for the sealing job."""
    count = session.scalar(select(func.count()).select_from(model).where(model.chain_position.is_(None)))
    return count or 0
