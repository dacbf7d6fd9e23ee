"""Right ensembles and dropouts, each written another way. The grader may reject none of them."""

from __future__ import annotations

import math
from collections import Counter
from functools import reduce
from itertools import product

import numpy as np
import torch
from torch.nn import functional

from tests.corpus.forms import Forms

RIGHT = Forms()

# -- ensemble_average ---------------------------------------------------------------------------------------------


@RIGHT.right("ensemble_average")
def average_by_mean(predictions):
    return predictions.mean(axis=0)


@RIGHT.right("ensemble_average")
def average_by_sum(predictions):
    return np.sum(predictions, axis=0) / predictions.shape[0]


@RIGHT.right("ensemble_average")
def average_by_accumulating(predictions):
    total = 0
    for each in predictions:
        total = total + each
    return total / len(predictions)


@RIGHT.right("ensemble_average")
def average_by_weights(predictions):
    weights = np.full(len(predictions), 1 / len(predictions), dtype=predictions.dtype)
    return np.einsum("m,mnc->nc", weights, predictions)


@RIGHT.right("ensemble_average")
def average_by_shares(predictions):
    return sum(each / len(predictions) for each in predictions)


@RIGHT.right("ensemble_average")
def average_updated(predictions):
    mean = predictions[0].copy()
    for n in range(1, len(predictions)):
        mean += (predictions[n] - mean) / (n + 1)
    return mean


@RIGHT.right("ensemble_average")
def average_exactly(predictions):
    m, n, c = predictions.shape
    mean = [[math.fsum(predictions[:, i, j]) / m for j in range(c)] for i in range(n)]
    return np.array(mean, dtype=predictions.dtype)


@RIGHT.right("ensemble_average")
def average_in_double(predictions):
    return np.average(predictions.astype(np.float64), axis=0).astype(predictions.dtype)


@RIGHT.right("ensemble_average")
class AverageClass:
    def __call__(self, predictions):
        return np.tensordot(np.ones(len(predictions), predictions.dtype), predictions, axes=1) / len(predictions)


@RIGHT.right("ensemble_average", "torch")
def average_by_torch(predictions):
    return predictions.mean(dim=0)


@RIGHT.right("ensemble_average", "torch")
def average_by_stacking(predictions):
    return torch.stack(list(predictions), dim=-1).mean(-1)


# -- ensemble_vote ------------------------------------------------------------------------------------------------


@RIGHT.right("ensemble_vote")
def vote_by_bincount(labels):
    return np.array([np.bincount(column).argmax() for column in labels.T])


@RIGHT.right("ensemble_vote")
def vote_by_apply(labels):
    return np.apply_along_axis(lambda column: np.argmax(np.bincount(column)), 0, labels)


@RIGHT.right("ensemble_vote")
def vote_by_unique(labels):
    winners = []
    for column in labels.T:
        values, counts = np.unique(column, return_counts=True)
        winners.append(values[np.argmax(counts)])
    return np.array(winners)


@RIGHT.right("ensemble_vote")
def vote_by_counter(labels):
    """Of the most common the smallest."""
    winners = []
    for column in labels.T:
        counts = Counter(column.tolist())
        winners.append(min(label for label, count in counts.items() if count == max(counts.values())))
    return np.array(winners, dtype=labels.dtype)


@RIGHT.right("ensemble_vote")
def vote_by_a_key(labels):
    def winner(column):
        return min(set(column), key=lambda label: (-column.count(label), label))

    return np.array([winner(column) for column in labels.T.tolist()], dtype=np.int32)


@RIGHT.right("ensemble_vote")
def vote_by_one_hot(labels):
    votes = np.eye(labels.max() + 1)[labels].sum(axis=0)
    return votes.argmax(axis=-1)


@RIGHT.right("ensemble_vote")
def vote_by_loops(labels):
    m, n = labels.shape
    winners = np.zeros(n, dtype=np.uint8)
    for j in range(n):
        most = 0
        for label in range(int(labels.max()) + 1):
            count = sum(int(labels[i, j] == label) for i in range(m))
            if count > most:
                most, winners[j] = count, label
    return winners


