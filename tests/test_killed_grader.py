"""kill -9 of the grader at 200 random instants, with each run going on from the one before: no finished result is lost,
and in the end the results are those of a run that was left alone."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.cli.options import the_store
from harness.results.journal import Journal
from tests.graded import GRADIENT_DESCENT, MOMENTUM
from tests.runner.processes import alive, eventually

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

ROOT = Path(__file__).parents[1]
KILLS = 200
SUBMISSIONS = 24
OPTIONS = ("--only=momentum,gradient_descent", "--isolation=none", "--trust-submissions", "--jobs=2", "-v")
AVERAGED = MOMENTUM.replace("lr * grad(w)", "(1 - gamma) * lr * grad(w)")
SOURCES = (
    MOMENTUM,
    GRADIENT_DESCENT + AVERAGED,
    f"print('hello')\n{MOMENTUM}",
    "def momentum(w, grad, lr=0, gamma=0): raise ValueError(w)",
    "import os\nos._exit(3)",
    "def",
)


@pytest.fixture(scope="module")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("batch") / "submissions"
    folder.mkdir()
    for number in range(SUBMISSIONS):
        (folder / f"s{number:02}.py").write_text(f"# {number}\n{SOURCES[number % len(SOURCES)]}")
    return folder


class Nursery:
    """Starts graders; see :mod:`tests.nursery`."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.nursery"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)

    def ask(self, *words: str) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@dataclass
