"""T3: tokens planted in every row of one region, looked for in every byte that another region's people get."""

import io
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from itertools import product
from urllib.parse import urlencode, urlsplit

import pytest

from app.foundation.db import session
from app.foundation.queue import OutboxJob
from app.jobs import worker
from tests.security.cast import AWAY, HOME
from tests.security.stage import Stage

LOOKERS = {
    "coordinator": AWAY,
    "auditor": AWAY,
    "manager": AWAY,
    "head-of-office": AWAY,
    "trainer": AWAY,
    "admin-of-region": AWAY,
    "coordinator-without-unit": AWAY,
    "learner": AWAY,
    "anonymous": AWAY,
    "away.official": HOME,
}
"""Who looks, and the region of which she must see no byte."""
REPORTS = (
    "/reports/progress",
    "/reports/progress/people",
    "/reports/completions",
    "/reports/certificates",
    "/reports/coverage",
    "/manage/people",
)
PUBLISHED = {"course.title"}
"""What the catalogue shows to everyone, and what every teacher reads; reports of another region must not name it."""
PUBLIC = ("/courses", "/teach/courses")
SHAPES: tuple[dict[str, str], ...] = (
    {},
    {"format": "csv"},
    {"format": "csv", "dialect": "excel"},
    {"format": "xlsx"},
    {"format": "json"},
    {"format": "csv", "bundle": "zip"},
    {"format": "xlsx", "bundle": "zip"},
    {"format": "ods"},
    {"format": "pdf"},
)


def unpacked(name: str, data: bytes) -> Iterator[bytes]:
    """Yield the bytes of a file, of everything packed in it, and the text of a PDF."""
    yield data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.namelist():
                yield entry.encode()
                yield from unpacked(entry, archive.read(entry))
    if data.startswith(b"%PDF") and shutil.which("pdftotext"):
        yield subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True).stdout


def foreign(stage: Stage, region: str, address: str, data: bytes) -> list[str]:
    """Return what stands in a response of what a region keeps to itself, but for what its address says itself."""
    is_public = urlsplit(address).path == "/" or address.startswith(PUBLIC)
    whole = b"\n".join(unpacked(address, data))
    return [
        f"{address}: {what} of {region}"
        for token, what in stage.cast.tokens[region].items()
        if token.encode() in whole and token not in address and not (is_public and what in PUBLISHED)
    ]


@pytest.mark.parametrize("looker", LOOKERS)
def test_no_page_and_no_file_that_people_are_led_to_holds_a_byte_of_another_region(stage, looker):
    region = LOOKERS[looker]
    seen = stage.visited(looker)
    found = [leak for address, body in seen.bodies() for leak in foreign(stage, region, address, body)]
    assert not found, "\n".join(found)
    assert len(seen.answers) > 10


def tampered(stage: Stage, region: str) -> Iterator[str]:
    """Yield addresses that somebody makes up: other units, courses, periods, pages, persons."""
    codes = {HOME: ("CZ-K3107", "CZ-O6115", "596230"), AWAY: ("CZ-K3131", "CZ-O7213", "CZ-P72131", "585068")}[
        region
    ]
    units = [
        *codes,
        "CZ",
        "RS",
        "",
        "%",
        "CZ-K%",
        "585068' OR '1'='1",
        "1.",
        stage.cast.paths[region],
        "*",
        "null",
    ]
    for report, unit in product(REPORTS, units):
        for shape in SHAPES if report == "/reports/completions" else SHAPES[:1]:
            yield f"{report}?{urlencode({'unit': unit, **shape})}"
    yield from _odd_filters(stage, region, codes)
    for first, second in ((codes[0], ""), ("", codes[0])):
        yield f"/reports/completions?unit={first}&unit={second}&format=csv"
    yield from of_things(stage, region)


def of_things(stage: Stage, region: str) -> Iterator[str]:
    """Yield the addresses of a region's own things, each under doors that are not its."""
    for kind in stage.cast.things:
        thing = stage.cast.things[kind].get(region)
        if thing is not None:
            yield from (
                f"{base}/{thing.value}"
                for base in ("/manage/people", "/admin/mail", "/reports/files", "/attempts")
            )


