"""Certificates handed over many at once: names that every system takes, and one file to print."""

import io
import zipfile
from dataclasses import replace

import pikepdf
import pypdf
import pytest

from app.formats import certificate_archive, certificate_design
from app.formats.handout_files import merge, name_each, write_missing
from app.formats.report_files import bundle
from app.foundation import clock
from tests.formats.sample_certificates import CZECH, GREY, STANDARD

LETTERS = {
    "Nováková-Řeřichová": "cs",
    "O’Brien": "en",
    "Њежић": "sr-Cyrl",
    "Đorđević Žćš": "sr-Latn",
    "Є́щенко-Ґалаґан": "uk",
    "Ъглев Щърбанов": "bg",
}


def names(*named: tuple[str, str]) -> list[str]:
    return list(name_each(named))


def test_a_file_is_called_by_number_and_family_name():
    assert names(("CZ-2026-000123", "Nováková")) == ["CZ-2026-000123 Nováková.pdf"]


def test_no_two_files_have_one_name_not_even_where_case_does_not_count():
    found = names(("CZ-1", "Novák"), ("CZ-1", "NOVÁK"), ("CZ-1", "Nova\u0301k"), ("CZ-1", "Novák (2)"))
    assert found == ["CZ-1 Novák.pdf", "CZ-1 NOVÁK (2).pdf", "CZ-1 Novák (3).pdf", "CZ-1 Novák (2) (2).pdf"]
    assert len({name.casefold() for name in found}) == 4


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("../../etc/passwd", "CZ-1 ..-..-etc-passwd.pdf"),
        ('<a>:"b"/\\|?*c', "CZ-1 -a-b-c.pdf"),
        ("x\x00\n\ty\x7f", "CZ-1 x-y-.pdf"),
        ("  Novák . ", "CZ-1 Novák.pdf"),
        ("fdp.\u202eexe", "CZ-1 fdp.-exe.pdf"),
        ("", "CZ-1.pdf"),
        ("W" * 300, f"CZ-1 {'W' * 80}.pdf"),
    ],
)
def test_names_are_safe_on_windows(family, expected):
    assert names(("CZ-1", family)) == [expected]


def test_a_name_that_is_the_device_of_an_old_system_comes_after_its_number():
    assert names(("1", "CON"), ("CZ/9", "nul")) == ["1 CON.pdf", "CZ-9 nul.pdf"]


def test_letters_of_six_languages_stand_in_a_zip_by_its_utf8_flag():
    given = names(*((f"N-{place}", family) for place, family in enumerate(LETTERS)))
    packed = b"".join(bundle(((name, (b"x",)) for name in given), clock.now()))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert [entry.filename for entry in archive.infolist()] == given
        assert all(entry.flag_bits & 0x800 for entry in archive.infolist())


def test_what_is_missing_is_said_for_windows_too():
    assert write_missing("Not here:", ["CZ-1 Ђ"]) == "\ufeffNot here:\r\n\r\nCZ-1 Ђ\r\n".encode()


@pytest.fixture(scope="module")
def documents() -> list[bytes]:
    design = certificate_design.load(STANDARD)
    made = []
    for number, name in (
        ("CZ-2026-000001", "Adamová"),
        ("CZ-2026-000002", "Řezníček"),
        ("CZ-2026-000003", "Adamová"),
    ):
        said = replace(CZECH, number=number, family_name=name, family_name_latin=name, logo_digest="0" * 64)
        made.append(certificate_archive.write(said, design, GREY))
    return made


def test_a_print_file_has_a_page_for_each_in_order_and_says_that_it_is_no_signed_document(documents):
    merged = pypdf.PdfReader(io.BytesIO(merge(documents, "To print", "No signed document.", "cs")))
    assert [
        number in page.extract_text()
        for page, number in zip(merged.pages, ("000001", "000002", "000003"), strict=True)
    ] == [True] * 3
    assert (merged.metadata.title, merged.metadata.subject) == ("To print", "No signed document.")
    assert merged.xmp_metadata.dc_title == {"x-default": "To print"}
    assert b"pdfaid" not in merged.root_object["/Metadata"].get_data()
    assert merged.get_fields() is None


def test_what_is_equal_is_in_a_print_file_once(documents):
    merged = merge(documents, "To print", "No signed document.", "cs")
    assert len(merged) < 0.7 * sum(map(len, documents))
    with pikepdf.open(io.BytesIO(merged)) as pdf:
        first, _, third = (page.obj.Resources for page in pdf.pages)
        names = list(first.XObject.keys())
        assert names == list(third.XObject.keys())
        assert [first.XObject[name].objgen for name in names] == [
            third.XObject[name].objgen for name in names
        ]
        assert pdf.check_pdf_syntax() == []


def test_pages_look_as_in_their_documents(documents):
    alone = pypdf.PdfReader(io.BytesIO(documents[1])).pages[0]
    merged = pypdf.PdfReader(io.BytesIO(merge(documents, "t", "a", "cs"))).pages[1]
    assert merged.extract_text() == alone.extract_text()
    assert merged.get_contents().get_data() == alone.get_contents().get_data()


def test_equal_documents_give_equal_bytes(documents):
    assert merge(documents, "t", "a", "cs") == merge(documents, "t", "a", "cs")
