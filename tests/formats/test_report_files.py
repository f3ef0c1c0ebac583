"""Rows as JSON, and a ZIP that is made while it is sent."""

import io
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.formats.report_files import bundle, stream_json, write_meta

HEADER = ("name", "hours", "score", "day", "nothing")
AT = datetime(2026, 8, 15, 10, 11, 12, tzinfo=UTC)


def test_rows_become_objects_with_typed_values():
    rows = [('Ђорђе "x"\n', Decimal(2), Decimal("66.67"), date(2026, 3, 31), None)]
    assert json.loads(b"".join(stream_json(HEADER, rows))) == [
        {"name": 'Ђорђе "x"\n', "hours": 2, "score": 66.67, "day": "2026-03-31", "nothing": None}
    ]


@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1500])
def test_any_number_of_rows_is_one_array(count):
    pieces = list(stream_json(("n",), ((number,) for number in range(count))))
    assert json.loads(b"".join(pieces)) == [{"n": number} for number in range(count)]
    assert pieces[0] == b"["


def test_what_has_no_place_in_a_report_is_refused():
    with pytest.raises(TypeError):
        list(stream_json(("x",), [(object(),)]))


def test_the_note_reads_as_it_was_asked():
    facts = {"at": AT, "unit": "Žďár", "hours": Decimal("2.5"), "none": None}
    assert json.loads(write_meta(facts)) == {
        "at": "2026-08-15T10:11:12+00:00",
        "unit": "Žďár",
        "hours": 2.5,
        "none": None,
    }


def test_a_bundle_comes_in_pieces_and_is_whole():
    lines = [f"line {number}\r\n".encode() * 1000 for number in range(50)]
    taken = []

    def pieces():
        for line in lines:
            taken.append(len(taken))
            yield line

    stream = bundle((("a.csv", pieces()), ("a.csv.meta.json", (b"{}",))), AT)
    first = next(stream)
    assert len(taken) == 1
    archive = zipfile.ZipFile(io.BytesIO(first + b"".join(stream)))
    assert archive.testzip() is None
    assert archive.read("a.csv") == b"".join(lines)
    assert archive.infolist()[0].date_time == (2026, 8, 15, 10, 11, 12)
    assert archive.namelist() == ["a.csv", "a.csv.meta.json"]
