"""Wrong searches and layers in students' own words, each with what it must be taken for."""

from __future__ import annotations

import random
from itertools import chain, product, zip_longest

import numpy as np
import torch

from tests.corpus.forms import Forms

WRONG = Forms()

# -- grid search ------------------------------------------------------------------------------------------------------


@WRONG.mistake("grid_search", "zip_not_product")
def grid_side_by_side(space):
    return [dict(zip(space.keys(), values, strict=False)) for values in zip(*space.values(), strict=False)]


@WRONG.mistake("grid_search", "zip_not_product")
def grid_side_by_side_to_the_longest(space):
    return [dict(zip(space, values, strict=True)) for values in zip_longest(*space.values())]


@WRONG.mistake("grid_search", "zip_not_product")
def grid_round_and_round(space):
    longest = max(len(values) for values in space.values())
    return [{name: values[i % len(values)] for name, values in space.items()} for i in range(longest)]


@WRONG.mistake("grid_search", "one_at_a_time")
def grid_one_at_a_time(space):
    base = {name: values[0] for name, values in space.items()}
    trials = []
    for name, values in space.items():
        for value in values:
            trials.append({**base, name: value})
    return trials


@WRONG.dialect("grid_search", "first_varies_fastest")
def grid_first_fastest(space):
    names = list(space)[::-1]
    return [dict(zip(names, values, strict=True)) for values in product(*(space[name] for name in names))]


@WRONG.dialect("grid_search", "first_varies_fastest")
def grid_first_fastest_by_mesh(space):
    places = np.meshgrid(*(range(len(values)) for values in space.values()), indexing="ij")
    rows = zip(*(each.ravel(order="F").tolist() for each in places), strict=True)
    return [{name: space[name][i] for name, i in zip(space, row, strict=True)} for row in rows]


@WRONG.dialect("grid_search", "names_sorted")
def grid_in_alphabetical_order(space):
    names = sorted(space)
    return [dict(zip(names, values, strict=True)) for values in product(*[space[name] for name in names])]


@WRONG.mistake("grid_search", "falsy_dropped")
def grid_without_zeros(space):
    def fill(trial, names):
        if not names:
            return [trial]
        return list(chain(*(fill({**trial, names[0]: v}, names[1:]) for v in space[names[0]] if v)))

    return fill({}, list(space))


@WRONG.mistake("grid_search", "falsy_dropped")
def grid_without_none(space):
    kept = {name: [value for value in values if value is not None] for name, values in space.items()}
    return [dict(zip(kept, values, strict=True)) for values in product(*kept.values())]


@WRONG.mistake("grid_search", "equal_dropped")
def grid_without_equals(space):
    trials = []
    for values in product(*space.values()):
        trial = dict(zip(space, values, strict=True))
        if trial not in trials:
            trials.append(trial)
    return trials


@WRONG.mistake("grid_search", "values_sorted")
def grid_of_sorted_values(space):
    lists = [sorted(values, key=str) for values in space.values()]
    return [dict(zip(space, values, strict=True)) for values in product(*lists)]


@WRONG.mistake("grid_search", "lists_taken_apart")
def grid_flattened(space):
    lists = []
    for values in space.values():
        flat = []
        for value in values:
            flat.extend(value if isinstance(value, list) else [value])
        lists.append(flat)
    return [dict(zip(space, values, strict=True)) for values in product(*lists)]


@WRONG.mistake("grid_search", "values_as_texts")
def grid_of_texts(space):
    return [{name: f"{value}" for name, value in zip(space, row, strict=True)} for row in product(*space.values())]


@WRONG.mistake("grid_search", "names_missing")
def grid_of_tuples(space):
    return list(product(*space.values()))


@WRONG.mistake("grid_search", "same_dict")
def grid_of_one_dict(space):
    trials, trial = [], {}
    for values in product(*space.values()):
        trial.update(zip(space, values, strict=True))
        trials.append(trial)
    return trials


@WRONG.mistake("grid_search", "same_dict")
def grid_yields_one_dict(space):
    trial = {}
    for values in product(*space.values()):
        for name, value in zip(space, values, strict=True):
            trial[name] = value
        yield trial


@WRONG.mistake("grid_search", "last_value_dropped")
def grid_one_short(space):
    lists = [[values[i] for i in range(len(values) - 1)] for values in space.values()]
    return [dict(zip(space, row, strict=True)) for row in product(*lists)]


@WRONG.unknown("grid_search")
def grid_reversed(space):
    return [dict(zip(space, row, strict=True)) for row in product(*space.values())][::-1]


