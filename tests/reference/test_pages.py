"""Every page, held against torch, against the contract, and against its own known mistakes."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pytest

from reference import Case, Page, Stream, Variant, pages
from tests.reference.replay import CLEAR, ROUNDINGS, SEED, Walk, excess, replay, separation, walks

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


class Row(NamedTuple):
    """A row of the contract."""

    defaults: dict[str, Any]
    steps: str
    mistakes: str
    dialects: str = ""


ADAM = {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
DECAY = "decay_ignored decay_compounds decay_from_one"
CONTRACT = {
    "gradient_descent": Row({"lr": 0.01}, "w", "sign_flipped lr_missing gradient_normalized"),
    "sgd": Row(
        {"lr": 0.01, "batch_size": 32},
        "w",
        "last_batch_dropped order_ignored full_batch stale_w batch_gradient_summed",
    ),
    "momentum": Row(
        {"lr": 0.01, "gamma": 0.9}, "v w", "velocity_averaged sign_flipped velocity_not_kept lr_applied_twice"
    ),
    "nag": Row(
        {"lr": 0.01, "gamma": 0.9},
        "v w",
        "gradient_at_w lookahead_sign lookahead_without_gamma new_velocity_twice",
        "lookahead_iterates",
    ),
    "adagrad": Row(
        {"lr": 0.01, "eps": 1e-8},
        "G w",
        "root_missing gradient_not_squared accumulator_not_kept accumulator_scalar eps_missing",
        "eps_outside_root",
    ),
    "rmsprop": Row(
        {"lr": 0.001, "gamma": 0.99, "eps": 1e-8},
        "G w",
        "sum_not_average weights_swapped root_missing one_minus_gamma_missing",
        "eps_outside_root",
    ),
    "adadelta": Row(
        {"gamma": 0.95, "eps": 1e-6}, "G s w", "s_from_gradient s_updated_first ratio_inverted root_missing"
    ),
    "adam": Row(
        ADAM,
        "m v m_hat v_hat w",
        "no_bias_correction first_moment_uncorrected second_moment_uncorrected t_off_by_one t_constant betas_swapped"
        " moment_overwritten root_missing gradient_not_squared",
        "eps_outside_root eps_before_correction eps_before_correction_inside",
    ),
    "amsgrad": Row(ADAM, "m v v_max w", "max_missing max_not_kept", "max_of_corrected eps_outside_root"),
    "keras_sgd": Row(
        {"lr": 0.01, "momentum": 0.0, "decay": 0.0, "nesterov": False},
        "",
        "decay_ignored decay_compounds decay_from_one nesterov_ignored",
    ),
    "keras_rmsprop": Row({"lr": 0.001, "rho": 0.9, "epsilon": None, "decay": 0.0}, "", DECAY, "eps_inside_root"),
    "keras_adagrad": Row({"lr": 0.01, "epsilon": None, "decay": 0.0}, "", DECAY, "eps_inside_root"),
    "keras_adam": Row(
        {"lr": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": None, "decay": 0.0, "amsgrad": False},
        "",
        DECAY,
        "eps_inside_root",
    ),
}

every_page = pytest.mark.parametrize("page", pages().values(), ids=pages().keys())
every_case = pytest.mark.parametrize(
    ("page", "case"),
    [pytest.param(page, case, id=f"{page.id}-{case.id}") for page in pages().values() for case in page.draw(SEED)],
)
every_variant = pytest.mark.parametrize(
    ("page", "variant", "way"),
    [
        pytest.param(page, variant, way, id=f"{page.id}-{variant.id}-{way}")
        for page in pages().values()
        for variant in page.variants
        for way in range(len(variant.edits))
    ],
)


def witness(page: Page, case: Case, stream: Stream) -> dict[str, Any]:
    """What the page's oracle says of a stream, as numpy arrays."""
    import torch

    inputs = [torch.from_numpy(np.array(x, dtype="float64")) for x in (stream.w, stream.grads)]
    if stream.order is not None:
        inputs.append(torch.from_numpy(stream.order))
    said = page.witness(torch, *inputs, **{**page.defaults, **case.hyper})
    return {step: value.numpy() for step, value in said.items()}


def apart(ours: tuple[Walk, ...], theirs: tuple[Walk, ...]) -> float:
    """How clearly the most telling case separates two texts of a page."""
    return max(separation(a, b) for a, b in zip(ours, theirs, strict=True))


def by_kind(page: Page, kind: str) -> list[str]:
    return [variant.id for variant in page.variants if variant.kind == kind]


# -- the words ------------------------------------------------------------------------------------------------------


def test_the_pages_are_the_contracts_in_the_lectures_order():
    assert [page for page in pages() if page in CONTRACT] == list(CONTRACT)


@pytest.mark.parametrize("id", CONTRACT)
def test_a_page_offers_what_the_contract_says(id: str):
    page, row = pages()[id], CONTRACT[id]
    assert page.defaults == row.defaults
    steps = row.steps.split()
    assert [step for step in page.steps if step in steps] == steps
    assert list(page.steps)[-1] == "w"


@pytest.mark.parametrize("id", CONTRACT)
def test_a_page_knows_the_contracts_mistakes_and_dialects_first_and_in_order(id: str):
    page, row = pages()[id], CONTRACT[id]
    for kind, ids in (("mistake", row.mistakes.split()), ("dialect", row.dialects.split())):
        assert by_kind(page, kind)[: len(ids)] == ids


