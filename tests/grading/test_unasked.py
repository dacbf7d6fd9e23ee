"""What is said of a result that is not what was asked for: every way to write an algorithm times all it may give back.

Each program is right until its result is spoilt, so that nothing but the spoiling can be told.
"""

from __future__ import annotations

import array
import itertools
from collections import OrderedDict, namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from harness.cli.words import catalogue
from harness.grading.unasked import GIVEN, REMARKS, SHAPES, misshapen
from harness.grading.verdict import Verdict
from harness.report.speak import explain
from tests.corpus.forms import Form, grade

Spoil = Callable[[Any], Any]


@dataclass(frozen=True)
class Way:
    """A right program of an algorithm, whose ``quantity`` is spoilt before it is given back.

    ``besides`` holds what is said otherwise than of other ways.
    """

    algorithm: str
    program: Callable[[Spoil], Any]
    quantity: str
    besides: dict[str, str]
    before: Any = None


# -- right programs -------------------------------------------------------------------------------------------------


def returns_w(spoil: Spoil) -> Any:
    class Momentum:
        def __init__(self, lr=0.01, gamma=0.9):
            self.lr, self.gamma, self.v = lr, gamma, 0.0

        def step(self, w, grad):
            self.v = self.gamma * self.v + self.lr * grad(w)
            return spoil(w - self.v)

    return Momentum


def yields(put: Callable[[Any], Any]) -> Callable[[Spoil], Any]:
    def program(spoil: Spoil) -> Any:
        def momentum(w, grad, *, lr=0.01, gamma=0.9):
            v = 0 * w
            while True:
                v = gamma * v + lr * grad(w)
                w = w - v
                yield put(spoil(w))

        return momentum

    return program


def epoch(spoil: Spoil) -> Any:
    def sgd(w, grad, order, *, lr=0.01, batch_size=32):
        for start in range(0, len(order), batch_size):
            w = w - lr * grad(w, order[start : start + batch_size])
        return spoil(w)

    return sgd


def one_result(spoil: Spoil) -> Any:
    return lambda x, p, u: spoil(x * (u < p))


def inference(spoil: Spoil) -> Any:
    def batch_norm_inference(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
        return spoil(gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta)

    return batch_norm_inference


def forward(x, gamma, beta, *, eps=1e-5):
    x_hat, std = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps), np.sqrt(x.var(axis=0) + eps)
    return gamma * x_hat + beta, (x_hat, gamma, std)


def one_of(at: int) -> Callable[[Spoil], Any]:
    def program(spoil: Spoil) -> Any:
        def batch_norm_backward(dy, cache):
            x_hat, gamma, std = cache
            dgamma, dbeta = (dy * x_hat).sum(axis=0), dy.sum(axis=0)
            results = [gamma / std * (dy - dbeta / len(dy) - x_hat * dgamma / len(dy)), dgamma, dbeta]
            results[at] = spoil(results[at])
            return tuple(results)

        return batch_norm_backward

    return program


def layer(spoil: Spoil) -> Any:
    class KerasDropout:
        def __init__(self, rate, noise_shape=None, seed=None):
            self.rate, self.noise_shape, self.rng = rate, noise_shape, np.random.default_rng(seed)

        def __call__(self, x, training):
            shape = [n or side for n, side in zip(self.noise_shape or x.shape, x.shape, strict=True)]
            kept = self.rng.random(shape) >= self.rate if training else True
            return spoil(x * kept / x.dtype.type(1 - self.rate if training else 1))

    return KerasDropout


def votes(spoil: Spoil) -> Any:
    return lambda labels: spoil(np.array([np.bincount(column).argmax() for column in labels.T]))


def number(spoil: Spoil) -> Any:
    return lambda lr, decay, t: spoil(lr / (1 + decay * t))


def grid(spoil: Spoil) -> Any:
    return lambda space: spoil([dict(zip(space, each, strict=True)) for each in itertools.product(*space.values())])


def sampler(spoil: Spoil) -> Any:
    def random_search(space, n, rng):
        def draw(low, high, log=None):
            return rng.uniform(low, high) if log is None else float(np.exp(rng.uniform(np.log(low), np.log(high))))

        return [{name: spoil(draw(*ends)) for name, ends in space.items()} for _ in range(n)]

    return random_search


