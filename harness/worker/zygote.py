"""A process that has imported what is slow to import, and forks others which then need not.

Started by exec, ``python -I -m harness.worker.zygote MODULE …``, with its control socket as standard input. It imports
the modules, then obeys its parent, one request at a time:

* ``{"op": "fork", "entry": "module:function"}`` and one end of a socket pair: fork a child that calls the function
  with the socket and never returns; answers ``{"pid": …}``.
* ``{"op": "bury", "pid": …}``: kill that child and what is left of its process group, and whatever it left behind
  that was handed to us as the next of kin; answers ``{"signal": …, "code": …}``, how it had ended by
  itself, or nothing in either where it had not.

It runs no student code, holds no reference and no seed. It never runs a torch operation either: a child forked after
a threaded one hangs for ever.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import socket
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from harness.worker import wire

_FOREVER = 10.0**9
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def main() -> None:
    control = socket.socket(fileno=os.dup(0))
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    for name in sys.argv[1:]:
        module = import_module(name)
        if name == "torch":
            module.set_num_threads(1)
    gc.freeze()  # or the first collection in each child would write to, and so copy, every page of the imports
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.close(nothing)
    children: set[int] = set()
    try:
        wire.send(control, {"ready": True})
        _obey(control, children)
    finally:  # the parent is gone, or closed its end
        for pid in list(children):
            children.discard(pid)
            _bury(pid, children)


def _obey(control: socket.socket, children: set[int]) -> None:
    """Answer requests until the other side closes the connection."""
    while True:
        try:
            request, descriptors = _request(control)
        except wire.Closed:
            return
        if request["op"] == "fork":
            (descriptor,) = descriptors
            pid = os.fork()
            if pid == 0:
                control.close()
                _child(request["entry"], descriptor)
            os.close(descriptor)
            children.add(pid)
            wire.send(control, {"pid": pid})
        elif request["op"] == "bury":
            children.discard(request["pid"])
            wire.send(control, _bury(request["pid"], children))


def _request(control: socket.socket) -> tuple[Any, list[int]]:
    """A frame that may carry descriptors: they travel with its first byte, which is sent alone and means nothing."""
    control.settimeout(None)
    mark, descriptors, _, _ = socket.recv_fds(control, 1, 1)
    if not mark:
        raise wire.Closed
    return wire.receive(control, deadline=time.monotonic() + _FOREVER, body_limit=0), descriptors


def _child(entry: str, descriptor: int) -> NoReturn:
    status = 1
    try:
        os.setpgid(0, 0)
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        for stream in (1, 2):
            os.dup2(0, stream)
        module, _, function = entry.partition(":")
        getattr(import_module(module), function)(socket.socket(fileno=descriptor))
        status = 0
    finally:
        os._exit(status)


def _bury(pid: int, others: set[int]) -> dict[str, int | None]:
    ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        os.kill(pid, signal.SIGKILL)  # where it is about to end by itself, that still decides how it ended
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    if not ended:
        _, status = os.waitpid(pid, 0)
    _sweep(others)
    if os.WIFEXITED(status):
        return {"signal": None, "code": os.WEXITSTATUS(status)}
    ours = not ended and os.WTERMSIG(status) == signal.SIGKILL
    return {"signal": None if ours else os.WTERMSIG(status), "code": None}


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


def _prctl(option: int, value: int) -> None:
    """Best effort: only Linux has it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    main()
