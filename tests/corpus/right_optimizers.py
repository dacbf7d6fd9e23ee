"""Right programs, each written another way. The grader may reject none of them."""

from __future__ import annotations

from itertools import accumulate, count, islice, repeat

import numpy as np
import torch

from tests.corpus.forms import Forms

RIGHT = Forms()

# -- gradient descent ---------------------------------------------------------------------------------------------


@RIGHT.right("gradient_descent")
class DescentClass:
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, w, grad):
        return w - self.lr * grad(w)


@RIGHT.right("gradient_descent")
class DescentInPlace:
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, w, grad):
        w -= self.lr * grad(w)
        return w


@RIGHT.right("gradient_descent")
class DescentReturnsNothing:
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, w, grad):
        np.subtract(w, self.lr * grad(w), out=w)


@RIGHT.right("gradient_descent")
def descent_generator(w, grad, *, lr=0.01):
    while True:
        w = w - lr * grad(w)
        yield w


@RIGHT.right("gradient_descent")
def descent_yields_dicts(w, grad, *, lr=0.01):
    while True:
        w = w - lr * grad(w)
        yield {"w": w}


@RIGHT.right("gradient_descent")
def descent_accumulated(w, grad, *, lr=0.01):
    """Returns an iterator that is no generator of its own."""
    return islice(accumulate(repeat(None), lambda w, _: w - lr * grad(w), initial=w), 1, None)


@RIGHT.right("gradient_descent")
def descent_from_the_start(w, grad, *, lr=0.01):
    """Keeps the sum of all gradients and steps from where it began."""
    start, walked, here = w, 0.0, w
    while True:
        walked = walked + grad(here)
        here = start - lr * walked
        yield here


@RIGHT.right("gradient_descent", "torch")
class DescentTorch:
    def __init__(self, lr=0.01):
        self.lr = lr

    @torch.no_grad()
    def step(self, w, grad):
        w.sub_(grad(w), alpha=self.lr)


# -- sgd ----------------------------------------------------------------------------------------------------------


@RIGHT.right("sgd")
def sgd_yields(w, grad, order, *, lr=0.01, batch_size=32):
    for start in range(0, len(order), batch_size):
        w = w - lr * grad(w, order[start : start + batch_size])
        yield w


@RIGHT.right("sgd")
def sgd_returns_the_last(w, grad, order, *, lr=0.01, batch_size=32):
    while len(order):
        batch, order = order[:batch_size], order[batch_size:]
        w = w - lr * grad(w, batch)
    return w


@RIGHT.right("sgd")
def sgd_in_place(w, grad, order, *, lr=0.01, batch_size=32):
    for start in range(0, len(order), batch_size):
        w -= lr * grad(w, order[start : start + batch_size])


@RIGHT.right("sgd")
def sgd_sorted_batches(w, grad, order, *, lr=0.01, batch_size=32):
    """The order within a batch does not matter."""
    for batch in np.split(order, range(batch_size, len(order), batch_size)):
        w = w - lr * grad(w, np.sort(batch))
        yield {"w": w}


@RIGHT.right("sgd")
def sgd_lists_of_ints(w, grad, order, *, lr=0.01, batch_size=32):
    batch = []
    for seen, example in enumerate(order, start=1):
        batch.append(int(example))
        if len(batch) == batch_size or seen == len(order):
            w = w - lr * grad(w, batch)
            batch = []
    return w


