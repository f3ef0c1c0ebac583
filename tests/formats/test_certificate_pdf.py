"""The certificate's document: complete in every language, within its frame, the same bytes for ever."""

import dataclasses
import io
import os
import re
import subprocess
import sys
from hashlib import sha256

import pypdf
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from app.formats import certificate_pdf, qr_code
from app.formats.certificate_design import load
from app.formats.certificate_layout import MM
from app.formats.certificate_shapes import Design
from app.formats.certificate_words import particulars, phrases
from tests.formats.sample_certificates import (
    ALL,
    CODE,
    CZECH,
    DESIGNS,
    GOLDEN,
    GREY,
    SERBIAN,
    STANDARD,
    UKRAINIAN,
    duplicate,
    hardest,
    ink_of,
    layout_of,
    of_kind,
    words_of,
)


@pytest.fixture(scope="module", params=DESIGNS, ids=lambda folder: folder.name)
def design(request) -> Design:
    return load(request.param)


@pytest.mark.parametrize("language", ALL)
def test_a_certificate_says_everything_in_its_language(language):
    text = words_of(certificate_pdf.write(ALL[language], load(STANDARD), None))
    golden = (GOLDEN / f"certificate_{language}.txt").read_text(encoding="utf-8")
    assert text == golden.replace("\n", " ").strip()


@pytest.mark.parametrize("language", ALL)
@pytest.mark.parametrize("make", [ALL.__getitem__, hardest], ids=["usual", "hardest"])
def test_every_particular_can_be_read_out_of_the_document(language, make, design, tmp_path):
    snapshot = of_kind(make(language), design)
    path = tmp_path / "certificate.pdf"
    path.write_bytes(certificate_pdf.write(snapshot, design, None))
    found = subprocess.run(
        ["pdftotext", "-raw", path, "-"], check=True, capture_output=True, text=True
    ).stdout
    letters = re.sub(r"\s", "", found)
    for name in (
        "number", "code", "family_name", "given_name", "course_title", "course_version", "unit_name",
        "issuer_name", "issuer_registration_number", "issuer_place", "signatory_name", "signatory_function",
        "legal_line", "funder_line", "verify_url",
    ):  # fmt: skip
        assert re.sub(r"\s", "", getattr(snapshot, name)) in letters, name
    for text in (*snapshot.objectives, *(each.title for each in snapshot.courses)):
        assert re.sub(r"\s", "", text) in letters


@pytest.mark.parametrize("language", ALL)
def test_all_words_of_a_kind_are_printed(language, design):
    wording = design.wording_in(language)
    for kind in design.kinds:
        snapshot = dataclasses.replace(of_kind(ALL[language], design), kind=kind, accreditation="AK-1")
        drawing = certificate_pdf.draw(snapshot, design, GREY, GREY)
        said = [words_of(drawing.content), *(element.alt for element in drawing.elements)]
        text = " ".join(said).casefold()
        for phrase in phrases(snapshot, wording, particulars(snapshot, wording)).values():
            assert phrase.casefold() in text


@pytest.mark.parametrize("language", ALL)
def test_the_hardest_names_and_titles_stay_in_their_boxes(language, design):
    check_boxes(layout_of(of_kind(hardest(language), design), design), design)


def check_boxes(parts, design: Design) -> None:
    """Check that every line stays in the box of its part."""
    for box, lines in parts:
        for line in lines:
            left, top, right, bottom = ink_of(line, design)
            assert left >= box.left * MM - 0.01
            assert right <= (box.left + box.width) * MM + 0.01
            assert top >= box.top * MM - 0.3 * line.size
            assert bottom <= (box.top + box.height) * MM + 0.1 * line.size


@pytest.mark.parametrize("language", ALL)
def test_no_line_runs_into_another(language, design):
    check_gaps(
        [line for _, part in layout_of(of_kind(hardest(language), design), design) for line in part], design
    )


def check_gaps(lines, design: Design) -> None:
    """Check that the letters of no two lines touch."""
    inks = [(line.text, *ink_of(line, design)) for line in lines]
    for n, (text, left, top, right, bottom) in enumerate(inks):
        for other, other_left, other_top, other_right, other_bottom in inks[n + 1 :]:
            apart = (
                right <= other_left
                or other_right <= left
                or bottom <= other_top + 1
                or other_bottom <= top + 1
            )
            assert apart, (text, other)


@pytest.mark.parametrize("folder", DESIGNS, ids=lambda folder: folder.name)
@settings(max_examples=60, deadline=None)
@given(
    name=st.text("abcdefŘžďЉЂЏЩҐЄїЪЮ -", min_size=1, max_size=120),
    title=st.text("wmЖШЩ i,-", min_size=1, max_size=300),
    function=st.text("oОЂ", min_size=1, max_size=200),
)
def test_nothing_is_cut_off_however_long_it_is(folder, name, title, function):
    design = load(folder)
    made = of_kind(SERBIAN, design)
    snapshot = dataclasses.replace(made, family_name=name, course_title=title, signatory_function=function)
    wording = design.wording_in("sr-Cyrl")
    places = particulars(snapshot, wording)
    printed = ""
    for box, lines in layout_of(snapshot, design):
        assert all(line.left >= box.left * MM - 0.01 for line in lines)
        assert not lines or lines[-1].baseline <= (box.top + box.height) * MM
        printed += "".join(line.text for line in lines)
    printed = printed.replace(" ", "")
    assert places["name"].replace(" ", "") in printed
    assert title.replace(" ", "") in printed
    assert function in printed


@pytest.mark.parametrize("language", ALL)
@pytest.mark.parametrize("make", [ALL.__getitem__, hardest], ids=["usual", "hardest"])
def test_a_duplicate_is_marked_beside_its_title_and_an_original_is_not(language, make, design):
    for kind in design.kinds:
        check_mark(dataclasses.replace(of_kind(make(language), design), kind=kind), language, design)


