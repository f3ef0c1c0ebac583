"""Mending a key: what differs from the keys of papers that were taken, the dry run, and the decision.

What is decided is done by ``regrading``, piece by piece.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

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
from app.domain.territory import queries as territory
from app.formats import paper_pdf
from app.formats.paper_pdf import Imprint
from app.foundation import audit
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid
from app.foundation.i18n import N_, content_language, translate
from app.foundation.queue import enqueue
from app.foundation.text import plain, required

P = Permission
_NOT_WAITING = N_("This correction is not waiting for a decision.")


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
    is_first: bool = True  # the others of the same question say another old key

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
            pair = _pair(version, newest, each.key, language, standing)
            offer = _offer(each, pair, version.label, number)
            known = offers.get((offer.key, offer.how, offer.old))
            if known is None:
                offer = replace(offer, is_first=offer.key not in {key for key, _how, _old in offers})
            else:
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
            old = corrections.as_it_counts(version, language, key, standing)
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


def _pair(
    version: CourseVersion, newest: CourseVersion, key: str, language: str, standing: Sequence[Correction]
) -> tuple[PaperQuestion | None, PaperQuestion | None]:
    """Return a question as it counts and as it is in the newest version, in a language that both have."""
    has_both = language in version.languages and language in newest.languages
    spoken = language if has_both else str(version.languages[0])
    new = corrections.filed_question(newest, spoken, key)
    return corrections.as_it_counts(version, spoken, key, standing), None if new is None else rules.as_laid(
        new
    )


def _offer(
    each: Compared, pair: tuple[PaperQuestion | None, PaperQuestion | None], label: str, number: int
) -> Offer:
    """Put a difference in words."""
    old, new = pair[0] or each.old, pair[1]
    return Offer(
        key=each.key,
        how=each.how,
        heading=plain(old.body.heading),
        language=old.body.language,
        old=rules.say_key(old),
        new=rules.say_key(new) if new is not None and each.how is Differing.KEY else "",
        versions=(label,),
        results=number,
    )


@dataclass(frozen=True, slots=True)
class Mended:
    """A question of a correction in words; ``new`` is empty where it was dropped."""

    key: str
    choice: Choice
    heading: str
    language: str
    old: str
    new: str
    versions: tuple[str, ...]


def list_mended(actor: Actor, correction: Correction, language: str) -> Sequence[Mended]:
    """Return what a correction is about, by question, in a language where the course has it."""
    require(actor, P.COURSE_WRITE, correction.course)
    standing = [each for each in corrections.list_standing(correction.course) if each.id < correction.id]
    found: dict[tuple[str, str], Mended] = {}
    for version, _number in corrections.list_sat(scope_of(actor, P.COURSE_WRITE), correction.course):
        if version.id >= correction.version_id:
            continue
        for key, choice in correction.choices.items():
            old, new = _pair(version, correction.version, key, language, standing)
            if old is None or (new is not None and choice == Choice.MEND.value and not _is_mended(old, new)):
                continue
            mended = _mended(key, Choice(choice), old, new, version.label)
            known = found.get((key, mended.old))
            labels = (*known.versions, version.label) if known is not None else mended.versions
            found[key, mended.old] = replace(mended, versions=labels)
    return list(found.values())


def _is_mended(old: PaperQuestion, new: PaperQuestion) -> bool:
    amended = rules.amend(old, new)
    return amended is not None and not rules.marks_alike(old, amended)


def _mended(key: str, choice: Choice, old: PaperQuestion, new: PaperQuestion | None, label: str) -> Mended:
    return Mended(
        key=key,
        choice=choice,
        heading=plain(old.body.heading),
        language=old.body.language,
        old=rules.say_key(old),
        new=rules.say_key(new) if new is not None and choice is Choice.MEND else "",
        versions=(label,),
    )


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


def check(actor: Actor, correction_id: UUID, reason: str) -> None:
    """See whether a correction can be decided with a reason, before anybody is asked to confirm it."""
    correction = corrections.get_correction(scope_of(actor, P.KEY_MEND), correction_id)
    require(actor, P.KEY_MEND, correction.course)
    if correction.stage != Stage.READY.value:
        raise Conflict(_NOT_WAITING)
    required(reason, "reason", rules.LONGEST_REASON, N_("Write the reason."))


def decide(actor: Actor, correction_id: UUID, fairness: Fairness, reason: str) -> bool:
    """Let the results follow from a dry run; False where what it rests on has changed, and it is made anew."""
    with transaction():
        scope = scope_of(actor, P.KEY_MEND)
        course = corrections.get_correction(scope, correction_id).course
        catalogue.get_course_to_publish(course.slug)
        correction = corrections.get_correction(scope, correction_id, is_locked=True)
        require(actor, P.KEY_MEND, correction.course)
        if correction.stage != Stage.READY.value:
            raise Conflict(_NOT_WAITING)
        why = required(reason, "reason", rules.LONGEST_REASON, N_("Write the reason."))
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


def write_protocol(actor: Actor, correction_id: UUID, locale: str) -> bytes:
    """Return the protocol of a correction that is done, as PDF; equal bytes each time for the same reader's language.

    It names attempts and certificates, and no learner.
    """
    scope = scope_of(actor, P.COURSE_WRITE)
    correction = corrections.get_correction(scope, correction_id)
    require(actor, P.COURSE_WRITE, correction.course)
    if correction.done_at is None or correction.fairness is None:
        raise Conflict(N_("The protocol is written when everything is applied."))
    zone = ZoneInfo(territory.zone_of(correction.course.owner_unit))
    day = correction.done_at.astimezone(zone).date()
    fairness, language = Fairness(correction.fairness), content_language(locale)
    lines, _count = corrections.list_changed(scope, correction)
    values = {
        "correction": correction,
        "course": _title(correction.version.titles, language),
        "questions": list_mended(actor, correction, language),
        "sums": corrections.sum_up(scope, correction, fairness, day),
        "is_kind": fairness is Fairness.NOBODY_LOSES,
        "lines": lines,
        "say": lambda message: translate(locale, message),
    }
    title = translate(locale, N_("Protocol of the correction of a test"))
    imprint = Imprint(title, correction.course.owner_unit.name, day)
    return paper_pdf.write("correction", locale, zone, imprint, values)


def _title(titles: Mapping[str, str], language: str) -> str:
    return titles.get(language) or next(iter(titles.values()))