@RIGHT.right("ensemble_vote")
def vote_by_adding_at(labels):
    n = labels.shape[1]
    votes = np.zeros((n, labels.max() + 1), dtype=int)
    np.add.at(votes, (np.arange(n), labels), 1)
    return np.argmax(votes, axis=1)


@RIGHT.right("ensemble_vote")
def vote_by_max_of_sorted(labels):
    return np.asarray([max(sorted(set(c)), key=list(c).count) for c in zip(*labels.tolist(), strict=True)])


@RIGHT.right("ensemble_vote", "torch")
def vote_by_torchs_one_hot(labels):
    return functional.one_hot(labels).sum(dim=0).argmax(dim=1)


@RIGHT.right("ensemble_vote", "torch")
def vote_by_torchs_bincount(labels):
    return torch.stack([torch.bincount(column).argmax() for column in labels.T])


# -- dropout_train ------------------------------------------------------------------------------------------------


@RIGHT.right("dropout_train")
def train_by_mask(x, p, u):
    mask = u < p
    return x * mask


@RIGHT.right("dropout_train")
def train_by_float_mask(x, p, u):
    mask = (u < p).astype(x.dtype)
    return np.multiply(mask, x)


@RIGHT.right("dropout_train")
def train_by_where(x, p, u):
    return np.where(u < p, x, np.zeros_like(x))


@RIGHT.right("dropout_train")
def train_in_place(x, p, u):
    x[u >= p] = 0
    return x


@RIGHT.right("dropout_train")
def train_into_zeros(x, p, u):
    y = np.zeros_like(x)
    kept = np.less(u, p)
    y[kept] = x[kept]
    return y


@RIGHT.right("dropout_train")
def train_by_loops(x, p, u):
    flat = [value if draw < p else 0.0 for value, draw in zip(x.ravel(), u.ravel(), strict=True)]
    return np.array(flat, dtype=x.dtype).reshape(x.shape)


@RIGHT.right("dropout_train")
def train_by_indices(x, p, u):
    y = x.copy()
    y.flat[np.flatnonzero(u >= p)] = 0
    return y


@RIGHT.right("dropout_train")
class TrainClass:
    def __call__(self, x, p, u):
        self.mask = ~(u >= p)
        x *= self.mask
        return x


@RIGHT.right("dropout_train", "torch")
def train_by_filling(x, p, u):
    return x.masked_fill(u >= p, 0.0)


@RIGHT.right("dropout_train", "torch")
def train_by_torch(x, p, u):
    return x * (u < p).to(x.dtype)


# -- dropout_test -------------------------------------------------------------------------------------------------


@RIGHT.right("dropout_test")
def at_test_by_product(x, p):
    return x * p


@RIGHT.right("dropout_test")
def at_test_by_numpy(x, p):
    return np.multiply(p, x)


@RIGHT.right("dropout_test")
def at_test_in_place(x, p):
    x *= p
    return x


@RIGHT.right("dropout_test")
def at_test_by_division(x, p):
    return x / (1 / p)


@RIGHT.right("dropout_test")
def at_test_by_loops(x, p):
    return np.array([value * p for value in x.ravel()], dtype=x.dtype).reshape(x.shape)


@RIGHT.right("dropout_test")
def at_test_by_an_array(x, p):
    return np.full_like(x, p) * x


@RIGHT.right("dropout_test")
def at_test_in_double(x, p):
    return (x.astype(np.float64) * p).astype(x.dtype)


@RIGHT.right("dropout_test")
class AtTestClass:
    def __call__(self, x, p):
        return p * x


@RIGHT.right("dropout_test", "torch")
def at_test_by_torch(x, p):
    return torch.mul(x, p)


@RIGHT.right("dropout_test", "torch")
def at_test_in_place_by_torch(x, p):
    return x.mul_(p)


# -- inverted_dropout ---------------------------------------------------------------------------------------------


@RIGHT.right("inverted_dropout")
def inverted_by_mask(x, rate, u, training):
    if not training:
        return x
    mask = u >= rate
    return x * mask / (1 - rate)


