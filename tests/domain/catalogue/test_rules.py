"""Correction or new edition, and what differs, told from digests and files."""

from dataclasses import dataclass

import pytest

from app.domain.catalogue.rules import Change, Difference, How, Part, differences, kind_of_change


@dataclass(frozen=True)
class Stored:
    digest: str
    marking_digest: str


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (None, Stored("a", "m"), Change.EDITION),
        (Stored("a", "m"), Stored("a", "m"), Change.NONE),
        (Stored("a", "m"), Stored("b", "m"), Change.CORRECTION),
        (Stored("a", "m"), Stored("b", "n"), Change.EDITION),
    ],
)
def test_the_digests_tell_what_publishing_makes(old, new, change):
    assert kind_of_change(old, new) is change


OLD = {
    "course.yaml": b"id: a\ntitle:\n  en: Old\nhours: 1\nlevel: beginner\n",
    "en/01-first.md": b"---\ntitle: T\n---\nText.\n",
    "en/questions.md": b"---\narea: x\n---\n## One? {#one}\n\n- [x] a\n\n## Two? {#two .short}\n\n= b\n",
    "media/a.png": b"1",
    "media/b.png": b"2",
    "README.md": b"x",
}


def test_equal_files_do_not_differ():
    assert differences(OLD, dict(OLD)) == ()


def test_every_part_that_differs_is_named():
    new = {
        "course.yaml": b"id: a\ntitle:\n  en: New\nhours: 1\nreview_by: 2030-01-01\n",
        "en/01-first.md": b"---\ntitle: T\n---\nOther text.\n",
        "en/02-second.md": b"x",
        "en/questions.md": b"---\narea: x\n---\n## One? {#one}\n\n- [ ] a\n\n## Three? {#three .short}\n\n= b\n",
        "media/a.png": b"3",
        "README.md": b"y",
    }
    assert differences(OLD, new) == (
        Difference("README.md", Part.FILE, "README.md", How.CHANGED),
        Difference("course.yaml", Part.COURSE, "title", How.CHANGED),
        Difference("course.yaml", Part.COURSE, "review_by", How.ADDED),
        Difference("course.yaml", Part.COURSE, "level", How.REMOVED),
        Difference("en/01-first.md", Part.MODULE, "01-first.md", How.CHANGED),
        Difference("en/02-second.md", Part.MODULE, "02-second.md", How.ADDED),
        Difference("en/questions.md", Part.QUESTION, "one", How.CHANGED),
        Difference("en/questions.md", Part.QUESTION, "three", How.ADDED),
        Difference("en/questions.md", Part.QUESTION, "two", How.REMOVED),
        Difference("media/a.png", Part.MEDIA, "a.png", How.CHANGED),
        Difference("media/b.png", Part.MEDIA, "b.png", How.REMOVED),
    )


def test_other_line_ends_are_a_difference_of_the_file_only():
    new = {**OLD, "en/questions.md": OLD["en/questions.md"].replace(b"\n", b"\r\n")}
    assert differences(OLD, new) == (Difference("en/questions.md", Part.FILE, "questions.md", How.CHANGED),)


def test_text_that_is_not_utf_8_is_compared_all_the_same():
    assert differences({"course.yaml": b"id: \xff"}, {"course.yaml": b"id: \xfe\nhours: 1"})