def search(at: int) -> Callable[[Spoil], Any]:
    def program(spoil: Spoil) -> Any:
        def run_search(objective, trials):
            values = [objective(trial) for trial in trials]
            best = min(range(len(trials)), key=values.__getitem__)
            found = [trials[best], values[best]]
            found[at] = spoil(found[at])
            return tuple(found)

        return run_search

    return program


NOT_FED_BACK = {
    "a tuple of one": "tuple_of_one",
    "a named tuple of one": "tuple_of_one",
    "a lying tuple": "tuple_of_one",
}
ALONE = NOT_FED_BACK | {"None": "returns_nothing", "a tuple": "returns_other"}

FLOATS = {
    "class": Way("momentum", returns_w, "w", {"None": "gives_back"}),
    "generator": Way("momentum", yields(lambda w: w), "w", {"a dict": "no_w"}),
    "generator of dicts": Way("momentum", yields(lambda w: {"w": w, "v": w}), "w", {}),
    "generator of other dicts": Way("momentum", yields(lambda w: OrderedDict(v=w, w=w)), "w", {}),
    "epoch": Way(
        "sgd", epoch, "w", {"None": "gives_back", "an iterator": "number_for_array", "a generator": "number_for_array"}
    ),
    "function": Way("dropout_train", one_result, "y", ALONE),
    "inference": Way("batch_norm_inference", inference, "y", ALONE),
    "first of several": Way("batch_norm_backward", one_of(0), "dx", {}, forward),
    "second of several": Way("batch_norm_backward", one_of(1), "dgamma", {"one axis more": "pass"}, forward),
    "layer": Way("keras_dropout", layer, "y", {**ALONE, "a tuple": "tuple_given"}),
}
"""Ways that give back an array of floats."""


# -- what they give back --------------------------------------------------------------------------------------------


class Sub(np.ndarray):
    pass


class Lying(np.ndarray):
    """Equal to everything, and of any shape and dtype."""

    dtype = np.dtype(np.float64)  # type: ignore[assignment]
    shape = (2,)  # type: ignore[assignment]

    def _anything(self, *_: Any, **__: Any) -> Any:
        return True

    __eq__ = __array__ = __array_ufunc__ = __array_function__ = __len__ = _anything  # type: ignore[assignment]


class Hooked(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *_: Any, **__: Any) -> Any:
        return True


class Pretender:
    """Its class says that it is numpy's."""

    __class__ = np.ndarray  # type: ignore[assignment]
    dtype, shape, size = np.dtype(np.float64), (), 1

    def __array__(self, *_: Any, **__: Any) -> Any:
        return np.zeros(())


class Tupled:
    """Its class says that it is Python's."""

    __class__ = tuple  # type: ignore[assignment]


class Float(float):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = float.__hash__


class Forked(tuple):
    """A tuple that has another length and other elements whenever it is asked."""

    def __len__(self) -> int:
        raise AssertionError

    __iter__ = __getitem__ = __len__  # type: ignore[assignment]


class Endless:
    def __iter__(self) -> Endless:
        return self

    def __next__(self) -> float:
        return 1.0


One = namedtuple("One", "only")


def tensor(y: Any) -> torch.Tensor:
    return torch.from_numpy(np.array(y))


