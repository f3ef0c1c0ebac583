"""The queue, in a file and in Redis: what is announced arrives, what is forged does not, an outage loses nothing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from huey.exceptions import HueyException

from app.foundation import settings
from app.jobs import announcing
from tests import servers
from tests.conftest import KEY


def chosen(instance: Path, redis_url: str | None) -> settings.Settings:
    environ = {
        "INSTANCE": str(instance),
        "ENVIRONMENT": "demo",
        "BASE_URL": "http://127.0.0.1:8000",
        "SECRET_KEY": KEY,
    }
    return settings.from_env({**environ, "REDIS_URL": redis_url} if redis_url else environ)


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    if not servers.has_redis():
        pytest.skip("Redis is not installed")
    with servers.redis() as url:
        yield url


@pytest.fixture(params=["file", "redis"])
def queue_settings(request, tmp_path) -> settings.Settings:
    """Settings whose queue lies in a file of the instance, or in Redis."""
    return chosen(tmp_path, request.getfixturevalue("redis") if request.param == "redis" else None)


def test_a_committed_job_is_announced_by_its_number(queue_settings):
    announcing.announcer(queue_settings)(17)
    arrived = announcing.make_huey(queue_settings)
    announcing.declare(arrived, None)
    task = arrived.dequeue()
    assert (task.name, task.args) == ("deliver", (17,))
    assert arrived.dequeue() is None


def test_a_message_that_is_not_signed_by_this_instance_is_not_taken(queue_settings):
    announcing.announcer(
        replace(queue_settings, secret_key="another key, of another instance, of some length")
    )(17)
    arrived = announcing.make_huey(queue_settings)
    announcing.declare(arrived, None)
    with pytest.raises((ValueError, HueyException)):
        arrived.dequeue()


@pytest.mark.parametrize("is_redis", [True, False], ids=["redis", "file"])
def test_a_queue_that_cannot_be_reached_does_not_undo_what_is_committed(tmp_path, is_redis):
    if is_redis:
        unreachable = chosen(tmp_path, f"redis://127.0.0.1:{servers.free_port()}/0")
    else:
        unreachable = chosen(tmp_path, None)
        (tmp_path / "jobs.db").mkdir()
    announcing.announcer(unreachable)(17)