@RIGHT.right("sgd")
class SgdEpochReturns:
    def __init__(self, lr=0.01, batch_size=32):
        self.lr, self.batch_size = lr, batch_size

    def epoch(self, w, grad, order):
        for i in range(-(-len(order) // self.batch_size)):
            w = w - self.lr * grad(w, order[i * self.batch_size : (i + 1) * self.batch_size])
        return w


@RIGHT.right("sgd")
class SgdEpochYields:
    def __init__(self, lr=0.01, batch_size=32):
        self.lr, self.batch_size = lr, batch_size

    def epoch(self, w, grad, order):
        for start in range(0, len(order), self.batch_size):
            w = w - self.lr * grad(w, order[start : start + self.batch_size])
            yield w


@RIGHT.right("sgd")
class SgdEpochInPlace:
    def __init__(self, lr=0.01, batch_size=32):
        self.lr, self.batch_size = lr, batch_size

    def epoch(self, w, grad, order):
        for start in range(0, len(order), self.batch_size):
            w -= self.lr * grad(w, order[start : start + self.batch_size])


@RIGHT.right("sgd", "torch")
def sgd_torch(w, grad, order, *, lr=0.01, batch_size=32):
    for batch in order.split(batch_size):
        w = w - lr * grad(w, batch)
    return w


# -- momentum -----------------------------------------------------------------------------------------------------


@RIGHT.right("momentum")
class MomentumAsOnTheSlide:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.v = lr, gamma, 0

    def step(self, w, grad):
        self.v = self.gamma * self.v + self.lr * grad(w)
        return w - self.v


@RIGHT.right("momentum")
def momentum_without_lr(w, grad, *, lr=0.01, gamma=0.9):
    """PyTorch's buffer: v in units of the gradient."""
    buffer = np.zeros_like(w)
    while True:
        buffer = gamma * buffer + grad(w)
        w = w - lr * buffer
        yield {"w": w, "v": buffer}


@RIGHT.right("momentum")
class MomentumKerasSign:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.velocity = lr, gamma, None

    def step(self, w, grad):
        if self.velocity is None:
            self.velocity = np.zeros_like(w)
        self.velocity = self.gamma * self.velocity - self.lr * grad(w)
        return w + self.velocity


@RIGHT.right("momentum")
def momentum_two_points(w, grad, *, lr=0.01, gamma=0.9):
    """Polyak's heavy ball: the velocity is the difference of the last two points."""
    before = w
    while True:
        before, w = w, w - lr * grad(w) + gamma * (w - before)
        yield w


@RIGHT.right("momentum")
class MomentumInPlace:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.v = lr, gamma, None

    def step(self, w, grad):
        g = grad(w)
        if self.v is None:
            self.v = np.array(g * 0)
        self.v *= self.gamma
        g *= self.lr
        self.v += g
        w -= self.v
        return w


@RIGHT.right("momentum")
def momentum_as_average(w, grad, *, lr=0.01, gamma=0.9):
    """An average of the gradient, its weight 1 − γ undone in the rate."""
    mean = np.zeros_like(w)
    rate = lr / (1 - gamma)
    while True:
        mean = gamma * mean + (1 - gamma) * grad(w)
        w = w - rate * mean
        yield w


@RIGHT.right("momentum")
def momentum_whole_history(w, grad, *, lr=0.01, gamma=0.9):
    gradients = []
    while True:
        gradients.append(grad(w))
        w = w - sum(lr * gamma**age * g for age, g in enumerate(reversed(gradients)))
        yield w


@RIGHT.right("momentum")
def momentum_in_float64(w, grad, *, lr=0.01, gamma=0.9):
    precise, v = np.array(w, dtype=np.float64), 0.0
    while True:
        v = gamma * v + lr * np.asarray(grad(w), dtype=np.float64)
        precise = precise - v
        w = precise.astype(w.dtype)
        yield w


@RIGHT.right("momentum")
def momentum_element_by_element(w, grad, *, lr=0.01, gamma=0.9):
    w = np.array(w)
    v = np.zeros(w.size, w.dtype)
    while True:
        g = grad(w)
        for i in range(w.size):
            v[i] = gamma * v[i] + lr * g.flat[i]
            w.flat[i] = w.flat[i] - v[i]
        yield w.copy()


@RIGHT.right("momentum", "torch")
class MomentumTorch:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.buf = lr, gamma, None

    def step(self, w, grad):
        g = grad(w)
        self.buf = g.clone() if self.buf is None else self.buf.mul_(self.gamma).add_(g)
        return w.add(self.buf, alpha=-self.lr)


# -- nag ----------------------------------------------------------------------------------------------------------


@RIGHT.right("nag")
class NagAsOnTheSlide:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.v = lr, gamma, 0

    def step(self, w, grad):
        self.v = self.gamma * self.v + self.lr * grad(w - self.gamma * self.v)
        return w - self.v


@RIGHT.right("nag")
def nag_keras_sign(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        v = gamma * v - lr * grad(w + gamma * v)
        w = w + v
        yield {"w": w, "v": v}


@RIGHT.right("nag")
class NagMovesThenCorrects:
    """Goes to the look-ahead point in place, and from there down its gradient."""

    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.v = lr, gamma, None

    def step(self, w, grad):
        if self.v is None:
            self.v = np.zeros_like(w)
        coast = self.gamma * self.v
        w -= coast
        push = self.lr * grad(w)
        w -= push
        self.v = coast + push
        return w


@RIGHT.right("nag")
def nag_two_sequences(w, grad, *, lr=0.01, gamma=0.9):
    """Nesterov's own form: extrapolate the last two points, then descend."""
    before = w
    while True:
        ahead = w + gamma * (w - before)
        before, w = w, ahead - lr * grad(ahead)
        yield w


@RIGHT.right("nag")
def nag_keeps_the_point_ahead(w, grad, *, lr=0.01, gamma=0.9):
    ahead, v = w, np.zeros_like(w)
    while True:
        g = grad(ahead)
        v = gamma * v + lr * g
        ahead = ahead - gamma * v - lr * g
        yield ahead + gamma * v


@RIGHT.right("nag")
def nag_without_lr_in_v(w, grad, *, lr=0.01, gamma=0.9):
    buffer = np.zeros_like(w)
    while True:
        buffer = gamma * buffer + grad(w - lr * gamma * buffer)
        w = w - lr * buffer
        yield w


@RIGHT.right("nag")
def nag_in_float64(w, grad, *, lr=0.01, gamma=0.9):
    precise, v = np.array(w, dtype=np.float64), 0.0
    while True:
        point = np.asarray(precise - gamma * v).astype(w.dtype)
        v = gamma * v + lr * grad(point)
        precise = precise - v
        w = precise.astype(w.dtype)
        yield w


@RIGHT.right("nag", "torch")
class NagTorch:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.v = lr, gamma, None

    def step(self, w, grad):
        if self.v is None:
            self.v = torch.zeros_like(w)
        ahead = torch.sub(w, self.v, alpha=self.gamma)
        self.v.mul_(self.gamma).add_(grad(ahead), alpha=self.lr)
        return w - self.v


# -- adagrad ------------------------------------------------------------------------------------------------------


@RIGHT.right("adagrad")
class AdagradAsOnTheSlide:
    def __init__(self, lr=0.01, eps=1e-8):
        self.lr, self.eps, self.G = lr, eps, 0

    def step(self, w, grad):
        g = grad(w)
        self.G = self.G + g**2
        return w - self.lr * g / np.sqrt(self.G + self.eps)


@RIGHT.right("adagrad")
def adagrad_rate_of_each_weight(w, grad, *, lr=0.01, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        G = G + g * g
        rate = lr / (G + eps) ** 0.5
        w = w - rate * g
        yield {"w": w, "G": G}


@RIGHT.right("adagrad")
def adagrad_reciprocal_root(w, grad, *, lr=0.01, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        G = G + np.square(g)
        w = w - lr * (G + eps) ** -0.5 * g
        yield w


@RIGHT.right("adagrad")
class AdagradInPlace:
    def __init__(self, lr=0.01, eps=1e-8):
        self.lr, self.eps, self.G = lr, eps, None

    def step(self, w, grad):
        g = grad(w)
        if self.G is None:
            self.G = np.zeros_like(w)
        self.G += g**2
        w -= self.lr * g / np.sqrt(self.G + self.eps)


@RIGHT.right("adagrad")
def adagrad_starts_at_eps(w, grad, *, lr=0.01, eps=1e-8):
    """ε put into G once, instead of added at every step."""
    G = np.full_like(w, eps)
    while True:
        g = grad(w)
        G = G + g**2
        w = w - lr * g / np.sqrt(G)
        yield w


@RIGHT.right("adagrad")
def adagrad_keeps_the_root(w, grad, *, lr=0.01, eps=1e-8):
    length = np.zeros_like(w)
    while True:
        g = grad(w)
        length = np.hypot(length, g)
        w = w - lr * g / np.hypot(length, eps**0.5)
        yield w


@RIGHT.right("adagrad")
def adagrad_whole_history(w, grad, *, lr=0.01, eps=1e-8):
    squares = []
    while True:
        g = grad(w)
        squares.append(g**2)
        w = w - lr * g / np.sqrt(sum(squares) + eps)
        yield w


@RIGHT.right("adagrad", "torch")
class AdagradTorch:
    def __init__(self, lr=0.01, eps=1e-8):
        self.lr, self.eps, self.sum = lr, eps, None

    def step(self, w, grad):
        g = grad(w)
        if self.sum is None:
            self.sum = torch.zeros_like(w)
        self.sum.addcmul_(g, g)
        w.addcdiv_(g, (self.sum + self.eps).sqrt(), value=-self.lr)


# -- rmsprop ------------------------------------------------------------------------------------------------------


@RIGHT.right("rmsprop")
class RmspropAsOnTheSlide:
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr, self.gamma, self.eps, self.G = lr, gamma, eps, 0

    def step(self, w, grad):
        g = grad(w)
        self.G = self.gamma * self.G + (1 - self.gamma) * g**2
        return w - self.lr * g / np.sqrt(self.G + self.eps)


@RIGHT.right("rmsprop")
def rmsprop_moves_the_average(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        G = G + (1 - gamma) * (g**2 - G)
        w = w - lr * g / np.sqrt(G + eps)
        yield {"w": w, "G": G}


@RIGHT.right("rmsprop")
def rmsprop_sum_scaled_late(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    """The weight 1 − γ taken out of the sum."""
    total = np.zeros_like(w)
    while True:
        g = grad(w)
        total = gamma * total + g * g
        w = w - lr * g * ((1 - gamma) * total + eps) ** -0.5
        yield w


@RIGHT.right("rmsprop")
class RmspropInPlace:
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr, self.gamma, self.eps, self.G = lr, gamma, eps, None

    def step(self, w, grad):
        g = grad(w)
        if self.G is None:
            self.G = np.zeros_like(w)
        self.G *= self.gamma
        self.G += (1 - self.gamma) * g**2
        w -= self.lr / np.sqrt(self.G + self.eps) * g
        return w


@RIGHT.right("rmsprop")
def rmsprop_keeps_the_root(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    rms = np.zeros_like(w)
    while True:
        g = grad(w)
        rms = np.sqrt(gamma * rms**2 + (1 - gamma) * g**2)
        w = w - lr * g / np.sqrt(rms**2 + eps)
        yield w


@RIGHT.right("rmsprop")
def rmsprop_in_float64(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    precise, G = np.array(w, dtype=np.float64), 0.0
    while True:
        g = np.asarray(grad(w), dtype=np.float64)
        G = gamma * G + (1 - gamma) * g**2
        precise = precise - lr * g / np.sqrt(G + eps)
        w = precise.astype(w.dtype)
        yield w


@RIGHT.right("rmsprop", "torch")
class RmspropTorch:
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr, self.gamma, self.eps, self.square_avg = lr, gamma, eps, None

    def step(self, w, grad):
        g = grad(w)
        if self.square_avg is None:
            self.square_avg = torch.zeros_like(w)
        self.square_avg.mul_(self.gamma).addcmul_(g, g, value=1 - self.gamma)
        return w - self.lr * g * torch.rsqrt(self.square_avg + self.eps)


@RIGHT.right("rmsprop", "torch")
class RmspropTorchLerp:
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr, self.gamma, self.eps, self.square_avg = lr, gamma, eps, None

    def step(self, w, grad):
        g = grad(w)
        if self.square_avg is None:
            self.square_avg = torch.zeros_like(w)
        self.square_avg.lerp_(g.square(), 1 - self.gamma)
        return w.addcdiv(g, torch.sqrt(self.square_avg + self.eps), value=-self.lr)


# -- adadelta -----------------------------------------------------------------------------------------------------


@RIGHT.right("adadelta")
class AdadeltaAsOnTheSlide:
    def __init__(self, gamma=0.95, eps=1e-6):
        self.gamma, self.eps, self.G, self.s = gamma, eps, 0, 0

    def step(self, w, grad):
        g = grad(w)
        self.G = self.gamma * self.G + (1 - self.gamma) * g**2
        delta = g * np.sqrt(self.s + self.eps) / np.sqrt(self.G + self.eps)
        self.s = self.gamma * self.s + (1 - self.gamma) * delta**2
        return w - delta


@RIGHT.right("adadelta")
def adadelta_as_in_the_paper(w, grad, *, gamma=0.95, eps=1e-6):
    def rms(average):
        return np.sqrt(average + eps)

    squared_gradient = squared_step = np.zeros_like(w)
    while True:
        g = grad(w)
        squared_gradient = gamma * squared_gradient + (1 - gamma) * g**2
        step = -rms(squared_step) / rms(squared_gradient) * g
        squared_step = gamma * squared_step + (1 - gamma) * step**2
        w = w + step
        yield w


@RIGHT.right("adadelta")
def adadelta_one_root(w, grad, *, gamma=0.95, eps=1e-6):
    G, s = np.zeros_like(w), np.zeros_like(w)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g**2
        delta = g * ((s + eps) / (G + eps)) ** 0.5
        s = gamma * s + (1 - gamma) * delta * delta
        w = w - delta
        yield {"w": w, "G": G, "s": s}


@RIGHT.right("adadelta")
def adadelta_moves_the_averages(w, grad, *, gamma=0.95, eps=1e-6):
    G, s = np.zeros_like(w), np.zeros_like(w)
    while True:
        g = grad(w)
        G = G + (1 - gamma) * (g**2 - G)
        delta = g * np.sqrt(s + eps) / np.sqrt(G + eps)
        s = s + (1 - gamma) * (delta**2 - s)
        w = w - delta
        yield w


@RIGHT.right("adadelta")
class AdadeltaInPlace:
    def __init__(self, gamma=0.95, eps=1e-6):
        self.gamma, self.eps, self.acc = gamma, eps, None

    def step(self, w, grad):
        g = grad(w)
        if self.acc is None:
            self.acc = np.zeros((2, *np.shape(w)), np.asarray(w).dtype)
        G, s = self.acc[:1], self.acc[1:]
        G *= self.gamma
        G += (1 - self.gamma) * g**2
        delta = (g * np.sqrt((s + self.eps) / (G + self.eps)))[0]
        s *= self.gamma
        s += (1 - self.gamma) * delta**2
        w -= delta
        return w


@RIGHT.right("adadelta")
def adadelta_eps_in_the_averages(w, grad, *, gamma=0.95, eps=1e-6):
    """The averages of g² + ε and Δ² + ε, begun at ε, are G + ε and s + ε."""
    G, s = np.full_like(w, eps), np.full_like(w, eps)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * (g**2 + eps)
        delta = g * np.sqrt(s) / np.sqrt(G)
        s = gamma * s + (1 - gamma) * (delta**2 + eps)
        w = w - delta
        yield w


@RIGHT.right("adadelta")
def adadelta_in_float64(w, grad, *, gamma=0.95, eps=1e-6):
    precise, G, s = np.array(w, dtype=np.float64), 0.0, 0.0
    while True:
        g = np.asarray(grad(w), dtype=np.float64)
        G = gamma * G + (1 - gamma) * g**2
        delta = g * np.sqrt(s + eps) / np.sqrt(G + eps)
        s = gamma * s + (1 - gamma) * delta**2
        precise = precise - delta
        w = precise.astype(w.dtype)
        yield w


@RIGHT.right("adadelta", "torch")
class AdadeltaTorch:
    def __init__(self, gamma=0.95, eps=1e-6):
        self.rho, self.eps, self.square_avg, self.acc_delta = gamma, eps, None, None

    def step(self, w, grad):
        g = grad(w)
        if self.square_avg is None:
            self.square_avg, self.acc_delta = torch.zeros_like(w), torch.zeros_like(w)
        self.square_avg.mul_(self.rho).addcmul_(g, g, value=1 - self.rho)
        std = self.square_avg.add(self.eps).sqrt_()
        delta = self.acc_delta.add(self.eps).sqrt_().div_(std).mul_(g)
        self.acc_delta.mul_(self.rho).addcmul_(delta, delta, value=1 - self.rho)
        return w - delta


# -- adam ---------------------------------------------------------------------------------------------------------


@RIGHT.right("adam")
class AdamAsOnTheSlide:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m = self.v = self.t = 0

    def step(self, w, grad):
        self.t += 1
        g = grad(w)
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g**2
        m_hat = self.m / (1 - self.beta1**self.t)
        v_hat = self.v / (1 - self.beta2**self.t)
        return w - self.lr * m_hat / np.sqrt(v_hat + self.eps)


@RIGHT.right("adam")
def adam_running_powers(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, power1, power2 = np.zeros_like(w), np.zeros_like(w), 1.0, 1.0
    while True:
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        power1, power2 = power1 * beta1, power2 * beta2
        w = w - lr * (m / (1 - power1)) / (v / (1 - power2) + eps) ** 0.5
        yield {"w": w, "m": m, "v": v}


@RIGHT.right("adam")
def adam_moves_the_averages(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = m + (1 - beta1) * (g - m)
        v = v + (1 - beta2) * (g**2 - v)
        w = w - lr * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + eps)
        yield w


@RIGHT.right("adam")
def adam_rate_corrected(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """The paper's efficient form, with an ε that makes it exact."""
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        rate = lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
        w = w - rate * m / np.sqrt(v + eps * (1 - beta2**t))
        yield w


@RIGHT.right("adam")
def adam_corrected_recursively(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """Averages without a bias from the start: their weights move from 1 to 1 − β."""
    m_hat, v_hat = np.zeros_like(w), np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        new1, new2 = (1 - beta1) / (1 - beta1**t), (1 - beta2) / (1 - beta2**t)
        m_hat = (1 - new1) * m_hat + new1 * g
        v_hat = (1 - new2) * v_hat + new2 * g**2
        w = w - lr * m_hat / np.sqrt(v_hat + eps)
        yield {"w": w, "m_hat": m_hat, "v_hat": v_hat}


@RIGHT.right("adam")
def adam_weights_summed(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """Sums divided by the sum of their weights, with no power of β anywhere."""
    m = v = np.zeros_like(w)
    weight1 = weight2 = 0.0
    while True:
        g = grad(w)
        m, weight1 = beta1 * m + g, beta1 * weight1 + 1
        v, weight2 = beta2 * v + g**2, beta2 * weight2 + 1
        w = w - lr * (m / weight1) / np.sqrt(v / weight2 + eps)
        yield w


@RIGHT.right("adam")
class AdamInPlace:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps, self.t = lr, beta1, beta2, eps, 0

    def step(self, w, grad):
        g = grad(w)
        if self.t == 0:
            self.m, self.v = np.zeros_like(w), np.zeros_like(w)
        self.t += 1
        self.m *= self.beta1
        self.m += (1 - self.beta1) * g
        self.v *= self.beta2
        self.v += (1 - self.beta2) * g**2
        w -= self.lr / (1 - self.beta1**self.t) * self.m / np.sqrt(self.v / (1 - self.beta2**self.t) + self.eps)


@RIGHT.right("adam")
def adam_in_float64(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    precise, m, v = np.array(w, dtype=np.float64), 0.0, 0.0
    for t in count(1):
        g = np.asarray(grad(w), dtype=np.float64)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        precise = precise - lr * m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t) + eps)
        w = precise.astype(w.dtype)
        yield w


@RIGHT.right("adam", "torch")
class AdamTorch:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.betas, self.eps, self.state = lr, (beta1, beta2), eps, {}

    def step(self, w, grad):
        g = grad(w)
        if not self.state:
            self.state = {"step": 0, "exp_avg": torch.zeros_like(w), "exp_avg_sq": torch.zeros_like(w)}
        self.state["step"] += 1
        beta1, beta2 = self.betas
        m = self.state["exp_avg"].lerp_(g, 1 - beta1)
        v = self.state["exp_avg_sq"].mul_(beta2).addcmul_(g, g, value=1 - beta2)
        correction1, correction2 = (1 - beta ** self.state["step"] for beta in self.betas)
        return w.addcdiv(m, (v / correction2 + self.eps).sqrt(), value=-self.lr / correction1)


# -- amsgrad ------------------------------------------------------------------------------------------------------


@RIGHT.right("amsgrad")
class AmsgradAsOnTheSlide:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m = self.v = self.v_max = self.t = 0

    def step(self, w, grad):
        self.t += 1
        g = grad(w)
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g**2
        self.v_max = np.maximum(self.v_max, self.v)
        m_hat = self.m / (1 - self.beta1**self.t)
        v_hat = self.v_max / (1 - self.beta2**self.t)
        return w - self.lr * m_hat / np.sqrt(v_hat + self.eps)


@RIGHT.right("amsgrad")
def amsgrad_where(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = largest = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        largest = np.where(v > largest, v, largest)
        w = w - lr * m / (1 - beta1**t) / np.sqrt(largest / (1 - beta2**t) + eps)
        yield {"w": w, "m": m, "v": v, "v_max": largest}


@RIGHT.right("amsgrad")
def amsgrad_moves_the_averages(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = largest = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = m + (1 - beta1) * (g - m)
        v = v + (1 - beta2) * (g**2 - v)
        largest = np.maximum(largest, v)
        w = w - lr * (m / (1 - beta1**t)) / np.sqrt(largest / (1 - beta2**t) + eps)
        yield w


@RIGHT.right("amsgrad")
def amsgrad_rate_corrected(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = largest = np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        largest = np.maximum(v, largest)
        rate = lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
        w = w - rate * m / np.sqrt(largest + eps * (1 - beta2**t))
        yield w


@RIGHT.right("amsgrad")
def amsgrad_weights_summed(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """Sums instead of averages: their maximum is as many times too large, and the sum of the weights undoes it."""
    m = v = largest = np.zeros_like(w)
    weight1 = weight2 = 0.0
    while True:
        g = grad(w)
        m, weight1 = beta1 * m + g, beta1 * weight1 + 1
        v, weight2 = beta2 * v + g**2, beta2 * weight2 + 1
        largest = np.maximum(largest, v)
        w = w - lr * (m / weight1) / np.sqrt(largest / weight2 + eps)
        yield w


@RIGHT.right("amsgrad")
class AmsgradInPlace:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps, self.t = lr, beta1, beta2, eps, 0

    def step(self, w, grad):
        g = grad(w)
        if self.t == 0:
            self.m, self.v, self.v_max = (np.array(w) * 0 for _ in range(3))
        self.t += 1
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g**2
        self.v_max = np.fmax(self.v_max, self.v)
        w -= self.lr / (1 - self.beta1**self.t) * self.m / np.sqrt(self.v_max / (1 - self.beta2**self.t) + self.eps)


@RIGHT.right("amsgrad")
def amsgrad_whole_history(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m, history = 0.0, [np.zeros_like(w)]
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        history.append(beta2 * history[-1] + (1 - beta2) * g**2)
        v_hat = np.max(history, axis=0) / (1 - beta2**t)
        w = w - lr * (m / (1 - beta1**t)) * (v_hat + eps) ** -0.5
        yield w


@RIGHT.right("amsgrad", "torch")
class AmsgradTorch:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps, self.t = lr, beta1, beta2, eps, 0

    def step(self, w, grad):
        g = grad(w)
        if self.t == 0:
            self.m, self.v, self.v_max = torch.zeros_like(w), torch.zeros_like(w), torch.zeros_like(w)
        self.t += 1
        self.m.mul_(self.beta1).add_(g, alpha=1 - self.beta1)
        self.v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
        torch.maximum(self.v_max, self.v, out=self.v_max)
        root = (self.v_max / (1 - self.beta2**self.t) + self.eps).sqrt()
        return w - self.lr * (self.m / (1 - self.beta1**self.t)) / root


# -- forms that once had too little room ------------------------------------------------------------------------------


@RIGHT.right("gradient_descent")
def descent_in_units_of_the_rate(w, grad, *, lr=0.01):
    z = w / lr
    while True:
        z = z - grad(z * lr)
        yield z * lr


@RIGHT.right("rmsprop")
def rmsprop_from_the_new_square(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        square = g * g
        G = square + gamma * (G - square)
        w = w - lr * g / np.sqrt(G + eps)
        yield w


@RIGHT.right("amsgrad")
def amsgrad_from_the_new_values(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = r = 0 * w
    t = 0
    while True:
        t += 1
        g = grad(w)
        m = g + beta1 * (m - g)
        v = g * g + beta2 * (v - g * g)
        r = np.maximum(r, np.sqrt(v))
        w = w - lr * m / (1 - beta1**t) / np.sqrt(r**2 / (1 - beta2**t) + eps)
        yield w
