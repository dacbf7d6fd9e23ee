"""Counting a cohort: who made which mistake, which step goes wrong first, how the scores lie."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness.report.catalogue import AlgorithmText, Catalogue, Kind, VariantText, algorithm_text, variant_text
from harness.report.evidence import evidence
from harness.report.marks import NOT_LOADED, Mark, mark
from harness.results import AlgorithmResult, Results, SubmissionResult

UNEXPLAINED = ("diverges", "not_finite")
"""The messages that say where values go wrong and not why."""

FEWEST, SHARE = 2, 0.05
"""How many students, and which share of all, make a mistake one that is worth teaching again."""


@dataclass(frozen=True)
class Count:
    """Students who have one thing in common: a mistake or dialect, or the step that goes wrong first."""

    text: AlgorithmText
    variant: VariantText | None
    students: tuple[SubmissionResult, ...]
    step: str = ""

    def __len__(self) -> int:
        return len(self.students)

    @property
    def formula(self) -> str:
        return self.text.steps.get(self.step, "")


def graded(results: Results) -> tuple[SubmissionResult, ...]:
    """The submissions of which something was run."""
    return tuple(each for each in results.submissions if not each.unloaded)


def median_score(results: Results) -> float:
    return statistics.median([each.score for each in results.submissions] or [0.0])


def mean_score(results: Results) -> float:
    return statistics.fmean([each.score for each in results.submissions] or [0.0])


def marks(results: Results) -> Counter[Mark]:
    """How often each mark occurs, over all algorithms of all submissions."""
    return Counter(mark(result) for _, result in _all(results))


def marks_of(submission: SubmissionResult) -> Counter[Mark]:
    """How often each mark occurs in one submission."""
    return Counter([NOT_LOADED] if submission.unloaded else map(mark, submission.algorithms))


def counted(counts: Mapping[Mark, int], which: Iterable[Mark]) -> str:
    """Those of the marks that occur, in words: ``2 timeout, 14 wrong``."""
    return ", ".join(f"{counts[mark]} {mark.word}" for mark in which if counts.get(mark))


def variants(results: Results, catalogue: Catalogue, kind: Kind) -> tuple[Count, ...]:
    """The diagnosed mistakes, or dialects, the most frequent first."""
    students: dict[tuple[str, str], list[SubmissionResult]] = defaultdict(list)
    for submission, result in _all(results):
        if result.diagnosis and result.diagnosis.kind == kind:
            students[result.id, result.diagnosis.id].append(submission)
    texts = {id: algorithm_text(catalogue, id) for id, _ in students}
    return _most_first(
        Count(texts[id], variant_text(texts[id], kind, variant), tuple(found))
        for (id, variant), found in students.items()
    )


def common(count: Count, results: Results) -> bool:
    """Whether so many students have it in common that it is the lecture's matter, not theirs."""
    return len(count) >= max(FEWEST, SHARE * len(results.submissions))


def unexplained(results: Results, catalogue: Catalogue) -> tuple[Count, ...]:
    """What is wrong and fits no known mistake, by algorithm: to be read by a person."""
    students: dict[str, list[SubmissionResult]] = defaultdict(list)
    for submission, result in _all(results):
        if result.status == "fail" and (result.message is None or result.message.id in UNEXPLAINED):
            students[result.id].append(submission)
    return _most_first(Count(algorithm_text(catalogue, id), None, tuple(found)) for id, found in students.items())


def first_wrong(results: Results, catalogue: Catalogue) -> tuple[Count, ...]:
    """The steps at which values are right up to there and wrong from there on, the most frequent first."""
    students: dict[tuple[str, str], list[SubmissionResult]] = defaultdict(list)
    for submission, result in _all(results):
        if result.status == "fail" and (seen := evidence(result.message)):
            students[result.id, seen.quantity].append(submission)
    return _most_first(
        Count(algorithm_text(catalogue, id), None, tuple(found), step) for (id, step), found in students.items()
    )


def _all(results: Results) -> Iterator[tuple[SubmissionResult, AlgorithmResult]]:
    run = (submission for submission in results.submissions if not submission.unloaded)
    return ((submission, result) for submission in run for result in submission.algorithms)


def _most_first(counts: Iterable[Count]) -> tuple[Count, ...]:
    return tuple(sorted(counts, key=len, reverse=True))  # a stable sort: what is equal stays in the lecture's order
