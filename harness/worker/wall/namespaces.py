"""Worlds of a worker's own: its processes, its network, its files' mounts, its shared memory. See ``namespaces(7)``.

The zygote opens a process namespace and forks into it: that child is its first process, and when it ends, everything
in there does, however it hid. It mounts what the worker needs, forks the worker, and waits for it.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NoReturn

from harness.worker.wall import kernel
from harness.worker.wall.kernel import MACHINE, syscall

_UNSHARE: Final = {"x86_64": 272, "aarch64": 97}
_SETNS: Final = {"x86_64": 308, "aarch64": 268}
_MOUNT: Final = {"x86_64": 165, "aarch64": 40}

FILES, NAMES, SYSTEM_V, USERS, PROCESSES, NETWORK = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
"""What can be a namespace: mounts, host name, System V's memory and queues, users, processes, network."""

_OWN: Final = FILES | NAMES | SYSTEM_V | NETWORK

_NOSUID, _NODEV, _NOEXEC, _REC, _PRIVATE = 2, 4, 8, 16384, 1 << 18


def unshare(flags: int) -> None:
    """Leave these namespaces for new ones. Raises OSError."""
    syscall(_UNSHARE[MACHINE], ctypes.c_int(flags))


def own_users() -> None:
    """A namespace in which this process may open others, whoever it is; to files it is who it was. Raises OSError."""
    uid, gid = os.geteuid(), os.getegid()
    unshare(USERS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def own_world() -> None:
    """Go on in a child, as the first process of a namespace that this user may fork others from; the caller waits for
    it and ends as it does. Raises OSError."""
    own_users()
    unshare(PROCESSES | FILES)
    pid = os.fork()
    if pid != 0:
        os.close(0)
        _, status = os.waitpid(pid, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    kernel.die_with_parent()
    mount("none", "/", "", _REC | _PRIVATE)
    mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)


def fork_first(own: int) -> int:
    """Fork into a new process namespace, as its first process. ``own`` is a descriptor of the caller's own, where its
    further children go. Raises OSError."""
    unshare(PROCESSES)
    pid = -1
    try:
        pid = os.fork()
    finally:  # where it failed, too
        if pid != 0:
            syscall(_SETNS[MACHINE], ctypes.c_int(own), ctypes.c_int(PROCESSES))
    return pid


def furnish(folder: str, size_mb: int, files: int) -> None:
    """For the first process: no network, a /proc of its own, and a folder in memory, for so much and so many.

    Raises OSError.
    """
    unshare(_OWN)
    mount("none", "/", "", _REC | _PRIVATE)
    mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    options = f"size={size_mb}m,nr_inodes={files},mode=0777"
    mount("tmpfs", folder, "tmpfs", _NOSUID | _NODEV | _NOEXEC, options)


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Raises OSError."""
    syscall(
        _MOUNT[MACHINE],
        *(ctypes.c_char_p(os.fsencode(each)) for each in (source, target, kind)),
        ctypes.c_ulong(flags),
        ctypes.c_char_p(options.encode()),
    )


def wait_for(worker: Callable[[], NoReturn], report: int, others: Sequence[int]) -> NoReturn:
    """Fork the worker, bury whatever else ends here, and write how the worker ended to the descriptor ``report``.
    ``others`` are the worker's own descriptors.

    The first process of a namespace gets no signal that it has no handler for; so it is not the worker.
    """
    pid = os.fork()
    if pid == 0:
        os.close(report)
        worker()
    for descriptor in others:
        os.close(descriptor)
    while True:
        ended, status = os.wait()
        if ended == pid:
            os.write(report, status.to_bytes(4, "little"))
            os._exit(0)
