"""A rule of validity is about to change with a version of its course: who would renew when by the new one.

Certificates already issued keep the day printed on them; a new rule holds for those that are issued from then on.
"""

from dataclasses import dataclass

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.models import Course, CourseVersion
from app.domain.catalogue.values import CertificateRule, CourseDraft
from app.domain.renewals import queries as renewals
from app.domain.renewals import rules
from app.workflows import foreseeing, renewing
from app.workflows.foreseeing import Forecast, Sheet

P = Permission


@dataclass(frozen=True, slots=True)
class RuleChange:
    """The rule of validity of a course as it was published and as it is drafted; ``holders`` are people."""

    course: Course
    before: CertificateRule
    after: CertificateRule
    holders: int

    @property
    def moves_end(self) -> bool:
        """Whether certificates would end on another day."""
        return rules.moves_end(self.before, self.after)

    @property
    def moves_window(self) -> bool:
        """Whether certificates could be renewed from another day on."""
        return rules.moves_window(self.before, self.after)


def find_change(
    actor: Actor, course: Course | None, newest: CourseVersion | None, drafted: CourseDraft | None
) -> RuleChange | None:
    """Return how a draft changes the rule of validity of the newest version, and for how many; None if it does not."""
    if course is None or newest is None or drafted is None:
        return None
    before, after = catalogue.meta_of(newest).certificate, drafted.meta.certificate
    if not (rules.moves_end(before, after) or rules.moves_window(before, after)):
        return None
    require(actor, P.COURSE_WRITE, course)
    today = renewing.today_at(course.owner_unit)
    holders = renewals.count_holders(scope_of(actor, P.COURSE_WRITE), course, today)
    return RuleChange(course, before, after, holders)


def forecast(actor: Actor, change: RuleChange) -> Forecast:
    """Tell how many holders would have to renew when, were their certificates earned on the same day by the new rule.

    Days are counted from the day of completion.
    """
    require(actor, P.COURSE_WRITE, change.course)
    today = renewing.today_at(change.course.owner_unit)
    held = renewals.list_held(scope_of(actor, P.COURSE_WRITE), change.course, today)
    return foreseeing.foresee(
        actor, P.COURSE_WRITE, change.course, rules.under_rule(held, change.after), today
    )


def export(actor: Actor, change: RuleChange, dialect: str) -> Sheet:
    """Return a forecast as CSV, a row for each month and unit."""
    name = f"new-validity_{change.course.slug}"
    return foreseeing.export(actor, forecast(actor, change), name, dialect, "ending_by_new_rule")
