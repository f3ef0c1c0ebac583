"""How the places of sentences are filled."""

import pytest

from app.foundation.i18n import fill, translate


@pytest.mark.parametrize(
    ("text", "day", "filled"),
    [
        ("Важи до %(day)s.", "23. новембар 2026.", "Важи до 23. новембар 2026."),
        ("Valid until %(day)s.", "23 November 2026", "Valid until 23 November 2026."),
        ("Од %(day)s. Резултати остају.", "23. 11. 2026.", "Од 23. 11. 2026. Резултати остају."),
        ("Од %(day)s, %(day)s.", "5.", "Од 5., 5."),
        ("%(day)s: wait...", "5.", "5.: wait..."),
        ("On %(day)s...", "5.", "On 5...."),
        ("On %(day)s.", "5…", "On 5…."),
        ("On %(day)s", "5.", "On 5."),
        ("100 %% on %(day)s.", "%(day)s.", "100 % on %(day)s."),
        ("See ../%(day)s.", "a..b", "See ../a..b."),
        ("%(day)s.", 5, "5."),
        ("%(day)s.", "", "."),
    ],
)
def test_a_sentence_ends_with_one_full_stop(text, day, filled):
    assert fill(text, {"day": day}) == filled


def test_a_value_that_is_missing_is_an_error():
    with pytest.raises(KeyError):
        fill("On %(day)s.", {})


def test_a_marked_message_ends_with_one_full_stop():
    assert translate("en", "Valid until %(day)s.", day="23. 11. 2026.") == "Valid until 23. 11. 2026."
