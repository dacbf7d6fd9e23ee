"""Mistakes and dialects that rewrite the same lines, and so cannot be made together."""

from __future__ import annotations

CORRECTED = {"no_bias_correction", "second_moment_uncorrected"}
KERAS_CORRECTED = {
    "no_bias_correction", "second_moment_uncorrected", "correction_root_missing", "correction_inverted",
    "root_missing", "eps_missing",
}  # fmt: skip
EPS_ELSEWHERE = {"eps_missing", "eps_ignored", "eps_as_floor"}
ONE_FLOOR = {"not_scaled", "minimum_not_maximum", "eps_missing", "eps_ignored", "eps_on_variance"}
OTHER_MEAN = {"dataset_mean", "mean_of_parts", "fixed_grey", "middle_for_mean"}

CLASHES = {
    # Both rewrite the point of the gradient: that is what the dialect is about.
    ("nag", "lookahead_iterates"): {
        "gradient_at_w",
        "lookahead_sign",
        "lookahead_without_gamma",
        "new_velocity_twice",
        "lookahead_kept",
        "lookahead_without_lr",
    },
    # Without a root or without ε there is no inside and outside.
    ("adagrad", "eps_outside_root"): {"root_missing", "eps_missing"},
    ("rmsprop", "eps_outside_root"): {"root_missing", "eps_missing"},
    ("adagrad", "accumulator_starts_at_a_tenth"): set(),
    ("adam", "eps_outside_root"): {"root_missing", "eps_missing"},
    # These have no corrected v̂ whose correction could be missing or wrong.
    ("adam", "eps_before_correction"): {"root_missing", "eps_missing", *CORRECTED},
    ("adam", "eps_before_correction_inside"): {"root_missing", "eps_missing", *CORRECTED},
    # Without a maximum, or without its correction, it makes no difference which of the two comes first.
    ("amsgrad", "max_of_corrected"): {"max_missing", *CORRECTED},
    ("amsgrad", "eps_outside_root"): {"root_missing", "eps_missing"},
    ("amsgrad", "eps_before_correction"): {"root_missing", "eps_missing", *CORRECTED},
    ("amsgrad", "eps_before_correction_inside"): {"root_missing", "eps_missing", *CORRECTED},
    # Without the root or the argument ε there is no inside and outside; the backward pass has another power there.
    ("batch_norm_forward", "eps_outside_root"): {"root_missing", *EPS_ELSEWHERE},
    ("batch_norm_backward", "eps_outside_root"): {
        "root_missing",
        "power_wrong",
        "eps_missing",
        "eps_ignored",
        "eps_outside_in_dx",
        "gradient_of_eps_inside",
    },
    ("batch_norm_inference", "eps_outside_root"): {"root_missing", *EPS_ELSEWHERE},
    # The swap is a comparison of its own, at either end of u; without a mask there is nothing to compare.
    ("dropout_train", "other_tail"): {"keep_drop_swapped", "nothing_dropped"},
    ("dropout_train", "boundary_kept"): {"keep_drop_swapped", "nothing_dropped"},
    ("inverted_dropout", "other_tail"): {"keep_drop_swapped", "nothing_dropped"},
    ("inverted_dropout", "boundary_dropped"): {"keep_drop_swapped", "nothing_dropped"},
    ("dropout_backward", "other_tail"): {"keep_drop_swapped", "mask_missing"},
    ("dropout_backward", "boundary_dropped"): {"keep_drop_swapped", "mask_missing"},
    # The guard has taken the place of what they are about.
    ("min_max_normalize", "guarded_denominator"): {
        "constant_feature_nan",
        "divided_by_max",
        "standardized",
        "guard_too_large",
    },
    ("standardize", "guarded_denominator"): {"constant_feature_nan", "guard_too_large"},
    # There is one denominator, and one floor under it.
    ("contrast_normalize_dataset", "eps_added"): ONE_FLOOR,
    ("contrast_normalize_dataset", "eps_inside_root"): ONE_FLOOR,
    ("contrast_normalize_dataset", "eps_as_threshold"): ONE_FLOOR,
    ("contrast_normalize_image", "eps_added"): ONE_FLOOR,
    ("contrast_normalize_image", "eps_inside_root"): ONE_FLOOR,
    ("contrast_normalize_image", "eps_as_threshold"): ONE_FLOOR,
    ("local_contrast_normalize", "mean_deviation_floor"): {*ONE_FLOOR, "eps_zeroes"},
    ("local_contrast_normalize", "eps_added"): {*ONE_FLOOR, "eps_zeroes"},
    ("local_contrast_normalize", "eps_inside_root"): {*ONE_FLOOR, "eps_zeroes"},
    ("local_contrast_normalize", "eps_as_threshold"): {*ONE_FLOOR, "eps_zeroes"},
    # Both say over which pixels the statistics are.
    ("local_contrast_normalize", "window_deviation"): {
        "root_mean_square",
        "mean_absolute_deviation",
        "window_in_one_direction",
    },
    ("local_contrast_normalize", "channels_pooled"): {
        "border_cut",
        "center_left_out",
        "whole_image",
        "window_in_one_direction",
        "root_mean_square",
        "mean_absolute_deviation",
    },
    # There is one mean: it is another dialect's or a mistake's.
    ("adjust_contrast", "mean_per_channel"): OTHER_MEAN,
    ("adjust_contrast", "grey_mean"): OTHER_MEAN,
    # Both rewrite what w is moved by.
    ("keras_sgd", "rate_outside_velocity"): {
        "nesterov_velocity_whole",
        "nesterov_new_velocity_twice",
        "momentum_ignored",
        "velocity_late",
    },
    # Nesterov's step is not made at all: the point of the gradient has taken its place.
    ("keras_sgd", "gradient_at_lookahead"): {
        "nesterov_ignored",
        "nesterov_always",
        "nesterov_velocity_whole",
        "nesterov_new_velocity_twice",
        "momentum_ignored",
    },
    ("keras_rmsprop", "eps_inside_root"): {"root_missing", "eps_missing"},
    ("keras_adagrad", "eps_inside_root"): {"root_missing", "eps_missing"},
    ("keras_adagrad", "accumulator_starts_at_a_tenth"): set(),
    ("keras_adam", "eps_inside_root"): {"root_missing", "eps_missing"},
    # These have no correction of v for ε to come after, or no ε.
    ("keras_adam", "eps_after_correction"): KERAS_CORRECTED,
    ("keras_adam", "eps_after_correction_inside"): KERAS_CORRECTED,
    # Both rewrite the correction of v, or the maximum.
    ("keras_adam", "max_of_corrected"): {
        "no_bias_correction",
        "second_moment_uncorrected",
        "correction_root_missing",
        "correction_inverted",
        "amsgrad_ignored",
        "max_not_kept",
        "max_overwrites_v",
    },
    # Both rewrite the loop over the trials and the values, or that over the names.
    ("grid_search", "first_varies_fastest"): {"values_sorted", "lists_taken_apart"},
    ("grid_search", "names_sorted"): set(),
}
"""Mistakes that cannot be made together with a dialect, in any of their ways."""
