"""Whatever is sent, it is answered with 4xx at most: a clear page, and nothing written."""

import io
from collections.abc import Iterable, Iterator
from random import Random

import pytest
from flask.testing import FlaskClient

from app.foundation.db import db
from app.foundation.settings import SettingsError, from_env
from tests import world
from tests.conftest import KEY, environment, open_app
from tests.security.addresses import targets
from tests.security.stage import PARTS, Stage

PRODUCTION = {"SECRET_KEY": KEY, "BASE_URL": "https://learn.example.org"}
REFUSED_SETTINGS = (
    ({"SECRET_KEY": ""}, "SECRET_KEY"),
    ({"SECRET_KEY": "short"}, "SECRET_KEY"),
    ({"SECRET_KEY": "x" * 31}, "SECRET_KEY"),
    ({"SECRET_KEY": "x" * 64}, "SECRET_KEY"),
    ({"SECRET_KEY": "changeme" * 8}, "SECRET_KEY"),
    ({"SECRET_KEY": "1234567890" * 4}, "SECRET_KEY"),
    ({"BASE_URL": ""}, "BASE_URL"),
    ({"BASE_URL": "http://learn.example.org"}, "BASE_URL"),
    ({"BASE_URL": "https://"}, "BASE_URL"),
    ({"BASE_URL": "https://learn.example.org/path"}, "BASE_URL"),
    ({"BASE_URL": "ftp://learn.example.org"}, "BASE_URL"),
    ({"BASE_URL": "learn.example.org"}, "BASE_URL"),
    ({"BASE_URL": "https://user:password@learn.example.org"}, "BASE_URL"),
    ({"BASE_URL": "https://learn.example.org?x=1"}, "BASE_URL"),
    ({"BASE_URL": "https://learn.example.org:port"}, "BASE_URL"),
    ({"BASE_URL": "https://[learn.example.org"}, "BASE_URL"),
    ({"ENVIRONMENT": "development"}, "ENVIRONMENT"),
    ({"ENVIRONMENT": "demo"}, "DEMO_PUBLIC"),
    ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
    ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES"),
    ({"TRUSTED_PROXIES": "many"}, "TRUSTED_PROXIES"),
    ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
    ({"STORAGE_URL": "s3://bucket"}, "STORAGE_URL"),
    ({"SMTP_URL": "gopher://x"}, "SMTP_URL"),
    ({"DEMO_PUBLIC": "maybe"}, "DEMO_PUBLIC"),
    *(
        ({"REGISTER_YEARS": given}, "REGISTER_YEARS")
        for given in (
            "50",
            "CZ",
            "CZ:",
            "cz:50",
            "CZE:50",
            "CZ:0",
            "CZ:101",
            "CZ:-1",
            "CZ:05",
            "CZ:5.5",
            "CZ:٥",
            "CZ:50,RS:10",
            "CZ:50 CZ:10",
            "CZ : 50",
        )
    ),
)
NASTY = (
    "-1",
    "0",
    "99999999999999999999",
    "1" * 400,
    "0" * 5000 + "1",
    "000000001" + "9" * 30,
    "1.5",
    "1e9",
    "NaN",
    "٣",
    "²",
    "%00",
    "%FF%FE",
    "%C0%AF",
    "%ED%A0%80",
    "%E2%80%AE",
    "\u0000".encode().hex(),
    "'",
    "';--",
    "' OR '1'='1",
    '" OR 1=1',
    "%25",
    "%_",
    "\\",
    "..%2f..%2fetc%2fpasswd",
    "/etc/passwd",
    "file:///etc/passwd",
    "{{7*7}}",
    "${7*7}",
    "%(x)s%n%s",
    "<script>alert(1)</script>",
    "null",
    "undefined",
    "[]",
    "{}",
    "true",
    "2026-02-30",
    "9999-12-31",
    "0000-00-00",
    "0001-01-01",
    "10000-01-01",
    "2026-13",
    "-2026-01-01",
    "xx",
    "sr-Zzzz",
    "en-US-x-" + "a" * 300,
    "%F0%9F%92%A9",
    "e%CC%81" * 50,
    "a%0d%0aSet-Cookie:x=1",
    "+",
    "%20" * 30,
)
NAMES = (
    "page",
    "lang",
    "unit",
    "place",
    "from",
    "to",
    "course",
    "track",
    "level",
    "language",
    "result",
    "state",
    "format",
    "dialect",
    "bundle",
    "q",
    "code",
    "next",
    "email",
    "role",
    "action",
    "actor",
    "subject",
    "x",
)
HEADERS = (
    {"Accept-Language": "x" * 5000},
    {"Accept-Language": ",;q=,*;q=9,-,en-;q=NaN"},
    {"Accept-Language": "sr-Zzzz-x,zh;q=1e999"},
    {"Accept-Encoding": "gzip;q=,;,br;q=x"},
    {"Accept": "\u00ff/\u00ff"},
    {"Range": "bytes=0-,5-,-1,9999999999999999999-"},
    {"Range": "bytes=-0"},
    {"Range": "lines=x"},
    {"If-None-Match": '"' * 999},
    {"If-Modified-Since": "Thu, 99 Xxx 99999 99:99:99 GMT"},
    {"If-Modified-Since": "0"},
    {"If-Range": "x"},
    {"Cookie": "gradivo-session=" + "x" * 60_000},
    {"Cookie": ";=;;==;\u00ff=\u00ff; gradivo-session; gradivo-browser=x.y"},
    {"Referer": "x" * 60_000},
    {"User-Agent": ""},
    {"X-Requested-With": "\u00ff" * 2000},
    {"Content-Type": "multipart/form-data"},
    {"Content-Type": "multipart/form-data; boundary="},
    {"Content-Type": "application/x-www-form-urlencoded; charset=utf-99"},
    {"Content-Length": "x"},
    {"Content-Length": "-1"},
    {"Transfer-Encoding": "chunked"},
    {"X-Forwarded-For": "x" * 9000},
    {"Authorization": "Bearer " + "x" * 9000},
    {"Expect": "200-ok"},
    {"Upgrade": "websocket", "Connection": "Upgrade"},
    {"Host": "localhost:99999"},
    {"Host": "localhost:x"},
)


