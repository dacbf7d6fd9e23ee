"""The contract's tables, retyped by hand: what every page is held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Row(NamedTuple):
    """A row of the contract: the signature, the named steps and the known mistakes and dialects, in its order."""

    call: str
    steps: str
    mistakes: str
    dialects: str = ""


_ADAM = "(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8)"
_NORMALIZED = "ddof_1 not_centered variance_not_std"

CONTRACT: Mapping[str, Row] = {
    # -- optimizers
    "gradient_descent": Row("(w, grad, *, lr=0.01)", "w", "sign_flipped lr_missing gradient_normalized"),
    "sgd": Row(
        "(w, grad, order, *, lr=0.01, batch_size=32)",
        "w",
        "last_batch_dropped order_ignored full_batch stale_w batch_gradient_summed",
    ),
    "momentum": Row(
        "(w, grad, *, lr=0.01, gamma=0.9)",
        "v w",
        "velocity_averaged sign_flipped velocity_not_kept lr_applied_twice",
    ),
    "nag": Row(
        "(w, grad, *, lr=0.01, gamma=0.9)",
        "v w",
        "gradient_at_w lookahead_sign lookahead_without_gamma new_velocity_twice",
        "lookahead_iterates",
    ),
    "adagrad": Row(
        "(w, grad, *, lr=0.01, eps=1e-8)",
        "G w",
        "root_missing gradient_not_squared accumulator_not_kept accumulator_scalar eps_missing",
        "eps_outside_root",
    ),
    "rmsprop": Row(
        "(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8)",
        "G w",
        "sum_not_average weights_swapped root_missing one_minus_gamma_missing",
        "eps_outside_root",
    ),
    "adadelta": Row(
        "(w, grad, *, gamma=0.95, eps=1e-6)",
        "G s w",
        "s_from_gradient s_updated_first ratio_inverted root_missing",
    ),
    "adam": Row(
        _ADAM,
        "m v m_hat v_hat w",
        "no_bias_correction first_moment_uncorrected second_moment_uncorrected t_off_by_one t_constant betas_swapped"
        " moment_overwritten root_missing gradient_not_squared",
        "eps_outside_root eps_before_correction eps_before_correction_inside",
    ),
    "amsgrad": Row(_ADAM, "m v v_max w", "max_missing max_not_kept", "max_of_corrected eps_outside_root"),
    # -- learning-rate decay
    "time_decay": Row("(lr, decay, t)", "", "t_off_by_one linear"),
    "step_decay": Row("(lr, drop, every, t)", "", "t_off_by_one floor_missing"),
    "exponential_decay": Row("(lr, k, t)", "", "t_off_by_one sign_flipped"),
    # -- Keras's optimizers
    "keras_sgd": Row(
        "(w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False)",
        "",
        "decay_ignored decay_compounds decay_from_one nesterov_ignored",
    ),
    "keras_rmsprop": Row(
        "(w, grad, *, lr=0.001, rho=0.9, epsilon=None, decay=0.0)",
        "",
        "decay_ignored decay_compounds decay_from_one",
        "eps_inside_root",
    ),
    "keras_adagrad": Row(
        "(w, grad, *, lr=0.01, epsilon=None, decay=0.0)",
        "",
        "decay_ignored decay_compounds decay_from_one",
        "eps_inside_root",
    ),
    "keras_adam": Row(
        "(w, grad, *, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False)",
        "",
        "decay_ignored decay_compounds decay_from_one",
        "eps_inside_root",
    ),
    # -- data normalization
    "min_max_normalize": Row(
        "(x)", "", "whole_array wrong_axis not_centered constant_feature_nan", "guarded_denominator"
    ),
    "standardize": Row(
        "(x)",
        "",
        "whole_array wrong_axis ddof_1 not_centered variance_not_std constant_feature_nan",
        "guarded_denominator",
    ),
    "contrast_normalize_dataset": Row("(images, *, eps=1e-8)", "", f"wrong_axis {_NORMALIZED}"),
    "contrast_normalize_image": Row("(images, *, eps=1e-8)", "", f"whole_array wrong_axis {_NORMALIZED}"),
    "local_contrast_normalize": Row("(images, *, size=5, eps=0.0001)", "", _NORMALIZED, "window_deviation"),
    # -- batch normalization
    "batch_norm_forward": Row(
        "(x, gamma, beta, *, eps=1e-5)",
        "mean var x_hat y",
        "ddof_1 wrong_axis root_missing scale_shift_missing eps_missing",
        "eps_outside_root",
    ),
    "batch_norm_backward": Row(
        "(dy, cache)",
        "dgamma dbeta dx",
        "mean_path_missing variance_path_missing dgamma_uses_x mean_for_sum",
    ),
    "batch_norm_inference": Row(
        "(x, gamma, beta, running_mean, running_var, *, eps=1e-5)",
        "x_hat y",
        "batch_statistics root_missing eps_missing scale_shift_missing",
        "eps_outside_root",
    ),
    # -- hyper-parameter search
    "grid_search": Row("(space)", "", "zip_not_product", "first_varies_fastest"),
    "random_search": Row("(space, n, rng)", "", "uniform_not_log"),
    "run_search": Row("(objective, trials)", "", "maximizes last_of_equals evaluates_twice"),
    # -- image augmentation
    "horizontal_flip": Row("(images, flip)", "", "flips_vertically flips_all"),
    "pad_and_crop": Row("(images, pad, top, left)", "", "offsets_swapped edge_padded"),
    "rotate90": Row("(images, k)", "", "clockwise"),
    "adjust_brightness": Row("(images, delta)", "", "not_clipped"),
    "adjust_contrast": Row("(images, factor)", "", "not_clipped dataset_mean"),
    # -- regularization
    "ensemble_average": Row("(predictions)", "", "wrong_axis sum_not_mean"),
    "ensemble_vote": Row("(labels)", "", "wrong_axis largest_of_equals"),
    "dropout_train": Row("(x, p, u)", "", "keep_drop_swapped scaled_twice mask_per_row", "other_tail"),
    "dropout_test": Row("(x, p)", "", "keep_drop_swapped not_scaled scaled_twice"),
    "inverted_dropout": Row(
        "(x, rate, u, training)",
        "",
        "keep_drop_swapped not_scaled scaled_by_rate scaled_twice scaled_at_test mask_per_row mask_per_feature",
        "other_tail",
    ),
    "dropout_backward": Row(
        "(dy, rate, u)", "", "keep_drop_swapped not_scaled scaled_twice mask_per_row", "other_tail"
    ),
    "dropout_expectation": Row("(w, x, p)", "", "keep_drop_swapped not_scaled scaled_twice"),
    "keras_dropout": Row(
        "(rate, noise_shape=None, seed=None)(x, training)",
        "",
        "keep_drop_swapped not_scaled scaled_twice scaled_at_test mask_per_row",
    ),
}
"""Every algorithm of lecture 8, in the contract's order."""
