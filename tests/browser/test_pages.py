"""Pages for anyone, pages of errors and of paper: light and dark, wide and narrow, in every language."""

import pytest

from app.foundation.i18n import LOCALES, content_language
from tests.browser.conftest import COURSE

PUBLIC = (
    "/",
    "/courses",
    "/courses?q=nothing+fits+this",
    f"/courses/{COURSE}",
    "/verify",
    "/issuer",
    "/login",
    "/account/reset",
    "/help",
    "/privacy",
    "/accessibility",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_public_pages_are_for_everyone(reader, width, scheme):
    anyone = reader(width=width, scheme=scheme)
    for address in PUBLIC:
        anyone.open(address)


def test_pages_stand_in_every_language(reader):
    for locale in LOCALES:
        tag = content_language(locale)
        anyone = reader(width=320, language=tag)
        for address in ("/", f"/courses/{COURSE}"):
            anyone.open(address)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_errors_have_a_page_with_a_way_on(reader, scheme):
    anyone = reader(width=320, scheme=scheme)
    for address in ("/nothing", "/verify/AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF", "/courses/nothing"):
        anyone.open(address)
        assert anyone.page.locator("main :is(a, button)").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_modules_and_their_prints_are_for_everyone(site, reader, scheme):
    learner = reader(width=320, scheme=scheme)
    learner.sign_in(site.person())
    learner.open(f"/courses/{COURSE}")
    learner.press("form[action$='/enrol'] button")
    page = learner.page
    addresses = page.locator(".g-steps a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    for address in addresses:
        learner.open(address)
    learner.open(addresses[0] + "/print")
    learner.open(f"/learn/{COURSE}/print")
    assert page.locator(".g-chapter").count() == len(addresses) - 1


def test_a_switch_of_language_keeps_the_module(site, reader):
    learner = reader()
    learner.sign_in(site.person("en"))
    learner.open(f"/courses/{COURSE}")
    learner.press("form[action$='/enrol'] button")
    page = learner.page
    learner.press(".g-steps a >> nth=1")
    address = page.url
    assert page.locator("article .g-prose").get_attribute("lang") == "en"
    learner.press(".g-languages a[lang=uk]")
    assert page.url == f"{address}?lang=uk"
    assert page.locator("article .g-prose").get_attribute("lang") == "uk"
    learner.press(".g-turn__next")
    assert page.url.endswith("?lang=uk")
    assert page.locator("article .g-prose").get_attribute("lang") == "uk"


def test_a_course_opens_in_the_language_of_the_page_and_says_so_where_it_cannot(site, reader):
    learner = reader(language="cs")
    learner.sign_in(site.person("cs"))
    learner.open(f"/courses/{COURSE}")
    learner.press("form[action$='/enrol'] button")
    page = learner.page
    assert page.locator("h1").get_attribute("lang") == "cs"
    assert page.locator("main > .govuk-hint").count() == 0
    learner.language = "sr-Latn"
    page.locator(".g-menu summary").first.click()
    learner.press("button[value=sr_Latn]")
    assert page.locator("h1").get_attribute("lang") == "en"
    assert "English" in page.locator("main > .govuk-hint").inner_text()


def test_axe_finds_what_is_wrong(reader):
    window = reader()
    window.open("/help")
    window.page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    with pytest.raises(AssertionError, match="image-alt"):
        window.look()


def test_a_page_that_is_too_wide_is_found(reader):
    window = reader(width=320)
    window.open("/help")
    window.page.evaluate("document.querySelector('main').style.width = '500px'")
    with pytest.raises(AssertionError, match="sideways"):
        window.look()
