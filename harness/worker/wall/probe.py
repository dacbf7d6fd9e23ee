"""Which layers of the wall this machine lets us put up, found out by doing it.

``python -I -m harness.worker.wall.probe FOLDER UID`` tries each in a child of its own and prints a JSON object: by
layer, null where it stands, else why it does not.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import NoReturn

from harness.worker import wall
from harness.worker.wall import capabilities, landlock, namespaces, seccomp
from harness.worker.wall.kernel import no_new_privileges


def _landlock() -> None:
    rules = landlock.Ruleset()
    rules.allow(landlock.READ, ["/usr"])
    no_new_privileges()
    rules.restrict()
    _must_fail(lambda: os.listdir("/"))


def _seccomp() -> None:
    no_new_privileges()
    seccomp.restrict()
    _must_fail(os.fork)


def _must_fail(act: Callable[[], object]) -> None:
    """Raises OSError where what is forbidden works all the same: some sandboxes accept every layer and keep none."""
    try:
        act()
    except PermissionError:
        return
    raise OSError("it is accepted, but has no effect")


def _processes() -> None:
    _may_open_namespaces()
    own = os.open("/proc/self/ns/pid", os.O_RDONLY)
    pid = namespaces.fork_first(own)
    if pid == 0:
        os._exit(os.getpid() != 1)
    if os.waitpid(pid, 0)[1] != 0:
        raise OSError("the first process of a namespace is not process 1")


def _unshared(flags: int) -> Callable[[], None]:
    def act() -> None:
        _may_open_namespaces()
        namespaces.unshare(flags)

    return act


def _furnished(folder: str) -> Callable[[], None]:
    def act() -> None:
        _may_open_namespaces()
        pid = namespaces.fork_first(os.open("/proc/self/ns/pid", os.O_RDONLY))
        if pid == 0:
            _report(1, lambda: namespaces.furnish(folder, 1, 16))
        if os.waitpid(pid, 0)[1] != 0:
            raise OSError("a /proc and a folder in memory cannot be mounted")

    return act


def _may_open_namespaces() -> None:
    if os.geteuid() != 0:
        namespaces.own_world()


def _another_user(uid: int) -> Callable[[], None]:
    def act() -> None:
        if os.geteuid() != 0:
            raise OSError("only root can become somebody else: run as root")
        needed = [os.__file__, *(str(path) for path in wall.readable() if path.exists())]
        wall.become(uid)
        for path in needed:
            if path.startswith((sys.base_prefix, sys.prefix)) and not os.access(path, os.R_OK):
                raise OSError(f"another user cannot read {path}: install Python and gradstep where everybody can")

    return act


def layers(folder: str, uid: int) -> Mapping[str, Callable[[], None]]:
    return {
        "capabilities": capabilities.drop,
        "landlock": _landlock,
        "seccomp": _seccomp,
        "processes": _processes,
        "network": _unshared(namespaces.NETWORK),
        "mounts": _unshared(namespaces.FILES),
        "shared memory": _unshared(namespaces.SYSTEM_V),
        "own /proc": _furnished(folder),
        "another user": _another_user(uid),
    }


def attempt(act: Callable[[], None]) -> str | None:
    """Why ``act`` fails in a child of this process; None where it does not."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _report(writing, act)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        told = file.read().decode()
    _, status = os.waitpid(pid, 0)
    return None if status == 0 else told or f"the attempt ended with status {status}"


def _report(descriptor: int, act: Callable[[], None]) -> NoReturn:
    try:
        act()
    except KeyError as error:
        os.write(descriptor, f"gradstep does not know this machine's system calls ({error})".encode())
        os._exit(1)
    except BaseException as error:
        os.write(descriptor, str(error).encode()[:500])
        os._exit(1)
    os._exit(0)


def main() -> None:
    print(json.dumps({name: attempt(act) for name, act in layers(sys.argv[1], int(sys.argv[2])).items()}))


if __name__ == "__main__":
    main()
