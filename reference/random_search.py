"""Random search: every trial draws every hyper-parameter anew.

n trials try n different values of each hyper-parameter, where a grid of as many trials tries a few values of each, over
and over. Since usually few of them matter, and nobody knows which, that is the better use of n trainings: Bergstra &
Bengio's point, and why a value that occurs twice is a sign of a grid.

What counts by its order of magnitude, as a learning rate, is drawn on a log scale: its logarithm is uniform, so that
each decade from 10⁻⁵ to 10⁻¹ gets a quarter of the trials. Drawn uniformly, nine tenths would lie in the last.
The base of the logarithm makes no difference, as long as the way back has the same.

The generator is an argument so that a search can be repeated: equal generators give equal trials. Which of its draws
goes where is free, so what is checked is how probable the trials are: range, law, gaps, repeated values, dependence,
and whether they are spread too evenly. A right program fails once in a billion checks at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reference.cases import Call, Case, Seed, Trial
from reference.maths import log
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator

TRIALS = 1000
"""Trials of a sample that is judged by its distribution."""


@algorithm(
    title="Random search",
    topic="Hyper-parameter search",
    order=510,
    lecture=8,
    slide="Random Search",
    paper="Bergstra & Bengio 2012, Random Search for Hyper-Parameter Optimization, JMLR 13",
    steps={"trials": "x = low + (high − low)·u; on a log scale x = low·(high/low)ᵘ; a new u in [0, 1) for every value"},
    form="sampler",
)
def random_search(space: Mapping[str, tuple[Any, ...]], n: int, rng: Generator) -> Values:
    trials: list[Trial] = []
    for _ in range(n):
        trial: Trial = {}
        for name, (low, high, *scale) in space.items():
            u = rng.random()
            trial[name] = low * (high / low) ** u if scale else low + (high - low) * u
        trials.append(trial)
    return {"trials": trials}


@random_search.law
def cdf(x: Array, low: float, high: float, *scale: str) -> Array:
    """The u that x was drawn by: the probability of a smaller one."""
    return log(x / low) / log(high / low) if scale else (x - low) / (high - low)


@random_search.oracle
def distributions(torch: Any, x: Any, low: float, high: float, *scale: str) -> Any:
    """torch's distribution functions: of the uniform law, or of the exponential of a uniform logarithm."""
    ends = torch.tensor([low, high], dtype=x.dtype)
    if not scale:
        return torch.distributions.Uniform(*ends).cdf(x)
    exponential = torch.distributions.transforms.ExpTransform()
    logarithm = torch.distributions.Uniform(*ends.log())
    return torch.distributions.TransformedDistribution(logarithm, [exponential]).cdf(x)


# -- the cases ------------------------------------------------------------------------------------------------------


def _calls(rng: Generator, space: Mapping[str, tuple[Any, ...]], n: int, *draws: int) -> tuple[Call, ...]:
    """A call for each of ``draws``; where two of them are equal, with equal generators."""
    seeds = rng.choice(2**31, max(draws) + 1, replace=False).tolist()
    return tuple(Call({"space": space, "n": n, "rng": Seed(seeds[draw])}) for draw in draws)


def _mixed(rng: Generator) -> dict[str, tuple[Any, ...]]:
    return {
        "lr": (10.0 ** -int(rng.integers(5, 8)), 0.1, "log"),
        "dropout": (0.0, int(rng.integers(4, 9)) / 10),
        "l2": (10.0 ** -int(rng.integers(8, 11)), 10.0, "log"),
        "momentum": (int(rng.integers(3, 7)) / 10, 0.99),
    }


def _uniform(rng: Generator) -> Case:
    shift = int(rng.integers(2, 9))
    space = {"dropout": (0.0, int(rng.integers(4, 9)) / 10), "shift": (-float(shift), 1.5), "width": (2, 10 * shift)}
    return Case("uniform", "uniform from low to high; ends of either sign", {}, calls=_calls(rng, space, TRIALS, 0))


