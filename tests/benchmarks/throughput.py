"""What each further submission costs, as ratios in one run: ``python -m tests.benchmarks.throughput``.

* a further submission of the whole lecture: the CPU time of a batch of copies less that of a batch of one, by copy,
  less what the same code takes for the same calls by itself (``own.py``). Goal: at most 0.15 s beyond its own;
* momentum, Adam and the forward pass of batch normalization: the same difference, against one ``pytest`` process a
  submission, which compares these three with torch. Goal: at most 1/50;
* the same assignment for 10, 100 and, with ``--thousand``, 1,000 copies: the cost of each should be the same, and the
  grader's own memory stay below 400 MB.

CPU time is user and system, of the grader and of all its children. Behind the namespaces of ``isolated`` a worker's
time is not counted, since nobody waits for it there; so this measures at ``confined`` where the machine has that, and
without a wall elsewhere. All sides of a ratio are measured in turn, round by round, and medians are printed: these
numbers are for comparing two versions on one machine, not two machines.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tabulate import tabulate

from harness.runner import isolation

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "submissions"
WHOLE = ("right_numpy_class", "right_numpy_generator", "right_torch")
"""The samples that are graded on the whole lecture."""

THREE, THREE_OF = "momentum,adam,batch_norm_forward", "right_numpy_class"
GRADSTEP = [sys.executable, "-m", "harness"]

BY_PYTEST = """
import numpy as np
import pytest
import torch
from batchnorm import batch_norm_forward
from optimizers import Adam, Momentum

GRADS = np.random.default_rng(0).standard_normal((20, 3, 4))
W = np.random.default_rng(1).standard_normal((3, 4))


@pytest.mark.parametrize("lr", [0.01, 0.1])
def test_momentum(lr):
    ours, w = Momentum(lr=lr, gamma=0.9), W.copy()
    param = torch.nn.Parameter(torch.from_numpy(W.copy()))
    theirs = torch.optim.SGD([param], lr=lr, momentum=0.9)
    for g in GRADS:
        w = ours.step(w, lambda w: g)
        param.grad = torch.from_numpy(g)
        theirs.step()
        torch.testing.assert_close(torch.from_numpy(w), param.detach())


@pytest.mark.parametrize("lr", [0.001, 0.1])
def test_adam(lr):
    ours, w = Adam(lr=lr, eps=0.0), W.copy()
    param = torch.nn.Parameter(torch.from_numpy(W.copy()))
    theirs = torch.optim.Adam([param], lr=lr, eps=0.0)
    for g in GRADS:
        w = ours.step(w, lambda w: g)
        param.grad = torch.from_numpy(g)
        theirs.step()
        torch.testing.assert_close(torch.from_numpy(w), param.detach())


@pytest.mark.parametrize("eps", [1e-5, 1e-3])
def test_batch_norm_forward(eps):
    x, gamma, beta = GRADS[:, 0], W[0], W[1]
    y, _ = batch_norm_forward(x, gamma, beta, eps=eps)
    wanted = torch.nn.functional.batch_norm(
        *map(torch.from_numpy, (x, np.zeros(4), np.ones(4), gamma, beta)), training=True, eps=eps
    )
    torch.testing.assert_close(torch.from_numpy(y), wanted)
"""
"""A test of the three as a course would write one."""


@dataclass(frozen=True)
class Spent:
    """What a command came to: seconds of CPU time, with all its children, and MB of its own memory at its largest."""

    cpu: float
    memory: float


def spent(command: Sequence[str], **where: str) -> Spent:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=where.get("cwd"))
    memory = 0.0
    while process.poll() is None:
        memory = max(memory, _peak(process.pid))
        time.sleep(0.05)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, memory)


def _peak(pid: int) -> float:
    """The most that a process has held, in MB, what it shares included."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # it ended meanwhile
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def own(sample: str) -> float:
    """Seconds of CPU time of a sample's own code, by itself."""
    command = [sys.executable, "-m", "tests.benchmarks.own", str(SAMPLES / sample)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)


