"""How well students' code is walled off: what this machine can do, and what is chosen of it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from harness.runner import cgroups
from harness.runner.environment import clean_environment

Level = Literal["separate", "limited", "confined", "isolated", "strict"]

LEVELS: Sequence[str] = get_args(Level)
"""From the least to the most."""

PROBE_SECONDS = 60.0

BASICS: Mapping[Level, Sequence[str]] = {
    "separate": ("own process", "deadline"),
    "limited": ("own process", "clean environment", "resource limits", "deadline", "orphans swept"),
}
"""What needs nothing of the machine but that it is what it is."""

NEEDED: Mapping[Level, Sequence[str]] = {
    "confined": ("capabilities", "landlock", "seccomp"),
    "isolated": ("processes", "network", "mounts", "shared memory", "own /proc"),
    "strict": ("cgroup memory", "cgroup processes", "another user"),
}
"""The layers that make a level of the one below it."""

DOES: Mapping[str, str] = {
    "capabilities": "root is a user like any other",
    "landlock": "nothing can be opened but Python, its packages and a folder to write in",
    "seccomp": "no other process can be started, reached or ended, nor a socket opened",
    "processes": "other processes cannot be seen, and all of a submission's end together",
    "network": "there is none",
    "mounts": "the folder to write in lies in memory, with a limit on size and number of files",
    "shared memory": "none that others could reach, or that outlives the submission",
    "own /proc": "it shows nothing of other processes",
    "cgroup memory": "the kernel counts all memory of a submission",
    "cgroup processes": "the kernel counts all its threads",
    "another user": "to files, it is nobody",
}
"""What each layer is good for, in a sentence."""


class IsolationError(Exception):
    """The level that was asked for cannot be reached here; one sentence that says why."""


@dataclass(frozen=True)
class Layer:
    """One part of the wall: whether this machine can put it up and, if not, why."""

    name: str
    why_not: str | None = None

    @property
    def on(self) -> bool:
        return self.why_not is None


@dataclass(frozen=True)
class Isolation:
    """A level, and the layers that make it."""

    level: Level
    layers: tuple[str, ...]

    @property
    def walled(self) -> bool:
        """Whether it is a security boundary."""
        return LEVELS.index(self.level) >= LEVELS.index("confined")

    @property
    def rooms(self) -> bool:
        """Whether workers live in namespaces of their own."""
        return LEVELS.index(self.level) >= LEVELS.index("isolated")

    @property
    def strict(self) -> bool:
        return self.level == "strict"


def somebody(number: int) -> int:
    """Whom a worker becomes: one of the user numbers that systemd gives to services for a while, so that nobody has
    them."""
    return 61184 + number % 4336


def basic() -> Isolation:
    """No wall: a process of its own, and what limits the system has."""
    level: Level = "limited" if sys.platform == "linux" else "separate"
    return Isolation(level, tuple(BASICS[level]))


@cache
def probe() -> tuple[Layer, ...]:
    """Try every layer in a child that does nothing else; once."""
    if sys.platform != "linux":
        return tuple(Layer(name, "Linux only") for names in NEEDED.values() for name in names)
    with tempfile.TemporaryDirectory(prefix="gradstep-") as folder:
        command = [sys.executable, "-I", "-m", "harness.worker.wall.probe", folder, str(somebody(0))]
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=PROBE_SECONDS, env=clean_environment(), cwd="/", check=True
            )
            found = json.loads(done.stdout)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            found = {name: f"it could not be tried ({error})" for names in NEEDED.values() for name in names}
    found |= cgroups.probe()
    return tuple(Layer(name, found[name]) for names in NEEDED.values() for name in names)


def best(layers: Sequence[Layer]) -> Isolation:
    """The highest level whose layers are all there."""
    on = {layer.name for layer in layers if layer.on}
    reached = basic()
    for level, needed in NEEDED.items():
        if not on >= set(needed):
            break
        reached = Isolation(level, (*reached.layers, *needed))
    return reached


def above(reached: Isolation) -> Level | None:
    """The level above, if there is one that a machine can be made to reach."""
    return next((level for level in NEEDED if LEVELS.index(level) > LEVELS.index(reached.level)), None)


def choose(wanted: str, layers: Sequence[Layer]) -> Isolation:
    """The level ``wanted``, or the best there is for ``auto``; ``none`` is no wall. Raises :class:`IsolationError`."""
    if wanted == "none":
        return basic()
    reached = best(layers)
    if wanted == "auto":
        return reached
    kept = [level for level in NEEDED if LEVELS.index(level) <= LEVELS.index(wanted)]
    needed = [name for level in kept for name in NEEDED[level]]
    if LEVELS.index(reached.level) < LEVELS.index(kept[-1]):
        missing = [f"{layer.name}: {layer.why_not}" for layer in layers if not layer.on and layer.name in needed]
        raise IsolationError(
            f"--isolation {wanted} cannot be had on this machine ({'; '.join(missing)}). "
            f"The best here is {reached.level}."
        )
    return Isolation(kept[-1], (*basic().layers, *needed))
