"""How people come in: sign-in, invitation, password reset, their own profile."""

from dataclasses import dataclass, replace
from datetime import timedelta
from threading import BoundedSemaphore
from time import monotonic, sleep

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue.values import Audience
from app.domain.people import queries as people
from app.domain.people import rules
from app.domain.people import service as persons
from app.domain.people.models import Person, Token
from app.domain.people.values import Profile
from app.foundation import audit, clock, ids, settings
from app.foundation.db import transaction
from app.foundation.errors import Invalid, NotFound, TooMany
from app.foundation.i18n import N_
from app.foundation.queue import enqueue
from app.workflows import notifying

LOCKED_FOR = timedelta(minutes=15)
FAILURES_PER_EMAIL = 10
FAILURES_PER_ADDRESS = 100
RESET_FOR = timedelta(hours=1)
INVITED_FOR = timedelta(days=7)
ANSWERED_AFTER = 0.2
"""Seconds: longer than it takes to promise a mail, so that whether one was promised cannot be timed."""
WRONG = N_("The e-mail or the password is not right.")
_NOT_PRESENT = N_("This is not your present password.")

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_ONCE = BoundedSemaphore(2)
_NOBODY = _HASHER.hash("nobody")


def hash_password(password: str) -> str:
    """Return the argon2id hash (19 MiB, 2 passes); at most two are made at once, outside any transaction."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def _is_right(password: str, password_hash: str | None) -> bool:
    with _AT_ONCE:
        try:
            _HASHER.verify(password_hash or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, and the token that her cookie carries."""

    session_token: str
    locale: str


def sign_in(address: str, email: str, password: str, *, is_known_browser: bool) -> SignedIn:
    """Let a person in by her password; unknown, wrong and deactivated are told apart by nothing.

    Raises TooMany when an e-mail or a network address failed too often within the last quarter of an hour;
    this is asked again after the hash, so that guesses sent all at once are counted, too.
    """
    email = rules.plain_email(email)
    email_digest = ids.digest(email)
    _refuse_when_locked(email_digest, address)
    known = people.find_credentials(email)
    if not _is_right(password, known.password_hash if known else None) or known is None:
        _note_failure(email, email_digest, address)
        raise Invalid("email", WRONG)
    with transaction():
        _refuse_when_locked(email_digest, address)
        if people.find_credentials(email) != known:
            raise Invalid("email", WRONG)
        if not is_known_browser and not settings.current().is_demo:
            enqueue("notify.sign-in", person=str(known.public_id), at=clock.now().isoformat())
        audit.record(str(known.public_id), "sign-in", known.public_id)
    return SignedIn(known.session_token, known.locale)


def _refuse_when_locked(email_digest: str, address: str) -> None:
    by_email, by_address = people.count_failures(email_digest, address, clock.now() - LOCKED_FOR)
    if by_email >= FAILURES_PER_EMAIL or by_address >= FAILURES_PER_ADDRESS:
        raise TooMany(
            N_("Too many wrong passwords. Wait a quarter of an hour, or choose a new password."),
            seconds=int(LOCKED_FOR.total_seconds()),
        )


def _note_failure(email: str, email_digest: str, address: str) -> None:
    with transaction():
        persons.note_failure(email_digest, address, clock.now() - LOCKED_FOR)
        by_email, _ = people.count_failures(email_digest, address, clock.now() - LOCKED_FOR)
        person = people.find_person_by_email(email)
        if by_email == FAILURES_PER_EMAIL and person is not None:
            notifying.post(person, "locked", link="/account/reset")
        audit.record("anonymous", "sign-in.fail", email_digest[:16])


def sign_out(actor: Actor) -> None:
    """End every sign-in of a person: a copy of her cookie is worth nothing, on whatever device."""
    require(actor, Permission.OWN_LEARNING)
    with transaction():
        persons.end_sign_ins(_self(actor))
        audit.record(actor.name, "sign-out", actor.name)


def ask_for_reset(email: str) -> None:
    """Send a link for a new password, if there is such a person; the asker is never told whether there is.

    Nor does the time that it takes tell her: every asking is written down, and none is answered before
    ANSWERED_AFTER. Who has not chosen a password yet gets her invitation once more.
    """
    begun = monotonic()
    _send_link(rules.plain_email(email))
    sleep(max(0.0, ANSWERED_AFTER - (monotonic() - begun)))


def _send_link(email: str) -> None:
    with transaction():
        person = people.find_person_by_email(email)
        if person is None or person.deactivated_at is not None:
            audit.record("anonymous", "password.ask", ids.digest(email)[:16])
            return
        if person.password_hash is not None:
            secret = persons.make_token(person, "reset", RESET_FOR)
            notifying.post(person, "reset", link=f"/account/reset/{secret}")
        else:
            secret = persons.make_token(person, "invitation", INVITED_FOR)
            notifying.post(person, "invitation", inviter="Gradivo", link=f"/account/invitation/{secret}")
        audit.record("anonymous", "password.ask", person.public_id)


