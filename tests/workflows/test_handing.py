"""Certificates handed over many at once: what fits and nothing else, made once, for whoever asked."""

import io
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pypdf
import pytest
from sqlalchemy import func, select

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates.models import Certificate
from app.domain.people.models import RoleGrant
from app.domain.reports.models import ReportFile
from app.domain.reports.queries import awards, places
from app.domain.reports.values import AwardFilter, Handout, Period
from app.domain.territory.models import Unit
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import db, session, transaction
from app.foundation.errors import Invalid, NotFound, Refused
from app.foundation.files import FileStore, store
from app.foundation.queue import OutboxJob
from app.jobs import worker
from app.workflows import bundling, certifying, handing, rendering, reporting
from tests import population, world


@pytest.fixture
def lives(own_settings, now):
    return population.settle()


@pytest.fixture
def signed(lives):
    """Let every certificate have its documents."""
    for code in session().scalars(select(Certificate.code).order_by(Certificate.id)).all():
        rendering.render(Actor.system("certificates.render"), code)
    return lives


def coordinator(unit="CZ-K3107", email="coordinator@example.org", role="coordinator", locale="en"):
    roles = ((role, unit),) if unit else ()
    return world.act_as(world.person(email, "CZ", "Dvořák", "Karel", roles=roles, locale=locale))


def asked(actor, unit=None, first=None, last=None, course=None, state="valid"):
    scope = scope_of(actor, Permission.CERTIFICATE_READ)
    return AwardFilter(places.get_selection(scope, unit, Period(first, last), course), state)


def promise(actor, handout="files", **chosen):
    return handing.ask(actor, asked(actor, **chosen), Handout(handout))


def jobs():
    found = session().scalars(select(OutboxJob.id).where(OutboxJob.name == "certificates.hand-over")).all()
    session().rollback()
    return found


def made(app, actor, promised) -> tuple[ReportFile, bytes]:
    for job in jobs():
        worker.perform(app, job)
    session().expire_all()
    kept = reporting.get_made(actor, promised.public_id)
    return kept, store().get(kept.file_digest)


def packed(content):
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return {name: archive.read(name) for name in archive.namelist()}


def of_family(name) -> Certificate:
    session().rollback()
    return next(
        each for each in session().scalars(select(Certificate)) if each.snapshot["family_name"] == name
    )


def words(content, tmp_path):
    file = tmp_path / "list.pdf"
    file.write_bytes(content)
    told = subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True, text=True)
    return " ".join(told.stdout.split())


def test_a_zip_holds_the_signed_documents_of_a_unit_and_of_those_below_by_unit_and_name(signed, app):
    actor = coordinator()
    kept, content = made(app, actor, promise(actor))
    files = packed(content)
    names = [name.split(" ", 1)[1] for name in files]
    assert names == ["Šimek.pdf", "Čapek.pdf", "Čapek.pdf", "Říha.pdf"]
    assert kept.name == "certificates_CZ-K3107_all-time_20260815T100000Z.zip"
    assert (kept.row_count, kept.row_total, kept.missing_count) == (4, 4, 0)
    for name, document in files.items():
        number = name.split(" ")[0]
        certificate = session().scalar(select(Certificate).where(Certificate.number == number))
        assert document == store().get(certificate.signed_digest)


FAMILIES = {
    "all": {"Čapek", "Říha", "Šimek"},
    "596230": {"Čapek"},
    "CZ-O6115": {"Čapek", "Říha"},
}


@pytest.mark.parametrize("unit", FAMILIES)
def test_no_other_units_certificate_is_in_it(signed, app, unit):
    actor = coordinator(unit if unit != "all" else "CZ-K3107")
    _, content = made(app, actor, promise(actor))
    assert {name.split(" ", 1)[1].removesuffix(".pdf") for name in packed(content)} == FAMILIES[unit]
    with pytest.raises(NotFound):
        promise(actor, unit="CZ-K3131")
    with pytest.raises(NotFound):
        promise(actor, unit="CZ")


