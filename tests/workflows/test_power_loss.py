"""What was acknowledged as saved is there after the power went: the process killed, the database crashed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from app import create_app
from app.domain.access.values import Permission
from app.foundation.db import Base, db, session
from app.workflows import sitting
from tests import servers, world
from tests.conftest import environment

ROOT = Path(__file__).parents[2]
ENOUGH = 25
SAVER = """
import sys
from uuid import UUID
from app import create_app
from app.workflows import sitting
from tests import world
from tests.conftest import environment
from pathlib import Path

app = create_app(environment(Path(sys.argv[1]), **dict(pair.split("=", 1) for pair in sys.argv[4:])))
with app.app_context():
    actor = world.act_as("eva@example.org")
    number = 0
    while True:
        number += 1
        sitting.save_answers(actor, UUID(sys.argv[2]), {sys.argv[3]: [f"answer {number}"]})
        print(number, flush=True)
"""


@dataclass
class House:
    """An installation whose database was set up to lose nothing."""

    instance: Path
    more: dict[str, str]
    cluster: servers.Postgres | None


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def house(request, tmp_path) -> Iterator[House]:
    if request.param == "sqlite":
        yield House(tmp_path, {}, None)
        return
    if not servers.has_postgres():
        pytest.skip("PostgreSQL is not installed")
    with servers.postgres(durable=True) as cluster:
        yield House(tmp_path, {"DATABASE_URL": cluster.create("house")}, cluster)


def begin(house: House) -> tuple[str, str, str]:
    """Begin a test; return its id, the input of its question in words, and how safely the database writes."""
    made = create_app(environment(house.instance, **house.more))
    with made.app_context():
        db.create_all()
        world.settle()
        actor = world.act_as(world.person())
        attempt = world.begin_test(actor)
        paper = world.paper_of(actor, attempt)
        place = next(place for place, question in enumerate(paper, 1) if question.key == "text")
        asked = "PRAGMA synchronous" if house.cluster is None else "SHOW synchronous_commit"
        safety = str(session().scalar(text(asked)))
        db.session.remove()
        db.engine.dispose()
    return str(attempt.public_id), f"q{place}", safety


def saved(house: House, attempt_id: str, field: str) -> str:
    """Return the answer that the database holds, opened anew."""
    made = create_app(environment(house.instance, **house.more))
    with made.app_context():
        scope = sitting.scope_of(world.act_as("eva@example.org"), Permission.OWN_LEARNING)
        attempt = sitting.attempts.get_attempt(scope, UUID(attempt_id))[0]
        answers = sitting.attempts.responses_of(scope, attempt)
        tables = set(db.inspect(db.engine).get_table_names())
        db.session.remove()
        db.engine.dispose()
    assert tables >= set(Base.metadata.tables)
    return answers[int(field.removeprefix("q"))][0]


def test_an_acknowledged_answer_survives(house):
    attempt_id, field, safety = begin(house)
    assert safety == ("2" if house.cluster is None else "on")  # SQLite's 2 is FULL.
    given = [f"{name}={value}" for name, value in house.more.items()]
    command = [sys.executable, "-c", SAVER, str(house.instance), attempt_id, field, *given]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as saver:
        acknowledged = [int(saver.stdout.readline()) for _ in range(ENOUGH)]
        if house.cluster is not None:
            house.cluster.crash()
        os.kill(saver.pid, signal.SIGKILL)
        acknowledged += [int(line) for line in saver.stdout.read().split()]
    if house.cluster is not None:
        house.cluster.start()
    last = int(saved(house, attempt_id, field).removeprefix("answer "))
    assert acknowledged[-1] >= ENOUGH
    assert last in {
        acknowledged[-1],
        acknowledged[-1] + 1,
    }  # Killed between the commit and its acknowledgement.
