"""Mended keys turned to the order of papers, and marks anew, by examples and by properties."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.assessments import rules as marking
from app.domain.assessments.values import Mark, PaperQuestion
from app.domain.catalogue.values import Gap, Kind, QuestionBody, QuestionKey
from app.domain.corrections import rules
from app.domain.corrections.values import Change, Differing, Fairness
from app.foundation import ids
from tests.domain.assessments import papers

STRICT, KIND = Fairness.AS_CORRECTED, Fairness.NOBODY_LOSES


def filed(kind: Kind, body: QuestionBody, key: QuestionKey, **flags: bool) -> PaperQuestion:
    return PaperQuestion("one", kind, "all", 2, body, key, **flags)


def shuffled(question: PaperQuestion, seed: int) -> PaperQuestion:
    """Return a question of the bank as somebody's paper holds it."""
    return marking.lay_out(question, False, True, ids.dice(seed))


TEXTS = st.lists(st.text("abcdef<>&", min_size=1, max_size=6), min_size=2, max_size=6, unique=True)


@st.composite
def pairs_of_keys(draw):
    """Draw a question of the bank with two keys: as it was, and as it is mended."""
    kind = draw(st.sampled_from([each for each in Kind if each is not Kind.TASK]))
    texts = tuple(draw(TEXTS))
    body, keys = _made(kind, texts, draw)
    flags = [
        {name: draw(st.booleans()) for name in ("is_exact", "is_partial", "is_all_or_nothing")}
        for _ in range(2)
    ]
    return [filed(kind, body, key, **flag) for key, flag in zip(keys, flags, strict=True)]


def _made(kind: Kind, texts: tuple[str, ...], draw) -> tuple[QuestionBody, list[QuestionKey]]:  # noqa: PLR0911 -- One for each kind.
    place = st.integers(0, len(texts) - 1)
    match kind:
        case Kind.SINGLE:
            return QuestionBody("en", "?", options=texts), [
                QuestionKey(right=(draw(place),)) for _ in range(2)
            ]
        case Kind.MULTIPLE:
            some = st.lists(place, min_size=1, unique=True).map(lambda found: tuple(sorted(found)))
            return QuestionBody("en", "?", options=texts), [QuestionKey(right=draw(some)) for _ in range(2)]
        case Kind.SHORT:
            return QuestionBody("en", "?"), [
                QuestionKey(accepted=(draw(st.sampled_from(texts)),)) for _ in range(2)
            ]
        case Kind.NUMBER:
            low = st.integers(-3, 3).map(Decimal)
            return QuestionBody("en", "?"), [QuestionKey(ranges=((draw(low), Decimal(9)),)) for _ in range(2)]
        case Kind.MATCH:
            body = QuestionBody("en", "?", options=("x", "y"), choices=texts)
            return body, [QuestionKey(pairs=(draw(place), draw(place))) for _ in range(2)]
        case Kind.ORDER:
            return QuestionBody("en", "?", options=texts), [QuestionKey(), QuestionKey()]
        case _:
            body = QuestionBody("en", "?", fragments=("", "", ""), gaps=(Gap(), Gap(texts)))
            accepted = st.sampled_from(texts)
            return body, [QuestionKey(gaps=((draw(accepted),), (draw(accepted),))) for _ in range(2)]


@st.composite
def responses(draw, question: PaperQuestion):  # noqa: PLR0911 -- One for each kind.
    """Draw what a form could say to a question."""
    body = question.body
    match question.kind:
        case Kind.SINGLE:
            return [str(draw(st.integers(0, len(body.options) - 1)))]
        case Kind.MULTIPLE:
            return [str(each) for each in range(len(body.options)) if draw(st.booleans())]
        case Kind.MATCH:
            return [str(draw(st.integers(0, len(body.choices) - 1))) for _ in body.options]
        case Kind.ORDER:
            return [str(rank) for rank in draw(st.permutations(range(1, len(body.options) + 1)))]
        case Kind.CLOZE:
            return [
                draw(st.sampled_from(["a", "b"])),
                str(draw(st.integers(0, len(body.gaps[1].choices) - 1))),
            ]
        case Kind.NUMBER:
            return [str(draw(st.integers(-5, 12)))]
        case _:
            return [draw(st.sampled_from(["a", "b", ""]))]


