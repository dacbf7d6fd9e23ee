"""Right searches and layers, each written another way. The grader may reject none of them."""

from __future__ import annotations

import heapq
import math
from collections import OrderedDict
from functools import reduce
from itertools import product

import numpy as np
import torch

from tests.corpus.forms import Forms

RIGHT = Forms()

# -- grid search ------------------------------------------------------------------------------------------------------


@RIGHT.right("grid_search")
def grid_by_product(space):
    return [dict(zip(space, values, strict=True)) for values in product(*space.values())]


@RIGHT.right("grid_search")
def grid_by_recursion(space):
    if not space:
        return [{}]
    first, *rest = space
    others = grid_by_recursion({name: space[name] for name in rest})
    return [{first: value, **other} for value in space[first] for other in others]


@RIGHT.right("grid_search")
def grid_yields(space):
    for values in product(*space.values()):
        yield dict(zip(space, values, strict=True))


@RIGHT.right("grid_search")
def grid_grows(space):
    trials = [{}]
    for name in space:
        longer = []
        for trial in trials:
            for value in space[name]:
                more = trial.copy()
                more[name] = value
                longer.append(more)
        trials = longer
    return trials


@RIGHT.right("grid_search")
def grid_by_reduce(space):
    return reduce(
        lambda trials, item: [t | {item[0]: v} for t in trials for v in item[1]],
        space.items(),
        [{}],
    )


@RIGHT.right("grid_search")
def grid_by_unravelling(space):
    names, lists = list(space), list(space.values())
    shape = [len(values) for values in lists]
    trials = []
    for at in range(int(np.prod(shape))):
        places = np.unravel_index(at, shape)
        trials.append({name: values[place] for name, values, place in zip(names, lists, places, strict=True)})
    return trials


@RIGHT.right("grid_search")
class GridObject:
    def __call__(self, space):
        return tuple(dict(zip(space.keys(), values, strict=True)) for values in product(*space.values()))


@RIGHT.right("grid_search")
def grid_by_an_odometer(space):
    names = list(space)
    digits = [0] * len(names)
    trials = []
    while True:
        trials.append(OrderedDict((name, space[name][digit]) for name, digit in zip(names, digits, strict=True)))
        at = len(names) - 1
        while at >= 0 and digits[at] == len(space[names[at]]) - 1:
            digits[at] = 0
            at -= 1
        if at < 0:
            return trials
        digits[at] += 1


@RIGHT.right("grid_search")
def grid_by_mesh(space):
    places = np.meshgrid(*(np.arange(len(values)) for values in space.values()), indexing="ij")
    rows = np.stack([each.ravel() for each in places], axis=-1)
    return [{name: space[name][place] for name, place in zip(space, row, strict=True)} for row in rows]


@RIGHT.right("grid_search", backend="torch")
def grid_by_torch(space):
    places = torch.cartesian_prod(*(torch.arange(len(values)) for values in space.values()))
    rows = places.reshape(-1, len(space))
    return [{name: space[name][int(place)] for name, place in zip(space, row, strict=True)} for row in rows]


@RIGHT.right("grid_search")
def grid_of_numpy_scalars(space):
    """A value that is a number may come back as numpy's."""

    def as_numpy(value):
        return np.float64(value) if isinstance(value, float) else value

    return [
        {name: as_numpy(value) for name, value in zip(space, values, strict=True)}
        for values in product(*space.values())
    ]


# -- running a search -------------------------------------------------------------------------------------------------


@RIGHT.right("run_search")
def search_with_none(objective, trials):
    best = None
    for trial in trials:
        value = objective(trial)
        if best is None or value < best[1]:
            best = trial, value
    return best


@RIGHT.right("run_search")
def search_with_infinity(objective, trials):
    best_trial, best_value = {}, np.inf
    for i in range(len(trials)):
        value = objective(trials[i])
        if best_value > value:
            best_value, best_trial = value, trials[i]
    return best_trial, best_value


@RIGHT.right("run_search")
def search_by_argmin(objective, trials):
    values = np.array([objective(trial) for trial in trials])
    best = np.argmin(values)
    return trials[best], values[best]


