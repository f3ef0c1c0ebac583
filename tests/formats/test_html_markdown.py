"""HTML of other systems as Markdown: what was written is what a learner reads."""

import time
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.formats.html_cleaning import list_removed
from app.formats.html_markdown import only_outside, to_line, to_markdown, to_words
from app.formats.markdown_html import Job, Request, Shape, render, render_file
from app.formats.places import Places
from app.formats.source_text import GAP_OPEN
from tests.formats.hostile_texts import HOSTILE
from tests.formats.many_examples import many

_TEXTS = st.text(alphabet="ab1 .)(*_`~#>|-+=:!?[]{}<&;\\\"'\n\tčж§^$@/x", min_size=0, max_size=12).map(
    lambda text: escape(text, quote=False)
)
_INLINE = ["b", "i", "em", "strong", "code", "sub", "sup", "u", "span", "a", "font"]
_BLOCK = [
    "p",
    "div",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "table",
    "tr",
    "td",
    "th",
    "h2",
    "dl",
    "dd",
    "center",
]
_TREES = st.recursive(
    _TEXTS | st.sampled_from(["<br>", "<hr>", "<p>", "<li>", "</b>", "</p>"]),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(_INLINE + _BLOCK),
        st.lists(inner, max_size=4),
    ),
    max_leaves=15,
)


def _letters(html: str) -> str:
    """Return the letters that are seen; their order aside, for a browser puts what is astray in a table before it."""
    return "".join(sorted("".join(to_words(html).split()).replace("•", "")))


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>Jedna</p><p>dva<br />tři</p>", "Jedna\n\ndva<br>\ntři"),
        ("dle <b>§ 15</b> a <i>dalších</i>", "dle **§ 15** a *dalších*"),
        ("<strong>x <em>y</em></strong>", "<strong>x *y*</strong>"),
        ("H<sub>2</sub>O a m<sup>2</sup>", "H<sub>2</sub>O a m<sup>2</sup>"),
        ("<code>a_b</code> <code>a`b</code>", "`a_b` <code>a\\`b</code>"),
        ("<pre>a\n  b</pre>", "```\na\n  b\n```"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n\n- b\n\n    - c"),
        ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b"),
        ("<a href='https://a.eu/x y'>zde</a>", "[zde](https://a.eu/x%20y)"),
        ("<a href='/mod/quiz'>kvíz</a>", "kvíz"),
        (
            "<table><tr><th>A</th><th>B</th></tr><tr><td>1|2</td><td>3</td></tr></table>",
            "| A | B |\n| --- | --- |\n| 1\\|2 | 3 |",
        ),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "|  |  |\n| --- | --- |\n| 1 | 2 |"),
        ("<table><tr><td colspan='2'>1</td></tr></table>", '<table><tr><td colspan="2">1</td></tr></table>'),
        ("<h2>Nadpis</h2>", "### Nadpis"),
        ("<blockquote>a<p>b</p></blockquote>", "> a\n>\n> b"),
        ("1. ledna", "1\\. ledna"),
        ("= 5", "&#61; 5"),
        ("## x", "\\## x"),
        ("5 * 3 &lt; 20 &amp;amp; [x]", "5 \\* 3 &lt; 20 &amp;amp; \\[x\\]"),
        ("Čekárna &ndash; č.&nbsp;5 &#x2014;", "Čekárna – č.\u00a05 —"),
        ("<span lang='de'>Rathaus</span> <span class='x'>y</span>", '<span lang="de">Rathaus</span> y'),
        ("Pozor!<a href='https://a.eu/'>zde</a>", "Pozor\\![zde](https://a.eu/)"),
    ],
)
def test_html_becomes_the_markdown_an_author_would_write(html: str, markdown: str) -> None:
    assert to_markdown(html).text == markdown


def test_a_picture_gets_its_place_in_the_course_and_a_lost_one_leaves_its_words() -> None:
    places = {"@@PLUGINFILE@@/mapa 1.png": "../media/mapa-1.png"}
    html = '<p><img src="@@PLUGINFILE@@/mapa 1.png" alt="Mapa [1]"><img src="x.png" alt="Nic"></p>'
    converted = to_markdown(html, places.get)
    assert converted.text == "![Mapa \\[1\\]](../media/mapa-1.png)Nic"
    assert converted.lost == ("src=x.png",)


def test_a_video_becomes_ours() -> None:
    html = '<video controls title="Cesta"><source src="v.webm"><source src="v.mp4"></video>'
    assert to_markdown(html, lambda name: f"../media/{name}").text == "![Cesta](../media/v.webm)"


def test_what_acts_is_left_out_and_named() -> None:
    html = "a<script>if (a < b) alert('</p>')</script><iframe src=x>y</iframe><svg><p>z</p></svg><b onclick=x>b</b>"
    converted = to_markdown(html)
    assert converted.text == "a**b**"
    assert converted.lost == ("<script>", "<iframe>", "<svg>")


def test_a_line_holds_blocks_too() -> None:
    html = "<p>První</p><ul><li>a</li><li>b</li></ul><pre>x\n y</pre>"
    assert to_line(html).text == "První<br>• a<br>• b<br>x<br>y"


def test_an_answer_is_the_words_that_are_seen() -> None:
    assert to_words("<p>a&nbsp;<b>b</b>\n c</p><p>&lt;d&gt;</p>") == "a b c <d>"


@many
@given(_TREES)
def test_text_survives_as_blocks(html: str) -> None:
    assert _letters(render(to_markdown(html).text).html) == _letters(html)


@many
@given(_TREES)
def test_text_survives_as_a_line(html: str) -> None:
    line = to_line(html).text
    assert "\n" not in line
    job = Job("f", Places(), (Request("x", line, 1, Shape.INLINE),))
    assert _letters(render_file(job).html["x"]) == _letters(html)


@many
@given(st.text(alphabet="<>/=\"'!-abdiptrl &#;x0123 \n\x00\uf8f0", max_size=200))
def test_broken_html_raises_nothing(html: str) -> None:
    to_markdown(html)
    to_line(html)
    to_words(html)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_html_comes_out_harmless(hostile: str) -> None:
    assert not [
        each for each in list_removed(to_markdown(hostile).text) if each.what.startswith(("<script", "on"))
    ]


_PARTS = """
<b> <div> <p><b><i> </p> <!-- <a_ <a_" <a_=" < & &# <ul><li> <table><tr><td> <b></p> </b> <script> <pre> <b>*</b> `
<code>` GAP<li> <li><pre> *_ _N = <blockquote> <span_lang=x>a <a_href='x'> &#99999999999; \\ <svg> <i>GAP<ul><li>#
"""


@pytest.mark.parametrize("part", _PARTS.split())
def test_time_grows_with_the_text_alone(part: str) -> None:
    html = part.replace("_", " ").replace("N", "\n").replace("GAP", GAP_OPEN) * (200_000 // len(part))
    begun = time.process_time()
    to_markdown(html)
    to_line(html)
    to_words(html)
    assert time.process_time() - begun < 6


@settings(max_examples=50)
@given(
    st.sampled_from([
        "https://a.eu/",
        "mailto:a@b.eu",
        "javascript:x",
        "/x",
        "data:x",
        "//x.eu",
        "JaVaScript:x",
    ])
)
def test_only_the_web_mail_and_telephone_are_led_to(target: str) -> None:
    assert (only_outside(target) is not None) == target.startswith(("https:", "mailto:"))
