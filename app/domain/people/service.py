"""What may be told to people: they come, change, hold roles, prove themselves and leave."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from app.domain.people import queries
from app.domain.people.models import Person, RoleGrant, SignInFailure, Token
from app.domain.people.values import Profile
from app.domain.territory.models import Unit
from app.foundation import clock, ids
from app.foundation.db import session
from app.foundation.text import fold, sort_key

NOBODY = "erased.invalid"
"""Where nobody has an address (RFC 2606, 2)."""


def add(profile: Profile, unit: Unit) -> Person:
    """Enter a new person; she has no password until she follows an invitation."""
    person = Person(created_at=clock.now())
    person.public_id = ids.public_id()
    person.session_token = ids.token()
    describe(person, profile, unit)
    session().add(person)
    session().flush()
    return person


def describe(person: Person, profile: Profile, unit: Unit) -> None:
    """Let a person be as a profile says, employed at a unit."""
    person.email = profile.email
    person.family_name, person.given_name = profile.family_name, profile.given_name
    person.family_name_latin, person.given_name_latin = profile.family_name_latin, profile.given_name_latin
    person.folded = " ".join(
        dict.fromkeys(
            fold(text)
            for text in (
                profile.family_name,
                profile.given_name,
                profile.family_name_latin,
                profile.given_name_latin,
                profile.email,
            )
        )
    )
    person.sort_key = sort_key(f"{profile.family_name} {profile.given_name}", profile.locale)
    person.gender, person.job_title = profile.gender, profile.job_title
    person.target_group, person.locale, person.time_zone = (
        profile.target_group,
        profile.locale,
        profile.time_zone,
    )
    person.unit_id = unit.id
    person.unit = unit


def set_password(person: Person, password_hash: str) -> None:
    """Set a password by its hash, and end every sign-in that was."""
    person.password_hash = password_hash
    end_sign_ins(person)


def end_sign_ins(person: Person) -> None:
    """Let every cookie that the person holds be dead at the next request."""
    person.session_token = ids.token()


def deactivate(person: Person) -> None:
    """Let a person come in no more; what she earned stays, links sent to her are void."""
    person.deactivated_at = clock.now()
    end_sign_ins(person)
    void_tokens(person)


def reactivate(person: Person) -> None:
    """Let a person come in again."""
    person.deactivated_at = None


def make_token(person: Person, purpose: str, lifetime: timedelta) -> str:
    """Return a new single-use secret for a link; earlier ones of the same purpose are void."""
    present = clock.now()
    void_tokens(person, purpose)
    secret = ids.token()
    session().add(
        Token(
            person_id=person.id,
            purpose=purpose,
            digest=ids.digest(secret),
            created_at=present,
            expires_at=present + lifetime,
        )
    )
    return secret


def void_tokens(person: Person, purpose: str | None = None) -> None:
    """Let the links that were sent to a person be good no more: those of a purpose, or all."""
    for token in queries.list_open_tokens(person.id, purpose):
        token.used_at = clock.now()


def use_token(token: Token) -> None:
    """Let a token be good no more."""
    token.used_at = clock.now()


def note_failure(email_digest: str, address: str, since: datetime) -> None:
    """Count a failed sign-in, and forget those before ``since``."""
    session().execute(delete(SignInFailure).where(SignInFailure.failed_at <= since))
    session().add(SignInFailure(email_digest=email_digest, address=address, failed_at=clock.now()))


def forget_failures(email_digest: str) -> None:
    """Let an e-mail be locked no more: its owner has proved herself by a link."""
    session().execute(delete(SignInFailure).where(SignInFailure.email_digest == email_digest))


def grant(person: Person, role: str, unit: Unit | None, granted_by: str) -> RoleGrant:
    """Give a person a role at a unit; the same role there twice is one."""
    held = queries.find_grant(person.id, role, unit.id if unit else None)
    if held is not None:
        return held
    made = RoleGrant(
        public_id=ids.public_id(),
        person_id=person.id,
        role=role,
        unit_id=unit.id if unit else None,
        granted_at=clock.now(),
        granted_by=granted_by,
    )
    session().add(made)
    session().flush()
    return made


def end_grant(held: RoleGrant, ended_by: str) -> None:
    """End a role; it is gone at the holder's next request."""
    held.ended_at, held.ended_by = clock.now(), ended_by


def erase(person: Person) -> None:
    """Let nothing of a person be left but a row without a name, to which the register and the totals point.

    Gender and group stay, by which funders' reports count; the row gets a new public id, so that no export and no
    entry of the audit trail leads to it.
    """
    forget_failures(ids.digest(person.email))
    session().execute(delete(Token).where(Token.person_id == person.id))
    session().execute(delete(RoleGrant).where(RoleGrant.person_id == person.id))
    person.public_id = ids.public_id()
    person.email = f"{person.public_id}@{NOBODY}"
    person.family_name = person.family_name_latin = "–"
    person.given_name = person.given_name_latin = ""
    person.folded = person.sort_key = person.job_title = ""
    person.password_hash = person.time_zone = person.invited_at = person.last_seen_at = None
    person.locale = "en"
    person.erased_at = person.deactivated_at = clock.now()
    end_sign_ins(person)
    session().flush()
