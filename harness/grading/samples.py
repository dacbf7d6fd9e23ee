"""Random search: the law the draws follow, and whether each is drawn by itself and from the generator.

A case is judged by all its calls together. Right trials are no certain numbers: what decides is how improbable they are
under independent draws of the page's law; see :mod:`harness.grading.chance`. A known mistake explains them if it draws
such trials itself: both samples are compared, test by test.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.grading import chance
from harness.grading import judge as judging
from harness.grading.expected import Reference
from harness.grading.judge import Judged, Witness, read_problem
from harness.results import CaseResult, Message
from reference import Call, Case, Edition, Page

Numbers = NDArray[np.float64]

SAMPLE = 100
"""Draws from which on a sample is judged by its distribution."""

SLACK = 8
"""Units in the last place by which a draw may lie beyond an end: logarithm and exponential round."""

CENTRED = 1 / 12, 0.5
"""Variance and size of a uniform draw less its mean."""


@dataclass(frozen=True)
class Draws:
    """The trials of one call: ``values`` has a trial a row and a name a column.

    ``count`` is how many trials came, ``whole`` the names whose values were whole numbers.
    """

    values: Numbers
    count: int
    whole: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """All calls of a case, and the first problem in one of them."""

    page: Page
    case: Case
    draws: tuple[Draws, ...]
    problem: Mapping[str, Any] | None = None

    @cached_property
    def profile(self) -> Profile:
        """What they look like beside a known mistake's."""
        return Profile(self)


@dataclass(frozen=True)
class Tested:
    """One test: how improbable what it saw is at most, and what to say of it."""

    probability: float
    message: Message

    @property
    def failed(self) -> bool:
        return not self.probability >= chance.LEVEL  # a NaN compares false and must fail


class Samples:
    """The form of what draws from a generator that it is given."""

    pairs_in_every_way = False

    def wire(self, reference: Reference, number: int) -> dict[str, Any]:
        case = reference.cases[number]
        runs = [
            {"space": call.args["space"], "n": call.args["n"], "seed": call.args["rng"].value} for call in case.calls
        ]
        return {"id": case.id, "runs": runs}

    def reply_bytes(self, reference: Reference, number: int) -> int:
        return sum(call.args["n"] * len(call.args["space"]) * 8 for call in reference.cases[number].calls)

    def read(self, reference: Reference, number: int, reply: Any) -> list[Sample]:
        case = reference.cases[number]
        pairs = list(zip(case.calls, reply["runs"], strict=True))
        problem = next(filter(None, [read_problem(each) for _, each in pairs]), None)
        return [Sample(reference.page, case, tuple(_draws(call, each) for call, each in pairs), problem)]

    def judge(self, reference: Reference, number: int, runs: Sequence[Sample], witnesses: Sequence[Witness]) -> Judged:
        case, (sample,) = reference.cases[number], runs
        if sample.problem:
            return judging.problem_of(case, sample.problem)
        if wrong := next(_certainly_wrong(sample), None):
            return judging.failed_with(case, CaseResult(case.id, "fail"), wrong)
        tests = list(statistics(sample))
        if not tests:
            return Judged(CaseResult(case.id, "pass", 0.0))
        ratio = max(improbability(test.probability) for test in tests)
        failed = next((test for test in tests if test.failed), None)
        if failed is None:
            return Judged(CaseResult(case.id, "pass", ratio))
        return judging.failed_with(case, CaseResult(case.id, "fail", ratio), failed.message)

    def broke_off(self, run: Sample) -> bool:
        return run.problem is not None

    def matches(self, reference: Reference, edition: Edition, number: int, at: int, run: Sample) -> bool:
        return run.problem is not None or _alike(reference.expected(_profile, number, 0, edition), run.profile)

    def tells(self, reference: Reference, edition: Edition, number: int, at: int, run: Sample) -> bool:
        theirs, ours = (reference.expected(_profile, number, 0, each) for each in (edition, None))
        return not _alike(theirs, ours)

    def agreement(self, reference: Reference, edition: Edition, number: int, at: int, run: Sample) -> int:
        return 0  # it has no inner steps

    def testify(self, torch: Any, page: Page, case: Case) -> list[Mapping[str, Any]]:
        """torch has a law to hold the page's against, which the tests do; it has no trials."""
        return [{} for _ in case.calls]


def improbability(probability: float) -> float:
    """How improbable something is, in units of what is improbable enough to fail: an error in tolerances."""
    if not probability > 0:
        return math.inf
    return math.log(probability) / math.log(chance.LEVEL)


def in_words(probability: float) -> str:
    """A bound on a probability as a message tells it."""
    return f"{probability:.0e}" if probability > 1e-300 else "1e-300"


# -- what came back -------------------------------------------------------------------------------------------------


