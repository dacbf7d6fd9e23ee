"""What a case expects must be able to refuse something."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness.grading.bounded import AmbiguousError
from harness.grading.expected import Reference
from reference import Stream, pages


@pytest.mark.parametrize("seed", [0, 1, 8, 2**31])
@pytest.mark.parametrize("algorithm", pages())
def test_every_case_bounds_every_number(algorithm: str, seed: int) -> None:
    reference = Reference(pages()[algorithm], seed)
    assert [len(steps) for steps in reference.steps] == [len(case.streams) for case in reference.cases]


def test_a_case_that_bounds_nothing_is_refused() -> None:
    """ε = 0 and no gradient: the slide divides 0 by 0, and any number would do."""
    reference = Reference(pages()["adagrad"], 0)
    stream = Stream(np.zeros(2), np.zeros((3, 2)))
    reference.cases = (replace(reference.cases[0], hyper={"lr": 0.5, "eps": 0.0}, streams=(stream,)),)
    with pytest.raises(AmbiguousError, match=r"adagrad: case .* has no bound on (w|point)"):
        _ = reference.steps
