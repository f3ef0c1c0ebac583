"""Roles: nobody gives or takes what she does not hold; on both engines."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.domain.access.policy import scope_of
from app.domain.access.queries import find_actor
from app.domain.access.values import Permission, Role
from app.domain.people import service as persons
from app.domain.people.models import RoleGrant, SignInFailure
from app.domain.territory import queries as territory
from app.foundation import clock, ids
from app.foundation.db import session, transaction
from app.foundation.errors import Conflict, Invalid, NotFound, Refused, TooMany
from app.workflows import administering, entering
from tests import world
from tests.workflows.administering.players import PROFILE, SYSTEM, admin


def grant_role(actor, email, role, code):
    return administering.grant_role(actor, email, role, code, password=world.PASSWORD)


def end_role(actor, grant_id):
    return administering.end_role(actor, grant_id, password=world.PASSWORD)


def test_a_role_works_at_the_next_request_and_is_gone_at_the_next(land):
    person = world.person()
    made = grant_role(admin(), person.email, Role.COORDINATOR, "CZ-K3107")
    scope = scope_of(find_actor(person.session_token), Permission.REPORT_READ)
    assert scope.paths == (territory.get_unit("CZ-K3107").path,)
    end_role(world.act_as("admin@example.org"), made.public_id)
    actor = find_actor(person.session_token)
    assert scope_of(actor, Permission.REPORT_READ).paths == ()


def test_an_administrator_of_a_region_grants_within_it_only(land):
    world.person()
    actor = world.act_as(world.person("region@example.org", roles=(("admin", "CZ-K3107"),)))
    grant_role(actor, "eva@example.org", Role.MANAGER, "CZ-O6115")
    for role, code in ((Role.MANAGER, "CZ-O7213"), (Role.MANAGER, "CZ"), (Role.ADMIN, None)):
        with pytest.raises(Invalid):
            grant_role(actor, "eva@example.org", role, code)
    elsewhere = grant_role(admin(), "eva@example.org", Role.COORDINATOR, "CZ-K3131")
    with pytest.raises(NotFound):
        end_role(actor, elsewhere.public_id)


@pytest.mark.parametrize(
    "role", ["manager", "head-of-office", "coordinator", "trainer", "methodologist", "auditor"]
)
def test_only_administrators_grant_and_end(land, role):
    world.person()
    actor = world.act_as(world.person("other@example.org", roles=((role, "CZ"),)))
    with pytest.raises(Refused):
        grant_role(actor, "eva@example.org", Role(role), "CZ")
    given = administering.grant_role(SYSTEM, "eva@example.org", Role.TRAINER, "CZ")
    with pytest.raises(Refused):
        end_role(actor, given.public_id)


@pytest.mark.parametrize(
    ("role", "code", "field"),
    [
        (Role.LEARNER, "CZ", "role"),
        (Role.MANAGER, None, "unit"),
        (Role.MANAGER, "nowhere", "unit"),
        (Role.AUDITOR, "", "unit"),
    ],
)
def test_what_cannot_be_granted_is_refused_at_its_field(land, role, code, field):
    world.person()
    with pytest.raises(Invalid) as refusal:
        grant_role(admin(), "eva@example.org", role, code)
    assert refusal.value.field == field


def test_the_same_role_at_the_same_unit_is_not_granted_twice(land):
    world.person()
    actor = admin()
    grant_role(actor, "eva@example.org", Role.MANAGER, "CZ-O6115")
    with pytest.raises(Invalid):
        grant_role(actor, "eva@example.org", Role.MANAGER, "CZ-O6115")
    assert session().scalar(select(func.count()).where(RoleGrant.role == "manager")) == 1


def test_nobody_ends_her_own_administration(land):
    actor = admin()
    own = session().scalar(select(RoleGrant).where(RoleGrant.person_id == actor.person_id))
    with pytest.raises(Conflict):
        end_role(actor, own.public_id)


def test_a_coordinator_without_a_unit_sees_nothing(land):
    world.person("c@example.org")
    with pytest.raises(Invalid):
        administering.grant_role(SYSTEM, "c@example.org", Role.COORDINATOR, None)
    scope = scope_of(world.act_as("c@example.org"), Permission.REPORT_READ)
    assert scope.paths == ()
    assert not scope.everything


def test_the_first_administrator_comes_in_by_the_link_that_is_printed(land):
    path = administering.create_admin(SYSTEM, replace(PROFILE, email=" Root@Example.org"), "CZ")
    entering.choose_password("invitation", path.rsplit("/", 1)[1], "zelena zaba skace vysoko")
    assert scope_of(world.act_as("root@example.org"), Permission.ROLE_GRANT).everything


def test_an_administrator_of_a_region_makes_none_of_everything(land):
    actor = world.act_as(world.person("region@example.org", roles=(("admin", "CZ-K3107"),)))
    with pytest.raises(Refused):
        administering.create_admin(actor, PROFILE, "CZ")


# Her own password again (ASVS 7.5.3).


@pytest.mark.parametrize("password", ["", "wrong wrong wrong"])
def test_a_wrong_password_grants_and_ends_nothing_and_is_counted(land, password):
    eva, actor = world.person(), admin()
    held = grant_role(actor, eva.email, Role.MANAGER, "CZ-O6115")
    for act in (
        lambda: administering.grant_role(actor, eva.email, Role.ADMIN, None, password=password),
        lambda: administering.end_role(actor, held.public_id, password=password),
    ):
        with pytest.raises(Invalid) as refusal:
            act()
        assert refusal.value.field == "present"
    assert [(grant.role, grant.ended_at) for grant in session().scalars(select(RoleGrant))] == [
        ("admin", None),
        ("manager", None),
    ]
    assert session().scalar(select(func.count()).select_from(SignInFailure)) == 2


def test_the_right_password_too_late_grants_nothing(land):
    eva, actor = world.person(), admin()
    for _ in range(entering.FAILURES_PER_EMAIL):
        with pytest.raises(Invalid):
            administering.grant_role(actor, eva.email, Role.ADMIN, None, password="wrong wrong wrong")
    with pytest.raises(TooMany):
        grant_role(actor, eva.email, Role.ADMIN, None)
    assert session().scalar(select(func.count()).select_from(RoleGrant)) == 1


def test_a_password_is_asked_only_of_who_may(land):
    """What is refused anyway proves no guess, and locks nobody."""
    eva = world.person()
    actor = world.act_as(world.person("region@example.org", roles=(("admin", "CZ-K3107"),)))
    elsewhere = administering.grant_role(SYSTEM, eva.email, Role.TRAINER, "CZ-K3131")
    for password in ("wrong wrong wrong", world.PASSWORD):
        with pytest.raises(Invalid) as refusal:
            administering.grant_role(actor, eva.email, Role.ADMIN, None, password=password)
        assert refusal.value.field == "unit"
        with pytest.raises(NotFound):
            administering.end_role(actor, elsewhere.public_id, password=password)
        with pytest.raises(Refused):
            administering.grant_role(world.act_as(eva), eva.email, Role.ADMIN, None, password=password)
    assert session().scalar(select(func.count()).select_from(SignInFailure)) == 0


def test_guesses_sent_at_once_are_counted_before_the_right_one_is_taken(land, monkeypatch):
    """The lock is asked again after the hash: here ten others fall wrong while it is being hashed."""
    eva, actor = world.person(), admin()
    is_right = entering._is_right

    def slow(password, password_hash):
        with transaction():
            for _ in range(entering.FAILURES_PER_EMAIL):
                digest = ids.digest("admin@example.org")
                persons.note_failure(digest, "192.0.2.1", clock.now() - entering.LOCKED_FOR)
        return is_right(password, password_hash)

    monkeypatch.setattr(entering, "_is_right", slow)
    with pytest.raises(TooMany):
        grant_role(actor, eva.email, Role.ADMIN, None)
    assert session().scalar(select(func.count()).select_from(RoleGrant)) == 1


def test_the_operator_is_asked_for_no_password(land):
    eva = world.person()
    administering.grant_role(SYSTEM, eva.email, Role.ADMIN, None)
    administering.revoke_role(SYSTEM, eva.email, Role.ADMIN, None)
    assert scope_of(world.act_as(eva), Permission.ROLE_GRANT).paths == ()
