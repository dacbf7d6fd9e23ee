import itertools

import numpy as np


def grid_search(space):
    """모든 조합: 마지막 이름이 가장 빨리 변한다"""
    names = list(space)
    return [dict(zip(names, values)) for values in itertools.product(*space.values())]


def random_search(space, n, rng):
    trials = []
    for _ in range(n):
        trial = {}
        for name, (low, high, *scale) in space.items():
            if scale:
                trial[name] = float(np.exp(rng.uniform(np.log(low), np.log(high))))
            else:
                trial[name] = float(rng.uniform(low, high))
        trials.append(trial)
    return trials


def run_search(objective, trials):
    best_trial, best_value = None, float("inf")
    for trial in trials:
        value = objective(trial)
        if value < best_value:
            best_trial, best_value = trial, value
    return best_trial, best_value
