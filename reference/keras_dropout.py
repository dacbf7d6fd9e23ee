"""Dropout as Keras has it: a layer that draws its own masks and scales what it keeps.

``rate`` is the probability of **dropping** a unit, so that ``Dropout(0.2)`` drops a fifth; the slides' p is that of
keeping it. What is kept is divided by 1 − rate: the expected value of a unit is then the same with dropout and without,
and nothing needs to be done at inference, where the layer is the identity (inverted dropout).

Every call in training draws a new mask, every unit by itself. ``noise_shape`` has drops shared along an axis: where it
says 1, the mask is drawn once and broadcast, so that (N, 1, C) drops a channel of an example along the whole middle
axis; None stands for the length of the axis. ``seed`` makes the sequence of masks repeatable, not the single mask: two
layers with the same seed draw the same masks one after another.

Which units are dropped is chance, so what is checked is how probable the masks are: the rate, and that units and calls
are independent of each other. A right layer fails once in a billion checks at most. Given its mask, every output is
determined.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reference.cases import Call, Case, Dtype
from reference.maths import generator, where
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray


@algorithm(
    title="Dropout in Keras",
    topic="Dropout",
    order=850,
    lecture=8,
    slide="Dropout in Keras",
    paper="Srivastava et al. 2014, Dropout: A Simple Way to Prevent Neural Networks from Overfitting, JMLR 15",
    steps={
        "keep": "each unit is kept with probability 1 − rate, in every call anew",
        "y": "training: y = x / (1 − rate) where kept, else 0; otherwise y = x",
    },
    form="layer",
)
def keras_dropout(
    rate: float, noise_shape: tuple[int | None, ...] | None = None, seed: int | None = None
) -> Callable[..., Values]:
    rng = generator(seed)

    def call(x: Array, training: bool) -> Values:
        shape = [n or side for n, side in zip(noise_shape or x.shape, x.shape, strict=True)]
        keep = rng.random(shape) >= rate
        y = where(keep, x / (1 - rate), 0) if training else x
        return {"keep": keep, "y": y}

    return call


keras_dropout.twin("the scale may be a factor, made once", {"x / (1 - rate)": "x * (1 / (1 - rate))"})


@keras_dropout.oracle
def functional(torch: Any, x: Any, rate: float, training: bool) -> Any:
    """torch's own dropout, with a mask of its own: where that keeps a unit, and only there, y is not 0."""
    return torch.nn.functional.dropout(x, rate, training)


# -- the cases ------------------------------------------------------------------------------------------------------


def _input(rng: Generator, shape: tuple[int, ...], dtype: Dtype = "float64") -> NDArray[Any]:
    """No element is near 0: a 0 in the output is a unit dropped."""
    import numpy as np

    return np.asarray(np.where(rng.random(shape) < 0.5, -1, 1) * rng.uniform(0.5, 2, shape), dtype)


def _sample(rng: Generator, rate: float, shape: tuple[int, ...], dtype: Dtype = "float64", **more: Any) -> Any:
    """Eight calls in training of one layer, then one at inference."""
    x = _input(rng, shape, dtype)
    return tuple(Call({"rate": rate, **more, "x": x, "training": training}) for training in (*[True] * 8, False))


def _seeds(rng: Generator) -> tuple[int, int]:
    one, other = rng.choice(range(1, 2**16), 2, replace=False).tolist()
    return one, other


def _quarter(rng: Generator) -> Case:
    return Case("quarter", "a quarter is dropped", {}, calls=_sample(rng, 0.25, (50, 250)))


def _inference(rng: Generator) -> Case:
    x = _input(rng, (4, 6))
    calls = tuple(Call({"rate": 0.375, "x": x, "training": False}) for _ in range(2))
    return Case("inference", "not in training the input comes back as it is", {}, calls=calls)


def _rate_zero(rng: Generator) -> Case:
    return Case("rate-zero", "nothing is dropped at rate 0", {}, calls=_sample(rng, 0.0, (5, 8)))


def _drops_few(rng: Generator) -> Case:
    calls = _sample(rng, 1 / 128, (100, 125), "float32")
    return Case("drops-few", "1 of 128 is dropped, in float32", {}, dtype="float32", calls=calls)


