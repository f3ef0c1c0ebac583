"""The formulas of item analysis, those of Moodle's quiz statistics: pure functions on plain sequences.

Source: https://docs.moodle.org/dev/Quiz_statistics_calculations, sections “Test statistics” and “Question
statistics”. Variances and covariances divide by n − 1. Scores come in as shares of 1, so that papers and questions
of different points compare; where all are worth the same, as Moodle supposes, that changes none of the figures.
Sums are rounded once (``math.fsum``), so that no figure depends on the order of attempts. Where a formula would
divide by nought, the figure stays empty and says why.
"""

from collections.abc import Collection, Sequence
from math import fsum, sqrt
from operator import mul

from app.domain.reports.values import ItemFigures, Statistic, WholeTest
from app.foundation.i18n import N_

TENTHS = 10

NOBODY = Statistic(None, N_("There is no attempt."))
TOO_FEW = Statistic(None, N_("There are too few attempts for this figure."))
ALL_ALIKE = Statistic(None, N_("Everyone earned the same."))
REST_ALIKE = Statistic(None, N_("Everyone earned the same in the rest of the test."))
ONE_QUESTION = Statistic(None, N_("The test has one question only."))

_LEAST_FOR_DEVIATION, _LEAST_FOR_SKEWNESS, _LEAST_FOR_KURTOSIS = 2, 3, 4
_LEAST_COLUMNS = 2


def is_constant(values: Collection[float]) -> bool:
    """Tell whether all values are the same: their variance is nought, whatever rounding makes of it."""
    return min(values) == max(values)


def mean(values: Sequence[float]) -> float:
    """Return the arithmetic mean of at least one value."""
    return fsum(values) / len(values)


def median(values: Sequence[float]) -> float:
    """Return the middle value, the mean of the two in the middle where their number is even."""
    ranked, half = sorted(values), len(values) // 2
    return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2


