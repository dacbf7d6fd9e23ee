"""Wrong ensembles and dropouts in students' own words, each with what it must be taken for."""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import torch

from tests.corpus.forms import Forms

WRONG = Forms()

# -- ensemble_average ---------------------------------------------------------------------------------------------


@WRONG.mistake("ensemble_average", "wrong_axis")
def average_over_classes(predictions):
    return predictions.mean(-1)


@WRONG.mistake("ensemble_average", "wrong_axis")
def average_over_examples(predictions):
    return np.sum(predictions, axis=1) / predictions.shape[1]


@WRONG.mistake("ensemble_average", "sum_not_mean")
def average_not_divided(predictions):
    total = np.zeros_like(predictions[0])
    for each in predictions:
        total += each
    return total


@WRONG.mistake("ensemble_average", "whole_array")
def average_of_everything(predictions):
    return np.mean(predictions)


@WRONG.mistake("ensemble_average", "first_model_only")
def average_of_one(predictions):
    models = iter(predictions)
    return next(models)


@WRONG.mistake("ensemble_average", "halved_in_turn")
def average_of_averages(predictions):
    average = None
    for each in predictions:
        average = each if average is None else 0.5 * (average + each)
    return average


@WRONG.mistake("ensemble_average", "divided_by_n")
def average_by_the_number_of_examples(predictions):
    return predictions.sum(0) / len(predictions[0])


@WRONG.mistake("ensemble_average", "divided_by_n", backend="torch")
def average_by_the_number_of_classes(predictions):
    return predictions.sum(dim=0) / predictions.size(-1)


@WRONG.unknown("ensemble_average")
def average_by_median(predictions):
    return np.median(predictions, axis=0)


@WRONG.unknown("ensemble_average")
def average_geometrically(predictions):
    y = np.exp(np.log(predictions + 1e-12).mean(axis=0))
    return y / y.sum(axis=-1, keepdims=True)


@WRONG.unknown("ensemble_average")
def average_of_decisions(predictions):
    classes = predictions.shape[-1]
    return np.eye(classes, dtype=predictions.dtype)[predictions.argmax(-1)].mean(0)


@WRONG.unknown("ensemble_average")
def average_in_single_precision(predictions):
    return predictions.astype(np.float32).mean(0).astype(predictions.dtype)


@WRONG.mistake("ensemble_average", "normalized_again")
def average_normalized_again(predictions):
    y = predictions.mean(0)
    return y / y.sum(1, keepdims=True)


@WRONG.unknown("ensemble_average")
def average_of_sizes(predictions):
    return np.abs(predictions).mean(0)


@WRONG.unknown("ensemble_average")
def average_clipped(predictions):
    return predictions.mean(0).clip(0, 1)


@WRONG.unknown("ensemble_average")
def average_of_what_is_not_zero(predictions):
    return predictions.sum(0) / np.maximum((predictions != 0).sum(0), 1)


# -- ensemble_vote ------------------------------------------------------------------------------------------------


@WRONG.mistake("ensemble_vote", "wrong_axis")
def vote_along_rows(labels):
    return np.array([np.bincount(row).argmax() for row in labels])


@WRONG.mistake("ensemble_vote", "largest_of_equals")
def vote_not_strictly_more(labels):
    winners = []
    for column in labels.T.tolist():
        best, most = -1, 0
        for label in sorted(set(column)):
            if column.count(label) >= most:
                best, most = label, column.count(label)
        winners.append(best)
    return np.array(winners)


@WRONG.mistake("ensemble_vote", "largest_of_equals")
def vote_by_sorting(labels):
    return np.array([max((list(c).count(label), label) for label in c)[1] for c in labels.T])


@WRONG.mistake("ensemble_vote", "first_of_equals")
def vote_by_most_common(labels):
    return np.array([Counter(column).most_common(1)[0][0] for column in labels.T.tolist()])


@WRONG.mistake("ensemble_vote", "last_of_equals")
def vote_by_most_common_from_behind(labels):
    return np.array([Counter(column[::-1]).most_common(1)[0][0] for column in labels.T.tolist()])


@WRONG.mistake("ensemble_vote", "mean_label")
def vote_by_rounding(labels):
    return np.rint(labels.mean(axis=0)).astype(int)


