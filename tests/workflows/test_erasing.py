"""A person is erased: nothing of her is left but the register and what totals count; on both engines."""

import os
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.badges.models import Badge
from app.domain.catalogue.values import Assessment, CertificateRule
from app.domain.certificates import service as certificates
from app.domain.certificates.models import Certificate
from app.domain.enrolment.models import Enrolment
from app.domain.people import queries as people
from app.domain.people import service as persons
from app.domain.people.models import Person
from app.domain.progress.models import CompletionCount
from app.domain.renewals.models import Reminder
from app.domain.reports import service as reports
from app.domain.surveys.values import Opinion
from app.domain.tasks.models import AnswerFile
from app.foundation import clock, files, mail, settings
from app.foundation.audit import AuditEntry
from app.foundation.db import Base, session, transaction
from app.foundation.errors import Conflict, Invalid, NotFound, Refused
from app.foundation.mail import MailMessage
from app.foundation.queue import OutboxJob
from app.jobs import worker
from app.workflows import (
    adjusting,
    badging,
    certifying,
    entering,
    erasing,
    keeping,
    learning,
    marking,
    minting,
    notifying,
    registering,
    rendering,
    sealing,
    sitting,
    surveying,
    verifying,
    working,
)
from tests import world
from tests.lapsing import forget, terms
from tests.security.cast import HOME, Cast
from tests.security.corrections import put_correction
from tests.security.exam_dates import put_exams

SYSTEM = Actor.system("test")
GONE, EMPTIED, STAYS = "goes", "stays without what is hers", "stays"
DECISIONS = {
    "accommodation": GONE,
    "answer": GONE,
    "answer_file": GONE,
    "attempt": GONE,
    "badge": EMPTIED,  # its files go; that there was one is needed to say that it holds no more
    "certificate_check": STAYS,  # how often a certificate was checked
    "certificate": STAYS,  # the register that the law asks for; the name until the keeping period is over
    "correction_result": GONE,
    "earlier_result": GONE,
    "enrolment": EMPTIED,  # those that led to a result, for the totals
    "exam_date": STAYS,  # a proctor's name stands in the records of those whom she watched
    "extra_attempt": GONE,
    "extra_time": GONE,
    "handing": GONE,
    "hidden_name": STAYS,  # her wish for the certificates that stay
    "incident": GONE,
    "late_answers": GONE,
    "marking": GONE,
    "module_done": GONE,
    "notice": GONE,
    "paper": GONE,
    "person": EMPTIED,
    "reminder": STAYS,  # days before an end that are dealt with
    "register_entry": STAYS,  # the chain
    "report_file": GONE,
    "revocation_part": STAYS,  # what became of certificates
    "role_grant": GONE,
    "seat": GONE,
    "survey_done": GONE,
    "token": GONE,
    "work": GONE,
}
"""What becomes of each table that leads to a person."""
WITHOUT_REFERENCE = {"mail_message", "sign_in_failure", "outbox_job"}
"""Tables that know a person by other words, and forget her, too."""


def leads_to_a_person() -> set[str]:
    """Return the tables that point to a person, or to a row that does."""
    found, size = {"person"}, 0
    while len(found) > size:
        size = len(found)
        found |= {
            table.name
            for table in Base.metadata.tables.values()
            for key in table.foreign_keys
            if key.column.table.name in found
        }
    return found


def test_of_every_table_that_leads_to_a_person_it_is_decided_what_becomes_of_it():
    assert leads_to_a_person() == set(DECISIONS)
    assert not set(Base.metadata.tables) & WITHOUT_REFERENCE & set(DECISIONS)


@pytest.fixture
def admin(land) -> Actor:
    return world.act_as(world.person("admin@example.org", "595209", roles=(("admin", None),)))


@pytest.fixture
def her(land, admin) -> Person:
    """Somebody of whom something lies in every table."""
    trainer = world.act_as(world.person("trainer@example.org", "595209", roles=(("trainer", "CZ"),)))
    person = world.person("zmizela@example.org", family="Zmizelá", given="Zora")
    own = world.act_as(person)
    passed = world.pass_test(own)
    rendering.render(SYSTEM, certificate_of(person).code)
    surveying.answer(own, "open-data", Opinion(4, 4, 4, 4, "Good."))
    adjusting.accommodate(admin, person.public_id, 50, "canary of health")
    _fail(own, admin)
    _work(own, trainer)
    _sit_elsewhere(own, person, trainer)
    _leave_traces(own, person)
    _show_it(own, certificate_of(person))
    assert passed.is_passed
    session().rollback()
    return person


