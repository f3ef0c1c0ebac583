"""Notices and protocols: kept with the mark, made from what was kept, read back by poppler; on both engines."""

import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.domain.access.values import Actor
from app.domain.assessments.models import Attempt
from app.domain.catalogue.models import Course, CourseVersion
from app.domain.catalogue.values import Assessment, CertificateKind, CertificateRule, Duration, Feedback
from app.domain.certificates import queries as register
from app.domain.certificates.models import Certificate, Notice
from app.domain.enrolment.models import Enrolment
from app.domain.people.models import Person
from app.domain.territory import queries as territory
from app.domain.territory.models import Issuer, Unit
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.foundation.errors import NotFound
from app.workflows import adjusting, certifying, documenting, marking, sitting
from tests import world
from tests.workflows.test_marking import FULL, POOR, give, say, take

WHY = "Another sat it."


@pytest.fixture
def learner(land) -> Actor:
    return world.act_as(world.person())


@pytest.fixture
def head(land) -> Actor:
    return world.act_as(world.person("head@example.org", roles=(("head-of-office", "596230"),)))


@pytest.fixture
def teacher(land) -> Actor:
    """Somebody who writes the course, and looks after learners elsewhere alone."""
    return world.act_as(
        world.person("teacher@example.org", "585068", "Učitelka", "Jana", roles=(("trainer", "CZ"),))
    )


@pytest.fixture
def stranger(land) -> Actor:
    return world.act_as(
        world.person("zlin@example.org", "585068", roles=(("manager", "CZ-O7213"), ("trainer", "CZ-O7213")))
    )


def fail(learner: Actor, language: str | None = None, slug: str = "open-data") -> Attempt:
    attempt = world.begin_test(learner, slug, language)
    return sitting.submit_attempt(learner, attempt.public_id, {"whole": ["1"]})


def publish(**test: object) -> None:
    with transaction():
        assessment = replace(world.META.assessment or Assessment(), **test)
        world.publish(world.course("other", assessment=assessment))


def words(document: documenting.Document, tmp_path) -> str:
    file = tmp_path / "paper.pdf"
    file.write_bytes(document.content)
    told = subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True, text=True)
    return " ".join(told.stdout.split())


def notice(actor: Actor, attempt: Attempt, tmp_path) -> str:
    return words(documenting.write_notice(actor, attempt.public_id), tmp_path)


def protocol(actor: Actor, attempt: Attempt, tmp_path) -> str:
    return words(documenting.write_protocol(actor, attempt.public_id), tmp_path)


def count(model: type) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model)) or 0


def trail(action: str) -> list[str]:
    session().rollback()
    return list(session().scalars(select(AuditEntry.actor).where(AuditEntry.action == action)))


def change_everything() -> None:
    """Give the learner, the unit, the course and the issuer other names, as an operator might."""
    with transaction():
        held = session()
        held.execute(update(Person).values(family_name="Jiná", family_name_latin="Jiná"))
        held.execute(update(Unit).where(Unit.code == "596230").values(name="Ves", name_latin="Ves"))
        held.execute(update(CourseVersion).values(titles={"en": "Renamed", "cs": "Jinak"}))
        held.execute(update(Issuer).values(legal_name="Jiný úřad", signatory="Někdo Jiný"))


def test_a_notice_says_who_where_what_how_much_and_what_can_be_done(learner, teacher, tmp_path):
    found = notice(learner, fail(learner), tmp_path)
    for expected in (
        "Ukázkový úřad",
        "00000000",
        "Notice of a test not passed",
        "Eva Nováková",
        "Nové Veselí",
        "Open data, version 1.0",
        "0% (0 of 8 points)",
        "Needed to pass 60%",
        "The test may be taken 2 more times.",
        "Jana Učitelka, teacher@example.org",
        "Jana Ukázková, Director",
    ):
        assert expected in found


def test_what_a_notice_and_a_protocol_say_stays_when_names_change(learner, teacher, tmp_path):
    attempt = fail(learner)
    before = documenting.write_notice(learner, attempt.public_id)
    protocol_before = documenting.write_protocol(learner, attempt.public_id)
    change_everything()
    assert documenting.write_notice(learner, attempt.public_id) == before
    assert documenting.write_protocol(learner, attempt.public_id) == protocol_before
    assert "Jiná" not in words(before, tmp_path)


def test_a_passed_attempt_has_a_protocol_from_its_certificate_also_when_that_is_revoked(
    learner, teacher, tmp_path
):
    attempt = world.pass_test(learner)
    assert count(Notice) == 0
    before = documenting.write_protocol(learner, attempt.public_id)
    change_everything()
    admin = world.act_as(world.person("admin@example.org", roles=(("admin", None),)))
    certifying.revoke(admin, session().scalar(select(Certificate.code)), WHY)
    assert documenting.write_protocol(learner, attempt.public_id) == before
    found = words(before, tmp_path)
    assert "100% (8 of 8 points), passed" in found
    assert "Eva Nováková" in found
    with pytest.raises(NotFound):
        documenting.write_notice(learner, attempt.public_id)


