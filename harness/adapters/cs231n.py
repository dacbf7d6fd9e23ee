"""CS231n, assignment 2, of every year since 2016: ``cs231n/optim.py`` and ``cs231n/layers.py``.

=======================  ============================================
their function           the contract's algorithm
=======================  ============================================
``sgd``                  gradient_descent: one step with a given gradient
``sgd_momentum``         momentum; their velocity is −v
``rmsprop``, ``adam``    the same
``batchnorm_forward``    batch_norm_forward, batch_norm_inference (mode "test")
``batchnorm_backward``   batch_norm_backward; ``batchnorm_backward_alt`` where only that is written
``dropout_forward``      inverted_dropout
``dropout_backward``     dropout_backward
=======================  ============================================

Settings: the ``p`` of dropout is the probability of dropping in 2016 and 2017, of keeping since 2018. By default the
starter's docstring, which stands in the student's own file, says which ("We drop each neuron output with probability
p"); where it is gone p keeps. ``--adapter cs231n:keep`` and ``--adapter cs231n:drop`` overrule it.

The config dict is always given in full, with the contract's defaults and with t = 0: starters differ in theirs. Code
that divides by zero there starts from its own t. The state is left to the student's code.
"""

from __future__ import annotations

import builtins
import copy
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from harness.adapters import Rule, drawing, drives, stand_in

MODULES = {
    "optim": ("gradient_descent", "momentum", "rmsprop", "adam"),
    "layers": (
        "batch_norm_forward",
        "batch_norm_backward",
        "batch_norm_inference",
        "inverted_dropout",
        "dropout_backward",
    ),
}
PACKAGE = "cs231n"
SETTINGS = ("docstring", "keep", "drop")
SETTING = "docstring"

Function = Callable[..., Any]


def adapt(module: ModuleType) -> dict[str, Any]:
    """Whatever of the table above the module has: optim and layers are not told apart."""
    bridges = (_optimizers, _batch_norm, _dropout)
    return {name: value for bridge in bridges for name, value in bridge(module).items()}


# -- optimizers -------------------------------------------------------------------------------------------------------

_OPTIMIZERS = {
    "gradient_descent": Rule("sgd", {"lr": ("learning_rate", 0.01)}),
    "momentum": Rule(
        "sgd_momentum",
        {"lr": ("learning_rate", 0.01), "gamma": ("momentum", 0.9)},
        {"v": ("velocity", -1)},
    ),
    "rmsprop": Rule(
        "rmsprop",
        {"lr": ("learning_rate", 0.001), "gamma": ("decay_rate", 0.99), "eps": ("epsilon", 1e-8)},
        {"G": ("cache", 1)},
    ),
    "adam": Rule(
        "adam",
        {"lr": ("learning_rate", 0.001), "beta1": ("beta1", 0.9), "beta2": ("beta2", 0.999), "eps": ("epsilon", 1e-8)},
        {"m": ("m", 1), "v": ("v", 1)},
    ),
}


def _optimizers(module: ModuleType) -> dict[str, Any]:
    functions = {id: _function(module, rule.name) for id, rule in _OPTIMIZERS.items()}
    return {id: _optimizer(function, _OPTIMIZERS[id]) for id, function in functions.items() if function}


def _optimizer(function: Function, rule: Rule) -> type:
    class Optimizer:
        student = staticmethod(function)

        def __init__(self, **hyper: float) -> None:
            self.config: Any = Dict(rule.hyper(hyper), t=0)
            self.begun = False

        def step(self, w: Any, grad: Callable[[Any], Any]) -> Any:
            dw = grad(w)
            if rule.name == "adam" and not self.begun:
                self.config = _first_config(function, w, dw, self.config)
            self.begun = True
            next_w, self.config = _step(function, w, dw, self.config)
            if isinstance(self.config, dict):
                vars(self).update(rule.state(self.config.get))
            return next_w

    return Optimizer


def _step(function: Function, w: Any, dw: Any, config: Any) -> tuple[Any, Any]:
    named = "config" in inspect.signature(function).parameters  # then it stays config's, whatever was put before it
    return _pair(function, function(w, dw, config=config) if named else function(w, dw, config))


def _first_config(function: Function, w: Any, dw: Any, config: Dict) -> Dict:
    """The config of the first step, with t = 0 as the number of steps done.

    Code that uses t before it adds 1 divides by zero there. If it starts from a t of its own, 1, it is right all the
    same, and that it never advances t can be seen: t is then left to it.
    """
    own = Dict({word: value for word, value in config.items() if word != "t"})
    return own if not _works(function, w, dw, config) and _works(function, w, dw, own) else config


def _works(function: Function, w: Any, dw: Any, config: Dict) -> bool:
    """Whether a step from there, on copies, comes out as finite numbers."""
    try:
        with np.errstate(all="ignore"):
            next_w, _ = _step(function, *copy.deepcopy((w, dw, config)))
        return bool(np.all(np.isfinite(next_w)))
    except Exception:
        return False


