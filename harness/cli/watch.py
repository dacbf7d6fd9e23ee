"""``gradstep check --watch``: checked again at every save, and what changed since is shown."""

from __future__ import annotations

import ast
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness import intake
from harness.batch import Batch
from harness.intake import Submission
from harness.results import SubmissionResult

POLL = 0.05
"""Seconds between two looks at the files."""

SETTLED = 0.3
"""So long a file that is gone, empty or no Python may be one that is being saved."""

TWICE = 1.0
"""Within so many seconds the same content again is the same save: editors write some files twice."""

PATIENCE = 3.0
"""A check that has taken so long, in an endless loop as like as not, is given up for the next save."""

Gone = Literal["gone"]


class Saves:
    """What is saved at a path, seen by asking again and again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp, self._since = intake.stamp(path), 0.0  # it has stood so for as long as anybody knows
        self._reported: object = self  # no stamp at all
        self._content: tuple[str, float] | None = None
        self._files: dict[str, bytes] = {}

    def poll(self) -> Submission | Gone | None:
        """The submission, if it was saved since the last time; "gone", once, when there is none; else None.

        What is half saved is waited for, and is reported as it is when it stays so.
        """
        stamp, now = intake.stamp(self._path), time.monotonic()
        if stamp != self._stamp:
            self._stamp, self._since = stamp, now
        settled = now - self._since >= SETTLED
        if settled and stamp == self._reported:
            return None
        submission = _read(self._path)
        if not settled and not self._whole(submission):
            return None
        content = submission.sha256 if submission else ""
        if self._content is not None and content == self._content[0]:
            again = stamp == self._reported or now - self._content[1] < TWICE
            self._reported = stamp
            if again:
                return None
        self._reported, self._content = stamp, (content, now)
        self._files = dict(submission.files) if submission else {}
        return submission or "gone"

    def _whole(self, submission: Submission | None) -> bool:
        if submission is None or submission.problem:
            return False
        return all(_is_python(each) for name, each in submission.files.items() if self._files.get(name) != each)


def _read(path: Path) -> Submission | None:
    try:
        return intake.read(path)
    except intake.IntakeError:
        return None


def _is_python(source: bytes) -> bool:
    """Whether it is a module that an editor may have meant: not empty, without an error of syntax."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return bool(source.strip())


@dataclass(frozen=True)
class Checked:
    """One check: what it came to, when it was done and how long it took."""

    result: SubmissionResult
    at: str
    seconds: float


def watch(
    path: Path,
    batch: Batch,
    show: Callable[[Checked, SubmissionResult | None], None],
    tell: Callable[[str], None],
) -> SubmissionResult:
    """Check at every save until Ctrl-C, and return the last result. ``show`` gets each with the one before it, ``tell``
    what else is to be said."""
    saves, last = Saves(path), None
    saved = saves.poll()
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="watch") as pool:
            while True:
                if saved is None:
                    time.sleep(POLL)
                    saved = saves.poll()
                elif isinstance(saved, Submission):
                    checked, saved = _check(saved, batch, pool, saves, tell)
                    if checked is not None:
                        before, last = last, checked.result
                        show(checked, before)
                        if saved is None:  # a check that is due comes first
                            batch.ask_torch_ahead()
                else:
                    tell(f"{path}: is gone, or holds no .py file; it is checked again when that is back.")
                    saved = None
    except KeyboardInterrupt:
        if last is None:
            raise
        return last


def _check(
    submission: Submission, batch: Batch, pool: ThreadPoolExecutor, saves: Saves, tell: Callable[[str], None]
) -> tuple[Checked | None, Submission | Gone | None]:
    """One check, and what was saved meanwhile where it was given up for that."""
    if batch.has_to_import_torch(submission):
        tell("torch is being imported, which takes a moment.")
    began = time.monotonic()
    running = pool.submit(lambda: next(batch.grade([submission])))
    try:
        saved = None
        while wait([running], timeout=POLL).not_done:
            if time.monotonic() - began > PATIENCE and (saved := saves.poll()) is not None:
                return None, saved
        seconds = time.monotonic() - began
        return Checked(running.result(), time.strftime("%H:%M:%S"), seconds), saved
    finally:
        if not running.done():
            batch.abandon(submission)