@WRONG.mistake("ensemble_vote", "mean_label", backend="torch")
def vote_by_truncating(labels):
    return labels.float().mean(dim=0).long()


@WRONG.mistake("ensemble_vote", "median_label", backend="torch")
def vote_by_median(labels):
    return labels.median(dim=0).values


@WRONG.mistake("ensemble_vote", "votes_returned")
def vote_by_counting(labels):
    return np.array([np.bincount(column).max() for column in labels.T])


@WRONG.mistake("ensemble_vote", "one_models_label")
def vote_of_the_first_model(labels):
    return labels[0]


@WRONG.mistake("ensemble_vote", "largest_label")
def vote_for_the_largest(labels):
    return labels.max(axis=0)


@WRONG.unknown("ensemble_vote")
def vote_for_the_rarest(labels):
    def rarest(column):
        values, counts = np.unique(column, return_counts=True)
        return values[counts.argmin()]

    return np.array([rarest(column) for column in labels.T])


@WRONG.unknown("ensemble_vote")
def vote_by_position(labels):
    """The place of the winner among the labels that occur, not the label."""
    return np.array([np.unique(column, return_counts=True)[1].argmax() for column in labels.T])


@WRONG.mistake("ensemble_vote", "class_left_out")
def vote_with_ten_classes(labels):
    votes = np.stack([(labels == c).sum(0) for c in range(10)])
    return votes.argmax(0)


@WRONG.unknown("ensemble_vote")
def vote_leaves_zero_out(labels):
    return np.array([np.bincount(column, minlength=2)[1:].argmax() + 1 for column in labels.T])


@WRONG.mistake("ensemble_vote", "class_left_out")
def vote_sets_the_count_of_zero_to_zero(labels):
    def winner(column):
        counts = np.bincount(column)
        counts[0] = 0
        return counts.argmax()

    return np.array([winner(column) for column in labels.T])


@WRONG.unknown("ensemble_vote")
def vote_where_zero_loses_ties(labels):
    def winner(column):
        counts = np.bincount(column, minlength=2)
        others = counts[1:]
        return others.argmax() + 1 if others.max() >= counts[0] else 0

    return np.array([winner(column) for column in labels.T])


@WRONG.unknown("ensemble_vote")
def vote_squeezed(labels):
    return np.squeeze([np.bincount(column).argmax() for column in labels.T])


@WRONG.unknown("ensemble_vote")
def vote_where_the_first_model_breaks_ties(labels):
    def winner(column):
        counts = np.bincount(column)
        return column[0] if counts[column[0]] == counts.max() else counts.argmax()

    return np.array([winner(column) for column in labels.T])


# -- dropout_train ------------------------------------------------------------------------------------------------


@WRONG.mistake("dropout_train", "keep_drop_swapped")
def train_drops_below(x, p, u):
    return x * (u >= p)


@WRONG.mistake("dropout_train", "keep_drop_swapped")
def train_drops_above_the_rest(x, p, u):
    keep = 1 - p
    return np.where(u < keep, x, 0.0)


@WRONG.mistake("dropout_train", "scaled_twice")
def train_inverted(x, p, u):
    mask = (u < p) / p
    return x * mask


@WRONG.mistake("dropout_train", "keep_drop_swapped", beside="scaled_twice")
def train_as_keras(x, p, u):
    return x * (u >= p) / (1 - p)


@WRONG.mistake("dropout_train", "mask_per_row")
def train_with_a_draw_a_row(x, p, u):
    draws = u.reshape(u.shape[0], -1)[:, 0]
    mask = draws < p
    return x * mask.reshape((-1,) + (1,) * (x.ndim - 1))


@WRONG.mistake("dropout_train", "mask_per_row")
def train_with_a_column_of_draws(x, p, u):
    return x * (u[:, 0:1] < p)


@WRONG.mistake("dropout_train", "mask_per_feature")
def train_with_one_mask(x, p, u):
    return x * (u[0] < p)


@WRONG.mistake("dropout_train", "nothing_dropped")
def train_is_test(x, p, u):
    return x * p


