"""A wrong name on certificates is put right: each is superseded by one that says the same but for the name."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates.models import Certificate
from app.domain.certificates.values import Name, Snapshot
from app.domain.people import queries as people
from app.domain.people import rules
from app.domain.people.models import Person
from app.formats import certificate_pdf
from app.foundation import audit
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid, NotFound
from app.foundation.i18n import N_
from app.foundation.text import required
from app.workflows import certifying, notifying

P = Permission
REASON_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which certificates of a person are to bear which name, and why; a Latin name may be left to the rule."""

    codes: tuple[str, ...]
    name: Name
    reason: str


@dataclass(frozen=True, slots=True)
class Restated:
    """A certificate with a wrong name, and what the one in its place says."""

    certificate: Certificate
    said: Snapshot


def preview(actor: Actor, person_id: UUID, wanted: Wanted) -> Sequence[Restated]:
    """Return what ``correct`` would do, and raise what it would; nothing is written."""
    require(actor, P.CERTIFICATE_CORRECT)
    _person, restated = _restate(actor, person_id, wanted)
    return restated


def correct(actor: Actor, person_id: UUID, wanted: Wanted) -> int:
    """Let certificates be superseded by ones with the right name, tell their holder, and return how many.

    Those that are revoked or superseded raise Conflict, so that of two clicks one counts. One that has expired can be
    corrected, and the new one has expired, too: it still proves what was learnt. Nobody corrects her own.
    """
    with transaction():
        require(actor, P.CERTIFICATE_CORRECT)
        person, restated = _restate(actor, person_id, wanted, is_locked=True)
        reason = _reason(wanted)
        fresh = certifying.supersede(actor, [(each.certificate, each.said) for each in restated], reason)
        numbers = [f"{each.certificate.number} → {fresh[each.certificate.id].number}" for each in restated]
        values = {"certificates": "\n".join(numbers), "reason": reason, "link": "/certificates"}
        notifying.post(person, "name_corrected", **values)
        audit.record(
            actor.name, "certificate.rename", person.public_id, certificates=len(restated), reason=reason
        )
    return len(restated)


def _restate(
    actor: Actor, person_id: UUID, wanted: Wanted, *, is_locked: bool = False
) -> tuple[Person, Sequence[Restated]]:
    """Return a person and her certificates that are to say something else; raises Invalid at the field at fault."""
    scope = scope_of(actor, P.CERTIFICATE_CORRECT)
    person = people.get_person(scope, person_id)
    require(actor, P.CERTIFICATE_CORRECT, person)
    if person.id == actor.person_id:
        raise Conflict(N_("The name on your own certificates is corrected by somebody else."))
    if not wanted.codes:
        raise Invalid("codes", N_("Choose at least one certificate."))
    name = _checked(wanted.name, person.locale)
    _reason(wanted)
    chosen = certifying.hold(scope, wanted.codes, is_locked=is_locked)
    if any(each.person_id != person.id for each in chosen):
        raise NotFound
    certifying.check_in_force(chosen)
    renamed = [Restated(each, replace(certifying.snapshot_of(each), **asdict(name))) for each in chosen]
    restated = [each for each in renamed if each.said != certifying.snapshot_of(each.certificate)]
    if not restated:
        raise Invalid("family_name", N_("The certificates say this name already."))
    for each in restated:
        certificate_pdf.check_drawable(each.said, certifying.design_of(each.said.design))
    return person, restated


def _reason(wanted: Wanted) -> str:
    return required(wanted.reason, "reason", REASON_LIMIT, N_("Write the reason."))


def _checked(name: Name, locale: str) -> Name:
    """Return a name as profiles keep it; a Latin one that was left empty follows the rule of the person's language."""
    family = rules.check_name(name.family_name, "family_name")
    given = rules.check_name(name.given_name, "given_name")
    return Name(
        family,
        given,
        rules.check_latin_name(name.family_name_latin, family, locale, "family_name_latin"),
        rules.check_latin_name(name.given_name_latin, given, locale, "given_name_latin"),
    )
