"""The archive copy: PDF/A-1b by a judge that is not ours, tagged, complete, the same bytes in every process."""

import dataclasses
import io
import os
import re
import subprocess
import sys
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

import pikepdf
import pytest

from app.formats import certificate_archive, certificate_seal
from app.formats.certificate_design import load
from app.foundation import signing
from tests import preflight
from tests.conftest import environment
from tests.formats.sample_certificates import (
    ALL,
    CZECH,
    DESIGNS,
    ENGLISH,
    GREY,
    STANDARD,
    UKRAINIAN,
    duplicate,
    hardest,
    of_kind,
    words_of,
)

AT = datetime(2026, 11, 22, 15, 4, tzinfo=ZoneInfo("Europe/Kyiv"))


@pytest.fixture(scope="module", params=DESIGNS, ids=lambda folder: folder.name)
def design(request):
    return load(request.param)


@pytest.fixture(scope="module")
def made(design, tmp_path_factory):
    """The archive copy and the signed copy in every language, with a logo and as long as they come."""
    folder = tmp_path_factory.mktemp("certificates")
    given = environment(folder / "instance")
    key = signing.load(given, may_make=True)
    for language in ALL:
        kinds = (
            ("usual", of_kind(ALL[language], design), GREY),
            ("hardest", of_kind(hardest(language), design), None),
            ("duplicate", duplicate(of_kind(hardest(language), design)), None),
        )
        for name, snapshot, logo in kinds:
            archive = certificate_archive.write(snapshot, design, logo, logo)
            looks = certificate_seal.draw(snapshot, design, key.name, AT)
            (folder / f"{language}-{name}-archive.pdf").write_bytes(archive)
            (folder / f"{language}-{name}-signed.pdf").write_bytes(signing.sign(archive, key, looks, given))
    return folder


def paths(made, pattern="*.pdf"):
    found = sorted(made.glob(pattern))
    assert found
    return found


@pytest.mark.skipif(not preflight.is_there(), reason="PDFBox Preflight is not installed")
def test_both_copies_are_pdf_a_in_every_language(made):
    assert preflight.faults(paths(made, "*-usual-*.pdf")) == []


@pytest.mark.skipif(not preflight.is_there(), reason="PDFBox Preflight is not installed")
def test_duplicates_are_pdf_a_in_every_language(made):
    assert preflight.faults(paths(made, "*-duplicate-signed.pdf")) == []


@pytest.mark.skipif(not preflight.is_there(), reason="PDFBox Preflight is not installed")
def test_the_judge_refuses_what_is_no_pdf_a(made, tmp_path):
    with pikepdf.open(paths(made)[0]) as pdf:
        del pdf.Root.OutputIntents
        pdf.save(tmp_path / "without.pdf")
    assert preflight.faults([tmp_path / "without.pdf"])


