"""An ensemble by averaging: the mean of what M models predict.

Models that start from other weights or see other data make other mistakes; in the mean the mistakes partly cancel and
what the models agree on stays. Were the errors independent and of one size, the mean's squared error would be M times
smaller; they never quite are. The gain is usually small and sure, at M times the cost; dropout gets part of it for the
price of one model.

Here predictions are class probabilities (M, N, C), models × examples × classes, and the mean is over the models: the
result is again a distribution for each example. Sources also average logits, which is the geometric mean of the
probabilities, normalized, or average the models' weights, which gives one model again. The mean itself asks nothing of
its numbers: it neither clips nor normalizes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.cases import Call, Case, Dtype
from reference.maths import mean
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Ensemble, average",
    topic="Ensembles",
    order=700,
    lecture=8,
    slide="Model Ensembles",
    paper="Perrone & Cooper 1993, When Networks Disagree: Ensemble Methods for Hybrid Neural Networks",
    steps={"y": "y = 1/M Σ over the models of their predictions"},
)
def ensemble_average(predictions: Array) -> Values:
    y = mean(predictions, axis=0)
    return {"y": y}


ensemble_average.twin(
    "each prediction may be divided by M, or weighted by 1/M, before they are added",
    {"mean(predictions, axis=0)": "sum(predictions / len(predictions), axis=0)"},
)
ensemble_average.twin(
    "the mean may be carried along: each prediction moves it by its share of the difference",
    {
        "y = mean(predictions, axis=0)": "y = predictions[0]\n"
        "    for k in range(1, len(predictions)):\n"
        "        y = y + (predictions[k] - y) / (k + 1)"
    },
)


@ensemble_average.oracle
def weighted(torch: Any, predictions: Any) -> dict[str, Any]:
    """A weighted sum over the models, each of weight 1/M."""
    weights = torch.full((len(predictions),), 1 / len(predictions), dtype=predictions.dtype)
    return {"y": torch.einsum("m,mnc->nc", weights, predictions)}


def call(rng: Generator, shape: tuple[int, int, int], dtype: Dtype = "float64") -> Call:
    return Call({"predictions": rng.dirichlet([0.7] * shape[2], shape[:2]).astype(dtype)})


def plain(rng: Generator) -> Case:
    return Case("plain", "3 models, 4 examples, 5 classes", {}, calls=(call(rng, (3, 4, 5)),))


def cube(rng: Generator) -> Case:
    return Case("cube", "as many models as examples and classes", {}, calls=(call(rng, (3, 3, 3)),))


def sizes(rng: Generator) -> Case:
    calls = tuple(call(rng, shape) for shape in ((2, 3, 4), (7, 1, 2), (1, 4, 2)))
    return Case("sizes", "two models, seven, and one alone", {}, calls=calls)


def scores(rng: Generator) -> Case:
    """Normal numbers, a third of them replaced by zeros."""
    import numpy as np

    drawn = rng.normal(size=(3, 4, 2)) * 3
    drawn[rng.integers(3, size=(4, 2)), np.arange(4)[:, None], np.arange(2)] = 0
    why = "scores, not probabilities: of either sign, larger than 1, and zero; the mean is the same"
    return Case("scores", why, {}, calls=(Call({"predictions": drawn}),))


def float32(rng: Generator) -> Case:
    return Case("float32", "5 models in float32", {}, dtype="float32", calls=(call(rng, (5, 3, 2), "float32"),))


ensemble_average.cases(plain, cube, sizes, scores, float32)

ensemble_average.mistake(
    "wrong_axis",
    "The mean is taken over the examples or the classes instead of the models.",
    "predictions is (M, N, C): average over axis 0.",
    {"axis=0": "axis=1"},
    {"axis=0": "axis=2"},
)
ensemble_average.mistake(
    "sum_not_mean",
    "The predictions are added up, not averaged.",
    "Divide the sum by the number of models M.",
    {"mean(predictions, axis=0)": "mean(predictions, axis=0) * len(predictions)"},
)
ensemble_average.mistake(
    "whole_array",
    "Everything is averaged into a single number.",
    "Average over the models only, axis 0.",
    {"mean(predictions, axis=0)": "mean(predictions)"},
)
ensemble_average.mistake(
    "first_model_only",
    "Your result is one model's prediction, not the average of all.",
    "Average over all M models.",
    {"mean(predictions, axis=0)": "predictions[0]"},
    {"mean(predictions, axis=0)": "predictions[-1]"},
)
ensemble_average.mistake(
    "halved_in_turn",
    "The average so far and the next model count half each, so that the last model weighs most.",
    "Add up all predictions and divide once by M.",
    {
        "y = mean(predictions, axis=0)": "y = predictions[0]\n"
        "    for each in predictions[1:]:\n"
        "        y = (y + each) / 2"
    },
)
ensemble_average.mistake(
    "divided_by_n",
    "The sum over the models is divided by another number than M.",
    "There are M models, the length of axis 0: divide by that.",
    {"mean(predictions, axis=0)": "mean(predictions, axis=0) * len(predictions) / predictions.shape[1]"},
    {"mean(predictions, axis=0)": "mean(predictions, axis=0) * len(predictions) / predictions.shape[2]"},
    {"mean(predictions, axis=0)": "sum(predictions, axis=0) / (len(predictions) - ones_like(predictions[0]))"},
)
ensemble_average.mistake(
    "softmax_first",
    "The predictions go through a softmax once more.",
    "They are probabilities already, each row adding up to 1: only average them.",
    {"mean(predictions, axis=0)": "mean(exp(predictions) / sum(exp(predictions), axis=2, keepdims=True), axis=0)"},
    {
        "mean(predictions, axis=0)": "exp(mean(predictions, axis=0))"
        " / sum(exp(mean(predictions, axis=0)), axis=1, keepdims=True)"
    },
)
ensemble_average.mistake(
    "largest_taken",
    "You take the largest prediction of all models, not the average.",
    "Add up the predictions of all M models and divide by M.",
    {"mean(predictions, axis=0)": "largest(predictions, axis=0)"},
)
ensemble_average.mistake(
    "normalized_again",
    "Each row is divided by its sum afterwards.",
    "The average of probabilities adds up to 1 by itself, and scores need not.",
    {"y = mean(predictions, axis=0)": "y = mean(predictions, axis=0)\n    y = y / sum(y, axis=1, keepdims=True)"},
)
