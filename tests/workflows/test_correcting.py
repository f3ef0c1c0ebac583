"""A mended key from the dry run to certificates and mails, on both engines."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain.assessments import queries as attempts
from app.domain.assessments.models import Answer, Attempt, EarlierResult
from app.domain.catalogue import service as catalogue
from app.domain.catalogue.values import CertificateKind, CertificateRule
from app.domain.certificates import queries as register
from app.domain.certificates.models import Certificate, Notice, RegisterEntry
from app.domain.corrections import queries as corrections
from app.domain.corrections.models import Correction
from app.domain.corrections.values import Differing
from app.domain.enrolment.models import Enrolment
from app.domain.progress.models import CompletionCount
from app.domain.territory import queries as territory
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.foundation.errors import Invalid, NotFound, Refused
from app.workflows import correcting
from tests import world
from tests.workflows.keys import (
    KIND,
    MENDED,
    PLAIN,
    STRICT,
    WHY,
    again,
    bank,
    draft,
    dry_run,
    mails,
    mend,
    publish,
    rows,
    sit,
    sums,
)

# What differs.


def test_what_differs_is_said_in_words(before, method):
    sit("a@example.org")
    publish("2", **MENDED, text=None)
    found = correcting.compare(method, "keys", "cs")
    assert [(each.key, each.old, each.new, each.versions, each.results) for each in found.keys] == [
        ("one", "b", "c", ("1.0",), 1)
    ]
    assert [(each.key, each.how) for each in found.others] == [("text", Differing.GONE)]
    assert (found.resting, found.keys[0].language) == (1, "cs")


def test_nothing_differs_where_only_explanations_do(before, method):
    sit("a@example.org")
    publish("2", one={"explanation": "Because."})
    found = correcting.compare(method, "keys", "en")
    assert (found.keys, found.others, found.resting) == ((), (), 0)


def test_what_was_applied_differs_no_more(before, method):
    sit("a@example.org")
    publish("2", **MENDED)
    mend(method)
    assert correcting.compare(method, "keys", "en").resting == 0
    with pytest.raises(Invalid):
        correcting.begin(method, "keys", {"one": "mend"})


# The dry run.


def test_a_dry_run_tells_by_either_rule_and_changes_nothing(before, method):
    held = sit("held@example.org", one="b", text="no")  # 2 of 3, passed; by c 1 of 3
    gaining = sit("up@example.org", one="c", text="no")  # 1 of 3, failed; by c 2 of 3
    sit("same@example.org", one="a")
    publish("2", **MENDED)
    made = dry_run(method)
    kind, strict = sums(method, made, KIND), sums(method, made, STRICT)
    assert (kind.results, kind.gain, kind.lose, kind.to_passed, kind.to_failed, kind.issued) == (
        3,
        1,
        0,
        1,
        0,
        1,
    )
    assert (strict.gain, strict.lose, strict.to_passed, strict.to_failed, strict.revoked) == (1, 1, 1, 1, 1)
    assert (again(held).mark, again(gaining).mark) == (6667, 3333)
    assert rows(EarlierResult) == []


def test_a_new_dry_run_takes_the_place_of_one_that_nobody_decided(before, method, trainer):
    sit("a@example.org")
    publish("2", **MENDED)
    first = dry_run(trainer)
    second = dry_run(method, one="drop")
    assert [each.public_id for each in rows(Correction)] == [second]
    assert first != second


@pytest.mark.parametrize("choices", [{}, {"one": "leave"}, {"one": "burn"}, {"none": "mend"}])
def test_what_cannot_be_chosen_is_refused(before, method, choices):
    sit("a@example.org")
    publish("2", **MENDED)
    with pytest.raises(Invalid):
        correcting.begin(method, "keys", choices)
    assert rows(Correction) == []


def test_a_question_that_asks_something_else_is_not_marked_but_may_be_dropped(before, method):
    sit("a@example.org", one="b", text="no")
    with transaction():
        other = replace(
            world.QUESTIONS[0],
            bodies={
                tag: replace(body, options=("a", "b", "x")) for tag, body in world.QUESTIONS[0].bodies.items()
            },
        )
        made = draft("2", (other, *bank()[1:]))
        catalogue.publish(made, territory.get_unit("CZ"), {}, "test")
    found = correcting.compare(method, "keys", "en")
    assert [(each.key, each.how) for each in found.others] == [("one", Differing.REWORDED)]
    with pytest.raises(Invalid):
        correcting.begin(method, "keys", {"one": "mend"})
    mend(method, one="drop")
    attempt = rows(Attempt)[0]
    assert (attempt.earned, attempt.points, attempt.mark) == ("1", 2, 5000)


# The decision.


def test_as_corrected_some_win_and_some_lose_and_all_are_told(before, method):
    falling = sit("down@example.org", one="b", text="no")
    rising = sit("up@example.org", one="c", text="no")
    sit("same@example.org", one="a")
    publish("2", **MENDED)
    mend(method)
    assert (again(falling).mark, falling.is_passed, again(rising).mark, rising.is_passed) == (
        3333,
        False,
        6667,
        True,
    )
    assert [(each.mark, each.is_passed, each.reason, each.ended_by) for each in rows(EarlierResult)] == [
        (6667, True, WHY, method.name),
        (3333, False, WHY, method.name),
    ]
    assert [each.outcome for each in rows(Enrolment)] == [None, "passed", "passed"]
    revoked, *others = rows(Certificate)
    assert (revoked.enrolment_id, revoked.revoked_at is not None) == (falling.enrolment_id, True)
    assert [each.enrolment_id for each in others if each.revoked_at is None][-1] == rising.enrolment_id
    assert [each.completions for each in rows(CompletionCount)] == [2]
    assert {each.recipient for each in mails()} == {"down@example.org", "up@example.org"}
    assert all(WHY in each.text for each in mails())
    assert [each.reason for each in rows(RegisterEntry, RegisterEntry.kind == "revoked")] == [WHY]


def test_the_mail_says_what_was_and_what_is(before, method):
    sit("up@example.org", one="c", text="no")
    publish("2", **MENDED)
    mend(method)
    (mail,) = mails()
    number = rows(Certificate)[0].number
    for words in ("33.33%", "66.67%", "You have now passed this test.", number, "Česká republika", WHY):
        assert words in mail.text


def test_nobody_loses_where_nobody_shall(before, method):
    falling = sit("down@example.org", one="b", text="no")
    rising = sit("up@example.org", one="c", text="no")
    publish("2", **MENDED)
    mend(method, KIND)
    assert (again(falling).mark, again(rising).mark) == (6667, 6667)
    assert [each.revoked_at for each in rows(Certificate)] == [None, None]
    assert [each.recipient for each in mails()] == ["up@example.org"]


def test_another_mark_on_a_certificate_supersedes_it(before, method):
    attempt = sit("better@example.org", one="c")
    old = rows(Certificate)[0]
    publish("2", **MENDED)
    mend(method)
    old, new = again(old), rows(Certificate)[1]
    assert (again(attempt).mark, rows(Enrolment)[0].mark) == (10000, 10000)
    assert (old.is_current, old.successor, old.revoked_at) == (False, new.number, None)
    assert (new.snapshot["mark"], new.valid_until, new.is_current) == (10000, old.valid_until, True)
    changed = {name for name in new.snapshot if new.snapshot[name] != old.snapshot[name]}
    assert changed <= {"mark", "number", "code", "verify_url", "issued_on"}
    assert [each.kind for each in rows(RegisterEntry)] == ["issued", "superseded", "issued"]
    assert (old.number in mails()[0].text, new.number in mails()[0].text) == (True, True)
    assert [each.completions for each in rows(CompletionCount)] == [1]


def test_an_expired_certificate_is_not_issued_again(before, method):
    sit("better@example.org", one="c")
    with transaction():
        rows_held = session().scalars(select(Certificate)).one()
        rows_held.valid_until = clock.now().date().replace(year=2020)
    publish("2", **MENDED)
    mend(method)
    assert [each.superseded_at for each in rows(Certificate)] == [None]
    assert rows(Enrolment)[0].mark == 10000


def test_points_of_the_questions_follow(before, method):
    attempt = sit("up@example.org", one="c", text="no")
    publish("2", **MENDED)
    mend(method)
    earned = [each.earned for each in rows(Answer, Answer.attempt_id == attempt.id)]
    assert sorted(earned) == ["0", "1", "1"]
    assert again(attempt).earned == "2"


def test_a_dropped_question_leaves_both_sums(before, method):
    attempt = sit("a@example.org", one="a", other="a")
    publish("2", one=None)
    mend(method, one="drop")
    assert (again(attempt).earned, attempt.points, attempt.mark) == ("1", 2, 5000)
    paper = attempts.paper_of(attempt)
    sheet = corrections.correct_paper(attempt, paper)
    assert [paper[place - 1].key for place in sheet.left_out] == ["one"]


def test_the_paper_shows_the_mended_key_to_everyone_who_had_the_question(before, method):
    attempt = sit("same@example.org", one="a")
    publish("2", **MENDED)
    made = mend(method)
    sheet = corrections.correct_paper(again(attempt), attempts.paper_of(attempt))
    (place,) = sheet.notes
    question = sheet.questions[place - 1]
    assert [question.body.options[each] for each in question.answer_key.right] == ["c"]
    assert (sheet.notes[place].public_id, sheet.notes[place].reason) == (made, WHY)


def test_a_failed_course_is_passed_and_a_passed_one_is_failed_without_attempts_left(land, method):
    publish("1", test=replace(PLAIN, attempts=1))
    falling = sit("down@example.org", one="b", text="no")
    rising = sit("up@example.org", one="c", text="no")
    assert [each.outcome for each in rows(Enrolment)] == ["passed", "failed"]
    publish("2", test=replace(PLAIN, attempts=1), **MENDED)
    mend(method)
    assert {each.id: (each.outcome, each.mark) for each in rows(Enrolment)} == {
        falling.enrolment_id: ("failed", 3333),
        rising.enrolment_id: ("passed", 6667),
    }


def test_papers_say_the_mark_that_counts_and_who_fails_now_gets_a_notice(before, method):
    passed, failed = sit("down@example.org", one="b", text="no"), sit("low@example.org", one="a", text="no")
    assert [each.attempt_id for each in rows(Notice)] == [failed.id]
    publish("2", **MENDED)
    mend(method)
    assert [each.attempt_id for each in rows(Notice)] == [failed.id, passed.id]
    for sat in (passed, failed):
        kept = register.find_snapshot(again(sat))
        assert kept is not None
        assert kept.mark == again(sat).mark


def test_a_later_attempt_that_passed_holds_the_completion(before, method):
    first = sit("twice@example.org", one="b", text="no", other="a")
    second = sit("twice@example.org", one="b", is_new=False)
    assert (first.is_passed, second.is_passed, second.mark) == (False, True, 10000)
    publish("2", **MENDED)
    mend(method)
    learner = rows(Enrolment)[0]
    assert (again(first).mark, again(second).mark, learner.outcome, learner.mark) == (0, 6667, "passed", 6667)
    assert [each.revoked_at for each in rows(Certificate)] == [None, None]
    assert len(mails()) == 2


def test_the_pass_of_an_earlier_attempt_keeps_a_completion_that_would_fall(before, method):
    sit("twice@example.org", one="c", text="no")  # 1 of 3, later 2 of 3
    sit("twice@example.org", one="b", text="no", is_new=False)  # 2 of 3, later 1 of 3
    publish("2", **MENDED)
    mend(method)
    assert (rows(Enrolment)[0].outcome, rows(Enrolment)[0].mark) == ("passed", 6667)
    assert [each.revoked_at for each in rows(Certificate)] == [None]
    assert [each.completions for each in rows(CompletionCount)] == [1]


# Who may.


def test_a_trainer_makes_the_dry_run_and_does_not_decide(before, trainer):
    sit("a@example.org")
    publish("2", **MENDED)
    made = dry_run(trainer)
    with pytest.raises((NotFound, Refused)):
        correcting.decide(trainer, made, STRICT, WHY)


def test_a_methodologist_elsewhere_finds_nothing(land, method):
    owner, none = territory.get_unit("CZ-K3107"), CertificateRule(CertificateKind.NONE)
    with transaction():
        catalogue.publish(draft("1", bank(), certificate=none), owner, {}, "test")
    sit("a@example.org")
    with transaction():
        catalogue.publish(draft("2", bank(**MENDED), certificate=none), owner, {}, "test")
    stranger = world.act_as(
        world.person("zlin@example.org", "585068", roles=(("methodologist", "CZ-K3131"),))
    )
    with pytest.raises(NotFound):
        correcting.compare(stranger, "keys", "en")
    with pytest.raises(NotFound):
        correcting.begin(stranger, "keys", {"one": "mend"})
    made = dry_run(method)
    with pytest.raises(NotFound):
        correcting.decide(stranger, made, STRICT, WHY)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_without_a_reason_nothing_is_decided(before, method, reason):
    sit("a@example.org")
    publish("2", **MENDED)
    made = dry_run(method)
    with pytest.raises(Invalid):
        correcting.decide(method, made, STRICT, reason)
    assert rows(Correction)[0].stage == "ready"


def test_every_step_stands_in_the_trail(before, method):
    sit("down@example.org", one="b", text="no")
    publish("2", **MENDED)
    mend(method)
    counted = Counter(entry.action for entry in rows(AuditEntry))
    for action in ("correction.begin", "correction.decide", "correction.done", "attempt.correct"):
        assert counted[action] == 1
    assert counted["certificate.revoke"] == 1
