"""Recognising code in the shape of another course, which an adapter reaches.

Its names are often the contract's (``adam``, ``SGD``), its signatures are not: nothing written for the contract takes
these parameters, since the contract does not pass them. The rule reads names and parameters alone, so it holds for
what was imported as for the source of what could not be.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from typing import Any

Parameters = tuple[str, ...]
"""The names of what a function takes by position."""

_CS231N = {("w", "dw", "config"), ("x", "dx", "config")}
_CS231N_DICTS = {"bn_param", "dropout_param"}
_CS231N_NAMED = ("dropout_backward", ("dout", "cache"))
"""Told by its name as well: of batch normalization's backward these are the contract's parameters too."""

_SCRATCH = {"update": ("params", "grads"), "forward": ("x", "train_flg")}
_CONTRACT = ("step", "epoch")


def shape(value: Any) -> str:
    """The name of the adapter that reaches ``value``; empty for everything else."""
    if inspect.isclass(value):
        methods = {name: getattr(value, name, None) for name in (*_SCRATCH, *_CONTRACT)}
        return _of_class({name: _parameters(each) for name, each in methods.items() if callable(each)})
    return _of_function(getattr(value, "__name__", ""), _parameters(value))


def shapes(source: bytes) -> dict[str, str]:
    """The same for a module's functions and classes, by name, from its source; none where Python cannot read it.

    What is decorated is left out: a decorator may give it any shape.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    found: dict[str, str] = {}
    classes: dict[str, dict[str, Parameters]] = {}
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name, decorator_list=[]):
                found[name] = _of_function(name, _written(node))
            case ast.ClassDef(name=name, decorator_list=[]):
                bases = [classes[base.id] for base in node.bases if isinstance(base, ast.Name) and base.id in classes]
                own = {each.name: _written(each) for each in node.body if isinstance(each, ast.FunctionDef)}
                classes[name] = {method: taken for each in (*bases[::-1], own) for method, taken in each.items()}
                found[name] = _of_class(classes[name])
    return {name: adapter for name, adapter in found.items() if adapter}


def _of_function(name: str, parameters: Parameters) -> str:
    theirs = parameters in _CS231N or _CS231N_DICTS & {*parameters}
    return "cs231n" if theirs or (name, parameters) == _CS231N_NAMED else ""


def _of_class(methods: Mapping[str, Parameters]) -> str:
    if any(name in methods for name in _CONTRACT):
        return ""
    return "scratch" if any(methods.get(name, ())[1:3] == taken for name, taken in _SCRATCH.items()) else ""


def _parameters(function: Any) -> Parameters:
    """Read from the code, which cannot lie about them."""
    if not inspect.isfunction(function):
        return ()
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def _written(node: ast.FunctionDef) -> Parameters:
    return tuple(each.arg for each in (*node.args.posonlyargs, *node.args.args))
