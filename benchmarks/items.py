"""Item analysis of ten thousand attempts of thirty questions: what it costs from rows to figures.

Alone: ``python -m benchmarks.items``.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import TypeAlias

from sqlalchemy import Connection, insert, select

from app.domain.access.values import Actor
from app.domain.assessments import rules
from app.domain.assessments.models import Answer, Attempt, Paper
from app.domain.assessments.service import lay_out_paper
from app.domain.assessments.values import Mark, PaperQuestion, Response
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.models import CourseVersion
from app.domain.catalogue.values import Kind
from app.domain.enrolment.models import Enrolment
from app.domain.people.models import Person
from app.domain.reports.values import Sample
from app.domain.territory.models import Unit
from app.foundation import ids
from app.foundation.db import db
from app.foundation.plain import dump
from app.workflows import analysing
from benchmarks import figures, ground, land, processes, serving
from benchmarks.crowd import FIRST_DAY, Row
from benchmarks.figures import Figure
from benchmarks.ground import Instance
from tests.servers import has_postgres, postgres
from tests.world import right_answer

COURSE = "basic-registers"
ATTEMPTS, QUESTIONS, ROUNDS = 10_000, 30, 3
CHUNK = 500
MOST_CPU_MS = 2_000.0
LANGUAGES = ("cs", "en")
SEED = 30
FIRST_ID = 1_000_000
"""The numbers of these rows begin above those of everyone else."""


def analysis(engine: str, instance: Instance, database: int | None = None) -> Iterator[Figure]:
    """Let many people sit a test, and analyse it; ``database`` is the process of a database server."""
    with ground.opened({**instance.environ, "LOG_LEVEL": "WARNING"}):
        sit()
        costs = []
        for _ in range(ROUNDS):
            before = cpu_ms(database)
            found = analysing.analyse(Actor.system("benchmark"), Sample(COURSE), "cs")
            costs.append(cpu_ms(database) - before)
            db.session.remove()
    if (
        found.test.count != ATTEMPTS
        or sum(each.item.count for each in found.questions) != ATTEMPTS * QUESTIONS
    ):
        raise ValueError("not every attempt was analysed")
    name = f"item analysis of {ATTEMPTS:,} attempts of {QUESTIONS} questions"
    yield Figure(name, engine, median(costs), "ms CPU", MOST_CPU_MS, {"most_ms": round(max(costs), 1)})


def cpu_ms(database: int | None) -> float:
    """Return the processor time of this process and, where there is one, of a database server, in milliseconds."""
    return processes.own_cpu_ms() + (processes.cpu_ms([database]) if database is not None else 0.0)


def sit() -> None:
    """Write what sitting a test leaves behind, as the workflows would: marked answers of learners good and bad."""
    course, version = catalogue.get_newest(COURSE)
    pool = list(catalogue.areas_of_pool(version.id))
    banks = {tag: catalogue.list_questions(version.id, tag, pool) for tag in LANGUAGES}
    dice = Random(SEED)
    with db.engine.connect().execution_options(writing=True) as connection, connection.begin():
        people = connection.execute(
            select(Person.id, Unit.id, Unit.path).join(Unit, Unit.id == Person.unit_id)
        ).all()
        for begin in range(0, ATTEMPTS, CHUNK):
            sittings = []
            for number in range(begin, begin + CHUNK):
                language = LANGUAGES[number % len(LANGUAGES)]
                drawn = dice.sample(banks[language], QUESTIONS)
                paper = lay_out_paper(drawn, True, number)
                outline = rules.outline([question.body for question in drawn], paper)
                row = _enrolment(course.id, version, number, people[number % len(people)], language)
                sittings.append((row, paper, outline, _answers(paper, dice)))
            _write(connection, version, sittings)


def _enrolment(
    course_id: int, version: CourseVersion, number: int, person: Sequence[object], language: str
) -> Row:
    person_id, unit_id, path = person
    return {
        "id": FIRST_ID + number,
        "public_id": ids.public_id(),
        "person_id": person_id,
        "course_id": course_id,
        "edition_id": version.edition_id,
        "ordinal": 1,
        "unit_id": unit_id,
        "unit_path": path,
        "language": language,
        "enrolled_at": FIRST_DAY,
        "last_activity_at": FIRST_DAY,
        "modules_done": 0,
        "attempts_made": 1,
        "extra_attempts": 0,
    }


def _answers(paper: Sequence[PaperQuestion], dice: Random) -> dict[int, Response]:
    """Return what a learner answers: she knows as much as chance gave her, and guesses the rest."""
    ability = dice.betavariate(5, 2)
    return {
        place: _right(question, place) if dice.random() < ability else _guess(question, dice)
        for place, question in enumerate(paper, start=1)
    }


def _right(question: PaperQuestion, place: int) -> Response:
    return rules.read_response(question, place, right_answer(question, place))


def _guess(question: PaperQuestion, dice: Random) -> Response:
    body, count = question.body, len(question.body.options)
    match question.kind:
        case Kind.SINGLE:
            return [str(dice.randrange(count))]
        case Kind.MULTIPLE:
            return [str(place) for place in range(count) if dice.random() < 0.5]  # noqa: PLR2004 -- A coin.
        case Kind.MATCH:
            return [str(dice.randrange(len(body.choices))) for _ in body.options]
        case Kind.ORDER:
            return [str(rank) for rank in dice.sample(range(1, count + 1), count)]
        case Kind.CLOZE:
            return [
                "x" if gap.choices is None else str(dice.randrange(len(gap.choices))) for gap in body.gaps
            ]
        case _:
            return [str(dice.randrange(50))]


Sitting: TypeAlias = tuple[Row, Sequence[PaperQuestion], str, dict[int, Response]]


def _write(connection: Connection, version: CourseVersion, sittings: Sequence[Sitting]) -> None:
    attempts, papers, answers = [], [], []
    for enrolment, paper, outline, responses in sittings:
        mark, earned = rules.mark(paper, responses)
        attempts.append(_attempt(enrolment, version, mark))
        questions = [dump(question) for question in paper]
        papers.append({"attempt_id": enrolment["id"], "questions": questions, "outline": outline})
        answers += [
            {
                "attempt_id": enrolment["id"],
                "position": place,
                "response": responses[place],
                "given_at": FIRST_DAY,
                "saved_at": FIRST_DAY,
                "earned": str(points),
            }
            for place, points in enumerate(earned, start=1)
        ]
    connection.execute(insert(Enrolment), [enrolment for enrolment, *_ in sittings])
    connection.execute(insert(Attempt), attempts)
    connection.execute(insert(Paper), papers)
    connection.execute(insert(Answer), answers)


def _attempt(enrolment: Row, version: CourseVersion, mark: Mark) -> Row:
    return {
        "id": enrolment["id"],
        "public_id": ids.public_id(),
        "enrolment_id": enrolment["id"],
        "person_id": enrolment["person_id"],
        "unit_path": enrolment["unit_path"],
        "version_id": version.id,
        "ordinal": 1,
        "language": enrolment["language"],
        "seed": enrolment["id"],
        "started_at": FIRST_DAY,
        "finished_at": FIRST_DAY + timedelta(minutes=20),
        "earned": str(mark.earned),
        "points": mark.points,
        "mark": mark.basis_points,
        "is_passed": mark.reaches(60),
    }


def main() -> None:
    """Measure this alone, on a small country, and print the table."""
    folder = Path(tempfile.mkdtemp(prefix="gradivo-bench-"))
    try:
        found = list(analysis("sqlite", lay(folder / "sqlite")))
        if has_postgres():
            with postgres(durable=True) as cluster:
                instance = lay(folder / "postgresql", cluster.create("bench"))
                found += analysis("postgresql", instance, serving.postmaster(cluster))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures.show(found)


def lay(home: Path, database_url: str | None = None) -> Instance:
    """Prepare a small instance with as many people as sit the test."""
    home.mkdir()
    return ground.prepare(ground.environment(home, database_url), land.VILLAGE_LAND, ATTEMPTS, 1)


if __name__ == "__main__":
    main()
