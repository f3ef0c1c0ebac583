"""A whole folder: how its parts hang together, in one language and in several."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.formats.course_folder import Surroundings, read_course
from tests.formats.sample_course import PNG, line_of, questions, read, sample_course, spoiled, told


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
        ("03-survey.md", "taken by a page"),
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


def test_a_source_language_without_modules_is_an_error():
    files = {path: data for path, data in sample_course().items() if not path.startswith("en/0")}
    assert any(is_error and "has no modules" in message for *_, is_error, message in told(files))


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
