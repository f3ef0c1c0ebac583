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


AROUND = Surroundings(
    frozenset({"CZ"}),
    {"first-course": (), "second-course": ()},
    {"programme": ("programme",), "own": ("programme",), "standard": ("exam", "attendance")},
)


@pytest.mark.parametrize(
    ("more", "design"),
    [
        ("", "programme"),
        ("certificate:\n  design: own\n", "own"),
        ("certificate:\n  kind: programme\n", "programme"),
        ("certificate:\n  kind: none\n", None),
        ("certificate:\n  kind: none\n  design: nowhere\n", None),
        ("certificate: null\n", "programme"),
    ],
)
def test_a_programme_says_in_which_design_it_certifies(more, design):
    assert read_programme("official", (PROGRAMME + more).encode(), AROUND).draft.design == design


def test_a_programme_is_read():
    draft = read_programme("official", PROGRAMME.encode(), AROUND).draft
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
        ("deadline: 365d", "certificate:\n  valid_for: 3y", 12, "not known"),
        ("deadline: 365d", "certificate:\n  kind: attendance", 12, "programme, none"),
        ("deadline: 365d", "certificate:\n  design: standard", 12, "not for programme"),
    ],
)
def test_each_mistake_in_a_programme_is_told_with_its_line(old, new, line, words):
    reading = read_programme("official", PROGRAMME.replace(old, new).encode(), AROUND)
    found = [(finding.line, finding.message % finding.values) for finding in reading.findings]
    assert reading.draft is None
    assert any(number == line and words in message for number, message in found), found
