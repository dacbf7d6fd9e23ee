import torch

BACKEND = "torch"


def decayed(lr, decay, t):
    return lr / (1 + decay * t)


class KerasSGD:
    def __init__(self, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
        self.lr, self.momentum, self.decay, self.nesterov = lr, momentum, decay, nesterov
        self.v, self.t = None, 0

    def step(self, w, grad):
        g = grad(w)
        if self.v is None:
            self.v = torch.zeros_like(w)
        lr = decayed(self.lr, self.decay, self.t)
        self.t += 1
        self.v.mul_(self.momentum).sub_(g, alpha=lr)
        if self.nesterov:
            return w.add(self.v, alpha=self.momentum).sub_(g, alpha=lr)
        return w + self.v


class KerasRMSprop:
    def __init__(self, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
        self.lr, self.rho, self.epsilon, self.decay = lr, rho, epsilon or 1e-7, decay
        self.a, self.t = None, 0

    def step(self, w, grad):
        g = grad(w)
        if self.a is None:
            self.a = torch.zeros_like(w)
        lr = decayed(self.lr, self.decay, self.t)
        self.t += 1
        self.a.mul_(self.rho).addcmul_(g, g, value=1 - self.rho)
        return torch.addcdiv(w, g, self.a.sqrt() + self.epsilon, value=-lr)


class KerasAdagrad:
    def __init__(self, lr=0.01, epsilon=None, decay=0.0):
        self.lr, self.epsilon, self.decay = lr, epsilon or 1e-7, decay
        self.a, self.t = None, 0

    def step(self, w, grad):
        g = grad(w)
        if self.a is None:
            self.a = torch.zeros_like(w)
        lr = decayed(self.lr, self.decay, self.t)
        self.t += 1
        self.a.addcmul_(g, g)
        return torch.addcdiv(w, g, self.a.sqrt() + self.epsilon, value=-lr)


class KerasAdam:
    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
        self.lr, self.betas, self.epsilon, self.decay = lr, (beta_1, beta_2), epsilon or 1e-7, decay
        self.amsgrad, self.t = amsgrad, 0

    def step(self, w, grad):
        g = grad(w)
        if self.t == 0:
            self.m, self.v, self.v_max = (torch.zeros_like(w) for _ in range(3))
        b1, b2 = self.betas
        lr = decayed(self.lr, self.decay, self.t)
        self.t += 1
        lr *= (1 - b2 ** self.t) ** 0.5 / (1 - b1 ** self.t)
        self.m.lerp_(g, 1 - b1)
        self.v.mul_(b2).addcmul_(g, g, value=1 - b2)
        v = self.v
        if self.amsgrad:
            v = self.v_max = torch.maximum(self.v_max, v)
        return w - lr * self.m / (v.sqrt() + self.epsilon)
