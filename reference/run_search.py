"""Running a search: try every trial, keep the best.

The objective is what one trial costs to find out, often hours of training: it is called once for each trial and its
value is kept. Smaller is better, as for a loss; an accuracy would be searched with its sign turned. Of equal values the
first one found stays, as ``min`` and ``argmin`` have it.

A best value that starts at a number, as 0, fails where every value is larger: start it at infinity, or at the first
trial's value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from reference.cases import Call, Case, Objective, Trial
from reference.spec import Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Running a search",
    topic="Hyper-parameter search",
    order=520,
    lecture=8,
    slide="Hyper-parameter Search",
    paper="Bergstra & Bengio 2012, Random Search for Hyper-Parameter Optimization, JMLR 13",
    steps={
        "best_trial": "best trial = the first trial with the smallest value",
        "best_value": "best value = min objective(trial)",
    },
    returns=("best_trial", "best_value"),
    form="objective",
)
def run_search(objective: Callable[[Trial], float], trials: Sequence[Trial]) -> Values:
    best_trial, best_value = None, float("inf")
    for trial in trials:
        value = objective(trial)
        if value < best_value:
            best_trial, best_value = trial, value
    return {"best_trial": best_trial, "best_value": best_value}


@run_search.oracle
def argmin(torch: Any, objective: Objective, trials: Sequence[Trial]) -> dict[str, Any]:
    """torch's argmin over all values: on the CPU, the first of equals."""
    values = torch.tensor([objective(trial) for trial in trials], dtype=torch.float64)
    best = int(torch.argmin(values))
    return {"best_trial": trials[best], "best_value": float(values[best])}


def _case(id: str, why: str, trials: Sequence[Trial], values: Sequence[float]) -> Case:
    objective = Objective(tuple(trials), tuple(values))
    return Case(id, why, {}, calls=(Call({"objective": objective, "trials": list(trials)}),))


def _trials(rng: Generator, count: int) -> list[Trial]:
    rates = [(10 + k) / 1000 for k in rng.choice(90, count, replace=False).tolist()]
    sizes = rng.choice([16, 32, 64, 128], count).tolist()
    return [{"lr": lr, "batch_size": size} for lr, size in zip(rates, sizes, strict=True)]


def _values(rng: Generator, count: int, least: float = 0.125) -> list[float]:
    """Different values from ``least`` on, exact in float32: the smallest stands neither first nor last, nor the
    largest."""
    small, *others, large = sorted(least + k / 64 for k in rng.choice(200, count, replace=False).tolist())
    first, *others = rng.permutation(others).tolist()
    return [first, large, *others[:-1], small, others[-1]]


def _five_trials(rng: Generator) -> Case:
    return _case("five-trials", "five different positive values", _trials(rng, 5), _values(rng, 5))


def _negative_values(rng: Generator) -> Case:
    return _case("negative-values", "all values negative", _trials(rng, 6), [v - 8 for v in _values(rng, 6)])


def _both_signs(rng: Generator) -> Case:
    values = [v - 1 for v in _values(rng, 7, least=0.5)]
    return _case("both-signs", "values of both signs", _trials(rng, 7), values)


def _ties(rng: Generator) -> Case:
    first, large, *others, small, last = _values(rng, 8)
    values = [first, large, small, large, *others, small, first, small, last]
    return _case("ties", "three trials share the smallest value", _trials(rng, len(values)), values)


def _ties_throughout(rng: Generator) -> Case:
    return _case("ties-throughout", "all trials have the same value", _trials(rng, 4), _values(rng, 4)[:1] * 4)


def _one_trial(rng: Generator) -> Case:
    return _case("one-trial", "one trial alone", _trials(rng, 1), [_values(rng, 4)[0]])


def _first_is_best(rng: Generator) -> Case:
    return _case("first-is-best", "the first trial is the best", _trials(rng, 4), sorted(_values(rng, 4)))


def _last_is_best(rng: Generator) -> Case:
    return _case("last-is-best", "the last trial is the best", _trials(rng, 4), sorted(_values(rng, 4), reverse=True))


def _large_values(rng: Generator) -> Case:
    return _case("large-values", "values in the billions", _trials(rng, 4), [v * 2.0**36 for v in _values(rng, 4)])


