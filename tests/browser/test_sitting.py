"""The page of the final test: saving keeps the place, the time is the server's, nothing is lost without a line."""

from uuid import UUID

import pytest
from sqlalchemy import select

from app.domain.assessments.models import Attempt, LateAnswers
from app.domain.catalogue.values import Assessment
from app.foundation.db import session, transaction
from tests import world


@pytest.fixture
def sitting(site, reader):
    """A learner before the open test of the small course that has every kind of question."""
    email = site.person()
    address = site.begin_test(email)
    learner = reader()
    learner.sign_in(email)
    learner.open(address)
    learner.right = site.answers(email, address)
    learner.email = email
    return learner


def test_saving_keeps_the_place_and_says_so(sitting):
    page = sitting.page
    sitting.answer(sitting.right)
    page.locator("button[value=save]").scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    began = page.evaluate("performance.timeOrigin")
    page.click("button[value=save]")
    page.locator(".g-notification--success[role=status]", has_text="Your answers are saved").wait_for()
    assert page.evaluate("performance.timeOrigin") == began
    assert page.evaluate("scrollY") >= place > 0
    assert page.locator("#saved").inner_text().startswith("saved at")
    page.reload()
    assert {name: sorted(values) for name, values in sitting.given().items() if values != [""]} == {
        name: sorted(values) for name, values in sitting.right.items()
    }


def test_what_is_saved_and_handed_in_at_once_counts(sitting):
    page = sitting.page
    sitting.answer(sitting.right)
    page.click("button[value=save]")
    page.wait_for_selector(".g-notification--success")
    sitting.press("button[value=submit]")
    assert page.url.endswith("/result")
    assert page.locator(".g-verdict--valid").is_visible()
    assert page.locator("fieldset:disabled").count() == page.locator(".g-question").count()


def typed(page, text):
    """Type an answer into the first question in words, and return the name of its input."""
    field = page.locator(".g-question input[type=text] >> nth=0")
    field.fill(text)
    return field.get_attribute("name")


def question_of(name: str) -> str:
    """Return the question that an input belongs to: a gap is a part of one."""
    return name.partition("-")[0]


def wait_until_saved(page):
    page.wait_for_function(
        """() => !document.querySelector(".g-statusline__unsaved")
                 && document.querySelector("#saved").textContent.startsWith("saved at")"""
    )


def stored(site, sitting) -> dict[str, list[str]]:
    """Return position → answer as the database has it."""
    with site.inside():
        actor = world.act_as(sitting.email)
        scope = world.sitting.scope_of(actor, world.sitting.Permission.OWN_LEARNING)
        attempt_id = UUID(sitting.page.url.rsplit("/", 1)[1])
        attempt = world.sitting.attempts.get_attempt(scope, attempt_id)[0]
        return {
            f"q{place}": given for place, given in world.sitting.attempts.responses_of(scope, attempt).items()
        }


def test_every_answer_saves_itself_without_a_click(site, sitting):
    page = sitting.page
    sitting.answer(sitting.right)
    wait_until_saved(page)
    held = stored(site, sitting)
    assert len(held) == page.locator(".g-question").count()
    page.reload()
    assert {name: sorted(values) for name, values in sitting.given().items() if values != [""]} == {
        name: sorted(values) for name, values in sitting.right.items()
    }


def test_an_answer_that_is_taken_back_is_saved_as_none(site, sitting):
    page = sitting.page
    name = typed(page, "an answer")
    wait_until_saved(page)
    assert "an answer" in stored(site, sitting)[question_of(name)]
    typed(page, "")
    page.keyboard.press("Tab")
    wait_until_saved(page)
    assert stored(site, sitting)[question_of(name)] == []


def test_without_a_line_the_answers_wait_on_the_device_and_are_sent_when_it_is_back(site, sitting):
    page = sitting.page
    sitting.context.set_offline(True)
    name = typed(page, "an answer")
    page.keyboard.press("Tab")
    page.locator("#saved", has_text="not saved yet: no connection").wait_for()
    page.locator(".g-notification--error[role=alert]", has_text="kept on this device").wait_for()
    page.click("button[value=submit]")
    page.locator(".g-notification--error", has_text="The test is not handed in").wait_for()
    assert stored(site, sitting) == {}
    sitting.context.set_offline(False)
    wait_until_saved(page)
    assert "an answer" in stored(site, sitting)[question_of(name)]
    assert page.locator(".g-notification--error").count() == 0
    sitting.press("button[value=submit]")
    assert page.url.endswith("/result")


def test_answers_that_waited_are_sent_by_the_next_page_that_is_opened(site, sitting):
    first = sitting.page
    sitting.context.set_offline(True)
    name = typed(first, "before the power cut")
    first.locator(".g-statusline__unsaved").wait_for()
    first.close(run_before_unload=False)
    sitting.context.set_offline(False)
    second = sitting.context.new_page()
    second.goto(first.url)
    wait_until_saved(second)
    assert second.input_value(f"[name='{name}']") == "before the power cut"
    sitting.page = second
    assert "before the power cut" in stored(site, sitting)[question_of(name)]


def test_of_two_windows_the_later_answer_counts_and_the_learner_is_told(site, sitting):
    one = sitting.page
    other = sitting.context.new_page()
    other.goto(one.url)
    name = typed(one, "from the first window")
    wait_until_saved(one)
    typed(other, "from the second, later")
    other.locator(".g-notification--warning", has_text="also answered in another window").wait_for()
    assert "from the second, later" in stored(site, sitting)[question_of(name)]


