"""``flask people``, as an operator types it."""

import pytest

from app.domain.access.policy import scope_of
from app.domain.access.values import Permission, Role
from app.domain.people import queries as people
from app.foundation.db import session
from app.workflows import entering
from tests import world


@pytest.fixture
def flask(app, land):
    """Run a command and return it, with what it printed."""
    return lambda *words: app.test_cli_runner().invoke(args=["people", *words])


def roles(email):
    return {(grant.role, grant.path) for grant in world.act_as(email).grants}


def test_the_first_administrator_gets_a_link_that_works_once(flask):
    done = flask("create-admin", "Root@Example.org", "--unit", "CZ")
    assert done.exit_code == 0
    assert done.stdout.startswith("http://localhost/account/invitation/")
    secret = done.stdout.strip().rsplit("/", 1)[1]
    entering.choose_password("invitation", secret, "zelena zaba skace vysoko")
    assert scope_of(world.act_as("root@example.org"), Permission.ROLE_GRANT).everything


def test_where_there_are_several_countries_the_unit_must_be_said(flask):
    done = flask("create-admin", "root@example.org")
    assert done.exit_code == 2
    assert "CZ, RS" in done.stderr


def test_without_a_territory_the_next_step_is_told(app):
    done = app.test_cli_runner().invoke(args=["people", "create-admin", "root@example.org"])
    assert done.exit_code == 1
    assert "flask territory import" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("create-admin", "no address", "--unit", "CZ"),
        ("create-admin", "root@example.org", "--unit", "nowhere"),
        ("grant", "nobody@example.org", "manager", "CZ"),
        ("grant", "eva@example.org", "manager", "nowhere"),
        ("grant", "eva@example.org", "manager"),
        ("revoke", "eva@example.org", "manager", "CZ"),
        ("revoke", "eva@example.org", "manager", "nowhere"),
    ],
)
def test_what_cannot_be_done_ends_with_one_and_a_sentence(flask, words):
    world.person()
    done = flask(*words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert roles("eva@example.org") == set()


@pytest.mark.parametrize(
    "words", [("grant", "eva@example.org", "learner", "CZ"), ("grant", "eva@example.org"), ("x",)]
)
def test_what_is_no_command_ends_with_two(flask, words):
    assert flask(*words).exit_code == 2


def test_a_role_is_given_and_taken(flask, land):
    world.person()
    assert flask("grant", "EVA@example.org", "coordinator", "CZ-K3107").exit_code == 0
    assert roles("eva@example.org") == {(Role.COORDINATOR, land.unit("CZ-K3107").path)}
    assert flask("grant", "eva@example.org", "coordinator", "CZ-K3107").exit_code == 1
    assert flask("revoke", "eva@example.org", "coordinator", "CZ").exit_code == 1
    assert flask("revoke", "eva@example.org", "coordinator", "CZ-K3107").exit_code == 0
    assert roles("eva@example.org") == set()


def test_an_administrator_of_everything_is_made_and_unmade(flask):
    world.person()
    assert flask("grant", "eva@example.org", "admin").exit_code == 0
    assert scope_of(world.act_as("eva@example.org"), Permission.MAIL_READ).everything
    assert flask("revoke", "eva@example.org", "admin").exit_code == 0


def test_somebody_is_erased_once_it_is_confirmed(flask, land):
    world.pass_test(world.act_as(world.person()))
    done = flask("erase", "EVA@example.org")
    assert done.exit_code == 1
    assert "1 attempts, 0 files and 0 courses begun go; 1 certificates stay with the name" in done.stdout
    assert people.find_person_by_email("eva@example.org") is not None
    assert flask("erase", "eva@example.org", "--yes").exit_code == 0
    session().rollback()
    assert people.find_person_by_email("eva@example.org") is None
    assert flask("erase", "eva@example.org", "--yes").exit_code == 1


def test_every_command_explains_itself(flask):
    for command in ("create-admin", "grant", "revoke", "erase"):
        done = flask(command, "--help")
        assert done.exit_code == 0
        assert "Usage:" in done.stdout
