"""Sample submissions, and what their expect.toml says of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from harness import assignment, intake
from harness.adapter import Adapter
from harness.batch import Batch
from harness.cli.environment import environment, now
from harness.cli.words import catalogue
from harness.report.speak import explain
from harness.results import AlgorithmResult, Message, Results, SubmissionResult
from harness.runner.isolation import best, probe
from reference import pages

SEED = 0
SECONDS = 3.0
"""For each algorithm. A right one takes a tenth of a second; only the endless loop uses it up."""


@dataclass(frozen=True)
class Expected:
    """One algorithm's table. What is None is not looked at, but for a diagnosis, which must then be none."""

    status: str
    mistake: str | None = None
    dialect: str | None = None
    beside: str | None = None
    step: int | None = None
    quantity: str | None = None
    says: str = ""


@dataclass(frozen=True)
class Expectation:
    """One expect.toml. A key that is no field of the dataclasses raises TypeError."""

    score: float
    algorithms: Mapping[str, Expected]
    others: str | None = None
    topics: list[str] | None = None
    notes: list[str] = field(default_factory=list)
    load_error: str | None = None
    load_says: str = ""

    @classmethod
    def read(cls, file: Path) -> Expectation:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        algorithms = {id: Expected(**data.pop(id)) for id in pages() if id in data}
        return cls(algorithms=algorithms, **data)

    def of(self, id: str) -> Expected:
        if id in self.algorithms:
            return self.algorithms[id]
        if self.topics is not None and pages()[id].topic not in self.topics:
            return Expected("missing")
        assert self.others is not None, f"neither a table for {id} nor others"
        return Expected(self.others)


def grade(folder: Path, adapter: Adapter | None = None) -> Results:
    """All the samples of a folder graded once, in one batch, behind the best wall there is here."""
    asked = replace(assignment.load(), seconds=SECONDS)
    submissions = intake.find(folder)
    started = now()
    isolation = best(probe())
    with Batch(asked, seed=SEED, jobs=2, adapter=adapter, isolation=isolation) as batch:
        graded = sorted(batch.grade(submissions), key=lambda each: each.id)
    assert batch.witness_fault is None
    return Results(batch.info, environment(started, batch.devices, isolation), tuple(graded))


def spoken(message: Message | None, algorithm: str | None) -> str:
    """All that is said of a message."""
    if message is None:
        return ""
    sentence = explain(message, algorithm, catalogue())
    return " ".join([sentence.headline, sentence.detail, sentence.remedy])


def first_wrong(result: AlgorithmResult) -> tuple[int, str] | tuple[None, None]:
    """Step and quantity of the first case that has numbers to show."""
    seen = next((case.first_divergence for case in result.cases if case.first_divergence), None)
    return (seen.step, seen.quantity) if seen else (None, None)


def check(submission: SubmissionResult, file: Path) -> None:
    """Compare what a sample got with its expect.toml."""
    expectation = Expectation.read(file)
    assert submission.score == pytest.approx(expectation.score, abs=1e-6)
    assert [note.id for note in submission.notes] == expectation.notes
    error = submission.load_error
    assert (error and error.message.id) == expectation.load_error
    assert expectation.load_says in spoken(error and error.message, None)
    assert [each.id for each in submission.algorithms] == list(pages())
    for result in submission.algorithms:
        _as_expected(result, expectation.of(result.id))


def _as_expected(result: AlgorithmResult, expected: Expected) -> None:
    diagnosed = {result.diagnosis.kind: result.diagnosis.id} if result.diagnosis else {}
    step, quantity = first_wrong(result)
    said = spoken(result.message, result.id)
    found = Expected(
        status=result.status,
        mistake=diagnosed.get("mistake"),
        dialect=diagnosed.get("dialect"),
        beside=result.message.params.get("second") if result.message else None,
        step=expected.step and step,
        quantity=expected.quantity and quantity,
        says=expected.says if expected.says in said else said,
    )
    assert (result.id, found) == (result.id, expected)
