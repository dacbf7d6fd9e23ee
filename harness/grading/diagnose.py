"""Finding the known mistake whose values a student's are, by running it.

Every mistake and dialect of the page is executable. One is named only where it explains **all** cases, failing and
passing alike; a case that ended in a problem of another kind, an exception say, has only to agree up to there. Single
ones are tried first, then two dialects, then a mistake under a dialect, then two mistakes: the smaller explanation
wins. Among equals those win whose inner steps are the ones that the student offers; what still ties is all named.

Where nothing fits, the student's code may have other defaults as well, or compute in float32 whatever it is given: a
mistake is looked for once more without the cases that lean on the contract's defaults, and with float32's tolerances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Any

from harness.grading.bounded import AmbiguousError
from harness.grading.expected import Reference
from harness.grading.form import Form
from harness.grading.forms import FORMS
from harness.grading.judge import Judged
from reference import Case, Edition, Page, Variant

Choice = tuple[Variant, int]
Size = Callable[[Sequence[Variant]], Iterator[tuple[Choice, ...]]]


@dataclass(frozen=True)
class Finding:
    """The variants that together explain every case, the one to be told first in front, and what explains them as well.

    ``touched`` are the steps whose lines they change. ``unexplained`` numbers the cases that ended in a problem of
    another kind, ``by_default`` those that lean on the contract's defaults, where they had to be set aside;
    ``in_float32`` says that they explain the values as closely as float32 has them.
    """

    variants: tuple[Variant, ...]
    touched: tuple[str, ...]
    also: tuple[tuple[Variant, ...], ...] = ()
    unexplained: frozenset[int] = frozenset()
    by_default: frozenset[int] = frozenset()
    in_float32: bool = False

    @property
    def named(self) -> Variant:
        return self.variants[0]


def diagnose(reference: Reference, runs: Sequence[Sequence[Any]], judged: Sequence[Judged]) -> Finding | None:
    """The smallest explanation of a failing submission, or None. ``runs`` and ``judged`` go by case."""
    return (
        _Search(reference, runs, judged, range(len(judged))).smallest()
        or _beside_other_defaults(reference, runs, judged)
        or _beside_float32(reference, runs, judged)
    )


def _beside_other_defaults(
    reference: Reference, runs: Sequence[Sequence[Any]], judged: Sequence[Judged]
) -> Finding | None:
    """What explains all but the cases that lean on the contract's defaults, where one of these fails."""
    aside = frozenset(at for at, case in enumerate(reference.cases) if leans_on_defaults(reference.page, case))
    if not aside or all(judged[at].passed for at in aside):
        return None
    found = _Search(reference, runs, judged, [at for at in range(len(judged)) if at not in aside]).smallest()
    return found and replace(found, by_default=aside)


def _beside_float32(reference: Reference, runs: Sequence[Sequence[Any]], judged: Sequence[Judged]) -> Finding | None:
    """What explains the cases to the digits of float32, and hardly one of them to its own."""
    fine = [case for case in range(len(judged)) if reference.cases[case].dtype == "float64"]
    if sum(judged[case].passed for case in fine) > len(fine) / 2:
        return None
    form, single = FORMS[reference.page.form], reference.in_float32
    bounded = [case for case in range(len(judged)) if _has_bound(single, case, runs[case])]
    telling = [case for case in fine if case in bounded and not judged[case].problem]

    def roughly(edition: Edition) -> bool:
        exact = [all(form.matches(reference, edition, at, *run) for run in enumerate(runs[at])) for at in telling]
        return exact.count(True) <= len(telling) / 4  # what is 0, or no number, is so in float32 as well

    found = _Search(single, runs, judged, bounded, roughly).smallest(_singles, _under_a_dialect)
    return found and replace(found, in_float32=True)


def _has_bound(reference: Reference, case: int, runs: Sequence[Any]) -> bool:
    """Whether a case can be judged with other tolerances than its own: its outcome must not hang on a rounding."""
    try:
        FORMS[reference.page.form].judge(reference, case, runs, [])
    except AmbiguousError:
        return False
    return True


