"""The pages against ``torch.optim``: where conventions differ, the change of variables is written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
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


def or_1e_7(epsilon: float | None) -> float:
    return 1e-7 if epsilon is None else epsilon


def keras_sgd(params: list[Any], momentum: float, nesterov: bool, decay: float, **hyper: Any) -> Any:
    """torch refuses nesterov without momentum; without momentum it makes no difference."""
    return optim("SGD", momentum=momentum, nesterov=nesterov and momentum > 0)(params, **hyper)


def keras_rmsprop(params: list[Any], rho: float, epsilon: float | None, decay: float, **hyper: Any) -> Any:
    return optim("RMSprop", alpha=rho, eps=or_1e_7(epsilon))(params, **hyper)


def keras_adagrad(params: list[Any], decay: float, epsilon: float | None, **hyper: Any) -> Any:
    """The one optimizer of torch's with a decay of its own, and it is Keras's."""
    return optim("Adagrad", lr_decay=decay, eps=or_1e_7(epsilon))(params, **hyper)


def keras_adam(
    params: list[Any], beta_1: float, beta_2: float, epsilon: float | None, decay: float, **hyper: Any
) -> Any:
    return optim("Adam", betas=(beta_1, beta_2))(params, **hyper)


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
    "keras_sgd": keras_sgd,
    "keras_rmsprop": keras_rmsprop,
    "keras_adagrad": keras_adagrad,
    "keras_adam": keras_adam,
}


def decayed(t: int, *, lr: float, decay: float, **hyper: Any) -> dict[str, float]:
    return {"lr": lr / (1 + decay * t)}


def adam_decayed(t: int, *, beta_2: float, epsilon: float | None, **hyper: Any) -> dict[str, float]:
    """torch adds ε to the corrected root, √v/√(1 − β₂ᵏ) + ε, Keras to √v itself: so ε is divided alike."""
    return {**decayed(t, **hyper), "eps": or_1e_7(epsilon) / (1 - beta_2 ** (t + 1)) ** 0.5}


BEFORE: Mapping[str, Callable[..., dict[str, float]]] = {
    "keras_sgd": decayed,
    "keras_rmsprop": decayed,
    "keras_adam": adam_decayed,
}
"""What is set in torch's parameter group before step t = 0, 1, …, where torch has no word for what the page does."""

DIALECT = {
    "nag": "lookahead_iterates",
    "adagrad": "eps_outside_root",
    "rmsprop": "eps_outside_root",
    "adam": "eps_outside_root",
    "amsgrad": "eps_outside_root",
    "keras_sgd": "rate_outside_velocity",
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
    for t, g in enumerate(grads):
        optimizer.param_groups[0].update(BEFORE[page.id](t, **hyper) if page.id in BEFORE else {})
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


def test_torchs_sgd_is_kerass_when_fed_with_steps_at_a_rate_of_one():
    """Then its velocity holds each step with the rate of its own time, as Keras's does with the other sign."""
    page = pages()["keras_sgd"]
    for case, stream in runs("keras_sgd"):
        hyper = {**page.defaults, **case.hyper}
        t = np.arange(len(stream.grads)).reshape(-1, *[1] * stream.w.ndim)
        steps = Stream(stream.w, hyper["lr"] / (1 + hyper["decay"] * t) * stream.grads)
        theirs, state = walk_of_torch(page, replace(case, hyper={**hyper, "lr": 1.0, "decay": 0.0}), steps)
        ours = walk_of_page(page, case, stream)
        assert excess(ours, "w", theirs) <= ROUNDINGS, case.id
        if hyper["momentum"]:  # torch keeps no buffer for 0
            velocity = ours.stacked("v")
            velocity[-1] = -state["momentum_buffer"].numpy()
            assert excess(ours, "v", velocity) <= ROUNDINGS, case.id