def covariance(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Return the covariance of at least two pairs: Σ(x − x̄)(y − ȳ) / (n − 1)."""
    return _product(_centred(xs), _centred(ys)) / (len(xs) - 1)


def _product(xs: Sequence[float], ys: Sequence[float]) -> float:
    return fsum(map(mul, xs, ys))


def _centred(values: Sequence[float]) -> list[float]:
    middle = mean(values)
    return [value - middle for value in values]


def variance(values: Sequence[float]) -> float:
    """Return the variance of at least two values: Σ(x − x̄)² / (n − 1)."""
    return 0.0 if is_constant(values) else covariance(values, values)


def _moment(values: Sequence[float], power: int) -> float:
    """Return a central moment: m = Σ(x − x̄)ᵖ / n."""
    middle = mean(values)
    return fsum([(value - middle) ** power for value in values]) / len(values)


def skewness(values: Sequence[float]) -> Statistic:
    """Return k₃ / k₂^(3/2), where k₂ = n·m₂/(n−1) and k₃ = n²·m₃/((n−1)(n−2))."""
    n = len(values)
    if n < _LEAST_FOR_SKEWNESS:
        return TOO_FEW
    if is_constant(values):
        return ALL_ALIKE
    k3 = n**2 * _moment(values, 3) / ((n - 1) * (n - 2))
    return Statistic(k3 / variance(values) ** 1.5)


def kurtosis(values: Sequence[float]) -> Statistic:
    """Return k₄ / k₂², where k₄ = n²·((n+1)·m₄ − 3·(n−1)·m₂²) / ((n−1)(n−2)(n−3))."""
    n = len(values)
    if n < _LEAST_FOR_KURTOSIS:
        return TOO_FEW
    if is_constant(values):
        return ALL_ALIKE
    inner = (n + 1) * _moment(values, 4) - 3 * (n - 1) * _moment(values, 2) ** 2
    k4 = n**2 * inner / ((n - 1) * (n - 2) * (n - 3))
    return Statistic(k4 / variance(values) ** 2)


def consistency(columns: Sequence[Sequence[float]], totals: Sequence[float]) -> Statistic:
    """Return the coefficient of internal consistency, Cronbach's alpha, in percent.

    CIC = 100 · k/(k−1) · (1 − Σ var(column) / var(total)); a column holds what each attempt earned at one position.
    """
    k = len(columns)
    if len(totals) < _LEAST_FOR_DEVIATION:
        return TOO_FEW
    if k < _LEAST_COLUMNS:
        return ONE_QUESTION
    if is_constant(totals):
        return ALL_ALIKE
    within = fsum(map(variance, columns))
    return Statistic(min(100.0, 100 * k / (k - 1) * (1 - within / variance(totals))))


_NO_TEST = WholeTest(0, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, (0,) * TENTHS)


def describe(totals: Sequence[float], alpha: Statistic) -> WholeTest:
    """Return the figures of a test from what each attempt earned of its paper, and its internal consistency.

    Error ratio ER = 100 · √(1 − CIC/100), standard error SE = ER · SD / 100.
    """
    if not totals:
        return _NO_TEST
    deviation = _deviation(totals)
    ratio = alpha if alpha.value is None else Statistic(100 * sqrt(max(0.0, 1 - alpha.value / 100)))
    error = ratio
    if ratio.value is not None and deviation.value is not None:
        error = Statistic(ratio.value * deviation.value / 100)
    return WholeTest(
        count=len(totals),
        mean=Statistic(100 * mean(totals)),
        median=Statistic(100 * median(totals)),
        deviation=deviation,
        skewness=skewness(totals),
        kurtosis=kurtosis(totals),
        consistency=alpha,
        error_ratio=ratio,
        standard_error=error,
        histogram=histogram(totals),
    )


def histogram(shares: Sequence[float]) -> tuple[int, ...]:
    """Return how many shares lie in each tenth: from it on, below the next; the last holds 1 too."""
    counts = [0] * TENTHS
    for share in shares:
        counts[min(TENTHS - 1, int(share * TENTHS))] += 1
    return tuple(counts)


def _deviation(shares: Sequence[float]) -> Statistic:
    return TOO_FEW if len(shares) < _LEAST_FOR_DEVIATION else Statistic(100 * sqrt(variance(shares)))


def describe_item(shares: Sequence[float], rests: Sequence[float]) -> ItemFigures:
    """Return the figures of a question over the attempts that drew it, at least one.

    ``shares`` are what each earned of the question, ``rests`` what the same earned of the rest of its paper.
    Facility index = 100 · mean; standard deviation in percent of the question's points.
    """
    index, efficiency = discriminate(shares, rests)
    return ItemFigures(len(shares), Statistic(100 * mean(shares)), _deviation(shares), index, efficiency)


def discriminate(shares: Sequence[float], rests: Sequence[float]) -> tuple[Statistic, Statistic]:
    """Return discrimination index, from −100 to 100, and discriminative efficiency, at most 100.

    DI = 100 · cov(x, rest) / √(var x · var rest). DE = 100 · cov(x, rest) / cov_max(x, rest), where cov_max is the
    covariance after both are sorted: the most that such scores could have.
    """
    hindrance = _hindrance(shares, rests)
    if hindrance is not None:
        return hindrance, hindrance
    xs, ys = _centred(shares), _centred(rests)  # That all are divided by n − 1 cancels out.
    found = 100 * _product(xs, ys)
    index = found / (sqrt(_product(xs, xs)) * sqrt(_product(ys, ys)))
    efficiency = found / _product(sorted(xs), sorted(ys))
    return Statistic(max(-100.0, min(100.0, index))), Statistic(min(100.0, efficiency))


def _hindrance(shares: Sequence[float], rests: Sequence[float]) -> Statistic | None:
    if len(shares) < _LEAST_FOR_DEVIATION:
        return TOO_FEW
    if is_constant(shares):
        return ALL_ALIKE
    return REST_ALIKE if is_constant(rests) else None