def check_mark(snapshot, language: str, design: Design) -> None:
    """Check that the mark of a duplicate stands right below the title, large enough, and on no original."""
    marked = duplicate(snapshot)
    words = fill_in(design, language, "duplicate", marked)
    assert words.endswith(marked.duplicate_of)
    assert words in words_of(certificate_pdf.write(marked, design, None))
    assert words.partition(" ")[0] not in words_of(certificate_pdf.write(snapshot, design, None))
    lines = [line for _, part in layout_of(marked, design) for line in part]
    title = fill_in(design, language, "title", marked)
    places = {line.text.casefold(): n for n, line in enumerate(lines)}
    mark = next(n for n, line in enumerate(lines) if line.style.colour == "#a3171d")
    assert 1 <= mark - places[title.casefold()] <= 3
    assert all(line.size >= 11 for line in lines if line.style.colour == "#a3171d")


def fill_in(design: Design, language: str, phrase: str, snapshot) -> str:
    """Return a phrase of a design as a certificate says it."""
    wording = design.wording_in(language)
    return phrases(snapshot, wording, particulars(snapshot, wording))[phrase]


@pytest.mark.parametrize("language", ALL)
def test_the_mark_of_a_duplicate_crowds_nothing_out(language, design):
    for kind in design.kinds:
        hard = dataclasses.replace(of_kind(hardest(language), design), kind=kind)
        parts = list(layout_of(duplicate(hard), design))
        check_boxes(parts, design)
        check_gaps([line for _, part in parts for line in part], design)


def test_the_same_snapshot_gives_the_same_bytes(design):
    first = certificate_pdf.write(of_kind(SERBIAN, design), design, None)
    certificate_pdf.write(of_kind(CZECH, design), design, None)
    assert certificate_pdf.write(of_kind(SERBIAN, design), design, None) == first


def test_another_process_makes_the_same_bytes(design):
    script = (
        "import sys; from hashlib import sha256; from pathlib import Path\n"
        "from app.domain.certificates.values import Snapshot\n"
        "from app.formats import certificate_design, certificate_pdf\n"
        "design = certificate_design.load(Path(sys.argv[1]))\n"
        "snapshot = Snapshot.from_json(sys.stdin.read())\n"
        "print(sha256(certificate_pdf.write(snapshot, design, logo=None)).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "86400", "TZ": "Asia/Tokyo"}
    run = subprocess.run(
        [sys.executable, "-c", script, STANDARD.parent / design.name],
        cwd=STANDARD.parents[1],
        env=environment,
        input=of_kind(UKRAINIAN, design).to_json(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert (
        run.stdout.strip()
        == sha256(certificate_pdf.write(of_kind(UKRAINIAN, design), design, None)).hexdigest()
    )


def test_the_document_is_small(design):
    assert len(certificate_pdf.write(of_kind(hardest("sr-Cyrl"), design), design, None)) <= 60_000


@pytest.mark.parametrize("language", ALL)
def test_every_font_is_embedded(language, design):
    page = pypdf.PdfReader(
        io.BytesIO(certificate_pdf.write(of_kind(ALL[language], design), design, None))
    ).pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert {font["/BaseFont"].partition("+")[2] for font in fonts} == {"NotoSans-Regular", "NotoSans-Bold"}
    assert all("/FontFile2" in font["/FontDescriptor"].get_object() for font in fonts)
    assert all("/ToUnicode" in font for font in fonts)


def test_the_document_says_what_it_is_and_when_it_was_issued(design):
    reader = pypdf.PdfReader(io.BytesIO(certificate_pdf.write(of_kind(UKRAINIAN, design), design, None)))
    about = reader.metadata
    assert (about.title, about.subject) == ("Свідоцтво UA-2026-000007", "Основи відкритих даних")
    assert (about.author, about.creator) == (UKRAINIAN.issuer_name, "Gradivo")
    assert about["/Keywords"] == f"UA-2026-000007, {CODE}"
    assert about["/CreationDate"] == "D:20261122000000Z"
    assert reader.trailer["/Root"]["/Lang"] == "uk"
    assert len(reader.pages) == 1


def test_the_symbol_leads_to_the_verification_page(design):
    page = pypdf.PdfReader(io.BytesIO(certificate_pdf.write(of_kind(CZECH, design), design, None))).pages[0]
    links = [each.get_object() for each in page["/Annots"]]
    assert [link["/A"]["/URI"] for link in links] == [CZECH.verify_url]
    assert links[0]["/F"] == 4


@pytest.mark.parametrize("text", ["https://gradivo.example.org/verify/ABCDE", "x" * 106, "я" * 100])
def test_the_runs_of_a_symbol_are_its_dark_modules(text):
    side, runs = qr_code.runs(text)
    symbol = segno.make(
        text,
        version=(side - 17) // 4,
        error="m",
        mask=3,
        mode="byte",
        encoding="utf-8",
        micro=False,
        boost_error=False,
    )
    painted = {(x, row) for column, row, length in runs for x in range(column, column + length)}
    assert painted == {(x, y) for y, row in enumerate(symbol.matrix) for x, dark in enumerate(row) if dark}


@pytest.mark.parametrize(("version", "capacity"), list(enumerate(qr_code._CAPACITY, start=1)))
def test_each_symbol_is_as_small_as_its_text_allows(version, capacity):
    assert qr_code.runs("x" * capacity)[0] == 17 + 4 * version


def test_an_address_too_long_for_paper_is_refused():
    with pytest.raises(ValueError, match="413 bytes"):
        qr_code.runs("x" * 413)
