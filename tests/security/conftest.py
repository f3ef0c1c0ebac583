"""One stage for all attacks of a process; restored after each of them."""

import shutil
from collections.abc import Iterator

import pytest

from app import create_app
from app.foundation import queue
from app.foundation.db import db
from app.web.limiter import limiter
from tests.conftest import environment, without_waiting
from tests.security.stage import Stage


@pytest.fixture(scope="session")
def built_stage(tmp_path_factory) -> Iterator[Stage]:
    """The application and its cast."""
    folder = tmp_path_factory.mktemp("stage")
    made = create_app(environment(folder))
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    limiter.enabled = False
    queue.use(None)
    with made.app_context():
        without_waiting(db.engine)
    built = Stage(made)
    yield built
    with made.app_context():
        db.engine.dispose()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def stage(built_stage) -> Iterator[Stage]:
    """The stage, as it was in the beginning."""
    with built_stage.acting():
        pass
    yield built_stage
    built_stage.app.config["WTF_CSRF_ENABLED"] = False
    built_stage.restore()