GIVES: dict[str, tuple[Spoil, str]] = {
    "a list": (lambda y: list(y) if np.ndim(y) else [y], "list_given"),
    "lists in a list": (lambda y: np.atleast_1d(y).tolist(), "list_given"),
    "a tuple": (lambda y: (y, y), "tuple_given"),
    "a tuple of one": (lambda y: (y,), "tuple_given"),
    "a named tuple of one": (lambda y: One(y), "tuple_given"),
    "a lying tuple": (lambda y: Forked((y,)), "tuple_given"),
    "a dict": (lambda y: {"y": y}, "dict_given"),
    "None": (lambda y: None, "none_given"),
    "a text": (str, "text_given"),
    "an array of texts": (lambda y: np.asarray(y).astype(str), "text_given"),
    "a generator": (lambda y: (each for each in np.ravel(y)), "iterator_given"),
    "an iterator": (lambda y: Endless(), "iterator_given"),
    "a method": (lambda y: np.asarray(y).copy, "function_given"),
    "integers": (lambda y: np.asarray(y).astype(int), "integers_given"),
    "integers in a tensor": (lambda y: tensor(y).long(), "integers_given"),
    "booleans": (lambda y: np.asarray(y) > 0, "booleans_given"),
    "True": (lambda y: True, "booleans_given"),
    "complex numbers": (lambda y: np.asarray(y) + 0j, "complex_given"),
    "objects": (lambda y: np.asarray(y).astype(object), "objects_given"),
    "a matrix": (lambda y: np.zeros((2, 2)).view(np.matrix), "matrix_given"),
    "a masked array": (np.ma.array, "masked_given"),
    "a subclass": (lambda y: np.array(y).view(Sub), "subclass_given"),
    "a lying array": (lambda y: np.array(y).view(Lying), "subclass_given"),
    "a lying tensor": (lambda y: tensor(y).as_subclass(Hooked), "subclass_given"),
    "a lying float": (lambda y: Float(1.0), "subclass_given"),
    "a lying class": (lambda y: Pretender(), "wrong_type"),
    "a lying class of tuples": (lambda y: Tupled(), "wrong_type"),
    "a sparse tensor": (lambda y: tensor(y).to_sparse(), "sparse_given"),
    "a tensor without values": (lambda y: tensor(y).to("meta"), "meta_given"),
    "a fraction": (lambda y: Fraction(1, 2), "wrong_type"),
    "Python's array": (lambda y: array.array("d", [1.0]), "wrong_type"),
    "half precision": (lambda y: np.asarray(y).astype(np.float16), "narrow_dtype"),
    "NaN": (lambda y: y * np.asarray(y).dtype.type(np.nan), "not_finite"),
    "inf": (lambda y: y + np.asarray(y).dtype.type(np.inf), "not_finite"),
}
"""What is given back instead of an array of floats, and the message."""

ANOTHER_SHAPE: dict[str, tuple[Spoil, str]] = {
    "one number": (lambda y: 1.0, "number_for_array"),
    "one whole number": (lambda y: 1, "number_for_array"),
    "one number of numpy's": (lambda y: np.float64(1), "number_for_array"),
    "one number in an array": (lambda y: np.array(1.0), "number_for_array"),
    "one axis more": (lambda y: np.asarray(y)[None], "side_of_one"),
    "a mean": (lambda y: np.asarray(y).mean(), "number_for_array"),
}

RIGHT: dict[str, tuple[Spoil, str]] = {
    "a wider dtype": (lambda y: np.asarray(y).astype(np.longdouble), "wider_dtype"),
    "the other byte order": (lambda y: np.asarray(y).astype(np.asarray(y).dtype.newbyteorder()), "pass"),
    "another layout": (lambda y: np.array(y, order="F"), "pass"),
    "negative zeros": (lambda y: np.where(y == 0, -np.zeros_like(y), y), "pass"),
}
"""−0 equals 0 wherever the slides compute with it, and which of the two comes out depends on how a product with a mask
is written: x·0 is −0 for a negative x."""

IN_TENSORS: dict[str, tuple[Spoil, str]] = {
    "a tensor": (tensor, "tensor_for_array"),
    "a tensor with a graph": (lambda y: tensor(y).requires_grad_(), "tensor_for_array"),
}


def told(way: Way, spoil: Spoil) -> Verdict:
    with np.errstate(all="ignore"):
        return grade(Form(way.algorithm, way.program(spoil), "numpy", before=way.before))


def said(way: Way, found: Verdict) -> str:
    """The id of the message; of what is right those of its notes."""
    if found.message is None:
        assert found.status == "pass"
        notes = {note.id for note in found.notes}
        return " ".join(sorted(notes - {"wider_dtype"} or notes)) or "pass"
    sentence = explain(found.message, way.algorithm, catalogue())
    if found.message.id in GIVEN or found.message.id in SHAPES:
        assert sentence.headline.startswith(f"{way.quantity} ")
        assert "Case: " in sentence.detail
    return found.message.id


