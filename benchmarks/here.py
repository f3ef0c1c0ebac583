"""A person at a browser without a network: the application is called in this process, so that statements count."""

from collections.abc import Mapping

from flask import Flask

from benchmarks.browsing import Browser, WrongAnswer
from benchmarks.ground import HOST


class Here:
    """Somebody who is signed in, or without a token a passer-by."""

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self._client = app.test_client(use_cookies=False)
        self._browser = Browser(0, token)

    def get(self, address: str) -> bytes:
        """Open a page and return it."""
        answer = self._client.get(address, headers=self._browser.headers(), base_url=f"https://{HOST}")
        if answer.status_code != 200:  # noqa: PLR2004 -- RFC 9110.
            raise WrongAnswer(f"GET {address}: {answer.status_code}")
        return answer.data

    def post(self, address: str, form: Mapping[str, object]) -> str:
        """Send a form and return where it leads."""
        sent = {**form, "csrf_token": self._browser.csrf_token()}
        answer = self._client.post(
            address, data=sent, headers=self._browser.headers(), base_url=f"https://{HOST}"
        )
        if answer.status_code != 302:  # noqa: PLR2004 -- RFC 9110.
            raise WrongAnswer(f"POST {address}: {answer.status_code} {answer.data[:500]!r}")
        return answer.headers["Location"]