def test_an_answer_from_before_gives_way_to_a_later_one_from_another_window(site, sitting):
    one = sitting.page
    other = sitting.context.new_page()
    other.goto(one.url)
    sitting.context.set_offline(True)
    name = typed(one, "given first, sent last")
    one.locator(".g-statusline__unsaved").wait_for()
    one.wait_for_timeout(100)
    one.route("**/attempts/*", lambda route: route.abort())
    sitting.context.set_offline(False)
    typed(other, "given later, sent first")
    wait_until_saved(other)
    one.unroute("**/attempts/*")
    one.click("button[value=save]")
    one.locator(
        ".g-notification--warning, .g-notification--success", has_text="answered later in another window"
    ).wait_for()
    assert one.input_value(f"[name='{name}']") == "given later, sent first"
    assert "given later, sent first" in stored(site, sitting)[question_of(name)]


def test_what_comes_when_the_test_has_ended_is_refused_and_kept(site, sitting):
    page = sitting.page
    other = sitting.context.new_page()
    other.goto(page.url)
    other.click("button[value=submit]")
    other.wait_for_url("**/result")
    typed(page, "too late")
    page.locator(".g-notification--error", has_text="too late to count").wait_for()
    page.locator(".g-notification--error a", has_text="See the result").click()
    page.wait_for_url("**/result")


def test_all_answers_that_waited_until_the_test_had_ended_are_kept(site, sitting):
    page = sitting.page
    page.route("**/attempts/*", lambda route: route.abort())
    sitting.answer(sitting.right)
    page.locator(".g-notification--error", has_text="kept on this device").wait_for()
    ended(site, sitting)
    page.unroute("**/attempts/*")
    page.click("button[value=save]")
    page.locator(".g-notification--error", has_text="too late to count").wait_for()
    with site.inside():
        attempt_id = UUID(page.url.rsplit("/", 1)[1])
        late = session().scalars(
            select(LateAnswers).join(Attempt).where(Attempt.public_id == attempt_id).order_by(LateAnswers.id)
        )
        kept = {place for each in late for place in each.responses}
    assert kept == {name.partition("-")[0].removeprefix("q") for name in sitting.right}


def ended(site, sitting):
    """Hand the test in elsewhere, with no answer."""
    with site.inside():
        actor = world.act_as(sitting.email)
        world.sitting.submit_attempt(actor, UUID(sitting.page.url.rsplit("/", 1)[1]), {})


@pytest.fixture
def plan(site, reader):
    """A learner before the open test of a course that asks for practical work."""
    email = site.person()
    with site.inside():
        with transaction():
            world.publish(
                world.course_with_task(f"plan-{email.partition('@')[0]}", test=Assessment(shuffle=False))
            )
        attempt = world.begin_test(world.act_as(email), f"plan-{email.partition('@')[0]}")
    learner = reader()
    learner.sign_in(email)
    learner.open(f"/attempts/{attempt.public_id}")
    return learner


def test_practical_work_saves_itself_and_its_files_go_with_the_button(plan, tmp_path):
    page = plan.page
    page.fill("textarea", "We publish\nour budget.")
    page.keyboard.press("Tab")
    wait_until_saved(page)
    file = tmp_path / "plan.pdf"
    file.write_bytes(b"%PDF-1.7\n% a plan")
    page.set_input_files("input[type=file]", str(file))
    plan.press("button.govuk-button[value=save]")
    assert page.locator("a", has_text="plan.pdf").is_visible()
    assert page.input_value("textarea") == "We publish\nour budget."
    plan.press("button[value^='remove-']")
    assert page.locator("a", has_text="plan.pdf").count() == 0
    plan.press("button[value=submit]")
    assert page.url.endswith("/result")
    assert page.locator("text=Your test is handed in.").is_visible()


def test_leaving_with_unsaved_answers_asks_first(sitting):
    page = sitting.page
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    sitting.context.set_offline(True)
    typed(page, "an answer")
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"]


def test_the_time_left_is_counted_on_and_told_at_five_minutes_and_at_one(site, sitting):
    context = sitting.context
    page = context.new_page()
    page.clock.install()
    page.goto(sitting.page.url)
    left, said = page.locator("[data-left]"), page.locator("[data-said]")
    begun = int(left.inner_text())
    assert 29 <= begun <= 30
    page.clock.run_for(60_000)
    assert int(left.inner_text()) == begun - 1
    assert said.inner_text() == ""
    page.clock.run_for((begun - 1 - 5) * 60_000)
    assert left.inner_text() == "5"
    assert said.inner_text() == "5 minutes are left."
    assert page.locator(".g-statusline--late").count() == 1
    page.clock.run_for(4 * 60_000)
    assert said.inner_text() == "1 minute is left."
    page.fill("input[type=text] >> nth=0", "in time")
    with page.expect_navigation(url="**/result"):
        page.clock.run_for(60_000)
    assert page.input_value("input[type=text] >> nth=0") == "in time"


def test_an_untouched_page_hands_nothing_in_when_the_time_is_over(site, sitting):
    page = sitting.context.new_page()
    page.clock.install()
    page.goto(sitting.page.url)
    page.clock.run_for(30 * 60_000)
    page.locator(".g-statusline", has_text="The time is over.").wait_for()
    with page.expect_navigation():
        page.clock.run_for(60_000)
    page.locator("button[value=submit]").wait_for()
    assert page.url == sitting.page.url


def test_the_status_line_covers_no_field_that_has_the_focus(sitting):
    page = sitting.page
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    fields = page.locator(".g-question :is(input, select)")
    for place in reversed(range(fields.count())):
        fields.nth(place).focus()
        top = fields.nth(place).evaluate("field => field.getBoundingClientRect().top")
        bottom = page.locator(".g-statusline").evaluate("line => line.getBoundingClientRect().bottom")
        assert top >= bottom, f"field {place} lies under the status line"
