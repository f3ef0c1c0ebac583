"""Several certificates are revoked by two people; on both engines."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates.models import Certificate, RegisterEntry, Revocation
from app.domain.certificates.queries import revocations
from app.domain.people.models import RoleGrant
from app.foundation import clock
from app.foundation.db import db, session, transaction
from app.foundation.errors import Conflict, Invalid, NotFound, Refused
from app.foundation.mail import MailMessage
from app.workflows import certifying, notifying, registering, renaming, revoking, sealing
from tests import world

WHY, WORD = "The examiner was not entitled.", "I have seen the protocol."
SYSTEM = Actor.system("test")


@pytest.fixture
def codes(land) -> list[str]:
    """Three certificates of people of Nové Veselí."""
    for number in range(3):
        world.pass_test(world.act_as(world.person(f"person{number}@example.org")))
    return list(session().scalars(select(Certificate.code).order_by(Certificate.id)))


def admin(name: str, code: str | None = "CZ-K3107") -> Actor:
    return world.act_as(world.person(f"{name}@example.org", "595209", roles=(("admin", code),)))


@pytest.fixture
def first(land) -> Actor:
    return admin("first")


@pytest.fixture
def second(land) -> Actor:
    return admin("second")


def revoked() -> list[bool]:
    session().rollback()
    rows = session().scalars(
        select(Certificate).order_by(Certificate.id).execution_options(populate_existing=True)
    )
    return [each.revoked_at is not None for each in rows]


def fault() -> str | None:
    sealing.seal(Actor.system("seal"))
    return registering.verify(SYSTEM).fault


def waiting(actor: Actor) -> int:
    return revocations.count_waiting_revocations(scope_of(actor, Permission.CERTIFICATE_REVOKE))


def test_what_one_person_asks_for_waits(codes, first):
    revoking.ask(first, codes, WHY)
    assert revoked() == [False] * 3
    assert waiting(first) == 1


def test_a_second_person_revokes_all_and_the_register_names_her_and_the_reason(codes, first, second):
    asked = revoking.ask(first, codes[:2], WHY)
    revoking.approve(second, asked.public_id, WORD)
    assert revoked() == [True, True, False]
    entries = session().scalars(select(RegisterEntry).where(RegisterEntry.kind == "revoked")).all()
    assert {(each.actor, each.reason) for each in entries} == {(second.name, WHY)}
    assert waiting(first) == 0
    assert fault() is None


def test_the_holders_are_told_by_mail(codes, first, second):
    asked = revoking.ask(first, codes[:2], WHY)
    revoking.approve(second, asked.public_id, WORD)
    for code in codes[:2]:
        notifying.tell_of_revocation(Actor.system("notify.revoked"), code)
    letters = session().scalars(select(MailMessage).order_by(MailMessage.id)).all()
    assert [each.recipient for each in letters] == ["person0@example.org", "person1@example.org"]
    assert WHY in letters[0].text
    assert f"/verify/{codes[0]}" in letters[0].text


def test_whoever_asked_cannot_approve_but_takes_it_back(codes, first):
    asked = revoking.ask(first, codes, WHY)
    with pytest.raises(Conflict, match="another person decides"):
        revoking.approve(first, asked.public_id, WORD)
    revoking.reject(first, asked.public_id, "A mistake of mine.")
    assert revoked() == [False] * 3
    assert waiting(first) == 0


def test_what_was_rejected_stays_and_can_be_asked_for_again(codes, first, second):
    asked = revoking.ask(first, codes, WHY)
    revoking.reject(second, asked.public_id, WORD)
    with pytest.raises(Conflict, match="decided already"):
        revoking.approve(second, asked.public_id, WORD)
    revoking.ask(first, codes, WHY)
    assert revoked() == [False] * 3
    assert fault() is None


def test_a_second_click_is_told_that_it_is_asked_for(codes, first, second):
    revoking.ask(first, codes, WHY)
    for other in (first, second):
        with pytest.raises(Conflict, match="asked for already"):
            revoking.ask(other, codes[1:], WHY)


def test_of_two_who_approve_at_the_same_moment_one_does(app, codes, first, second):
    third = admin("third", None)
    asked, ready = revoking.ask(first, codes, WHY), Barrier(2)

    def click(who: Actor) -> str:
        with app.app_context():
            ready.wait()
            try:
                revoking.approve(who, asked.public_id, WORD)
            except Conflict:
                return "late"
            finally:
                db.session.remove()
            return "done"

    with ThreadPoolExecutor(2) as pool:
        told = sorted(each.result() for each in [pool.submit(click, who) for who in (second, third)])
    assert told == ["done", "late"]
    assert session().scalars(select(RegisterEntry.kind)).all().count("revoked") == 3
    assert fault() is None


@pytest.mark.parametrize(
    ("role", "error"), [(("admin", "CZ-K3131"), NotFound), (("manager", "CZ"), Refused), (None, Refused)]
)
def test_nobody_else_asks_or_decides(codes, first, role, error):
    other = world.act_as(world.person("other@example.org", "585068", roles=(role,) if role else ()))
    asked = revoking.ask(first, codes, WHY)
    for act in (
        lambda: revoking.ask(other, codes, WHY),
        lambda: revoking.approve(other, asked.public_id, WORD),
        lambda: revoking.reject(other, asked.public_id, WORD),
    ):
        with pytest.raises(error):
            act()
    assert waiting(other) == 0


def test_a_person_of_another_place_among_them_hides_it_from_whoever_does_not_look_after_both(codes, second):
    world.pass_test(world.act_as(world.person("zlin@example.org", "585068")))
    everywhere, codes = admin("everywhere", None), list(session().scalars(select(Certificate.code)))
    asked = revoking.ask(everywhere, codes, WHY)
    assert waiting(second) == 0
    with pytest.raises(NotFound):
        revoking.approve(second, asked.public_id, WORD)
    revoking.approve(admin("other", None), asked.public_id, WORD)
    assert revoked() == [True] * 4


def test_the_right_is_asked_for_again_when_it_is_decided(codes, first, second):
    asked = revoking.ask(first, codes, WHY)
    with transaction():
        session().scalars(
            select(RoleGrant).where(RoleGrant.person_id == second.person_id)
        ).one().ended_at = clock.now()
    with pytest.raises(Refused):
        revoking.approve(world.act_as("second@example.org"), asked.public_id, WORD)


def test_what_somebody_asked_for_who_may_no_more_is_not_approved(codes, first, second):
    asked = revoking.ask(first, codes, WHY)
    with transaction():
        session().scalars(
            select(RoleGrant).where(RoleGrant.person_id == first.person_id)
        ).one().ended_at = clock.now()
    with pytest.raises(Conflict, match="may no longer"):
        revoking.approve(second, asked.public_id, WORD)
    assert revoked() == [False] * 3


def test_what_has_changed_since_is_not_approved(codes, first, second):
    asked = revoking.ask(first, codes, WHY)
    certifying.revoke(SYSTEM, codes[0], "On its own.")
    with pytest.raises(Conflict, match="revoked or superseded already"):
        revoking.approve(second, asked.public_id, WORD)
    assert revoked() == [True, False, False]
    assert session().scalars(select(Revocation.is_approved)).all() == [None]


def test_a_superseded_one_is_not_asked_for(codes, first):
    holder = session().scalars(select(Certificate).where(Certificate.code == codes[0])).one()
    person = world.people.get_learner(holder.person_id)
    name = renaming.Name("Malá", "Eva", "Mala", "Eva")
    renaming.correct(first, person.public_id, renaming.Wanted((codes[0],), name, WHY))
    with pytest.raises(Conflict):
        revoking.ask(first, codes, WHY)


@pytest.mark.parametrize(("reason", "field"), [(" ", "reason"), ("x" * 301, "reason")])
def test_a_reason_is_needed(codes, first, reason, field):
    with pytest.raises(Invalid) as refused:
        revoking.ask(first, codes, reason)
    assert refused.value.field == field


def test_a_word_is_needed(codes, first, second):
    asked = revoking.ask(first, codes, WHY)
    for act in (revoking.approve, revoking.reject):
        with pytest.raises(Invalid) as refused:
            act(second, asked.public_id, " ")
        assert refused.value.field == "word"


def test_one_alone_or_none_is_not_asked_for_and_no_command_asks(codes, first):
    for few in ([], codes[:1]):
        with pytest.raises(Invalid):
            revoking.ask(first, few, WHY)
    with pytest.raises(Refused):
        revoking.ask(SYSTEM, codes, WHY)


def test_one_that_was_superseded_meanwhile_is_not_revoked_in_the_place_of_the_new_one(codes, first):
    holder = session().scalars(select(Certificate).where(Certificate.code == codes[0])).one()
    person = world.people.get_learner(holder.person_id)
    name = renaming.Name("Malá", "Eva", "Mala", "Eva")
    renaming.correct(first, person.public_id, renaming.Wanted((codes[0],), name, WHY))
    with pytest.raises(Conflict, match="revoked or superseded already"):
        certifying.revoke(first, codes[0], WHY)
    assert True not in revoked()
