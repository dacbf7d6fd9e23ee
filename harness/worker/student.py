"""A worker: the process in which one student's code runs.

It walls itself in first (``settle``, before it has seen a line of student code, so that this answer can be trusted)
and then obeys requests over its socket, each answered under its number:

* ``load``: import the sources, say what they offer.
* ``run``: drive one algorithm through its cases, give back what it did. Where it calls an objective, each value is
  asked of the other side while it runs, under the same number.
"""

from __future__ import annotations

import mmap
import os
import random
import resource
import signal
import socket
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import numpy as np

from harness.worker import wire
from harness.worker.cases import run_case
from harness.worker.drive import ToBackend
from harness.worker.failure import failure
from harness.worker.forbid import bar, used
from harness.worker.load import load, modules
from harness.worker.search import Ask
from harness.worker.taken import Array

_REQUEST_LIMIT = 256 << 20  # the grader is trusted; this only catches a broken frame


def serve(sock: socket.socket) -> None:
    """Answer requests until the other side closes the connection."""
    request = _request(sock)
    try:
        memory = _settle(request["folder"], request["memory_mb"], request["cpu_seconds"], request["groups"])
        if request["walled"]:
            from harness.worker import wall

            wall.confine(request["folder"], request["uid"], request["forbid"])
    except Exception as error:
        wire.send(sock, {"request": request["request"], "unsettled": f"{type(error).__name__}: {error}"})
        return
    wire.send(sock, {"request": request["request"], "unsettled": None})
    offered: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    forbidden: Sequence[str] = ()
    own: Collection[str] = ()
    while True:
        try:
            request = _request(sock)
        except wire.Closed:
            return
        try:
            with memory:
                if request["op"] == "load":
                    _draw_from(0)
                    files = {path: source.tobytes() for path, source in request["files"].items()}
                    adapter = request["adapter"]
                    if adapter:
                        adapter = {**adapter, "source": adapter["source"].tobytes()}
                    forbidden = request["forbid"]
                    bar(forbidden)
                    own = modules(files)
                    offered, answer = load(files, request["entries"], request["spare"], request["ids"], adapter)
                else:
                    answer = {"cases": _run(offered, request, files, partial(_ask, sock, request["request"]))}
        except BaseException as error:  # student code can make anything here fail: it is reported as its failure
            answer = {"failed": failure(error, files)}
        with suppress(BaseException):  # it may have closed them
            sys.stdout.flush()
            sys.stderr.flush()
        sock.settimeout(None)
        wire.send(sock, {"request": request["request"], "barred": used(forbidden, own), **answer})


def _request(sock: socket.socket) -> Any:
    return wire.receive(sock, deadline=time.monotonic() + 10**9, body_limit=_REQUEST_LIMIT, header_limit=_REQUEST_LIMIT)


class Memory:
    """Within it a budget of address space holds. Outside there is a little more, to tell that it ran out."""

    RESERVE = 64 << 20
    BALLAST = 4 << 20

    def __init__(self, budget: int) -> None:
        _limit(resource.RLIMIT_AS, budget + self.RESERVE)
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        self._inside, self._outside = (min(budget, hard), hard), (hard, hard)
        self._ballast: mmap.mmap | None = None

    def __enter__(self) -> None:
        try:  # address space alone: a bytearray's zeros would be written, every time
            self._ballast = mmap.mmap(-1, self.BALLAST, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        except OSError as error:
            raise MemoryError from error
        resource.setrlimit(resource.RLIMIT_AS, self._inside)

    def __exit__(self, *_: object) -> None:
        if self._ballast is not None:
            self._ballast.close()  # where student code took the last byte, not even the next line would run
        resource.setrlimit(resource.RLIMIT_AS, self._outside)


def _settle(folder: str, memory_mb: int, cpu_seconds: int, groups: Sequence[str]) -> Memory:
    """Limits and surroundings. ``groups`` are the files of control groups to join."""
    for members in groups:
        Path(members).write_text("0")
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_DFL)
    sys.stdout, sys.stderr = map(_printing, (1, 2))
    sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr  # type: ignore[misc]  # declared final; the old ones write to what was there before the fork
    os.umask(0o077)
    os.chdir(folder)
    os.environ |= {"HOME": folder, "TMPDIR": folder}
    sys.path[:] = [path for path in sys.path if path]
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    _limit(resource.RLIMIT_CORE, 1)  # none in a file, and, other than 0, none for a program that collects them either
    _limit(resource.RLIMIT_CPU, cpu_seconds)
    _limit(resource.RLIMIT_FSIZE, 64 << 20)
    _limit(resource.RLIMIT_NOFILE, 256)
    return Memory(_address_space() + (memory_mb << 20))


def _printing(descriptor: int) -> TextIOWrapper:
    """A stream that writes each line at once: what a crash comes after is told as well."""
    return open(descriptor, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def _address_space() -> int:
    """Bytes this process has mapped already: the limit is on what the student adds."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 4 << 30
    return pages * resource.getpagesize()


def _ask(sock: socket.socket, number: int, question: Any) -> Any:
    """What the grader says to a question; its own deadline ends this process if that is past."""
    sock.settimeout(None)
    wire.send(sock, {"request": number, "ask": question})
    return _request(sock)["answer"]


def _run(offered: Mapping[str, Any], request: Mapping[str, Any], files: Mapping[str, bytes], ask: Ask) -> list[Any]:
    _draw_from(request["draw"])
    thing, before = offered[request["id"]], offered.get(request["after"])
    backend = _backend(request["backend"])
    answers = []
    said = False
    for case in request["cases"]:
        runs = run_case(thing, request["form"], case, files, backend, before, ask)
        for run in runs:
            if run["problem"] and "frames" in run["problem"]:
                if said:  # the first is told in full; the rest only that they raised as well
                    run["problem"] = {**run["problem"], "text": "", "frames": []}
                said = True
        answers.append({"id": case["id"], "runs": runs})
    return answers


_ENTROPY = random.Random()
"""What numpy seeds a generator with that is given no seed, as a layer's without one is, in place of the system's."""

_SEEDS = random.seed, np.random.seed, _ENTROPY.seed


def _draw_from(number: int) -> None:
    """What a student's code draws of the process's generators, and of new ones of numpy's, is the same in every run,
    and hangs on no other algorithm. What it asks the system for itself, as ``torch.Generator.seed`` does, is not."""
    np.random.bit_generator.randbits = _ENTROPY.getrandbits  # type: ignore[attr-defined]  # SeedSequence's, which no stub tells of
    for seed in _SEEDS:
        with suppress(Exception):  # of a generator that the student's code put in place, which takes no such seed
            seed(number)
    if "torch" in sys.modules:
        with suppress(Exception):
            sys.modules["torch"].default_generator.manual_seed(number)


def _backend(name: str) -> ToBackend:
    if name == "numpy":
        return lambda array: array
    import torch

    def tensor(array: Array) -> Any:
        return torch.from_numpy(array if array.flags.c_contiguous else np.ascontiguousarray(array))

    return tensor
