"""What counts as an array of numbers, and that it comes back as exactly the numbers it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from harness.worker.plain import NotPlain, plain

X = np.array([[0.1, -2.5], [3.75, 1e-30]])


class Lying(np.ndarray):
    """Says it is something else wherever it is asked."""

    dtype = np.dtype(np.float64)  # type: ignore[assignment]
    shape = (2,)  # type: ignore[assignment]

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("it was asked")

    __len__ = __iter__ = __getitem__ = __float__ = __array__  # type: ignore[assignment]


class Pretender:
    """No number at all, but its class says it is numpy's."""

    __module__ = "numpy"
    __class__ = np.float64  # type: ignore[assignment]

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("it was asked")

    __float__ = __array__


class Float(float):
    pass


class Scalar(np.float64):
    pass


Scalar.__module__ = "numpy"


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (X, "float64"),
        (X.astype(np.float32), "float32"),
        (np.array(2.5), "float64"),
        (np.zeros((0, 2)), "float64"),
        (np.array([np.nan, np.inf, -0.0]), "float64"),
        (X.T, "float64"),
        (X[::-1, ::2], "float64"),
        (np.asfortranarray(X), "float64"),
        (np.broadcast_to(np.float32(0.1), (2, 2)), "float32"),
        (X.astype(">f8"), "float64"),
        (X.astype(">f4"), "float32"),
        (X.astype(np.float16), "float16"),
        (X.astype(np.longdouble), np.dtype(np.longdouble).name),
        (np.float64(0.1), "float64"),
        (np.float32(0.1), "float32"),
        (np.float16(0.1), "float16"),
        (0.1, "float64"),
        (3, "float64"),
        (torch.tensor(X), "float64"),
        (torch.tensor(X).float(), "float32"),
        (torch.tensor(X).half(), "float16"),
        (torch.tensor(X).bfloat16(), "bfloat16"),
        (torch.tensor(0.5), "float32"),
        (torch.tensor(X).T, "float64"),
        (torch.tensor(X).requires_grad_(), "float64"),
        (torch.nn.Parameter(torch.tensor(X)), "float64"),
        (torch.tensor(X).requires_grad_() * 2, "float64"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_numbers_come_back_as_they_were(value: Any, dtype: str) -> None:
    array, name = plain(value)
    expected = value.detach().double().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
    assert name == dtype
    assert type(array) is np.ndarray
    assert array.dtype.name == (dtype if dtype in ("float32", "float64") else "float64")
    assert array.dtype.isnative
    assert array.flags.c_contiguous
    assert array.shape == expected.shape
    np.testing.assert_array_equal(array, expected.astype(array.dtype))


@pytest.mark.parametrize("value", [X.copy(), torch.tensor(X)], ids=["numpy", "torch"])
def test_what_the_student_keeps_changing_does_not_change_what_was_recorded(value: Any) -> None:
    array, _ = plain(value)
    value += 1
    np.testing.assert_array_equal(array, X)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "NoneType"),
        (True, "bool"),
        ("1.5", "str"),
        ([1.0, 2.0], "list"),
        ((1.0,), "tuple"),
        ({"w": 1.0}, "dict"),
        (1 + 2j, "complex"),
        (np.array([1, 2]), "ndarray of int64"),
        (np.array([True]), "ndarray of bool"),
        (np.array([1j]), "ndarray of complex128"),
        (np.array([1.0, None]), "ndarray of object"),
        (np.array(["1.0"]), "ndarray of str96"),
        (np.zeros(2, "f8,f8"), "ndarray of void128"),
        (np.int64(3), "int64 of int64"),
        (np.bool_(True), "bool of bool"),
        (X.view(np.matrix), "matrix"),
        (np.ma.array(X), "MaskedArray"),
        (X.view(np.recarray), "recarray"),
        (X.view(Lying), "Lying"),
        (Float(1.0), "Float"),
        (Scalar(1.0), "Scalar"),
        (Pretender(), "Pretender"),
        (torch.tensor([1, 2]), "Tensor of int64"),
        (torch.tensor([True]), "Tensor of bool"),
        (torch.tensor([1j]), "Tensor of complex64"),
        (lambda: 1.0, "function"),
        (type("x" * 100, (), {})(), "x" * 80),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value[:20],
)
def test_anything_else_is_named_and_refused(value: Any, said: str) -> None:
    with pytest.raises(NotPlain) as caught:
        plain(value)
    assert caught.value.type == said


@pytest.mark.parametrize("sign", [1, -1])
def test_an_integer_beyond_every_float_is_infinite(sign: int) -> None:
    assert plain(sign * 10**400)[0] == sign * np.inf
