"""What stops a certificate before it is issued, and what a design and a snapshot may say."""

import dataclasses
import io
import json
import re
from dataclasses import MISSING
from decimal import Decimal

import cyrtranslit
import pypdf
import pytest
import yaml
from PIL import Image

from app.domain.certificates.values import CoursePart, Snapshot
from app.formats import certificate_pdf
from app.formats.certificate_design import BrokenDesign, list_kinds, load
from app.formats.certificate_pdf import MissingGlyphs, MissingParticular, UnmarkedDuplicate, WrongKind
from app.formats.certificate_shapes import Design, MissingWording, fill
from app.formats.certificate_specimen import HARDEST
from app.formats.logo_png import UnreadableLogo
from tests.formats.sample_certificates import (
    ALL,
    CZECH,
    DESIGNS,
    SERBIAN,
    STANDARD,
    duplicate,
    hardest,
    of_kind,
    words_of,
)


@pytest.fixture(scope="module", params=DESIGNS, ids=lambda folder: folder.name)
def design(request) -> Design:
    return load(request.param)


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
    snapshot = dataclasses.replace(of_kind(CZECH, design), given_name="Jana 李")
    with pytest.raises(MissingGlyphs) as caught:
        certificate_pdf.check_drawable(snapshot, design)
    assert (caught.value.field, caught.value.code_points) == ("given_name", ("U+674E",))
    with pytest.raises(MissingGlyphs):
        certificate_pdf.write(snapshot, design, None)


def test_an_objective_that_cannot_be_drawn_names_its_field(design):
    with pytest.raises(MissingGlyphs, match=r"U\+674E"):
        certificate_pdf.check_drawable(
            dataclasses.replace(of_kind(CZECH, design), objectives=("a", "李")), design
        )


@pytest.mark.parametrize("field", ["signatory_name", "signatory_function", "issuer_name", "issuer_place"])
def test_a_missing_particular_stops_issue_with_its_name(field, design):
    with pytest.raises(MissingParticular) as caught:
        certificate_pdf.check_drawable(dataclasses.replace(of_kind(CZECH, design), **{field: ""}), design)
    assert caught.value.field == field


@pytest.mark.parametrize("country", ["BG", "CZ", "RS", "UA", "PL"])
def test_what_a_country_wants_stops_issue_by_its_name(country, design):
    certificate_pdf.check_issuable(of_kind(CZECH, design), design, country)
    for name in design.needs_in(country):
        empty = {"objectives": (), "courses": (), "accreditation": None}.get(name, "")
        if name == "hours":
            continue
        with pytest.raises(MissingParticular) as caught:
            certificate_pdf.check_issuable(
                dataclasses.replace(of_kind(CZECH, design), **{name: empty}), design, country
            )
        assert caught.value.field == name


def test_only_the_country_of_the_issuer_is_asked():
    attendance = load(STANDARD.parent / "attendance")
    snapshot = dataclasses.replace(CZECH, legal_line="")
    certificate_pdf.check_issuable(snapshot, attendance, "RS")
    certificate_pdf.check_drawable(snapshot, attendance)
    with pytest.raises(MissingParticular, match="needs"):
        certificate_pdf.check_issuable(snapshot, attendance, "CZ")


def test_a_certificate_is_checked_before_it_has_a_number(design):
    certificate_pdf.check_drawable(
        dataclasses.replace(of_kind(CZECH, design), number="", code="", verify_url=""), design
    )


def test_a_language_without_wording_stops_issue(design):
    with pytest.raises(MissingWording, match="pl"):
        certificate_pdf.check_drawable(dataclasses.replace(of_kind(CZECH, design), language="pl"), design)


@pytest.mark.parametrize("language", ALL)
def test_the_fonts_draw_every_word_of_the_wording(language, design):
    text = "".join(design.wording_in(language).texts())
    assert len(text) > 500
    assert certificate_pdf.missing_glyphs(text + text.upper(), design) == ()


@pytest.mark.parametrize("language", ALL)
def test_the_fonts_draw_the_hardest_names_of_every_language(language, design):
    name = HARDEST[language]
    assert len(name.family_name) >= 60
    text = "".join(dataclasses.astuple(name))
    assert certificate_pdf.missing_glyphs(text + text.upper(), design) == ()
    hard = {"cs": "ŘřŽďů", "sr-Cyrl": "ЉЊЂЋЏ", "uk": "ЩҐЄї", "bg": "ЪЮ"}.get(language, "")
    assert set(hard) <= set(text)