@RIGHT.right("inverted_dropout")
def inverted_by_scaled_mask(x, rate, u, training):
    if training:
        keep = 1.0 - rate
        mask = (u >= rate) / keep
        return (x * mask).astype(x.dtype)
    return x


@RIGHT.right("inverted_dropout")
def inverted_by_where(x, rate, u, training):
    return np.where(u < rate, 0, x / (1 - rate)) if training is True else x.copy()


@RIGHT.right("inverted_dropout")
def inverted_in_place(x, rate, u, training):
    if training:
        x[u < rate] = 0
        x *= 1 / (1 - rate)
    return x


@RIGHT.right("inverted_dropout")
def inverted_by_loops(x, rate, u, training):
    if not training:
        return x
    scale = 1 / (1 - rate)
    y = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        if u[at] >= rate:
            y[at] = x[at] * scale
    return y


@RIGHT.right("inverted_dropout")
def inverted_in_double(x, rate, u, training):
    y = x.astype(np.float64)
    if training:
        y = y * (u >= rate) / (1 - rate)
    return y.astype(x.dtype)


@RIGHT.right("inverted_dropout")
def inverted_without_a_branch(x, rate, u, training):
    rate = rate * training
    return x * (u >= rate) / (1 - rate)


@RIGHT.right("inverted_dropout")
class InvertedClass:
    def __call__(self, inputs, rate, u, training):
        if training == False:  # noqa: E712  # as students write it
            return inputs
        self.mask = np.greater_equal(u, rate).astype(inputs.dtype)
        return np.divide(inputs, 1.0 - rate) * self.mask


@RIGHT.right("inverted_dropout", "torch")
def inverted_by_torch(x, rate, u, training):
    return x * (u >= rate) / (1 - rate) if training else x


@RIGHT.right("inverted_dropout", "torch")
def inverted_by_filling(x, rate, u, training):
    return (x / (1 - rate)).masked_fill(u < rate, 0.0) if training else x.clone()


# -- dropout_backward ---------------------------------------------------------------------------------------------


@RIGHT.right("dropout_backward")
def backward_by_mask(dy, rate, u):
    return dy * (u >= rate) / (1 - rate)


@RIGHT.right("dropout_backward")
def backward_by_scaled_mask(dy, rate, u):
    mask = (u >= rate).astype(dy.dtype) / (1 - rate)
    return mask * dy


@RIGHT.right("dropout_backward")
def backward_by_where(dy, rate, u):
    return np.where(u >= rate, dy * (1 / (1 - rate)), 0)


@RIGHT.right("dropout_backward")
def backward_in_place(dy, rate, u):
    dy[u < rate] = 0
    dy /= 1 - rate
    return dy


@RIGHT.right("dropout_backward")
def backward_into_zeros(dy, rate, u):
    dx = np.zeros(dy.shape, dtype=dy.dtype)
    kept = ~(u < rate)
    dx[kept] = dy[kept] / (1 - rate)
    return dx


@RIGHT.right("dropout_backward")
def backward_by_loops(dy, rate, u):
    flat = [g / (1 - rate) if draw >= rate else 0 for g, draw in zip(dy.ravel(), u.ravel(), strict=True)]
    return np.array(flat, dtype=dy.dtype).reshape(dy.shape)


@RIGHT.right("dropout_backward")
def backward_in_double(dy, rate, u):
    return (dy.astype(np.float64) / (1 - rate) * (u >= rate)).astype(dy.dtype)


@RIGHT.right("dropout_backward")
class BackwardClass:
    def __call__(self, dy, rate, u):
        return np.select([u >= rate], [dy / (1 - rate)], default=0)


@RIGHT.right("dropout_backward", "torch")
def backward_by_torch(dy, rate, u):
    return torch.where(u >= rate, dy / (1 - rate), torch.zeros_like(dy))


@RIGHT.right("dropout_backward", "torch")
def backward_by_dropouts_autograd(dy, rate, u):
    x = torch.zeros_like(dy, requires_grad=True)
    y = x * (u >= rate) / (1 - rate)
    y.backward(dy)
    return x.grad


