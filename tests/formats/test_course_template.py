"""A new course begins without a single finding, in every language, and explains itself."""

from datetime import date

import pytest

from app.domain.catalogue.values import Kind
from app.formats.course_template import LANGUAGES, new_course
from app.foundation.errors import Invalid
from app.foundation.text import has_mixed_alphabets
from tests.formats.sample_course import read, told

KEYS = [
    "id",
    "owner",
    "track",
    "languages",
    "title",
    "summary",
    "objectives",
    "hours",
    "form",
    "level",
    "audience",
    "prerequisites",
    "accreditation",
    "law_as_of",
    "review_by",
    "authors",
    "licence",
    "sources",
    "completion",
    "modules",
    "attendance",
    "assessment",
    "draw",
    "pass_mark",
    "attempts",
    "cooldown",
    "time_limit",
    "shuffle",
    "feedback",
    "certificate",
    "kind",
    "design",
    "valid_for",
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_course_has_nothing_to_mend(language):
    files = new_course("my-course", "CZ", language, 'A title: "quoted", with ћ')
    assert told(files, name="my-course", limited=True) == []
    draft = read(files, name="my-course").draft
    assert draft.meta.title == {language: 'A title: "quoted", with ћ'}
    assert len(draft.modules) == 2
    kinds = [question.kind for question in draft.questions if not question.is_practice]
    assert sorted(kinds) == sorted(set(Kind) - {Kind.TASK})
    assert all(
        question.keys[language].explanation or question.bodies[language].stem for question in draft.questions
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_is_there_and_the_words_keep_to_one_alphabet(language):
    files = new_course("my-course", "CZ", language, "Title")
    course = files["course.yaml"].decode()
    assert [key for key in KEYS if f"{key}:" not in course] == []
    assert "@" not in course
    for data in files.values():
        assert has_mixed_alphabets(data.decode()) == ()


def test_latin_serbian_has_no_cyrillic():
    files = new_course("my-course", "RS", "sr-Latn", "Naslov")
    assert not any("Ѐ" <= letter <= "ӿ" for data in files.values() for letter in data.decode())


def test_the_day_of_the_law_is_that_of_the_caller():
    meta = read(new_course("my-course", "CZ", "en", "T", date(2028, 2, 29)), name="my-course").draft.meta
    assert (meta.law_as_of, meta.review_by) == (date(2028, 2, 29), date(2031, 2, 28))


@pytest.mark.parametrize(
    ("slug", "language", "title", "field"),
    [
        ("My course", "en", "T", "slug"),
        ("a", "xx", "T", "language"),
        ("a", "../en", "T", "language"),
        ("a", "en", " \n", "title"),
    ],
)
def test_what_makes_no_course_is_refused(slug, language, title, field):
    with pytest.raises(Invalid) as raised:
        new_course(slug, "CZ", language, title)
    assert raised.value.field == field
