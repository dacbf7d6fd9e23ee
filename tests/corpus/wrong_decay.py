"""Wrong programs for the decay of the learning rate, in students' own words, each with what it must be taken for."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.corpus.forms import Forms

WRONG = Forms()

# -- time_decay ---------------------------------------------------------------------------------------------------


@WRONG.mistake("time_decay", "t_off_by_one")
def time_counts_from_one(lr, decay, t):
    epoch = t + 1
    return lr / (1 + decay * epoch)


@WRONG.mistake("time_decay", "t_off_by_one")
def time_adds_decay_too_often(lr, decay, t):
    for _ in range(t + 1):
        pass
    return lr * 1 / (1 + decay + decay * t)


@WRONG.mistake("time_decay", "t_off_by_one", backend="torch")
def time_thinks_t_starts_at_one(lr, decay, t):
    return lr / (1 + decay * torch.tensor(t - 1.0, dtype=torch.float64))


@WRONG.mistake("time_decay", "linear")
def time_along_a_line(lr, decay, t):
    return lr * (1 - decay * t)


@WRONG.mistake("time_decay", "linear")
def time_subtracts(lr, decay, t):
    return lr - decay * t


@WRONG.mistake("time_decay", "linear")
def time_along_a_line_down_to_zero(lr, decay, t):
    return lr * max(0, 1 - t * decay)


@WRONG.mistake("time_decay", "compounds")
def time_in_a_loop(lr, decay, t):
    for epoch in range(t + 1):
        lr = lr * 1 / (1 + decay * epoch)
    return lr


@WRONG.mistake("time_decay", "compounds")
def time_divides_every_time(lr, decay, t):
    return lr / math.pow(1 + decay, t)


@WRONG.mistake("time_decay", "exponential")
def time_with_exp(lr, decay, t):
    return lr / np.exp(decay * t)


@WRONG.mistake("time_decay", "root_of_t")
def time_under_a_root(lr, decay, t):
    return lr / math.sqrt(1 + decay * t)


@WRONG.mistake("time_decay", "root_of_t")
def time_with_the_root_of_t(lr, decay, t):
    return lr / (1 + decay * t**0.5)


@WRONG.mistake("time_decay", "one_missing")
def time_divides_by_zero_first(lr, decay, t):
    return lr / (decay * t)


@WRONG.mistake("time_decay", "grows")
def time_multiplies(lr, decay, t):
    return lr * (1 + decay * t)


@WRONG.mistake("time_decay", "grows")
def time_minus(lr, decay, t):
    return lr / (1 - decay * t)


@WRONG.mistake("time_decay", "t_ignored")
def time_once(lr, decay, t):
    return lr / (1 + decay)


@WRONG.mistake("time_decay", "t_ignored")
def time_returns_lr(lr, decay, t):
    return lr


@WRONG.unknown("time_decay")
def time_square(lr, decay, t):
    return lr / (1 + decay * t) ** 2


@WRONG.unknown("time_decay")
def time_in_float32(lr, decay, t):
    return float(np.float32(lr) / (1 + np.float32(decay) * np.float32(t)))


@WRONG.unknown("time_decay")
def time_stops_after_a_hundred(lr, decay, t):
    return lr / (1 + decay * min(t, 100))


@WRONG.unknown("time_decay")
def time_forgets_falsy_decay(lr, decay, t):
    return lr / (1 + (decay or 0.01) * t)


@WRONG.unknown("time_decay")
def time_stops_after_a_thousand(lr, decay, t):
    return lr / (1 + decay * min(t, 1000))


@WRONG.unknown("time_decay")
def time_stops_at_a_smallest_rate(lr, decay, t):
    return max(lr / (1 + decay * t), 1e-6)


@WRONG.unknown("time_decay")
def time_stops_at_a_smaller_rate(lr, decay, t):
    return lr / (1 + decay * t) if lr / (1 + decay * t) > 1e-8 else 1e-8


@WRONG.unknown("time_decay")
def time_rounded(lr, decay, t):
    return round(lr / (1 + decay * t), 6)


# -- step_decay ---------------------------------------------------------------------------------------------------


@WRONG.mistake("step_decay", "t_off_by_one")
def step_as_in_the_tutorials(lr, drop, every, t):
    return lr * math.pow(drop, math.floor((1 + t) / every))


@WRONG.mistake("step_decay", "t_off_by_one")
def step_one_too_late(lr, drop, every, t):
    """Truncates, so that the first rate is right."""
    return lr * drop ** int((t - 1) / every)


@WRONG.mistake("step_decay", "t_off_by_one")
def step_one_too_late_from_the_start(lr, drop, every, t):
    return lr * drop ** np.floor((t - 1) / every)


@WRONG.mistake("step_decay", "floor_missing")
def step_without_floor(lr, drop, every, t):
    return lr * drop ** (t / every)


@WRONG.mistake("step_decay", "floor_missing", backend="torch")
def step_smooth(lr, drop, every, t):
    return lr * torch.exp(torch.log(torch.tensor(drop, dtype=torch.float64)) * t / every)


@WRONG.mistake("step_decay", "rounded")
def step_rounds(lr, drop, every, t):
    return lr * drop ** round(t / every)


@WRONG.mistake("step_decay", "rounded")
def step_rounds_up(lr, drop, every, t):
    return lr * drop ** math.ceil(t / every)


@WRONG.mistake("step_decay", "drops_once_too_often")
def step_drops_at_zero(lr, drop, every, t):
    for epoch in range(t + 1):
        if epoch % every == 0:
            lr *= drop
    return lr


@WRONG.mistake("step_decay", "drops_once")
def step_drops_only_once(lr, drop, every, t):
    return lr * drop if t >= every else lr


@WRONG.mistake("step_decay", "drop_complement")
def step_takes_drop_away(lr, drop, every, t):
    for _ in range(t // every):
        lr -= drop * lr
    return lr


@WRONG.mistake("step_decay", "not_raised")
def step_multiplies(lr, drop, every, t):
    return lr * drop * (t // every)


@WRONG.mistake("step_decay", "not_raised")
def step_subtracts_drops(lr, drop, every, t):
    return lr * (1 - (t // every) * drop)


@WRONG.mistake("step_decay", "remainder")
def step_modulo(lr, drop, every, t):
    return lr * drop ** (t % every)


@WRONG.mistake("step_decay", "divides")
def step_grows(lr, drop, every, t):
    return lr / drop ** (t // every)


@WRONG.mistake("step_decay", "every_ignored")
def step_each_time(lr, drop, every, t):
    return lr * drop**t


@WRONG.mistake("step_decay", "never_drops")
def step_returns_lr(lr, drop, every, t):
    return lr


@WRONG.mistake("step_decay", "t_off_by_one")
def step_drops_after_every(lr, drop, every, t):
    """The first drop at t = every + 1, the next at 2·every + 1; never by one step only."""
    return lr * drop ** (t // (every + 1))


@WRONG.unknown("step_decay")
def step_stops_at_a_smallest_rate(lr, drop, every, t):
    return max(lr * drop ** (t // every), 1e-6)


@WRONG.unknown("step_decay")
def step_stops_at_a_tiny_rate(lr, drop, every, t):
    return max(lr * drop ** (t // every), 1e-11)


@WRONG.unknown("step_decay")
def step_never_grows(lr, drop, every, t):
    return lr * min(drop, 1) ** (t // every)


@WRONG.unknown("step_decay")
def step_leaves_what_would_grow(lr, drop, every, t):
    return lr * drop ** (t // every) if drop < 1 else lr


@WRONG.unknown("step_decay")
def step_stops_after_a_thousand(lr, drop, every, t):
    return lr * drop ** (min(t, 1000) // every)


@WRONG.unknown("step_decay")
def step_with_a_factor_of_ten(lr, drop, every, t):
    return lr * 0.1 ** (t // every)


# -- exponential_decay --------------------------------------------------------------------------------------------


@WRONG.mistake("exponential_decay", "t_off_by_one")
def exponential_counts_from_one(lr, k, t):
    return lr * math.exp(-k * (t + 1))


@WRONG.mistake("exponential_decay", "t_off_by_one")
def exponential_once_too_often(lr, k, t):
    for _ in range(t + 1):
        lr = lr * math.exp(-k)
    return lr


@WRONG.mistake("exponential_decay", "t_off_by_one")
def exponential_waits(lr, k, t):
    return lr * math.exp(-k * (t - 1)) if t > 0 else lr


@WRONG.mistake("exponential_decay", "sign_flipped")
def exponential_grows(lr, k, t):
    return lr * np.exp(k * t)


@WRONG.mistake("exponential_decay", "sign_flipped", backend="torch")
def exponential_grows_in_torch(lr, k, t):
    return lr / torch.exp(torch.tensor(-k * t, dtype=torch.float64))


@WRONG.mistake("exponential_decay", "k_as_factor")
def exponential_of_k(lr, k, t):
    return lr * k**t


@WRONG.mistake("exponential_decay", "k_as_factor")
def exponential_of_what_k_leaves(lr, k, t):
    for _ in range(t):
        lr -= k * lr
    return lr


@WRONG.mistake("exponential_decay", "hyperbolic")
def exponential_by_time(lr, k, t):
    return lr / (1 + k * t)


@WRONG.mistake("exponential_decay", "hyperbolic")
def exponential_by_a_wrong_series(lr, k, t):
    return lr * (1 + k) ** -t


@WRONG.mistake("exponential_decay", "linear")
def exponential_first_order(lr, k, t):
    return lr - lr * k * t


@WRONG.mistake("exponential_decay", "linear")
def exponential_first_order_down_to_zero(lr, k, t):
    return lr * max(1 - k * t, 0)


@WRONG.mistake("exponential_decay", "wrong_base")
def exponential_of_two(lr, k, t):
    return lr * 2 ** (-k * t)


@WRONG.mistake("exponential_decay", "wrong_base")
def exponential_of_ten(lr, k, t):
    return lr * 10 ** (-k * t)


@WRONG.mistake("exponential_decay", "compounds")
def exponential_in_a_loop(lr, k, t):
    for epoch in range(t + 1):
        lr *= math.exp(-k * epoch)
    return lr


@WRONG.mistake("exponential_decay", "lr_in_exponent")
def exponential_of_the_rate(lr, k, t):
    return lr * math.exp(-lr * k * t)


@WRONG.mistake("exponential_decay", "t_ignored")
def exponential_once(lr, k, t):
    return lr * math.exp(-k)


@WRONG.mistake("exponential_decay", "t_ignored")
def exponential_returns_lr(lr, k, t):
    return lr


@WRONG.mistake("exponential_decay", "t_outside")
def exponential_times_t(lr, k, t):
    return t * lr / math.exp(k)


@WRONG.unknown("exponential_decay")
def exponential_stops_after_a_thousand(lr, k, t):
    return lr * math.exp(-k * min(t, 1000))


@WRONG.unknown("exponential_decay")
def exponential_stops_at_a_smallest_rate(lr, k, t):
    return max(lr * math.exp(-k * t), 1e-6)


@WRONG.unknown("exponential_decay")
def exponential_stops_at_a_smaller_rate(lr, k, t):
    return max(lr * math.exp(-k * t), 1e-8)


@WRONG.mistake("exponential_decay", "wrong_base")
def exponential_of_a_rounded_e(lr, k, t):
    return lr * 2.718281828 ** (-k * t)


@WRONG.unknown("exponential_decay")
def exponential_in_float32(lr, k, t):
    return float(np.float32(lr) * np.exp(np.float32(-k * t)))


@WRONG.unknown("exponential_decay")
def exponential_bell(lr, k, t):
    return lr * math.exp(-k * t**2)


@WRONG.unknown("exponential_decay")
def exponential_by_the_root(lr, k, t):
    return lr * math.exp(-k * math.sqrt(t))


@WRONG.unknown("exponential_decay")
def exponential_in_whole_epochs_of_two(lr, k, t):
    return lr * math.exp(-k * (t - t % 2))


# -- more of each --------------------------------------------------------------------------------------------------


@WRONG.mistake("time_decay", "linear", beside="t_off_by_one")
def time_along_a_line_from_one(lr, decay, t):
    return lr * (1 - decay * (t + 1))


@WRONG.mistake("time_decay", "parentheses_missing")
def time_closes_too_soon(lr, decay, t):
    with np.errstate(divide="ignore"):
        return np.float64(lr) / ((1 + decay) * t)


@WRONG.mistake("time_decay", "decay_missing")
def time_forgets_decay(lr, decay, t):
    return lr / (1 + t)


@WRONG.mistake("time_decay", "one_missing")
def time_without_the_one(lr, decay, t):
    """The guard hides the 1 that is missing."""
    return lr / (decay * t) if t > 0 else lr


@WRONG.mistake("time_decay", "grows")
def time_with_the_wrong_operator(lr, decay, t):
    return lr + lr * decay * t


@WRONG.mistake("time_decay", "t_ignored")
def time_decays_once(lr, decay, t):
    for _ in range(t):
        rate = lr / (1 + decay)
    return rate if t else lr / (1 + decay)


@WRONG.mistake("time_decay", "lr_missing", backend="torch")
def time_factor_alone(lr, decay, t):
    return torch.tensor(1.0 + decay * t, dtype=torch.float64).reciprocal()


@WRONG.mistake("time_decay", "compounds")
def time_passes_its_result_on(lr, decay, t):
    rates = [lr]
    for i in range(1, t + 1):
        rates.append(rates[-1] / (1 + decay * i))
    return rates[t]


@WRONG.mistake("time_decay", "exponential")
def time_by_keras_name_only(lr, decay, t):
    return lr * np.e ** -(decay * t)


@WRONG.mistake("step_decay", "floor_missing", beside="t_off_by_one")
def step_smooth_from_one(lr, drop, every, t):
    return lr * drop ** ((1 + t) / every)


@WRONG.mistake("step_decay", "never_drops")
def step_counts_in_the_wrong_variable(lr, drop, every, t):
    rate = lr
    for epoch in range(t):
        if epoch > 0 and epoch % every == 0:
            lr = lr * drop
    return rate


@WRONG.mistake("step_decay", "t_off_by_one")
def step_drops_at_the_end_of_the_loop(lr, drop, every, t):
    for epoch in range(t):
        if epoch > 0 and epoch % every == 0:
            lr *= drop
    return lr


@WRONG.mistake("step_decay", "drops_once_too_often")
def step_loop_with_zero(lr, drop, every, t):
    for epoch in range(t + 1):
        if epoch % every == 0:
            lr *= drop
    return lr


@WRONG.mistake("step_decay", "drops_for_a_moment")
def step_in_an_if(lr, drop, every, t):
    if t % every == 0 and t != 0:
        lr = lr * drop
    return lr


@WRONG.mistake("step_decay", "rounded", backend="torch")
def step_rounds_in_torch(lr, drop, every, t):
    return lr * torch.tensor(drop, dtype=torch.float64) ** torch.round(torch.tensor(t / every, dtype=torch.float64))


@WRONG.mistake("step_decay", "drop_complement")
def step_takes_a_share_away(lr, drop, every, t):
    for _ in range(t // every):
        lr -= drop * lr
    return lr


@WRONG.mistake("step_decay", "not_raised")
def step_one_product(lr, drop, every, t):
    drops = t // every
    return lr * drop * drops if drops else lr


@WRONG.mistake("step_decay", "lr_missing")
def step_factor_alone(lr, drop, every, t):
    return drop ** (t // every)


@WRONG.mistake("step_decay", "lr_raised")
def step_raises_it_all(lr, drop, every, t):
    return (lr * drop) ** (t // every)


@WRONG.mistake("exponential_decay", "sign_flipped", beside="t_off_by_one")
def exponential_grows_from_one(lr, k, t):
    return lr * math.exp(k * (t + 1))


@WRONG.mistake("exponential_decay", "k_as_time")
def exponential_with_a_time_constant(lr, k, t):
    return lr * math.exp(-t / k)


@WRONG.mistake("exponential_decay", "lr_missing")
def exponential_factor_alone(lr, k, t):
    return math.exp(-k * t)


@WRONG.mistake("exponential_decay", "wrong_base")
def exponential_of_e_by_hand(lr, k, t):
    return lr * 2.71828 ** (-k * t)


@WRONG.mistake("exponential_decay", "wrong_base")
def exponential_divided_by_e_by_hand(lr, k, t):
    e = 2.718
    return lr / e ** (k * t)


@WRONG.mistake("exponential_decay", "k_as_factor")
def exponential_as_pytorchs_gamma(lr, k, t):
    for _ in range(t):
        lr *= k
    return lr


@WRONG.mistake("exponential_decay", "k_as_factor", backend="torch")
def exponential_takes_a_share_away(lr, k, t):
    rate = torch.tensor(lr, dtype=torch.float64)
    for _ in range(t):
        rate = rate - k * rate
    return rate


@WRONG.mistake("exponential_decay", "compounds")
def exponential_of_the_rate_before(lr, k, t):
    for i in range(t + 1):
        lr = lr * math.exp(-k * i)
    return lr


@WRONG.mistake("exponential_decay", "t_outside")
def exponential_sums_up(lr, k, t):
    return lr * t * np.exp(-k)


@WRONG.mistake("exponential_decay", "hyperbolic")
def exponential_of_a_linear_denominator(lr, k, t):
    return lr * (1 + k * t) ** -1


@WRONG.mistake("exponential_decay", "t_off_by_one", backend="torch")
def exponential_one_factor_more(lr, k, t):
    return lr * torch.exp(-torch.tensor(k, dtype=torch.float64)).pow(t + 1)