def _zero_is_best(rng: Generator) -> Case:
    first, large, *others, _, last = _values(rng, 5)
    return _case("zero-is-best", "the smallest value is 0", _trials(rng, 5), [first, large, *others, 0.0, last])


run_search.cases(
    _five_trials,
    _negative_values,
    _both_signs,
    _ties,
    _ties_throughout,
    _one_trial,
    _first_is_best,
    _last_is_best,
    _large_values,
    _zero_is_best,
)

run_search.mistake(
    "maximizes",
    "The largest value wins instead of the smallest.",
    "The objective is a loss: keep a trial when its value is smaller than the best so far.",
    {"value < best_value": "value > best_value", '"inf"': '"-inf"'},
    {"value < best_value": "value > best_value"},
    {"value < best_value": "value > best_value", 'float("inf")': "0"},
)
run_search.mistake(
    "last_of_equals",
    "Of trials with equal values the last one wins.",
    "Keep the first: replace the best only when the new value is smaller (<), not when it is equal (<=).",
    {"<": "<="},
)
run_search.mistake(
    "evaluates_twice",
    "The objective is called more than once for a trial.",
    "Call it once and keep the value in a variable: a call may be hours of training.",
    {"if value < best_value": "if objective(trial) < best_value"},
    {"trial, value\n": "trial, objective(trial)\n"},
    {"    return": "    best_value = objective(best_trial)\n    return"},
    {"value = objective(trial)": "value = (objective(trial) + objective(trial)) / 2"},
    {"if value < best_value": "if best_trial is None or value < objective(best_trial)"},
)
run_search.mistake(
    "best_starts_at_a_number",
    "The best value starts at a number that some values never get below.",
    'Start it at float("inf"), or at the value of the first trial.',
    {'float("inf")': "0"},
    {'float("inf")': "1"},
    {'float("inf")': "100"},
    {'float("inf")': "1e6"},
    {'float("inf")': "1e9"},
)
run_search.mistake(
    "best_trial_only",
    "The best value is not kept: every value is compared with the one before it, or with no other.",
    "When a trial wins, store both its trial and its value.",
    {"best_trial, best_value = trial, value": "best_trial = trial\n        best_value = value"},
    {"best_trial, best_value = trial, value": "best_trial = trial"},
)
run_search.mistake(
    "last_returned",
    "The last trial is returned, not the best one.",
    "Return what was stored when the best value was found, not the variables of the loop.",
    {'"best_trial": best_trial, "best_value": best_value': '"best_trial": trial, "best_value": value'},
    {'"best_trial": best_trial': '"best_trial": trial'},
    {'"best_value": best_value': '"best_value": value'},
)
run_search.mistake(
    "index_returned",
    "The number of the best trial is returned, not the trial.",
    "Return the trial itself: trials[best].",
    {'"best_trial": best_trial': '"best_trial": list(trials).index(best_trial)'},
)
run_search.mistake(
    "values_swapped",
    "The value comes first and the trial second.",
    "Return (best_trial, best_value), in this order.",
    {'"best_trial": best_trial, "best_value": best_value': '"best_trial": best_value, "best_value": best_trial'},
)
run_search.mistake(
    "stops_at_first_rise",
    "The search ends at the first trial that is not better.",
    "Try every trial: a break or an early return leaves the others out.",
    {"trial, value\n": "trial, value\n        else:\n            break\n"},
)
run_search.mistake(
    "first_left_out",
    "One trial is left out, the first or the last.",
    "Go through all of them, for trial in trials.",
    {"in trials:": "in trials[1:] or trials:"},
    {"in trials:": "in trials[:-1] or trials:"},
    {"in trials:": "in trials[1:]:"},
    {"in trials:": "in trials[:-1]:"},
)
run_search.mistake(
    "order_changed",
    "The trials are not tried in the order given.",
    "Call the objective for one trial after another as they stand in the list.",
    {"in trials:": "in reversed(trials):"},
    {"in trials:": 'in sorted(trials, key=lambda trial: trial["lr"]):'},
)
run_search.mistake(
    "sizes_compared",
    "Values are compared by their size, without their sign.",
    "A negative value is smaller than a positive one: leave abs out.",
    {"value < best_value": "abs(value) < abs(best_value)"},
)
