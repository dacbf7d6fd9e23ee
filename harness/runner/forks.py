"""The grader's side of a zygote: processes with heavy imports already done, for a few milliseconds each."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
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
    """A forked process as its zygote, the server's so-manieth, knows it; our end of its socket, and of the pipe its
    output comes down."""

    pid: int
    zygote: int
    sock: socket.socket
    output: int


class _Zygote:
    """The process itself, and the connection to it."""

    def __init__(self, command: Sequence[str]) -> None:
        ours, theirs = socket.socketpair()
        self.control = ours
        with theirs:
            self.process = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=clean_environment(),
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the grader, which then ends it
            )
        self.ready = False

    def ask(self, request: Mapping[str, Any], descriptors: Sequence[int]) -> Any:
        """Raises OSError, ``wire.Closed`` or ``wire.WireError``."""
        if not self.ready:
            wire.receive(self.control, deadline=time.monotonic() + START_SECONDS, body_limit=0)
            self.ready = True
        self.control.settimeout(ANSWER_SECONDS)
        socket.send_fds(self.control, [b"\0"], descriptors)
        wire.send(self.control, request)
        return wire.receive(self.control, deadline=time.monotonic() + ANSWER_SECONDS, body_limit=0)

    def hang_up(self) -> None:
        """End it and all its children, and wake the thread that waits for its answer, which closing would not."""
        with contextlib.suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)
        if not self.ready:
            self.process.kill()  # still busy importing, and without children
        try:
            self.process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()  # its children die with it: they asked the kernel to
            self.process.wait()

    def close(self) -> None:
        self.control.close()
        assert self.process.stderr is not None  # PIPE was asked for above
        self.process.stderr.close()

    def complaint(self) -> str:
        """What became of it, where it does not answer."""
        try:
            self.process.wait(timeout=1)  # its end of the connection goes before the process does
        except subprocess.TimeoutExpired:
            self.process.kill()  # an answer that came late would be taken for the next one's
            self.process.wait()
            return "does not answer"
        assert self.process.stderr is not None
        last = self.process.stderr.read().decode(errors="replace").strip().splitlines()[-1:]
        return ": ".join([f"ended with status {self.process.returncode}", *last])


class ForkServer:
    """A zygote that has imported ``preload``; a context manager. Threads may share it.

    One that was killed is a :class:`ForkError` to everyone with a child of it, and replaced for whoever forks next.
    ``isolation`` says how far children are to be walled off, and ``barred`` which modules the wall is to hide.
    """

    def __init__(self, preload: Sequence[str], isolation: Isolation | None = None, barred: Sequence[str] = ()) -> None:
        self.preload = tuple(preload)
        self.isolation = isolation or basic()
        self._barred = ",".join(barred)
        self._lock = threading.Lock()
        self._closed = False
        self._number = 1
        self._gone: str | None = None
        """What became of the zygote, where it is no more."""
        self._zygote = _Zygote(self._command)

    @property
    def _command(self) -> list[str]:
        rooms, wall = ["--rooms"] * self.isolation.rooms, ["harness.worker.wall"] * self.isolation.walled
        barred = [f"--barred={self._barred}"] * bool(self._barred)
        # as isolated as by -I, which would draw the hashes' seed anew each time: a set has one order here
        return [sys.executable, "-s", "-P", "-m", "harness.worker.zygote", *rooms, *barred, *self.preload, *wall]

    @property
    def alive(self) -> bool:
        """Whether it can be asked for more: a zygote that has worked once is replaced when it dies."""
        return not self._closed and (self._gone is None or self._zygote.ready)

    @property
    def ready(self) -> bool:
        """Whether it has worked before, so that nothing is left to be imported."""
        return self._zygote.ready

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the zygote and all its children. Another thread that waits for an answer gets a :class:`ForkError`."""
        self._closed = True
        self._zygote.hang_up()
        with self._lock:
            self._zygote.close()

    def fork(self, entry: str, room: Mapping[str, Any] | None = None) -> Child:
        """A child that runs ``entry`` ("module:function") with the other end of the socket; in namespaces of its own
        where ``room`` says which folder is to be in memory there, and what fits into it.

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

    def _fork(self, entry: str, room: Mapping[str, Any] | None) -> Child | str:
        """The child, or why there is none at this moment."""
        ours, theirs = socket.socketpair()
        output, into = os.pipe()
        os.set_blocking(output, False)
        try:
            with theirs:
                request = {"op": "fork", "entry": entry, "room": room}
                answer, number = self._ask(request, [theirs.fileno(), into])
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
        return Child(int(answer["pid"]), number, ours, output)

    def bury(self, child: Child, ended: bool = False) -> End:
        """Kill the child and what it left behind; say how it had ended by itself, if it had. ``ended`` says that it
        closed its end of the socket. Raises :class:`ForkError`; the child is dead then as well."""
        try:
            with child.sock:  # closed after it, not before: that alone would end the child
                answer, _ = self._ask({"op": "bury", "pid": child.pid, "ended": ended}, [], child.zygote)
        finally:
            os.close(child.output)
        return End(answer["signal"], answer["code"])

    def whereabouts(self, child: Child) -> int | None:
        """The number by which this process knows the one that runs the child's code; None where it is gone."""
        if not self.isolation.rooms:
            return child.pid
        with contextlib.suppress(OSError, IndexError, ValueError):
            obeying = self._zygote.process.pid
            if os.geteuid() != 0:  # then it is its child that obeys, and counts from 1: see namespaces.own_world
                (obeying,) = _children(obeying)
            level = len(_numbers(obeying)) - 1
            for first in _children(obeying):
                with contextlib.suppress(OSError, IndexError):  # another that has just ended
                    if _numbers(first)[level] == child.pid:
                        return _children(first)[0]
        return None

    def _ask(
        self, request: Mapping[str, Any], descriptors: Sequence[int], number: int | None = None
    ) -> tuple[Any, int]:
        """The answer of the zygote, and which one it was; of the one with the ``number``, if there is one.

        Raises :class:`ForkError`.
        """
        with self._lock:
            if number not in (None, self._number):
                raise ForkError("the process that started this worker is no more")
            if self._gone is not None and number is None and self._zygote.ready:  # one that never started never will
                self._replace()
            if self._closed:
                raise ForkError("the process that starts workers was ended")
            if self._gone is None:
                try:
                    return self._zygote.ask(request, descriptors), self._number
                except (OSError, wire.WireError, wire.Closed) as error:
                    self._gone = self._zygote.complaint()
                    raise ForkError(f"the process that starts workers {self._gone}") from error
            raise ForkError(f"the process that starts workers {self._gone}")

    def _replace(self) -> None:
        if not self._closed:
            self._zygote.close()
            self._zygote = _Zygote(self._command)
            self._number += 1
            self._gone = None
        if self._closed:  # by another thread, which may have ended the one before
            self._zygote.hang_up()


def _children(pid: int) -> list[int]:
    """The children of a process's first thread, the eldest first. Raises OSError."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _numbers(pid: int) -> list[int]:
    """What a process is called in this process's namespace, in the one below it, and so on. Raises OSError."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(([int(each) for each in line.split()[1:]] for line in lines if line.startswith("NSpid:")), [pid])
