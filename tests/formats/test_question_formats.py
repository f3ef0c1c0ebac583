"""The table of formats: what a file is, by its first letters."""

import pytest

from app.formats.question_exchange import Unreadable
from app.formats.question_formats import FORMATS, WRITABLE, read_as, recognise


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"One?{T}", "gift"),
        (b"<b>One</b>?{T}", "gift"),
        (b"", "gift"),
        (b"One?\r\nA. a\r\nB. b\r\nANSWER: A\r\n", "aiken"),
        ("Jedna?\nA. a\nB. b\nANSWER: A\n".encode("utf-16"), "aiken"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<quiz></quiz>', "moodle-xml"),
        ('<?xml version="1.0"?><quiz/>'.encode("utf-16"), "moodle-xml"),
        (b'<?xml version="1.0"?><assessmentItem/>', "qti"),
        (b"<imsqti:assessmentItem/>", "qti"),
        (b"PK\x03\x04...", "qti"),
    ],
)
def test_a_format_is_recognised_by_its_content(data, name):
    assert recognise(data) == name


def test_the_table_holds_what_the_command_offers():
    assert set(FORMATS) == {"gift", "moodle-xml", "aiken", "qti"}
    assert set(WRITABLE) == {"gift", "moodle-xml", "aiken"}


def test_a_format_that_is_not_there_is_refused():
    with pytest.raises(Unreadable):
        read_as(("word", b"x"))
