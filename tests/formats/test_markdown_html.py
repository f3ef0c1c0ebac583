"""What Markdown becomes: everything that course-format.md promises, accessible, and safe to put on a page."""

import re
from html.parser import HTMLParser

import pytest

from app.formats.markdown_html import Job, Request, Shape, render, render_file
from app.formats.places import Places
from tests.formats.hostile_texts import HOSTILE

DIGEST = "d" * 64
PLACES = Places(
    slug="registers",
    folder="cs",
    source_folder="en",
    language="cs",
    modules={"cs/01-first.md": "first", "en/01-first.md": "first", "en/02-second.md": "second"},
    media={
        "line.png": DIGEST,
        "tour.mp4": DIGEST,
        "tour.vtt": DIGEST,
        "table.csv": DIGEST,
        "schéma 1.svg": DIGEST,
    },
    courses=frozenset({"other"}),
)


def html(source, **options):
    return render(source, PLACES, **options).html


def test_tables_can_be_scrolled_by_keyboard_and_are_aligned_by_class():
    page = html("| a | b |\n|--:|:-:|\n| 1 | 2 |\n\n| c | d |\n|---|---|\n| 3 | 4 |\n")
    assert (
        '<div class="table-wrap" role="group" tabindex="0" aria-label="Tabulka 1"><table class="govuk-table">'
        in page
    )
    assert 'aria-label="Tabulka 2"' in page
    assert '<th class="govuk-table__header align-right" scope="col">a</th>' in page
    assert '<td class="govuk-table__cell align-center">2</td>' in page
    assert "style=" not in page
    assert page.count("<div") == page.count("</div>") == 2


def test_an_empty_header_cell_is_no_header():
    page = html("|   | b |\n|---|---|\n| 1 | 2 |\n")
    assert page.count("<th") == 2  # thead and one th
    assert '<td class="govuk-table__header"></td>' in page


def test_admonitions_and_details_have_titles_in_the_language_of_the_text():
    page = html(
        '!!! note\n    a\n\n!!! warning "Pozor na psa"\n    b\n\n??? tip\n    c\n\n???+ example "Ukázka"\n    d\n'
    )
    assert '<div class="admonition note" role="note">\n<p class="admonition-title">Poznámka</p>' in page
    assert "Pozor na psa" in page
    assert "<summary>Tip</summary>" in page
    assert re.search(r'<details (open="open" )?class="example"( open="open")?>\n<summary>Ukázka', page)


def test_task_lists_say_what_is_done():
    page = html("- [ ] a\n- [x] b\n")
    assert '<span class="task-box" role="img" aria-label="nehotovo">☐</span> a' in page
    assert '<span class="task-box" role="img" aria-label="hotovo">☑</span> b' in page
    assert "<input" not in page


def test_footnotes_lead_back_with_a_name():
    page = html("Text[^1].\n\n[^1]: Note.\n", prefix="first--")
    assert 'id="first--fnref:1"' in page
    assert 'href="#first--fn:1"' in page
    assert 'aria-label="Zpět k odkazu na poznámku 1 v textu"' in page


def test_definitions_abbreviations_and_code():
    page = html(
        "Term\n:   Definition\n\nRÚIAN\n\n*[RÚIAN]: Registr\n\n```python\nprint('<b>')\n```\n\n`<i>`\n"
    )
    assert "<dt>Term</dt>\n<dd>Definition</dd>" in page
    assert '<abbr title="Registr">RÚIAN</abbr>' in page
    assert '<div class="highlight"><pre tabindex="0">' in page
    assert '<span class="nb">print</span>' in page
    assert "<code>&lt;i&gt;</code>" in page


def test_headings_begin_at_the_level_asked_for_and_keep_ids_in_any_script():
    assert html("# A\n\n## Увод у управу\n\n### Čtení", prefix="p--") == (
        '<h2 id="p--a">A</h2>\n<h2 id="p--увод-у-управу">Увод у управу</h2>\n<h3 id="p--čtení">Čtení</h3>'
    )
    assert html("## A\n\n#### B", level=3) == '<h3 id="a">A</h3>\n<h4 id="b">B</h4>'


def test_ids_are_unique():
    page = html("## A\n\n## A\n\n<p id='a'>x</p>\n\n<p id='b c'>y</p>\n")
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == 3


@pytest.mark.parametrize(
    ("target", "href"),
    [
        ("01-first.md", "/learn/registers/first"),
        ("02-second.md", "/learn/registers/second"),
        ("../en/02-second.md#x", "/learn/registers/second#second--x"),
        ("../media/table.csv", f"/media/{DIGEST}/table.csv"),
        ("../media/schéma%201.svg", f"/media/{DIGEST}/sch%C3%A9ma%201.svg"),
        ("course:other", "/courses/other"),
        ("course:registers", "/courses/registers"),
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("tel:+420123456789", "tel:+420123456789"),
    ],
)
def test_a_link_gets_its_address(target, href):
    rendered = render(f"[x]({target})", PLACES)
    assert f'href="{href}"' in rendered.html
    assert ("noopener" in rendered.html) == (":" in href)
    assert rendered.problems == []


@pytest.mark.parametrize(
    "target",
    [
        "03-third.md",
        "../../etc/passwd",
        "../../../media/line.png",
        "/etc/passwd",
        "/courses/other",
        "//example.org/x",
        "course:nowhere",
        "course:../x",
        "../media/none.png",
        "../media/../line.png",
        "media/line.png",
        "http:///x",
        "questions.md",
        "?lang=cs",
        "#nowhere",
        "\\\\example.org",
    ],
)
def test_a_link_that_leads_nowhere_is_told_and_has_no_address(target):
    rendered = render(f"[x]({target})", PLACES)
    assert [problem.is_error for problem in rendered.problems] == [True]
    assert target.startswith("#") or "href" not in rendered.html


