"""What a worker takes of the machine while it runs, looked at from outside, now and then: its threads, and its files
where they do not lie in memory. The kernel counts neither for one process; control groups, at ``strict``, do."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from harness.runner.scratch import FILES, FOLDER_MB

EVERY_SECONDS = 0.25
THREADS = 256

_FULL = (FOLDER_MB + 1) << 20  # what a file takes of a disk is a little more than what is in it


Taken = Literal["threads", "files", "flood"]


class Excess(Exception):  # noqa: N818  # a worker's, not an error of this program
    """A worker took more than it may: of what, and the message's parameters."""

    def __init__(self, kind: Taken, params: Mapping[str, Any]) -> None:
        super().__init__(kind)
        self.kind = kind
        self.params = params


class Watch:
    """One worker, watched. ``folder`` is where it may write, None where the kernel keeps count of that."""

    def __init__(self, pid: Callable[[], int | None], folder: str | None) -> None:
        """``pid`` finds the worker among this process's own; None where it is gone."""
        self._pid = pid
        self._folder = folder
        self._due = time.monotonic() + EVERY_SECONDS

    def glance(self) -> bool:
        """Look, where that is due, and say whether it was: what is asked of a worker may be quickly answered, a
        thousand times. Raises :class:`Excess`."""
        if time.monotonic() < self._due:
            return False
        self.look()
        self._due = time.monotonic() + EVERY_SECONDS
        return True

    def look(self) -> None:
        """Raises :class:`Excess`."""
        pid = self._pid()
        if pid is None:
            return
        if _threads(pid) > THREADS:
            raise Excess("threads", {"limit": THREADS})
        if self._folder is not None and _too_full(self._folder, _unlinked(pid, self._folder)):
            raise Excess("files", {"mb": FOLDER_MB, "limit": FILES})

    def waited(self) -> float | None:
        """Seconds that its first thread has stood in line for a core; None where that is not told."""
        try:
            _, nanoseconds, _ = Path(f"/proc/{self._pid()}/schedstat").read_text().split()
            return int(nanoseconds) / 1e9
        except (OSError, ValueError):
            return None


def _threads(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # it is gone, or this is no Linux
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Threads:")), 0)


def _unlinked(pid: int, folder: str) -> int:
    """Bytes of files that a process has open, or mapped from a folder, and that no folder holds any longer.

    Of one that is only mapped not everybody may know the size: it is taken for the largest that it can be.
    """
    found: dict[int, int] = {}  # by the file's number alone: some file systems give a mapping another device
    try:
        # the first thread may have ended before the others: its descriptors and mappings are not seen any more
        threads = [f"/proc/{pid}/task/{each}" for each in os.listdir(f"/proc/{pid}/task")]
        thread, descriptors = next(((each, names) for each in threads if (names := os.listdir(f"{each}/fd"))), ("", []))
        mapped = Path(thread, "maps").read_text(errors="replace").splitlines() if thread else []
    except OSError:  # it is gone, or this is no Linux
        return 0
    begin = f"{os.path.realpath(folder)}/"
    for line in mapped:
        if line.endswith(" (deleted)"):
            *_, number, name = line.split(maxsplit=5)
            if name.startswith(begin):
                found[int(number)] = FOLDER_MB << 20
    for each in descriptors:
        with suppress(OSError):  # closed meanwhile
            status = os.stat(f"{thread}/fd/{each}")
            if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                found[status.st_ino] = 512 * status.st_blocks
    return sum(found.values())


def _too_full(folder: str, size: int) -> bool:
    """Whether there is more in a folder than a worker may write, ``size`` bytes being written already: in bytes, in
    number, or in folders that cannot be looked into, closed or too far down."""
    number, waiting = 0, [folder]
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as listing:
                for each in listing:
                    with suppress(FileNotFoundError):  # removed meanwhile
                        status = os.lstat(each.path)
                        size += 512 * status.st_blocks
                        if stat.S_ISDIR(status.st_mode):
                            waiting.append(each.path)
                    number += 1
                    if number > FILES or size > _FULL:
                        return True
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            if not _closed(place):
                return True
    return size > _FULL


def _closed(folder: str) -> bool:
    """Whether nothing can be in a folder, since its owner may not put anything there either."""
    with suppress(OSError):
        return os.lstat(folder).st_mode & 0o300 != 0o300
    return False
