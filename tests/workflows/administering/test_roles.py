"""Roles: nobody gives or takes what she does not hold; on both engines."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.domain.access.policy import scope_of
from app.domain.access.queries import find_actor
from app.domain.access.values import Permission, Role
from app.domain.people.models import RoleGrant
from app.domain.territory import queries as territory
from app.foundation.db import session
from app.foundation.errors import Conflict, Invalid, NotFound, Refused
from app.workflows import administering, entering
from tests import world
from tests.workflows.administering.players import PROFILE, SYSTEM, admin


def test_a_role_works_at_the_next_request_and_is_gone_at_the_next(land):
    person = world.person()
    made = administering.grant_role(admin(), person.email, Role.COORDINATOR, "CZ-K3107")
    scope = scope_of(find_actor(person.session_token), Permission.REPORT_READ)
    assert scope.paths == (territory.get_unit("CZ-K3107").path,)
    administering.end_role(world.act_as("admin@example.org"), made.public_id)
    actor = find_actor(person.session_token)
    assert scope_of(actor, Permission.REPORT_READ).paths == ()


def test_an_administrator_of_a_region_grants_within_it_only(land):
    world.person()
    actor = world.act_as(world.person("region@example.org", roles=(("admin", "CZ-K3107"),)))
    administering.grant_role(actor, "eva@example.org", Role.MANAGER, "CZ-O6115")
    for role, code in ((Role.MANAGER, "CZ-O7213"), (Role.MANAGER, "CZ"), (Role.ADMIN, None)):
        with pytest.raises(Invalid):
            administering.grant_role(actor, "eva@example.org", role, code)
    elsewhere = administering.grant_role(admin(), "eva@example.org", Role.COORDINATOR, "CZ-K3131")
    with pytest.raises(NotFound):
        administering.end_role(actor, elsewhere.public_id)


@pytest.mark.parametrize(
    "role", ["manager", "head-of-office", "coordinator", "trainer", "methodologist", "auditor"]
)
def test_only_administrators_grant_and_end(land, role):
    world.person()
    actor = world.act_as(world.person("other@example.org", roles=((role, "CZ"),)))
    with pytest.raises(Refused):
        administering.grant_role(actor, "eva@example.org", Role(role), "CZ")
    given = administering.grant_role(SYSTEM, "eva@example.org", Role.TRAINER, "CZ")
    with pytest.raises(Refused):
        administering.end_role(actor, given.public_id)


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
        administering.grant_role(admin(), "eva@example.org", role, code)
    assert refusal.value.field == field


def test_the_same_role_at_the_same_unit_is_not_granted_twice(land):
    world.person()
    actor = admin()
    administering.grant_role(actor, "eva@example.org", Role.MANAGER, "CZ-O6115")
    with pytest.raises(Invalid):
        administering.grant_role(actor, "eva@example.org", Role.MANAGER, "CZ-O6115")
    assert session().scalar(select(func.count()).where(RoleGrant.role == "manager")) == 1


def test_nobody_ends_her_own_administration(land):
    actor = admin()
    own = session().scalar(select(RoleGrant).where(RoleGrant.person_id == actor.person_id))
    with pytest.raises(Conflict):
        administering.end_role(actor, own.public_id)


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
