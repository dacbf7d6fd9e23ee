"""The slide's trajectories as data, so that a run need not compute what an earlier one did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.grading.bounded import EXTENDED_BITS, Extended
from harness.grading.expected import POINT, Block, Reference, Trajectory
from reference import Case, Stream

_WIDTH = 10 if EXTENDED_BITS == 63 else np.dtype(np.longdouble).itemsize
"""The bytes of a number that mean something: behind x86's ten stands what happened to be there."""

Record = Mapping[str, Any]


class Recorded(Trajectory):
    """A trajectory that was computed before, whole."""

    def __init__(self, case: Case, stream: Stream, record: Record) -> None:
        self.dtype = np.dtype(case.dtype)
        self.start = stream.w
        self.length = record["steps"]
        self._whole = {name: Block(_read(value), _read(bound)) for name, (value, bound) in record["blocks"].items()}
        if any(len(part) != self.length for each in self._whole.values() for part in (each.value, each.tolerance)):
            raise ValueError("a trajectory with too many values, or too few")

    def reach(self, steps: int) -> int:
        return min(steps, self.length)  # all of it is there

    def block(self, quantity: str, start: int, stop: int) -> Block:
        whole = self._whole[quantity]
        return Block(whole.value[start:stop], whole.tolerance[start:stop])

    @property
    def quantities(self) -> tuple[str, ...]:
        return tuple(name for name in self._whole if name != POINT)


def recordable(reference: Reference) -> bool:
    """Whether it is judged by trajectories, and these were computed here, to their ends."""
    streamed = reference.page.form in ("optimizer", "epoch")
    return streamed and "steps" in vars(reference) and not isinstance(reference.trajectory(0, 0), Recorded)


def record(reference: Reference) -> list[list[Record]]:
    """The slide's trajectories of every case and stream."""
    return [
        [_record(reference.trajectory(at, number), steps) for number, steps in enumerate(each)]
        for at, each in enumerate(reference.steps)
    ]


def recall(reference: Reference, records: Sequence[Sequence[Record]]) -> None:
    """Let a reference expect what was recorded of it. Raises LookupError, TypeError or ValueError where that does not
    fit its cases, and is then as it was."""
    found = [
        (at, number, Recorded(case, stream, each))
        for at, (case, kept) in enumerate(zip(reference.cases, records, strict=True))
        for number, (stream, each) in enumerate(zip(case.streams, kept, strict=True))
    ]
    for at, number, trajectory in found:
        reference.know(at, number, trajectory)


def _record(trajectory: Trajectory, steps: int) -> Record:
    blocks = {name: trajectory.block(name, 0, steps) for name in (*trajectory.quantities, POINT)}
    return {"steps": steps, "blocks": {name: [_written(b.value), _written(b.tolerance)] for name, b in blocks.items()}}


def _written(numbers: Extended) -> np.ndarray[Any, Any]:
    """As bytes, one more axis of them."""
    whole = np.ascontiguousarray(numbers, np.longdouble)
    return whole.view(np.uint8).reshape(*numbers.shape, whole.itemsize)[..., :_WIDTH]


def _read(written: np.ndarray[Any, Any]) -> Extended:
    padded = np.zeros((*written.shape[:-1], np.dtype(np.longdouble).itemsize), np.uint8)
    padded[..., :_WIDTH] = written
    return padded.view(np.longdouble)[..., 0]
