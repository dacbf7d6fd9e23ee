"""Wrong programs in students' own words, each with what it must be taken for.

They are written without a look at the pages' quotes: a diagnosis has to recognize the mistake, not the text.
"""

from __future__ import annotations

from itertools import count

import numpy as np
import torch

from tests.corpus.forms import Forms

WRONG = Forms()

# -- gradient descent ---------------------------------------------------------------------------------------------


@WRONG.mistake("gradient_descent", "sign_flipped")
class DescentUphill:
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, w, grad):
        w += self.lr * grad(w)


@WRONG.mistake("gradient_descent", "lr_missing")
def descent_without_rate(w, grad, *, lr=0.01):
    while True:
        w = w - grad(w)
        yield w


@WRONG.mistake("gradient_descent", "gradient_normalized")
def descent_along_the_unit_vector(w, grad, *, lr=0.01):
    while True:
        g = grad(w)
        norm = np.linalg.norm(g)
        if norm > 0:
            g = g / norm
        w = w - lr * g
        yield w


@WRONG.mistake("gradient_descent", "gradient_normalized")
def descent_along_a_guarded_unit_vector(w, grad, *, lr=0.01):
    while True:
        g = grad(w)
        w = w - lr * g / (np.sqrt(np.sum(g * g)) + 1e-8)
        yield w


@WRONG.mistake("gradient_descent", "gradient_normalized")
def descent_along_another_guarded_unit_vector(w, grad, *, lr=0.01):
    while True:
        g = grad(w)
        w = w - lr * g / (np.linalg.norm(g) + 1e-6)
        yield w


@WRONG.unknown("gradient_descent")
def descent_by_the_sign(w, grad, *, lr=0.01):
    while True:
        w = w - lr * np.sign(grad(w))
        yield w


# -- sgd ----------------------------------------------------------------------------------------------------------


