"""No trainer reaches a course of another territory, by whatever address or method; no key leaves by one."""

import pytest

from tests import world
from tests.web.visitors import Visitor

SECRET = "canary-4f1c9a7e22d04b6c"
VALUES = {
    "path": "en/questions.md",
    "language": "en",
    "address": "first-module",
    "digest": "0" * 64,
    "name": "x.png",
    "key": "own-practice",
}


def rules_of(app):
    """Yield every address and method of the trainer's pages about one course, but for a methodologist's own."""
    for rule in app.url_map.iter_rules():
        is_trainers = rule.endpoint.startswith("trainer.") and not rule.endpoint.startswith(
            "trainer.validity"
        )
        if is_trainers and "slug" in rule.arguments:
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule, method


@pytest.mark.parametrize("is_published", [False, True])
def test_every_address_of_a_foreign_course_is_404_and_of_no_role_403(desk, is_published):
    desk.begin()
    desk.edit("en/questions.md", "= practice\n", f"= {SECRET}\n")
    if is_published:
        desk.publish()
    world.person("rs@example.org", "80039", roles=(("trainer", "RS-APV"),))
    world.person("region@example.org", "585068", roles=(("trainer", "CZ-K3131"),))
    world.person("coordinator@example.org", roles=(("coordinator", "CZ"),))
    app, tried = desk.browser.app, 0
    people = {
        404: [Visitor(app).sign_in("rs@example.org"), Visitor(app).sign_in("region@example.org")],
        403: [Visitor(app).sign_in("coordinator@example.org")],
        302: [Visitor(app)],
    }
    for rule, method in rules_of(app):
        given = {name: VALUES[name] for name in rule.arguments if name != "slug"}
        with app.test_request_context():
            address = rule.build({"slug": "my-course", **given})[1]
        for status, browsers in people.items():
            for browser in browsers:
                answer = browser.client.open(address, method=method, data={"revision": "1", "reason": "x"})
                assert answer.status_code == status, (method, address, answer.status_code)
                assert SECRET.encode() not in answer.data
                tried += 1
    assert tried >= 60
    assert SECRET in desk.read("en/questions.md")[0]


def test_the_secret_is_seen_by_whom_it_belongs_to(desk):
    desk.begin()
    desk.edit("en/questions.md", "= practice\n", f"= {SECRET}\n")
    assert SECRET in desk.page("/preview/en")


def test_nothing_is_written_by_looking(desk):
    desk.begin()
    before = desk.kept()
    for address in (
        "/preview/en",
        "/preview/en/first-module",
        "/files/course.yaml",
        "/download",
        "/learners",
    ):
        desk.browser.get(desk.address + address)
    desk.send("/preview/en", {"q1": "0"}, status=200)
    assert desk.kept() == before
