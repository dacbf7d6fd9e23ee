"""Driving plain functions: what is passed, what is taken back, and every way it can be something else."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np
import pytest
import torch

from harness.worker.cases import run_case

SHAPES = {"y": {"shape": [2, 3], "whole": False}}
X = np.arange(6.0).reshape(2, 3)


def case(**changed: Any) -> dict[str, Any]:
    run = {"args": [X, 2.0], "first": [], "shapes": SHAPES, **changed.pop("run", {})}
    return {"id": "c", "hyper": {}, "returns": ["y"], "free_shape": [], "after": "", "runs": [run], **changed}


def reply(thing: Any, before: Any = None, backend: Any = lambda array: array, **changed: Any) -> dict[str, Any]:
    (answer,) = run_case(thing, "function", case(**changed), [__file__], backend, before)
    return answer


def kind(thing: Any, **changed: Any) -> str:
    return str(reply(thing, **changed)["problem"]["kind"])


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(array)


# -- what is passed -------------------------------------------------------------------------------------------------


def test_arguments_go_by_position_and_hyper_parameters_by_name() -> None:
    seen = []

    def scaled(images, factor, *, eps=1.0):
        seen.append((factor, eps))
        return images * factor

    answer = reply(scaled, hyper={"eps": 0.5})
    assert answer["problem"] is None
    assert seen == [(2.0, 0.5)]
    assert answer["results"]["y"].tolist() == (2 * X).tolist()
    assert answer["dtypes"] == {"y": "float64"}


def test_every_call_gets_copies_of_its_own() -> None:
    def in_place(x, factor):
        x *= factor
        return x

    twice = case()
    twice["runs"] *= 2
    answers = run_case(in_place, "function", twice, [__file__], lambda array: array)
    assert [each["results"]["y"].tolist() for each in answers] == [(2 * X).tolist()] * 2
    assert X[1, 2] == 5


def test_tensors_come_to_whom_they_are_promised() -> None:
    def flipped(x, which):
        assert which.dtype == torch.bool
        return torch.where(which[:, None], -x, x)

    answer = reply(flipped, backend=tensor, run={"args": [X, np.array([True, False])]})
    assert answer["results"]["y"].tolist() == [[-0.0, -1, -2], [3, 4, 5]]


def test_a_class_is_made_with_the_hyper_parameters_and_called() -> None:
    class Scaled:
        def __init__(self, eps=1.0):
            self.eps = eps

        def __call__(self, x, factor):
            return x * factor + self.eps

    assert reply(Scaled, hyper={"eps": 1.0})["results"]["y"].tolist() == (2 * X + 1).tolist()
    assert reply(type("Other", (), {"apply": len}))["problem"]["wanted"] == "__call__"


class _AtTheCall:
    def __call__(self, x, factor, *, eps=1.0):
        return x * factor + eps


class _AtBoth(_AtTheCall):
    def __init__(self, eps):
        self.eps = eps

    def __call__(self, x, factor, *, eps):
        return x * factor + (eps + self.eps) / 2


class _AnythingAtTheStart:
    def __init__(self, **hyper):
        self.eps = hyper["eps"]

    def __call__(self, x, factor):
        return x * factor + self.eps


class _AnythingAtTheCall:
    def __call__(self, x, factor, **hyper):
        return x * factor + hyper["eps"]


class _Module(torch.nn.Module):
    def forward(self, x, factor, eps=1.0):
        return x * factor + eps


@pytest.mark.parametrize("thing", [_AtTheCall, _AtBoth, _AnythingAtTheStart, _AnythingAtTheCall])
def test_a_hyper_parameter_goes_to_whichever_takes_it(thing: Any) -> None:
    assert reply(thing, hyper={"eps": 2.0})["results"]["y"].tolist() == (2 * X + 2).tolist()


def test_a_module_of_torch_is_called_with_what_its_forward_takes() -> None:
    answer = reply(_Module, backend=tensor, hyper={"eps": 2.0})
    assert answer["results"]["y"].tolist() == (2 * X + 2).tolist()


def test_what_neither_takes_is_refused_by_the_call() -> None:
    class Demanding:
        def __init__(self, size): ...

        def __call__(self, x, factor): ...

    problem = reply(_AtTheCall, hyper={"rate": 2.0})["problem"]
    assert problem == {"kind": "signature", "text": "got an unexpected keyword argument 'rate'", "method": "__call__"}
    assert reply(type("Short", (), {"__call__": lambda self, x: x}))["problem"]["method"] == "__call__"
    assert "method" not in reply(Demanding)["problem"]


def _cyclic(x, factor):
    value: list[Any] = []
    value.append(value)
    return value


# -- what comes back ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (lambda x, factor: x.sort(), "returns_nothing"),
        (lambda x, factor: x.tolist(), "list_given"),
        (lambda x, factor: x.astype(int), "integers_given"),
        (lambda x, factor: x > 2, "booleans_given"),
        (lambda x, factor: x.view(type("Lying", (np.ndarray,), {})), "subclass_given"),
        (_cyclic, "list_given"),
        (lambda x, factor: [[1.0], [1.0, 2.0]], "list_given"),
        (lambda x, factor: x[0], "wrong_shape"),
        (lambda x, factor: x[:, :1], "wrong_shape"),
        (lambda x, factor: 1.0, "wrong_shape"),
        (lambda x, factor: 1 / 0, "raised"),
        (lambda x: x, "signature"),
    ],
)
def test_what_is_not_asked_for_is_told(thing: Any, said: str) -> None:
    assert kind(thing) == said


def test_what_is_not_written_is_not_started() -> None:
    def stub(x, factor):
        """To be done."""

    def honest(x, factor):
        raise NotImplementedError

    class Unwritten:
        def __call__(self, x, factor): ...

    assert [kind(thing) for thing in (stub, honest, Unwritten)] == ["not_started"] * 3


def test_an_exception_is_told_with_its_line() -> None:
    def wrong(x, factor):
        return x + np.ones(7)

    problem = reply(wrong)["problem"]
    assert problem["type"] == "ValueError"
    assert problem["frames"][-1]["code"] == "return x + np.ones(7)"
    assert "step" not in problem


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8])
def test_labels_may_come_in_any_integer_dtype(dtype: Any) -> None:
    votes = {"shapes": {"y": {"shape": [3], "whole": True}}}
    answer = reply(lambda x, factor: x[0].astype(dtype), run=votes)
    assert answer["results"]["y"].dtype == np.int64
    assert kind(lambda x, factor: x[0], run=votes) == "floats_given"
    assert kind(lambda x, factor: torch.tensor([True, False, True]), run=votes) == "booleans_given"
    assert reply(lambda x, factor: torch.tensor([1, 2, 3]), run=votes)["results"]["y"].tolist() == [1, 2, 3]


# -- several results, and an object of the student's own ------------------------------------------------------------

FORWARD = {"returns": ["y", "cache"], "run": {"shapes": {"mean": {"shape": [3], "whole": False}, **SHAPES}}}


def test_the_students_own_object_is_not_looked_into_unless_it_is_a_dict() -> None:
    class Cache:
        def __getattribute__(self, name):
            raise AssertionError(name)

    for cache in (Cache(), (X, 3), [lambda: 0], None):
        answer = reply(lambda x, factor, cache=cache: (x, cache), **FORWARD)
        assert (answer["problem"], answer["steps"]) == (None, {})


def test_named_steps_of_a_cache_are_offered() -> None:
    cache = {"mean": X.mean(axis=0, keepdims=True), "std": X.std(axis=0), "y": X, 3: X}
    answer = reply(lambda x, factor: (x, cache), **FORWARD)
    assert {name: each.shape for name, each in answer["steps"].items()} == {"mean": (3,)}


def test_any_pair_will_do_and_nothing_else() -> None:
    pair = namedtuple("pair", "y cache")
    for right in ((X, 1), [X, 1], pair(X, 1)):
        assert reply(lambda x, factor, right=right: right, **FORWARD)["problem"] is None
    for wrong, said in ((X, "an array"), ((X, 1, 2), "a tuple of 3"), ({"y": X}, "a dict")):
        problem = reply(lambda x, factor, wrong=wrong: wrong, **FORWARD)["problem"]
        assert (problem["kind"], problem["wanted"], problem["type"]) == ("returns_other", ["y", "cache"], said)


def test_what_gives_nothing_but_none_back_is_not_started() -> None:
    assert kind(lambda x, factor: (None, None), returns=["y", "cache"]) == "not_started"
    assert kind(lambda x, factor: NotImplemented) == "not_started"
    assert kind(lambda x, factor: (X, None), returns=["cache", "y"]) == "none_given"
    assert kind(lambda x, factor: ()) == "returns_other"


def test_more_results_than_one_are_told_from_another_type() -> None:
    problem = reply(lambda x, factor: (X, factor))["problem"]
    assert (problem["kind"], problem["wanted"], problem["type"]) == ("returns_other", ["y"], "a tuple of 2")


@pytest.mark.parametrize(
    ("shape", "whole", "wanted"),
    [([], False, "a number"), ([3], False, "an array of floats"), ([3], True, "an array of whole numbers")],
)
def test_another_type_is_told_with_what_is_asked_for(shape: list[int], whole: bool, wanted: str) -> None:
    problem = reply(lambda x, factor: [X], run={"shapes": {"y": {"shape": shape, "whole": whole}}})["problem"]
    assert problem == {"kind": "list_given", "quantity": "y", "type": "a list of 1", "wanted": wanted}


def test_a_tuple_of_one_and_another_library_are_remarked() -> None:
    assert reply(lambda x, factor: (x,))["remarks"] == ["tuple_of_one"]
    assert reply(lambda x, factor: [x])["problem"]["kind"] == "list_given"
    assert reply(lambda x, factor: torch.from_numpy(x).requires_grad_())["remarks"] == [
        "tensor_for_array",
    ]
    assert reply(lambda x, factor: x.numpy(), backend=tensor)["remarks"] == ["array_for_tensor"]
    assert reply(lambda x, factor: x, backend=tensor)["remarks"] == []
    assert (
        reply(lambda x, factor: torch.tensor(1.0), run={"shapes": {"y": {"shape": [], "whole": False}}})["remarks"]
        == []
    )


def test_a_key_of_the_cache_is_not_asked() -> None:
    class Key:
        def __hash__(self) -> int:
            return hash("mean")

        def __eq__(self, other: object) -> bool:
            raise AssertionError("it was asked")

    assert reply(lambda x, factor: (x, {Key(): x}), **FORWARD)["problem"] is None


def test_what_cannot_be_asked_for_its_shape_is_in_no_other_order() -> None:
    class Shapeless:
        def __getattr__(self, name: str) -> None:
            raise AssertionError(f"{name} was asked")

    assert kind(lambda x, factor: (Shapeless(), x), returns=["y", "cache"]) == "wrong_type"


def test_sides_of_length_one_matter_only_where_they_should() -> None:
    assert kind(lambda x, factor: x[None]) == "wrong_shape"
    assert reply(lambda x, factor: x[None], free_shape=["y"])["results"]["y"].shape == (2, 3)


# -- one after another ----------------------------------------------------------------------------------------------

BACKWARD = {"after": "forward", "hyper": {"eps": 0.5}, "run": {"args": [X], "first": [2 * X]}}


def forward(x, *, eps):
    return x, {"doubled": x, "eps": eps}


def backward(dy, cache):
    return dy + cache["doubled"] + cache["eps"]


def test_the_object_is_handed_over_as_it_is() -> None:
    assert reply(backward, forward, **BACKWARD)["results"]["y"].tolist() == (3 * X + 0.5).tolist()


def test_without_a_working_function_before_it_there_is_nothing_to_call() -> None:
    def not_written(x, *, eps):
        raise NotImplementedError

    for before in (None, not_written, lambda x, *, eps: x, lambda x: (x, 1), lambda x, *, eps: 1 / 0):
        problem = reply(backward, before, **BACKWARD)["problem"]
        assert problem == {"kind": "needs", "needs": "forward"}
