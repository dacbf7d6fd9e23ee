"""What counts as an array of numbers, and that it comes back as exactly the numbers it was."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from harness.grading.unasked import GIVEN
from harness.worker.plain import NotPlain, plain, whole

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


class Pair(tuple):
    """Says nothing of what it holds."""

    def __len__(self) -> int:
        raise AssertionError("it was asked")

    __iter__ = __getitem__ = __len__  # type: ignore[assignment]


class Asked(type):
    """Whose classes may be looked at by nobody."""

    def __getattribute__(cls, name: str) -> Any:
        raise AssertionError(f"{name} was asked")

    def __eq__(cls, other: object) -> bool:
        return True

    def __hash__(cls) -> int:
        raise AssertionError("its hash was asked")

    __instancecheck__ = __subclasscheck__ = __eq__


class Asking(metaclass=Asked):
    pass


class Hooked(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *_: Any, **__: Any) -> Any:
        raise AssertionError("it was asked")


class Endless:
    def __next__(self) -> float:
        return 1.0


def renamed() -> Any:
    """Of a class whose name is a text that lies as well."""
    text = type("Text", (str,), {"__str__": None, "__getitem__": None})
    kind = type("Kind", (), {})
    kind.__qualname__ = text("Kind")
    return kind()


def counts() -> Iterator[float]:
    yield 1.0


REFUSED = [
    (None, "none_given", "None"),
    (True, "booleans_given", "a boolean"),
    ("1.5", "text_given", "text"),
    (b"1.5", "text_given", "text"),
    (1 + 2j, "complex_given", "a complex number"),
    (..., "wrong_type", "an ellipsis"),
    ([1.0, 2.0], "list_given", "a list of 2"),
    ((1.0,), "tuple_given", "a tuple of 1"),
    (Pair((1.0, 2.0)), "tuple_given", "a Pair of 2"),
    ({"w": 1.0}, "dict_given", "a dict"),
    (OrderedDict(w=1.0), "dict_given", "an OrderedDict"),
    ({1.0}, "wrong_type", "a set"),
    (Fraction(1, 2), "wrong_type", "a Fraction"),
    (array("d", [1.0]), "wrong_type", "an array of Python's own"),
    (memoryview(X), "wrong_type", "a memoryview"),
    (np.array([1, 2]), "integers_given", "an array of integers (int64)"),
    (np.array(1), "integers_given", "an integer (int64)"),
    (np.uint8(3), "integers_given", "an integer (uint8)"),
    (np.array([True]), "booleans_given", "an array of booleans"),
    (np.bool_(True), "booleans_given", "a boolean"),
    (np.array([1j]), "complex_given", "an array of complex numbers (complex128)"),
    (np.array([1.0, None]), "objects_given", "an array of objects"),
    (np.array(["1.0"]), "text_given", "an array of text"),
    (np.array(["1.0"], np.dtypes.StringDType()), "text_given", "an array of text"),
    (np.zeros(2, "f8,f8"), "wrong_type", "an array of void128"),
    (np.zeros(2, "M8[s]"), "wrong_type", "an array of datetime64[s]"),
    (X.view(np.matrix), "matrix_given", "a matrix"),
    (np.ma.array(X), "masked_given", "a masked array"),
    (X.view(np.recarray), "subclass_given", "a recarray, a class made from ndarray,"),
    (X.view(Lying), "subclass_given", "a Lying, a class made from ndarray,"),
    (Float(1.0), "subclass_given", "a Float, a class made from float,"),
    (Scalar(1.0), "subclass_given", "a Scalar, a class made from float64,"),
    (torch.tensor(X).as_subclass(Hooked), "subclass_given", "a Hooked, a class made from Tensor,"),
    (Pretender(), "wrong_type", "a Pretender"),
    (counts(), "iterator_given", "a generator"),
    (map(float, "12"), "iterator_given", "a map"),
    (Endless(), "iterator_given", "an Endless"),
    (lambda: 1.0, "function_given", "a function"),
    (X.copy, "function_given", "a method"),
    (np.ndarray, "function_given", "a class"),
    (torch.tensor([1, 2]), "integers_given", "a tensor of integers (int64)"),
    (torch.tensor([True]), "booleans_given", "a tensor of booleans"),
    (torch.tensor([1j]), "complex_given", "a tensor of complex numbers (complex64)"),
    (torch.empty(2, dtype=torch.bits8), "wrong_type", "a tensor that has no array"),
    (torch.tensor(X).to_sparse(), "sparse_given", "a sparse tensor"),
    (torch.tensor(X).to("meta"), "meta_given", "a tensor on the device meta"),
    (type("x" * 100, (), {})(), "wrong_type", "a " + "x" * 80),
]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "kind", "said"), REFUSED, ids=[f"{row[2][:30]} {at}" for at, row in enumerate(REFUSED)]
)
def test_anything_else_is_named_and_refused(value: Any, kind: str, said: str) -> None:
    with pytest.raises(NotPlain) as caught:
        plain(value)
    assert (caught.value.kind, caught.value.type) == (kind, said)
    assert kind in GIVEN


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (1.0, "floats_given", "a float"),
        (np.float32(1), "floats_given", "a float (float32)"),
        (X, "floats_given", "an array of floats (float64)"),
        (torch.tensor(X), "floats_given", "a tensor of floats (float64)"),
        (np.array([True]), "booleans_given", "an array of booleans"),
        (2**63, "wrong_type", "an integer of more than 64 bits"),
        (torch.tensor([1]).to("meta"), "meta_given", "a tensor on the device meta"),
        (torch.tensor([1]).to_sparse(), "sparse_given", "a sparse tensor"),
    ],
    ids=str,
)
def test_what_is_no_whole_number_is_named_and_refused(value: Any, kind: str, said: str) -> None:
    with pytest.raises(NotPlain) as caught:
        whole(value)
    assert (caught.value.kind, caught.value.type) == (kind, said)


LIES = {"an Asking": Asking, "a Kind": renamed, "a class": lambda: Asking}


@pytest.mark.parametrize("said", LIES)
def test_a_metaclass_and_a_name_are_not_asked(said: str) -> None:
    """What lies so well that pytest could not show it is made here."""
    with pytest.raises(NotPlain) as caught:
        plain(LIES[said]())
    assert caught.value.type == said


@pytest.mark.filterwarnings("ignore::UserWarning")  # torch calls both a prototype
def test_tensors_of_a_kind_of_their_own_are_named() -> None:
    x = torch.tensor(X).float()
    for value, said in (
        (torch.nested.nested_tensor([x]), "nested"),
        (torch.quantize_per_tensor(x, 1, 0, torch.qint8), "quantized"),
    ):
        with pytest.raises(NotPlain, match=f"a {said} tensor"):
            plain(value)


def test_a_view_that_is_computed_when_it_is_read_is_read() -> None:
    values = torch.complex(torch.tensor(X), torch.tensor(X)).conj()
    np.testing.assert_array_equal(plain(values.imag)[0], -X)


def test_what_the_student_has_set_for_overflow_does_not_matter() -> None:
    huge = np.array([np.finfo(np.longdouble).max])
    with np.errstate(all="raise"):
        assert plain(huge)[0] == (huge[0] if np.longdouble is np.float64 else np.inf)


@pytest.mark.parametrize("sign", [1, -1])
def test_an_integer_beyond_every_float_is_infinite(sign: int) -> None:
    assert plain(sign * 10**400)[0] == sign * np.inf