@WRONG.unknown("grid_search")
def grid_shuffled(space):
    trials = [dict(zip(space, row, strict=True)) for row in product(*space.values())]
    random.Random(0).shuffle(trials)
    return trials


@WRONG.unknown("grid_search")
def grid_of_one_trial(space):
    return {name: values[0] for name, values in space.items()}


@WRONG.unknown("grid_search")
def grid_returns_the_space(space):
    return space


@WRONG.unknown("grid_search")
def grid_counts(space):
    return len(list(product(*space.values())))


@WRONG.unknown("grid_search")
def grid_is_empty(space):
    return []


@WRONG.unknown("grid_search")
def grid_never_ends(space):
    while True:
        yield {name: values[0] for name, values in space.items()}


@WRONG.unknown("grid_search")
def grid_of_large_texts(space):
    return ["x" * 10**6] * 10**3


@WRONG.unknown("grid_search")
def grid_within_itself(space):
    trials = []
    trials.append(trials)
    return trials


# -- running a search -------------------------------------------------------------------------------------------------


@WRONG.mistake("run_search", "maximizes")
def search_for_the_largest(objective, trials):
    return max(((trial, objective(trial)) for trial in trials), key=lambda pair: pair[1])


@WRONG.mistake("run_search", "maximizes")
def search_by_argmax(objective, trials):
    values = np.array([objective(trial) for trial in trials])
    return trials[np.argmax(values)], values.max()


@WRONG.mistake("run_search", "last_of_equals")
def search_keeps_the_last(objective, trials):
    best = None
    for trial in trials:
        value = objective(trial)
        if best is None or not value > best[1]:
            best = (trial, value)
    return best


@WRONG.mistake("run_search", "last_of_equals")
def search_by_a_dict_of_values(objective, trials):
    by_value = {objective(trial): trial for trial in trials}
    return by_value[min(by_value)], min(by_value)


@WRONG.mistake("run_search", "evaluates_twice")
def search_asks_again_for_the_value(objective, trials):
    best_trial, best_value = None, float("inf")
    for trial in trials:
        if objective(trial) < best_value:
            best_trial, best_value = trial, objective(trial)
    return best_trial, best_value


@WRONG.mistake("run_search", "evaluates_twice")
def search_asks_at_the_end(objective, trials):
    best = min(trials, key=objective)
    return best, objective(best)


@WRONG.mistake("run_search", "best_starts_at_a_number")
def search_from_zero(objective, trials):
    best_trial, best_value = None, 0
    for trial in trials:
        value = objective(trial)
        if value < best_value:
            best_trial, best_value = trial, value
    return best_trial, best_value


@WRONG.mistake("run_search", "best_starts_at_a_number")
def search_from_a_million(objective, trials):
    best_trial, best_value = None, 1_000_000
    for trial in trials:
        if (value := objective(trial)) < best_value:
            best_trial, best_value = trial, value
    return best_trial, best_value


@WRONG.mistake("run_search", "last_returned")
def search_returns_the_loops_variables(objective, trials):
    lowest = np.inf
    for trial in trials:
        value = objective(trial)
        if value < lowest:
            lowest = value
    return trial, value


@WRONG.mistake("run_search", "index_returned")
def search_returns_a_number(objective, trials):
    values = [objective(trial) for trial in trials]
    return int(np.argmin(values)), min(values)


@WRONG.mistake("run_search", "values_swapped")
def search_returns_the_value_first(objective, trials):
    values = [objective(trial) for trial in trials]
    return min(values), trials[values.index(min(values))]


@WRONG.mistake("run_search", "stops_at_first_rise")
def search_gives_up(objective, trials):
    best = trials[0], objective(trials[0])
    for trial in trials[1:]:
        value = objective(trial)
        if value >= best[1]:
            break
        best = trial, value
    return best


@WRONG.mistake("run_search", "order_changed")
def search_backwards(objective, trials):
    best_trial, best_value = None, float("inf")
    for trial in trials[::-1]:
        value = objective(trial)
        if value < best_value:
            best_trial, best_value = trial, value
    return best_trial, best_value


@WRONG.mistake("run_search", "sizes_compared")
def search_for_the_smallest_size(objective, trials):
    return min(((trial, objective(trial)) for trial in trials), key=lambda pair: abs(pair[1]))


@WRONG.unknown("run_search")
def search_calls_nothing(objective, trials):
    return trials[0], 0.0


@WRONG.unknown("run_search")
def search_returns_the_trial_alone(objective, trials):
    return min(trials, key=objective)


