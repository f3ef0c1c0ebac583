"""Which questions a paper gets: any as likely as another, unseen ones first, and where the right option stands."""

from collections import Counter
from random import Random

import pytest

from app.domain.assessments.rules import draw, lay_out, pools_of
from app.domain.assessments.values import Overlap, PaperQuestion, Pool
from app.domain.catalogue.values import Kind, QuestionBody, QuestionKey

DRAWS = 2_000
CRITICAL = {3: 16.27, 7: 24.32, 9: 27.88}
"""Chi² by degrees of freedom that chance passes once in a thousand times."""
AREAS = {f"f{number}": "formats" for number in range(8)} | {f"l{number}": "licences" for number in range(4)}


def chi_squared(counts: Counter[str], places: int) -> float:
    """Return Pearson's chi² of counts that should be even."""
    mean = counts.total() / places
    return sum((count - mean) ** 2 / mean for count in counts.values()) + (places - len(counts)) * mean


def test_every_question_of_an_area_is_drawn_as_often_as_another():
    counts: Counter[str] = Counter()
    for seed in range(DRAWS):
        counts.update(draw(AREAS, {"formats": 1}, True, Random(seed)))
    assert counts.total() == DRAWS
    assert chi_squared(counts, 8) < CRITICAL[7]


def test_every_question_comes_first_as_often_as_another():
    """A paper is shuffled as a whole: what stands first says nothing about its area or place in the bank."""
    first: Counter[str] = Counter()
    for seed in range(DRAWS):
        first[draw(dict.fromkeys("abcdefghij", "all"), None, True, Random(seed))[0]] += 1
    assert chi_squared(first, 10) < CRITICAL[9]


def test_the_place_of_the_right_option_is_as_likely_as_another():
    question = PaperQuestion(
        "one", Kind.SINGLE, "all", 1, QuestionBody("en", "?", options=tuple("abcd")), QuestionKey(right=(0,))
    )
    places: Counter[str] = Counter()
    dice = Random(20261123)
    for _ in range(DRAWS):
        turned = lay_out(question, False, True, dice)
        assert turned.body.options[turned.answer_key.right[0]] == "a"
        places[str(turned.answer_key.right[0])] += 1
    assert chi_squared(places, 4) < CRITICAL[3]


def test_the_measure_sees_what_is_uneven():
    assert chi_squared(Counter(a=DRAWS // 2, b=DRAWS // 2), 4) > CRITICAL[3]


@pytest.mark.parametrize("seed", range(50))
def test_a_second_paper_is_new_where_the_pool_is_twice_the_draw(seed):
    wanted = {"formats": 4, "licences": 2}
    first = draw(AREAS, wanted, True, Random(seed))
    second = draw(AREAS, wanted, True, Random(seed + 1000), frozenset(first))
    assert set(first).isdisjoint(second)
    assert Counter(AREAS[key] for key in second) == wanted


@pytest.mark.parametrize("seed", range(50))
def test_where_the_pool_is_too_small_every_unseen_question_is_drawn_before_a_seen_one(seed):
    first = draw(AREAS, {"formats": 6}, True, Random(seed))
    second = draw(AREAS, {"formats": 6}, True, Random(seed + 1000), frozenset(first))
    assert len(set(second)) == 6
    assert len(set(first) & set(second)) == 4
    third = draw(AREAS, {"formats": 6}, True, Random(seed), frozenset(first + second))
    assert len(set(third)) == 6


def test_what_is_filled_up_from_seen_questions_is_any_of_them_as_likely_as_another():
    seen = frozenset(key for key in AREAS if key.startswith("f"))
    counts: Counter[str] = Counter()
    for seed in range(DRAWS):
        counts.update(draw(AREAS, {"formats": 1}, False, Random(seed), seen))
    assert chi_squared(counts, 8) < CRITICAL[7]


def test_questions_that_were_seen_elsewhere_change_nothing():
    alone = draw(AREAS, {"formats": 3}, True, Random(7))
    assert draw(AREAS, {"formats": 3}, True, Random(7), frozenset({"gone", "l1"})) == alone


def test_without_a_draw_or_of_a_whole_area_everything_is_taken_though_it_was_seen():
    assert set(draw(AREAS, None, True, Random(1), frozenset(AREAS))) == set(AREAS)
    assert draw(AREAS, {"licences": None}, False, Random(1), frozenset(AREAS)) == ["l0", "l1", "l2", "l3"]


@pytest.mark.parametrize(
    ("drawn", "size", "overlap"),
    [
        (7, 7, Overlap.ALL),
        (6, 7, Overlap.MOST),
        (5, 7, Overlap.MOST),
        (4, 6, Overlap.HALF),
        (4, 7, Overlap.HALF),
        (3, 6, Overlap.LITTLE),
        (1, 9, Overlap.LITTLE),
        (1, 1, Overlap.ALL),
        (0, 0, Overlap.ALL),
    ],
)
def test_a_pool_is_judged_by_the_share_that_is_drawn(drawn, size, overlap):
    assert Pool("formats", drawn, size).overlap is overlap


def test_the_share_drawn_is_the_share_that_two_papers_have_in_common():
    pool = Pool("formats", 6, 8)
    dice = Random(5)
    common = [
        len(set(draw(AREAS, {"formats": 6}, True, dice)) & set(draw(AREAS, {"formats": 6}, True, dice)))
        for _ in range(DRAWS)
    ]
    assert abs(sum(common) / DRAWS / 6 - float(pool.share)) < 0.01


def test_each_area_that_is_drawn_from_has_its_pool():
    assert pools_of(AREAS, {"formats": 6, "licences": None}) == [
        Pool("formats", 6, 8),
        Pool("licences", 4, 4),
    ]
    assert pools_of(AREAS, None) == [Pool("formats", 8, 8), Pool("licences", 4, 4)]
    assert pools_of({}, None) == []
