"""Keras's pages against Keras 3 on its torch backend, where that is installed: ``pip install -e '.[test,keras]'``.

Keras 3 has no ``decay``; its schedule InverseTimeDecay with decay_steps=1 is the same rule. It has moved RMSprop's and
Adagrad's ε under the root, a dialect here, and starts Adagrad's sum where it is told to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from reference import Case, Page, Stream, pages
from tests.reference.replay import CLEAR, ROUNDINGS, SEED, Walk, excess, replay, separation

pytestmark = pytest.mark.slow

DIALECT = {"keras_rmsprop": "eps_inside_root", "keras_adagrad": "eps_inside_root"}
"""What Keras 3 speaks, where it is not the slides' Keras."""

MORE: dict[str, dict[str, Any]] = {"keras_adagrad": {"initial_accumulator_value": 0.0}}
"""What has to be said to Keras 3 beside the page's own hyper-parameters."""

NAMES = {"keras_sgd": "SGD", "keras_rmsprop": "RMSprop", "keras_adagrad": "Adagrad", "keras_adam": "Adam"}

MISSING = "Keras is not installed: pip install -c constraints.txt -e '.[test,keras]'"


@pytest.fixture(scope="module")
def keras(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Keras in float64. It reads its backend from the environment and leaves a file in its home folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_BACKEND", "torch")
        patch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras")))
        module = pytest.importorskip("keras", minversion="3", reason=MISSING)
        module.config.set_floatx("float64")
        yield module


def walk_of_keras(keras: Any, page: Page, case: Case, stream: Stream) -> np.ndarray:
    """Keras's w over time."""
    hyper = {**page.defaults, **case.hyper, **MORE.get(page.id, {})}
    rate = keras.optimizers.schedules.InverseTimeDecay(hyper.pop("lr"), 1, hyper.pop("decay"))
    if hyper.get("epsilon", 0.0) is None:
        hyper["epsilon"] = keras.config.epsilon()  # what None meant
    optimizer = getattr(keras.optimizers, NAMES[page.id])(learning_rate=rate, **hyper)
    w, path = keras.Variable(stream.w, dtype="float64"), []
    optimizer.build([w])
    for g in stream.grads:
        optimizer.apply([keras.ops.convert_to_tensor(g, dtype="float64")], [w])
        path.append(w.value.detach().cpu().numpy().copy())
    return np.stack(path)


def walk_of_page(page: Page, case: Case, stream: Stream, *dialects: str) -> Walk:
    edition = page.edition(*((known, 0) for known in page.variants if known.id in dialects))
    assert edition is not None
    return replay(edition.run, case, stream)


@pytest.mark.parametrize("id", NAMES)
def test_keras_walks_the_same_path(keras: Any, id: str):
    page = pages()[id]
    for case in page.draw(SEED):
        for stream in case.streams:
            ours = walk_of_page(page, case, stream, DIALECT.get(id, ""))
            assert excess(ours, "w", walk_of_keras(keras, page, case, stream)) <= ROUNDINGS, case.id


def test_keras_3_starts_adagrads_sum_at_a_tenth(keras: Any, monkeypatch: pytest.MonkeyPatch):
    page, dialects = pages()["keras_adagrad"], ("eps_inside_root", "accumulator_starts_at_a_tenth")
    monkeypatch.delitem(MORE, "keras_adagrad")
    apart = []
    for case in page.draw(SEED):
        for stream in case.streams:
            ours = walk_of_page(page, case, stream, *dialects)
            assert excess(ours, "w", walk_of_keras(keras, page, case, stream)) <= ROUNDINGS, case.id
            apart.append(separation(ours, walk_of_page(page, case, stream, dialects[0])))
    assert max(apart) > CLEAR


def test_the_epsilon_of_the_pages_is_kerass(keras: Any):
    assert keras.config.epsilon() == 1e-7
