"""Schedules of the learning rate. They are numbers, so that no tensor is needed."""

import math

BACKEND = "torch"


def time_decay(lr, decay, t):
    return lr * (1 / (1 + decay * t))


def step_decay(lr, drop, every, t):
    for _ in range(t // every):
        lr *= drop
    return lr


def exponential_decay(lr, k, t):
    gamma = math.exp(-k)
    return lr * gamma**t