def _odd_filters(stage: Stage, region: str, codes: tuple[str, ...]) -> Iterator[str]:
    person = stage.cast.things["person"][region].value
    odd = (
        {"course": f"{region}-course"},
        {"course": f"{region}-second", "state": "completed"},
        {"track": "open-data"},
        {"result": "passed"},
        {"result": "failed' OR 1=1 --"},
        {"from": "1900-01-01", "to": "2999-12-31"},
        {"q": person},
        {"q": ""},
        {"q": "%"},
        {"person": person, "person_id": person, "public_id": person},
        {"unit_path": stage.cast.paths[region], "path": stage.cast.paths[region], "scope": "everything"},
        {
            "region": codes[0],
            "region_code": codes[0],
            "municipality": codes[-1],
            "municipality_code": codes[-1],
        },
        {"everything": "1", "is_system": "1", "role": "admin", "actor": "system"},
    )
    for report, given, shape in product(REPORTS, odd, SHAPES[:4]):
        if not shape or report == "/reports/completions":
            yield f"{report}?{urlencode({**given, **shape})}"


@pytest.mark.parametrize(
    "looker", ["coordinator", "manager", "head-of-office", "coordinator-without-unit", "away.official"]
)
def test_no_address_that_people_make_up_holds_a_byte_of_another_region(stage, looker):
    region = LOOKERS[looker]
    client = stage.client(looker)
    found: list[str] = []
    tried = 0
    for address in tampered(stage, region):
        answer = client.get(address)
        assert answer.status_code < 500, address
        found += foreign(stage, region, address, answer.get_data())
        found += foreign(stage, region, address, repr(list(answer.headers)).encode())
        tried += 1
    assert not found, "\n".join(found)
    assert tried > 200


def test_a_coordinators_file_holds_as_many_rows_as_her_region_has(stage):
    rows = stage.client("coordinator").get("/reports/completions?format=json").get_json()
    assert "CZ-K3131" not in {row["region_code"] for row in rows}
    assert {row["region_code"] for row in rows} == {"CZ-K3107"}
    assert stage.client("coordinator-without-unit").get("/reports/completions?format=json").get_json() == []


def handed(stage: Stage, looker: str) -> Iterator[tuple[str, bytes]]:
    """Yield what somebody gets who takes certificates along in every way."""
    client = stage.client(looker)
    for handout, state in (("files", "all"), ("files", "valid"), ("print", "valid"), ("list", "valid")):
        answer = client.post("/reports/certificates", data={"handout": handout, "state": state})
        if answer.status_code != 302:
            yield "/reports/certificates", answer.get_data()
            continue
        waiting = answer.headers["Location"]
        yield "/reports/certificates", client.get(waiting).get_data()
        with stage.acting():
            job_id = session().query(OutboxJob.id).order_by(OutboxJob.id.desc()).limit(1).scalar()
        assert worker.perform(stage.app, job_id)
        with client.get(waiting.removesuffix("/wait")) as file:
            assert file.status_code == 200
            yield waiting, file.get_data()


@pytest.mark.parametrize("looker", LOOKERS)
def test_no_certificate_that_is_handed_over_is_of_another_region(stage, looker):
    if looker == "anonymous":
        assert stage.client(looker).post("/reports/certificates").status_code in {302, 401, 403}
        return
    found = [
        leak
        for address, body in handed(stage, looker)
        for leak in foreign(stage, LOOKERS[looker], address, body)
    ]
    assert not found, "\n".join(found)


def test_a_region_is_handed_its_own_certificates(stage):
    """The positive control: names in the ZIP, in its documents, in the print file and in the list are found."""
    for address, body in handed(stage, "away.official"):
        if body.startswith((b"PK", b"%PDF")):
            assert foreign(stage, AWAY, address, body)


def test_the_tokens_are_seen_by_those_whom_they_belong_to(stage):
    """The positive control: the coordinator of the region sees them, so the search does find them."""
    seen = stage.visited("away.official")
    found = [leak for address, body in seen.bodies() for leak in foreign(stage, AWAY, address, body)]
    assert len(found) > 10
    file = stage.client("away.official").get("/reports/completions?format=xlsx").get_data()
    assert foreign(stage, AWAY, "/x", file)
