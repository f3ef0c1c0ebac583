"""A trainer's whole way in the browser: a course is begun, written, checked, tried, published and learnt."""

import re

import pytest

from app.web.trainer import examples
from tests import world


@pytest.fixture
def trainer(browser, land):
    world.person("trainer@example.org", "595209", "Malá", "Iva", roles=(("trainer", "CZ"),))
    return browser.sign_in("trainer@example.org")


def begin(trainer, slug="my-course", language="en"):
    form = {"title": "My course", "slug": slug, "owner": "CZ", "language": language}
    answer = trainer.post("/teach/courses/new", form)
    assert answer.headers["Location"] == f"/teach/courses/{slug}"


def text_of(trainer, path, slug="my-course"):
    """Return a file's text and digest as the editor shows them."""
    page = trainer.get(f"/teach/courses/{slug}/files/{path}").get_data(as_text=True)
    text = re.search(r'<textarea [^>]*id="text"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[1]
    base = re.search(r'name="base" value="([0-9a-f]*)"', page)[1]
    for entity, letter in (("&#34;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, letter)
    return text, base


def save(trainer, path, text, base, slug="my-course", status=302, action="save"):
    form = {"text": text, "base": base, "action": action}
    return trainer.post(f"/teach/courses/{slug}/files/{path}", form, status=status)


def publish(trainer, slug="my-course"):
    """Press the button as the page offers it."""
    page = trainer.get(f"/teach/courses/{slug}").get_data(as_text=True)
    form = re.search(rf'<form[^>]*action="/teach/courses/{slug}/publish".*?</form>', page, re.DOTALL)[0]
    values = dict(re.findall(r'name="(revision|newest)" value="([^"]*)"', form))
    trainer.post(f"/teach/courses/{slug}/publish", values)
    return trainer.get(f"/teach/courses/{slug}").get_data(as_text=True)


def test_every_page_stands(trainer):
    trainer.get("/teach/courses")
    trainer.get("/teach/courses/new")
    trainer.get("/teach/courses/upload")
    trainer.get("/teach/question-format")
    begin(trainer)
    for address in (
        "",
        "/files",
        "/files/course.yaml",
        "/files/en/01-first-module.md",
        "/files/en/questions.md",
        "/media",
        "/preview/en",
        "/preview/en/first-module",
        "/preview/en/second-module",
        "/learners",
    ):
        trainer.get(f"/teach/courses/my-course{address}")
    assert (
        trainer
        .get("/teach/courses/my-course/preview/en/questions", status=302)
        .headers["Location"]
        .endswith("/preview/en")
    )
    trainer.get("/teach/courses/my-course/preview/de", status=404)
    trainer.get("/teach/courses/my-course/preview/en/none", status=404)
    trainer.get("/teach/courses/my-course/files/en/none.md", status=404)
    trainer.get("/teach/courses/none", status=404)


def test_a_course_goes_from_the_first_word_to_the_learner(trainer, app):
    begin(trainer)
    text, base = text_of(trainer, "en/01-first-module.md")
    broken = save(trainer, "en/01-first-module.md", text + "\n[next](no-such.md)\n", base)
    assert broken.headers["Location"] == "/teach/courses/my-course/files/en/01-first-module.md"
    page = trainer.get("/teach/courses/my-course").get_data(as_text=True)
    line = text.count("\n") + 2
    assert f"en/01-first-module.md:{line}" in page
    assert "leads nowhere" in page
    assert "disabled" in page
    assert 'action="/teach/courses/my-course/publish"' not in page
    marked = trainer.get("/teach/courses/my-course/files/en/01-first-module.md").get_data(as_text=True)
    assert f'id="line-{line}" class="g-lines__marked"' in marked
    _, base = text_of(trainer, "en/01-first-module.md")
    save(trainer, "en/01-first-module.md", text + "\nA sentence of mine.\n", base)
    assert "A sentence of mine." in trainer.get("/teach/courses/my-course/preview/en/first-module").get_data(
        as_text=True
    )
    assert "First edition" in trainer.get("/teach/courses/my-course").get_data(as_text=True)
    assert "1.0" in publish(trainer)
    trainer.post("/courses/my-course/enrol")
    assert "A sentence of mine." in trainer.get("/learn/my-course/first-module").get_data(as_text=True)
    text, base = text_of(trainer, "en/01-first-module.md")
    save(trainer, "en/01-first-module.md", text.replace("of mine", "put right"), base)
    assert "Correction: enrolled learners get it at their next page." in trainer.get(
        "/teach/courses/my-course"
    ).get_data(as_text=True)
    assert "A sentence of mine." in trainer.get("/learn/my-course/first-module").get_data(as_text=True)
    assert "Version 1.1 is published, a correction" in publish(trainer)
    assert "A sentence put right." in trainer.get("/learn/my-course/first-module").get_data(as_text=True)
    text, base = text_of(trainer, "en/questions.md")
    save(trainer, "en/questions.md", text.replace("= 3\n", "= 4\n"), base)
    page = trainer.get("/teach/courses/my-course").get_data(as_text=True)
    assert "New edition: enrolled learners finish on theirs." in page
    assert "Question “kind-number” changed" in page
    assert "Version 2.0 is published, a new edition" in publish(trainer)


def test_a_check_alone_keeps_nothing(trainer):
    begin(trainer)
    text, base = text_of(trainer, "en/questions.md")
    page = save(
        trainer,
        "en/questions.md",
        text.replace("{#kind-short", "{#kind short"),
        base,
        status=200,
        action="check",
    )
    assert "kind short" in page.get_data(as_text=True)
    assert "To be mended" in page.get_data(as_text=True)
    assert text_of(trainer, "en/questions.md") == (text, base)


def test_the_second_tab_loses_nothing(trainer):
    begin(trainer)
    text, base = text_of(trainer, "en/01-first-module.md")
    save(trainer, "en/01-first-module.md", text + "\nFrom the first tab.\n", base)
    page = save(
        trainer, "en/01-first-module.md", text + "\nFrom the second tab.\n", base, status=409
    ).get_data(as_text=True)
    assert "From the first tab." in page
    assert "From the second tab." in page
    assert "From the second tab." not in text_of(trainer, "en/01-first-module.md")[0]
    fresh = re.search(r'name="base" value="([0-9a-f]*)"', page)[1]
    save(trainer, "en/01-first-module.md", text + "\nFrom both tabs.\n", fresh)
    assert text_of(trainer, "en/01-first-module.md")[0].endswith("From both tabs.\n")


def test_two_files_can_be_written_at_once(trainer):
    begin(trainer)
    one, one_base = text_of(trainer, "en/01-first-module.md")
    two, two_base = text_of(trainer, "en/02-second-module.md")
    save(trainer, "en/01-first-module.md", one + "\nOne.\n", one_base)
    save(trainer, "en/02-second-module.md", two + "\nTwo.\n", two_base)
    assert text_of(trainer, "en/01-first-module.md")[0].endswith("One.\n")


def test_a_file_that_was_deleted_meanwhile_can_be_put_back(trainer):
    begin(trainer)
    text, base = text_of(trainer, "en/02-second-module.md")
    trainer.post("/teach/courses/my-course/delete/en/02-second-module.md", {"base": base})
    trainer.get("/teach/courses/my-course/files/en/02-second-module.md", status=404)
    page = save(trainer, "en/02-second-module.md", text + "\nMore.\n", base, status=409).get_data(
        as_text=True
    )
    assert "deleted meanwhile" in page
    save(trainer, "en/02-second-module.md", text, "")
    assert text_of(trainer, "en/02-second-module.md")[0] == text


def test_publishing_what_was_not_seen_is_refused(trainer):
    begin(trainer)
    text, base = text_of(trainer, "en/01-first-module.md")
    save(trainer, "en/01-first-module.md", text + "\nOne more.\n", base)
    trainer.post("/teach/courses/my-course/publish", {"revision": "1", "newest": ""}, status=409)
    trainer.post("/teach/courses/my-course/discard", {"revision": "1"}, status=409)
    publish(trainer)
    trainer.post("/teach/courses/my-course/publish", {"revision": "2", "newest": "1.0"}, status=409)


def test_questions_can_be_tried_in_the_preview(trainer):
    begin(trainer)
    page = trainer.get("/teach/courses/my-course/preview/en").get_data(as_text=True)
    number = re.search(r'id="question-(\d+)".*', page[page.index("How many hyphens open") - 400 :])[1]
    form = {f"q{number}": "3"}
    tried = trainer.post("/teach/courses/my-course/preview/en", form, status=200).get_data(as_text=True)
    assert re.search(r"How many hyphens open.*?Right", tried, re.DOTALL)
    address = "/teach/courses/my-course/preview/en/first-module"
    right = re.search(r'value="(\d)"><label[^>]*>at level 2', trainer.get(address).get_data(as_text=True))[1]
    assert "Right" in trainer.post(address, {"q1": right}, status=200).get_data(as_text=True)
    trainer.post(address, {"q1": "77"}, status=422)


def test_a_draft_with_errors_has_no_preview_and_says_why(trainer):
    begin(trainer)
    text, base = text_of(trainer, "course.yaml")
    save(trainer, "course.yaml", text.replace("hours: 1 ", "hours: one "), base)
    answer = trainer.get("/teach/courses/my-course/preview/en", status=302)
    assert answer.headers["Location"] == "/teach/courses/my-course#findings"
    assert "mend them first" in trainer.get("/teach/courses/my-course").get_data(as_text=True)


def test_findings_are_told_in_the_language_of_the_page(trainer):
    begin(trainer, language="cs")
    text, base = text_of(trainer, "course.yaml")
    save(trainer, "course.yaml", text.replace("form: distance", "form: remote"), base)
    trainer.post("/language", {"locale": "en"})
    assert "remote" in trainer.get("/teach/courses/my-course").get_data(as_text=True)


@pytest.mark.parametrize("language", ["en", "cs", "sr-Cyrl", "sr-Latn", "uk", "bg"])
def test_a_new_course_in_each_language_is_clean_and_shows_every_kind(trainer, language):
    begin(trainer, language=language)
    page = trainer.get("/teach/courses/my-course").get_data(as_text=True)
    assert "Nothing to mend" in page
    kinds = {example.tried.question.kind.value for example in examples.list_examples(language)}
    assert kinds == {"single", "multiple", "short", "number", "match", "order", "cloze"}


def test_the_format_is_shown_in_every_language(trainer):
    for locale in ("en", "cs", "sr", "sr_Latn", "uk", "bg"):
        trainer.post("/language", {"locale": locale})
        trainer.get("/teach/question-format")


@pytest.mark.parametrize(
    ("slug", "words"),
    [("Open Data", "Use a-z"), ("new", "another name"), ("open-data", "another name"), ("", "Enter a name")],
)
def test_a_bad_name_is_refused_at_its_field(trainer, slug, words):
    form = {"title": "Mine", "slug": slug, "owner": "CZ", "language": "en"}
    page = trainer.post("/teach/courses/new", form, status=422).get_data(as_text=True)
    assert 'id="slug-error"' in page
    assert words in page


def test_a_unit_of_others_is_refused_as_owner(trainer):
    form = {"title": "Mine", "slug": "mine", "owner": "RS-APV", "language": "en"}
    assert "owner-error" in trainer.post("/teach/courses/new", form, status=422).get_data(as_text=True)


def test_a_new_translation_begins_with_the_text_of_its_source(trainer):
    begin(trainer)
    text, base = text_of(trainer, "course.yaml")
    save(trainer, "course.yaml", text.replace("languages: [en]", "languages: [en, cs]"), base)
    answer = trainer.post("/teach/courses/my-course/files", {"folder": "cs", "name": "01-first-module.md"})
    assert answer.headers["Location"].endswith("/files/cs/01-first-module.md")
    assert text_of(trainer, "cs/01-first-module.md")[0] == text_of(trainer, "en/01-first-module.md")[0]
    for name in ("../x.md", "01-first-module.md", ".x.md", "_x.md", "x.exe", "a/b.md", "x.yaml"):
        trainer.post("/teach/courses/my-course/files", {"folder": "cs", "name": name}, status=422)
    trainer.post("/teach/courses/my-course/files", {"folder": "media", "name": "x.md"}, status=422)


def test_a_file_that_is_too_large_is_refused_and_stays_in_the_editor(trainer):
    begin(trainer)
    _, base = text_of(trainer, "en/01-first-module.md")
    page = save(trainer, "en/01-first-module.md", "long " * 41_000, base, status=422).get_data(as_text=True)
    assert "larger than 200 KB" in page
    assert "long long" in page