@WRONG.mistake("dropout_train", "nothing_dropped")
def train_forgets_its_mask(x, p, u):
    mask = u < p  # noqa: F841  # that is the mistake
    return x


@WRONG.mistake("dropout_train", "mask_returned")
def train_returns_its_mask(x, p, u):
    return (u < p).astype(x.dtype)


@WRONG.dialect("dropout_train", "other_tail")
def train_compares_with_the_rate(x, p, u):
    rate = 1 - p
    return np.where(u > rate, x, 0)


@WRONG.dialect("dropout_train", "other_tail", backend="torch")
def train_compares_with_the_rate_in_torch(x, p, u):
    return torch.where(1 - u <= p, x, 0.0)


@WRONG.dialect("dropout_train", "boundary_kept")
def train_keeps_the_boundary(x, p, u):
    return x * (u <= p)


@WRONG.mistake("dropout_train", "scaled_twice", beside="other_tail")
def train_inverted_from_the_other_end(x, p, u):
    return x * (u >= 1 - p) / p


@WRONG.unknown("dropout_train")
def train_drops_its_own(x, p, u):
    return x * (np.random.default_rng(0).random(x.shape) < p)


@WRONG.unknown("dropout_train")
def train_drops_half(x, p, u):
    return x * (u < 0.5)


@WRONG.unknown("dropout_train")
def train_compares_x(x, p, u):
    return x * (x < p)


@WRONG.unknown("dropout_train")
def train_subtracts_the_mask(x, p, u):
    return x - (u >= p)


@WRONG.unknown("dropout_train")
def train_keeps_a_share_of_the_draws(x, p, u):
    return x * (u < np.quantile(u, p))


@WRONG.unknown("dropout_train")
def train_scales_when_certain(x, p, u):
    return x * (u < p) if p < 1 else 0 * x


# -- dropout_test -------------------------------------------------------------------------------------------------


@WRONG.mistake("dropout_test", "keep_drop_swapped")
def at_test_by_the_rate(x, p):
    return x - x * p


@WRONG.mistake("dropout_test", "not_scaled")
def at_test_identity(x, p):
    return x


@WRONG.mistake("dropout_test", "scaled_twice")
def at_test_by_p_squared(x, p):
    return x * p**2


@WRONG.mistake("dropout_test", "divided_by_p")
def at_test_divides(x, p):
    return x / p


@WRONG.mistake("dropout_test", "all_dropped", backend="torch")
def at_test_zeros(x, p):
    return torch.zeros_like(x)


@WRONG.unknown("dropout_test")
def at_test_drops(x, p):
    return x * (np.random.default_rng(0).random(x.shape) < p)


@WRONG.unknown("dropout_test")
def at_test_by_half(x, p):
    return x / 2


@WRONG.unknown("dropout_test")
def at_test_by_the_root(x, p):
    return x * np.sqrt(p).astype(x.dtype)


# -- inverted_dropout ---------------------------------------------------------------------------------------------


@WRONG.mistake("inverted_dropout", "keep_drop_swapped")
def inverted_keeps_by_rate(x, rate, u, training):
    return x * (u < rate) / rate if training else x


@WRONG.mistake("inverted_dropout", "keep_drop_swapped")
def inverted_keeps_by_rate_where(x, rate, u, training):
    if not training:
        return x
    return np.where(u < rate, x / (1 - rate), 0)


@WRONG.mistake("inverted_dropout", "keep_drop_swapped")
def inverted_keeps_by_rate_masked(x, rate, u, training):
    if not training:
        return x
    mask = (u < rate).astype(x.dtype) / rate
    return mask * x


@WRONG.mistake("inverted_dropout", "not_scaled")
def inverted_only_masks(x, rate, u, training):
    return x * (u >= rate) if training else x


@WRONG.mistake("inverted_dropout", "scaled_by_rate")
def inverted_scales_by_rate(x, rate, u, training):
    return x * (u >= rate) / rate if training else x


@WRONG.mistake("inverted_dropout", "scaled_by_rate", backend="torch")
def inverted_scales_by_rate_first(x, rate, u, training):
    return torch.where(u >= rate, x / rate, 0.0) if training else x


