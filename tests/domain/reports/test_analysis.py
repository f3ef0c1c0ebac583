"""Item analysis from rows: which attempts count, what is told of their questions, and to whom; on both engines."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Grant, Permission, Role
from app.domain.assessments.models import Answer, Attempt, Paper
from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue.values import Assessment
from app.domain.reports.queries import analysis
from app.domain.reports.rules import items, statistics
from app.domain.reports.values import ChoiceCount, Period, Sample, TypedCount, Which
from app.foundation import clock, ids
from app.foundation.db import session, transaction
from app.workflows import sitting
from tests import world

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PRAGUE = ZoneInfo("Europe/Prague")
EVERYTHING = scope_of(Actor("test", grants=(Grant(Role.ADMIN, ""),)), Permission.COURSE_WRITE)
ALL = Sample("open-data")
PLAIN = Assessment(attempts=0)

Answers = Callable[[PaperQuestion, int], dict[str, list[str]]]


def right(question, place):
    return world.right_answer(question, place)


def nothing(question, place):
    return {}


def saying(key, text):
    """Answer a typed question so, and all others rightly."""
    return lambda question, place: {f"q{place}": [text]} if question.key == key else right(question, place)


def choosing(key, *texts):
    """Choose options by what they say, and answer all others rightly."""

    def answer(question, place):
        if question.key != key:
            return right(question, place)
        return {f"q{place}": [str(question.body.options.index(text)) for text in texts]}

    return answer


def publish(**changes):
    """Publish a new edition of the course without limits."""
    questions = changes.pop("questions", world.QUESTIONS)
    draft = world.course(**{"assessment": PLAIN, **changes})
    digest = ids.digest(repr((draft.meta, questions)))
    with transaction():
        return world.publish(replace(draft, questions=questions, digest=digest, marking_digest=digest))


class Class:
    """Learners who sit the test one after the other."""

    def __init__(self):
        self.count = 0

    def sit(self, *given: Answers, unit="596230", language="en", at=NOON):
        """Let a new learner make attempts, one for each of the ways to answer."""
        self.count += 1
        actor = world.act_as(world.person(f"learner{self.count}@example.org", unit))
        for number, answers in enumerate(given):
            with clock.at(at + timedelta(minutes=number)):
                attempt = world.begin_test(actor, language=language)
                form = {"whole": ["1"]}
                for place, question in enumerate(world.paper_of(actor, attempt), start=1):
                    form |= answers(question, place)
                sitting.submit_attempt(actor, attempt.public_id, form)
        return attempt


@pytest.fixture
def learners(land):
    publish()
    return Class()


def analyse(sample=ALL, scope=EVERYTHING, language="en"):
    return analysis.get_analysis(scope, sample, PRAGUE, language)


def by_key(found):
    return {question.key: question for question in found.questions}


def test_without_attempts_there_is_nothing_to_tell(learners):
    found = analyse()
    assert (found.test.count, found.questions) == (0, ())
    assert found.test.mean == statistics.NOBODY


def test_one_attempt_gives_means_and_reasons(learners):
    learners.sit(right)
    found = analyse()
    assert (found.test.count, found.test.mean.value) == (1, 100)
    assert len(found.questions) == 7
    for question in found.questions:
        assert (question.item.count, question.item.facility.value) == (1, 100)
        assert question.item.discrimination == statistics.TOO_FEW
        assert question.advice == ()


def test_choices_are_told_by_their_texts_whatever_order_and_language_they_were_shown_in(learners):
    for number in range(12):
        chosen = ("b",) if number % 3 else ("c",)
        learners.sit(choosing("one", *chosen), language=("en", "cs")[number % 2])
    learners.sit(choosing("many", "a", "d"))
    learners.sit(nothing)
    found = by_key(analyse(language="cs"))
    one = found["one"]
    assert (one.heading, one.language, one.unanswered) == ("one cs?", "cs", 1)
    assert [(each.text, each.is_right, each.chosen) for each in one.choices] == [
        ("a", False, 0),
        ("b", True, 9),
        ("c", False, 4),
    ]
    assert {each.text: each.chosen for each in found["many"].choices} == {"a": 13, "b": 0, "c": 12, "d": 1}
    assert found["pairs"].choices[:3] == (
        ChoiceCount("x", "1", True, 13, *found["pairs"].choices[0][4:]),
        ChoiceCount("x", "2", False, 0, 0, 0),
        ChoiceCount("x", "3", False, 0, 0, 0),
    )
    assert [(each.part, each.text, each.chosen) for each in found["gaps"].choices] == [
        ("2", "in", 13),
        ("2", "out", 0),
    ]
    assert found["ranks"].choices == found["text"].choices == ()


def test_what_fewer_than_five_learners_typed_is_told_to_nobody(learners):
    for number in range(items.FEWEST_ALIKE):
        learners.sit(saying("text", " Wrong  WORD " if number % 2 else "wrong word"))
    for _ in range(items.FEWEST_ALIKE - 1):
        learners.sit(saying("text", "Jan Novák"))
    assert by_key(analyse())["text"].typed == (TypedCount("wrong word", 5),)


def test_one_learner_who_repeats_herself_is_one(land):
    publish(assessment=Assessment(attempts=0, pass_mark=100))
    learners = Class()
    learners.sit(*[saying("text", "mine alone")] * 6)
    found = by_key(analyse(Sample("open-data", which=Which.ALL)))["text"]
    assert (found.item.count, found.typed) == (6, ())


def test_which_attempts_count(land):
    publish(assessment=Assessment(attempts=0, pass_mark=100))
    learners = Class()
    learners.sit(nothing, saying("text", "x"), nothing, saying("figure", "9"))
    learners.sit(saying("text", "x"), nothing)

    def means(which):
        found = analyse(Sample("open-data", which=which)).test
        return found.count, round(found.mean.value, 4)

    high = round(100 * 7 / 8, 4)
    assert means(Which.FIRST) == (2, high / 2)
    assert means(Which.BEST) == (2, high)
    assert means(Which.LAST) == (2, high / 2)
    assert means(Which.ALL) == (6, round(3 * high / 6, 4))


def test_a_period_holds_its_days_in_the_zone_and_does_not_make_a_second_attempt_a_first(land):
    publish(assessment=Assessment(attempts=0, pass_mark=100))
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # 2 March in Prague
    learners = Class()
    learners.sit(nothing, at=late)
    learners.sit(nothing, nothing, at=datetime(2026, 3, 2, 22, 59, 30, tzinfo=UTC))  # the second: 3 March

    def count(first, last, which=Which.FIRST):
        return analyse(Sample("open-data", period=Period(first, last), which=which)).test.count

    assert count(None, date(2026, 3, 1)) == 0
    assert count(date(2026, 3, 2), date(2026, 3, 2)) == 2
    assert count(date(2026, 3, 3), None) == 0
    assert count(date(2026, 3, 3), None, Which.LAST) == 1
    assert count(date(2026, 3, 3), date(2026, 3, 3), Which.ALL) == 1


def test_unfinished_and_unmarked_attempts_are_left_out(learners):
    learners.sit(right)
    waiting = learners.sit(right)
    world.begin_test(world.act_as(world.person("open@example.org")))
    with transaction() as held:
        held.execute(update(Attempt).where(Attempt.id == waiting.id).values(mark=None, earned=None))
    assert analyse().test.count == 1
    assert analysis.list_analysed_versions(EVERYTHING, "open-data") == [(2, 0, 1)]


def test_versions_are_counted_apart_and_together(land):
    learners = Class()
    publish()
    learners.sit(right)
    publish(questions=tuple(replace(each, points=each.points * 3) for each in world.QUESTIONS))
    learners.sit(nothing)
    learners.sit(right)
    assert analysis.list_analysed_versions(EVERYTHING, "open-data") == [(3, 0, 2), (2, 0, 1)]
    assert analyse(Sample("open-data", 2)).test.count == 1
    assert analyse(Sample("open-data", 3, 0)).test.count == 2
    assert analyse(Sample("open-data", 3, 1)).test.count == 0
    whole = analyse()
    assert (whole.test.count, round(whole.test.mean.value, 3)) == (3, 66.667)
    one = by_key(whole)["one"]
    assert (one.item.count, round(one.item.facility.value, 3)) == (3, 66.667)
    assert round(one.item.discrimination.value, 6) == 100


def test_a_question_that_is_no_longer_drawn_stays_with_its_figures_and_papers_differ_in_length(land):
    learners = Class()
    publish()
    learners.sit(right)
    retired = tuple(replace(each, is_retired=each.key == "one") for each in world.QUESTIONS)
    publish(questions=retired)
    learners.sit(nothing)
    found = analyse()
    assert found.questions[-1].key == "one"
    assert [question.is_drawn_still for question in found.questions] == [True] * 6 + [False]
    assert by_key(found)["one"].item.count == 1
    assert found.test.consistency == items.LENGTHS_DIFFER


def test_alpha_follows_the_questions_where_everybody_gets_all_of_them(learners):
    learners.sit(right)
    learners.sit(nothing)
    learners.sit(choosing("one", "a"))
    assert analyse().test.consistency.value == pytest.approx(100 * 7 / 6 * (1 - expected_ratio()))


def expected_ratio():
    """Σ var / var of three learners: all of 8 points, none, and all but one."""
    whole = statistics.variance([8, 0, 7])
    return (
        statistics.variance([1, 0, 0]) + 5 * statistics.variance([1, 0, 1]) + statistics.variance([2, 0, 2])
    ) / whole


@pytest.mark.parametrize(
    ("areas", "is_shuffled", "reason"),
    [(("all", "all"), True, ""), (("a", "b"), True, items.AREAS_DIFFER.reason), (("a", "b"), False, "")],
)
def test_alpha_over_positions_wants_one_area_at_each(land, areas, is_shuffled, reason):
    halves = [replace(each, area=areas[number // 4]) for number, each in enumerate(world.QUESTIONS)]
    draw = dict.fromkeys(dict.fromkeys(areas), 2)
    publish(questions=tuple(halves), assessment=Assessment(attempts=0, draw=draw, shuffle=is_shuffled))
    learners = Class()
    for number in range(8):
        learners.sit(right if number % 3 else nothing)
    assert analyse().test.consistency.reason == reason


def test_a_test_of_one_question_has_neither_alpha_nor_discrimination(land):
    publish(questions=world.QUESTIONS[:1])
    learners = Class()
    learners.sit(right)
    learners.sit(nothing)
    found = analyse()
    assert found.test.consistency == statistics.ONE_QUESTION
    assert found.questions[0].item.discrimination == statistics.REST_ALIKE


def test_thirds_are_by_the_mark_of_the_whole_and_hold_whoever_is_as_good_as_their_last():
    assert items.thirds([0.1, 0.9, 0.5]) == [items.WEAKER, items.BETTER, items.MIDDLE]
    assert items.thirds([0.1, 0.1, 0.5, 0.9]) == [items.WEAKER, items.WEAKER, items.MIDDLE, items.BETTER]
    assert items.thirds([0.5] * 9) == [items.MIDDLE] * 9
    assert items.thirds([0.5, 0.9]) == [items.MIDDLE] * 2


def test_points_are_exact_until_they_are_rounded_once():
    assert items.portions("17/2", 10, "1/3", 2) == (1 / 6, float((8.5 * 3 - 1) / 3 / 8), 1 / 30)
    assert items.portions("2", 2, "2", 2).rest == 0
    assert items.share("0", 0) == 0


def test_whoever_teaches_elsewhere_is_told_nothing(learners):
    learners.sit(right, unit="80039")
    learners.sit(right, unit="585068")
    czech = world.Land.unit(None, "CZ").path
    serbian = world.Land.unit(None, "RS").path
    for path, count in ((czech, 2), (serbian, 0)):
        scope = scope_of(Actor("test", grants=(Grant(Role.TRAINER, path),)), Permission.COURSE_WRITE)
        assert analyse(scope=scope).test.count == count
        assert len(analysis.list_analysed_versions(scope, "open-data")) == min(count, 1)


def test_papers_and_answers_that_lie_otherwise_are_read_alike(learners):
    """JSON of other spacing, answers in another order, one that was never written."""
    learners.sit(choosing("one", "c"))
    learners.sit(nothing)
    before = analyse()
    with transaction() as held:
        for paper in held.query(Paper):
            paper.questions = [dict(sorted(each.items())) for each in paper.questions]
        rows = held.query(Answer).all()
        held.query(Answer).delete()
        held.flush()
        for row in sorted(rows, key=lambda each: -each.position):
            if row.response:
                kept = {
                    "attempt_id": row.attempt_id,
                    "position": row.position,
                    "given_at": row.given_at,
                    "saved_at": row.saved_at,
                }
                held.add(Answer(**kept, response=row.response, earned=row.earned))
                held.flush()
    session().expire_all()
    assert analyse() == before
