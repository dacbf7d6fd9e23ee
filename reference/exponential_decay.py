"""Exponential decay: the learning rate falls by the same factor with every t.

The factor is e^(−k): the rate is halved every (ln 2)/k steps, however small it has become. It falls more slowly than
1/t at first and far faster in the end, and the sum of all rates is finite: what is not reached by then never is.

Libraries have the same curve under other parameters. PyTorch's ``ExponentialLR`` multiplies by γ = e^(−k);
TensorFlow's ``ExponentialDecay`` by decay_rate^(t/decay_steps), so that k = −ln(decay_rate)/decay_steps. For k
that is small, e^(−k) is about 1 − k, but it is not the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.cases import Call, Case
from reference.maths import exp
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator

E_ROUNDED = (2.7, 2.71, 2.72, 2.718, 2.7182, 2.7183, 2.71828, 2.718281828)
"""What is written for e by hand."""


@algorithm(
    title="Exponential decay",
    topic="Learning-rate decay",
    order=120,
    lecture=8,
    slide="Learning Rate Decay",
    paper="Senior, Heigold, Ranzato & Yang 2013, An Empirical Study of Learning Rates in Deep Neural Networks for"
    " Speech Recognition",
    steps={"rate": "η_t = η e^(−kt), t = 0, 1, …"},
)
def exponential_decay(lr: Array, k: Array, t: int) -> Values:
    rate = lr * exp(-k * t)
    return {"rate": rate}


exponential_decay.twin("the factor e^(−k) may be multiplied t times", {"exp(-k * t)": "exp(-k) ** t"})
exponential_decay.twin("the rate may be kept as its logarithm", {"lr * exp(-k * t)": "exp(log(lr) - k * t)"})
exponential_decay.twin(
    "what the rate has lost may be subtracted, as expm1 has it: it cancels late",
    {"lr * exp(-k * t)": "lr + lr * (exp(-k * t) - 1)"},
)


@exponential_decay.oracle
def by_halves(torch: Any, lr: float, k: float, t: int) -> dict[str, Any]:
    """As a power of 2: the rate is halved kt/ln 2 times."""
    halvings = torch.tensor(k, dtype=torch.float64) * t / torch.log(torch.tensor(2.0, dtype=torch.float64))
    return {"rate": lr * torch.exp2(-halvings)}


def first_epochs(rng: Generator) -> Case:
    lr, k = round(rng.uniform(0.1, 0.9), 2), round(rng.uniform(0.1, 0.9), 2)
    return Case("first-epochs", "the first five rates, from t = 0", {}, calls=_at(lr, k, range(5)))


def late(rng: Generator) -> Case:
    lr, k = rng.uniform(0.001, 0.1), rng.uniform(0.02, 0.08)  # kt stays below 10: beyond, right forms differ too much
    calls = (*_at(lr, k, (9, 10, 60, 120)), *_at(lr, k / 15, (1000, 1500)))
    return Case("late", "what only shows late: t up to 120, and to 1,500 with a small k", {}, calls=calls)


def extremes(rng: Generator) -> Case:
    lr = rng.uniform(1, 3)
    calls = (*_at(lr, rng.uniform(2, 3), (0, 1, 3)), *_at(lr, 1e-6, (1, 50)), *_at(lr, 0.0, (0, 3)))
    tiny = _at(1e-12 * lr, rng.uniform(0.1, 0.9), (0, 5))
    return Case("extremes", "rates above 1 and tiny; a large k, a tiny one, and none", {}, calls=(*calls, *tiny))


def _at(lr: float, k: float, times: Any) -> tuple[Call, ...]:
    return tuple(Call({"lr": float(lr), "k": float(k), "t": t}) for t in times)


exponential_decay.cases(first_epochs, late, extremes)

exponential_decay.mistake(
    "t_off_by_one",
    "t is off by one.",
    "t counts from 0: the first rate, at t = 0, is η itself. Use t as it is given.",
    {"* t)": "* (t + 1))"},
    {"exp(-k * t)": "exp(-k) ** (t + 1)"},  # the twin's way: it rounds more
    {"* t)": "* (t - 1))"},
    {"* t)": "* max(t - 1, 0))"},
    detail=True,
)
exponential_decay.mistake(
    "sign_flipped",
    "The rate grows: the minus sign in the exponent is missing.",
    "η_t = η e^(−kt).",
    {"-k": "k"},
)
exponential_decay.mistake(
    "k_as_factor",
    "k itself is raised to t, or 1 − k.",
    "The factor of one step is e^(−k). Other libraries are given that factor; here k is the rate in the exponent.",
    {"exp(-k * t)": "k**t"},
    {"exp(-k * t)": "(1 - k) ** t"},
)
exponential_decay.mistake(
    "hyperbolic",
    "The rate falls as 1/t.",
    "That is time-based decay. Here the rate falls exponentially: multiply by e^(−kt).",
    {"* exp(-k * t)": "/ (1 + k * t)"},
    {"* exp(-k * t)": "/ (1 + k) ** t"},
)
exponential_decay.mistake(
    "linear",
    "The rate falls along a straight line.",
    "1 − kt is only the start of e^(−kt): use exp.",
    {"exp(-k * t)": "(1 - k * t)"},
    {"exp(-k * t)": "maximum(1 - k * t, 0)"},
)
exponential_decay.mistake(
    "wrong_base",
    "The base of the power is not e: it is 2 or 10, or e to a few digits.",
    "η_t = η e^(−kt): use exp(−kt), which is e to every digit.",
    *({"exp(": f"{base} ** ("} for base in (2.0, 10.0, *E_ROUNDED)),
)
exponential_decay.mistake(
    "compounds",
    "The factors e^(−ki) of all t so far are multiplied.",
    "η_t = η e^(−kt), always from the first rate η, not from the rate before.",
    {"-k * t": "-k * (t * (t + 1) // 2)"},
)
exponential_decay.mistake(
    "lr_in_exponent",
    "The learning rate stands in the exponent.",
    "η stands before the power: η e^(−kt).",
    {"-k * t": "-lr * k * t"},
)
exponential_decay.mistake(
    "t_ignored",
    "The rate is the same at every t.",
    "Multiply by e^(−kt), with the t you are given.",
    {"-k * t": "-k"},
    {"lr * exp(-k * t)": "lr * 1.0"},
)
exponential_decay.mistake(
    "t_outside",
    "t multiplies the power instead of standing in its exponent: the rate grows with t.",
    "e^(−k) is one step's factor; t of them are e^(−kt): exp(-k * t).",
    {"exp(-k * t)": "exp(-k) * t"},
)
exponential_decay.mistake(
    "lr_missing",
    "η is missing: this is only the factor by which it falls.",
    "η_t = η e^(−kt).",
    {"lr * exp": "exp"},
)
exponential_decay.mistake(
    "k_as_time",
    "t is divided by k instead of multiplied.",
    "k is a rate, not a time: the exponent is −kt.",
    {"-k * t": "-t * k / (zeros_like(k) + k) ** 2"},  # no number where k is 0: Python raises
)
