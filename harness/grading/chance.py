"""How probable it is that a right sampler shows what a student's shows: a bound for every test, and where it is from.

Each function returns an upper bound on the probability, under independent draws of the right law, of a statistic at
least as strange as the one seen. A test fails where that is below :data:`LEVEL`. The bounds hold for every number of
draws, not only in the limit, so that the probability of rejecting right code is at most the number of tests times the
level: :data:`TESTS` of them may be made in a whole check.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

LEVEL = 1e-11
"""A test fails where what it sees is less probable than this."""

TESTS = 100
"""The most tests in the check of one algorithm: a false alarm has at most probability 1e-9."""

LEVELS = 2.0**50
"""Different values a draw can take, at least: a double's 53 bits less what bringing it to the ends may cost."""


# -- one law: draws brought to [0, 1] by their distribution function --------------------------------------------------


def distance(u: Numbers) -> float:
    """Kolmogorov's D: the largest distance between the share of draws below a point and the point itself."""
    ordered, n = np.sort(u), len(u)
    above, below = np.arange(1, n + 1) / n - ordered, ordered - np.arange(n) / n
    return float(max(above.max(), below.max()))


def far_from_law(u: Numbers) -> float:
    """P(D ≥ d) ≤ 2 exp(−2nd²): Dvoretzky, Kiefer & Wolfowitz 1956, with Massart's constant (1990)."""
    return min(1.0, 2 * math.exp(-2 * len(u) * distance(u) ** 2))


def too_near_law(u: Numbers) -> float:
    """P(D ≤ d): independent draws are never as even as a grid's points, or as one draw from each of n strata."""
    n, d = len(u), distance(u)
    if d * math.sqrt(n) > 0.5:  # P is above 0.03 then, and large matrices are slow
        return 1.0
    return kolmogorov(n, d)


def kolmogorov(n: int, d: float) -> float:
    """P(D ≤ d) for n draws, exactly: Marsaglia, Tsang & Wang 2003, Evaluating Kolmogorov's Distribution (after
    Durbin 1968)."""
    k = math.ceil(n * d)
    h, m = k - n * d, 2 * k - 1
    row, column = np.indices((m, m))
    matrix = (row - column + 1 >= 0).astype(float)
    matrix[:, 0] -= h ** np.arange(1.0, m + 1)
    matrix[-1, :] -= h ** np.arange(m, 0.0, -1)
    matrix[-1, 0] += max(2 * h - 1, 0) ** m
    matrix /= np.array([float(math.factorial(step)) for step in range(m + 1)])[np.maximum(row - column + 1, 0)]
    power, log_scale = np.eye(m), 0.0
    for i in range(1, n + 1):  # n!/nⁿ times the n-th power, kept near 1 as it goes
        power = power @ matrix * (i / n)
        size = power.max()
        power, log_scale = power / size, log_scale + math.log(size)
    return float(min(1.0, power[k - 1, k - 1] * math.exp(log_scale)))


def too_wide_gap(u: Numbers) -> float:
    """P(some gap between neighbours, or to an end, > g) ≤ (n + 1)(1 − g)ⁿ: each of the n + 1 gaps is longer than g with
    probability (1 − g)ⁿ (Whitworth; Feller II, I.7)."""
    g = float(np.diff(np.concatenate([[0.0], np.sort(np.clip(u, 0, 1)), [1.0]])).max())
    return min(1.0, (len(u) + 1) * (1 - g) ** len(u))


def too_exact_mean(u: Numbers) -> float:
    """P(|Σu − n/2| ≤ t) ≤ 2t: the density of a sum is nowhere larger than that of one summand, which is 1.

    Draws that come in pairs u and 1 − u have a mean that is exactly a half.
    """
    return min(1.0, 2 * abs(math.fsum(u) - len(u) / 2))


def too_many_repeats(values: Numbers) -> float:
    """P(r draws or more are equal to an earlier one) ≤ C(n, r)(n/L)ʳ ≤ (n²/L)ʳ/r!, L = :data:`LEVELS`: each of those r
    hits one of less than n values out of L, whatever came before (Boole, draw by draw)."""
    n = len(values)
    r = n - len(np.unique(values))
    return min(1.0, math.exp(r * math.log(n**2 / LEVELS) - math.lgamma(r + 1)))


# -- dependence: sums of products of centred draws --------------------------------------------------------------------


def bernstein(total: float, n: int, variance: float, bound: float) -> float:
    """P(|Σ| ≥ t) ≤ 2 exp(−t² / 2(nσ² + bt/3)) for n independent terms of mean 0, variance σ² and size at most b:
    Bernstein 1924 (Boucheron, Lugosi & Massart, Concentration Inequalities, cor. 2.11)."""
    t = abs(total)
    return min(1.0, 2 * math.exp(-(t**2) / (2 * (n * variance + bound * t / 3)))) if t else 1.0


def correlated(a: Numbers, b: Numbers, variance: float, bound: float) -> float:
    """Whether two samples, of centred draws with this variance and size, go together, place by place."""
    return bernstein(float((a * b).sum()), a.size, variance**2, bound**2)


def lag_correlated(a: Numbers, axis: int, variance: float, bound: float) -> float:
    """Whether neighbours along an axis go together.

    The pairs (1, 2), (3, 4), … share no draw, nor do (2, 3), (4, 5), …: each half is a sum of independent terms. The
    less probable of the two counts, twice (Boole).
    """
    a = np.moveaxis(a, axis, 0)
    halves = []
    for first in (0, 1):
        left = a[first:-1:2]
        halves.append(correlated(left, a[first + 1 :: 2][: len(left)], variance, bound) if left.size else 1.0)
    return min(1.0, 2 * min(halves))


# -- counts -----------------------------------------------------------------------------------------------------------


def improbable_count(k: int, n: int, p: float) -> float:
    """P(a count at least as far out on its side as k of n) ≤ 2 exp(−n KL(k/n ‖ p)): Chernoff 1952, Hoeffding 1963."""
    share = k / n
    kl = sum(a * (math.log(a / b) if b > 0 else math.inf) for a, b in ((share, p), (1 - share, 1 - p)) if a > 0)
    return min(1.0, 2 * math.exp(-n * kl))


def improbable_counts(counts: NDArray[np.int64], n: int, p: float) -> float:
    """The same for the strangest of several counts, each of n: as many times as probable (Boole)."""
    return min(1.0, counts.size * min(improbable_count(int(k), n, p) for k in (counts.min(), counts.max())))


def too_even_counts(counts: NDArray[np.int64], n: int, p: float) -> float:
    """P(every count lies within c of np), c being the largest distance seen: the exact binomial probability of one, to
    the power of how many there are. Units dropped in exact numbers are not independent."""
    c = float(np.abs(counts - n * p).max())
    k = np.arange(max(0, math.ceil(n * p - c - 1e-9)), min(n, math.floor(n * p + c + 1e-9)) + 1)
    if len(k) > 50 or not 0 < p < 1:  # as wide as that nothing is even
        return 1.0
    log_p = [
        math.lgamma(n + 1) - math.lgamma(j + 1) - math.lgamma(n - j + 1) + j * math.log(p) + (n - j) * math.log1p(-p)
        for j in k.tolist()
    ]
    return float(min(1.0, math.fsum(map(math.exp, log_p))) ** counts.size)
