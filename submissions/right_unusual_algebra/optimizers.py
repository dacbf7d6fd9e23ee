"""The same formulas, rearranged on paper first."""
import numpy as np


class GradientDescent:
    """w_t = w_0 - lr * (sum of all gradients)"""

    def __init__(self, lr=0.01):
        self.lr, self.start, self.total = lr, None, 0.0

    def step(self, w, grad):
        if self.start is None:
            self.start = w
        self.total = self.total + grad(w)
        return self.start - self.lr * self.total


def sgd(w, grad, order, *, lr=0.01, batch_size=32):
    batches = -(-len(order) // batch_size)
    for b in range(batches):
        # the order inside a batch makes no difference to its mean
        w = w + (-lr) * grad(w, sorted(int(i) for i in order[b * batch_size:(b + 1) * batch_size]))
        yield w


class Momentum:
    """Polyak's heavy ball: no velocity, but the last two points."""

    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.previous = lr, gamma, None

    def step(self, w, grad):
        previous = w if self.previous is None else self.previous
        self.previous = w
        return w - self.lr * grad(w) + self.gamma * (w - previous)


class NAG:
    """Nesterov's two sequences: extrapolate, then descend from there."""

    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.previous = lr, gamma, None

    def step(self, w, grad):
        previous = w if self.previous is None else self.previous
        y = w + self.gamma * (w - previous)
        self.previous = w
        return y - self.lr * grad(y)


class Adagrad:
    """Keeps the root of G, as a length that grows at right angles."""

    def __init__(self, lr=0.01, eps=1e-8):
        self.lr, self.eps, self.length = lr, eps, 0.0

    def step(self, w, grad):
        g = grad(w)
        self.length = np.hypot(self.length, g)
        return w - self.lr * g / np.hypot(self.length, self.eps ** 0.5)


class RMSProp:
    """Takes 1 - gamma out of the sum and puts it back under the root."""

    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr, self.gamma, self.eps, self.total = lr, gamma, eps, 0.0

    def step(self, w, grad):
        g = grad(w)
        self.total = self.gamma * self.total + g * g
        return w - self.lr * g * ((1 - self.gamma) * self.total + self.eps) ** -0.5


class Adadelta:
    """epsilon lives inside the averages; computed in float64 whatever comes in."""

    def __init__(self, gamma=0.95, eps=1e-6):
        self.gamma, self.eps = gamma, eps
        self.G = self.s = np.float64(eps)

    def step(self, w, grad):
        g = np.asarray(grad(w), dtype=np.float64)
        self.G = self.gamma * self.G + (1 - self.gamma) * (g ** 2 + self.eps)
        delta = np.sqrt(self.s / self.G) * g
        self.s = self.gamma * self.s + (1 - self.gamma) * (delta ** 2 + self.eps)
        return (w - delta).astype(w.dtype)


class Adam:
    """Running powers of the betas, averages that move by a fraction of the gap, the correction
    folded into the learning rate -- and epsilon scaled so that this changes nothing."""

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.eps = lr, eps
        self.beta1, self.beta2 = beta1, beta2
        self.power1 = self.power2 = 1.0
        self.m = self.v = 0.0

    def step(self, w, grad):
        g = grad(w)
        self.power1 *= self.beta1
        self.power2 *= self.beta2
        self.m += (1 - self.beta1) * (g - self.m)
        self.v += (1 - self.beta2) * (g * g - self.v)
        c1, c2 = 1 - self.power1, 1 - self.power2
        return w - self.lr * c2 ** 0.5 / c1 * self.m / np.sqrt(self.v + self.eps * c2)


class AMSGrad:
    """Weighted sums instead of averages; the sum of the weights takes the correction's place."""

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.eps = lr, eps
        self.beta1, self.beta2 = beta1, beta2
        self.sum1 = self.sum2 = self.largest = 0.0
        self.weight1 = self.weight2 = 0.0

    def step(self, w, grad):
        g = grad(w)
        self.sum1 = self.beta1 * self.sum1 + g
        self.sum2 = self.beta2 * self.sum2 + g * g
        self.weight1 = self.beta1 * self.weight1 + 1
        self.weight2 = self.beta2 * self.weight2 + 1
        self.largest = np.where(self.sum2 > self.largest, self.sum2, self.largest)
        return w - self.lr * (self.sum1 / self.weight1) / np.sqrt(self.largest / self.weight2 + self.eps)
