"""Sentences of mails and papers in a locale."""

from datetime import date

import pytest
from babel.dates import format_date

from app.formats import mail_text
from app.formats.word_templates import environment
from app.foundation.i18n import LOCALES

DAY = date(2026, 11, 23)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_sentence_of_a_mail_ends_with_two_full_stops(locale):
    day = format_date(DAY, "long", locale)
    given = {"name": "Eva", "course": "Wait... so.", "number": "1", "ends": day, "opens": day, "shorter": "B"}
    made = mail_text.render(
        "certificate_ends", locale, {**given, "link": "/x", "base_url": "https://x.example"}
    )
    for part in (made.text, made.html):
        assert day in part
        assert ".." not in part.replace("...", "")
        assert "Wait... so." in part


def test_what_is_filled_into_html_is_escaped_and_into_text_is_not(tmp_path):
    for name in ("x.html", "x.txt"):
        (tmp_path / name).write_text(
            '{{ _("Of %(what)s.", what=what) }} {{ ngettext("%(num)s & %(what)s.", "", 1, what=what) }}'
        )
    made = environment(tmp_path, "en")
    assert made.get_template("x.html").render(what="<b>.") == "Of &lt;b&gt;. 1 & &lt;b&gt;."
    assert made.get_template("x.txt").render(what="<b>.") == "Of <b>. 1 & <b>."
