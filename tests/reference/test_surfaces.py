"""The surfaces of the two problems of SGD, and what the optimizers' paths on them show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reference import pages
from reference.surfaces import CHOSEN, EXAMPLES, NOISE, SURFACES, Surface, path

STEPS = 200

every_surface = pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES.keys())
OPTIMIZERS = [page.id for page in pages().values() if page.form in ("optimizer", "epoch")]

TORCH: dict[str, Callable[[Any, Any], Any]] = {
    "ravine": lambda x, y: x**2 / 20 + 5 * y**2,
    "local_minimum": lambda x, y: x**4 / 4 - x**2 / 2 + 0.3 * x + y**2 / 2,
    "saddle": lambda x, y: x**4 / 4 - x**2 / 2 + 2 * x / 27**0.5 + y**2 / 2,
}
"""Each surface once more, in words of its own."""


def walked(optimizer: str, surface: str) -> np.ndarray:
    return path(pages()[optimizer], SURFACES[surface], STEPS)


def distance(points: np.ndarray, surface: str, flat: int = 0) -> np.ndarray:
    """How far points are from the minimum, or from another flat point."""
    return np.linalg.norm(points - SURFACES[surface].flat[flat], axis=-1)


# -- the surfaces ---------------------------------------------------------------------------------------------------


@pytest.fixture
def points() -> np.ndarray:
    return np.random.default_rng(8).normal(size=(5, 7, 2)) * 2


@pytest.mark.parametrize("id", SURFACES)
def test_value_and_gradient_are_what_torch_makes_of_the_formula(id: str, points: np.ndarray):
    import torch

    w = torch.tensor(points, requires_grad=True)
    value = TORCH[id](w[..., 0], w[..., 1])
    value.sum().backward()
    assert w.grad is not None
    np.testing.assert_allclose(SURFACES[id].value(points), value.detach().numpy(), rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(SURFACES[id].gradient(points), w.grad.numpy(), rtol=1e-13, atol=1e-13)


@every_surface
def test_the_gradient_is_the_slope_of_the_value(surface: Surface, points: np.ndarray):
    h = 1e-5
    ahead, behind = ([surface.value(points + sign * h * axis) for axis in np.eye(2)] for sign in (1, -1))
    slope = np.stack([(a - b) / (2 * h) for a, b in zip(ahead, behind, strict=True)], axis=-1)
    np.testing.assert_allclose(surface.gradient(points), slope, atol=1e-7)  # h² times a third derivative below 100


@every_surface
def test_shapes(surface: Surface):
    for shape in [(2,), (3, 2), (4, 3, 2)]:
        assert surface.value(np.ones(shape)).shape == shape[:-1]
        assert surface.gradient(np.ones(shape)).shape == shape


@every_surface
def test_flat_points_are_flat_and_the_lowest_is_first(surface: Surface):
    np.testing.assert_allclose(surface.gradient(surface.flat), 0, atol=1e-14)
    values = surface.value(surface.flat)
    assert values[0] == values.min()
    everywhere = np.stack(np.meshgrid(np.linspace(-9, 9, 181), np.linspace(-2, 2, 41)), axis=-1)
    assert values[0] <= surface.value(everywhere).min()


def test_the_ravines_curvatures_differ_by_a_hundred():
    across, along = (SURFACES["ravine"].gradient(np.array(w))[i] for i, w in ((1, [0.0, 1.0]), (0, [1.0, 0.0])))
    assert across == pytest.approx(100 * along)


def test_the_wells_have_a_local_minimum_and_a_saddle_and_the_saddle_surface_has_both_in_one():
    minimum, local, saddle = SURFACES["local_minimum"].flat[:, 0]
    assert minimum < saddle < local
    slope = [SURFACES["local_minimum"].gradient(np.array([x, 0.0]))[0] for x in (saddle - 0.1, saddle + 0.1)]
    assert slope[0] > 0 > slope[1]  # a ridge along x, while y curves upwards
    np.testing.assert_allclose(SURFACES["saddle"].flat[1:], [[3**-0.5, 0]] * 2, atol=1e-7)


# -- the paths ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@every_surface
def test_every_optimizer_has_a_path_on_every_surface(optimizer: str, surface: Surface):
    found = path(pages()[optimizer], surface, STEPS)
    assert found.shape == (STEPS + 1, 2)
    assert found.dtype == np.float64
    assert tuple(found[0]) == surface.start
    assert np.isfinite(found).all()
    assert surface.value(found[-1]) < surface.value(found[0]) / 2
    np.testing.assert_array_equal(found, path(pages()[optimizer], surface, STEPS))


def test_hyper_parameters_are_chosen_for_pages_that_have_them():
    for id, hyper in CHOSEN.items():
        assert hyper.keys() <= pages()[id].defaults.keys()


def test_descent_zigzags_along_the_ravine_and_momentum_less():
    crossings = {
        id: int((np.diff(np.sign(walked(id, "ravine")[:, 1])) != 0).sum())
        for id in ("gradient_descent", "momentum", "nag", "adagrad")
    }
    assert crossings["gradient_descent"] == STEPS
    assert crossings["momentum"] < STEPS / 3
    assert crossings["nag"] < STEPS / 3
    assert crossings["adagrad"] <= 1


def test_momentum_arrives_sooner_in_the_ravine():
    arrival = {id: np.argmax(distance(walked(id, "ravine"), "ravine") < 0.5) for id in ("gradient_descent", "momentum")}
    assert 0 < 2 * arrival["momentum"] < arrival["gradient_descent"]


@pytest.mark.parametrize("surface", ["local_minimum", "saddle"])
def test_descent_stops_where_the_gradient_is_zero_and_momentum_passes(surface: str):
    for id in ("gradient_descent", "adagrad", "rmsprop"):
        stopped = walked(id, surface)
        assert distance(stopped[-1], surface, flat=1) < 0.05
        assert np.linalg.norm(SURFACES[surface].gradient(stopped[-1])) < 0.05
    for id in ("momentum", "nag", "adam", "amsgrad", "keras_sgd", "keras_adam"):
        assert distance(walked(id, surface)[-1], surface) < 0.01


def test_noise_shakes_sgd_off_the_saddle_but_not_out_of_the_minimum():
    assert distance(walked("sgd", "saddle")[-1], "saddle") < 0.1
    assert distance(walked("sgd", "local_minimum")[-1], "local_minimum", flat=1) < 0.1


def test_adagrads_steps_die_out_and_rmsprops_do_not():
    lengths = {id: np.abs(np.diff(walked(id, "ravine")[:, 0])) for id in ("adagrad", "rmsprop")}
    assert lengths["adagrad"][100] < lengths["adagrad"][10] / 5
    assert lengths["rmsprop"][100] > lengths["rmsprop"][10] / 2


def test_a_decaying_rate_draws_rmsprops_circles_in():
    calm, restless = (np.abs(walked(id, "ravine")[-20:, 1]).max() for id in ("keras_rmsprop", "rmsprop"))
    assert calm < restless / 2


def test_mini_batches_are_noisy_and_all_examples_in_one_are_descent(monkeypatch: pytest.MonkeyPatch):
    plain, noisy = walked("gradient_descent", "ravine"), walked("sgd", "ravine")
    assert np.abs(noisy - plain).max() > CHOSEN["sgd"]["lr"] * NOISE / 2
    monkeypatch.setattr("reference.surfaces.CHOSEN", {"sgd": {**CHOSEN["sgd"], "batch_size": EXAMPLES}})
    np.testing.assert_allclose(walked("sgd", "ravine"), plain, rtol=1e-9, atol=1e-12)
