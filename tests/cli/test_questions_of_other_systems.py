"""``flask questions`` with the XML formats: pictures come into media/, and what is exported another course takes."""

import io
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.cli import questions
from app.domain.access.values import Actor
from app.domain.catalogue.models import CourseDraft
from app.foundation.db import session
from app.foundation.files import store
from app.workflows import drafting

FILES = Path(__file__).parents[1] / "formats" / "question_files"
SYSTEM = Actor.system("test")


@pytest.fixture
def course(app, land):
    for slug in ("my-course", "other-course"):
        drafting.begin_course(SYSTEM, slug, "CZ", "My course", "en")
    return "my-course"


@pytest.fixture
def package(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted((FILES / "qti").rglob("*")):
            archive.write(path, path.relative_to(FILES / "qti"))
    file = tmp_path / "exam.zip"
    file.write_bytes(buffer.getvalue())
    return file


def run(*arguments):
    """Run a command, and return its code, what it says and what it complains of."""
    answer = CliRunner().invoke(questions.group, [str(argument) for argument in arguments])
    return answer.exit_code, answer.stdout, answer.stderr


def drafted(slug):
    session().expire_all()
    drafts = session().scalars(select(CourseDraft)).all()
    return next(
        draft.files for draft in drafts if f"id: {slug}" in store().get(draft.files["course.yaml"]).decode()
    )


def test_moodle_questions_come_with_their_pictures(course):
    code, said, told = run("import", FILES / "moodle.xml", "--course", course)
    assert (code, said) == (0, "10 questions taken over into the draft: en/questions-moodle.md\n")
    assert f"{FILES / 'moodle.xml'}:132: left-out: Úvod: A description asks nothing" in told
    files = drafted(course)
    assert store().get(files["media/schema-1.png"]).startswith(b"\x89PNG")
    assert b"../media/schema-1.png" in store().get(files["en/questions-moodle.md"])


def test_a_qti_package_comes_with_its_pictures(course, package):
    code, said, told = run("import", package, "--course", course)
    assert (code, said) == (0, "9 questions taken over into the draft: en/questions-exam.md\n")
    assert "items/broken.xml: This is no XML that can be read" in told
    assert store().get(drafted(course)["media/mapa.png"]).startswith(b"\x89PNG")


def test_what_a_course_exports_as_moodle_xml_another_takes_over(course, tmp_path):
    run("import", FILES / "moodle.xml", "--course", course)
    file = tmp_path / "bank.xml"
    code, said, _told = run("export", course, "--format", "moodle-xml", "--draft", "-o", file)
    assert (code, said) == (0, f"18 questions written to {file}\n")
    code, said, told = run("import", file, "--course", "other-course")
    assert (code, "left-out" in told) == (0, False)
    assert said == "18 questions taken over into the draft: en/questions-bank.md\n"
    assert drafted("other-course")["media/schema-1.png"] == drafted(course)["media/schema-1.png"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.xml", b"<quiz>\n<question>\n</quiz>", "3: This is no XML that can be read: mismatched tag."),
        (
            "a.xml",
            b"<!DOCTYPE q [<!ENTITY a 'x'>]>\n<quiz>&a;</quiz>",
            "1: A document type or entities of its own",
        ),
        ("a.zip", b"PK\x03\x04" + b"x" * 50, "1: This is no ZIP archive that can be read"),
    ],
)
def test_hostile_files_are_refused_with_their_line(course, tmp_path, name, content, told):
    file = tmp_path / name
    file.write_bytes(content)
    before = drafted(course)
    code, said, complained = run("import", file, "--course", course)
    assert (code, said) == (1, "")
    assert complained.startswith(f"{file}:{told}")
    assert drafted(course) == before
