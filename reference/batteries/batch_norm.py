"""The inputs that tell right batch normalization from wrong.

On N(0, 1) features ε shows in the last digits only, N − 1 looks like N, and a wrong axis like another network. So the
cases have features of many sizes beside an ε that some of them feel, few examples, N ≠ D and N = D, an offset that
dwarfs the spread, a constant feature, and scales γ of either sign and zero.

ε is given in binary fractions, which are exact in float32 as well. A statistic is over at most 16 numbers: the
tolerance of a sum grows with its length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from reference.cases import Call, Case, CaseMaker, Dtype

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

More: TypeAlias = Callable[["Generator", "NDArray[Any]"], Mapping[str, "NDArray[Any]"]]
"""Arguments beyond x, γ and β, drawn to go with x (N, D)."""

OWN_EPS = (1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 1e-10)
"""What is written for ε by those who do not use the argument."""


def batch_norm_battery(more: More) -> tuple[CaseMaker, ...]:
    """The cases of the three pages; ``more`` draws what a page takes beyond x (N, D), γ (D,) and β (D,)."""

    def call(rng: Generator, x: Any, gamma: Any = None, dtype: Dtype = "float64") -> Call:
        import numpy as np

        features = x.shape[1]
        args = {
            "x": x,
            "gamma": rng.choice([-1, 1], features) * rng.uniform(0.5, 2, features) if gamma is None else gamma,
            "beta": rng.normal(size=features),
            **more(rng, x),
        }
        return Call({name: np.asarray(each, dtype=dtype) for name, each in args.items()})

    def plain(rng: Generator) -> Case:
        return Case("plain", "5 examples of 3 features", {"eps": 2**-6}, calls=(call(rng, rng.normal(size=(5, 3))),))

    def small_variances(rng: Generator) -> Case:
        x = rng.normal(size=(6, 5)) * [1, 0.1, 1e-2, 1e-3, 1e-4]
        why = "features whose variances are far above ε, near it and far below"
        return Case("small-variances", why, {"eps": 2**-9}, calls=(call(rng, x),))

    def two_examples(rng: Generator) -> Case:
        calls = tuple(call(rng, rng.normal(size=(2, features))) for features in (4, 1))
        return Case("two-examples", "a batch of two: 1/N is far from 1/(N − 1)", {"eps": 0.25}, calls=calls)

    def one_feature(rng: Generator) -> Case:
        return Case("one-feature", "one feature only", {"eps": 2**-6}, calls=(call(rng, rng.normal(size=(7, 1))),))

    def square(rng: Generator) -> Case:
        x = rng.normal(loc=[0, 1, 2, 3], size=(4, 4))
        return Case(
            "square",
            "as many examples as features: no shape tells the axes apart",
            {"eps": 2**-6},
            calls=(call(rng, x),),
        )

    def scales(rng: Generator) -> Case:
        x = rng.normal(size=(6, 4))
        return Case("scales", "γ negative, zero and positive", {"eps": 2**-8}, calls=(call(rng, x, [-1.5, 0, 2, 0.5]),))

    def constant_feature(rng: Generator) -> Case:
        x = rng.integers(-64, 64, size=(8, 3)) / 2**4
        x[:, 1] = x[0, 1]
        why = "a feature without variance: only ε keeps it finite"
        return Case("constant-feature", why, {"eps": 2**-8}, calls=(call(rng, x),))

    def offset(rng: Generator) -> Case:
        x = rng.normal(1e4, [1, 2, 5], size=(8, 3))
        why = "features around 10,000 that differ by little: E[x²] − μ² would lose them"
        return Case("offset", why, {"eps": 2**-8}, calls=(call(rng, x),))

    def outliers(rng: Generator) -> Case:
        x = rng.uniform(-1, 1, size=(16, 2))
        x[rng.integers(16), :] = [8, -8]
        why = "one example of 16 lies far out, more than three σ from μ: nothing is clipped"
        return Case("outliers", why, {"eps": 2**-8}, calls=(call(rng, x),))

    def float32(rng: Generator) -> Case:
        near, far = rng.normal(0, [1, 0.1, 1e-2, 10], (12, 4)), rng.normal(100, 1, (8, 2))
        calls = tuple(call(rng, x, dtype="float32") for x in (near, far))
        return Case("float32", "in float32, around 0 and around 100", {"eps": 2**-8}, dtype="float32", calls=calls)

    def defaults(rng: Generator) -> Case:
        x = rng.normal(size=(6, 4)) * [1e-2, 1, 1e-3, 3]
        return Case("defaults", "no ε passed: the contract's default counts", {}, calls=(call(rng, x),))

    return (
        plain, small_variances, two_examples, one_feature, square, scales, constant_feature, offset, outliers, float32,
        defaults,
    )  # fmt: skip