def test_each_attempt_has_its_own_certificate(learner, teacher):
    first = world.pass_test(learner)
    adjusting.annul(teacher, first.public_id, WHY, gives_back=True)
    change_everything()
    second = sitting.start_attempt(learner, "open-data")
    sitting.submit_attempt(learner, second.public_id, world.right_answers(learner, second))
    session().expire_all()
    documents = [
        register.find_snapshot(each) for each in session().scalars(select(Attempt).order_by(Attempt.ordinal))
    ]
    assert [each.family_name for each in documents if each] == ["Nováková", "Jiná"]


def test_an_annulled_attempt_has_a_protocol_with_the_reason_and_no_notice(learner, teacher, tmp_path):
    attempt = fail(learner)
    adjusting.annul(teacher, attempt.public_id, WHY, gives_back=False)
    with pytest.raises(NotFound):
        documenting.write_notice(learner, attempt.public_id)
    found = protocol(learner, attempt, tmp_path)
    assert "This attempt was annulled and does not count." in found
    assert WHY in found


def test_an_open_and_a_waiting_attempt_have_no_papers(learner, teacher):
    with transaction():
        world.publish(world.course_with_task())
    for attempt in (world.begin_test(learner), take(learner)):
        for write in (documenting.write_notice, documenting.write_protocol):
            with pytest.raises(NotFound):
                write(learner, attempt.public_id)


def test_the_mark_of_a_work_makes_the_notice_and_a_new_mark_stands_on_it(learner, teacher, tmp_path):
    with transaction():
        world.publish(world.course_with_task())
    trainer = world.act_as(world.person("t@example.org", "595209", roles=(("trainer", "CZ-O6115"),)))
    attempt = take(learner, right="")
    give(trainer, attempt, POOR)
    assert "9.09% (1 of 11 points)" in notice(learner, attempt, tmp_path)
    found = protocol(learner, attempt, tmp_path)
    for expected in ("We publish budgets.", "It is thought out. 1 of 6", "It can be paid. 0 of 4", "1 of 10"):
        assert expected in found
    form = {"points-1": ["2"], "points-2": ["1"], "reason": ["A look again."]}
    marking.settle(trainer, attempt.public_id, 2, say(trainer, attempt, form))
    assert count(Notice) == 1
    assert "27.27% (3 of 11 points)" in notice(learner, attempt, tmp_path)
    marking.settle(trainer, attempt.public_id, 2, say(trainer, attempt, {**FULL, "reason": ["Again."]}))
    with pytest.raises(NotFound):
        documenting.write_notice(learner, attempt.public_id)
    assert "10 of 11 points), passed" in protocol(learner, attempt, tmp_path)


def test_an_overdue_attempt_is_noted_when_it_is_ended(learner, teacher, tmp_path):
    attempt = world.begin_test(learner)
    place = [each.kind.value for each in world.paper_of(learner, attempt)].index("short") + 1
    sitting.save_answers(learner, attempt.public_id, {f"q{place}": ["my own word"]})
    with clock.at(attempt.deadline_at + timedelta(hours=1)):
        assert sitting.finish_overdue(Actor.system("finish-overdue")) == 1
        assert "Notice of a test not passed" in notice(learner, attempt, tmp_path)
        found = protocol(learner, attempt, tmp_path)
    assert ", when the time was over" in found
    assert "my own word" in found
    assert "no answer" in found
    assert found.count("saved") == 2  # The last moment, and beside the answer.


def test_more_time_and_late_answers_stand_on_the_protocol(learner, head, tmp_path):
    attempt = fail(learner)
    adjusting.grant_time(head, attempt.public_id, 5, "The line fell.")
    with pytest.raises(NotFound):
        documenting.write_notice(learner, attempt.public_id)
    sitting.submit_attempt(learner, attempt.public_id, {"whole": ["1"]})
    place = [each.kind.value for each in world.paper_of(learner, attempt)].index("short") + 1
    with pytest.raises(sitting.Ended):
        sitting.save_answers(learner, attempt.public_id, {f"q{place}": ["an answer too late"]})
    found = protocol(learner, attempt, tmp_path)
    for expected in (
        "5 more minutes",
        "The line fell.",
        "Earlier results",
        f"Question {place}: an answer too late",
    ):
        assert expected in found
    assert count(Notice) == 2


def test_a_course_without_particulars_hinders_no_notice(learner, tmp_path):
    with transaction():
        session().delete(territory.find_issuer(territory.get_unit("CZ").id))
    found = notice(learner, fail(learner), tmp_path)
    assert "Eva Nováková" in found
    assert "Ukázkový" not in found
    assert "the trainer of the course or your manager" in found


