"""Letters as files: what a person reads of them, whatever else they hold."""

import pytest

from app.formats import mail_file


def test_the_text_of_a_letter_is_read_and_its_html_left():
    data = (
        b"To: Eva <eva@example.org>\r\nSubject: =?utf-8?q?Pozv=C3=A1nka?=\r\nDate: Sun, 22 Nov 2026 19:43:40 +0000\r\n"
        b'Content-Type: multipart/alternative; boundary="x"\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n'
        b"Content-Transfer-Encoding: 8bit\r\n\r\nAhoj \xc4\x8d\r\n"
        b"--x\r\nContent-Type: text/html\r\n\r\n<b>x</b>\r\n--x--\r\n"
    )
    letter = mail_file.read(data)
    assert (letter.recipient, letter.subject) == ("eva@example.org", "Pozvánka")
    assert letter.text.strip() == "Ahoj č"
    assert letter.at.isoformat() == "2026-11-22T19:43:40+00:00"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\xff\xfe",
        b"Subject: x",
        b"To: \r\nDate: never\r\nSubject: \r\n\r\nx",
        b"To: a@b.c, d@e.f\r\n\r\nx",
        b"Content-Type: text/plain; charset=klingon\r\n\r\nx",
        b"Content-Type: text/html\r\n\r\n<script>x</script>",
        b"Content-Type: multipart/mixed\r\n\r\nx",
    ],
)
def test_a_file_that_is_no_proper_letter_is_read_as_far_as_it_goes(data):
    letter = mail_file.read(data)
    assert "<script" not in letter.text
    assert isinstance(letter.subject, str)