@every_page
def test_the_words_are_sentences(page: Page):
    headlines = [variant.headline for variant in page.variants]
    assert len(set(headlines)) == len(headlines)
    for words in (*headlines, *(variant.remedy for variant in page.variants)):
        assert words.endswith(".")
        assert words == words.strip()
    assert all(variant.home for variant in page.variants if variant.kind == "dialect")
    assert page.text
    assert page.paper


@every_page
def test_a_dialects_remedy_leaves_it_to_the_policy_what_it_earns(page: Page):
    assert not [each.id for each in page.variants if each.kind == "dialect" and "Nothing to fix" in each.remedy]


@every_page
def test_a_page_yields_its_named_steps(page: Page):
    for walk in walks(page.id):
        for each in walk.yields:
            assert list(each) == list(page.steps)


def test_loading_the_pages_imports_neither_numpy_nor_torch():
    code = "import sys, reference; reference.pages(); print(sys.modules.keys() & {'numpy', 'torch'})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# -- the oracle -----------------------------------------------------------------------------------------------------


@every_case
def test_the_oracle_agrees_at_every_step(page: Page, case: Case):
    for stream in case.streams:
        walk, said = replay(page, case, stream), witness(page, case, stream)
        assert said.keys() - {"point"} == page.steps.keys()
        said.setdefault("point", np.concatenate([stream.w[None], said["w"][:-1]]))
        for step, values in said.items():
            assert excess(walk, step, values) <= ROUNDINGS, step


@every_case
@pytest.mark.parametrize("dtype", ["float32", "longdouble"])
def test_a_page_computes_in_the_dtype_it_is_given(page: Page, case: Case, dtype: str):
    for stream in case.streams:
        for each in replay(page, case, stream, dtype).yields:
            for step, value in each.items():
                assert (value.dtype, value.shape) == (np.dtype(dtype), stream.w.shape), step


@every_case
def test_hints_change_no_value(page: Page, case: Case):
    for stream in case.streams:
        plain, hinted = replay(page, case, stream), replay(page.slide_edition.run, case, stream)
        for step in page.steps:
            np.testing.assert_array_equal(plain.stacked(step), hinted.stacked(step), strict=True)


# -- the cases ------------------------------------------------------------------------------------------------------


def frozen(case: Case) -> list[tuple[bytes, ...]]:
    """A case's data, byte for byte."""
    return [(s.w.tobytes(), s.grads.tobytes(), b"" if s.order is None else s.order.tobytes()) for s in case.streams]


@every_page
def test_a_seed_is_its_data(page: Page):
    for once, again, other in zip(page.draw(SEED), page.draw(SEED), page.draw(SEED + 1), strict=True):
        assert frozen(once) == frozen(again)
        if once.id != "slide-example":  # printed numbers, not drawn ones
            assert frozen(once) != frozen(other)


@every_page
def test_a_case_is_named_by_its_maker(page: Page):
    assert [case.id for case in page.draw(SEED)] == list(page.makers)


@every_case
def test_a_case_holds_its_dtype(page: Page, case: Case):
    for stream in case.streams:
        assert stream.w.dtype == stream.grads.dtype == case.dtype
        if stream.order is not None:
            assert stream.order.dtype == np.int64
            assert sorted(stream.order) == list(range(len(stream.grads)))


@every_case
def test_hyper_parameters_are_no_defaults_and_exact(page: Page, case: Case):
    if not case.hyper or case.id == "slide-example":  # the defaults' own case; the slide's own numbers
        return
    assert case.hyper.keys() == page.defaults.keys()
    for name, value in case.hyper.items():
        if not isinstance(value, bool):  # a flag is as often at its default as not
            assert value != page.defaults[name] or case.id == "no-memory"
            assert float(np.float32(value)) == value


@every_page
def test_a_flag_is_both_on_and_off_beside_other_hyper_parameters(page: Page):
    flags = {name for name, value in page.defaults.items() if isinstance(value, bool)}
    seen = {(name, case.hyper[name]) for case in page.draw(SEED) if case.hyper for name in flags}
    assert seen == {(name, value) for name in flags for value in (False, True)}


@every_page
def test_one_case_passes_nothing(page: Page):
    assert [case.id for case in page.draw(SEED) if not case.hyper] == ["defaults"]


# -- the mistakes and dialects --------------------------------------------------------------------------------------


@every_variant
def test_a_variant_differs_from_the_slide(page: Page, variant: Variant, way: int):
    assert apart(walks(page.id), walks(page.id, variant.id, way)) > CLEAR


@every_page
def test_variants_are_told_apart(page: Page):
    ways = [(variant.id, way) for variant in page.variants for way in range(len(variant.edits))]
    for one, other in combinations(ways, 2):
        if one[0] != other[0]:
            assert apart(walks(page.id, *one), walks(page.id, *other)) > CLEAR, (one, other)


@every_page
def test_a_mistake_can_be_made_in_every_dialect(page: Page):
    for dialect in (variant for variant in page.variants if variant.kind == "dialect"):
        clashing = {
            mistake.id
            for mistake in page.variants
            if mistake.kind == "mistake"
            and not any(page.edition((mistake, way), (dialect, 0)) for way in range(len(mistake.edits)))
        }
        assert clashing == CLASHES[page.id, dialect.id]


@every_page
def test_doing_nothing_fails(page: Page):
    still = (Walk(walk.start, [{"w": walk.start}] * len(walk.yields), walk.points) for walk in walks(page.id))
    assert apart(walks(page.id), tuple(still)) > CLEAR
