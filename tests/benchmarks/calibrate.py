"""How far right programs stay from being rejected, and wrong ones from being accepted.

    python -m tests.benchmarks.calibrate [--seed N] [--all] [ID …]

grades every program of ``tests/corpus`` and prints a row an algorithm, for each dtype of its cases and for both:

* **right**: how many right programs there are, and the largest error of any of them, in tolerances. 1 is the most
  that passes; the bar is 0.5;
* **wrong**: how many wrong ones, and the smallest error by which one is known, each in its clearest case. The bar is
  10. ``(3 not)`` are not known by the cases of this dtype, but by those of the other;
* **factor**: the smallest of all wrong ones by the largest of all right ones;
* **named**: how many of the wrong programs with a known mistake, or two, got its name, or both;
* **allclose**, **assert_close**: how many right programs numpy's and ``torch.testing``'s would have rejected and how
  many wrong ones accepted, with their defaults and on the same runs. They are given more than a test usually asks:
  every step of every case.

What draws has no error: there the number is how improbable the draws are, as a power of the level 1e-11 at which a
check fails, and the bar is 1.25. Plain data (a grid) is equal or not. ``--all`` also prints every program's numbers.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tabulate import tabulate

from harness.grading.expected import Reference
from harness.grading.verdict import verdict
from reference import pages
from tests.corpus.forms import SEED, Form, corpus, ran

DTYPES = ("float32", "float64")

Checker = Callable[[Any, Any], bool]


def allclose(actual: Any, expected: Any) -> bool:
    return np.allclose(actual, expected)


def assert_close(actual: Any, expected: Any) -> bool:
    from torch import from_numpy
    from torch.testing import assert_close

    try:
        assert_close(from_numpy(np.array(actual)), from_numpy(expected), check_dtype=False)
    except AssertionError:
        return False
    return True


CHECKERS: dict[str, Checker] = {"allclose": allclose, "assert_close": assert_close}


@dataclass(frozen=True)
class Measured:
    """One program. ``ratios`` holds its largest error in tolerances by dtype, infinite where there was no number to
    compare; ``checkers`` what others would have said of it, empty where there are no arrays to show them."""

    form: Form
    passed: bool
    named: bool
    ratios: dict[str, float]
    checkers: dict[str, bool]

    @property
    def clearest(self) -> float:
        return max(self.ratios.values())


def measure(form: Form, reference: Reference) -> Measured:
    """Grade a program, and ask the other checkers."""
    with np.errstate(all="ignore"):  # wrong programs divide by zero
        runs = ran(form, reference)
        found = verdict(reference, runs, [])
        checkers = {name: _accepts(checker, reference, runs) for name, checker in CHECKERS.items()}
    ratios: dict[str, float] = {}
    for case, result in zip(reference.cases, found.cases, strict=True):
        ratio = result.error_ratio
        if ratio is None:
            ratio = 0.0 if result.status == "pass" else math.inf
        ratios[case.dtype] = max(ratio, ratios.get(case.dtype, 0.0))
    said = {name: answer for name, answer in checkers.items() if answer is not None}
    second = found.message.params.get("second") if found.message else None
    named = found.diagnosis == form.diagnosis and second == form.beside
    return Measured(form, found.status == "pass", named, ratios, said)


def _accepts(checker: Checker, reference: Reference, runs: Sequence[Sequence[Any]]) -> bool | None:
    """Whether a checker accepts all arrays of a program; None where there are none."""
    if reference.page.form not in ("optimizer", "epoch", "function"):
        return None
    return all(
        each is not None and each[0].shape == each[1].shape and checker(*each) for each in _arrays(reference, runs)
    )


def _arrays(reference: Reference, runs: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, Any] | None]:
    """A program's arrays, each beside what is expected rounded to its dtype; None where there is none."""
    for number, of_case in enumerate(runs):
        dtype = np.dtype(reference.cases[number].dtype)
        for at, run in enumerate(of_case):
            if run.problem:
                yield None
            elif reference.page.form == "function":
                for name, block in reference.evaluation(number, at).blocks.items():
                    if name in run.results:
                        actual = run.results[name]
                        yield actual, block.value.astype(actual.dtype if actual.dtype.kind == "i" else dtype)
            else:
                steps = reference.steps[number][at]
                first = steps - 1 if len(run.w) == 1 else 0
                yield run.w, reference.trajectory(number, at).block("w", first, steps).value.astype(dtype)


