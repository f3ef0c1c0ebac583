"""What may be told to renewals: a step is dealt with; older certificates end on a day; that is carried out."""

from datetime import date

from app.domain.catalogue.models import Course
from app.domain.certificates.models import Certificate
from app.domain.renewals.models import Reminder, Shortening
from app.foundation import clock
from app.foundation.db import session


def note_step(certificate: Certificate, step: int) -> None:
    """Note that a step before the end of a certificate is dealt with; the caller has seen that it was not."""
    session().add(Reminder(certificate_id=certificate.id, step=step, at=clock.now()))
    session().flush()


def decide_end(course: Course, ends_on: date, by: str, reason: str) -> Shortening:
    """Decide that certificates of the editions of a course before the present one end on a day at the latest."""
    made = Shortening(
        course_id=course.id,
        edition=course.newest_edition,
        ends_on=ends_on,
        reason=reason,
        decided_at=clock.now(),
        decided_by=by,
    )
    session().add(made)
    session().flush()
    return made


def close(shortening: Shortening) -> None:
    """Note that a decision is carried out."""
    shortening.done_at = clock.now()
