"""The pages that draw: their laws against torch's distributions, their layers against torch's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from reference import Case, Page, pages
from tests.reference.replay import SEED

SEARCH, DROPOUT = pages()["random_search"], pages()["keras_dropout"]


def ends() -> list[Any]:
    """Every pair of ends of every case, with its scale."""
    spaces = (call.args["space"] for case in SEARCH.draw(SEED) for call in case.calls)
    return sorted({parameters for space in spaces for parameters in space.values()}, key=str)


@pytest.mark.parametrize("parameters", ends(), ids=str)
def test_the_law_is_that_of_torchs_distributions(parameters: tuple[Any, ...]):
    low, high, *scale = parameters
    x = np.geomspace(low, high, 101) if scale else np.linspace(low, high, 101)
    x = np.clip(x, low, high)
    theirs = SEARCH.witness(torch, torch.from_numpy(x), *parameters)
    np.testing.assert_allclose(SEARCH.probability(x, *parameters), theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("case", SEARCH.draw(SEED), ids=lambda case: case.id)
def test_a_trial_holds_a_float_within_the_ends_for_every_name(case: Case):
    for call in case.calls:
        trials = SEARCH.evaluate(SEARCH.slide_edition, call.args, {})["trials"]
        assert len(trials) == call.args["n"]
        for trial in trials:
            assert trial.keys() == call.args["space"].keys()
            assert all(type(x) is float for x in trial.values())
            assert all(low <= trial[name] <= high for name, (low, high, *_) in call.args["space"].items())


def test_a_value_is_where_its_draw_says():
    """The law undoes the line that makes a value of a draw: both ends and the middle between them."""
    for low, high, *scale in ends():
        middle = float(np.sqrt(low * high)) if scale else (low + high) / 2
        found = [SEARCH.probability(x, low, high, *scale) for x in (low, middle, high)]
        assert found == pytest.approx([0, 0.5, 1], abs=1e-12)


@pytest.mark.parametrize("page", [SEARCH, DROPOUT], ids=lambda page: page.id)
def test_a_generator_or_a_seed_decides_every_draw(page: Page):
    for case in page.draw(SEED):
        call = case.calls[0]
        if page is DROPOUT and "seed" not in call.args:
            continue
        once, again = (page.evaluate(page.slide_edition, call.args, {}) for _ in range(2))
        for name, value in once.items():
            np.testing.assert_array_equal(value, again[name])


@pytest.mark.parametrize("rate", [0.0, 0.25, 0.875])
@pytest.mark.parametrize("training", [True, False])
def test_given_torchs_mask_the_layer_gives_torchs_values(rate: float, training: bool):
    class Known:
        def random(self, shape: Any) -> Any:
            return np.where(mask, 1.0, -1.0)

    torch.manual_seed(SEED)
    x = torch.linspace(1, 2, 600, dtype=torch.float64).reshape(20, 30)
    theirs = DROPOUT.witness(torch, x, rate, training).numpy()
    mask = theirs != 0
    assert mask.all() == (rate == 0 or not training)
    ours = DROPOUT.function(rate, seed=Known())(x.numpy(), training)["y"]
    np.testing.assert_allclose(ours, theirs, rtol=1e-15, atol=0)


def test_an_entry_of_noise_shape_shares_the_draw_along_its_axis():
    x = np.ones((40, 5, 30))
    keep = DROPOUT.function(0.5, noise_shape=(None, 1, 30), seed=3)(x, training=True)["y"] != 0
    assert (keep == keep[:, :1]).all()
    assert 0.3 < keep[:, 0].mean() < 0.7
