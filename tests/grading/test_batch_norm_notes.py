"""A variance by E[x²] − μ² costs a batch normalization nothing but a note, and hides no mistake."""

from __future__ import annotations

import numpy as np

from tests.corpus.forms import Form, grade, largest_ratio


def by_moments(x, gamma, beta, *, eps=1e-5):
    mu = x.mean(0)
    var = (x * x).mean(0) - mu * mu
    sigma = np.sqrt(var + eps)
    x_hat = (x - mu) / sigma
    return gamma * x_hat + beta, (x_hat, gamma, sigma)


def backward(dy, cache):
    x_hat, gamma, sigma = cache
    dgamma, dbeta = (dy * x_hat).sum(0), dy.sum(0)
    return gamma / sigma * (dy - dbeta / len(dy) - x_hat * dgamma / len(dy)), dgamma, dbeta


def by_moments_and_wrong(x, gamma, beta, *, eps=1e-5):
    n, mu = len(x), x.mean(0)
    var = ((x * x).mean(0) - mu * mu) * n / (n - 1)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta, None


def test_lost_digits_are_a_note() -> None:
    found = grade(Form("batch_norm_forward", by_moments, "numpy"))
    assert found.status == "pass"
    assert {note.id for note in found.notes} == {"cancellation"}
    lossy = [case.id for case in found.cases if case.error_ratio is None]
    assert "offset" in lossy
    assert "plain" not in lossy


def test_a_backward_pass_that_builds_on_them_gets_the_note_as_well() -> None:
    found = grade(Form("batch_norm_backward", backward, "numpy", before=by_moments))
    assert found.status == "pass"
    assert {note.id for note in found.notes} == {"cancellation"}


def test_a_mistake_does_not_pass_as_lost_digits() -> None:
    found = grade(Form("batch_norm_forward", by_moments_and_wrong, "numpy"))
    assert found.status == "fail"
    assert {case.id: case.status for case in found.cases}["offset"] == "fail"
    assert largest_ratio(found) >= 1e3
