"""The certificate's document: complete in every language, within its frame, the same bytes for ever."""

import dataclasses
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from time import process_time

import cyrtranslit
import pypdf
import pytest
import segno
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.domain.certificates.values import Snapshot
from app.formats import certificate_layout, certificate_pdf, qr_code
from app.formats.certificate_design import BrokenDesign, load
from app.formats.certificate_layout import MM, Layout, Line
from app.formats.certificate_pdf import MissingGlyphs, MissingParticular, UnreadableLogo
from app.formats.certificate_shapes import Box, Cells, Column, Design, FontName, MissingWording, fill
from app.formats.certificate_words import particulars, phrases

STANDARD = Path(__file__).parents[2] / "certificates" / "standard"
GOLDEN = Path(__file__).parent / "golden"
CODE = "7QK4M-XW2RT-9HBCF-3NPVD-6ZYJE-8S"

CZECH = Snapshot(
    number="CZ-2026-000123",
    code=CODE,
    kind="exam",
    family_name="Nováková",
    given_name="Jana",
    family_name_latin="Nováková",
    given_name_latin="Jana",
    course_slug="basic-registers",
    course_title="Základní registry pro každého úředníka",
    course_version="2.1",
    hours=Decimal("2.5"),
    form="distance",
    language="cs",
    objectives=("Vysvětlit, k čemu slouží základní registry", "Rozlišit čtenáře a editora údaje"),
    mark=8750,
    completed_on=date(2026, 11, 20),
    issued_on=date(2026, 11, 22),
    valid_until=date(2029, 11, 22),
    municipality_name="Nové Veselí",
    unit_name="Městys Nové Veselí",
    issuer_name="Město Žďár nad Sázavou",
    issuer_registration_number="00295841",
    issuer_place="Žďár nad Sázavou",
    signatory_name="Ing. Jiří Dvořák, Ph.D.",
    signatory_function="tajemník městského úřadu",
    accreditation="AK/PV-123/2026",
    legal_line="Vydáno podle § 20 odst. 5 zákona č. 312/2002 Sb.",
    funder_line="Spolufinancováno Evropskou unií",
    logo_digest=None,
    verify_url=f"https://gradivo.example.org/verify/{CODE}",
    design="standard",
)
ENGLISH = dataclasses.replace(
    CZECH,
    language="en",
    course_title="Open data basics",
    objectives=("Tell open data from merely published data", "Choose terms of use"),
    signatory_function="head of office",
    legal_line="Issued under section 20(5) of Act No. 312/2002 Coll.",
    funder_line="Co-financed by the European Union",
)
SERBIAN = dataclasses.replace(
    CZECH,
    number="RS-APV-2026-000045",
    language="sr-Cyrl",
    family_name="Ђорђевић",
    given_name="Љиљана",
    family_name_latin="Đorđević",
    given_name_latin="Ljiljana",
    course_title="Канцеларијско пословање",
    objectives=("Разликовање поднеска, акта и предмета", "Разврставање по класификационим знацима"),
    municipality_name="Инђија",
    unit_name="Општинска управа Инђија",
    issuer_name="Аутономна покрајина Војводина",
    issuer_registration_number="08715980",
    issuer_place="Нови Сад",
    signatory_name="др Џулијана Његован",
    signatory_function="покрајинска секретарка",
    accreditation=None,
    legal_line="Издато на основу Закона о запосленима у јединицама локалне самоуправе.",
    funder_line="Уз подршку Европске уније",
)
SERBIAN_LATIN = dataclasses.replace(
    SERBIAN,
    language="sr-Latn",
    family_name="Đorđević",
    given_name="Ljiljana",
    course_title="Kancelarijsko poslovanje",
    objectives=("Razlikovanje podneska, akta i predmeta",),
    municipality_name="Inđija",
    unit_name="Opštinska uprava Inđija",
    issuer_name="Autonomna pokrajina Vojvodina",
    issuer_place="Novi Sad",
    signatory_name="dr Džulijana Njegovan",
    signatory_function="pokrajinska sekretarka",
    legal_line="Izdato na osnovu Zakona o zaposlenima u jedinicama lokalne samouprave.",
    funder_line="Uz podršku Evropske unije",
)
UKRAINIAN = dataclasses.replace(
    CZECH,
    number="UA-2026-000007",
    language="uk",
    family_name="Щербаківська-Ґалаґан",
    given_name="Євгенія Юріївна",
    family_name_latin="Shcherbakivska-Galagan",
    given_name_latin="Yevheniia",
    course_title="Основи відкритих даних",
    objectives=("Відрізняти відкриті дані від просто оприлюднених", "Обирати умови використання"),
    municipality_name="Обухівська територіальна громада",
    unit_name="Обухівська селищна рада",
    issuer_name="Дніпропетровська обласна державна адміністрація",
    issuer_registration_number="00022467",
    issuer_place="Дніпро",
    signatory_name="Олександр Їжакевич",
    signatory_function="керівник центру підвищення кваліфікації",
    accreditation=None,
    legal_line="Видано відповідно до постанови Кабінету Міністрів України від 6 лютого 2019 р. № 106.",
    funder_line="За підтримки програми EGAP",
)
BULGARIAN = dataclasses.replace(
    CZECH,
    number="BG-2026-000011",
    language="bg",
    family_name="Щъркелова",
    given_name="Юлия",
    family_name_latin="Shtarkelova",
    given_name_latin="Yulia",
    course_title="Основи на отворените данни",
    objectives=("Различаване на отворени данни от просто публикувани", "Избор на условия за ползване"),
    municipality_name="Стара Загора",
    unit_name="Община Стара Загора",
    issuer_name="Община Стара Загора",
    issuer_registration_number="000818022",
    issuer_place="Стара Загора",
    signatory_name="Живко Тодоров",
    signatory_function="кмет на община Стара Загора",
    accreditation=None,
    legal_line="Издадено на основание Закона за държавния служител.",
    funder_line="С подкрепата на Европейския съюз",
)
ALL = {each.language: each for each in (ENGLISH, CZECH, SERBIAN, SERBIAN_LATIN, UKRAINIAN, BULGARIAN)}

