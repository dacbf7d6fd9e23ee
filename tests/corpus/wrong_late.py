"""Wrong optimizers that show in one kind of input only, and known mistakes in spellings that had no name at first."""

from __future__ import annotations

from collections import deque
from itertools import count
from typing import ClassVar

import numpy as np

from tests.corpus.forms import Forms

WRONG = Forms()

# -- seen by the long runs --------------------------------------------------------------------------------------------


@WRONG.unknown("gradient_descent")
def gradient_descent_slows_down(w, grad, *, lr=0.01):
    """What is right keeps no state; this counts."""
    for t in count():
        w = w - (lr if t < 100 else lr / 10) * grad(w)
        yield w


@WRONG.unknown("momentum")
class MomentumStartsAgain:
    """Its velocity is lost with every 256th step."""

    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.v, self.t = lr, gamma, 0.0, 0

    def step(self, w, grad):
        self.t += 1
        self.v = self.gamma * self.v + self.lr * grad(w)
        if self.t % 256 == 0:
            self.v = np.zeros_like(w)
        return w - self.v


@WRONG.unknown("adagrad")
class AdagradOfAWindow:
    def __init__(self, lr=0.01, eps=1e-8):
        self.lr, self.eps, self.squares = lr, eps, deque(maxlen=50)

    def step(self, w, grad):
        g = grad(w)
        self.squares.append(g * g)
        return w - self.lr * g / np.sqrt(sum(self.squares) + self.eps)


@WRONG.unknown("rmsprop")
class RMSPropOfAWindow:
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr, self.gamma, self.eps, self.squares = lr, gamma, eps, deque(maxlen=256)

    def step(self, w, grad):
        g = grad(w)
        self.squares.appendleft(g * g)
        G = (1 - self.gamma) * sum(self.gamma**age * square for age, square in enumerate(self.squares))
        return w - self.lr * g / np.sqrt(G + self.eps)


@WRONG.unknown("adam")
def adam_counts_to_a_thousand(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = 0.0
    for t in count(1):
        t = min(t, 1000)
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        w = w - lr * m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t) + eps)
        yield w