def _drops_most(rng: Generator) -> Case:
    calls = _sample(rng, 127 / 128, (100, 125), "float32")
    return Case("drops-most", "127 of 128 are dropped, in float32", {}, dtype="float32", calls=calls)


def _three_axes(rng: Generator) -> Case:
    return Case(
        "three-axes", "three quarters are dropped; x has three axes", {}, calls=_sample(rng, 0.75, (25, 20, 25))
    )


def _noise_shape(rng: Generator) -> Case:
    calls = _sample(rng, 0.625, (75, 6, 20), noise_shape=(None, 1, 20))
    return Case("noise-shape", "noise_shape (None, 1, 20): the middle axis is dropped together", {}, calls=calls)


def _noise_shape_one(rng: Generator) -> Case:
    calls = _sample(rng, 0.5, (3, 1000), noise_shape=(1, 1000))
    return Case("noise-shape-one", "noise_shape (1, 1000): one mask for all rows", {}, calls=calls)


def _same_seed(rng: Generator) -> Case:
    """Two layers of one seed, one after the other, and one of another seed."""
    one, other = _seeds(rng)
    x = _input(rng, (20, 50))
    calls = tuple(
        Call({"rate": 0.5, "seed": seed, "x": x, "training": True}, instance)
        for instance, seed in enumerate((one, one, other))
        for _ in range(3)
    )
    return Case(
        "same-seed", "the same seed gives the same masks one after another, another seed others", {}, calls=calls
    )


def _seed_zero(rng: Generator) -> Case:
    x = _input(rng, (20, 50))
    calls = tuple(
        Call({"rate": 0.25, "seed": 0, "x": x, "training": True}, instance) for instance in (0, 1) for _ in range(2)
    )
    return Case("seed-zero", "0 is a seed like any other", {}, calls=calls)


def _no_seed(rng: Generator) -> Case:
    x = _input(rng, (20, 50))
    calls = tuple(Call({"rate": 0.5, "x": x, "training": True}, instance) for instance in (0, 1) for _ in range(2))
    return Case("no-seed", "without a seed two layers draw different masks", {}, calls=calls)


def _two_layers(rng: Generator) -> Case:
    one, _ = _seeds(rng)
    x = _input(rng, (20, 50))
    calls = tuple(
        Call({"rate": 0.5, "seed": one, "x": x, "training": True}, instance) for _ in range(3) for instance in (0, 1)
    )
    return Case("two-layers", "two layers of one seed, called in turn, do not disturb each other", {}, calls=calls)


keras_dropout.cases(
    _quarter,
    _inference,
    _rate_zero,
    _drops_few,
    _drops_most,
    _three_axes,
    _noise_shape,
    _noise_shape_one,
    _same_seed,
    _seed_zero,
    _no_seed,
    _two_layers,
)

# -- the mistakes -----------------------------------------------------------------------------------------------------

_KEEP = "rng.random(shape) >= rate"
_RANKS = "(u := rng.random(shape)).ravel().argsort().reshape(shape)"

