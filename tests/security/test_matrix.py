"""T1: every rule and method, for everyone, with things of her own, of her territory and of another's.

What is expected follows from what the endpoint declares and from the policy table; nothing is listed by hand but
what a parameter stands for (``addresses.PARAMETERS``).
"""

from collections.abc import Iterator

import pytest
from werkzeug.routing import Map, Rule
from werkzeug.test import TestResponse

from app.domain.access.gate import required_by
from app.domain.access.values import Permission
from app.domain.territory import queries as territory
from tests.security.addresses import PARAMETERS, Asked, Oracle, Target, Unknown, targets
from tests.security.cast import PARTS, Part
from tests.security.stage import Stage

SAFE = {"GET", "HEAD", "OPTIONS"}
PARTS_BY_NAME = {part.name: part for part in PARTS}
REFUSED, NOT_FOUND, SIGN_IN, OPEN = "403", "404", "sign in", "open"


@pytest.fixture(scope="session")
def oracle(built_stage: Stage) -> Oracle:
    with built_stage.acting():
        paths = {unit.code: unit.path for unit in territory.list_all_units()}
    return Oracle(built_stage.cast, paths)


def rules_of(stage: Stage) -> list[Rule]:
    """Return every rule of the application."""
    return sorted(stage.app.url_map.iter_rules(), key=lambda rule: rule.rule)


def permission_of(stage: Stage, rule: Rule) -> Permission | None:
    """Return what the view of a rule asks for."""
    return required_by(stage.app.view_functions[rule.endpoint])


def expected(oracle: Oracle, part: Part, permission: Permission | None, target: Target, method: str) -> str:
    """Return what the table says: the right is lacking, the thing lies elsewhere, or the door is open."""
    if permission is None:
        return OPEN
    if part.name == "anonymous" or part.is_deactivated:
        return SIGN_IN
    if not oracle.holds(part, permission):
        return REFUSED
    is_reached = method == "OPTIONS" or target.is_reached(Asked(oracle, part, permission))
    return OPEN if is_reached else NOT_FOUND


def seen(answer: TestResponse) -> str:
    """Return what an answer means."""
    if answer.status_code in {301, 302, 303} and answer.headers["Location"].startswith("/login"):
        return SIGN_IN
    if answer.status_code in {403, 404}:
        return str(answer.status_code)
    if answer.status_code in {200, 202, 302, 303, 304, 400, 409, 422, 503}:
        return OPEN
    return f"a surprise: {answer.status_code}"


def tries(stage: Stage, part: Part) -> Iterator[tuple[Rule, str, Target]]:
    """Yield every rule, method and target that a part tries."""
    for rule in rules_of(stage):
        for target in targets(stage.cast, rule, part):
            for method in sorted(rule.methods or ()):
                yield rule, method, target


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_every_rule_answers_everyone_as_the_policy_table_says(stage, oracle, part):
    wrong = []
    client = stage.client(part.name)
    for rule, method, target in tries(stage, part):
        answer = client.open(target.path, method=method)
        wanted = expected(oracle, part, permission_of(stage, rule), target, method)
        found = seen(answer)
        answer.close()
        if found != wanted:
            wrong.append(f"{method} {target.path} ({target.place}): {found} instead of {wanted}")
        if method not in SAFE and found == OPEN:
            stage.restore()
            client = stage.client(part.name)
    assert not wrong, "\n".join(wrong)


def test_the_matrix_tries_every_rule_with_things_of_both_regions(stage):
    part = PARTS_BY_NAME["coordinator"]
    tried = {(rule.rule, method) for rule, method, _target in tries(stage, part)}
    assert tried == {(rule.rule, method) for rule in rules_of(stage) for method in rule.methods or ()}
    judged = {rule.rule for rule, _method, target in tries(stage, part) if target.place == "away"}
    assert judged >= {
        rule.rule
        for rule in rules_of(stage)
        if permission_of(stage, rule) is not None
        and any(
            PARAMETERS.get((rule.endpoint.partition(".")[0], name)) and not _word(rule, name)
            for name in rule.arguments
        )
    }


def _word(rule: Rule, name: str) -> str:
    own = PARAMETERS.get((rule.endpoint, name)) or PARAMETERS[rule.endpoint.partition(".")[0], name]
    return own.word


def test_nobody_but_the_public_list_comes_in_without_signing_in(stage):
    """Names every public rule: a page that becomes public by mistake is seen here."""
    public = {rule.endpoint for rule in rules_of(stage) if permission_of(stage, rule) is None}
    assert public == {
        "account.choose_password",
        "account.language",
        "account.login",
        "account.logout",
        "account.reset",
        "api.certificate",
        "public.accessibility",
        "public.alive",
        "public.badge_course",
        "public.badge_issuer",
        "public.badge_programme",
        "public.badge_states",
        "public.course",
        "public.courses",
        "public.did",
        "public.help_page",
        "public.home",
        "public.issuer",
        "public.issuer_chain",
        "public.media",
        "public.privacy",
        "public.ready",
        "public.security",
        "public.verify",
        "public.verify_code",
        "public.verify_file",
        "public.verify_name",
    }


def test_a_rule_with_an_unknown_parameter_is_told_what_to_add(stage):
    rule = next(Map([Rule("/manage/<uuid:thing_id>", endpoint="manager.thing")]).iter_rules())
    with pytest.raises(Unknown, match=r'PARAMETERS\[\("manager", "thing_id"\)\]'):
        list(targets(stage.cast, rule, PARTS_BY_NAME["manager"]))


def test_methods_that_a_rule_does_not_name_are_refused(stage):
    wrong = []
    for part in ("anonymous", "admin"):
        client = stage.client(part)
        for rule in rules_of(stage):
            target = next(iter(targets(stage.cast, rule, PARTS_BY_NAME["admin"])))
            known = stage.app.url_map.bind("localhost").allowed_methods(target.path)
            wrong += [
                f"{method} {target.path}: {status}"
                for method in {"POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"}.difference(known)
                if (status := client.open(target.path, method=method).status_code) != 405
            ]
    assert not wrong, "\n".join(wrong)
