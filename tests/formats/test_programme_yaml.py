"""A programme: its keys, and each mistake with its line."""

import pytest

from app.formats.course_folder import Surroundings, read_programme

PROGRAMME = """\
id: official
owner: CZ
track: egovernment
languages: [en, cs]
title:
  en: "For officials"
  cs: "Pro úředníky"
form: blended
courses: [first-course, second-course]
ordered: true
deadline: 365d
"""


def test_a_programme_is_read():
    around = Surroundings(frozenset({"CZ"}), {"first-course": (), "second-course": ()})
    draft = read_programme("official", PROGRAMME.encode(), around).draft
    assert draft.courses == ("first-course", "second-course")
    assert (draft.is_ordered, str(draft.deadline), draft.title["cs"]) == (True, "365d", "Pro úředníky")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("second-course]", "third-course]", 9, "There is no course “third-course”"),
        ("courses: [first-course, second-course]", "courses: []", 9, "at least one course"),
        ("courses: [first-course, second-course]", "courses: [first-course, first-course]", 9, "twice"),
        ("id: official", "id: other", 1, "must equal the file's name"),
        ("owner: CZ", "owner: SK", 2, "no unit with the code"),
        ("deadline: 365d", "deadline: 1y", 11, "d, mo"),
        ("ordered: true", "ordered: perhaps", 10, "true or false"),
        ("track: egovernment", "track: egovernment\nhours: 3", 4, "not known"),
    ],
)
def test_each_mistake_in_a_programme_is_told_with_its_line(old, new, line, words):
    around = Surroundings(frozenset({"CZ"}), {"first-course": (), "second-course": ()})
    reading = read_programme("official", PROGRAMME.replace(old, new).encode(), around)
    found = [(finding.line, finding.message % finding.values) for finding in reading.findings]
    assert reading.draft is None
    assert any(number == line and words in message for number, message in found), found
