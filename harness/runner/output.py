"""What students' code prints: the beginning is kept, the rest is counted."""

from __future__ import annotations

import os
import re
import select
import socket
import time

from harness.runner.deadline import Deadline
from harness.runner.watch import EVERY_SECONDS, Excess, Watch

KEPT = 4096
"""Bytes that are kept of what a worker prints."""

FLOOD_MB = 64
"""What a worker may print in answer to one request."""

STOPPED_SECONDS = 1.0
"""So much later than it should a process wakes only when it was stopped, as by Ctrl-Z, or starved."""

_CHANGING = re.compile(r"(\bat 0x(?=[0-9a-f])|\bgradstep-worker-(?=\d))[\w-]+")
"""What is another in every run: where an object lies, as ``repr`` has it, and the name of the worker's folder."""

_AT_ONCE, _CHUNK = 1 << 20, 1 << 16


class Output:
    """The standard output and standard error of one submission's workers, in the order they came in."""

    def __init__(self) -> None:
        self.kept = bytearray()
        self.total = 0
        self.begin()

    def begin(self) -> None:
        """A request begins, in answer to which so much more may be printed."""
        self._most = self.total + (FLOOD_MB << 20)

    @property
    def text(self) -> str:
        return _CHANGING.sub(r"\1…", self.kept.decode("utf-8", "replace"))

    def drain(self, descriptor: int) -> None:
        """Take what has come, but not for ever: a flood never ends by itself."""
        for _ in range(_AT_ONCE // _CHUNK):
            try:
                chunk = os.read(descriptor, _CHUNK)
            except BlockingIOError:
                return
            if not chunk:
                return
            self.kept += chunk[: KEPT - len(self.kept)]
            self.total += len(chunk)

    def drain_until(self, descriptor: int, sock: socket.socket, deadline: Deadline, watch: Watch) -> None:
        """Take what comes until there is something on the socket, and look after the worker meanwhile.

        The deadline is put off by as long as the worker stood in line for a core, or this process was stopped. Raises
        TimeoutError at the deadline, and :class:`Excess` where the worker takes, or prints, more than it may.
        """
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        poll.register(descriptor, select.POLLIN)
        while True:
            now = time.monotonic()
            if watch.glance() or now >= deadline.at:
                deadline.waited(watch.waited())
            if now >= deadline.at:
                raise TimeoutError
            wait = min(deadline.at - now, EVERY_SECONDS)
            ready = dict(poll.poll(1000 * wait))
            late = time.monotonic() - now - wait
            if late > STOPPED_SECONDS:
                deadline.put_off(late)
            if descriptor in ready:
                self.drain(descriptor)
                if self.total > self._most:
                    raise Excess("flood", {"mb": FLOOD_MB})
                if ready[descriptor] & ~select.POLLIN:  # nobody holds the other end any longer
                    poll.unregister(descriptor)
            if sock.fileno() in ready:
                return
