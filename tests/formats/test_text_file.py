"""An edited text goes back into its file's own line ends and byte order mark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats.text_file import read_text, write_text


@pytest.mark.parametrize(
    ("original", "text", "wanted"),
    [
        (b"a\nb\n", "a\nc\n", b"a\nc\n"),
        (b"a\r\nb\r\n", "a\nc\n", b"a\r\nc\r\n"),
        (b"a\r\nb\r\n", "a\r\nc\r\n", b"a\r\nc\r\n"),
        (b"\xef\xbb\xbfa\n", "a\nb\n", b"\xef\xbb\xbfa\nb\n"),
        (b"a\r\nb\nc\r\nd\n", "a\nb\nnew\nc\nd\n", b"a\r\nb\nnew\nc\r\nd\n"),
        (b"a\r\nb\r\nc\n", "a\nnew\nb\nc\n", b"a\r\nnew\r\nb\r\nc\n"),
        (b"a\rb\r", "a\nc\n", b"a\rc\r"),
        (b"no end", "no end\n", b"no end\n"),
        (b"", "new\r\n", b"new\n"),
    ],
)
def test_lines_that_are_not_touched_keep_their_ends(original, text, wanted):
    assert write_text(text, original) == wanted


@given(st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=300))
def test_what_is_read_and_written_unchanged_is_the_same_file(text):
    data = text.encode()
    shown = read_text(data)
    assert write_text(shown, data) == data


@given(
    st.lists(st.sampled_from(["a", "b", ""]), max_size=20),
    st.lists(st.sampled_from(["\n", "\r\n", "\r"]), max_size=20),
)
def test_mixed_line_ends_survive(lines, ends):
    data = "".join(line + end for line, end in zip(lines, ends, strict=False)).encode()
    assert write_text(read_text(data), data) == data


@pytest.mark.parametrize("data", [b"\xff\xfe", b"caf\xe9", b"a\x00b"])
def test_what_is_no_text_is_not_shown_as_text(data):
    assert read_text(data) is None


def test_a_browser_that_sends_crlf_changes_nothing():
    assert write_text("a\r\nb\r\n", b"a\nb\n") == b"a\nb\n"
