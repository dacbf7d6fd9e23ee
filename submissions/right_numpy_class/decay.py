"""How the learning rate falls with t = 0, 1, …"""

import math


def time_decay(lr, decay, t):
    return lr / (1 + decay * t)


def step_decay(lr, drop, every, t):
    return lr * drop ** (t // every)


def exponential_decay(lr, k, t):
    return lr * math.exp(-k * t)
