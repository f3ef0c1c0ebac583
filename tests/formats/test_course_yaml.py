"""course.yaml: each key is read, and each mistake is told with its line."""

from datetime import date
from decimal import Decimal

import pytest

from app.domain.catalogue.values import Assessment, CertificateKind, Duration, Feedback, Form, Level, Track
from app.formats.report import Report
from app.formats.surroundings import Surroundings
from app.formats.yaml_fields import quarter_hours
from app.formats.yaml_tree import Scalar, read_tree
from tests.formats.sample_course import line_of, read, sample_course, spoiled, told


def test_the_sample_course_has_nothing_to_mend():
    assert told(sample_course()) == []


def test_every_key_of_course_yaml_is_read():
    meta = read(sample_course()).draft.meta
    assert meta.slug == "reading-registers"
    assert (meta.owner, meta.track, meta.form, meta.level) == (
        "CZ",
        Track.EGOVERNMENT,
        Form.DISTANCE,
        Level.BEGINNER,
    )
    assert meta.languages == ("en", "cs")
    assert meta.title == {"en": "Reading registers", "cs": "Čtení registrů"}
    assert meta.objectives == {"en": ("Read a register",), "cs": ("Číst v registru",)}
    assert meta.hours == Decimal(1)
    assert (meta.law_as_of, meta.review_by) == (date(2026, 1, 1), date(2029, 1, 1))
    assert meta.sources[0].title == {"en": "Act 111/2009", "cs": "Act 111/2009"}
    assert meta.assessment == Assessment(
        draw={"basics": 4},
        pass_mark=60,
        attempts=3,
        cooldown=Duration(24, "h"),
        time_limit=Duration(20, "min"),
        shuffle=True,
        feedback=Feedback.AFTER_SUBMIT,
    )
    assert meta.certificate.kind is CertificateKind.EXAM
    assert meta.certificate.valid_for == Duration(3, "y")
    assert meta.completion.modules is None


@pytest.mark.parametrize(
    ("written", "plain"), [("1.00", "1"), ("1.0", "1"), ("1.50", "1.5"), ("10", "10"), ("0.75", "0.75")]
)
def test_hours_are_the_same_however_they_are_written(written, plain):
    report = Report("x")
    assert str(quarter_hours(Scalar(written, "float", 1), report)) == plain
    assert report.findings == []


