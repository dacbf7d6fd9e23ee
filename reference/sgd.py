"""Stochastic gradient descent: one epoch of steps, each on the gradient of a few examples.

The mean gradient over a mini-batch is a cheap and noisy estimate of the gradient over all data. An epoch walks a random
permutation of the examples, batch by batch, so that each example is used exactly once; what does not fill a batch at
the end is a shorter batch, not a remainder to drop.

Sources disagree on the name. In the strict sense (Robbins & Monro) stochastic descent takes one example a step, and
the algorithm here is mini-batch descent; libraries call both SGD, and some drop the last batch on request (PyTorch's
``drop_last``). Here the batch has size ``batch_size`` and nothing is dropped.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.optimizers import epoch_battery
from reference.spec import Array, Gradient, Steps, algorithm


@algorithm(
    title="Stochastic gradient descent",
    topic="Optimizers",
    order=20,
    lecture=8,
    slide="Stochastic Gradient Descent",
    paper="Robbins & Monro 1951, A Stochastic Approximation Method",
    steps={"w": "w ← w − η∇(w, b) for each batch b"},
)
def sgd(w: Array, grad: Gradient, order: Array, *, lr: float = 0.01, batch_size: int = 32) -> Steps:
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        w = w - lr * grad(w, batch)
        yield {"w": w}


@sgd.oracle
def closed_form(torch: Any, w: Any, grads: Any, order: Any, *, lr: float, batch_size: int) -> dict[str, Any]:
    """The examples' gradients gathered in order, split, averaged, and summed up over the batches."""
    means = torch.stack([batch.mean(dim=0) for batch in grads[order].split(batch_size)])
    return {"w": w - lr * torch.cumsum(means, dim=0)}


sgd.cases(*epoch_battery(plain={"lr": 0.125}))

sgd.mistake(
    "last_batch_dropped",
    "The examples left over at the end of the epoch are never used.",
    "The last batch may be shorter than the others. Slicing past the end is safe: it gives what is left.",
    {"len(order), batch_size": "len(order) - batch_size + 1, batch_size"},
    {"len(order), batch_size": "len(order) - batch_size, batch_size"},
    {"len(order), batch_size": "max(len(order) - batch_size + 1, 1), batch_size"},
)
sgd.mistake(
    "order_ignored",
    "You walk the examples in their natural order instead of the one you are given.",
    "Cut the batches out of `order`: order[start : start + batch_size].",
    {"order[start": "arange(len(order))[start"},
)
sgd.mistake(
    "full_batch",
    "Each of your steps uses all examples: this is gradient descent, not its stochastic form.",
    "Pass grad only the examples of this batch.",
    {"order[start : start + batch_size]": "order"},
    {"range(0, len(order), batch_size)": "range(1)", "order[start : start + batch_size]": "order"},
)
sgd.mistake(
    "stale_w",
    "Every gradient of the epoch is asked at the w it started with.",
    "Ask for each batch's gradient at the newest w, the one that the batch before has just moved.",
    {"for start in": "first = w\n    for start in", "(w, batch)": "(first, batch)"},
)
sgd.mistake(
    "batch_gradient_summed",
    "The step is as many times too long as the batch has examples: gradients are summed, not averaged.",
    "grad(w, batch) is already the batch's mean gradient. Multiply it by η and by nothing else.",
    {"lr * grad": "lr * len(batch) * grad"},
    {"lr * grad": "lr * batch_size * grad"},
)
sgd.mistake(
    "averaged_twice",
    "The batch's mean gradient is divided by the number of examples once more.",
    "grad(w, batch) is already the batch's mean gradient. Multiply it by η and divide by nothing.",
    {"lr * grad": "lr / len(batch) * grad"},
    {"lr * grad": "lr / batch_size * grad"},
)
sgd.mistake(
    "batch_size_ignored",
    "Each of your steps uses a single example, whatever batch_size says.",
    "Take batch_size examples a step: order[start : start + batch_size].",
    {"len(order), batch_size": "len(order)", "start + batch_size": "start + 1"},
)
sgd.mistake(
    "batches_overlap",
    "Your batches overlap: each starts one example after the one before.",
    "The next batch starts where the last one ended: let start run in steps of batch_size.",
    {"range(0, len(order), batch_size)": "range(len(order))"},
    {"range(0, len(order), batch_size)": "range(-(-len(order) // batch_size))"},
    {"range(0, len(order), batch_size)": "range(len(order) // batch_size)"},
)
sgd.mistake(
    "sign_flipped",
    "You step up the gradient instead of down.",
    "The gradient points where the loss grows. Subtract it: w ← w − η∇(w, b).",
    {"w - lr": "w + lr"},
)
sgd.mistake(
    "lr_missing",
    "The gradient is not multiplied by the learning rate.",
    "Step by η∇(w, b), not by ∇(w, b).",
    {"lr * grad": "grad"},
)
