"""One student's worker, seen from the grader: requests with a deadline, and every way they can end as data."""

from __future__ import annotations

import itertools
import signal
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import numpy as np

from harness.intake import Submission
from harness.runner.forks import Child, End, ForkServer
from harness.worker import wire

Reply = TypeVar("Reply")

ENTRY = "harness.worker.student:serve"
PRELOAD = ("numpy", "harness.worker.student")

NOTHING_LEFT = 1 << 20
"""Bytes allowed in a reply's body beyond the arrays that were asked for."""


@dataclass(frozen=True)
class Limits:
    """What one algorithm (or the import of the module) may use."""

    seconds: float = 10.0
    memory_mb: int = 2048


@dataclass(frozen=True)
class Task:
    """One algorithm to run. ``cases`` are ready for the wire; ``reply_bytes`` is what their arrays can come to."""

    id: str
    form: str
    cases: Sequence[Mapping[str, Any]]
    reply_bytes: int


@dataclass(frozen=True)
class Failure:
    """An exception in the worker, as its own account has it."""

    type: str
    text: str
    frames: Sequence[Mapping[str, Any]] = ()
    file: str | None = None


@dataclass(frozen=True)
class Ended:
    """The worker is no more, or is not to be talked to any longer."""

    kind: Literal["timeout", "crash", "garbled"]
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Offer:
    """What was found for one algorithm."""

    name: str
    form: Literal["class", "generator", "function"]
    file: str | None
    line: int
    others: Sequence[str]


@dataclass(frozen=True)
class Loaded:
    """What a submission offers, which of its files failed, and the backends it asks for."""

    offers: Mapping[str, Offer]
    failed: Sequence[Failure]
    backends: Sequence[str]


@dataclass(frozen=True)
class Ran:
    """What one algorithm did, case by case, as it came over the wire and unjudged."""

    cases: Sequence[Mapping[str, Any]]


class Worker:
    """A forked process that one submission's code runs in, until :meth:`close`."""

    def __init__(self, server: ForkServer, submission: Submission, limits: Limits) -> None:
        self._server = server
        self._submission = submission
        self._limits = limits
        self._folder = tempfile.TemporaryDirectory(prefix="gradstep-", ignore_cleanup_errors=True)
        self._child: Child | None = server.fork(ENTRY)
        self._numbers = itertools.count(1)

    def close(self) -> None:
        """Bury the process and remove its folder."""
        self._bury()
        self._folder.cleanup()

    @property
    def alive(self) -> bool:
        return self._child is not None

    def load(self, ids: Sequence[str]) -> Loaded | Failure | Ended:
        """Import the submission and look for ``ids``."""
        request = {
            "op": "load",
            "folder": self._folder.name,
            "memory_mb": self._limits.memory_mb,
            "files": {path: np.frombuffer(source, np.uint8) for path, source in self._submission.files.items()},
            "entries": self._submission.entries,
            "ids": ids,
        }
        return self._ask(request, NOTHING_LEFT, _loaded)

    def run(self, task: Task, backend: str) -> Ran | Failure | Ended:
        """Drive one algorithm through its cases."""
        request = {"op": "run", "id": task.id, "form": task.form, "backend": backend, "cases": task.cases}
        return self._ask(request, task.reply_bytes + NOTHING_LEFT, lambda reply: _ran(reply, task))

    def _ask(
        self, request: Mapping[str, Any], body_limit: int, read: Callable[[Any], Reply]
    ) -> Reply | Failure | Ended:
        """Send a request and read its reply before the deadline. After an :class:`Ended` the worker is buried."""
        assert self._child is not None, "this worker is buried"
        number = next(self._numbers)
        deadline = time.monotonic() + self._limits.seconds
        try:
            self._child.sock.settimeout(self._limits.seconds)
            wire.send(self._child.sock, {"request": number, **request})
            reply = wire.receive(self._child.sock, deadline=deadline, body_limit=body_limit)
            if reply["request"] != number:
                raise wire.WireError(f"a reply to request {reply['request']!r} instead of {number}")
            if "failed" in reply and "found" not in reply:
                return _failure(reply["failed"])
            return read(reply)
        except TimeoutError:
            self._bury()
            return Ended("timeout", {"seconds": self._limits.seconds})
        except (wire.Closed, ConnectionError):
            end = self._bury()
            name = signal.Signals(end.signal).name if end.signal else None
            return Ended("crash", {"signal": name, "code": end.code})
        except (wire.WireError, KeyError, TypeError, ValueError, AttributeError) as error:
            self._bury()  # whatever it sent, it is not what was asked for
            return Ended("garbled", {"text": str(error)[:200]})

    def _bury(self) -> End:
        child, self._child = self._child, None
        return self._server.bury(child) if child else End(None, None)


def _failure(data: Mapping[str, Any]) -> Failure:
    return Failure(str(data["type"]), str(data["text"]), tuple(data["frames"]), data.get("file"))


def _loaded(reply: Mapping[str, Any]) -> Loaded:
    offers = {
        str(id): Offer(str(o["name"]), o["form"], o["file"], int(o["line"]), tuple(map(str, o["others"])))
        for id, o in reply["found"].items()
    }
    return Loaded(offers, tuple(map(_failure, reply["failed"])), tuple(map(str, reply["backends"])))


def _ran(reply: Mapping[str, Any], task: Task) -> Ran:
    cases = reply["cases"]
    if [case["id"] for case in cases] != [case["id"] for case in task.cases]:
        raise ValueError("the reply holds other cases than were asked for")
    return Ran(tuple(cases))
