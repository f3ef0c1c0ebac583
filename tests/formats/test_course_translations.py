"""A course in several languages: what must agree, what falls back, what is derived."""

import pytest

from tests.formats.sample_course import line_of, read, sample_course, spoiled, told


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