HARDEST = {
    "en": ("Featherstonehaugh-Cholmondeley-Wriothesley-Marjoribanks-Foxe", "Wilhelmina-Josephine"),
    "cs": ("Příliš-Žluťoučká Dvořáčková-Řeřichová Ďáblická z Ústí nad Ohří", "Ďoubalíková Věnceslava"),
    "sr-Cyrl": ("Љубојевић-Његошевић Ђорђевић-Ћирилов Џомбић-Шљивић Чађавица", "Љубисава-Ђурђијана"),
    "sr-Latn": ("Ljubojević-Njegošević Đorđević-Ćirilov Džombić-Šljivić Čađa", "Ljubisava-Đurđijana"),
    "uk": ("Щербаківська-Ґалаґанівська Їжакевич-Єфремівська-Юркевичівна", "Євгенія-Ґанна Їжаківна"),
    "bg": ("Щъркелова-Ъгленова Юстиниянова-Съединенска-Жълтоглавова-Юг", "Юлия-Йорданка Ъгленова"),
}
"""Family names of about 60 of the hardest letters, and given names."""


@pytest.fixture(scope="module")
def design() -> Design:
    return load(STANDARD)


def hardest(language: str) -> Snapshot:
    """Return a certificate with everything as long as it comes: names of 60 letters, a title of 120."""
    snapshot = ALL[language]
    family, given_name = HARDEST[language]
    return dataclasses.replace(
        snapshot,
        family_name=family,
        given_name=given_name,
        course_title=f"{(snapshot.course_title + ', ') * 6}"[:119] + "Щ",
        objectives=snapshot.objectives * 3,
        unit_name=f"{snapshot.unit_name} {snapshot.unit_name}"[:60],
        issuer_name=(f"{snapshot.issuer_name}, " * 4)[:120],
        signatory_name=f"doc. Ing. {family}, Ph.D.",
        signatory_function=(f"{snapshot.signatory_function} " * 4)[:110],
        legal_line=snapshot.legal_line * 2,
        verify_url=f"https://vzdelavani-egovernment.zdar-nad-sazavou.example.org/verify/{CODE}",
        form="blended",
    )