def test_a_plain_string_is_in_the_first_of_the_languages():
    files = spoiled(
        "course.yaml", 'title:\n  en: "Reading registers"\n  cs: "Čtení registrů"', "title: Reading registers"
    )
    assert read(files).draft.meta.title["cs"] == "Reading registers"
    assert [message for _, _, is_error, message in told(files) if is_error] == []


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("track: egovernment", "track: cooking", "track:", "cooking"),
        ("track: egovernment", "track: egovernment\ncolour: red", "colour:", "colour"),
        ("track: egovernment", "track: egovernment\nform: distance", "form: distance\nlevel", "second time"),
        ("owner: CZ\n", "", "id:", "“owner” is missing"),
        ("id: reading-registers", "id: Reading_Registers", "id:", "no id"),
        ("id: reading-registers", "id: other-course", "id:", "must equal the folder"),
        ("languages: [en, cs]", "languages: [english]", "languages:", "english"),
        ("languages: [en, cs]", "languages: [en, en]", "languages:", "twice"),
        ("languages: [en, cs]", "languages: []", "languages:", "at least one language"),
        ("hours: 1\n", "hours: 1.1\n", "hours:", "steps of 0.25"),
        ('"Reading registers"', '"Reading\\0registers"', "en: ", "U+0000"),
        ('"Reading registers"', '"Reading \\uf8f0 registers"', "en: ", "U+F8F0"),
        ('"Reading registers"', '"' + "R" * 301 + '"', "en: ", "more than 300 letters"),
        ('"How a register is read."', '"' + "R" * 2001 + '"', '  en: "RRRR', "more than 2000 letters"),
        ("hours: 1\n", "hours: one\n", "hours:", "no number of hours"),
        ("hours: 1\n", "hours: -1\n", "hours:", "no number of hours"),
        ("form: distance", "form: null", "form:", "not known"),
        ("audience: [official]", "audience: official", "audience:", "A list"),
        ("audience: [official]", "audience: [king]", "audience:", "king"),
        ("law_as_of: 2026-01-01", "law_as_of: 2026-13-01", "law_as_of:", "no date"),
        ("law_as_of: 2026-01-01", "law_as_of: 1. 1. 2026", "law_as_of:", "no date"),
        ('en: "Reading registers"', "en: 2026", "en: 2026", "no text"),
        ('  en: "Reading registers"\n', "", "title:", "needs a text in en"),
        ('title:\n  en: "Reading registers"\n', "title:\n  en:\n", "en:", "quotation marks"),
        (
            'title:\n  en: "Reading registers"\n',
            "title: {en: Registers, reading, cs: x}\nfoo:\n",
            "title:",
            "comma",
        ),
        ('  en: "Reading registers"', "  en: Reading: registers", "en: Reading", "colon too many"),
        ('  en: "Reading registers"', '  en: "Reading registers', "cs: ", "This is not YAML"),
        ('url: "https://example.org/111"', "url: example.org", "url:", "https://"),
        ('url: "https://example.org/111"', "url: javascript:alert(1)", "url:", "https://"),
        ("modules: all", "modules: 3", "modules:", "there are 2"),
        ("modules: all", "modules: some", "modules:", "whole number"),
        ("attendance: 0", "attendance: 101", "attendance:", "from 0 to 100"),
        ("attendance: 0", "attendance: 80", "attendance:", "cannot be recorded yet"),
        ("    basics: 4", "    basics: 9", "basics:", "which has 7"),
        ("    basics: 4", "    cooking: 1", "cooking:", "No question has the area"),
        ("    basics: 4", "    basics: none", "basics:", "whole number"),
        ("  draw:\n    basics: 4", "  draw: some", "draw:", "the word all"),
        ("pass_mark: 60", "pass_mark: 60.5", "pass_mark:", "whole number"),
        ("pass_mark: 60", "pass_mark: 101", "pass_mark:", "from 1 to 100"),
        ("pass_mark: 60", "pass_mark: 60\n  markers: 3", "markers:", "from 1 to 2"),
        ("pass_mark: 60", "pass_mark: 60\n  place: at home", "place:", "online, proctored"),
        ("pass_mark: 60", "pass_mark: 60\n  place:", "place:", "online, proctored"),
        ("attempts: 3", "attempts: -1", "attempts:", "whole number"),
        ("cooldown: 24h", "cooldown: 24", "cooldown:", "no duration"),
        ("cooldown: 24h", "cooldown: 1y", "cooldown:", "min, h, d"),
        ("time_limit: 20min", "time_limit: 1d", "time_limit:", "min, h"),
        ("time_limit: 20min", "time_limit: 1.5h", "time_limit:", "no duration"),
        ("time_limit: 20min", "time_limit: 0min", "time_limit:", "no duration"),
        ("valid_for: 3y", "valid_for: 30d", "valid_for:", "mo, y"),
        ("shuffle: true", "shuffle: maybe", "shuffle:", "true or false"),
        ("feedback: after-submit", "feedback: at once", "feedback:", "after-submit, after-pass, never"),
        ("kind: exam", "kind: diploma", "kind:", "exam, attendance, none"),
        ("valid_for: 3y", "valid_for: 101y", "valid_for:", "at most 100 years"),
        ("valid_for: 3y", "valid_for: 3y\n  valid_until: 12-31", "valid_until:", "contradict"),
        ("valid_for: 3y", "valid_until: 31-12", "valid_until:", "no day of the year"),
        ("valid_for: 3y", "valid_until: 02-30", "valid_until:", "no day of the year"),
        ("valid_for: 3y", "valid_until: 2027-12-31", "valid_until:", "no day of the year"),
        ("valid_for: 3y", "valid_for: 3y\n  renewal_window: 3mo", "renewal_window:", "units d"),
        ("valid_for: 3y", "valid_for: 3y\n  renewal_window: 367d", "renewal_window:", "at most 366 days"),
        ("valid_for: 3y", "valid_for: 3y\n  renewal_course: Ghost", "renewal_course:", "no id"),
        ("valid_for: 3y", "valid_for: 3y\n  renewal_course: ghost", "renewal_course:", "no course"),
        ("valid_for: 3y", "valid_for: 3y\n  renewal_course: reading-registers", "renewal_course:", "another"),
        ("  design: standard", "  design: standard\n  lasts: 12-31", "lasts:", "not known"),
        ("  shuffle: true", "  shuffle: true\n  venue: online", "venue:", "not known"),
        ("assessment:\n", "assessment: &a\n", "assessment:", "Aliases"),
        ("owner: CZ", "owner: !!python/name:os.system CZ", "owner:", "not used here"),
        ("owner: CZ", "owner: CZ\n---\nowner: CZ", "---", "second document"),
        ("owner: CZ", "\towner: CZ", "owner:", "indent by spaces"),
        ("owner: CZ", "owner: @CZ", "owner:", "quotation marks"),
        ("owner: CZ", "? [a]\n: b", "? [a]", "plain word"),
        ("audience: [official]", "audience: [[[[[[[[[[[[[[x]]]]]]]]]]]]]]", "audience:", "too deeply"),
        ("completion:\n", "completion: 5\ncompletions:\n", "completion:", "must hold keys"),
    ],
)
def test_each_mistake_in_course_yaml_is_told_with_its_line(old, new, where, words):
    files = spoiled("course.yaml", old, new)
    line = files["course.yaml"].decode()[: files["course.yaml"].decode().index(where)].count("\n") + 1
    errors = [(file, number, message) for file, number, is_error, message in told(files) if is_error]
    assert any(
        file == "course.yaml" and number == line and words in message for file, number, message in errors
    ), errors
    assert read(files).draft is None