@WRONG.unknown("run_search")
def search_passes_the_values(objective, trials):
    return min(((trial, objective(list(trial.values()))) for trial in trials), key=lambda pair: pair[1])


@WRONG.unknown("run_search")
def search_passes_keywords(objective, trials):
    return min(((trial, objective(**trial)) for trial in trials), key=lambda pair: pair[1])


@WRONG.unknown("run_search")
def search_adds_to_the_trial(objective, trials):
    for trial in trials:
        trial["loss"] = 0.0
        trial["loss"] = objective(trial)
    best = min(trials, key=lambda trial: trial["loss"])
    return best, best["loss"]


@WRONG.unknown("run_search")
def search_writes_into_the_trial(objective, trials):
    for trial in trials:
        trial["loss"] = objective(trial)
    best = min(trials, key=lambda trial: trial["loss"])
    return best, best["loss"]


@WRONG.unknown("run_search")
def search_without_end(objective, trials):
    while True:
        for trial in trials:
            objective(trial)


@WRONG.unknown("run_search")
def search_looks_at_every_second(objective, trials):
    return min(((trial, objective(trial)) for trial in trials[::2]), key=lambda pair: pair[1])


@WRONG.unknown("run_search")
def search_rounds(objective, trials):
    trial, value = min(((trial, objective(trial)) for trial in trials), key=lambda pair: pair[1])
    return trial, round(value, 1)


# -- random search ----------------------------------------------------------------------------------------------------


def ends_and_scale(ends):
    return ends[0], ends[1], len(ends) == 3


