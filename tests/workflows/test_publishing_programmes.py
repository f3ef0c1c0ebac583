"""Model programmes are published with the courses of a folder; one that cannot certify is refused at its line."""

import pytest
from sqlalchemy import select

from app.domain.catalogue.models import Programme
from app.domain.territory import queries as territory
from app.domain.territory import service as units
from app.foundation.db import session, transaction
from app.foundation.queue import OutboxJob
from tests.workflows.programmes import ISSUER as ABLE
from tests.workflows.test_publishing import sync, write

START = "id: start\nowner: CZ\ntrack: other\nlanguages: [en]\ntitle: Start\nform: distance\ncourses: [my-course]\n"


def test_a_programme_is_published_with_its_courses(land, tmp_path):
    write(tmp_path)
    programmes = tmp_path / "programmes"
    programmes.mkdir()
    (programmes / "start.yaml").write_text(START + "certificate:\n  kind: none\n")
    assert sync(tmp_path)["start"].is_new
    assert not sync(tmp_path)["start"].is_new
    kept = session().scalar(select(Programme))
    assert (kept.courses, kept.design) == (["my-course"], None)
    assert session().scalar(select(OutboxJob)) is None


@pytest.mark.parametrize(
    ("more", "line", "words"),
    [
        ("", 1, "needs accreditation, which is missing in the language en"),
        ("certificate:\n  design: standard\n", 9, "made for exam, attendance, not for programme"),
        ("certificate:\n  design: nowhere\n", 9, "There is no design “nowhere”"),
        ("certificate:\n  kind: exam\n", 9, "programme, none"),
        ("certificate: none\n", 8, "must hold keys"),
    ],
)
def test_a_programme_that_cannot_be_certified_is_refused_with_its_line(land, tmp_path, more, line, words):
    write(tmp_path)
    (tmp_path / "programmes").mkdir()
    (tmp_path / "programmes" / "start.yaml").write_text(START + more)
    done = sync(tmp_path)["start"]
    assert done.is_refused
    told = [(each.line, each.message % each.values) for each in done.findings]
    assert any(found == line and words in message for found, message in told), told
    assert session().scalar(select(Programme)) is None


def test_a_programme_of_an_owner_without_particulars_is_refused(land, tmp_path):
    write(tmp_path)
    (tmp_path / "programmes").mkdir()
    (tmp_path / "programmes" / "start.yaml").write_text(START.replace("owner: CZ", "owner: CZ-K3131"))
    [told] = sync(tmp_path)["start"].findings
    assert "The owner CZ-K3131 has not entered its particulars" in told.message % told.values


def test_a_programme_in_a_language_that_its_design_does_not_speak_is_refused(land, tmp_path):
    with transaction():
        units.keep_issuer(territory.get_unit("CZ"), ABLE)
    write(tmp_path)
    (tmp_path / "programmes").mkdir()
    (tmp_path / "programmes" / "start.yaml").write_text(START.replace("[en]", "[en, pl]"))
    [told] = [each for each in sync(tmp_path)["start"].findings if each.is_error]
    assert "has no wording in the language pl" in told.message % told.values


def test_a_programme_that_certifies_lets_the_worker_look_back_once(land, tmp_path):
    with transaction():
        units.keep_issuer(territory.get_unit("CZ"), ABLE)
    write(tmp_path)
    (tmp_path / "programmes").mkdir()
    (tmp_path / "programmes" / "start.yaml").write_text(START)
    assert [sync(tmp_path)["start"].is_new for _time in range(2)] == [True, False]
    [job] = session().scalars(select(OutboxJob)).all()
    assert (job.name, job.arguments) == ("certificates.look-back", {"programme": "start"})
    assert session().scalar(select(Programme)).design == "programme"


@pytest.mark.parametrize(
    ("before", "after", "times"),
    [
        (START, START + "# Checked in May.\n", 1),
        (START, START.replace("title: Start", "title: Begin"), 1),
        (START, START.replace("[my-course]", "[my-course, open-data]"), 2),
        (START + "certificate:\n  kind: none\n", START, 1),
        (START, START + "certificate:\n  kind: none\n", 1),
    ],
)
def test_it_looks_back_only_where_what_earns_the_certificate_differs(land, tmp_path, before, after, times):
    with transaction():
        units.keep_issuer(territory.get_unit("CZ"), ABLE)
    write(tmp_path)
    (tmp_path / "programmes").mkdir()
    for text in (before, after):
        (tmp_path / "programmes" / "start.yaml").write_text(text)
        assert sync(tmp_path)["start"].is_new
    jobs = session().scalars(select(OutboxJob).where(OutboxJob.name == "certificates.look-back")).all()
    assert len(jobs) == times
