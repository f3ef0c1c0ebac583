"""``flask courses``: check, sync, list and export as an operator sees them."""

import pathlib

import pytest
from click.testing import CliRunner

from app.cli import courses
from app.formats.course_template import new_course
from app.workflows import certifying
from tests import world


def write(root, slug="my-course", owner="CZ", old="", new=""):
    for path, content in new_course(slug, owner, "en", "My course").items():
        file = root / slug / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content.decode().replace(old, new) if old else content.decode())
    return root / slug


def run(*arguments):
    """Run a command, and return its code, what it says and what it complains of."""
    answer = CliRunner().invoke(courses.group, [str(argument) for argument in arguments])
    return answer.exit_code, answer.stdout, answer.stderr


# Checking needs neither settings nor a database.


def test_a_clean_tree_is_said_to_be_clean(tmp_path):
    write(tmp_path)
    assert run("check", tmp_path) == (0, "1 courses, 0 programmes: clean\n", "")


def test_every_problem_is_told_with_file_and_line(tmp_path):
    folder = write(tmp_path, old="hours: 1 ", new="hours: one ")
    with (folder / "en" / "02-second-module.md").open("a") as file:
        file.write("\n[dead](gone.md)\n")
    code, _said, complaints = run("check", tmp_path)
    lines = complaints.splitlines()
    assert code == 1
    assert lines[0].startswith(f"{folder}/course.yaml:14: ")
    assert any(line.startswith(f"{folder}/en/02-second-module.md:") for line in lines)


def test_one_folder_is_checked_alone_among_its_neighbours(tmp_path, monkeypatch):
    write(tmp_path, "advanced", old="prerequisites: []", new="prerequisites: [basics]")
    write(tmp_path, "basics")
    assert run("check", tmp_path / "advanced")[0] == 0
    monkeypatch.chdir(tmp_path / "advanced")
    assert run("check", ".")[0] == 0


def test_warnings_are_errors_where_it_is_strict(tmp_path):
    write(tmp_path, old="hours: 1 ", new="hours: 4 ")
    assert run("check", tmp_path)[0] == 0
    code, _said, complaints = run("check", tmp_path, "--strict")
    assert code == 1
    assert "warning: " in complaints


def test_a_link_is_told_and_not_followed(tmp_path):
    folder = write(tmp_path)
    pathlib.Path(folder / "en" / "03-x.md").symlink_to("/etc/passwd")
    code, _said, complaints = run("check", folder)
    assert code == 1
    assert complaints.startswith(f"{folder}/en/03-x.md:1: ")


def test_an_empty_folder_is_no_tree_of_courses(tmp_path):
    assert run("check", tmp_path)[0] == 1


@pytest.mark.parametrize(
    "arguments", [("check",), ("check", "/no/such/folder"), ("check", ".", "--language", "de")]
)
def test_a_wrong_call_is_told_by_code_2(arguments):
    assert run(*arguments)[0] == 2


# Publishing.


def test_courses_are_synced_listed_and_exported(land, tmp_path):
    folder = write(tmp_path)
    assert run("sync", tmp_path) == (0, "my-course 1.0: published\n", "")
    assert run("sync", tmp_path) == (0, "my-course 1.0: unchanged\n", "")
    (folder / "course.yaml").write_text("# A remark.\n" + (folder / "course.yaml").read_text())
    assert run("sync", folder) == (0, "my-course 1.0: unchanged, files kept\n", "")
    assert "my-course\t1.0\tCZ\ten\n" in run("list")[1]
    code, said, _complaints = run("export", "my-course", tmp_path / "out")
    assert (code, said) == (0, f"{tmp_path}/out/my-course\n")
    for file in folder.rglob("*.*"):
        assert (tmp_path / "out" / "my-course" / file.relative_to(folder)).read_bytes() == file.read_bytes()
    assert run("export", "my-course", tmp_path / "out")[0] == 1
    assert run("export", "no-course", tmp_path / "out")[0] == 1


def test_a_refused_course_is_told_with_its_lines_and_the_others_are_published(land, tmp_path):
    folder = write(tmp_path, "broken", owner="CZ-K3107")
    write(tmp_path, "whole")
    code, said, complaints = run("sync", tmp_path)
    assert code == 1
    assert said == "broken: refused\nwhole 1.0: published\n"
    assert complaints.startswith(f"{folder}/course.yaml:39: The owner CZ-K3107 has not entered")


def test_what_was_published_by_command_can_be_completed_and_certified(land, tmp_path):
    write(tmp_path)
    run("sync", tmp_path)
    learner = world.act_as(world.person())
    world.learning.enrol(learner, "my-course")
    for address in ("first-module", "second-module"):
        world.learning.finish_module(learner, "my-course", address)
    attempt = world.sitting.start_attempt(learner, "my-course")
    done = world.sitting.submit_attempt(learner, attempt.public_id, world.right_answers(learner, attempt))
    assert done.is_passed
    assert certifying.register.list_of_person(
        world.sitting.scope_of(learner, world.sitting.Permission.CERTIFICATE_READ), learner.person_id
    )


def test_a_new_rule_of_validity_is_said_when_it_is_published(land, tmp_path):
    yaml = write(tmp_path) / "course.yaml"
    run("sync", tmp_path)
    yaml.write_text(yaml.read_text().replace("valid_for: null ", "valid_for: 18mo "))
    said = "validity was without end, is now 18mo; 0 people hold a certificate, which keeps its day"
    assert run("sync", tmp_path)[1] == f"my-course 2.0: published\nmy-course: {said}\n"
    yaml.write_text(yaml.read_text() + "  renewal_window: 30d\n")
    said = "renewal opened 90 days before the end, now 30; 0 people hold a certificate, which keeps its day"
    assert run("sync", tmp_path)[1] == f"my-course 3.0: published\nmy-course: {said}\n"
    yaml.write_text(yaml.read_text().replace("hours: 1 ", "hours: 1.25 "))
    assert run("sync", tmp_path)[1] == "my-course 4.0: published\n"