def _draws(call: Call, reply: Any) -> Draws:
    values, space = reply["values"], call.args["space"]
    if values.dtype != np.float64 or values.ndim != 2 or values.shape[1] != len(space) or len(values) > call.args["n"]:
        raise ValueError(f"an array of {values.dtype} and shape {values.shape}")
    whole = tuple(name for name in space if name in reply["whole"])
    if type(reply["count"]) is not int or reply["count"] < len(values):
        raise ValueError("a count that is none")
    return Draws(values, reply["count"], whole)


# -- judging --------------------------------------------------------------------------------------------------------


def _certainly_wrong(sample: Sample) -> Iterator[Message]:
    """What no draw of the generator makes right."""
    for call, draws in zip(sample.case.calls, sample.draws, strict=True):
        if draws.count != call.args["n"]:
            yield Message("trial_count", {"trials": draws.count, "wanted_trials": call.args["n"]})
        if draws.whole:
            yield Message("whole_numbers", {"names": list(draws.whole)})
        yield from _out_of_range(call, draws)
    for (one, some), (other, others) in combinations(zip(sample.case.calls, sample.draws, strict=True), 2):
        equal = np.array_equal(some.values, others.values)
        if one.args["rng"] == other.args["rng"] and not equal:
            yield Message("generator_not_used")
        if one.args["rng"] != other.args["rng"] and equal:
            yield Message("generator_not_told")


def _out_of_range(call: Call, draws: Draws) -> Iterator[Message]:
    for column, (name, (low, high, *_)) in zip(draws.values.T, call.args["space"].items(), strict=True):
        slack = SLACK * np.spacing(max(abs(low), abs(high)))
        outside = column[~((column >= low - slack) & (column <= high + slack))]
        if len(outside):
            told = {"name": name, "value": float(outside[0]), "low": low, "high": high}
            yield Message("out_of_range", {**told, "outside": len(outside), "trials": len(column)})


def statistics(sample: Sample) -> Iterator[Tested]:
    """The tests of a case, those first whose failure says most.

    Calls of too few trials for a law are looked at together, for repeated values alone.
    """
    first = sample.case.calls[0].args
    large = first["n"] >= SAMPLE
    values = sample.draws[0].values if large else _one_each(sample)
    names = [*first["space"]]
    for name, column in zip(names, values.T, strict=True):
        yield _repeats(name, column)
    if not large:
        return
    uniform = {
        name: np.asarray(sample.page.probability(column, *first["space"][name]), dtype=np.float64)
        for name, column in zip(names, values.T, strict=True)
    }
    for name, column in zip(names, values.T, strict=True):
        yield _law(name, column, uniform[name], first["space"][name])
        yield _gap(name, column, uniform[name])
    centred = {name: u - 0.5 for name, u in uniform.items()}
    for one, other in combinations(names, 2):
        a, b = centred[one], centred[other]
        told = {"names": [one, other], "correlation": _correlation(a, b)}
        yield _test("drawn_together", chance.correlated(a, b, *CENTRED), told)
    for name, a in centred.items():
        told = {"name": name, "correlation": _correlation(a[:-1], a[1:])}
        yield _test("drawn_in_a_row", chance.lag_correlated(a, 0, *CENTRED), told)
    for name, u in uniform.items():
        yield _test("too_even", chance.too_near_law(u), {"name": name})
        yield _test("too_even", chance.too_exact_mean(u), {"name": name})


def _test(id: str, probability: float, told: Mapping[str, Any]) -> Tested:
    return Tested(probability, Message(id, {**told, "chance": in_words(probability)}))


def _one_each(sample: Sample) -> Numbers:
    """The trials of one call for each generator."""
    calls = {call.args["rng"]: draws for call, draws in zip(sample.case.calls, sample.draws, strict=True)}
    return np.concatenate([draws.values for draws in calls.values()])


def _repeats(name: str, column: Numbers) -> Tested:
    told = {"name": name, "different": len(np.unique(column)), "trials": len(column)}
    return _test("repeated_values", chance.too_many_repeats(column), told)


def _law(name: str, column: Numbers, u: Numbers, ends: tuple[Any, ...]) -> Tested:
    """How far off the law is, told at the point where it is farthest."""
    order = np.argsort(u)
    share = np.arange(1, len(u) + 1) / len(u)
    at = int(np.argmax(np.abs(share - u[order])))
    told = {
        "name": name,
        "law": "uniform on a log scale" if len(ends) > 2 else "uniform",
        "point": float(column[order][at]),
        "wanted_share": f"{100 * u[order][at]:.1f} %",
        "share": f"{100 * share[at]:.1f} %",
    }
    return _test("off_law", chance.far_from_law(u), told)


def _gap(name: str, column: Numbers, u: Numbers) -> Tested:
    order = np.argsort(u)
    inner = np.concatenate([[0.0], u[order], [1.0]])
    at = int(np.argmax(np.diff(inner)))
    told = {
        "name": name,
        "share": f"{100 * (inner[at + 1] - inner[at]):.1f} %",
        "start": float(column[order][max(at - 1, 0)]),
        "end": float(column[order][min(at, len(u) - 1)]),
    }
    return _test("gap", chance.too_wide_gap(u), told)