def _show_it(own: Actor, held: Certificate) -> None:
    """Let her ask for the badge of a certificate, hide her name; others check it, and she is reminded of its end."""
    badging.ask(own, held.code)
    minting.make(SYSTEM, held.code)
    verifying.choose_name(own, is_hidden=True)
    with transaction() as writing:
        certificates.count_checked(held.id, 2, clock.now().date(), uuid4())
        writing.add(Reminder(certificate_id=held.id, step=30, at=clock.now()))


def _fail(own: Actor, admin: Actor) -> None:
    """Let her fail a test after time was added, try again with more time, and send something too late."""
    with transaction():
        test = Assessment(attempts=1, time_limit=world.Duration(30, "min"))
        world.publish(world.course("once", assessment=test, certificate=CertificateRule()))
    begun = world.begin_test(own, "once")
    adjusting.grant_time(admin, begun.public_id, 10, "canary of time")
    sitting.submit_attempt(own, begun.public_id, {"whole": ["1"]})
    adjusting.grant_time(admin, begun.public_id, 10, "canary of more time")
    with clock.at(clock.now() + timedelta(days=1)):
        sitting.finish_overdue(SYSTEM)
    adjusting.grant_attempt(admin, learning.enrol(own, "once").public_id, "canary of grace")


def _work(own: Actor, trainer: Actor) -> None:
    with transaction():
        world.publish(world.course_with_task("own-plan", certificate=CertificateRule()))
    begun = world.begin_test(own, "own-plan")
    position = [each.kind.value for each in world.paper_of(own, begun)].index("task") + 1
    working.add_files(own, begun.public_id, position, [working.SentFile("canary.csv", b"canary file")])
    sitting.submit_attempt(own, begun.public_id, {"whole": ["1"], f"q{position}": ["canary text"]})
    said = {"seen": ["1-waiting-0-0"], "comment": ["canary comment"]}
    marking.give_back(trainer, begun.public_id, position, said)


def _sit_elsewhere(own: Actor, person: Person, trainer: Actor) -> None:
    """Let her result be corrected, and let her sit at an exam date, where something happened."""
    cast = Cast()
    put_correction(cast, HOME, own, person.unit_path)
    put_exams(cast, HOME, session().get(Person, trainer.person_id), own)


def _leave_traces(own: Actor, person: Person) -> None:
    """A course begun, an open attempt, a report, a letter, a link, a failed sign-in."""
    with transaction():
        world.publish(world.course("begun", certificate=CertificateRule()))
    world.begin_test(own, "begun")
    with transaction():
        asked = reports.ask(person.id, "canary.xlsx", {}, ())
        reports.keep(asked, files.store().put(b"canary report"), 1)
        persons.make_token(person, "reset", timedelta(hours=1))
        mail.post(person.email, "canary subject", "canary letter", "canary letter")
        letter = session().scalars(select(MailMessage).where(MailMessage.subject == "canary subject")).one()
    mail.send(mail.compose(letter, settings.current()), settings.current())
    with pytest.raises(Invalid):
        entering.sign_in("192.0.2.1", person.email, "wrong", is_known_browser=True)


def certificate_of(person: Person) -> Certificate:
    found = select(Certificate).where(Certificate.person_id == person.id).order_by(Certificate.id).limit(1)
    return session().scalars(found).one()


def dump() -> dict[str, str]:
    """Return every table as text."""
    session().rollback()
    return {name: str(session().execute(select(table)).all()) for name, table in Base.metadata.tables.items()}


def rows_of(name: str, person_id: int) -> int:
    table = Base.metadata.tables[name]
    counted = select(func.count()).select_from(table).where(table.c.person_id == person_id)
    return session().scalar(counted) or 0


