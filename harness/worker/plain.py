"""Turning what a student gives back into plain arrays of plain numbers, or into plain data.

Types are compared, never asked: a subclass can lie in any method, so none of it is called.
"""

from __future__ import annotations

import math
import sys
from functools import cache
from typing import Any

import numpy as np

from harness.worker.failure import out_of_memory
from harness.worker.strange import of_dtype, strange, torch_at_hand

NATIVE = {np.dtype(name): name for name in ("float32", "float64")}  # to make a dtype's name anew takes its time
_SCALARS = frozenset(map(id, np.sctypeDict.values()))  # by identity: a class may lie about its hash as well


_MOST_PIECES, _LONGEST_TEXT, _DEEPEST = 200, 200, 8
"""What plain data may come to: numbers, texts and lists in all; characters of a text; lists within lists."""


class NotPlain(Exception):  # noqa: N818  # an answer, which its caller turns into a problem
    """The value is no array of floats, or no plain data: ``kind`` is that of a problem, ``type`` says it in words."""

    def __init__(self, kind: str, type: str) -> None:
        super().__init__(type)
        self.kind = kind
        self.type = type


def plain(value: Any) -> tuple[np.ndarray[Any, Any], str]:
    """A float array copied from ``value``, and the name of the dtype it came in.

    Accepts numpy arrays and scalars, torch tensors and parameters, Python floats and ints; of floating dtype only. What
    is neither float32 nor float64 is given back as float64. Raises :class:`NotPlain`.
    """
    if type(value) is np.ndarray and value.dtype in NATIVE:
        return value.copy(), NATIVE[value.dtype]
    if type(value) is float or type(value) is int:
        return np.array(_float(value)), "float64"
    array, name = _array(value)
    if array.dtype in NATIVE:
        return np.array(array, order="C"), name
    if array.dtype.kind != "f":
        raise NotPlain(*of_dtype(value, array))
    native = np.float32 if array.dtype.itemsize == 4 else np.float64  # the other byte order, or another precision
    with np.errstate(all="ignore"):  # whatever the student has set: a number beyond float64 becomes infinite
        return np.array(array, native, order="C"), name


def whole(value: Any) -> tuple[np.ndarray[Any, Any], str]:
    """An int64 array copied from ``value``, which may be of any integer dtype, and the name of that.

    Accepts numpy arrays and scalars, torch tensors, Python ints. Raises :class:`NotPlain`.
    """
    if type(value) is int and -(2**63) <= value < 2**63:
        return np.array(value, np.int64), "int64"
    array, name = _array(value)
    if array.dtype.kind not in "iu":
        raise NotPlain(*of_dtype(value, array))
    return np.array(array, np.int64, order="C"), name


def remarks(value: Any, given: Any) -> set[str]:
    """What is worth knowing of a right array: the notes' ids. ``given`` is one that the student's code was handed."""
    if type(value) is np.ndarray and type(given) is not np.ndarray:
        return {"array_for_tensor"}
    return {"tensor_for_array"} if is_tensor(value) and type(given) is np.ndarray else set()


def is_tensor(value: Any) -> bool:
    """Whether it is torch's own tensor or parameter, and of no class made from them."""
    torch = torch_at_hand()
    return torch is not None and (type(value) is torch.Tensor or type(value) is torch.nn.Parameter)


def _array(value: Any) -> tuple[np.ndarray[Any, Any], str]:
    """An array that holds what an array, a numpy scalar or a tensor does, and the name of the dtype it came in."""
    if type(value) is np.ndarray or id(type(value)) in _SCALARS:
        return np.asarray(value), NATIVE.get(value.dtype) or value.dtype.name
    if is_tensor(value):
        return _of_tensor(value), _name(value.dtype)
    raise NotPlain(*strange(value))


@cache
def _name(dtype: Any) -> str:
    """torch's name of a dtype."""
    return str(dtype).removeprefix("torch.")


def _of_tensor(tensor: Any) -> np.ndarray[Any, Any]:
    torch = sys.modules["torch"]
    if tensor.is_nested or tensor.is_quantized:
        raise NotPlain("wrong_type", "a nested tensor" if tensor.is_nested else "a quantized tensor")
    if tensor.layout is not torch.strided:
        raise NotPlain("sparse_given", "a sparse tensor")
    if tensor.is_meta:
        raise NotPlain("meta_given", "a tensor on the device meta")
    if tensor.is_floating_point() and tensor.dtype not in (torch.float32, torch.float64):
        tensor = tensor.to(torch.float64)  # numpy has no bfloat16
    try:
        return torch.Tensor.numpy(tensor, force=True)  # type: ignore[no-any-return]  # torch came untyped
    except Exception as error:
        if out_of_memory(error):
            raise
        raise NotPlain("wrong_type", "a tensor that has no array") from None  # as of raw bits


def data(value: Any) -> Any:
    """Plain data copied from ``value``: None, booleans, numbers, texts, lists, and dicts by text.

    What numpy and torch have instead of Python's own becomes that, tuples become lists, and a float that is not finite
    its name, which JSON cannot hold. Raises :class:`NotPlain` for anything else, and where it is too large.
    """
    return _data(value, [_MOST_PIECES], _DEEPEST)


def _data(value: Any, left: list[int], depth: int) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        raise NotPlain("wrong_type", "data larger than what was passed in")
    if is_tensor(value):
        value = _of_tensor(value)
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
        raise NotPlain("wrong_type", "a dict with a name that is no text, or a long one")
    raise NotPlain(*(("wrong_type", "a long text") if kind is str else strange(value)))


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:  # an integer beyond every float
        return math.inf if number > 0 else -math.inf