def test_filters_narrow_by_course_day_of_completion_and_state(signed):
    actor = coordinator()
    scope, today = scope_of(actor, Permission.CERTIFICATE_READ), population.NOW.date()

    def count(**chosen):
        narrowed = asked(actor, **chosen)
        listed = awards.list_awards(scope, narrowed, today)
        found, ready = awards.count_awards(scope, narrowed, today)
        assert len(listed) == found == ready
        return found

    assert count() == 4
    assert count(course="open-data") == 2
    assert count(course="records") == 2
    assert count(first=date(2026, 1, 1), last=date(2026, 1, 1)) == 1  # Midnight in Prague, not in London.
    assert count(first=date(2026, 4, 1), last=date(2026, 4, 1)) == 1
    assert count(first=date(2026, 7, 1)) == 0
    certifying.revoke(Actor.system("test"), of_family("Říha").code, "mistake")
    assert count() == 3
    assert count(state="revoked") == 1
    assert count(state=None) == 4
    assert count(state="expired") == count(state="superseded") == 0


def test_pages_of_the_list_follow_each_other(signed):
    actor = coordinator()
    scope, today = scope_of(actor, Permission.CERTIFICATE_READ), population.NOW.date()
    whole = awards.list_awards(scope, asked(actor), today)
    pages = [awards.list_awards(scope, asked(actor), today, page, 3) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [3, 1, 0]
    assert pages[0] + pages[1] == whole


def test_certificates_of_a_unit_that_has_moved_since_are_still_listed(lives):
    actor, today = coordinator(), clock.now().date()
    scope = scope_of(actor, Permission.CERTIFICATE_READ)
    before = {each.number for each in awards.list_awards(scope, asked(actor), today)}
    held = of_family("Šimek")
    with transaction() as written:
        written.scalars(select(Unit).where(Unit.path == held.unit_path)).one().path = "999.1."
    found = awards.list_awards(scope, asked(actor), today)
    assert held.number in before
    assert {each.number for each in found} == before
    assert awards.count_awards(scope, asked(actor), today)[0] == len(found)


def test_what_is_not_signed_yet_is_named_in_the_zip_and_counted(lives, app):
    rendering.render(Actor.system("certificates.render"), of_family("Šimek").code)
    actor = coordinator(locale="en")
    kept, content = made(app, actor, promise(actor))
    files = packed(content)
    missing = files.pop("missing.txt").decode("utf-8-sig")
    assert list(files) == [f"{of_family('Šimek').number} Šimek.pdf"]
    assert (kept.row_count, kept.missing_count) == (1, 3)
    assert (
        f"{of_family('Říha').number} Říha Filip, Žďár nad Sázavou: its document is not signed yet" in missing
    )
    assert missing.count("\r\n") == 2 + 3


def test_a_damaged_document_is_never_handed_over(signed, app):
    digest = of_family("Říha").signed_digest
    path = store().path(digest)
    whole = path.read_bytes()
    path.write_bytes(whole + b" ")
    try:
        actor = coordinator()
        kept, content = made(app, actor, promise(actor))
    finally:
        path.write_bytes(whole)
    assert kept.missing_count == 1
    assert not any("Říha" in name for name in packed(content))
    assert "its stored document is damaged" in packed(content)["missing.txt"].decode("utf-8-sig")


def test_a_certificate_that_was_revoked_meanwhile_is_not_in_it(signed, app):
    actor = coordinator()
    promised = promise(actor)
    certifying.revoke(Actor.system("test"), of_family("Říha").code, "mistake")
    kept, content = made(app, actor, promised)
    assert not any("Říha" in name for name in packed(content))
    assert (kept.row_count, kept.row_total, kept.missing_count) == (3, 3, 0)


def test_a_print_file_has_a_page_for_each_in_the_same_order(signed, app):
    actor = coordinator()
    _, content = made(app, actor, promise(actor, "print"))
    pdf = pypdf.PdfReader(io.BytesIO(content))
    scope = scope_of(actor, Permission.CERTIFICATE_READ)
    listed = awards.list_awards(scope, asked(actor), population.NOW.date())
    assert len(pdf.pages) == len(listed) == 4
    for page, award in zip(pdf.pages, listed, strict=True):
        assert award.number in page.extract_text()
    assert "no signed document" in pdf.metadata.subject
    assert "/AcroForm" not in pdf.root_object


def test_a_print_file_waits_where_no_document_is_made_yet(lives, app):
    actor = coordinator()
    promised = promise(actor, "print")
    assert [worker.perform(app, job) for job in jobs()] == [False]
    session().expire_all()
    assert reporting.get_made(actor, promised.public_id).made_at is None
    for code in session().scalars(select(Certificate.code)).all():
        rendering.render(Actor.system("certificates.render"), code)
    with clock.at(population.NOW + timedelta(minutes=1)):
        kept, _ = made(app, actor, promised)
    assert kept.row_count == 4


def test_the_list_to_sign_says_who_gets_what_in_the_locale_of_who_asks(lives, app, tmp_path):
    actor = coordinator()
    kept, content = made(app, actor, promise(actor, "list"))
    told = words(content, tmp_path)
    for certificate in (of_family("Čapek"), of_family("Říha"), of_family("Šimek")):
        assert certificate.number in told
    for expected in (
        "Čapek Adam",
        "Nové Veselí",
        "Jun 30, 2026",
        "signature",
        "Handed over by: Karel Dvořák",
    ):
        assert expected in told
    assert "Novák" not in told.replace("Nováková", "")
    assert kept.row_count == 4
    czech = coordinator(email="cs@example.org", locale="cs")
    _, content = made(app, czech, promise(czech, "list"))
    assert "30. 6. 2026" in words(content, tmp_path)


def test_a_list_of_hundreds_runs_over_pages_and_repeats_its_heading(signed, app, tmp_path, monkeypatch):
    actor, listed = coordinator(), awards.list_awards
    monkeypatch.setattr(awards, "list_awards", lambda *given: listed(*given) * 75)
    _, content = made(app, actor, promise(actor, "list"))
    pdf = pypdf.PdfReader(io.BytesIO(content))
    assert len(pdf.pages) > 15
    assert all("Date and signature" in page.extract_text() for page in pdf.pages[:-1])


def test_of_two_clicks_the_second_gets_the_promise_of_the_first(signed):
    actor = coordinator()
    first, second = promise(actor), promise(actor)
    assert first.public_id == second.public_id
    assert promise(actor, course="records").public_id != first.public_id
    assert promise(actor, "print").public_id != first.public_id
    entries = session().scalars(select(AuditEntry).where(AuditEntry.action == "certificates.hand-over")).all()
    assert len(entries) == len(jobs()) == 3


def test_two_clicks_at_once_make_one_promise(signed, app):
    actor = coordinator()
    narrowed = asked(actor)
    session().rollback()

    def click(_number):
        with app.app_context():
            promised = handing.ask(actor, narrowed, Handout.FILES)
            public_id = promised.public_id
            db.session.remove()
            return public_id

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(click, range(8)))
    assert len(found) == len(jobs()) == 1