@WRONG.mistake("sgd", "last_batch_dropped")
def sgd_whole_batches_only(w, grad, order, *, lr=0.01, batch_size=32):
    for i in range(len(order) // batch_size):
        w = w - lr * grad(w, order[i * batch_size : (i + 1) * batch_size])
    return w


@WRONG.mistake("sgd", "last_batch_dropped")
def sgd_drops_the_rest(w, grad, order, *, lr=0.01, batch_size=32):
    start = 0
    while start + batch_size <= len(order):
        w = w - lr * grad(w, order[start : start + batch_size])
        start += batch_size
        yield w


@WRONG.mistake("sgd", "order_ignored")
def sgd_in_natural_order(w, grad, order, *, lr=0.01, batch_size=32):
    n = len(order)
    for start in range(0, n, batch_size):
        w = w - lr * grad(w, np.arange(start, min(start + batch_size, n)))
        yield w


@WRONG.mistake("sgd", "order_ignored")
class SgdSortsTheOrder:
    def __init__(self, lr=0.01, batch_size=32):
        self.lr, self.batch_size = lr, batch_size

    def epoch(self, w, grad, order):
        order = sorted(order)
        for start in range(0, len(order), self.batch_size):
            w = w - self.lr * grad(w, order[start : start + self.batch_size])
        return w


@WRONG.mistake("sgd", "full_batch")
def sgd_all_examples_once(w, grad, order, *, lr=0.01, batch_size=32):
    return w - lr * grad(w, order)


@WRONG.mistake("sgd", "full_batch")
def sgd_all_examples_every_step(w, grad, order, *, lr=0.01, batch_size=32):
    for _ in range(0, len(order), batch_size):
        w = w - lr * grad(w, list(range(len(order))))
        yield w


@WRONG.mistake("sgd", "stale_w")
def sgd_gradients_first(w, grad, order, *, lr=0.01, batch_size=32):
    gradients = [grad(w, order[i : i + batch_size]) for i in range(0, len(order), batch_size)]
    for g in gradients:
        w = w - lr * g
    return w


@WRONG.mistake("sgd", "stale_w")
def sgd_asks_at_the_start(w, grad, order, *, lr=0.01, batch_size=32):
    start = w.copy()
    for i in range(0, len(order), batch_size):
        w = w - lr * grad(start, order[i : i + batch_size])
        yield w


@WRONG.mistake("sgd", "batch_gradient_summed")
def sgd_times_the_batch(w, grad, order, *, lr=0.01, batch_size=32):
    for i in range(0, len(order), batch_size):
        batch = order[i : i + batch_size]
        w = w - lr * grad(w, batch) * len(batch)
    return w


@WRONG.mistake("sgd", "averaged_twice")
def sgd_divides_again(w, grad, order, *, lr=0.01, batch_size=32):
    for i in range(0, len(order), batch_size):
        batch = order[i : i + batch_size]
        w = w - lr * grad(w, batch) / len(batch)
    return w


@WRONG.unknown("sgd")
def sgd_begins_at_the_end(w, grad, order, *, lr=0.01, batch_size=32):
    for i in range(0, len(order), batch_size):
        w = w - lr * grad(w, order[::-1][i : i + batch_size])
    return w


# -- momentum -----------------------------------------------------------------------------------------------------


@WRONG.mistake("momentum", "velocity_averaged")
class MomentumAverages:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.m = lr, gamma, 0.0

    def step(self, w, grad):
        self.m += (1 - self.gamma) * (grad(w) - self.m)
        return w - self.lr * self.m


@WRONG.mistake("momentum", "sign_flipped")
class MomentumUphill:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.v = lr, gamma, 0.0

    def step(self, w, grad):
        self.v = self.gamma * self.v + self.lr * grad(w)
        return w + self.v


@WRONG.mistake("momentum", "sign_flipped")
def momentum_half_keras(w, grad, *, lr=0.01, gamma=0.9):
    """The velocity of one convention, the step of the other."""
    v = np.zeros_like(w)
    while True:
        v = gamma * v - lr * grad(w)
        w = w - v
        yield w


@WRONG.mistake("momentum", "velocity_not_kept")
class MomentumForgets:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma = lr, gamma

    def step(self, w, grad):
        v = np.zeros_like(w)
        v = self.gamma * v + self.lr * grad(w)
        return w - v


@WRONG.mistake("momentum", "lr_applied_twice")
def momentum_two_rates(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        v = gamma * v + lr * grad(w)
        w = w - lr * v
        yield {"v": v, "w": w}


@WRONG.mistake("momentum", "velocity_late")
def momentum_moves_first(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        g = grad(w)
        w = w - v
        v = gamma * v + lr * g
        yield w


@WRONG.mistake("momentum", "gradient_at_lookahead")
def momentum_looks_ahead(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        ahead = w - gamma * v
        v = gamma * v + lr * grad(ahead)
        w = w - v
        yield w


@WRONG.mistake("momentum", "sign_flipped", beside="velocity_averaged")
def momentum_averages_uphill(w, grad, *, lr=0.01, gamma=0.9):
    m = np.zeros_like(w)
    while True:
        m = gamma * m + (1 - gamma) * grad(w)
        w = w + lr * m
        yield w


@WRONG.unknown("momentum")
def momentum_fixed_gamma(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        v = 0.9 * v + lr * grad(w)
        w = w - v
        yield w


# -- nag ----------------------------------------------------------------------------------------------------------


@WRONG.mistake("nag", "gradient_at_w")
class NagIsMomentum:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.v = lr, gamma, 0.0

    def step(self, w, grad):
        g = grad(w)
        self.v = self.gamma * self.v + self.lr * g
        return w - self.v


@WRONG.mistake("nag", "lookahead_sign")
def nag_looks_back(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        ahead = w + gamma * v
        v = gamma * v + lr * grad(ahead)
        w = w - v
        yield w


@WRONG.mistake("nag", "lookahead_without_gamma")
def nag_looks_too_far(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        v = gamma * v + lr * grad(w - v)
        w = w - v
        yield w


@WRONG.mistake("nag", "new_velocity_twice")
class NagNewVelocityTwice:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.mu, self.v = lr, gamma, 0.0

    def step(self, w, grad):
        g = grad(w)
        self.v = self.mu * self.v + self.lr * g
        return w - (self.mu * self.mu * self.v + (1 + self.mu) * self.lr * g)


@WRONG.dialect("nag", "lookahead_iterates")
class NagAsInTorch:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.buf = lr, gamma, 0.0

    def step(self, w, grad):
        g = grad(w)
        self.buf = self.gamma * self.buf + g
        return w - self.lr * (g + self.gamma * self.buf)


@WRONG.dialect("nag", "lookahead_iterates", backend="torch")
def nag_by_torch_itself(w, grad, *, lr=0.01, gamma=0.9):
    w = w.clone().requires_grad_()
    optimizer = torch.optim.SGD([w], lr=lr, momentum=gamma, nesterov=gamma > 0)
    while True:
        w.grad = grad(w.detach())
        optimizer.step()
        yield w.detach().clone()


@WRONG.dialect("nag", "lookahead_iterates")
def nag_as_in_cs231n(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        before, v = v, gamma * v - lr * grad(w)
        w = w - gamma * before + (1 + gamma) * v
        yield w


@WRONG.mistake("nag", "sign_flipped")
def nag_uphill(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        v = gamma * v - lr * grad(w - gamma * v)
        w = w - v
        yield w


@WRONG.mistake("nag", "sign_flipped")
def nag_adds_v(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        v = gamma * v + lr * grad(w - gamma * v)
        w = w + v
        yield w


@WRONG.mistake("nag", "lr_missing")
def nag_without_rate(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        v = gamma * v + grad(w - gamma * v)
        w = w - v
        yield w


@WRONG.mistake("nag", "sign_flipped", beside="lookahead_iterates")
def nag_uphill_as_in_torch(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        g = grad(w)
        v = gamma * v + g
        w = w + lr * (g + gamma * v)
        yield w


# -- adagrad ------------------------------------------------------------------------------------------------------


@WRONG.mistake("adagrad", "root_missing")
class AdagradNoRoot:
    def __init__(self, lr=0.01, eps=1e-8):
        self.lr, self.eps, self.cache = lr, eps, 0.0

    def step(self, w, grad):
        g = grad(w)
        self.cache += g**2
        return w - self.lr * g / (self.cache + self.eps)


@WRONG.mistake("adagrad", "gradient_not_squared")
def adagrad_not_squared(w, grad, *, lr=0.01, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        G = G + g
        w = w - lr * g / np.sqrt(G + eps)
        yield w


@WRONG.mistake("adagrad", "accumulator_not_kept")
class AdagradForgets:
    def __init__(self, lr=0.01, eps=1e-8):
        self.lr, self.eps = lr, eps

    def step(self, w, grad):
        g = grad(w)
        G = np.zeros_like(w)
        G += g * g
        return w - self.lr * g / np.sqrt(G + self.eps)


@WRONG.mistake("adagrad", "accumulator_scalar")
def adagrad_one_for_all(w, grad, *, lr=0.01, eps=1e-8):
    G = 0.0
    while True:
        g = grad(w)
        G += np.sum(g**2)
        w = w - lr / np.sqrt(G + eps) * g
        yield w


@WRONG.mistake("adagrad", "accumulator_scalar")
def adagrad_dot_product(w, grad, *, lr=0.01, eps=1e-8):
    G = 0.0
    while True:
        g = grad(w)
        G = G + np.dot(g.ravel(), g.ravel())
        w = w - lr * g / np.sqrt(G + eps)
        yield w


@WRONG.mistake("adagrad", "eps_missing")
def adagrad_no_eps(w, grad, *, lr=0.01, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        G = G + g**2
        w = w - lr * g / np.sqrt(G)
        yield w


@WRONG.dialect("adagrad", "eps_outside_root")
class AdagradAsInTorch:
    def __init__(self, lr=0.01, eps=1e-8):
        self.lr, self.eps, self.cache = lr, eps, 0.0

    def step(self, w, grad):
        g = grad(w)
        self.cache += g**2
        return w - self.lr * g / (np.sqrt(self.cache) + self.eps)


@WRONG.mistake("adagrad", "accumulator_not_kept", beside="eps_outside_root")
def adagrad_forgets_as_in_torch(w, grad, *, lr=0.01, eps=1e-8):
    while True:
        g = grad(w)
        w = w - lr * g / (np.abs(g) + eps)
        yield w


# -- rmsprop ------------------------------------------------------------------------------------------------------


@WRONG.mistake("rmsprop", "sum_not_average")
class RmspropIsAdagrad:
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr, self.gamma, self.eps, self.G = lr, gamma, eps, 0.0

    def step(self, w, grad):
        g = grad(w)
        self.G = self.G + g * g
        return w - self.lr * g / np.sqrt(self.G + self.eps)


@WRONG.mistake("rmsprop", "weights_swapped")
def rmsprop_swapped(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        G = G + gamma * (g**2 - G)
        w = w - lr * g / np.sqrt(G + eps)
        yield {"w": w, "G": G}


@WRONG.mistake("rmsprop", "root_missing")
def rmsprop_no_root(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    average = np.zeros_like(w)
    while True:
        g = grad(w)
        average = gamma * average + (1 - gamma) * g**2
        w = w - lr / (eps + average) * g
        yield w


@WRONG.mistake("rmsprop", "one_minus_gamma_missing")
def rmsprop_fading_sum(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        G = G * gamma + g**2
        w = w - lr * g / np.sqrt(G + eps)
        yield w


@WRONG.mistake("rmsprop", "average_not_kept")
class RmspropForgets:
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr, self.gamma, self.eps = lr, gamma, eps

    def step(self, w, grad):
        g, G = grad(w), 0
        G = self.gamma * G + (1 - self.gamma) * g**2
        return w - self.lr * g / np.sqrt(G + self.eps)


@WRONG.mistake("rmsprop", "bias_corrected")
def rmsprop_with_adams_correction(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    G = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        G = gamma * G + (1 - gamma) * g**2
        w = w - lr * g / np.sqrt(G / (1 - gamma**t) + eps)
        yield w


@WRONG.dialect("rmsprop", "eps_outside_root")
def rmsprop_as_in_keras(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    a = np.zeros_like(w)
    while True:
        g = grad(w)
        a = gamma * a + (1 - gamma) * np.square(g)
        w = w - lr * g / (a**0.5 + eps)
        yield w


@WRONG.mistake("rmsprop", "sum_not_average", beside="eps_outside_root")
def rmsprop_is_torchs_adagrad(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    total = np.zeros_like(w)
    while True:
        g = grad(w)
        total = total + g**2
        w = w - lr * g / (np.sqrt(total) + eps)
        yield w


@WRONG.mistake("rmsprop", "one_minus_gamma_missing", beside="eps_outside_root", backend="torch")
class RmspropTorchFadingSum:
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr, self.gamma, self.eps, self.avg = lr, gamma, eps, None

    def step(self, w, grad):
        g = grad(w)
        self.avg = torch.zeros_like(w) if self.avg is None else self.avg
        self.avg.mul_(self.gamma).addcmul_(g, g)
        return w.addcdiv(g, self.avg.sqrt().add(self.eps), value=-self.lr)


# -- adadelta -----------------------------------------------------------------------------------------------------


@WRONG.mistake("adadelta", "s_from_gradient")
class AdadeltaAveragesGradientsTwice:
    def __init__(self, gamma=0.95, eps=1e-6):
        self.gamma, self.eps, self.G, self.s = gamma, eps, 0.0, 0.0

    def step(self, w, grad):
        g = grad(w)
        self.G = self.gamma * self.G + (1 - self.gamma) * g**2
        delta = np.sqrt(self.s + self.eps) / np.sqrt(self.G + self.eps) * g
        self.s = self.gamma * self.s + (1 - self.gamma) * g**2
        return w - delta


@WRONG.mistake("adadelta", "s_updated_first")
def adadelta_updates_s_first(w, grad, *, gamma=0.95, eps=1e-6):
    G = s = np.zeros_like(w)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g**2
        scaled = g / np.sqrt(G + eps)
        s = gamma * s + (1 - gamma) * (scaled * np.sqrt(s + eps)) ** 2
        w = w - scaled * np.sqrt(s + eps)
        yield w


@WRONG.mistake("adadelta", "ratio_inverted")
def adadelta_upside_down(w, grad, *, gamma=0.95, eps=1e-6):
    G = s = np.zeros_like(w)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g**2
        delta = np.sqrt((G + eps) / (s + eps)) * g
        s = gamma * s + (1 - gamma) * delta**2
        w = w - delta
        yield w


@WRONG.mistake("adadelta", "root_missing")
def adadelta_no_roots(w, grad, *, gamma=0.95, eps=1e-6):
    G = s = np.zeros_like(w)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g**2
        delta = (s + eps) / (G + eps) * g
        s = gamma * s + (1 - gamma) * delta**2
        w = w - delta
        yield w


@WRONG.mistake("adadelta", "eps_missing")
def adadelta_never_starts(w, grad, *, gamma=0.95, eps=1e-6):
    G = s = np.zeros_like(w)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g**2
        delta = g * np.sqrt(s) / np.sqrt(G + eps)
        s = gamma * s + (1 - gamma) * delta**2
        w = w - delta
        yield w


@WRONG.mistake("adadelta", "sign_flipped")
def adadelta_paper_half_copied(w, grad, *, gamma=0.95, eps=1e-6):
    """Δ has the paper's minus sign, and is subtracted as on the slide."""
    G = s = np.zeros_like(w)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g**2
        delta = -np.sqrt(s + eps) / np.sqrt(G + eps) * g
        s = gamma * s + (1 - gamma) * delta**2
        w = w - delta
        yield w


@WRONG.mistake("adadelta", "eps_outside_root")
def adadelta_eps_outside_roots(w, grad, *, gamma=0.95, eps=1e-6):
    G = s = np.zeros_like(w)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g**2
        delta = g * (np.sqrt(s) + eps) / (np.sqrt(G) + eps)
        s = gamma * s + (1 - gamma) * delta**2
        w = w - delta
        yield w


# -- adam ---------------------------------------------------------------------------------------------------------


@WRONG.mistake("adam", "no_bias_correction")
class AdamUncorrected:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.b1, self.b2, self.eps, self.m, self.v = lr, beta1, beta2, eps, 0.0, 0.0

    def step(self, w, grad):
        g = grad(w)
        self.m += (1 - self.b1) * (g - self.m)
        self.v += (1 - self.b2) * (g * g - self.v)
        return w - self.lr * self.m / np.sqrt(self.v + self.eps)


@WRONG.mistake("adam", "no_bias_correction", beside="eps_outside_root")
def adam_uncorrected_as_in_torch(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    while True:
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - lr * m / (np.sqrt(v) + eps)
        yield w


@WRONG.mistake("adam", "first_moment_uncorrected")
def adam_corrects_v_only(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        v_hat = v / (1 - beta2**t)
        w = w - lr * m / np.sqrt(v_hat + eps)
        yield {"w": w, "m": m, "v": v, "v_hat": v_hat}


@WRONG.mistake("adam", "second_moment_uncorrected")
def adam_corrects_m_only(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    power = 1.0
    while True:
        g = grad(w)
        power *= beta1
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - lr / (1 - power) * m / np.sqrt(v + eps)
        yield w


@WRONG.mistake("adam", "t_off_by_one")
class AdamCountsFromZero:
    """Divides 0 by 0 in the first step, and never recovers."""

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.b1, self.b2, self.eps, self.m, self.v, self.t = lr, beta1, beta2, eps, 0.0, 0.0, 0

    def step(self, w, grad):
        g = grad(w)
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2
        m_hat = self.m / (1 - self.b1**self.t)
        v_hat = self.v / (1 - self.b2**self.t)
        self.t += 1
        return w - self.lr * m_hat / np.sqrt(v_hat + self.eps)


@WRONG.mistake("adam", "t_off_by_one")
def adam_divides_by_zero(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """The same among Python's own numbers, where it raises."""
    m = v = np.zeros_like(w)
    for t in count(0):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        rate = lr / (1 - beta1**t)
        w = w - rate * m / np.sqrt(v / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("adam", "t_off_by_one", beside="eps_outside_root")
def adam_counts_from_two(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    t = 1
    while True:
        t += 1
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
        yield w


@WRONG.mistake("adam", "t_constant")
class AdamNeverCounts:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.b1, self.b2, self.eps, self.m, self.v, self.t = lr, beta1, beta2, eps, 0.0, 0.0, 1

    def step(self, w, grad):
        g = grad(w)
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2
        m_hat = self.m / (1 - self.b1**self.t)
        v_hat = self.v / (1 - self.b2**self.t)
        return w - self.lr * m_hat / np.sqrt(v_hat + self.eps)


@WRONG.mistake("adam", "betas_swapped")
def adam_swaps_the_betas(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta2 * m + (1 - beta2) * g
        v = beta1 * v + (1 - beta1) * g**2
        w = w - lr * (m / (1 - beta2**t)) / np.sqrt(v / (1 - beta1**t) + eps)
        yield w


@WRONG.mistake("adam", "moment_overwritten")
def adam_overwrites_both(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m = m / (1 - beta1**t)
        v = v / (1 - beta2**t)
        w = w - lr * m / np.sqrt(v + eps)
        yield w


@WRONG.mistake("adam", "moment_overwritten")
class AdamOverwritesInPlace:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.b1, self.b2, self.eps, self.t = lr, beta1, beta2, eps, 0
        self.m = self.v = None

    def step(self, w, grad):
        g = grad(w)
        if self.m is None:
            self.m, self.v = np.zeros_like(w), np.zeros_like(w)
        self.t += 1
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2
        m_hat = self.m
        m_hat /= 1 - self.b1**self.t
        self.m = m_hat
        return w - self.lr * m_hat / np.sqrt(self.v / (1 - self.b2**self.t) + self.eps)


@WRONG.mistake("adam", "root_missing")
def adam_no_root(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - lr * (m / (1 - beta1**t)) / (v / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("adam", "gradient_not_squared")
def adam_not_squared(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g
        w = w - lr * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + eps)
        yield w


@WRONG.dialect("adam", "eps_outside_root")
def adam_as_in_the_paper(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        denominator = np.sqrt(v) / np.sqrt(1 - beta2**t) + eps
        w = w - lr / (1 - beta1**t) * m / denominator
        yield w


@WRONG.dialect("adam", "eps_outside_root", backend="torch")
def adam_by_torch_itself(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    w = w.clone().requires_grad_()
    optimizer = torch.optim.Adam([w], lr=lr, betas=(beta1, beta2), eps=eps)
    while True:
        w.grad = grad(w.detach())
        optimizer.step()
        yield w.detach().clone()


@WRONG.dialect("adam", "eps_before_correction")
def adam_as_in_keras(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = m + (g - m) * (1 - beta1)
        v = v + (np.square(g) - v) * (1 - beta2)
        alpha = lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
        w = w - m * alpha / (np.sqrt(v) + eps)
        yield w


@WRONG.dialect("adam", "eps_before_correction_inside")
def adam_rate_corrected_carelessly(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t) * m / np.sqrt(v + eps)
        yield w


@WRONG.mistake("adam", "t_off_by_one", beside="first_moment_uncorrected")
def adam_corrects_v_by_a_late_count(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(2):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - lr * m / np.sqrt(v / (1 - beta2**t) + eps)
        yield w


@WRONG.unknown("adam")
def adam_with_weight_decay(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - lr * ((m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + eps) + 0.01 * w)
        yield w


@WRONG.unknown("adam")
class AdamCountsInAByte:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.b1, self.b2, self.eps = lr, beta1, beta2, eps
        self.m, self.v, self.t = 0.0, 0.0, np.zeros(1, np.uint8)

    def step(self, w, grad):
        g = grad(w)
        self.t += 1
        t = int(self.t[0])
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2
        return w - self.lr * self.m / (1 - self.b1**t + 1e-300) / np.sqrt(self.v / (1 - self.b2**t + 1e-300) + self.eps)


@WRONG.unknown("adam")
def adam_stops_counting(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        late = min(t, 50)
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - lr * (m / (1 - beta1**late)) / np.sqrt(v / (1 - beta2**late) + eps)
        yield w


@WRONG.unknown("amsgrad")
def amsgrad_stops_correcting(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = largest = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        largest = np.maximum(largest, v)
        c1, c2 = (1 - beta1**t, 1 - beta2**t) if t < 250 else (1, 1)
        w = w - lr * (m / c1) / np.sqrt(largest / c2 + eps)
        yield w


@WRONG.mistake("adam", "sign_flipped")
def adam_uphill(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w + lr * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("adam", "lr_missing")
def adam_without_rate(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("adam", "one_minus_beta_missing")
def adam_sums_both(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + g
        v = beta2 * v + g * g
        w = w - lr * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("adam", "one_minus_beta_missing")
def adam_sums_gradients(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - lr * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("adam", "one_minus_beta_missing")
def adam_sums_squares(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + g**2
        w = w - lr * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("adam", "gradient_not_squared")
def adam_averages_magnitudes(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * np.abs(g)
        w = w - lr * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("adam", "t_off_by_one")
def adam_counts_one_twice(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in [1, *range(1, 1000)]:
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - lr * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("adam", "sign_flipped", beside="eps_before_correction")
def adam_uphill_as_in_keras(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w += lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t) * m / (np.sqrt(v) + eps)
        yield w


@WRONG.mistake("adam", "lr_missing", beside="eps_before_correction")
def adam_without_rate_as_in_keras(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - (1 - beta2**t) ** 0.5 / (1 - beta1**t) * m / (np.sqrt(v) + eps)
        yield w


# -- amsgrad ------------------------------------------------------------------------------------------------------


@WRONG.mistake("amsgrad", "max_missing")
class AmsgradIsAdam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.b1, self.b2, self.eps, self.m, self.v, self.t = lr, beta1, beta2, eps, 0.0, 0.0, 0

    def step(self, w, grad):
        g = grad(w)
        self.t += 1
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2
        m_hat = self.m / (1 - self.b1**self.t)
        v_hat = self.v / (1 - self.b2**self.t)
        return w - self.lr * m_hat / np.sqrt(v_hat + self.eps)


@WRONG.mistake("amsgrad", "max_missing")
def amsgrad_maximum_not_stored(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = v_max = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        largest = np.maximum(v_max, v)
        w = w - lr * m / (1 - beta1**t) / np.sqrt(largest / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("amsgrad", "max_not_kept")
def amsgrad_last_two_only(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        last, v = v, beta2 * v + (1 - beta2) * g**2
        v_hat = np.maximum(last, v) / (1 - beta2**t)
        w = w - lr * m / (1 - beta1**t) / np.sqrt(v_hat + eps)
        yield w


@WRONG.mistake("amsgrad", "no_bias_correction")
def amsgrad_as_in_the_paper(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = largest = np.zeros_like(w)
    while True:
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        largest = np.maximum(largest, v)
        w = w - lr * m / np.sqrt(largest + eps)
        yield w


@WRONG.mistake("amsgrad", "max_missing", beside="eps_outside_root")
def amsgrad_is_torchs_adam(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
        yield w


@WRONG.dialect("amsgrad", "max_of_corrected")
class AmsgradAsInOptax:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.b1, self.b2, self.eps = lr, beta1, beta2, eps
        self.m, self.v, self.largest, self.t = 0.0, 0.0, 0.0, 0

    def step(self, w, grad):
        g = grad(w)
        self.t += 1
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2
        self.largest = np.maximum(self.largest, self.v / (1 - self.b2**self.t))
        return w - self.lr * self.m / (1 - self.b1**self.t) / np.sqrt(self.largest + self.eps)


@WRONG.dialect("amsgrad", "eps_outside_root", backend="torch")
def amsgrad_by_torch_itself(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    w = w.clone().requires_grad_()
    optimizer = torch.optim.Adam([w], lr=lr, betas=(beta1, beta2), eps=eps, amsgrad=True)
    while True:
        w.grad = grad(w.detach())
        optimizer.step()
        yield w.detach().clone()


@WRONG.dialect("amsgrad", "max_of_corrected", beside="eps_outside_root")
def amsgrad_by_optax_itself(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = largest = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        largest = np.maximum(largest, v / (1 - beta2**t))
        w = w - lr * m / (1 - beta1**t) / (np.sqrt(largest) + eps)
        yield w


@WRONG.dialect("amsgrad", "eps_before_correction")
def amsgrad_as_in_keras(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = largest = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        largest = np.maximum(largest, v)
        w = w - lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t) * m / (np.sqrt(largest) + eps)
        yield w


@WRONG.unknown("amsgrad")
def amsgrad_corrected_twice(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """The maximum of the corrected v, and the rate corrected as well: right nowhere."""
    m = v = largest = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        largest = np.maximum(largest, v / (1 - beta2**t))
        w = w - lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t) * m / (np.sqrt(largest) + eps)
        yield w


@WRONG.mistake("amsgrad", "sign_flipped")
def amsgrad_uphill(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = largest = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        largest = np.maximum(largest, v)
        w = w + lr * (m / (1 - beta1**t)) / np.sqrt(largest / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("amsgrad", "lr_missing")
def amsgrad_without_rate(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = largest = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        largest = np.maximum(largest, v)
        w = w - m / (1 - beta1**t) / np.sqrt(largest / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("amsgrad", "one_minus_beta_missing")
def amsgrad_sums_both(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = largest = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + g
        v = beta2 * v + g * g
        largest = np.maximum(largest, v)
        w = w - lr * (m / (1 - beta1**t)) / np.sqrt(largest / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("amsgrad", "one_minus_beta_missing")
def amsgrad_sums_gradients(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = largest = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + g
        v = beta2 * v + (1 - beta2) * g**2
        largest = np.maximum(largest, v)
        w = w - lr * (m / (1 - beta1**t)) / np.sqrt(largest / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("amsgrad", "one_minus_beta_missing")
def amsgrad_sums_squares(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = largest = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + g**2
        largest = np.maximum(largest, v)
        w = w - lr * (m / (1 - beta1**t)) / np.sqrt(largest / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("amsgrad", "gradient_not_squared")
def amsgrad_averages_magnitudes(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = largest = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * np.abs(g)
        largest = np.maximum(largest, v)
        w = w - lr * (m / (1 - beta1**t)) / np.sqrt(largest / (1 - beta2**t) + eps)
        yield w


@WRONG.mistake("amsgrad", "t_off_by_one")
def amsgrad_counts_one_twice(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = largest = np.zeros_like(w)
    for t in [1, *range(1, 1000)]:
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        largest = np.maximum(largest, v)
        w = w - lr * (m / (1 - beta1**t)) / np.sqrt(largest / (1 - beta2**t) + eps)
        yield w
