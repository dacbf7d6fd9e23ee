"""How far right samplers and layers stay from a false alarm, and how surely wrong ones are caught and named.

    python -m tests.benchmarks.draws [RIGHT [WRONG]]

grades the right forms of ``random_search`` and ``keras_dropout`` on RIGHT (200) other seeds each, then every wrong one
on WRONG (20). Other seeds are other spaces, other inputs and other draws. It prints how many right checks failed and
the smallest probability a test came to; for every wrong form how often it was caught, how improbable it was at least,
and how often it got its name.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import numpy as np

from harness.grading import chance
from harness.grading.expected import Reference
from reference import pages
from tests.corpus.forms import graded, largest_ratio
from tests.corpus.right_search import RIGHT
from tests.corpus.wrong_search import WRONG

DRAWING = ("random_search", "keras_dropout")


def main(right: int = 200, wrong: int = 20) -> None:
    for algorithm in DRAWING:
        forms = [form for form in RIGHT if form.algorithm == algorithm]
        start = time.process_time()
        found = [graded(form, reference) for reference in references(algorithm, right) for form in forms]
        seconds = (time.process_time() - start) / len(found)
        failed = sum(each.status != "pass" for each in found)
        least = chance.LEVEL ** max(map(largest_ratio, found))
        print(
            f"{algorithm}: {len(found)} right checks, {failed} false alarms, {1000 * seconds:.0f} ms a check;", end=" "
        )
        print(f"smallest probability {least:.1e}")
        for form in (form for form in WRONG if form.algorithm == algorithm):
            with np.errstate(all="ignore"):
                seen = [graded(form, reference) for reference in references(algorithm, wrong)]
            caught = sum(each.status != "pass" for each in seen)
            named = sum(each.diagnosis == form.diagnosis for each in seen)
            ratio = min(map(largest_ratio, seen))
            print(f"  {form.name:36} caught {caught:3} of {wrong}, named {named:3}, least {ratio:.3g}", flush=True)


def references(algorithm: str, count: int) -> Iterator[Reference]:
    """The page's cases for so many seeds, one after another."""
    return (Reference(pages()[algorithm], seed) for seed in range(1000, 1000 + count))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