@pytest.mark.parametrize("handout", ["files", "print"])
def test_once_it_is_made_a_file_can_be_asked_for_anew_and_is_the_same_in_the_store(signed, app, handout):
    actor = coordinator()
    first, _ = made(app, actor, promise(actor, handout))
    with clock.at(population.NOW + timedelta(days=1)):
        second, _ = made(app, actor, promise(actor, handout))
    assert first.public_id != second.public_id
    assert first.file_digest == second.file_digest


def test_the_audit_trail_says_what_was_asked_and_names_nobody(signed, app):
    actor = coordinator()
    made(app, actor, promise(actor, unit="596230", course="open-data"))
    asking, making = (
        session()
        .scalars(
            select(AuditEntry)
            .where(AuditEntry.action.in_(("certificates.hand-over", "report.make")))
            .order_by(AuditEntry.id)
        )
        .all()
    )
    assert asking.actor == making.actor == str(actor.public_id)
    assert asking.subject == "certificates_596230_all-time_20260815T100000Z.zip"
    assert asking.detail == {
        "unit": "596230",
        "from": None,
        "to": None,
        "course": "open-data",
        "state": "valid",
        "handout": "files",
        "rows": 1,
    }
    assert making.detail == {"rows": 1}


def test_a_worker_that_is_killed_halfway_is_followed_by_another(signed, app, monkeypatch):
    actor, get, read = coordinator(), FileStore.get, []

    def get_and_die(self, digest):
        read.append(digest)
        if len(read) == 3:
            raise SystemExit
        return get(self, digest)

    promised = promise(actor)
    monkeypatch.setattr(bundling, "_NOTED_EACH", 1)
    job = jobs()[0]
    with monkeypatch.context() as killing:
        killing.setattr(FileStore, "get", get_and_die)
        with pytest.raises(SystemExit):
            worker.perform(app, job)
    actor = world.act_as("coordinator@example.org")
    half = reporting.get_made(actor, promised.public_id)
    assert (half.made_at, half.file_digest, half.row_count, half.row_total) == (None, None, 2, 4)
    assert list(store().root.glob(".*.part")) == []
    with clock.at(population.NOW + timedelta(minutes=1)):
        kept, content = made(app, actor, promised)
    assert len(packed(content)) == kept.row_count == 4
    assert session().scalar(select(func.count()).where(AuditEntry.action == "report.make")) == 1