def test_a_passed_course_without_certificates_keeps_what_the_protocol_says(learner, tmp_path):
    with transaction():
        world.publish(
            world.course("other", certificate=CertificateRule(CertificateKind.NONE, "standard", None))
        )
    attempt = world.pass_test(learner, "other")
    assert (count(Certificate), count(Notice)) == (0, 1)
    assert "passed" in protocol(learner, attempt, tmp_path)
    with pytest.raises(NotFound):
        documenting.write_notice(learner, attempt.public_id)


def test_attempts_left_and_the_wait_are_those_of_that_moment(learner, head, tmp_path):
    publish(attempts=1, cooldown=Duration(2, "d"))
    attempt = fail(learner, slug="other")
    before = documenting.write_notice(learner, attempt.public_id)
    assert "No attempt was left on this day." in words(before, tmp_path)
    taken = session().scalar(select(Enrolment.public_id))
    adjusting.grant_attempt(head, taken, WHY)
    assert documenting.write_notice(learner, attempt.public_id) == before
    with clock.at(clock.now() + timedelta(days=3)):
        second = sitting.start_attempt(learner, "other")
        sitting.submit_attempt(learner, second.public_id, {"whole": ["1"]})
        last = documenting.write_notice(learner, second.public_id)
    assert "No attempt was left" in words(last, tmp_path)


def test_a_wait_before_the_next_attempt_is_told(learner, tmp_path):
    publish(attempts=0, cooldown=Duration(2, "d"))
    found = notice(learner, fail(learner, slug="other"), tmp_path)
    assert "The test may be taken again as often as needed." in found
    assert "The next attempt may begin from" in found


@pytest.mark.parametrize(
    ("feedback", "is_told"),
    [(Feedback.AFTER_SUBMIT, True), (Feedback.AFTER_PASS, False), (Feedback.NEVER, False)],
)
def test_points_of_questions_are_told_as_on_the_result_page_and_a_key_never(
    feedback, is_told, learner, tmp_path
):
    publish(feedback=feedback)
    found = protocol(learner, fail(learner, slug="other"), tmp_path)
    assert ("0 of 2" in found) is is_told
    assert ("are not told" in found) is not is_told
    assert "text en?" in found
    assert "SECRET" not in found.upper()


def test_who_teaches_the_course_alone_does_not_read_who_the_learner_is(learner, tmp_path):
    with transaction():
        session().execute(update(Course).values(owner_path=territory.get_unit("CZ-K3131").path))
    attempt = fail(learner)
    far = world.act_as(world.person("far@example.org", "585068", roles=(("trainer", "CZ-K3131"),)))
    found = protocol(far, attempt, tmp_path)
    assert "Learner of Nové Veselí" in found
    assert "Nováková" not in found
    with pytest.raises(NotFound):
        documenting.write_notice(far, attempt.public_id)
    assert trail("attempt.protocol") == [far.name]


def test_who_looks_after_the_learner_reads_the_papers_and_is_noted(learner, head, stranger):
    attempt = fail(learner)
    for write in (documenting.write_notice, documenting.write_protocol):
        write(learner, attempt.public_id)
        write(head, attempt.public_id)
        with pytest.raises(NotFound):
            write(stranger, attempt.public_id)
    assert trail("attempt.notice") == trail("attempt.protocol") == [head.name]


def test_an_attempt_of_before_has_no_papers(learner):
    attempt = fail(learner)
    with transaction():
        session().execute(Notice.__table__.delete())
    assert documenting.list_offered(learner, attempt) == documenting.Offered(notice=False, protocol=False)
    for write in (documenting.write_notice, documenting.write_protocol):
        with pytest.raises(NotFound):
            write(learner, attempt.public_id)


def test_hostile_words_stand_on_papers_as_they_are(land, tmp_path):
    learner = world.act_as(world.person(family="<b>x</b>&amp;", given='"><script>'))
    found = notice(learner, fail(learner), tmp_path)
    assert "<b>x</b>&amp;" in found


def test_papers_are_read_back_in_ukrainian(learner, tmp_path):
    plain = world.course("other", languages=("en", "uk"), title={"en": "Open data", "uk": "Відкриті дані ґ"})
    questions = tuple(
        replace(
            each,
            bodies={
                "en": each.bodies["en"],
                "uk": replace(each.bodies["en"], language="uk", heading="Що це їжак?"),
            },
            keys={"en": each.keys["en"], "uk": each.keys["en"]},
        )
        for each in plain.questions
    )
    with transaction():
        world.publish(replace(plain, questions=questions))
    attempt = fail(learner, "uk", "other")
    assert "Відкриті дані ґ" in notice(learner, attempt, tmp_path)
    found = protocol(learner, attempt, tmp_path)
    assert "Що це їжак?" in found
    assert "Eva Nováková" in found


def test_papers_are_in_the_language_of_the_attempt(learner, tmp_path):
    attempt = fail(learner, "cs")
    document = documenting.write_notice(learner, attempt.public_id)
    assert document.name == "notice-open-data-1.pdf"
    assert b"(cs)" in document.content
    assert "Otevřená data" in words(document, tmp_path)
