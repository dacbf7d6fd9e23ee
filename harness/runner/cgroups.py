"""Control groups: what a worker and all that it starts may use together, counted by the kernel. See ``cgroups(7)``.

Both of the kernel's hierarchies are spoken: of version 2 there is one, of version 1 one for each controller.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")

PROCESSES = 256
"""Processes and threads a worker may have at once."""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Group:
    """One controller's group for one worker: its folder, and what is written into which file of it."""

    folder: Path
    limits: Mapping[str, str]

    @property
    def members(self) -> str:
        """The file a process joins by writing 0 into it."""
        return str(self.folder / "cgroup.procs")

    def make(self) -> None:
        """Raises OSError."""
        self.folder.mkdir()
        for name, value in self.limits.items():
            with contextlib.suppress(FileNotFoundError):  # no swap, no limit on it
                (self.folder / name).write_text(value)

    def remove(self) -> None:
        """Once all members are dead."""
        with contextlib.suppress(OSError):
            self.folder.rmdir()


def groups(memory_mb: int) -> list[Group]:
    """The groups for the next worker, none of them made yet. Raises OSError where there is no such controller."""
    name = f"gradstep-{os.getpid()}-{next(_numbers)}"
    memory = str(memory_mb << 20)
    unified = _own("")
    controllers = _text(ROOT / "cgroup.controllers").split()
    if unified is not None and {"memory", "pids"} <= set(controllers):
        return [Group(unified / name, {"memory.max": memory, "memory.swap.max": "0", "pids.max": str(PROCESSES)})]
    return [
        Group(_of("memory") / name, {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory}),
        Group(_of("pids") / name, {"pids.max": str(PROCESSES)}),
    ]


def probe() -> dict[str, str | None]:
    """Why there can be no groups here, by layer; None where there can."""
    try:
        with made(64):
            return {"cgroup memory": None, "cgroup processes": None}
    except OSError as error:
        why = f"{error}: run as root, where /sys/fs/cgroup can be written"
        return {"cgroup memory": why, "cgroup processes": why}


@contextlib.contextmanager
def made(memory_mb: int) -> Iterator[list[Group]]:
    """Groups that are there within the context. Raises OSError."""
    chosen = groups(memory_mb)
    try:
        for group in chosen:
            group.make()
        yield chosen
    finally:
        for group in chosen:
            group.remove()


def sweep() -> None:
    """Remove the groups that a killed grader left behind; what is still used cannot be."""
    for folder in filter(None, map(_own, ("", "memory", "pids"))):
        for group in folder.glob("gradstep-*-*"):
            number = group.name.split("-")[1]
            if number.isdigit() and not Path("/proc", number).exists():
                with contextlib.suppress(OSError):
                    group.rmdir()


def _of(controller: str) -> Path:
    found = _own(controller)
    if found is None:
        raise FileNotFoundError(f"there is no control group for {controller}")
    return found


def _own(controller: str) -> Path | None:
    """The folder of this process's own group under a controller; of version 2 for none."""
    for line in _text(Path("/proc/self/cgroup")).splitlines():
        _, names, path = line.split(":", 2)
        if controller in names.split(","):
            folder = ROOT / controller / path.lstrip("/")
            return folder if folder.is_dir() else None
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