@given(pairs_of_keys(), st.integers(0, 99), st.data())
def test_an_amended_question_marks_as_if_it_had_been_laid_out_with_the_mended_key(both, seed, data):
    old, new = both
    drawn, afresh = shuffled(old, seed), shuffled(new, seed)
    amended = rules.amend(drawn, new)
    assert amended is not None
    assert amended.body == drawn.body == afresh.body
    assert rules.marks_alike(amended, afresh)
    response = data.draw(responses(drawn))
    assert marking.fraction_of(amended, response) == marking.fraction_of(afresh, response)


@given(pairs_of_keys(), st.integers(0, 99))
def test_the_same_key_changes_nothing(both, seed):
    drawn = shuffled(both[0], seed)
    amended = rules.amend(drawn, both[0])
    assert amended is not None
    assert rules.marks_alike(drawn, amended)
    assert rules.compare(rules.as_laid(both[0]), both[0], is_drawn=True) is None


@st.composite
def changed_papers(draw):
    """Draw the points earned, those of the paper, and what changes on it."""
    questions = draw(st.lists(st.integers(1, 4), min_size=1, max_size=6))
    share = st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(1)])
    olds = [points * draw(share) for points in questions]
    changes = {}
    for place, (points, old) in enumerate(zip(questions, olds, strict=True), start=1):
        what = draw(st.sampled_from(["same", "mend", "drop"]))
        if what != "same":
            changes[place] = Change(points, old, points * draw(share) if what == "mend" else None)
    return sum(olds, Fraction(0)), sum(questions), changes, questions, olds


@given(changed_papers())
def test_nobody_loses_where_nobody_shall_lose(paper):
    earned, points, changes, *_ = paper
    mark = rules.regrade(earned, points, changes, KIND).mark
    assert mark.earned * points >= earned * mark.points
    assert mark.basis_points >= Mark(earned, points).basis_points


@given(changed_papers())
def test_as_corrected_is_marking_the_paper_from_scratch_without_what_is_dropped(paper):
    earned, points, changes, questions, olds = paper
    kept = {
        place
        for place in range(1, len(questions) + 1)
        if place not in changes or changes[place].new is not None
    }
    if not kept:
        kept = set(range(1, len(questions) + 1))
    worth = {place: changes[place].new if place in changes else olds[place - 1] for place in kept}
    whole = sum((olds[place - 1] if each is None else each for place, each in worth.items()), Fraction(0))
    mark = rules.regrade(earned, points, changes, STRICT).mark
    assert (mark.earned, mark.points) == (whole, sum(questions[place - 1] for place in kept))


@given(changed_papers(), st.sampled_from(list(Fairness)))
def test_the_points_of_the_questions_sum_up_to_the_mark(paper, fairness):
    earned, points, changes, _questions, olds = paper
    anew = rules.regrade(earned, points, changes, fairness)
    whole = dict(enumerate(olds, start=1)) | dict(anew.earned)
    assert sum(each or Fraction(0) for each in whole.values()) == anew.mark.earned
    assert set(anew.left_out) == {place for place, each in anew.earned.items() if each is None}


@given(changed_papers())
def test_changes_are_written_and_read_back(paper):
    assert rules.read_changes(rules.write_changes(paper[2])) == paper[2]


@pytest.mark.parametrize("fairness", Fairness)
def test_without_changes_a_mark_stays(fairness):
    assert rules.regrade(Fraction(7, 2), 9, {}, fairness).mark == Mark(Fraction(7, 2), 9)