def test_serbian_latin_wording_is_the_transliteration_of_the_cyrillic(design):
    tree = yaml.safe_load((STANDARD.parent / design.name / "design.yaml").read_text(encoding="utf-8"))[
        "wording"
    ]
    cyrillic = yaml.safe_dump(tree["sr-Cyrl"], allow_unicode=True, width=1000)
    places = re.findall(r"\{\w+\}", cyrillic)
    latin = yaml.safe_dump(tree["sr-Latn"], allow_unicode=True, width=1000)
    assert cyrtranslit.to_latin(cyrillic, "sr") == latin
    assert places == re.findall(r"\{\w+\}", latin)


def test_a_name_in_two_scripts_is_printed_in_both_and_in_one_only_once(design):
    serbian = words_of(certificate_pdf.write(of_kind(SERBIAN, design), design, None))
    assert "Љиљана Ђорђевић Ljiljana Đorđević" in serbian
    assert words_of(certificate_pdf.write(of_kind(CZECH, design), design, None)).count("Jana Nováková") == 1


@pytest.mark.parametrize("language", ALL)
def test_a_passed_test_is_printed_without_its_mark(language, design):
    snapshot = dataclasses.replace(of_kind(ALL[language], design), mark=9731)
    other = dataclasses.replace(of_kind(ALL[language], design), mark=6002)
    text = words_of(certificate_pdf.write(snapshot, design, None))
    assert text == words_of(certificate_pdf.write(other, design, None))
    assert "97" not in text


def test_what_a_certificate_lacks_leaves_no_trace(design):
    snapshot = dataclasses.replace(
        of_kind(CZECH, design), valid_until=None, accreditation=None, legal_line=""
    )
    words = ["Platnost do", "Akreditace", "None", "{", "}"]
    if "objectives" not in design.mandatory:
        snapshot = dataclasses.replace(snapshot, objectives=())
        words.append("Vzdělávací cíle")
    text = words_of(certificate_pdf.write(snapshot, design, None))
    for word in words:
        assert word not in text


def test_a_name_is_printed_as_it_is_written(design):
    name = '<img src="http://x.example/a.png"> {code} %s & Co.'
    text = words_of(
        certificate_pdf.write(dataclasses.replace(of_kind(CZECH, design), family_name=name), design, None)
    )
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
    document = certificate_pdf.write(of_kind(hardest("uk"), design), design, picture)
    assert document == certificate_pdf.write(of_kind(hardest("uk"), design), design, picture)
    assert len(document) <= 60_000
    images = list(pypdf.PdfReader(io.BytesIO(document)).pages[0].images)
    assert len(images) == 1
    assert b"/SMask" not in document


def test_the_logo_of_the_funder_stands_beside_the_issuers(design):
    own, other = logo((60, 20)), logo((20, 60))
    drawing = certificate_pdf.draw(of_kind(CZECH, design), design, own, other)
    alts = [each.alt for each in drawing.elements if each.tag == "Figure"]
    assert {"Logo: Město Žďár nad Sázavou", "Logo poskytovatele podpory"} <= set(alts)
    assert len(pypdf.PdfReader(io.BytesIO(drawing.content)).pages[0].images) == 2
    alone = certificate_pdf.draw(of_kind(CZECH, design), design, None, other)
    assert "Logo: Město Žďár nad Sázavou" not in {each.alt for each in alone.elements}


def test_a_specimen_says_so_across_the_page_and_nothing_else_does(design):
    marked = words_of(certificate_pdf.write(of_kind(CZECH, design), design, None, mark="Specimen"))
    assert "SPECIMEN" in marked
    assert "SPECIMEN" not in words_of(certificate_pdf.write(of_kind(CZECH, design), design, None))


def test_each_course_of_a_programme_is_read_out_by_itself_with_version_and_hours():
    programme = load(STANDARD.parent / "programme")
    titles = tuple(f"Kurz {n} " + "s mnoha dalšími slovy " * 6 for n in range(8))
    one, many = (
        of_kind(dataclasses.replace(CZECH, objectives=given), programme) for given in (("Kurz",), titles)
    )
    short, long = (certificate_pdf.draw(each, programme, None) for each in (one, many))
    assert len(long.elements) == len(short.elements) + 7
    assert "Kurz · verze 1.0 · 2,25 h" in words_of(short.content)


def test_a_course_whose_title_cannot_be_drawn_names_its_field():
    programme = load(STANDARD.parent / "programme")
    with pytest.raises(MissingGlyphs) as caught:
        certificate_pdf.check_drawable(
            of_kind(dataclasses.replace(CZECH, objectives=("a", "李")), programme), programme
        )
    assert caught.value.field == "courses"


@pytest.mark.parametrize(("name", "kind"), [("standard", "programme"), ("programme", "exam")])
def test_a_design_made_for_other_kinds_stops_issue(name, kind):
    with pytest.raises(WrongKind):
        certificate_pdf.check_drawable(dataclasses.replace(CZECH, kind=kind), load(STANDARD.parent / name))


