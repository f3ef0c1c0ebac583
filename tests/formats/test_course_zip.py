"""Archives: a course goes in and comes out unchanged, and nothing else comes in."""

import io
import stat
import struct
import tracemalloc
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.formats.course_zip import ArchiveRefused, read_zip, write_zip
from tests.formats.sample_course import sample_course


def archive(entries, method=zipfile.ZIP_DEFLATED):
    """Return an archive of (name or ZipInfo, content)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        for entry, content in entries:
            made.writestr(entry, content)
    return buffer.getvalue()


def entry(name, mode=stat.S_IFREG | 0o644, system=3):
    info = zipfile.ZipInfo(name)
    info.create_system = system
    info.external_attr = mode << 16
    return info


def raw(name):
    """Return an entry whose name zipfile does not tidy."""
    info = zipfile.ZipInfo("x")
    info.filename = name
    return info


GOOD = ("course/course.yaml", b"id: course\n")


def test_a_course_comes_out_as_it_went_in():
    files = sample_course()
    assert read_zip(write_zip("reading-registers", files)) == ("reading-registers", files)


def test_the_same_files_make_the_same_archive():
    files = sample_course()
    assert write_zip("a", files) == write_zip("a", dict(reversed(files.items())))


def test_a_course_may_lie_at_the_top_of_the_archive():
    assert read_zip(archive([("course.yaml", b"x"), ("en/01-a.md", b"y")])) == (
        "",
        {"course.yaml": b"x", "en/01-a.md": b"y"},
    )


def test_folders_and_ignored_files_are_left_out():
    made = archive([
        GOOD,
        ("course/en/", b""),
        ("__MACOSX/course/._x", b"z"),
        ("course/.DS_Store", b"z"),
        ("course/_a.md", b""),
    ])
    assert read_zip(made) == ("course", {"course.yaml": b"id: course\n"})


def links():
    for mode in (stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK):
        yield [GOOD, (entry("course/en/01-a.md", mode | 0o777), b"/etc/passwd")]
    yield [GOOD, (entry("course/media", stat.S_IFLNK | 0o777), b"/etc"), ("course/media/passwd", b"x")]


NAMES = [
    "../x.md",
    "course/../../x.md",
    "course/../x.md",
    "/etc/passwd",
    "//etc/passwd",
    "course//x.md",
    "course/./x.md",
    "C:/x.md",
    "C:x.md",
    "course\\..\\x.md",
    "\\\\host\\x.md",
    "course/x.md\\",
    "course/ x.md",
    "course/x.md ",
    "course/x\n.md",
    "course/x\r.md",
    "course/x\u202e.md",
    "course/x\u200b.md",
    "course/x\x1b.md",
    "course/" + "x" * 300 + ".md",
    "./x.md",
    "..",
    ".",
    "",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("name", NAMES)
def test_no_path_leads_outside_or_has_odd_letters(name):
    with pytest.raises(ArchiveRefused):
        read_zip(archive([GOOD, (raw(name), b"x")]))


@pytest.mark.parametrize("entries", list(links()))
def test_links_and_special_files_are_refused(entries):
    with pytest.raises(ArchiveRefused, match="link or a special file"):
        read_zip(archive(entries))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "names",
    [
        ["course/en/a.md", "course/en/a.md"],
        ["course/en/a.md", "course/EN/A.md"],
        ["course/en/a.md", "course/en/a.md/"],
        ["course/en/ä.md", "course/en/a\u0308.md"],
        ["course/en", "course/en/a.md"],
        ["course/course.yaml"],
    ],
)
def test_no_name_stands_twice(names):
    with pytest.raises(ArchiveRefused, match="twice"):
        read_zip(archive([GOOD, *((name, b"" if name.endswith("/") else b"x") for name in names)]))


def lying(size):
    """Return an archive whose directory says that an entry has another size than it has."""
    made = bytearray(archive([GOOD, ("course/en/a.md", b"a" * 1000)]))
    place = made.rindex(b"PK\x01\x02")
    made[place + 24 : place + 28] = struct.pack("<I", size)
    return bytes(made)


def encrypted():
    made = bytearray(archive([GOOD]))
    place = made.rindex(b"PK\x01\x02")
    made[place + 8 : place + 10] = struct.pack("<H", 1)
    return bytes(made)


BOMBS = {
    "one file": lambda: archive([GOOD, ("course/media/a.mp4", bytes(49_000_000))]),
    "one text": lambda: archive([GOOD, ("course/en/a.md", bytes(10_000_000))]),
    "many files": lambda: archive([
        GOOD,
        *((f"course/media/{number}.png", bytes(990_000)) for number in range(150)),
    ]),
    "too much": lambda: archive([
        GOOD,
        *((f"course/media/{number}.pdf", bytes(9_900_000)) for number in range(25)),
    ]),
    "too many": lambda: archive([GOOD, *((f"course/en/{number}.md", b"") for number in range(2_100))]),
    "in another method": lambda: archive([GOOD, ("course/en/a.md", b"x")], zipfile.ZIP_BZIP2),
    "in a third method": lambda: archive([GOOD, ("course/en/a.md", b"x")], zipfile.ZIP_LZMA),
    "encrypted": encrypted,
    "smaller than it says": lambda: lying(5_000),
    "larger than it says": lambda: lying(10),
    "huge by its word": lambda: lying(4_000_000_000),
    "no archive": lambda: b"no archive",
    "nothing": lambda: b"",
    "an empty archive": lambda: archive([]),
    "cut off": lambda: archive([GOOD])[:-30],
    "cut at the front": lambda: archive([GOOD, ("course/en/a.md", b"x" * 500)])[60:],
    "no course": lambda: archive([("course/readme.md", b"x")]),
    "two courses": lambda: archive([GOOD, ("other/course.yaml", b"x")]),
    "files beside the folder": lambda: archive([GOOD, ("readme.md", b"x")]),
    "a folder with content": lambda: archive([GOOD, (entry("course/en/", stat.S_IFDIR | 0o755), b"x")]),
    "a name in an unknown encoding": lambda: archive([GOOD, ("course/media/č.png", b"x")]).replace(
        "č".encode(), b"\x80\x81"
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_no_course_is_refused_before_it_is_unpacked(name):
    data = BOMBS[name]()
    tracemalloc.start()
    with pytest.raises(ArchiveRefused) as raised:
        read_zip(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000
    assert raised.value.field == "file"
    assert str(raised.value)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=4))
def test_a_damaged_archive_is_read_or_refused(place, bytes_):
    data = bytearray(write_zip("reading-registers", sample_course()))
    place %= len(data)
    data[place : place + len(bytes_)] = bytes_
    with suppress(ArchiveRefused):
        read_zip(bytes(data))