def test_qpdf_finds_no_fault(made):
    for path in paths(made):
        done = subprocess.run(["qpdf", "--check", path], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_font_of_both_copies_is_embedded_and_says_its_letters(made):
    for path in paths(made):
        listed = subprocess.run(["pdffonts", path], check=True, capture_output=True, text=True).stdout
        rows = [row.split() for row in listed.splitlines()[2:]]
        assert rows
        assert all(row[-5:-2] == ["yes", "yes", "yes"] for row in rows), listed


@pytest.mark.parametrize("language", ALL)
def test_poppler_checks_the_signature_over_the_whole_document(made, language):
    for path in paths(made, f"{language}-*-signed.pdf"):
        said = subprocess.run(
            ["pdfsig", "-nocert", path],
            check=True,
            capture_output=True,
            text=True,
            env={"HOME": str(made), "PATH": os.environ["PATH"]},
        ).stdout
        assert "Signature is Valid" in said
        assert "Total document signed" in said
        assert "ETSI.CAdES.detached" in said


@pytest.mark.parametrize("language", ALL)
def test_the_archive_copy_says_all_that_the_snapshot_says(made, language):
    for name, snapshot in (("usual", ALL[language]), ("hardest", hardest(language))):
        path = made / f"{language}-{name}-archive.pdf"
        found = subprocess.run(
            ["pdftotext", "-raw", path, "-"], check=True, capture_output=True, text=True
        ).stdout
        letters = re.sub(r"\s", "", found)
        for field in (
            "number",
            "code",
            "family_name",
            "given_name",
            "course_title",
            "issuer_name",
            "verify_url",
            "signatory_name",
            "legal_line",
        ):
            assert re.sub(r"\s", "", getattr(snapshot, field)) in letters, field


@pytest.mark.parametrize("language", ALL)
def test_the_signed_copy_adds_the_words_of_the_seal_in_its_language(made, design, language):
    archive, signed = (
        subprocess.run(
            ["pdftotext", "-raw", made / f"{language}-usual-{copy}.pdf", "-"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        for copy in ("archive", "signed")
    )
    added = " ".join(signed[len(archive) :])
    wording = design.wording_in(language)
    sealed = (
        wording
        .phrases["sealed"]
        .of(design.kinds[0])
        .replace("{signer}", "Gradivo (issued by this Gradivo instance itself), localhost")
    )
    assert signed[: len(archive)] == archive
    assert added.startswith(sealed)
    assert "2026" in added
    assert added.endswith("15:04 (UTC+02:00)")


@pytest.mark.parametrize("language", ALL)
def test_the_words_of_the_seal_stay_in_their_box_however_long_the_signer_is(design, language):
    looks = certificate_seal.draw(
        of_kind(ALL[language], design),
        design,
        "Ministerstvo vnitra České republiky, odbor vzdělávání " * 2,
        AT,
    )
    left, bottom, right, top = looks.box
    heights = [float(each) for each in re.findall(rb"([-0-9.]+) Td", looks.operators)]
    assert len(heights) >= 2
    assert all(0 <= height <= top - bottom for height in heights)
    assert all(0 <= float(each) <= right - left for each in re.findall(rb"Tc ([-0-9.]+) ", looks.operators))


def test_equal_snapshots_give_equal_bytes_in_every_process(design):
    script = (
        "import sys; from hashlib import sha256; from pathlib import Path\n"
        "from app.domain.certificates.values import Snapshot\n"
        "from app.formats import certificate_archive, certificate_design\n"
        "design = certificate_design.load(Path(sys.argv[1]))\n"
        "snapshot = Snapshot.from_json(sys.stdin.read())\n"
        "print(sha256(certificate_archive.write(snapshot, design, logo=None)).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, STANDARD.parent / design.name],
        cwd=STANDARD.parents[1],
        env={**os.environ, "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "86400", "TZ": "Asia/Tokyo"},
        input=of_kind(UKRAINIAN, design).to_json(),
        capture_output=True,
        text=True,
        check=True,
    )
    first = certificate_archive.write(of_kind(UKRAINIAN, design), design, None)
    certificate_archive.write(of_kind(CZECH, design), design, None)
    assert certificate_archive.write(of_kind(UKRAINIAN, design), design, None) == first
    assert run.stdout.strip() == sha256(first).hexdigest()


def tree_of(document: bytes):
    pdf = pikepdf.open(io.BytesIO(document))
    return pdf, list(pdf.Root.StructTreeRoot.K[0].K)


def test_the_document_is_tagged_in_reading_order(design):
    pdf, elements = tree_of(certificate_archive.write(of_kind(UKRAINIAN, design), design, GREY))
    tags = [str(each.S) for each in elements]
    assert sorted(tags[:3]) == ["/Figure", "/P", "/P"]
    assert tags[3] == "/H1"
    assert tags.count("/H1") == 1
    assert tags.count("/Link") == 1
    assert bool(pdf.Root.MarkInfo.Marked)
    assert str(pdf.Root.Lang) == "uk"
    marks = re.findall(rb"/(\w+) <</MCID (\d+)>> BDC", pdf.pages[0].Contents.read_bytes())
    assert [int(number) for _, number in marks] == list(range(len(marks)))
    parents = pdf.Root.StructTreeRoot.ParentTree.Nums[1]
    assert [f"/{tag.decode()}" for tag, _ in marks] == [str(each.S) for each in parents]


def test_nothing_on_the_page_is_without_a_mark(design):
    pdf, _ = tree_of(certificate_archive.write(of_kind(UKRAINIAN, design), design, GREY))
    depth, loose = 0, []
    for instruction in pikepdf.parse_content_stream(pdf.pages[0]):
        operator = str(instruction.operator)
        depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(operator, 0)
        if operator in {"Tj", "TJ", "f", "S", "B", "Do", "re"} and not depth:
            loose.append(operator)
    assert depth == 0
    assert loose == []


def test_pictures_have_words_and_the_link_leads_to_the_verification(design):
    _, elements = tree_of(certificate_archive.write(of_kind(ENGLISH, design), design, GREY))
    logo = next(each for each in elements if each.S == "/Figure")
    link = next(each for each in elements if each.S == "/Link")
    figure, reference = link.K
    assert str(logo.Alt) == f"Logo of {ENGLISH.issuer_name}"
    assert str(figure.Alt) == f"QR code for checking the certificate: {ENGLISH.verify_url}"
    assert str(reference.Obj.A.URI) == ENGLISH.verify_url
    assert str(reference.Obj.Contents) == str(figure.Alt)


def test_the_seal_stands_last_in_the_tree_as_a_form_with_words(made):
    for path in paths(made, "*-signed.pdf"):
        pdf, elements = tree_of(path.read_bytes())
        archive, before = tree_of(path.with_name(path.name.replace("signed", "archive")).read_bytes())
        assert [str(each.S) for each in elements] == [*(str(each.S) for each in before), "/Form"]
        field = elements[-1].K.Obj
        tree = pdf.Root.StructTreeRoot
        known = dict(zip(list(tree.ParentTree.Nums)[::2], list(tree.ParentTree.Nums)[1::2], strict=True))
        assert known[field.StructParent].objgen == elements[-1].objgen
        assert tree.ParentTreeNextKey == archive.Root.StructTreeRoot.ParentTreeNextKey + 1 == len(known)
        assert elements[-1].P.objgen == tree.K[0].objgen
        assert str(field.Subtype) == "/Widget"
        assert str(field.TU)


@pytest.mark.parametrize(
    ("language", "spoken"), [("uk", "uk-Latn"), ("sr-Cyrl", "sr-Latn"), ("bg", "bg-Latn")]
)
def test_a_name_in_latin_script_is_marked_as_such(design, language, spoken):
    _, elements = tree_of(certificate_archive.write(of_kind(ALL[language], design), design, None))
    assert [str(each.Lang) for each in elements if "/Lang" in each] == [spoken]


def test_the_information_and_the_metadata_say_the_same(design):
    snapshot = dataclasses.replace(of_kind(CZECH, design), issuer_name="Obec <Ř> & spol.")
    pdf, _ = tree_of(certificate_archive.write(snapshot, design, None))
    said = pdf.open_metadata()
    assert said["dc:title"] == str(pdf.docinfo["/Title"]) == "Osvědčení CZ-2026-000123"
    assert said["dc:creator"] == [str(pdf.docinfo["/Author"])] == [snapshot.issuer_name]
    assert said["pdf:Keywords"] == str(pdf.docinfo["/Keywords"])
    assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("1", "B")


def test_the_archive_copy_is_small(design):
    assert len(certificate_archive.write(of_kind(hardest("sr-Cyrl"), design), design, None)) <= 60_000


def test_the_archive_copy_looks_like_the_specimen():
    document = certificate_archive.write(ENGLISH, load(STANDARD), None)
    golden = (STANDARD.parents[1] / "tests/formats/golden/certificate_en.txt").read_text(encoding="utf-8")
    assert words_of(document) == golden.replace("\n", " ").strip()
