"""What is shown of a run on hidden inputs: the numbers up to the first wrong one, and nothing of the rest.

Where a function's arguments are single numbers, as lr and t of a decay, those of the calls shown are told: without them
the first wrong value says nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import assignment, intake
from harness.batch import Batch
from harness.cli.environment import environment, now
from harness.cli.words import catalogue
from harness.export.gradebook import write_gradebook
from harness.grading.expected import Reference
from harness.report.pages import write_pages
from harness.report.terminal import digest, summary
from harness.results import Results, write_results
from reference import pages

SEED = 7203948172639405817
SUBMISSIONS = Path(__file__).parent.parent / "submissions"
WRONG = (
    *("classic_mistakes", "keras_mistakes", "adam_mistakes", "pytorch_dialect", "nan", "raises", "wrong_shape"),
    *("normalization_mistakes", "batch_norm_mistakes", "augmentation_mistakes", "dropout_mistakes", "decay_mistakes"),
    *("ensemble_mistakes", "wrong_numbers_of_results", "momentum_as_nag", "search_mistakes"),
)
LONG = re.compile(r"-?\d+\.\d{5,}(?:e[+-]\d+)?")
"""A number with so many digits that it tells an input or a result."""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that ``grade`` leaves, and what ``check`` would print with this seed."""
    out = tmp_path_factory.mktemp("hidden")
    asked = assignment.load()
    started = now()
    with Batch(asked, seed=SEED, jobs=2) as batch:
        submissions = [each for each in intake.find(SUBMISSIONS) if each.id in WRONG]
        graded = sorted(batch.grade(submissions), key=lambda each: each.id)
    results = Results(batch.info, environment(started, batch.devices, batch.isolation), tuple(graded))
    write_results(results, out / "results.json")
    write_pages(results, catalogue(), out)
    write_gradebook(results, out / "gradebook.csv")
    printed = [digest(each, catalogue(), color=False, every_case=True) for each in graded]
    (out / "printed.txt").write_text("\n".join([summary(results, catalogue(), color=False), *printed]), "utf-8")
    return out


@pytest.fixture(scope="module")
def results(out: Path) -> dict[str, Any]:
    return json.loads((out / "results.json").read_text(encoding="utf-8"))


def algorithms(results: dict[str, Any]) -> Iterator[dict[str, Any]]:
    assert {each["id"] for each in results["submissions"]} == set(WRONG)
    for submission in results["submissions"]:
        yield from submission["algorithms"]


def numbers(value: Any) -> Iterator[float]:
    """Every number in a piece of the file, those within texts as well."""
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list):
        for each in value:
            yield from numbers(each)
    elif isinstance(value, float):
        yield value
    elif isinstance(value, str):
        yield from map(float, LONG.findall(value))


def telling(values: Any) -> set[float]:
    """Those numbers of an array that are no round ones, in decimals or in binary, which hyper-parameters are."""
    flat = np.asarray(values, np.float64).ravel()
    many = flat[np.isfinite(flat) & (flat != np.ldexp(np.round(np.ldexp(np.frexp(flat)[0], 8)), np.frexp(flat)[1] - 8))]
    return {float(each) for each in many if float(f"{each:.5g}") != float(each)}


def hidden() -> set[float]:
    """All inputs of all cases, and all that is expected of them."""
    found: set[float] = set()
    for page in pages().values():
        expected = Reference(page, SEED)
        for number, case in enumerate(expected.cases):
            for at, stream in enumerate(case.streams):
                found |= telling(stream.w) | telling(stream.grads)
                trajectory = expected.trajectory(number, at)
                length = trajectory.reach(trajectory.length)
                for quantity in ("point", *trajectory.quantities):
                    found |= telling(trajectory.block(quantity, 0, length).value)
            for at, call in enumerate(case.calls):
                arrays = [each for each in call.args.values() if isinstance(each, np.ndarray)]
                found = found.union(*map(telling, arrays))
                if page.form == "function":
                    blocks = expected.evaluation(number, at).blocks.values()
                    found = found.union(*(telling(block.value) for block in blocks))
    return found


def test_the_values_shown_end_with_the_first_wrong_one(results: dict[str, Any]) -> None:
    shown = 0
    for each in algorithms(results):
        rows = ((each["message"] or {}).get("params") or {}).get("around") or []
        right = [isinstance(row["error"], float) and row["error"] <= float(row["tolerance"]) for row in rows]
        assert right == [True] * (len(rows) - 1) + [False] * bool(rows), each["id"]
        shown += bool(rows)
    assert shown > 40


def test_nothing_else_tells_an_input_or_what_is_expected_of_it(results: dict[str, Any]) -> None:
    secrets = hidden()
    assert len(secrets) > 50_000
    for each in algorithms(results):
        params = (each["message"] or {}).get("params") or {}
        params.pop("around", None)
        for case in each["cases"]:
            case.pop("first_divergence")  # one number, the first wrong one
        assert not secrets.intersection(numbers(each)), each["id"]


def test_pages_and_terminal_show_no_number_beyond_the_results(out: Path, results: dict[str, Any]) -> None:
    known = np.array(sorted({value + 0.0 for value in numbers(json.loads((out / "results.json").read_text()))}))
    files = [out / "printed.txt", out / "gradebook.csv", *out.rglob("*.html")]
    assert len(files) == len(WRONG) + 3
    seen = 0
    for file in files:
        for token in LONG.findall(re.sub(r"<style>.*?</style>|<svg.*?</svg>|</?u>", "", file.read_text(), flags=re.S)):
            digits = len(token.partition("e")[0].partition(".")[2])
            unit = 10.0 ** (int(token.partition("e")[2] or 0) - digits)
            assert np.abs(known - float(token)).min() <= unit, (file.name, token)
            seen += 1
    assert seen > 300


def test_the_seed_is_nowhere(out: Path) -> None:
    for file in [each for each in out.rglob("*") if each.is_file()]:
        text = file.read_text(encoding="utf-8").lower()
        assert not [seed for seed in (str(SEED), f"{SEED:x}", f"{SEED:,}") if seed in text], file.name
