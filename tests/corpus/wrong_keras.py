"""Wrong programs for Keras's optimizers in students' own words, each with what it must be taken for."""

from __future__ import annotations

from itertools import count

import numpy as np
import torch

from tests.corpus.forms import Forms

WRONG = Forms()

# -- keras_sgd ----------------------------------------------------------------------------------------------------


@WRONG.mistake("keras_sgd", "decay_ignored")
class SgdConstantRate:
    def __init__(self, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
        self.lr, self.momentum, self.nesterov, self.v = lr, momentum, nesterov, 0.0

    def step(self, w, grad):
        g = grad(w)
        self.v = self.momentum * self.v - self.lr * g
        return w + self.momentum * self.v - self.lr * g if self.nesterov else w + self.v


@WRONG.mistake("keras_sgd", "decay_compounds")
class SgdDecaysWhatHasDecayed:
    def __init__(self, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
        self.lr, self.momentum, self.decay, self.nesterov = lr, momentum, decay, nesterov
        self.v, self.iterations = 0.0, 0

    def step(self, w, grad):
        g = grad(w)
        self.lr *= 1.0 / (1.0 + self.decay * self.iterations)
        self.iterations += 1
        self.v = self.momentum * self.v - self.lr * g
        return w + (self.momentum * self.v - self.lr * g if self.nesterov else self.v)


@WRONG.mistake("keras_sgd", "decay_compounds")
def sgd_geometric_rate(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    while True:
        step = lr * grad(w)
        v = momentum * v - step
        w = w + momentum * v - step if nesterov else w + v
        lr = lr / (1 + decay)
        yield w


@WRONG.mistake("keras_sgd", "decay_compounds")
def sgd_loses_a_share_each_step(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v, rate = np.zeros_like(w), lr
    while True:
        step = rate * grad(w)
        v = momentum * v - step
        w = w + momentum * v - step if nesterov else w + v
        rate -= rate * decay
        yield w


@WRONG.mistake("keras_sgd", "decay_compounds")
def sgd_decays_before_the_first_step(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    while True:
        lr = lr / (1 + decay)
        step = lr * grad(w)
        v = momentum * v - step
        w = w + momentum * v - step if nesterov else w + v
        yield w


@WRONG.mistake("keras_sgd", "decay_from_one")
def sgd_counts_from_one(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    for t in count(1):
        step = lr / (1 + decay * t) * grad(w)
        v = momentum * v - step
        w = w + momentum * v - step if nesterov else w + v
        yield w


@WRONG.mistake("keras_sgd", "nesterov_ignored")
class SgdNeverNesterov:
    def __init__(self, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
        self.lr, self.momentum, self.decay = lr, momentum, decay
        self.v, self.t = 0.0, 0

    def step(self, w, grad):
        self.v = self.momentum * self.v - self.lr / (1 + self.decay * self.t) * grad(w)
        self.t += 1
        return w + self.v


@WRONG.mistake("keras_sgd", "nesterov_ignored")
def sgd_nesterov_with_the_old_velocity(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    for t in count():
        step = lr / (1 + decay * t) * grad(w)
        old, v = v, momentum * v - step
        w = w + momentum * old - step if nesterov else w + v
        yield w


@WRONG.mistake("keras_sgd", "nesterov_always")
def sgd_always_nesterov(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    for t in count():
        step = grad(w) * lr / (1 + decay * t)
        v = momentum * v - step
        w = w + momentum * v - step
        yield w


@WRONG.mistake("keras_sgd", "nesterov_velocity_whole")
def sgd_nesterov_without_momentum_on_v(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    for t in count():
        step = lr / (1 + decay * t) * grad(w)
        v = momentum * v - step
        w = w + v
        if nesterov:
            w = w - step
        yield w


@WRONG.mistake("keras_sgd", "nesterov_new_velocity_twice")
def sgd_nesterov_unrolled_late(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    for t in count():
        step = lr / (1 + decay * t) * grad(w)
        v = momentum * v - step
        w = w + momentum * momentum * v - (1 + momentum) * step if nesterov else w + v
        yield w


@WRONG.mistake("keras_sgd", "velocity_averaged")
class SgdAverages:
    def __init__(self, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
        self.lr, self.momentum, self.decay, self.nesterov = lr, momentum, decay, nesterov
        self.v, self.t = 0.0, 0

    def step(self, w, grad):
        step = self.lr / (1 + self.decay * self.t) * grad(w)
        self.t += 1
        self.v = self.momentum * self.v - (1 - self.momentum) * step
        return w + self.momentum * self.v - step if self.nesterov else w + self.v


@WRONG.mistake("keras_sgd", "velocity_averaged")
def sgd_averages_throughout(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    for t in count():
        step = lr / (1 + decay * t) * (1 - momentum) * grad(w)
        v = momentum * v - step
        w = w + momentum * v - step if nesterov else w + v
        yield w


@WRONG.mistake("keras_sgd", "velocity_not_kept")
def sgd_forgets(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    for t in count():
        step, v = lr / (1 + decay * t) * grad(w), np.zeros_like(w)
        v = momentum * v - step
        w = w + momentum * v - step if nesterov else w + v
        yield w


@WRONG.mistake("keras_sgd", "velocity_subtracted")
def sgd_brakes(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    """The slides' velocity with Keras's sign in one of its terms only."""
    v = np.zeros_like(w)
    for t in count():
        step = lr / (1 + decay * t) * grad(w)
        v = -(momentum * v + step)
        w = w + momentum * v - step if nesterov else w + v
        yield w


@WRONG.mistake("keras_sgd", "velocity_late")
def sgd_moves_first(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    for t in count():
        step, before = lr / (1 + decay * t) * grad(w), v
        v = momentum * before - step
        w = w + momentum * v - step if nesterov else w + before
        yield w


@WRONG.mistake("keras_sgd", "lr_missing")
def sgd_decay_without_rate(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    for t in count():
        step = grad(w) / (1 + decay * t)
        v = momentum * v - step
        w = w + momentum * v - step if nesterov else w + v
        yield w


@WRONG.mistake("keras_sgd", "lr_missing")
def sgd_without_any_rate(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    while True:
        g = grad(w)
        v = momentum * v - g
        w = w + momentum * v - g if nesterov else w + v
        yield w


@WRONG.mistake("keras_sgd", "lr_applied_twice")
def sgd_two_rates(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    for t in count():
        g, rate = grad(w), lr / (1 + decay * t)
        v = momentum * v - rate * g
        w = w + rate * (momentum * v - g) if nesterov else w + rate * v
        yield w


@WRONG.mistake("keras_sgd", "sign_flipped")
class SgdUphill:
    def __init__(self, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
        self.lr, self.momentum, self.decay, self.nesterov = lr, momentum, decay, nesterov
        self.v, self.t = 0.0, 0

    def step(self, w, grad):
        step = self.lr / (1 + self.decay * self.t) * grad(w)
        self.t += 1
        self.v = self.momentum * self.v + step
        return w + self.momentum * self.v + step if self.nesterov else w + self.v


@WRONG.dialect("keras_sgd", "rate_outside_velocity", backend="torch")
def sgd_by_torch_itself(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    parameter = torch.nn.Parameter(w.clone())
    optimizer = torch.optim.SGD([parameter], lr=lr, momentum=momentum, nesterov=nesterov and momentum > 0)
    for t in count():
        optimizer.param_groups[0]["lr"] = lr / (1 + decay * t)
        parameter.grad = grad(parameter.detach().clone())
        optimizer.step()
        yield parameter.detach().clone()


@WRONG.dialect("keras_sgd", "gradient_at_lookahead")
def sgd_is_the_slides_nag(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    for t in count():
        g = grad(w - momentum * v) if nesterov else grad(w)
        v = momentum * v + lr / (1 + decay * t) * g
        w = w - v
        yield w


@WRONG.mistake("keras_sgd", "decay_from_one", beside="rate_outside_velocity")
def sgd_counts_from_one_as_in_torch(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    buffer = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        buffer = momentum * buffer + g
        w = w - lr / (1 + decay * t) * (g + momentum * buffer if nesterov else buffer)
        yield w


@WRONG.mistake("keras_sgd", "decay_exponential")
def sgd_decays_exponentially(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    for t in count():
        step = lr * np.exp(-decay * t).astype(w.dtype) * grad(w)
        v = momentum * v - step
        w = w + momentum * v - step if nesterov else w + v
        yield w


@WRONG.unknown("keras_sgd")
def sgd_decays_the_momentum_too(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    for t in count():
        mu, step = momentum / (1 + decay * t), lr / (1 + decay * t) * grad(w)
        v = mu * v - step
        w = w + mu * v - step if nesterov else w + v
        yield w


# -- keras_rmsprop ------------------------------------------------------------------------------------------------


@WRONG.mistake("keras_rmsprop", "decay_ignored")
def rmsprop_constant_rate(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    while True:
        g = grad(w)
        a = rho * a + (1 - rho) * g**2
        w = w - lr * g / (np.sqrt(a) + eps)
        yield w


@WRONG.mistake("keras_rmsprop", "decay_compounds")
class RmspropDecaysWhatHasDecayed:
    def __init__(self, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
        self.lr, self.rho, self.eps, self.decay = lr, rho, epsilon or 1e-7, decay
        self.a, self.t = 0.0, 0

    def step(self, w, grad):
        g = grad(w)
        self.a = self.rho * self.a + (1 - self.rho) * g**2
        self.lr = self.lr / (1 + self.decay * self.t)
        self.t += 1
        return w - self.lr * g / (np.sqrt(self.a) + self.eps)


@WRONG.mistake("keras_rmsprop", "decay_compounds")
def rmsprop_geometric_rate(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = rho * a + (1 - rho) * g**2
        w = w - lr * (1 + decay) ** -t * g / (np.sqrt(a) + eps)
        yield w


@WRONG.mistake("keras_rmsprop", "decay_from_one")
def rmsprop_counts_from_one(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for k in count(1):
        g = grad(w)
        a = rho * a + (1 - rho) * g**2
        w = w - lr / (1 + decay * k) * g / (np.sqrt(a) + eps)
        yield w


@WRONG.mistake("keras_rmsprop", "sum_not_average")
def rmsprop_is_adagrad(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = a + g * g
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        yield w


@WRONG.mistake("keras_rmsprop", "weights_swapped")
def rmsprop_swapped(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = a + rho * (g**2 - a)
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        yield w


@WRONG.mistake("keras_rmsprop", "root_missing")
def rmsprop_no_root(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = rho * a + (1 - rho) * g**2
        w = w - lr / (1 + decay * t) / (a + eps) * g
        yield w


@WRONG.mistake("keras_rmsprop", "one_minus_rho_missing")
def rmsprop_fading_sum(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = rho * a + g**2
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        yield w


@WRONG.mistake("keras_rmsprop", "gradient_not_squared")
def rmsprop_averages_magnitudes(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = rho * a + (1 - rho) * np.abs(g)
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        yield w


@WRONG.mistake("keras_rmsprop", "gradient_not_squared")
def rmsprop_averages_gradients(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = rho * a + (1 - rho) * g
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        yield w


@WRONG.mistake("keras_rmsprop", "average_not_kept")
class RmspropForgets:
    def __init__(self, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
        self.lr, self.rho, self.eps, self.decay, self.t = lr, rho, epsilon or 1e-7, decay, -1

    def step(self, w, grad):
        self.t += 1
        g, a = grad(w), 0
        a = self.rho * a + (1 - self.rho) * g**2
        return w - self.lr / (1 + self.decay * self.t) * g / (np.sqrt(a) + self.eps)


@WRONG.mistake("keras_rmsprop", "average_late")
def rmsprop_divides_first(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        a = rho * a + (1 - rho) * g**2
        yield w


@WRONG.mistake("keras_rmsprop", "accumulator_scalar")
def rmsprop_one_for_all(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = 0.0, epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = rho * a + (1 - rho) * np.sum(g * g)
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        yield w


@WRONG.mistake("keras_rmsprop", "bias_corrected")
def rmsprop_with_adams_correction(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = rho * a + (1 - rho) * g**2
        a_hat = a / (1 - rho ** (t + 1))
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a_hat) + eps)
        yield w


@WRONG.mistake("keras_rmsprop", "eps_missing")
def rmsprop_no_eps(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a = np.zeros_like(w)
    for t in count():
        g = grad(w)
        a = rho * a + (1 - rho) * g**2
        w = w - lr / (1 + decay * t) * g / np.sqrt(a)
        yield w


@WRONG.mistake("keras_rmsprop", "default_epsilon")
def rmsprop_epsilon_of_the_slides(w, grad, *, lr=0.001, rho=0.9, epsilon=1e-8, decay=0.0):
    a = np.zeros_like(w)
    for t in count():
        g = grad(w)
        a = rho * a + (1 - rho) * g**2
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + epsilon)
        yield w


@WRONG.mistake("keras_rmsprop", "lr_missing")
def rmsprop_without_any_rate(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    while True:
        g = grad(w)
        a = rho * a + (1 - rho) * g**2
        w = w - g / (np.sqrt(a) + eps)
        yield w


@WRONG.mistake("keras_rmsprop", "sign_flipped")
def rmsprop_uphill(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = rho * a + (1 - rho) * g**2
        w = w + lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        yield w


@WRONG.dialect("keras_rmsprop", "eps_inside_root", backend="torch")
class RmspropAsInKeras3:
    def __init__(self, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
        self.lr, self.rho, self.eps, self.decay = lr, rho, epsilon or 1e-7, decay
        self.velocity, self.iterations = 0.0, 0

    def step(self, w, grad):
        g = grad(w)
        self.velocity = self.rho * self.velocity + (1 - self.rho) * g.square()
        rate = self.lr / (1 + self.decay * self.iterations)
        self.iterations += 1
        return w - rate * g * torch.rsqrt(self.velocity + self.eps)


@WRONG.mistake("keras_rmsprop", "decay_compounds", beside="eps_inside_root")
def rmsprop_geometric_rate_eps_inside(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    while True:
        g = grad(w)
        a = rho * a + (1 - rho) * g**2
        w = w - lr * g / np.sqrt(a + eps)
        lr /= 1 + decay
        yield w


@WRONG.unknown("keras_rmsprop")
def rmsprop_decays_by_the_epoch(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    """The rate falls every tenth step only."""
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = rho * a + (1 - rho) * g**2
        w = w - lr / (1 + decay * (t // 10)) * g / (np.sqrt(a) + eps)
        yield w


# -- keras_adagrad ------------------------------------------------------------------------------------------------


@WRONG.mistake("keras_adagrad", "decay_ignored")
def adagrad_constant_rate(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    while True:
        g = grad(w)
        a = a + g**2
        w = w - lr * g / (np.sqrt(a) + eps)
        yield w


@WRONG.mistake("keras_adagrad", "decay_compounds")
class AdagradDecaysWhatHasDecayed:
    def __init__(self, lr=0.01, epsilon=None, decay=0.0):
        self.lr, self.eps, self.decay, self.a, self.t = lr, epsilon or 1e-7, decay, 0.0, 0

    def step(self, w, grad):
        g = grad(w)
        self.a = self.a + g**2
        w = w - self.lr * g / (np.sqrt(self.a) + self.eps)
        self.t += 1
        self.lr /= 1 + self.decay * self.t
        return w


@WRONG.mistake("keras_adagrad", "decay_compounds")
def adagrad_geometric_rate(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    while True:
        g = grad(w)
        a = a + g**2
        w = w - lr * g / (np.sqrt(a) + eps)
        lr /= 1 + decay
        yield w


@WRONG.mistake("keras_adagrad", "decay_from_one")
def adagrad_counts_from_one(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a, eps, t = np.zeros_like(w), epsilon or 1e-7, 0
    while True:
        t += 1
        g = grad(w)
        a = a + g**2
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        yield w


@WRONG.mistake("keras_adagrad", "root_missing")
def adagrad_no_root(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = a + g**2
        w = w - lr / (1 + decay * t) * g / (a + eps)
        yield w


@WRONG.mistake("keras_adagrad", "gradient_not_squared")
def adagrad_sums_gradients(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = a + g
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        yield w


@WRONG.mistake("keras_adagrad", "gradient_not_squared")
def adagrad_sums_magnitudes(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = a + abs(g)
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        yield w


@WRONG.mistake("keras_adagrad", "accumulator_not_kept")
def adagrad_forgets(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    eps = epsilon or 1e-7
    for t in count():
        g = grad(w)
        w = w - lr / (1 + decay * t) * g / (np.abs(g) + eps)
        yield w


@WRONG.mistake("keras_adagrad", "accumulator_late")
def adagrad_divides_first(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        a = a + g**2
        yield w


@WRONG.mistake("keras_adagrad", "accumulator_scalar")
def adagrad_one_for_all(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a, eps = 0.0, epsilon or 1e-7
    for t in count():
        g = grad(w)
        a += np.dot(g.ravel(), g.ravel())
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        yield w


@WRONG.mistake("keras_adagrad", "eps_missing")
def adagrad_no_eps(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a = np.zeros_like(w)
    for t in count():
        g = grad(w)
        a = a + g**2
        w = w - lr / (1 + decay * t) * g / np.sqrt(a)
        yield w


@WRONG.mistake("keras_adagrad", "default_epsilon")
class AdagradEpsilonOfTheSlides:
    def __init__(self, lr=0.01, epsilon=1e-8, decay=0.0):
        self.lr, self.eps, self.decay, self.a, self.t = lr, epsilon, decay, 0.0, 0

    def step(self, w, grad):
        g = grad(w)
        self.a = self.a + g**2
        self.t += 1
        return w - self.lr / (1 + self.decay * (self.t - 1)) * g / (np.sqrt(self.a) + self.eps)


@WRONG.mistake("keras_adagrad", "lr_missing")
def adagrad_decay_without_rate(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = a + g**2
        w = w - g / (np.sqrt(a) + eps) / (1 + decay * t)
        yield w


@WRONG.mistake("keras_adagrad", "sign_flipped")
def adagrad_uphill(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = a + g**2
        w = w + lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        yield w


@WRONG.dialect("keras_adagrad", "eps_inside_root")
def adagrad_eps_inside(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = a + g**2
        w = w - lr / (1 + decay * t) * g / np.sqrt(a + eps)
        yield w


@WRONG.dialect("keras_adagrad", "accumulator_starts_at_a_tenth")
def adagrad_as_in_tensorflow(w, grad, *, lr=0.01, epsilon=None, decay=0.0, initial_accumulator_value=0.1):
    a, eps = np.full_like(w, initial_accumulator_value), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = a + g**2
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        yield w


@WRONG.dialect("keras_adagrad", "eps_inside_root", beside="accumulator_starts_at_a_tenth", backend="torch")
def adagrad_as_in_keras_3(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    accumulator, eps = torch.full_like(w, 0.1), epsilon or 1e-7
    for t in count():
        g = grad(w)
        accumulator = accumulator + g.square()
        w = w - lr / (1 + decay * t) * g / torch.sqrt(accumulator + eps)
        yield w


@WRONG.unknown("keras_adagrad")
def adagrad_decays_the_sum(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    while True:
        g = grad(w)
        a = (1 - decay) * a + g**2
        w = w - lr * g / (np.sqrt(a) + eps)
        yield w


# -- keras_adam ---------------------------------------------------------------------------------------------------


class Adam:
    """Right, with every line in a method of its own: a wrong one below changes one of them."""

    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
        self.lr, self.b1, self.b2, self.decay, self.amsgrad = lr, beta_1, beta_2, decay, amsgrad
        self.eps = 1e-7 if epsilon is None else epsilon
        self.iterations, self.m, self.v, self.largest = 0, 0.0, 0.0, 0.0

    def rate(self):
        return self.lr / (1 + self.decay * self.iterations)

    def correction(self):
        k = self.iterations + 1
        return (1 - self.b2**k) ** 0.5 / (1 - self.b1**k)

    def averages(self, g):
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2

    def below(self):
        self.largest = np.maximum(self.largest, self.v)
        return self.largest if self.amsgrad else self.v

    def move(self):
        return -self.rate() * self.correction() * self.m / (np.sqrt(self.below()) + self.eps)

    def step(self, w, grad):
        self.averages(grad(w))
        w = w + self.move()
        self.iterations += 1
        return w


@WRONG.mistake("keras_adam", "decay_ignored")
class AdamConstantRate(Adam):
    def rate(self):
        return self.lr


@WRONG.mistake("keras_adam", "decay_compounds")
class AdamDecaysWhatHasDecayed(Adam):
    def rate(self):
        self.lr *= 1 / (1 + self.decay * self.iterations)
        return self.lr


@WRONG.mistake("keras_adam", "decay_compounds")
class AdamGeometricRate(Adam):
    def rate(self):
        return self.lr / (1 + self.decay) ** self.iterations


@WRONG.mistake("keras_adam", "decay_from_one")
class AdamDecaysFromOne(Adam):
    def rate(self):
        return self.lr / (1 + self.decay * (self.iterations + 1))


@WRONG.mistake("keras_adam", "t_off_by_one", beside="decay_from_one")
class AdamCountsBeforehand(Adam):
    def step(self, w, grad):
        self.iterations += 1
        self.averages(grad(w))
        return w + self.move()


@WRONG.mistake("keras_adam", "no_bias_correction")
class AdamUncorrected(Adam):
    def correction(self):
        return 1.0


@WRONG.mistake("keras_adam", "first_moment_uncorrected")
class AdamOnlyTheSecondCorrected(Adam):
    def correction(self):
        return (1 - self.b2 ** (self.iterations + 1)) ** 0.5


@WRONG.mistake("keras_adam", "second_moment_uncorrected")
class AdamOnlyTheFirstCorrected(Adam):
    def correction(self):
        return 1 / (1 - self.b1 ** (self.iterations + 1))


@WRONG.mistake("keras_adam", "correction_root_missing")
class AdamNoRootInTheCorrection(Adam):
    def correction(self):
        return super().correction() * (1 - self.b2 ** (self.iterations + 1)) ** 0.5


@WRONG.mistake("keras_adam", "correction_inverted")
class AdamCorrectionUpsideDown(Adam):
    def correction(self):
        return 1 / super().correction()


@WRONG.mistake("keras_adam", "t_off_by_one")
class AdamCorrectsFromTwo(Adam):
    def correction(self):
        k = self.iterations + 2
        return (1 - self.b2**k) ** 0.5 / (1 - self.b1**k)


@WRONG.mistake("keras_adam", "t_off_by_one")
class AdamCorrectsFromZero(Adam):
    def correction(self):
        k = self.iterations
        return (1 - self.b2**k) ** 0.5 / (1 - self.b1**k)


@WRONG.mistake("keras_adam", "t_off_by_one")
class AdamCountsOneTwice(Adam):
    def correction(self):
        k = max(self.iterations, 1)
        return (1 - self.b2**k) ** 0.5 / (1 - self.b1**k)


@WRONG.mistake("keras_adam", "t_constant")
class AdamCorrectsAsInTheFirstStep(Adam):
    def correction(self):
        return (1 - self.b2) ** 0.5 / (1 - self.b1)


@WRONG.mistake("keras_adam", "t_constant", beside="decay_ignored")
class AdamNeverCounts(Adam):
    def step(self, w, grad):
        self.averages(grad(w))
        return w + self.move()


@WRONG.mistake("keras_adam", "betas_swapped")
class AdamArgumentsSwapped(Adam):
    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
        super().__init__(lr, beta_2, beta_1, epsilon, decay, amsgrad)


@WRONG.mistake("keras_adam", "betas_swapped")
class AdamAveragesSwapped(Adam):
    def averages(self, g):
        self.m += (1 - self.b2) * (g - self.m)
        self.v += (1 - self.b1) * (g * g - self.v)


@WRONG.mistake("keras_adam", "betas_swapped")
class AdamCorrectionsSwapped(Adam):
    def correction(self):
        k = self.iterations + 1
        return (1 - self.b1**k) ** 0.5 / (1 - self.b2**k)


@WRONG.mistake("keras_adam", "root_missing")
class AdamNoRoot(Adam):
    def move(self):
        return -self.rate() * self.correction() * self.m / (self.below() + self.eps)


@WRONG.mistake("keras_adam", "gradient_not_squared")
class AdamAveragesMagnitudes(Adam):
    def averages(self, g):
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * np.abs(g)


@WRONG.mistake("keras_adam", "gradient_not_squared")
class AdamAveragesGradients(Adam):
    def averages(self, g):
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g


@WRONG.mistake("keras_adam", "one_minus_beta_missing")
class AdamSumsBoth(Adam):
    def averages(self, g):
        self.m, self.v = self.b1 * self.m + g, self.b2 * self.v + g**2


@WRONG.mistake("keras_adam", "one_minus_beta_missing")
class AdamSumsGradients(Adam):
    def averages(self, g):
        self.m, self.v = self.b1 * self.m + g, self.b2 * self.v + (1 - self.b2) * g**2


@WRONG.mistake("keras_adam", "one_minus_beta_missing")
class AdamSumsSquares(Adam):
    def averages(self, g):
        self.m, self.v = self.b1 * self.m + (1 - self.b1) * g, self.b2 * self.v + g**2


@WRONG.mistake("keras_adam", "amsgrad_ignored")
class AdamNeverAmsgrad(Adam):
    def below(self):
        return self.v


@WRONG.mistake("keras_adam", "amsgrad_ignored")
class AdamMaximumNotStored(Adam):
    def below(self):
        return np.maximum(self.largest, self.v) if self.amsgrad else self.v


@WRONG.mistake("keras_adam", "amsgrad_always")
class AdamAlwaysAmsgrad(Adam):
    def below(self):
        self.largest = np.maximum(self.largest, self.v)
        return self.largest


@WRONG.mistake("keras_adam", "max_not_kept")
class AdamLastTwoOnly(Adam):
    def below(self):
        before, self.largest = self.largest, self.v
        return np.maximum(before, self.v) if self.amsgrad else self.v


@WRONG.mistake("keras_adam", "max_overwrites_v")
class AdamMaximumInV(Adam):
    def averages(self, g):
        before = self.v
        super().averages(g)
        if self.amsgrad:
            self.v = np.maximum(before, self.v)


@WRONG.mistake("keras_adam", "eps_missing")
class AdamNoEps(Adam):
    def move(self):
        return -self.rate() * self.correction() * self.m / np.sqrt(self.below())


@WRONG.mistake("keras_adam", "default_epsilon")
class AdamEpsilonOfTheSlides(Adam):
    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
        super().__init__(lr, beta_1, beta_2, epsilon or 1e-8, decay, amsgrad)


@WRONG.mistake("keras_adam", "lr_missing")
class AdamNoRate(Adam):
    def rate(self):
        return 1.0


@WRONG.mistake("keras_adam", "lr_missing")
class AdamOnlyTheDecay(Adam):
    def rate(self):
        return 1 / (1 + self.decay * self.iterations)


@WRONG.mistake("keras_adam", "sign_flipped")
class AdamUphill(Adam):
    def move(self):
        return -super().move()


@WRONG.dialect("keras_adam", "eps_inside_root")
class AdamEpsInside(Adam):
    def move(self):
        return -self.rate() * self.correction() * self.m / np.sqrt(self.below() + self.eps)


@WRONG.dialect("keras_adam", "eps_after_correction", backend="torch")
def adam_by_torch_itself(w, grad, *, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
    parameter = torch.nn.Parameter(w.clone())
    eps = 1e-7 if epsilon is None else epsilon
    optimizer = torch.optim.Adam([parameter], lr=lr, betas=(beta_1, beta_2), eps=eps, amsgrad=amsgrad)
    for t in count():
        optimizer.param_groups[0]["lr"] = lr / (1 + decay * t)
        parameter.grad = grad(parameter.detach().clone())
        optimizer.step()
        yield parameter.detach().clone()


@WRONG.dialect("keras_adam", "eps_after_correction_inside")
def adam_of_the_slides(w, grad, *, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
    m = v = v_max = np.zeros_like(w)
    eps = 1e-7 if epsilon is None else epsilon
    for t in count(1):
        g = grad(w)
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        v_max = np.maximum(v_max, v) if amsgrad else v
        m_hat, v_hat = m / (1 - beta_1**t), v_max / (1 - beta_2**t)
        w = w - lr / (1 + decay * (t - 1)) * m_hat / np.sqrt(v_hat + eps)
        yield {"w": w, "m": m, "v": v}


@WRONG.mistake("keras_adam", "decay_ignored", beside="eps_after_correction")
class AdamConstantRateEpsAfterwards(AdamConstantRate):
    def move(self):
        k = self.iterations + 1
        m_hat, v_hat = self.m / (1 - self.b1**k), self.below() / (1 - self.b2**k)
        return -self.rate() * m_hat / (np.sqrt(v_hat) + self.eps)


@WRONG.mistake("keras_adam", "t_off_by_one", beside="eps_after_correction_inside")
class AdamFromTwoEpsInside(Adam):
    def move(self):
        k = self.iterations + 2
        m_hat, v_hat = self.m / (1 - self.b1**k), self.below() / (1 - self.b2**k)
        return -self.rate() * m_hat / np.sqrt(v_hat + self.eps)


@WRONG.unknown("keras_adam")
class AdamCountsInAByte(Adam):
    """Right for 255 steps."""

    def correction(self):
        k = (self.iterations + 1) % 256 or 1
        return (1 - self.b2**k) ** 0.5 / (1 - self.b1**k)


@WRONG.unknown("keras_adam")
class AdamDecaysTheWeights(Adam):
    """decay taken for AdamW's."""

    def rate(self):
        return self.lr

    def step(self, w, grad):
        return super().step(w, grad) - self.lr * self.decay * w


# -- what shows late, or beside one argument alone -----------------------------------------------------------------


@WRONG.unknown("keras_sgd")
def sgd_nesterov_by_default(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=True):
    v = np.zeros_like(w)
    for t in count():
        step = lr / (1 + decay * t) * grad(w)
        v = momentum * v - step
        w = w + momentum * v - step if nesterov else w + v
        yield w


def sgd_at(rate):
    """Keras's SGD with a rate of its own, ``rate(lr, decay, t)``."""

    def program(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
        v = np.zeros_like(w)
        for t in count():
            step = rate(lr, decay, t) * grad(w)
            v = momentum * v - step
            w = w + momentum * v - step if nesterov else w + v
            yield w

    program.__name__ = f"sgd_{rate.__name__}"
    return program


def rmsprop_at(rate):
    def program(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
        a = np.zeros_like(w)
        for t in count():
            g = grad(w)
            a = rho * a + (1 - rho) * g * g
            w = w - rate(lr, decay, t) * g / (np.sqrt(a) + (1e-7 if epsilon is None else epsilon))
            yield w

    program.__name__ = f"rmsprop_{rate.__name__}"
    return program


def adagrad_at(rate):
    def program(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
        a = np.zeros_like(w)
        for t in count():
            g = grad(w)
            a = a + g * g
            w = w - rate(lr, decay, t) * g / (np.sqrt(a) + (1e-7 if epsilon is None else epsilon))
            yield w

    program.__name__ = f"adagrad_{rate.__name__}"
    return program


def adam_at(rate, count_of=lambda k: k, name=""):
    def program(w, grad, *, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
        m, v, top = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
        for t in count():
            g, k = grad(w), count_of(t + 1)
            m = beta_1 * m + (1 - beta_1) * g
            v = beta_2 * v + (1 - beta_2) * g * g
            top = np.maximum(top, v) if amsgrad else v
            alpha = rate(lr, decay, t) * np.sqrt(1 - beta_2**k) / (1 - beta_1**k)
            w = w - alpha * m / (np.sqrt(top) + (1e-7 if epsilon is None else epsilon))
            yield w

    program.__name__ = f"adam_{name or rate.__name__}"
    return program


def decays(lr, decay, t):
    return lr / (1 + decay * t)


def decays_anew_after_128(lr, decay, t):
    return lr / (1 + decay * (t % 128))


def decays_anew_after_256(lr, decay, t):
    return lr / (1 + decay * (t % 256))


def decays_anew_after_512(lr, decay, t):
    return lr / (1 + decay * (t % 512))


def decays_up_to_60(lr, decay, t):
    return lr / (1 + decay * min(t, 60))


def decays_up_to_500(lr, decay, t):
    return lr / (1 + decay * min(t, 500))


def decays_down_to_a_smallest_rate(lr, decay, t):
    return max(lr / (1 + decay * t), 1e-4)


for late in (
    decays_anew_after_128,
    decays_anew_after_256,
    decays_anew_after_512,
    decays_up_to_60,
    decays_up_to_500,
    decays_down_to_a_smallest_rate,
):
    WRONG.unknown("keras_sgd")(sgd_at(late))
    WRONG.unknown("keras_rmsprop")(rmsprop_at(late))
    WRONG.unknown("keras_adagrad")(adagrad_at(late))
    WRONG.unknown("keras_adam")(adam_at(late))

WRONG.unknown("keras_adam")(adam_at(decays, lambda k: min(k, 500), "corrects_up_to_500"))
WRONG.unknown("keras_adam")(adam_at(decays, lambda k: (k - 1) % 512 + 1, "corrects_anew_after_512"))


@WRONG.mistake("keras_rmsprop", "accumulator_scalar")
def rmsprop_of_the_mean_square(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a = 0.0
    for t in count():
        g = grad(w)
        a = rho * a + (1 - rho) * np.square(g).mean()
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + (1e-7 if epsilon is None else epsilon))
        yield w


@WRONG.mistake("keras_adagrad", "average_not_sum")
def adagrad_fades(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a = np.zeros_like(w)
    for t in count():
        g = grad(w)
        a += 0.1 * (g * g - a)
        w = w - lr / (1 + decay * t) * g / (np.sqrt(a) + (1e-7 if epsilon is None else epsilon))
        yield w


@WRONG.mistake("keras_adagrad", "average_not_sum")
def adagrad_of_the_mean_over_time(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    squares = np.zeros_like(w)
    for t in count():
        g = grad(w)
        squares = squares + g * g
        root = np.sqrt(squares / (t + 1))
        w = w - lr / (1 + decay * t) * g / (root + (1e-7 if epsilon is None else epsilon))
        yield w


@WRONG.dialect("keras_adam", "max_of_corrected")
def adam_maximum_of_the_corrected(
    w, grad, *, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False
):
    m, v, top = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    eps = 1e-7 if epsilon is None else epsilon
    for t in count():
        g = grad(w)
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g * g
        c1, c2 = 1 - beta_1 ** (t + 1), 1 - beta_2 ** (t + 1)
        top = np.maximum(top, v / c2)
        root = np.sqrt(top) + eps if amsgrad else (np.sqrt(v) + eps) / np.sqrt(c2)
        w = w - lr / (1 + decay * t) * m / c1 / root
        yield w
