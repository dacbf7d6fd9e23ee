"""Driving a student's layer: an object that is made once and called again and again, in training or not."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from harness.worker.drive import ToBackend
from harness.worker.plain import remarks
from harness.worker.problem import Problem, fits, told, written
from harness.worker.taken import alone, array_of


def run_layers(thing: Any, case: Mapping[str, Any], files: Collection[str], backend: ToBackend) -> list[Any]:
    """One case, call by call; a layer is made at the first call that goes to it.

    What is not told is not passed: the constructor's defaults count.
    """
    layers: dict[int, Any] = {}
    replies = []
    for run in case["runs"]:
        reply: dict[str, Any] = {"results": {}, "dtypes": {}, "remarks": [], "problem": None}
        try:
            if run["instance"] not in layers:
                layers[run["instance"]] = _layer(thing, run["rate"], dict(run["made"]))
            layer = layers[run["instance"]]
            x = backend(np.array(run["x"]))
            fits(layer, (x,), {"training": run["training"]})
            value = layer(x, training=run["training"])
            if value is None:
                raise Problem("returns_nothing")
            y, seen = alone(value)
            reply["results"]["y"], reply["dtypes"]["y"] = array_of("y", y, run["x"].shape)
            reply["remarks"] = sorted(seen | remarks(y, x))
        except BaseException as error:
            reply["problem"] = told(error, files)
        replies.append(reply)
    return replies


def _layer(thing: Any, rate: float, hyper: dict[str, Any]) -> Any:
    """A layer of this rate, which can be called: a class's instance, or what a function returns."""
    if not inspect.isclass(thing):
        written(thing)
    if "noise_shape" in hyper:
        hyper["noise_shape"] = tuple(hyper["noise_shape"])
    fits(thing, (rate,), hyper)
    layer = thing(rate, **hyper)
    if not callable(layer):
        has = [name[:40] for name in dir(layer) if not name.startswith("_")]
        raise Problem("no_step", has=has[:10], wanted="__call__")
    written(type(layer).__call__)
    return layer