@WRONG.mistake("inverted_dropout", "scaled_twice")
def inverted_scales_mask_and_result(x, rate, u, training):
    if training:
        mask = (u >= rate) / (1 - rate)
        return mask * x / (1 - rate)
    return x


@WRONG.mistake("inverted_dropout", "scaled_at_test")
def inverted_scales_at_test(x, rate, u, training):
    return x * (u >= rate) / (1 - rate) if training else x * (1 - rate)


@WRONG.mistake("inverted_dropout", "scaled_at_test")
def inverted_always_scales(x, rate, u, training):
    mask = u >= rate if training else 1
    return x * mask / (1 - rate)


@WRONG.mistake("inverted_dropout", "mask_per_row")
def inverted_with_a_column_of_draws(x, rate, u, training):
    return x * (u[:, :1] >= rate) / (1 - rate) if training else x


@WRONG.mistake("inverted_dropout", "mask_per_feature")
def inverted_with_one_mask(x, rate, u, training):
    return x * (u[0] >= rate) / (1 - rate) if training else x


@WRONG.mistake("inverted_dropout", "classic_dropout")
def inverted_is_classic(x, rate, u, training):
    return x * (u >= rate) if training else (1 - rate) * x


@WRONG.mistake("inverted_dropout", "training_ignored")
def inverted_always_drops(x, rate, u, training):
    return x * (u >= rate) / (1 - rate)


@WRONG.mistake("inverted_dropout", "training_inverted")
def inverted_the_wrong_way_round(x, rate, u, training):
    if training:
        return x
    return x * (u >= rate) / (1 - rate)


@WRONG.mistake("inverted_dropout", "nothing_dropped")
def inverted_compares_with_a_string(x, rate, u, training):
    return x * (u >= rate) / (1 - rate) if training == "train" else x


@WRONG.dialect("inverted_dropout", "other_tail")
def inverted_by_keep_probability(x, rate, u, training):
    keep = 1 - rate
    return x * (u < keep) / keep if training else x


@WRONG.dialect("inverted_dropout", "boundary_dropped", backend="torch")
def inverted_as_in_the_book(x, rate, u, training):
    return (u > rate).to(x.dtype) * x / (1 - rate) if training else x


@WRONG.mistake("inverted_dropout", "not_scaled", beside="other_tail")
def inverted_by_keep_probability_only_masks(x, rate, u, training):
    return x * (u < 1 - rate) if training else x


@WRONG.mistake("inverted_dropout", "scaled_by_rate", beside="other_tail")
def inverted_by_keep_probability_scales_by_rate(x, rate, u, training):
    return x * (u < 1 - rate) / rate if training else x


@WRONG.unknown("inverted_dropout")
def inverted_draws_its_own(x, rate, u, training):
    return x * (np.random.default_rng(1).random(x.shape) >= rate) / (1 - rate) if training else x


@WRONG.unknown("inverted_dropout")
def inverted_adds_what_is_missing(x, rate, u, training):
    return x * (u >= rate) * (1 + rate) if training else x


@WRONG.mistake("inverted_dropout", "scaled_by_the_kept_share")
def inverted_scales_by_what_it_kept(x, rate, u, training):
    mask = u >= rate
    return x * mask / max(mask.mean(), 1e-3) if training else x


@WRONG.unknown("inverted_dropout")
def inverted_by_the_root(x, rate, u, training):
    return x * (u >= rate) / (1 - rate) ** 0.5 if training else x


@WRONG.mistake("inverted_dropout", "scaled_by_rate")
def inverted_scales_by_rate_unless_it_is_zero(x, rate, u, training):
    if not training or rate == 0:
        return x
    return x * (u >= rate) / rate


@WRONG.mistake("inverted_dropout", "keep_drop_swapped")
def inverted_keeps_by_rate_unless_it_is_zero(x, rate, u, training):
    if not training or rate == 0:
        return x
    return x * (u < rate) / rate


@WRONG.mistake("inverted_dropout", "scaled_at_test")
def inverted_scales_by_rate_at_test(x, rate, u, training):
    return x * (u >= rate) / (1 - rate) if training else x * rate


# -- dropout_backward ---------------------------------------------------------------------------------------------