def test_a_paper_of_which_nothing_would_be_left_stays_as_it_is():
    dropped = {1: Change(2, Fraction(1), None), 2: Change(1, Fraction(1), None)}
    anew = rules.regrade(Fraction(2), 3, dropped, STRICT)
    assert (anew.mark, anew.left_out) == (Mark(Fraction(2), 3), ())


def test_who_answered_a_dropped_question_well_keeps_it_where_nobody_loses():
    dropped = {1: Change(2, Fraction(2), None)}
    assert rules.regrade(Fraction(2), 4, dropped, KIND).mark == Mark(Fraction(2), 4)
    assert rules.regrade(Fraction(2), 4, dropped, STRICT).mark == Mark(Fraction(0), 2)
    poor = {1: Change(2, Fraction(0), None)}
    assert rules.regrade(Fraction(1), 4, poor, KIND).mark == Mark(Fraction(1), 2)


@pytest.mark.parametrize(
    "other",
    [
        lambda q: replace(q, points=3),
        lambda q: replace(q, kind=Kind.MULTIPLE),
        lambda q: replace(q, body=replace(q.body, heading="What?")),
        lambda q: replace(q, body=replace(q.body, stem="<p>Not.</p>")),
        lambda q: replace(q, body=replace(q.body, options=("a", "b", "d"))),
        lambda q: replace(q, body=replace(q.body, options=("a", "b", "c", "d"))),
        lambda q: replace(q, body=replace(q.body, language="cs")),
    ],
)
def test_what_asks_or_offers_something_else_is_never_guessed(other):
    drawn = papers.single(0)
    assert rules.amend(drawn, other(drawn)) is None
    assert rules.compare(drawn, other(drawn), is_drawn=True).how is Differing.REWORDED


def test_two_options_that_say_the_same_are_never_guessed():
    body = QuestionBody("en", "?", options=("a", "a", "b"))
    drawn = filed(Kind.SINGLE, body, QuestionKey(right=(0,)))
    assert rules.amend(drawn, replace(drawn, answer_key=QuestionKey(right=(1,)))) is None


def test_feedback_and_explanation_come_with_the_mended_key_in_the_order_of_the_paper():
    body = QuestionBody("en", "?", options=("a", "b"))
    drawn = filed(Kind.SINGLE, replace(body, options=("b", "a")), QuestionKey(right=(1,), explanation="old"))
    new = filed(Kind.SINGLE, body, QuestionKey(right=(1,), feedback=("of a", None), explanation="new"))
    key = rules.amend(drawn, new).answer_key
    assert (key.right, key.feedback, key.explanation) == ((0,), (None, "of a"), "new")


def test_how_a_question_stands_to_the_newest_version():
    old = papers.single(0)
    assert rules.compare(old, None, is_drawn=False).how is Differing.GONE
    assert rules.compare(old, old, is_drawn=False).how is Differing.RETIRED
    assert rules.compare(old, papers.single(1), is_drawn=True).how is Differing.KEY
    assert rules.compare(old, papers.single(1), is_drawn=False).how is Differing.KEY
    said = replace(old, answer_key=replace(old.answer_key, explanation="Because."))
    assert rules.compare(old, said, is_drawn=True) is None


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (papers.single(1), "b"),
        (papers.multiple((0, 2)), "a; c"),
        (papers.short("obec", "město"), "obec; město"),
        (papers.number(("2.5", "2.5"), ("3", "4")), "2.5; 3 – 4"),
        (papers.match(("1", "2"), (1, 0)), "a – 2; b – 1"),
        (papers.order(1, 0, 2), "1. a; 2. b; 3. c"),
        (papers.cloze(papers.typed("x", "y"), papers.chosen("in", "out")), "1. x / y; 2. in"),
        (papers.task(), "–"),
    ],
)
def test_a_key_is_said_in_words(question, words):
    assert rules.say_key(question) == words
