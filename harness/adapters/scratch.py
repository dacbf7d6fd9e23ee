"""Deep Learning from Scratch, books 1 and 2: ``common/optimizer.py`` and ``common/layers.py``.

=======================  ============================================
their class              the contract's algorithm
=======================  ============================================
``SGD``                  gradient_descent: one step with a given gradient
``Momentum``             momentum; their v is −v
``Nesterov``             nag; its iterates are the look-ahead points
``AdaGrad``              adagrad; their h is G
``RMSprop``              rmsprop; their h is G
``Adam``                 adam
``Dropout``              dropout_train, dropout_test; drops with ``dropout_ratio`` and does not scale
``BatchNormalization``   batch_norm_forward, batch_norm_backward, batch_norm_inference
=======================  ============================================

Optimizers update in place: over dicts in book 1, over lists in book 2; one that loops over nothing takes the array
itself, and may return it. ε is written into the code, 1e-7 beside the
roots of the optimizers and 1e-6 in batch normalization; where a student wrote another, 1e-8 or 1e-5, these take its
place. Names of classes match without regard to case and underscores, and hyper-parameters under names of the student's
own are passed by position. A class without ``update`` is a stub.
"""

from __future__ import annotations

import dis
import inspect
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType, SimpleNamespace
from typing import Any, NoReturn

import numpy as np

from harness.adapters import Rule, drawing, drives, stand_in

MODULES = {
    "common/optimizer": ("gradient_descent", "momentum", "nag", "adagrad", "rmsprop", "adam"),
    "common/layers": (
        "batch_norm_forward",
        "batch_norm_backward",
        "batch_norm_inference",
        "dropout_train",
        "dropout_test",
    ),
}
PACKAGE = "common"
FIXED = {
    "adagrad": {"eps": 1e-7},
    "rmsprop": {"eps": 1e-7},
    "adam": {"eps": 1e-7},
    "batch_norm_forward": {"eps": 1e-6},
    "batch_norm_backward": {"eps": 1e-6},
    "batch_norm_inference": {"eps": 1e-6},
}


_MOST_EPS = 1e-5
"""The largest number in the code that is taken for ε."""


def adapt(module: ModuleType) -> dict[str, Any]:
    """Whatever of the table above the module has: optimizer and layers are not told apart."""
    bridges = (_optimizers, _dropout, _batch_norm)
    return {name: value for bridge in bridges for name, value in bridge(module).items()}


# -- optimizers -------------------------------------------------------------------------------------------------------

_OPTIMIZERS = {
    "gradient_descent": Rule("SGD", {"lr": ("lr", 0.01)}),
    "momentum": Rule("Momentum", {"lr": ("lr", 0.01), "gamma": ("momentum", 0.9)}, {"v": ("v", -1)}),
    "nag": Rule("Nesterov", {"lr": ("lr", 0.01), "gamma": ("momentum", 0.9)}, {"v": ("v", -1)}),
    "adagrad": Rule("AdaGrad", {"lr": ("lr", 0.01)}, {"G": ("h", 1)}),
    "rmsprop": Rule("RMSprop", {"lr": ("lr", 0.001), "gamma": ("decay_rate", 0.99)}, {"G": ("h", 1)}),
    "adam": Rule(
        "Adam",
        {"lr": ("lr", 0.001), "beta1": ("beta1", 0.9), "beta2": ("beta2", 0.999)},
        {"m": ("m", 1), "v": ("v", 1)},
    ),
}


def _optimizers(module: ModuleType) -> dict[str, Any]:
    kinds = {id: _class(module, rule.name) for id, rule in _OPTIMIZERS.items()}
    return {id: _optimizer(id, kind) for id, kind in kinds.items() if hasattr(kind, "update")}


def _optimizer(id: str, kind: Any) -> type:
    rule = _OPTIMIZERS[id]
    place = _place(kind)
    if id in FIXED:
        _set_eps(kind, FIXED[id]["eps"])

    def held(value: Any) -> Any:
        match place:
            case None:
                return value
            case 0:
                return [value]
        return {place: value}

    class Optimizer:
        student = kind

        def __init__(self, **hyper: float) -> None:
            self.optimizer = _made(kind, rule.hyper(hyper))

        def step(self, w: Any, grad: Callable[[Any], Any]) -> Any:
            params = held(w)
            result = self.optimizer.update(params, held(grad(w)))
            vars(self).update(rule.state(self._kept))
            if place is None:
                return params if result is None else result
            return params[place]

        def _kept(self, attribute: str) -> Any:
            states = getattr(self.optimizer, attribute, None)
            if place is None:
                return states
            if isinstance(states, dict):
                return states.get(place)
            return states[0] if isinstance(states, list) and len(states) == 1 else None

    return Optimizer


def _made(kind: Any, hyper: dict[str, float]) -> Any:
    """By the book's words or, where the student has words of their own, by position: the order is the book's."""
    theirs = inspect.signature(kind).parameters.values()
    named = {each.name for each in theirs}
    if hyper.keys() <= named or any(each.kind is each.VAR_KEYWORD for each in theirs):
        return kind(**hyper)
    return kind(*hyper.values())