def words_of(document: bytes) -> str:
    """Return the text of a document with every run of white space as one space."""
    return re.sub(r"\s+", " ", pypdf.PdfReader(io.BytesIO(document)).pages[0].extract_text()).strip()


def layout_of(snapshot: Snapshot, design: Design) -> Iterator[tuple[Box, tuple[Line, ...]]]:
    """Yield the box and the lines of every part that holds text."""
    wording = design.wording_in(snapshot.language)
    places = particulars(snapshot, wording)
    layout = Layout({**places, **phrases(snapshot, wording, places)}, width_of(design))
    for part in design.parts:
        if isinstance(part, Column):
            yield part.box, layout.column(part)
        elif isinstance(part, Cells):
            yield part.box, layout.cells(part)[0]


def width_of(design: Design) -> certificate_layout.Measure:
    """Return the measure that the document itself is laid out with."""

    def measure(font: FontName, text: str) -> float:
        widths = certificate_pdf._widths(design.fonts[font])
        return sum(widths[character] for character in text)

    return measure


def ink_of(line: Line, design: Design) -> tuple[float, float, float, float]:
    """Return what the letters of a line may cover: left, top, right, bottom."""
    width = width_of(design)(line.style.font, line.text) + line.style.tracking * (len(line.text) - 1)
    return (
        line.left,
        line.baseline - 0.96 * line.size,
        line.left + width * line.size,
        line.baseline + 0.24 * line.size,
    )


@pytest.mark.parametrize("language", ALL)
def test_a_certificate_says_everything_in_its_language(language, design):
    text = words_of(certificate_pdf.write(ALL[language], design, None))
    golden = (GOLDEN / f"certificate_{language}.txt").read_text(encoding="utf-8")
    assert text == golden.replace("\n", " ").strip()


@pytest.mark.parametrize("language", ALL)
@pytest.mark.parametrize("make", [ALL.__getitem__, hardest], ids=["usual", "hardest"])
def test_every_particular_can_be_read_out_of_the_document(language, make, design, tmp_path):
    snapshot = make(language)
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
    for objective in snapshot.objectives:
        assert re.sub(r"\s", "", objective) in letters


@pytest.mark.parametrize("language", ALL)
@pytest.mark.parametrize("kind", ["exam", "attendance"])
def test_all_words_of_a_kind_are_printed(language, kind, design):
    snapshot = dataclasses.replace(ALL[language], kind=kind, accreditation="AK-1")
    text = words_of(certificate_pdf.write(snapshot, design, None)).casefold()
    wording = design.wording_in(language)
    for phrase in phrases(snapshot, wording, particulars(snapshot, wording)).values():
        assert phrase.casefold() in text


@pytest.mark.parametrize("language", ALL)
def test_the_hardest_names_and_titles_stay_in_their_boxes(language, design):
    for box, lines in layout_of(hardest(language), design):
        for line in lines:
            left, top, right, bottom = ink_of(line, design)
            assert left >= box.left * MM - 0.01
            assert right <= (box.left + box.width) * MM + 0.01
            assert top >= box.top * MM - 0.3 * line.size
            assert bottom <= (box.top + box.height) * MM + 0.1 * line.size


@pytest.mark.parametrize("language", ALL)
def test_no_line_runs_into_another(language, design):
    lines = [line for _, part in layout_of(hardest(language), design) for line in part]
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


@settings(max_examples=60, deadline=None)
@given(
    name=st.text("abcdefŘžďЉЂЏЩҐЄїЪЮ -", min_size=1, max_size=120),
    title=st.text("wmЖШЩ i,-", min_size=1, max_size=300),
    function=st.text("oОЂ", min_size=1, max_size=200),
)
def test_nothing_is_cut_off_however_long_it_is(name, title, function):
    design = load(STANDARD)
    snapshot = dataclasses.replace(SERBIAN, family_name=name, course_title=title, signatory_function=function)
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


