"""One student's worker, seen from the grader: requests with a deadline, and every way they can end as data."""

from __future__ import annotations

import itertools
import math
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypeVar

import numpy as np

from harness.intake import Submission
from harness.runner import cgroups
from harness.runner.deadline import Deadline
from harness.runner.forks import CROWDED_PAUSE, CROWDED_SECONDS, Child, End, ForkError, ForkServer
from harness.runner.isolation import somebody
from harness.runner.output import Output
from harness.runner.replies import MALFORMED, Ended, Failure, Loaded, Ran, failure, loaded, ran
from harness.runner.scratch import FILES, FOLDER_MB, scratch
from harness.runner.watch import EVERY_SECONDS, Excess, Watch
from harness.worker import wire

Reply = TypeVar("Reply")

ENTRY = "harness.worker.student:serve"
PRELOAD = ("numpy", "numpy.random", "harness.worker.student")
AUTOGRAD = ("torch.fx.experimental.symbolic_shapes?",)
"""What torch imports, sympy among it, when it is first asked for a gradient of more than a number: longer than all else
that a submission costs."""

BESIDE_MEMORY_MB = 256
"""What a control group allows beyond the limit that the worker keeps itself: its files in memory among it."""

SETTLE_SECONDS = 30.0

NOTHING_LEFT = 1 << 20
"""Bytes allowed in a reply's body beyond the arrays that were asked for."""


@dataclass(frozen=True)
class Limits:
    """What one algorithm (or the import of the module) may use, and all of a submission together."""

    seconds: float = 10.0
    memory_mb: int = 2048
    submission_seconds: float = 300.0
    forbid: tuple[str, ...] = ()
    """Modules it may not use."""


@dataclass(frozen=True)
class Task:
    """One algorithm to run. ``cases`` are ready for the wire; ``reply_bytes`` is what their arrays can come to."""

    id: str
    form: str
    cases: Sequence[Mapping[str, Any]]
    reply_bytes: int
    after: str = ""
    """Another algorithm, whose function the student's must have as well: this one takes what that one gives."""
    answer: Callable[[Any], Any] | None = None
    """What the student's code is told when it asks, as for the value of a trial; it may ask ``questions`` times."""
    questions: int = 0
    draw: int = 0
    """Where the draws begin that the student's code makes of its own: the same number gives the same ones."""

    @cached_property
    def packed(self) -> wire.Packed:
        """What a worker gets of it, the same for every submission."""
        return wire.pack(
            {"id": self.id, "form": self.form, "after": self.after, "draw": self.draw, "cases": self.cases}
        )


@dataclass(frozen=True)
class AdapterCode:
    """An instructor's adapter as the worker runs it."""

    file: str
    source: bytes
    setting: str | None


