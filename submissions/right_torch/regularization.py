import torch
import torch.nn.functional as F

BACKEND = "torch"


def ensemble_average(predictions):
    return predictions.mean(dim=0)


def ensemble_vote(labels):
    # not torch.mode: which of several equals it takes depends on the device
    votes = F.one_hot(labels).sum(dim=0)
    return votes.argmax(dim=-1)


def dropout_train(x, p, u):
    return torch.where(u < p, x, torch.zeros_like(x))


def dropout_test(x, p):
    return p * x


def inverted_dropout(x, rate, u, training):
    if training:
        return x.masked_fill(u < rate, 0) / (1 - rate)
    return x


def dropout_backward(dy, rate, u):
    return dy.masked_fill(u < rate, 0) / (1 - rate)


def dropout_expectation(w, x, p):
    return p * torch.dot(w, x)


class KerasDropout:
    def __init__(self, rate, noise_shape=None, seed=None):
        self.rate, self.noise_shape = rate, noise_shape
        self.generator = torch.Generator()
        if seed is None:
            self.generator.seed()
        else:
            self.generator.manual_seed(seed)

    def __call__(self, x, training):
        if not training:
            return x
        shape = self.noise_shape or x.shape
        shape = [side if n is None else n for n, side in zip(shape, x.shape)]
        keep = torch.rand(shape, generator=self.generator) >= self.rate
        return x * keep / (1 - self.rate)
