"""``flask questions``: import and export as an operator sees them."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.cli import questions
from app.domain.access.values import Actor
from app.domain.catalogue.models import CourseDraft
from app.foundation.audit import AuditEntry
from app.foundation.db import session
from app.workflows import drafting, inspecting
from app.workflows.publishing import Seen

GIFT = "::First::One?{T}\n\nQ{=right ~%50%half}\n\nText.\n"
SYSTEM = Actor.system("test")


@pytest.fixture
def course(app, land):
    drafting.begin_course(SYSTEM, "my-course", "CZ", "My course", "en")
    return "my-course"


def run(*arguments):
    """Run a command, and return its code, what it says and what it complains of."""
    answer = CliRunner().invoke(questions.group, [str(argument) for argument in arguments])
    return answer.exit_code, answer.stdout, answer.stderr


def drafted():
    session().expire_all()
    return session().scalars(select(CourseDraft)).one().files


def test_a_dry_run_tells_all_and_writes_nothing(course, tmp_path):
    file = tmp_path / "exam.gift"
    file.write_text(GIFT)
    before = drafted()
    code, said, told = run("import", file, "--course", course, "--dry-run")
    assert (code, said) == (0, "2 questions can be taken over (gift); nothing was written\n")
    assert told.splitlines() == [
        f"{file}:3: changed: q: The option “half” counted 50 %: here it is wrong.",
        f"{file}:5: left-out: Text.: A description asks nothing: put its text into a module of the course.",
    ]
    assert drafted() == before


def test_questions_are_taken_over_once(course, tmp_path):
    file = tmp_path / "exam.gift"
    file.write_text(GIFT)
    code, said, _told = run("import", file, "--course", course, "--format", "gift", "--language", "en")
    assert (code, said) == (0, "2 questions taken over into the draft: en/questions-exam.md\n")
    after = drafted()
    assert "en/questions-exam.md" in after
    code, said, _told = run("import", file, "--course", course)
    assert (code, said) == (0, "2 questions were taken over before: en/questions-exam.md\n")
    assert drafted() == after
    actions = [entry.action for entry in session().scalars(select(AuditEntry))]
    assert actions.count("questions.import") == 1


@pytest.mark.parametrize(
    ("content", "more", "told"),
    [
        (b"One?{T}\n\x00", (), "2: This line holds the control character U+0000: delete it."),
        (b"Text.\n", (), "1: No question of this file can be taken over."),
        (
            b"One?{T}\n",
            ("--language", "cs"),
            "1: Questions come in the course's first language, en; translate them there.",
        ),
    ],
)
def test_what_cannot_be_taken_over_is_told_with_its_place(course, tmp_path, content, more, told):
    file = tmp_path / "exam.gift"
    file.write_bytes(content)
    before = drafted()
    code, said, complaints = run("import", file, "--course", course, *more)
    assert (code, said) == (1, "")
    assert complaints.splitlines()[-1] == f"{file}:{told}"
    assert drafted() == before


def test_a_course_that_is_not_there_and_wrong_usage(course, tmp_path):
    file = tmp_path / "exam.gift"
    file.write_text(GIFT)
    assert run("import", file, "--course", "gone")[::2] == (1, f"{file}:1: There is no such course.\n")
    assert run("import", file)[0] == 2
    assert run("import", tmp_path / "none", "--course", course)[0] == 2
    assert run("export", course, "--format", "word", "-o", tmp_path / "x")[0] == 2


def test_a_bank_is_written_and_taken_by_another_course(course, tmp_path):
    target = tmp_path / "bank.gift"
    code, said, complaints = run("export", course, "--format", "gift", "-o", target)
    assert (code, said, complaints) == (1, "", "my-course:1: This course is not published yet.\n")
    code, said, complaints = run("export", course, "--format", "gift", "--draft", "-o", target)
    assert code == 0
    assert "changed: " in complaints
    count = int(said.split()[0])
    drafting.begin_course(SYSTEM, "other-course", "CZ", "Other", "en")
    code, said, _told = run("import", target, "--course", "other-course")
    assert (code, int(said.split()[0])) == (0, count)


@pytest.mark.parametrize("kind", ["gift", "aiken"])
def test_a_published_bank_is_written(course, tmp_path, kind):
    bench = inspecting.open_course(SYSTEM, course)
    published = drafting.publish(SYSTEM, course, Seen(bench.revision, None))
    assert published.version is not None, published.findings
    code, said, _told = run("export", course, "--format", kind, "-o", tmp_path / "bank")
    assert code == 0
    assert int(said.split()[0]) > 0
    assert (tmp_path / "bank").read_bytes()
