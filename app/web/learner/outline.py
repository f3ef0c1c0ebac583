"""A course as one learner sees it: her enrolment, her language, what is done and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.models import CourseVersion
from app.domain.catalogue.values import CourseMeta
from app.domain.enrolment import queries as enrolments
from app.domain.enrolment.models import Enrolment
from app.domain.enrolment.queries import Taken
from app.domain.progress import queries as progress
from app.domain.progress.queries import OutlineEntry
from app.domain.progress.rules import is_test_open, modules_wanted
from app.domain.surveys import queries as surveys
from app.foundation.errors import NotFound
from app.foundation.i18n import N_
from app.web.session import choose_locale
from app.workflows import learning, sitting
from app.workflows.sitting import Admission


@dataclass(frozen=True, slots=True)
class CourseView:
    """What every page of a course needs."""

    actor: Actor
    taken: Taken
    meta: CourseMeta
    language: str
    entries: Sequence[OutlineEntry]

    @property
    def slug(self) -> str:
        """The course's address."""
        return self.taken.course.slug

    @property
    def version(self) -> CourseVersion:
        """The newest correction of the learner's edition."""
        return self.taken.version

    @property
    def enrolment(self) -> Enrolment:
        """The learner's enrolment."""
        return self.taken.enrolment

    @property
    def done(self) -> int:
        """How many of the modules are done."""
        return sum(entry.is_done for entry in self.entries)

    @property
    def wanted(self) -> int:
        """How many modules must be done before the test opens."""
        return modules_wanted(self.meta, len(self.entries))

    @property
    def is_test_open(self) -> bool:
        """Whether enough modules are done for the final test."""
        return is_test_open(self.meta, len(self.entries), self.done)

    @property
    def has_newer(self) -> bool:
        """Whether a newer edition exists than the one that the learner is on."""
        return self.taken.course.newest_edition > self.version.edition

    def link(self, endpoint: str, **values: str) -> str:
        """Return an address within the course that keeps the chosen language."""
        if self.language != learning.language_for(self.version.languages, choose_locale()):
            values["lang"] = self.language
        return url_for(endpoint, slug=self.slug, **values)  # type: ignore[arg-type]

    def admission(self) -> Admission:
        """Tell whether the final test may be started now."""
        return sitting.admission(self.actor, self.taken, self.meta)

    def outline(self, current: str | None = None) -> list[dict[str, Any]]:
        """Return the lines of the outline as the layout wants them."""
        return [
            {
                "href": self.link("learner.module", address=entry.address),
                "label": entry.title,
                "state": "done" if entry.is_done else "open",
                "current": entry.address == current,
                "minutes": entry.minutes,
            }
            for entry in self.entries
        ]

    def next_open(self, after: str | None = None) -> str | None:
        """Return the address of the next module that is not done: after a module, else from the start."""
        addresses = [entry.address for entry in self.entries]
        start = addresses.index(after) + 1 if after in addresses else 0
        turned = [*self.entries[start:], *self.entries[:start]]
        return next((entry.address for entry in turned if not entry.is_done), None)

    def around(self, address: str) -> tuple[OutlineEntry | None, OutlineEntry | None]:
        """Return the modules before and after one."""
        place = [entry.address for entry in self.entries].index(address)
        before = self.entries[place - 1] if place else None
        after = self.entries[place + 1] if place + 1 < len(self.entries) else None
        return before, after


def may_answer(actor: Actor, taken: Taken) -> bool:
    """Tell whether the actor may still say what she thinks of a course that she has finished."""
    if taken.enrolment.outcome is None:
        return False
    return not surveys.is_answered(scope_of(actor, Permission.OWN_LEARNING), taken.enrolment)


def load(actor: Actor, slug: str, wanted: str | None) -> CourseView:
    """Return the actor's course in the language wanted, else in that of the interface, else in the source's."""
    scope = scope_of(actor, Permission.OWN_LEARNING)
    taken = enrolments.get_taken(scope, actor.person_id or 0, slug)
    version = taken.version
    if wanted and wanted not in version.languages:
        raise NotFound(N_("This course is not there in that language."))
    language = wanted or learning.language_for(version.languages, choose_locale())
    return CourseView(
        actor=actor,
        taken=taken,
        meta=catalogue.meta_of(version),
        language=language,
        entries=progress.list_outline(scope, taken.enrolment, version.id, language),
    )