# -- dropout_expectation ------------------------------------------------------------------------------------------


@RIGHT.right("dropout_expectation")
def expectation_by_the_formula(w, x, p):
    return p * np.sum(w * x)


@RIGHT.right("dropout_expectation")
def expectation_by_dot(w, x, p):
    return np.dot(w, x) * p


@RIGHT.right("dropout_expectation")
def expectation_of_scaled_inputs(w, x, p):
    return (p * x) @ w


@RIGHT.right("dropout_expectation")
def expectation_of_scaled_weights(w, x, p):
    return float(np.sum(p * w * x))


@RIGHT.right("dropout_expectation")
def expectation_over_masks(w, x, p):
    total = 0.0
    for mask in product([0, 1], repeat=len(w)):
        kept = sum(mask)
        total += p**kept * (1 - p) ** (len(w) - kept) * np.dot(np.array(mask), w * x)
    return total


@RIGHT.right("dropout_expectation")
def expectation_over_bit_patterns(w, x, p):
    d, total = len(w), 0
    for pattern in range(2**d):
        bits = [(pattern >> i) & 1 for i in range(d)]
        chance = math.prod(p if bit else 1 - p for bit in bits)
        total = total + chance * sum(bit * w[i] * x[i] for i, bit in enumerate(bits))
    return total


@RIGHT.right("dropout_expectation")
def expectation_by_all_masks_at_once(w, x, p):
    masks = np.array(list(product([0, 1], repeat=len(w))))
    chances = np.prod(np.where(masks == 1, p, 1 - p), axis=1)
    return chances @ (masks @ (w * x))


@RIGHT.right("dropout_expectation")
def expectation_in_python(w, x, p):
    return sum(p * a * b for a, b in zip(w.tolist(), x.tolist(), strict=True))


@RIGHT.right("dropout_expectation")
def expectation_input_by_input(w, x, p):
    """Each input is kept or not: the expectation over the first inputs, then over the next."""
    return reduce(lambda y, term: p * (y + term) + (1 - p) * y, w * x, 0.0)


@RIGHT.right("dropout_expectation")
class ExpectationClass:
    def __call__(self, w, x, p):
        return np.array(math.fsum(w.astype(float) * x) * p)


@RIGHT.right("dropout_expectation", "torch")
def expectation_by_torch(w, x, p):
    return p * (w * x).sum()


@RIGHT.right("dropout_expectation", "torch")
def expectation_as_a_number(w, x, p):
    return torch.dot(w, x).item() * p


# -- more of each -------------------------------------------------------------------------------------------------


@RIGHT.right("ensemble_average")
def average_by_a_loop_over_places(predictions):
    m, n, c = predictions.shape
    y = np.zeros((n, c), predictions.dtype)
    for i in range(n):
        for j in range(c):
            y[i, j] = sum(predictions[k, i, j] for k in range(m)) / m
    return y


@RIGHT.right("ensemble_average")
def average_by_a_matrix_product(predictions):
    m, n, c = predictions.shape
    weights = np.full(m, 1 / m, predictions.dtype)
    return (weights @ predictions.reshape(m, n * c)).reshape(n, c)


@RIGHT.right("ensemble_average", "torch")
def average_of_unbound_models(predictions):
    total = torch.zeros_like(predictions[0])
    for model in predictions.unbind():
        total += model
    return total.div_(predictions.size(0))


@RIGHT.right("ensemble_vote")
def vote_by_sorting_runs(labels):
    """The longest run in each sorted column; strictly longer, so that the smallest of equals stays."""
    winners = []
    for column in np.sort(labels, axis=0).T:
        best, longest, run = column[0], 0, 0
        for at, label in enumerate(column):
            run = run + 1 if at and label == column[at - 1] else 1
            if run > longest:
                best, longest = label, run
        winners.append(best)
    return np.array(winners)


@RIGHT.right("ensemble_vote")
def vote_by_equal_pairs(labels):
    """A label's votes as how many models agree with it; the smallest of those that most agree with."""
    votes = (labels[:, None] == labels[None]).sum(axis=1)
    return np.where(votes == votes.max(axis=0), labels, labels.max()).min(axis=0)