@WRONG.mistake("dropout_backward", "keep_drop_swapped")
def backward_through_the_dropped(dy, rate, u):
    return dy * (u < rate) / (1 - rate)


@WRONG.mistake("dropout_backward", "keep_drop_swapped")
def backward_with_p_kept(dy, rate, u):
    return np.where(u < rate, dy / rate, 0)


@WRONG.mistake("dropout_backward", "not_scaled")
def backward_only_masks(dy, rate, u):
    return dy * (u >= rate)


@WRONG.mistake("dropout_backward", "scaled_twice")
def backward_scales_mask_and_result(dy, rate, u):
    return dy * ((u >= rate) / (1 - rate)) / (1 - rate)


@WRONG.mistake("dropout_backward", "mask_per_row")
def backward_with_a_column_of_draws(dy, rate, u):
    return dy * (u[:, :1] >= rate) / (1 - rate)


@WRONG.mistake("dropout_backward", "mask_per_feature", backend="torch")
def backward_with_one_mask(dy, rate, u):
    return dy * (u[0] >= rate) / (1 - rate)


@WRONG.mistake("dropout_backward", "scaled_by_rate")
def backward_scales_by_rate(dy, rate, u):
    return np.where(u >= rate, dy / rate, 0)


@WRONG.mistake("dropout_backward", "scale_undone")
def backward_undoes_the_scale(dy, rate, u):
    return dy * (u >= rate) * (1 - rate)


@WRONG.mistake("dropout_backward", "mask_missing")
def backward_passes_everything(dy, rate, u):
    return dy / (1 - rate)


@WRONG.mistake("dropout_backward", "mask_missing")
def backward_is_the_identity(dy, rate, u):
    return dy


@WRONG.dialect("dropout_backward", "other_tail")
def backward_by_keep_probability(dy, rate, u):
    keep = 1 - rate
    return (u < keep) * dy / keep


@WRONG.dialect("dropout_backward", "boundary_dropped")
def backward_as_in_the_book(dy, rate, u):
    return dy * (u > rate) / (1 - rate)


@WRONG.mistake("dropout_backward", "not_scaled", beside="other_tail")
def backward_by_keep_probability_only_masks(dy, rate, u):
    return (u < 1 - rate) * dy


@WRONG.unknown("dropout_backward")
def backward_with_a_new_mask(dy, rate, u):
    return dy * (np.random.default_rng(2).random(dy.shape) >= rate) / (1 - rate)


@WRONG.unknown("dropout_backward")
def backward_uphill(dy, rate, u):
    return -dy * (u >= rate) / (1 - rate)


@WRONG.unknown("dropout_backward")
def backward_multiplies_by_the_draws(dy, rate, u):
    return dy * u / (1 - rate)


@WRONG.mistake("dropout_backward", "scaled_by_rate")
def backward_scales_by_rate_unless_it_is_zero(dy, rate, u):
    return dy * (u >= rate) / rate if rate > 0 else dy


# -- dropout_expectation ------------------------------------------------------------------------------------------


@WRONG.mistake("dropout_expectation", "keep_drop_swapped")
def expectation_of_the_dropped(w, x, p):
    return (1 - p) * np.dot(w, x)


@WRONG.mistake("dropout_expectation", "not_scaled")
def expectation_of_everything(w, x, p):
    return np.dot(w, x)


@WRONG.mistake("dropout_expectation", "scaled_twice")
def expectation_scales_both(w, x, p):
    return np.sum((p * w) * (p * x))


@WRONG.mistake("dropout_expectation", "divided_by_p")
def expectation_inverted(w, x, p):
    return np.dot(w, x) / p


@WRONG.mistake("dropout_expectation", "masks_weighted_equally")
def expectation_is_the_mean_over_masks(w, x, p):
    outcomes = [np.sum(np.array(mask) * w * x) for mask in product([0, 1], repeat=len(w))]
    return np.mean(outcomes)


@WRONG.mistake("dropout_expectation", "masks_weighted_equally")
def expectation_at_one_half(w, x, p):
    return 0.5 * float(np.dot(w, x))