def _place(kind: type) -> Any:
    """Where ``update`` finds an array: by a key, as in book 1, by 0, as in book 2, or None where it takes one itself.

    It is read from the names that the code uses, since to try it would leave state.
    """
    methods = [f for f in _functions(kind) if not f.__name__.startswith("__")]
    codes = [code for function in methods for code in _codes(function.__code__)]
    names = {name for code in codes for name in code.co_names}
    if names & {"keys", "items", "values"}:
        return "W1"
    if names & {"range", "enumerate", "zip"}:
        return 0
    loops = any(each.opname == "FOR_ITER" for code in codes for each in dis.get_instructions(code))
    return "W1" if loops else None


def _functions(kind: type) -> Iterator[FunctionType]:
    for each in kind.__mro__:
        yield from filter(inspect.isfunction, vars(each).values())


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in filter(inspect.iscode, code.co_consts):
        yield from _codes(inner)


def _set_eps(kind: type, eps: float) -> None:
    """Let the code have the ε that the cases are made with, in place of the tiny number that stands in it."""

    def changed(value: Any) -> Any:
        if inspect.iscode(value):
            return value.replace(co_consts=tuple(map(changed, value.co_consts)))
        return eps if isinstance(value, float) and 0 < value <= _MOST_EPS else value

    for function in _functions(kind):
        function.__code__ = changed(function.__code__)
        function.__defaults__ = function.__defaults__ and tuple(map(changed, function.__defaults__))


# -- layers -----------------------------------------------------------------------------------------------------------


def _dropout(module: ModuleType) -> dict[str, Any]:
    layer = _class(module, "Dropout")
    if layer is None:
        return {}

    @drives(layer)
    def dropout_train(x: Any, p: float, u: Any) -> Any:
        with drawing(u, module):
            return layer(1 - p).forward(x, True)

    @drives(layer)
    def dropout_test(x: Any, p: float) -> Any:
        return layer(1 - p).forward(x, False)

    return {"dropout_train": dropout_train, "dropout_test": dropout_test}


def _batch_norm(module: ModuleType) -> dict[str, Any]:
    layer = _class(module, "BatchNormalization")
    if layer is None:
        return {}
    _set_eps(layer, FIXED["batch_norm_forward"]["eps"])

    @drives(layer)
    def batch_norm_forward(x: Any, gamma: Any, beta: Any, **_: float) -> tuple[Any, Any]:
        norm = layer(gamma, beta)
        return norm.forward(x, True), norm

    @drives(layer)
    def batch_norm_backward(dy: Any, cache: Any) -> tuple[Any, Any, Any]:
        dx = cache.backward(dy)
        return dx, cache.dgamma, cache.dbeta

    @drives(layer)
    def batch_norm_inference(x: Any, gamma: Any, beta: Any, running_mean: Any, running_var: Any, **_: float) -> Any:
        return layer(gamma, beta, 0.9, running_mean, running_var).forward(x, False)

    return {
        "batch_norm_forward": batch_norm_forward,
        "batch_norm_backward": batch_norm_backward,
        "batch_norm_inference": batch_norm_inference,
    }


# -- what they share --------------------------------------------------------------------------------------------------


def _class(module: ModuleType, name: str) -> Any:
    """The class of that name or, without regard to case and underscores, of one like it."""
    alike = [each for each in vars(module) if _plain(each) == _plain(name)]
    found = [vars(module)[each] for each in sorted(alike, key=name.__ne__)]
    return next(filter(inspect.isclass, found), None)


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


# -- what the books' modules import from one another ------------------------------------------------------------------


def before() -> None:
    """Supply what ``optimizer.py`` and ``layers.py`` import from their neighbours, where these are not handed in, and
    cupy, which book 2 imports in place of numpy where its ``GPU`` is true. What is graded needs numpy alone."""

    def elsewhere(*_: Any, **__: Any) -> NoReturn:
        raise ImportError("this function stands in a file of the folder common that was not handed in")

    def add(*args: Any, **options: Any) -> Any:
        """``numpy.add``, to which book 2 gives an ``at``."""
        return np.add(*args, **options)

    functions = "sigmoid sigmoid_grad relu relu_grad softmax softmax_grad mean_squared_error cross_entropy_error"
    stand_in(
        {
            "common.np": {"np": np, "GPU": False},
            "common.config": {"GPU": False},
            "common.functions": dict.fromkeys(functions.split(), elsewhere),
            "common.util": dict.fromkeys(["im2col", "col2im"], elsewhere),
        }
    )
    cupy = ModuleType("cupy")  # also where there is one: the cases' arrays are numpy's
    vars(cupy).update({name: value for name, value in vars(np).items() if not name.startswith("_")})
    vars(cupy).update(
        add=add,
        asnumpy=np.asarray,
        scatter_add=np.add.at,
        cuda=SimpleNamespace(set_allocator=lambda _: None, MemoryPool=lambda: SimpleNamespace(malloc=None)),
    )
    vars(add)["at"] = np.add.at
    sys.modules["cupy"] = cupy
