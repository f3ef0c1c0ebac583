"""What a course cannot know by itself: which units there are to own it, and which other courses."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.formats.report import Report
from app.foundation.i18n import N_


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Known codes of units, known courses with their prerequisites, known designs of certificates with their kinds.

    None stands for what is not known at all, as owners before a territory is loaded, and is not checked.
    """

    owners: frozenset[str] | None = None
    courses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    designs: Mapping[str, tuple[str, ...]] | None = None


def check_owner(owner: str, line: int, surroundings: Surroundings, report: Report) -> None:
    """Tell an owner that the territory does not have."""
    if owner and surroundings.owners is not None and owner not in surroundings.owners:
        report.error(line, N_("There is no unit with the code “%(code)s”: correct the owner."), code=owner)


def check_design(design: str, kind: str, line: int, surroundings: Surroundings, report: Report) -> None:
    """Tell a design of certificates that does not exist, or that is made for others."""
    if surroundings.designs is None:
        return
    kinds = surroundings.designs.get(design)
    if kinds is None:
        report.error(
            line, N_("There is no design “%(design)s” in certificates/: correct its name."), design=design
        )
    elif kind not in kinds:
        report.error(
            line,
            N_("The design “%(design)s” is made for %(kinds)s, not for %(kind)s: choose another."),
            design=design,
            kinds=", ".join(kinds),
            kind=kind,
        )


def check_prerequisites(
    slug: str, prerequisites: tuple[str, ...], line: int, surroundings: Surroundings, report: Report
) -> None:
    """Tell prerequisites that do not exist or that lead back to the course itself."""
    known = {**surroundings.courses, slug: prerequisites}
    for prerequisite in prerequisites:
        if prerequisite not in known:
            report.error(line, N_("There is no course “%(course)s”: correct its id."), course=prerequisite)
        elif slug in _all_before(prerequisite, known):
            report.error(
                line,
                N_("The prerequisite “%(course)s” leads back to this course: nobody could begin either."),
                course=prerequisite,
            )


def _all_before(slug: str, known: Mapping[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    waiting = [slug]
    while waiting:
        course = waiting.pop()
        if course not in found:
            found.add(course)
            waiting.extend(known.get(course, ()))
    return found
