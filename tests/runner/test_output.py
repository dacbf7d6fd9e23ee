"""What a worker prints is kept to a cap, and a flood holds nobody up."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from harness.runner.deadline import Deadline
from harness.runner.output import KEPT, Output
from harness.runner.watch import Watch

Pipe = tuple[int, int]

NOBODY = Watch(lambda: None, None)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    yield reading, writing
    os.close(reading)
    with contextlib.suppress(OSError):  # the test did
        os.close(writing)


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_the_beginning_is_kept_and_the_rest_counted(pipe: Pipe) -> None:
    output = Output()
    for each in (b"one", b"two", b"x" * 2 * KEPT):
        os.write(pipe[1], each)
    output.drain(pipe[0])
    assert bytes(output.kept) == (b"onetwo" + b"x" * KEPT)[:KEPT]
    assert output.total == 6 + 2 * KEPT


def test_nothing_printed_is_nothing_kept_and_does_not_wait(pipe: Pipe) -> None:
    output = Output()
    output.drain(pipe[0])
    os.close(pipe[1])
    output.drain(pipe[0])
    assert (bytes(output.kept), output.total) == (b"", 0)


def test_it_drains_until_there_is_an_answer(pipe: Pipe, sockets: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = sockets
    output = Output()

    def work() -> None:
        os.write(pipe[1], bytes(1 << 20))  # more than a pipe holds: somebody must be reading
        theirs.send(b"!")

    worker = threading.Thread(target=work)
    worker.start()
    output.drain_until(pipe[0], ours, Deadline(10), NOBODY)
    worker.join()
    output.drain(pipe[0])
    assert output.total == 1 << 20
    assert ours.recv(1) == b"!"


def test_a_flood_ends_at_the_deadline(pipe: Pipe, sockets: tuple[socket.socket, socket.socket]) -> None:
    stop = threading.Event()

    def flood() -> None:
        os.set_blocking(pipe[1], False)
        while not stop.is_set():
            try:
                os.write(pipe[1], bytes(1 << 16))
            except BlockingIOError:
                time.sleep(0.001)

    thread = threading.Thread(target=flood)
    thread.start()
    output = Output()
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        output.drain_until(pipe[0], sockets[0], Deadline(0.3), NOBODY)
    stop.set()
    thread.join()
    assert time.monotonic() - started < 5
    assert len(output.kept) == KEPT


def test_closed_output_and_silence_end_at_the_deadline_too(
    pipe: Pipe, sockets: tuple[socket.socket, socket.socket]
) -> None:
    os.close(pipe[1])
    with pytest.raises(TimeoutError):
        Output().drain_until(pipe[0], sockets[0], Deadline(0.2), NOBODY)


def test_time_in_which_the_grader_was_stopped_is_not_the_workers(
    pipe: Pipe, sockets: tuple[socket.socket, socket.socket]
) -> None:
    """It is stopped while it waits, as by Ctrl-Z, and the answer comes after what was the deadline."""
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        said = b"over"
        try:
            deadline = Deadline(1)
            Output().drain_until(pipe[0], sockets[0], deadline, NOBODY)
            said = b"late" if began + 1 < time.monotonic() < deadline.at else b"soon"
        finally:
            sockets[0].send(said)
            os._exit(0)
    time.sleep(0.2)
    os.kill(pid, signal.SIGSTOP)
    time.sleep(2.5)
    sockets[1].send(b"!")
    os.kill(pid, signal.SIGCONT)
    os.waitpid(pid, 0)
    assert sockets[1].recv(4) == b"late"


def test_a_closed_connection_is_an_answer(pipe: Pipe, sockets: tuple[socket.socket, socket.socket]) -> None:
    sockets[1].close()
    Output().drain_until(pipe[0], sockets[0], Deadline(10), NOBODY)
    assert sockets[0].recv(1) == b""
