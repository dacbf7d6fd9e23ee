"""Ensembles and dropout"""
from itertools import product

import numpy as np


def ensemble_average(predictions):
    return predictions.mean(axis=0)


def ensemble_vote(labels):
    # bincount counts 0, 1, 2, ... and argmax takes the first maximum = the smallest label
    return np.array([np.bincount(column).argmax() for column in labels.T])


def dropout_train(x, p, u):
    mask = u < p          # p = probability of KEEPING
    return x * mask


def dropout_test(x, p):
    return x * p


def inverted_dropout(x, rate, u, training):
    if not training:
        return x
    mask = u >= rate      # rate = probability of DROPPING
    return x * mask / (1 - rate)


def dropout_backward(dy, rate, u):
    mask = u >= rate
    return dy * mask / (1 - rate)


def dropout_expectation(w, x, p):
    # all 2^d masks, as on the slide
    expectation = 0.0
    for mask in product([0, 1], repeat=len(w)):
        mask = np.array(mask)
        probability = np.prod(np.where(mask == 1, p, 1 - p))
        expectation += probability * np.sum(mask * w * x)
    return expectation


class KerasDropout:
    def __init__(self, rate, noise_shape=None, seed=None):
        self.rate, self.noise_shape = rate, noise_shape
        self.rng = np.random.default_rng(seed)

    def __call__(self, x, training):
        if not training:
            return x
        shape = x.shape
        if self.noise_shape is not None:
            shape = [side if n is None else n for n, side in zip(self.noise_shape, x.shape)]
        keep = self.rng.random(shape) >= self.rate
        return x * keep / (1 - self.rate)