def test_the_programs_are_right() -> None:
    for way in (*FLOATS.values(), *OTHERS.values()):
        assert said(way, told(way, lambda y: y)) in ("pass", "wider_dtype"), way


@pytest.mark.parametrize("given", [*GIVES, *ANOTHER_SHAPE, *RIGHT])
@pytest.mark.parametrize("way", FLOATS)
def test_what_is_said_of_each_result(way: str, given: str) -> None:
    spoil, expected = (GIVES | ANOTHER_SHAPE | RIGHT)[given]
    assert said(FLOATS[way], told(FLOATS[way], spoil)) == FLOATS[way].besides.get(given, expected)


@pytest.mark.parametrize("given", IN_TENSORS)
@pytest.mark.parametrize("way", [way for way in FLOATS if way != "class"])  # which adds its tensor to an array
def test_a_right_tensor_is_a_note(way: str, given: str) -> None:
    """A function's graph may be what its backward needs; an optimizer's only grows, which is told as well."""
    spoil, expected = IN_TENSORS[given]
    if given == "a tensor with a graph" and FLOATS[way].quantity == "w":
        expected = f"requires_grad {expected}"
    assert said(FLOATS[way], told(FLOATS[way], spoil)) == expected


# -- other results --------------------------------------------------------------------------------------------------

OTHERS = {
    "labels": Way("ensemble_vote", votes, "y", ALONE),
    "number": Way("time_decay", number, "rate", ALONE),
    "draw": Way("random_search", sampler, "dropout of trial 1", {}),
    "trials": Way("grid_search", grid, "a trial", {}),
    "best trial": Way("run_search", search(0), "best_trial", {}),
    "best value": Way("run_search", search(1), "best_value", {}),
}


@pytest.mark.parametrize(
    ("way", "given", "expected"),
    [
        *(("labels", given, expected) for given, expected in (
            ("a list", "list_given"), ("a text", "text_given"), ("booleans", "booleans_given"),
            ("a dict", "dict_given"), ("objects", "objects_given"), ("a lying array", "subclass_given"),
            ("a sparse tensor", "sparse_given"), ("a tensor without values", "meta_given"),
            ("half precision", "floats_given"), ("complex numbers", "complex_given"), ("None", "returns_nothing"),
            ("a tuple of one", "tuple_of_one"), ("a tensor", "tensor_for_array"), ("one axis more", "side_of_one"),
            ("one whole number", "number_for_array"), ("one number", "floats_given"), ("integers", "pass"),
        )),
        *(("number", given, expected) for given, expected in (
            ("a list", "list_given"), ("a text", "text_given"), ("True", "booleans_given"),
            ("integers", "integers_given"), ("complex numbers", "complex_given"), ("a dict", "dict_given"),
            ("one axis more", "array_for_number"), ("a lying float", "subclass_given"), ("None", "returns_nothing"),
            ("a tuple of one", "tuple_of_one"), ("a tensor", "pass"), ("another layout", "pass"),
            ("a tensor without values", "meta_given"), ("a sparse tensor", "sparse_given"), ("NaN", "not_finite"),
            ("a fraction", "wrong_type"), ("half precision", "narrow_dtype"),
        )),
        *(("draw", given, expected) for given, expected in (
            ("a list", "list_given"), ("a text", "text_given"), ("booleans", "booleans_given"), ("None", "none_given"),
            ("a tuple of one", "tuple_given"), ("one axis more", "array_for_number"),
            ("one whole number", "whole_numbers"),
            ("a lying float", "subclass_given"), ("a lying class", "wrong_type"), ("a tensor", "pass"),
            ("a generator", "iterator_given"), ("a tensor without values", "meta_given"), ("NaN", "out_of_range"),
        )),
        *(("trials", given, expected) for given, expected in (
            ("a text", "not_trials"), ("None", "returns_nothing"), ("a dict", "not_trials"), ("True", "not_trials"),
            ("one number", "not_trials"), ("a tuple of one", "not_dicts"), ("an iterator", "not_dicts"),
            ("a generator", "pass"), ("objects", "pass"), ("a lying class", "not_trials"), ("a method", "not_trials"),
        )),
        *(("best trial", given, expected) for given, expected in (
            ("a list", "wrong_type"), ("one whole number", "wrong_type"), ("None", "wrong_type"),
            ("a text", "wrong_type"), ("a dict", "another_best"), ("a lying class", "wrong_type"),
        )),
        *(("best value", given, expected) for given, expected in (
            ("a list", "list_given"), ("a text", "text_given"), ("None", "none_given"), ("True", "booleans_given"),
            ("one axis more", "list_given"), ("a lying float", "subclass_given"), ("one number", "another_best"),
            ("a lying class", "wrong_type"), ("another layout", "pass"), ("NaN", "another_best"),
        )),
    ],
)  # fmt: skip
def test_what_is_said_of_other_results(way: str, given: str, expected: str) -> None:
    spoil, _ = (GIVES | ANOTHER_SHAPE | RIGHT | IN_TENSORS)[given]
    assert said(OTHERS[way], told(OTHERS[way], spoil)) == expected


