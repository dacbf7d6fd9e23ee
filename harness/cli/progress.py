"""How far ``gradstep grade`` is: one line of a terminal, drawn again and again, or with ``-v`` a line a submission."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from harness.cli import options
from harness.report import tally
from harness.report.marks import WORST, Mark
from harness.report.wording import columns, cut, duration, line, points, short

if TYPE_CHECKING:
    from harness.batch import Batch
    from harness.results import SubmissionResult

REDRAWN = 0.1
"""Seconds between two looks at how far it is."""

SILENT = 5.0
"""After so many seconds in which nothing was finished, it is told what is waited for."""

WIDTH = 80
"""The width of a terminal that does not tell its own."""

_ERASE = "\r\x1b[J"
"""To the beginning of the line, and away with all from there on, also where a narrower window made two lines of it."""


def shown(
    results: Iterator[SubmissionResult], total: int, batch: Batch, quiet: bool, verbose: bool
) -> Iterator[SubmissionResult]:
    """``results`` as they come, and on standard error how far they are: on a terminal only, unless ``verbose``."""
    if quiet or not (verbose or sys.stderr.isatty()):
        yield from results
        return
    so_far = SoFar(total, batch)
    if verbose:
        for result in results:
            yield result
            options.tell(told(result, batch.seconds.get(result.id)))  # not before the caller has it, and keeps it
    elif os.environ.get("TERM") == "dumb":
        for result in results:
            yield result
            if so_far.add(result):
                options.tell(f"gradstep: {so_far.now().in_words}")
    else:
        with Bar(sys.stderr, so_far.now):
            for result in results:
                so_far.add(result)
                yield result


def told(result: SubmissionResult, seconds: float | None) -> str:
    """A submission in a line: what it scored, what is wrong, how long its code ran."""
    wrong = tally.counted(tally.marks_of(result), WORST)
    return (
        f"{result.id}: {points(result.score)} / {points(result.max_points)}"
        + (f" ({wrong})" if wrong else "")
        + ("" if seconds is None else f", {seconds:.1f} s")
    )


@dataclass(frozen=True)
class State:
    """How far a batch is.

    ``waiting``: what runs, if nothing has been finished for a while. ``taken``: how many of those that are done were
    not run for it; they say nothing of how long the others take.
    """

    done: int
    total: int
    seconds: float
    wrong: str = ""
    waiting: tuple[str, ...] = ()
    taken: int = 0

    @property
    def count(self) -> str:
        return f"{self.done}/{self.total}"

    @property
    def rate(self) -> str:
        """Submissions a second, or a minute where that is too few to count."""
        if self.done == self.taken or not self.seconds:
            return ""
        rate = (self.done - self.taken) / self.seconds
        return f"{rate:.1f}/s" if rate >= 0.95 else f"{60 * rate:.1f}/min"

    @property
    def left(self) -> str:
        """The time that is left, at the rate so far; before there is one, the time gone."""
        if self.done == self.taken:
            return f"{duration(self.seconds)} so far"
        return f"{duration(self.seconds / (self.done - self.taken) * (self.total - self.done))} left"

    @property
    def in_words(self) -> str:
        return ", ".join(each for each in (f"{self.count} graded", self.left, self.wrong) if each)

    def line(self, width: int) -> str:
        """All of it in less than ``width`` columns, or what of it matters most."""
        room = width - 1  # where the last column is written to, some terminals begin a new line
        names = line(", ".join(self.waiting))
        percent = f"{100 * self.done // self.total}%"
        kept = [self.count, self.left, percent, self.rate]  # what is dropped first stands last
        bar = min(8 + max(0, room - 79) // 4, 30) if room >= 60 else 0  # of one length, whatever else is told
        tail = 26 if names else 0
        while len(kept) > 1 and columns("  ".join(kept)) + tail > room:
            kept.pop()
        facts = "  ".join(each for each in (self.count, percent, self.rate, self.left) if each and each in kept)
        begin = f"{_bar(self.done / self.total, bar)}  {facts}" if bar else facts
        rest = room - columns(begin) - 2
        if names:
            last = cut(f"waiting for: {names}" if rest >= 22 else names, rest)
        else:
            last = cut(self.wrong, rest) if rest >= 10 else ""
        return f"{begin}  {last}" if last else begin


def _bar(share: float, length: int) -> str:
    return f"[{'#' * int(share * length):.<{length}}]"


class SoFar:
    """Counts what is done. One thread adds, another may look."""

    def __init__(self, total: int, batch: Batch) -> None:
        self._total = total
        self._batch = batch
        self._done = self._taken = 0
        self._marks: Counter[Mark] = Counter()
        self._begun = self._last = time.monotonic()

    def add(self, result: SubmissionResult) -> bool:
        """Count a submission; whether that fills another tenth of all."""
        before = 10 * self._done // self._total
        self._marks = self._marks + tally.marks_of(result)
        self._last = time.monotonic()
        self._taken += result.id not in self._batch.seconds
        self._done += 1
        return 10 * self._done // self._total > before

    def now(self) -> State:
        now = time.monotonic()
        running = dict(self._batch.running)  # at once: the batch goes on meanwhile
        waiting = sorted(running, key=running.__getitem__) if now - self._last >= SILENT else []
        names = tuple(short(each, 60) for each in waiting)
        return State(self._done, self._total, now - self._begun, tally.counted(self._marks, WORST), names, self._taken)


class Bar:
    """A context manager: while it is entered, a thread of its own keeps the line up to date; then the line is gone."""

    def __init__(self, stream: TextIO, now: Callable[[], State]) -> None:
        self._stream = stream
        self._now = now
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._draw, name="progress", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _draw(self) -> None:
        drawn = ""
        with contextlib.suppress(OSError):  # a terminal that is gone is shown nothing, and the batch goes on
            try:
                while not self._over.is_set():
                    text = self._now().line(self._width())
                    if text != drawn:
                        # the cursor goes back to the beginning: there a "^C" does no harm, and there it stays when the
                        # window is made narrower
                        self._write(f"{_ERASE}{text}\r")
                        drawn = text
                    self._over.wait(REDRAWN)
            finally:
                self._write(_ERASE)

    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or WIDTH
        except (OSError, ValueError):
            return WIDTH

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
