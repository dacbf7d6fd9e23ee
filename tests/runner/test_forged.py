"""A reply that a student's code has tampered with is judged or refused, and what comes of it can be shown.

Anything else would be an exception in the grader, which is a harness_error: full points for whoever causes it.
"""

from __future__ import annotations

import copy
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from harness.batch import Batch
from harness.cli.words import catalogue
from harness.grading.replay import PROBLEMS
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
    *({"kind": kind} for kind in sorted(PROBLEMS)),
    {"kind": "raised", "step": {}, "type": 3, "text": None, "frames": [1], "file": []},
    {"kind": "raised", "step": 1, "type": "E", "text": "t", "frames": [{"file": 1}]},
    {"kind": "wrong_shape", "step": "one", "actual": 3, "expected": None},
    {"kind": "no_step", "has": 5, "wanted": []},
    {"kind": ["raised"]},
]  # fmt: skip


@pytest.fixture(scope="module")
def batch() -> Iterator[Batch]:
    with Batch(asked("momentum"), seed=0, jobs=1) as batch:
        batch._testimony.set_result(None)
        yield batch


@pytest.fixture(scope="module")
def honest(batch: Batch) -> Any:
    """What a worker replies to the first three cases of a wrong momentum, and to the rest as well."""
    momentum = defined(MOMENTUM.replace("lr * grad", "2 * lr * grad"), "momentum")
    (task,) = batch._tasks
    cases = [{"id": case["id"], "runs": run_case(momentum, "optimizer", case, [], lambda x: x)} for case in task.cases]
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
    with ours, theirs:
        wire.send(theirs, payload)
        return wire.receive(ours, deadline=time.monotonic() + 5, body_limit=1 << 20)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:40])
def test_a_tampered_reply_is_judged_or_refused_and_can_be_shown(batch: Batch, honest: Any, odd: Any) -> None:
    for place in places({**honest, "cases": honest["cases"][:1]}):
        try:
            ran = _ran(over_the_wire(tampered(honest, place, odd)), batch._tasks[0])
        except MALFORMED:  # the runner takes it for garbled
            continue
        found = batch._judge("momentum", ran)
        result = batch._without_cases("momentum", found.status, found.message)
        show(batch._result(submission("a", ""), [result], notes=found.notes))


def show(result: SubmissionResult) -> None:
    text = json.dumps(plain(result), allow_nan=False)
    assert len(text) < 100_000
    assert "\x1b" not in terminal.digest(result, catalogue(), color=False)
