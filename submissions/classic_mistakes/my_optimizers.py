import numpy as np


class gradient_descent:
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, w, grad):
        return w + self.lr * grad(w)


def sgd(w, grad, order, *, lr=0.01, batch_size=32):
    num_batches = len(order) // batch_size
    for i in range(num_batches):
        w = w - lr * grad(w, order[i * batch_size:(i + 1) * batch_size])
        yield w


class momentum:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.v = lr, gamma, 0

    def step(self, w, grad):
        self.v = self.gamma * self.v + (1 - self.gamma) * grad(w)
        return w - self.lr * self.v


class nag:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.v = lr, gamma, 0

    def step(self, w, grad):
        self.v = self.gamma * self.v + self.lr * grad(w - self.v)
        return w - self.v


class adagrad:
    def __init__(self, lr=0.01, eps=1e-8):
        self.lr, self.eps, self.G = lr, eps, 0

    def step(self, w, grad):
        g = grad(w)
        self.G += np.sum(g ** 2)
        return w - self.lr * g / np.sqrt(self.G + self.eps)


class rmsprop:
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr, self.gamma, self.eps, self.G = lr, gamma, eps, 0

    def step(self, w, grad):
        g = grad(w)
        self.G = self.gamma * self.G + g ** 2
        return w - self.lr * g / np.sqrt(self.G + self.eps)


class adadelta:
    def __init__(self, gamma=0.95, eps=1e-6):
        self.gamma, self.eps, self.G, self.s = gamma, eps, 0, 0

    def step(self, w, grad):
        g = grad(w)
        self.G = self.gamma * self.G + (1 - self.gamma) * g ** 2
        dx = g * np.sqrt(self.s + self.eps) / np.sqrt(self.G + self.eps)
        self.s = self.gamma * self.s + (1 - self.gamma) * dx ** 2
        w = w - g * np.sqrt(self.s + self.eps) / np.sqrt(self.G + self.eps)
        return w


class adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.b1, self.b2, self.eps = lr, beta1, beta2, eps
        self.m = self.v = 0
        self.t = 1

    def step(self, w, grad):
        self.t += 1
        g = grad(w)
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g ** 2
        m_hat = self.m / (1 - self.b1 ** self.t)
        v_hat = self.v / (1 - self.b2 ** self.t)
        return w - self.lr * m_hat / np.sqrt(v_hat + self.eps)


class amsgrad:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.b1, self.b2, self.eps = lr, beta1, beta2, eps
        self.m = self.v = self.v_old = 0
        self.t = 0

    def step(self, w, grad):
        self.t += 1
        g = grad(w)
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v_old, self.v = self.v, self.b2 * self.v + (1 - self.b2) * g ** 2
        v_max = np.maximum(self.v_old, self.v)
        m_hat = self.m / (1 - self.b1 ** self.t)
        return w - self.lr * m_hat / np.sqrt(v_max / (1 - self.b2 ** self.t) + self.eps)