def test_an_unquoted_comma_in_a_text_is_hinted_at():
    files = spoiled(
        "course.yaml",
        'title:\n  en: "Reading registers"\n  cs: "Čtení registrů"',
        "title: {en: Reading, writing}",
    )
    assert any("comma or a colon" in message for *_, message in told(files))


def test_an_exam_certificate_needs_a_final_test():
    files = sample_course()
    text = files["course.yaml"].decode()
    start, end = text.index("assessment:"), text.index("certificate:")
    files["course.yaml"] = (text[:start] + text[end:]).encode()
    assert any(
        line == line_of(files, "course.yaml", "kind: exam") and "final test" in words
        for _, line, _, words in told(files)
    )


@pytest.mark.parametrize(
    ("cooldown", "limit", "valid"),
    [("0", "null", "null"), ("30min", "45min", "18mo"), ("24h", "2h", "3y"), ("7d", "1h", "1mo")],
)
def test_every_duration_that_the_format_knows_is_taken(cooldown, limit, valid):
    files = spoiled(
        "course.yaml", "cooldown: 24h\n  time_limit: 20min", f"cooldown: {cooldown}\n  time_limit: {limit}"
    )
    files["course.yaml"] = files["course.yaml"].replace(b"valid_for: 3y", f"valid_for: {valid}".encode())
    assert read(files).draft is not None


def test_a_certificate_may_end_on_a_day_of_the_year_and_name_how_it_is_renewed():
    files = spoiled(
        "course.yaml",
        "valid_for: 3y",
        "valid_until: 02-29\n  renewal_window: 60d\n  renewal_course: reading-again",
    )
    reading = read(files, surroundings=Surroundings(courses={"reading-again": ()}))
    rule = reading.draft.meta.certificate
    assert (rule.valid_for, rule.valid_until) == (None, "02-29")
    assert (rule.renewal_window, rule.renewal_course) == (Duration(60, "d"), "reading-again")


