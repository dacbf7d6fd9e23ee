"""One submission from fork to burial: load it, run every algorithm it offers, start afresh after each death."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.intake import Submission
from harness.runner.forks import ForkServer
from harness.runner.worker import Ended, Failure, Limits, Loaded, Ran, Task, Worker

BACKENDS = ("numpy", "torch")

Outcome = Ran | Failure | Ended


@dataclass(frozen=True)
class Session:
    """What loading a submission came to and, where it loaded, what each offered algorithm did on each backend."""

    loaded: Loaded | Failure | Ended
    outcomes: Mapping[str, Mapping[str, Outcome]]


def run_alone(
    server: ForkServer, submission: Submission, task: Task, backend: str, limits: Limits
) -> Loaded | Failure | Ended | Outcome:
    """One algorithm in a fresh worker, with nothing run before it."""
    worker = Worker(server, submission, limits)
    try:
        loaded = worker.load([task.id])
        return worker.run(task, backend) if isinstance(loaded, Loaded) and task.id in loaded.offers else loaded
    finally:
        worker.close()


def run(server: ForkServer, submission: Submission, tasks: Sequence[Task], limits: Limits) -> Session:
    """Run one submission. Raises :class:`harness.runner.forks.ForkError` where the fault is ours."""
    ids = [task.id for task in tasks]
    worker = Worker(server, submission, limits)
    try:
        loaded = worker.load(ids)
        outcomes: dict[str, dict[str, Outcome]] = {}
        if not isinstance(loaded, Loaded) or set(loaded.backends) - set(BACKENDS):
            return Session(loaded, outcomes)
        for task in tasks:
            if task.id not in loaded.offers:
                continue
            for backend in loaded.backends or BACKENDS[:1]:
                if not worker.alive:
                    worker.close()
                    worker = Worker(server, submission, limits)
                    again = worker.load(ids)
                    if not isinstance(again, Loaded):  # it loaded once and does not now: that is its outcome
                        outcomes.setdefault(task.id, {})[backend] = again
                        worker.close()
                        continue
                outcomes.setdefault(task.id, {})[backend] = worker.run(task, backend)
        return Session(loaded, outcomes)
    finally:
        worker.close()