def read_token(purpose: str, secret: str) -> Person:
    """Return whose single-use link this is; raises NotFound where it is used, expired or unknown."""
    return _token(purpose, secret).person


def _token(purpose: str, secret: str, *, is_locked: bool = False) -> Token:
    token = people.find_token(purpose, secret, is_locked=is_locked)
    if token is None:
        raise NotFound(N_("This link has been used or has expired. Ask for a new one."))
    return token


def choose_password(purpose: str, secret: str, password: str) -> SignedIn:
    """Take a new password by a single-use link, which is then void; every earlier sign-in ends."""
    _check(_token(purpose, secret).person, password)
    password_hash = hash_password(password)
    with transaction():
        token = _token(purpose, secret, is_locked=True)
        person = token.person
        persons.use_token(token)
        _set_password(person, password_hash)
        audit.record(str(person.public_id), f"password.{purpose}", person.public_id)
        if purpose == "reset":
            notifying.post(person, "password_changed", link="/account/reset")
    return SignedIn(person.session_token, person.locale)


def _set_password(person: Person, password_hash: str) -> None:
    """Set a password; links sent before, and wrong passwords tried before, count no more."""
    persons.set_password(person, password_hash)
    persons.void_tokens(person)
    persons.forget_failures(ids.digest(person.email))


def prove_password(actor: Actor, present: str) -> Person:
    """Return who acts, once she has given her present password: a cookie alone is no proof of who sits there.

    Wrong tries are counted as those of sign-in are: raises TooMany, and asks again after the hash as sign-in does.
    It opens a transaction of its own, so whoever asks does so before hers.
    """
    require(actor, Permission.OWN_LEARNING)
    known = _self(actor)
    email, password_hash = known.email, known.password_hash
    email_digest, address = ids.digest(email), f"account {actor.person_id}"
    _refuse_when_locked(email_digest, address)
    if not _is_right(present, password_hash):
        _note_failure(email, email_digest, address)
        raise Invalid("present", _NOT_PRESENT)
    with transaction():
        _refuse_when_locked(email_digest, address)
        person = _self(actor)
        if person.password_hash != password_hash:
            raise Invalid("present", _NOT_PRESENT)
    return person


def change_password(actor: Actor, present: str, password: str) -> SignedIn:
    """Change the actor's own password; she proves the present one, and other devices are signed out."""
    _check(prove_password(actor, present), password)
    password_hash = hash_password(password)
    with transaction():
        person = _self(actor)
        _set_password(person, password_hash)
        notifying.post(person, "password_changed", link="/account/reset")
        audit.record(actor.name, "password.change", person.public_id)
    return SignedIn(person.session_token, person.locale)


def _check(person: Person, password: str) -> None:
    rules.check_password(
        password,
        email=person.email,
        names=(person.family_name, person.given_name, person.family_name_latin, person.given_name_latin),
        municipality=person.unit.name,
    )


def _self(actor: Actor) -> Person:
    if actor.public_id is None:
        raise NotFound
    return people.get_person(scope_of(actor, Permission.OWN_LEARNING), actor.public_id)


def own_profile(actor: Actor) -> Person:
    """Return the actor's own record."""
    require(actor, Permission.OWN_LEARNING)
    return _self(actor)


def change_profile(
    actor: Actor, *, gender: str | None, job_title: str, target_group: str, locale: str, time_zone: str | None
) -> None:
    """Change what a person may change of herself; names and municipality are her manager's to correct."""
    require(actor, Permission.OWN_LEARNING)
    with transaction():
        person = _self(actor)
        changed = replace(
            profile_of(person),
            gender=gender,
            job_title=job_title,
            target_group=target_group,
            locale=locale,
            time_zone=time_zone,
        )
        persons.describe(person, _checked(changed), person.unit)
        audit.record(actor.name, "profile.change", person.public_id)


def _checked(profile: Profile) -> Profile:
    if profile.target_group not in set(Audience):
        raise Invalid("target_group", N_("Choose one of the groups."))
    return rules.check_profile(profile)


def profile_of(person: Person) -> Profile:
    """Return a person's record as a value."""
    return Profile(
        email=person.email,
        family_name=person.family_name,
        given_name=person.given_name,
        family_name_latin=person.family_name_latin,
        given_name_latin=person.given_name_latin,
        target_group=person.target_group,
        job_title=person.job_title,
        locale=person.locale,
        gender=person.gender,
        time_zone=person.time_zone,
    )
