"""Students' programs as rows of a table, and grading one of them here, without a process."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from harness.grading.expected import Reference
from harness.grading.forms import ANSWERS, FORMS
from harness.grading.verdict import Verdict, read_replies, verdict
from harness.results import Diagnosis
from harness.worker.cases import run_case
from harness.worker.drive import ToBackend
from reference import pages

SEED = 8

Thing = TypeVar("Thing", bound=Callable[..., Any])


@dataclass(frozen=True)
class Form:
    """One way to write an algorithm, right or wrong.

    A wrong one says as what it must be diagnosed (None: as nothing known) and, where it departs twice, the second
    departure ``beside`` the first.
    """

    algorithm: str
    thing: Callable[..., Any]
    backend: str
    diagnosis: Diagnosis | None = None
    beside: str | None = None
    before: Callable[..., Any] | None = None
    """The function whose own object this one takes, where it comes after one."""

    @property
    def name(self) -> str:
        return self.thing.__name__


class Forms(list[Form]):
    """A table of forms. Its methods are decorators that add a row to it."""

    def right(
        self, algorithm: str, backend: str = "numpy", before: Callable[..., Any] | None = None
    ) -> Callable[[Thing], Thing]:
        return self._adds(algorithm, backend, before=before)

    def mistake(
        self,
        algorithm: str,
        id: str,
        *,
        beside: str | None = None,
        backend: str = "numpy",
        before: Callable[..., Any] | None = None,
    ) -> Callable[[Thing], Thing]:
        return self._adds(algorithm, backend, Diagnosis("mistake", id), beside, before)

    def dialect(
        self,
        algorithm: str,
        id: str,
        *,
        beside: str | None = None,
        backend: str = "numpy",
        before: Callable[..., Any] | None = None,
    ) -> Callable[[Thing], Thing]:
        return self._adds(algorithm, backend, Diagnosis("dialect", id), beside, before)

    def unknown(
        self, algorithm: str, backend: str = "numpy", before: Callable[..., Any] | None = None
    ) -> Callable[[Thing], Thing]:
        """Wrong in a way that has no name."""
        return self._adds(algorithm, backend, before=before)

    def _adds(
        self,
        algorithm: str,
        backend: str,
        diagnosis: Diagnosis | None = None,
        beside: str | None = None,
        before: Callable[..., Any] | None = None,
    ) -> Callable[[Thing], Thing]:
        def add(thing: Thing) -> Thing:
            self.append(Form(algorithm, thing, backend, diagnosis, beside, before))
            return thing

        return add


def corpus(kind: str) -> Forms:
    """All forms of a kind, ``right`` or ``wrong``: the tables of every file here that is called ``<kind>_….py``."""
    found = Forms()
    for file in sorted(Path(__file__).parent.glob(f"{kind}_*.py")):
        found += getattr(import_module(f"{__package__}.{file.stem}"), kind.upper())
    return found


@cache
def reference(algorithm: str) -> Reference:
    """A page with its cases drawn. What it expects is computed once for all the forms."""
    return Reference(pages()[algorithm], SEED)


def grade(form: Form) -> Verdict:
    """What the worker and the judge make of a form, torch's witness aside."""
    return graded(form, reference(form.algorithm))


def graded(form: Form, expected: Reference) -> Verdict:
    """The same with the cases of another seed."""
    return verdict(expected, ran(form, expected), [])


def ran(form: Form, expected: Reference) -> list[list[Any]]:
    """What a form did, by case and run."""
    kind = expected.page.form
    replies = []
    for number in range(len(expected.cases)):
        asked: list[Any] = []

        def ask(question: Any, asked: list[Any] = asked) -> Any:
            asked.append(question)
            return ANSWERS[kind](expected, question)

        wired = FORMS[kind].wire(expected, number)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are the student's, and torch gives some of its own once only
            runs = run_case(form.thing, kind, wired, [__file__], _arrays(form), form.before, ask)
        replies.append({"runs": runs, "asked": asked})
    return read_replies(expected, replies)


def _arrays(form: Form) -> ToBackend:
    if form.backend == "numpy":
        return lambda array: array
    import torch

    return lambda array: torch.from_numpy(np.ascontiguousarray(array).reshape(array.shape))


def largest_ratio(found: Verdict) -> float:
    """The largest error in units of its tolerance over all cases; infinite where a case had no numbers to compare."""
    return max(np.inf if case.error_ratio is None else case.error_ratio for case in found.cases)
