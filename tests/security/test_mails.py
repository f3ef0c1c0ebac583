"""T19: a mail goes to one person, with the headers that are ours, and a name in it is a name."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from app.domain.people import queries as people
from app.domain.people import service as persons
from app.domain.people.values import Profile
from app.domain.territory import queries as territory
from app.foundation import settings
from app.foundation.db import session, transaction
from app.foundation.mail import MailMessage, compose
from app.workflows import notifying
from tests.security.cast import HOME, MUNICIPALITY, RECORD

ADDRESSES = (
    "a@example.org\r\nBcc: b@evil.example",
    "a@example.org\nBcc: b@evil.example",
    "a@example.org\rBcc: b@evil.example",
    "a@example.org%0d%0aBcc:b@evil.example",
    "a@example.org, b@evil.example",
    "a@example.org;b@evil.example",
    "a@example.org b@evil.example",
    "a@example.org\tb@evil.example",
    "<a@example.org>",
    "Eva <a@example.org>",
    '"a@example.org" <b@evil.example>',
    '"a b"@example.org',
    "a@example.org@evil.example",
    "a@evil.example%example.org",
    "a@[192.0.2.1]",
    "a@localhost",
    "a@example.org\0b@evil.example",
    "a@example.org\u2028Bcc: b@evil.example",
    "а@example.org",
    "a@exаmple.org",
    "a\u200b@example.org",
    "a@example.org\u200b",
    "a..b@example.org",
    ".a@example.org",
    "a@-example.org",
    "a@example..org",
    "a(comment)@example.org",
    "=?utf-8?q?a=40evil.example=0d=0aBcc?=@example.org",
    "@example.org",
    "a" * 65 + "@example.org",
    "a@" + "b" * 250 + ".org",
    "|/bin/sh@example.org",
    "-oQ/tmp@example.org x",
)
TAKEN = {"|/bin/sh@example.org"}
"""Ordinary letters of an address (RFC 5322, 3.2.3): no shell is ever asked."""
NAMES = (
    "<script>alert(1)</script>",
    "<b>Eva</b>",
    "Eva\r\nBcc: b@evil.example",
    "Eva\nContent-Type: text/html\n\n<script>alert(1)</script>",
    "Eva\r\n\r\n.\r\nMAIL FROM:<x>",
    "\n.\n",
    '"><img src=https://evil.example/x>',
    "{{ 7*7 }}{% for x in y %}",
    "%(link)s%s%d",
    "https://evil.example/login",
    "Eva\u202e\u2066gpj",
    "Eva\u2028\u2029",
    "=?utf-8?q?Eva=0d=0aBcc:b=40evil.example?=",
    "Eva\u0085Bcc: b@evil.example",
    "Eva\x0b\x0c\x1c\x1d\x1e",
    "&lt;script&gt;",
    "${7*7}#{7*7}",
    "'; DROP TABLE person; --",
    "E" * 60,
)
_EXAM = {
    "course": "@",
    "place": "@",
    "unit": "@",
    "begins": "2026-12-01 09:00",
    "ends": "10:00",
    "zone": "Europe/Prague",
    "link": "/learn/x/test",
}
KINDS = {
    "exam_cancelled": {**_EXAM, "reason": "@"},
    "exam_named": _EXAM,
    "exam_proctor": {**_EXAM, "link": "/proctor/x"},
    "invitation": {"inviter": "@", "link": "/account/invitation/x"},
    "reset": {"link": "/account/reset/x"},
    "locked": {"link": "/account/reset"},
    "password_changed": {"link": "/account/reset"},
    "sign_in_notice": {"moment": "now", "link": "/account/reset"},
    "email_changed": {"address": "@", "link": "/help"},
    "extra_attempt": {"course": "@", "link": "/learn/x/test"},
    "extra_time": {"course": "@", "minutes": "10", "reason": "@", "link": "/attempts/x"},
    "annulled": {"course": "@", "day": "2026-01-01", "reason": "@", "link": "/attempts/x/result"},
    "corrected": {
        "course": "@",
        "day": "2026-01-01",
        "reason": "@",
        "before": "1 %",
        "mark": "2 %",
        "was_passed": "",
        "is_passed": "yes",
        "touch": "superseded",
        "certificate": "@",
        "successor": "@",
        "office": "@",
        "link": "/attempts/x/result",
    },
    "certificate": {
        "number": "CZ-2026-1",
        "course": "@",
        "link": "/certificates/x.pdf",
        "verify": "/verify/x",
    },
    "certificate_ends": {
        "course": "@",
        "number": "@",
        "ends": "2026-12-31",
        "opens": "2026-12-01",
        "shorter": "@",
        "link": "/certificates",
    },
    "certificate_shortened": {
        "course": "@",
        "number": "@",
        "before": "2027-12-31",
        "ends": "2026-12-31",
        "reason": "@",
        "link": "/certificates",
    },
    "duplicated": {"old": "@", "number": "@", "course": "@", "reason": "@", "link": "/certificates"},
    "name_corrected": {"certificates": "@", "reason": "@", "link": "/certificates"},
    "revoked": {"number": "@", "course": "@", "reason": "@", "link": "/verify/x"},
    "work_marked": {"course": "@", "link": "/attempts/x/result"},
    "work_returned": {"course": "@", "link": "/attempts/x/works/1"},
}
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
}


def test_no_address_that_is_more_than_one_address_is_invited(stage):
    client = stage.client("manager")
    before = stage.rows()["mail_message"]
    for address in ADDRESSES:
        record = {**RECORD, "email": address, "unit": MUNICIPALITY[HOME]}
        status = client.post("/manage/people/new", data=record).status_code
        assert (status == 302) == (address in TAKEN), (status, address)
        stage.app.test_client().post("/account/reset", data={"email": address})
        stage.app.test_client().post("/login", data={"email": address, "password": "x"})
    new = [row["recipient"] for row in stage.rows()["mail_message"] if row not in before]
    assert set(new) == TAKEN


def written(name: str, kind: str) -> EmailMessage:
    """Return the mail of a kind to somebody of a name that no form would take, as it goes over the wire."""
    profile = Profile("eva@example.org", name, name, name, name, "official", name, "cs")
    with transaction():
        person = people.find_person_by_email("eva@example.org")
        unit = territory.get_unit(MUNICIPALITY[HOME])
        if person is None:
            person = persons.add(profile, unit)
        persons.describe(person, profile, unit)
        notifying.post(
            person, kind, **{key: name if value == "@" else value for key, value in KINDS[kind].items()}
        )
        message = session().query(MailMessage).order_by(MailMessage.id.desc()).first()
    wire = compose(message, settings.current()).as_bytes(policy=policy.SMTP)
    read = message_from_bytes(wire, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_has_one_recipient_and_our_headers_whatever_stands_in_it(stage, kind):
    with stage.acting():
        for name in NAMES:
            mail = written(name, kind)
            assert set(mail.keys()) == HEADERS
            assert len(mail.keys()) == len(HEADERS)
            assert [address.addr_spec for address in mail["To"].addresses] == ["eva@example.org"]
            assert len(str(mail["Subject"]).splitlines()) == 1
            html = mail.get_body(("html",)).get_content()
            assert "<script" not in html
            assert "<img" not in html
            assert "<b>" not in html
            assert "49" not in html.replace("=49", "")
            links = {piece.split('"')[0] for piece in html.split('href="')[1:]}
            assert all(link.startswith("http://localhost/") for link in links)


def test_every_kind_of_mail_is_tried():
    from_disk = {path.parent.name for path in notifying.mail_text.MAILS.glob("*/subject.txt")}
    assert from_disk == set(KINDS)
