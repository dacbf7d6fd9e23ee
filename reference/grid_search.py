"""Grid search: every combination of the values listed for each hyper-parameter.

With k names of v values each there are vᵏ trials, and each name still gets only v different values: where one of them
matters and the others do not, nearly all of the work repeats itself. Random search does not (see ``random_search``).

The trials come in the order in which nested loops would make them, the last name varying fastest, as
``itertools.product`` has it. A value is a value, whatever it is: 0, "" and None count, two equal ones are two, and a
list is one value. scikit-learn's ParameterGrid takes the names in alphabetical order first; R's ``expand.grid`` lets
the first one vary fastest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reference.cases import Call, Case
from reference.spec import Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Grid search",
    topic="Hyper-parameter search",
    order=500,
    lecture=8,
    slide="Grid Search",
    paper="Bergstra & Bengio 2012, Random Search for Hyper-Parameter Optimization, JMLR 13",
    steps={"trials": "trials = values₁ × values₂ × …, the last varying fastest"},
    form="plain",
)
def grid_search(space: Mapping[str, list[Any]]) -> Values:
    trials: list[dict[str, Any]] = [{}]
    for name, values in space.items():
        trials = [{**trial, name: value} for trial in trials for value in values]
    return {"trials": trials}


@grid_search.oracle
def indices(torch: Any, space: Mapping[str, list[Any]]) -> dict[str, Any]:
    """torch's Cartesian product, of the places in the lists instead of the values."""
    places = torch.cartesian_prod(*(torch.arange(len(values)) for values in space.values()))
    rows = places.reshape(-1, len(space)).tolist()  # of a single list it is a vector
    return {"trials": [{name: space[name][place] for name, place in zip(space, row, strict=True)} for row in rows]}


def _rates(rng: Generator, count: int) -> list[float]:
    """Different numbers of two digits, in no order: the last but one is the largest, the last the smallest."""
    low, *others, high = sorted((10 + k) / 1000 for k in rng.choice(90, count, replace=False).tolist())
    return [*others, high, low]


def _sizes(rng: Generator, count: int) -> list[int]:
    low, *others, high = sorted(rng.choice(range(8, 256), count, replace=False).tolist())
    return [*others, high, low]


def _case(id: str, why: str, space: Mapping[str, list[Any]]) -> Case:
    return Case(id, why, {}, calls=(Call({"space": space}),))


def _two_names(rng: Generator) -> Case:
    return _case("two-names", "3 × 2 trials", {"lr": _rates(rng, 3), "batch_size": _sizes(rng, 2)})


def _three_names(rng: Generator) -> Case:
    space: dict[str, list[Any]] = {"momentum": _rates(rng, 2), "lr": _rates(rng, 4), "batch_size": _sizes(rng, 3)}
    return _case("three-names", "2 × 4 × 3 trials, the names in no order", space)


def _one_name(rng: Generator) -> Case:
    return _case("one-name", "one name alone", {"lr": _rates(rng, 4)})


def _single_values(rng: Generator) -> Case:
    return _case("single-values", "one value each: one trial", {"lr": _rates(rng, 2)[:1], "epochs": _sizes(rng, 2)[:1]})


def _falsy_values(rng: Generator) -> Case:
    space: dict[str, list[Any]] = {
        "momentum": [0, *_rates(rng, 2)],
        "dropout": [*_rates(rng, 2), 0.0],
        "nesterov": [True, False],
        "clip": [None, *_sizes(rng, 2)[:1]],
    }
    return _case("falsy-values", "0, 0.0, False and None are values too", space)


def _texts_and_lists(rng: Generator) -> Case:
    layers = [_sizes(rng, 2), [], _sizes(rng, 3)]
    space: dict[str, list[Any]] = {"layers": layers, "optimizer": ["sgd", "", "adam"]}
    return _case("texts-and-lists", "values that are texts or lists", space)


def _equal_values(rng: Generator) -> Case:
    lr, other = _rates(rng, 2)
    return _case("equal-values", "equal values are separate trials", {"lr": [lr, other, lr], "run": [1, 1]})


grid_search.cases(_two_names, _three_names, _one_name, _single_values, _falsy_values, _texts_and_lists, _equal_values)

