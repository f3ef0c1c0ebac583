"""Pages go out compressed where the browser takes it, and say the same."""

import gzip

import pytest

GZIP = {"Accept-Encoding": "br, gzip;q=0.8"}


def test_a_page_is_the_same_compressed_and_not(browser, land):
    plain = browser.client.get("/privacy")
    small = browser.client.get("/privacy", headers=GZIP)
    assert small.headers["Content-Encoding"] == "gzip"
    assert int(small.headers["Content-Length"]) == len(small.data) < len(plain.data) / 2
    assert b"<h1" in gzip.decompress(small.data)
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity"])
def test_who_does_not_take_gzip_gets_none(browser, land, accepted):
    answer = browser.client.get("/privacy", headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_page_of_somebody_stays_hers_when_compressed(browser, land):
    answer = browser.client.get("/login", headers=GZIP)
    assert {"Cookie", "Accept-Encoding"} <= set(answer.headers["Vary"].replace(" ", "").split(","))
    assert answer.headers["Cache-Control"] == "no-store"


def test_errors_are_compressed_too_and_short_answers_never(browser, land):
    error = browser.client.get("/nowhere", headers=GZIP)
    assert (error.status_code, error.headers["Content-Encoding"]) == (404, "gzip")
    assert "Content-Encoding" not in browser.client.get("/healthz", headers=GZIP).headers


def test_head_says_how_long_the_compressed_page_is(browser, land):
    answer = browser.client.head("/privacy", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.data == b""
