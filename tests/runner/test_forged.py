"""A reply that a student's code has tampered with is judged or refused, and what comes of it can be shown.

Anything else would be an exception in the grader, which is a harness_error: full points for whoever causes it.
"""

from __future__ import annotations

import copy
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from harness.batch import Batch
from harness.cli.words import catalogue
from harness.grading.forms import FORMS
from harness.grading.judge import PROBLEMS
from harness.grading.unasked import GIVEN
from harness.report import terminal
from harness.results import SubmissionResult, plain
from harness.runner.worker import MALFORMED, _ran
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
    return {"request": 1, "cases": cases}


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
            ran = _ran(over_the_wire(tampered(honest, place, odd)), batch._tasks[0], questions)
        except MALFORMED:  # the runner takes it for garbled
            continue
        found = batch._judge(batch._tasks[0].id, ran)
        result = batch._without_cases(batch._tasks[0].id, found.status, found.message)
        show(batch._result(submission("a", ""), [result], notes=found.notes))


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