@RIGHT.right("run_search")
def search_by_min(objective, trials):
    return min(((trial, objective(trial)) for trial in trials), key=lambda pair: pair[1])


@RIGHT.right("run_search")
def search_by_sorting(objective, trials):
    pairs = [(objective(trial), at) for at, trial in enumerate(trials)]
    value, at = sorted(pairs)[0]
    return trials[at], value


@RIGHT.right("run_search")
def search_by_index(objective, trials):
    values = list(map(objective, trials))
    return [trials[values.index(min(values))], min(values)]


@RIGHT.right("run_search")
def search_with_a_heap(objective, trials):
    heap = []
    for at, trial in enumerate(trials):
        heapq.heappush(heap, (objective(trial), at, trial))
    value, _, trial = heap[0]
    return dict(trial), value


@RIGHT.right("run_search")
class SearchObject:
    def __call__(self, objective, trials):
        first, *rest = trials
        self.best_trial, self.best_value = first, objective(first)
        for trial in rest:
            self.consider(trial, objective(trial))
        return self.best_trial, self.best_value

    def consider(self, trial, value):
        if value < self.best_value:
            self.best_trial, self.best_value = trial, value


@RIGHT.right("run_search")
def search_on_copies(objective, trials):
    """The trial is passed on as it is, though not the same object."""
    results = [objective(dict(trial)) for trial in trials]
    best = min(range(len(trials)), key=results.__getitem__)
    return trials[best], float(results[best])


@RIGHT.right("run_search", backend="torch")
def search_by_torch(objective, trials):
    values = torch.tensor([objective(trial) for trial in trials])
    best = int(values.argmin())
    return trials[best], values[best]


# -- random search ----------------------------------------------------------------------------------------------------


@RIGHT.right("random_search")
def random_one_by_one(space, n, rng):
    trials = []
    for _ in range(n):
        trial = {}
        for name, bounds in space.items():
            if len(bounds) == 3:
                trial[name] = np.exp(rng.uniform(np.log(bounds[0]), np.log(bounds[1])))
            else:
                trial[name] = rng.uniform(bounds[0], bounds[1])
        trials.append(trial)
    return trials


@RIGHT.right("random_search")
def random_by_tens(space, n, rng):
    def draw(low, high, scale=None):
        if scale == "log":
            return float(10 ** rng.uniform(np.log10(low), np.log10(high)))
        return float(rng.uniform(low, high))

    return [{name: draw(*ends) for name, ends in space.items()} for _ in range(n)]


@RIGHT.right("random_search")
def random_at_once(space, n, rng):
    u = rng.random((n, len(space)))
    for column, (low, high, *scale) in enumerate(space.values()):
        if scale:
            u[:, column] = np.exp(np.log(low) + u[:, column] * (np.log(high) - np.log(low)))
        else:
            u[:, column] = low + u[:, column] * (high - low)
    return [dict(zip(space, row, strict=True)) for row in u.tolist()]


@RIGHT.right("random_search")
def random_by_columns(space, n, rng):
    columns = {}
    for name, ends in space.items():
        low, high = ends[:2]
        if "log" in ends:
            columns[name] = 2.0 ** rng.uniform(np.log2(low), np.log2(high), size=n)
        else:
            columns[name] = rng.uniform(low, high, n)
    return [{name: columns[name][i] for name in space} for i in range(n)]


@RIGHT.right("random_search")
def random_yields(space, n, rng):
    for _ in range(n):
        yield {
            name: low * (high / low) ** rng.random() if scale else low + (high - low) * rng.random()
            for name, (low, high, *scale) in space.items()
        }


@RIGHT.right("random_search")
class RandomObject:
    def __call__(self, space, n, rng):
        self.rng = rng
        return [{name: self.draw(*space[name]) for name in sorted(space)} for _ in range(n)]

    def draw(self, low, high, kind="uniform"):
        u = self.rng.uniform()
        if kind == "uniform":
            return (1 - u) * low + u * high
        return low ** (1 - u) * high**u


@RIGHT.right("random_search")
def random_from_the_top(space, n, rng):
    """1 − u is as uniform as u."""
    trials = []
    while len(trials) < n:
        trial = {}
        for name, (low, high, *scale) in reversed(space.items()):
            u = 1 - rng.random()
            trial[name] = low * (high / low) ** u if scale else high - u * (high - low)
        trials.append(trial)
    return trials