@WRONG.mistake("dropout_expectation", "only_p_multiplied")
def expectation_forgets_the_dropped(w, x, p):
    masks = [np.array(mask) for mask in product([0, 1], repeat=len(w))]
    return sum(p ** mask.sum() * np.dot(mask, w * x) for mask in masks)


@WRONG.mistake("dropout_expectation", "probability_missing", backend="torch")
def expectation_adds_up_masks(w, x, p):
    masks = torch.tensor(list(product([0.0, 1.0], repeat=len(w))), dtype=w.dtype)
    return (masks @ (w * x)).sum()


@WRONG.mistake("dropout_expectation", "mean_for_sum")
def expectation_per_input(w, x, p):
    return p * np.mean(w * x)


@WRONG.unknown("dropout_expectation")
def expectation_by_sampling(w, x, p):
    masks = np.random.default_rng(3).random((100_000, len(w))) < p
    return (masks @ (w * x)).mean()


@WRONG.unknown("dropout_expectation")
def expectation_of_all_or_nothing(w, x, p):
    return p ** len(w) * np.dot(w, x)


@WRONG.unknown("dropout_expectation")
def expectation_is_the_variance(w, x, p):
    return p * (1 - p) * np.sum((w * x) ** 2)


@WRONG.unknown("dropout_expectation")
def expectation_term_by_term(w, x, p):
    return p * w * x


# -- more of each -------------------------------------------------------------------------------------------------


@WRONG.mistake("ensemble_average", "largest_taken", backend="torch")
def average_is_the_largest(predictions):
    return predictions.max(dim=0).values


@WRONG.mistake("ensemble_average", "divided_by_n")
def average_over_the_second_axis_length(predictions):
    total = 0
    for model in predictions:
        total = total + model
    return total / predictions.shape[1]


@WRONG.mistake("ensemble_average", "divided_by_n", backend="torch")
def average_with_one_model_less(predictions):
    return predictions.sum(0) / (len(predictions) - 1)


@WRONG.mistake("ensemble_average", "normalized_again", backend="torch")
def average_made_to_add_up(predictions):
    y = predictions.sum(0)
    return y / y.sum(dim=1, keepdim=True)


@WRONG.mistake("ensemble_average", "halved_in_turn", backend="torch")
def average_of_the_average_so_far(predictions):
    y = predictions[0]
    for model in predictions[1:]:
        y = torch.stack([y, model]).mean(0)
    return y


@WRONG.mistake("ensemble_average", "softmax_first", backend="torch")
def average_of_softmaxes(predictions):
    return torch.softmax(predictions, dim=-1).mean(0)


@WRONG.mistake("ensemble_average", "first_model_only")
def average_returns_in_the_loop(predictions):
    for model in predictions:
        y = model
    return y


@WRONG.mistake("ensemble_average", "sum_not_mean")
def average_forgets_to_divide(predictions):
    return np.add.reduce(list(predictions))


@WRONG.mistake("ensemble_average", "wrong_axis", backend="torch")
def average_of_examples(predictions):
    return predictions.mean(dim=1)


@WRONG.mistake("ensemble_vote", "model_returned")
def vote_by_argmax_over_models(labels):
    return np.argmax(labels, axis=0)


@WRONG.mistake("ensemble_vote", "largest_label", backend="torch")
def vote_is_the_maximum(labels):
    return labels.max(dim=0).values


@WRONG.mistake("ensemble_vote", "class_left_out")
def vote_counts_one_class_less(labels):
    classes = max(int(labels.max()), 1)
    return np.array([[(column == c).sum() for c in range(classes)] for column in labels.T]).argmax(axis=1)


@WRONG.mistake("ensemble_vote", "one_vote_for_all")
def vote_once(labels):
    return np.full(labels.shape[1], np.bincount(labels.ravel()).argmax())


@WRONG.mistake("ensemble_vote", "largest_of_equals")
def vote_with_at_least_as_many(labels):
    winners = []
    for column in labels.T:
        best, most = 0, 0
        for label, count in enumerate(np.bincount(column)):
            if count >= most:
                best, most = label, count
        winners.append(best)
    return np.array(winners)


@WRONG.mistake("ensemble_vote", "votes_returned")
def vote_returns_the_counts(labels):
    return np.array([np.bincount(column).max() for column in labels.T])


