"""``gradstep check --watch``, as a process of its own, with real saves."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import IO

import pytest

from harness.cli import watch
from harness.cli.watch import SETTLED, TWICE, Saves
from harness.intake import Submission
from tests.cli.conftest import Gradstep
from tests.graded import GRADIENT_DESCENT, MOMENTUM
from tests.runner.processes import alive, eventually

DEADLINE = 30.0
WRONG = MOMENTUM.replace("lr * grad(w)", "(1 - gamma) * lr * grad(w)")


class Watching:
    """The command, and what it has said so far."""

    def __init__(self, path: str, folder: Path, *options: str) -> None:
        command = [
            sys.executable,
            "-m",
            "harness",
            "check",
            path,
            "--watch",
            "--only=momentum,gradient_descent",
            *options,
        ]
        self.process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._readers = [
            threading.Thread(target=self._read, args=(stream,)) for stream in (self.process.stdout, self.process.stderr)
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self._lines.put(line.decode().rstrip("\n"))

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join()

    def until(self, text: str) -> list[str]:
        """The lines up to the first that has ``text`` in it."""
        lines: list[str] = []
        ends = time.monotonic() + DEADLINE
        while not lines or text not in lines[-1]:
            try:
                lines.append(self._lines.get(timeout=max(0.0, ends - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"{text!r} was not said, but: {lines}") from None
        return lines

    def children(self) -> list[int]:
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for file in tasks for pid in file.read_text().split()]

    def interrupted(self) -> int:
        """The exit code after Ctrl-C; nothing is left then."""
        children = self.children()
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=DEADLINE)
        assert eventually(lambda: not any(map(alive, children)))
        return code


Start = Callable[..., Watching]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started = []

    def begin(path: str, *options: str) -> Watching:
        started.append(Watching(path, tmp_path, *options))
        return started[-1]

    yield begin
    for each in started:
        each.end()


@pytest.fixture
def known(gradstep: Gradstep, tmp_path: Path) -> None:
    """What torch says is known, and it is not asked."""
    (tmp_path / "optim.py").write_text(MOMENTUM)
    gradstep("check", "optim.py", "--json", "--only=momentum,gradient_descent")


def renamed(path: Path, source: str) -> None:
    """A save as most editors do it."""
    beside = path.with_name(f".{path.name}.swp")
    beside.write_text(source)
    beside.replace(path)


def written_over(path: Path, source: str) -> None:
    path.write_text(source)


def removed_first(path: Path, source: str) -> None:
    path.unlink()
    path.write_text(source)


@pytest.mark.parametrize("save", [renamed, written_over, removed_first])
def test_a_save_is_checked_and_what_changed_is_shown(
    start: Start, tmp_path: Path, save: Callable[[Path, str], None]
) -> None:
    file = tmp_path / "optim.py"
    file.write_text(GRADIENT_DESCENT + MOMENTUM)
    watching = start("optim.py")
    first = watching.until("Ctrl-C ends.")
    assert first[0].startswith("optim.py  2 of 2 points")
    save(file, GRADIENT_DESCENT + WRONG)
    said = watching.until("To fix: 1 of 2.")
    assert any("momentum  right → partly right, 1 → 0.12 points" in line for line in said)
    assert any("averages instead of adding up" in line for line in said)
    assert not any("gradient_descent" in line for line in said)
    save(file, GRADIENT_DESCENT + WRONG + "\n# a remark\n")
    assert "nothing changed" in watching.until("checked in")[-1]
    save(file, GRADIENT_DESCENT + MOMENTUM)
    said = watching.until("Nothing to fix.")
    assert any("momentum  partly right → right, 0.12 → 1 points" in line for line in said)
    assert watching.interrupted() == 0


def test_a_file_that_moves_below_is_the_same(start: Start, tmp_path: Path) -> None:
    raises = "def momentum(w, grad, *, lr=0.01, gamma=0.9):\n    raise ValueError(3)\n"
    file = tmp_path / "optim.py"
    file.write_text(raises)
    watching = start("optim.py")
    watching.until("Ctrl-C ends.")
    renamed(file, f"# higher up\n\n{raises}")
    assert "nothing changed" in watching.until("checked in")[-1]
    assert watching.interrupted() == 1


def test_a_file_that_does_not_load_and_does_again(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "optim.py"
    file.write_text(MOMENTUM)
    watching = start("optim.py")
    watching.until("Ctrl-C ends.")
    file.write_text("def momentum(:\n")
    watching.until("def momentum(:")
    watching.until("Nothing else can be checked until this is mended.")
    file.write_text(MOMENTUM)
    assert any("it can be loaded again" in line for line in watching.until("Nothing to fix"))
    watching.interrupted()


def test_a_file_that_goes_and_comes_back(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "optim.py"
    file.write_text(MOMENTUM)
    watching = start("optim.py")
    watching.until("Ctrl-C ends.")
    file.unlink()
    assert watching.until("is gone")[-1].startswith("gradstep: optim.py: ")
    file.write_text(WRONG)
    watching.until("right → partly right")
    assert watching.interrupted() == 1


def test_a_file_that_is_emptied(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "optim.py"
    file.write_text(MOMENTUM)
    watching = start("optim.py")
    watching.until("Ctrl-C ends.")
    file.write_text("")
    said = watching.until("None of the algorithms was found.")
    assert any("momentum  right → not found" in line for line in said)
    watching.interrupted()


def test_a_folder_with_a_file_more(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "hw"
    folder.mkdir()
    (folder / "a.py").write_text(MOMENTUM)
    watching = start("hw")
    watching.until("Ctrl-C ends.")
    (folder / "b.py").write_text(GRADIENT_DESCENT)
    assert any("gradient_descent  not found → right" in line for line in watching.until("Nothing to fix."))
    (folder / "b.py").unlink()
    watching.until("gradient_descent  right → not found")
    watching.interrupted()


def test_an_endless_loop_is_given_up_for_the_next_save(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "optim.py"
    file.write_text(MOMENTUM)
    watching = start("optim.py", "--timeout=1000")
    watching.until("Ctrl-C ends.")
    file.write_text(MOMENTUM.replace("yield w", "pass"))
    time.sleep(watch.PATIENCE)  # it is being checked now
    file.write_text(WRONG)
    watching.until("right → partly right")
    assert watching.interrupted() == 1


def test_torch_is_asked_before_anything_wrong_is_saved(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADSTEP_CACHE_DIR", str(tmp_path / "kept"))
    file = tmp_path / "optim.py"
    file.write_text(MOMENTUM)
    watching = start("optim.py")
    watching.until("Ctrl-C ends.")
    assert eventually(lambda: any(tmp_path.glob("kept/**/momentum-*.torch")))
    file.write_text(WRONG)
    assert any("by torch" in line for line in watching.until("To fix: 1 of 2."))
    assert watching.interrupted() == 1


def test_it_ends_while_torch_is_being_asked(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADSTEP_CACHE_DIR", str(tmp_path / "kept"))
    (tmp_path / "optim.py").write_text(GRADIENT_DESCENT + MOMENTUM)
    watching = start("optim.py")
    watching.until("Ctrl-C ends.")
    assert eventually(lambda: len(watching.children()) == 2)
    assert watching.interrupted() == 0


def test_what_begins_to_use_torch_is_told_to_take_a_moment(start: Start, known: None, tmp_path: Path) -> None:
    file = tmp_path / "optim.py"
    file.write_text(MOMENTUM)
    watching = start("optim.py")
    watching.until("Ctrl-C ends.")
    assert len(watching.children()) == 1
    file.write_text(f"import torch\nBACKEND = 'torch'\n{MOMENTUM}")
    watching.until("gradstep: torch is being imported")
    watching.until("nothing changed")
    assert len(watching.children()) == 2
    file.write_text(f"import torch\nBACKEND = 'torch'\n{WRONG}")
    assert not any("is being imported" in line for line in watching.until("right → partly right"))
    watching.interrupted()


def test_a_zygote_that_was_killed_is_started_again(start: Start, known: None, tmp_path: Path) -> None:
    file = tmp_path / "optim.py"
    file.write_text(MOMENTUM)
    watching = start("optim.py")
    watching.until("Ctrl-C ends.")
    (zygote,) = watching.children()
    os.kill(zygote, signal.SIGKILL)
    file.write_text(WRONG)
    watching.until("right → partly right")
    assert watching.interrupted() == 1


def test_interrupted_while_it_checks_for_the_first_time(start: Start, tmp_path: Path) -> None:
    (tmp_path / "optim.py").write_text("import os\nwhile True: pass\n")
    watching = start("optim.py", "--timeout=1000")
    assert eventually(lambda: len(watching.children()) > 0)
    assert watching.interrupted() == 130
    watching.until("gradstep: interrupted.")


def test_as_json_each_check_is_a_line(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "optim.py"
    file.write_text(MOMENTUM)
    watching = start("optim.py", "--json")
    statuses = [json.loads(watching.until("{")[-1])["algorithms"][1]["status"]]
    file.write_text(WRONG)
    statuses.append(json.loads(watching.until("{")[-1])["algorithms"][1]["status"])
    assert statuses == ["pass", "fail"]
    watching.interrupted()


def test_watching_in_silence_is_refused(gradstep: Gradstep, tmp_path: Path) -> None:
    (tmp_path / "optim.py").write_text(MOMENTUM)
    done = gradstep("check", "optim.py", "--watch", "-q")
    assert done.code == 2
    assert "leave out one of them" in done.sentence


# -- what is a save ---------------------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(watch, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


def text(saved: object) -> object:
    return next(iter(saved.files.values())).decode() if isinstance(saved, Submission) else saved


def test_what_is_there_is_taken_at_once_and_once(clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def (")
    saves = Saves(tmp_path / "a.py")
    assert text(saves.poll()) == "def ("
    assert saves.poll() is None


@pytest.mark.parametrize("half", ["", "   \n", "def (", "x = '\0'"])
def test_half_a_file_is_waited_for(clock: Clock, tmp_path: Path, half: str) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1")
    saves = Saves(file)
    saves.poll()
    file.write_text(half)
    assert saves.poll() is None
    clock.now += SETTLED / 2
    assert saves.poll() is None
    file.write_text("x = 2\n")
    assert text(saves.poll()) == "x = 2\n"


@pytest.mark.parametrize("half", ["", "def ("])
def test_half_a_file_that_stays_so_is_what_was_saved(clock: Clock, tmp_path: Path, half: str) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1")
    saves = Saves(file)
    saves.poll()
    file.write_text(half)
    saves.poll()
    clock.now += 2 * SETTLED
    assert text(saves.poll()) == half
    assert saves.poll() is None


def test_an_empty_file_that_was_there_before_keeps_nothing_waiting(clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("")
    (tmp_path / "a.py").write_text("x = 1")
    saves = Saves(tmp_path)
    saves.poll()
    (tmp_path / "a.py").write_text("x = 22")
    assert isinstance(saves.poll(), Submission)


def test_a_file_that_is_replaced_is_not_gone_and_one_that_is_removed_is_told_once(clock: Clock, tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1")
    saves = Saves(file)
    saves.poll()
    file.unlink()
    assert saves.poll() is None
    file.write_text("x = 2")
    assert text(saves.poll()) == "x = 2"
    file.unlink()
    saves.poll()
    clock.now += 2 * SETTLED
    assert [saves.poll(), saves.poll()] == ["gone", None]


def test_the_same_content_again_is_a_save_unless_it_comes_at_once(clock: Clock, tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1")
    saves = Saves(file)
    saves.poll()
    os.utime(file, ns=(1, 1))
    assert saves.poll() is None
    clock.now += TWICE
    os.utime(file, ns=(2, 2))
    assert text(saves.poll()) == "x = 1"


def test_another_content_under_the_same_stamp_is_seen_for_a_while(clock: Clock, tmp_path: Path) -> None:
    """Clocks of file systems tick slowly: two writes may bear the same time."""
    file = tmp_path / "a.py"
    file.write_text("x = 1")
    saves = Saves(file)
    saves.poll()
    file.write_text("x = 2")
    os.utime(file, ns=(5, 5))
    assert text(saves.poll()) == "x = 2"
    file.write_text("x = 3")
    os.utime(file, ns=(5, 5))
    assert text(saves.poll()) == "x = 3"
