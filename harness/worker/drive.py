"""Driving a student's optimizer through recorded gradients, one step at a time.

What is run here is decided elsewhere; what comes back is recorded and not judged. Student code is called at three
places only (to make the thing, to step it, to ask an iterator for more), and whatever it raises there ends the one
stream it happened in.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NoReturn

import numpy as np

from harness.worker import strange
from harness.worker.plain import NATIVE, NotPlain, is_tensor, plain, remarks
from harness.worker.problem import Problem, fits, made, told, written
from harness.worker.taken import Array, array_of, squeezed

ToBackend = Callable[[Array], Any]
Driver = Callable[..., Iterator[bool]]

_CALLS_RECORDED = 4
"""Calls of ``grad`` recorded beyond one a step; further ones are only counted."""


class NotCalledError(Problem, AttributeError):
    """``grad`` is computed with as if it were the gradient. To ``hasattr`` it is no more than a missing attribute."""

    def __init__(self) -> None:
        super().__init__("grad_not_called")


def _refused(*_: Any, **__: Any) -> NoReturn:
    raise NotCalledError


class Gradients:
    """``grad`` for one instance: hands out the next gradient at each call and remembers where it was asked."""

    __add__ = __sub__ = __mul__ = __truediv__ = __pow__ = __matmul__ = __neg__ = __getitem__ = __iter__ = _refused
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = __rmatmul__ = _refused
    __array__ = __array_ufunc__ = __array_function__ = __torch_function__ = __getattr__ = _refused

    def __init__(self, grads: Array, backend: ToBackend, order: Array | None = None) -> None:
        self.grads = grads
        self.backend = backend
        self.batched = order is not None
        self.room = len(grads) + _CALLS_RECORDED
        self.points: list[Any] = []
        self.count = 0

    def __call__(self, w: Any, batch: Any = None) -> Any:
        if len(self.points) < self.room:
            self.points.append(_copied(w))
        gradient = self._of_batch(batch) if self.batched else self.grads[self.count % len(self.grads)]
        self.count += 1
        return self.backend(np.array(gradient))

    def _of_batch(self, batch: Any) -> Array:
        """The mean over the examples ``batch``, in whatever order: the sum of these gradients is exact."""
        if hasattr(batch, "detach"):
            batch = batch.detach().cpu().numpy()
        try:
            rows = np.asarray(batch)
        except ValueError:  # a list of lists of different lengths, or within itself
            rows = np.empty(0)
        if rows.ndim != 1 or not len(rows) or rows.dtype.kind not in "iu":
            raise ValueError(f"grad(w, batch) takes a batch of example indices; got {str(batch)[:80]}")
        mean: Array = self.grads[rows].sum(axis=0) / len(rows)
        return mean.astype(self.grads.dtype)


class Record:
    """What one instance did: every w, where and how often it asked for a gradient, the steps it offered.

    ``given`` is the w it was handed, in its backend; ``asks`` says whether inner quantities are still looked at.
    """

    def __init__(self, w: Array, names: Sequence[str], given: Any) -> None:
        self.shape = w.shape
        self.given = given
        self.remarks: set[str] = set()
        self.squeezed = squeezed(w.shape)
        self.names = {_bare(name): name for name in names}
        self.asks = bool(names)
        self.w: list[Array] = []
        self.dtypes: list[list[Any]] = []  # [dtype, the step from which it holds]
        self.calls: list[int] = []
        self.offered: dict[str, list[Array]] | None = None
        self.problem: dict[str, Any] | None = None

    def add(self, w: Any, calls: int, inner: Mapping[str, Any]) -> None:
        """Record one step; raises :class:`Problem` where w is no array of w's shape."""
        step = len(self.w) + 1
        if type(w) is np.ndarray and w.dtype in NATIVE and w.shape == self.shape:  # as array_of has it, sooner
            array, dtype = w.copy(), NATIVE[w.dtype]
        else:
            array, dtype = array_of("w", w, self.shape, step=step)
        if self.shape and type(w) is not type(self.given):  # a single number may come as one of any kind
            self.remarks |= remarks(w, self.given)
        # not worth a word of a function, whose backward may need the graph
        if type(w) is not np.ndarray and is_tensor(w) and w.requires_grad:
            self.remarks.add("requires_grad")
        if not self.dtypes or self.dtypes[-1][0] != dtype:
            self.dtypes.append([dtype, step])
        self.w.append(array)
        self.calls.append(calls)
        self._offer(inner)

    def _offer(self, inner: Mapping[str, Any]) -> None:
        """Keep the inner quantities that bear a step's name and, squeezed, w's shape, as long as each step has them."""
        if not self.asks:
            return
        named = self._named(inner)
        if self.offered is None:
            self.offered = {name: [] for name in named}
        for name in list(self.offered):
            value = _copied(named.get(name))
            if value is None or squeezed(value.shape) != self.squeezed:
                del self.offered[name]
            else:
                self.offered[name].append(value.reshape(self.shape))
        self.asks = bool(self.offered)

    def _named(self, inner: Mapping[str, Any]) -> dict[str, Any]:
        exact = {name: inner[name] for name in self.names.values() if name in inner}
        loose = {self.names[_bare(key)]: value for key, value in inner.items() if _bare(key) in self.names}
        return {**loose, **exact}

    def reply(self, gradients: Gradients) -> dict[str, Any]:
        """The record as plain data for the wire. Points stop where one was no array of w's shape."""
        points: list[Array] = []
        for point in gradients.points:
            if point is None or point.shape != self.shape:
                break
            points.append(point)
        return {
            "w": _stacked(self.w, self.shape),
            "dtypes": self.dtypes[:8],
            "remarks": sorted(self.remarks),
            "points": _stacked(points, self.shape),
            "asked": gradients.count,
            "calls": np.array(self.calls, dtype=np.int64),
            "steps": {name: _stacked(values, self.shape) for name, values in (self.offered or {}).items()},
            "problem": self.problem,
        }


