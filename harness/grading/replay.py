"""What a worker says an optimizer did, checked for being what was asked for before anything is read from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.grading.judge import Numbers, read_problem
from harness.grading.unasked import read_remarks
from reference import Case, Page, Stream

LONG = 100
"""Steps beyond which a run is long."""

MOST_CALLS_BEYOND = 4
"""The worker records this many points beyond one a step."""


@dataclass(frozen=True)
class Replay:
    """One stream as the student's code ran it.

    ``w`` has shape (steps done, *w.shape), ``points`` (calls of grad recorded, *w.shape), ``calls`` (steps done,);
    ``offered`` holds the named steps that came with every w, each of the shape of ``w``.
    """

    w: Numbers
    points: Numbers
    calls: Numbers
    asked: int
    dtypes: tuple[tuple[str, int], ...]
    offered: Mapping[str, Numbers]
    problem: Mapping[str, Any] | None
    remarks: tuple[str, ...] = ()


def wire_case(case: Case, page: Page) -> dict[str, Any]:
    """A case as the worker gets it: inputs only. Of a long run no inner steps are asked for: to look for them at every
    step costs as much as the student's own code, and what is wrong there shows late."""
    names = [] if any(len(stream.grads) > LONG for stream in case.streams) else [*page.steps]
    streams = [
        {"w": stream.w, "grads": stream.grads} | ({} if stream.order is None else {"order": stream.order})
        for stream in case.streams
    ]
    return {"id": case.id, "hyper": dict(case.hyper), "names": names, "runs": streams}


def reply_bytes(case: Case, page: Page) -> int:
    """The most that the arrays of an honest reply to a case come to."""
    quantities = 2 + len(page.steps)  # w, the points, and the steps
    return sum(
        (stream.grads.shape[0] + MOST_CALLS_BEYOND) * (quantities * max(stream.w.size, 1) + 1) * 8
        for stream in case.streams
    )


def read_replay(reply: Any, case: Case, stream: Stream, page: Page) -> Replay:
    """Raises TypeError, KeyError or ValueError where the reply is not what was asked for."""
    shape = stream.w.shape
    w = _floats(reply["w"], shape)
    points = _floats(reply["points"], shape)
    calls = reply["calls"]
    if len(w) > len(stream.grads) or calls.shape != (len(w),) or calls.dtype != np.int64:
        raise ValueError("more steps than were asked for")
    offered = {str(name): _floats(values, shape) for name, values in reply["steps"].items()}
    if offered.keys() - page.steps.keys() or any(len(values) != len(w) for values in offered.values()):
        raise ValueError("steps that the page does not have")
    problem = read_problem(reply)
    if problem is None and page.form == "optimizer" and len(w) != len(stream.grads):
        raise ValueError("fewer steps than were asked for")
    dtypes = tuple((str(name)[:16], int(step)) for name, step in reply["dtypes"])
    return Replay(w, points, calls, int(reply["asked"]), dtypes, offered, problem, read_remarks(reply))


def _floats(values: Any, shape: tuple[int, ...]) -> Numbers:
    if values.dtype not in (np.float32, np.float64) or values.shape[1:] != shape:
        raise ValueError(f"an array of {values.dtype} and shape {values.shape}")
    return values  # type: ignore[no-any-return]  # its dtype was just looked at
