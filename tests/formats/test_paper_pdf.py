"""Papers as PDF, read back by poppler."""

import io
import re
import subprocess
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdf
import pytest
from jinja2 import UndefinedError
from PIL import Image

from app.formats import paper_pdf
from app.formats.logo_png import UnreadableLogo
from app.formats.paper_pdf import Imprint, write

PRAGUE = ZoneInfo("Europe/Prague")
IMPRINT = Imprint("Protocol Ř", "Kraj Щ", date(2026, 11, 23))
PAPER = """
<header>{% if logo %}<img data="{{ show.picture(logo) }}"/>{% endif %}<p>{{ issuer }}</p></header>
<h1>{{ title }}</h1>
<p class="lead">Held on {{ show.moment(at) }},
  <b>{{ show.points(points) }}</b> of <i>10</i> points, {{ show.percent(8333) }}</p>
<h2>Facts</h2>
<dl><dt>Name</dt><dd>{{ name }}</dd><dt>Day</dt><dd>{{ show.day(at) }}</dd></dl>
<ul><li>one</li><li>two</li></ul>
<section><h2>Answers</h2>
<table widths="1 5"><tr><th>No.</th><th>Answer</th></tr>
{% for answer in answers %}<tr><td>{{ loop.index }}</td><td lines="kept">{{ answer }}</td></tr>{% endfor %}
</table></section>
<p class="quiet">Small</p>
<hr names="Proctor|{{ name }}"/>
"""
AT = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def papers(tmp_path, monkeypatch):
    (tmp_path / "sample.html").write_text(PAPER, encoding="utf-8")
    monkeypatch.setattr(paper_pdf, "PAPERS", tmp_path)


def made(locale: str = "en", **values: object) -> bytes:
    usual = {
        "title": "Protocol",
        "issuer": "Institute",
        "logo": None,
        "at": AT,
        "points": Fraction(17, 2),
        "name": "Ана Ћирић",
        "answers": ["a"],
    }
    return write("sample", locale, PRAGUE, IMPRINT, {**usual, **values})


def text_of(content: bytes, tmp_path: Path) -> str:
    file = tmp_path / "paper.pdf"
    file.write_bytes(content)
    return subprocess.run(
        ["pdftotext", "-layout", file, "-"], check=True, capture_output=True, text=True
    ).stdout


def test_a_paper_says_what_its_template_says(tmp_path):
    words = " ".join(text_of(made(), tmp_path).split())
    for expected in (
        "Protocol",
        "Held on Nov 23, 2026, 12:30:00",
        "8.5 of 10 points, 83.33%",
        "Ана Ћирић",
        "November 23, 2026",
        "• one",
        "Protocol Ř · Kraj Щ",
    ):
        assert expected in words
    assert re.search(r"\b1 ?/ ?1\b", words)


def test_values_are_shown_as_their_locale_writes_them(tmp_path):
    words = " ".join(text_of(made("cs"), tmp_path).split())
    assert "23. listopadu 2026" in words
    assert "8,5 of" in words


def test_equal_values_give_equal_bytes():
    assert made() == made()
    assert made() != made(title="Another")


def test_what_people_wrote_is_never_markup(tmp_path):
    hostile = "<b>x</b> &amp; <script>&#0;\x00\x1b[31m\ud7ff{{ 7 * 7 }} ]]> <!-- "
    words = text_of(made(name=hostile, answers=[hostile], title=hostile), tmp_path)
    assert words.count("<b>x</b> &amp; <script>") >= 3
    assert "49" not in words


def test_long_answers_run_over_pages_and_keep_their_lines(tmp_path):
    answers = ["first line\nsecond line", "word " * 10_000, "W" * 50_000]
    words = text_of(made(answers=answers), tmp_path)
    assert words.count("word") == 10_000
    assert words.count("W") >= 50_000
    pages = words.count("\f")
    assert re.search(rf"\b{pages} ?/ ?{pages}\b", words)
    assert any(
        line.strip() == "1 first line" or line.split() == ["1", "first", "line"]
        for line in words.splitlines()
    )
    assert words.count("No.") > 1  # Headings of a table are repeated.


