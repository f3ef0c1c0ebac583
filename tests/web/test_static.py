"""Static files: their names, their headers, and what a style sheet refers to."""

import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from app.web import static

ROOT = Path(__file__).parents[2]
OURS = ROOT / "app/web/static"


def site(folder, **config):
    app = Flask("site", static_folder=None)
    app.config.update(config)
    static.install(app, folder)
    return app


@pytest.fixture
def folder(tmp_path):
    for path, content in {
        "css/look.css": "@font-face{src:url(../vendor/f/font.woff2)} a{color:teal}" + " " * 500,
        "js/act.js": "act();",
        "favicon.ico": "icon",
        "vendor/f/font.woff2": "font",
        "vendor/f/LICENSE": "licence",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    return tmp_path


def address(app, path):
    return app.jinja_env.globals["asset"](path)


def test_an_address_holds_the_hash_of_the_content(folder):
    app = site(folder)
    first = address(app, "js/act.js")
    assert re.fullmatch(r"/static/js/act\.[0-9a-f]{12}\.js", first)
    (folder / "js/act.js").write_text("act(twice);")
    static.pack.cache_clear()
    assert address(site(folder), "js/act.js") != first


def test_a_hashed_file_is_kept_for_ever(folder):
    app = site(folder)
    response = app.test_client().get(address(app, "js/act.js"))
    assert response.status_code == 200
    assert response.data == b"act();"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in response.headers


def test_over_https_static_files_say_that_https_stays(folder):
    app = site(folder, PREFERRED_URL_SCHEME="https")
    assert "Strict-Transport-Security" in app.test_client().get(address(app, "js/act.js")).headers


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, br", "gzip"),
        ("br;q=1.0, gzip;q=0.8", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.0, identity", None),
        ("identity", None),
        ("", None),
    ],
)
def test_a_browser_gets_gzip_when_it_takes_gzip(folder, accepted, encoding):
    app = site(folder)
    response = app.test_client().get(address(app, "css/look.css"), headers={"Accept-Encoding": accepted})
    assert response.headers.get("Content-Encoding") == encoding
    assert response.headers["Vary"] == "Accept-Encoding"
    body = gzip.decompress(response.data) if encoding else response.data
    assert b"color:teal" in body
    assert int(response.headers["Content-Length"]) == len(response.data)


def test_fonts_are_not_compressed_twice(folder):
    app = site(folder)
    path = address(app, "vendor/f/font.woff2")
    response = app.test_client().get(path, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers
    assert response.headers["Content-Type"] == "font/woff2"


def test_what_the_browser_has_is_not_sent_again(folder):
    app = site(folder)
    client = app.test_client()
    path = address(app, "css/look.css")
    first = client.get(path, headers={"Accept-Encoding": "gzip"})
    again = client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    plain = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert plain.status_code == 200


def test_head_has_the_length_and_no_body(folder):
    app = site(folder)
    response = app.test_client().head(address(app, "js/act.js"))
    assert (response.status_code, response.data, response.headers["Content-Length"]) == (200, b"", "6")


def test_only_reading_is_allowed(folder):
    app = site(folder)
    response = app.test_client().post(address(app, "js/act.js"))
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"


def test_a_style_sheet_names_its_fonts_by_their_hash(folder):
    app = site(folder)
    client = app.test_client()
    sheet = client.get(address(app, "css/look.css")).text
    reference = re.search(r"url\(\.\./vendor/f/(font\.[0-9a-f]{12}\.woff2)\)", sheet)
    assert client.get(f"/static/vendor/f/{reference[1]}").data == b"font"


def test_a_style_sheet_that_names_a_missing_file_stops_the_start(folder):
    (folder / "css/look.css").write_text("a{background:url(gone.png)}")
    with pytest.raises(KeyError, match=r"css/gone\.png"):
        site(folder)


def test_names_without_hash_licences_and_paths_outside_have_no_address(folder):
    client = site(folder).test_client()
    for path in ("/static/js/act.js", "/static/vendor/f/LICENSE", "/static/../static.py", "/static/"):
        assert client.get(path).status_code == 404, path


def test_the_icon_that_browsers_ask_for_is_there_for_a_day(folder):
    response = site(folder).test_client().get("/favicon.ico")
    assert (response.data, response.headers["Cache-Control"]) == (b"icon", "public, max-age=86400")


def test_a_file_that_does_not_exist_is_an_error_where_it_is_named(folder):
    with pytest.raises(LookupError, match=r"css/none\.css"):
        address(site(folder), "css/none.css")


def test_other_addresses_reach_the_application(folder):
    app = site(folder)
    app.add_url_rule("/here", view_func=lambda: "page")
    assert app.test_client().get("/here").text == "page"


def test_the_vendored_files_are_those_of_the_lock():
    done = subprocess.run(
        [sys.executable, "deploy/vendor.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_nothing_that_may_be_used_on_gov_uk_only_is_here():
    for path in OURS.rglob("*"):
        assert not re.search(r"crest|crown|govuk-logo|\.woff$|gds", path.name.lower()), path
    for sheet in OURS.rglob("*.css"):
        text = sheet.read_text("utf-8")
        assert "GDS Transport" not in text
        assert "@import" not in text
        assert not re.search(r"url\([^)]*(//|data:)", text)


def first_visit(*subsets):
    names, answers = static.pack(OURS, is_https=False)
    fonts = [
        f"vendor/noto-sans/noto-sans-{subset}-{weight}-normal.woff2"
        for subset in subsets
        for weight in (400, 700)
    ]
    frame = ["vendor/govuk-frontend/govuk-frontend.css", "css/gradivo.css", "js/gradivo.js", "favicon.svg"]
    parts = [answers[static.PREFIX + names[path]] for path in (*frame, *fonts)]
    return len(parts), sum(len(part.gzipped or part.body) for part in parts)


@pytest.mark.parametrize(
    ("language", "subsets"),
    [
        ("en", ("latin",)),
        ("cs", ("latin", "latin-ext")),
        ("uk", ("latin", "cyrillic")),
        ("uk with Czech names", ("latin", "latin-ext", "cyrillic")),
    ],
)
def test_styles_fonts_and_script_of_a_first_visit_leave_room_for_the_page(language, subsets):
    requests, size = first_visit(*subsets)
    assert requests <= 11, language
    assert size <= 215_000, language
