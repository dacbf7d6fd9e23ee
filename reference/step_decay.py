"""Step decay: the learning rate is multiplied by a factor every few epochs, and stays the same in between.

The curve of the loss flattens when the steps have become too long for the valley; a drop of the rate lets it fall
again, hence the stairs in the training curves of AlexNet and ResNet. The factor ``drop`` is what is left of the rate:
0.5 halves it, 0.1 takes nine tenths away.

Sources disagree on when the first drop comes. Here, as in PyTorch's ``StepLR``, t counts from 0 and epoch ``every`` is
the first with the new rate. A snippet that many tutorials copy, ``floor((1 + epoch) / every)``, drops an epoch earlier.
TensorFlow's ``ExponentialDecay`` with ``staircase=True`` has this formula; without it the rate falls smoothly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.cases import Call, Case
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Step decay",
    topic="Learning-rate decay",
    order=110,
    lecture=8,
    slide="Learning Rate Decay",
    paper="Krizhevsky, Sutskever & Hinton 2012, ImageNet Classification with Deep Convolutional Neural Networks",
    steps={"rate": "η_t = η · drop^⌊t/every⌋, t = 0, 1, …"},
)
def step_decay(lr: Array, drop: Array, every: int, t: int) -> Values:
    rate = lr * drop ** (t // every)
    return {"rate": rate}


step_decay.twin(
    "the rate may be kept as its logarithm",
    {"lr * drop ** (t // every)": "exp(log(lr) + log(drop) * (t // every))"},
)


@step_decay.oracle
def walked(torch: Any, lr: float, drop: float, every: int, t: int) -> dict[str, Any]:
    """Epoch by epoch: a drop wherever the epoch's number is a multiple of ``every``, all of them multiplied."""
    epochs = torch.arange(1, t + 1)
    factors = torch.ones(t, dtype=torch.float64).masked_fill(epochs % every == 0, drop)
    return {"rate": lr * factors.prod()}


def around_a_drop(rng: Generator) -> Case:
    lr, drop = round(rng.uniform(0.1, 0.9), 2), round(rng.uniform(0.2, 0.8), 2)
    why = "just before a drop, at it and after it; the first rate is lr itself"
    return Case("around-a-drop", why, {}, calls=_at(lr, drop, 5, (0, 1, 4, 5, 6, 9, 10, 11)))


def every_epoch(rng: Generator) -> Case:
    lr, drop = rng.uniform(0.01, 0.1), rng.uniform(0.3, 0.9)
    return Case("every-epoch", "every = 1: a drop with each t", {}, calls=_at(lr, drop, 1, (0, 1, 2, 3, 7)))


def late(rng: Generator) -> Case:
    lr, drop = rng.uniform(1, 3), rng.uniform(0.4, 0.6)
    calls = (*_at(lr, drop, 30, (29, 30, 31, 899, 900, 901)), *_at(lr, 0.1, 7, (20, 21, 48)))
    return Case("late", "thirty drops and more; a rate above 1; tenfold drops", {}, calls=calls)


def extremes(rng: Generator) -> Case:
    lr = rng.uniform(1, 3)
    calls = (
        *_at(lr, rng.uniform(1.1, 1.5), 3, (2, 3, 10)),
        *_at(lr, rng.uniform(0.97, 0.99), 100, (1000, 5000)),
        *_at(1e-12 * lr, rng.uniform(0.3, 0.7), 10, (9, 25)),
    )
    return Case("extremes", "a factor above 1, with which the rate grows; t up to 5,000; a tiny rate", {}, calls=calls)


def _at(lr: float, drop: float, every: int, times: Any) -> tuple[Call, ...]:
    return tuple(Call({"lr": float(lr), "drop": float(drop), "every": every, "t": t}) for t in times)


step_decay.cases(around_a_drop, every_epoch, late, extremes)

step_decay.mistake(
    "t_off_by_one",
    "The rate drops at the wrong t: the count is off by one.",
    "t counts from 0 and the first drop comes at t = every: the exponent is ⌊t/every⌋, without adding 1 to t.",
    {"(t ": "((t + 1) "},
    {"(t ": "((t - 1) "},
    {"(t ": "(max(t - 1, 0) "},
    {"every)": "(every + 1))"},
    {"t // every": "int((t - 1) / every)"},
    detail=True,
)
step_decay.mistake(
    "floor_missing",
    "The rate falls a little with every t instead of in steps.",
    "Round t/every down to a whole number before drop is raised to it: t // every.",
    {"//": "/"},
)
step_decay.mistake(
    "rounded",
    "t/every is rounded to the nearest whole number, or up, instead of down.",
    "The rate drops when `every` epochs are full: t // every, or math.floor(t / every).",
    {"t // every": "round(t / every)"},
    {"t // every": "-(-t // every)"},
)
step_decay.mistake(
    "drops_once_too_often",
    "The rate has already dropped at t = 0.",
    "The exponent is ⌊t/every⌋: it is 0, and the rate η itself, until t reaches every.",
    {"t // every": "t // every + 1"},
)
step_decay.mistake(
    "drops_once",
    "The rate drops only once.",
    "drop is raised to the number of drops so far, ⌊t/every⌋.",
    {"t // every": "min(t // every, 1)"},
)
step_decay.mistake(
    "drops_for_a_moment",
    "The rate drops at the multiples of `every` only, and is η again in between.",
    "The function knows nothing of its last call: drop is raised to the number of drops so far, ⌊t/every⌋.",
    {"t // every": "int(t > 0 and t % every == 0)"},
    {"t // every": "int(t % every == 0)"},
)
step_decay.mistake(
    "drop_complement",
    "The rate is multiplied by 1 − drop.",
    "drop is the factor itself, what is left of the rate: multiply by drop.",
    {"drop ** (t // every)": "(1 - drop) ** (t // every)"},
)
step_decay.mistake(
    "not_raised",
    "drop is multiplied by the number of drops instead of being raised to it.",
    "Two drops are drop·drop: drop ** (t // every).",
    {"drop ** (t // every)": "drop * (t // every)"},
    {"drop ** (t // every)": "(drop * (t // every) if t >= every else 1)"},
    {"drop ** (t // every)": "(1 - drop * (t // every))"},
)
step_decay.mistake(
    "remainder",
    "The exponent is the remainder of t/every, so that the rate jumps back up.",
    "Use the whole part of the quotient: t // every, not t % every.",
    {"t // every": "t % every"},
)
step_decay.mistake(
    "divides",
    "The rate is divided by drop, and grows.",
    "Multiply by drop, which is below 1.",
    {"lr * drop": "lr / drop"},
)
step_decay.mistake(
    "every_ignored",
    "The rate drops with every t.",
    "Raise drop to ⌊t/every⌋, not to t.",
    {"t // every": "t"},
)
step_decay.mistake(
    "never_drops",
    "The rate is the same at every t.",
    "Multiply by drop once for every full `every`: drop ** (t // every).",
    {"t // every": "0"},
    {"t // every": "1"},
)
step_decay.mistake(
    "lr_missing",
    "η is missing: this is only the factor by which it falls.",
    "η_t = η · drop^⌊t/every⌋.",
    {"lr * drop": "drop"},
)
step_decay.mistake(
    "lr_raised",
    "η is raised to the power as well.",
    "Only drop is raised to ⌊t/every⌋; η stands before it: lr * drop ** (t // every).",
    {"lr * drop **": "(lr * drop) **"},
)
