"""Time-based decay: the learning rate falls as 1/t.

Large steps at first, to get near the minimum; smaller ones later, so that the noise of the mini-batches averages out.
The rate is halved when decay·t reaches 1, divided by 3 when it reaches 2, and so on: it falls quickly at first and ever
more slowly. It never becomes 0, and the sum of all rates stays infinite, so that w can still get anywhere; that is
one of Robbins & Monro's two conditions.

Keras's old argument ``decay=`` does this, with t counting batches, not epochs. A loop that updates the rate in place,
lr = lr / (1 + decay·t), divides what is already divided: the rate is then the product of all factors so far and falls
far too fast. Every rate is counted from the first one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.cases import Call, Case
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Time-based decay",
    topic="Learning-rate decay",
    order=100,
    lecture=8,
    slide="Learning Rate Decay",
    paper="Darken & Moody 1990, Note on Learning Rate Schedules for Stochastic Optimization",
    steps={"rate": "η_t = η / (1 + decay·t), t = 0, 1, …"},
)
def time_decay(lr: Array, decay: Array, t: int) -> Values:
    rate = lr / (1 + decay * t)
    return {"rate": rate}


time_decay.twin(
    "1/η_t grows by decay/η with every t, and may be summed up",
    {"lr / (1 + decay * t)": "1 / (1 / lr + t * (decay / lr))"},
)
time_decay.twin(
    "the denominator may be summed up, one decay after another",
    {"(1 + decay * t)": "sum(where(arange(t + 1) == 0, 1, decay))"},
)
time_decay.twin(
    "what the rate has lost may be subtracted, which cancels late",
    {"lr / (1 + decay * t)": "lr - lr * (decay * t) / (1 + decay * t)"},
)


@time_decay.oracle
def reciprocals(torch: Any, lr: float, decay: float, t: int) -> dict[str, Any]:
    """1/η_t is linear in t: interpolated between t = 0 and t = 1."""
    start, step = torch.tensor([1 / lr, (1 + decay) / lr], dtype=torch.float64)
    return {"rate": torch.lerp(start, step, float(t)).reciprocal()}


def first_epochs(rng: Generator) -> Case:
    lr, decay = round(rng.uniform(0.1, 0.9), 2), round(rng.uniform(0.1, 0.9), 2)
    return Case("first-epochs", "the first five rates, from t = 0", {}, calls=_at(lr, decay, range(5)))


def late(rng: Generator) -> Case:
    lr, decay = rng.uniform(0.001, 0.1), rng.uniform(0.001, 0.1)
    return Case("late", "what only shows late: t up to 5,000", {}, calls=_at(lr, decay, (9, 10, 100, 1000, 5000)))


def extremes(rng: Generator) -> Case:
    lr = rng.uniform(1, 3)
    calls = (*_at(lr, rng.uniform(2, 5), (0, 1, 7)), *_at(lr, 1e-6, (1, 50)), *_at(lr, 0.0, (0, 3)))
    tiny = _at(1e-12 * lr, rng.uniform(0.1, 0.9), (0, 5))
    return Case("extremes", "rates above 1 and tiny; a large decay, a tiny one, and none", {}, calls=(*calls, *tiny))


def _at(lr: float, decay: float, times: Any) -> tuple[Call, ...]:
    return tuple(Call({"lr": float(lr), "decay": float(decay), "t": t}) for t in times)


time_decay.cases(first_epochs, late, extremes)

time_decay.mistake(
    "t_off_by_one",
    "t is off by one.",
    "t counts from 0: the first rate, at t = 0, is η itself. Use t as it is given.",
    {"* t)": "* (t + 1))"},
    {"* t)": "* (t - 1))"},
    {"* t)": "* max(t - 1, 0))"},
    detail=True,
)
time_decay.mistake(
    "linear",
    "The rate falls along a straight line.",
    "Divide by 1 + decay·t instead of multiplying by 1 − decay·t, which reaches 0 and goes on below it.",
    {"lr / (1 +": "lr * (1 -"},
    {"lr / (1 + decay * t)": "lr - decay * t"},
    {"lr / (1 + decay * t)": "lr * maximum(1 - decay * t, 0)"},
)
time_decay.mistake(
    "compounds",
    "Every rate is divided anew: the factors of all t so far are multiplied.",
    "η_t = η / (1 + decay·t), always from the first rate η, not from the rate before.",
    {"rate = lr / (1 + decay * t)": "rate = lr\n    for i in range(t + 1):\n        rate = rate / (1 + decay * i)"},
    {"rate = lr / (1 + decay * t)": "rate = lr\n    for i in range(t):\n        rate = rate / (1 + decay * i)"},
    {"(1 + decay * t)": "(1 + decay) ** t"},
    {"lr / (1 + decay * t)": "lr * (1 - decay) ** t"},
)
time_decay.mistake(
    "parentheses_missing",
    "The parentheses are missing, or in the wrong place: 1 + decay·t is not what you divide by.",
    "Put the denominator in parentheses: lr / (1 + decay * t).",
    {"lr / (1 + decay * t)": "lr / 1 + decay * t"},
    {"(1 + decay * t)": "(1 + decay) * t"},
    {"(1 + decay * t)": "(zeros_like(lr) + (1 + decay) * t)"},
)
time_decay.mistake(
    "lr_missing",
    "η is missing: this is only the factor by which it falls.",
    "η_t = η / (1 + decay·t).",
    {"lr / (": "1 / ("},
)
time_decay.mistake(
    "exponential",
    "The rate falls exponentially.",
    "That is exponential decay. Here the rate falls as 1/t: divide by 1 + decay·t.",
    {"lr / (1 + decay * t)": "lr * exp(-decay * t)"},
)
time_decay.mistake(
    "root_of_t",
    "The rate falls with the square root of t.",
    "Divide by 1 + decay·t, without a root.",
    {"(1 + decay * t)": "sqrt(1 + decay * t)"},
    {"decay * t": "decay * sqrt(t)"},
)
time_decay.mistake(
    "one_missing",
    "The 1 in the denominator is missing.",
    "Divide by 1 + decay·t, so that the rate starts at η and not at η/0.",
    {"(1 + decay * t)": "(zeros_like(lr) + decay * t)"},
    {"(1 + decay * t)": "(zeros_like(lr) + (decay * t if t else 1))"},
)
time_decay.mistake(
    "grows",
    "The rate grows with t.",
    "Divide by 1 + decay·t: the rate has to fall.",
    {"lr / (1": "lr * (1"},
    {"(1 + decay": "(1 - decay"},
)
time_decay.mistake(
    "t_ignored",
    "The rate is the same at every t.",
    "Divide by 1 + decay·t, with the t you are given.",
    {"decay * t": "decay"},
    {"lr / (1 + decay * t)": "lr * 1.0"},
)
time_decay.mistake(
    "decay_missing",
    "decay is missing: the rate falls as 1/(1 + t), however small decay is.",
    "η_t = η / (1 + decay·t): multiply t by decay.",
    {"decay * t": "t"},
)