# -- the table ------------------------------------------------------------------------------------------------------


def row(algorithm: str, right: Sequence[Measured], wrong: Sequence[Measured]) -> list[str]:
    dtypes = [dtype for dtype in DTYPES if any(dtype in each.ratios for each in (*right, *wrong))]
    largest = {dtype: max((each.ratios[dtype] for each in right), default=0.0) for dtype in dtypes}
    known = {dtype: [each.ratios[dtype] for each in wrong if each.ratios[dtype] > 1] for dtype in dtypes}
    smallest = {dtype: min(ratios, default=math.inf) for dtype, ratios in known.items()}
    blind = {dtype: len(wrong) - len(ratios) for dtype, ratios in known.items()}
    most, least = max(largest.values()), min((each.clearest for each in wrong), default=math.inf)
    meant = [each for each in wrong if each.form.diagnosis]
    return [
        algorithm,
        f"{len(right)}",
        *(_number(largest.get(dtype)) for dtype in DTYPES),
        f"{len(wrong)}",
        *(_number(smallest.get(dtype)) + (f" ({blind[dtype]} not)" if blind.get(dtype) else "") for dtype in DTYPES),
        _number(least),
        _number(least / most if most else math.inf),
        f"{sum(each.named for each in meant)}/{len(meant)}",
        *(_errors(checker, right, wrong) for checker in CHECKERS),
    ]


def _number(number: float | None) -> str:
    if number is None:
        return ""
    return "∞" if math.isinf(number) else f"{number:.2g}".replace("e+0", "e").replace("e+", "e")


def _errors(checker: str, right: Sequence[Measured], wrong: Sequence[Measured]) -> str:
    if not any(each.checkers for each in (*right, *wrong)):
        return ""
    rejected, accepted = (not each.checkers[checker] for each in right), (each.checkers[checker] for each in wrong)
    return f"−{sum(rejected)} +{sum(accepted)}"


HEADERS = (
    "algorithm",
    *("right", *(f"largest\n{dtype}" for dtype in DTYPES)),
    *("wrong", *(f"smallest\n{dtype}" for dtype in DTYPES), "smallest\nof all"),
    "factor",
    "named",
    *(f"{checker}\n−right +wrong" for checker in CHECKERS),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", metavar="ID", help="algorithms (default: all)")
    parser.add_argument("--seed", type=int, default=SEED, help="draw the cases from another seed")
    parser.add_argument("--all", action="store_true", help="print every program")
    given = parser.parse_args()
    rows, everything = [], []
    for algorithm in given.ids or pages():
        reference = Reference(pages()[algorithm], given.seed)
        by_kind = [
            [measure(form, reference) for form in corpus(kind) if form.algorithm == algorithm]
            for kind in ("right", "wrong")
        ]
        rows.append(row(algorithm, *by_kind))
        everything += by_kind
        if given.all:
            for kind, measured in zip(("right", "wrong"), by_kind, strict=True):
                for each in sorted(measured, key=lambda each: each.clearest):
                    numbers = ", ".join(f"{dtype} {_number(ratio)}" for dtype, ratio in sorted(each.ratios.items()))
                    print(f"{algorithm:30} {kind} {each.form.name:40} {numbers}", flush=True)
    print(tabulate(rows, headers=HEADERS, disable_numparse=True))
    right = [each for measured in everything[::2] for each in measured]
    wrong = [each for measured in everything[1::2] for each in measured]
    rejected, accepted = sum(not each.passed for each in right), sum(each.passed for each in wrong)
    print(f"\nOf {len(right)} right programs {rejected} rejected, of {len(wrong)} wrong ones {accepted} accepted.")
    for checker in CHECKERS:
        shown = [each for each in right if each.checkers], [each for each in wrong if each.checkers]
        rejected = sum(not each.checkers[checker] for each in shown[0])
        accepted = sum(each.checkers[checker] for each in shown[1])
        print(f"{checker}: of {len(shown[0])} {rejected} rejected, of {len(shown[1])} {accepted} accepted.")


if __name__ == "__main__":
    main()
