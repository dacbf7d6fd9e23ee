"""A reply that a student's code has tampered with is judged or refused, and what comes of it can be shown.

Anything else would be an exception in the grader, which is a harness_error: full points for whoever causes it.
"""

from __future__ import annotations

import copy
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from harness.batch import Batch
from harness.cli.words import catalogue
from harness.grading.forms import FORMS
from harness.grading.judge import PROBLEMS, read_problem
from harness.grading.unasked import GIVEN
from harness.report import terminal
from harness.results import SubmissionResult, plain
from harness.runner import replies
from harness.runner.replies import MALFORMED
from harness.worker import wire
from harness.worker.cases import run_case
from tests.graded import MOMENTUM, asked, submission
from tests.worker.driving import defined

ODD: list[Any] = [
    None, True, -1, 0, 1, 10**30, 0.5, 1e308, "", "x", "\ud800\x1b[31m", [], [1], {}, {"kind": "raised"}, {"a": [None]},
    np.zeros(0), np.zeros((3, 2)), np.full((12,), np.nan), np.full((12,), np.inf), np.zeros((12, 1)), np.int64([1]),
    *({"kind": kind} for kind in sorted({*PROBLEMS} - {*GIVEN[1:]})),  # what is given is judged alike, whatever it is
    ["requires_grad"], ["full_marks"],
    {"kind": "raised", "step": {}, "type": 3, "text": None, "frames": [1], "file": []},
    {"kind": "raised", "step": 1, "type": "E", "text": "t", "frames": [{"file": 1}]},
    {"kind": "wrong_shape", "step": "one", "actual": 3, "expected": None},
    {"kind": "no_step", "has": 5, "wanted": []},
    {"kind": ["raised"]},
]  # fmt: skip


WRONG = {
    "momentum": MOMENTUM.replace("lr * grad", "2 * lr * grad"),
    "sgd": """
class SGD:
    def __init__(self, lr=0.01, batch_size=1):
        self.lr = lr

    def epoch(self, w, grad, order):
        for at in range(len(order)):
            w = w - 2 * self.lr * grad(w, order[at : at + 1])
            yield w

sgd = SGD
""",
    "step_decay": "def step_decay(lr, drop, every, t): return lr * drop * (t // every)",
    "grid_search": "def grid_search(space): return [{name: values[0] for name, values in space.items()}] * 2",
    "run_search": "def run_search(objective, trials): return trials[-1], objective(trials[0])",
    "random_search": """
def random_search(space, n, rng):
    return [{name: rng.uniform(*ends[:2]) for name, ends in space.items()} for _ in range(n)]
""",
    "keras_dropout": """
def keras_dropout(rate, noise_shape=None, seed=None):
    return lambda x, training: x * (np.random.random(x.shape) < rate)
""",
}
"""A wrong program of each form: what it replies is judged, and looked at for known mistakes."""


SMALL = 20_000
"""Bytes of a reply to the cases that are tampered with: each is sent a thousand times."""


@pytest.fixture(scope="module", params=WRONG)
def batch(request: pytest.FixtureRequest) -> Iterator[Batch]:
    with Batch(asked(request.param), seed=0, jobs=1) as batch:
        batch._testimony = Future()
        batch._testimony.set_result(None)
        (reference,) = batch.references.values()
        size = FORMS[reference.page.form].reply_bytes
        small = [number for number in range(len(reference.cases)) if size(reference, number) < SMALL]
        reference.cases = tuple(reference.cases[number] for number in small)
        yield batch


@pytest.fixture(scope="module")
def questions(batch: Batch) -> list[Any]:
    """What the code asked on the way, one list for each algorithm."""
    return []


@pytest.fixture(scope="module")
def honest(batch: Batch, questions: list[Any]) -> Any:
    """What a worker replies to all cases of a wrong program."""
    (task,) = batch._tasks
    thing = defined(WRONG[task.id], task.id)
    cases = []
    for case in task.cases:

        def ask(question: Any) -> Any:
            questions.append(question)
            assert task.answer is not None
            return task.answer(question)

        cases.append({"id": case["id"], "runs": run_case(thing, task.form, case, [], lambda x: x, ask=ask)})
    reply = {"request": 1, "barred": [], "cases": cases}
    assert batch._judge(
        task.id, replies.ran(reply, task.cases, questions)
    ).cases  # untampered it is judged, not refused
    return reply


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything in a reply."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


def tampered(reply: Any, place: tuple[Any, ...], odd: Any) -> Any:
    if not place:
        return odd
    reply = copy.copy(reply)
    reply[place[0]] = tampered(reply[place[0]], place[1:], odd)
    return reply