def test_of_two_workers_at_once_the_first_file_counts(signed, app):
    actor = coordinator()
    promised = promise(actor)
    report_id = session().scalar(select(ReportFile.id))
    worker_ = Actor.system("certificates.hand-over")

    def slow(asker, _promised):
        bundling.make_file(worker_, report_id)
        return "0" * 64, 99

    reporting.fulfil(worker_, report_id, slow)
    session().expire_all()
    assert reporting.get_made(actor, promised.public_id).row_count == 4
    assert session().scalar(select(func.count()).where(AuditEntry.action == "report.make")) == 1


def test_nothing_is_promised_where_nothing_fits_or_too_much_does(signed, monkeypatch):
    actor = coordinator()
    with pytest.raises(Invalid, match="No certificate fits"):
        promise(actor, first=date(2030, 1, 1))
    for handout in ("print", "list"):
        with pytest.raises(Invalid, match="Only valid certificates"):
            promise(actor, handout, state=None)
    monkeypatch.setitem(handing.MOST, Handout.PRINT, 3)
    with pytest.raises(Invalid, match="at most 3 certificates, and 4 fit"):
        promise(actor, "print")
    assert session().scalar(select(func.count()).select_from(ReportFile)) == 0
    assert jobs() == []
    assert (
        not session().scalars(select(AuditEntry).where(AuditEntry.action == "certificates.hand-over")).all()
    )


def test_who_looks_after_nobody_is_refused_and_her_own_certificate_is_not_in_reach(signed):
    with pytest.raises(Refused):
        promise(world.act_as("adam@example.org"))
    with pytest.raises(Refused):
        promise(world.act_as(world.person("teacher@example.org", "CZ", roles=(("trainer", "CZ"),))))
    away = world.act_as(world.person("away@example.org", "596230", roles=(("coordinator", "CZ-K3131"),)))
    world.pass_test(away)
    with pytest.raises(Invalid, match="No certificate fits"):
        promise(away, first=population.NOW.date())
    with pytest.raises(Refused):
        handing.ask(Actor.system("test"), asked(away), Handout.FILES)


def test_a_file_is_for_its_asker_alone_and_gone_with_her_unit(signed, app):
    actor, other = coordinator(), coordinator(email="other@example.org")
    ready = promise(actor)
    made(app, actor, ready)
    waiting = promise(actor, course="records")
    with pytest.raises(NotFound):
        reporting.get_made(other, ready.public_id)
    with transaction():
        for grant in session().scalars(select(RoleGrant).where(RoleGrant.person_id == actor.person_id)):
            grant.ended_at = clock.now()
    world.person("third@example.org", "CZ")
    moved = world.act_as("coordinator@example.org")
    with pytest.raises(Refused):
        reporting.get_made(moved, ready.public_id)
    for job in jobs():
        worker.perform(app, job)
    refused = session().get(ReportFile, waiting.id, populate_existing=True)
    assert refused.refused_at is not None
    assert refused.file_digest is None
