"""The grader's side of a zygote: processes with heavy imports already done, for a few milliseconds each."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.runner.environment import clean_environment
from harness.runner.isolation import Isolation, basic
from harness.worker import wire

START_SECONDS = 120.0
ANSWER_SECONDS = 30.0
END_SECONDS = 5.0
CROWDED_SECONDS, CROWDED_PAUSE = 60.0, 0.2
"""How long, and how often, it is tried to start a process where there is no room for one."""


class ForkError(Exception):
    """A process of ours did not start or does not answer: a fault of the harness, never of a student."""


@dataclass(frozen=True)
class End:
    """How a process ended: by a signal, or with an exit code. The code is the student's to choose and means nothing."""

    signal: int | None
    code: int | None


@dataclass(frozen=True)
class Child:
    """A forked process, our end of its socket, and of the pipe its output comes down."""

    pid: int
    sock: socket.socket
    output: int


class ForkServer:
    """A zygote that has imported ``preload``; a context manager. Threads may share it.

    ``isolation`` says how far its children are to be walled off.
    """

    def __init__(self, preload: Sequence[str], isolation: Isolation | None = None) -> None:
        self.preload = tuple(preload)
        self.isolation = isolation or basic()
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair()
        self._control = ours
        with theirs:
            self._process = subprocess.Popen(
                # as isolated as by -I, which would draw the hashes' seed anew each time: a set has one order here
                [sys.executable, "-s", "-P", "-m", "harness.worker.zygote", *self._arguments],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=clean_environment(),
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the grader, which then ends it
            )
        self._ready = self._closed = False

    @property
    def _arguments(self) -> list[str]:
        rooms, wall = ["--rooms"] * self.isolation.rooms, ["harness.worker.wall"] * self.isolation.walled
        return [*rooms, *self.preload, *wall]

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the zygote and all its children. Another thread that waits for an answer gets a :class:`ForkError`."""
        self._closed = True
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)  # wakes that thread, which close() would not
        if not self._ready:
            self._process.kill()  # still busy importing, and without children
        try:
            self._process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()  # its children die with it: they asked the kernel to
            self._process.wait()
        with self._lock:
            self._control.close()
            assert self._process.stderr is not None  # PIPE was asked for above
            self._process.stderr.close()

    def fork(self, entry: str, room: str | None = None) -> Child:
        """A child that runs ``entry`` ("module:function") with the other end of the socket; in namespaces of its own
        where ``room`` is the folder that is to be in memory there.

        Where there is no room for another process, it is tried again for a while: what uses it up has a deadline.
        Raises :class:`ForkError`.
        """
        deadline = time.monotonic() + CROWDED_SECONDS
        while True:
            found = self._fork(entry, room)
            if isinstance(found, Child):
                return found
            if time.monotonic() > deadline:
                raise ForkError(f"no process could be started for {CROWDED_SECONDS:g} s: {found}")
            time.sleep(CROWDED_PAUSE)

    def _fork(self, entry: str, room: str | None) -> Child | str:
        """The child, or why there is none at this moment."""
        ours, theirs = socket.socketpair()
        output, into = os.pipe()
        os.set_blocking(output, False)
        try:
            with theirs:
                answer = self._ask({"op": "fork", "entry": entry, "room": room}, [theirs.fileno(), into])
        except ForkError:
            ours.close()
            os.close(output)
            raise
        finally:
            os.close(into)
        if "pid" not in answer:
            ours.close()
            os.close(output)
            return str(answer["unforked"])
        return Child(int(answer["pid"]), ours, output)

    def bury(self, child: Child, ended: bool = False) -> End:
        """Kill the child and what it left behind; say how it had ended by itself, if it had. ``ended`` says that it
        closed its end of the socket."""
        try:
            with child.sock:  # closed after it, not before: that alone would end the child
                answer = self._ask({"op": "bury", "pid": child.pid, "ended": ended}, [])
        finally:
            os.close(child.output)
        return End(answer["signal"], answer["code"])

    def _ask(self, request: dict[str, Any], descriptors: list[int]) -> Any:
        with self._lock:
            if self._closed:
                raise ForkError("the process that starts workers was ended")
            try:
                if not self._ready:
                    wire.receive(self._control, deadline=time.monotonic() + START_SECONDS, body_limit=0)
                    self._ready = True
                self._control.settimeout(ANSWER_SECONDS)
                socket.send_fds(self._control, [b"\0"], descriptors)
                wire.send(self._control, request)
                return wire.receive(self._control, deadline=time.monotonic() + ANSWER_SECONDS, body_limit=0)
            except (OSError, wire.WireError, wire.Closed) as error:
                complaint = self._complaint()
                self._process.kill()  # an answer that came late would be taken for the next one's
                raise ForkError(f"the process that starts workers {complaint}") from error

    def _complaint(self) -> str:
        try:
            self._process.wait(timeout=1)  # its end of the connection goes before the process does
        except subprocess.TimeoutExpired:
            return "does not answer"
        assert self._process.stderr is not None
        last = self._process.stderr.read().decode(errors="replace").strip().splitlines()[-1:]
        return f"ended with status {self._process.returncode}: {''.join(last)}"
