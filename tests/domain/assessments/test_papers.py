"""How a paper is drawn and laid out: as many questions as wanted, and the key turned with the options."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.assessments.rules import draw, fraction_of, lay_out, outline, read_turning, turn
from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue.values import Gap, Kind, QuestionBody, QuestionKey
from tests.domain.assessments.papers import (
    chosen,
    cloze,
    match,
    multiple,
    number,
    order,
    short,
    single,
    typed,
)

AREAS = {"l1": "licences", "f1": "formats", "f2": "formats", "l2": "licences", "f3": "formats", "o1": "other"}
SEEDS = range(40)


def test_without_a_draw_every_question_is_taken_in_the_order_of_the_bank():
    assert draw(AREAS, None, False, Random(1)) == list(AREAS)


def test_only_wanted_areas_are_drawn_from_and_all_means_every_question():
    assert draw(AREAS, {"formats": None}, False, Random(1)) == ["f1", "f2", "f3"]
    assert draw(AREAS, {"other": 1, "licences": None}, False, Random(1)) == ["l1", "l2", "o1"]
    assert draw(AREAS, {"other": 0, "licences": 2}, False, Random(1)) == ["l1", "l2"]


@given(
    sizes=st.lists(st.integers(0, 8), min_size=1, max_size=4),
    is_shuffled=st.booleans(),
    seed=st.integers(0, 2**32),
    data=st.data(),
)
def test_a_draw_takes_exactly_what_is_wanted_from_its_area(sizes, is_shuffled, seed, data):
    areas = {f"{area}-{place}": str(area) for area, size in enumerate(sizes) for place in range(size)}
    wanted = {str(area): data.draw(st.integers(0, size)) for area, size in enumerate(sizes)}
    keys = draw(areas, wanted, is_shuffled, Random(seed))
    assert len(set(keys)) == len(keys)
    assert Counter(areas[key] for key in keys) == Counter(wanted)
    assert is_shuffled or keys == [key for key in areas if key in keys]


def test_a_paper_is_shuffled_where_the_test_shuffles_and_the_same_seed_draws_the_same():
    papers = [draw(AREAS, {"formats": 2, "licences": 2}, True, Random(seed)) for seed in SEEDS]
    assert papers == [draw(AREAS, {"formats": 2, "licences": 2}, True, Random(seed)) for seed in SEEDS]
    assert {paper[0] for paper in papers} == {"f1", "f2", "f3", "l1", "l2"}
    whole = {tuple(draw(AREAS, None, True, Random(seed))) for seed in SEEDS}
    assert len(whole) > len(SEEDS) / 2
    assert all(sorted(paper) == sorted(AREAS) for paper in whole)


def laid_out(question: PaperQuestion) -> list[PaperQuestion]:
    return [lay_out(question, False, True, Random(seed)) for seed in SEEDS]


@pytest.mark.parametrize("question", [single(number=4), multiple([0, 3], number=4)])
@pytest.mark.parametrize(("is_pinned", "is_shuffled"), [(True, True), (False, False), (True, False)])
def test_options_stay_where_they_are_pinned_or_nothing_is_shuffled(question, is_pinned, is_shuffled):
    assert all(lay_out(question, is_pinned, is_shuffled, Random(seed)) is question for seed in SEEDS)


@pytest.mark.parametrize("question", [single(right=1, number=4), multiple([1, 2], number=4)])
def test_options_are_turned_and_what_is_right_and_said_of_them_with_them(question):
    key = replace(question.answer_key, feedback=("of a", None, "of c", "of d"), explanation="because")
    question = replace(question, answer_key=key)
    said = dict(zip(question.body.options, key.feedback, strict=True))
    right = {question.body.options[place] for place in key.right}
    turned = laid_out(question)
    for paper in turned:
        options = paper.body.options
        assert sorted(options) == ["a", "b", "c", "d"]
        assert {options[place] for place in paper.answer_key.right} == right
        assert list(paper.answer_key.right) == sorted(paper.answer_key.right)
        assert dict(zip(options, paper.answer_key.feedback, strict=True)) == said
        assert replace(paper, body=question.body, answer_key=key) == question
        assert replace(paper.body, options=question.body.options) == question.body
        assert paper.answer_key.explanation == "because"
    assert {paper.body.options[0] for paper in turned} == {"a", "b", "c", "d"}


def test_options_without_feedback_have_none_each():
    assert lay_out(single(), False, True, Random(1)).answer_key.feedback == (None, None, None)


@pytest.mark.parametrize(("is_pinned", "is_shuffled"), [(False, True), (True, True), (False, False)])
def test_items_to_be_ordered_are_always_shuffled_and_keep_their_right_rank(is_pinned, is_shuffled):
    question = replace(order(0, 1, 2, 3), answer_key=replace(order().answer_key, explanation="because"))
    turned = [lay_out(question, is_pinned, is_shuffled, Random(seed)) for seed in SEEDS]
    for paper in turned:
        assert paper.answer_key.right == tuple("abcd".index(item) for item in paper.body.options)
        assert sorted(paper.body.options) == ["a", "b", "c", "d"]
        assert paper.body.heading == question.body.heading
        assert paper.answer_key.explanation == "because"
        assert paper.kind is Kind.ORDER
    assert {paper.body.options[0] for paper in turned} == {"a", "b", "c", "d"}


@pytest.mark.parametrize(("is_pinned", "is_shuffled"), [(False, True), (True, True), (False, False)])
def test_right_hand_texts_are_always_shuffled_and_stay_paired(is_pinned, is_shuffled):
    question = match("wxyz", [2, 0, 1])
    turned = [lay_out(question, is_pinned, is_shuffled, Random(seed)) for seed in SEEDS]
    for paper in turned:
        assert paper.body.options == question.body.options
        assert [paper.body.choices[place] for place in paper.answer_key.pairs] == ["y", "w", "x"]
        assert sorted(paper.body.choices) == ["w", "x", "y", "z"]
    assert {paper.body.choices[0] for paper in turned} == {"w", "x", "y", "z"}


@pytest.mark.parametrize(("is_pinned", "is_shuffled"), [(False, True), (True, True), (False, False)])
def test_drop_downs_are_always_shuffled_and_typed_gaps_stay_typed(is_pinned, is_shuffled):
    question = cloze(typed("tenth"), chosen("x", "y", "z"), chosen("v", "w"))
    turned = [lay_out(question, is_pinned, is_shuffled, Random(seed)) for seed in SEEDS]
    for paper in turned:
        assert paper.body.gaps[0] == Gap()
        assert sorted(paper.body.gaps[1].choices) == ["x", "y", "z"]
        assert sorted(paper.body.gaps[2].choices) == ["v", "w"]
        assert paper.answer_key == question.answer_key
        assert paper.body.fragments == question.body.fragments
    assert {paper.body.gaps[1].choices[0] for paper in turned} == {"x", "y", "z"}


@pytest.mark.parametrize("question", [short("a"), number(("1", "2"))])
def test_what_has_nothing_to_turn_stays(question):
    assert all(paper is question for paper in laid_out(question))


@given(
    size=st.integers(2, 8),
    seed=st.integers(0, 2**32),
    is_all_or_nothing=st.booleans(),
    data=st.data(),
)
def test_turning_options_changes_nothing_about_what_an_answer_earns(size, seed, is_all_or_nothing, data):
    some = st.sets(st.integers(0, size - 1), min_size=1)
    right, ticked = data.draw(some), data.draw(some)
    question = multiple(sorted(right), size, is_all_or_nothing=is_all_or_nothing)
    turned = lay_out(question, False, True, Random(seed))
    response = [str(turned.body.options.index(question.body.options[place])) for place in ticked]
    assert fraction_of(turned, response) == fraction_of(question, [str(place) for place in ticked])


@given(size=st.integers(2, 8), seed=st.integers(0, 2**32), data=st.data())
def test_who_puts_the_items_in_order_is_right_however_they_were_shown(size, seed, data):
    turned = lay_out(order(*range(size)), False, True, Random(seed))
    response = [str("abcdefgh".index(item) + 1) for item in turned.body.options]
    assert fraction_of(turned, response) == 1
    swapped = data.draw(st.permutations(response))
    assert fraction_of(turned, swapped) == int(swapped == response)


@given(seed=st.integers(0, 2**32), picked=st.lists(st.sampled_from("wxyz"), min_size=3, max_size=3))
def test_who_picks_a_text_earns_the_same_wherever_it_stands(seed, picked):
    question = match("wxyz", [2, 0, 1])
    turned = lay_out(question, False, True, Random(seed))
    gaps = cloze(*[chosen(right, *(set("wxyz") - {right})) for right in "ywx"])
    filled = lay_out(gaps, False, True, Random(seed))
    right = sum(given_text == text for given_text, text in zip(picked, "ywx", strict=True))
    assert 3 * fraction_of(turned, [str(turned.body.choices.index(text)) for text in picked]) == right
    places = [str(gap.choices.index(text)) for gap, text in zip(filled.body.gaps, picked, strict=True)]
    assert 3 * fraction_of(filled, places) == right


def test_an_outline_tells_each_question_and_how_it_was_turned():
    def question(key: str, kind: Kind, **body: object) -> PaperQuestion:
        return PaperQuestion(key, kind, "area", 1, QuestionBody("en", key, **body), QuestionKey())

    filed = [
        QuestionBody("en", "a", options=("x", "y", "x")),
        QuestionBody("en", "b"),
        QuestionBody("en", "c", options=("l", "m"), choices=("1", "2", "3")),
        QuestionBody("en", "d", gaps=(Gap(), Gap(("u", "v")), Gap(("w",)))),
    ]
    paper = [
        question("a", Kind.SINGLE, options=("y", "x", "x")),
        question("b", Kind.SHORT),
        question("c", Kind.MATCH, options=("l", "m"), choices=("3", "1", "2")),
        question("d", Kind.CLOZE, gaps=(Gap(), Gap(("v", "u")), Gap(("w",)))),
    ]
    written = outline(filed, paper)
    assert written == "a:1.0.2 b c:2.0.1 d:/1.0/0"
    turnings = [read_turning(each) for each in written.split()]
    assert turnings == [[(1, 0, 2)], [()], [(2, 0, 1)], [(), (1, 0), (0,)]]


@pytest.mark.parametrize("seed", range(20))
def test_an_outline_brings_the_options_of_a_paper_back_into_the_order_of_the_file(seed):
    filed = QuestionBody("en", "a", options=tuple("abcdef"))
    laid = lay_out(
        PaperQuestion("a", Kind.SINGLE, "area", 1, filed, QuestionKey(right=(2,))), False, True, Random(seed)
    )
    [order] = read_turning(outline([filed], [laid]))
    assert [filed.options[place] for place in order] == list(laid.body.options)
    assert [order[place] for place in laid.answer_key.right] == [2]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "question",
    [
        single(1, 4),
        multiple([0, 2]),
        order(0, 1, 2, 3),
        match(["x", "y", "x"], [0, 1, 2]),
        cloze(typed("a"), chosen("x", "y", "z")),
        short("a"),
    ],
    ids=lambda question: question.kind.value,
)
def test_a_question_is_laid_out_again_by_its_outline(question, seed):
    laid = lay_out(question, False, True, Random(seed))
    again = turn(question, read_turning(outline([question.body], [laid])))
    assert again.body == laid.body
    assert (again.answer_key.right, again.answer_key.gaps) == (laid.answer_key.right, laid.answer_key.gaps)
    matched = [[each.body.choices[pair] for pair in each.answer_key.pairs] for each in (again, laid)]
    assert matched[0] == matched[1]
