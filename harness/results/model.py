"""What a batch of gradings leaves behind, as data. The JSON file mirrors these classes field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

SCHEMA = "gradstep/results/v1"

Status = Literal[
    "pass",
    "dialect",  # every difference is a known dialect's
    "fail",
    "error",  # it raised, or gave back something that is no number
    "timeout",
    "memory",
    "crash",  # the process died
    "forbidden",  # the assignment bars what it used
    "missing",
    "skipped",  # this machine lacks a device
    "harness_error",  # our fault: it costs no student a point
]

Backend = Literal["numpy", "torch"]


@dataclass(frozen=True)
class Message:
    """A sentence for people, as an id and its parameters, so that one file renders in every language."""

    id: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Divergence:
    """Where a result first leaves what is expected: at ``step`` (from 1), in element ``index`` of ``quantity``."""

    step: int
    quantity: str
    index: tuple[int, ...]
    expected: float
    actual: float
    error: float
    tolerance: float


@dataclass(frozen=True)
class CaseResult:
    """One case. A ratio is the largest error in units of its tolerance: up to 1 is right."""

    id: str
    status: Status
    error_ratio: float | None = None
    torch_ratio: float | None = None
    first_divergence: Divergence | None = None


@dataclass(frozen=True)
class Diagnosis:
    """The known mistake or dialect whose values the student's are."""

    kind: Literal["mistake", "dialect"]
    id: str


@dataclass(frozen=True)
class Source:
    """Where in the student's files the algorithm is defined."""

    file: str
    line: int


@dataclass(frozen=True)
class AlgorithmResult:
    """One algorithm of one submission."""

    id: str
    status: Status
    points: float
    max_points: float
    form: Literal["class", "generator", "function"] | None = None
    backend: Backend | None = None
    device: str = "cpu"
    diagnosis: Diagnosis | None = None
    cases: tuple[CaseResult, ...] = ()
    message: Message | None = None
    source: Source | None = None
    timing: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class LoadError:
    """Why nothing, or not all, of a submission could be loaded."""

    message: Message
    traceback: str = ""


@dataclass(frozen=True)
class Printed:
    """The beginning of what a submission's code printed, and how many bytes it was in all: None where the code was
    ended while it ran, since that is another number each time."""

    text: str
    bytes: int | None


@dataclass(frozen=True)
class SubmissionResult:
    """One submission: what it scored, and each algorithm in the lecture's order."""

    id: str
    path: str
    sha256: str
    score: float
    max_points: float
    load_error: LoadError | None = None
    notes: tuple[Message, ...] = ()
    algorithms: tuple[AlgorithmResult, ...] = ()
    printed: Printed | None = None

    @property
    def unloaded(self) -> bool:
        """Whether nothing was run: the statuses of the algorithms then say no more than the load error does."""
        return self.load_error is not None and not any(each.cases or each.message for each in self.algorithms)


@dataclass(frozen=True)
class AssignmentInfo:
    """What was graded. The seed stands only as a fingerprint: it decides the hidden inputs."""

    id: str
    title: str
    max_points: float
    seed_fingerprint: str


@dataclass(frozen=True)
class Environment:
    """Where and when it was graded. ``isolation`` is how far students' code was walled off, by what ``layers``. Times
    are ISO 8601 in UTC."""

    gradstep: str
    python: str
    numpy: str
    torch: str
    platform: str
    cpu: str
    devices: tuple[str, ...]
    isolation: str
    layers: tuple[str, ...]
    started: str
    finished: str


@dataclass(frozen=True)
class Results:
    """A whole batch: the content of ``results.json``."""

    assignment: AssignmentInfo
    environment: Environment
    submissions: tuple[SubmissionResult, ...] = ()
    schema: str = SCHEMA
