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

Optimizers update in place: over dicts in book 1, over lists in book 2. ε is written into the code, 1e-7 beside the
roots of the optimizers and 1e-6 in batch normalization. A class without ``update`` is a stub.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import CodeType, ModuleType
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
    return {id: _optimizer(kind, _OPTIMIZERS[id]) for id, kind in kinds.items() if hasattr(kind, "update")}


def _optimizer(kind: Any, rule: Rule) -> type:
    lists = _takes_lists(kind)

    def held(value: Any) -> Any:
        return [value] if lists else {"W1": value}

    place: Any = 0 if lists else "W1"

    class Optimizer:
        student = kind

        def __init__(self, **hyper: float) -> None:
            self.optimizer = kind(**rule.hyper(hyper))

        def step(self, w: Any, grad: Callable[[Any], Any]) -> Any:
            params = held(w)
            self.optimizer.update(params, held(grad(w)))
            vars(self).update(rule.state(self._kept))
            return params[place]

        def _kept(self, attribute: str) -> Any:
            states = getattr(self.optimizer, attribute, None)
            if isinstance(states, dict):
                return states.get(place)
            return states[0] if isinstance(states, list) and len(states) == 1 else None

    return Optimizer


def _takes_lists(kind: type) -> bool:
    """Whether ``update`` walks lists, as in book 2: by the names its code uses, since to try it would leave state."""
    names = {name for function in _methods(kind) for code in _codes(function.__code__) for name in code.co_names}
    return not names & {"keys", "items", "values"} and bool(names & {"range", "enumerate", "zip"})


def _methods(kind: type) -> Iterator[Any]:
    for each in kind.__mro__:
        yield from (f for name, f in vars(each).items() if inspect.isfunction(f) and not name.startswith("__"))


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in filter(inspect.iscode, code.co_consts):
        yield from _codes(inner)


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


def _class(module: ModuleType, name: str) -> Any:
    found = getattr(module, name, None)
    return found if inspect.isclass(found) else None


# -- what the books' modules import from one another ------------------------------------------------------------------


def before() -> None:
    """Supply what ``optimizer.py`` and ``layers.py`` import from their neighbours, where these are not handed in. What
    is graded needs numpy alone."""

    def elsewhere(*_: Any, **__: Any) -> NoReturn:
        raise ImportError("this function stands in a file of the folder common that was not handed in")

    functions = "sigmoid sigmoid_grad relu relu_grad softmax softmax_grad mean_squared_error cross_entropy_error"
    stand_in(
        {
            "common.np": {"np": np, "GPU": False},
            "common.config": {"GPU": False},
            "common.functions": dict.fromkeys(functions.split(), elsewhere),
            "common.util": dict.fromkeys(["im2col", "col2im"], elsewhere),
        }
    )
