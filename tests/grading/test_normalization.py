"""E[x²] − μ² in the normalizations: right as far as its digits go, in whatever words, and nothing else with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from tests.corpus.forms import Form, grade


def standard(x):
    mean = np.mean(x, axis=0)
    sigma = np.sqrt(np.abs(np.mean(x**2, axis=0) - mean**2))
    return np.divide(x - mean, sigma, out=np.zeros_like(x), where=sigma > 0)


def standard_by_sums(x):
    n, total, squares = len(x), sum(x), sum(x * x)
    sigma = np.sqrt(np.maximum(n * squares - total**2, 0)) / n
    return (x - total / n) / np.where(sigma == 0, 1, sigma)


def standard_in_torch(x):
    mean = x.mean(dim=0)
    sigma = ((x * x).mean(dim=0) - mean * mean).clamp(min=0).sqrt()
    return (x - mean) / torch.where(sigma == 0, torch.ones_like(sigma), sigma)


def dataset(images, *, eps=1e-8):
    mean = images.mean()
    return (images - mean) / np.maximum(np.sqrt(np.maximum((images**2).mean() - mean**2, 0)), eps)


def image(images, *, eps=1e-8):
    axes = (1, 2, 3)
    mean = images.mean(axes, keepdims=True)
    variance = (images * images).mean(axes, keepdims=True) - mean * mean
    return (images - mean) / np.sqrt(np.maximum(variance, eps**2))


def image_in_torch(images, *, eps=1e-8):
    flat = images.flatten(1)
    mean = flat.mean(1, keepdim=True)
    variance = flat.square().mean(1, keepdim=True) - mean.square()
    return ((flat - mean) / variance.clamp(min=0).sqrt().clamp(min=eps)).reshape(images.shape)


PROGRAMS = [
    pytest.param("standardize", standard, "numpy", id="standard"),
    pytest.param("standardize", standard_by_sums, "numpy", id="standard-by-sums"),
    pytest.param("standardize", standard_in_torch, "torch", id="standard-in-torch"),
    pytest.param("contrast_normalize_dataset", dataset, "numpy", id="dataset"),
    pytest.param("contrast_normalize_image", image, "numpy", id="image"),
    pytest.param("contrast_normalize_image", image_in_torch, "torch", id="image-in-torch"),
]


@pytest.mark.parametrize(("algorithm", "program", "backend"), PROGRAMS)
def test_digits_lost_are_a_note(algorithm: str, program: Callable[..., Any], backend: str) -> None:
    found = grade(Form(algorithm, program, backend))
    assert found.status == "pass"
    assert {note.id for note in found.notes} == {"cancellation"}


@pytest.mark.parametrize(("algorithm", "program", "backend"), PROGRAMS)
def test_a_mistake_beside_them_is_one(algorithm: str, program: Callable[..., Any], backend: str) -> None:
    def shifted(x: Any, **hyper: Any) -> Any:
        return program(x, **hyper) + 1e-3

    assert grade(Form(algorithm, shifted, backend)).status == "fail"
