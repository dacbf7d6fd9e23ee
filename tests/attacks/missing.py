"""A zygote whose children lack one layer of the wall: the attacks on that layer must then be seen to get through.

What :func:`command` starts is such a zygote; nothing of the grader's may be imported here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.worker import student, wall, zygote
from harness.worker.wall import capabilities, landlock, namespaces, seccomp

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Missing:
    """How a layer is left out, the lowest level that it belongs to, and which attacks must then get through, none of
    which does harm where it does."""

    level: str
    leave_out: Callable[[], None]
    seen_by: Sequence[str]
    roots: bool = False
    """Whether it is missed where root grades alone: another user has no capabilities, and a zygote in namespaces."""


def nothing(*_: object) -> None:
    """Instead of a layer."""


def _set(where: Any, name: str, value: Any) -> Callable[[], None]:
    return lambda: setattr(where, name, value)


def _shared(namespace: int) -> Callable[[], None]:
    return lambda: setattr(namespaces, "_OWN", namespaces._OWN & ~namespace)


def _no_mounts() -> None:
    """What is mounted without a namespace of its own would be everybody's; so nothing is."""
    _shared(namespaces.FILES)()
    namespaces.mount = nothing


def _no_proc() -> None:
    mount = namespaces.mount
    namespaces.mount = lambda *what: None if what[2] == "proc" else mount(*what)


def _without_group(number: int) -> Callable[[], None]:
    """Of version 2 there is but one group for both."""
    settle = student._settle

    def settled(folder: str, memory: int, seconds: int, groups: Sequence[str]) -> student.Memory:
        return settle(folder, memory, seconds, groups[1 - number :][:1] if len(groups) == 2 else ())

    return _set(student, "_settle", settled)


LAYERS: Mapping[str, Missing] = {
    "capabilities": Missing("confined", _set(capabilities, "drop", nothing), ["kernel: more rights than it has"], True),
    "landlock": Missing(
        "confined",
        _set(landlock.Ruleset, "restrict", nothing),
        [
            "looking: opens the grader",
            "looking: other submissions",
            "writing: a file of others",
            "writing: a new folder",
        ],
    ),
    "seccomp": Missing(
        "confined",
        _set(seccomp, "restrict", nothing),
        [
            "forking: forks",
            "reaching: the zygote's limits",
            "network: a pair of sockets",
            "sharing: memory of System V",
        ],
    ),
    "processes": Missing(
        "isolated", _set(namespaces, "fork_first", lambda own: os.fork()), ["layers: its processes"], True
    ),
    "network": Missing("isolated", _shared(namespaces.NETWORK), ["layers: its network"]),
    "mounts": Missing("isolated", _no_mounts, ["layers: its mounts", "disk: ten files of 10 MB"], True),
    "shared memory": Missing("isolated", _shared(namespaces.SYSTEM_V), ["layers: its shared memory"]),
    "own /proc": Missing("isolated", _no_proc, ["layers: its /proc"], True),
    "cgroup memory": Missing("strict", _without_group(0), ["layers: its memory is counted"]),
    "cgroup processes": Missing(
        "strict", _without_group(1), ["layers: its threads are counted", "layers: three hundred threads"]
    ),
    "another user": Missing("strict", _set(wall, "become", nothing), ["layers: who it is"]),
}
"""By the names that :data:`harness.runner.isolation.NEEDED` has."""


def command(layer: str, zygotes: Sequence[str]) -> list[str]:
    """What to start instead of a zygote."""
    at = zygotes.index("-m")
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests.attacks import missing; missing.main()"
    return [*zygotes[:at], "-c", code, layer, *zygotes[at:]]


def main() -> None:
    """``LAYER -m harness.worker.zygote …``, as :func:`command` writes it."""
    LAYERS[sys.argv[1]].leave_out()
    sys.argv[1:] = sys.argv[4:]
    zygote.main()
