"""Finding the known mistake whose values a student's are, by running it.

Every mistake and dialect of the page is executable. One is named only where it explains **all** cases, failing and
passing alike; a case that ended in a problem of another kind, an exception say, has only to agree up to there. Single
ones are tried first, then two dialects, then a mistake under a dialect, then two mistakes: the smaller explanation
wins. Where none fits, the student's code may have other defaults as well, or compute in float32 whatever it is given:
a mistake is looked for once more without the cases that pass no hyper-parameters, and with float32's tolerances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import Any

from harness.grading.bounded import AmbiguousError
from harness.grading.expected import Reference
from harness.grading.forms import FORMS
from harness.grading.judge import Judged
from reference import Edition, Page, Variant

Choice = tuple[Variant, int]


@dataclass(frozen=True)
class Finding:
    """The variants that together explain every case, the named one first, and what explains them as well.

    ``unexplained`` numbers the cases that ended in a problem of another kind. ``beside`` is the message that says what
    else is wrong: what explains the rest, or the values as closely as float32 has them, does not say it.
    """

    variants: tuple[Variant, ...]
    touched: tuple[str, ...]
    also: tuple[str, ...] = ()
    unexplained: frozenset[int] = frozenset()
    beside: str | None = None

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

    def exactly(edition: Edition) -> bool:
        return _explains(reference, edition, order, runs, judged)

    for size in (_singles, _two_dialects, _under_a_dialect, _two_mistakes):
        if found := _fitting(reference.page, size, exactly):
            return replace(found, unexplained=broken)
    if found := _beside_other_defaults(reference, order, runs, judged) or _beside_float32(
        reference, order, runs, judged
    ):
        return replace(found, unexplained=broken)
    return None


def _beside_other_defaults(
    reference: Reference, order: Sequence[int], runs: Sequence[Sequence[Any]], judged: Sequence[Judged]
) -> Finding | None:
    """A mistake that explains all but the cases that pass no hyper-parameters, where one of these fails."""
    passing = [case for case in order if reference.cases[case].hyper]
    if not reference.page.settings({}) or all(judged[case].passed for case in set(order) - set(passing)):
        return None
    found = _fitting(reference.page, _mistakes, lambda edition: _explains(reference, edition, passing, runs, judged))
    return found and replace(found, beside="wrong_defaults")


def _beside_float32(
    reference: Reference, order: Sequence[int], runs: Sequence[Sequence[Any]], judged: Sequence[Judged]
) -> Finding | None:
    """A mistake that explains the cases to the digits of float32, and hardly one of them to its own.

    A case whose outcome would hang on float32's rounding says nothing.
    """
    fine = [case for case in order if reference.cases[case].dtype == "float64"]
    if sum(judged[case].passed for case in fine) > len(fine) / 2:
        return None
    form, single = FORMS[reference.page.form], reference.in_float32

    def matches(as_computed: Reference, edition: Edition, case: int) -> bool:
        return all(form.matches(as_computed, edition, case, at, run) for at, run in enumerate(runs[case]))

    @cache
    def bounded() -> list[int]:
        return [case for case in order if _has_bound(single, case, runs[case])]

    def roughly(edition: Edition) -> bool:
        if not any(matches(single, edition, case) for case in order[:3]):  # most leave here, at little cost
            return False
        if not _explains(single, edition, bounded(), runs, judged):
            return False
        telling = [case for case in fine if case in bounded() and not judged[case].problem]
        exact = [matches(reference, edition, case) for case in telling]
        return exact.count(True) <= len(telling) / 4  # what is 0, or no number, is so in float32 as well

    found = _fitting(reference.page, _mistakes, roughly)
    return found and replace(found, beside="float32_inside")


def _has_bound(reference: Reference, case: int, runs: Sequence[Any]) -> bool:
    """Whether a case can be judged with other tolerances than its own: its outcome must not hang on a rounding."""
    try:
        FORMS[reference.page.form].judge(reference, case, runs, [])
    except AmbiguousError:
        return False
    return True


def _fitting(
    page: Page,
    size: Callable[[Sequence[Variant]], Iterator[tuple[Choice, ...]]],
    explains: Callable[[Edition], bool],
) -> Finding | None:
    """Those explanations of a size that explain every case: the first of them, and what the others are headed by."""
    fitting = []
    for choices in size(page.variants):
        if len(choices) > 1 and any(way for _, way in choices) and not FORMS[page.form].pairs_in_every_way:
            continue
        edition = page.edition(*choices)
        if edition and explains(edition):
            fitting.append((_headed(choices), edition))
    if not fitting:
        return None
    variants, edition = fitting[0]
    others = {each.id: None for found, _ in fitting for each in found[:1] if each.id != variants[0].id}
    return Finding(variants, edition.touched, tuple(others))


def _headed(choices: Sequence[Choice]) -> tuple[Variant, ...]:
    """The variants of an explanation, the one to be told first at the head: a mistake, and no detail."""
    return tuple(sorted((variant for variant, _ in choices), key=lambda each: (each.kind == "dialect", each.detail)))


def _ways(variants: Sequence[Variant], kind: str) -> list[Choice]:
    return [(variant, way) for variant in variants if variant.kind == kind for way in range(len(variant.edits))]


def _singles(variants: Sequence[Variant]) -> Iterator[tuple[Choice, ...]]:
    for choice in [*_ways(variants, "dialect"), *_ways(variants, "mistake")]:
        yield (choice,)


def _mistakes(variants: Sequence[Variant]) -> Iterator[tuple[Choice, ...]]:
    yield from _singles(variants)
    yield from _under_a_dialect(variants)


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
