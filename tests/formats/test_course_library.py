"""Courses on disk: read without following links, known to each other, written back as they were."""

from app.formats.course_folder import read_course
from app.formats.course_library import read_library, write_course
from tests.formats.sample_course import sample_course

PROGRAMME = b"""\
id: official
owner: CZ
track: other
languages: [en]
title: T
form: distance
courses: [reading-registers]
"""


def tree(tmp_path):
    write_course(sample_course(), tmp_path / "reading-registers")
    other = {
        path: data.replace(b"id: reading-registers", b"id: other") for path, data in sample_course().items()
    }
    other["course.yaml"] = other["course.yaml"].replace(
        b"prerequisites: []", b"prerequisites: [reading-registers]"
    )
    write_course(other, tmp_path / "other")
    write_course({"official.yaml": PROGRAMME, "readme.txt": b"x"}, tmp_path / "programmes")
    write_course({"course.yaml": b"x"}, tmp_path / "_draft")
    write_course({"course.yaml": b"x"}, tmp_path / ".git")
    (tmp_path / "readme.md").write_text("x")
    return tmp_path


def test_a_tree_is_read_with_its_programmes(tmp_path):
    library = read_library(tree(tmp_path))
    assert sorted(library.courses) == ["other", "reading-registers"]
    assert library.courses["reading-registers"] == sample_course()
    assert library.programmes == {"official": PROGRAMME}
    assert library.findings == ()
    assert library.surroundings().courses == {"other": ("reading-registers",), "reading-registers": ()}
    for slug, files in library.courses.items():
        assert read_course(slug, files, library.surroundings(), limited=False).findings == ()


def test_a_single_folder_knows_the_courses_beside_it(tmp_path):
    library = read_library(tree(tmp_path) / "other")
    assert list(library.courses) == ["other"]
    assert "reading-registers" in library.prerequisites


def test_links_are_told_and_not_followed(tmp_path):
    folder = tree(tmp_path) / "reading-registers"
    (folder / "en" / "03-secret.md").symlink_to("/etc/passwd")
    (folder / "cs" / "more").symlink_to("/etc")
    (tmp_path / "linked").symlink_to(folder)
    library = read_library(tmp_path)
    assert sorted(library.courses) == ["other", "reading-registers"]
    assert library.courses["reading-registers"] == sample_course()
    assert [finding.file for finding in library.findings] == [
        "reading-registers/cs/more",
        "reading-registers/en/03-secret.md",
    ]


def test_what_is_too_large_for_every_limit_is_not_read(tmp_path):
    folder = tree(tmp_path) / "other"
    with (folder / "media" / "film.mp4").open("wb") as stream:
        stream.truncate(60_000_000)
    library = read_library(tmp_path)
    assert [finding.file for finding in library.findings] == ["other/media/film.mp4"]
    assert "media/film.mp4" not in library.courses["other"]


def test_ignored_files_are_not_read(tmp_path):
    folder = tree(tmp_path) / "other"
    (folder / "en" / "_notes.md").write_bytes(b"\xff")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "x").write_bytes(b"x")
    assert not any("_notes" in path or ".hidden" in path for path in read_library(tmp_path).courses["other"])


def test_a_path_without_courses_is_an_empty_library(tmp_path):
    assert read_library(tmp_path / "nothing").courses == {}
    assert read_library(tmp_path).courses == {}


def test_a_course_that_was_written_back_is_the_same(tmp_path):
    library = read_library(tree(tmp_path))
    draft = read_course(
        "reading-registers", library.courses["reading-registers"], library.surroundings(), limited=False
    ).draft
    write_course(draft.files, tmp_path / "export" / "reading-registers")
    assert read_library(tmp_path / "export").courses["reading-registers"] == sample_course()