@pytest.mark.parametrize(("given", "named"), REFUSED_SETTINGS, ids=lambda value: str(value)[:40])
def test_settings_that_are_weak_or_unknown_keep_production_from_starting(tmp_path, given, named):
    with pytest.raises(SettingsError, match=named):
        from_env({"INSTANCE": str(tmp_path), **PRODUCTION, **given})


def test_a_setting_that_does_not_exist_is_named(tmp_path):
    (tmp_path / ".env").write_text("SECRETKEY=x\n")
    with pytest.raises(SettingsError, match="SECRETKEY"):
        from_env({"INSTANCE": str(tmp_path), **PRODUCTION})


def test_good_settings_are_taken(tmp_path):
    assert from_env({"INSTANCE": str(tmp_path), **PRODUCTION}).is_https
    assert environment(tmp_path).is_demo
    assert environment(tmp_path).register_years == {}
    given = environment(tmp_path, REGISTER_YEARS=" CZ:50  RS:1\tUA:100 ")
    assert given.register_years == {"CZ": 50, "RS": 1, "UA": 100}


# Requests.


def nasty_addresses(stage: Stage) -> Iterator[tuple[str, str]]:
    """Yield who asks and what: every rule of GET, with nasty values in turn at parameters and in the path."""
    dice = Random(20261124)
    askers = [part for part in PARTS if part.name in {"admin", "learner", "trainer", "anonymous"}]
    rules = [rule for rule in stage.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    for place, rule in enumerate(sorted(rules, key=lambda rule: rule.rule)):
        for value in NASTY[place % 2 :: 2]:
            part = dice.choice(askers)
            path = next((target.path for target in targets(stage.cast, rule, part)), "/courses")
            first, second = dice.sample(NAMES, 2)
            yield part.name, f"{path}?{first}={value}&{second}={dice.choice(NASTY)}"
            if rule.arguments:
                piece = dice.choice([piece for piece in path.split("/") if piece])
                yield part.name, path.replace(f"/{piece}", f"/{value}", 1)


def faults(clients: dict[str, FlaskClient], addresses: Iterable[tuple[str, str]]) -> tuple[list[str], int]:
    """Return the addresses that were answered with a fault, and how many were tried."""
    wrong, tried = [], 0
    for part, address in addresses:
        answer = clients[part].get(address)
        if answer.status_code >= 500 and answer.status_code != 503:
            wrong.append(f"{part} {address[:200]}: {answer.status_code}")
        answer.close()
        tried += 1
    return wrong, tried


def test_no_address_is_answered_with_a_fault(stage):
    before = stage.rows()
    wrong, tried = faults({part.name: stage.client(part.name) for part in PARTS}, nasty_addresses(stage))
    assert not wrong, "\n".join(wrong)
    assert tried >= 2_000
    assert {table for table, rows in stage.rows().items() if rows != before[table]} <= {"audit_entry"}


@pytest.mark.postgresql
def test_postgresql_is_asked_nothing_that_it_answers_with_a_fault(postgresql_app):
    world.point_process_at(postgresql_app)
    with postgresql_app.app_context():
        world.settle()
        world.person(roles=(("admin", None),))
        db.session.remove()
    client = postgresql_app.test_client()
    client.post("/login", data={"email": "eva@example.org", "password": world.PASSWORD})
    bare = [
        rule
        for rule in postgresql_app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
    ]
    addresses = [
        (
            "admin",
            f"{rule.rule}?{NAMES[(place + turn) % len(NAMES)]}={value}&page=1&format=csv"[
                : None if turn % 2 else -11
            ],
        )
        for place, rule in enumerate(bare)
        for turn, value in enumerate(NASTY)
    ]
    wrong, tried = faults({"admin": client}, addresses)
    for _ in open_app(postgresql_app):
        pass
    assert not wrong, "\n".join(wrong)
    assert tried >= 800


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: str(headers)[:50])
def test_no_header_is_answered_with_a_fault(stage, headers):
    media = f"/media/{stage.cast.things['media']['home'].value}/line.png"
    for part in ("anonymous", "learner"):
        client = stage.client(part)
        for address in (
            "/",
            "/courses",
            "/learn",
            "/reports/completions?format=csv",
            media,
            "/login",
            "/favicon.ico",
        ):
            answer = client.get(address, headers=headers)
            answer.close()
            assert answer.status_code < 500, (address, headers)
        assert client.post("/language", data=b"locale=cs", headers=headers).status_code < 500


