import math


def time_decay(lr, decay, t):
    # 첫 epoch은 t = 1
    return lr / (1 + decay * (t + 1))


def step_decay(lr, drop, every, t):
    """Drops the learning rate by `drop` every `every` epochs."""
    return lr * drop ** (t / every)


def exponential_decay(lr, k, t):
    return lr * math.exp(k * t)
