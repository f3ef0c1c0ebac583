"""What may be told to reports: a file is asked for, made, or refused."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete

from app.domain.reports.models import ReportFile
from app.foundation import clock, ids
from app.foundation.db import session


def ask(
    person_id: int,
    name: str,
    parameters: Mapping[str, object],
    paths: Sequence[str],
    row_total: int | None = None,
) -> ReportFile:
    """Write down that a person wants a file."""
    asked = ReportFile(
        public_id=ids.public_id(),
        person_id=person_id,
        name=name,
        parameters=dict(parameters),
        paths=list(paths),
        asked_at=clock.now(),
        row_total=row_total,
    )
    session().add(asked)
    session().flush()
    return asked


def keep(asked: ReportFile, digest: str, row_count: int) -> None:
    """Note which stored file was made."""
    asked.file_digest, asked.row_count, asked.made_at = digest, row_count, clock.now()


def note_progress(asked: ReportFile, row_count: int, row_total: int) -> None:
    """Note how far the making is."""
    asked.row_count, asked.row_total = row_count, row_total


def refuse(asked: ReportFile) -> None:
    """Note that the file will not be made: its asker may no longer see what it would hold."""
    asked.refused_at = clock.now()


def let_go(asked: ReportFile) -> None:
    """Note that the file is there no more; one that is still being made counts as made, and is not kept."""
    asked.made_at, asked.file_digest = asked.made_at or clock.now(), None


def forget(person_id: int) -> None:
    """Let the files that somebody who is erased has asked for be gone."""
    session().execute(delete(ReportFile).where(ReportFile.person_id == person_id))
