import torch

BACKEND = "torch"


class BatchNormNode:
    """Keeps the graph; backward asks autograd."""

    def __init__(self, x, gamma, beta, eps):
        self.inputs = [t.clone().requires_grad_() for t in (x, gamma, beta)]
        x, gamma, beta = self.inputs
        mean = x.mean(dim=0)
        var = ((x - mean) ** 2).mean(dim=0)
        self.y = gamma * (x - mean) / torch.sqrt(var + eps) + beta

    def backward(self, dy):
        return torch.autograd.grad(self.y, self.inputs, dy)


def batch_norm_forward(x, gamma, beta, *, eps=1e-5):
    node = BatchNormNode(x, gamma, beta, eps)
    return node.y, node


def batch_norm_backward(dy, cache):
    return cache.backward(dy)


def batch_norm_inference(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return torch.nn.functional.batch_norm(x, running_mean, running_var, gamma, beta, training=False, eps=eps)
