"""Re-implementation of torch.optim (single tensor, no weight decay), following its source."""
import torch

BACKEND = "torch"


def gradient_descent(w, grad, *, lr=0.01):
    while True:
        w = w.add(grad(w), alpha=-lr)
        yield w


def sgd(w, grad, order, *, lr=0.01, batch_size=32):
    for batch in order.split(batch_size):
        w = w.add(grad(w, batch), alpha=-lr)
        yield w


def _sgd_with_momentum(w, grad, lr, momentum, nesterov):
    buf = None
    while True:
        g = grad(w)
        buf = g.clone() if buf is None else buf.mul_(momentum).add_(g)
        g = g.add(buf, alpha=momentum) if nesterov else buf
        w = w.add(g, alpha=-lr)
        yield w


def momentum(w, grad, *, lr=0.01, gamma=0.9):
    return _sgd_with_momentum(w, grad, lr, gamma, nesterov=False)


def nag(w, grad, *, lr=0.01, gamma=0.9):
    return _sgd_with_momentum(w, grad, lr, gamma, nesterov=True)


def adagrad(w, grad, *, lr=0.01, eps=1e-8):
    state_sum = torch.zeros_like(w)
    while True:
        g = grad(w)
        state_sum.addcmul_(g, g, value=1)
        std = state_sum.sqrt().add_(eps)
        w = w.addcdiv(g, std, value=-lr)
        yield w


def rmsprop(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    square_avg = torch.zeros_like(w)
    while True:
        g = grad(w)
        square_avg.mul_(gamma).addcmul_(g, g, value=1 - gamma)
        w = w.addcdiv(g, square_avg.sqrt().add_(eps), value=-lr)
        yield w


def adadelta(w, grad, *, gamma=0.95, eps=1e-6):
    square_avg, acc_delta = torch.zeros_like(w), torch.zeros_like(w)
    while True:
        g = grad(w)
        square_avg.mul_(gamma).addcmul_(g, g, value=1 - gamma)
        std = square_avg.add(eps).sqrt_()
        delta = acc_delta.add(eps).sqrt_().div_(std).mul_(g)
        acc_delta.mul_(gamma).addcmul_(delta, delta, value=1 - gamma)
        w = w.add(delta, alpha=-1)
        yield w


def adam(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, amsgrad=False):
    exp_avg, exp_avg_sq, max_exp_avg_sq = torch.zeros_like(w), torch.zeros_like(w), torch.zeros_like(w)
    step = 0
    while True:
        g = grad(w)
        step += 1
        bias_correction1 = 1 - beta1 ** step
        bias_correction2 = 1 - beta2 ** step
        exp_avg.lerp_(g, 1 - beta1)
        exp_avg_sq.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        if amsgrad:
            torch.maximum(max_exp_avg_sq, exp_avg_sq, out=max_exp_avg_sq)
            denom = (max_exp_avg_sq.sqrt() / bias_correction2 ** 0.5).add_(eps)
        else:
            denom = (exp_avg_sq.sqrt() / bias_correction2 ** 0.5).add_(eps)
        w = w.addcdiv(exp_avg, denom, value=-lr / bias_correction1)
        yield w


def amsgrad(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    return adam(w, grad, lr=lr, beta1=beta1, beta2=beta2, eps=eps, amsgrad=True)
