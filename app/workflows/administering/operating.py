"""What an administrator does for the instance: a territory's file before it is taken, letters that were not sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.people import queries as people
from app.formats import mail_file
from app.formats.mail_file import Letter
from app.foundation import settings
from app.foundation.errors import Invalid, NotFound
from app.foundation.files import store
from app.foundation.i18n import N_
from app.workflows.administering.people import is_above


def keep_territory_file(actor: Actor, data: bytes) -> str:
    """Put a territory's file by until it has been looked through, and return the digest to ask for it by.

    Only who looks after the whole territory may: a file can move any unit.
    """
    refuse_part_of_territory(actor)
    if not data.strip():
        raise Invalid("file", N_("This file is empty."))
    return store().put(data)


def read_territory_file(actor: Actor, digest: str) -> bytes:
    """Return a file that was put by."""
    refuse_part_of_territory(actor)
    return store().get(digest)


def refuse_part_of_territory(actor: Actor) -> None:
    """Refuse whoever holds only a part of the territory: a file of units speaks of all of it."""
    require(actor, Permission.TERRITORY_WRITE)
    if not scope_of(actor, Permission.TERRITORY_WRITE).everything:
        raise NotFound


@dataclass(frozen=True, slots=True)
class FiledLetter:
    """A letter with the name that it is filed under."""

    public_id: UUID
    letter: Letter


def list_letters(actor: Actor, page: int, size: int) -> tuple[Sequence[FiledLetter], int]:
    """Return one page of the letters that lie in the instance, the newest first, and how many there are.

    A letter may hold a link that lets its reader in as somebody else: only letters to people within the
    actor's scope are shown, and of those only to whom she is above.
    """
    require(actor, Permission.MAIL_READ)
    paths = _list_files()
    if scope_of(actor, Permission.MAIL_READ).everything:
        chosen = paths[(page - 1) * size : page * size]
        return [_read(path) for path in chosen], len(paths)
    letters = list(_visible(actor, [_read(path) for path in paths]))
    return letters[(page - 1) * size : page * size], len(letters)


def _list_files() -> list[Path]:
    """Return the files, the newest first; without SMTP a letter is a file, and its name its public id."""
    found = [path for path in _folder().glob("*.eml") if _public_id(path) is not None]
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)


def _folder() -> Path:
    return settings.current().instance / "mail"


def _public_id(path: Path) -> UUID | None:
    try:
        return UUID(path.stem)
    except ValueError:
        return None


def _read(path: Path) -> FiledLetter:
    return FiledLetter(UUID(path.stem), mail_file.read(path.read_bytes()))


def _visible(actor: Actor, letters: Sequence[FiledLetter]) -> Iterator[FiledLetter]:
    scope = scope_of(actor, Permission.MAIL_READ)
    if scope.everything:
        yield from letters
        return
    known = people.list_emails(scope, {filed.letter.recipient for filed in letters})
    below = {email for email in known if _is_below(actor, email)}
    yield from (filed for filed in letters if filed.letter.recipient in below)


def _is_below(actor: Actor, email: str) -> bool:
    """Tell whether a person holds nothing that the actor does not: else a link to her would be a granted role."""
    person = people.find_person_by_email(email)
    return person is not None and is_above(actor, person)


def read_letter(actor: Actor, public_id: UUID) -> Letter:
    """Return a letter that lies in the instance."""
    require(actor, Permission.MAIL_READ)
    path = _folder() / f"{public_id}.eml"
    if not path.is_file():
        raise NotFound
    for filed in _visible(actor, [_read(path)]):
        return filed.letter
    raise NotFound