def test_something_lies_in_every_table_before(her):
    filled = {name for name, text in dump().items() if text != "[]"}
    assert set(DECISIONS) - filled <= {"revocation_part", "role_grant", "late_answers", "extra_time"}


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ("Zmizel", {"certificate"}),
        ("Zora", {"certificate"}),
        ("zmizela@example.org", set()),
        ("canary", {"audit_entry"}),  # reasons stand in the trail: whoever writes one is told so
    ],
)
def test_no_word_of_hers_is_left_but_on_her_certificates(admin, her, word, kept):
    assert {name for name, text in dump().items() if word in text} > kept
    erasing.erase(admin, her.public_id, password=world.PASSWORD)
    assert {name for name, text in dump().items() if word in text} == kept


@pytest.fixture
def own_store(app, tmp_path) -> None:
    """A file store that no other test has put anything into."""
    files.use(tmp_path / "files")


@pytest.mark.parametrize("word", ["Zmizel", "Zora"])
def test_no_word_of_hers_is_left_in_a_table_or_a_file_after_the_keeping_period(
    own_store, app, admin, her, word
):
    assert any(word.encode() in files.store().get(digest) for digest in files.store().list_digests())
    held = certificate_of(her)
    documents = {held.file_digest, held.signed_digest}
    erasing.erase(admin, her.public_id, password=world.PASSWORD)
    with terms(CZ=1):
        forget(clock.now() + timedelta(days=400))
    assert {name for name, text in dump().items() if word.lower() in text.lower()} == set()
    with clock.at(clock.now() + timedelta(days=401)):
        worker.perform_due(app)
    left = set(files.store().list_digests())
    assert not left & documents
    assert not any(word.encode() in files.store().get(digest) for digest in left)


def test_only_the_chains_know_the_number_that_she_was_known_by(admin, her):
    known_by = str(her.public_id)
    erasing.erase(admin, her.public_id, password=world.PASSWORD)
    assert {name for name, text in dump().items() if known_by in text} <= {"audit_entry", "register_entry"}


def test_what_is_gone_is_gone_in_every_table(admin, her):
    number = her.id
    erasing.erase(admin, her.public_id, password=world.PASSWORD)
    for name, decision in DECISIONS.items():
        if decision == GONE and "person_id" in Base.metadata.tables[name].c:
            assert rows_of(name, number) == 0, name
    outcomes = session().scalars(select(Enrolment.outcome).where(Enrolment.person_id == number)).all()
    assert outcomes
    assert None not in outcomes


def test_her_certificate_is_verified_as_before_and_the_register_is_well(admin, her):
    before = certificate_of(her)
    code, said, digest = before.code, dict(before.snapshot), before.signed_digest
    erasing.erase(admin, her.public_id, password=world.PASSWORD)
    sealing.seal(Actor.system("seal"))
    assert registering.verify(SYSTEM).fault is None
    held = erasing.register.find_by_code(code)
    assert (held.snapshot, held.signed_digest) == (said, digest)
    assert files.store().get(digest)


def test_totals_stay(admin, her):
    def totals() -> list[object]:
        session().rollback()
        ended = select(Enrolment.outcome, func.count()).where(Enrolment.outcome.is_not(None))
        return [
            session().scalar(select(func.sum(CompletionCount.completions))),
            sorted(map(tuple, session().execute(ended.group_by(Enrolment.outcome)))),
        ]

    before = totals()
    erasing.erase(admin, her.public_id, password=world.PASSWORD)
    assert totals() == before


def test_her_files_go_with_the_job_and_those_that_others_name_stay(admin, her):
    digest = session().scalars(select(AnswerFile.digest)).one()
    other = files.store().put(b"canary report")
    badge = session().scalars(select(Badge)).one()
    shown = {badge.document_digest, badge.picture_digest}
    erasing.erase(admin, her.public_id, password=world.PASSWORD)
    jobs = session().scalars(select(OutboxJob).where(OutboxJob.name == "files.forget")).all()
    assert {each.arguments["digest"] for each in jobs} == {digest, other, *shown}
    with pytest.raises(Conflict):
        keeping.forget_file(SYSTEM, digest)
    for each in (digest, other):
        os.utime(files.store().path(each), (1, 1))
    with transaction():
        reports.keep(reports.ask(admin.person_id, "same.xlsx", {}, ()), other, 1)
    for each in (digest, other):
        keeping.forget_file(SYSTEM, each)
    assert files.store().get(other) == b"canary report"
    with pytest.raises(NotFound):
        files.store().get(digest)
    keeping.forget_file(SYSTEM, digest)


