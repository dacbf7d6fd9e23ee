"""How far a batch is: on a terminal, on one that can do nothing, in a line a submission."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from harness.batch import Batch
from harness.cli import progress
from harness.cli.progress import Bar, SoFar, State, shown, told
from harness.report.wording import columns, cut, duration
from harness.results import LoadError, Message, SubmissionResult
from tests.cli.screen import Screen
from tests.cli.test_process import GRADSTEP, environment
from tests.cohort import COHORT, EXAMPLES, got, student
from tests.graded import MOMENTUM
from tests.runner.processes import children

BUSY = State(123, 300, 97.2, "3 harness error, 2 timeout, 1 crashed, 14 wrong")
STUCK = State(12, 300, 60.0, "2 timeout", ("김철수", "lee", "박영희"))
WIDTHS = (1, 5, 10, 19, 20, 21, 30, 40, 59, 60, 61, 80, 100, 200, 1000)


@dataclass
class Running:
    """What of a batch is looked at."""

    running: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


# -- the line ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "width", "line"),
    [
        (BUSY, 20, "123/300  2:20 left"),
        (BUSY, 40, "123/300  41%  1.3/s  2:20 left"),
        (BUSY, 60, "123/300  41%  1.3/s  2:20 left  3 harness error, 2 timeout…"),
        (BUSY, 80, "[###.....]  123/300  41%  1.3/s  2:20 left  3 harness error, 2 timeout, 1 cras…"),
        (
            BUSY,
            120,
            "[#######...........]  123/300  41%  1.3/s  2:20 left  3 harness error, 2 timeout, 1 crashed, 14 wrong",
        ),
        (STUCK, 20, "12/300  김철수, le…"),
        (STUCK, 40, "12/300  waiting for: 김철수, lee, 박영…"),
        (STUCK, 120, f"[{'.' * 18}]  12/300  4%  12.0/min  24:00 left  waiting for: 김철수, lee, 박영희"),
        (State(0, 300, 0.0), 80, f"[{'.' * 8}]  0/300  0%  0:00 so far"),
        (State(0, 300, 67.0), 20, "0/300  1:07 so far"),
        (State(300, 300, 60.0), 80, f"[{'#' * 8}]  300/300  100%  5.0/s  0:00 left"),
        (State(299, 300, 60.0, taken=297), 80, "[#######.]  299/300  99%  2.0/min  0:30 left"),
        (State(297, 300, 60.0, taken=297), 80, "[#######.]  297/300  99%  1:00 so far"),
        (State(1, 2, 0.0), 80, "[####....]  1/2  50%  0:00 left"),
    ],
)
def test_the_line_has_what_matters_most_in_a_width(state: State, width: int, line: str) -> None:
    assert state.line(width) == line


@pytest.mark.parametrize("state", [BUSY, STUCK, State(0, 300, 7.0), State(100_000, 100_000, 360_000.0)])
def test_the_line_never_fills_a_terminal(state: State) -> None:
    for width in WIDTHS:
        assert columns(state.line(width)) < max(width, len(state.count) + 1)
        assert state.line(width).isprintable()


def test_times_as_clocks_show_them() -> None:
    assert [duration(seconds) for seconds in (0, 0.4, 59.4, 59.6, 3599.6, 7205)] == [
        "0:00", "0:00", "0:59", "1:00", "1:00:00", "2:00:05",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "width"), [("kim", 3), ("김철수", 6), ("e\u0301" * 3, 3), ("\u1100\u1161\u11a8", 2), ("한a", 3)]
)
def test_columns_of_letters_that_are_wide_or_stand_on_others(text: str, width: int) -> None:
    assert columns(text) == width
    assert cut(text, width) == text
    assert columns(cut(text, width - 1)) <= width - 1
    assert cut(text, 0) == ""


# -- counting ---------------------------------------------------------------------------------------------------------

BROKEN = student("broken", load_error=LoadError(Message("syntax_error", EXAMPLES["syntax_error"])))


def test_it_counts_what_is_wrong_the_worst_first() -> None:
    so_far = SoFar(13, Running())
    for each in COHORT.submissions:
        so_far.add(each)
    assert so_far.now().wrong.startswith("1 harness error, 2 not loaded, 1 forbidden, 1 timeout, 1 crashed, ")
    assert so_far.now().count == "13/13"


def test_what_was_taken_over_says_nothing_of_the_rest() -> None:
    so_far = SoFar(13, Running(seconds={COHORT.submissions[1].id: 0.1}))
    for each in COHORT.submissions[:3]:
        so_far.add(each)
    assert (so_far.now().done, so_far.now().taken) == (3, 2)


def test_what_runs_is_told_once_nothing_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    running = {"lee": 20.0, "kim": 10.0}
    so_far = SoFar(13, Running(running))
    assert so_far.now().waiting == ()
    monkeypatch.setattr(progress, "SILENT", 0.0)
    assert so_far.now().waiting == ("kim", "lee"), "what runs longest first"
    running.clear()
    assert so_far.now().waiting == ()


# -- on a terminal ----------------------------------------------------------------------------------------------------


class Terminal:
    """A terminal of a width, and all that is written to it."""

    def __init__(self, width: int) -> None:
        self._ours, theirs = pty.openpty()
        self.stream = os.fdopen(theirs, "w", encoding="utf-8")
        self.resize(width)
        self._chunks: list[bytes] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def resize(self, width: int) -> None:
        fcntl.ioctl(self.stream, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))

    def _read(self) -> None:
        with suppress(OSError):  # how Linux says that the other side is closed
            while chunk := os.read(self._ours, 1 << 16):
                self._chunks.append(chunk)

    def close(self) -> str:
        self.stream.close()
        self._reader.join()
        os.close(self._ours)
        return b"".join(self._chunks).decode()


def drawn(terminal: Terminal, *states: tuple[int, State]) -> str:
    """What is written where the terminal has these widths at these states, which are looked at one after another."""
    over, rest = threading.Event(), iter(states)

    def now() -> State:
        width, state = next(rest, states[-1])
        terminal.resize(width)
        if (width, state) == states[-1]:
            over.set()
        return state

    with Bar(terminal.stream, now):
        assert over.wait(20)
    return terminal.close()


def frames(written: str) -> list[str]:
    """The lines that were drawn, one after another."""
    return [each for each in re.split(r"\r\x1b\[J|\r", written) if each]


def test_the_line_is_drawn_and_then_gone() -> None:
    written = drawn(Terminal(80), (80, State(0, 300, 1.0)), (80, BUSY), (80, STUCK))
    assert frames(written) == [each.line(80) for each in (State(0, 300, 1.0), BUSY, STUCK)]
    for end in (found.end() for found in re.finditer(r"\x1b\[J[^\r]+\r", written)):
        assert len(Screen().write("before\r\n" + written[:end]).lines) == 2, "it stays in one line"
    assert Screen().write(f"before\r\n{written}after").lines == ["before", "after"]


def test_what_says_nothing_new_is_not_drawn_again() -> None:
    assert frames(drawn(Terminal(80), (80, BUSY), (80, BUSY), (80, BUSY), (80, STUCK))) == [
        BUSY.line(80),
        STUCK.line(80),
    ]


def test_a_window_that_changes_its_width() -> None:
    widths = (80, 20, 133, 40)
    written = drawn(Terminal(80), *((width, BUSY) for width in widths))
    assert frames(written) == [BUSY.line(width) for width in widths]


def test_a_window_made_narrower_keeps_nothing_of_the_wide_line() -> None:
    written = drawn(Terminal(80), (80, BUSY), (20, BUSY))
    screen = Screen(80).write(f"before\r\n{BUSY.line(80)}\r")
    screen._rows[1:] = [screen._rows[1][at : at + 20] for at in range(0, 80, 20)]  # the window is narrow now: 4 lines
    screen.width = 20
    _, _, later = written.partition(f"{BUSY.line(80)}\r")
    assert screen.write(later).lines == ["before", ""]


def test_a_terminal_that_does_not_tell_its_width() -> None:
    assert frames(drawn(Terminal(0), (0, BUSY))) == [BUSY.line(80)]


def test_a_terminal_that_is_gone_ends_no_batch() -> None:
    ours, theirs = pty.openpty()
    stream = os.fdopen(theirs, "w")
    os.close(ours)
    bar = Bar(stream, lambda: BUSY)
    with bar:
        bar._thread.join(20)
        assert not bar._thread.is_alive()
    with suppress(OSError):
        stream.close()


# -- which of them ----------------------------------------------------------------------------------------------------


COHORT_20 = [replace(student(f"s{number}"), score=number) for number in range(20)]


def shown_of(
    results: Iterator[SubmissionResult], total: int, batch: Running, quiet: bool, verbose: bool
) -> Iterator[SubmissionResult]:
    """Of a batch it is only looked at what runs."""
    return shown(results, total, cast(Batch, batch), quiet, verbose)


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Terminal]:
    monkeypatch.setenv("TERM", "xterm")

    def terminal() -> Terminal:
        made = Terminal(80)
        monkeypatch.setattr("sys.stderr", made.stream)
        return made

    return terminal


@pytest.mark.parametrize(("quiet", "verbose"), [(True, False), (True, True)])
def test_quiet_is_silent(stderr: Callable[[], Terminal], quiet: bool, verbose: bool) -> None:
    terminal = stderr()
    assert list(shown_of(iter(COHORT_20), 20, Running(), quiet, verbose)) == COHORT_20
    assert terminal.close() == ""


def test_no_terminal_is_shown_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert list(shown_of(iter(COHORT_20), 20, Running(), False, False)) == COHORT_20
    assert capfd.readouterr() == ("", "")


def test_a_terminal_that_can_do_nothing_is_told_every_tenth(
    stderr: Callable[[], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    terminal = stderr()
    batch = Running(seconds={each.id: 0.1 for each in COHORT_20})
    assert list(shown_of(iter(COHORT_20), 20, batch, False, False)) == COHORT_20
    written = terminal.close()
    assert re.findall(r"(?m)^gradstep: (\d+)/20 graded, \d:\d\d left\r$", written) == [
        str(number) for number in range(2, 21, 2)
    ]
    assert len(written.splitlines()) == 10
    assert "\x1b" not in written
    assert "\r" not in written.replace("\r\n", "")


def test_few_submissions_are_told_one_by_one(stderr: Callable[[], Terminal], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    terminal = stderr()
    list(shown_of(iter(COHORT_20[:3]), 3, Running(), False, False))
    assert re.findall(r"(\d+)/3 graded", terminal.close()) == ["1", "2", "3"]


def test_what_is_done_is_told_when_the_caller_has_it(stderr: Callable[[], Terminal]) -> None:
    terminal, kept = stderr(), []
    for result in shown_of(iter(COHORT_20), 20, Running(), False, True):
        kept.append(result)
        if len(kept) == 3:
            break  # as Ctrl-C would
    assert [line.partition(":")[0] for line in terminal.close().splitlines()] == ["s0", "s1"]


@pytest.mark.parametrize(
    ("result", "seconds", "line"),
    [
        (student("kim"), 0.44, "kim: 14 / 14, 0.4 s"),
        (
            student("김철수", got("adam", "fail", "diverges", 1 / 3)),
            12.0,
            "김철수: 13.33 / 14 (1 partly right), 12.0 s",
        ),
        (
            student(
                "lee", got("adam", "timeout", "timeout"), got("sgd", "fail", "diverges"), got("nag", "crash", None)
            ),
            20.26,
            "lee: 11 / 14 (1 timeout, 1 crashed, 1 wrong), 20.3 s",
        ),
        (
            student("lee", got("adam", "dialect", "dialect", 1.0), got("sgd", "missing", None)),
            1.0,
            "lee: 13 / 14, 1.0 s",
        ),
        (BROKEN, None, "broken: 0 / 14 (1 not loaded)"),
    ],
)
def test_a_submission_in_a_line(result: SubmissionResult, seconds: float | None, line: str) -> None:
    assert told(result, seconds) == line


# -- the command ------------------------------------------------------------------------------------------------------


class Command:
    """``gradstep grade``, or another verb, at a terminal of its own, where Ctrl-C is typed."""

    def __init__(
        self,
        folder: Path,
        *options: str,
        verb: Sequence[str] = ("grade", "submissions"),
        width: int = 80,
        **variables: str,
    ) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        self.process = subprocess.Popen(
            [*GRADSTEP, *verb, "--only=momentum", *options],
            cwd=folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment(**variables),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        self.written = ""

    def read_until(self, wanted: str) -> None:
        while not re.search(wanted, self.written):
            self.written += os.read(self._ours, 1 << 16).decode(errors="replace")

    def type(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def end(self) -> int:
        with suppress(OSError):
            while chunk := os.read(self._ours, 1 << 16):
                self.written += chunk.decode(errors="replace")
        os.close(self._ours)
        return self.process.wait(60)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "kim.py").write_text(MOMENTUM)
    yield tmp_path
    assert not [pid for pid in children() if Path(f"/proc/{pid}/cwd").resolve() == tmp_path]


@pytest.mark.slow
def test_the_terminal_is_clean_after_a_batch(folder: Path) -> None:
    command = Command(folder)
    assert command.end() == 0
    assert re.search(r"\[\.+\]  0/1  0%  \d:\d\d so far", command.written)
    first, *_, last = [line for line in Screen().write(command.written).lines if line]
    assert first == "Training Neural Networks III"
    assert last == "reports/hw8/index.html"
    assert not re.search(r"\d/1 ", "\n".join(Screen().write(command.written).lines))


@pytest.mark.slow
@pytest.mark.parametrize("width", [20, 80])
def test_a_submission_that_hangs_is_named_and_ctrl_c_leaves_a_clean_terminal(folder: Path, width: int) -> None:
    (folder / "submissions" / "홍길동.py").write_text("while True: pass")
    command = Command(folder, "--timeout=600", "--isolation=none", "--trust-submissions", width=width)
    command.read_until(r"1/2 [^\r]*홍길동")
    command.type(b"\x03")
    assert command.end() == 130
    screen = Screen(1000).write(command.written)  # so wide that no sentence is folded
    assert [line for line in screen.lines if line] == [
        "gradstep: interrupted; 1 not graded. The others are in reports/hw8. The same command goes on from there."
    ]


@pytest.mark.slow
def test_what_follows_a_watch_begins_on_a_line_of_its_own(folder: Path) -> None:
    command = Command(folder, verb=("check", "submissions/kim.py", "--watch"))
    command.read_until("Ctrl-C ends")
    command.type(b"\x03")
    assert command.end() == 0
    assert command.written.endswith("^C\r\n")


@pytest.mark.slow
@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["no colour", "dumb"])
def test_no_colours(folder: Path, variables: dict[str, str]) -> None:
    command = Command(folder, **variables)
    assert command.end() == 0
    assert not re.search(r"\x1b\[[0-9;]*m", command.written)
    if "TERM" in variables:
        assert re.match(r"gradstep: 1/1 graded, 0:00 left\r\nTraining", command.written)
        assert "\x1b" not in command.written
        assert "\r" not in command.written.replace("\r\n", "")
