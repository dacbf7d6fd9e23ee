"""Batch normalization beside PyTorch's own backward pass, and what its gradient is known for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from reference import Call, Case, pages
from tests.reference.replay import SEED, answer, unlike

PAGE = pages()["batch_norm_backward"]
CALLS = [pytest.param(case, call, id=case.id) for case in PAGE.draw(SEED) for call in case.calls]

AGREES = 1e-9
"""As in test_pages: relative to an element, or to a billionth of the largest."""


def gradients(case: Case, call: Call) -> dict[str, Any]:
    return answer(PAGE, PAGE.slide_edition, case, call).values


@pytest.mark.parametrize(("case", "call"), CALLS)
def test_the_librarys_own_backward_pass_agrees(case: Case, call: Call):
    x, gamma, beta, dy = (torch.from_numpy(each.astype("float64")) for each in call.args.values())
    leaves = [each.requires_grad_() for each in (x, gamma, beta)]
    eps = PAGE.settings(case.hyper)["eps"]
    y = torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)
    ours = gradients(case, call)
    for name, theirs in zip(PAGE.results, torch.autograd.grad(y, leaves, dy), strict=True):
        assert unlike(ours[name], theirs.numpy()) <= AGREES, name


@pytest.mark.parametrize(("case", "call"), CALLS)
def test_no_gradient_points_where_normalization_takes_out(case: Case, call: Call):
    """Moving all examples alike changes nothing, so dx has mean 0."""
    ours = gradients(case, call)
    np.testing.assert_allclose(ours["dx"].mean(axis=0), 0, atol=1e-12 * np.abs(ours["dx_hat"]).max() / 1e-3)


@pytest.mark.parametrize(("case", "call"), CALLS)
def test_the_means_gradient_passes_nothing_on_through_the_variance(case: Case, call: Call):
    """The paper's second term of dμ is zero but for rounding: the distances from the mean add up to nothing."""
    eps = PAGE.settings(case.hyper)["eps"]
    x = call.args["x"].astype("float64")
    ours = gradients(case, call)
    alone = -(ours["dx_hat"] / np.sqrt(x.var(axis=0) + eps)).sum(axis=0)
    size = np.abs(ours["dx_hat"] / np.sqrt(x.var(axis=0) + eps)).sum(axis=0)
    assert (np.abs(ours["dmean"] - alone) <= AGREES * size).all()
