"""How long a student waits, measured in one run: ``python tests/benchmarks/check.py``.

* ``gradstep check`` from start to end, of one optimizer, of nine and of the whole lecture, in numpy (seconds; goal
  < 1 s) and in torch (against ``python -c "import torch"``; goal < 1.3). What an earlier check leaves is there, as
  it is for a student from the second check on; "first" is a check on a machine that has never seen one;
* ``gradstep check --watch``, from a save to the last line that it prints (goal < 0.5 s), and what it uses of a core
  while nothing is saved. The first wrong save, on a machine that has never seen one, stands by itself: torch has its
  values to give for that. It comes some seconds after the first check, as long as a student reads.

The sides of a ratio are measured in turn and repeated, and medians are printed. Beside the seconds on the clock stands
CPU time, of all processes together, which does not depend as much on what else the machine does.
"""

from __future__ import annotations

import argparse
import itertools
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tabulate import tabulate

from reference import pages

SAMPLES = Path(__file__).parents[2] / "submissions"
NINE = ",".join(id for id, page in pages().items() if page.topic == "Optimizers")
ASKED = {"adam": "adam", "nine optimizers": NINE, "the whole lecture": "*"}
TORCH = [sys.executable, "-c", "import torch"]
CHECK = [sys.executable, "-m", "harness", "check"]
VARIABLE = "GRADSTEP_CACHE_DIR"

READING = 4.0
"""Seconds between the first check and the first save."""

MOMENTUM = """
def momentum(w, grad, *, lr=0.01, gamma=0.9):
    v = 0 * w
    while True:
        v = gamma * v + lr * grad(w)
        w = w - v
        yield w
"""
WRONG = MOMENTUM.replace("lr * grad(w)", "(1 - gamma) * lr * grad(w)")

Cost = tuple[float, float]
"""Seconds on the clock, and of CPU time of a command and its children."""


def cost(command: Sequence[str], kept: Path) -> Cost:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, VARIABLE: str(kept)}
    subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def median(costs: Sequence[Cost]) -> Cost:
    walls, cpus = zip(*costs, strict=True)
    return statistics.median(walls), statistics.median(cpus)


def checks(rounds: int, folder: Path) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = []
    kept = folder / "kept"
    for sample, in_torch in (("right_numpy_class", False), ("right_torch", True)):
        for what, only in ASKED.items():
            command = [*CHECK, str(SAMPLES / sample), "--only", only]
            cost(command, kept)
            pairs = [(cost(TORCH, kept), cost(command, kept)) for _ in range(rounds)]
            rows.append(row(f"{sample}, {what}", pairs, "< 1.3" if in_torch else "", "" if in_torch else "< 1 s"))
    for what, only in ASKED.items():
        command = [*CHECK, str(SAMPLES / "right_numpy_class"), "--only", only]
        pairs = [(cost(TORCH, kept), cost(command, folder / f"first-{only[:4]}-{n}")) for n in range(rounds)]
        rows.append(row(f"right_numpy_class, {what}, first", pairs, "", ""))
    return rows


def row(what: str, pairs: Sequence[tuple[Cost, Cost]], ratio_goal: str, goal: str) -> Sequence[str]:
    wall, cpu = median([mine for _, mine in pairs])
    ratio = statistics.median(mine[0] / torch[0] for torch, mine in pairs)
    return f"check {what}", f"{wall:.2f} s", f"{cpu:.2f} s", f"{ratio:.2f}", ratio_goal or goal


def watching(rounds: int, folder: Path, source: str, wrong: str) -> tuple[list[float], float]:
    """Seconds from each save to the end of what is printed for it, by turns wrong and right; and the share of a core
    that waiting takes."""
    file = folder / "optim.py"
    file.write_text(source)
    environment = {**os.environ, VARIABLE: tempfile.mkdtemp(prefix="kept-", dir=folder)}
    process = subprocess.Popen(
        [*CHECK, str(file), "--watch", "--only", "momentum,adam"], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        until(process, lambda line: "Ctrl-C ends." in line)
        time.sleep(READING)
        waited = []
        for text in itertools.islice(itertools.cycle([wrong, source]), 1 + rounds):
            started = time.perf_counter()
            file.write_text(text)
            until(process, lambda line: line.startswith(("To fix:", "Nothing to fix")))
            waited.append(time.perf_counter() - started)
            time.sleep(0.2)
        idle = busy(process.pid)
        time.sleep(5)
        return waited, (busy(process.pid) - idle) / 5
    finally:
        process.kill()
        process.wait()


def until(process: subprocess.Popen[str], ends: Callable[[str], bool]) -> None:
    assert process.stdout is not None
    while not ends(line := process.stdout.readline()):
        if not line:
            raise RuntimeError("gradstep check --watch ended")


def busy(pid: int) -> float:
    """Seconds of CPU time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = checks(options.rounds, folder)
        for what, head in (("numpy", ""), ("torch", "import torch\nBACKEND = 'torch'\n")):
            (first, *later), idle = watching(options.rounds, folder, head + MOMENTUM, head + WRONG)
            seconds = f"{statistics.median(later):.2f} s"
            rows.append((f"watch, {what}, from the first wrong save to output", f"{first:.2f} s", "", "", "< 0.5 s"))
            rows.append((f"watch, {what}, from each further save to output", seconds, "", "", "< 0.5 s"))
            rows.append((f"watch, {what}, idle", f"{idle:.1%} of a core", "", "", ""))
    print(tabulate(rows, ("what", "measured", "CPU", "ratio to import torch", "goal"), disable_numparse=True))


if __name__ == "__main__":
    main()