@pytest.mark.parametrize(
    "target",
    [
        "https://example.org/x.png",
        "data:image/png;base64,AAAA",
        "//example.org/x.png",
        "../media/table.csv",
        "x.png",
        "/x.png",
    ],
)
def test_a_picture_that_is_not_in_media_is_told_and_not_shown(target):
    rendered = render(f"![x]({target})", PLACES)
    assert [problem.is_error for problem in rendered.problems] == [True]
    assert "<img" not in rendered.html


def test_pictures_keep_their_text_and_size():
    page = html(
        '![A line](../media/line.png){width=100 height=50}\n\n<img src="../media/line.png" alt="B" width="9x">'
    )
    assert f'<img src="/media/{DIGEST}/line.png" alt="A line" height="50" width="100" loading="lazy">' in page
    assert f'<img src="/media/{DIGEST}/line.png" alt="B" loading="lazy">' in page


def test_a_video_has_controls_captions_and_a_link_for_those_who_cannot_play_it():
    assert html("![Tour](../media/tour.mp4)") == (
        f'<p><video src="/media/{DIGEST}/tour.mp4" controls="" preload="metadata" aria-label="Tour">'
        f'<track src="/media/{DIGEST}/tour.vtt" kind="captions" srclang="cs" label="Titulky" default="">'
        f'<a href="/media/{DIGEST}/tour.mp4">Tour</a></video></p>'
    )


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("<script>x</script>", "<script>"),
        ('<b onclick="x">y</b>', "onclick="),
        ('<p style="color:red">y</p>', "style="),
        ('<iframe src="x"></iframe>', "<iframe>"),
        ("<form><input></form>", "<form>"),
        ("<style>p{}</style>", "<style>"),
        ('<a href="javascript:x">y</a>', "href=javascript:x"),
        ("<svg onload=x></svg>", "<svg>"),
        ("text{onclick=x}\n\n## a {onclick=x}", "onclick="),
    ],
)
def test_what_is_removed_is_told(source, what):
    assert what in {removed.what for removed in render(source, PLACES).removed}


def test_nothing_is_told_of_html_that_is_allowed():
    source = (
        '<details open><summary>a</summary><p lang="de" title="t">b <kbd>c</kbd></p></details>\n\n'
        "`<script>`\n\n```\n<script>\n```"
    )
    rendered = render(source, PLACES)
    assert rendered.removed == ()
    assert 'lang="de"' in rendered.html


def test_pieces_of_a_file_are_shaped_as_asked():
    job = Job(
        "cs/questions.md",
        PLACES,
        (
            Request("a", "1. ledna", 1, Shape.INLINE),
            Request("b", "**tučně** a `<b>`", 2, Shape.PLAIN),
            Request("c", "- x", 3),
            Request("d", "", 4),
        ),
    )
    assert render_file(job).html == {
        "a": "1. ledna",
        "b": "tučně a <b>",
        "c": "<ul>\n<li>x</li>\n</ul>",
        "d": "",
    }


def test_the_lines_of_what_is_wrong_are_found_one_after_the_other():
    job = Job(
        "cs/01.md", PLACES, (Request("a", "[x](no.md)\n\n`no.md`\n\n```\nno.md\n```\n\n[y](no.md)\n", 10),)
    )
    assert [finding.line for finding in render_file(job).findings] == [10, 12] or [
        finding.line for finding in render_file(job).findings
    ] == [10, 18]


class Watch(HTMLParser):
    """Looks at HTML as a browser would: every tag, every attribute."""

    DANGEROUS = frozenset([
        "script",
        "style",
        "iframe",
        "frame",
        "object",
        "embed",
        "form",
        "input",
        "button",
        "select",
        "textarea",
        "base",
        "link",
        "meta",
        "svg",
        "math",
        "applet",
    ])

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag in self.DANGEROUS:
            self.found.append(tag)
        for name, value in attrs:
            address = re.sub(r"[\x00-\x20]", "", (value or "").lower())
            if name.startswith("on") or name in {
                "style",
                "srcdoc",
                "srcset",
                "formaction",
                "action",
                "background",
            }:
                self.found.append(name)
            if name in {"href", "src", "cite", "xlink:href"} and re.match(
                r"(javascript|vbscript|data|file):", address
            ):
                self.found.append(address)
            if name == "src" and not address.startswith("/media/"):
                self.found.append(address)


def dangers(page):
    watch = Watch()
    watch.feed(page)
    watch.close()
    return watch.found


def test_the_watch_sees_what_it_looks_for():
    assert dangers("<script>1</script>") == ["script"]
    assert dangers("<b onclick=x>") == ["onclick"]
    assert dangers("<a href=' java\nscript:x'>") == ["javascript:x"]
    assert dangers("<img src=https://example.org>") == ["https://example.org"]


def test_there_are_two_hundred_hostile_texts_and_more():
    assert len(HOSTILE) >= 200


@pytest.mark.parametrize("source", HOSTILE)
def test_no_hostile_text_does_anything(source):
    for prefix, level in (("first--", 2), ("", 3)):
        assert dangers(html(source, prefix=prefix, level=level)) == []
    job = Job("cs/questions.md", PLACES, (Request("a", source.replace("\n", " "), 1, Shape.INLINE),))
    assert dangers(render_file(job).html["a"]) == []
