"""The signing key of the instance's own is a part of its backups."""

import pytest

from app.foundation import authority, settings
from app.workflows import keeping
from tests.conftest import environment


@pytest.mark.parametrize("has_made_another", [False, True])
def test_the_key_comes_back_with_the_instance_and_another_is_put_aside(app, tmp_path, has_made_another):
    old, new = environment(tmp_path / "old"), environment(tmp_path / "new")
    key = authority.ensure(old.instance, "localhost").read_bytes()
    if has_made_another:
        authority.ensure(new.instance, "localhost")
    settings.use(old)
    keeping._copy_signing(tmp_path / "set")
    settings.use(new)
    keeping._restore_signing(tmp_path / "set")
    came = new.instance / authority.FILE
    assert came.read_bytes() == key
    assert came.stat().st_mode & 0o077 == came.parent.stat().st_mode & 0o077 == 0
    assert len(list(came.parent.iterdir())) == 1 + has_made_another


def test_an_instance_without_a_key_of_its_own_keeps_none(app, tmp_path):
    settings.use(environment(tmp_path / "old"))
    keeping._copy_signing(tmp_path / "set")
    keeping._restore_signing(tmp_path / "set")
    assert not (tmp_path / "set").exists()
    assert not (tmp_path / "old").exists()
