"""Mending a key: what differs from the keys of papers that were taken, the dry run, and the decision.

What is decided is done by ``regrading``, piece by piece.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.models import Course, CourseVersion
from app.domain.corrections import queries as corrections
from app.domain.corrections import rules
from app.domain.corrections import service as mending
from app.domain.corrections.models import Correction
from app.domain.corrections.values import Choice, Compared, Differing, Fairness, Stage
from app.foundation import audit
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid
from app.foundation.i18n import N_
from app.foundation.queue import enqueue
from app.foundation.text import plain

P = Permission


@dataclass(frozen=True, slots=True)
class Offer:
    """A question whose key differs from that of papers which were taken, in words, and what may be done."""

    key: str
    how: Differing
    heading: str
    language: str
    old: str
    new: str
    versions: tuple[str, ...]  # labels
    results: int  # of tests that could draw it

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be done, the usual first."""
        if self.how is Differing.KEY:
            return Choice.MEND, Choice.DROP, Choice.LEAVE
        return Choice.LEAVE, Choice.DROP


@dataclass(frozen=True, slots=True)
class Offers:
    """What differs between the newest version of a course and the papers that were taken of earlier ones."""

    course: Course
    newest: CourseVersion
    keys: tuple[Offer, ...]  # another key
    others: tuple[Offer, ...]  # gone, retired, reworded: no key to mark by
    resting: int  # results of versions of which a key differs


def compare(actor: Actor, slug: str, language: str) -> Offers:
    """Return what differs, in a language where the course has it."""
    course, newest = catalogue.get_newest(slug)
    require(actor, P.COURSE_WRITE, course)
    standing = corrections.list_standing(course)
    offers: dict[tuple[str, Differing, str], Offer] = {}
    resting = 0
    for version, number in corrections.list_sat(scope_of(actor, P.COURSE_WRITE), course):
        if version.id >= newest.id:
            continue
        found = _differing(version, newest, standing)
        resting += number if any(each.how is Differing.KEY for each in found) else 0
        for each in found:
            offer = _offer(each, version, newest, number, language)
            known = offers.get((offer.key, offer.how, offer.old))
            if known is not None:
                offer = replace(
                    known, versions=(*known.versions, version.label), results=known.results + number
                )
            offers[offer.key, offer.how, offer.old] = offer
    keys = tuple(each for each in offers.values() if each.how is Differing.KEY)
    named = {each.key for each in keys}
    others = tuple(
        each for each in offers.values() if each.how is not Differing.KEY and each.key not in named
    )
    return Offers(course, newest, keys, others, resting)


def _differing(
    version: CourseVersion, newest: CourseVersion, standing: Sequence[Correction]
) -> list[Compared]:
    """Return how the questions that a version draws stand to the newest, in each language that both have."""
    found: dict[str, Compared] = {}
    drawn = catalogue.kept_areas_of_pool(newest)
    for language in version.languages:
        for key in catalogue.kept_areas_of_pool(version):
            old = _as_it_counts(version, language, key, standing)
            if old is None or key in found:
                continue
            new = corrections.filed_question(newest, language, key)
            compared = rules.compare(old, new, is_drawn=key in drawn)
            if compared is not None and _differs_in_key(compared, new):
                found[key] = compared
    return list(found.values())


def _differs_in_key(compared: Compared, new: PaperQuestion | None) -> bool:
    """Leave out what only lacks the language: its other languages tell."""
    return new is None or new.body.language == compared.old.body.language


def _as_it_counts(
    version: CourseVersion, language: str, key: str, standing: Sequence[Correction]
) -> PaperQuestion | None:
    """Return a question with the key that counts on papers of a version now; None where it was left out."""
    filed = corrections.filed_question(version, language, key)
    if filed is None:
        return None
    counts = rules.as_laid(filed)
    for correction in standing:
        choice = correction.choices.get(key)
        if choice is None or version.id >= correction.version_id:
            continue
        if choice == Choice.DROP.value:
            return None
        mended = corrections.filed_question(catalogue.get_version(correction.version_id), language, key)
        counts = (rules.amend(counts, mended) if mended is not None else None) or counts
    return counts


