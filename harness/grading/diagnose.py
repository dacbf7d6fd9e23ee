"""Finding the known mistake whose values a student's are, by running it.

Every mistake and dialect of the page is executable. One is named only where it explains **all** cases, failing and
passing alike; a case that ended in a problem of another kind, an exception say, has only to agree up to there. Single
ones are tried first, then two dialects, then a mistake under a dialect, then two mistakes: the smaller explanation
wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from harness.grading.expected import Reference
from harness.grading.forms import FORMS
from harness.grading.judge import Judged
from reference import Edition, Variant

Choice = tuple[Variant, int]


@dataclass(frozen=True)
class Finding:
    """The variants that together explain every case, the named one first, and what explains them as well.

    ``unexplained`` numbers the cases that ended in a problem of another kind.
    """

    variants: tuple[Variant, ...]
    touched: tuple[str, ...]
    also: tuple[str, ...] = ()
    unexplained: frozenset[int] = frozenset()

    @property
    def named(self) -> Variant:
        return self.variants[0]


def diagnose(reference: Reference, runs: Sequence[Sequence[Any]], judged: Sequence[Judged]) -> Finding | None:
    """The smallest explanation of a failing submission, or None. ``runs`` and ``judged`` go by case."""
    form = FORMS[reference.page.form]
    broken = frozenset(case for case, each in enumerate(runs) if any(map(form.broke_off, each)))
    order = sorted(range(len(judged)), key=lambda at: (judged[at].passed, at in broken))  # the most telling first
    if judged[order[0]].passed or order[0] in broken:
        return None
    for size in (_singles, _two_dialects, _under_a_dialect, _two_mistakes):
        fitting = []
        for choices in size(reference.page.variants):
            if len(choices) > 1 and any(way for _, way in choices) and not form.pairs_in_every_way:
                continue
            edition = reference.page.edition(*choices)
            if edition and _explains(reference, edition, order, runs, judged):
                fitting.append((tuple(variant for variant, _ in choices), edition))
        if fitting:
            variants, edition = fitting[0]
            others = {each.id: None for found, _ in fitting for each in found[:1] if each.id != variants[0].id}
            return Finding(variants, edition.touched, tuple(others), broken)
    return None


def _ways(variants: Sequence[Variant], kind: str) -> list[Choice]:
    return [(variant, way) for variant in variants if variant.kind == kind for way in range(len(variant.edits))]


def _singles(variants: Sequence[Variant]) -> Iterator[tuple[Choice, ...]]:
    for choice in [*_ways(variants, "dialect"), *_ways(variants, "mistake")]:
        yield (choice,)


def _under_a_dialect(variants: Sequence[Variant]) -> Iterator[tuple[Choice, ...]]:
    for mistake in _ways(variants, "mistake"):
        for dialect in _ways(variants, "dialect"):
            yield mistake, dialect


def _two_dialects(variants: Sequence[Variant]) -> Iterator[tuple[Choice, ...]]:
    return _pairs(_ways(variants, "dialect"))


def _two_mistakes(variants: Sequence[Variant]) -> Iterator[tuple[Choice, ...]]:
    return _pairs(_ways(variants, "mistake"))


def _pairs(choices: Sequence[Choice]) -> Iterator[tuple[Choice, ...]]:
    for first, second in combinations(choices, 2):
        if first[0].id != second[0].id:
            yield first, second


def _explains(
    reference: Reference,
    edition: Edition,
    order: Sequence[int],
    runs: Sequence[Sequence[Any]],
    judged: Sequence[Judged],
) -> bool:
    form = FORMS[reference.page.form]
    telling = False
    for case in order:
        for at, run in enumerate(runs[case]):
            if not form.matches(reference, edition, case, at, run):
                return False
            if not judged[case].passed and not form.broke_off(run):
                telling = telling or form.tells(reference, edition, case, at, run)
    return telling
