import numpy as np


def grid_search(space):
    trials = []
    for values in zip(*space.values()):
        trials.append(dict(zip(space.keys(), values)))
    return trials


def random_search(space, n, rng):
    trials = []
    for _ in range(n):
        trial = {}
        for name, bounds in space.items():
            # log scale은 나중에
            low, high = bounds[0], bounds[1]
            trial[name] = rng.uniform(low, high)
        trials.append(trial)
    return trials


def run_search(objective, trials):
    best_trial, best_score = None, -np.inf
    for trial in trials:
        score = objective(trial)
        if score > best_score:
            best_trial, best_score = trial, score
    return best_trial, best_score
