import torch

BACKEND = "torch"


class GradientDescent:
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, w, grad):
        return torch.sub(w, grad(w), alpha=self.lr)


def sgd(w, grad, order, *, lr=0.01, batch_size=32):
    for batch in torch.split(order, batch_size):
        w = w - lr * grad(w, batch)
        yield w


class Momentum:
    """Keeps the velocity without the learning rate, as torch.optim.SGD does."""

    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.buf = lr, gamma, None

    def step(self, w, grad):
        g = grad(w)
        self.buf = g if self.buf is None else self.gamma * self.buf + g
        return w - self.lr * self.buf


class NAG:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.v = lr, gamma, None

    def step(self, w, grad):
        if self.v is None:
            self.v = torch.zeros_like(w)
        self.v = self.gamma * self.v + self.lr * grad(w - self.gamma * self.v)
        return w - self.v


class Adagrad:
    def __init__(self, lr=0.01, eps=1e-8):
        self.lr, self.eps, self.G = lr, eps, None

    def step(self, w, grad):
        g = grad(w)
        if self.G is None:
            self.G = torch.zeros_like(w)
        self.G.addcmul_(g, g)
        return torch.addcdiv(w, g, torch.sqrt(self.G + self.eps), value=-self.lr)


class RMSprop:
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr, self.gamma, self.eps, self.G = lr, gamma, eps, None

    def step(self, w, grad):
        g = grad(w)
        if self.G is None:
            self.G = torch.zeros_like(w)
        self.G.mul_(self.gamma).addcmul_(g, g, value=1 - self.gamma)
        return w - self.lr * g * torch.rsqrt(self.G + self.eps)


class Adadelta:
    def __init__(self, gamma=0.95, eps=1e-6):
        self.gamma, self.eps, self.G, self.s = gamma, eps, None, None

    def step(self, w, grad):
        g = grad(w)
        if self.G is None:
            self.G, self.s = torch.zeros_like(w), torch.zeros_like(w)
        self.G = torch.lerp(self.G, g.square(), 1 - self.gamma)
        delta = g * torch.sqrt(self.s + self.eps) / torch.sqrt(self.G + self.eps)
        self.s = torch.lerp(self.s, delta.square(), 1 - self.gamma)
        return w - delta


class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.betas, self.eps = lr, (beta1, beta2), eps
        self.state = None

    def step(self, w, grad):
        g = grad(w)
        if self.state is None:
            self.state = {"t": 0, "m": torch.zeros_like(w), "v": torch.zeros_like(w)}
        s, (b1, b2) = self.state, self.betas
        s["t"] += 1
        s["m"].mul_(b1).add_(g, alpha=1 - b1)
        s["v"].mul_(b2).addcmul_(g, g, value=1 - b2)
        return w - self.lr * self.direction(s, s["v"])

    def direction(self, s, v):
        b1, b2 = self.betas
        return (s["m"] / (1 - b1 ** s["t"])) / torch.sqrt(v / (1 - b2 ** s["t"]) + self.eps)


class AMSGrad(Adam):
    def direction(self, s, v):
        s["v_max"] = torch.maximum(s.get("v_max", v), v)
        return super().direction(s, s["v_max"])
