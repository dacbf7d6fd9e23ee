"""Right programs for Keras's optimizers, each written another way. The grader may reject none of them."""

from __future__ import annotations

from itertools import count

import numpy as np
import torch

from tests.corpus.forms import Forms

RIGHT = Forms()

# -- keras_sgd ----------------------------------------------------------------------------------------------------


@RIGHT.right("keras_sgd")
class SgdAsInTheTable:
    def __init__(self, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
        self.lr, self.momentum, self.decay, self.nesterov = lr, momentum, decay, nesterov
        self.v = self.t = 0

    def step(self, w, grad):
        g = grad(w)
        lr_t = self.lr / (1 + self.decay * self.t)
        self.t += 1
        self.v = self.momentum * self.v - lr_t * g
        if self.nesterov:
            return w + self.momentum * self.v - lr_t * g
        return w + self.v


@RIGHT.right("keras_sgd")
class SgdAsInKeras2:
    """As its get_updates had it: iterations, and lr times the inverse."""

    def __init__(self, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
        self.lr, self.momentum, self.initial_decay, self.nesterov = lr, momentum, decay, nesterov
        self.iterations, self.moment = 0, None

    def step(self, p, grad):
        g, lr = grad(p), self.lr
        if self.initial_decay > 0:
            lr = lr * (1.0 / (1.0 + self.initial_decay * float(self.iterations)))
        self.iterations += 1
        if self.moment is None:
            self.moment = np.zeros(np.shape(p), dtype=np.asarray(p).dtype)
        v = self.momentum * self.moment - lr * g
        self.moment = v
        return p + self.momentum * v - lr * g if self.nesterov else p + v


@RIGHT.right("keras_sgd")
def sgd_slides_sign(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    """The slides' velocity, subtracted."""
    v = np.zeros_like(w)
    for t in count():
        step = lr / (1 + decay * t) * grad(w)
        v = momentum * v + step
        w = w - (momentum * v + step if nesterov else v)
        yield {"w": w, "v": v}


@RIGHT.right("keras_sgd")
def sgd_with_the_old_velocity(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v, t = np.zeros_like(w), 0
    while True:
        step, old = lr / (1 + decay * t) * grad(w), v
        v = momentum * old - step
        w = w + (momentum**2 * old - (1 + momentum) * step if nesterov else v)
        t += 1
        yield w


@RIGHT.right("keras_sgd")
def sgd_as_in_cs231n(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v = np.zeros_like(w)
    for t in count():
        before = v
        v = momentum * v - lr / (1 + decay * t) * grad(w)
        w = w + (-momentum * before + (1 + momentum) * v if nesterov else v)
        yield w


@RIGHT.right("keras_sgd")
def sgd_keeps_the_point_behind(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    """The slides' point is kept, and Keras's w looks ahead from it."""
    point, v, ahead = w, np.zeros_like(w), momentum if nesterov else 0.0
    for t in count():
        v = momentum * v - lr / (1 + decay * t) * grad(w)
        point = point + v
        w = point + ahead * v
        yield w


@RIGHT.right("keras_sgd")
def sgd_two_points(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    """Polyak's form and Nesterov's own: the velocity is the difference of the last two points."""
    before = w
    for t in count():
        after = w - lr / (1 + decay * t) * grad(w)
        if nesterov:
            w, before = after + momentum * (after - before), after
        else:
            w, before = after + momentum * (w - before), w
        yield w


@RIGHT.right("keras_sgd")
def sgd_as_average(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    """An average of the steps, its weight 1 − μ undone."""
    mean = np.zeros_like(w)
    for t in count():
        step = lr * grad(w) / (1 + decay * t)
        mean = momentum * mean + (1 - momentum) * step
        v = mean / (1 - momentum)
        w = w - (momentum * v + step) if nesterov else w - v
        yield w


@RIGHT.right("keras_sgd")
def sgd_rate_from_the_last(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    v, t = np.zeros_like(w), 0
    while True:
        g = grad(w)
        v = momentum * v - lr * g
        w = w + momentum * v - lr * g if nesterov else w + v
        lr, t = lr * (1 + decay * t) / (1 + decay * (t + 1)), t + 1
        yield w


@RIGHT.right("keras_sgd")
def sgd_whole_history(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    steps = []
    while True:
        steps.append(lr / (1 + decay * len(steps)) * grad(w))
        v = sum(momentum**age * step for age, step in enumerate(reversed(steps)))
        w = w - (momentum * v + steps[-1] if nesterov else v)
        yield w


@RIGHT.right("keras_sgd")
class SgdInPlace:
    def __init__(self, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
        self.lr, self.momentum, self.decay, self.nesterov = lr, momentum, decay, nesterov
        self.inverse, self.v = 1 / lr, None

    def step(self, w, grad):
        g = grad(w)
        if self.v is None:
            self.v = np.zeros_like(w)
        g /= self.inverse
        self.inverse += self.decay / self.lr
        self.v *= self.momentum
        self.v -= g
        if self.nesterov:
            w += self.momentum * self.v
            w -= g
        else:
            w += self.v


@RIGHT.right("keras_sgd")
def sgd_in_float64(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    precise, v = np.array(w, dtype=np.float64), 0.0
    for t in count():
        step = lr / (1 + decay * t) * np.asarray(grad(w), dtype=np.float64)
        v = momentum * v - step
        precise = precise + momentum * v - step if nesterov else precise + v
        w = precise.astype(w.dtype)
        yield w


@RIGHT.right("keras_sgd", "torch")
class SgdTorch:
    def __init__(self, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
        self.lr, self.momentum, self.decay, self.nesterov, self.t = lr, momentum, decay, nesterov, 0

    def step(self, w, grad):
        g = grad(w)
        if self.t == 0:
            self.v = torch.zeros_like(w)
        lr = self.lr / (1 + self.decay * self.t)
        self.t += 1
        self.v.mul_(self.momentum).sub_(g, alpha=lr)
        if self.nesterov:
            return w.add(self.v, alpha=self.momentum).sub_(g, alpha=lr)
        return w + self.v


@RIGHT.right("keras_sgd", "torch")
def sgd_by_torchs_optimizer(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
    """torch's SGD at a rate of 1, fed with steps instead of gradients."""
    parameter = torch.nn.Parameter(w.clone())
    optimizer = torch.optim.SGD([parameter], lr=1.0, momentum=momentum, nesterov=nesterov and momentum > 0)
    for t in count():
        parameter.grad = lr / (1 + decay * t) * grad(parameter.detach().clone())
        optimizer.step()
        yield parameter.detach().clone()


# -- keras_rmsprop ------------------------------------------------------------------------------------------------


@RIGHT.right("keras_rmsprop")
class RmspropAsInTheTable:
    def __init__(self, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
        self.lr, self.rho, self.epsilon, self.decay = lr, rho, epsilon, decay
        if self.epsilon is None:
            self.epsilon = 1e-7
        self.a = self.t = 0

    def step(self, w, grad):
        g = grad(w)
        lr_t = self.lr / (1 + self.decay * self.t)
        self.t += 1
        self.a = self.rho * self.a + (1 - self.rho) * g**2
        return w - lr_t * g / (np.sqrt(self.a) + self.epsilon)


@RIGHT.right("keras_rmsprop")
def rmsprop_moves_the_average(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = a + (1 - rho) * (g * g - a)
        w = w - lr / (1 + decay * t) / (a**0.5 + eps) * g
        yield {"w": w, "a": a}


@RIGHT.right("keras_rmsprop")
def rmsprop_keeps_the_rms(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    rms, t = np.zeros_like(w), 0
    epsilon = 1e-7 if epsilon is None else epsilon
    while True:
        g = grad(w)
        rms = np.sqrt(rho * rms**2 + (1 - rho) * g**2)
        w = w - lr * g / ((1 + decay * t) * (rms + epsilon))
        t += 1
        yield w


@RIGHT.right("keras_rmsprop")
def rmsprop_sums_and_scales(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    """A fading sum, its factor 1 − ρ put before the root."""
    fading, eps = np.zeros_like(w), {None: 1e-7}.get(epsilon, epsilon)
    for t in count():
        g = grad(w)
        fading = rho * fading + g**2
        w = w - lr / (1 + decay * t) * g / (np.sqrt(1 - rho) * np.sqrt(fading) + eps).astype(w.dtype)
        yield w


@RIGHT.right("keras_rmsprop")
def rmsprop_rate_from_the_last(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    a, rate, t = np.zeros_like(w), lr, 0
    while True:
        g = grad(w)
        a = rho * a + (1 - rho) * np.square(g)
        w = w - rate * g / (np.sqrt(a) + (1e-7 if epsilon is None else epsilon))
        rate *= (1 + decay * t) / (1 + decay * (t + 1))
        t += 1
        yield w


@RIGHT.right("keras_rmsprop")
class RmspropInPlace:
    def __init__(self, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
        self.lr, self.rho, self.eps, self.decay = lr, rho, 1e-7 if epsilon is None else epsilon, decay
        self.iterations, self.a = 0, None

    def step(self, w, grad):
        g = grad(w)
        if self.a is None:
            self.a = np.zeros_like(w)
        self.a *= self.rho
        self.a += (1 - self.rho) * g * g
        g *= self.lr * (1.0 / (1.0 + self.decay * self.iterations))
        g /= np.sqrt(self.a) + self.eps
        self.iterations += 1
        w -= g
        return w


@RIGHT.right("keras_rmsprop")
def rmsprop_whole_history(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    squares, eps = [], 1e-7 if epsilon is None else epsilon
    while True:
        g = grad(w)
        squares.append(g**2)
        a = (1 - rho) * sum(rho**age * square for age, square in enumerate(reversed(squares)))
        w = w - lr / (1 + decay * (len(squares) - 1)) * g / (np.sqrt(a) + eps)
        yield w


@RIGHT.right("keras_rmsprop")
def rmsprop_in_float64(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    precise, a, eps = np.array(w, dtype=np.float64), 0.0, 1e-7 if epsilon is None else epsilon
    for t in count():
        g = np.asarray(grad(w), dtype=np.float64)
        a = rho * a + (1 - rho) * g**2
        precise = precise - lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        w = precise.astype(w.dtype)
        yield w


@RIGHT.right("keras_rmsprop", "torch")
class RmspropTorch:
    def __init__(self, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
        self.lr, self.rho, self.eps, self.decay = lr, rho, 1e-7 if epsilon is None else epsilon, decay
        self.t, self.a = 0, None

    def step(self, w, grad):
        g = grad(w)
        self.a = torch.zeros_like(w) if self.a is None else self.a
        self.a.mul_(self.rho).addcmul_(g, g, value=1 - self.rho)
        rate = self.lr / (1 + self.decay * self.t)
        self.t += 1
        return w.addcdiv(g, self.a.sqrt().add_(self.eps), value=-rate)


@RIGHT.right("keras_rmsprop", "torch")
def rmsprop_by_torchs_optimizer(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
    parameter = torch.nn.Parameter(w.clone())
    optimizer = torch.optim.RMSprop([parameter], lr=lr, alpha=rho, eps=1e-7 if epsilon is None else epsilon)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: 1 / (1 + decay * t))
    while True:
        parameter.grad = grad(parameter.detach().clone())
        optimizer.step()
        scheduler.step()
        yield parameter.detach().clone()


# -- keras_adagrad ------------------------------------------------------------------------------------------------


@RIGHT.right("keras_adagrad")
class AdagradAsInTheTable:
    def __init__(self, lr=0.01, epsilon=None, decay=0.0):
        self.lr, self.epsilon, self.decay = lr, 1e-7 if epsilon is None else epsilon, decay
        self.a = self.t = 0

    def step(self, w, grad):
        g = grad(w)
        lr_t = self.lr / (1 + self.decay * self.t)
        self.t += 1
        self.a = self.a + g**2
        return w - lr_t * g / (np.sqrt(self.a) + self.epsilon)


@RIGHT.right("keras_adagrad")
def adagrad_rate_by_weight(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a, eps = np.zeros_like(w), epsilon or 1e-7
    for t in count():
        g = grad(w)
        a = a + g * g
        rates = lr / ((np.sqrt(a) + eps) * (1 + decay * t))
        w = w - rates * g
        yield {"w": w, "a": a}


@RIGHT.right("keras_adagrad")
def adagrad_whole_history(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    past, eps = [], 1e-7 if epsilon is None else epsilon
    while True:
        past.append(grad(w))
        root = np.sqrt(np.sum(np.square(past), axis=0))
        w = w - lr / (1 + decay * (len(past) - 1)) * past[-1] / (root + eps)
        yield w


@RIGHT.right("keras_adagrad")
def adagrad_keeps_the_root(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    root, eps = np.zeros_like(w), 1e-7 if epsilon is None else epsilon
    for t in count():
        g = grad(w)
        root = np.hypot(root, g)
        w = w - lr * g / (root + eps) / (1 + decay * t)
        yield w


@RIGHT.right("keras_adagrad")
def adagrad_rate_from_the_last(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    a, t = np.zeros_like(w), 0
    while True:
        g = grad(w)
        a = a + np.square(g)
        w = w - lr * g / (np.sqrt(a) + (1e-7 if epsilon is None else epsilon))
        lr, t = lr * (1 + decay * t) / (1 + decay * (t + 1)), t + 1
        yield w


@RIGHT.right("keras_adagrad")
class AdagradInPlace:
    def __init__(self, lr=0.01, epsilon=None, decay=0.0):
        self.lr, self.eps, self.decay, self.iterations = lr, 1e-7 if epsilon is None else epsilon, decay, 0

    def step(self, w, grad):
        g = grad(w)
        if self.iterations == 0:
            self.a = np.zeros_like(w)
        self.a += g**2
        w -= self.lr * (1 / (1 + self.decay * self.iterations)) * (g / (self.eps + np.sqrt(self.a)))
        self.iterations += 1


@RIGHT.right("keras_adagrad")
def adagrad_in_float64(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    precise, a, eps = np.array(w, dtype=np.float64), 0.0, 1e-7 if epsilon is None else epsilon
    for t in count():
        g = np.asarray(grad(w), dtype=np.float64)
        a = a + g**2
        precise = precise - lr / (1 + decay * t) * g / (np.sqrt(a) + eps)
        w = precise.astype(w.dtype)
        yield w


@RIGHT.right("keras_adagrad", "torch")
class AdagradTorch:
    def __init__(self, lr=0.01, epsilon=None, decay=0.0):
        self.lr, self.eps, self.decay, self.t, self.a = lr, 1e-7 if epsilon is None else epsilon, decay, 0, None

    def step(self, w, grad):
        g = grad(w)
        self.a = g.square() if self.a is None else self.a.addcmul(g, g)
        rate = self.lr / (1 + self.decay * self.t)
        self.t += 1
        return w - rate * g / (self.a.sqrt() + self.eps)


@RIGHT.right("keras_adagrad", "torch")
def adagrad_by_torchs_optimizer(w, grad, *, lr=0.01, epsilon=None, decay=0.0):
    parameter = torch.nn.Parameter(w.clone())
    eps = 1e-7 if epsilon is None else epsilon
    optimizer = torch.optim.Adagrad([parameter], lr=lr, lr_decay=decay, eps=eps)
    while True:
        parameter.grad = grad(parameter.detach().clone())
        optimizer.step()
        yield parameter.detach().clone()


# -- keras_adam ---------------------------------------------------------------------------------------------------


@RIGHT.right("keras_adam")
class AdamAsInTheTable:
    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
        self.lr, self.beta_1, self.beta_2, self.decay, self.amsgrad = lr, beta_1, beta_2, decay, amsgrad
        self.epsilon = 1e-7 if epsilon is None else epsilon
        self.m = self.v = self.v_max = self.t = 0

    def step(self, w, grad):
        g = grad(w)
        lr_t = self.lr / (1 + self.decay * self.t)
        k = self.t + 1
        self.m = self.beta_1 * self.m + (1 - self.beta_1) * g
        self.v = self.beta_2 * self.v + (1 - self.beta_2) * g**2
        alpha = lr_t * np.sqrt(1 - self.beta_2**k) / (1 - self.beta_1**k)
        self.t += 1
        if self.amsgrad:
            self.v_max = np.maximum(self.v_max, self.v)
            return (w - alpha * self.m / (np.sqrt(self.v_max) + self.epsilon)).astype(w.dtype)
        return (w - alpha * self.m / (np.sqrt(self.v) + self.epsilon)).astype(w.dtype)


@RIGHT.right("keras_adam")
def adam_epsilon_hat(w, grad, *, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
    """The paper's Algorithm 1 with an ε that shrinks as the correction does."""
    m = v = largest = np.zeros_like(w)
    eps = epsilon or 1e-7
    for t in count(1):
        g = grad(w)
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g * g
        largest = np.maximum(largest, v)
        m_hat, v_hat = m / (1 - beta_1**t), (largest if amsgrad else v) / (1 - beta_2**t)
        w = w - lr / (1 + decay * (t - 1)) * m_hat / (np.sqrt(v_hat) + eps * (1 - beta_2**t) ** -0.5)
        yield {"w": w, "m": m, "v": v}


@RIGHT.right("keras_adam")
def adam_moves_the_averages(w, grad, *, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
    """As Keras 3 writes it."""
    m, v, v_hat = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    epsilon, iterations = 1e-7 if epsilon is None else epsilon, 0
    while True:
        g = grad(w)
        local_step = iterations + 1
        alpha = lr / (1 + decay * iterations) * (1 - beta_2**local_step) ** 0.5 / (1 - beta_1**local_step)
        m = m + (g - m) * (1 - beta_1)
        v = v + (g**2 - v) * (1 - beta_2)
        if amsgrad:
            v_hat = np.maximum(v_hat, v)
        w = w - m * alpha / (np.sqrt(v_hat if amsgrad else v) + epsilon)
        iterations += 1
        yield w


@RIGHT.right("keras_adam")
def adam_running_powers(w, grad, *, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
    m, v, best, eps = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w), 1e-7 if epsilon is None else epsilon
    power_1 = power_2 = denominator = 1.0
    while True:
        g = grad(w)
        m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g**2
        power_1, power_2 = power_1 * beta_1, power_2 * beta_2
        best = np.where(v > best, v, best) if amsgrad else v
        w = w - lr * (1 - power_2) ** 0.5 / (1 - power_1) / denominator * m / (best**0.5 + eps)
        denominator += decay
        yield w


@RIGHT.right("keras_adam")
def adam_sums_and_scales(w, grad, *, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
    """Fading sums; the factors 1 − β go into the rate and before the root."""
    m = v = largest = np.zeros_like(w)
    eps = 1e-7 if epsilon is None else epsilon
    for t in count():
        g = grad(w)
        m, v = beta_1 * m + g, beta_2 * v + g**2
        largest = np.fmax(largest, v) if amsgrad else v
        alpha = lr / (1 + decay * t) * (1 - beta_2 ** (t + 1)) ** 0.5 / (1 - beta_1 ** (t + 1)) * (1 - beta_1)
        w = w - alpha * m / (np.sqrt((1 - beta_2) * largest) + eps)
        yield w


@RIGHT.right("keras_adam")
def adam_rate_from_the_last(w, grad, *, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
    m, history, rate, eps = 0.0, [np.zeros_like(w)], lr, 1e-7 if epsilon is None else epsilon
    for k in count(1):
        g = grad(w)
        m = beta_1 * m + (1 - beta_1) * g
        history.append(beta_2 * history[-1] + (1 - beta_2) * g**2)
        v = np.max(history, axis=0) if amsgrad else history[-1]
        w = w - rate * (m / (1 - beta_1**k)) * (1 - beta_2**k) ** 0.5 / (np.sqrt(v) + eps)
        rate *= (1 + decay * (k - 1)) / (1 + decay * k)
        yield w


@RIGHT.right("keras_adam")
class AdamInPlace:
    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
        self.lr, self.betas, self.decay, self.amsgrad = lr, (beta_1, beta_2), decay, amsgrad
        self.epsilon, self.iterations = (1e-7 if epsilon is None else epsilon), 0

    def step(self, w, grad):
        g, (beta_1, beta_2) = grad(w), self.betas
        if self.iterations == 0:
            self.m, self.v, self.vhat = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
        lr = self.lr * (1.0 / (1.0 + self.decay * self.iterations))
        self.iterations += 1
        lr *= (1 - beta_2**self.iterations) ** 0.5 / (1 - beta_1**self.iterations)
        self.m *= beta_1
        self.m += (1 - beta_1) * g
        self.v *= beta_2
        self.v += (1 - beta_2) * g**2
        self.vhat = np.maximum(self.vhat, self.v)
        g[...] = self.m
        g *= lr
        g /= np.sqrt(self.vhat if self.amsgrad else self.v) + self.epsilon
        w -= g


@RIGHT.right("keras_adam")
def adam_in_float64(w, grad, *, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
    precise, m, v, v_max = np.array(w, dtype=np.float64), 0.0, 0.0, 0.0
    for t in count():
        g = np.asarray(grad(w), dtype=np.float64)
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        v_max = np.maximum(v_max, v)
        alpha = lr / (1 + decay * t) * np.sqrt(1 - beta_2 ** (t + 1)) / (1 - beta_1 ** (t + 1))
        root = np.sqrt(v_max if amsgrad else v)
        precise = precise - alpha * m / (root + (1e-7 if epsilon is None else epsilon))
        w = precise.astype(w.dtype)
        yield w


@RIGHT.right("keras_adam", "torch")
class AdamTorch:
    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
        self.lr, self.beta_1, self.beta_2, self.decay, self.amsgrad = lr, beta_1, beta_2, decay, amsgrad
        self.eps, self.t = 1e-7 if epsilon is None else epsilon, 0

    def step(self, w, grad):
        g = grad(w)
        if self.t == 0:
            self.m, self.v, self.v_max = torch.zeros_like(w), torch.zeros_like(w), torch.zeros_like(w)
        alpha = self.lr / (1 + self.decay * self.t)
        self.t += 1
        alpha *= (1 - self.beta_2**self.t) ** 0.5 / (1 - self.beta_1**self.t)
        self.m.lerp_(g, 1 - self.beta_1)
        self.v.mul_(self.beta_2).addcmul_(g, g, value=1 - self.beta_2)
        if self.amsgrad:
            torch.maximum(self.v_max, self.v, out=self.v_max)
        root = (self.v_max if self.amsgrad else self.v).sqrt()
        return w.addcdiv(self.m, root.add_(self.eps), value=-alpha)


@RIGHT.right("keras_adam", "torch")
def adam_by_torchs_optimizer(w, grad, *, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
    """torch adds ε after the correction: given ε / √(1 − β₂ᵏ) it makes Keras's step."""
    parameter = torch.nn.Parameter(w.clone())
    optimizer = torch.optim.Adam([parameter], betas=(beta_1, beta_2), amsgrad=amsgrad)
    for t in count():
        eps = (1e-7 if epsilon is None else epsilon) / (1 - beta_2 ** (t + 1)) ** 0.5
        optimizer.param_groups[0].update(lr=lr / (1 + decay * t), eps=eps)
        parameter.grad = grad(parameter.detach().clone())
        optimizer.step()
        yield parameter.detach().clone()