@WRONG.mistake("random_search", "uniform_not_log")
def random_always_uniform(space, n, rng):
    return [{name: rng.uniform(ends[0], ends[1]) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "uniform_not_log")
def random_always_uniform_by_columns(space, n, rng):
    columns = {name: rng.uniform(*ends[:2], size=n) for name, ends in space.items()}
    return [{name: float(columns[name][i]) for name in columns} for i in range(n)]


@WRONG.mistake("random_search", "log_not_uniform")
def random_log_where_it_can(space, n, rng):
    def draw(low, high, *_):
        if low > 0:
            return np.exp(rng.uniform(np.log(low), np.log(high)))
        return rng.uniform(low, high)

    return [{name: draw(*ends) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "exponent_returned")
def random_exponents(space, n, rng):
    def draw(ends):
        low, high, log = ends_and_scale(ends)
        return rng.uniform(np.log10(low), np.log10(high)) if log else rng.uniform(low, high)

    return [{name: draw(ends) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "bases_mixed")
def random_with_two_bases(space, n, rng):
    def draw(ends):
        low, high, log = ends_and_scale(ends)
        return 10 ** rng.uniform(np.log(low), np.log(high)) if log else rng.uniform(low, high)

    return [{name: draw(ends) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "bases_mixed")
def random_with_two_other_bases(space, n, rng):
    def draw(ends):
        low, high, log = ends_and_scale(ends)
        return np.exp(rng.uniform(np.log10(low), np.log10(high))) if log else rng.uniform(low, high)

    return [{name: draw(ends) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "ends_exponentiated")
def random_with_ends_as_exponents(space, n, rng):
    def draw(ends):
        low, high, log = ends_and_scale(ends)
        with np.errstate(over="ignore"):
            return np.float64(10) ** min(rng.uniform(low, high), 300) if log else rng.uniform(low, high)

    return [{name: draw(ends) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "high_for_width")
def random_with_high_for_width(space, n, rng):
    def draw(ends):
        low, high, log = ends_and_scale(ends)
        return np.exp(rng.uniform(np.log(low), np.log(high))) if log else low + high * rng.random()

    return [{name: draw(ends) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "ends_ignored")
def random_units(space, n, rng):
    return [{name: rng.random() for name in space} for _ in range(n)]


@WRONG.mistake("random_search", "one_draw_for_all")
def random_together(space, n, rng):
    trials = []
    for u in rng.random(n):
        trial = {}
        for name, ends in space.items():
            low, high, log = ends_and_scale(ends)
            trial[name] = low * (high / low) ** u if log else low + u * (high - low)
        trials.append(trial)
    return trials


@WRONG.mistake("random_search", "one_trial_repeated")
def random_once(space, n, rng):
    trial = {}
    for name, ends in space.items():
        low, high, log = ends_and_scale(ends)
        trial[name] = np.exp(rng.uniform(np.log(low), np.log(high))) if log else rng.uniform(low, high)
    return [trial] * n


@WRONG.mistake("random_search", "one_trial_repeated")
def random_into_one_dict(space, n, rng):
    trial, trials = {}, []
    for _ in range(n):
        for name, ends in space.items():
            low, high, log = ends_and_scale(ends)
            trial[name] = np.exp(rng.uniform(np.log(low), np.log(high))) if log else rng.uniform(low, high)
        trials.append(trial)
    return trials


@WRONG.mistake("random_search", "drawn_from_a_grid")
def random_from_ten_points(space, n, rng):
    def grid(ends):
        low, high, log = ends_and_scale(ends)
        return np.geomspace(low, high, 10) if log else np.linspace(low, high, 10)

    return [{name: rng.choice(grid(ends)) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "drawn_from_a_grid")
def random_from_a_hundred_points(space, n, rng):
    columns = {}
    for name, ends in space.items():
        low, high, log = ends_and_scale(ends)
        points = np.geomspace(low, high, 100) if log else np.linspace(low, high, 100)
        columns[name] = rng.choice(points, size=n)
    return [{name: columns[name][i] for name in space} for i in range(n)]


@WRONG.mistake("random_search", "rounded")
def random_whole_numbers(space, n, rng):
    def draw(ends):
        low, high, log = ends_and_scale(ends)
        return int(np.exp(rng.uniform(np.log(low), np.log(high))) if log else rng.uniform(low, high))

    return [{name: draw(ends) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "evenly_spread")
def random_by_strata(space, n, rng):
    """A Latin hypercube."""
    columns = {}
    for name, ends in space.items():
        low, high, log = ends_and_scale(ends)
        u = rng.permutation((np.arange(n) + rng.random(n)) / n)
        columns[name] = low * (high / low) ** u if log else low + u * (high - low)
    return [{name: columns[name][i] for name in space} for i in range(n)]


@WRONG.mistake("random_search", "evenly_spread")
def random_by_shuffled_linspace(space, n, rng):
    columns = {}
    for name, ends in space.items():
        low, high, log = ends_and_scale(ends)
        columns[name] = np.geomspace(low, high, n) if log else np.linspace(low, high, n)
        rng.shuffle(columns[name])
    return [{name: columns[name][i] for name in space} for i in range(n)]


@WRONG.mistake("random_search", "values_sorted")
def random_and_sorted(space, n, rng):
    columns = {}
    for name, ends in space.items():
        low, high, log = ends_and_scale(ends)
        u = np.sort(rng.random(n))
        columns[name] = low * (high / low) ** u if log else low + u * (high - low)
    return [{name: columns[name][i] for name in space} for i in range(n)]


@WRONG.mistake("random_search", "normal_not_uniform")
def random_by_the_bell_curve(space, n, rng):
    def draw(ends):
        low, high, log = ends_and_scale(ends)
        if log:
            return np.exp(np.log(low) + (np.log(high) - np.log(low)) * rng.normal(0.5, 0.25))
        return low + (high - low) * rng.normal(0.5, 0.25)

    return [{name: draw(ends) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "generator_replaced")
def random_with_a_seed_of_its_own(space, n, rng):
    rng = np.random.default_rng(42)
    return [{name: _drawn(ends, rng) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "generator_ignored")
def random_by_the_global_generator(space, n, rng):
    return [{name: _drawn(ends, np.random) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "seeded_every_trial")
def random_seeded_in_the_loop(space, n, rng):
    trials = []
    for _ in range(n):
        rng = np.random.default_rng(0)
        trials.append({name: _drawn(ends, rng) for name, ends in space.items()})
    return trials


def _drawn(ends, rng):
    low, high, log = ends_and_scale(ends)
    return float(np.exp(rng.uniform(np.log(low), np.log(high))) if log else rng.uniform(low, high))


@WRONG.mistake("random_search", "uniform_not_log", beside="generator_replaced")
def random_by_python(space, n, rng):
    """Seeded, but with no regard to the generator's seed."""
    source = random.Random(n)
    return [{name: source.uniform(ends[0], ends[1]) for name, ends in space.items()} for _ in range(n)]


@WRONG.unknown("random_search")
def random_squared(space, n, rng):
    """Denser near the low end."""

    def draw(ends):
        low, high, log = ends_and_scale(ends)
        u = rng.random() ** 2
        return low * (high / low) ** u if log else low + u * (high - low)

    return [{name: draw(ends) for name, ends in space.items()} for _ in range(n)]


@WRONG.unknown("random_search")
def random_in_pairs(space, n, rng):
    """Antithetic: every second trial mirrors the one before."""
    trials = []
    for i in range(n):
        u = rng.random(len(space)) if i % 2 == 0 else 1 - u  # noqa: F821  # set in the round before
        trials.append(
            {
                name: ends[0] * (ends[1] / ends[0]) ** each if len(ends) == 3 else ends[0] + each * (ends[1] - ends[0])
                for (name, ends), each in zip(space.items(), u, strict=True)
            }
        )
    return trials


@WRONG.unknown("random_search")
def random_walks(space, n, rng):
    """Every trial is near the one before."""
    u = rng.random(len(space))
    trials = []
    for _ in range(n):
        u = (u + rng.uniform(-0.2, 0.2, len(space))) % 1
        trials.append(
            {
                name: ends[0] * (ends[1] / ends[0]) ** each if len(ends) == 3 else ends[0] + each * (ends[1] - ends[0])
                for (name, ends), each in zip(space.items(), u, strict=True)
            }
        )
    return trials


@WRONG.unknown("random_search")
def random_in_the_middle(space, n, rng):
    """Keeps away from the ends."""

    def draw(ends):
        low, high, log = ends_and_scale(ends)
        u = rng.uniform(0.1, 0.9)
        return low * (high / low) ** u if log else low + u * (high - low)

    return [{name: draw(ends) for name, ends in space.items()} for _ in range(n)]


@WRONG.unknown("random_search")
def random_one_short(space, n, rng):
    return [{name: _drawn(ends, rng) for name, ends in space.items()} for _ in range(n - 1)]


@WRONG.unknown("random_search")
def random_arrays(space, n, rng):
    return {name: np.array([_drawn(ends, rng) for _ in range(n)]) for name, ends in space.items()}


@WRONG.unknown("random_search")
def random_tuples(space, n, rng):
    return [tuple(_drawn(ends, rng) for ends in space.values()) for _ in range(n)]


# -- Keras's dropout --------------------------------------------------------------------------------------------------


class Base:
    def __init__(self, rate, noise_shape=None, seed=None):
        self.rate, self.noise_shape, self.rng = rate, noise_shape, np.random.default_rng(seed)

    def __call__(self, x, training):
        return self.dropped(x) if training else x

    def dropped(self, x):
        return x * self.mask(x) / (1 - self.rate)

    def mask(self, x):
        return (self.rng.random(self.shape(x)) >= self.rate).astype(x.dtype)

    def shape(self, x):
        return [n or m for n, m in zip(self.noise_shape or x.shape, x.shape, strict=True)]


@WRONG.mistake("keras_dropout", "keep_drop_swapped")
class DropsWhatItShouldKeep(Base):
    def mask(self, x):
        return (self.rng.random(self.shape(x)) < self.rate).astype(x.dtype)


@WRONG.mistake("keras_dropout", "keep_drop_swapped", backend="torch")
class TakesRateForKeeping:
    def __init__(self, rate, noise_shape=None, seed=None):
        self.p, self.noise_shape = rate, noise_shape
        self.generator = torch.Generator()
        self.generator.manual_seed(seed) if seed is not None else self.generator.seed()

    def __call__(self, x, training):
        if not training:
            return x
        shape = [n or m for n, m in zip(self.noise_shape or x.shape, x.shape, strict=True)]
        mask = torch.rand(shape, generator=self.generator) < self.p
        return x * mask / self.p


@WRONG.mistake("keras_dropout", "not_scaled")
class ForgetsTheScale(Base):
    def dropped(self, x):
        return x * self.mask(x)


@WRONG.mistake("keras_dropout", "not_scaled", beside="scaled_at_test")
class ScalesAtTestInstead(Base):
    def __call__(self, x, training):
        return x * self.mask(x) if training else (1 - self.rate) * x


@WRONG.mistake("keras_dropout", "scaled_twice")
class ScalesMaskAndInput(Base):
    def dropped(self, x):
        mask = self.mask(x) / (1 - self.rate)
        return x * mask / (1 - self.rate)


@WRONG.mistake("keras_dropout", "scaled_at_test")
class ScalesAtTestAsWell(Base):
    def __call__(self, x, training):
        return self.dropped(x) if training else x * (1 - self.rate)


@WRONG.mistake("keras_dropout", "mask_per_row")
class DropsExamples(Base):
    def shape(self, x):
        return (super().shape(x)[0],) + (1,) * (x.ndim - 1)


@WRONG.mistake("keras_dropout", "mask_per_feature")
class DropsFeatures(Base):
    def shape(self, x):
        return super().shape(x)[-1:]


@WRONG.mistake("keras_dropout", "scaled_by_rate")
class DividesByRate(Base):
    def dropped(self, x):
        return x * self.mask(x) / self.rate if self.rate else x


@WRONG.mistake("keras_dropout", "scaled_down")
class MultipliesByKeep(Base):
    def dropped(self, x):
        return x * self.mask(x) * (1 - self.rate)


@WRONG.mistake("keras_dropout", "mask_kept")
class KeepsItsMask(Base):
    kept = None

    def mask(self, x):
        if self.kept is None:
            self.kept = super().mask(x)
        return self.kept


@WRONG.mistake("keras_dropout", "seed_ignored")
class ForgetsTheSeed(Base):
    def __init__(self, rate, noise_shape=None, seed=None):
        super().__init__(rate, noise_shape)


@WRONG.mistake("keras_dropout", "seed_fixed")
class SeedsWithOne(Base):
    def __init__(self, rate, noise_shape=None, seed=None):
        super().__init__(rate, noise_shape, 1)


@WRONG.mistake("keras_dropout", "none_for_a_seed")
class SeedsByDefault(Base):
    def __init__(self, rate, noise_shape=None, seed=1234):
        super().__init__(rate, noise_shape, seed)


@WRONG.mistake("keras_dropout", "seed_zero_ignored")
class SeedsIfTrue(Base):
    def __init__(self, rate, noise_shape=None, seed=None):
        super().__init__(rate, noise_shape)
        if seed:
            self.rng = np.random.default_rng(seed)


@WRONG.mistake("keras_dropout", "noise_shape_ignored")
class ForgetsNoiseShape(Base):
    def shape(self, x):
        return x.shape


@WRONG.mistake("keras_dropout", "training_ignored")
class AlwaysDrops(Base):
    def __call__(self, x, training):
        return self.dropped(x)


@WRONG.mistake("keras_dropout", "training_inverted")
class DropsAtInference(Base):
    def __call__(self, x, training):
        return x if training else self.dropped(x)


@WRONG.mistake("keras_dropout", "never_drops")
class DoesNothing(Base):
    def __call__(self, x, training):
        return x


@WRONG.mistake("keras_dropout", "exact_count")
class DropsExactlySoMany(Base):
    def mask(self, x):
        size = int(np.prod(self.shape(x)))
        mask = np.ones(size, dtype=x.dtype)
        mask[self.rng.choice(size, round(self.rate * size), replace=False)] = 0
        return mask.reshape(self.shape(x))


@WRONG.unknown("keras_dropout")
class SeedsTheGlobalGenerator(Base):
    """Two layers used in turn disturb each other."""

    def __init__(self, rate, noise_shape=None, seed=None):
        super().__init__(rate, noise_shape)
        if seed is not None:
            np.random.seed(seed)

    def mask(self, x):
        return (np.random.rand(*self.shape(x)) >= self.rate).astype(x.dtype)


@WRONG.unknown("keras_dropout")
class DropsATenthMore(Base):
    def mask(self, x):
        return (self.rng.random(self.shape(x)) >= 1.1 * self.rate).astype(x.dtype)


@WRONG.unknown("keras_dropout")
class DropsRuns(Base):
    """Whole blocks of eight neighbours."""

    def mask(self, x):
        return np.repeat(super().mask(x).ravel()[::8], 8)[: int(np.prod(self.shape(x)))].reshape(self.shape(x))


@WRONG.unknown("keras_dropout")
class AlternatesMasks(Base):
    """Every second mask is the first one's complement, as far as the rate allows."""

    calls = 0

    def mask(self, x):
        self.calls += 1
        if self.calls % 2:
            self.u = self.rng.random(self.shape(x))
        else:
            self.u = 1 - self.u
        return (self.u >= self.rate).astype(x.dtype)


@WRONG.unknown("keras_dropout")
class AddsNoise(Base):
    def dropped(self, x):
        return x + self.rate * self.rng.normal(size=x.shape).astype(x.dtype)


@WRONG.unknown("keras_dropout")
class DropsToASmallNumber(Base):
    def dropped(self, x):
        return np.maximum(super().dropped(x), 1e-3).astype(x.dtype)


@WRONG.unknown("keras_dropout")
class ReturnsTheMask(Base):
    def __call__(self, x, training):
        return self.mask(x)


@WRONG.unknown("keras_dropout")
class ReturnsNothing(Base):
    def __call__(self, x, training):
        pass


@WRONG.unknown("keras_dropout")
def dropout_as_a_function(rate, noise_shape=None, seed=None):
    return np.ones(3)


# -- more of each -------------------------------------------------------------------------------------------------


@WRONG.dialect("grid_search", "first_varies_fastest")
def grid_by_recursion_from_the_end(space):
    if not space:
        return [{}]
    *names, last = space
    rest = grid_by_recursion_from_the_end({name: space[name] for name in names})
    return [{**trial, last: value} for value in space[last] for trial in rest]


@WRONG.mistake("grid_search", "same_dict")
def grid_appends_what_it_changes(space):
    trials, trial = [], {}
    for values in product(*space.values()):
        trial.update(zip(space, values, strict=True))
        trials.append(trial)
    return trials


@WRONG.mistake("grid_search", "one_at_a_time")
def grid_around_the_first_trial(space):
    first = {name: values[0] for name, values in space.items()}
    return [first] + [{**first, name: value} for name, values in space.items() for value in values[1:]]


@WRONG.mistake("grid_search", "falsy_dropped")
def grid_of_what_is_true(space):
    return [dict(zip(space, row, strict=True)) for row in product(*(filter(None, values) for values in space.values()))]


@WRONG.mistake("grid_search", "equal_dropped")
def grid_of_unique_trials(space):
    trials = []
    for row in product(*space.values()):
        trial = dict(zip(space, row, strict=True))
        if trial not in trials:
            trials.append(trial)
    return trials


@WRONG.mistake("grid_search", "names_missing")
def grid_of_rows(space):
    return [list(row) for row in product(*space.values())]


@WRONG.mistake("grid_search", "last_value_dropped")
def grid_stops_before_the_last_trial(space):
    trials = [dict(zip(space, row, strict=True)) for row in product(*space.values())]
    return [trials[i] for i in range(len(trials) - 1)]


@WRONG.mistake("grid_search", "pairs_not_merged")
def grid_of_single_entries(space):
    return [{name: value} for name, values in space.items() for value in values]


@WRONG.mistake("run_search", "maximizes")
def search_for_the_best_score(objective, trials):
    values = [objective(trial) for trial in trials]
    best = max(values)
    return trials[values.index(best)], best


@WRONG.mistake("run_search", "last_of_equals")
def search_by_sorting_backwards(objective, trials):
    scored = [(objective(trial), at) for at, trial in enumerate(trials)]
    value, at = sorted(scored, key=lambda each: (each[0], -each[1]))[0]
    return trials[at], value


@WRONG.mistake("run_search", "evaluates_twice")
def search_by_min_and_once_more(objective, trials):
    best = min(trials, key=objective)
    return best, objective(best)


@WRONG.mistake("run_search", "best_starts_at_a_number")
def search_below_one(objective, trials):
    best, smallest = None, 1.0
    for trial in trials:
        loss = objective(trial)
        if loss < smallest:
            best, smallest = trial, loss
    return best, smallest


@WRONG.mistake("run_search", "best_trial_only")
def search_compares_with_the_last(objective, trials):
    best, last = None, float("inf")
    for trial in trials:
        value = objective(trial)
        if value < last:
            best = trial
        last = value
    return best, last


@WRONG.mistake("run_search", "stops_at_first_rise")
def search_returns_too_soon(objective, trials):
    best, smallest = trials[0], objective(trials[0])
    for trial in trials[1:]:
        value = objective(trial)
        if value >= smallest:
            return best, smallest
        best, smallest = trial, value
    return best, smallest


@WRONG.mistake("run_search", "first_left_out")
def search_counts_from_one(objective, trials):
    best, smallest = None, float("inf")
    for i in range(1, len(trials)):
        value = objective(trials[i])
        if value < smallest:
            best, smallest = trials[i], value
    return best, smallest


@WRONG.mistake("run_search", "index_returned")
def search_by_argmin_alone(objective, trials):
    values = np.array([objective(trial) for trial in trials])
    return int(values.argmin()), float(values.min())


@WRONG.mistake("random_search", "uniform_not_log")
def random_ignores_the_third_entry(space, n, rng):
    return [{name: float(rng.uniform(ends[0], ends[1])) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "generator_ignored")
def random_by_numpys_own(space, n, rng):
    draw = np.random.uniform
    return [{name: _between(*ends, u=draw()) for name, ends in space.items()} for _ in range(n)]


def _between(low, high, scale=None, *, u):
    return float(low * (high / low) ** u if scale else low + (high - low) * u)


@WRONG.mistake("random_search", "one_draw_for_all")
def random_by_one_number_a_trial(space, n, rng):
    return [{name: _between(*ends, u=u) for name, ends in space.items()} for u in rng.random(n)]


@WRONG.mistake("random_search", "drawn_from_a_grid")
def random_from_twenty_points(space, n, rng):
    points = np.linspace(0, 1, 20)
    return [{name: _between(*ends, u=rng.choice(points)) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "exponent_returned")
def random_tens_exponents(space, n, rng):
    def draw(low, high, scale=None):
        return float(rng.uniform(np.log10(low), np.log10(high)) if scale else rng.uniform(low, high))

    return [{name: draw(*ends) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "high_for_width")
def random_times_high(space, n, rng):
    def draw(low, high, scale=None):
        u = rng.random()
        return float(low * (high / low) ** u if scale else low + high * u)

    return [{name: draw(*ends) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "generator_replaced")
def random_always_seeds_with_42(space, n, rng):
    rng = np.random.default_rng(42)
    return [{name: _between(*ends, u=rng.random()) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("random_search", "one_trial_repeated")
def random_draws_before_the_loop(space, n, rng):
    drawn = {name: _between(*ends, u=rng.random()) for name, ends in space.items()}
    return [drawn.copy() for _ in range(n)]


@WRONG.mistake("random_search", "normal_not_uniform")
def random_around_the_middle(space, n, rng):
    def unit():
        return float(np.clip(rng.normal(0.5, 0.25), 0, 1))

    return [{name: _between(*ends, u=unit()) for name, ends in space.items()} for _ in range(n)]


@WRONG.mistake("keras_dropout", "keep_drop_swapped")
class BinomialOfTheRate(Base):
    def mask(self, x):
        return self.rng.binomial(1, self.rate, self.shape(x)).astype(x.dtype)


@WRONG.mistake("keras_dropout", "scaled_by_rate", backend="torch")
class DividesByRateInTorch:
    def __init__(self, rate, noise_shape=None, seed=None):
        self.rate, self.noise_shape = rate, noise_shape
        self.source = torch.Generator()
        self.source.manual_seed(seed) if seed is not None else self.source.seed()

    def __call__(self, x, training):
        if not training or self.rate == 0:
            return x
        shape = [n or m for n, m in zip(self.noise_shape or x.shape, x.shape, strict=True)]
        return x * (torch.rand(shape, generator=self.source) >= self.rate) / self.rate


@WRONG.mistake("keras_dropout", "mask_kept")
class DrawsItsMaskOnce(Base):
    def mask(self, x):
        if not hasattr(self, "drawn"):
            self.drawn = super().mask(x)
        return self.drawn


@WRONG.mistake("keras_dropout", "mask_kept")
class SeedsInEveryCall(Base):
    def __init__(self, rate, noise_shape=None, seed=None):
        super().__init__(rate, noise_shape, seed)
        self.seed = seed

    def mask(self, x):
        self.rng = np.random.default_rng(self.seed)
        return super().mask(x)


@WRONG.mistake("keras_dropout", "not_scaled", backend="torch")
class MasksAlone:
    def __init__(self, rate, noise_shape=None, seed=None):
        self.rate, self.noise_shape = rate, noise_shape
        self.source = torch.Generator()
        self.source.manual_seed(seed) if seed is not None else self.source.seed()

    def __call__(self, x, training):
        shape = [n or m for n, m in zip(self.noise_shape or x.shape, x.shape, strict=True)]
        return x * (torch.rand(shape, generator=self.source) >= self.rate) if training else x


@WRONG.mistake("keras_dropout", "mask_per_feature")
class DrawsForOneExample(Base):
    def mask(self, x):
        return (self.rng.random([1, *self.shape(x)[1:]]) >= self.rate).astype(x.dtype)


@WRONG.mistake("keras_dropout", "scaled_at_test")
class DividesAtTestAsWell(Base):
    def __call__(self, x, training):
        y = x / (1 - self.rate)
        return y * self.mask(x) if training else y


@WRONG.mistake("keras_dropout", "training_ignored")
class TrainsByDefault(Base):
    def __call__(self, x, training=True):
        return self.dropped(x)


@WRONG.mistake("keras_dropout", "noise_shape_ignored")
class DrawsForEveryUnit(Base):
    def shape(self, x):
        return x.shape


@WRONG.mistake("keras_dropout", "exact_count")
class ShufflesAFixedMask(Base):
    def mask(self, x):
        shape = self.shape(x)
        mask = np.ones(int(np.prod(shape)), x.dtype)
        mask[: int(self.rate * mask.size)] = 0
        self.rng.shuffle(mask)
        return mask.reshape(shape)
