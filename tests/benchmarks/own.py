"""What a submission's own code computes for: ``python -m tests.benchmarks.own SUBMISSION [IDS]``.

Every call that grading makes of it is made here, with the same inputs, in plain loops and in this process: nothing is
copied, recorded, looked at or sent. It is done three times, and the CPU seconds of the last are printed: what a first
call imports or makes once is not among them. Only right submissions can be driven like this.
"""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from harness import assignment, intake
from harness.batch import Batch
from harness.worker.load import load

TIMES = 3


def optimizer(thing: Any, hyper: Mapping[str, Any], stream: Mapping[str, Any], backend: Callable[[Any], Any]) -> None:
    """Each stream by itself: in turn or not, they take as many steps."""
    w = backend(stream["w"].copy())
    grads = [backend(each) for each in stream["grads"]]
    waiting = iter(grads)

    def grad(w: Any) -> Any:
        return next(waiting)

    if inspect.isclass(thing):
        instance = thing(**hyper)
        for _ in grads:
            result = instance.step(w, grad)
            w = w if result is None else result
        return
    iterator = thing(w, grad, **hyper)
    for _ in grads:
        next(iterator)


def epoch(thing: Any, hyper: Mapping[str, Any], stream: Mapping[str, Any], backend: Callable[[Any], Any]) -> None:
    w, order, grads = (backend(stream[name].copy()) for name in ("w", "order", "grads"))

    def grad(w: Any, batch: Any) -> Any:
        return grads[batch].mean(0)

    value = thing(**hyper).epoch(w, grad, order) if inspect.isclass(thing) else thing(w, grad, order, **hyper)
    if hasattr(value, "__next__"):
        for _ in value:
            pass


def function(thing: Any, before: Any, case: Mapping[str, Any], backend: Callable[[Any], Any]) -> None:
    for run in case["runs"]:
        args, first = ([_given(each, backend) for each in run[name]] for name in ("args", "first"))
        if case["after"]:
            thing(*args, before(*first, **case["hyper"])[-1])
        else:
            thing(*args, **case["hyper"])


def layers(thing: Any, case: Mapping[str, Any], backend: Callable[[Any], Any]) -> None:
    made: dict[int, Any] = {}
    for run in case["runs"]:
        if run["instance"] not in made:
            made[run["instance"]] = thing(run["rate"], **run["made"])
        made[run["instance"]](backend(run["x"].copy()), training=run["training"])


def trials(thing: Any, form: str, run: Mapping[str, Any]) -> None:
    match form:
        case "plain":
            list(thing(run["space"]))
        case "objective":
            thing(lambda trial: 0.0, run["trials"])
        case "sampler":
            space = {name: tuple(ends) for name, ends in run["space"].items()}
            list(thing(space, run["n"], np.random.default_rng(run["seed"])))


def drive(thing: Any, before: Any, form: str, case: Mapping[str, Any], backend: Callable[[Any], Any]) -> None:
    """All runs of a case."""
    match form:
        case "optimizer" | "epoch":
            for stream in case["runs"]:
                (optimizer if form == "optimizer" else epoch)(thing, dict(case["hyper"]), stream, backend)
        case "function":
            function(thing, before, case, backend)
        case "layer":
            layers(thing, case, backend)
        case _:
            for run in case["runs"]:
                trials(thing, form, run)


def main(folder: str, ids: Sequence[str]) -> None:
    lecture = assignment.load()
    chosen = replace(lecture, points={id: points for id, points in lecture.points.items() if not ids or id in ids})
    submission = intake.read(Path(folder))
    tasks = Batch(chosen, seed=0, jobs=1)._tasks
    wanted = list(dict.fromkeys(name for task in tasks for name in (task.id, task.after) if name))
    things, answer = load(submission.files, submission.entries, submission.spare, wanted)
    backends = {id: _backend(found["backends"]) for id, found in answer["found"].items()}
    for _ in range(TIMES):
        started = time.process_time()
        for task in tasks:
            for case in task.cases if task.id in things else ():
                drive(things[task.id], things.get(task.after), task.form, case, backends[task.id])
        took = time.process_time() - started
    print(took)


def _backend(names: Sequence[str]) -> Callable[[Any], Any]:
    if "torch" not in names:
        return lambda value: value
    import torch

    torch.set_num_threads(1)
    return lambda value: torch.from_numpy(np.asarray(value))


def _given(value: Any, backend: Callable[[Any], Any]) -> Any:
    return backend(value.copy()) if isinstance(value, np.ndarray) else value


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2].split(",") if len(sys.argv) > 2 else [])