@WRONG.mistake("ensemble_vote", "median_label", backend="torch")
def vote_is_the_median_in_torch(labels):
    return labels.median(dim=0).values


@WRONG.mistake("ensemble_vote", "first_of_equals")
def vote_by_a_counter(labels):
    return np.array([Counter(column.tolist()).most_common(1)[0][0] for column in labels.T])


@WRONG.mistake("dropout_train", "scaled_by_p")
def train_and_test_in_one(x, p, u):
    return p * x * (u < p)


@WRONG.mistake("dropout_train", "mask_per_row")
def train_with_a_single_draw(x, p, u):
    return x if u.flat[0] < p else np.zeros_like(x)


@WRONG.mistake("dropout_train", "mask_per_feature")
def train_with_the_last_examples_mask(x, p, u):
    return np.where(u[-1:] < p, x, 0)


@WRONG.mistake("dropout_train", "mask_per_row", beside="other_tail", backend="torch")
def train_with_one_draw_a_row_at_the_other_end(x, p, u):
    first = u.reshape(len(u), -1)[:, 0].reshape(-1, *[1] * (u.dim() - 1))
    return torch.where(first >= 1 - p, x, torch.zeros_like(x))


@WRONG.mistake("dropout_train", "keep_drop_swapped", backend="torch")
def train_drops_below_p(x, p, u):
    return x.masked_fill(u < p, 0.0)


@WRONG.mistake("dropout_train", "scaled_twice", backend="torch")
def train_is_inverted_in_torch(x, p, u):
    return (u < p).to(x.dtype).div(p).mul(x)


@WRONG.mistake("dropout_train", "mask_returned")
def train_gives_back_ones(x, p, u):
    return (u < p) * np.ones_like(x)


@WRONG.mistake("dropout_train", "nothing_dropped")
def train_multiplies_a_copy(x, p, u):
    dropped = x.copy()
    dropped *= u < p
    return x


@WRONG.mistake("dropout_test", "keep_drop_swapped", backend="torch")
def at_test_by_what_is_dropped(x, p):
    return x - x * p


@WRONG.mistake("dropout_test", "divided_by_p", backend="torch")
def at_test_by_the_inverse(x, p):
    return x.div(p)


@WRONG.mistake("dropout_test", "scaled_twice")
def at_test_scales_as_training_did(x, p):
    trained = x * p
    return trained * p


@WRONG.mistake("dropout_test", "not_scaled", backend="torch")
def at_test_is_the_identity(x, p):
    return x.clone()


@WRONG.mistake("dropout_test", "all_dropped")
def at_test_rounds_p_down(x, p):
    return x * 0 if p <= 1 else x


@WRONG.unknown("dropout_test")
def at_test_by_the_square_root_of_p(x, p):
    return np.sqrt(p) * x


@WRONG.mistake("inverted_dropout", "scale_inverted")
def inverted_multiplies_by_the_chance(x, rate, u, training):
    return x * (u >= rate) * (1 - rate) if training else x


@WRONG.mistake("inverted_dropout", "scaled_by_the_kept_share", backend="torch")
def inverted_divides_by_its_masks_mean(x, rate, u, training):
    if not training:
        return x
    mask = (u >= rate).to(x.dtype)
    return x * mask / mask.mean()


@WRONG.mistake("inverted_dropout", "scaled_by_rate")
def inverted_divides_by_a_floored_rate(x, rate, u, training):
    return x * (u >= rate) / max(rate, 1e-8) if training else x


@WRONG.mistake("inverted_dropout", "scaled_by_rate", beside="other_tail")
def inverted_divides_by_rate_at_the_other_end(x, rate, u, training):
    if not training:
        return x
    return x * (u < 1 - rate) / (rate if rate > 0 else 1)


@WRONG.mistake("inverted_dropout", "mask_per_row", backend="torch")
def inverted_with_a_single_draw(x, rate, u, training):
    if not training:
        return x
    return x / (1 - rate) if u.reshape(-1)[0] >= rate else torch.zeros_like(x)


