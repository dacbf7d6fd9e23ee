"""Grading sources given in a test, by the whole chain."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import replace

from harness import assignment
from harness.adapter import Adapter
from harness.assignment import Assignment
from harness.batch import Batch
from harness.intake import Submission
from harness.results import AlgorithmResult, SubmissionResult
from harness.runner.isolation import Isolation

GRADIENT_DESCENT = """
class GradientDescent:
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, w, grad):
        return w - self.lr * grad(w)
"""

MOMENTUM = """
def momentum(w, grad, *, lr=0.01, gamma=0.9):
    v = 0 * w
    while True:
        v = gamma * v + lr * grad(w)
        w = w - v
        yield w
"""


def submission(id: str, source: str) -> Submission:
    """A submission of one file."""
    return Submission(id, f"{id}.py", {f"{id}.py": textwrap.dedent(source).encode()}, (f"{id}.py",))


def asked(*ids: str, seconds: float = 10, memory_mb: int = 1024) -> Assignment:
    """Lecture 8, cut down to some algorithms."""
    return replace(assignment.load().only(ids), seconds=seconds, memory_mb=memory_mb)


def grade(
    sources: Mapping[str, str] | Iterable[Submission],
    asked_for: Assignment,
    *,
    jobs: int = 2,
    adapter: Adapter | None = None,
    isolation: Isolation | None = None,
) -> dict[str, SubmissionResult]:
    """The results by submission's id."""
    submissions = [submission(*each) for each in sources.items()] if isinstance(sources, Mapping) else [*sources]
    with Batch(asked_for, seed=0, jobs=jobs, adapter=adapter, isolation=isolation) as batch:
        results = {result.id: result for result in batch.grade(submissions)}
    assert batch.witness_fault is None
    return results


def algorithm(result: SubmissionResult, id: str) -> AlgorithmResult:
    return next(each for each in result.algorithms if each.id == id)
