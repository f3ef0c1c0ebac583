"""The pages on which anyone checks a certificate: by its code, by its file."""

import io
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select, update

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate
from app.foundation import clock
from app.foundation.db import session
from app.foundation.files import store
from app.web.limiter import limiter
from app.workflows import certifying, rendering, verifying
from tests import world
from tests.web.visitors import Visitor


@pytest.fixture
def anyone(app):
    return Visitor(app)


@pytest.fixture
def eva(land):
    """A certificate with both of its copies."""
    world.pass_test(world.act_as(world.person()))
    code = session().scalar(select(Certificate.code))
    rendering.render(Actor.system(rendering.JOB), code)
    return session().scalar(select(Certificate).where(Certificate.code == code))


def text(response) -> str:
    return " ".join(response.get_data(as_text=True).partition("<main")[2].partition("</main>")[0].split())


def send(visitor, content, status=200) -> str:
    data = {"file": (io.BytesIO(content), "certificate.pdf")}
    answer = visitor.post("/verify", data, status, content_type="multipart/form-data")
    answer.request.environ[
        "wsgi.input"
    ].close()  # The client makes a file of what is large, and leaves that open.
    return text(answer)


def revoke(certificate):
    admin = world.act_as(world.person("admin@example.org", roles=(("admin", None),)))
    certifying.revoke(admin, certificate.code, "Issued by mistake.")


def put(certificate, **values):
    session().execute(update(Certificate).where(Certificate.id == certificate.id).values(**values))
    session().commit()


def test_both_copies_are_called_genuine_and_tell_what_the_code_tells(anyone, eva):
    for digest in (eva.signed_digest, eva.file_digest):
        page = send(anyone, store().get(digest))
        for words in ("genuine and valid", "to the last byte", "Eva Nováková", eva.number, "Ukázkový úřad"):
            assert words in page


def test_a_file_of_a_revoked_certificate_says_when_and_why(anyone, eva):
    revoke(eva)
    page = send(anyone, store().get(eva.signed_digest))
    assert "This certificate was revoked." in page
    assert "Issued by mistake." in page
    assert "genuine and valid" not in page


def test_a_file_of_a_superseded_certificate_names_the_other(anyone, eva):
    put(eva, superseded_at=clock.now(), successor="CZ-2026-000002")
    page = send(anyone, store().get(eva.signed_digest))
    assert "another has taken its place" in page
    assert "CZ-2026-000002" in page


def test_a_file_of_an_expired_certificate_says_until_when(anyone, eva):
    put(eva, valid_until=clock.now().date() - timedelta(days=1))
    assert "genuine, but it has expired" in send(anyone, store().get(eva.signed_digest))


def test_a_changed_file_is_told_by_its_number_and_nobody_is_named(anyone, eva):
    page = send(anyone, store().get(eva.signed_digest) + b" ")
    assert "This file was changed" in page
    assert eva.number in page
    for hidden in ("Nováková", "Ukázkový", eva.code, "genuine"):
        assert hidden not in page


def test_another_file_is_not_ours_and_a_scan_is_sent_to_the_code(anyone, eva):
    page = send(anyone, b"%PDF-1.4 of somebody else")
    assert "This file was not issued here." in page
    assert "a print of a certificate" in page


def test_no_bytes_are_answered_with_a_fault(anyone, eva):
    dice, original = Random(5), store().get(eva.signed_digest)
    for content in (b"\0", b"\xff" * 1000, original[:5000], original[5000:], dice.randbytes(900_000)):
        send(anyone, content)


def test_without_a_file_or_with_a_large_one_the_form_says_what_is_wrong(anyone, land):
    assert "Choose the PDF of the certificate." in text(anyone.post("/verify", {}, 422))
    assert "larger than 1 MB" in send(anyone, b"x" * 1_000_001, 422)
    anyone.post("/verify", {"file": "no file"}, 422)


def test_a_file_is_kept_nowhere(anyone, eva):
    before = set(store().list_digests())
    send(anyone, store().get(eva.signed_digest) + b" ")
    assert set(store().list_digests()) == before