@RIGHT.right("ensemble_vote", "torch")
def vote_by_scatter(labels):
    votes = torch.zeros(labels.shape[1], int(labels.max()) + 1, dtype=torch.int64)
    votes.scatter_add_(1, labels.T, torch.ones_like(labels.T))
    return torch.stack([(row == row.max()).nonzero()[0, 0] for row in votes])


@RIGHT.right("dropout_train")
def train_by_choose(x, p, u):
    return np.choose((u < p).astype(int), [np.zeros_like(x), x])


@RIGHT.right("dropout_train")
def train_takes_away_what_is_dropped(x, p, u):
    return x - x * (u >= p)


@RIGHT.right("dropout_train", "torch")
def train_by_index_fill(x, p, u):
    out = torch.zeros_like(x)
    kept = torch.nonzero(u < p, as_tuple=True)
    out[kept] = x[kept]
    return out


@RIGHT.right("dropout_test")
def at_test_by_the_odds(x, p):
    """p as odds: p = o / (1 + o)."""
    return x / (1 + (1 - p) / p)


@RIGHT.right("dropout_test")
def at_test_by_lerp(x, p):
    return np.zeros_like(x) + p * (x - np.zeros_like(x))


@RIGHT.right("dropout_test", "torch")
def at_test_as_an_expected_mask(x, p):
    return torch.full_like(x, p).mul_(x)


@RIGHT.right("inverted_dropout")
def inverted_by_a_table(x, rate, u, training):
    if not training:
        return x
    factors = np.array([0.0, 1 / (1 - rate)], x.dtype)
    return x * factors[(u >= rate).astype(int)]


@RIGHT.right("inverted_dropout")
def inverted_by_masked_arrays(x, rate, u, training):
    if training:
        x = np.ma.masked_array(x, mask=u < rate).filled(0) / x.dtype.type(1 - rate)
    return x


@RIGHT.right("inverted_dropout", "torch")
def inverted_by_sign(x, rate, u, training):
    keep = torch.ge(u, rate).to(x.dtype)
    return torch.mul(x, keep).div(1.0 - rate) if training else x.clone()


@RIGHT.right("dropout_backward")
def backward_of_kept_units_only(dy, rate, u):
    dx = np.zeros_like(dy)
    np.divide(dy, 1 - rate, out=dx, where=u >= rate)
    return dx


@RIGHT.right("dropout_backward")
def backward_adds_what_was_missing(dy, rate, u):
    """1/(1 − rate) is 1 and rate/(1 − rate) more."""
    return (dy + dy * (rate / (1 - rate))) * ~(u < rate)


@RIGHT.right("dropout_backward", "torch")
def backward_by_vjp(dy, rate, u):
    keep = (u >= rate).to(dy.dtype) / (1 - rate)
    _, pull = torch.func.vjp(lambda x: x * keep, torch.zeros_like(dy))
    return pull(dy)[0]


@RIGHT.right("dropout_expectation")
def expectation_by_conditioning(w, x, p):
    """One input after another: kept, it adds its product."""
    value = 0.0
    for each in (w * x)[::-1]:
        value = p * (each + value) + (1 - p) * value
    return value


@RIGHT.right("dropout_expectation")
def expectation_by_binary_numbers(w, x, p):
    d = len(w)
    total = 0.0
    for number in range(2**d):
        kept = [number >> i & 1 == 1 for i in range(d)]
        k = sum(kept)
        total += p**k * (1 - p) ** (d - k) * float((w * x)[np.array(kept)].sum())
    return total


@RIGHT.right("dropout_expectation", "torch")
def expectation_by_outer_powers(w, x, p):
    masks = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=x.dtype)] * len(x)).reshape(-1, len(x))
    chances = torch.where(masks > 0, torch.tensor(p, dtype=x.dtype), torch.tensor(1 - p, dtype=x.dtype)).prod(dim=1)
    return chances @ (masks @ (w * x))