@RIGHT.right("random_search")
def random_by_spawning(space, n, rng):
    """A stream of its own for every name, all of them from the generator."""
    streams = dict(zip(space, rng.spawn(len(space)), strict=True))
    trials = [{} for _ in range(n)]
    for name, (low, high, *scale) in space.items():
        for trial in trials:
            if scale:
                trial[name] = np.exp(streams[name].uniform(np.log(low), np.log(high)))
            else:
                trial[name] = streams[name].uniform(low, high)
    return trials


@RIGHT.right("random_search")
def random_shuffled_afterwards(space, n, rng):
    trials = random_at_once(space, n, rng)
    rng.shuffle(trials)
    return trials


@RIGHT.right("random_search")
def random_of_arrays(space, n, rng):
    """A number may be an array without axes."""

    def value(low, high, *scale):
        drawn = rng.uniform(np.log(low), np.log(high)) if scale else rng.uniform(low, high)
        return np.asarray(np.exp(drawn) if scale else drawn)

    return [{name: value(*ends) for name, ends in space.items()} for _ in range(n)]


@RIGHT.right("random_search", backend="torch")
def random_of_tensors(space, n, rng):
    u = torch.from_numpy(rng.random((n, len(space))))
    trials = []
    for row in u:
        trial = {}
        for (name, (low, high, *scale)), each in zip(space.items(), row, strict=True):
            low, high = torch.tensor(float(low), dtype=torch.float64), torch.tensor(float(high), dtype=torch.float64)
            trial[name] = torch.exp(torch.lerp(low.log(), high.log(), each)) if scale else torch.lerp(low, high, each)
        trials.append(trial)
    return trials


# -- Keras's dropout --------------------------------------------------------------------------------------------------


@RIGHT.right("keras_dropout")
class DropoutByWhere:
    def __init__(self, rate, noise_shape=None, seed=None):
        self.rate, self.noise_shape = rate, noise_shape
        self.rng = np.random.default_rng(seed)

    def __call__(self, x, training):
        if not training:
            return x
        shape = x.shape
        if self.noise_shape is not None:
            shape = tuple(n if n is not None else x.shape[i] for i, n in enumerate(self.noise_shape))
        keep = self.rng.random(shape) >= self.rate
        return np.where(keep, x / (1 - self.rate), 0)


@RIGHT.right("keras_dropout")
class DropoutByFactor:
    def __init__(self, rate, noise_shape=None, seed=None):
        self.keep = 1.0 - rate
        self.noise_shape = noise_shape
        self.random = np.random.RandomState(seed)

    def __call__(self, x, training=False):
        if training and self.keep < 1:
            shape = [a or b for a, b in zip(self.noise_shape or x.shape, x.shape, strict=True)]
            mask = self.random.uniform(size=shape) < self.keep
            x = x * mask.astype(x.dtype) / self.keep
        return x


@RIGHT.right("keras_dropout")
class DropoutByBinomial:
    def __init__(self, rate, noise_shape=None, seed=None):
        self.rate, self.noise_shape = rate, noise_shape
        self.rng = np.random.default_rng(seed)

    def __call__(self, x, *, training):
        if training:
            shape = x.shape
            if self.noise_shape:
                shape = [x.shape[axis] if n is None else n for axis, n in enumerate(self.noise_shape)]
            scale = (1 / (1 - self.rate)) * self.rng.binomial(1, 1 - self.rate, shape)
            return x * scale.astype(x.dtype)
        return x.copy()


@RIGHT.right("keras_dropout")
def dropout_closure(rate, noise_shape=None, seed=None):
    rng = np.random.default_rng(seed)

    def layer(x, training):
        if not training or rate == 0:
            return x
        y = x.copy()
        shape = x.shape if noise_shape is None else [n or m for n, m in zip(noise_shape, x.shape, strict=True)]
        y[np.broadcast_to(rng.random(shape) < rate, x.shape)] = 0
        y /= 1 - rate
        return y

    return layer


