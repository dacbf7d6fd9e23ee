"""The command as a process of its own: terminals, pipes, signals, encodings."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.results import read_results
from tests.graded import MOMENTUM
from tests.runner.processes import alive, eventually

GRADSTEP = [sys.executable, "-m", "harness"]


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    folder = tmp_path / "submissions"
    folder.mkdir()
    for name in ("kim", "lee"):
        (folder / f"{name}.py").write_text(MOMENTUM)
    return folder


def environment(**more: str) -> Mapping[str, str]:
    return {**os.environ, "TERM": "xterm", **more}


def on_a_terminal(*arguments: str, cwd: Path, **variables: str) -> tuple[int, str]:
    """Exit code and everything a terminal would show."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*GRADSTEP, *arguments], cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**variables)
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 1 << 16):
            shown += chunk
    except OSError:  # how Linux says that the other side is closed
        pass
    os.close(ours)
    return process.wait(), shown.decode()


@pytest.mark.parametrize(
    ("variables", "options", "coloured"),
    [
        ({}, [], True),
        ({"NO_COLOR": "1"}, [], False),
        ({"NO_COLOR": ""}, [], True),
        ({}, ["--color", "never"], False),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
        ({"TERM": "dumb"}, [], False),
    ],
)
def test_colour_on_a_terminal(tmp_path: Path, variables: dict[str, str], options: list[str], coloured: bool) -> None:
    code, shown = on_a_terminal("list", *options, cwd=tmp_path, **variables)
    assert code == 0
    assert ("\x1b[" in shown) is coloured


@pytest.mark.slow
@pytest.mark.parametrize(("option", "bar"), [("--color=auto", True), ("-q", False), ("-v", False)])
def test_a_bar_on_a_terminal(submissions: Path, option: str, bar: bool) -> None:
    code, shown = on_a_terminal("grade", str(submissions), "--only=momentum", option, cwd=submissions.parent)
    assert code == 0
    assert bool(re.search(r"\[\.+\]  0/2  0%", shown)) is bar
    assert bool(re.search(r"(?m)^kim: 1 / 1, \d+\.\d s\r$", shown)) is (option == "-v")
    if option == "-q":
        assert shown == ""


def test_a_pipe_that_is_closed_early_is_no_fault() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*GRADSTEP, "list"], stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert done.returncode == 1
    assert done.stderr == ""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp949", "utf-8"])
@pytest.mark.parametrize("command", [["list"], ["explain", "adam"]])
def test_a_terminal_of_any_encoding(command: list[str], encoding: str) -> None:
    done = subprocess.run(
        [*GRADSTEP, *command], capture_output=True, env=environment(PYTHONIOENCODING=encoding), check=False
    )
    assert done.returncode == 0
    assert b"beta1=0.9" in done.stdout
    assert done.stderr == b""


class Interrupted:
    """``gradstep`` at a submission that notes its process and then never ends, and Ctrl-C at that moment.

    There is no wall: behind one it could note nothing. What is left there, ``tests/runner/test_killed.py`` tells.
    """

    def __init__(
        self,
        verb: str,
        folder: Path,
        *options: str,
        also: Mapping[str, str] | None = None,
        by: signal.Signals = signal.SIGINT,
    ) -> None:
        notes = folder / "notes"
        notes.mkdir()
        endless = f"""
            import os, time
            for pid in (os.getpid(), os.getppid()):
                os.mkdir(f"{notes}/{{pid}}")
            while True: time.sleep(600)
            """
        (folder / "submissions").mkdir()
        for name, source in {"zoe": textwrap.dedent(endless), **(also or {})}.items():
            (folder / "submissions" / f"{name}.py").write_text(source)
        path = "submissions" if verb == "grade" else "submissions/zoe.py"
        process = subprocess.Popen(
            [*GRADSTEP, verb, path, "--only=momentum", "--timeout=600", "--isolation=none", *options],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert eventually(lambda: len(list(notes.iterdir())) == 2)
        process.send_signal(by)
        self.out, self.err = process.communicate(timeout=60)
        self.code = process.returncode
        self.left = [pid for pid in (int(note.name) for note in notes.iterdir()) if alive(pid)]


INTERRUPTED = (
    "gradstep: interrupted; 1 not graded. The others are in reports/hw8. The same command goes on from there.\n"
)


@pytest.mark.slow
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_batch_writes_what_is_done_says_so_and_leaves_no_process(
    tmp_path: Path, by: signal.Signals
) -> None:
    also = {"ann": MOMENTUM, "bob": MOMENTUM}
    done = Interrupted("grade", tmp_path, "--trust-submissions", "--jobs=1", also=also, by=by)
    assert done.code == 130
    assert done.err == INTERRUPTED
    assert done.left == []
    results = read_results(tmp_path / "reports" / "hw8" / "results.json")
    assert [(each.id, each.score) for each in results.submissions] == [("ann", 1), ("bob", 1)]
    assert (tmp_path / "reports" / "hw8" / "index.html").exists()


@pytest.mark.slow
def test_a_batch_interrupted_before_anything_is_done(tmp_path: Path) -> None:
    done = Interrupted("grade", tmp_path, "--trust-submissions")
    assert done.code == 130
    assert done.err == "gradstep: interrupted; 1 not graded.\n"
    assert done.left == []
    assert [file.name for file in (tmp_path / "reports" / "hw8").iterdir()] == ["journal.jsonl"]


@pytest.mark.slow
def test_an_interrupted_check(tmp_path: Path) -> None:
    done = Interrupted("check", tmp_path)
    assert (done.code, done.out) == (130, "")
    assert done.err.splitlines()[1:] == ["gradstep: interrupted."]  # after the warning that there is no wall
    assert done.left == []
