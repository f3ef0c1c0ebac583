"""Words to people by mail: rendered in the person's language, promised in a transaction, sent by the worker."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.numbers import format_percent

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments import queries as attempts
from app.domain.assessments.models import Attempt
from app.domain.catalogue.queries import get_newest, get_version, meta_of
from app.domain.certificates import queries as register
from app.domain.corrections import queries as corrections
from app.domain.corrections import service as corrected
from app.domain.corrections.values import Fairness
from app.domain.enrolment import queries as enrolments
from app.domain.examinations import queries as exams
from app.domain.examinations.models import ExamDate
from app.domain.people import queries as people
from app.domain.people.models import Person
from app.domain.territory import queries as territory
from app.formats import mail_text
from app.foundation import mail, settings
from app.foundation.db import transaction
from app.foundation.i18n import content_language


def post(person: Person, name: str, **values: str) -> None:
    """Promise a mail of ``app/mails`` to a person, inside the transaction of the act that she is told of.

    To whoever was erased nothing is sent.
    """
    if person.erased_at is not None:
        return
    base_url = settings.current().base_url
    words = mail_text.render(name, person.locale, {"name": person.full_name, "base_url": base_url, **values})
    mail.post(person.email, words.subject, words.text, words.html)


def tell_of_sign_in(actor: Actor, person: str, at: str) -> None:
    """Tell a person that somebody signed in as her from a browser that was not known; ``at`` is ISO 8601."""
    with transaction():
        told = people.get_person(scope_of(actor, Permission.PERSON_READ), UUID(person))
        require(actor, Permission.PERSON_READ, told)
        zone = told.time_zone or territory.zone_of(told.unit)
        moment = datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
        post(told, "sign_in_notice", moment=f"{moment:%Y-%m-%d %H:%M} ({zone})", link="/account/reset")


def tell_of_extra_attempt(actor: Actor, enrolment: str) -> None:
    """Tell a learner that she may try once more."""
    require(actor, Permission.PERSON_READ)
    with transaction():
        taken = enrolments.get_taken_by_public_id(scope_of(actor, Permission.ENROLMENT_READ), UUID(enrolment))
        person = people.get_owner(scope_of(actor, Permission.PERSON_READ), taken.enrolment.person_id)
        titles = meta_of(taken.version).title
        title = titles.get(content_language(person.locale)) or next(iter(titles.values()))
        post(person, "extra_attempt", course=title, link=f"/learn/{taken.course.slug}/test")


def tell_of_extra_time(actor: Actor, attempt: str, minutes: int) -> None:
    """Tell a learner that an attempt runs longer, or is open again."""
    require(actor, Permission.PERSON_READ)
    with transaction():
        sitting, person, course = _find_sitting(actor, attempt)
        times = attempts.record_of(sitting).extra_times
        link = f"/attempts/{sitting.public_id}"
        post(person, "extra_time", course=course, minutes=str(minutes), reason=times[-1].reason, link=link)


def tell_of_annulment(actor: Actor, attempt: str) -> None:
    """Tell a learner that an attempt does not count, and why."""
    require(actor, Permission.PERSON_READ)
    with transaction():
        sitting, person, course = _find_sitting(actor, attempt)
        day = f"{sitting.started_at.astimezone(ZoneInfo(territory.zone_of(person.unit))):%Y-%m-%d}"
        link = f"/attempts/{sitting.public_id}/result"
        post(person, "annulled", course=course, day=day, reason=sitting.annulment or "", link=link)


def tell_of_correction(actor: Actor, result: int) -> None:
    """Tell a learner that her result is another since a key was mended; she is told once."""
    require(actor, Permission.PERSON_READ)
    with transaction():
        found = corrections.find_result(scope_of(actor, Permission.KEY_MEND), result)
        if found is None or found[0].told_at is not None:
            return
        kept, correction, sitting = found
        corrected.note_told(kept)
        person = people.get_owner(scope_of(actor, Permission.PERSON_READ), sitting.person_id)
        titles = get_version(sitting.version_id).titles
        is_kind = correction.fairness == Fairness.NOBODY_LOSES
        values = {
            "course": titles.get(content_language(person.locale)) or next(iter(titles.values())),
            "day": f"{sitting.started_at.astimezone(ZoneInfo(territory.zone_of(person.unit))):%Y-%m-%d}",
            "reason": correction.reason or "",
            "before": _percent(kept.old_mark, person.locale),
            "mark": _percent(kept.kind_mark if is_kind else kept.strict_mark, person.locale),
            "was_passed": "yes" if kept.was_passed else "",
            "is_passed": "yes" if (kept.kind_passed if is_kind else kept.strict_passed) else "",
            "touch": kept.touch or "",
            "certificate": kept.certificate or "",
            "successor": kept.successor or "",
            "office": correction.course.owner_unit.name,
            "link": f"/attempts/{sitting.public_id}/result",
        }
        post(person, "corrected", **values)


def _percent(mark: int | None, locale: str) -> str:
    """Return a mark of basis points in percent, at most two decimals."""
    return format_percent((mark or 0) / 10_000, locale=locale, decimal_quantization=False)


def _find_sitting(actor: Actor, attempt: str) -> tuple[Attempt, Person, str]:
    """Return an attempt, its learner, and the title of its course in her language."""
    sitting, _paper = attempts.get_attempt(scope_of(actor, Permission.ATTEMPT_READ), UUID(attempt))
    person = people.get_owner(scope_of(actor, Permission.PERSON_READ), sitting.person_id)
    titles = get_version(sitting.version_id).titles
    return sitting, person, titles.get(content_language(person.locale)) or next(iter(titles.values()))


def tell_of_revocation(actor: Actor, code: str) -> None:
    """Tell the holder of a certificate that it is valid no more, and why."""
    require(actor, Permission.PERSON_READ)
    with transaction():
        held = register.get_certificate(scope_of(actor, Permission.CERTIFICATE_READ), code)
        person = people.get_owner(scope_of(actor, Permission.PERSON_READ), held.person_id)
        ending = register.find_ending(held)
        values = {"number": held.number, "course": str(held.snapshot["course_title"])}
        post(person, "revoked", reason=ending.reason if ending else "", link=f"/verify/{held.code}", **values)


def tell_of_mark(actor: Actor, attempt: str) -> None:
    """Tell a learner that the tasks of her test are marked."""
    _tell_of_work(actor, attempt, "work_marked", f"/attempts/{attempt}/result")


def tell_of_return(actor: Actor, attempt: str, position: int) -> None:
    """Tell a learner that her work on a task came back to her."""
    _tell_of_work(actor, attempt, "work_returned", f"/attempts/{attempt}/works/{position}")


def _tell_of_work(actor: Actor, attempt: str, name: str, link: str) -> None:
    require(actor, Permission.PERSON_READ)
    with transaction():
        _sitting, person, course = _find_sitting(actor, attempt)
        post(person, name, course=course, link=link)


def tell_of_exam(actor: Actor, seat: str) -> None:
    """Tell somebody when and where she sits a test under supervision; her code she gets there."""
    require(actor, Permission.PERSON_READ)
    with transaction():
        found = exams.get_seat_to_tell(scope_of(actor, Permission.PERSON_READ), UUID(seat))
        person = people.get_owner(scope_of(actor, Permission.PERSON_READ), found.person_id)
        if not found.date.is_over:
            _post_of_date(person, "exam_named", found.date, f"/learn/{found.date.course.slug}/test")


def tell_of_cancelled_exam(actor: Actor, seat: str) -> None:
    """Tell somebody that a date at which she was to sit a test does not take place, and why."""
    require(actor, Permission.PERSON_READ)
    with transaction():
        found = exams.get_seat_to_tell(scope_of(actor, Permission.PERSON_READ), UUID(seat))
        person = people.get_owner(scope_of(actor, Permission.PERSON_READ), found.person_id)
        reason, link = found.date.cancellation or "", f"/learn/{found.date.course.slug}/test"
        _post_of_date(person, "exam_cancelled", found.date, link, reason=reason)


def tell_proctor(actor: Actor, date: str) -> None:
    """Tell somebody that she supervises a test, when and where."""
    require(actor, Permission.PERSON_READ)
    with transaction():
        found = exams.get_date_to_tell(scope_of(actor, Permission.PERSON_READ), UUID(date))
        person = people.get_owner(scope_of(actor, Permission.PERSON_READ), found.proctor_id)
        _post_of_date(person, "exam_proctor", found, f"/proctor/{found.public_id}")


def _post_of_date(person: Person, name: str, date: ExamDate, link: str, **more: str) -> None:
    """Promise a mail about an exam date, in the language of whom it is for, times in her zone."""
    zone = ZoneInfo(person.time_zone or territory.zone_of(person.unit))
    _course, version = get_newest(date.course.slug)
    titles = version.titles
    opens, closes = date.opens_at.astimezone(zone), date.closes_at.astimezone(zone)
    post(
        person,
        name,
        course=titles.get(content_language(person.locale)) or next(iter(titles.values())),
        place=date.place,
        unit=date.unit.name,
        begins=f"{opens:%Y-%m-%d %H:%M}",
        ends=f"{closes:%H:%M}" if opens.date() == closes.date() else f"{closes:%Y-%m-%d %H:%M}",
        zone=zone.key,
        link=link,
        **more,
    )


def send(actor: Actor, message_id: int) -> None:
    """Send a message that was written down; sent once, it is not sent again."""
    require(actor, Permission.MAIL_READ)
    message = mail.get_unsent(message_id)
    if message is None:
        return
    mail.send(mail.compose(message, settings.current()), settings.current())
    with transaction():
        again = mail.get_unsent(message_id)
        if again is not None:
            mail.mark_sent(again)
