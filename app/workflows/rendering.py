"""The documents of certificates: the archive copy is made and signed, both are kept; done by the worker alone.

Nothing that web servers load imports this room: what signs weighs more than all of them.
"""

from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates import queries as register
from app.domain.certificates import service as certificates
from app.domain.certificates.models import Certificate, SigningCertificate
from app.domain.certificates.queries import keys
from app.domain.certificates.values import Snapshot
from app.domain.people import queries as people
from app.domain.territory import queries as territory
from app.formats import certificate_archive, certificate_seal
from app.foundation import audit, authority, clock, queue, settings, signing
from app.foundation.db import transaction
from app.foundation.errors import Conflict
from app.foundation.files import store
from app.foundation.plain import load
from app.workflows import notifying
from app.workflows.certifying import design_of

JOB = "certificates.render"


def render(actor: Actor, code: str, *, tells: bool = True) -> None:
    """Make the archive copy of a certificate from its snapshot, sign it, keep both, and tell the holder; each once.

    Who is told otherwise is not told here (not ``tells``). Without a key the archive copy waits, and KeyUnavailable
    (or StampUnavailable) is raised: the job is done again.
    """
    scope = scope_of(actor, Permission.CERTIFICATE_READ)
    certificate = register.get_certificate(scope, code)
    require(actor, Permission.CERTIFICATE_READ, certificate)
    if certificate.signed_digest is not None or certificate.erased_at is not None:
        return
    snapshot = load(Snapshot, certificate.snapshot)
    archive = _keep_archive(actor, certificate, snapshot)
    if archive is None:
        return
    key = find_key()
    zone = ZoneInfo(territory.zone_of(territory.get_unit_by_id(certificate.issuer_unit_id)))
    looks = certificate_seal.draw(
        snapshot, design_of(snapshot.design), key.name, clock.now().astimezone(zone)
    )
    signed = signing.sign(archive, key, looks, settings.current())
    known = keys.find_signing_certificate(key.fingerprint) or _publish(actor, key)
    digest = store().put(signed)
    with transaction():
        certificate = register.get_certificate(scope, code, is_locked=True)
        if certificate.signed_digest is None and certificate.erased_at is None:
            certificates.keep_signed(certificate, digest, known, actor.name)
            if tells:
                _tell(actor, certificate, snapshot)
        else:  # Another signed it, or its name was erased meanwhile.
            queue.enqueue("files.forget", digest=digest)


def _tell(actor: Actor, certificate: Certificate, snapshot: Snapshot) -> None:
    """Promise a mail to the holder, inside the act that keeps the signed copy: one mail, however often it is tried."""
    holder = people.get_owner(scope_of(actor, Permission.PERSON_READ), certificate.person_id)
    notifying.post(
        holder,
        "certificate",
        number=certificate.number,
        course=snapshot.course_title,
        link=f"/certificates/{certificate.code}.pdf",
        verify=f"/verify/{certificate.code}",
    )


def _keep_archive(actor: Actor, certificate: Certificate, snapshot: Snapshot) -> bytes | None:
    """Return the archive copy, made and kept first where there is none; None where the name was erased meanwhile."""
    if certificate.file_digest is not None:
        return store().get(certificate.file_digest)
    logo, funder_logo = (
        store().get(digest) if digest else None
        for digest in (snapshot.logo_digest, snapshot.funder_logo_digest)
    )
    archive = certificate_archive.write(snapshot, design_of(snapshot.design), logo, funder_logo)
    digest = store().put(archive)
    with transaction():
        scope = scope_of(actor, Permission.CERTIFICATE_READ)
        locked = register.get_certificate(scope, certificate.code, is_locked=True)
        if locked.file_digest is None and locked.erased_at is None:
            certificates.keep_file(locked, digest, actor.name)
        else:  # As above; the job leaves bytes that are named.
            queue.enqueue("files.forget", digest=digest)
        is_erased = locked.erased_at is not None
    return None if is_erased else archive


def find_key() -> signing.Key:
    """Return what documents are signed with now; raises KeyUnavailable.

    The instance makes a key of its own once: where one that was used is gone, it is to come back from a backup.
    """
    given = settings.current()
    newest = keys.find_newest_signing_certificate()
    is_used = newest is not None and newest.is_own
    return signing.load(given, may_make=not is_used)


def _publish(actor: Actor, key: signing.Key) -> SigningCertificate:
    """Enter a certificate that is signed with for the first time; of two workers at once the first one does."""
    try:
        with transaction():
            made = certificates.know_signing_certificate(
                key.fingerprint, key.name, key.issuer, key.begins, key.ends, key.chain_pem, is_own=key.is_own
            )
            audit.record(actor.name, "signing.begin", key.fingerprint, name=key.name, digest=made.digest)
    except IntegrityError:
        found = keys.find_signing_certificate(key.fingerprint)
        if found is None:
            raise
        return found
    return made


def resume(actor: Actor) -> int:
    """Let jobs that wait for the key go on, as soon as there is one; return how many."""
    require(actor, Permission.CERTIFICATE_READ)
    if not queue.count_failing(JOB, signing.KeyUnavailable.__name__):
        return 0
    try:
        find_key()
    except signing.KeyUnavailable:
        return 0
    return queue.hasten(JOB, signing.KeyUnavailable.__name__)


def renew_key(actor: Actor) -> signing.Key:
    """Make a new key of the instance's own, because the old one is lost, exposed or at its end; it stays published.

    Raises Conflict where the settings name a key.
    """
    require(actor, Permission.AUDIT_READ)
    given = settings.current()
    if given.signing_key is not None:
        raise Conflict(f"SIGNING_KEY is set: replace {given.signing_key} yourself")
    authority.put_aside(given.instance)
    key = signing.load(given, may_make=True)
    with transaction():
        audit.record(actor.name, "signing.renew", key.fingerprint)
    return key
