"""The keeping period of people who were erased: when it is over, their names leave the register, too.

The law obliges an issuer to keep the register for a time (GDPR, art. 17(3)(b)), which differs from country to country:
``REGISTER_YEARS``. After it number, course, dates and state stay, so that the document is still verified.
"""

from collections.abc import Iterator
from datetime import date

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates import rules
from app.domain.certificates import service as certificates
from app.domain.certificates.queries import keeping
from app.foundation import audit, chain, settings
from app.foundation.db import transaction
from app.foundation.queue import enqueue, enqueue_each
from app.workflows import renewing

P = Permission
AT_ONCE = 100
"""How many certificates lose their names in one transaction."""


def forget_names(actor: Actor) -> int:
    """Let names whose keeping period is over on the issuer's day leave the register; return of how many certificates.

    Some certificates at a time, each time with the jobs that remove their files: whatever ends it, it goes on where
    it was.
    """
    require(actor, P.PERSON_ERASE)
    done = 0
    for unit_id, first_kept in list(_list_ended(actor)):
        while count := _forget_some(actor, unit_id, first_kept):
            done += count
    return done


def _list_ended(actor: Actor) -> Iterator[tuple[int, date]]:
    """Yield each issuing unit that a period is over for, with the earliest day of issue that is still kept."""
    terms = settings.current().register_years
    keeping_units = keeping.list_keeping_units(scope_of(actor, P.PERSON_ERASE)) if terms else ()
    for unit, earliest in keeping_units:
        if unit.country in terms:
            first_kept = rules.first_kept(renewing.today_at(unit), terms[unit.country])
            if earliest < first_kept:
                yield unit.id, first_kept


def _forget_some(actor: Actor, unit_id: int, first_kept: date) -> int:
    with transaction():
        found = keeping.list_outlived(scope_of(actor, P.PERSON_ERASE), unit_id, first_kept, AT_ONCE)
        certificates.forget_names(found, actor.name)
        left = [(each.number, {"digest": chain.hash_content(each.snapshot)}) for each in found]
        audit.record_each(actor.name, "certificate.erase", left)
        digests = [digest for each in found for digest in (each.file_digest, each.signed_digest) if digest]
        enqueue_each("files.forget", [{"digest": digest} for digest in digests])
        for person_id in sorted({each.person_id for each in found}):
            enqueue("reports.forget", person_id=person_id)
    return len(found)
