"""Everything can be reached and done by keyboard, and it is always seen where one is."""

from playwright.sync_api import Page

from tests import world
from tests.browser.conftest import COURSE

MOST_STEPS = 150


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus; every stop on the way must be in sight."""
    for _step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            break
    else:
        raise AssertionError(f"{selector} is not reached by Tab on {page.url}")
    seen = page.evaluate("""() => {
        const box = document.activeElement.getBoundingClientRect();
        const style = getComputedStyle(document.activeElement);
        const row = document.activeElement.closest('.govuk-radios__item, .govuk-checkboxes__item');
        const ring = row ? getComputedStyle(row) : style;
        return [box.bottom > 0 && box.top < innerHeight, ring.outlineStyle !== 'none'];
    }""")
    assert seen == [True, True], f"{selector} has the focus, but it is not seen"


def leave_by(page: Page, key: str) -> None:
    """Press a key that leads to another page, and wait for that."""
    with page.expect_navigation():
        page.keyboard.press(key)


def test_sign_in_enrol_and_mark_done_by_keyboard_alone(site, reader):
    email = site.person()
    page = reader().open("/")
    tab_to(page, ".g-skip")
    tab_to(page, ".g-header__sign-in")
    leave_by(page, "Enter")
    tab_to(page, "#email")
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(world.PASSWORD)
    leave_by(page, "Enter")
    tab_to(page, ".g-nav a[href='/courses']")
    leave_by(page, "Enter")
    tab_to(page, f".g-card a[href='/courses/{COURSE}']")
    leave_by(page, "Enter")
    tab_to(page, "form[action$='/enrol'] button")
    leave_by(page, "Space")
    tab_to(page, ".g-next a")
    leave_by(page, "Enter")
    tab_to(page, ".g-checks input[type=radio]")
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.checked")
    tab_to(page, ".g-checks form > button")
    leave_by(page, "Enter")
    tab_to(page, "form[action$='/done'] button")
    leave_by(page, "Space")
    assert page.locator(".g-outline__entry--done").count() == 1


def test_the_menus_open_and_close_by_keyboard(site, reader):
    page = reader().open("/")
    tab_to(page, ".g-menu summary")
    page.keyboard.press("Enter")
    assert page.locator(".g-menu[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".g-menu[open]").count() == 0
    assert page.evaluate("document.activeElement.matches('.g-menu summary')")
    page.keyboard.press("Enter")
    tab_to(page, "button[value=uk]")
    leave_by(page, "Enter")
    assert page.locator("html").get_attribute("lang") == "uk"


def test_an_error_takes_the_focus_and_its_link_leads_to_the_field(site, reader):
    window = reader()
    page = window.open("/login")
    window.press("main button[type=submit]")
    assert page.evaluate("document.activeElement.matches('.govuk-error-summary')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "email"
