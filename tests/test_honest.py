"""A right submission is right behind the wall as well, whatever it does besides."""

from __future__ import annotations

import importlib.util
import textwrap

import pytest

from harness.results import SubmissionResult
from harness.runner.isolation import IsolationError
from tests import levels
from tests.graded import algorithm, asked, grade
from tests.honest import PACKAGES, STANDARD

BASIS = """{text}


class GradientDescent:
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, w, grad):
        aside()
        return w - self.lr * grad(w)
"""

HERE = [name for name in PACKAGES if importlib.util.find_spec(name)]


@pytest.fixture(scope="module", params=["limited", "confined", "isolated", "strict"])
def results(request: pytest.FixtureRequest) -> dict[str, SubmissionResult]:
    texts = {**STANDARD, **{name: PACKAGES[name] for name in HERE}}
    sources = {f"uses_{name}": BASIS.format(text=textwrap.dedent(text)) for name, text in texts.items()}
    try:
        with levels.reached(request.param) as chosen:
            return grade(sources, asked("gradient_descent", seconds=60), isolation=chosen)
    except IsolationError as error:
        pytest.skip(str(error))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*STANDARD, *PACKAGES])
def test_it_passes(results: dict[str, SubmissionResult], name: str) -> None:
    if f"uses_{name}" not in results:
        pytest.skip(f"{name} is not installed")
    result = results[f"uses_{name}"]
    of = algorithm(result, "gradient_descent")
    assert of.status == "pass", (of.message, result.load_error, result.printed)
