"""kill -9 in mid-run, at every level: of the worker, of the zygote, of the grader. Nothing may live on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.runner import isolation
from tests.runner.processes import alive, children, eventually

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

GRADER = """
import json, sys
from harness.runner import isolation
from tests.graded import GRADIENT_DESCENT, MOMENTUM, asked, grade

sources = {
    "endless": "import threading, time\\nthreading.Thread(target=time.sleep, args=(600,)).start()\\n"
    "def gradient_descent(w, grad, lr=0):\\n    while True: pass\\n    yield w\\n" + MOMENTUM,
    "right": GRADIENT_DESCENT + MOMENTUM,
}
chosen = isolation.choose(sys.argv[1], isolation.probe())
results = grade(sources, asked("gradient_descent", "momentum", seconds=float(sys.argv[2])), jobs=1, isolation=chosen)
print(json.dumps({id: {each.id: each.status for each in result.algorithms} for id, result in results.items()}))
"""

PASS = {"gradient_descent": "pass", "momentum": "pass"}


class Grading:
    """A grader in mid-run: it waits for a worker that never ends."""

    def __init__(self, level: isolation.Isolation, folder: Path, seconds: float) -> None:
        name = "none" if level.level == "limited" else level.level
        self.folder = str(folder)
        self.grader = subprocess.Popen(
            [sys.executable, "-c", GRADER, name, str(seconds)],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "TMPDIR": self.folder},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert eventually(lambda: bool(self.workers()), 60)
        self.worker = self.workers()[-1]
        assert eventually(lambda: busy(self.worker) > 20)  # hundredths of a second
        self.seen = below(self.grader.pid)

    def workers(self) -> list[int]:
        return [pid for pid in below(self.grader.pid) if working_in(pid).startswith(f"{self.folder}/gradstep-")]

    @property
    def zygote(self) -> int:
        """The child of the grader's that the worker comes from."""
        return next(pid for pid in children(self.grader.pid) if self.worker in below(pid))

    def ends(self) -> dict[str, dict[str, str]]:
        told, _ = self.grader.communicate(timeout=120)
        assert self.grader.returncode == 0
        return json.loads(told)  # type: ignore[no-any-return]  # as the worker wrote it

    def nothing_lives(self) -> bool:
        return eventually(lambda: not any(map(alive, self.seen)))


def below(pid: int) -> list[int]:
    """The processes that a process has started, and theirs, whoever is above first."""
    try:
        started = children(pid)
    except OSError:
        return []
    return [each for child in sorted(started) for each in (child, *below(child))]


def working_in(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


def busy(pid: int) -> int:
    """The time a process has computed for."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])
    except OSError:
        return 0


@pytest.fixture
def grading(level: isolation.Isolation, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Grading]:
    grading = Grading(level, tmp_path, request.param)
    yield grading
    grading.grader.kill()
    grading.grader.communicate()


@pytest.mark.parametrize("grading", [600.0], indirect=True)
def test_a_killed_worker_is_a_crash_of_that_algorithm_alone(grading: Grading, tmp_path: Path) -> None:
    os.kill(grading.worker, signal.SIGKILL)
    assert grading.ends() == {"endless": {"gradient_descent": "crash", "momentum": "pass"}, "right": PASS}
    assert grading.nothing_lives()
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("grading", [10.0], indirect=True)
def test_a_killed_zygote_is_replaced_and_costs_nobody_a_result(grading: Grading, tmp_path: Path) -> None:
    os.kill(grading.zygote, signal.SIGKILL)
    assert grading.ends() == {"endless": {"gradient_descent": "timeout", "momentum": "pass"}, "right": PASS}
    assert grading.nothing_lives()
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("grading", [600.0], indirect=True)
def test_a_killed_grader_leaves_no_process(grading: Grading) -> None:
    grading.grader.kill()
    grading.grader.wait()
    assert grading.nothing_lives()


@pytest.mark.parametrize("grading", [600.0], indirect=True)
def test_an_interrupted_grader_leaves_nothing(grading: Grading, tmp_path: Path) -> None:
    grading.grader.send_signal(signal.SIGINT)
    grading.grader.wait(timeout=60)
    assert grading.nothing_lives()
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("grading", [3.0], indirect=True)
def test_a_stopped_worker_ends_at_the_deadline(grading: Grading, tmp_path: Path) -> None:
    os.kill(grading.worker, signal.SIGSTOP)
    assert grading.ends() == {"endless": {"gradient_descent": "timeout", "momentum": "pass"}, "right": PASS}
    assert grading.nothing_lives()
    assert [*tmp_path.iterdir()] == []
