"""Files of many certificates as the worker makes them: a ZIP of the documents, a file to print, a list to sign."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import TypeAlias
from zoneinfo import ZoneInfo

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.reports import service as reports
from app.domain.reports.models import ReportFile
from app.domain.reports.queries import awards, files, places
from app.domain.reports.rules import selections
from app.domain.reports.values import Award, AwardFilter, Handout, Period
from app.formats import handout_files, paper_pdf, report_files
from app.foundation import clock
from app.foundation.db import transaction
from app.foundation.errors import NotFound, Unready
from app.foundation.files import DamagedFile, store
from app.foundation.i18n import N_, content_language, translate
from app.foundation.logs import log
from app.workflows import reporting

P = Permission
_NOTED_EACH = 100
"""After how many documents the page that waits is told."""
Note: TypeAlias = Callable[[int], None]
"""Tells how many documents are in the file by now."""


def make_file(actor: Actor, report_id: int) -> None:
    """Make a file of certificates that a person asked for, from how they stand now."""
    reporting.fulfil(actor, report_id, _make)


@dataclass(slots=True)
class _Making:
    """A file on its way: for whom, of which certificates, and which of these have no document to put in."""

    asker: Actor
    found: Sequence[Award]
    made_at: datetime
    note: Note
    missing: list[Award] = field(default_factory=list)

    def documents(self, digests: Sequence[str | None]) -> Iterator[tuple[int, bytes]]:
        """Yield place and document of each certificate that has one, held one at a time."""
        for place, digest in enumerate(digests):
            content = _read(digest)
            if content is None:
                self.missing.append(self.found[place])
            else:
                yield place, content
            if place % _NOTED_EACH == 0:
                self.note(place + 1 - len(self.missing))


def _make(asker: Actor, promised: ReportFile) -> tuple[str, int]:
    asked, handout = _read_asked(asker, promised), Handout(promised.parameters["handout"])
    found = awards.list_awards(scope_of(asker, P.CERTIFICATE_READ), asked, reporting.today_of(asker))
    report_id = promised.id

    def note(count: int) -> None:
        with transaction():
            kept = files.get_file_by_id(scope_of(asker, P.OWN_LEARNING), report_id)
            reports.note_progress(kept, count, len(found))

    note(0)
    making = _Making(asker, found, clock.now(), note)
    digest = _MAKERS[handout](making)
    return digest, len(found) - len(making.missing)


def _read_asked(asker: Actor, promised: ReportFile) -> AwardFilter:
    wanted = promised.parameters
    period = Period(
        selections.read_day("from", wanted["from"] or ""), selections.read_day("to", wanted["to"] or "")
    )
    scope = scope_of(asker, P.CERTIFICATE_READ)
    selection = places.get_selection(scope, wanted["unit"], period, wanted["course"])
    return AwardFilter(selection, selections.read_award_state(wanted["state"]))


def _read(digest: str | None) -> bytes | None:
    """Return a stored document; None where it is not made yet, or is not what it was."""
    if digest is None:
        return None
    try:
        return store().get(digest)
    except (NotFound, DamagedFile) as error:
        log().error("handing.damaged", digest=digest, error=type(error).__name__)
        return None


def _pack(making: _Making) -> str:
    """Put the signed documents into a ZIP, and a text that says whose are not in it.

    It is of the day of the latest completion in it: who takes the same certificates again gets the same file.
    """
    day = max((each.completed_on for each in making.found), default=making.made_at.date())
    return store().put_each(report_files.bundle(_entries(making), datetime.combine(day, time(), UTC)))


def _entries(making: _Making) -> Iterator[tuple[str, tuple[bytes]]]:
    names = list(handout_files.name_each((each.number, each.family_name) for each in making.found))
    for place, content in making.documents([each.signed_digest for each in making.found]):
        yield names[place], (content,)
    if making.missing:
        yield "missing.txt", (_missing(making),)


def _missing(making: _Making) -> bytes:
    locale = making.asker.locale
    unsigned, damaged = N_("its document is not signed yet"), N_("its stored document is damaged")
    lines = [
        f"{each.number} {each.name}, {each.workplace}: "
        + translate(locale, damaged if each.signed_digest else unsigned)
        for each in making.missing
    ]
    return handout_files.write_missing(
        translate(locale, N_("These certificates are not in this ZIP:")), lines
    )


def _print(making: _Making) -> str:
    """Put the pages of all documents into one file; without a single page there is none to make yet."""
    locale = making.asker.locale
    documents = making.documents([each.file_digest for each in making.found])
    title = translate(locale, N_("Certificates to print"))
    about = translate(
        locale, N_("A file to print. It is no signed document: each certificate has one of its own.")
    )
    content = handout_files.merge(
        (document for _, document in documents), title, about, content_language(locale)
    )
    if len(making.missing) == len(making.found):
        raise Unready(N_("Your file is being made. It will be here in a moment."))
    return store().put(content)


def _list(making: _Making) -> str:
    """Set the list that people sign when they are given their certificates."""
    asker, zone = making.asker, ZoneInfo(making.asker.zone)
    title = translate(asker.locale, N_("Handing over of certificates"))
    day = making.made_at.astimezone(zone).date()
    imprint = paper_pdf.Imprint(title=title, author=asker.full_name, made_on=day)
    values = {"found": making.found, "made_at": making.made_at, "asker": asker.full_name}
    return store().put(paper_pdf.write("handing_over", asker.locale, zone, imprint, values))


_MAKERS: dict[Handout, Callable[[_Making], str]] = {
    Handout.FILES: _pack,
    Handout.PRINT: _print,
    Handout.LIST: _list,
}