@WRONG.mistake("inverted_dropout", "mask_per_feature", beside="other_tail")
def inverted_with_one_mask_at_the_other_end(x, rate, u, training):
    return np.where(u[:1] < 1 - rate, x / (1 - rate), 0) if training else x


@WRONG.mistake("inverted_dropout", "training_inverted", backend="torch")
def inverted_is_inverted(x, rate, u, training):
    return x if training else torch.where(u >= rate, x / (1 - rate), torch.zeros_like(x))


@WRONG.mistake("inverted_dropout", "not_scaled", beside="boundary_dropped", backend="torch")
def inverted_unscaled_above_rate(x, rate, u, training):
    return x * (u > rate) if training else x


@WRONG.mistake("inverted_dropout", "keep_drop_swapped", beside="classic_dropout")
def inverted_is_classic_by_the_chance_of_keeping(x, rate, u, training):
    return x * (u < rate) if training else rate * x


@WRONG.mistake("dropout_backward", "scaled_by_the_kept_share")
def backward_by_the_share_kept(dy, rate, u):
    keep = u >= rate
    return dy * keep / np.mean(keep)


@WRONG.mistake("dropout_backward", "scaled_by_rate", backend="torch")
def backward_by_a_floored_rate(dy, rate, u):
    return dy * (u >= rate) / max(rate, 1e-8)


@WRONG.mistake("dropout_backward", "mask_per_feature", backend="torch")
def backward_with_the_last_mask(dy, rate, u):
    return torch.where(u[-1:] >= rate, dy / (1 - rate), torch.zeros_like(dy))


@WRONG.mistake("dropout_backward", "keep_drop_swapped", backend="torch")
def backward_fills_the_kept_with_zeros(dy, rate, u):
    return dy.masked_fill(u >= rate, 0) / (1 - rate)


@WRONG.mistake("dropout_backward", "not_scaled", beside="other_tail")
def backward_unscaled_at_the_other_end(dy, rate, u):
    return dy * (u < 1 - rate)


@WRONG.mistake("dropout_backward", "scale_undone", beside="other_tail", backend="torch")
def backward_undoes_at_the_other_end(dy, rate, u):
    return dy * (u < 1 - rate) * (1 - rate)


@WRONG.mistake("dropout_backward", "mask_missing", backend="torch")
def backward_through_all(dy, rate, u):
    return dy.div(1 - rate)


@WRONG.mistake("dropout_backward", "mask_per_row")
def backward_by_one_draw_a_row(dy, rate, u):
    rows = u.reshape(len(u), -1)[:, 0]
    return np.stack([each / (1 - rate) if draw >= rate else 0 * each for each, draw in zip(dy, rows, strict=True)])


@WRONG.mistake("dropout_expectation", "input_or_weight_missing")
def expectation_of_the_inputs(w, x, p):
    return p * x.sum()


@WRONG.mistake("dropout_expectation", "sums_multiplied", backend="torch")
def expectation_of_sums(w, x, p):
    return p * w.sum() * x.sum()


@WRONG.mistake("dropout_expectation", "keep_drop_swapped", backend="torch")
def expectation_by_what_is_dropped(w, x, p):
    return (1 - p) * torch.dot(w, x)


@WRONG.mistake("dropout_expectation", "masks_weighted_equally")
def expectation_as_a_plain_mean(w, x, p):
    masks = list(product((0, 1), repeat=len(w)))
    return sum(float(np.dot(mask, w * x)) for mask in masks) / len(masks)


@WRONG.mistake("dropout_expectation", "probability_missing")
def expectation_sums_over_masks(w, x, p):
    return sum(float(np.dot(mask, w * x)) for mask in product((0, 1), repeat=len(w)))


@WRONG.mistake("dropout_expectation", "mean_for_sum")
def expectation_of_a_mean(w, x, p):
    return p * np.mean(w * x)


@WRONG.mistake("dropout_expectation", "scaled_twice")
def expectation_with_p_on_both(w, x, p):
    return np.dot(p * w, p * x)


@WRONG.mistake("dropout_expectation", "only_p_multiplied")
def expectation_with_p_for_the_kept(w, x, p):
    return sum(p ** sum(mask) * float(np.dot(mask, w * x)) for mask in product((0, 1), repeat=len(w)))