BODIES = (
    (b"", "application/x-www-form-urlencoded"),
    (b"\xff\xfe\x00" * 50, "application/x-www-form-urlencoded"),
    (b"q1=%FF&action=%C0%AF&locale=%ED%A0%80", "application/x-www-form-urlencoded"),
    (b"&&&&=&=&a" * 200, "application/x-www-form-urlencoded"),
    (b"a=1&" * 5000, "application/x-www-form-urlencoded"),
    (b"email=%00&password=%00&q1=%00", "application/x-www-form-urlencoded"),
    (b"--x\r\nContent-Disposition: form-data\r\n\r\n1", "multipart/form-data; boundary=x"),
    (
        b'--x\r\nContent-Disposition: form-data; name=a; filename="\\"../x\r\n\r\n1\r\n--x--',
        "multipart/form-data; boundary=x",
    ),
    (b"--x\r\n" * 3000, "multipart/form-data; boundary=x"),
    (b"{" * 5000, "application/json"),
    (b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>", "text/xml"),
    (b"x", "\xff"),
)


@pytest.mark.parametrize(("body", "kind"), BODIES, ids=lambda value: str(value)[:40])
def test_no_body_is_answered_with_a_fault(stage, body, kind):
    for part in PARTS:
        if part.name not in {"anonymous", "learner", "trainer", "admin"}:
            continue
        client = stage.client(part.name)
        for rule in stage.app.url_map.iter_rules():
            if "POST" not in (rule.methods or ()) or rule.endpoint == "account.logout":
                continue
            target = next(iter(targets(stage.cast, rule, part)), None)
            if target is not None:
                status = client.post(target.path, data=body, content_type=kind).status_code
                assert status < 500, (part.name, target.path)


def test_a_body_over_the_limit_is_refused(stage):
    client = stage.client("learner")
    big = b"x" * (2 * 1024 * 1024 + 1)
    attempt = f"/attempts/{stage.cast.things['open']['learner'].value}"
    assert (
        client.post(
            "/login", data=b"email=" + big, content_type="application/x-www-form-urlencoded"
        ).status_code
        == 413
    )
    assert (
        client.post(attempt, data=b"q1=" + big, content_type="application/x-www-form-urlencoded").status_code
        == 413
    )
    file = {"file": (io.BytesIO(big), "x.zip")}
    answer = stage.client().post("/login", data=file)
    assert answer.status_code == 413
    answer.request.environ["wsgi.input"].close()  # The client made a file of it, and leaves that open.
    many = {f"a{place}": "1" for place in range(2_100)} | {"file": (io.BytesIO(b"x"), "x")}
    assert client.post(attempt, data=many, content_type="multipart/form-data").status_code == 413
    declared = {"CONTENT_LENGTH": str(10**12), "CONTENT_TYPE": "application/x-www-form-urlencoded"}
    assert client.post("/login", environ_overrides=declared).status_code == 413


ODD = (
    ("learner", "/learn/records/first?lang=xx", 404),
    ("learner", "/learn/records?lang=../../etc", 404),
    ("coordinator", "/reports/completions?page=-1", 404),
    ("coordinator", "/reports/completions?page=999", 404),
    ("coordinator", "/reports/progress/people?page=-1", 404),
    ("coordinator", "/reports/coverage?page=x", 404),
    ("coordinator", "/reports/certificates?page=-1", 404),
    ("manager", "/manage/people?page=-1", 404),
    ("admin", "/admin/roles?page=-1", 404),
    ("admin", "/admin/audit?page=0", 404),
    ("admin", "/admin/mail?page=-1", 404),
    ("coordinator", "/reports/progress?unit=CZ-K3131", 404),
    ("coordinator", "/reports/completions?unit=585068&format=xlsx", 404),
    ("coordinator", "/reports/coverage?unit=CZ", 404),
    ("manager", "/manage/people?unit=585068", 404),
    ("coordinator", "/reports/certificates?unit=CZ", 404),
    ("coordinator", "/reports/certificates?state=exe", 422),
    ("coordinator", "/reports/certificates?to=2026-02-30", 422),
    ("coordinator", "/reports/completions?format=exe", 422),
    ("coordinator", "/reports/completions?from=2026-02-30", 422),
    ("coordinator", "/reports/completions?from=2026-03-01&to=2026-02-01", 422),
    ("coordinator", "/reports/completions?track=magic", 422),
    ("coordinator", "/reports/completions?course=no-such-course", 404),
    ("anonymous", "/courses?q=%FF%FE", 200),
    ("anonymous", "/verify/%FF", 404),
    ("anonymous", "/account/reset/expired-or-made-up", 404),
)


@pytest.mark.parametrize(("part", "address", "status"), ODD)
def test_bad_input_is_answered_as_the_issue_says(stage, part, address, status):
    assert stage.client(part).get(address).status_code == status


def test_a_language_that_does_not_exist_is_refused(stage):
    for chosen in ("", "xx", "../en", "EN", "sr_Zzzz", "en\0"):
        assert stage.client().post("/language", data={"locale": chosen}).status_code in {400, 422}
