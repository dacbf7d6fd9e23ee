"""A process that has imported what is slow to import, and forks others which then need not.

Started by exec, ``python -m harness.worker.zygote [--rooms] [--barred=NAME,…] MODULE …``, with its control socket as
standard input. It imports the modules, one with a ``?`` behind it where there is one, then obeys its parent, one
request at a time:

* ``{"op": "fork", "entry": "module:function", "room": null}``, one end of a socket pair and one of a pipe: fork a
  child that calls the function with the socket and never returns, and whose output goes down the pipe; answers
  ``{"pid": …}``, or ``{"unforked": …}``, why not. Where ``room`` is ``{"folder": …, "size_mb": …, "files": …}``, the
  child lives in namespaces of its own, and the folder in memory.
* ``{"op": "bury", "pid": …, "ended": false}``: kill that child and what is left of its process group, and whatever it
  left behind that was handed to us as the next of kin; answers ``{"signal": …, "code": …}``, how it had ended by
  itself, or nothing in either where it had not. ``ended`` says that it seems to have: its end is then waited for.

It runs no student code, holds no reference and no seed. It never runs a torch operation either: a child forked after
a threaded one hangs for ever.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from harness.worker import wire
from harness.worker.wall import kernel

ROOMS, BARRED = "--rooms", "--barred="
"""The arguments by which children can live in namespaces of their own, which may take one for this process first, and
by which the wall knows early what it will hide."""

Room = Mapping[str, Any]

_FOREVER = 10.0**9
_ENDING_SECONDS = 1.0
_CROWDED = (errno.EAGAIN, errno.ENOMEM)


class Zygote:
    """The children there are, and how each that lives in namespaces of its own has its end told."""

    def __init__(self, control: socket.socket, rooms: bool) -> None:
        self._control = control
        self._own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC) if rooms else None
        self._children: set[int] = set()
        self._ends: dict[int, int] = {}

    def obey(self) -> None:
        """Answer requests until the other side closes the connection."""
        try:
            while True:
                try:
                    request, descriptors = _request(self._control)
                except wire.Closed:
                    return
                if request["op"] == "fork":
                    wire.send(self._control, self._forked(request, descriptors))
                else:
                    wire.send(self._control, self._bury(request["pid"], request["ended"]))
        finally:  # the parent is gone, or closed its end
            for pid in list(self._children):
                self._bury(pid, False)

    def _forked(self, request: Any, descriptors: list[int]) -> dict[str, Any]:
        """Where there is no room for another process, whatever uses it up now, that is an answer as well."""
        try:
            return {"pid": self._fork(request["entry"], request["room"], descriptors)}
        except OSError as error:
            if error.errno not in _CROWDED:
                raise
            return {"unforked": str(error)}
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _fork(self, entry: str, room: Room | None, descriptors: list[int]) -> int:
        child = partial(_child, entry, *descriptors)
        if room is None:
            pid = os.fork()
            if pid == 0:
                self._forget()
                child()
        else:
            pid = self._fork_in_room(child, room, descriptors)
        self._children.add(pid)
        return pid

    def _fork_in_room(self, child: Any, room: Room, descriptors: Sequence[int]) -> int:
        from harness.worker.wall import namespaces

        assert self._own is not None, f"{ROOMS} was not asked for"
        end, report = os.pipe()
        try:
            pid = namespaces.fork_first(self._own)
        except OSError:
            os.close(end)
            os.close(report)
            raise
        if pid == 0:
            try:
                kernel.die_with_parent()
                self._forget()
                os.close(end)
                try:
                    namespaces.furnish(**room)
                    namespaces.wait_for(child, report, descriptors)
                except OSError as error:
                    why = {"unsettled": f"namespaces: {error}", "crowded": error.errno in _CROWDED}
                    wire.send(socket.socket(fileno=descriptors[0]), {"request": 0, **why})
            finally:
                os._exit(1)
        os.close(report)
        self._ends[pid] = end
        return pid

    def _forget(self) -> None:
        """In a child: close what is this process's own, and how the others' ends are told."""
        self._control.close()
        for descriptor in self._ends.values():
            os.close(descriptor)
        if self._own is not None:
            os.close(self._own)

    def _bury(self, pid: int, ended: bool) -> dict[str, int | None]:
        self._children.discard(pid)
        end = self._ends.pop(pid, None)
        if end is not None and ended:  # its first process is about to say how it ended, unless it only seems to have
            select.select([end], [], [], _ENDING_SECONDS)
        gone, status = os.waitpid(pid, os.WNOHANG)
        if not gone:
            os.kill(pid, signal.SIGKILL)  # where it is about to end by itself, that still decides how it ended
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        if not gone:
            _, status = os.waitpid(pid, 0)
        _sweep(self._children)
        if end is not None:
            with os.fdopen(end, "rb") as file:
                told = file.read(4)
            if len(told) < 4:
                return {"signal": None, "code": None}
            gone, status = pid, int.from_bytes(told, "little")
        if os.WIFEXITED(status):
            return {"signal": None, "code": os.WEXITSTATUS(status)}
        ours = not gone and os.WTERMSIG(status) == signal.SIGKILL
        return {"signal": None if ours else os.WTERMSIG(status), "code": None}


def main() -> None:
    modules = [each for each in sys.argv[1:] if not each.startswith("--")]
    rooms = ROOMS in sys.argv
    barred = [name for each in sys.argv if each.startswith(BARRED) for name in each.removeprefix(BARRED).split(",")]
    if rooms and os.geteuid() != 0:
        from harness.worker.wall import namespaces

        namespaces.own_world()
    control = socket.socket(fileno=os.dup(0))
    with contextlib.suppress(OSError, AttributeError):  # only Linux has it
        kernel.adopt_orphans()
    for name in modules:
        if name.endswith("?"):
            with contextlib.suppress(ImportError):
                import_module(name[:-1])
            continue
        module = import_module(name)
        if name == "torch":
            module.set_num_threads(1)
        elif name == "harness.worker.wall":
            module.prepare(barred)
    gc.freeze()  # or the first collection in each child would write to, and so copy, every page of the imports
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.close(nothing)
    zygote = Zygote(control, rooms)
    wire.send(control, {"ready": True})
    zygote.obey()


def _request(control: socket.socket) -> tuple[Any, list[int]]:
    """A frame that may carry descriptors: they travel with its first byte, which is sent alone and means nothing."""
    control.settimeout(None)
    mark, descriptors, _, _ = socket.recv_fds(control, 1, 2)
    if not mark:
        raise wire.Closed
    return wire.receive(control, deadline=time.monotonic() + _FOREVER, body_limit=0), descriptors


def _child(entry: str, descriptor: int, output: int | None = None) -> NoReturn:
    status = 1
    try:
        os.setpgid(0, 0)
        with contextlib.suppress(OSError, AttributeError):  # only Linux has it
            kernel.die_with_parent()
        nothing = os.open(os.devnull, os.O_RDWR)  # its own: flags and locks of one that is shared would outlive it
        os.dup2(nothing, 0)
        os.close(nothing)
        for stream in (1, 2):
            os.dup2(0 if output is None else output, stream)
        if output is not None:
            os.close(output)
        module, _, function = entry.partition(":")
        getattr(import_module(module), function)(socket.socket(fileno=descriptor))
        status = 0
    finally:
        os._exit(status)


def _sweep(children: set[int]) -> None:
    """Kill the orphans that were handed to us, and theirs, until none is left."""
    while orphans := _children() - children:
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _children() -> set[int]:
    try:
        return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}
    except OSError:  # no such file on this kernel, or no /proc at all
        return set()


if __name__ == "__main__":
    main()
