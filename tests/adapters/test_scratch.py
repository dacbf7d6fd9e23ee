"""The classes of Deep Learning from Scratch behind the contract's signatures, called as the contract calls them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness import adapter
from harness.adapters import scratch
from reference import pages
from tests.adapters.students import BOOK1, BOOK2, COMMON_LAYERS, module, replaced
from tests.adapters.test_cs231n import BETA, DY, GAMMA, U, X

OPTIMIZERS = {"gradient_descent", "momentum", "nag", "adagrad", "rmsprop", "adam"}
LISTS = replaced(BOOK2, ("from common.np import *", "import numpy as np"))


def adapted(source: str) -> dict[str, Any]:
    return scratch.adapt(module(source))


def test_it_gives_what_the_module_has_and_nothing_else() -> None:
    assert set(adapted(BOOK1)) == OPTIMIZERS
    assert set(adapted(LISTS)) == {"gradient_descent", "momentum", "adagrad"}
    assert set(adapted(COMMON_LAYERS)) == {
        "dropout_train",
        "dropout_test",
        "batch_norm_forward",
        "batch_norm_backward",
        "batch_norm_inference",
    }
    assert adapted("class Adam:\n    pass\nSGD = 3\ndef Momentum(): ...") == {}


# -- optimizers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [BOOK1, LISTS], ids=["dicts", "lists"])
def test_an_optimizer_steps_over_dicts_or_lists(source: str) -> None:
    momentum = adapted(source)["momentum"]
    first, second = momentum(lr=1.0, gamma=0.5), momentum(lr=1.0, gamma=0.5)
    w = first.step(np.zeros((2, 1)), np.ones_like)
    np.testing.assert_array_equal(second.step(np.zeros((2, 1)), np.ones_like), [[-1.0], [-1.0]])
    np.testing.assert_array_equal(first.step(w, np.ones_like), [[-2.5], [-2.5]])
    np.testing.assert_array_equal(first.v, [[1.5], [1.5]])


@pytest.mark.parametrize(
    ("body", "lists"),
    [
        ("for key in params: params[key] -= self.lr * grads[key]", False),
        ("for key in params.keys(): params[key] -= self.lr * grads[key]", False),
        ("for key, val in params.items(): val -= self.lr * grads[key]", False),
        ("for i in range(len(params)): params[i] -= self.lr * grads[i]", True),
        ("for p, g in zip(params, grads): p -= self.lr * g", True),
        ("for i, p in enumerate(params): p -= self.lr * grads[i]", True),
        ("[self.one(params, grads, i) for i in range(len(params))]", True),
    ],
)
def test_which_of_the_two_is_read_from_the_code(body: str, lists: bool) -> None:
    source = f"""
class SGD:
    def __init__(self, lr=0.01, **options):
        self.lr = lr
        self.options = list(options.items())

    def update(self, params, grads):
        seen.append(type(params))
        {body}

    def one(self, params, grads, i):
        params[i] -= self.lr * grads[i]

seen = []
"""
    student = module(source)
    w = scratch.adapt(student)["gradient_descent"](lr=0.5).step(np.ones(2), np.ones_like)
    np.testing.assert_array_equal(w, [0.5, 0.5])
    assert student.seen == [list if lists else dict]


@pytest.mark.parametrize("last", ["", "        return w", "        return w.copy()"], ids=["in place", "w", "another"])
def test_an_update_without_a_loop_takes_the_array(last: str) -> None:
    source = f"""
class Momentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum, self.v = lr, momentum, 0.0

    def update(self, w, g):
        self.v = self.momentum * self.v - self.lr * g
        w += self.v
{last}
"""
    momentum = adapted(source)["momentum"](lr=1.0, gamma=0.5)
    w = momentum.step(np.zeros(2), np.ones_like)
    np.testing.assert_array_equal(w, [-1.0, -1.0])
    np.testing.assert_array_equal(momentum.step(w, np.ones_like), [-2.5, -2.5])
    np.testing.assert_array_equal(momentum.v, [1.5, 1.5])


def test_the_contracts_defaults_are_passed() -> None:
    source = """
class RMSprop:
    def __init__(self, lr=0.01, decay_rate=0.5):
        seen.append((lr, decay_rate))
    def update(self, params, grads): ...
seen = []
"""
    student = module(source)
    scratch.adapt(student)["rmsprop"]()
    assert student.seen == [(0.001, 0.99)]


# -- layers -----------------------------------------------------------------------------------------------------------


def test_dropout_keeps_p_and_does_not_scale() -> None:
    layers = adapted(COMMON_LAYERS)
    np.testing.assert_array_equal(layers["dropout_train"](X, 0.75, U), X * (U > 0.25))
    np.testing.assert_array_equal(layers["dropout_test"](X, 0.75), X * 0.75)


def test_batch_norm_there_and_back() -> None:
    layers = adapted(COMMON_LAYERS)
    y, cache = layers["batch_norm_forward"](X, GAMMA, BETA)
    x_hat = (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + 1e-6)
    np.testing.assert_allclose(y, GAMMA * x_hat + BETA)
    dx, dgamma, dbeta = layers["batch_norm_backward"](DY, cache)
    np.testing.assert_allclose(dgamma, np.sum(DY * x_hat, axis=0))
    np.testing.assert_allclose(dbeta, DY.sum(axis=0))
    np.testing.assert_allclose(dx.sum(axis=0), 0, atol=1e-12)  # y does not change when x moves as a whole


def test_inference_uses_the_statistics_it_is_given() -> None:
    mean, var = np.array([1.0, 2.0, 3.0]), np.array([4.0, 1.0, 0.25])
    y = adapted(COMMON_LAYERS)["batch_norm_inference"](X, GAMMA, BETA, mean, var, eps=1e-5)
    np.testing.assert_allclose(y, GAMMA * (X - mean) / np.sqrt(var + 1e-6) + BETA)


def test_every_epsilon_the_books_hard_code_is_fixed() -> None:
    """Of the layers as well, as soon as there are pages of them."""
    values = {"adagrad": 1e-7, "rmsprop": 1e-7, "adam": 1e-7}
    values |= {id: 1e-6 for id in pages() if id.startswith("batch_norm_")}
    assert {id: each["eps"] for id, each in adapter.load("scratch").fixed.items()} == values