class Worker:
    """A forked process that one submission's code runs in, until :meth:`close`."""

    def __init__(
        self,
        server: ForkServer,
        submission: Submission,
        limits: Limits,
        adapter: AdapterCode | None = None,
        output: Output | None = None,
        ends: float = math.inf,
    ) -> None:
        """``ends`` is when the submission's time is up, by ``time.monotonic``."""
        self._server = server
        self._adapter = adapter
        self._submission = submission
        self._limits = limits
        self._ends = ends
        self._numbers = itertools.count(1)
        self._child: Child | None = None
        self._stack = ExitStack()
        self.output = output or Output()
        try:
            folder = self._stack.enter_context(_scratch())
            groups = self._groups()
            self._stack.callback(self._bury)
            self._start(folder, groups)
        except BaseException:
            self.close()
            raise

    def _groups(self) -> list[str]:
        """Control groups for the worker to join. Raises :class:`ForkError`."""
        if not self._server.isolation.strict:
            return []
        try:
            made = self._stack.enter_context(cgroups.made(self._limits.memory_mb + BESIDE_MEMORY_MB))
        except OSError as error:
            raise ForkError(f"a control group could not be made: {error}") from error
        return [group.members for group in made]

    def _start(self, folder: str, groups: Sequence[str]) -> None:
        """Fork the worker and have it wall itself in. Raises :class:`ForkError`."""
        deadline = time.monotonic() + CROWDED_SECONDS
        while True:
            room = {"folder": folder, "size_mb": FOLDER_MB, "files": FILES} if self._server.isolation.rooms else None
            self._child = self._server.fork(ENTRY, room)
            self._watch = Watch(partial(self._server.whereabouts, self._child), None if room else folder)
            reply = self._settled(self._child, folder, groups)
            if not reply["unsettled"]:
                return
            if not reply.get("crowded") or time.monotonic() > deadline:
                raise ForkError(f"a worker could not be walled in: {reply['unsettled']}")
            self._bury()
            time.sleep(CROWDED_PAUSE)

    def _settled(self, child: Child, folder: str, groups: Sequence[str]) -> Any:
        """The worker's answer to being told to wall itself in. No student code has run yet: what fails here is ours,
        and its word counts."""
        isolation = self._server.isolation
        request = {
            "request": 0,
            "op": "settle",
            "folder": folder,
            "memory_mb": self._limits.memory_mb,
            "cpu_seconds": math.ceil(self._limits.submission_seconds),
            "walled": isolation.walled,
            "groups": groups,
            "uid": somebody(child.pid) if isolation.strict else None,
            "forbid": self._limits.forbid,
        }
        try:
            child.sock.settimeout(SETTLE_SECONDS)
            wire.send(child.sock, request)
            return wire.receive(child.sock, deadline=time.monotonic() + SETTLE_SECONDS, body_limit=0)
        except (OSError, wire.Closed, wire.WireError) as error:
            raise ForkError(f"a worker did not get ready ({error or type(error).__name__})") from error

    def close(self) -> None:
        """Bury the process and remove its folder."""
        self._stack.close()

    @property
    def alive(self) -> bool:
        return self._child is not None

    def load(self, ids: Sequence[str]) -> Loaded | Failure | Ended:
        """Import the submission and look for ``ids``."""
        request = {
            "op": "load",
            "files": {path: _bytes(source) for path, source in self._submission.files.items()},
            "entries": self._submission.entries,
            "spare": self._submission.spare,
            "ids": ids,
            "forbid": self._limits.forbid,
            "adapter": self._adapter and {**vars(self._adapter), "source": _bytes(self._adapter.source)},
        }
        return self._ask(request, NOTHING_LEFT, lambda reply: loaded(reply, ids, self._adapter is not None))

    def run(self, task: Task, backend: str) -> Ran | Failure | Ended:
        """Drive one algorithm through its cases. After one that ran out of memory the worker is buried as well."""
        asked: list[Any] = []
        outcome = self._ask(
            {"op": "run", "backend": backend},
            task.reply_bytes + NOTHING_LEFT,
            lambda reply: ran(reply, task.cases, asked),
            partial(_answer, task, asked),
            task.packed,
        )
        if not isinstance(outcome, Ended) and outcome.out_of_memory:
            self._bury()  # what it hoards would be missing to the next
        return outcome

    def _ask(
        self,
        request: Mapping[str, Any],
        body_limit: int,
        read: Callable[[Any], Reply],
        answer: Callable[[Any], Any] | None = None,
        more: wire.Packed | None = None,
    ) -> Reply | Failure | Ended:
        """Send a request, and ``more`` of it, and read its reply before the deadline, answering what is asked.

        After an :class:`Ended` the worker is buried.
        """
        assert self._child is not None, "this worker is buried"
        number = next(self._numbers)
        deadline = Deadline(self._limits.seconds)
        if time.monotonic() > self._ends:  # what had begun before is carried through
            self._bury()
            return Ended("overtime", {"seconds": self._limits.submission_seconds})
        try:
            self.output.begin()
            sock = _Watched(self._child, self.output, self._watch, deadline)
            wire.send(sock, {"request": number, **request}, more)
            reply = _received(sock, number, body_limit)
            while answer and "ask" in reply:
                wire.send(sock, {"request": number, "answer": answer(reply["ask"])})
                reply = _received(sock, number, body_limit)
            if "failed" in reply and "found" not in reply:
                return failure(reply["failed"])
            return read(reply)
        except TimeoutError:
            self._bury()
            return Ended("timeout", {"seconds": self._limits.seconds})
        except Excess as excess:
            self._bury()
            return Ended(excess.kind, excess.params)
        except (wire.Closed, ConnectionError):
            end = self._bury(ended=True)
            return Ended("crash", {"signal": _signal_name(end.signal), "code": end.code})
        except MALFORMED as error:
            self._bury()  # whatever it sent, it is not what was asked for
            return Ended("garbled", {"text": str(error)[:200]})

    def _bury(self, ended: bool = False) -> End:
        child, self._child = self._child, None
        if child is None:
            return End(None, None)
        self.output.drain(child.output)
        return self._server.bury(child, ended)


@dataclass(frozen=True)
class _Watched:
    """A child's connection, which is waited for before each piece goes over it: neither half a frame nor a child that
    does not listen keeps anybody from looking after it."""

    child: Child
    output: Output
    watch: Watch
    deadline: Deadline

    def settimeout(self, seconds: float) -> None:
        """The deadline holds for all that goes over it."""

    def sendall(self, data: bytes) -> None:
        left = memoryview(data)
        self.child.sock.settimeout(EVERY_SECONDS)
        while left:
            self.watch.glance()
            try:
                left = left[self.child.sock.send(left) :]
            except TimeoutError:
                if time.monotonic() >= self.deadline.at:
                    raise

    def recv_into(self, buffer: memoryview) -> int:
        self.output.drain_until(self.child.output, self.child.sock, self.deadline, self.watch)
        return self.child.sock.recv_into(buffer)


def _received(sock: _Watched, number: int, body_limit: int) -> Any:
    reply = wire.receive(sock, deadline=math.inf, body_limit=body_limit)  # the connection knows its own
    if reply["request"] != number:
        raise wire.WireError(f"a reply to request {reply['request']!r} instead of {number}")
    return reply


@contextmanager
def _scratch() -> Iterator[str]:
    """A folder to write in; where there is no room for one now, it is tried again for a while. Raises
    :class:`ForkError`."""
    deadline = time.monotonic() + CROWDED_SECONDS
    with ExitStack() as stack:
        while True:
            try:
                folder = stack.enter_context(scratch())
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise ForkError(f"no folder could be made for a worker to write in: {error}") from error
                time.sleep(CROWDED_PAUSE)
        yield folder


def _bytes(source: bytes) -> np.ndarray[Any, Any]:
    return np.frombuffer(source, np.uint8)


def _signal_name(number: int | None) -> str | None:
    if number is None:
        return None
    try:
        return signal.Signals(number).name
    except ValueError:  # the real-time signals have no names
        return f"signal {number}"


def _answer(task: Task, asked: list[Any], question: Any) -> Any:
    """The task's answer to a question, which is kept."""
    if task.answer is None or len(asked) == task.questions:
        raise ValueError(f"more than {task.questions} questions")
    asked.append(question)
    return task.answer(question)
