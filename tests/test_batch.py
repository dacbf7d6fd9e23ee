"""A batch: results do not depend on how it is run, points follow the assignment, what is ours costs nobody a point."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from harness.assignment import load
from harness.batch import Batch
from harness.grading.verdict import verdict
from harness.intake import Submission
from harness.results import SubmissionResult, plain
from harness.runner import session
from reference import pages
from tests.graded import GRADIENT_DESCENT, MOMENTUM, algorithm, asked, grade, submission
from tests.runner.processes import eventually

DIALECT = """
class Adagrad:
    def __init__(self, lr=0.01, eps=1e-8):
        self.lr, self.eps, self.G = lr, eps, 0

    def step(self, w, grad):
        g = grad(w)
        self.G = self.G + g * g
        return w - self.lr * g / (self.G**0.5 + self.eps)
"""
AVERAGED = MOMENTUM.replace("lr * grad(w)", "(1 - gamma) * lr * grad(w)")
FLOAT32_ONLY = """
import numpy as np

class GradientDescent(object):
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, w, grad):
        return (w - self.lr * grad(w)).astype(np.float32)
"""

SOURCES = {
    "right": GRADIENT_DESCENT + MOMENTUM,
    "wrong": AVERAGED + FLOAT32_ONLY,
    "dialect": DIALECT,
    "torch": f"BACKEND = 'torch'\n{MOMENTUM}",
    "both": f"BACKEND = ('numpy', 'torch')\n{MOMENTUM}",
    "broken": "def",
    "empty": "",
    "dies": "import os\nos._exit(1)",
    "raises": "def momentum(w, grad, lr=0, gamma=0): raise ValueError(w)",
    "jax": "BACKEND = 'jax'\ndef momentum(w, grad): pass",
}
IDS = ("gradient_descent", "momentum", "adagrad")


@pytest.fixture(scope="module")
def results() -> dict[str, SubmissionResult]:
    return grade(SOURCES, asked(*IDS))


# -- reproducible -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_results_depend_neither_on_the_jobs_nor_on_the_order(results: dict[str, SubmissionResult]) -> None:
    again = grade(dict(reversed(SOURCES.items())), asked(*IDS), jobs=1)
    assert {id: plain(each) for id, each in again.items()} == {id: plain(each) for id, each in results.items()}


def test_a_submissions_result_does_not_depend_on_who_else_is_graded(results: dict[str, SubmissionResult]) -> None:
    assert plain(grade({"wrong": SOURCES["wrong"]}, asked(*IDS))["wrong"]) == plain(results["wrong"])


def test_another_seed_draws_other_inputs() -> None:
    drawn = []
    for seed in (0, 1):
        with Batch(asked("momentum"), seed=seed, jobs=1) as batch:
            (result,) = batch.grade([submission("a", AVERAGED)])
            drawn.append((batch.info.seed_fingerprint, algorithm(result, "momentum").cases[0].first_divergence))
    assert drawn[0][0] != drawn[1][0]
    assert drawn[0][1] != drawn[1][1]


def test_the_seed_stands_nowhere_in_the_results() -> None:
    with Batch(load(), seed=8_15_47_11, jobs=1) as batch:
        assert "8154711" not in repr(batch.info)


# -- verdicts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "statuses"),
    [
        ("right", ["pass", "pass", "missing"]),
        ("wrong", ["fail", "fail", "missing"]),
        ("dialect", ["missing", "missing", "dialect"]),
        ("torch", ["missing", "pass", "missing"]),
        ("both", ["missing", "pass", "missing"]),
        ("broken", ["error"] * 3),
        ("empty", ["missing"] * 3),
        ("dies", ["crash"] * 3),
        ("raises", ["missing", "error", "missing"]),
        ("jax", ["error"] * 3),
    ],
)
def test_statuses(results: dict[str, SubmissionResult], id: str, statuses: list[str]) -> None:
    assert [each.status for each in results[id].algorithms] == statuses


def test_a_result_says_what_was_graded(results: dict[str, SubmissionResult]) -> None:
    found = {
        id: (each.form, each.backend, each.source and (each.source.file, each.source.line))
        for id, each in {
            "right": algorithm(results["right"], "gradient_descent"),
            "torch": algorithm(results["torch"], "momentum"),
            "empty": algorithm(results["empty"], "momentum"),
        }.items()
    }
    assert found == {
        "right": ("class", "numpy", ("right.py", 2)),
        "torch": ("generator", "torch", ("torch.py", 3)),
        "empty": (None, None, None),
    }


def test_where_both_backends_are_asked_for_each_is_graded(results: dict[str, SubmissionResult]) -> None:
    cases = [case.id for case in algorithm(results["both"], "momentum").cases]
    assert len(cases) == 2 * len(algorithm(results["torch"], "momentum").cases)
    assert {case.endswith("@torch") for case in cases} == {True, False}


def test_where_the_backends_disagree_the_worse_counts() -> None:
    source = f"import torch\nBACKEND = ('numpy', 'torch')\n{MOMENTUM}".replace(
        "w - v", "w - v * (2 if torch.is_tensor(w) else 1)"
    )
    momentum = algorithm(grade({"a": source}, asked("momentum"))["a"], "momentum")
    assert (momentum.status, momentum.backend) == ("fail", "torch")
    assert 0.5 <= momentum.points < 1


@pytest.mark.parametrize(
    ("id", "message", "params"),
    [
        ("broken", "syntax_error", {"file": "broken.py", "line": 1, "code": "def"}),
        ("dies", "import_crash", {"signal": None, "code": 1}),
        ("jax", "bad_backend", {"value": "jax"}),
    ],
)
def test_load_errors(results: dict[str, SubmissionResult], id: str, message: str, params: dict[str, Any]) -> None:
    error = results[id].load_error
    assert error is not None
    assert error.message.id == message
    assert {key: error.message.params[key] for key in params} == params


def test_every_case_is_held_against_both_witnesses(results: dict[str, SubmissionResult]) -> None:
    for result in results.values():
        for each in result.algorithms:
            assert all((case.error_ratio is None) == (case.torch_ratio is None) for case in each.cases)
            if each.status in ("pass", "dialect"):
                assert all(case.torch_ratio is not None for case in each.cases)


@pytest.mark.parametrize("problem", ["no_python", "not_readable", "too_large"])
def test_what_intake_could_not_read_is_a_load_error_and_starts_no_code(problem: str) -> None:
    result = grade([Submission("a", "a", {}, (), problem=problem)], asked("momentum"))["a"]
    assert result.load_error is not None
    assert result.load_error.message.id == problem
    assert (result.score, algorithm(result, "momentum").status) == (0, "error")


# -- points -----------------------------------------------------------------------------------------------------------


def points(source: str, id: str, **changes: Any) -> float:
    assignment = asked(id)
    assignment = replace(assignment, points={id: changes.pop("worth", 1.0)}, **changes)
    return algorithm(grade({"a": source}, assignment)["a"], id).points


@pytest.mark.parametrize(("policy", "earned"), [("accept", [10, 10]), ("half", [5, 10]), ("reject", [0, 10])])
def test_a_dialect_earns_by_policy(policy: str, earned: list[float]) -> None:
    """By cases: those in which the dialect shows earn by the policy, the others in full."""
    low, high = earned
    got = points(DIALECT, "adagrad", dialects=policy, worth=10)
    assert low <= got <= high
    assert (got == 10) == (policy == "accept")


def test_points_are_the_share_of_the_passed_cases_or_with_partial_false_none() -> None:
    assert 0 < points(FLOAT32_ONLY, "gradient_descent", worth=4) < 4
    assert points(FLOAT32_ONLY, "gradient_descent", worth=4, partial=False) == 0
    assert points(GRADIENT_DESCENT, "gradient_descent", worth=4, partial=False) == 4


def test_the_score_is_the_sum(results: dict[str, SubmissionResult]) -> None:
    for each in results.values():
        assert each.max_points == 3
        points = sum(algorithm.points for algorithm in each.algorithms)
        assert each.score == pytest.approx(points, abs=1e-6)  # it is rounded, the points are not


# -- our own faults ---------------------------------------------------------------------------------------------------


def test_a_bug_of_ours_costs_nobody_a_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.batch.batch.verdict", lambda *_: 1 / 0)
    results = grade({"a": MOMENTUM, "b": "def"}, asked("momentum"))
    ours = algorithm(results["a"], "momentum")
    assert (ours.status, ours.points) == ("harness_error", 1)
    assert ours.message is not None
    assert "ZeroDivisionError" in ours.message.params["text"]
    assert algorithm(results["b"], "momentum").status == "error"


def test_without_torchs_values_the_reference_decides_and_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.grading.witness.ENTRY", "harness.no_such:module")
    with Batch(asked("momentum"), seed=0, jobs=1) as batch:
        (result,) = batch.grade([submission("a", MOMENTUM)])
    momentum = algorithm(result, "momentum")
    assert momentum.status == "pass"
    assert all(case.torch_ratio is None for case in momentum.cases)
    assert batch.witness_fault is not None


def test_leaving_early_ends_everything() -> None:
    """The first result is taken, the others would take minutes; leaving does not wait for them."""
    sources = {"right": MOMENTUM} | {f"endless {n}": "while True: pass" for n in range(3)}
    with Batch(asked("momentum", seconds=600), seed=0, jobs=4) as batch:
        first = next(batch.grade([submission(*each) for each in sources.items()]))
    assert first.id == "right"
    assert batch.witness_fault is None


def test_leaving_early_judges_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(*arguments: Any) -> Any:
        judged.append(arguments[0].page.id)
        began.set()
        assert eventually(lambda: batch._leaving)
        return whole(*arguments)

    judged: list[str] = []
    began, whole = threading.Event(), verdict
    monkeypatch.setattr("harness.batch.batch.verdict", judge)
    with Batch(asked("gradient_descent", "momentum"), seed=0, jobs=1) as batch:
        batch.grade([submission("a", GRADIENT_DESCENT + MOMENTUM)])
        assert began.wait(60)
    assert judged == ["gradient_descent"]


def test_a_batch_whose_submissions_do_not_load_does_not_wait_for_torch() -> None:
    with Batch(asked("momentum"), seed=0, jobs=1) as batch:
        list(batch.grade([submission("a", "def")]))
    assert batch.witness_fault is None


def test_an_address_in_what_an_exception_says_is_not_taken_for_a_draw() -> None:
    source = "def momentum(w, grad, lr=0, gamma=0): raise ValueError(f'no {object()}')"
    message = algorithm(grade({"a": source}, asked("momentum"))["a"], "momentum").message
    assert message is not None
    assert (message.id, message.params["text"]) == ("raised", "no <object object at 0x…>")


# -- several files ----------------------------------------------------------------------------------------------------


def folder(files: dict[str, str]) -> Submission:
    sources = {path: text.encode() for path, text in files.items()}
    return Submission("kim", "kim", sources, tuple(path for path in sources if "/" not in path))


@pytest.mark.parametrize(
    ("other", "message", "file"),
    [
        ("while True: pass", "import_timeout", "train.py"),
        ("import os\nos._exit(3)", "import_crash", "train.py"),
        ("x = np.zeros(3)", "import_raised", "train.py"),
        ("def f(:", "syntax_error", "train.py"),
        ("import seaborn\nseaborn.set_theme()", "import_missing", "train.py"),
        ("import seaborn", "import_unused", "train.py"),
    ],
)
def test_a_file_that_cannot_be_imported_costs_the_others_nothing_and_is_named(
    other: str, message: str, file: str
) -> None:
    submission = folder({"momentum.py": MOMENTUM, "train.py": other})
    result = grade([submission], replace(asked("momentum"), seconds=1))["kim"]
    assert result.score == 1
    assert result.load_error is not None
    assert result.load_error.message.id == message
    assert result.load_error.message.params["file"] == file


def test_each_file_has_a_backend_of_its_own() -> None:
    torch = "BACKEND = 'torch'\ndef adagrad(w, grad, *, lr=0.01, eps=1e-8):\n    assert hasattr(grad(w), 'detach')\n"
    result = grade([folder({"momentum.py": MOMENTUM, "torchy.py": torch})], asked("momentum", "adagrad"))["kim"]
    assert {each.id: each.backend for each in result.algorithms} == {"momentum": "numpy", "adagrad": "torch"}
    assert result.score == 1


def test_a_call_that_does_not_fit_is_told_the_functions_signature_and_a_class_its_constructors() -> None:
    body = "    def __call__(self, x, gamma, beta): return x, gamma\n"
    call = f"class BatchNormForward:\n{body}"
    start = f"class BatchNormForward:\n    def __init__(self, size): self.size = size\n{body}"
    results = grade({"call": call, "start": start}, asked("batch_norm_forward"))
    told = {id: algorithm(result, "batch_norm_forward").message for id, result in results.items()}
    page = pages()["batch_norm_forward"]
    assert {id: message and (message.id, message.params["call"]) for id, message in told.items()} == {
        "call": ("signature", page.call),
        "start": ("signature", page.constructor),
    }


# -- what is told of a batch while it runs ----------------------------------------------------------------------------


def test_what_runs_and_how_long_each_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(server: Any, each: Submission, *more: Any, **by_name: Any) -> Any:
        seen.append((each.id, each.id in batch.running))
        if each.id == "faulty":
            raise ValueError
        return whole(server, each, *more, **by_name)

    seen: list[tuple[str, bool]] = []
    whole = session.run
    monkeypatch.setattr("harness.batch.batch.session.run", run)
    unread = replace(submission("unread", ""), problem="too_large")
    with Batch(asked("momentum"), seed=0, jobs=2) as batch:
        list(
            batch.grade([submission("right", MOMENTUM), submission("broken", "def"), submission("faulty", ""), unread])
        )
    assert sorted(seen) == [("broken", True), ("faulty", True), ("right", True)]
    assert batch.running == {}
    assert batch.seconds.keys() == {"right", "broken"}
    assert all(seconds > 0 for seconds in batch.seconds.values())
