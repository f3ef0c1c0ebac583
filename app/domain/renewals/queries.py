"""Every question put to renewals: certificates that end soon, decisions, and what would follow from one."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, null, or_, select
from sqlalchemy.orm import joinedload

from app.domain.catalogue.models import Course, Edition
from app.domain.certificates.models import Certificate
from app.domain.enrolment.models import Enrolment
from app.domain.renewals.models import Reminder, Shortening
from app.domain.renewals.rules import STEPS
from app.domain.renewals.values import EndCount, HeldCount
from app.domain.territory.models import Unit
from app.domain.territory.values import Scope
from app.foundation.db import session
from app.foundation.errors import NotFound


def _is_good() -> ColumnElement[bool]:
    return and_(Certificate.revoked_at.is_(None), Certificate.superseded_at.is_(None))


def list_good(scope: Scope, person_id: int) -> Sequence[Certificate]:
    """Return a person's certificates of courses within a scope that are neither revoked nor superseded.

    The newest comes first. Certificates of programmes have no end, and renew nothing.
    """
    held = select(Certificate).where(
        Certificate.person_id == person_id,
        Certificate.enrolment_id.is_not(None),
        _is_good(),
        scope.within(Certificate.unit_path, Certificate.person_id),
    )
    return session().scalars(held.order_by(Certificate.id.desc())).all()


def list_to_remind(scope: Scope, issuer_unit_id: int, today: date, limit: int) -> Sequence[int]:
    """Return the ids of an issuer's certificates within a scope whose present step before the end is not dealt with.

    ``today`` is the day in the issuer's zone; the soonest end comes first.
    """
    ends = Certificate.valid_until
    reached = [(ends <= today + timedelta(days=days), literal(days)) for days in sorted(STEPS)]
    noted = (
        select(Reminder.step)
        .where(Reminder.certificate_id == Certificate.id, Reminder.step == case(*reached))
        .exists()
    )
    ending = select(Certificate.id).where(
        Certificate.issuer_unit_id == issuer_unit_id,
        ends.between(today, today + timedelta(days=max(STEPS))),
        _is_good(),
        ~noted,
        scope.within(Certificate.unit_path),
    )
    return session().scalars(ending.order_by(ends, Certificate.id).limit(limit)).all()


def find_good(scope: Scope, certificate_id: int) -> Certificate | None:
    """Return a certificate within a scope, locked, unless it is revoked or superseded."""
    held = select(Certificate).where(
        Certificate.id == certificate_id, _is_good(), scope.within(Certificate.unit_path)
    )
    return session().scalar(held.with_for_update().execution_options(populate_existing=True))


def is_dealt_with(certificate: Certificate, step: int) -> bool:
    """Tell whether a step before the end of a certificate that was found already is dealt with."""
    return session().get(Reminder, (certificate.id, step)) is not None


def find_end(course_id: int, edition: int) -> date | None:
    """Return the day until which certificates of an edition of a course are valid at the longest, or None."""
    decided = select(func.min(Shortening.ends_on)).where(
        Shortening.course_id == course_id, Shortening.edition > edition
    )
    return session().scalar(decided)


def find_shortening(scope: Scope, course: Course) -> Shortening | None:
    """Return what was decided about certificates of the editions before a course's present one, or None."""
    decided = (
        select(Shortening)
        .join(Course)
        .where(
            Shortening.course_id == course.id,
            Shortening.edition == course.newest_edition,
            scope.within(Course.owner_path),
        )
    )
    return session().scalar(decided)


def list_shortenings(scope: Scope, course: Course) -> Sequence[Shortening]:
    """Return what was decided about certificates of older editions of a course within a scope, the newest first."""
    decided = (
        select(Shortening)
        .join(Course)
        .where(Shortening.course_id == course.id, scope.within(Course.owner_path))
    )
    return session().scalars(decided.order_by(Shortening.edition.desc())).all()


def list_open_shortenings(scope: Scope) -> Sequence[int]:
    """Return the ids of decisions about courses within a scope that are not carried out, the oldest first."""
    is_open = (Shortening.done_at.is_(None), scope.within(Course.owner_path))
    return session().scalars(select(Shortening.id).join(Course).where(*is_open).order_by(Shortening.id)).all()


