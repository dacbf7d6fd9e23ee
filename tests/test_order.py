"""Results are the same whichever submissions ran before, in any order, with any number of workers, byte for byte.

Beside honest ones stand those that leave global state behind: in numpy, in torch, in Python, in the process.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

import pytest

from harness.results import plain
from tests import levels
from tests.attacks import patching, state
from tests.graded import GRADIENT_DESCENT, MOMENTUM, asked, grade

UNLIKE_EACH_TIME = {"a thread that patches later", "signals that raise", "no imports"}
"""What ends by chance, or not at all."""

SOURCES = {
    **{
        f"{where} {attack.id}".replace(".", " "): attack.module(where, {"NUMBERS": {}, "WALLED": False})
        for attack in (*state.ATTACKS, *patching.ATTACKS)
        if attack.id not in UNLIKE_EACH_TIME
        for where in ("step", "import")
    },
    **{f"right {number}": GRADIENT_DESCENT + MOMENTUM for number in range(4)},
    "right, with torch": f"BACKEND = 'torch'\n{MOMENTUM}",
    "wrong": MOMENTUM.replace("lr * grad", "(1 - gamma) * lr * grad"),
    "raises": "def momentum(w, grad, lr=0, gamma=0): raise ValueError(w)",
    "prints": f"print('x' * 9999)\n{MOMENTUM}",
    "draws": "import random\nimport numpy as np\nstart = np.random.randn() + random.random()\n"
    + MOMENTUM.replace("v = 0 * w", "v = start + np.random.randn() * random.random() + 0 * w"),
    "draws of new generators": "import numpy as np\nstart = np.random.default_rng().normal()\n"
    + MOMENTUM.replace("v = 0 * w", "v = start + np.random.default_rng().normal() + 0 * w"),
    "draws with torch": "import torch\nBACKEND = 'torch'\nstart = torch.randn(())\n"
    + MOMENTUM.replace("v = 0 * w", "v = start + torch.randn(()) + 0 * w"),
    "raises with an address": "def momentum(w, grad, lr=0, gamma=0): raise ValueError(f'no {object()}')",
    "prints addresses and its folder": "import os\nfor _ in range(99):\n    print(object(), os.getcwd())\n" + MOMENTUM,
    "the order of a set": f"print({{*'abcdefghij'}})\n{MOMENTUM}",
    "broken": "def",
    "empty": "",
}


def shuffled(ids: Sequence[str], seed: int) -> list[str]:
    ids = [*ids]
    random.Random(seed).shuffle(ids)
    return ids


@pytest.fixture(scope="module")
def forwards() -> dict[str, str]:
    return graded(list(SOURCES), 1)


def graded(ids: Sequence[str], jobs: int) -> dict[str, str]:
    """The results as they would be written, by id."""
    asked_for = asked("gradient_descent", "momentum", memory_mb=256)
    with levels.best() as chosen:
        results = grade({id: SOURCES[id] for id in ids}, asked_for, jobs=jobs, isolation=chosen)
    return {id: json.dumps(plain(result)) for id, result in results.items()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("order", "jobs"),
    [("backwards", 1), ("shuffled", 2), ("shuffled otherwise", 4)],
)
def test_results_depend_on_nothing_but_the_submission(forwards: dict[str, str], order: str, jobs: int) -> None:
    ids = {
        "backwards": list(reversed(SOURCES)),
        "shuffled": shuffled([*SOURCES], 1),
        "shuffled otherwise": shuffled([*SOURCES], 2),
    }[order]
    again = graded(ids, jobs)
    assert {id: (again[id], forwards[id]) for id in SOURCES if again[id] != forwards[id]} == {}


@pytest.mark.slow
def test_the_right_ones_among_them_are_right(forwards: dict[str, str]) -> None:
    right = [json.loads(forwards[id]) for id in SOURCES if id.startswith("right ")]
    assert {each["score"] for each in right} == {2.0}
    assert json.loads(forwards["right, with torch"])["score"] == 1.0