def _offer(
    each: Compared, version: CourseVersion, newest: CourseVersion, number: int, language: str
) -> Offer:
    """Put a difference in words: in the reader's language where both versions have it."""
    old, new = each.old, each.new
    if language in version.languages and language in newest.languages:
        filed = corrections.filed_question(version, language, each.key)
        other = corrections.filed_question(newest, language, each.key)
        if filed is not None and (new is None or other is not None) and not _has_history(each, filed):
            old, new = rules.as_laid(filed), None if other is None else rules.as_laid(other)
    return Offer(
        key=each.key,
        how=each.how,
        heading=plain(old.body.heading),
        language=old.body.language,
        old=rules.say_key(old),
        new=rules.say_key(new) if new is not None and each.how is Differing.KEY else "",
        versions=(version.label,),
        results=number,
    )


def _has_history(each: Compared, filed: PaperQuestion) -> bool:
    """Tell whether a correction has changed the key that counts before."""
    same = each.old.body == filed.body
    return same and not rules.marks_alike(each.old, rules.as_laid(filed))


def count_resting(actor: Actor, slug: str, language: str) -> int:
    """Return how many results rest on another key than the newest version's."""
    return compare(actor, slug, language).resting


def begin(actor: Actor, slug: str, choices: Mapping[str, str]) -> UUID:
    """Begin the dry run of a correction in the place of one that nobody decided; ``choices`` by key of question."""
    with transaction():
        course = catalogue.get_course_to_publish(slug)
        require(actor, P.COURSE_WRITE, course)
        offers = compare(actor, slug, "")
        wanted = _read_choices(offers, choices)
        open_one = corrections.find_open(course)
        if open_one is not None and open_one.stage == Stage.APPLYING.value:
            raise Conflict(N_("A correction of this course is being applied: wait until it is done."))
        if open_one is not None:
            mending.discard(open_one)
        correction = mending.begin(course, offers.newest, wanted, actor.name)
        enqueue("corrections.reckon", correction=str(correction.public_id))
        audit.record(actor.name, "correction.begin", correction.public_id, course=slug, questions=len(wanted))
    return correction.public_id


def _read_choices(offers: Offers, choices: Mapping[str, str]) -> dict[str, Choice]:
    """Return what is to be mended or dropped; raises Invalid."""
    wanted: dict[str, Choice] = {}
    for offer in (*offers.keys, *offers.others):
        given = choices.get(offer.key, Choice.LEAVE.value)
        if given not in {each.value for each in offer.choices}:
            raise Invalid("choices", N_("This cannot be done with this question."))
        if given != Choice.LEAVE.value:
            wanted[offer.key] = Choice(given)
    if not wanted:
        raise Invalid("choices", N_("Choose at least one question that is to be mended or dropped."))
    return wanted


def decide(actor: Actor, correction_id: UUID, fairness: Fairness, reason: str) -> bool:
    """Let the results follow from a dry run; False where what it rests on has changed, and it is made anew."""
    with transaction():
        scope = scope_of(actor, P.KEY_MEND)
        course = corrections.get_correction(scope, correction_id).course
        catalogue.get_course_to_publish(course.slug)
        correction = corrections.get_correction(scope, correction_id, is_locked=True)
        require(actor, P.KEY_MEND, correction.course)
        if correction.stage != Stage.READY.value:
            raise Conflict(N_("This correction is not waiting for a decision."))
        why = rules.read_reason(reason)
        newest = catalogue.find_newest_version(course.slug)
        is_same = newest is not None and newest.id == correction.version_id
        if not is_same:
            raise Conflict(
                N_("Another version was published meanwhile. Look at what differs now, and begin anew.")
            )
        if corrections.situation_of(scope, correction) != correction.situation:
            mending.begin_anew(correction)
            enqueue("corrections.reckon", correction=str(correction_id))
            audit.record(actor.name, "correction.anew", correction_id)
            return False
        mending.decide(correction, fairness, why, actor.name, actor.full_name)
        enqueue("corrections.apply", correction=str(correction_id))
        audit.record(actor.name, "correction.decide", correction_id, rule=fairness.value, reason=why)
    return True
