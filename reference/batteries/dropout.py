"""The inputs that tell right dropout from wrong.

With p = ½ keeping and dropping look alike, and so do scaling by 1/p and by 1/(1 − p): no case uses ½ alone. Draws are
spread evenly over [0, 1) and shuffled, so that every mask keeps some units and drops some, whatever the seed; they are
odd multiples of 2⁻¹¹, so that none is so near a threshold that rounding decides. Where a draw *equals* its threshold,
both are exact in binary, and on which side the equality stands counts; none equals the other end's, 1 − p, so that
whoever compares there is recognized.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from reference.cases import Call, Case, CaseMaker, Dtype

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

Arguments: TypeAlias = Callable[[Any, float, Any], Mapping[str, Any]]
"""The arguments of one call, by name, from values, a probability, and draws of the shape of the values."""

FINEST = 2**10
"""Draws lie in the middle of as many equal parts of [0, 1)."""


def draws(rng: Generator, shape: tuple[int, ...], dtype: Dtype = "float64") -> NDArray[Any]:
    """Uniform draws in [0, 1), spread evenly and shuffled."""
    import numpy as np

    spread = (rng.permutation(int(np.prod(shape))) + rng.uniform()) / np.prod(shape)
    return ((np.floor(spread * FINEST) + 0.5) / FINEST).reshape(shape).astype(dtype)


def values(rng: Generator, shape: tuple[int, ...], dtype: Dtype = "float64") -> NDArray[Any]:
    """N(0, 1), the last one zero."""
    x = rng.normal(size=shape).astype(dtype)
    x.flat[-1] = 0
    return x


def dropout_battery(arguments: Arguments) -> tuple[CaseMaker, ...]:
    """The cases of dropping by given draws. A probability of keeping and one of dropping are tried alike."""

    def call(rng: Generator, shape: tuple[int, ...], probability: float, dtype: Dtype = "float64") -> Call:
        return Call(arguments(values(rng, shape, dtype), probability, draws(rng, shape, dtype)))

    def plain(rng: Generator) -> Case:
        return Case("plain", "4 examples of 5 units", {}, calls=(call(rng, (4, 5), 0.2), call(rng, (4, 5), 0.8)))

    def probabilities(rng: Generator) -> Case:
        calls = tuple(call(rng, (6, 4), probability) for probability in (0.3, 0.5, 0.9, 0.0625))
        return Case("probabilities", "from rare to nearly certain", {}, calls=calls)

    def vector(rng: Generator) -> Case:
        return Case("vector", "one example, a 1-d array", {}, calls=(call(rng, (9,), 0.3),))

    def images(rng: Generator) -> Case:
        return Case("images", "a 4-d array: a draw for every unit", {}, calls=(call(rng, (3, 2, 3, 2), 0.7),))

    def threshold(rng: Generator) -> Case:
        import numpy as np

        calls = []
        for probability in (0.25, 0.75):
            u = draws(rng, (4, 4))
            u[np.arange(4), rng.permutation(4)] = probability
            calls.append(Call(arguments(rng.uniform(1, 2, (4, 4)), probability, u)))
        why = "draws that equal the threshold exactly: a draw below p has the probability p, as draws lie in [0, 1)"
        return Case("threshold", why, {}, calls=tuple(calls))

    def uneven(rng: Generator) -> Case:
        x, u = values(rng, (5, 6)), draws(rng, (5, 6)) ** 2
        why = "draws that crowd at 0: each is compared with the probability, not with the other draws"
        return Case("uneven", why, {}, calls=tuple(Call(arguments(x, probability, u)) for probability in (0.3, 0.6)))

    def float32(rng: Generator) -> Case:
        calls = tuple(call(rng, (5, 4), probability, "float32") for probability in (0.2, 0.9))
        return Case("float32", "in float32", {}, dtype="float32", calls=calls)

    return (plain, probabilities, vector, images, threshold, uneven, float32)