@RIGHT.right("keras_dropout")
class DropoutInPlace:
    def __init__(self, rate, noise_shape=None, seed=None):
        self.rate, self.noise_shape, self.seed = rate, noise_shape, np.random.SeedSequence(seed)

    def __call__(self, x, training):
        if training:
            rng = np.random.default_rng(self.seed.spawn(1)[0])
            shape = [n or m for n, m in zip(self.noise_shape or x.shape, x.shape, strict=True)]
            x *= rng.choice([0.0, 1.0], size=shape, p=[self.rate, 1 - self.rate])
            x *= 1 / (1 - self.rate)
        return x


@RIGHT.right("keras_dropout")
class DropoutOneByOne:
    """Python's own generator, and a loop over the units."""

    def __init__(self, rate, noise_shape=None, seed=None):
        import random

        self.rate, self.noise_shape, self.random = rate, noise_shape, random.Random(seed)

    def __call__(self, x, training):
        if not training:
            return x
        shape = [n or m for n, m in zip(self.noise_shape or x.shape, x.shape, strict=True)]
        draws = [self.random.random() >= self.rate for _ in range(int(np.prod(shape)))]
        return x * np.array(draws).reshape(shape) / (1 - self.rate)


@RIGHT.right("keras_dropout", backend="torch")
class DropoutOfTensors:
    def __init__(self, rate, noise_shape=None, seed=None):
        self.rate, self.noise_shape = rate, noise_shape
        self.generator = torch.Generator()
        if seed is None:
            self.generator.seed()
        else:
            self.generator.manual_seed(seed)

    def __call__(self, x, training):
        if not training:
            return x
        shape = [n or m for n, m in zip(self.noise_shape or x.shape, x.shape, strict=True)]
        keep = torch.rand(shape, generator=self.generator) >= self.rate
        return torch.where(keep, x / (1 - self.rate), torch.zeros_like(x))


@RIGHT.right("keras_dropout", backend="torch")
class DropoutModule(torch.nn.Module):
    def __init__(self, rate, noise_shape=None, seed=None):
        super().__init__()
        self.keep = 1 - rate
        self.noise_shape = noise_shape
        self.generator = torch.Generator().manual_seed(torch.seed() if seed is None else seed)

    def forward(self, x, training=True):
        if training:
            shape = [m if n is None else n for n, m in zip(self.noise_shape or x.shape, x.shape, strict=True)]
            mask = torch.empty(shape, dtype=x.dtype).bernoulli_(self.keep, generator=self.generator)
            return x * mask.div_(self.keep)
        return x


@RIGHT.right("keras_dropout", backend="torch")
class DropoutOfTorchItself:
    """torch's function, with a state of the global generator for each layer."""

    def __init__(self, rate, noise_shape=None, seed=None):
        self.rate, self.noise_shape = rate, noise_shape
        generator = torch.Generator()
        generator.manual_seed(seed) if seed is not None else generator.seed()
        self.state = generator.get_state()

    def __call__(self, x, training):
        shape = [m if n is None else n for n, m in zip(self.noise_shape or x.shape, x.shape, strict=True)]
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self.state)
            scale = torch.nn.functional.dropout(torch.ones(shape, dtype=x.dtype), self.rate, training)
            self.state = torch.get_rng_state()
        return x * scale


# -- more of each -------------------------------------------------------------------------------------------------


@RIGHT.right("grid_search")
def grid_by_counting(space):
    """The number of a trial in a mixed base, its last digit the fastest."""
    trials, names = [], list(space)
    total = math.prod(len(values) for values in space.values())
    for number in range(total):
        trial = {}
        for name in reversed(names):
            number, digit = divmod(number, len(space[name]))
            trial[name] = space[name][digit]
        trials.append({name: trial[name] for name in names})
    return trials


