"""The heads of chains, kept outside of the database: who cuts off the end of a chain must change this file, too.

``chain-heads.json`` lies in the instance; it holds the last place of each chain that was sealed here, and each goes
to the log, too. It guards against whoever can write to the database alone. Whoever can also write to the instance
can rewrite both: against her only a head helps that was carried elsewhere (a log server, a backup, an export, paper).
"""

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from app.foundation import chain, settings
from app.foundation.chain import Head, Sealed
from app.foundation.logs import log

NAME = "chain-heads.json"


def keep(session: Session, model: type[Sealed], name: str) -> None:
    """Note how far a chain was sealed, after the commit; a chain that lacks what was noted before is not followed."""
    known, head = read(settings.current().instance), chain.find_head(session, model)
    if known.get(name) == head or find_fault(session, model, known.get(name)):
        return
    _write(settings.current().instance / NAME, {**known, name: head})
    log().info("chain.sealed", chain=name, position=head.position, hash=head.hash)


def read(folder: Path) -> Mapping[str, Head]:
    """Return chain → head as noted in a folder; nothing where no note lies there."""
    try:
        noted = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {name: Head(each["position"], each["hash"]) for name, each in noted.items()}


def find_fault(session: Session, model: type[Sealed], noted: Head | None) -> str | None:
    """Return in English how a chain contradicts the head that was noted; None where it holds it."""
    if noted is None or chain.find_hash(session, model, noted.position) == noted.hash:
        return None
    head = chain.find_head(session, model)
    if head.position < noted.position:
        return f"entry {head.position + 1} is missing: the chain was sealed up to entry {noted.position}"
    return f"entry {noted.position} is not the one that was sealed: {NAME} holds another hash"


def _write(path: Path, heads: Mapping[str, Head]) -> None:
    noted = {name: {"position": head.position, "hash": head.hash} for name, head in sorted(heads.items())}
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    with draft.open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(noted, indent=1) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(path)