def hide(app, is_hidden="yes"):
    holder = Visitor(app)
    holder.sign_in("eva@example.org")
    holder.post("/certificates/name", {"hidden": is_hidden})
    return holder


def test_a_hidden_name_is_shown_to_whoever_types_the_end_of_the_code(app, anyone, eva):
    hide(app)
    address, last = f"/verify/{eva.code}", eva.code.rpartition("-")[2]
    opened = text(anyone.get(address))
    assert "E. N." in opened
    assert "Nováková" not in opened
    for wrong in ("", "AAAAA", last[:4], "x" * 61):
        page = text(anyone.post(address, {"group": wrong}, 422))
        assert "Nováková" not in page
        assert "E. N." in page
    for right in (last, last.lower(), f" {last} ", eva.code):
        assert "Eva Nováková" in text(anyone.post(address, {"group": right}, 200))
    assert "Nováková" not in text(anyone.get(address))


def test_a_hidden_name_stays_hidden_for_files(app, anyone, eva):
    hide(app)
    page = send(anyone, store().get(eva.signed_digest))
    assert "E. N." in page
    assert "Nováková" not in page


def test_a_holder_hides_and_shows_her_name_and_twice_is_once(app, anyone, eva):
    for _ in range(2):
        holder = hide(app)
    assert "Others see your initials." in text(holder.get("/certificates"))
    for _ in range(2):
        holder.post("/certificates/name", {"hidden": "no"})
    assert "Others see your name." in text(holder.get("/certificates"))
    assert "Eva Nováková" in text(anyone.get(f"/verify/{eva.code}"))
    holder.post("/certificates/name", {"hidden": "whatever"})
    assert "Others see your initials." in text(holder.get("/certificates"))


def test_an_unknown_code_has_no_name_to_show(anyone, land):
    page = text(anyone.post("/verify/AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", {"group": "AAAAA"}, 404))
    assert "No certificate has this code." in page


def count():
    done = verifying.count_checks(Actor.system("count-checks"))
    session().rollback()
    return done


def test_each_check_is_counted_and_the_holder_sees_how_many(app, anyone, eva):
    code = eva.code
    anyone.get(f"/verify/{code}")
    anyone.get(f"/verify?code={code.lower()}")
    anyone.get(f"/api/v1/certificates/{code}")
    send(anyone, store().get(eva.signed_digest))
    anyone.post(f"/verify/{code}", {"group": code[-5:]}, 200)
    send(anyone, store().get(eva.signed_digest) + b" ")
    holder = Visitor(app)
    holder.sign_in("eva@example.org")
    holder.get(f"/verify/{code}")
    assert "checked" not in text(holder.get("/certificates"))
    assert count() == 1
    assert "checked 4 times, last on" in text(holder.get("/certificates"))
    assert count() == 0


def test_guessing_is_limited_over_all_ways_together(anyone, eva, monkeypatch):
    limiter.reset()
    monkeypatch.setattr(limiter, "enabled", True)
    for _ in range(25):
        anyone.client.get("/verify/x")
        anyone.client.get("/api/v1/certificates/x")
    ends = [anyone.client.post(f"/verify/{eva.code}", data={"group": "AAAAA"}).status_code for _ in range(12)]
    assert ends == [422] * 10 + [429] * 2
    assert anyone.client.get(f"/api/v1/certificates/{eva.code}").status_code == 429
    limiter.reset()


def test_a_statement_says_when_and_where_it_was_verified(anyone, eva):
    with clock.at(world.moment("2026-11-23T08:30:00+00:00")):
        page = text(anyone.get(f"/verify/{eva.code}"))
    assert "Verified on November 23, 2026, 8:30:00 AM UTC at" in page.replace("\u202f", " ")
    assert f"http://localhost/verify/{eva.code}" in page


def test_a_page_that_is_opened_elsewhere_warns(anyone, eva):
    for address in ("/verify", f"/verify/{eva.code}", "/verify/x"):
        status = 404 if address.endswith("/x") else 200
        assert "You have opened this page" not in text(anyone.get(address, status))
        page = text(anyone.get(address, status, base_url="http://127.0.0.1:8010"))
        assert "You have opened this page at 127.0.0.1:8010." in page
        assert "http://localhost/verify" in page
