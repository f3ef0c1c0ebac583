"""A trainer's whole way in the browser: a course is begun, written, checked, tried, published and learnt."""

import re

import pytest

from app.domain.catalogue.values import Kind
from app.formats import course_folder, course_template
from app.formats.surroundings import Surroundings
from app.web.trainer import examples
from tests import world

FIRST, BANK = "en/01-first-module.md", "en/questions.md"


def test_every_page_stands(desk):
    for address in ("courses", "courses/new", "courses/upload", "question-format"):
        desk.browser.get(f"/teach/{address}")
    desk.begin()
    for address in ("", "/files", "/media", "/learners", "/preview/en", "/files/course.yaml"):
        desk.page(address)
    for address in (
        f"/files/{FIRST}",
        f"/files/{BANK}",
        "/preview/en/first-module",
        "/preview/en/second-module",
    ):
        desk.page(address)
    answer = desk.browser.get(f"{desk.address}/preview/en/questions", status=302)
    assert answer.headers["Location"] == f"{desk.address}/preview/en"
    for address in ("/preview/de", "/preview/en/none", "/files/en/none.md"):
        desk.page(address, status=404)
    desk.browser.get("/teach/courses/none", status=404)


@pytest.mark.parametrize("language", course_template.LANGUAGES)
def test_the_example_of_practical_work_is_read_as_it_says(language):
    (shown,) = [each for each in examples.list_examples(language) if each.tried.question.kind is Kind.TASK]
    question = shown.tried.question
    assert (question.points, question.criteria) == (10, (4, 3, 3))
    assert (question.upload, question.max_words) == (("pdf", "docx"), 300)
    assert len(question.body.options) == 3
    assert shown.source.startswith("## ")
    assert "- (4) " in shown.source
    reading = course_folder.read_course(
        "mine", course_template.new_course("mine", "CZ", language, "x"), Surroundings(), limited=False
    )
    assert reading.draft is not None
    assert Kind.TASK not in {each.kind for each in reading.draft.questions}


def test_a_course_goes_from_the_first_word_to_the_learner(desk):
    desk.begin()
    text, base = desk.read(FIRST)
    desk.save(FIRST, text + "\n[next](no-such.md)\n", base)
    line = text.count("\n") + 2
    page = desk.page()
    assert f"{FIRST}:{line}" in page
    assert "leads nowhere" in page
    assert f'action="{desk.address}/publish"' not in page
    assert f'id="line-{line}" class="g-lines__marked"' in desk.page(f"/files/{FIRST}")
    desk.edit(FIRST, "[next](no-such.md)", "A sentence of mine.")
    assert "A sentence of mine." in desk.page("/preview/en/first-module")
    assert "First edition" in desk.page()
    assert "1.0" in desk.publish()
    desk.browser.post("/courses/my-course/enrol")
    lesson = "/learn/my-course/first-module"
    assert "A sentence of mine." in desk.browser.get(lesson).get_data(as_text=True)
    desk.edit(FIRST, "of mine", "put right")
    assert "Correction: enrolled learners get it at their next page." in desk.page()
    assert "A sentence of mine." in desk.browser.get(lesson).get_data(as_text=True)
    assert "Version 1.1 is published, a correction" in desk.publish()
    assert "A sentence put right." in desk.browser.get(lesson).get_data(as_text=True)
    desk.edit(BANK, "= 3\n", "= 4\n")
    page = desk.page()
    assert "New edition: enrolled learners finish on theirs." in page
    assert "Question “kind-number” changed" in page
    assert "Version 2.0 is published, a new edition" in desk.publish()


def test_a_remark_alone_is_kept_without_a_version(desk):
    desk.begin()
    desk.publish()
    desk.edit("course.yaml", "id: ", "# A remark.\nid: ")
    assert "no new version will be made" in desk.page()
    assert "Your files are kept." in desk.publish()
    assert "# A remark." in desk.read("course.yaml")[0]


def test_a_check_alone_keeps_nothing(desk):
    desk.begin()
    text, base = desk.read(BANK)
    page = desk.save(BANK, text.replace("{#kind-short", "{#kind short"), base, status=200, action="check")
    assert "kind short" in page
    assert "To be mended" in page
    assert desk.read(BANK) == (text, base)


