"""Certificates that are handed over many at once: what their files are called, and one file to print."""

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator

from pikepdf import Dictionary, ObjectStreamMode, Pdf, String
from pikepdf import Object as PdfObject

LONGEST_NAME = 80
"""How many letters of a family name stand in the name of a file: whole paths on Windows have at most 260."""
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
"""What Windows refuses in the name of a file, and what turns the direction of writing."""


def name_each(named: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield ``<number> <family name>.pdf`` for each, safe on Windows, no two alike where case does not count."""
    given: set[str] = set()
    for number, family_name in named:
        stem = f"{_safe(number)} {_safe(family_name)[:LONGEST_NAME]}".strip(" .")
        name, turn = f"{stem}.pdf", 1
        while name.casefold() in given:
            turn += 1
            name = f"{stem} ({turn}).pdf"
        given.add(name.casefold())
        yield name


def _safe(text: str) -> str:
    return " ".join(_UNSAFE.sub("-", unicodedata.normalize("NFC", text)).split())


def write_missing(lead: str, lines: Iterable[str]) -> bytes:
    """Return a text for people that says what is not in a ZIP, one to a line, with the line ends of Windows."""
    return "\r\n".join((lead, "", *lines, "")).encode("utf-8-sig")


def merge(documents: Iterable[bytes], title: str, about: str, language: str) -> bytes:
    """Return one PDF with the pages of all documents, to be printed; ``about`` says in its properties what it is.

    It has neither tags nor links, and claims to be no archive file. Pictures and fonts that are the same in several
    documents are in it once.
    """
    made = io.BytesIO()
    known: dict[tuple[str, bytes], PdfObject] = {}
    with Pdf.new() as whole:
        for document in documents:
            with Pdf.open(io.BytesIO(document)) as one:
                count = len(one.pages)
                whole.pages.extend(one.pages)
            for page in whole.pages[-count:]:
                _strip(page.obj)
                _share(page.obj, known)
        _describe(whole, title, about, language)
        whole.save(made, object_stream_mode=ObjectStreamMode.generate, deterministic_id=True)
    return made.getvalue()


def _strip(page: PdfObject) -> None:
    """Let a page go of what led into its own document: tags and links."""
    for key in ("/StructParents", "/Tabs", "/Annots"):
        if key in page:
            del page[key]


def _share(page: PdfObject, known: dict[tuple[str, bytes], PdfObject]) -> None:
    """Let a page have pictures and fonts from the page that had the same first."""
    resources = page.Resources
    pictures = resources.get("/XObject", Dictionary())
    for name in list(pictures.keys()):
        pictures[name] = known.setdefault((name, pictures[name].read_raw_bytes()), pictures[name])
    for font in resources.get("/Font", Dictionary()).as_dict().values():
        described = font.get("/FontDescriptor", Dictionary())
        if "/FontFile2" in described:
            file = described.FontFile2
            described.FontFile2 = known.setdefault(("font", file.read_raw_bytes()), file)


def _describe(whole: Pdf, title: str, about: str, language: str) -> None:
    whole.Root.Lang = String(language)
    whole.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    with whole.open_metadata(set_pikepdf_as_editor=False) as said:
        said["dc:title"] = title
        said["dc:description"] = about
    whole.docinfo["/Title"] = String(title)
    whole.docinfo["/Subject"] = String(about)