def by_pytest(folder: Path) -> float:
    """Seconds of CPU time of one pytest process that tests a submission."""
    test = shutil.copytree(SAMPLES / THREE_OF, folder / "pytest", dirs_exist_ok=True) / "test_three.py"
    test.write_text(BY_PYTEST)
    return spent([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test.name], cwd=str(test.parent)).cpu


def grade(sample: str, only: str, copies: int, folder: Path) -> Spent:
    """Grade some algorithms of a number of copies of a sample."""
    submissions = folder / f"{sample}-{copies}"
    for number in range(copies):
        shutil.copytree(SAMPLES / sample, submissions / f"student{number:04}", dirs_exist_ok=True)
    options = ["--only", only, "--out", str(folder / "out"), "--jobs", str(os.cpu_count()), "-q", *_walls()]
    return spent([*GRADSTEP, "grade", str(submissions), *options])


def _walls() -> list[str]:
    try:
        isolation.choose("confined", isolation.probe())
    except isolation.IsolationError:
        return ["--isolation=none", "--trust-submissions"]
    return ["--isolation=confined"]


def each(few: Spent, many: Spent, more: int) -> float:
    return (many.cpu - few.cpu) / more


def whole_lecture(rounds: int, copies: int, folder: Path) -> list[tuple[str, ...]]:
    rows = []
    for sample in WHOLE:
        taken = [
            (own(sample), grade(sample, "*", 1, folder), grade(sample, "*", 1 + copies, folder)) for _ in range(rounds)
        ]
        alone, in_all = (
            statistics.median(alone for alone, _, _ in taken),
            statistics.median(each(few, many, copies) for _, few, many in taken),
        )
        beyond = statistics.median(each(few, many, copies) - alone for alone, few, many in taken)
        measured = f"{in_all:.3f} s CPU, {alone:.3f} s its own"
        rows.append((f"a further {sample}, whole lecture", measured, f"{beyond:.3f} s beyond", "<= 0.15 s"))
    return rows


def three_functions(rounds: int, sizes: Sequence[int], folder: Path) -> list[tuple[str, ...]]:
    """The assignment of three functions, at every number of copies in turn, beside pytest."""
    pytests: list[float] = []
    taken: dict[int, list[tuple[Spent, Spent]]] = {size: [] for size in sizes}
    for _ in range(rounds):
        pytests.append(by_pytest(folder))
        one = grade(THREE_OF, THREE, 1, folder)
        for size in sizes:
            taken[size].append((one, grade(THREE_OF, THREE, size, folder)))
    rows = []
    for size, runs in taken.items():
        costs = [each(one, many, size - 1) for one, many in runs]
        ratio = statistics.median(pytest / cost for pytest, cost in zip(pytests, costs, strict=True))
        memory = max(many.memory for _, many in runs)
        measured = f"{statistics.median(costs) * 1e3:.1f} ms CPU, pytest {statistics.median(pytests):.2f} s"
        rows.append((f"one of {size} copies, three functions", measured, f"1/{ratio:.0f} of pytest", "<= 1/50"))
        rows.append((f"the grader's memory, {size} copies", f"{memory:.0f} MB", "", "< 400 MB"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--thousand", action="store_true", help="also grade 1,000 copies, each round")
    parser.add_argument("--only", choices=("whole", "three"), help="one of the two parts")
    options = parser.parse_args()
    sizes = (10, 100, 1000) if options.thousand else (10, 100)
    parts: Mapping[str, Callable[[Path], list[tuple[str, ...]]]] = {
        "whole": lambda folder: whole_lecture(options.rounds, options.copies, folder),
        "three": lambda folder: three_functions(options.rounds, sizes, folder),
    }
    with tempfile.TemporaryDirectory() as name:
        rows = [row for part, measure in parts.items() if options.only in (None, part) for row in measure(Path(name))]
    print(tabulate(rows, ("what", "measured", "ratio", "goal"), disable_numparse=True))


if __name__ == "__main__":
    main()
