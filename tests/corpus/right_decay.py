"""Right programs for the decay of the learning rate, each written another way. The grader may reject none of them."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import accumulate, repeat

import numpy as np
import torch

from tests.corpus.forms import Forms

RIGHT = Forms()

# -- time_decay ---------------------------------------------------------------------------------------------------


@RIGHT.right("time_decay")
def time_as_on_the_slide(lr, decay, t):
    return lr / (1 + decay * t)


@RIGHT.right("time_decay")
def time_as_keras_had_it(lr, decay, t):
    return lr * (1.0 / (1.0 + decay * float(t)))


@RIGHT.right("time_decay")
def time_to_the_minus_one(lr, decay, t):
    return lr * (1 + t * decay) ** -1


@RIGHT.right("time_decay")
def time_in_numpy(initial_lr, k, epoch):
    return np.divide(initial_lr, np.add(1.0, np.multiply(k, epoch)))


@RIGHT.right("time_decay", "torch")
def time_in_torch(lr, decay, t):
    return torch.tensor(lr, dtype=torch.float64) / (1 + decay * torch.tensor(t, dtype=torch.float64))


@RIGHT.right("time_decay")
def time_step_by_step(lr, decay, t):
    """The denominator grows by decay with every t."""
    denominator = 1.0
    for _ in range(t):
        denominator += decay
    return lr / denominator


@RIGHT.right("time_decay")
def time_from_the_rate_before(lr, decay, t):
    """In place, but with the old denominator taken out again."""
    for i in range(t):
        lr = lr * (1 + decay * i) / (1 + decay * (i + 1))
    return lr


@RIGHT.right("time_decay")
def time_exactly(lr, decay, t):
    return float(Fraction(lr) / (1 + Fraction(decay) * t))


@RIGHT.right("time_decay")
def time_by_half_lives(lr, decay, t):
    """decay = 1/τ: τ/(τ + t)."""
    if decay == 0:
        return lr
    tau = 1 / decay
    return lr * tau / (tau + t)


@RIGHT.right("time_decay")
class TimeSchedule:
    def __call__(self, lr, decay, t):
        return np.float64(lr) / (1 + decay * t)


# -- step_decay ---------------------------------------------------------------------------------------------------


@RIGHT.right("step_decay")
def step_as_on_the_slide(lr, drop, every, t):
    return lr * drop ** (t // every)


@RIGHT.right("step_decay")
def step_with_floor(lr, drop, every, t):
    return lr * math.pow(drop, math.floor(t / every))


@RIGHT.right("step_decay")
def step_in_numpy(lr, drop, every, t):
    return lr * np.power(drop, np.floor(t / every))


@RIGHT.right("step_decay", "torch")
def step_in_torch(lr, drop, every, t):
    drops = torch.div(torch.tensor(t), every, rounding_mode="floor")
    return lr * torch.pow(torch.tensor(drop, dtype=torch.float64), drops)


@RIGHT.right("step_decay")
def step_by_drops(lr, drop, every, t):
    for _ in range(int(t / every)):
        lr *= drop
    return lr


@RIGHT.right("step_decay")
def step_by_epochs(lr, drop, every, t):
    for epoch in range(1, t + 1):
        if epoch % every == 0:
            lr = lr * drop
    return lr


@RIGHT.right("step_decay")
def step_by_recursion(lr, drop, every, t):
    return lr if t < every else drop * step_by_recursion(lr, drop, every, t - every)


@RIGHT.right("step_decay")
def step_by_divmod(lr, drop, every, t):
    full, _ = divmod(t, every)
    return lr * np.prod(np.full(full, drop))


@RIGHT.right("step_decay")
def step_by_logarithm(lr, drop, every, t):
    return lr * math.exp(t // every * math.log(drop))


@RIGHT.right("step_decay")
def step_divides_by_the_inverse(lr, drop, every, t):
    return lr / (1 / drop) ** (t // every)


# -- exponential_decay --------------------------------------------------------------------------------------------


@RIGHT.right("exponential_decay")
def exponential_as_on_the_slide(lr, k, t):
    return lr * math.exp(-k * t)


@RIGHT.right("exponential_decay")
def exponential_in_numpy(lr, k, t):
    return lr * np.exp(-k * t)


@RIGHT.right("exponential_decay", "torch")
def exponential_in_torch(lr, k, t):
    return lr * torch.exp(torch.tensor(-k * t, dtype=torch.float64))


@RIGHT.right("exponential_decay")
def exponential_of_the_number_e(lr, k, t):
    return lr * math.e ** (-k * t)


@RIGHT.right("exponential_decay")
def exponential_of_numpys_e(lr, k, t):
    return lr * np.power(np.e, -k * t)


@RIGHT.right("exponential_decay")
def exponential_divides(lr, k, t):
    return lr / math.exp(k * t)


@RIGHT.right("exponential_decay")
def exponential_inverse(lr, k, t):
    return lr * (1 / np.exp(k * t))


@RIGHT.right("exponential_decay")
def exponential_by_its_factor(lr, k, t):
    gamma = math.exp(-k)
    return lr * gamma**t


@RIGHT.right("exponential_decay")
def exponential_in_place(lr, k, t):
    for _ in range(t):
        lr *= math.exp(-k)
    return lr


@RIGHT.right("exponential_decay")
def exponential_accumulated(lr, k, t):
    return list(accumulate(repeat(1 / math.exp(k), t), lambda rate, factor: rate * factor, initial=lr))[-1]


@RIGHT.right("exponential_decay")
def exponential_by_halves(lr, k, t):
    return lr * 2 ** (-k * t / math.log(2))


# -- more of each --------------------------------------------------------------------------------------------------


@RIGHT.right("time_decay")
def time_less_what_is_lost(lr, decay, t):
    """What the rate has lost, taken away from it."""
    return lr - lr * (decay * t) / (1 + decay * t)


@RIGHT.right("time_decay")
def time_as_a_share(lr, decay, t):
    """1/decay plays the part of a half-life: at t = 1/decay half the rate is left."""
    return lr if decay == 0 else lr * (1 / decay) / (1 / decay + t)


@RIGHT.right("time_decay")
def time_from_rate_to_rate(lr, decay, t):
    rate = lr
    for i in range(t):
        rate = rate * (1 + decay * i) / (1 + decay * (i + 1))
    return rate


@RIGHT.right("time_decay", "torch")
def time_in_torch_by_reciprocals(lr, decay, t):
    return torch.reciprocal(torch.tensor(decay, dtype=torch.float64).mul(t).add(1.0)).mul(lr).item()


@RIGHT.right("step_decay")
def step_as_in_while(lr, drop, every, t):
    while t >= every:
        lr, t = lr * drop, t - every
    return lr


@RIGHT.right("step_decay")
def step_recursive(lr, drop, every, t):
    drops = t // every
    if drops == 0:
        return lr
    half = drops // 2
    factor = step_recursive(1.0, drop, 1, half)
    return lr * factor * factor * (drop if drops % 2 else 1)


@RIGHT.right("step_decay")
def step_by_the_base_two_logarithm(lr, drop, every, t):
    return lr * 2 ** (np.log2(drop) * ((t - t % every) / every))


@RIGHT.right("step_decay", "torch")
def step_in_torch_by_div(lr, drop, every, t):
    drops = torch.div(torch.tensor(t), every, rounding_mode="floor")
    return torch.tensor(lr, dtype=torch.float64) * torch.tensor(drop, dtype=torch.float64).pow(drops)


@RIGHT.right("exponential_decay")
def exponential_by_expm1(lr, k, t):
    """What is lost is lr · (1 − e^(−kt))."""
    return lr + lr * math.expm1(-k * t)


@RIGHT.right("exponential_decay")
def exponential_by_hyperbolic_functions(lr, k, t):
    return lr / (math.cosh(k * t) + math.sinh(k * t))


@RIGHT.right("exponential_decay")
def exponential_by_squaring(lr, k, t):
    factor, power = math.exp(-k), 1.0
    while t:
        if t & 1:
            power *= factor
        factor, t = factor * factor, t >> 1
    return lr * power


@RIGHT.right("exponential_decay", "torch")
def exponential_in_torch_by_its_inverse(lr, k, t):
    return lr * torch.exp(torch.tensor(k * t, dtype=torch.float64)).reciprocal()