keras_dropout.mistake(
    "keep_drop_swapped",
    "rate is taken for the probability of keeping a unit.",
    "Keras's rate is the probability of dropping one: keep where u ≥ rate, and divide by 1 − rate.",
    {">= rate": "< rate", "x / (1 - rate)": "x / rate"},
    {">= rate": "< rate"},
    {">= rate": "< rate", "x / (1 - rate)": "x"},
    {">= rate": "< rate", "where(keep, x / (1 - rate), 0)": "keep * x / rate"},
)
keras_dropout.mistake(
    "not_scaled",
    "What is kept is not scaled.",
    "Divide it by 1 − rate, so that the expected value stays that of x.",
    {"x / (1 - rate)": "x"},
)
keras_dropout.mistake(
    "scaled_twice",
    "What is kept is scaled twice.",
    "Divide by 1 − rate once: x, or the mask, but not both.",
    {"x / (1 - rate)": "x / (1 - rate) ** 2"},
)
keras_dropout.mistake(
    "scaled_at_test",
    "At inference the input is scaled.",
    "The scaling in training makes up for what is dropped: at inference return x as it is.",
    {"else x": "else x * (1 - rate)"},
    {"else x": "else x / (1 - rate)"},
    {"else x": "else x * rate"},
)
keras_dropout.mistake(
    "mask_per_row",
    "Whole rows are dropped: the mask has one entry for each example.",
    "Draw the mask in the shape of x, unless noise_shape says otherwise.",
    {_KEEP: "rng.random([shape[0], *[1] * (len(shape) - 1)]) >= rate"},
)
keras_dropout.mistake(
    "mask_per_feature",
    "The mask is drawn once for the whole batch: all examples drop the same units.",
    "Draw the mask in the shape of x, the batch's axis among them, unless noise_shape says otherwise.",
    {_KEEP: "rng.random([1, *shape[1:]]) >= rate"},
    {_KEEP: "rng.random([*[1] * (len(shape) - 1), shape[-1]]) >= rate"},
)
keras_dropout.mistake(
    "scaled_by_rate",
    "What is kept is divided by rate instead of 1 − rate.",
    "rate is the probability of dropping: of x the part 1 − rate is kept, so divide by that.",
    {"x / (1 - rate)": "x / rate if rate else x"},
    {"x / (1 - rate)": "x / rate"},
)
keras_dropout.mistake(
    "scaled_down",
    "What is kept is multiplied by 1 − rate instead of divided by it.",
    "Less is kept, so what is kept must grow: divide by 1 − rate.",
    {"x / (1 - rate)": "x * (1 - rate)"},
)
keras_dropout.mistake(
    "mask_kept",
    "The mask is the same in every call.",
    "Draw a new mask in every call; make only the generator in __init__.",
    {"rng.random(shape)": "first.setdefault(tuple(shape), rng.random(shape))", "seed)\n": "seed)\n    first = {}\n"},
    {"rng.random(shape)": "generator(seed).random(shape)"},
    {"rng.random(shape)": "generator(0 if seed is None else seed).random(shape)"},
)
keras_dropout.mistake(
    "seed_ignored",
    "The seed is not used: two layers with the same seed draw different masks.",
    "Make a generator with this seed in __init__ and draw every mask from it.",
    {"generator(seed)": "generator(None)"},
)
keras_dropout.mistake(
    "seed_fixed",
    "The masks are the same whatever the seed.",
    "Pass the seed on to the generator; None must stay None, so that every layer then draws masks of its own.",
    {"generator(seed)": "generator(0)"},
)
keras_dropout.mistake(
    "none_for_a_seed",
    "Without a seed the masks are always the same ones.",
    "seed=None means no seed: hand None to the generator instead of a number.",
    {"generator(seed)": "generator(0 if seed is None else seed)"},
)
keras_dropout.mistake(
    "seed_zero_ignored",
    "The seed 0 is taken for no seed.",
    "0 is a seed like any other: test for None with `is None`.",
    {"generator(seed)": "generator(seed or None)"},
)
keras_dropout.mistake(
    "noise_shape_ignored",
    "noise_shape is not used: every unit is dropped by itself.",
    "Draw the mask in noise_shape, None being the axis's length, and let it broadcast.",
    {"noise_shape or x.shape": "x.shape"},
)
keras_dropout.mistake(
    "training_ignored",
    "Units are dropped at inference as well.",
    "Return x as it is where training is False.",
    {" if training else x": ""},
)
keras_dropout.mistake(
    "training_inverted",
    "Units are dropped at inference, and not in training.",
    "Drop where training is True, and return x as it is where it is False.",
    {"if training": "if not training"},
)
keras_dropout.mistake(
    "never_drops",
    "Nothing is ever dropped.",
    "Where training is True, draw a mask and set the dropped units to 0.",
    {"where(keep, x / (1 - rate), 0) if training else x": "x"},
)
keras_dropout.mistake(
    "exact_count",
    "Exactly the same number of units is dropped each time: they are not independent.",
    "Draw a number for every unit and compare it with rate, instead of choosing so many units to drop.",
    {_KEEP: f"{_RANKS} >= round(rate * u.size)"},
    {_KEEP: f"{_RANKS} >= int(rate * u.size)"},
    {_KEEP: "rng.random(shape).argsort(axis=-1) >= int(rate * shape[-1])"},
)