# -- shapes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actual", "expected", "kind"),
    [
        ([], [5], "number_for_array"),
        ([1], [], "array_for_number"),
        ([3, 4], [], "array_for_number"),
        ([8, 5], [5, 8], "axes_reordered"),
        ([2, 3, 8, 8], [2, 8, 8, 3], "axes_reordered"),
        ([5, 1], [1, 5], "axes_reordered"),
        ([1, 5], [5], "side_of_one"),
        ([5, 1], [5], "side_of_one"),
        ([5], [5, 1], "side_of_one"),
        ([40], [5, 8], "laid_out_otherwise"),
        ([4, 10], [5, 8], "laid_out_otherwise"),
        ([1, 8], [5, 8], "broadcastable"),
        ([8], [5, 8], "broadcastable"),
        ([1], [5], "broadcastable"),
        ([5, 5], [5], "wrong_shape"),
        ([4], [5], "wrong_shape"),
        ([0], [5], "wrong_shape"),
        (3, [5], "wrong_shape"),
        (["5"], [5], "wrong_shape"),
        ([-1], None, "wrong_shape"),
    ],
)
def test_how_a_shape_is_another_one(actual: Any, expected: Any, kind: str) -> None:
    assert misshapen(actual, expected) == kind


def test_a_shape_is_told_before_a_number() -> None:
    """A w that is one number has the right shape where w is one: there it is only wrong, elsewhere it is no array."""
    found = told(FLOATS["class"], lambda w: np.float64(0.5))
    assert found.message is not None
    assert (found.message.id, found.message.params["case"]) == ("number_for_array", "patterns")


def test_every_kind_is_met_by_a_way_to_spoil_a_result() -> None:
    met = {expected for _, expected in (GIVES | ANOTHER_SHAPE).values()}
    assert {*GIVEN} - met == {"floats_given"}
    assert {*REMARKS} == {"array_for_tensor", "tensor_for_array", "requires_grad", "tuple_of_one"}


# -- tensors --------------------------------------------------------------------------------------------------------


def in_torch(spoil: Spoil) -> list[str]:
    found = grade(Form("dropout_train", lambda x, p, u: spoil(x * (u < p)), "torch"))
    return [note.id for note in found.notes] if found.message is None else [found.message.id]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda y: y, []),
        (lambda y: y.numpy(), ["array_for_tensor"]),
        (lambda y: y.requires_grad_(), []),
        (lambda y: torch.nn.Parameter(y), []),
        (lambda y: y.double(), ["wider_dtype"]),
        (lambda y: y.bfloat16(), ["narrow_dtype"]),
        (lambda y: y.tolist(), ["list_given"]),
        (lambda y: list(y), ["list_given"]),
        (lambda y: y.movedim(0, -1), ["axes_reordered"]),
        (lambda y: y.int(), ["integers_given"]),
        (lambda y: y.numpy().view(Sub), ["subclass_given"]),
        (lambda y: y.as_subclass(Hooked), ["subclass_given"]),
    ],
)
def test_what_is_said_of_tensors(spoil: Spoil, expected: list[str]) -> None:
    assert in_torch(spoil) == expected