def _correlation(a: Numbers, b: Numbers) -> float:
    with np.errstate(all="ignore"):
        return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


# -- comparing samples ----------------------------------------------------------------------------------------------


ALIKE = 1e-6
"""How improbable the difference of two samples of one law may be. A wrong name is prevented by asking for all cases."""

_DEVIATIONS = 6
"""How many standard deviations two counts may be apart."""


class Profile:
    """What a sample of a case looks like to the tests, whatever its law."""

    def __init__(self, sample: Sample) -> None:
        self.counts = [draws.count for draws in sample.draws]
        self.whole = [draws.whole for draws in sample.draws]
        self.equal = [np.array_equal(a.values, b.values) for a, b in combinations(sample.draws, 2)]
        first = sample.case.calls[0].args
        large = first["n"] >= SAMPLE
        self.columns = [np.nan_to_num(column, nan=np.inf) for column in sample.draws[0].values.T] if large else []
        with np.errstate(all="ignore"):
            self._uniform = [
                sample.page.probability(np.sort(column), *ends)
                for column, ends in zip(self.columns, first["space"].values(), strict=False)
            ]

    @cached_property
    def ordered(self) -> list[Numbers]:
        return [np.sort(column) for column in self.columns]

    @cached_property
    def counts_of_values(self) -> Numbers:
        """Of each name, how many values repeat an earlier one, and how many are beyond the ends."""
        repeats = [len(column) - len(np.unique(column)) for column in self.columns]
        outside = [int(((u < -1e-9) | (u > 1 + 1e-9)).sum()) for u in self._uniform]
        return np.array([repeats, outside], dtype=np.float64)

    @cached_property
    def correlations(self) -> Numbers:
        """Of the ranks: of each two names, and of each name with itself one trial on."""
        ranks = [np.argsort(np.argsort(column, kind="stable"), kind="stable") for column in self.columns]
        centred = [rank - rank.mean() for rank in ranks]
        pairs = [*combinations(centred, 2), *((a[:-1], a[1:]) for a in centred)]
        return np.array([_correlation(a, b) for a, b in pairs])

    @cached_property
    def even(self) -> list[bool]:
        """Whether neighbouring values of a name, on its scale, are as far apart as if somebody had spread them: the
        gaps of independent draws vary by as much as they are long."""
        with np.errstate(all="ignore"):
            gaps = [np.diff(u[len(u) // 4 : 3 * len(u) // 4]) for u in self._uniform]
            return [bool(each.std() < 0.75 * each.mean()) for each in gaps]


def _profile(edition: Edition, page: Page, case: Case, call: Call) -> Profile | None:
    """An edition's own sample of a case, None where it breaks down."""
    try:
        with np.errstate(all="ignore"):
            draws = tuple(_drawn(page.evaluate(edition, each.args, {})["trials"], each) for each in case.calls)
    except (ArithmeticError, LookupError, ValueError, TypeError):
        return None
    return Sample(page, case, draws).profile


def _drawn(trials: Sequence[Mapping[str, Any]], call: Call) -> Draws:
    names = [*call.args["space"]]
    rows = [[trial[name] for name in names] for trial in trials]
    whole = tuple(name for name, *column in zip(names, *rows, strict=True) if any(type(x) is int for x in column))
    return Draws(np.array(rows, dtype=np.float64).reshape(len(rows), len(names)), len(rows), whole)


def _alike(one: Profile | None, other: Profile | None) -> bool:
    """Whether two samples may be of the same making."""
    if one is None or other is None:
        return False
    if (one.counts, one.whole, one.equal, len(one.columns)) != (
        other.counts,
        other.whole,
        other.equal,
        len(other.columns),
    ):
        return False
    if not one.columns:
        return True
    n = len(one.columns[0])
    some, others = one.counts_of_values, other.counts_of_values
    if (np.abs(some - others) > _DEVIATIONS * np.sqrt(some + others + 1)).any() or one.even != other.even:
        return False
    drawn = n - np.maximum(some[0], others[0])  # of values that repeat, so many are free to differ
    apart = np.array([_smirnov(a, b) for a, b in zip(one.ordered, other.ordered, strict=True)])
    if (apart > np.sqrt(math.log(2 / ALIKE) / drawn)).any():
        return False
    return bool((np.abs(one.correlations - other.correlations) <= math.sqrt(4 * math.log(2 / ALIKE) / n)).all())


def _smirnov(a: Numbers, b: Numbers) -> float:
    """The largest distance between the shares of two ordered samples below a point."""
    points = np.concatenate([a, b])
    below = (np.searchsorted(each, points, side="right") / len(each) for each in (a, b))
    return float(np.abs(np.subtract(*below)).max())