def leans_on_defaults(page: Page, case: Case) -> bool:
    """Whether a case leaves a hyper-parameter to its default."""
    return bool(page.settings({}).keys() - page.fixed.keys() - case.hyper.keys())


@dataclass(frozen=True)
class _Search:
    """What is looked for an explanation: the cases to be explained, by number, and what the student's code did.
    ``only`` is what an edition has to be beside."""

    reference: Reference
    runs: Sequence[Sequence[Any]]
    judged: Sequence[Judged]
    cases: Sequence[int]
    only: Callable[[Edition], bool] = lambda edition: True

    @cached_property
    def form(self) -> Form:
        return FORMS[self.reference.page.form]

    @cached_property
    def broken(self) -> frozenset[int]:
        """The cases that ended in a problem no formula accounts for."""
        return frozenset(case for case in self.cases if any(map(self.form.broke_off, self.runs[case])))

    @cached_property
    def order(self) -> Sequence[int]:
        """The cases, the most telling first."""
        return sorted(self.cases, key=lambda at: (self.judged[at].passed, at in self.broken))

    def smallest(self, *sizes: Size) -> Finding | None:
        """The smallest explanation of some sizes, or of any."""
        if not self.order or self.judged[self.order[0]].passed or self.order[0] in self.broken:
            return None
        for size in sizes or (_singles, _two_dialects, _under_a_dialect, _two_mistakes):
            if fitting := list(self._fitting(size(self.reference.page.variants))):
                return self._told(fitting)
        return None

    def _fitting(self, size: Iterable[tuple[Choice, ...]]) -> Iterator[tuple[tuple[Choice, ...], Edition]]:
        for choices in size:
            if len(choices) > 1 and any(way for _, way in choices) and not self.form.pairs_in_every_way:
                continue
            edition = self.reference.page.edition(*choices)
            if edition and self._explains(edition) and self.only(edition):
                yield choices, edition

    def _told(self, fitting: Sequence[tuple[tuple[Choice, ...], Edition]]) -> Finding:
        """The first of those that explain the student's own inner steps best, and the others that do so, each once."""
        agreeing = [self._agreement(edition) if len(fitting) > 1 else 0 for _, edition in fitting]
        best = [each for each, steps in zip(fitting, agreeing, strict=True) if steps == max(agreeing)]
        choices, edition = best[0]
        others = {frozenset(variant.id for variant, _ in each): self._in_order(each) for each, _ in best}
        del others[frozenset(variant.id for variant, _ in choices)]
        return Finding(self._in_order(choices), edition.touched, tuple(others.values()), self.broken)

    def _explains(self, edition: Edition) -> bool:
        telling = False
        for case in self.order:
            for at, run in enumerate(self.runs[case]):
                if not self.form.matches(self.reference, edition, case, at, run):
                    return False
                if not self.judged[case].passed and not self.form.broke_off(run):
                    telling = telling or self.form.tells(self.reference, edition, case, at, run)
        return telling

    def _agreement(self, edition: Edition) -> int:
        """How many of the inner steps that the student offers are an edition's, over all runs."""
        return sum(
            self.form.agreement(self.reference, edition, case, at, run)
            for case in self.cases
            for at, run in enumerate(self.runs[case])
        )

    def _in_order(self, choices: Sequence[Choice]) -> tuple[Variant, ...]:
        """Two mistakes in the order to mend them: a detail last, first what alone explains more cases, then what comes
        earlier on the slide. A dialect comes after the mistake that is made under it."""
        if len(choices) > 1 and all(variant.kind == "mistake" for variant, _ in choices):
            choices = sorted(choices, key=self._rank)
        return tuple(variant for variant, _ in choices)

    def _rank(self, choice: Choice) -> tuple[bool, int, int]:
        edition = self.reference.page.edition(choice)
        assert edition is not None  # one variant clashes with nothing
        alone = sum(
            all(self.form.matches(self.reference, edition, case, at, run) for at, run in enumerate(self.runs[case]))
            for case in self.cases
        )
        steps = [*self.reference.page.steps]
        return choice[0].detail, -alone, min(map(steps.index, edition.touched), default=len(steps))


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
