"""Tampering: of everything that is not the bytes that were issued, nothing is called genuine."""

import io
import subprocess
from collections.abc import Iterator
from random import Random

import pikepdf
import pytest
from flask import Flask
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from app.workflows import verifying
from tests.conftest import open_app
from tests.workflows.documents import issue, signed

FLIPS, UPDATES = 1000, 50
RESAVED = (
    ["--linearize"],
    ["--object-streams=generate", "--recompress-flate", "--compression-level=9"],
    ["--qdf", "--object-streams=disable"],
    ["--stream-data=uncompress"],
    ["--encrypt", "", "owner", "256", "--"],
)


@pytest.fixture
def app(request) -> Iterator[Flask]:
    """Run on SQLite: what is tried here is no matter of the engine."""
    yield from open_app(request.getfixturevalue("sqlite_app"))


@pytest.fixture
def eva(land):
    """A certificate with both of its copies."""
    return issue("eva@example.org", "Nováková")


@pytest.fixture
def jana(land):
    """Another's."""
    return issue("jana@example.org", "Dvořáková")


def is_changed(content, *certificates) -> bool:
    """Tell whether a file is seen to be changed, and names these certificates alone."""
    found = verifying.recognise(content)
    return found.certificate is None and found.numbers == sorted(each.number for each in certificates)


def saved(pdf) -> bytes:
    made = io.BytesIO()
    pdf.save(made)
    return made.getvalue()


def test_of_a_thousand_flipped_bytes_none_is_taken_for_genuine_and_each_is_seen(eva):
    original, dice, seen = signed(eva), Random(20261123), 0
    for _ in range(FLIPS):
        changed = bytearray(original)
        changed[dice.randrange(len(original))] ^= dice.randrange(1, 256)
        found = verifying.recognise(bytes(changed))
        assert found.certificate is None
        seen += eva.number in found.numbers
    assert seen == FLIPS


def test_whatever_is_added_after_signing_is_a_change(eva):
    original = signed(eva)
    for number in range(UPDATES):
        update = IncrementalPdfFileWriter(io.BytesIO(original))
        update.root[f"/Added{number}"] = generic.pdf_string("Passed with honours")
        update.update_root()
        made = io.BytesIO()
        update.write(made)
        assert made.getvalue().startswith(original)
        assert is_changed(made.getvalue(), eva)
    assert is_changed(original + b"\n", eva)
    assert is_changed(original[:-1], eva)


def test_pages_that_changed_places_are_a_change(eva, jana):
    for one, other in ((eva, jana), (jana, eva)):
        with pikepdf.open(io.BytesIO(signed(one))) as pdf, pikepdf.open(io.BytesIO(signed(other))) as foreign:
            pdf.add_pages_from(foreign)
            del pdf.pages[0]
            assert is_changed(saved(pdf), eva, jana)


def test_anothers_code_and_number_make_nothing_genuine(eva, jana):
    with pikepdf.open(io.BytesIO(signed(eva))) as pdf:
        pdf.docinfo["/Keywords"] = f"{jana.number}, {jana.code}"
        for annotation in pdf.pages[0].Annots:
            if "/A" in annotation:
                annotation.A.URI = pikepdf.String(jana.snapshot["verify_url"])
        found = verifying.recognise(saved(pdf))
    assert found.certificate is None
    assert jana.number in found.numbers


@pytest.mark.parametrize("options", RESAVED, ids=lambda options: options[0])
def test_a_file_that_another_program_saved_again_is_a_change(eva, tmp_path, options):
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    first.write_bytes(signed(eva))
    subprocess.run(["qpdf", *options, first, second], check=True, capture_output=True)
    found = verifying.recognise(second.read_bytes())
    assert found.certificate is None
    assert list(found.numbers) == ([] if "--encrypt" in options else [eva.number])


def test_a_certificate_that_was_made_by_somebody_else_is_not_ours(eva):
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.docinfo["/Keywords"] = "CZ-2026-999999, AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA"
        assert verifying.recognise(saved(pdf)) == verifying.Recognised(None, [])
    for content in (b"", b"%PDF-1.4", b"\0" * 1000, b"stream\n" * 100_000, Random(1).randbytes(100_000)):
        assert verifying.recognise(content) == verifying.Recognised(None, [])
