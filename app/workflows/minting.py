"""The files of badges, and the lists that say which of them hold no more; done by the worker alone.

Nothing that web servers load imports this room: what proves weighs more than all of them.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.badges import queries as badges
from app.domain.badges import rules, service
from app.domain.certificates import queries as register
from app.domain.certificates.models import Certificate
from app.domain.certificates.values import PROGRAMME, Snapshot
from app.domain.people import queries as people
from app.domain.territory import queries as territory
from app.domain.territory.values import Scope
from app.formats import badge_documents, badge_picture, open_badge
from app.foundation import audit, authority, clock, ids, proof_key, queue, settings
from app.foundation.db import transaction
from app.foundation.errors import NotFound
from app.foundation.files import store
from app.foundation.plain import load
from app.workflows.certifying import DESIGNS

P = Permission
FONTS = DESIGNS / "fonts"
LIST_AGE = timedelta(hours=1)
"""After how long a list is made again even if nothing has changed: long before it ends."""


def make(actor: Actor, code: str) -> None:
    """Make the badge of a certificate whose holder asked for it: once; and the list that its state stands on.

    Raises ProofKeyUnavailable where there is no key: the job is done again.
    """
    scope = scope_of(actor, P.CERTIFICATE_READ)
    certificate = register.get_certificate(scope, code)
    require(actor, P.CERTIFICATE_READ, certificate)
    badge, holder = badges.find_badge(scope, certificate.id), people.get_learner(certificate.person_id)
    if badge is None or badge.made_at is not None or holder.erased_at is not None:
        return
    key, holder_id = find_key(actor), holder.public_id
    award, snapshot = _award_of(certificate), load(Snapshot, certificate.snapshot)
    document = open_badge.write(award, key)
    face = badge_picture.Face(award.achievement.name, award.issuer_name, snapshot.number)
    picture = open_badge.bake(badge_picture.draw(face, FONTS), document)
    kept = store().put(document), store().put(picture)
    _keep_list(scope, award.list_number, key)
    with transaction():
        if not _is_left(actor, holder_id):
            queue.enqueue_each("files.forget", [{"digest": digest} for digest in kept])
            return
        locked = badges.find_badge(scope, certificate.id, is_locked=True)
        if locked is not None and locked.made_at is None:
            service.keep_made(locked, *kept)
            audit.record(actor.name, "badge.make", certificate.number)


def _is_left(actor: Actor, holder_id: UUID) -> bool:
    """Tell whether a holder was not erased meanwhile; nobody erases her before the transaction ends."""
    try:
        people.get_person(scope_of(actor, P.PERSON_READ), holder_id, is_locked=True)
    except NotFound:
        return False
    return True


def find_key(actor: Actor) -> bytes:
    """Return what badges are proven by now, published before it is used; raises ProofKeyUnavailable.

    The instance makes a key of its own once: where one that was used is gone, it is to come back from a backup.
    """
    require(actor, P.CERTIFICATE_READ)
    key = proof_key.load(settings.current().instance, may_make=not badges.list_keys())
    multikey = open_badge.multikey_of(key)
    if badges.find_key(multikey) is None:
        _publish(actor, multikey)
    return key


def _publish(actor: Actor, multikey: str) -> None:
    """Publish a key that is used for the first time; of two workers at once the first one does."""
    try:
        with transaction():
            service.know_key(multikey)
            audit.record(actor.name, "badge.key", multikey)
    except IntegrityError:
        if badges.find_key(multikey) is None:
            raise


def renew_key(actor: Actor) -> str:
    """Make a new key of badges, because the old one is lost or exposed; the old one stays published."""
    require(actor, P.AUDIT_READ)
    instance = settings.current().instance
    authority.put_aside(instance, proof_key.FILE)
    multikey = open_badge.multikey_of(proof_key.load(instance, may_make=True))
    _publish(actor, multikey)
    return multikey


def keep_lists(actor: Actor) -> int:
    """Make every list again whose badges have changed, or that grows old; return how many."""
    require(actor, P.CERTIFICATE_READ)
    scope = scope_of(actor, P.CERTIFICATE_READ)
    numbers = range(badges.count_lists(scope))
    due = [number for number in numbers if _is_due(number, _digest(_list_ended(scope, number)))]
    if due:
        key = find_key(actor)
        for number in due:
            _keep_list(scope, number, key)
    return len(due)


def _keep_list(scope: Scope, number: int, key: bytes) -> None:
    """Make a list, and keep it: whose bits are set is read in the same transaction, so that no older one wins."""
    with transaction():
        ended = _list_ended(scope, number)
        if _is_due(number, _digest(ended)):
            places = [rules.place_of(each)[1] for each in ended]
            base = settings.current().base_url
            token = open_badge.write_list(base, number, places, key, clock.now())
            service.keep_status_list(number, _digest(ended), token)


def _list_ended(scope: Scope, number: int) -> Sequence[int]:
    return badges.list_ended(scope, number, clock.now().date())


def _is_due(number: int, ended_digest: str) -> bool:
    held = badges.find_status_list(number)
    return held is None or held.ended_digest != ended_digest or held.made_at < clock.now() - LIST_AGE


def _digest(ended: object) -> str:
    return ids.digest(repr(ended))


def _award_of(certificate: Certificate) -> open_badge.Award:
    snapshot, base = load(Snapshot, certificate.snapshot), settings.current().base_url
    unit = territory.get_unit_by_id(certificate.issuer_unit_id)
    number, place = rules.place_of(certificate.id)
    return open_badge.Award(
        base_url=base,
        verify_url=snapshot.verify_url,
        number=snapshot.number,
        holder=open_badge.Holder(
            snapshot.learner, people.get_learner(certificate.person_id).email, ids.token()
        ),
        issuer_name=snapshot.issuer_name,
        unit_code=unit.code,
        achievement=_achievement_of(base, snapshot),
        issued_at=certificate.issued_at,
        ends_at=_end_of(certificate, ZoneInfo(territory.zone_of(unit))),
        list_number=number,
        list_place=place,
    )


def _achievement_of(base: str, said: Snapshot) -> badge_documents.Achievement:
    slug, language, title = said.course_slug, said.language, said.course_title
    if said.kind == PROGRAMME:
        titles = [each.title for each in said.courses]
        return badge_documents.achievement_of_programme(base, slug, language, title, titles)
    return badge_documents.achievement(
        base, slug, said.course_version, language, title, said.objectives, said.kind
    )


def _end_of(certificate: Certificate, zone: ZoneInfo) -> datetime | None:
    """Return the moment at which the last day of validity is over, where the issuer is."""
    if certificate.valid_until is None:
        return None
    return datetime.combine(certificate.valid_until + timedelta(days=1), time(), zone)