def test_the_same_snapshot_gives_the_same_bytes(design):
    first = certificate_pdf.write(SERBIAN, design, None)
    certificate_pdf.write(CZECH, design, None)
    assert certificate_pdf.write(SERBIAN, design, None) == first


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
        [sys.executable, "-c", script, STANDARD],
        cwd=STANDARD.parents[1],
        env=environment,
        input=UKRAINIAN.to_json(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == sha256(certificate_pdf.write(UKRAINIAN, design, None)).hexdigest()


def test_the_document_is_small_and_quickly_made(design):
    snapshot = hardest("sr-Cyrl")
    seconds = []
    for _ in range(30):
        begun = process_time()
        document = certificate_pdf.write(snapshot, design, None)
        seconds.append(process_time() - begun)
    assert len(document) <= 60_000
    assert min(seconds) <= 0.015


@pytest.mark.parametrize("language", ALL)
def test_every_font_is_embedded(language, design):
    page = pypdf.PdfReader(io.BytesIO(certificate_pdf.write(ALL[language], design, None))).pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert {font["/BaseFont"].partition("+")[2] for font in fonts} == {"NotoSans-Regular", "NotoSans-Bold"}
    assert all("/FontFile2" in font["/FontDescriptor"].get_object() for font in fonts)
    assert all("/ToUnicode" in font for font in fonts)


def test_the_document_says_what_it_is_and_when_it_was_issued(design):
    reader = pypdf.PdfReader(io.BytesIO(certificate_pdf.write(UKRAINIAN, design, None)))
    about = reader.metadata
    assert (about.title, about.subject) == ("Свідоцтво UA-2026-000007", "Основи відкритих даних")
    assert (about.author, about.creator) == (UKRAINIAN.issuer_name, "Gradivo")
    assert about["/Keywords"] == f"UA-2026-000007, {CODE}"
    assert about["/CreationDate"] == "D:20261122000000Z"
    assert reader.trailer["/Root"]["/Lang"] == "uk"
    assert len(reader.pages) == 1


def test_the_symbol_leads_to_the_verification_page(design):
    page = pypdf.PdfReader(io.BytesIO(certificate_pdf.write(CZECH, design, None))).pages[0]
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


@pytest.mark.parametrize(
    "letters", ["ЉЊЂЋЏљњђћџ", "ŘřŽžĎďŮůŤťĚě", "ЩҐЄЇщґєїʼ’", "ЪЮЙъюй", "ŵŷẃẁẅẘ", "ŁłĄąŐőŞş"]
)
def test_the_fonts_have_the_hardest_letters(letters, design):
    assert certificate_pdf.missing_glyphs(letters, design) == ()


@pytest.mark.parametrize(
    ("text", "code_points"),
    [
        ("Li 李 Ли", ("U+674E",)),
        ("სალომე", ("U+10E1", "U+10D0", "U+10DA", "U+10DD", "U+10DB", "U+10D4")),
        ("Jana\u202eavon", ("U+202E",)),
        ("Jana\u200b\x07", ("U+200B", "U+0007")),
        ("Jana 😀", ("U+1F600",)),
        ("Z\u030ca\u0301", ()),
    ],
)
def test_code_points_without_a_glyph_are_named(text, code_points, design):
    assert certificate_pdf.missing_glyphs(text, design) == code_points


def test_a_name_that_cannot_be_drawn_names_its_field(design):
    snapshot = dataclasses.replace(CZECH, given_name="Jana 李")
    with pytest.raises(MissingGlyphs) as caught:
        certificate_pdf.check_drawable(snapshot, design)
    assert (caught.value.field, caught.value.code_points) == ("given_name", ("U+674E",))
    with pytest.raises(MissingGlyphs):
        certificate_pdf.write(snapshot, design, None)


def test_an_objective_that_cannot_be_drawn_names_its_field(design):
    with pytest.raises(MissingGlyphs, match=r"U\+674E"):
        certificate_pdf.check_drawable(dataclasses.replace(CZECH, objectives=("a", "李")), design)


@pytest.mark.parametrize("field", ["signatory_name", "signatory_function", "issuer_name", "issuer_place"])
def test_a_missing_particular_stops_issue_with_its_name(field, design):
    with pytest.raises(MissingParticular) as caught:
        certificate_pdf.check_drawable(dataclasses.replace(CZECH, **{field: ""}), design)
    assert caught.value.field == field


def test_a_certificate_is_checked_before_it_has_a_number(design):
    certificate_pdf.check_drawable(dataclasses.replace(CZECH, number="", code="", verify_url=""), design)


def test_a_language_without_wording_stops_issue(design):
    with pytest.raises(MissingWording, match="pl"):
        certificate_pdf.check_drawable(dataclasses.replace(CZECH, language="pl"), design)


@pytest.mark.parametrize("language", ALL)
def test_the_fonts_draw_every_word_of_the_wording(language, design):
    wording = design.wording_in(language)
    forms = wording.forms
    words = [wording.language_name, *wording.months, forms.distance, forms.classroom, forms.blended]
    words += [text for phrase in wording.phrases.values() for text in (phrase.exam, phrase.attendance)]
    text = "".join(words)
    assert certificate_pdf.missing_glyphs(text + text.upper(), design) == ()


def test_serbian_latin_wording_is_the_transliteration_of_the_cyrillic():
    tree = yaml.safe_load((STANDARD / "design.yaml").read_text(encoding="utf-8"))["wording"]
    cyrillic = yaml.safe_dump(tree["sr-Cyrl"], allow_unicode=True, width=1000)
    places = re.findall(r"\{\w+\}", cyrillic)
    latin = yaml.safe_dump(tree["sr-Latn"], allow_unicode=True, width=1000)
    assert cyrtranslit.to_latin(cyrillic, "sr") == latin
    assert places == re.findall(r"\{\w+\}", latin)


def test_a_name_in_two_scripts_is_printed_in_both_and_in_one_only_once(design):
    serbian = words_of(certificate_pdf.write(SERBIAN, design, None))
    assert "Љиљана Ђорђевић Ljiljana Đorđević" in serbian
    assert words_of(certificate_pdf.write(CZECH, design, None)).count("Jana Nováková") == 1


@pytest.mark.parametrize("language", ALL)
def test_a_passed_test_is_printed_without_its_mark(language, design):
    snapshot = dataclasses.replace(ALL[language], mark=9731)
    other = dataclasses.replace(ALL[language], mark=6002)
    text = words_of(certificate_pdf.write(snapshot, design, None))
    assert text == words_of(certificate_pdf.write(other, design, None))
    assert "97" not in text


def test_what_a_certificate_lacks_leaves_no_trace(design):
    snapshot = dataclasses.replace(CZECH, valid_until=None, accreditation=None, objectives=(), legal_line="")
    text = words_of(certificate_pdf.write(snapshot, design, None))
    for word in ("Platnost do", "Akreditace", "Vzdělávací cíle", "None", "{", "}"):
        assert word not in text


def test_a_name_is_printed_as_it_is_written(design):
    name = '<img src="http://x.example/a.png"> {code} %s & Co.'
    text = words_of(certificate_pdf.write(dataclasses.replace(CZECH, family_name=name), design, None))
    assert name.replace(" ", "") in text.replace(" ", "")


def logo(size: tuple[int, int], kind: str = "PNG") -> bytes:
    """Return a picture that compresses badly, half of it transparent where the kind allows."""
    noise = Image.effect_noise(size, 90)
    picture = Image.merge("RGB", (noise, noise.rotate(90), noise.rotate(180)))
    if kind == "PNG":
        picture.putalpha(Image.linear_gradient("L").resize(size))
    target = io.BytesIO()
    picture.save(target, kind)
    return target.getvalue()


@pytest.mark.parametrize(("size", "kind"), [((40, 30), "PNG"), ((1600, 1200), "JPEG"), ((30, 3000), "PNG")])
def test_a_logo_is_drawn_without_transparency_and_keeps_the_document_small(size, kind, design):
    picture = logo(size, kind)
    document = certificate_pdf.write(hardest("uk"), design, picture)
    assert document == certificate_pdf.write(hardest("uk"), design, picture)
    assert len(document) <= 60_000
    images = list(pypdf.PdfReader(io.BytesIO(document)).pages[0].images)
    assert len(images) == 1
    assert b"/SMask" not in document


@pytest.mark.parametrize(
    "picture",
    [b"", b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, logo((300, 200))[:2000]],
    ids=["empty", "gif", "svg", "broken", "cut"],
)
def test_what_is_no_picture_is_refused(picture, design):
    with pytest.raises(UnreadableLogo):
        certificate_pdf.write(CZECH, design, picture)


def test_a_picture_of_too_many_points_is_refused_before_it_is_unpacked(design):
    target = io.BytesIO()
    Image.new("1", (9000, 9000)).save(target, "PNG")
    with pytest.raises(UnreadableLogo):
        certificate_pdf.write(CZECH, design, target.getvalue())


def test_a_snapshot_is_read_back_as_it_was_written():
    for snapshot in ALL.values():
        assert Snapshot.from_json(snapshot.to_json()) == snapshot
    bare = dataclasses.replace(CZECH, mark=None, valid_until=None, accreditation=None, objectives=())
    assert Snapshot.from_json(bare.to_json()) == bare


def test_equal_snapshots_have_one_text():
    text = dataclasses.replace(CZECH, hours=Decimal("10.00")).to_json()
    assert text == dataclasses.replace(CZECH, hours=Decimal("1E+1")).to_json()
    assert '"hours":"10"' in text
    assert '"family_name":"Nováková"' in text
    assert text.index('"accreditation"') < text.index('"code"') < text.index('"verify_url"')


@pytest.mark.parametrize("change", [('"mark":8750,', ""), ('"mark"', '"note":"x","mark"')])
def test_a_snapshot_with_a_member_too_many_or_too_few_is_refused(change):
    with pytest.raises(ValueError, match="missing or unknown"):
        Snapshot.from_json(CZECH.to_json().replace(*change))


def test_a_text_with_an_empty_place_is_left_out():
    assert fill("{a}, {b}", {"a": "x", "b": ""}) == ""
    assert fill("{a}, {b}", {"a": "{b}", "b": "y"}) == "{b}, y"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("width: 297", "width: wide", "design.width: must be a number"),
        ("height: 210", "height: 210\nheight: 211", "height is given twice"),
        ("height: 210", "height: 210\npaper: A4", "design.paper: is not known here"),
        ("width: 297\n", "", "design.width: is missing"),
        ('ink: "#1b2430"', "ink: black", "colours.ink: must be written as"),
        ("colour: bronze", "colour: pink", "styles.number.colour: pink is none of"),
        ("font: bold, size: 13,", "font: italic, size: 13,", "styles.issuer.font: italic is none of"),
        ("NotoSans-Bold.ttf", "../../secret.ttf", "must be the name of a .ttf file"),
        ("NotoSans-Bold.ttf", "Missing.ttf", "there is no"),
        ("part: qr", "part: barcode", "barcode is none of"),
        ("align: centre", "align: justify", "justify is none of left, centre, right"),
        ("petals: 24", "petals: 2.5", "must be a whole number"),
        ("- issuer_name", "- birth_date", "birth_date is no particular"),
        ("      lead: This is to certify that\n", "", "there is nothing to put for {lead}"),
        ("      lead: This is to certify that", "      lead: This is {who}", "nothing to put for {who}"),
        ("      lead: This is to certify that", "      lead: This { is", "a brace stands alone"),
        ("      lead: This is to certify that", "      lead: x\n      spare: y", "spare: is used by no text"),
        ("lead: This is to certify that", "lead: {exam: This}", "lead.attendance: is missing"),
        ("[January, ", "[", "wording.en.months: must be twelve"),
        ("{day} {month} {year}", "{day:02d} {month}", "nothing to put for {day:02d}"),
        ("width: 297", "width: [", "while parsing"),
    ],
)
def test_a_broken_design_is_refused_with_its_key(old, new, message, tmp_path):
    (tmp_path / "fonts").symlink_to(STANDARD.parent / "fonts")
    folder = tmp_path / "broken"
    folder.mkdir()
    text = (STANDARD / "design.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "design.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BrokenDesign, match=re.escape(message)):
        load(folder)


def test_a_design_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BrokenDesign, match="No such file"):
        load(tmp_path / "nowhere")


def test_a_design_is_read_once():
    assert load(STANDARD) is load(STANDARD / ".." / "standard")
