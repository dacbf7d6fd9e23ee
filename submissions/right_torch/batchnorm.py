import torch
import torch.nn.functional as F

BACKEND = "torch"


def batch_norm_forward(x, gamma, beta, *, eps=1e-5):
    # let autograd keep what the backward pass needs
    x, gamma, beta = (t.detach().requires_grad_() for t in (x, gamma, beta))
    mean = x.mean(dim=0)
    var = x.var(dim=0, correction=0)
    y = gamma * (x - mean) * torch.rsqrt(var + eps) + beta
    return y.detach(), (y, x, gamma, beta)


def batch_norm_backward(dy, cache):
    y, x, gamma, beta = cache
    return torch.autograd.grad(y, (x, gamma, beta), grad_outputs=dy)


def batch_norm_inference(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return F.batch_norm(x, running_mean, running_var, gamma, beta, training=False, eps=eps)
