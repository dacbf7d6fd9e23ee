"""The two problems of SGD, as surfaces to walk on, and the optimizers' paths over them.

In a **ravine** the curvatures differ: descent zigzags across and creeps along. In a **local minimum** or at a **saddle
point** the gradient is zero: descent stops there, and momentum can pass.

A path is recorded from the page itself, in closed loop: it is a picture, and nothing is graded by it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.spec import Page

Points = NDArray[np.float64]
"""Points in the plane, of shape ``(…, 2)``: x and y are the last axis."""


@dataclass(frozen=True)
class Surface(ABC):
    """A loss over two weights. ``start`` is where every path on it begins."""

    title: str
    start: tuple[float, float]

    @abstractmethod
    def value(self, w: Points) -> Points:
        """The loss at each point, of shape ``(…,)``."""

    @abstractmethod
    def gradient(self, w: Points) -> Points:
        """The gradient at each point, of the shape of ``w``."""

    @property
    @abstractmethod
    def flat(self) -> Points:
        """The points where the gradient is zero, of shape ``(n, 2)``, the lowest first."""


@dataclass(frozen=True)
class Ravine(Surface):
    """A quadratic bowl, (a x² + b y²) / 2. ``curvatures`` are a, along the ravine, and b, across it."""

    curvatures: tuple[float, float]

    def value(self, w: Points) -> Points:
        (a, b), x, y = self.curvatures, w[..., 0], w[..., 1]
        return np.asarray((a * x**2 + b * y**2) / 2)

    def gradient(self, w: Points) -> Points:
        return np.asarray(w * self.curvatures)

    @property
    def flat(self) -> Points:
        return np.zeros((1, 2))


LEVEL = 2 / np.sqrt(27)
"""The tilt at which the right one of the wells below is no longer a well but a level spot, at x = 1/√3."""


@dataclass(frozen=True)
class Wells(Surface):
    """Two wells and the pass between them, x⁴/4 − x²/2 + tilt·x + y²/2, with a ``tilt`` from 0 to ``LEVEL``.

    A tilt makes the right well the higher one: a local minimum, and the pass behind it a saddle point. At ``LEVEL``
    the two have met in one degenerate saddle point, flat along x, on the way down to the left well.
    """

    tilt: float

    def value(self, w: Points) -> Points:
        x, y = w[..., 0], w[..., 1]
        return np.asarray(x**4 / 4 - x**2 / 2 + self.tilt * x + y**2 / 2)

    def gradient(self, w: Points) -> Points:
        x, y = w[..., 0], w[..., 1]
        return np.stack([x**3 - x + self.tilt, y], axis=-1)

    @property
    def flat(self) -> Points:
        """x³ − x + tilt = 0 has three real roots, by Viète's cosines. The left well is the first, then the right."""
        angle = np.arccos(max(-self.tilt / LEVEL, -1.0)) / 3
        x = 2 / np.sqrt(3) * np.cos(angle - 2 * np.pi * np.array([2, 0, 1]) / 3)
        return np.stack([x, np.zeros(3)], axis=-1)


SURFACES: Mapping[str, Surface] = MappingProxyType(
    {
        "ravine": Ravine("Ravine", start=(-8.0, 1.0), curvatures=(0.1, 10.0)),
        "local_minimum": Wells("Local minimum", start=(1.6, 0.8), tilt=0.3),
        "saddle": Wells("Saddle point", start=(1.6, 0.8), tilt=LEVEL),
    }
)

CHOSEN: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        # 90 % of the rate at which the ravine throws descent out, 2/10: it overshoots in every step.
        "gradient_descent": {"lr": 0.18},
        # The same with noise, which shakes it off the saddle point but not out of the minimum.
        "sgd": {"lr": 0.18, "batch_size": 4},
        # Alternating gradients cancel and agreeing ones add up: arrives sooner, and rolls through the flat points.
        "momentum": {"lr": 0.05, "gamma": 0.9},
        "nag": {"lr": 0.05, "gamma": 0.9},
        # Goes straight, since each weight has a rate of its own; its steps die out before the minimum.
        "adagrad": {"lr": 0.5},
        # Its steps do not die out: as long at the end as at the beginning, it circles the minimum.
        "rmsprop": {"lr": 0.05, "gamma": 0.9},
        # Without a rate the length of the first steps is √ε; at the default it would hardly leave.
        "adadelta": {"gamma": 0.95, "eps": 1e-3},
        # Momentum's direction with RMSProp's rates.
        "adam": {"lr": 0.2, "beta1": 0.9, "beta2": 0.99},
        "amsgrad": {"lr": 0.2, "beta1": 0.9, "beta2": 0.99},
        # The same with a rate that decays: RMSprop's circles draw in.
        "keras_sgd": {"lr": 0.05, "momentum": 0.9, "decay": 0.01, "nesterov": True},
        "keras_rmsprop": {"lr": 0.2, "rho": 0.9, "decay": 0.1},
        "keras_adagrad": {"lr": 0.5, "decay": 0.01},
        "keras_adam": {"lr": 0.2, "beta_1": 0.9, "beta_2": 0.99, "decay": 0.01},
    }
)
"""Hyper-parameters, by page, that show what the lecture says of an optimizer. A page not listed keeps its defaults."""

EXAMPLES = 32
NOISE = 0.5
"""Standard deviation of the examples' gradients around the surface's, in each weight."""


def path(page: Page, surface: Surface, steps: int) -> Points:
    """Where an optimizer's page goes in so many steps, of shape ``(steps + 1, 2)``, the start included."""
    walk = (_epochs if page.form == "epoch" else _steps)(page, surface, CHOSEN.get(page.id, {}))
    return np.stack([np.array(surface.start), *islice(walk, steps)])


def _steps(page: Page, surface: Surface, hyper: Mapping[str, Any]) -> Iterator[Points]:
    for step in page(np.array(surface.start), surface.gradient, **hyper):
        yield step["w"]


def _epochs(page: Page, surface: Surface, hyper: Mapping[str, Any]) -> Iterator[Points]:
    """One epoch after another over 32 examples, whose gradients are the surface's and an offset each.

    The offsets are normal, drawn once from a fixed seed, and add up to zero: the whole data has the surface's own
    gradient, and a mini-batch a noisy one. Each epoch has an order of its own.
    """
    rng = np.random.default_rng(8)
    offsets = rng.normal(scale=NOISE, size=(EXAMPLES, 2))
    offsets -= offsets.mean(axis=0)

    def gradient(w: Points, batch: NDArray[np.int64]) -> Points:
        noise: Points = offsets[batch].mean(axis=0)
        return surface.gradient(w) + noise

    w = np.array(surface.start)
    while True:
        for step in page(w, gradient, rng.permutation(EXAMPLES), **hyper):
            w = step["w"]
            yield w
