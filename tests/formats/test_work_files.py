"""What learners may hand in as a file, and what it is called."""

import io
import unicodedata
import zipfile

import pytest

from app.formats.work_files import KINDS, LONGEST_NAME, clean_name, ending_of, is_what_it_says


def packed(*names: str, first: tuple[str, bytes] | None = None) -> bytes:
    """Return an archive with files of these names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in ([first] if first else []) + [(name, b"x") for name in names]:
            archive.writestr(name, data)
    return made.getvalue()


ODT = packed("content.xml", first=("mimetype", b"application/vnd.oasis.opendocument.text"))
ODS = packed("content.xml", first=("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"))
DOCX = packed("[Content_Types].xml", "word/document.xml")
XLSX = packed("[Content_Types].xml", "xl/workbook.xml")
TRUE = {
    "pdf": b"%PDF-1.7\n",
    "png": b"\x89PNG\r\n\x1a\n....",
    "jpg": b"\xff\xd8\xff\xe0..",
    "jpeg": b"\xff\xd8\xff\xe0..",
    "webp": b"RIFF....WEBPVP8 ",
    "docx": DOCX,
    "xlsx": XLSX,
    "odt": ODT,
    "ods": ODS,
    "zip": packed("a.csv"),
    "csv": "obec;počet\n".encode("cp1250"),
    "txt": "Ђ\r\n".encode(),
    "md": b"# A plan\n",
    "json": b"{}",
    "geojson": b"{}",
    "xml": b"<a/>",
}


def test_every_ending_has_an_example():
    assert set(TRUE) == set(KINDS)


@pytest.mark.parametrize("ending", KINDS)
def test_a_file_is_what_its_ending_says(ending):
    assert is_what_it_says(f"a.{ending}", TRUE[ending])
    assert is_what_it_says(f"a.{ending.upper()}", TRUE[ending])
    assert not is_what_it_says(f"a.{ending}", b"")
    assert not is_what_it_says(f"a.{ending}", b"MZ\x90\x00\x03\x00\x00\x00")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"<!doctype html><script>alert(1)</script>"),
        ("a.png", b"GIF89a"),
        ("a.docx", XLSX),
        ("a.xlsx", packed("a.csv")),
        ("a.odt", ODS),
        ("a.ods", packed("mimetype", "content.xml")),
        ("a.zip", b"PK\x05\x06" + b"\0" * 18),
        ("a.csv", b"a;b\0c"),
        ("a.txt", b"\x1b[31m"),
        ("a.html", b"<html>"),
        ("a.svg", b"<svg/>"),
        ("a", b"text"),
        (".csv", b"text"),
    ],
)
def test_a_file_that_is_another_is_refused(name, data):
    assert not is_what_it_says(name, data)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\eva\\plán obce.docx", "plán obce.docx"),
        ("/", ""),
        ("invoice\u202efdp.csv", "invoicefdp.csv"),
        ("a\u200b\u2066b\ufeff.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("a\x00.pdf", "a.pdf"),
        ("  ..hidden.pdf", "hidden.pdf"),
        ('<img src="x" onerror=alert(1)>.pdf', "_img src=_x_ onerror=alert(1)_.pdf"),
        ("Ђорђе.pdf", "Ђорђе.pdf"),
        (unicodedata.normalize("NFD", "příloha.pdf"), "příloha.pdf"),
    ],
)
def test_a_name_is_one_line_that_hides_nothing(sent, kept):
    assert clean_name(sent) == kept


def test_a_name_of_three_hundred_letters_keeps_its_ending():
    name = clean_name("a" * 300 + ".pdf")
    assert len(name) == LONGEST_NAME
    assert ending_of(name) == "pdf"
    assert len(clean_name("b" * 300)) == LONGEST_NAME
    assert len(clean_name("c." + "d" * 300)) <= LONGEST_NAME
