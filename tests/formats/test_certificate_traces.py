"""What a file names is found wherever it stands, and no bytes do any harm."""

import zlib
from random import Random

import pytest

from app.formats import certificate_traces
from app.formats.certificate_traces import STREAMS, Named
from app.foundation import ids

CODE = "ABCDE-FGHJK-23456-MNPQR-STUVW-XYZ89"
NUMBER = "CZ-ZR-2026-000123"
SAID = f"{NUMBER}, {CODE}".encode()
BOTH = Named((CODE,), (NUMBER,))


def stream(content: bytes) -> bytes:
    return b"1 0 obj <</Filter /FlateDecode>> stream\r\n" + zlib.compress(content) + b"\r\nendstream endobj"


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4 /Keywords (" + SAID + b")",
        f"\ufeff{NUMBER}, {CODE}".encode("utf-16-be"),
        b"%PDF-1.7\n" + stream(b"<xmp>" + SAID + b"</xmp>"),
        stream(b"nothing") + stream(SAID) + b"stream\nno zlib here",
        stream(SAID)[:-21],
    ],
    ids=["plain", "utf-16", "packed", "second stream", "cut off"],
)
def test_code_and_number_are_found(data):
    assert certificate_traces.find(data) == BOTH


@pytest.mark.parametrize(
    "text",
    [CODE[:-1], f"{CODE}A", f"A{CODE}", CODE.lower(), CODE.replace("Z", "O"), "2026-000123", "CZ-26-123456"],
)
def test_what_is_no_code_and_no_number_is_not_found(text):
    assert certificate_traces.find(text.encode()) == Named((), ())


def test_every_code_that_is_drawn_is_known_as_one():
    for _ in range(500):
        code = ids.code()
        assert certificate_traces.find(code.encode()).codes == (code,)


def test_of_many_names_a_few_count():
    found = certificate_traces.find(b" ".join(ids.code().encode() for _ in range(1000)))
    assert len(found.codes) == certificate_traces.MOST


def test_a_bomb_is_unpacked_no_further_than_there_is_room():
    bomb = stream(b"\0" * 60_000_000)
    assert len(bomb) < 1_000_000
    assert certificate_traces.find(bomb * 4 + SAID) == BOTH


def test_no_bytes_do_harm():
    dice = Random(11)
    for size in (0, 1, 100, 10_000, 1_000_000):
        assert certificate_traces.find(dice.randbytes(size)) == Named((), ())
    assert certificate_traces.find(b"stream\n" * 140_000) == Named((), ())


def test_streams_are_looked_into_up_to_a_number_for_each_of_them_costs():
    few, many = (b"stream\n" * count + stream(SAID) for count in (STREAMS - 1, STREAMS))
    assert certificate_traces.find(few) == BOTH
    assert certificate_traces.find(many) == Named((), ())