def test_the_second_tab_loses_nothing(desk):
    desk.begin()
    text, base = desk.read(FIRST)
    desk.save(FIRST, text + "\nFrom the first tab.\n", base)
    page = desk.save(FIRST, text + "\nFrom the second tab.\n", base, status=409)
    assert "only in the saved one</span> <code>From the first tab.</code>" in page
    assert "only in yours</span> <code>From the second tab.</code>" in page
    assert "From the second tab." not in desk.read(FIRST)[0]
    fresh = re.search(r'name="base" value="([0-9a-f]*)"', page)[1]
    desk.save(FIRST, text + "\nFrom both tabs.\n", fresh)
    assert desk.read(FIRST)[0].endswith("From both tabs.\n")


def test_two_files_can_be_written_at_once(desk):
    desk.begin()
    one, one_base = desk.read(FIRST)
    two, two_base = desk.read("en/02-second-module.md")
    desk.save(FIRST, one + "\nOne.\n", one_base)
    desk.save("en/02-second-module.md", two + "\nTwo.\n", two_base)
    assert desk.read(FIRST)[0].endswith("One.\n")


def test_a_file_that_was_deleted_meanwhile_can_be_put_back(desk):
    desk.begin()
    path = "en/02-second-module.md"
    text, base = desk.read(path)
    desk.send(f"/delete/{path}", {"base": base})
    desk.page(f"/files/{path}", status=404)
    assert "deleted meanwhile" in desk.save(path, text + "\nMore.\n", base, status=409)
    desk.save(path, text, "")
    assert desk.read(path)[0] == text


def test_publishing_what_was_not_seen_is_refused(desk):
    desk.begin()
    desk.edit(FIRST, "## ", "## Newly: ")
    desk.send("/publish", {"revision": "1", "newest": ""}, status=409)
    desk.send("/discard", {"revision": "1"}, status=409)
    desk.publish()
    desk.send("/publish", {"revision": "2", "newest": "1.0"}, status=409)


def test_a_discarded_draft_leaves_what_is_published(desk):
    desk.begin()
    desk.publish()
    text, _base = desk.read(FIRST)
    desk.edit(FIRST, "## ", "## Newly: ")
    assert desk.send("/discard", {"revision": "1"}).headers["Location"] == desk.address
    assert desk.read(FIRST)[0] == text
    desk.browser.get("/courses/my-course")


def test_questions_can_be_tried_in_the_preview(desk):
    desk.begin()
    page = desk.page("/preview/en")
    number = re.findall(r'id="question-(\d+)"', page[: page.index("How many hyphens open")])[-1]
    tried = desk.send("/preview/en", {f"q{number}": "3"}, status=200).get_data(as_text=True)
    assert re.search(r"How many hyphens open.*?Right", tried, re.DOTALL)
    right = re.search(r'value="(\d)"><label[^>]*>at level 2', desk.page("/preview/en/first-module"))[1]
    answer = desk.send("/preview/en/first-module", {"q1": right}, status=200)
    assert "Right" in answer.get_data(as_text=True)
    desk.send("/preview/en/first-module", {"q1": "77"}, status=422)


def test_links_of_a_preview_stay_in_it(desk):
    desk.begin()
    desk.edit(FIRST, "## ", "[second](02-second-module.md) [itself](course:my-course)\n\n## ")
    page = desk.page("/preview/en/first-module")
    assert f'href="{desk.address}/preview/en/second-module"' in page
    assert 'href="/learn/my-course' not in page


def test_a_draft_with_errors_has_no_preview_and_says_why(desk):
    desk.begin()
    desk.edit("course.yaml", "hours: 1 ", "hours: one ")
    answer = desk.browser.get(f"{desk.address}/preview/en", status=302)
    assert answer.headers["Location"] == f"{desk.address}#findings"
    assert "mend them first" in desk.page()


@pytest.mark.parametrize("language", ["en", "cs", "sr-Cyrl", "sr-Latn", "uk", "bg"])
def test_a_new_course_in_each_language_is_clean_and_shows_every_kind(desk, language):
    desk.begin(language)
    assert "Nothing to mend" in desk.page()
    kinds = {example.tried.question.kind.value for example in examples.list_examples(language)}
    assert kinds == {kind.value for kind in Kind}


@pytest.mark.parametrize("locale", ["en", "cs", "sr", "sr_Latn", "uk", "bg"])
def test_every_page_stands_in_every_language(desk, locale):
    desk.begin()
    desk.edit("course.yaml", "hours: 1 ", "hours: one ")
    desk.browser.post("/language", {"locale": locale})
    for address in ("courses", "courses/new", "courses/upload", "question-format"):
        desk.browser.get(f"/teach/{address}")
    for address in ("", "/files", "/media", "/learners", "/files/course.yaml"):
        desk.page(address)
    desk.save("course.yaml", "another", "0" * 64, status=409)


