"""Turning what a student gives back into plain arrays of plain numbers.

Types are compared, never asked: a subclass can lie in any method, so none of it is called.
"""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

_FLOATS = {np.dtype(name): name for name in ("float32", "float64")}
_SCALARS = frozenset(map(id, np.sctypeDict.values()))  # by identity: a class may lie about its hash as well


class NotPlain(Exception):  # noqa: N818  # an answer, which its caller turns into a problem
    """The value is no array of floats; ``type`` says what it is."""

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


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:  # an integer beyond every float
        return math.inf if number > 0 else -math.inf


def _name(kind: type) -> str:
    name = type.__getattribute__(kind, "__qualname__")
    return str(name)[:80]