@WRONG.unknown("amsgrad")
def amsgrad_counts_to_a_thousand(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = largest = 0.0
    for t in count(1):
        t = min(t, 1000)
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        largest = np.maximum(largest, v)
        w = w - lr * m / (1 - beta1**t) / np.sqrt(largest / (1 - beta2**t) + eps)
        yield w


@WRONG.unknown("keras_adagrad")
def keras_adagrad_decays_a_thousand_times(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    eps = 1e-7 if epsilon is None else epsilon
    a = 0.0
    for t in count():
        g = grad(w)
        a = a + g * g
        w = w - lr / (1 + decay * min(t, 1000)) * g / (np.sqrt(a) + eps)
        yield w


# -- seen by one other case -------------------------------------------------------------------------------------------


@WRONG.unknown("gradient_descent")
def descent_stops_early(w, grad, *, lr=0.01):
    while True:
        g = grad(w)
        if np.linalg.norm(g) > 1e-8:
            w = w - lr * g
        yield w


@WRONG.unknown("adagrad")
def adagrad_stops_early(w, grad, *, lr=0.01, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        if not np.allclose(g, 0):
            G = G + g * g
            w = w - lr * g / np.sqrt(G + eps)
        yield w


@WRONG.unknown("sgd")
class SgdKeepsTheFirstOrder:
    """The orders are the class's: an epoch over as many examples walks them in the first one's order."""

    orders: ClassVar[dict[int, object]] = {}

    def __init__(self, lr=0.01, batch_size=32):
        self.lr, self.batch_size = lr, batch_size

    def epoch(self, w, grad, order):
        order = self.orders.setdefault(len(order), order)
        for start in range(0, len(order), self.batch_size):
            w = w - self.lr * grad(w, order[start : start + self.batch_size])
            yield w


@WRONG.unknown("keras_sgd")
def keras_sgd_decays_with_momentum_only(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = 0.0
    for t in count():
        step = lr / (1 + decay * t) * grad(w) if momentum else lr * grad(w)
        v = momentum * v - step
        w = w + (momentum * v - step if nesterov else v)
        yield w


# -- known mistakes ---------------------------------------------------------------------------------------------------


@WRONG.mistake("sgd", "last_batch_dropped")
def sgd_at_least_one_batch(w, grad, order, *, lr=0.01, batch_size=32):
    for i in range(max(1, len(order) // batch_size)):
        w = w - lr * grad(w, order[i * batch_size : (i + 1) * batch_size])
    return w


@WRONG.mistake("momentum", "nesterov_step")
def momentum_steps_as_nesterov(w, grad, *, lr=0.01, gamma=0.9):
    u = 0.0
    while True:
        g = grad(w)
        u = gamma * u + g
        w = w - lr * (g + gamma * u)
        yield w


@WRONG.mistake("nag", "lookahead_kept")
class NagWalksOn:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.v = lr, gamma, 0.0

    def step(self, w, grad):
        w = w - self.gamma * self.v
        self.v = self.gamma * self.v + self.lr * grad(w)
        return w - self.v


@WRONG.mistake("nag", "lookahead_without_lr")
class NagLooksAheadByGradients:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.u = lr, gamma, 0.0

    def step(self, w, grad):
        self.u = self.gamma * self.u + grad(w - self.gamma * self.u)
        return w - self.lr * self.u


@WRONG.mistake("adagrad", "eps_missing")
def adagrad_guards_instead(w, grad, *, lr=0.01, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        G = G + g * g
        w = w - np.divide(lr * g, np.sqrt(G), out=np.zeros_like(w), where=G > 0)
        yield w


@WRONG.mistake("adadelta", "average_late")
class AdaDeltaOfOneArray:
    """G and s are the same array."""

    def __init__(self, gamma=0.95, eps=1e-6):
        self.gamma, self.eps, self.G = gamma, eps, None

    def step(self, w, grad):
        if self.G is None:
            self.G = self.s = np.zeros_like(w)
        g = grad(w)
        self.G *= self.gamma
        self.G += (1 - self.gamma) * g**2
        delta = np.sqrt(self.s + self.eps) / np.sqrt(self.G + self.eps) * g
        self.s *= self.gamma
        self.s += (1 - self.gamma) * delta**2
        return w - delta


@WRONG.mistake("adadelta", "s_not_updated")
def adadelta_without_its_past(w, grad, *, gamma=0.95, eps=1e-6):
    G, s = np.zeros_like(w), np.zeros_like(w)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g**2
        w = w - g * np.sqrt(s + eps) / np.sqrt(G + eps)
        yield w


def _adam(step, b_m=1, b_v=2, mixed=False):
    """Adam whose step is made by ``step(m, v, c1, c2, eps)`` from uncorrected averages and the two corrections."""

    def optimizer(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        m = v = 0.0
        one, two = (beta1, beta2)[b_m - 1], (beta1, beta2)[b_v - 1]
        for t in count(1):
            g = grad(w)
            m = one * m + (1 - one) * g
            v = two * v + (1 - (one if mixed else two)) * g * g
            w = w - lr * step(m, v, 1 - one**t, 1 - two**t, eps)
            yield w

    return optimizer


def _named(name, optimizer):
    optimizer.__name__ = name
    return optimizer


def slide(m, v, c1, c2, eps):
    return m / c1 / np.sqrt(v / c2 + eps)


def folded(m, v, c1, c2, eps):
    return np.sqrt(c2) / c1 * m / (np.sqrt(v) + eps)


WRONG.mistake("adam", "eps_missing")(
    _named("adam_divides_by_the_root", _adam(lambda m, v, c1, c2, eps: m / c1 / np.sqrt(v / c2)))
)
WRONG.mistake("adam", "betas_mixed")(_named("adam_copies_a_line", _adam(slide, mixed=True)))
WRONG.mistake("adam", "betas_swapped", beside="eps_before_correction")(
    _named("adam_folded_with_betas_swapped", _adam(folded, b_m=2, b_v=1))
)
WRONG.mistake("adam", "first_moment_uncorrected", beside="eps_before_correction")(
    _named("adam_folded_by_half", _adam(lambda m, v, c1, c2, eps: folded(m, v, 1, c2, eps)))
)


@WRONG.mistake("keras_rmsprop", "decay_exponential")
def keras_rmsprop_decays_exponentially(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    eps = 1e-7 if epsilon is None else epsilon
    a = 0.0
    for t in count():
        g = grad(w)
        a = rho * a + (1 - rho) * g * g
        w = w - lr * np.exp(-decay * t) * g / (np.sqrt(a) + eps)
        yield w
