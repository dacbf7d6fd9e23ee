"""The inputs that tell right optimizers from wrong ones.

On N(0, 1) gradients and default hyper-parameters many wrong optimizers stay closer to the truth than a right one's
rounding. So the cases here use no default, gradients of many sizes and patterns, and every shape; each exists because
some wrong code shows on nothing else. The simplest comes first: the first failing case is the one a student reads.

Hyper-parameters are given in binary fractions (0.84375 = 27/32): they are then exact in float32 as well, and the
tolerance need not allow for their rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reference.cases import Case, CaseMaker, Dtype, Stream

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

SCALES: Mapping[Dtype, tuple[float, ...]] = {
    "float64": (2.0, 1e-3, 1e-7, 1e-12, 1e10),
    "float32": (2.0, 1e-3, 1e-7),  # smaller squares leave float32's normal range
}
"""Sizes of gradients, one a row of a patch. The most readable comes first: messages quote the first wrong element."""

PATTERNS = ("dense", "sparse", "alternating", "constant", "drop", "zeros first", "all zero", "random scales")
"""What the gradient does over time, one a column of a patch."""


def optimizer_battery(
    *,
    plain: Mapping[str, float],
    odd: Mapping[str, float],
    memoryless: Mapping[str, float] | None = None,
    switched: Mapping[str, float] | None = None,
    alone: Mapping[str, float] | None = None,
    late: Mapping[str, float] | None = None,
    long: int = 264,
) -> tuple[CaseMaker, ...]:
    """The cases every optimizer gets.

    ``plain`` and ``odd`` are two sets of hyper-parameters with none at its default; ``memoryless`` sets an average's
    factor to 0, where there is one; ``switched`` turns on a flag that is off in ``odd``, where there is one. ``long``
    is the number of steps of the long run for what only shows late, as a state that is lost at 256 or a count that
    stops at 1,000, and ``late`` are its hyper-parameters, where those of ``odd`` forget too soon to show it.
    ``alone`` passes one hyper-parameter and leaves the rest at their defaults, where one default shows only beside it.
    """

    def scalar(rng: Generator) -> Case:
        stream = Stream(_point(rng, ()), _rounded(rng.normal(size=12)))
        return Case("scalar", "one weight, a 0-d array", plain, (stream,))

    def patterns(rng: Generator) -> Case:
        why = "gradients of every size (1e-12 to 1e10) and pattern (dense, sparse, alternating, constant, zero, …)"
        return Case("patterns", why, odd, (patch(rng, 40),))

    def patterns_float32(rng: Generator) -> Case:
        why = "the same patterns in float32"
        return Case("patterns-float32", why, odd, (patch(rng, 24, "float32"),), dtype="float32")

    def defaults(rng: Generator) -> Case:
        return Case("defaults", "no hyper-parameter passed: the contract's defaults count", {}, (patch(rng, 24),))

    def tensor(rng: Generator) -> Case:
        grads = rng.normal(size=(6, 2, 3, 4))
        grads[4] *= 1e-12  # tiny everywhere: no reason to stop
        return Case("tensor", "weights in a 3-d array", plain, (Stream(_point(rng, (2, 3, 4)), _rounded(grads)),))

    def two_instances(rng: Generator) -> Case:
        streams = tuple(Stream(_point(rng, (4,)), _rounded(rng.normal(size=(10, 4)))) for _ in range(2))
        return Case("two-instances", "two instances used in turn keep their states apart", plain, streams)

    def no_memory(rng: Generator) -> Case:
        assert memoryless is not None
        stream = Stream(_point(rng, (5,)), _rounded(rng.normal(size=(8, 5))))
        return Case("no-memory", "the decay of the average set to 0", memoryless, (stream,))

    def switched_on(rng: Generator) -> Case:
        assert switched is not None
        return Case("switched-on", "the patterns with the flag on", switched, (patch(rng, 24),))

    def long_run(rng: Generator) -> Case:
        stream = Stream(_point(rng, (2,)), _rounded(rng.normal(size=(long, 2)) * [1.0, 1e-3]))
        return Case("long-run", f"{long} steps: what only shows late", late or odd, (stream,))

    def one_alone(rng: Generator) -> Case:
        assert alone is not None
        stream = Stream(_point(rng, (3,)), _rounded(rng.normal(size=(8, 3))))
        return Case("one-alone", f"only {', '.join(alone)} passed, the rest at its defaults", alone, (stream,))

    more = {no_memory: memoryless, switched_on: switched, one_alone: alone}
    chosen = (maker for maker, wanted in more.items() if wanted)
    return (scalar, patterns, patterns_float32, defaults, tensor, two_instances, *chosen, long_run)


def patch(rng: Generator, steps: int, dtype: Dtype = "float64") -> Stream:
    """One stream of weights in a grid, a size of gradient a row and a pattern a column; step 8 is zero everywhere.

    ``w`` starts at 0 on the white squares of the board and at N(0, 1) on the black ones.
    """
    import numpy as np

    rows = len(SCALES[dtype])
    g = np.sign(rng.normal(size=(steps, rows, len(PATTERNS)))) * rng.uniform(0.25, 2, (steps, rows, len(PATTERNS)))
    time = np.arange(steps)[:, None]
    column = {name: g[:, :, at] for at, name in enumerate(PATTERNS)}
    column["sparse"] *= rng.uniform(size=(steps, rows)) < 0.2
    column["alternating"][:] = np.abs(column["alternating"][:1]) * (-1.0) ** time
    column["constant"][:] = column["constant"][:1]
    column["drop"][steps * 3 // 5 :] *= 1e-3
    column["zeros first"][:5] = 0
    column["all zero"][:] = 0
    column["random scales"] *= 10.0 ** rng.uniform(-3, 0, (steps, rows))
    g *= np.array(SCALES[dtype])[:, None]
    g[7] = 0
    w = _point(rng, (rows, len(PATTERNS)), dtype)
    w[np.indices(w.shape).sum(axis=0) % 2 == 0] = 0
    return Stream(w, _rounded(g, dtype))


def epoch_battery(*, plain: Mapping[str, float]) -> tuple[CaseMaker, ...]:
    """The cases of one epoch of mini-batches: a short last batch, one batch for all, no short batch, float32.

    The gradients of the examples are multiples of 2⁻⁸ below 2⁴, so that the sum over a batch is exact in either
    dtype and in any order, and only the division by its length rounds.
    """

    def epoch(n: int, shape: tuple[int, ...], batch: int, dtype: Dtype = "float64") -> Any:
        def make(rng: Generator) -> tuple[dict[str, float], tuple[Stream, ...]]:
            grads = rng.integers(-(2**12), 2**12, size=(n, *shape)) / 2**8
            stream = Stream(_point(rng, shape, dtype), _rounded(grads, dtype), rng.permutation(n))
            return {**plain, "batch_size": batch}, (stream,)

        return make

    def last_batch_short(rng: Generator) -> Case:
        return Case("last-batch-short", "9 examples in batches of 4: the last holds one", *epoch(9, (3,), 4)(rng))

    def batch_larger_than_data(rng: Generator) -> Case:
        return Case("batch-larger-than-data", "3 examples in batches of 8", *epoch(3, (2,), 8)(rng))

    def even_batches(rng: Generator) -> Case:
        return Case("even-batches", "12 examples in batches of 4", *epoch(12, (2, 3), 4)(rng))

    def single_examples(rng: Generator) -> Case:
        return Case("single-examples", "5 examples one by one, one weight (0-d)", *epoch(5, (), 1)(rng))

    def float32(rng: Generator) -> Case:
        why = "11 examples in batches of 3, in float32"
        hyper, streams = epoch(11, (3,), 3, "float32")(rng)
        return Case("float32", why, hyper, streams, dtype="float32")

    def two_instances(rng: Generator) -> Case:
        hyper, first = epoch(7, (2,), 3)(rng)
        _, second = epoch(7, (2,), 3)(rng)
        return Case("two-instances", "two instances used in turn keep their orders apart", hyper, first + second)

    def defaults(rng: Generator) -> Case:
        why = "neither lr nor batch_size passed: the contract's defaults count"
        _, streams = epoch(70, (2,), 32)(rng)
        return Case("defaults", why, {}, streams)

    return (last_batch_short, batch_larger_than_data, even_batches, single_examples, float32, two_instances, defaults)


def _point(rng: Generator, shape: tuple[int, ...], dtype: Dtype = "float64") -> NDArray[Any]:
    return _rounded(rng.normal(size=shape), dtype)


def _rounded(x: Any, dtype: Dtype = "float64") -> NDArray[Any]:
    import numpy as np

    return np.asarray(x, dtype=dtype)
