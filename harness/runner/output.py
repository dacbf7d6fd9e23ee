"""What students' code prints: the beginning is kept, the rest is counted."""

from __future__ import annotations

import os
import select
import socket
import time

KEPT = 4096
"""Bytes that are kept of what a worker prints."""

_AT_ONCE, _CHUNK = 1 << 20, 1 << 16


class Output:
    """The standard output and standard error of one submission's workers, in the order they came in."""

    def __init__(self) -> None:
        self.kept = bytearray()
        self.total = 0

    @property
    def text(self) -> str:
        return self.kept.decode("utf-8", "replace")

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

    def drain_until(self, descriptor: int, sock: socket.socket, deadline: float) -> None:
        """Take what comes until there is something on the socket. Raises TimeoutError at the deadline."""
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        poll.register(descriptor, select.POLLIN)
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            ready = dict(poll.poll(left * 1000))
            if descriptor in ready:
                self.drain(descriptor)
                if ready[descriptor] & ~select.POLLIN:  # nobody holds the other end any longer
                    poll.unregister(descriptor)
            if sock.fileno() in ready:
                return
