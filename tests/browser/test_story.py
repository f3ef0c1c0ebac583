"""The main job in a real browser: from sign-in to a certificate that anyone can check."""

import pytest

from tests.browser.conftest import COURSE

LANGUAGES = ("en", "uk")
WIDTHS = (1280, 320)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_learner_comes_to_a_certificate_and_anyone_can_check_it(site, reader, width, language):
    email = site.person(language)
    learner = reader(width=width, language=language)
    learner.open("/")
    learner.sign_in(email)
    assert learner.page.url == f"{site.url}/learn"
    read_the_course(learner)
    address = sit_the_test(site, learner, email)
    link = take_the_certificate(learner, address)
    page = learner.open("/certificates")
    number = page.locator("tbody td").first.inner_text().strip()
    learner.open("/learn")
    learner.open("/account/profile")
    sign_out(learner, width)
    coordinator_exports(site, learner, language, number)
    passer_by = reader(width=width, language=language)
    passer_by.open(link)
    assert passer_by.page.locator(".g-verdict--valid").is_visible()
    assert email not in passer_by.page.content()


def read_the_course(learner):
    page = learner.open("/courses")
    learner.press(f".g-card a[href='/courses/{COURSE}']")
    learner.press("form[action$='/enrol'] button")
    assert page.locator("main article[lang], main h1").first.is_visible()
    learner.press(".g-next a")
    check_oneself(learner)
    modules = page.locator(".g-outline__entry").count()
    for module in range(modules):
        learner.press("form[action$='/done'] button", look=module in {0, modules - 1})
    assert page.url.endswith(f"/learn/{COURSE}")
    assert page.locator(".g-steps__step--done").count() == modules


def check_oneself(learner):
    """Answer the control questions on the spot."""
    page = learner.page
    page.locator(".g-checks input[type=radio]").first.check()
    learner.press(".g-checks form > button")
    assert page.locator(".g-checks .g-answer").count() == page.locator(".g-checks .g-question").count()
    assert page.locator(".g-checks input[type=radio]").first.is_checked()


def sit_the_test(site, learner, email):
    """Start, answer half, save, reload, answer the rest, hand in; return the attempt's address."""
    page = learner.page
    learner.press(".g-next a")
    learner.press("form[action$='/test'] button")
    address = page.url
    right = site.answers(email, address)
    half = dict(list(right.items())[: len(right) // 2])
    learner.answer(half)
    page.click("button[value=save]")
    page.wait_for_selector(".g-notification--success")
    learner.look()
    page.reload()
    kept = learner.given()
    assert {name: sorted(kept[name]) for name in half} == {
        name: sorted(values) for name, values in half.items()
    }
    learner.answer(right)
    learner.press("button[value=submit]")
    assert page.url == f"{address}/result"
    assert page.locator(".g-verdict--valid").is_visible()
    return address


def take_the_certificate(learner, address):
    """Wait for the button, which comes by itself; fetch the document twice; return the link to check it."""
    page = learner.page
    document = page.locator("#certificate .govuk-button")
    document.wait_for(timeout=10_000)
    learner.look()
    href = document.get_attribute("href")
    first, second = (page.request.get(learner.url + href) for _ in range(2))
    assert first.status == 200
    assert first.headers["content-type"] == "application/pdf"
    assert first.body().startswith(b"%PDF-")
    assert first.body() == second.body()
    return page.locator("#certificate a[href^='/verify/']").get_attribute("href")


def coordinator_exports(site, window, language, number):
    """Let the coordinator of the region sign in at the same window, look at her reports and take files along."""
    window.sign_in(site.person(language, roles=(("coordinator", "CZ-K3107"),)))
    page = window.page
    assert page.url == f"{site.url}/reports/progress"
    window.open("/reports/coverage")
    window.open("/reports/completions")
    assert page.get_by_text(number).first.is_visible()
    for part, begins in (("format=xlsx", b"PK"), ("dialect=excel", b"\xef\xbb\xbf")):
        with page.expect_download() as waiting:
            page.locator(f".govuk-button-group a[href*='{part}']").click()
        assert waiting.value.path().read_bytes().startswith(begins)
    plain = page.locator(".govuk-button-group a[href*='format=csv']:not([href*=dialect])")
    rows = page.request.get(site.url + plain.get_attribute("href")).text()
    assert number in rows


def sign_out(learner, width):
    """Sign out by the menu."""
    learner.page.locator(".g-menu", has=learner.page.locator("form[action='/logout']")).locator(
        "summary"
    ).click()
    learner.look()
    learner.press("form[action='/logout'] button")
    learner.page.goto(f"{learner.url}/certificates")
    assert "/login" in learner.page.url