@pytest.mark.parametrize(
    ("slug", "words"),
    [("Open Data", "Use a-z"), ("new", "another name"), ("open-data", "another name"), ("", "Enter a name")],
)
def test_a_bad_name_is_refused_at_its_field(desk, slug, words):
    form = {"title": "Mine", "slug": slug, "owner": "CZ", "language": "en"}
    page = desk.browser.post("/teach/courses/new", form, status=422).get_data(as_text=True)
    assert 'id="slug-error"' in page
    assert words in page


def test_a_unit_of_others_is_refused_as_owner(desk):
    form = {"title": "Mine", "slug": "mine", "owner": "RS-APV", "language": "en"}
    assert "owner-error" in desk.browser.post("/teach/courses/new", form, status=422).get_data(as_text=True)


def test_a_new_translation_begins_with_the_text_of_its_source(desk):
    desk.begin()
    desk.edit("course.yaml", "languages: [en]", "languages: [en, cs]")
    answer = desk.send("/files", {"folder": "cs", "name": "01-first-module.md"})
    assert answer.headers["Location"].endswith("/files/cs/01-first-module.md")
    assert desk.read("cs/01-first-module.md")[0] == desk.read(FIRST)[0]


@pytest.mark.parametrize(
    "name",
    ["../x.md", "01-first-module.md", ".x.md", "_x.md", "x.exe", "a/b.md", "x.yaml", "x y.md", "x\n.md", ""],
)
def test_a_bad_file_name_is_refused_at_its_field(desk, name):
    desk.begin()
    page = desk.send("/files", {"folder": "en", "name": name}, status=422).get_data(as_text=True)
    assert 'id="name-error"' in page


@pytest.mark.parametrize(
    "path", ["../x.md", "media/x.csv", "en/.x.md", "en/a/b.md", "/etc/passwd", "x.py", "en"]
)
def test_a_file_cannot_be_made_where_none_belongs(desk, path):
    desk.begin()
    before = desk.kept()
    answer = desk.browser.client.post(f"{desk.address}/files/{path}", data={"text": "x", "base": ""})
    assert answer.status_code in {308, 404, 422}
    assert desk.kept() == before


def test_a_file_that_is_too_large_is_refused_and_stays_in_the_editor(desk):
    desk.begin()
    _text, base = desk.read(FIRST)
    page = desk.save(FIRST, "long " * 41_000, base, status=422)
    assert "larger than 200 KB" in page
    assert "long long" in page


def test_the_list_names_version_state_and_the_keepers_of_other_courses(desk):
    desk.begin()
    desk.edit("course.yaml", "hours: 1 ", "hours: one ")
    world.person("rs@example.org", "80039", "Петровић", "Ана", roles=(("trainer", "RS-APV"),))
    page = desk.browser.get("/teach/courses").get_data(as_text=True)
    assert re.search(r"my-course.*?none yet.*?Draft.*?1 error", page, re.DOTALL)
    assert re.search(r'/teach/courses/open-data".*?1\.0.*?Published', page, re.DOTALL)
    desk.browser.post("/logout")
    desk.browser.sign_in("rs@example.org")
    page = desk.browser.get("/teach/courses").get_data(as_text=True)
    assert re.search(
        r'Courses of others.*?href="/courses/open-data".*?1\.0.*?Česká republika', page, re.DOTALL
    )
    assert "/teach/courses/open-data" not in page
    assert "my-course" not in page


def test_a_learner_without_an_attempt_gets_one_more_with_a_reason(desk):
    learner = world.act_as(world.person())
    for _ in range(3):
        attempt = world.begin_test(learner) if _ == 0 else world.sitting.start_attempt(learner, "open-data")
        world.sitting.submit_attempt(learner, attempt.public_id, {})
    desk.slug = "open-data"
    assert "1 learner has no attempt left" in desk.page()
    page = desk.page("/learners")
    assert "Eva Nováková" in page
    enrolment = re.search(r'name="enrolment" value="([^"]+)"', page)[1]
    refused = desk.send("/learners", {"enrolment": enrolment, "reason": " "}, status=422)
    assert f'href="#reason-{enrolment}"' in refused.get_data(as_text=True)
    desk.send("/learners", {"enrolment": "x", "reason": "None."}, status=422)
    desk.send("/learners", {"enrolment": "0" * 8 + enrolment[8:], "reason": "None."}, status=404)
    desk.send("/learners", {"enrolment": enrolment, "reason": "The power went out."})
    assert "Nobody is without an attempt." in desk.page("/learners")
    assert world.sitting.start_attempt(learner, "open-data")
