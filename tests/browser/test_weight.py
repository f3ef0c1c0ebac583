"""What a first visit to a module costs over the wire: at most 250 KB in at most 12 requests."""

import pytest

from tests.browser.conftest import COURSE

MOST_BYTES = 250_000
MOST_REQUESTS = 12


@pytest.mark.parametrize("language", ["en", "cs", "uk"])
def test_a_first_visit_to_a_module_is_light(site, reader, language):
    learner = reader(language=language)
    learner.sign_in(site.person(language))
    learner.page.goto(f"{site.url}/courses/{COURSE}")
    learner.press("form[action$='/enrol'] button", look=False)
    address = learner.page.locator(".g-next a").get_attribute("href")
    fresh = reader(language=language)
    fresh.context.add_cookies(learner.context.cookies())
    addresses, sizes = {}, {}
    wire = fresh.context.new_cdp_session(fresh.page)
    wire.on("Network.requestWillBeSent", lambda e: addresses.update({e["requestId"]: e["request"]["url"]}))
    wire.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
    wire.send("Network.enable")
    fresh.page.goto(site.url + address, wait_until="networkidle")
    own = {url: sizes.get(key, 0) for key, url in addresses.items() if "/media/" not in url}
    assert len(own) <= MOST_REQUESTS, sorted(own)
    assert 10_000 < sum(own.values()) <= MOST_BYTES, own