def _log_uniform(rng: Generator) -> Case:
    space = {"lr": (10.0 ** -int(rng.integers(4, 7)), 0.1, "log"), "scale": (1, 10 ** int(rng.integers(3, 7)), "log")}
    return Case("log-uniform", "uniform on a log scale, over several decades", {}, calls=_calls(rng, space, TRIALS, 0))


def _mixed_scales(rng: Generator) -> Case:
    why = "two hyper-parameters on a log scale beside two uniform ones"
    return Case("mixed-scales", why, {}, calls=_calls(rng, _mixed(rng), TRIALS, 0))


def _equal_generators(rng: Generator) -> Case:
    why = "equal generators give equal trials, others give others"
    return Case("equal-generators", why, {}, calls=_calls(rng, _mixed(rng), 6, 0, 0, 1, 0))


def _one_trial(rng: Generator) -> Case:
    why = "one trial at a time, each from a generator of its own"
    return Case("one-trial", why, {}, calls=_calls(rng, _mixed(rng), 1, *range(32)))


random_search.cases(_uniform, _log_uniform, _mixed_scales, _equal_generators, _one_trial)

# -- the mistakes -----------------------------------------------------------------------------------------------------

_VALUE = "low * (high / low) ** u if scale else low + (high - low) * u"

random_search.mistake(
    "uniform_not_log",
    "What should be drawn on a log scale is drawn uniformly.",
    'Where the space says "log", draw the logarithm uniformly and exponentiate: low · (high/low)ᵘ.',
    {_VALUE: "low + (high - low) * u"},
)
random_search.mistake(
    "log_not_uniform",
    "What should be drawn uniformly is drawn on a log scale.",
    'Only where the space says "log" is the logarithm drawn; otherwise the value itself.',
    {_VALUE: "low * (high / low) ** u if low > 0 else low + (high - low) * u"},
    {_VALUE: "exp(log(low) + (log(high) - log(low)) * u)"},
)
random_search.mistake(
    "exponent_returned",
    "The logarithm is returned, not the value.",
    "Draw the exponent uniformly between the logarithms of the ends, then exponentiate it.",
    {_VALUE: "log(low) + (log(high) - log(low)) * u if scale else low + (high - low) * u"},
    {_VALUE: "(log(low) + (log(high) - log(low)) * u) / log(10) if scale else low + (high - low) * u"},
)
random_search.mistake(
    "bases_mixed",
    "The logarithm is taken in one base and undone in another.",
    "exp undoes log, 10** undoes log10: use a pair of the same base.",
    {_VALUE: "10 ** (log(low) + (log(high) - log(low)) * u) if scale else low + (high - low) * u"},
    {_VALUE: "exp((log(low) + (log(high) - log(low)) * u) / log(10)) if scale else low + (high - low) * u"},
)
random_search.mistake(
    "ends_exponentiated",
    "The ends are taken for exponents: 10 is raised to them.",
    "The space holds the values themselves: take their logarithms before you draw, and exponentiate after.",
    {_VALUE: "10.0 ** min(low + (high - low) * u, 300) if scale else low + (high - low) * u"},
    {_VALUE: "exp(min(low + (high - low) * u, 700)) if scale else low + (high - low) * u"},
)
random_search.mistake(
    "high_for_width",
    "The draw is multiplied by high instead of the width high − low.",
    "u in [0, 1) becomes low + (high − low)·u, or use rng.uniform(low, high).",
    {_VALUE: "low * high ** u if scale else low + high * u"},
    {_VALUE: "low * (high / low) ** u if scale else low + high * u"},
    {_VALUE: "exp(log(low) + log(high) * u) if scale else low + (high - low) * u"},
)
random_search.mistake(
    "ends_ignored",
    "The draw is not brought to the ends of the space.",
    "u in [0, 1) becomes low + (high − low)·u, or use rng.uniform(low, high).",
    {_VALUE: "u"},
    {_VALUE: "low * (high / low) ** u if scale else u"},
    {_VALUE: "low * (high / low) ** u if scale else low + u"},
)
random_search.mistake(
    "one_draw_for_all",
    "All values of a trial come from one draw: they rise and fall together.",
    "Draw anew for every hyper-parameter of every trial.",
    {"trial: Trial = {}": "trial, shared = {}, rng.random()", "u = rng.random()": "u = shared"},
)
random_search.mistake(
    "one_trial_repeated",
    "Every trial has the same values.",
    "Draw inside the loop over the trials, and make a new dict in each round.",
    {"trials}": "[dict(trials[0]) for _ in trials]}"},
    {"trials}": "[dict(trials[-1]) for _ in trials]}"},
)
random_search.mistake(
    "drawn_from_a_grid",
    "The values come from a grid: a few different ones, over and over.",
    "Draw from the whole interval, with rng.uniform or rng.random, not with choice from a list of values.",
    *({"u = rng.random()": f"u = rng.integers({points}) / {points - 1}"} for points in (3, 5, 10, 20, 50, 100, 200)),
)
random_search.mistake(
    "rounded",
    "The values are rounded to whole numbers.",
    "The contract's values are floats from anywhere in the interval: leave out int, round and rng.integers.",
    {_VALUE: f"float(int({_VALUE}))"},
    {_VALUE: f"float(round({_VALUE}))"},
    {_VALUE: f"int({_VALUE})"},
    {_VALUE: f"round({_VALUE})"},
    {_VALUE: f"int({_VALUE}) if type(low) is int else {_VALUE}"},
    {_VALUE: f"float(int({_VALUE})) if type(low) is int else {_VALUE}"},
)
random_search.mistake(
    "evenly_spread",
    "The values are spread too evenly to be independent draws.",
    "Every draw is independent of the others: no linspace, no strata, no low-discrepancy sequence.",
    {
        "trials: list[Trial] = []": "trials, strata = [], {name: rng.permutation(n) for name in space}",
        "u = rng.random()": "u = (strata[name][len(trials)] + rng.random()) / n",
    },
    {
        "trials: list[Trial] = []": "trials, strata = [], {name: rng.permutation(n) for name in space}",
        "u = rng.random()": "u = (strata[name][len(trials)] + 0.5) / n",
    },
    {
        "trials: list[Trial] = []": "trials, strata = [], {name: rng.permutation(n) for name in space}",
        "u = rng.random()": "u = strata[name][len(trials)] / max(n - 1, 1)",
    },
    {"u = rng.random()": "u = len(trials) / max(n - 1, 1)"},
    {"u = rng.random()": "u = (len(trials) + rng.random()) / n"},
)
random_search.mistake(
    "values_sorted",
    "The values are sorted: a trial depends on the one before it.",
    "Leave the draws in the order in which they come.",
    {
        "trials}": "[dict(zip(space, row)) for row in zip(*(sorted(trial[name] for trial in trials)"
        " for name in space))]}"
    },
    {"trials}": "sorted(trials, key=lambda trial: [*trial.values()])}"},
)
random_search.mistake(
    "normal_not_uniform",
    "The values are drawn from a bell curve.",
    "Every part of the interval is as likely as every other: rng.uniform or rng.random, not rng.normal.",
    {"u = rng.random()": "u = rng.normal(0.5, 0.25)"},
    {"u = rng.random()": "u = min(max(rng.normal(0.5, 0.25), 0.0), 1.0)"},
    {"u = rng.random()": "u = min(max(rng.normal(0.5, 0.17), 0.0), 1.0)"},
    {"u = rng.random()": "u = rng.normal()"},
)
random_search.mistake(
    "generator_replaced",
    "The trials are always the same, whatever generator is passed: one with a fixed seed is used instead.",
    "Draw from rng itself, and make no generator of your own.",
    {"trials: list[Trial] = []": "trials, rng = [], generator(0)"},
)
random_search.mistake(
    "generator_ignored",
    "The trials do not come from the generator that is passed: equal generators give different trials.",
    "Draw with rng.uniform or rng.random, not with np.random or random.",
    {"trials: list[Trial] = []": "trials, rng = [], generator(None)"},
)
random_search.mistake(
    "seeded_every_trial",
    "The generator is made anew for every trial, with the same seed.",
    "Draw all trials from the one generator rng: it goes on from draw to draw.",
    {"trial: Trial = {}": "trial, rng = {}, generator(0)"},
)
