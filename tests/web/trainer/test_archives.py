"""What trainers upload: archives and media that are hostile are refused with clear words, and nothing is kept.

T11 (archives) and T8 (files served) of the security plan.
"""

import io
import re
import stat
import struct
import zipfile

import pytest
from sqlalchemy import select

from app.domain.catalogue.models import CourseDraft
from app.formats import course_zip
from app.formats.course_template import new_course
from app.foundation.db import session
from tests import world
from tests.web.visitors import Visitor

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>alert(1)</script><path d="M0 0h9"/></svg>'


def course(slug="sent", owner="CZ"):
    return {f"{slug}/{path}": data for path, data in new_course(slug, owner, "en", "Sent").items()}


def archive(files, method=zipfile.ZIP_DEFLATED):
    """Return a ZIP archive of entries by name; a ZipInfo may stand for a name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        for name, data in files:
            made.writestr(name, data)
    return buffer.getvalue()


def link(name, target):
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry, target


def lying(data):
    """Return an archive whose directory says that its largest entry is small."""
    place = data.rfind(b"PK\x01\x02")
    return data[: place + 24] + struct.pack("<I", 10) + data[place + 28 :]


def encrypted(data):
    place = data.find(b"PK\x01\x02")
    return data[: place + 8] + struct.pack("<H", 1) + data[place + 10 :]


def cases():
    whole = list(course().items())
    yield "no archive", b"%PDF-1.7 and so on"
    yield "nothing", b""
    yield "a torn archive", archive(whole)[:-40]
    yield "a gzip", b"\x1f\x8b\x08" + b"\x00" * 60
    yield "no course.yaml", archive([("sent/en/01-a.md", b"x")])
    yield "two folders", archive([*whole, ("other/course.yaml", b"x")])
    for name in (
        "../evil.md",
        "sent/../../evil.md",
        "/etc/evil.md",
        "C:/evil.md",
        "sent\\..\\evil.md",
        "sent/./x.md",
    ):
        yield f"a path outside: {name}", archive([*whole, (name, b"x")])
    for name in (
        "sent/a\x01.md",
        "sent/en/\u202edm.exe.md",
        "sent//x.md",
        "sent/x .md/ y.md",
        "sent/" + "l" * 300 + ".md",
    ):
        yield f"an odd path: {name[:20]!r}", archive([*whole, (name, b"x")])
    yield "a link", archive([*whole, link("sent/en/03-x.md", "/etc/passwd")])
    yield (
        "the same name twice",
        archive([*whole, ("sent/COURSE.YAML", b"x")]).replace(b"COURSE.YAML", b"course.yaml"),
    )
    yield "names that differ by case", archive([*whole, ("sent/COURSE.yaml", b"x")])
    yield (
        "a name that is a folder too",
        archive([*whole, ("sent/en/x.md", b"x"), ("sent/en/x.md/y.md", b"x")]),
    )
    yield "too many files", archive([*whole, *((f"sent/media/{place}.csv", b"") for place in range(2_001))])
    yield "a bomb", archive([*whole, ("sent/media/x.pdf", b"\x00" * 9_900_000)])
    yield (
        "a larger bomb",
        archive([*whole, *((f"sent/media/{n}.mp4", b"\x00" * 45_000_000) for n in range(5))]),
    )
    yield "a file over its limit", archive([*whole, ("sent/en/03-x.md", b"abcdefgh" * 30_000)])
    yield "a directory that lies", lying(archive([*whole, ("sent/en/03-x.md", b"long" * 9_000)]))
    yield "an encrypted entry", encrypted(archive(whole))
    yield "an odd method", archive(whole, zipfile.ZIP_LZMA)


CASES = dict(cases())


@pytest.mark.parametrize("case", CASES)
def test_t11_a_hostile_archive_is_refused_at_the_field(desk, case):
    files = {"file": (io.BytesIO(CASES[case]), "course.zip")}
    page = desk.browser.post("/teach/courses/upload", files, status=422).get_data(as_text=True)
    assert 'id="file-error"' in page
    assert session().scalars(select(CourseDraft)).all() == []


def upload(desk, data, status=302, **more):
    return desk.browser.post(
        "/teach/courses/upload", {"file": (io.BytesIO(data), "x.zip"), **more}, status=status
    )


def test_no_file_at_all_is_told_at_the_field(desk):
    page = desk.browser.post("/teach/courses/upload", {}, status=422).get_data(as_text=True)
    assert "Choose a ZIP archive." in page


@pytest.mark.parametrize("folder", ["sent/", "", "sent-main/"])
def test_an_archive_becomes_the_draft_and_comes_back_the_same(desk, folder):
    files = {path.replace("sent/", folder, 1): data for path, data in course().items()}
    assert upload(desk, archive(files.items())).headers["Location"] == "/teach/courses/sent"
    desk.slug = "sent"
    assert "Nothing to mend" in desk.page()
    answer = desk.browser.get("/teach/courses/sent/download")
    assert answer.mimetype == "application/zip"
    assert 'filename="sent.zip"' in answer.headers["Content-Disposition"]
    name, unpacked = course_zip.read_zip(answer.data)
    assert name == "sent"
    assert unpacked == {path.removeprefix("sent/"): data for path, data in course().items()}
    assert desk.browser.get("/teach/courses/sent/download").data == answer.data


def test_a_draft_is_replaced_by_an_archive_only_when_asked_for(desk):
    upload(desk, archive(course().items()))
    other = {**course(), "sent/en/03-third.md": b'---\ntitle: "Third"\nminutes: 5\n---\nText.\n'}
    page = upload(desk, archive(other.items()), status=422).get_data(as_text=True)
    assert 'id="replace-error"' in page
    upload(desk, archive(other.items()), replace="y")
    desk.slug = "sent"
    assert "03-third.md" in desk.page()


@pytest.mark.parametrize("owner", ["RS-APV", "NOWHERE"])
def test_an_archive_for_a_unit_of_others_is_refused(desk, owner):
    page = upload(desk, archive(course(owner=owner).items()), status=422).get_data(as_text=True)
    assert owner in page


def test_an_archive_of_a_course_of_others_is_refused(desk):
    world.person("rs@example.org", "80039", roles=(("trainer", "RS-APV"),))
    stranger = Visitor(desk.browser.app).sign_in("rs@example.org")
    sent = archive(course("open-data", "RS-APV").items())
    answer = stranger.post("/teach/courses/upload", {"file": (io.BytesIO(sent), "x.zip")}, status=422)
    assert "kept by others" in answer.get_data(as_text=True)


def put(desk, name, data, status=302, **more):
    return desk.send("/media", {"file": (io.BytesIO(data), name), **more}, status)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("page.html", b"<script>alert(1)</script>", "are not taken"),
        ("x.png", b"<html>", "is no png inside"),
        ("x.pdf", b"MZ\x90", "is no pdf inside"),
        ("x.svg", b"not a picture", "no svg inside"),
        ("x", b"a", "are not taken"),
        ("a\u202ex.png", PNG, "makes trouble"),
        ("a&b?.png", PNG, "makes trouble"),
    ],
)
def test_a_medium_is_judged_by_what_is_in_it(desk, name, data, words):
    desk.begin()
    page = put(desk, name, data, status=422).get_data(as_text=True)
    assert 'id="file-error"' in page
    assert words in page


def test_a_medium_of_the_same_name_is_replaced_only_when_asked_for(desk):
    desk.begin()
    put(desk, "../../x.png", PNG)
    assert "x.png" in desk.page()
    put(desk, "x.png", PNG)
    put(desk, "x.png", PNG + b"\x01", status=422)
    put(desk, "x.png", PNG + b"\x01", replace="y")


def test_t8_media_of_a_draft_are_shown_in_a_sandbox_to_those_who_may_change_it(desk):
    desk.begin()
    put(desk, "drawing.svg", SVG)
    desk.edit("en/01-first-module.md", "## ", "![A line](../media/drawing.svg)\n\n## ")
    address = re.search(
        r'src="(/teach/courses/my-course/media/[^"]+)"', desk.page("/preview/en/first-module")
    )[1]
    answer = desk.browser.get(address)
    assert answer.mimetype == "image/svg+xml"
    assert b"script" not in answer.data
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    public = address.removeprefix("/teach/courses/my-course")
    desk.browser.get(public, status=404)
    world.person("rs@example.org", "80039", roles=(("trainer", "RS-APV"),))
    world.person()
    Visitor(desk.browser.app).sign_in("rs@example.org").get(address, status=404)
    Visitor(desk.browser.app).sign_in("eva@example.org").get(address, status=403)
    Visitor(desk.browser.app).get(address, status=302)
    desk.browser.get(address.replace("drawing.svg", "other.svg"), status=404)
    desk.browser.get(re.sub("[0-9a-f]{64}", "0" * 64, address), status=404)
    desk.publish()
    published = desk.browser.client.get(public)
    assert published.status_code == 200
    published.close()


def test_a_picture_is_shown_on_its_page(desk):
    desk.begin()
    put(desk, "photo.png", PNG)
    page = desk.page("/files/media/photo.png")
    assert desk.browser.get(re.search(r'<img class="g-picture" src="([^"]+)"', page)[1]).data == PNG


def test_a_file_in_another_encoding_says_what_to_do(desk):
    files = {**course(), "sent/en/03-third.md": "Příliš žluťoučký".encode("cp1250")}
    upload(desk, archive(files.items()))
    desk.slug = "sent"
    assert "not UTF-8" in desk.page()
    assert "not UTF-8" in desk.page("/files/en/03-third.md")