def get_shortening(scope: Scope, shortening_id: int) -> Shortening:
    """Return a decision about a course within a scope, locked: two workers take turns."""
    found = session().scalar(
        select(Shortening)
        .join(Course)
        .where(Shortening.id == shortening_id, scope.within(Course.owner_path))
        .options(joinedload(Shortening.course))
        .with_for_update(of=Shortening)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def list_outliving(scope: Scope, shortening: Shortening, limit: int) -> Sequence[Certificate]:
    """Return certificates within a scope that are valid for longer than was decided, locked, the oldest first."""
    is_longer = or_(Certificate.valid_until.is_(None), Certificate.valid_until > shortening.ends_on)
    found = (
        _of_older(shortening.course_id, shortening.edition)
        .where(is_longer, scope.within(Certificate.unit_path))
        .order_by(Certificate.id)
        .limit(limit)
    )
    return session().scalars(found.with_for_update(of=Certificate)).all()


def list_ends(scope: Scope, course: Course, today: date) -> Sequence[EndCount]:
    """Return how many certificates of older editions are valid, by their end and the holder's unit.

    Units outside the scope are told together, without their names.
    """
    place = _place_in(scope)
    counted = (
        _of_older(course.id, course.newest_edition)
        .where(_lasts(today))
        .with_only_columns(place, Certificate.valid_until, func.count())
        .group_by(place, Certificate.valid_until)
    )
    rows = session().execute(counted)
    return [EndCount(unit_id, ends_on, count) for unit_id, ends_on, count in rows]


def list_held(scope: Scope, course: Course, today: date) -> Sequence[HeldCount]:
    """Return how many people hold a valid certificate of a course, by its days and the holder's unit.

    Of somebody who holds several that of the newest completion counts: a duplicate has a later id than its renewal.
    Units outside the scope are told together, without their names.
    """
    place = _place_in(scope)
    age = (Enrolment.outcome_on.desc(), Certificate.id.desc())
    place_of_age = func.row_number().over(partition_by=Certificate.person_id, order_by=age).label("place")
    aged = _held(course, today).with_only_columns(Certificate.id, place_of_age).subquery()
    days = (Enrolment.outcome_on, Certificate.valid_until)
    counted = (
        select(place, *days, func.count())
        .join_from(Certificate, Enrolment, Enrolment.id == Certificate.enrolment_id)
        .where(Certificate.id.in_(select(aged.c.id).where(aged.c.place == 1)))
        .group_by(place, *days)
    )
    rows = session().execute(counted)
    return [HeldCount(unit_id, on, ends_on, count) for unit_id, on, ends_on, count in rows if on is not None]


def count_holders(scope: Scope, course: Course, today: date) -> int:
    """Return how many people hold a valid certificate of a course within a scope, wherever they are."""
    holders = _held(course, today).join(Course, Course.id == Edition.course_id)
    counted = holders.with_only_columns(func.count(Certificate.person_id.distinct()))
    return session().scalar(counted.where(scope.within(Course.owner_path))) or 0


def list_units(scope: Scope, unit_ids: Sequence[int]) -> Sequence[Unit]:
    """Return units within a scope, in the order of the tree."""
    found = select(Unit).where(Unit.id.in_(unit_ids), scope.within(Unit.path)).order_by(Unit.path)
    return session().scalars(found).all()


def _of_older(course_id: int, edition: int) -> Select[Certificate]:
    """Return the query for good certificates of the editions of a course before one."""
    return _good_of(course_id).where(Edition.number < edition)


def _held(course: Course, today: date) -> Select[Certificate]:
    """Return the query for certificates of all editions of a course that are valid on a day."""
    return _good_of(course.id).where(_lasts(today))


def _good_of(course_id: int) -> Select[Certificate]:
    return (
        select(Certificate)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(Edition, Edition.id == Enrolment.edition_id)
        .where(Edition.course_id == course_id, _is_good())
    )


def _lasts(today: date) -> ColumnElement[bool]:
    return or_(Certificate.valid_until.is_(None), Certificate.valid_until >= today)


def _place_in(scope: Scope) -> ColumnElement[int | None]:
    """Return the unit for which a certificate counts, NULL outside a scope."""
    return case((scope.within(Certificate.unit_path), Enrolment.unit_id), else_=null())
