from helpers import Optimizer


class GradientDescent(Optimizer):
    defaults = dict(lr=0.01)

    def update(self, w, grad):
        return w - self.lr * grad(w)


class Momentum(Optimizer):
    defaults = dict(lr=0.01, gamma=0.9)
    buffers = ("v",)

    def update(self, w, grad):
        self.v = self.gamma * self.v + self.lr * grad(w)
        return w - self.v


class NAG(Momentum):
    def update(self, w, grad):
        return super().update(w, lambda w: grad(w - self.gamma * self.v))


class SGD:
    def __init__(self, lr=0.01, batch_size=32):
        self.lr, self.batch_size = lr, batch_size

    def epoch(self, w, grad, order):
        for start in range(0, len(order), self.batch_size):
            w = w - self.lr * grad(w, order[start:start + self.batch_size])
            yield w
