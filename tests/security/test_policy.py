"""The two readings of the policy table agree, for whoever acts and wherever a thing lies."""

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, insert, select

from app.domain.access.policy import OWN, TABLE, allows, holds, may_grant, scope_of
from app.domain.access.values import Actor, Grant, Permission, Place, Role

PATHS = st.lists(st.sampled_from(["1", "2", "3", "12", "13", "21", "123"]), min_size=1, max_size=4).map(
    lambda parts: ".".join(parts) + "."
)
PERSONS = st.integers(1, 4)
GRANTS = st.lists(st.builds(Grant, st.sampled_from(Role), PATHS | st.just("")), max_size=3).map(tuple)
ACTORS = st.builds(
    lambda person, grants: Actor("x", person_id=person, grants=grants), st.none() | PERSONS, GRANTS
)
THINGS = st.lists(st.builds(Place, PATHS | st.just(""), st.none() | PERSONS), min_size=1, max_size=12)
ROWS = Table(
    "thing",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("path", String),
    Column("owner", Integer),
)
ENGINE = create_engine("sqlite://")
ROWS.metadata.create_all(ENGINE)


def found(actor: Actor, permission: Permission, things: list[Place]) -> set[int]:
    """Return which things a query with the scope finds."""
    with ENGINE.begin() as connection:
        connection.execute(ROWS.delete())
        connection.execute(
            insert(ROWS),
            [
                {"id": place, "path": thing.unit_path, "owner": thing.owner_id}
                for place, thing in enumerate(things)
            ],
        )
        clause = scope_of(actor, permission).within(ROWS.c.path, ROWS.c.owner)
        return set(connection.scalars(select(ROWS.c.id).where(clause)))


@settings(max_examples=600, deadline=None)
@given(ACTORS, st.sampled_from(Permission), THINGS)
def test_a_query_finds_exactly_what_the_object_check_allows(actor, permission, things):
    allowed = {place for place, thing in enumerate(things) if allows(actor, permission, thing)}
    assert found(actor, permission, things) == allowed


@settings(max_examples=300, deadline=None)
@given(ACTORS, st.sampled_from(Permission), THINGS)
def test_what_is_allowed_follows_from_the_table_alone(actor, permission, things):
    for thing in things:
        by_role = any(
            permission in TABLE[grant.role]
            and (thing.unit_path.startswith(grant.path) if grant.path else grant.role is Role.ADMIN)
            for grant in actor.grants
        )
        is_own = permission in OWN and thing.owner_id is not None and thing.owner_id == actor.person_id
        assert allows(actor, permission, thing) == (by_role or is_own)
        assert holds(actor, permission) or not allows(actor, permission, thing)


@settings(max_examples=300, deadline=None)
@given(GRANTS, st.sampled_from(Role), PATHS | st.just(""))
def test_whatever_is_granted_lets_nobody_do_what_the_giver_could_not(grants, role, path):
    giver = Actor("x", person_id=1, grants=grants)
    if not may_grant(giver, role, path):
        return
    taker = Actor("y", person_id=2, grants=(Grant(role, path),))
    for permission in Permission:
        for place in (path, path + "9.", "1.", "2.3."):
            thing = Place(place)
            assert allows(giver, permission, thing) or not allows(taker, permission, thing)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([role for role in Role if role is not Role.ADMIN]), st.sampled_from(Permission), THINGS
)
def test_a_role_without_a_unit_reaches_nothing(role, permission, things):
    actor = Actor("x", grants=(Grant(role, ""),))
    assert not any(allows(actor, permission, thing) for thing in things)
    assert found(actor, permission, things) == set()
