"""What others learn of a certificate: whether a file is one, what its holder lets them see, how often they asked."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates import queries as register
from app.domain.certificates import rules
from app.domain.certificates import service as certificates
from app.domain.certificates.models import Certificate, RegisterEntry
from app.domain.certificates.rules import State
from app.formats import certificate_traces
from app.foundation import audit, clock, settings, tally
from app.foundation.db import transaction
from app.foundation.errors import Refused
from app.foundation.ids import digest
from app.foundation.limits import LimitExceeded, run_limited

P = Permission
TALLY = "checks"
_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file is: a copy of ``certificate`` as it was issued, else changed where it names ``numbers`` of ours."""

    certificate: Certificate | None
    numbers: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What anyone who has a certificate's code is told of it: no more than stands on it, and what became of it.

    ``names`` are her own and in Latin script, both initials where ``is_name_hidden``, both empty where the name was
    erased. ``ending`` is the line of the register by which it was superseded or revoked. ``at`` is when this was so,
    ``address`` where it is asked again.
    """

    certificate: Certificate
    state: State
    names: tuple[str, str]
    is_name_hidden: bool
    ending: RegisterEntry | None
    at: datetime
    address: str


def tell(certificate: Certificate, *, is_named: bool) -> Told:
    """Return what is told of a certificate; ``is_named``: the asker has shown that she holds the document."""
    present = clock.now()
    state = certificate.state_on(present.date())
    is_ended = state in {State.SUPERSEDED, State.REVOKED}
    is_erased = certificate.erased_at is not None
    is_hidden = not is_named and not is_erased and register.is_name_hidden(certificate)
    return Told(
        certificate=certificate,
        state=state,
        names=("", "") if is_erased else rules.names_of(certificate.snapshot, is_hidden=is_hidden),
        is_name_hidden=is_hidden,
        ending=register.find_ending(certificate) if is_ended else None,
        at=present,
        address=f"{settings.current().base_url}/verify/{certificate.code}",
    )


def recognise(content: bytes) -> Recognised:
    """Tell what a file is: it is genuine where every byte is as it was issued, in the signed or the archive copy."""
    certificate = register.find_by_file(digest(content))
    if certificate is not None:
        return Recognised(certificate)
    try:
        named = run_limited(certificate_traces.find, content, _SECONDS)
    except LimitExceeded:
        return Recognised(None)
    return Recognised(None, register.list_named(named.codes, named.numbers))


def note_check(reader: Actor | None, certificate: Certificate) -> None:
    """Count that a certificate was checked, by somebody else than its holder; nothing of who is kept."""
    if reader is None or reader.person_id != certificate.person_id:
        with suppress(OSError):  # On a full disk the answer matters more than its count.
            tally.add(TALLY, certificate.id)


def count_checks(actor: Actor) -> int:
    """Enter how often certificates were checked since, each check once, and return of how many that was."""
    require(actor, P.CERTIFICATE_READ)
    with tally.taken(TALLY) as batch:
        if batch is None:
            return 0
        with transaction():
            known = register.list_by_ids(scope_of(actor, P.CERTIFICATE_READ), batch.counts)
            for each in known:
                count = batch.counts[each.id]
                certificates.count_checked(each.id, count.times, count.last_on, batch.id)
    return len(known)


def choose_name(actor: Actor, *, is_hidden: bool) -> None:
    """Hide the actor's own name behind initials where her certificates are checked, or show it again."""
    require(actor, P.OWN_LEARNING)
    if actor.person_id is None:
        raise Refused
    with transaction():
        if is_hidden:
            certificates.hide_name(actor.person_id)
        else:
            certificates.show_name(actor.person_id)
        audit.record(actor.name, "certificate.name", actor.name, hidden=is_hidden)