grid_search.mistake(
    "zip_not_product",
    "The lists are walked side by side: one trial for each place instead of one for each combination.",
    "Combine every value of a list with every value of the others: nested loops, or itertools.product instead of zip.",
    {"trials}": "[dict(zip(space, row)) for row in zip(*space.values())]}"},
    {
        "trials}": "[{name: values[at % len(values)] for name, values in space.items()}"
        " for at in range(max(map(len, space.values())))]}"
    },
    {
        "trials}": "[{name: values[at] if at < len(values) else None for name, values in space.items()}"
        " for at in range(max(map(len, space.values())))]}"
    },
)
grid_search.mistake(
    "one_at_a_time",
    "Only one hyper-parameter is varied at a time; the others stay at their first value.",
    "The grid holds all combinations: go through all trials made so far for every value of the next name.",
    {
        "trials}": "[{**{other: space[other][0] for other in space}, name: value}"
        " for name, values in space.items() for value in values]}"
    },
    {"trials}": "trials[:1] + [{**trials[0], name: value} for name, values in space.items() for value in values[1:]]}"},
)
grid_search.mistake(
    "falsy_dropped",
    "Values that count as false (0, 0.0, False, None, an empty text or list) are left out.",
    "Do not test a value itself, as in `if value`: 0 is a value like any other. Test `is None` where you must.",
    {"in values]": "in values if value]"},
    {"in values]": "in values if value is not None]"},
    {"in values]": "in values if value != 0]"},
    {"trials}": "[{name: value for name, value in trial.items() if value} for trial in trials]}"},
    {"trials}": "[{name: value for name, value in trial.items() if value is not None} for trial in trials]}"},
)
grid_search.mistake(
    "equal_dropped",
    "Trials or values that are equal to an earlier one are left out.",
    "Keep every value of a list as it stands, without a set or a dict of values on the way.",
    {"in values]": "in [each for at, each in enumerate(values) if each not in values[:at]]]"},
    {"trials}": "[trial for at, trial in enumerate(trials) if trial not in trials[:at]]}"},
)
grid_search.mistake(
    "values_sorted",
    "The values of a list are sorted first.",
    "Take the values in the order in which they are listed, and do not pass them through a set.",
    {"in values]": "in sorted(values, key=lambda value: (value is None, str(type(value)), value))]"},
    {"in values]": "in sorted(values, key=str)]"},
)
grid_search.mistake(
    "lists_taken_apart",
    "A value that is a list (or a text) is taken apart into its elements.",
    "Only the outer list is a list of values; what stands in it goes into a trial as it is.",
    {"in values]": "in [each for value in values for each in (value if isinstance(value, list) else [value])]]"},
    {"in values]": "in [each for value in values for each in (value if isinstance(value, (list, str)) else [value])]]"},
)
grid_search.mistake(
    "values_as_texts",
    "The values come back as texts.",
    "Leave each value what it is: an array of mixed values turns numbers into texts, and so does str.",
    {"name: value}": "name: str(value)}"},
)
grid_search.mistake(
    "names_missing",
    "A trial is only its values, without their names.",
    "Make each trial a dict, name → value: dict(zip(names, values)).",
    {"trials}": "[list(trial.values()) for trial in trials]}"},
)
grid_search.mistake(
    "same_dict",
    "All trials are one and the same dict: each change is made to all of them.",
    "Make a new dict for every trial, or append a copy: trials.append(dict(trial)).",
    {"trials}": "[trials[-1]] * len(trials)}"},
)
grid_search.mistake(
    "last_value_dropped",
    "The last value of a list is left out.",
    "Loop over the values themselves; range(len(values) - 1) ends one too early.",
    {"in values]": "in values[:-1]]"},
    {"trials}": "trials[:-1]}"},
)
grid_search.mistake(
    "pairs_not_merged",
    "A trial holds one hyper-parameter only: the lists are put one after another.",
    "A trial has a value for every name: combine each value of a list with every value of the others.",
    {"trials}": "[{name: value} for name, values in space.items() for value in values]}"},
)
grid_search.dialect(
    "first_varies_fastest",
    "The first name varies fastest.",
    "The contract's order is that of nested loops: the last name varies fastest. The trials are the same ones.",
    {"for trial in trials for value in values": "for value in values for trial in trials"},
    home="R's expand.grid, MATLAB's ndgrid",
)
grid_search.dialect(
    "names_sorted",
    "The names are taken in alphabetical order.",
    "The contract takes the names in the order of the space, the last varying fastest. The trials are the same ones.",
    {"in space.items()": "in sorted(space.items())"},
    home="scikit-learn's ParameterGrid",
)
