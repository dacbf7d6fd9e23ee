"""The mark of every status: one sign that survives copying and printing, its tone, and its word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.results import AlgorithmResult, Status

Tone = Literal["right", "wrong", "part", "note", "absent", "alarm", "ours"]
"""How loudly a mark speaks; pages have a class for each."""


@dataclass(frozen=True)
class Mark:
    """A sign and what it stands for. ``group`` is what an algorithm with this mark asks of the student."""

    sign: str
    tone: Tone
    word: str
    group: Literal["right", "fix", "dialect", "unwritten", "missing", "open"]


MARKS: Mapping[Status, Mark] = {
    "pass": Mark("✓", "right", "right", "right"),
    "fail": Mark("×", "wrong", "wrong", "fix"),
    "dialect": Mark("≈", "note", "dialect", "dialect"),
    "missing": Mark("–", "absent", "not found", "missing"),
    "error": Mark("!", "alarm", "error", "fix"),
    "timeout": Mark("T", "alarm", "timeout", "fix"),
    "memory": Mark("M", "alarm", "out of memory", "fix"),
    "crash": Mark("C", "alarm", "crashed", "fix"),
    "forbidden": Mark("⊘", "alarm", "forbidden", "fix"),
    "skipped": Mark("S", "absent", "skipped", "open"),
    "harness_error": Mark("H", "ours", "harness error", "open"),
}

PART = Mark("×", "part", "partly right", "fix")

COSTLY = Mark("≈", "note", "dialect that costs points", "fix")
"""A dialect under an assignment that gives less than full points for it."""


NOT_STARTED = Mark("○", "absent", "not started", "unwritten")
"""What says of itself that it is not written yet: it has the status of what raises, and is no error."""

NOT_LOADED = Mark("!", "alarm", "not loaded", "fix")
"""Stands for a whole submission, of which nothing could be run."""

LEGEND: Sequence[Mark] = (
    MARKS["pass"],
    MARKS["fail"],
    PART,
    MARKS["dialect"],
    COSTLY,
    NOT_STARTED,
    *(mark for status, mark in MARKS.items() if status not in ("pass", "fail", "dialect")),
)
"""All marks, in the order in which people read of them."""

FAULTS: Sequence[Mark] = (
    MARKS["harness_error"],
    NOT_LOADED,
    *(MARKS[status] for status in ("forbidden", "timeout", "crash", "memory")),
)
"""What a person should look at: something did not run to its end. The worst first."""

WORST: Sequence[Mark] = (*FAULTS, MARKS["error"], MARKS["fail"], PART)
"""All that is wrong, the worst first."""


def mark(result: AlgorithmResult) -> Mark:
    """The mark of an algorithm of a submission."""
    if result.message is not None and result.message.id == "not_started":
        return NOT_STARTED
    if result.status == "fail" and result.points > 0:
        return PART
    if result.status == "dialect" and result.points < result.max_points:
        return COSTLY
    return MARKS[result.status]
