"""Graders without the second that it takes to start one: a process that has imported everything forks them.

    run FILE ARGUMENT …    starts ``gradstep ARGUMENT …`` in a group of its own, standard error into FILE; tells its id
    wait PID               tells its exit code, or the signal that ended it as a negative number

Torch is not asked for its values, and one zygote serves for all submissions.
"""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from typing import Any

import harness.batch.resume
import harness.cli.grade
import harness.cli.interrupts
import harness.export.gradebook
import harness.report.pages
import harness.report.terminal
import harness.results.journal  # noqa: F401
from harness.batch import batch
from harness.cli import main
from harness.cli.words import catalogue
from harness.runner.forks import ForkServer


@cache
def one_zygote(preload: tuple[str, ...], isolation: Any) -> ForkServer:
    return ForkServer(preload, isolation)


def grader(file: str, arguments: list[str]) -> None:
    os.setsid()
    into = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor, instead in ((0, nothing), (1, nothing), (2, into)):
        os.dup2(instead, descriptor)
    try:
        main(arguments)
    except SystemExit as end:
        sys.stderr.flush()
        os._exit(int(end.code or 0))
    finally:
        os._exit(99)


def serve() -> None:
    batch.ForkServer = lambda preload, isolation, barred: one_zygote(("numpy", "harness.worker.student"), isolation)  # type: ignore
    batch.Batch._ask_torch = lambda *_: None  # type: ignore
    catalogue()
    for line in sys.stdin:
        verb, first, *more = json.loads(line)
        if verb == "run":
            if not (answer := os.fork()):
                grader(first, more)
        else:
            answer = os.waitstatus_to_exitcode(os.waitpid(int(first), 0)[1])
        print(answer, flush=True)


if __name__ == "__main__":
    serve()
