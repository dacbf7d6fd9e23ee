"""Running one case of a made-up algorithm in this process, as a worker would."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from harness.worker.cases import run_case

FILE = "student.py"


def defined(source: str, name: str = "Thing") -> Any:
    """What a student's file calls ``name``; its lines are told in tracebacks."""
    scope: dict[str, Any] = {"np": np, "torch": torch, "__name__": "student"}
    exec(compile(textwrap.dedent(source), FILE, "exec"), scope)
    return scope[name]


def gradients(steps: int = 3, shape: tuple[int, ...] = (2,)) -> Any:
    """1, 2, 3, …: every gradient is told from every other by its value."""
    return np.cumsum(np.ones((steps, *shape)), axis=0)


def stream(steps: int = 3, shape: tuple[int, ...] = (2,), order: Sequence[int] | None = None) -> dict[str, Any]:
    """w starts at zero."""
    numbers = {} if order is None else {"order": np.array(order)}
    return {"w": np.zeros(shape), "grads": gradients(steps, shape), **numbers}


def run(
    thing: Any,
    *streams: Mapping[str, Any],
    form: str = "optimizer",
    names: Sequence[str] = (),
    hyper: Mapping[str, Any] | None = None,
    backend: Any = lambda array: array,
) -> Any:
    """What came of it, one reply a stream; the reply itself where there is one."""
    thing = defined(thing) if isinstance(thing, str) else thing
    case = {"runs": streams or (stream(),), "hyper": hyper or {}, "names": names}
    replies = run_case(thing, form, case, {FILE}, backend)
    return replies[0] if len(replies) == 1 else replies
