"""One submission from fork to burial: load it, run every algorithm it offers, start afresh after each death."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from harness.intake import Submission
from harness.runner.forks import ForkServer
from harness.runner.output import Output
from harness.runner.replies import Ended, Failure, Loaded, Ran
from harness.runner.worker import AdapterCode, Limits, Task, Worker

BACKENDS = ("numpy", "torch")

Outcome = Ran | Failure | Ended

CUT_SHORT = ("timeout", "overtime", "threads", "files", "flood")
"""Kinds of :class:`Ended` where it is looked at from outside when it ends: a moment earlier or later each time."""


@dataclass(frozen=True)
class Session:
    """What loading a submission came to and, where it loaded, what each offered algorithm did on each backend; and
    what it printed meanwhile."""

    loaded: Loaded | Failure | Ended
    outcomes: Mapping[str, Mapping[str, Outcome]]
    output: Output
    begun: float
    """When its first worker was there, by ``time.monotonic``."""
    ends: float
    """When its time is up, by the same clock."""

    @property
    def cut_short(self) -> bool:
        """Whether some of it was ended from outside: how much it had printed by then is another in every run."""
        failed = self.loaded.failed if isinstance(self.loaded, Loaded) else [self.loaded]
        ran = [outcome for each in self.outcomes.values() for outcome in each.values()]
        return any(isinstance(each, Ended) and each.kind in CUT_SHORT for each in (*failed, *ran))


def run_alone(
    server: ForkServer,
    submission: Submission,
    task: Task,
    backend: str,
    limits: Limits,
    adapter: AdapterCode | None = None,
    ends: float = math.inf,
) -> Loaded | Failure | Ended | Outcome:
    """One algorithm in a fresh worker, with nothing run before it."""
    worker = Worker(server, submission, limits, adapter, ends=ends)
    try:
        loaded = worker.load(_wanted([task]))
        return worker.run(task, backend) if isinstance(loaded, Loaded) and task.id in loaded.offers else loaded
    finally:
        worker.close()


def run(
    server: ForkServer,
    submission: Submission,
    tasks: Sequence[Task],
    limits: Limits,
    adapter: AdapterCode | None = None,
    kept: Collection[str] = (),
) -> Session:
    """Run one submission, but for the algorithms that are ``kept`` from before. Raises
    :class:`harness.runner.forks.ForkError` where the fault is ours."""
    ids, output = _wanted(tasks), Output()
    ends = time.monotonic() + limits.submission_seconds
    make = partial(Worker, server, limits=limits, adapter=adapter, output=output, ends=ends)
    worker = make(submission)
    begun = time.monotonic()
    try:
        loaded = worker.load(ids)
        ended: list[Ended] = []
        if isinstance(loaded, Ended) and len(submission.entries) > 1:
            submission, ended = _without_endings(make, submission)
            worker.close()
            worker = make(submission)
            loaded = worker.load(ids)
        if not isinstance(loaded, Loaded):
            return Session(loaded, {}, output, begun, ends)
        loaded = replace(loaded, failed=(*loaded.failed, *ended))
        tasks = [task for task in tasks if task.id in loaded.offers and not loaded.offers[task.id].shape]
        tasks = [task for task in tasks if task.id not in kept]
        outcomes: dict[str, dict[str, Outcome]] = {task.id: {} for task in tasks}
        if any(set(offer.backends) - set(BACKENDS) for offer in loaded.offers.values()):
            return Session(loaded, {}, output, begun, ends)
        for task in tasks:
            for backend in loaded.offers[task.id].backends:
                if not worker.alive:
                    worker.close()
                    worker = make(submission)
                    again = worker.load(ids)
                    if not isinstance(again, Loaded):  # it loaded once and does not now: that is its outcome
                        outcomes[task.id][backend] = again
                        worker.close()
                        continue
                outcomes[task.id][backend] = worker.run(task, backend)
        return Session(loaded, outcomes, output, begun, ends)
    finally:
        worker.close()


def _wanted(tasks: Sequence[Task]) -> list[str]:
    """What to look for in a submission: the algorithms, and those that some of them come after."""
    return list(dict.fromkeys(name for task in tasks for name in (task.id, task.after) if name))


def _without_endings(make: Callable[[Submission], Worker], submission: Submission) -> tuple[Submission, list[Ended]]:
    """The submission without the modules whose import ends the process, each tried in a worker of its own, and how
    each ended. One that ends only beside others, or all of them, is left in: it will end again and be told."""
    endings: dict[str, Ended] = {}
    for path in submission.entries:
        worker = make(replace(submission, entries=(path,), spare=()))
        try:
            alone = worker.load([])
        finally:
            worker.close()
        if isinstance(alone, Ended) and alone.kind == "overtime":
            return submission, []
        if isinstance(alone, Ended):
            endings[path] = replace(alone, params={**alone.params, "file": path})
    left = tuple(path for path in submission.entries if path not in endings)
    return (replace(submission, entries=left), list(endings.values())) if left else (submission, [])