class Grading:
    """One grader. ``seen`` is whom it has told to be graded."""

    nursery: Nursery
    submissions: Path
    out: Path
    seen: list[str] = field(default_factory=list)
    taken: int = 0

    def __post_init__(self) -> None:
        self.told = self.out.with_name(f"{self.out.name}.err")
        self.told.unlink(missing_ok=True)
        arguments = ["grade", str(self.submissions), "--out", str(self.out), *OPTIONS]
        self.pid = self.nursery.ask("run", str(self.told), *arguments)

    def look(self) -> None:
        """Read what it has told so far."""
        with contextlib.suppress(FileNotFoundError):
            text = self.told.read_text()
            self.seen = re.findall(r"^(\w+): [\d.]+ / 2\b.* s$", text, re.M)
            self.taken = int((re.findall(r"taken over from before: (\d+);", text) or ["0"])[0])

    def awake(self) -> bool:
        """Whether its signals are its own by now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        caught = int(re.findall(r"^SigCgt:\s*(\w+)", status, re.M)[0], 16)
        return bool(caught >> (signal.SIGTERM - 1) & 1)

    @property
    def done(self) -> bool:
        return self.taken + len(self.seen) == SUBMISSIONS

    def until(self, graded: int) -> None:
        """Wait for this many, or all, or its end."""
        while alive(self.pid):
            self.look()
            if len(self.seen) >= graded or self.done:
                return
            time.sleep(0.001)

    def kill(self) -> int:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        return self.wait()

    def wait(self) -> int:
        code = self.nursery.ask("wait", str(self.pid))
        self.look()
        return code


def contents(out: Path) -> dict[str, str]:
    """Everything for people and programs that a batch leaves, but for the times in it."""
    files = [file for file in sorted(out.rglob("*")) if file.is_file() and not file.name.startswith((".", "journal"))]
    found = {str(file.relative_to(out)): file.read_text(encoding="utf-8") for file in files}
    times = r'"(?:started|finished)": "[^"]*"|\d{4}-\d\d-\d\d, \d\d:\d\d UTC'
    return {name: re.sub(times, "a time", text) for name, text in found.items()}


def in_the_journal(out: Path) -> set[str]:
    ids = [f"s{number:02}" for number in range(SUBMISSIONS)]
    store = the_store()
    assert store
    with Journal(out, store.key() or b"") as journal:
        return {id for id in ids if journal.record(id)}


def test_no_instant_loses_a_result(nursery: Nursery, submissions: Path, tmp_path: Path) -> None:
    undisturbed = Grading(nursery, submissions, tmp_path / "undisturbed")
    began = time.monotonic()
    undisturbed.until(1)
    start = time.monotonic() - began
    undisturbed.until(SUBMISSIONS)
    graded = time.monotonic()
    assert undisturbed.wait() == 0
    writing, each = time.monotonic() - graded, (graded - began - start) / SUBMISSIONS
    expected = contents(undisturbed.out)
    assert len(expected) == SUBMISSIONS + 3

    chance, shares, batches = random.Random(20), Counter[str](), 0
    while shares.total() < KILLS:
        out, finished = tmp_path / f"out{batches}", set[str]()
        batches += 1
        while True:
            grading = Grading(nursery, submissions, out)
            aim = chance.random() if shares.total() < KILLS else 1  # the last batch is carried to its end
            if aim < 0.2:
                time.sleep(chance.uniform(0, start))
            elif aim < 0.7:
                grading.until(chance.randint(1, 4))
                time.sleep(chance.uniform(0, 2 * each))
            elif aim < 0.85:
                grading.until(SUBMISSIONS)
                time.sleep(chance.uniform(0, writing))
            code = grading.kill() if aim < 0.85 else grading.wait()
            finished |= set(grading.seen)
            assert in_the_journal(out) >= finished if out.exists() else not finished
            if code != -signal.SIGKILL:
                assert code == 0, grading.told.read_text()
                break
            phase = "while writing" if grading.done else "while grading" if grading.seen else "before the first result"
            shares[phase] += 1
        assert contents(out) == expected
    print(f"\n{shares.total()} kills in {batches} batches: {dict(shares)}")
    assert min(shares[phase] for phase in ("while writing", "while grading", "before the first result")) >= KILLS / 10


@pytest.mark.parametrize("twice", [False, True], ids=["once", "twice"])
def test_ctrl_c_and_sigterm_leave_a_sound_state_at_any_instant(
    nursery: Nursery, submissions: Path, tmp_path: Path, twice: bool
) -> None:
    undisturbed = Grading(nursery, submissions, tmp_path / "undisturbed")
    assert undisturbed.wait() == 0
    expected = contents(undisturbed.out)
    chance, told = random.Random(7 + twice), Counter[str]()
    for number in range(30):
        out, by = tmp_path / f"out{number // 6}", chance.choice([signal.SIGINT, signal.SIGTERM])
        grading = Grading(nursery, submissions, out)
        assert eventually(grading.awake)
        grading.until(chance.choice([0, 0, 1, 3, SUBMISSIONS, SUBMISSIONS]))
        time.sleep(chance.uniform(0, 0.1))
        for _ in range(1 + twice):
            with contextlib.suppress(ProcessLookupError):
                os.kill(grading.pid, by)
            time.sleep(chance.uniform(0, 0.1) if twice else 0)
        code, said = grading.wait(), grading.told.read_text().splitlines()
        assert "Traceback" not in "".join(said)
        assert code in (0, 130), said
        sentences = [line for line in said if line.startswith("gradstep: interrupted")]
        assert len(sentences) == (code == 130)
        told.update(re.sub(r"\d+|\S*/\S*", "…", line) for line in sentences)
        assert in_the_journal(out) >= set(grading.seen)
        if number % 6 == 5:
            assert Grading(nursery, submissions, out).wait() == 0
            assert contents(out) == expected
    print(dict(told))
    assert any("The same command goes on from there." in sentence for sentence in told)


def test_the_command_itself_with_torchs_values_goes_on_as_well(submissions: Path, tmp_path: Path) -> None:
    """Killed in mid-batch, and once more while it writes; told by its own standard error."""

    def graded(out: Path, kill_after: int | None) -> tuple[int, list[str]]:
        command = [sys.executable, "-m", "harness", "grade", str(submissions), "--out", str(out), *OPTIONS]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        assert process.stderr
        seen = []
        for line in process.stderr:
            if re.match(r"s\d\d: ", line):
                seen.append(line[:3])
            if len(seen) == kill_after:
                os.killpg(process.pid, signal.SIGKILL)
                break
        process.stderr.close()
        return process.wait(), seen

    assert graded(tmp_path / "undisturbed", None)[0] == 0
    expected, finished = contents(tmp_path / "undisturbed"), set[str]()
    for after in (3, 8, SUBMISSIONS - 11):
        code, seen = graded(tmp_path / "out", after)
        assert code == -signal.SIGKILL
        finished |= set(seen)
        assert in_the_journal(tmp_path / "out") >= finished
    assert graded(tmp_path / "out", None)[0] == 0
    assert contents(tmp_path / "out") == expected
    assert '"torch_ratio": 0.' in expected["results.json"]