def test_designs_are_listed_with_their_kinds_and_a_broken_one_is_left_out(tmp_path):
    both = ("exam", "attendance")
    assert list_kinds(STANDARD.parent) == {"attendance": both, "programme": ("programme",), "standard": both}
    for folder in (*DESIGNS, STANDARD.parent / "fonts"):
        (tmp_path / folder.name).symlink_to(folder)
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "design.yaml").write_text("width: [")
    assert list_kinds(tmp_path) == list_kinds(STANDARD.parent)


@pytest.mark.parametrize(
    "picture",
    [b"", b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, logo((300, 200))[:2000]],
    ids=["empty", "gif", "svg", "broken", "cut"],
)
def test_what_is_no_picture_is_refused(picture, design):
    with pytest.raises(UnreadableLogo):
        certificate_pdf.write(of_kind(CZECH, design), design, picture)


def test_a_picture_of_too_many_points_is_refused_before_it_is_unpacked(design):
    target = io.BytesIO()
    Image.new("1", (9000, 9000)).save(target, "PNG")
    with pytest.raises(UnreadableLogo):
        certificate_pdf.write(of_kind(CZECH, design), design, target.getvalue())


def test_what_came_later_leaves_the_text_of_earlier_snapshots_alone():
    with_defaults = {each.name for each in dataclasses.fields(Snapshot) if each.default is not MISSING}
    assert {"funder_logo_digest", "courses", "duplicate_of"} <= with_defaults
    assert not with_defaults & json.loads(CZECH.to_json()).keys()
    courses = (CoursePart("eidas", "eIDAS", "1.0", Decimal("2.50")),)
    written = [{"hours": "2.5", "slug": "eidas", "title": "eIDAS", "version": "1.0"}]
    for name, value, said in (
        ("funder_logo_digest", "0" * 64, "0" * 64),
        ("duplicate_of", "CZ-2026-000122", "CZ-2026-000122"),
        ("courses", courses, written),
    ):
        later = dataclasses.replace(CZECH, **{name: value})
        assert Snapshot.from_json(later.to_json()) == later
        assert json.loads(later.to_json()) == {**json.loads(CZECH.to_json()), name: said}


def test_a_design_without_a_mark_prints_no_duplicate(tmp_path):
    (tmp_path / "fonts").symlink_to(STANDARD.parent / "fonts")
    (tmp_path / "bare").mkdir()
    lines = (STANDARD / "design.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if "{duplicate}" not in line and "      duplicate: " not in line]
    (tmp_path / "bare" / "design.yaml").write_text("".join(kept), encoding="utf-8")
    bare = load(tmp_path / "bare")
    certificate_pdf.check_drawable(CZECH, bare)
    with pytest.raises(UnmarkedDuplicate):
        certificate_pdf.write(duplicate(CZECH), bare, None)


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
        ("- issuer_name", "- birth_date", "mandatory: birth_date is no particular"),
        ("CZ: [issuer_reg", "CZ: [birth_date, issuer_reg", "mandatory_in.CZ: birth_date is no particular"),
        ("  CZ: [", "  Czechia: [", "mandatory_in.Czechia: must be a country"),
        ("of: funder", "of: sponsor", "sponsor is none of issuer, funder"),
        ("      lead: This is to certify that\n", "", "there is nothing to put for {lead}"),
        ("      lead: This is to certify that", "      lead: This is {who}", "nothing to put for {who}"),
        ("      lead: This is to certify that", "      lead: This { is", "a brace stands alone"),
        ("      lead: This is to certify that", "      lead: x\n      spare: y", "spare: is used by no text"),
        ("lead: This is to certify that", "lead: {exam: This}", "lead.attendance: is missing"),
        ("{exam: Certificate, att", "{exam: A, programme: B, att", "title.programme: is not known here"),
        ("{exam: Certificate, att", "{exam: 7, att", "title.exam: must be a text"),
        ("kinds: [exam, attendance]\n", "", "design.kinds: is missing"),
        ("kinds: [exam, attendance]", "kinds: []", "kinds: must name each kind"),
        ("kinds: [exam, attendance]", "kinds: [exam]", "phrases.title.attendance: is not known here"),
        ("kinds: [exam, attendance]", "kinds: [exam, exam]", "kinds: must name each kind"),
        ("kinds: [exam, attendance]", "kinds: [exam, diploma]", "kinds[1]: diploma is none of exam,"),
        ('decimal: "."', 'decimal: "."\n    course: "{title}"', "wording.en.course: is used by no text"),
        ("{learned}", "{course_list}", "is used by no text"),
        ('decimal: "."', 'decimal: "."\n    course: "{points}"', "nothing to put for {points}"),
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
