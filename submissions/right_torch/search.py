import math

BACKEND = "torch"


def grid_search(space):
    trials = [{}]
    for name, values in space.items():
        trials = [{**trial, name: value} for trial in trials for value in values]
    return trials


def random_search(space, n, rng):
    def draw(low, high, scale="linear"):
        u = rng.random()
        if scale == "log":
            return math.exp(math.log(low) + (math.log(high) - math.log(low)) * u)
        return low + (high - low) * u

    return [{name: draw(*ends) for name, ends in space.items()} for _ in range(n)]


def run_search(objective, trials):
    values = [objective(trial) for trial in trials]
    best = min(range(len(values)), key=values.__getitem__)
    return trials[best], values[best]