def test_a_value_that_is_missing_is_an_error():
    with pytest.raises(UndefinedError):
        write("sample", "en", PRAGUE, IMPRINT, {"title": "x"})


def test_a_file_names_its_language_its_title_and_the_day_of_its_making(tmp_path):
    file = tmp_path / "paper.pdf"
    file.write_bytes(made("sr_Latn"))
    told = subprocess.run(["pdfinfo", "-isodates", file], check=True, capture_output=True, text=True).stdout
    assert "Protocol Ř" in told
    assert "2026-11-23" in told
    assert b"(sr-Latn)" in made("sr_Latn")


def places_of(content: bytes, tmp_path: Path) -> dict[str, float]:
    """Return how far from the left edge each word begins, in points; the last of equal words counts."""
    file = tmp_path / "paper.pdf"
    file.write_bytes(content)
    told = subprocess.run(
        ["pdftotext", "-bbox", file, "-"], check=True, capture_output=True, text=True
    ).stdout
    return {word: float(left) for left, word in re.findall(r'<word xMin="([\d.]+)".*?>(.*?)</word>', told)}


def test_everything_begins_at_the_same_edge(tmp_path):
    places = places_of(made(title="Paper"), tmp_path)
    lefts = {
        places[word] for word in ("Institute", "Paper", "Held", "Facts", "Name", "No.", "Small", "Proctor")
    }
    assert max(lefts) - min(lefts) < 1


def test_lines_to_sign_on_are_parted_by_a_gap(tmp_path):
    content = made(name="Second")
    page = pypdf.PdfReader(io.BytesIO(content)).pages[0].get_contents().get_data().decode("latin-1")
    lines = [tuple(map(float, each)) for each in re.findall(r"n ([\d.]+) ([\d.-]+) m ([\d.]+) \2 l S", page)]
    first, second = lines[-2:]
    assert second[0] - first[2] == pytest.approx(paper_pdf.GAP, abs=0.1)
    assert second[2] - second[0] == pytest.approx(first[2] - first[0], abs=0.1)


def test_a_logo_stands_in_the_letterhead():
    picture = io.BytesIO()
    Image.new("RGBA", (800, 200), "navy").save(picture, "PNG")
    content = made(logo=picture.getvalue())
    assert content == made(logo=picture.getvalue())
    (found,) = pypdf.PdfReader(io.BytesIO(content)).pages[0].images
    assert found.image.getpixel((5, 5)) == (0, 0, 128)
    assert not pypdf.PdfReader(io.BytesIO(made())).pages[0].images


def test_a_logo_that_is_no_picture_is_refused():
    with pytest.raises(UnreadableLogo):
        made(logo=b"GIF89a")


def test_a_long_table_begins_beneath_its_heading_and_a_section_stays_whole(tmp_path):
    sheet = """<h1>T</h1><h2>Answers</h2><table><tr><th>No.</th></tr>{% for each in range(long) %}
<tr><td>row {{ each }}</td></tr>{% endfor %}</table><section><p>Place, day</p><hr names="A signer"/></section>"""
    (tmp_path / "sheet.html").write_text(sheet, encoding="utf-8")
    long = text_of(write("sheet", "en", PRAGUE, IMPRINT, {"long": 60}), tmp_path).split("\f")
    assert "row 0" in long[0]
    assert "row 59" in long[1]
    assert "A signer" in text_of(write("sheet", "en", PRAGUE, IMPRINT, {"long": 2}), tmp_path).split("\f")[0]
    pages = text_of(write("sheet", "en", PRAGUE, IMPRINT, {"long": 28}), tmp_path).split("\f")
    (signed,) = [page for page in pages if "A signer" in page]
    assert "Place, day" in signed