@RIGHT.right("grid_search")
def grid_by_repetition(space):
    """Each name's column as its values repeated and tiled."""
    total, block, columns = math.prod(map(len, space.values())), 1, {}
    for name in reversed(list(space)):
        values = [value for value in space[name] for _ in range(block)]
        columns[name] = values * (total // len(values))
        block *= len(space[name])
    return [{name: columns[name][at] for name in space} for at in range(total)]


@RIGHT.right("grid_search")
def grid_by_chain_maps(space):
    trials = [{}]
    for name in space:
        longer = []
        for trial in trials:
            for value in space[name]:
                longer.append(trial | {name: value})
        trials = longer
    return tuple(trials)


@RIGHT.right("run_search")
def search_by_a_fold(objective, trials):
    def better(best, trial):
        value = objective(trial)
        return (trial, value) if best is None or value < best[1] else best

    return reduce(better, trials, None)


@RIGHT.right("run_search")
def search_by_a_queue(objective, trials):
    waiting, best = list(trials)[::-1], []
    while waiting:
        trial = waiting.pop()
        value = objective(trial)
        if not best or best[1] > value:
            best = [trial, value]
    return tuple(best)


@RIGHT.right("run_search")
def search_by_numpys_smallest(objective, trials):
    values = np.fromiter((objective(trial) for trial in trials), float, count=len(trials))
    return trials[int(np.flatnonzero(values == values.min())[0])], float(values.min())


@RIGHT.right("random_search")
def random_between_logarithms(space, n, rng):
    def draw(low, high, scale="linear"):
        if scale == "log":
            return float(np.exp2(rng.uniform(np.log2(low), np.log2(high))))
        return float(rng.uniform(low, high))

    return [{name: draw(*ends) for name, ends in space.items()} for _ in range(n)]


@RIGHT.right("random_search")
def random_as_a_weighted_mean(space, n, rng):
    trials = []
    for _ in range(n):
        trial = {}
        for name, ends in space.items():
            u = 1 - rng.random()
            low, high = ends[:2]
            trial[name] = float(low**u * high ** (1 - u) if len(ends) == 3 else low * u + high * (1 - u))
        trials.append(trial)
    return trials


@RIGHT.right("random_search")
def random_by_beta_and_exponential(space, n, rng):
    """Beta(1, 1) is uniform, and so is e^(−E) of an exponential E."""
    trials = [{} for _ in range(n)]
    for name, (low, high, *scale) in space.items():
        units = np.exp(-rng.exponential(size=n)) if scale else rng.beta(1, 1, size=n)
        for trial, u in zip(trials, units.tolist(), strict=True):
            trial[name] = low * (high / low) ** u if scale else low + (high - low) * u
    return trials


@RIGHT.right("keras_dropout")
class DropoutByChoice:
    def __init__(self, rate, noise_shape=None, seed=None):
        self.rate, self.noise_shape, self.rng = rate, noise_shape, np.random.default_rng(seed)

    def __call__(self, x, training):
        if not training or self.rate == 0:
            return x
        shape = (
            x.shape if self.noise_shape is None else [n or m for n, m in zip(self.noise_shape, x.shape, strict=True)]
        )
        scale = self.rng.choice([0.0, 1 / (1 - self.rate)], size=shape, p=[self.rate, 1 - self.rate])
        return x * scale.astype(x.dtype)


@RIGHT.right("keras_dropout")
class DropoutByExponential:
    """An exponential waiting time is below −log(1 − rate) with probability rate."""

    def __init__(self, rate, noise_shape=None, seed=None):
        self.limit, self.keep, self.noise_shape = -np.log1p(-rate), 1 - rate, noise_shape
        self.rng = np.random.Generator(np.random.PCG64(seed))

    def __call__(self, x, training):
        if training:
            shape = [n or m for n, m in zip(self.noise_shape or x.shape, x.shape, strict=True)]
            x = np.where(self.rng.exponential(size=shape) < self.limit, 0, x) / x.dtype.type(self.keep)
        return x


@RIGHT.right("keras_dropout", backend="torch")
class DropoutByBernoulli:
    def __init__(self, rate, noise_shape=None, seed=None):
        self.rate, self.noise_shape = rate, noise_shape
        self.source = torch.Generator()
        if seed is None:
            self.source.seed()
        else:
            self.source.manual_seed(seed)

    def __call__(self, x, training):
        if not training:
            return x
        shape = [n or m for n, m in zip(self.noise_shape or x.shape, x.shape, strict=True)]
        keep = torch.empty(shape, dtype=x.dtype).bernoulli_(1 - self.rate, generator=self.source)
        return x * keep / (1 - self.rate)
