"""The formulas of item analysis: by hand, against the standard library, and what must hold of any scores."""

import statistics as reference
from fractions import Fraction
from math import isclose, isfinite, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.reports.rules import statistics

shares = st.fractions(0, 1, max_denominator=12).map(float)
pairs = st.lists(st.tuples(shares, shares), min_size=1, max_size=25)


def close(found, wanted):
    return isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-9)


def test_a_small_test_reckoned_by_hand():
    """Marks 20, 40, 60, 80, 100 %: mean 60, n−1 variance 1000, symmetrical, k₄/k₂² = −1.2."""
    whole = statistics.describe([0.2, 0.4, 0.6, 0.8, 1.0], statistics.ONE_QUESTION)
    assert (whole.count, whole.mean.value, whole.median.value) == (5, 60, 60)
    assert close(whole.deviation.value, sqrt(1000))
    assert close(whole.skewness.value, 0)
    assert close(whole.kurtosis.value, -1.2)
    assert whole.histogram == (0, 0, 1, 0, 1, 0, 1, 0, 1, 1)
    assert whole.error_ratio == whole.standard_error == statistics.ONE_QUESTION


def test_skewness_reckoned_by_hand():
    """0, 0, 1: m₂ = 2/9, m₃ = 2/27, k₂ = 1/3, k₃ = 1/3, so k₃/k₂^1.5 = √3."""
    assert close(statistics.skewness([0, 0, 1]).value, sqrt(3))
    assert statistics.kurtosis([0, 0, 1]) == statistics.TOO_FEW


def test_an_item_reckoned_by_hand():
    """x = 1, 1, 0, 0 and rest = 0.8, 0.4, 0.6, 0.2: cov = 1/15, var x = 1/3, var rest = 1/15, cov max = 2/15."""
    item = statistics.describe_item([1, 1, 0, 0], [0.8, 0.4, 0.6, 0.2])
    assert (item.count, item.facility.value) == (4, 50)
    assert close(item.deviation.value, 100 * sqrt(1 / 3))
    assert close(item.discrimination.value, 100 * (1 / 15) / sqrt(1 / 3 * 1 / 15))
    assert close(item.efficiency.value, 50)


def test_internal_consistency_reckoned_by_hand():
    """Two positions, 1 1, 1 0, 0 0: each var 1/3, totals 2 1 0 var 1: CIC = 100·2·(1 − 2/3) = 66.67."""
    alpha = statistics.consistency([[0.5, 0.5, 0], [0.5, 0, 0]], [1, 0.5, 0])
    assert close(alpha.value, 200 / 3)
    whole = statistics.describe([1, 0.5, 0], alpha)
    assert close(whole.error_ratio.value, 100 * sqrt(1 / 3))
    assert close(whole.standard_error.value, 100 * sqrt(1 / 3) * 50 / 100)


@given(st.lists(shares, min_size=2, max_size=25))
def test_mean_median_and_deviation_are_those_of_the_standard_library(values):
    whole = statistics.describe(values, statistics.ONE_QUESTION)
    assert close(whole.mean.value, 100 * reference.fmean(values))
    assert close(whole.median.value, 100 * reference.median(values))
    assert close(whole.deviation.value, 100 * reference.stdev(values))
    assert sum(whole.histogram) == len(values)


@given(pairs)
def test_discrimination_is_the_correlation_of_the_standard_library(scores):
    xs, rests = map(list, zip(*scores, strict=True))
    index, efficiency = statistics.discriminate(xs, rests)
    if index.value is None:
        assert efficiency == index
        assert index.reason
        assert len(scores) < 2 or min(xs) == max(xs) or min(rests) == max(rests)
        return
    assert -100 <= index.value <= 100
    assert efficiency.value <= 100
    assert close(index.value, 100 * reference.correlation(xs, rests))
    most = reference.covariance(sorted(xs), sorted(rests))
    assert close(efficiency.value, 100 * reference.covariance(xs, rests) / most)
    assert close(statistics.covariance(xs, rests), reference.covariance(xs, rests))


@given(pairs, st.randoms(use_true_random=False))
def test_no_figure_depends_on_the_order_of_attempts(scores, dice):
    mixed = scores[:]
    dice.shuffle(mixed)
    one, other = (list(map(list, zip(*each, strict=True))) for each in (scores, mixed))
    assert statistics.describe_item(*one) == statistics.describe_item(*other)
    alpha = [
        statistics.consistency(each, [x + y for x, y in zip(*each, strict=True)]) for each in (one, other)
    ]
    assert statistics.describe(one[0], alpha[0]) == statistics.describe(other[0], alpha[1])


@given(
    st.integers(1, 6).flatmap(lambda width: st.lists(st.tuples(*[shares] * width), min_size=1, max_size=30))
)
def test_alpha_is_at_most_100_and_every_figure_is_a_number_or_has_a_reason(rows):
    totals = [sum(row) / len(row) for row in rows]
    columns = [[part / len(rows[0]) for part in column] for column in zip(*rows, strict=True)]
    alpha = statistics.consistency(columns, totals)
    whole = statistics.describe(totals, alpha)
    assert alpha.value is None or alpha.value <= 100
    for name in (
        "mean",
        "median",
        "deviation",
        "skewness",
        "kurtosis",
        "consistency",
        "error_ratio",
        "standard_error",
    ):
        figure = getattr(whole, name)
        assert (figure.value is None) == bool(figure.reason)
        assert figure.value is None or isfinite(figure.value)


@pytest.mark.parametrize("value", [0.0, 1.0, float(Fraction(1, 3)), 0.1])
@pytest.mark.parametrize("count", [2, 3, 10, 997])
def test_where_all_earned_the_same_nothing_is_divided_by_nought(value, count):
    alike = [value] * count
    whole = statistics.describe(alike, statistics.consistency([alike, alike], alike))
    assert whole.deviation.value == 0
    assert whole.consistency == statistics.ALL_ALIKE
    if count > 3:
        assert whole.skewness == whole.kurtosis == statistics.ALL_ALIKE
    some = [1.0, *[0.0] * (count - 1)]
    assert statistics.discriminate(alike, some) == (statistics.ALL_ALIKE,) * 2
    assert statistics.discriminate(some, alike) == (statistics.REST_ALIKE,) * 2


def test_one_attempt_has_a_mean_and_nothing_else():
    whole = statistics.describe([0.5], statistics.consistency([[0.5], [0.0]], [0.5]))
    assert (whole.mean.value, whole.median.value) == (50, 50)
    assert whole.deviation == whole.skewness == whole.kurtosis == whole.consistency == statistics.TOO_FEW
    item = statistics.describe_item([1.0], [0.5])
    assert item.facility.value == 100
    assert item.deviation == item.discrimination == item.efficiency == statistics.TOO_FEW


def test_no_attempt_has_no_figure():
    whole = statistics.describe([], statistics.NOBODY)
    assert whole.count == 0
    assert whole.mean == whole.consistency == statistics.NOBODY


def test_every_tenth_holds_its_lower_end_and_the_last_the_whole():
    assert statistics.histogram([tenth / 10 for tenth in range(11)]) == (1,) * 9 + (2,)
