"""A worker's time is what it had a core for: others beside it cost it nothing, and it cannot take time without end."""

from __future__ import annotations

import os
import sys
import time

import pytest

from harness.runner import isolation
from harness.runner.deadline import PATIENCE, Deadline
from harness.runner.watch import Watch
from tests.graded import algorithm, asked, grade

SPINS = """
import time

class Momentum:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.v, self.spun = lr, gamma, 0, False

    def step(self, w, grad):
        ends = time.process_time() + 0.04
        while not self.spun and time.process_time() < ends:
            pass
        self.spun = True
        self.v = self.gamma * self.v + self.lr * grad(w)
        return w - self.v
"""


def test_standing_in_line_puts_it_off_up_to_a_point() -> None:
    deadline = Deadline(10)
    end = deadline.at
    deadline.waited(5)  # before it began
    assert deadline.at == end
    deadline.waited(7)
    assert deadline.at == end + 2
    deadline.waited(1000)
    assert deadline.at == pytest.approx(end + PATIENCE * 10)
    deadline.waited(2000)
    assert deadline.at == pytest.approx(end + PATIENCE * 10)
    deadline.waited(None)
    deadline.put_off(3)
    assert deadline.at == pytest.approx(end + PATIENCE * 10 + 3)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_how_long_a_process_stands_in_line_is_seen() -> None:
    core = {min(os.sched_getaffinity(0))}
    pids = []
    for _ in range(3):
        pid = os.fork()
        if pid == 0:
            os.sched_setaffinity(0, core)
            ends = time.monotonic() + 1.5
            while time.monotonic() < ends:
                pass
            os._exit(0)
        pids.append(pid)
    time.sleep(1)
    waited = [Watch(lambda pid=pid: pid, None).waited() for pid in pids]  # type: ignore[misc]
    for pid in pids:
        os.waitpid(pid, 0)
    assert sum(each or 0 for each in waited) > 0.5
    assert Watch(lambda: None, None).waited() is None


def test_a_look_that_sees_nothing_changes_nothing() -> None:
    deadline = Deadline(10)
    end = deadline.at
    for total in (None, 30, None, 31, None):
        deadline.waited(total)
    assert deadline.at == pytest.approx(end + 1)


@pytest.mark.slow
@pytest.mark.parametrize("walled", [False, True])
def test_with_many_at_a_time_none_is_late_that_is_not_alone(walled: bool) -> None:
    """Each needs half of its time for itself; twelve at once need six times as much by the clock of one core."""
    level = isolation.best(isolation.probe()) if walled else isolation.basic()
    alone = grade({"one": SPINS}, asked("momentum", seconds=2), isolation=level)
    assert algorithm(alone["one"], "momentum").status == "pass"
    many = grade({f"s{at}": SPINS for at in range(12)}, asked("momentum", seconds=2), jobs=12, isolation=level)
    assert {algorithm(each, "momentum").status for each in many.values()} == {"pass"}
