"""A whole folder: how its parts hang together, in one language and in several."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.catalogue import rules
from app.formats.course_folder import Surroundings, read_course, read_programme
from tests.formats.sample_course import PNG, line_of, questions, read, sample_course, spoiled, told

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


def test_files_are_kept_byte_for_byte():
    files = {
        path: data.replace(b"\n", b"\r\n") if path.endswith(".md") else data
        for path, data in sample_course().items()
    }
    files["course.yaml"] = b"# a remark\r\n" + files["course.yaml"]
    assert read(files).draft.files == files


def test_ignored_files_are_no_part_of_the_draft():
    files = {
        **sample_course(),
        "_notes.md": b"\xff",
        "en/_draft.md": b"",
        ".git/config": b"",
        "media/.DS_Store": b"",
    }
    assert told(files) == []
    assert read(files).draft.files == sample_course()


def test_a_folder_without_course_yaml_is_told():
    assert told({"en/01-a.md": b""}) == [
        ("course.yaml", 1, True, "The folder has no course.yaml: write one.")
    ]


def test_modules_stand_in_the_order_of_their_numbers():
    files = {
        **questions("## Q {#q}\n\n- [x] a\n- [ ] b\n"),
        "en/10-tenth.md": b"---\ntitle: Tenth\nminutes: 1\n---\n",
        "en/2-second.md": b"---\ntitle: Second\nminutes: 1\n---\n",
        "en/last.md": b"---\ntitle: Last\nminutes: 1\n---\n",
    }
    assert [module.address for module in read(files).draft.modules] == ["first", "second", "tenth", "last"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("03-test.md", "taken by a page"),
        ("03-print.md", "taken by a page"),
        ("media.md", "taken by a page"),
        ("03-second.md", "that of 02-second.md already"),
        ("03-Über.md", "gives no address"),
        ("03-.md", "gives no address"),
    ],
)
def test_addresses_that_cannot_be_are_told(name, words):
    files = {**sample_course(), f"en/{name}": b"---\ntitle: T\nminutes: 5\n---\n"}
    assert any(
        file == f"en/{name}" and is_error and words in message for file, _, is_error, message in told(files)
    )


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("README.md", "no part of a course"),
        ("en/notes.txt", "no part of a course"),
        ("de/01-first.md", "“de” is not among the languages"),
        ("en/more/01-first.md", "no part of a course"),
    ],
)
def test_files_that_belong_nowhere_are_warned_of_and_kept(path, words):
    files = {**sample_course(), path: b"x"}
    assert [(file, is_error, words in message) for file, _, is_error, message in told(files)] == [
        (path, False, True)
    ]
    assert read(files).draft.files[path] == b"x"


@pytest.mark.parametrize(
    ("path", "old", "new", "where", "words"),
    [
        ("en/01-first.md", "minutes: 20\n", "", "title:", "“minutes” is missing"),
        ("en/01-first.md", "minutes: 20\n", "minutes: long\n", "minutes:", "whole number"),
        ("en/01-first.md", 'title: "The first module"\n', "", "minutes:", "“title” is missing"),
        ("en/01-first.md", 'title: "The first module"', "title:", "title:", "text is missing"),
        ("en/01-first.md", "minutes: 20", "minutes: 20\ncolour: red", "colour:", "not known"),
        ("en/01-first.md", "check: [scan]", "check: [nothing]", "check:", "no such question"),
        ("en/01-first.md", "check: [scan]", "check: [rob]", "check:", "may be drawn"),
        ("en/01-first.md", "check: [scan]\n---", "check: [scan]\n--", "---", "not closed"),
        ("en/01-first.md", "---\ntitle", "---\n- title", "minutes:", "This is not YAML"),
        ("en/01-first.md", "02-second.md", "03-third.md", "03-third", "leads nowhere"),
        ("en/01-first.md", "#a-heading", "#no-heading", "#no-heading", "leads nowhere"),
        ("en/01-first.md", "02-second.md#a-heading", "#nowhere", "#nowhere", "leads nowhere"),
        ("en/01-first.md", "02-second.md#a-heading", "/courses", "(/courses", "leads nowhere"),
        ("en/01-first.md", "02-second.md#a-heading", "//example.org/", "//example.org", "leads nowhere"),
        ("en/01-first.md", "02-second.md#a-heading", "questions.md", "questions.md", "leads nowhere"),
        ("en/01-first.md", "02-second.md#a-heading", "course:nowhere", "course:nowhere", "leads nowhere"),
        ("en/01-first.md", "line.png", "circle.png", "circle.png", "is missing"),
        ("en/01-first.md", "../media/line.png", "https://example.org/x.png", "example.org", "is missing"),
        ("en/02-second.md", "Text.", "```\nText.", "```", "not closed"),
        ("en/02-second.md", "Text.", "Text.\n" + "[" * 1001, "Text.", "more than 1,000"),
        (
            "en/questions.md",
            "{#order .order}",
            "{#order .order}\n\n![](../media/none.png)",
            "none.png",
            "is missing",
        ),
    ],
)
def test_each_mistake_in_the_source_is_told_with_its_line(path, old, new, where, words):
    files = spoiled(path, old, new)
    errors = [(file, line, message) for file, line, is_error, message in told(files) if is_error]
    wanted = line_of(files, path, where)
    assert any(file == path and line == wanted and words in message for file, line, message in errors), errors
    assert read(files).draft is None


def test_links_lead_to_modules_courses_media_and_pages_outside():
    text = (
        "[a](02-second.md) [b](02-second.md#a-heading) [c](course:other-course) [d](../media/line.png)"
        " [e](https://example.org/x?y=1&z=2) [f](mailto:a@example.org) [g](#own)\n\n## Own {#own}"
    )
    files = spoiled("en/01-first.md", "Text with a [link](02-second.md#a-heading).", text)
    html = (
        read(files, surroundings=Surroundings(courses={"other-course": ()})).draft.modules[0].texts["en"].html
    )
    assert 'href="/learn/reading-registers/second"' in html
    assert 'href="/learn/reading-registers/second#second--a-heading"' in html
    assert 'href="/courses/other-course"' in html
    digest = read(sample_course()).draft.media_digests["line.png"]
    assert f'href="/media/{digest}/line.png"' in html
    assert f'src="/media/{digest}/line.png"' in html
    assert 'href="https://example.org/x?y=1&amp;z=2" rel="noopener noreferrer"' in html
    assert 'href="#first--own"' in html
    assert 'id="first--own"' in html


def test_a_link_is_looked_for_in_the_folder_and_then_in_the_source_language():
    files = sample_course()
    del files["cs/02-second.md"]
    assert any("02-second.md#nadpis" in message for *_, is_error, message in told(files) if is_error)
    files["cs/01-first.md"] = files["cs/01-first.md"].replace(b"#nadpis", b"#a-heading")
    html = read(files).draft.modules[0].texts["cs"].html
    assert 'href="/learn/reading-registers/second#second--a-heading"' in html


def test_a_module_or_question_that_is_not_translated_falls_back_with_a_warning():
    files = sample_course()
    del files["cs/02-second.md"]
    files["cs/01-first.md"] = files["cs/01-first.md"].replace(b"#nadpis", b"#a-heading")
    files["cs/questions.md"] = files["cs/questions.md"].replace(
        b"## Jak zn\xc3\xad zkratka? {#rob}\n\n= ROB\n\n", b""
    )
    found = told(files)
    assert [(file, line, is_error) for file, line, is_error, _ in found] == [
        ("en/02-second.md", 1, False),
        ("en/questions.md", line_of(files, "en/questions.md", "{#rob"), False),
    ]
    draft = read(files).draft
    text = draft.modules[1].texts["cs"]
    assert (text.language, text.is_fallback, text.title) == ("en", True, "The second module")
    body = next(question for question in draft.questions if question.key == "rob").bodies["cs"]
    assert (body.language, body.is_fallback, body.heading) == ("en", True, "What is the abbreviation?")
    assert not draft.modules[0].texts["cs"].is_fallback


def test_a_language_without_a_folder_is_warned_of_once():
    files = {path: data for path, data in sample_course().items() if not path.startswith("cs/")}
    assert [(file, line, is_error) for file, line, is_error, _ in told(files)] == [
        ("course.yaml", line_of(files, "course.yaml", "languages:"), False)
    ]
    assert read(files).draft.modules[0].texts["cs"].is_fallback


def test_a_source_language_without_modules_is_an_error():
    files = {path: data for path, data in sample_course().items() if not path.startswith("en/0")}
    assert any(is_error and "has no modules" in message for *_, is_error, message in told(files))


@pytest.mark.parametrize(
    ("path", "old", "new", "words"),
    [
        ("cs/questions.md", "- [x] CSV\n- [ ] sken", "- [ ] CSV\n- [x] sken", "other right options"),
        ("cs/questions.md", "- [ ] sken\n", "", "another number of options"),
        ("cs/questions.md", "{#rob}", "{#rob .number}", "no number"),
        ("cs/questions.md", "{#separator}", "{#separator .multiple}", "“.multiple” differs"),
        ("cs/questions.md", "{#separator}", "{#separator points=3}", "“points” differs"),
        ("cs/questions.md", "{#separator}", "{#separator area=jina}", "“area” differs"),
        ("cs/questions.md", "{#separator}", "{#separator .pinned}", "“.pinned” differs"),
        ("cs/questions.md", "{#separator}", "{#oddelovac}", "no question “oddelovac”"),
        ("cs/questions.md", "= 3", "= 4", "other right numbers"),
        ("cs/questions.md", "| ROS | právnické osoby |", "| ROS | obyvatele |", "another number of options"),
        ("cs/questions.md", "|  | vozidla |", "| RSV | vozidla |", "another number of options"),
        ("cs/questions.md", "3. vyřazení\n", "", "another number of options"),
        ("cs/questions.md", "[[=dodána|~otevřena]]", "[[~otevřena|=dodána]]", "other gaps"),
        ("cs/questions.md", "[[=dodána|~otevřena]]", "[[dodána]]", "other gaps"),
        ("cs/01-first.md", 'title: "První modul"', 'title: "První modul"\nminutes: 25', "“minutes” differs"),
        ("cs/01-first.md", 'title: "První modul"', 'title: "První modul"\ncheck: [rob]', "“check” differs"),
        (
            "cs/01-first.md",
            'title: "První modul"',
            'title: "První modul"\nlaw_as_of: 2025-01-01',
            "“law_as_of” differs",
        ),
        ("cs/01-first.md", 'title: "První modul"', "check: [scan]", "“title” is missing"),
    ],
)
def test_a_translation_that_disagrees_is_told(path, old, new, words):
    found = [(file, message) for file, _, is_error, message in told(spoiled(path, old, new)) if is_error]
    assert any(file == path and words in message for file, message in found), found


def test_a_translation_may_repeat_equal_keys():
    files = spoiled(
        "cs/01-first.md", 'title: "První modul"', 'title: "První modul"\nminutes: 20\ncheck: [scan]'
    )
    assert told(files) == []


def test_a_translated_module_without_a_source_is_told():
    files = {**sample_course(), "cs/03-treti.md": b"---\ntitle: T\n---\n"}
    assert any(
        file == "cs/03-treti.md" and "no module of this name" in words for file, _, _, words in told(files)
    )


def serbian():
    """Return the sample course with Serbian beside English, Latin letters without a folder."""
    files = {path: data for path, data in sample_course().items() if not path.startswith("cs/")}
    files["course.yaml"] = (
        files["course.yaml"]
        .replace(b"languages: [en, cs]", b"languages: [en, sr-Cyrl, sr-Latn]")
        .replace(b"  cs:", b"  sr-Cyrl:")
    )
    files["sr-Cyrl/01-first.md"] = (
        "---\ntitle: Њен модул\n---\nЉубав `њ` [веза](02-second.md#наслов) ![Слика](../media/line.png)\n".encode()
    )
    files["sr-Cyrl/02-second.md"] = "---\ntitle: Други\n---\n## Наслов\n\nЧлан, RS-APV, www.њ.rs.\n".encode()
    files["sr-Cyrl/questions.md"] = (
        "## Је ли скен читљив? {#scan}\n\n- [ ] да\n- [x] не\n  > Њега не.\n".encode()
    )
    return files


def test_latin_serbian_is_derived_from_cyrillic():
    draft = read(serbian()).draft
    text = draft.modules[0].texts["sr-Latn"]
    assert (text.language, text.title, text.is_fallback) == ("sr-Latn", "Njen modul", False)
    assert "Ljubav <code>њ</code>" in text.html
    assert 'alt="Slika"' in text.html
    assert '#second--наслов">veza' in text.html
    assert "Član, RS-APV, www.њ.rs." in draft.modules[1].texts["sr-Latn"].html
    question = draft.questions[0]
    assert question.bodies["sr-Latn"].heading == "Je li sken čitljiv?"
    assert question.bodies["sr-Latn"].options == ("da", "ne")
    assert question.keys["sr-Latn"].feedback == (None, "Njega ne.")
    assert draft.questions[1].bodies["sr-Latn"].is_fallback
    assert [message for *_, message in told(serbian()) if "sr-Latn" in message] == []


def test_cyrillic_is_never_derived_from_latin():
    files = serbian()
    for path in [path for path in files if path.startswith("sr-Cyrl/")]:
        files[path.replace("sr-Cyrl", "sr-Latn")] = files.pop(path)
    draft = read(files).draft
    assert draft.modules[0].texts["sr-Cyrl"].is_fallback
    assert not draft.modules[0].texts["sr-Latn"].is_fallback


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("x.gif", b"GIF89a", "are not taken"),
        ("x.png", b"no picture", "is no png inside"),
        ("x.jpg", PNG, "is no jpg inside"),
        ("x.webp", PNG, "is no webp inside"),
        ("x.pdf", b"<html>", "is no pdf inside"),
        ("x.mp4", b"<html>", "is no mp4 inside"),
        ("x.webm", b"<html>", "is no webm inside"),
        ("x.vtt", b"captions", "is no vtt inside"),
        ("x.csv", b"a\x00b", "is no csv inside"),
        ("x.svg", b"<svg>", "no SVG picture"),
        ("x.svg", b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "no SVG picture"),
        ("x y\t.png", PNG, "makes trouble"),
        ("x.png", PNG + bytes(2_000_000), "larger than 2 MB"),
        ("x.pdf", b"%PDF-" + bytes(10_000_000), "larger than 10 MB"),
    ],
)
def test_media_that_are_not_what_they_say_are_told(name, data, words):
    found = told({**sample_course(), f"media/{name}": data})
    assert [(file, line, is_error) for file, line, is_error, _ in found] == [(f"media/{name}", 1, True)]
    assert words in found[0][3]


def test_an_svg_is_served_without_what_could_act_and_kept_as_it_was():
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script><rect width="1"/></svg>'
    files = {**sample_course(), "media/drawing.svg": svg}
    draft = read(files).draft
    assert b"alert" not in draft.media["drawing.svg"]
    assert b"rect" in draft.media["drawing.svg"]
    assert draft.files["media/drawing.svg"] == svg
    assert sorted(message for *_, message in told(files)) == [
        "“<script>” is not allowed in a picture and is removed.",
        "“onload=” is not allowed in a picture and is removed.",
    ]


def test_videos_get_controls_and_captions():
    files = {
        **spoiled("en/01-first.md", "![A line](../media/line.png)", "![Tour](../media/tour.mp4)"),
        "media/tour.mp4": b"\x00\x00\x00\x18ftypmp42",
        "media/tour.vtt": b"WEBVTT\n",
    }
    html = read(files).draft.modules[0].texts["en"].html
    assert "<video src=" in html
    assert "controls" in html
    assert '<track src="/media/' in html
    assert 'srclang="en"' in html
    del files["media/tour.vtt"]
    assert any("no captions" in message and not is_error for *_, is_error, message in told(files))


def test_a_picture_without_alternative_text_and_removed_html_are_warned_of_with_their_lines():
    files = spoiled(
        "en/02-second.md",
        "Text.",
        "![](../media/line.png)\n\n<div onclick='x()'>a</div>\n\n<script>b</script>\n\n[c](javascript:d)\n\n# One",
    )
    found = {
        (line_of(files, "en/02-second.md", text), False)
        for text in ("![]", "onclick", "<script", "javascript", "# One")
    }
    assert {(line, is_error) for _, line, is_error, _ in told(files)} == found


def test_a_skipped_level_of_headings_is_warned_of():
    files = spoiled("en/02-second.md", "Text.", "### B\n\n##### C\n\n## D\n\n### E")
    assert [(line, words) for _, line, _, words in told(files)] == [
        (line_of(files, "en/02-second.md", "#####"), "“#####” skips a level of headings: write one # less.")
    ]


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
        ("course.yaml", "hours: 1\n", "hours: 1.25\n", "edition"),
        ("course.yaml", "valid_for: 3y", "valid_for: 2y", "edition"),
        ("course.yaml", "# nothing", "", None),
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
    if change is None:
        return
    before, after = read(sample_course()).draft, read(spoiled(path, old, new)).draft
    assert rules.kind_of_change(before, after) == change


def test_other_media_are_a_correction():
    before = read(sample_course()).draft
    after = read({**sample_course(), "media/line.png": PNG + b"\x00"}).draft
    assert rules.kind_of_change(before, after) is rules.Change.CORRECTION


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


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(sample_course())), st.data())
def test_whatever_is_done_to_a_file_the_reader_answers(path, data):
    files = sample_course()
    content = files[path]
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    files[path] = (
        content[:start]
        + data.draw(st.binary(max_size=20) | st.text(max_size=20).map(str.encode))
        + content[end:]
    )
    reading = read_course("reading-registers", files, Surroundings(), limited=False)
    assert (reading.draft is None) == any(finding.is_error for finding in reading.findings)
    for finding in reading.findings:
        assert finding.message % finding.values
        assert finding.line >= 1


_SNIPPETS = st.sampled_from([
    "## Q {#q}",
    "- [x] a",
    "- [ ] b",
    "> c",
    "  > d",
    "= e",
    "| f | g |",
    "|---|---|",
    "1. h",
    "[[i]]",
    "```",
    "---",
    "",
    "{",
    "j",
])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_SNIPPETS, max_size=15),
    st.sampled_from(["", ".short", ".number", ".match", ".order", ".cloze", ".task", ".multiple"]),
)
def test_whatever_stands_in_a_bank_the_reader_answers(snippets, kind):
    text = "\n".join(snippets).replace("{#q}", f"{{#q {kind}}}")
    reading = read(questions(text))
    assert (reading.draft is None) == any(finding.is_error for finding in reading.findings)
