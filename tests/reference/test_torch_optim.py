"""The pages against ``torch.optim``: where conventions differ, the change of variables is written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from reference import Case, Page, Stream, pages
from tests.reference.replay import CLEAR, ROUNDINGS, SEED, Walk, excess, replay, separation

pytestmark = pytest.mark.slow

Make = Callable[..., Any]


def optim(name: str, **more: Any) -> Make:
    """An optimizer of torch's, made when a test needs it."""

    def make(params: list[Any], **hyper: Any) -> Any:
        import torch

        return getattr(torch.optim, name)(params, **more, **hyper)

    return make


def adam(amsgrad: bool) -> Make:
    make = optim("Adam", amsgrad=amsgrad)
    return lambda params, beta1, beta2, **hyper: make(params, betas=(beta1, beta2), **hyper)


TWINS: Mapping[str, Make] = {
    "gradient_descent": optim("SGD"),
    "sgd": lambda params, batch_size, **hyper: optim("SGD")(params, **hyper),
    "momentum": lambda params, gamma, **hyper: optim("SGD", momentum=gamma)(params, **hyper),
    "nag": lambda params, gamma, **hyper: optim("SGD", momentum=gamma, nesterov=True)(params, **hyper),
    "adagrad": optim("Adagrad"),
    "rmsprop": lambda params, gamma, **hyper: optim("RMSprop", alpha=gamma)(params, **hyper),
    "adadelta": lambda params, gamma, **hyper: optim("Adadelta", lr=1.0, rho=gamma)(params, **hyper),
    "adam": adam(amsgrad=False),
    "amsgrad": adam(amsgrad=True),
}

DIALECT = {
    "nag": "lookahead_iterates",
    "adagrad": "eps_outside_root",
    "rmsprop": "eps_outside_root",
    "adam": "eps_outside_root",
    "amsgrad": "eps_outside_root",
}
"""What torch speaks, where it is not the slides'."""


def walk_of_torch(page: Page, case: Case, stream: Stream) -> tuple[np.ndarray, Any]:
    """torch's w over time, in float64, and the optimizer's state at the end."""
    import torch

    hyper = {**page.defaults, **case.hyper}
    w = torch.nn.Parameter(torch.from_numpy(np.array(stream.w, dtype="float64")))
    grads: Any = torch.from_numpy(np.array(stream.grads, dtype="float64"))
    if stream.order is not None:
        grads = [batch.mean(dim=0) for batch in grads[torch.from_numpy(stream.order)].split(hyper["batch_size"])]
    optimizer, path = TWINS[page.id]([w], **hyper), []
    for g in grads:
        w.grad = g.clone()
        optimizer.step()
        path.append(w.detach().clone().numpy())
    return np.stack(path), optimizer.state[w]


def walk_of_page(page: Page, case: Case, stream: Stream, *dialects: str) -> Walk:
    edition = page.edition(*((known, 0) for known in page.variants if known.id in dialects))
    assert edition is not None
    return replay(edition.run, case, stream)


def runs(id: str) -> list[tuple[Case, Stream]]:
    cases = pages()[id].draw(SEED)
    if id == "nag":  # torch refuses nesterov without momentum
        cases = tuple(case for case in cases if case.id != "no-memory")
    return [(case, stream) for case in cases for stream in case.streams]


def apart(id: str, some: tuple[str, ...], others: tuple[str, ...]) -> float:
    """How clearly the most telling case separates a page in some dialects from it in others."""
    page = pages()[id]
    return max(separation(walk_of_page(page, *run, *some), walk_of_page(page, *run, *others)) for run in runs(id))


@pytest.mark.parametrize("id", TWINS)
def test_torch_walks_the_same_path(id: str):
    page = pages()[id]
    for case, stream in runs(id):
        ours = walk_of_page(page, case, stream, DIALECT.get(id, ""))
        theirs, _ = walk_of_torch(page, case, stream)
        assert excess(ours, "w", theirs) <= ROUNDINGS, case.id


@pytest.mark.parametrize("id", DIALECT)
def test_torchs_dialect_is_not_the_slides(id: str):
    assert apart(id, (), (DIALECT[id],)) > CLEAR


def test_torchs_velocity_is_ours_without_the_learning_rate():
    page = pages()["momentum"]
    for case, stream in runs("momentum"):
        hyper = {**page.defaults, **case.hyper}
        if hyper["gamma"]:  # torch keeps no buffer for 0
            ours = walk_of_page(page, case, stream)
            _, state = walk_of_torch(page, case, stream)
            theirs = ours.stacked("v")
            theirs[-1] = hyper["lr"] * state["momentum_buffer"].numpy()
            assert excess(ours, "v", theirs) <= ROUNDINGS, case.id


def test_torchs_nesterov_iterates_are_the_points_where_the_gradient_is_asked():
    page = pages()["nag"]
    for case, stream in runs("nag"):
        ours = walk_of_page(page, case, stream)
        theirs, _ = walk_of_torch(page, case, stream)
        assert excess(ours, "point", np.concatenate([stream.w[None], theirs[:-1]])) <= ROUNDINGS, case.id


def test_torchs_amsgrad_takes_the_maximum_before_the_correction():
    page = pages()["amsgrad"]
    assert apart("amsgrad", ("eps_outside_root",), ("eps_outside_root", "max_of_corrected")) > CLEAR
    for case, stream in runs("amsgrad"):
        ours = walk_of_page(page, case, stream)
        _, state = walk_of_torch(page, case, stream)
        theirs = ours.stacked("v_max")
        theirs[-1] = state["max_exp_avg_sq"].numpy()
        assert excess(ours, "v_max", theirs) <= ROUNDINGS, case.id
