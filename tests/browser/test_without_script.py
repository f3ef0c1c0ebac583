"""Everything works without JavaScript."""

from tests.browser.conftest import COURSE


def test_a_learner_goes_the_whole_way_without_javascript(site, reader):
    email = site.person()
    learner = reader(width=320, script=False)
    page = learner.sign_in(email)
    learner.open(f"/courses/{COURSE}")
    learner.press("form[action$='/enrol'] button")
    learner.press(".g-next a")
    page.locator(".g-checks input[type=radio]").first.check()
    learner.press(".g-checks form > button")
    assert page.locator(".g-checks .g-answer").count() > 0
    while page.locator("form[action$='/done'] button").count():
        learner.press("form[action$='/done'] button")
    learner.press(".g-next a")
    learner.press("form[action$='/test'] button")
    address = page.url
    right = site.answers(email, address)
    learner.answer(right)
    learner.press("button[value=save]")
    assert page.locator(".g-notification--success").is_visible()
    learner.open(address)
    learner.press("button[value=submit]")
    assert page.url == f"{address}/result"
    assert page.locator(".g-verdict--valid").is_visible()
    for _time in range(20):
        if page.locator("#certificate").count():
            break
        page.wait_for_timeout(500)
        page.locator("main a[href='']").click()
    answer = page.request.get(site.url + page.locator("#certificate .govuk-button").get_attribute("href"))
    assert answer.body().startswith(b"%PDF-")
    learner.press("#certificate a[href^='/verify/']")
    assert page.locator(".g-verdict--valid").is_visible()
    page.locator(".g-menu", has=page.locator("form[action='/logout']")).locator("summary").click()
    learner.press("form[action='/logout'] button")
    assert page.locator(".g-header__sign-in").is_visible()
