"""Wrong batch normalizations in students' own words, each with what it must be taken for."""

from __future__ import annotations

import numpy as np
import torch

from tests.corpus.forms import Forms
from tests.corpus.right_batch_norm import forward_cached, forward_with_a_dict

WRONG = Forms()

# -- forward ------------------------------------------------------------------------------------------------------


@WRONG.mistake("batch_norm_forward", "ddof_1")
def forward_with_a_sample_variance(x, gamma, beta, *, eps=1e-5):
    x_hat = (x - x.mean(0)) / np.sqrt(x.var(0, ddof=1) + eps)
    return gamma * x_hat + beta, None


@WRONG.mistake("batch_norm_forward", "ddof_1", backend="torch")
def forward_with_torchs_own_variance(x, gamma, beta, *, eps=1e-5):
    x_hat = (x - x.mean(dim=0)) / torch.sqrt(x.var(dim=0) + eps)
    return gamma * x_hat + beta, None


@WRONG.mistake("batch_norm_forward", "wrong_axis")
def forward_is_layer_normalization(x, gamma, beta, *, eps=1e-5):
    mu = x.mean(axis=1)[:, None]
    sigma = np.sqrt(((x - mu) ** 2).mean(axis=1) + eps)[:, None]
    return (x - mu) / sigma * gamma + beta, None


@WRONG.mistake("batch_norm_forward", "wrong_axis")
def forward_centers_examples(x, gamma, beta, *, eps=1e-5):
    x_hat = (x - np.mean(x, axis=-1, keepdims=True)) / np.sqrt(np.var(x, axis=0) + eps)
    return gamma * x_hat + beta, None


@WRONG.mistake("batch_norm_forward", "root_missing")
def forward_by_variance(x, gamma, beta, *, eps=1e-5):
    mu, var = x.mean(0), x.var(0)
    return gamma * ((x - mu) / (eps + var)) + beta, None


@WRONG.mistake("batch_norm_forward", "scale_shift_missing")
def forward_only_normalizes(x, gamma, beta, *, eps=1e-5):
    return (x - x.mean(0)) / np.sqrt(x.var(0) + eps), None


@WRONG.mistake("batch_norm_forward", "scale_shift_missing")
def forward_only_scales(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps), None


@WRONG.mistake("batch_norm_forward", "scale_shift_missing")
def forward_only_shifts(x, gamma, beta, *, eps=1e-5):
    return beta + (x - x.mean(0)) / np.sqrt(x.var(0) + eps), None


@WRONG.mistake("batch_norm_forward", "eps_missing")
def forward_by_bare_deviation(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(0)) / x.std(0) + beta, None


@WRONG.mistake("batch_norm_forward", "eps_ignored")
def forward_with_its_own_epsilon(x, gamma, beta, *, eps=1e-5):
    epsilon = 1e-8
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + epsilon) + beta, None


