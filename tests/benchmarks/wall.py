"""What the wall costs a submission: ``python -m tests.benchmarks.wall [ROUNDS]``.

A submission is forked for, walled in, loaded, run and buried, at every level that this machine reaches, in turn. Each
round's time is set against the same round's time without a wall (``limited``); medians of the differences and of the
ratios are printed. The goals: nothing that can be measured at ``confined``, less than 30 ms at ``isolated``. The first
line is no level but a second run without a wall: what it shows is noise.
"""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import ExitStack

from tabulate import tabulate

from harness.batch import Batch
from harness.runner import isolation, session
from harness.runner.forks import ForkServer
from harness.runner.replies import Loaded
from harness.runner.worker import PRELOAD, Limits
from tests.graded import MOMENTUM, asked, submission

GOALS = {"confined": "not measurable", "isolated": "< 30 ms"}


def main(rounds: int = 100) -> None:
    layers = isolation.probe()
    levels = {"unwalled": isolation.basic(), "unwalled again": isolation.basic()}
    for level in isolation.NEEDED:
        try:
            levels[level] = isolation.choose(level, layers)
        except isolation.IsolationError as error:
            print(error)
    hand_in, limits = submission("right", MOMENTUM), Limits(memory_mb=256, forbid=asked("momentum").forbid)
    tasks = Batch(asked("momentum"), seed=0, jobs=1)._tasks
    took: dict[str, list[float]] = {name: [] for name in levels}
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(ForkServer(PRELOAD, level, limits.forbid)) for name, level in levels.items()
        }
        for number in range(rounds + 3):
            names = [*servers]
            for name in names[number % len(names) :] + names[: number % len(names)]:
                started = time.perf_counter()
                ran = session.run(servers[name], hand_in, tasks, limits)
                spent = time.perf_counter() - started
                assert isinstance(ran.loaded, Loaded)
                if number >= 3:  # the first warm up
                    took[name].append(1e3 * spent)
    base = took["unwalled"]
    rows = []
    for name, times in took.items():
        beyond = statistics.median(mine - theirs for mine, theirs in zip(times, base, strict=True))
        ratio = statistics.median(mine / theirs for mine, theirs in zip(times, base, strict=True))
        rows.append((name, f"{statistics.median(times):.1f}", f"{beyond:+.1f}", f"{ratio:.2f}", GOALS.get(name, "")))
    print(tabulate(rows, ("level", "ms", "ms beyond", "ratio", "goal"), disable_numparse=True))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
