"""The numbers that stand in for numpy's random ones, however a student draws them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.adapters import drawing
from tests.adapters.students import module

U = np.array([[0.125, 0.75, 0.5], [0.875, 0.25, 0.0]])


def drawn(expression: str, imports: str = "import numpy as np") -> Any:
    """What an expression in a student's function gives, with ``x`` of the shape of U."""
    student = module(f"{imports}\ndef draw(x):\n    return {expression}\n")
    with drawing(U, student):
        return student.draw(np.zeros(U.shape))


@pytest.mark.parametrize(
    ("expression", "imports"),
    [
        ("np.random.rand(*x.shape)", "import numpy as np"),
        ("np.random.random(x.shape)", "import numpy as np"),
        ("np.random.random(size=x.shape)", "import numpy as np"),
        ("np.random.random_sample(x.shape)", "import numpy as np"),
        ("np.random.uniform(size=x.shape)", "import numpy as np"),
        ("(np.random.uniform(-1, 1, x.shape) + 1) / 2", "import numpy as np"),
        ("np.random.default_rng(0).random(x.shape)", "import numpy as np"),
        ("np.random.RandomState(0).rand(*x.shape)", "import numpy as np"),
        ("rand(*x.shape)", "from numpy.random import rand"),
        ("r.rand(*x.shape)", "import numpy.random as r"),
        ("draw_numbers(x.shape)", "from numpy.random import random as draw_numbers"),
        ("np.random.rand(x.size).reshape(x.shape)", "import numpy as np"),
        ("np.array([[np.random.rand() for _ in row] for row in x])", "import numpy as np"),
        ("np.array([np.random.rand(3) for _ in x])", "import numpy as np"),
        ("np.random.rand(*x.shape) * 0 + np.random.rand(*x.shape)", "import numpy as np"),
    ],
)
def test_uniform_numbers_are_those_given(expression: str, imports: str) -> None:
    np.testing.assert_array_equal(drawn(expression, imports), U)


@pytest.mark.parametrize(
    ("expression", "kept"),
    [
        ("np.random.binomial(1, 0.25, x.shape)", U >= 0.75),
        ("np.random.binomial(1, p=0.25, size=x.shape)", U >= 0.75),
        ("np.random.binomial(np.ones(x.shape, int), 0.25)", U >= 0.75),
        ("np.random.binomial([np.ones(x.shape)], 0.25)[0]", U >= 0.75),
        ("np.random.choice([0, 1], size=x.shape, p=[0.75, 0.25])", U >= 0.75),
        ("np.random.choice([True, False], x.shape, p=[0.25, 0.75])", U < 0.25),
        ("np.random.choice(2, x.shape)", U >= 0.5),
        ("np.random.choice(2, x.shape, True, [0.0, 1.0])", U >= 0),
    ],
)
def test_other_draws_invert_their_distribution(expression: str, kept: Any) -> None:
    np.testing.assert_array_equal(drawn(expression), kept)


def test_a_number_for_each_row_or_column_is_taken_from_its_place() -> None:
    np.testing.assert_array_equal(drawn("np.random.rand(x.shape[0], 1)"), U[:, :1])
    np.testing.assert_array_equal(drawn("np.random.rand(1, x.shape[1])"), U[:1])
    np.testing.assert_array_equal(drawn("np.random.rand(x.shape[1])"), U[0])


@pytest.mark.parametrize(
    "draw", ["randn(2, 3)", "normal(0, 1, x.shape)", "standard_normal(x.shape)", "default_rng(0).normal(size=x.shape)"]
)
def test_normal_numbers_are_refused_since_no_mask_is_drawn_from_them(draw: str) -> None:
    with pytest.raises(ValueError, match="a mask needs uniform ones") as raised:
        drawn(f"np.random.{draw}")
    assert vars(raised.value)["problem"]["function"].removeprefix("np.random.") in draw


def test_numpys_own_functions_are_back_afterwards() -> None:
    before = dict(vars(np.random))
    student = module("from numpy.random import rand\ndef draw(): raise KeyError")
    rand = student.rand
    with pytest.raises(KeyError), drawing(U, student):
        student.draw()
    assert vars(np.random) == before
    assert student.rand is rand