def test_ways_of_renewal_without_an_end_are_warned_of():
    files = spoiled("course.yaml", "valid_for: 3y", "valid_for: null\n  renewal_window: 60d")
    assert [(is_error, words) for _, _, is_error, words in told(files)] == [
        (False, "“renewal_window” has no effect: these certificates do not end.")
    ]


def test_hours_that_differ_by_more_than_a_quarter_are_warned_of():
    exact = spoiled("course.yaml", "hours: 1\n", "hours: 0.75\n")  # 60 minutes against 45: a third more
    assert [(line, is_error) for _, line, is_error, _ in told(exact)] == [
        (line_of(exact, "course.yaml", "hours:"), False)
    ]
    near = spoiled("course.yaml", "hours: 1\n", "hours: 1.25\n")  # 60 minutes against 75: a fifth less
    assert told(near) == []


def test_a_second_attempt_that_would_be_a_copy_is_warned_of():
    assert told(spoiled("course.yaml", "basics: 4", "basics: 5"))[0][2:] == (
        False,
        (
            "5 of 7 questions are drawn: a second attempt would be a copy of the first. Draw at most two thirds,"
            " or give feedback after-pass."
        ),
    )
    assert "7 of 7" in told(spoiled("course.yaml", "basics: 4", "basics: all"))[0][3]
    files = spoiled("course.yaml", "basics: 4", "basics: 5")
    files["course.yaml"] = files["course.yaml"].replace(b"attempts: 3", b"attempts: 1")
    assert told(files) == []


def test_a_question_that_no_draw_reaches_is_warned_of():
    files = spoiled("en/questions.md", "{#separator}", "{#separator area=signs}")
    assert (files and told(files)[0][:3]) == (
        "en/questions.md",
        line_of(files, "en/questions.md", "#separator"),
        False,
    )


def test_owner_prerequisites_and_design_are_compared_with_what_is_around():
    files = spoiled("course.yaml", "prerequisites: []", "prerequisites: [first-course, nowhere]")
    around = Surroundings(
        frozenset({"SK"}),
        {"first-course": ("second-course",), "second-course": ("reading-registers",)},
        {},
    )
    messages = [message for *_, message in told(files, surroundings=around)]
    assert messages == [
        "There is no unit with the code “CZ”: correct the owner.",
        "The prerequisite “first-course” leads back to this course: nobody could begin either.",
        "There is no course “nowhere”: correct its id.",
        "There is no design “standard” in certificates/: correct its name.",
    ]


def test_a_course_cannot_be_its_own_prerequisite():
    files = spoiled("course.yaml", "prerequisites: []", "prerequisites: [reading-registers]")
    assert "leads back" in told(files)[0][3]


def test_no_territory_means_any_owner():
    files = spoiled("course.yaml", "owner: CZ", "owner: 595209")
    assert read(files).draft.meta.owner == "595209"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a remark",
        "- a\n- b",
        "just text",
        "id: x",
        "\ufeffid: x",
        "a: b: c",
        "%x",
        "[",
        "{",
        "'",
        "&a *a",
        "!x y",
    ],
)
def test_any_text_is_read_or_told(text):
    files = {**sample_course(), "course.yaml": text.encode()}
    assert read(files).draft is None


def test_yaml_is_read_without_constructing_anything():
    report = Report("x")
    assert read_tree("a: !!python/object/apply:os.system ['true']", report) is None
    assert len(report.findings) == 1


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{a: " * 50_000, "a: [" + "1," * 99_000 + "]", "- " * 100_000, "'" * 200_000]
)
def test_hostile_yaml_takes_no_time(text):
    report = Report("x")
    read_tree(text, report)