# -- layers -----------------------------------------------------------------------------------------------------------


def _batch_norm(module: ModuleType) -> dict[str, Any]:
    forward = _function(module, "batchnorm_forward")
    backwards = [f for name in ("batchnorm_backward", "batchnorm_backward_alt") if (f := _function(module, name))]
    found: dict[str, Any] = {}
    if forward:

        @drives(forward)
        def batch_norm_forward(x: Any, gamma: Any, beta: Any, *, eps: float = 1e-5) -> tuple[Any, Any]:
            bn_param = Dict(mode="train", eps=eps, momentum=0.9)
            out, cache = _pair(forward, forward(x, gamma, beta, bn_param))
            return out, Dict(cache) if type(cache) is dict else cache

        @drives(forward)
        def batch_norm_inference(
            x: Any, gamma: Any, beta: Any, running_mean: Any, running_var: Any, *, eps: float = 1e-5
        ) -> Any:
            bn_param = Dict(mode="test", eps=eps, momentum=0.9, running_mean=running_mean, running_var=running_var)
            return _pair(forward, forward(x, gamma, beta, bn_param))[0]

        found |= {"batch_norm_forward": batch_norm_forward, "batch_norm_inference": batch_norm_inference}
    if backwards:

        @drives(backwards[0])
        def batch_norm_backward(dy: Any, cache: Any) -> Any:
            for backward in backwards:
                gradients = backward(dy, cache)
                if not isinstance(gradients, tuple) or any(each is not None for each in gradients):
                    return gradients
            raise NotImplementedError

        found["batch_norm_backward"] = batch_norm_backward
    return found


def _dropout(module: ModuleType) -> dict[str, Any]:
    forward, backward = _function(module, "dropout_forward"), _function(module, "dropout_backward")
    if not forward:
        return {}

    def run(x: Any, rate: float, u: Any, mode: str) -> tuple[Any, Any]:
        p = rate if _drops(forward) else 1 - rate
        with drawing(u, module):
            try:
                return _pair(forward, forward(x, Dict(p=p, mode=mode)))
            except AttributeError as error:
                if (error.obj, error.name) == (None, "astype"):  # the starter's last line, behind what is not written
                    raise NotImplementedError from error
                raise

    @drives(forward)
    def inverted_dropout(x: Any, rate: float, u: Any, training: bool) -> Any:
        return run(x, rate, u, "train" if training else "test")[0]

    found: dict[str, Any] = {"inverted_dropout": inverted_dropout}
    if backward:

        @drives(backward)
        def dropout_backward(dy: Any, rate: float, u: Any) -> Any:
            _, cache = run(np.ones_like(dy), rate, u, "train")  # only it knows where the mask is and what is in it
            dx = backward(dy, cache)
            if dx is None:
                raise NotImplementedError
            return dx

        found["dropout_backward"] = dropout_backward
    return found


def _drops(forward: Function) -> bool:
    if SETTING != "docstring":
        return SETTING == "drop"
    return "we drop each neuron" in " ".join((forward.__doc__ or "").lower().split())


# -- what they share --------------------------------------------------------------------------------------------------


def _function(module: ModuleType, name: str) -> Function | None:
    function = getattr(module, name, None)
    return function if callable(function) else None


def _pair(function: Function, result: Any) -> tuple[Any, Any]:
    """The two values that every forward function and every optimizer returns; the starter's have None in them."""
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise TypeError(f"{function.__name__} returned {type(result).__name__}, not two values")
    first, second = result
    if first is None:
        raise NotImplementedError
    return first, second


class Dict(dict[str, Any]):
    """A dict as Python 2 had it."""

    iteritems, iterkeys, itervalues = dict.items, dict.keys, dict.values

    def has_key(self, key: str) -> bool:
        return key in self


# -- the Python they were written for ---------------------------------------------------------------------------------


def before() -> None:
    """Supply what most repositories need to be imported or run at all: the package future, from which the starters
    import a name or two, and what Python 2 and NumPy 1 called things."""
    old_div = {"old_div": lambda a, b: a // b if isinstance(a, int) and isinstance(b, int) else a / b}
    stand_in(
        {
            "past": {},
            "past.builtins": {"xrange": range, "basestring": str, "unicode": str, "long": int, "raw_input": input},
            "past.utils": old_div,
            "future": {},
            "future.builtins": {name: value for name, value in vars(builtins).items() if not name.startswith("_")},
            "future.standard_library": {"install_aliases": lambda: None, "install_hooks": lambda: None},
            "future.utils": {"iteritems": dict.items, "iterkeys": dict.keys, "itervalues": dict.values},
        }
    )
    vars(builtins).setdefault("xrange", range)
    for name, value in {"int": int, "float": float, "object": object, "float_": np.float64, "product": np.prod}.items():
        vars(np).setdefault(name, value)
