"""Somebody at a browser, and what holds for every page that she sees."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from tests import world

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
PATIENCE_MS = 10_000


@cache
def axe() -> str:
    """Return the source of axe-core."""
    return AXE.read_text("utf-8")


class Reader:
    """One browser window with cookies of its own; ``looked_at`` counts the pages that axe has seen."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        width: int = 1280,
        script: bool = True,
        scheme: str = "light",
        language: str = "en",
    ) -> None:
        self.url = url
        self.script = script
        self.language = language
        self.looked_at: list[str] = []
        self.faults: list[str] = []
        self.context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=script,
            locale=language,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", self._watch)
        self.page.on("response", self._judge)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.faults.append(f"reached out to {request.url}")

    def _judge(self, response: Response) -> None:
        lowest_fault = 500 if response.request.is_navigation_request() else 400
        if response.status >= lowest_fault:
            self.faults.append(f"{response.status} at {response.url}")

    def open(self, path: str) -> Page:
        """Open a page of the site, and look at it."""
        self.page.goto(path if path.startswith("http") else self.url + path)
        return self.look()

    def press(self, selector: str, look: bool = True) -> Page:
        """Press what leads to another page, and look at that."""
        if self.script:
            before = self.page.evaluate("performance.timeOrigin")
            self.page.locator(selector).first.click()
            self.page.wait_for_function(
                "before => performance.timeOrigin !== before && document.readyState === 'complete'",
                arg=before,
            )
        else:
            with self.page.expect_navigation():
                self.page.locator(selector).first.click()
        return self.look() if look else self.page

    def look(self) -> Page:
        """Check the page that is open: axe, its width, its language; and that nothing went wrong on it."""
        page = self.page
        if self.script:
            wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
            assert wide[0] <= wide[1], f"{page.url} scrolls sideways: {wide}"
            found = page.evaluate(
                f"{axe()}; axe.run({{runOnly: {list(RULES)}, resultTypes: ['violations']}})"
            )
            told = [self._tell(each) for each in found["violations"]]
            assert told == [], f"{page.url}: {told}"
            assert page.locator("html").get_attribute("lang") == self.language, page.url
        assert self.faults == [], f"{page.url}: {self.faults}"
        self.looked_at.append(page.url.removeprefix(self.url))
        return page

    @staticmethod
    def _tell(violation: dict[str, object]) -> str:
        nodes = [node["html"][:200] for node in violation["nodes"]]
        return f"{violation['id']}: {violation['help']}: {nodes}"

    def sign_in(self, email: str) -> Page:
        """Sign in with the password of all test people."""
        self.open("/login")
        self.page.fill("#email", email)
        self.page.fill("#password", world.PASSWORD)
        return self.press("main button[type=submit]")

    def answer(self, form: dict[str, list[str]]) -> None:
        """Fill in the inputs of a test."""
        for name, values in form.items():
            field = self.page.locator(f"[name='{name}']")
            kind = field.first.get_attribute("type")
            if kind in {"radio", "checkbox"}:
                for value in values:
                    self.page.check(f"[name='{name}'][value='{value}']")
            elif kind == "text":
                field.fill(values[0])
            else:
                wanted = field.locator(f"option[value='{values[0]}']")
                field.select_option(element=wanted.element_handle())

    def given(self) -> dict[str, list[str]]:
        """Return what the inputs of the test hold."""
        pairs = self.page.locator("form[action^='/attempts/']").evaluate(
            "form => [...new FormData(form)].filter(([name]) => /^q[0-9]/.test(name))"
        )
        form: dict[str, list[str]] = {}
        for name, value in pairs:
            form.setdefault(name, []).append(value)
        return form

    def leave(self) -> None:
        """Close the window."""
        self.context.close()
