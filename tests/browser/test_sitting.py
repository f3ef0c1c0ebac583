"""The page of the final test: saving keeps the place, the time is the server's, nothing is lost without a line."""

import pytest


@pytest.fixture
def sitting(site, reader):
    """A learner before the open test of the small course that has every kind of question."""
    email = site.person()
    address = site.begin_test(email)
    learner = reader()
    learner.sign_in(email)
    learner.open(address)
    learner.right = site.answers(email, address)
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


def test_without_a_line_the_answers_stay_on_the_page(sitting):
    page = sitting.page
    page.fill("input[type=text] >> nth=0", "an answer")
    sitting.context.set_offline(True)
    page.click("button[value=save]")
    page.wait_for_selector(".g-notification--error")
    assert page.input_value("input[type=text] >> nth=0") == "an answer"
    sitting.context.set_offline(False)
    page.click("button[value=save]")
    page.wait_for_selector(".g-notification--success")
    assert page.locator(".g-notification--error").count() == 0


def test_leaving_with_unsaved_answers_asks_first(sitting):
    page = sitting.page
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.fill("input[type=text] >> nth=0", "an answer")
    page.goto(f"{sitting.url}/learn")
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