@WRONG.mistake("batch_norm_forward", "whole_array")
def forward_over_everything(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta, None


@WRONG.mistake("batch_norm_forward", "not_centered")
def forward_divides_only(x, gamma, beta, *, eps=1e-5):
    return x * gamma / np.sqrt(x.var(axis=0) + eps) + beta, None


@WRONG.mistake("batch_norm_forward", "second_moment")
def forward_by_the_mean_square(x, gamma, beta, *, eps=1e-5):
    mu = x.mean(0)
    rms = np.sqrt(np.mean(np.square(x), axis=0) + eps)
    return gamma * (x - mu) / rms + beta, None


@WRONG.mistake("batch_norm_forward", "variance_summed")
def forward_by_the_norm(x, gamma, beta, *, eps=1e-5):
    centered = x - x.mean(axis=0)
    return gamma * centered / np.sqrt((centered**2).sum(axis=0) + eps) + beta, None


@WRONG.mistake("batch_norm_forward", "gamma_beta_swapped")
def forward_with_arguments_swapped(x, beta, gamma, *, eps=1e-5):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta, None


@WRONG.mistake("batch_norm_forward", "shift_scaled")
def forward_shifts_before_it_scales(x, gamma, beta, *, eps=1e-5):
    x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
    return (x_hat + beta) * gamma, None


@WRONG.dialect("batch_norm_forward", "eps_outside_root")
def forward_guards_the_deviation(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(0)) / (x.std(0) + eps) + beta, None


@WRONG.mistake("batch_norm_forward", "ddof_1", beside="eps_outside_root", backend="torch")
def forward_guards_torchs_deviation(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(0)) / (x.std(0) + eps) + beta, None


@WRONG.mistake("batch_norm_forward", "scale_shift_missing", beside="eps_outside_root")
def forward_guards_and_forgets(x, gamma, beta, *, eps=1e-5):
    return (x - np.mean(x, axis=0)) / (np.std(x, axis=0) + eps), None


@WRONG.mistake("batch_norm_forward", "scale_shift_missing", beside="ddof_1")
def forward_with_two_mistakes(x, gamma, beta, *, eps=1e-5):
    return (x - x.mean(0)) / np.sqrt(x.var(0, ddof=1) + eps) + beta, None


@WRONG.unknown("batch_norm_forward")
def forward_by_range(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(0)) / (np.ptp(x, axis=0) + eps) + beta, None


@WRONG.unknown("batch_norm_forward")
def forward_by_median(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - np.median(x, axis=0)) / np.sqrt(x.var(0) + eps) + beta, None


@WRONG.unknown("batch_norm_forward")
def forward_by_absolute_deviation(x, gamma, beta, *, eps=1e-5):
    centered = x - x.mean(0)
    return gamma * centered / (np.abs(centered).mean(0) + eps) + beta, None


@WRONG.unknown("batch_norm_forward")
def forward_adds_epsilon_twice(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(0)) / (np.sqrt(x.var(0) + eps) + eps) + beta, None


@WRONG.unknown("batch_norm_forward")
def forward_has_another_default(x, gamma, beta, *, eps=1e-3):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta, None


@WRONG.unknown("batch_norm_forward")
def forward_in_single_precision(x, gamma, beta, *, eps=1e-5):
    narrow = x.astype(np.float32)
    y = gamma * (narrow - narrow.mean(0)) / np.sqrt(narrow.var(0) + eps) + beta
    return y.astype(x.dtype), None


@WRONG.unknown("batch_norm_forward")
def forward_clips(x, gamma, beta, *, eps=1e-5):
    x_hat = np.clip((x - x.mean(0)) / np.sqrt(x.var(0) + eps), -1, 1)
    return gamma * x_hat + beta, None


@WRONG.unknown("batch_norm_forward")
def forward_returns_no_cache(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta


@WRONG.unknown("batch_norm_forward")
def forward_clips_outliers(x, gamma, beta, *, eps=1e-5):
    x_hat = np.clip((x - x.mean(0)) / np.sqrt(x.var(0) + eps), -3, 3)
    return gamma * x_hat + beta, None


# -- backward -----------------------------------------------------------------------------------------------------


def parts(dy, cache):
    """What every backward pass here starts from."""
    g = dy * cache.gamma
    return g, cache.x_hat, cache.sigma, (dy * cache.x_hat).sum(0), dy.sum(0)


@WRONG.mistake("batch_norm_backward", "mean_path_missing", before=forward_cached)
def backward_forgets_the_mean(dy, cache):
    g, h, sigma, dgamma, dbeta = parts(dy, cache)
    return (g - h * (g * h).mean(0)) / sigma, dgamma, dbeta


@WRONG.mistake("batch_norm_backward", "variance_path_missing", before=forward_cached)
def backward_forgets_the_variance(dy, cache):
    g, _, sigma, dgamma, dbeta = parts(dy, cache)
    return (g - g.mean(axis=0)) / sigma, dgamma, dbeta


@WRONG.mistake("batch_norm_backward", "statistics_constant", before=forward_cached)
def backward_takes_statistics_for_constants(dy, cache):
    return dy * cache.gamma / cache.sigma, (dy * cache.x_hat).sum(0), dy.sum(0)


def forward_that_keeps_x(x, gamma, beta, *, eps=1e-5):
    mu, sigma = x.mean(0), np.sqrt(x.var(0) + eps)
    return gamma * (x - mu) / sigma + beta, (x, mu, sigma, gamma)


@WRONG.mistake("batch_norm_backward", "dgamma_uses_x", before=forward_that_keeps_x)
def backward_multiplies_by_x(dy, cache):
    x, mu, sigma, gamma = cache
    n, h, g = len(x), (x - mu) / sigma, dy * gamma
    dx = (g - g.sum(0) / n - h * (g * h).sum(0) / n) / sigma
    return dx, np.sum(x * dy, axis=0), dy.sum(0)


@WRONG.mistake("batch_norm_backward", "dgamma_uses_x", before=forward_that_keeps_x)
def backward_multiplies_by_centered_x(dy, cache):
    x, mu, sigma, gamma = cache
    n, h, g = len(x), (x - mu) / sigma, dy * gamma
    dx = (g - g.sum(0) / n - h * (g * h).sum(0) / n) / sigma
    return dx, np.sum((x - mu) * dy, axis=0), dy.sum(0)


@WRONG.mistake("batch_norm_backward", "dgamma_uses_x", before=forward_that_keeps_x)
def backward_builds_on_a_wrong_dgamma(dy, cache):
    x, mu, sigma, gamma = cache
    n, dgamma, dbeta = len(x), (dy * x).sum(0), dy.sum(0)
    dx = gamma / sigma / n * (n * dy - dbeta - (x - mu) / sigma * dgamma)
    return dx, dgamma, dbeta


@WRONG.mistake("batch_norm_backward", "mean_for_sum", before=forward_cached)
def backward_averages(dy, cache):
    g, h, sigma, _, _ = parts(dy, cache)
    return (g - g.mean(0) - h * (g * h).mean(0)) / sigma, (dy * h).mean(0), dy.mean(0)


@WRONG.mistake("batch_norm_backward", "mean_for_sum", before=forward_cached)
def backward_averages_the_shift_only(dy, cache):
    g, h, sigma, dgamma, dbeta = parts(dy, cache)
    return (g - g.mean(0) - h * (g * h).mean(0)) / sigma, dgamma, dbeta / len(dy)


@WRONG.mistake("batch_norm_backward", "mean_for_sum", before=forward_cached)
def backward_averages_and_builds_on_it(dy, cache):
    n, h = len(dy), cache.x_hat
    dgamma, dbeta = np.mean(h * dy, axis=0), np.mean(dy, axis=0)
    return cache.gamma / (n * cache.sigma) * (n * dy - dbeta - h * dgamma), dgamma, dbeta


@WRONG.mistake("batch_norm_backward", "gamma_missing", before=forward_cached)
def backward_forgets_the_scale(dy, cache):
    h = cache.x_hat
    return (dy - dy.mean(0) - h * (dy * h).mean(0)) / cache.sigma, (dy * h).sum(0), dy.sum(0)


@WRONG.mistake("batch_norm_backward", "dgamma_dbeta_swapped", before=forward_cached)
def backward_returns_in_another_order(dy, cache):
    g, h, sigma, dgamma, dbeta = parts(dy, cache)
    return (g - g.mean(0) - h * (g * h).mean(0)) / sigma, dbeta, dgamma


@WRONG.mistake("batch_norm_backward", "eps_missing", before=forward_with_a_dict)
def backward_by_bare_deviation(dy, cache):
    sigma, h, g = np.sqrt(cache["var"]), cache["x_hat"], dy * cache["gamma"]
    n = len(dy)
    centered = (cache["x_hat"]) * np.sqrt(cache["var"] + cache["eps"])
    dvar = (g * centered).sum(0) * -0.5 * sigma**-3
    dmean = -(g / sigma).sum(0)
    return g / sigma + dvar * 2 * centered / n + dmean / n, (dy * h).sum(0), dy.sum(0)


@WRONG.mistake("batch_norm_backward", "n_missing", before=forward_cached)
def backward_sums_where_it_should_average(dy, cache):
    g, h, sigma, dgamma, dbeta = parts(dy, cache)
    return (g - g.sum(0) - h * (g * h).sum(0)) / sigma, dgamma, dbeta


@WRONG.mistake("batch_norm_backward", "power_wrong", before=forward_that_keeps_x)
def backward_with_a_wrong_power(dy, cache):
    x, mu, sigma, gamma = cache
    n, g = len(x), dy * gamma
    dvar = -0.5 * (g * (x - mu)).sum(0) / sigma
    dx = g / sigma + 2 / n * dvar * (x - mu) - (g / sigma).sum(0) / n
    return dx, (dy * (x - mu) / sigma).sum(0), dy.sum(0)


@WRONG.mistake("batch_norm_backward", "half_missing", before=forward_that_keeps_x)
def backward_without_the_half(dy, cache):
    x, mu, sigma, gamma = cache
    n, g = len(x), dy * gamma
    dvar = -(g * (x - mu)).sum(0) / sigma**3
    dx = g / sigma + 2 / n * dvar * (x - mu) - (g / sigma).sum(0) / n
    return dx, (dy * (x - mu) / sigma).sum(0), dy.sum(0)


@WRONG.mistake("batch_norm_backward", "two_missing", before=forward_that_keeps_x)
def backward_without_the_two(dy, cache):
    x, mu, sigma, gamma = cache
    n, g = len(x), dy * gamma
    dvar = -0.5 * (g * (x - mu)).sum(0) / sigma**3
    dx = g / sigma + 1 / n * dvar * (x - mu) - (g / sigma).sum(0) / n
    return dx, (dy * (x - mu) / sigma).sum(0), dy.sum(0)


@WRONG.mistake("batch_norm_backward", "sign_flipped", before=forward_cached)
def backward_adds_the_paths(dy, cache):
    g, h, sigma, dgamma, dbeta = parts(dy, cache)
    return (g + g.mean(0) + h * (g * h).mean(0)) / sigma, dgamma, dbeta


@WRONG.mistake("batch_norm_backward", "mean_for_sum", beside="variance_path_missing", before=forward_cached)
def backward_with_two_mistakes(dy, cache):
    g, h, sigma, _, _ = parts(dy, cache)
    return (g - g.mean(axis=0)) / sigma, (dy * h).mean(0), dy.mean(0)


@WRONG.unknown("batch_norm_backward", before=forward_cached)
def backward_passes_dy_on(dy, cache):
    return dy, (dy * cache.x_hat).sum(0), dy.sum(0)


@WRONG.mistake("batch_norm_backward", "wrong_axis", before=forward_cached)
def backward_over_features(dy, cache):
    g, h, sigma, dgamma, dbeta = parts(dy, cache)
    return (g - g.mean(1, keepdims=True) - h * (g * h).mean(1, keepdims=True)) / sigma, dgamma, dbeta


@WRONG.mistake("batch_norm_backward", "n_minus_one", before=forward_cached)
def backward_by_sample_size(dy, cache):
    g, h, sigma, dgamma, dbeta = parts(dy, cache)
    n = len(dy) - 1
    return (g - g.sum(0) / n - h * (g * h).sum(0) / n) / sigma, dgamma, dbeta


@WRONG.unknown("batch_norm_backward", before=forward_cached)
def backward_halves_dgamma(dy, cache):
    g, h, sigma, dgamma, dbeta = parts(dy, cache)
    return (g - g.mean(0) - h * (g * h).mean(0)) / sigma, dgamma / 2, dbeta


@WRONG.unknown("batch_norm_backward", before=forward_cached)
def backward_returns_two(dy, cache):
    g, h, sigma, dgamma, _ = parts(dy, cache)
    return (g - g.mean(0) - h * (g * h).mean(0)) / sigma, dgamma


@WRONG.unknown("batch_norm_backward", before=forward_cached)
def backward_in_single_precision(dy, cache):
    g, h, sigma, dgamma, dbeta = parts(dy.astype(np.float32).astype(dy.dtype), cache)
    return (g - g.mean(0) - h * (g * h).mean(0)) / sigma, dgamma, dbeta


def forward_that_guards(x, gamma, beta, *, eps=1e-5):
    sigma = x.std(0)
    return gamma * (x - x.mean(0)) / (sigma + eps) + beta, (x - x.mean(0), gamma, sigma, eps)


@WRONG.dialect("batch_norm_backward", "eps_outside_root", before=forward_that_guards)
def backward_of_a_guarded_deviation(dy, cache):
    centered, gamma, sigma, eps = cache
    g, s = dy * gamma, sigma + eps
    dsigma = -(g * centered).sum(0) / s**2
    dx = (g - g.mean(0)) / s + dsigma * centered / (len(dy) * sigma)
    return dx, (dy * centered / s).sum(0), dy.sum(0)


# -- inference ----------------------------------------------------------------------------------------------------


@WRONG.mistake("batch_norm_inference", "batch_statistics")
def inference_still_trains(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta


@WRONG.mistake("batch_norm_inference", "batch_statistics")
def inference_centers_by_the_batch(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * (x - x.mean(0)) / np.sqrt(running_var + eps) + beta


@WRONG.mistake("batch_norm_inference", "root_missing")
def inference_by_variance(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * (x - running_mean) / (eps + running_var) + beta


@WRONG.mistake("batch_norm_inference", "eps_missing")
def inference_by_bare_deviation(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * (x - running_mean) / running_var**0.5 + beta


@WRONG.mistake("batch_norm_inference", "scale_shift_missing")
def inference_only_normalizes(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return (x - running_mean) * (running_var + eps) ** -0.5


@WRONG.mistake("batch_norm_inference", "scale_shift_missing")
def inference_only_scales(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return (x - running_mean) * (running_var + eps) ** -0.5 * gamma


@WRONG.mistake("batch_norm_inference", "eps_ignored")
def inference_with_its_own_epsilon(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * (x - running_mean) / np.sqrt(running_var + 0.00001) + beta


@WRONG.mistake("batch_norm_inference", "not_centered")
def inference_divides_only(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return x * gamma / np.sqrt(running_var + eps) + beta


@WRONG.mistake("batch_norm_inference", "gamma_beta_swapped")
def inference_with_arguments_swapped(x, beta, gamma, running_mean, running_var, *, eps=1e-5):
    return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta


@WRONG.mistake("batch_norm_inference", "shift_scaled")
def inference_shifts_before_it_scales(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * ((x - running_mean) / np.sqrt(running_var + eps) + beta)


@WRONG.dialect("batch_norm_inference", "eps_outside_root", backend="torch")
def inference_guards_the_deviation(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * (x - running_mean) / (torch.sqrt(running_var) + eps) + beta


@WRONG.mistake("batch_norm_inference", "statistics_updated")
def inference_blends_the_statistics(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    mean = 0.9 * running_mean + 0.1 * x.mean(0)
    var = 0.9 * running_var + 0.1 * x.var(0)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


@WRONG.mistake("batch_norm_inference", "variance_corrected")
def inference_corrects_the_variance(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * (x - running_mean) / np.sqrt(running_var * len(x) / (len(x) - 1) + eps) + beta


@WRONG.mistake("batch_norm_inference", "statistics_swapped")
def inference_swaps_mean_and_variance(x, gamma, beta, running_var, running_mean, *, eps=1e-5):
    return gamma * (x - running_mean) / np.sqrt(np.abs(running_var) + eps) + beta


@WRONG.unknown("batch_norm_inference")
def inference_is_the_identity(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * x + beta


@WRONG.unknown("batch_norm_inference")
def inference_clips_outliers(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * np.clip((x - running_mean) / np.sqrt(running_var + eps), -3, 3) + beta


@WRONG.mistake("batch_norm_inference", "batch_statistics", beside="eps_outside_root")
def inference_guards_the_batchs_deviation(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * (x - x.mean(0)) / (x.std(0) + eps) + beta


@WRONG.mistake("batch_norm_inference", "batch_statistics")
def inference_with_a_sample_variance(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0, ddof=1) + eps) + beta


# -- more of each -------------------------------------------------------------------------------------------------


@WRONG.mistake("batch_norm_forward", "eps_missing")
def forward_guards_zeros_only(x, gamma, beta, *, eps=1e-5):
    std = x.std(axis=0)
    std[std == 0] = 1
    return gamma * (x - x.mean(axis=0)) / std + beta, None


@WRONG.mistake("batch_norm_forward", "eps_ignored")
def forward_guards_by_its_own_epsilon(x, gamma, beta, *, eps=1e-5):
    return gamma * ((x - x.mean(0)) / (x.std(0) + 1e-5)) + beta, None


@WRONG.mistake("batch_norm_forward", "eps_ignored", backend="torch")
def forward_with_a_thousandth(x, gamma, beta, *, eps=1e-5):
    return torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-3), None


@WRONG.mistake("batch_norm_forward", "ddof_1", beside="eps_ignored", backend="torch")
def forward_guards_torchs_deviation_its_own_way(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(0)) / (x.std(0) + 1e-8) + beta, None


@WRONG.mistake("batch_norm_forward", "eps_as_floor", backend="torch")
def forward_clamps_the_deviation(x, gamma, beta, *, eps=1e-5):
    std = ((x - x.mean(0)) ** 2).mean(0).sqrt()
    return gamma * (x - x.mean(0)) / std.clamp(min=eps) + beta, None


@WRONG.mistake("batch_norm_forward", "root_missing")
def forward_takes_variance_for_deviation(x, gamma, beta, *, eps=1e-5):
    std = np.var(x, axis=0)
    return gamma * (x - np.mean(x, axis=0)) / std + beta, None


@WRONG.mistake("batch_norm_forward", "variance_summed")
def forward_divides_by_the_width(x, gamma, beta, *, eps=1e-5):
    n, _ = x.T.shape  # taken apart the wrong way round
    mean = x.mean(0)
    return gamma * (x - mean) / np.sqrt(((x - mean) ** 2).sum(0) / n + eps) + beta, None


@WRONG.mistake("batch_norm_forward", "whole_array", backend="torch")
def forward_over_every_number(x, gamma, beta, *, eps=1e-5):
    var, mean = torch.var_mean(x, correction=0)
    return gamma * (x - mean) / torch.sqrt(var + eps) + beta, None


@WRONG.dialect("batch_norm_forward", "eps_outside_root")
def forward_guards_by_another_default(x, gamma, beta, *, eps=1e-8):
    """Another convention, which would be none the worse, and another default."""
    return gamma * (x - x.mean(0)) / (x.std(0) + eps) + beta, None


@WRONG.mistake("batch_norm_forward", "ddof_1", backend="torch")
def forward_of_samples_in_single_precision(x, gamma, beta, *, eps=1e-5):
    single = x.float()
    y = gamma.float() * (single - single.mean(0)) / torch.sqrt(single.var(0) + eps) + beta.float()
    return y.to(x.dtype), None


@WRONG.mistake("batch_norm_backward", "mean_for_sum", beside="dx_averaged", before=forward_cached)
def backward_averages_everything(dy, cache):
    g, x_hat, sigma, dgamma, dbeta = parts(dy, cache)
    n = len(dy)
    dx = (g - g.mean(0) - x_hat * (g * x_hat).mean(0)) / sigma
    return dx / n, dgamma / n, dbeta / n


@WRONG.mistake("batch_norm_backward", "dx_averaged", before=forward_cached)
def backward_divides_once_more(dy, cache):
    _, x_hat, sigma, dgamma, dbeta = parts(dy, cache)
    return cache.gamma / (sigma * len(dy) ** 2) * (len(dy) * dy - dbeta - x_hat * dgamma), dgamma, dbeta


@WRONG.mistake("batch_norm_backward", "root_missing", before=forward_with_a_dict)
def backward_divides_by_the_variance(dy, cache):
    g, x_hat, n = dy * cache["gamma"], cache["x_hat"], len(dy)
    dx = (g - g.sum(0) / n - x_hat * (g * x_hat).sum(0) / n) / (cache["var"] + cache["eps"])
    return dx, (dy * x_hat).sum(0), dy.sum(0)


@WRONG.mistake("batch_norm_backward", "eps_missing", before=forward_with_a_dict)
def backward_of_bare_deviation_in_one_line(dy, cache):
    x_hat, n = cache["x_hat"], len(dy)
    dgamma, dbeta = (dy * x_hat).sum(0), dy.sum(0)
    dx = cache["gamma"] / np.sqrt(cache["var"]) * (dy - dbeta / n - x_hat * dgamma / n)
    return dx, dgamma, dbeta


@WRONG.mistake("batch_norm_backward", "eps_ignored", before=forward_with_a_dict)
def backward_with_its_own_epsilon(dy, cache):
    x_hat, n = cache["x_hat"], len(dy)
    dgamma, dbeta = (dy * x_hat).sum(0), dy.sum(0)
    dx = cache["gamma"] / np.sqrt(cache["var"] + 1e-5) * (dy - dbeta / n - x_hat * dgamma / n)
    return dx, dgamma, dbeta


@WRONG.mistake("batch_norm_backward", "eps_outside_in_dx", before=forward_with_a_dict)
def backward_guards_where_forward_does_not(dy, cache):
    x_hat, n = cache["x_hat"], len(dy)
    dgamma, dbeta = (dy * x_hat).sum(0), dy.sum(0)
    dx = cache["gamma"] / (np.sqrt(cache["var"]) + cache["eps"]) * (dy - dbeta / n - x_hat * dgamma / n)
    return dx, dgamma, dbeta


@WRONG.mistake("batch_norm_backward", "gradient_of_eps_inside", before=forward_that_guards)
def backward_in_one_line_after_a_guard(dy, cache):
    centered, gamma, sigma, eps = cache
    g, x_hat = dy * gamma, centered / (sigma + eps)
    dx = (g - g.mean(0) - x_hat * (g * x_hat).mean(0)) / (sigma + eps)
    return dx, (dy * x_hat).sum(0), dy.sum(0)


@WRONG.mistake("batch_norm_backward", "mean_path_missing", beside="gradient_of_eps_inside", before=forward_that_guards)
def backward_forgets_the_mean_after_a_guard(dy, cache):
    centered, gamma, sigma, eps = cache
    g, x_hat = dy * gamma, centered / (sigma + eps)
    return (g - x_hat * (g * x_hat).mean(0)) / (sigma + eps), (dy * x_hat).sum(0), dy.sum(0)


@WRONG.mistake(
    "batch_norm_backward", "variance_path_missing", beside="gradient_of_eps_inside", before=forward_that_guards
)
def backward_forgets_the_variance_after_a_guard(dy, cache):
    centered, gamma, sigma, eps = cache
    g = dy * gamma
    return (g - g.mean(0)) / (sigma + eps), (dy * centered / (sigma + eps)).sum(0), dy.sum(0)


def forward_that_detaches(x, gamma, beta, *, eps=1e-5):
    leaves = [each.detach().requires_grad_() for each in (x, gamma, beta)]
    x, gamma, beta = leaves
    mean, var = x.mean(0).detach(), x.var(0, correction=0).detach()
    y = gamma * (x - mean) / torch.sqrt(var + eps) + beta
    return y.detach(), (y, leaves)


@WRONG.mistake("batch_norm_backward", "statistics_constant", backend="torch", before=forward_that_detaches)
def backward_of_detached_statistics(dy, cache):
    y, leaves = cache
    return torch.autograd.grad(y, leaves, dy)


def forward_that_keeps_y(x, gamma, beta, *, eps=1e-5):
    y, cache = forward_cached(x, gamma, beta, eps=eps)
    return y, (y.copy(), cache)


@WRONG.mistake("batch_norm_backward", "dgamma_uses_x", before=forward_that_keeps_y)
def backward_multiplies_by_the_output(dy, cache):
    y, cache = cache
    g, x_hat, sigma, _, dbeta = parts(dy, cache)
    return (g - g.mean(0) - x_hat * (g * x_hat).mean(0)) / sigma, (dy * y).sum(0), dbeta


@WRONG.mistake("batch_norm_inference", "batch_statistics", beside="eps_outside_root")
def inference_takes_the_batchs_deviation(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    std = np.sqrt(np.mean((x - x.mean(0)) ** 2, axis=0))
    return gamma * (x - running_mean) / (std + eps) + beta


@WRONG.mistake("batch_norm_inference", "batch_statistics", backend="torch")
def inference_forgets_eval(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return torch.nn.functional.batch_norm(x, running_mean, running_var, gamma, beta, True, 0.1, eps)


@WRONG.mistake("batch_norm_inference", "statistics_updated", backend="torch")
def inference_updates_first(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    running_mean.mul_(0.9).add_(x.mean(0), alpha=0.1)
    running_var.mul_(0.9).add_(x.var(0, correction=0), alpha=0.1)
    return gamma * (x - running_mean) / torch.sqrt(running_var + eps) + beta


@WRONG.mistake("batch_norm_inference", "eps_ignored")
def inference_guards_by_its_own_epsilon(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * (x - running_mean) / (np.sqrt(running_var) + 1e-8) + beta


@WRONG.mistake("batch_norm_inference", "root_missing")
def inference_takes_variance_for_deviation(x, gamma, beta, running_mean, running_std, *, eps=1e-5):
    return gamma * (x - running_mean) / running_std + beta


@WRONG.mistake("batch_norm_inference", "eps_as_floor")
def inference_with_a_least_variance(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    running_var[running_var < eps] = eps
    return gamma * (x - running_mean) / np.sqrt(running_var) + beta


@WRONG.mistake("batch_norm_inference", "eps_missing")
def inference_guards_zeros_only(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    std = np.sqrt(np.where(running_var == 0, 1, running_var))
    return gamma * (x - running_mean) / std + beta


@WRONG.mistake("batch_norm_inference", "scale_shift_missing", beside="eps_outside_root", backend="torch")
def inference_guards_and_forgets_the_shift(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return (x - running_mean) / (running_var.sqrt() + eps) * gamma


@WRONG.mistake("batch_norm_inference", "not_centered", backend="torch")
def inference_only_rescales(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return x * (gamma * torch.rsqrt(running_var + eps)) + beta


@WRONG.mistake("batch_norm_inference", "gamma_beta_swapped")
def inference_scales_by_the_shift(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    x_hat = (x - running_mean) / np.sqrt(running_var + eps)
    return np.multiply(x_hat, beta) + gamma


@WRONG.mistake("batch_norm_forward", "whole_array", beside="eps_outside_root", backend="torch")
def forward_by_torchs_own_mean_and_std(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean()) / (x.std() + eps) + beta, None