def test_her_letters_are_gone_from_the_folder_too(admin, her):
    mine = session().scalars(select(MailMessage).where(MailMessage.recipient == her.email)).all()
    paths = [settings.current().instance / "mail" / f"{each.public_id}.eml" for each in mine]
    assert any(path.exists() for path in paths)
    erasing.erase(admin, her.public_id, password=world.PASSWORD)
    assert not any(path.exists() for path in paths)


def test_she_comes_in_no_more_and_is_found_no_more_and_her_address_is_free(admin, her):
    token, public_id = her.session_token, her.public_id
    erasing.erase(admin, public_id, password=world.PASSWORD)
    assert erasing.entering.people.find_credentials("zmizela@example.org") is None
    assert session().scalar(select(Person.id).where(Person.session_token == token)) is None
    scope = scope_of(admin, Permission.PERSON_READ)
    with pytest.raises(NotFound):
        people.get_person(scope, public_id)
    assert people.list_persons(scope, "Zmizelá") == ([], 0)
    assert world.person("zmizela@example.org").id != her.id


def test_whose_certificate_is_revoked_later_gets_no_mail(admin, her):
    code = certificate_of(her).code
    erasing.erase(admin, her.public_id, password=world.PASSWORD)
    certifying.revoke(SYSTEM, code, "Issued by mistake.")
    count = session().scalar(select(func.count()).select_from(MailMessage))
    notifying.tell_of_revocation(Actor.system("notify.revoked"), code)
    assert session().scalar(select(func.count()).select_from(MailMessage)) == count


def test_a_second_click_finds_nobody(admin, her):
    public_id = her.public_id
    erasing.erase(admin, public_id, password=world.PASSWORD)
    with pytest.raises(NotFound):
        erasing.erase(admin, public_id, password=world.PASSWORD)
    acts = session().scalars(select(AuditEntry).where(AuditEntry.action == "person.erase")).all()
    assert [(each.subject, each.detail["certificates"]) for each in acts] == [(str(public_id), 1)]


def test_without_the_password_nothing_is_erased(admin, her):
    for wrong in ("", "wrong"):
        with pytest.raises(Invalid):
            erasing.erase(admin, her.public_id, password=wrong)
    assert people.find_person_by_email("zmizela@example.org") is not None


def test_nobody_erases_herself_or_who_is_to_supervise(admin, her):
    own = people.find_person_by_email("admin@example.org")
    with pytest.raises(Conflict, match="yourself"):
        erasing.erase(admin, own.public_id, password=world.PASSWORD)
    watching = people.find_person_by_email("trainer@example.org")
    with pytest.raises(Conflict, match="supervise"):
        erasing.erase(admin, watching.public_id, password=world.PASSWORD)


@pytest.mark.parametrize(
    ("roles", "error"),
    [((("admin", "CZ-K3131"),), NotFound), ((("manager", "CZ-O6115"),), Refused), ((), Refused)],
)
def test_nobody_else_erases(land, roles, error):
    someone = world.person("someone@example.org")
    other = world.act_as(world.person("other@example.org", "585068", roles=roles))
    with pytest.raises(error):
        erasing.erase(other, someone.public_id, password=world.PASSWORD)
    with pytest.raises(error):
        erasing.erase(other, uuid4(), password=world.PASSWORD)


def test_whoever_holds_more_than_the_eraser_is_not_erased_by_her(land):
    someone = world.person("someone@example.org", roles=(("admin", None),))
    regional = world.act_as(world.person("other@example.org", roles=(("admin", "CZ-K3107"),)))
    with pytest.raises(Conflict, match="roles"):
        erasing.erase(regional, someone.public_id, password=world.PASSWORD)


def test_what_fails_in_the_middle_leaves_everything(admin, her, monkeypatch):
    def fail(person: Person) -> None:
        raise IntegrityError("erase", {}, ValueError(str(person.id)))

    before = dump()
    monkeypatch.setattr(persons, "erase", fail)
    with pytest.raises(IntegrityError):
        erasing.erase(admin, her.public_id, password=world.PASSWORD)
    assert dump() == before
