"""Mistakes and dialects that rewrite the same lines, and so cannot be made together."""

from __future__ import annotations

KERAS_CORRECTED = {
    "no_bias_correction", "second_moment_uncorrected", "correction_root_missing", "correction_inverted",
    "root_missing", "eps_missing",
}  # fmt: skip
CLASHES = {
    # Both rewrite the point of the gradient: that is what the dialect is about.
    ("nag", "lookahead_iterates"): {"gradient_at_w", "lookahead_sign", "lookahead_without_gamma", "new_velocity_twice"},
    # Without a root or without ε there is no inside and outside.
    ("adagrad", "eps_outside_root"): {"root_missing", "eps_missing"},
    ("rmsprop", "eps_outside_root"): {"root_missing", "eps_missing"},
    ("adam", "eps_outside_root"): {"root_missing"},
    ("adam", "eps_before_correction"): {"root_missing"},
    ("adam", "eps_before_correction_inside"): {"root_missing"},
    # Without a maximum, or without its correction, it makes no difference which of the two comes first.
    ("amsgrad", "max_of_corrected"): {"max_missing", "no_bias_correction", "second_moment_uncorrected"},
    ("amsgrad", "eps_outside_root"): {"root_missing"},
    # These have no corrected v̂ whose correction could be missing.
    ("amsgrad", "eps_before_correction"): {"root_missing", "no_bias_correction", "second_moment_uncorrected"},
    ("amsgrad", "eps_before_correction_inside"): {"root_missing", "no_bias_correction", "second_moment_uncorrected"},
    # There is one mean: it is another dialect's or a mistake's.
    ("adjust_contrast", "mean_per_channel"): {"dataset_mean", "mean_of_parts", "fixed_grey"},
    ("adjust_contrast", "grey_mean"): {"dataset_mean", "mean_of_parts", "fixed_grey"},
    # Both rewrite what w is moved by.
    ("keras_sgd", "rate_outside_velocity"): {
        "nesterov_velocity_whole",
        "nesterov_new_velocity_twice",
        "velocity_late",
    },
    # Nesterov's step is not made at all: the point of the gradient has taken its place.
    ("keras_sgd", "gradient_at_lookahead"): {
        "nesterov_ignored",
        "nesterov_always",
        "nesterov_velocity_whole",
        "nesterov_new_velocity_twice",
    },
    ("keras_rmsprop", "eps_inside_root"): {"root_missing", "eps_missing"},
    ("keras_adagrad", "eps_inside_root"): {"root_missing", "eps_missing"},
    ("keras_adagrad", "accumulator_starts_at_a_tenth"): set(),
    ("keras_adam", "eps_inside_root"): {"root_missing", "eps_missing"},
    # These have no correction of v for ε to come after, or no ε.
    ("keras_adam", "eps_after_correction"): KERAS_CORRECTED,
    ("keras_adam", "eps_after_correction_inside"): KERAS_CORRECTED,
}
"""Mistakes that cannot be made together with a dialect, in any of their ways."""
