"""Chromium as a witness: what runs, what asks for another site, and what stands in a page that could."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route, sync_playwright
from werkzeug.serving import make_server

from tests import parts
from tests.browser.conftest import FLAGS

HOOKS = """
for (const name of ['alert', 'confirm', 'prompt', 'print']) {
  window[name] = () => console.log('FIRED ' + name + ' ' + location.href);
}
addEventListener('securitypolicyviolation', (event) =>
  console.log('POLICY ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + location.href));
"""
SCAN = """
() => {
  const found = [];
  const bad = /^[\\s\\u0000-\\u0020]*(javascript|vbscript|data)\\s*:/i;
  for (const element of document.querySelectorAll('*')) {
    for (const attribute of element.attributes) {
      const address = ['href', 'src', 'action', 'formaction', 'xlink:href', 'data', 'srcdoc', 'poster', 'cite', 'ping'];
      const name = attribute.name.toLowerCase();
      if (name.startsWith('on') || name === 'style' || name === 'srcdoc') found.push(element.tagName + ' ' + name);
      if (address.includes(name) && bad.test(attribute.value)) found.push(element.tagName + ' ' + attribute.value);
    }
  }
  const inside = document.querySelectorAll(
    'main :is(script, style, iframe, object, embed, base, meta, link, frame, math, template, noscript)');
  return found.concat([...inside].map((element) => element.tagName));
}
"""


@dataclass
class Seen:
    """What Chromium has witnessed."""

    fired: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    standing: list[str] = field(default_factory=list)
    pages: int = 0

    def nothing(self) -> bool:
        """Tell whether nothing ran, nobody was asked, and nothing stands there that could."""
        return not (self.fired or self.foreign or self.violations or self.standing)


class Witness:
    """A window that opens pages and writes down what happens; nothing leaves this machine."""

    def __init__(self, context: BrowserContext) -> None:
        self.seen = Seen()
        self.context = context
        context.add_init_script(HOOKS)
        context.on("console", self._hear)
        context.on("request", self._watch)
        context.route("**/*", self._keep_here)
        self.page: Page = context.new_page()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.text.startswith("FIRED"):
            self.seen.fired.append(message.text)
        if message.text.startswith("POLICY"):
            self.seen.violations.append(message.text)

    def _watch(self, request: Request) -> None:
        parts_of = urlsplit(request.url)
        if parts_of.hostname not in {"localhost", None} and parts_of.scheme in {"http", "https", "ws", "wss"}:
            self.seen.foreign.append(request.url)

    def _keep_here(self, route: Route) -> None:
        if urlsplit(route.request.url).hostname == "localhost":
            route.continue_()
        else:
            route.abort()

    def open(self, address: str) -> int:
        """Open a page, wait until it is still, and look through what stands in it; return its status."""
        answer = self.page.goto(address, wait_until="load")
        self.seen.standing += [f"{address}: {what}" for what in self.page.evaluate(SCAN)]
        self.seen.pages += 1
        return answer.status if answer is not None else 0


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application on this machine, and yield its address."""
    server = make_server("localhost", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium, or skip where it is not installed."""
    if not next(part for part in parts.PARTS if part.name == "Chromium").is_there():
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        yield started
        started.close()
