"""The catalogue as it is shown: found, sorted and in the reader's language."""

from collections.abc import Sequence
from datetime import timedelta

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.models import CourseVersion
from app.domain.catalogue.values import CourseMeta
from app.domain.enrolment import queries as enrolments
from app.foundation import clock, settings
from app.foundation.text import fold, sort_key
from app.workflows.learning import language_for


def language_of(version: CourseVersion, locale: str) -> str:
    """Return the content language in which a course is shown to a reader of a locale."""
    return language_for(version.languages, locale)


def find(
    locale: str, q: str = "", track: str = "", language: str = "", level: str = ""
) -> list[tuple[CourseVersion, CourseMeta, str]]:
    """Return the published courses that fit, each with the language to show it in, by title."""
    found = []
    for _course, version in catalogue.list_newest():
        meta = catalogue.meta_of(version)
        is_wanted = (
            track in {"", version.track}
            and level in {"", version.level}
            and (not language or language in version.languages)
            and all(word in _searched(meta) for word in fold(q).split())
        )
        if is_wanted:
            found.append((version, meta, language_of(version, locale)))
    return sorted(found, key=lambda each: sort_key(each[1].title.get(each[2], ""), locale))


def _searched(meta: CourseMeta) -> str:
    objectives = [text for texts in meta.objectives.values() for text in texts]
    return fold(" ".join([*meta.title.values(), *meta.summary.values(), *objectives]))


def languages() -> list[str]:
    """Return every language that some course is in."""
    return sorted({tag for _course, version in catalogue.list_newest() for tag in version.languages})


def is_in_review(version: CourseVersion) -> bool:
    """Tell whether the day is past by which the content had to be confirmed: nobody can enrol until it is."""
    return version.review_by is not None and version.review_by < clock.now().date()


def count_drawn(version: CourseVersion, meta: CourseMeta) -> int:
    """Return how many questions the final test draws."""
    if meta.assessment is None:
        return 0
    pool = catalogue.areas_of_pool(version.id)
    draw = meta.assessment.draw or dict.fromkeys(pool.values())
    return sum(
        number if number is not None else list(pool.values()).count(area) for area, number in draw.items()
    )


def titles_of(slugs: Sequence[str], language: str) -> list[tuple[str, str]]:
    """Return slug and title of courses."""
    known = {course.slug: version for course, version in catalogue.list_newest()}
    return [
        (slug, known[slug].titles.get(language) or next(iter(known[slug].titles.values())))
        for slug in slugs
        if slug in known
    ]


def about(slug: str, actor: Actor | None, locale: str) -> dict[str, object]:
    """Return what the page of a course shows: the course, and how the reader stands to it."""
    course, version = catalogue.get_newest(slug)
    meta, language = catalogue.meta_of(version), language_of(version, locale)
    own = scope_of(actor, Permission.OWN_LEARNING) if actor else None
    return {
        "about": course,
        "version": version,
        "meta": meta,
        "language": language,
        "modules": catalogue.list_modules(version.id, language),
        "taken": enrolments.find_taken(own, actor.person_id or 0, slug) if actor and own else None,
        "is_in_review": is_in_review(version),
        "questions": count_drawn(version, meta),
        "needed": titles_of(meta.prerequisites, language),
    }


def security_text() -> str:
    """Return the text of /.well-known/security.txt; it expires within a year, as RFC 9116 asks."""
    expires = (clock.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    base = settings.current().base_url
    return f"Contact: {base}/help\nExpires: {expires}\nCanonical: {base}/.well-known/security.txt\n"