def run_streams(
    step: Driver, thing: Any, case: Mapping[str, Any], files: Collection[str], backend: ToBackend
) -> list[Any]:
    """One case: every stream gets an instance of its own, and they take their steps in turn."""
    runs = []
    for stream in case["runs"]:
        record = Record(stream["w"], case["names"], backend(np.array(stream["w"])))
        gradients = Gradients(stream["grads"], backend, stream.get("order"))
        moves = step(thing, dict(case["hyper"]), stream, record, gradients, backend)
        runs.append((record, gradients, _guarded(moves, record, files)))
    waiting = [moves for _, _, moves in runs]
    while waiting:
        waiting = [moves for moves in waiting if next(moves, None) is not None]
    return [record.reply(gradients) for record, gradients, _ in runs]


def _guarded(moves: Iterator[bool], record: Record, files: Collection[str]) -> Iterator[bool]:
    """The moves, ended by the first exception, which becomes the record's problem."""
    try:
        yield from moves
    except BaseException as error:
        record.problem = told(error, files, step=len(record.w) + 1)


def optimizer(
    thing: Any, hyper: dict[str, Any], stream: Mapping[str, Any], record: Record, grad: Gradients, backend: ToBackend
) -> Iterator[bool]:
    """A class with ``step(w, grad)``, or a function that returns an iterator over w."""
    w = backend(np.array(stream["w"]))
    steps = len(stream["grads"])
    if inspect.isclass(thing):
        instance = made(thing, hyper, "step")
        for _ in range(steps):
            before = grad.count
            result = instance.step(w, grad)
            w = w if result is None else result
            record.add(w, grad.count - before, _attributes(instance) if record.asks else {})
            yield True
        return
    written(thing)
    fits(thing, (w, grad), hyper)
    iterator = _iterator(thing(w, grad, **hyper))
    for step in range(1, steps + 1):
        before = grad.count
        try:
            value = next(iterator)
        except StopIteration:
            raise Problem("stopped_early", step=step, steps=steps) from None
        w, inner = _yielded(value, step)
        record.add(w, grad.count - before, inner)
        yield True


def epoch(
    thing: Any, hyper: dict[str, Any], stream: Mapping[str, Any], record: Record, grad: Gradients, backend: ToBackend
) -> Iterator[bool]:
    """One epoch: a class with ``epoch(w, grad, order)``, or a function; either may yield every w or give the last.

    Where only the last w is given, the record holds that one.
    """
    w = backend(np.array(stream["w"]))
    order = backend(np.array(stream["order"]))
    if inspect.isclass(thing):
        instance = made(thing, hyper, "epoch")
        result = instance.epoch(w, grad, order)
    else:
        written(thing)
        fits(thing, (w, grad, order), hyper)
        result = thing(w, grad, order, **hyper)
    if not strange.defines(type(result), "__next__"):
        record.add(w if result is None else result, grad.count, {})
        yield True
        return
    for step in range(1, len(stream["order"]) + 1):  # more batches than examples there cannot be
        before = grad.count
        try:
            value = next(result)
        except StopIteration:
            return
        w, inner = _yielded(value, step)
        record.add(w, grad.count - before, inner)
        yield True


def _iterator(value: Any) -> Iterator[Any]:
    if strange.defines(type(value), "__next__"):
        return value  # type: ignore[no-any-return]  # just seen to be one
    raise Problem("not_iterator", type=strange.described(value))


def _yielded(value: Any, step: int) -> tuple[Any, Mapping[str, Any]]:
    if not issubclass(type(value), dict):
        return value, {}
    inner = strange.named(value)
    if "w" not in inner:
        raise Problem("no_w", step=step, keys=[_shown(key) for key in dict.keys(value)][:10])
    return inner.pop("w"), inner


def _attributes(instance: Any) -> Mapping[str, Any]:
    inner = getattr(instance, "__dict__", {})
    return {key: value for key, value in strange.named(inner).items() if key != "w"} if type(inner) is dict else {}


def _shown(key: Any) -> str:
    return str(key)[:40] if type(key) in (str, int, float, bool) else strange.name(type(key))


def _copied(value: Any) -> Array | None:
    try:
        return plain(value)[0]
    except NotPlain:
        return None


@lru_cache(1000)  # a few names, looked at in every step
def _bare(name: str) -> str:
    """A name without its underscores, and without regard to case where it is more than a letter: g is not G."""
    bare = name.replace("_", "")
    return bare.lower() if len(bare) > 1 else bare


def _stacked(arrays: Sequence[Array], shape: tuple[int, ...]) -> Array:
    if not arrays:
        return np.zeros((0, *shape))
    if not shape:
        return np.array(arrays)
    return np.concatenate(arrays).reshape(len(arrays), *shape)  # what np.stack does, without a view of each first
