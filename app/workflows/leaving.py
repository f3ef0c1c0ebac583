"""Files of reports and certificates leave the store: a week after they were made, or when somebody in them is erased.

They are copies: the row stays and says so, and whoever asked may have the file made anew. The bytes are removed by the
job ``files.forget``, promised in the same transaction, which leaves what another row names.
"""

from collections.abc import Sequence

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates import queries as register
from app.domain.enrolment import queries as enrolments
from app.domain.people import queries as people
from app.domain.reports import service as reports
from app.domain.reports.models import ReportFile
from app.domain.reports.queries import files
from app.domain.reports.rules import leaving
from app.foundation import audit, clock
from app.foundation.db import transaction
from app.foundation.queue import enqueue

P = Permission
AT_ONCE = 100
"""How many files are let go in a minute."""


def remove_old(actor: Actor) -> int:
    """Let the files go whose time is over; return how many."""
    require(actor, P.REPORT_READ)
    scope, latest = scope_of(actor, P.REPORT_READ), clock.now() - leaving.KEPT_FOR
    if not files.list_made_until(scope, latest, 1):
        return 0
    with transaction():
        return _let_go(actor, files.list_made_until(scope, latest, AT_ONCE, is_locked=True))


def forget_person(actor: Actor, person_id: int) -> int:
    """Let the files go that may name somebody who is erased, whoever asked for them; return how many.

    These are all that were asked for before and hold units where she was enrolled or certified. What was made while
    she was being erased goes as well; a file asked for later names her by her certificates alone, which stay until
    their keeping period is over: then this is done again, for what was asked for before her name left the register.
    """
    require(actor, P.REPORT_READ)
    scope = scope_of(actor, P.REPORT_READ)
    erased_at = people.get_owner(scope, person_id).erased_at
    if erased_at is None:
        return 0
    held = register.list_of_person(scope, person_id)
    latest = max([erased_at, *(each.erased_at for each in held if each.erased_at is not None)])
    taken = enrolments.list_taken(scope, person_id)
    places = {each.unit_path for each in held} | {each.enrolment.unit_path for each in taken}
    with transaction():
        asked = files.list_asked_before(scope, latest + leaving.SETTLING)
        return _let_go(actor, [each for each in asked if leaving.may_name(each.paths, places)])


def _let_go(actor: Actor, going: Sequence[ReportFile]) -> int:
    for each in going:
        if each.file_digest is not None:
            enqueue("files.forget", digest=each.file_digest)
        reports.let_go(each)
        audit.record(actor.name, "report.remove", each.public_id)
    return len(going)
