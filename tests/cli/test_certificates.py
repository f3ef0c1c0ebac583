"""``flask certificates verify``: by the code or the file."""

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate
from app.domain.people import queries as people
from app.foundation.db import session
from app.foundation.files import store
from app.workflows import certifying, rendering
from tests import world
from tests.lapsing import lapse


@pytest.fixture
def eva(land):
    """A certificate with both of its copies."""
    world.pass_test(world.act_as(world.person()))
    code = session().scalar(select(Certificate.code))
    rendering.render(Actor.system(rendering.JOB), code)
    return session().scalar(select(Certificate).where(Certificate.code == code))


def verify(app, *given):
    return app.test_cli_runner().invoke(args=["certificates", "verify", *map(str, given)])


def test_file_and_code_tell_the_same(app, eva, tmp_path):
    file = tmp_path / "certificate.pdf"
    file.write_bytes(store().get(eva.signed_digest))
    by_file, by_code = verify(app, file), verify(app, eva.code)
    assert by_file.exit_code == by_code.exit_code == 0
    assert by_file.stdout == by_code.stdout
    assert by_file.stdout.startswith(f"valid\t{eva.number}\tEva Nováková\t")


def test_a_file_that_is_not_worth_anything_ends_with_one(app, eva, tmp_path):
    content = store().get(eva.signed_digest)
    files = [tmp_path / name for name in ("revoked.pdf", "changed.pdf", "foreign.pdf")]
    for file, each in zip(files, (content, content + b" ", b"%PDF-1.4"), strict=True):
        file.write_bytes(each)
    admin = world.act_as(world.person("admin@example.org", roles=(("admin", None),)))
    certifying.revoke(admin, eva.code, "Issued by mistake.")
    revoked, changed, foreign = (verify(app, file) for file in files)
    assert [each.exit_code for each in (revoked, changed, foreign)] == [1, 1, 1]
    assert revoked.stdout.startswith("revoked\t")
    assert changed.stderr == f"altered\t{eva.number}\n"
    assert foreign.stderr == "unknown\n"


def test_an_erased_name_is_said_to_be(app, eva, tmp_path):
    file = tmp_path / "certificate.pdf"
    file.write_bytes(store().get(eva.signed_digest))
    number, code = eva.number, eva.code
    lapse(people.find_person_by_email("eva@example.org"))
    for given in (file, code):
        told = verify(app, given)
        assert told.exit_code == 0
        assert told.stdout.startswith(f"valid\t{number}\t(name erased)\t")
