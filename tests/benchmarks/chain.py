"""What the chain costs, as ratios measured in one run: ``python tests/benchmarks/chain.py``.

* a further submission with the nine optimizers, against ``python -c "import numpy, torch"`` (CPU time; goal < 0.1), and
  one with the whole lecture;
* ``gradstep list`` and a usage error, against bare Python (wall time beyond it; goal < 0.15 s);
* the peak memory of a run with two workers, against one ``import torch`` (proportional set size; goal < 1.5).

The two sides of a ratio are measured in turn and repeated, and medians are printed: these numbers are for comparing two
versions on one machine, not two machines.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tabulate import tabulate

from reference import pages

SAMPLES = Path(__file__).parents[2] / "submissions"
NINE = ",".join(id for id, page in pages().items() if page.topic == "Optimizers")
COPIED = {
    "right_numpy_class": (NINE, "*"),
    "right_numpy_generator": (NINE,),
    "right_torch": (NINE, "*"),
}
"""Which samples are copied, and what of each is graded."""
TORCH = [sys.executable, "-c", "import numpy, torch"]
GRADSTEP = [sys.executable, "-m", "harness"]
UNWALLED = ["--isolation=none", "--trust-submissions"]
"""Behind walls a worker's time is not counted: it dies with its namespace, and nobody waits for it. What the wall
costs, ``wall.py`` tells."""


def cpu(command: Sequence[str]) -> float:
    """Seconds of CPU time, user and system, of a command and all its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def wall(command: Sequence[str]) -> float:
    """Seconds on the clock."""
    started = time.perf_counter()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def peak_memory(command: Sequence[str]) -> float:
    """MB of the command and all its descendants at their largest: proportional set sizes, summed, sampled."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(map(_proportional, _tree(process.pid))))
        time.sleep(0.01)
    return peak


def _tree(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task").glob("*/children")
        below = [int(child) for file in children for child in file.read_text().split()]
    except OSError:
        return []
    return [pid, *(each for child in below for each in _tree(child))]


def _proportional(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:  # it ended meanwhile
        pass
    return 0.0


def grade(sample: str, only: str, copies: int, folder: Path) -> list[str]:
    """The command that grades some algorithms of a number of copies of a sample."""
    submissions = folder / f"{sample}-{copies}"
    for number in range(copies):
        shutil.copytree(SAMPLES / sample, submissions / f"student{number:03}", dirs_exist_ok=True)
    options = ["--only", only, "--out", str(folder / "out"), "--jobs", "2", "-q"]
    return [*GRADSTEP, "grade", *UNWALLED, str(submissions), *options]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--copies", type=int, default=20)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = [(sample, only) for sample, asked in COPIED.items() for only in asked]
        for sample, only in runs:
            few, many = (grade(sample, only, copies, folder) for copies in (1, 1 + options.copies))
            rounds = [(cpu(TORCH), cpu(few), cpu(many)) for _ in range(options.rounds)]
            each = [(more - less) / options.copies for _, less, more in rounds]
            ratio = statistics.median(one / torch for one, (torch, _, _) in zip(each, rounds, strict=True))
            what = "the whole lecture" if only == "*" else "nine optimizers"
            goal = "" if only == "*" else "< 0.1"
            measured = f"{statistics.median(each) * 1e3:.0f} ms CPU"
            rows.append((f"a further {sample}, {what}", measured, f"{ratio:.3f}", goal))
        for label, arguments in (("gradstep list", ["list"]), ("a usage error", ["grdae"])):
            beyond = [wall([*GRADSTEP, *arguments]) - wall([sys.executable, "-c", ""]) for _ in range(options.rounds)]
            rows.append((label, f"{statistics.median(beyond) * 1e3:.0f} ms beyond bare Python", "", "< 150 ms"))
        torch = peak_memory([*TORCH[:2], "import numpy, torch, time; time.sleep(0.2)"])
        for sample in COPIED:
            peak = peak_memory(grade(sample, "*", 8, folder))
            rows.append((f"memory, 2 workers, {sample}", f"{peak:.0f} MB", f"{peak / torch:.2f}", "< 1.5"))
    print(tabulate(rows, ("what", "measured", "ratio to import torch", "goal"), disable_numparse=True))


if __name__ == "__main__":
    main()