def over_the_wire(payload: Any) -> Any:
    ours, theirs = socket.socketpair()
    with ours, theirs, ThreadPoolExecutor(1) as sender:  # more than a socket holds
        sent = sender.submit(wire.send, theirs, payload)
        received = wire.receive(ours, deadline=time.monotonic() + 5, body_limit=1 << 24)
        sent.result()
        return received


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:40])
def test_a_tampered_reply_is_judged_or_refused_and_can_be_shown(
    batch: Batch, honest: Any, questions: list[Any], odd: Any
) -> None:
    for place in places({**honest, "cases": honest["cases"][:1]}):
        try:
            ran = replies.ran(over_the_wire(tampered(honest, place, odd)), batch._tasks[0].cases, questions)
        except MALFORMED:  # the runner takes it for garbled
            continue
        found = batch._judge(batch._tasks[0].id, ran)
        result = batch._without_cases(batch._tasks[0].id, found.status, found.message)
        show(batch._result(submission("a", ""), [result], notes=found.notes))


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:40])
@pytest.mark.parametrize("batch", ["momentum"], indirect=True)
def test_what_comes_of_a_tampered_second_run_is_told_or_left(batch: Batch, honest: Any, odd: Any) -> None:
    """Whoever could raise in here would get full points: it is asked only where a case is wrong."""
    (task,) = batch._tasks
    first = replies.ran(over_the_wire(honest), task.cases)
    once = {**honest, "cases": honest["cases"][:1]}
    for place in places(once):
        try:
            ran = replies.ran(over_the_wire(tampered(once, place, odd)), task.cases[:1])
        except MALFORMED:
            continue
        said = batch._told_by_itself(task.id, 0, first, lambda *_, ran=ran, **__: ran)
        assert said in (None, "state_survives", "not_repeatable")


def nested(depth: int) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("depth", [3, 20, 31, 40, 400])
def test_a_problem_of_any_depth_is_cut_or_refused_and_can_be_written(batch: Batch, honest: Any, depth: int) -> None:
    problem = {"kind": "raised", "step": 1, "type": "E", "text": "x" * 60_000, "frames": [], "x": nested(depth)}
    (first, *others) = honest["cases"]
    (run, *more) = first["runs"]
    reply = {**honest, "cases": [{**first, "runs": [{**run, "problem": problem}, *more]}, *others]}
    try:
        ran = replies.ran(over_the_wire(reply), batch._tasks[0].cases)
        found = batch._judge(batch._tasks[0].id, ran)
    except MALFORMED:
        assert depth > 20
        return
    show(batch._result(submission("a", ""), [batch._without_cases(batch._tasks[0].id, found.status, found.message)]))


def test_a_problem_cannot_say_which_case_it_is_of(batch: Batch, honest: Any) -> None:
    told = read_problem({"problem": {"kind": "raised", "case": "another", "why": "because", "text": "x" * 2000}})
    assert told == {"kind": "raised", "text": "x" * 1000}


def test_inner_steps_are_read_only_out_of_an_object_that_is_asked_for() -> None:
    """A wrong one that is a single number could not be shown beside results that are arrays."""
    with Batch(asked("contrast_normalize_dataset"), seed=0, jobs=1) as batch:
        (task,), (reference,) = batch._tasks, batch.references.values()
        shapes = [
            {name: np.zeros(each["shape"]) for name, each in run["shapes"].items()} for run in task.cases[0]["runs"]
        ]
        results = [{name: each[name] for name in reference.page.results} for each in shapes]
        assert any(each.shape == () for each in shapes[0].values())
        runs = [
            {"results": one, "dtypes": dict.fromkeys(one, "float64"), "steps": steps, "remarks": [], "problem": None}
            for one, steps in zip(results, shapes, strict=True)
        ]
        form = FORMS[reference.page.form]
        form.read(reference, 0, {"runs": [{**run, "steps": {}} for run in runs]})
        with pytest.raises(ValueError, match="not asked for"):
            form.read(reference, 0, {"runs": runs})


def test_an_adapter_that_is_not_in_use_cannot_have_failed() -> None:
    failed = {"type": "E", "text": "t", "frames": [], "file": "a.py", "adapter": "cs231n", "course": None}
    reply = {"found": {}, "failed": [failed], "lost": {}, "courses": [], "names": [], "barred": []}
    assert [each.adapter for each in replies.loaded(reply, [], adapted=False).failed] == [None]
    assert [each.adapter for each in replies.loaded(reply, [], adapted=True).failed] == ["cs231n"]


def show(result: SubmissionResult) -> None:
    text = json.dumps(plain(result), allow_nan=False)
    assert len(text) < 100_000
    assert "\x1b" not in terminal.digest(result, catalogue(), color=False)


@pytest.mark.parametrize("batch", ["run_search"], indirect=True)
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:40])
def test_an_odd_question_is_answered_or_refused(batch: Batch, odd: Any) -> None:
    (task,) = batch._tasks
    assert task.answer is not None
    for question in (odd, {"case": odd, "trial": {}}, {"case": "ties", "trial": odd}, {"trial": odd}):
        try:
            assert task.answer(question) is None
        except MALFORMED:  # the runner takes it for garbled
            continue
