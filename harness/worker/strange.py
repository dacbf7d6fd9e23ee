"""What a value is that is not what was asked for: a kind, which has its own sentence, and words.

Types are compared by identity and read through ``type`` itself: neither a class nor its metaclass is asked anything.
"""

from __future__ import annotations

import sys
from array import array
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

_LONGEST_NAME = 80

_OF_DTYPE = {
    "b": ("booleans_given", "boolean"),
    "i": ("integers_given", "integer"),
    "u": ("integers_given", "integer"),
    "f": ("floats_given", "float"),
    "c": ("complex_given", "complex number"),
    "O": ("objects_given", "object"),
    "S": ("text_given", "text"),
    "T": ("text_given", "text"),
    "U": ("text_given", "text"),
}
"""By a dtype's kind: what is given, and one of them in words."""

_PYTHONS = {
    bool: ("booleans_given", "a boolean"),
    complex: ("complex_given", "a complex number"),
    str: ("text_given", "text"),
    bytes: ("text_given", "text"),
    float: ("floats_given", "a float"),
    int: ("wrong_type", "an integer of more than 64 bits"),
    array: ("wrong_type", "an array of Python's own"),
    type(None): ("none_given", "None"),
    FunctionType: ("function_given", "a function"),
    MethodType: ("function_given", "a method"),
    BuiltinFunctionType: ("function_given", "a method"),
}


def strange(value: Any) -> tuple[str, str]:
    """The kind of a value that is no array, tensor or number of the asked kind, and words for it with their article."""
    kind = type(value)
    for plain, said in _PYTHONS.items():
        if kind is plain:
            return said
    if issubclass(kind, tuple):
        return "tuple_given", described(value)
    if issubclass(kind, list):
        return "list_given", described(value)
    if issubclass(kind, dict):
        return "dict_given", described(value)
    if issubclass(kind, np.ma.MaskedArray):
        return "masked_given", "a masked array"
    if issubclass(kind, np.matrix):
        return "matrix_given", "a matrix"
    if issubclass(kind, type):
        return "function_given", "a class"
    if base := next((base for base in _numeric() if issubclass(kind, base)), None):
        return "subclass_given", f"{_a(name(kind))}, a class made from {name(base)},"
    return "iterator_given" if defines(kind, "__next__") else "wrong_type", _a(name(kind))


def of_dtype(value: Any, numbers: np.ndarray[Any, Any]) -> tuple[str, str]:
    """The same of an array, a numpy scalar or a tensor that holds these ``numbers``, of a dtype not asked for."""
    dtype = numbers.dtype
    kind, one = _OF_DTYPE.get(dtype.kind, ("wrong_type", dtype.name))
    exact = f" ({dtype.name})" if dtype.kind in "iufc" else ""
    counted = one != "text" and kind != "wrong_type"
    if not numbers.shape:
        return kind, (_a(one) if counted else one) + exact
    return kind, f"{'an array' if type(value) is np.ndarray else 'a tensor'} of {f'{one}s' if counted else one}{exact}"


def described(value: Any) -> str:
    """A value's type in words, with the number of its elements where it is a tuple or a list."""
    if value is None:
        return "None"
    if type(value) is np.ndarray:
        return "an array"
    inner = elements(value)
    return _a(name(type(value))) + ("" if inner is None else f" of {len(inner)}")


def elements(value: Any) -> tuple[Any, ...] | None:
    """What stands in a tuple or a list, or a class made from them; None for anything else."""
    for base in (tuple, list):
        if issubclass(type(value), base):
            return tuple(base.__iter__(value))
    return None


def named(value: Any) -> dict[str, Any]:
    """What a dict, or a class made from it, holds under texts; nothing for anything else."""
    items = dict.items(value) if issubclass(type(value), dict) else ()
    return {key: each for key, each in items if type(key) is str}


def defines(kind: type, method: str) -> bool:
    """Whether a class or one of its bases has a method of that name."""
    mro = type.__dict__["__mro__"].__get__(kind)
    return any(method in type.__dict__["__dict__"].__get__(base) for base in mro)


def name(kind: type) -> str:
    """A class's name; itself a text that may be of a student's class."""
    return str.__str__(type.__dict__["__qualname__"].__get__(kind))[:_LONGEST_NAME]


def torch_at_hand() -> Any:
    """torch, or None: where it is not imported, or barred, there are no tensors."""
    torch = sys.modules.get("torch")
    return torch if type(torch) is ModuleType else None


def _numeric() -> tuple[type, ...]:
    torch = torch_at_hand()
    tensors = (torch.nn.Parameter, torch.Tensor) if torch else ()
    return (*tensors, np.ndarray, *np.sctypeDict.values(), float, int)


def _a(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in {*'aeio'} else 'a'} {noun}"
