"""Turning what a student gives back into plain arrays of plain numbers, or into plain data.

Types are compared, never asked: a subclass can lie in any method, so none of it is called.
"""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

_FLOATS = {np.dtype(name): name for name in ("float32", "float64")}
_SCALARS = frozenset(map(id, np.sctypeDict.values()))  # by identity: a class may lie about its hash as well


_MOST_PIECES, _LONGEST_TEXT, _DEEPEST = 200, 200, 8
"""What plain data may come to: numbers, texts and lists in all; characters of a text; lists within lists."""


class NotPlain(Exception):  # noqa: N818  # an answer, which its caller turns into a problem
    """The value is no array of floats, or no plain data; ``type`` says what it is."""

    def __init__(self, type: str) -> None:
        super().__init__(type)
        self.type = type


def plain(value: Any) -> tuple[np.ndarray[Any, Any], str]:
    """A float array copied from ``value``, and the name of the dtype it came in.

    Accepts numpy arrays and scalars, torch tensors and parameters, Python floats and ints; of floating dtype only. What
    is neither float32 nor float64 is given back as float64. Raises :class:`NotPlain`.
    """
    kind = type(value)
    if kind is np.ndarray or id(kind) in _SCALARS:
        dtype = value.dtype
        if name := _FLOATS.get(dtype):
            return np.array(value, order="C"), name
        if dtype.kind != "f":
            raise NotPlain(f"{kind.__name__} of {dtype.name}")
        native = np.float32 if dtype.itemsize == 4 else np.float64  # the other byte order, or another precision
        return np.array(value, native, order="C"), dtype.name
    if kind is float or kind is int:
        return np.array(_float(value)), "float64"
    torch = sys.modules.get("torch")
    if torch is not None and kind in (torch.Tensor, torch.nn.Parameter):
        if not torch.is_floating_point(value):
            raise NotPlain(f"Tensor of {str(value.dtype).removeprefix('torch.')}")
        name = str(value.dtype).removeprefix("torch.")
        tensor = torch.Tensor.cpu(torch.Tensor.detach(value))
        if name not in _FLOATS.values():
            tensor = tensor.to(torch.float64)
        return np.array(tensor.numpy(), order="C"), name
    raise NotPlain(_name(kind))


def whole(value: Any) -> tuple[np.ndarray[Any, Any], str]:
    """An int64 array copied from ``value``, which may be of any integer dtype, and the name of that.

    Accepts numpy arrays and scalars, torch tensors, Python ints. Raises :class:`NotPlain`.
    """
    kind = type(value)
    torch = sys.modules.get("torch")
    if kind is int and -(2**63) <= value < 2**63:
        return np.array(value, np.int64), "int64"
    if torch is not None and kind is torch.Tensor:
        value = torch.Tensor.cpu(torch.Tensor.detach(value)).numpy()
    if type(value) is np.ndarray or id(type(value)) in _SCALARS:
        if value.dtype.kind in "iu":
            return np.array(value, np.int64, order="C"), value.dtype.name
        raise NotPlain(f"{kind.__name__} of {value.dtype.name}")
    raise NotPlain(_name(kind))


def data(value: Any) -> Any:
    """Plain data copied from ``value``: None, booleans, numbers, texts, lists, and dicts by text.

    What numpy and torch have instead of Python's own becomes that, tuples become lists, and a float that is not finite
    its name, which JSON cannot hold. Raises :class:`NotPlain` for anything else, and where it is too large.
    """
    return _data(value, [_MOST_PIECES], _DEEPEST)


def _data(value: Any, left: list[int], depth: int) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        raise NotPlain("data larger than what was passed in")
    kind = type(value)
    torch = sys.modules.get("torch")
    if torch is not None and kind in (torch.Tensor, torch.nn.Parameter):
        value = torch.Tensor.cpu(torch.Tensor.detach(value)).numpy()
        kind = type(value)
    if id(kind) in _SCALARS or (kind is np.ndarray and value.size <= _MOST_PIECES):
        value = value.tolist()
        kind = type(value)
    if value is None or kind is bool or (kind is int and -(2**63) <= value < 2**63):
        return value
    if kind is float:
        return value if math.isfinite(value) else str(value)
    if kind is str and len(value) <= _LONGEST_TEXT:
        return value
    if kind is list or kind is tuple:
        return [_data(each, left, depth - 1) for each in value]
    if issubclass(kind, dict):
        items = list(dict.items(value))  # its own methods, if it has any, are not asked
        if all(type(key) is str and len(key) <= _LONGEST_TEXT for key, _ in items):
            return {key: _data(each, left, depth - 1) for key, each in items}
    raise NotPlain(_name(kind))


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:  # an integer beyond every float
        return math.inf if number > 0 else -math.inf


def _name(kind: type) -> str:
    name = type.__getattribute__(kind, "__qualname__")
    return str(name)[:80]
