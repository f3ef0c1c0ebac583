"""What makes a new version of a course, and of which sort."""

import json

import pytest

from app.domain.catalogue import rules
from app.foundation.plain import dump
from tests.formats.sample_course import PNG, read, sample_course, spoiled


def test_the_same_content_has_the_same_digest_whatever_its_form():
    plain = read(sample_course()).draft
    other = {
        path: data.replace(b"\n", b"\r\n") if path != "media/line.png" else data
        for path, data in sample_course().items()
    }
    other["course.yaml"] = b"# a remark\n" + other["course.yaml"]
    changed = read(other).draft
    assert (plain.digest, plain.marking_digest) == (changed.digest, changed.marking_digest)
    assert rules.kind_of_change(plain, changed) is rules.Change.NONE


@pytest.mark.parametrize(
    ("path", "old", "new", "change"),
    [
        ("en/01-first.md", "Text with", "A text with", "correction"),
        ("en/01-first.md", "The first module", "A first module", "correction"),
        ("en/01-first.md", "check: [scan]", "check: []", "edition"),
        ("en/01-first.md", "minutes: 20", "minutes: 21", "edition"),
        ("course.yaml", 'en: "Reading registers"', 'en: "How to read"', "correction"),
        ("course.yaml", "law_as_of: 2026-01-01", "law_as_of: 2026-02-01", "correction"),
        ("course.yaml", "review_by: 2029-01-01", "review_by: 2030-01-01", "correction"),
        ("course.yaml", "Act 111/2009", "Act 111/2010", "correction"),
        ("course.yaml", "pass_mark: 60", "pass_mark: 70", "edition"),
        ("course.yaml", "pass_mark: 60", "pass_mark: 60\n  markers: 2", "edition"),
        ("course.yaml", "pass_mark: 60", "pass_mark: 60\n  markers: 1", "none"),
        ("course.yaml", "pass_mark: 60", "pass_mark: 60\n  place: proctored", "edition"),
        ("course.yaml", "pass_mark: 60", "pass_mark: 60\n  place: online", "none"),
        ("course.yaml", "hours: 1\n", "hours: 1.25\n", "edition"),
        ("course.yaml", "valid_for: 3y", "valid_for: 2y", "edition"),
        ("course.yaml", "valid_for: 3y", "valid_until: 12-31", "edition"),
        ("course.yaml", "valid_for: 3y", "valid_for: 3y\n  valid_until: null", "none"),
        ("course.yaml", "valid_for: 3y", "valid_for: 3y\n  renewal_window: 60d", "edition"),
        ("course.yaml", "valid_for: 3y", "valid_for: 3y\n  renewal_window: null", "none"),
        ("course.yaml", "valid_for: 3y", "valid_for: 3y\n  renewal_course: null", "none"),
        ("en/questions.md", "> RFC 4180, section 2.", "> RFC 4180, section 2, rule 4.", "correction"),
        ("en/questions.md", "  > Tabs make a TSV.", "  > Tabs make TSV.", "correction"),
        ("en/questions.md", "- [ ] tab", "- [ ] a tab", "edition"),
        ("en/questions.md", "## Which sign", "## What sign", "edition"),
        ("en/questions.md", "= registr obyvatel", "= register", "edition"),
        ("en/questions.md", "{#separator}", "{#separator .retired}", "edition"),
        ("en/questions.md", "points=2", "points=3", "edition"),
        ("cs/questions.md", "- [ ] tabulátor", "- [ ] tabelátor", "edition"),
        ("cs/01-first.md", "Text with", "Nějaký text with", "correction"),
    ],
)
def test_what_makes_a_correction_and_what_a_new_edition(path, old, new, change):
    before, after = read(sample_course()).draft, read(spoiled(path, old, new)).draft
    assert rules.kind_of_change(before, after) == change


def test_a_key_of_a_later_release_makes_no_edition_of_a_course_that_does_not_use_it():
    draft = read(sample_course()).draft
    facts = json.dumps(dump(draft.meta))
    assert '"markers": 1, "place": "online"' in facts
    later = {"markers", "place"}
    before = {name: value for name, value in json.loads(facts)["assessment"].items() if name not in later}
    assert rules._said(draft.meta)["assessment"] == before
    assert list(rules._said(draft.meta)["certificate"]) == ["kind", "design", "valid_for"]


def test_other_media_are_a_correction():
    before = read(sample_course()).draft
    after = read({**sample_course(), "media/line.png": PNG + b"\x00"}).draft
    assert rules.kind_of_change(before, after) is rules.Change.CORRECTION
