"""The rules of what only moves numbers about: each takes its bound along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from harness.grading.bounded.numbers import FUNCTIONS, Bounded


def _moved(move: Callable[..., Any]) -> Callable[..., Bounded]:
    def rule(x: Bounded, *args: Any) -> Bounded:
        return Bounded(move(x.value, *args), move(x.bound, *args), x.dtype)

    return rule


def _pad(x: Bounded, width: Any, mode: Any = "constant") -> Bounded:
    """Padded with numbers of its own (``reflect``), or with zeros, which are exact."""
    return Bounded(np.pad(x.value, width, mode), np.pad(x.bound, width, mode), x.dtype)


def _stack(arrays: Sequence[Any]) -> Bounded:
    like = next(each for each in arrays if isinstance(each, Bounded))
    lifted = [like.lift(each) for each in arrays]
    return Bounded(np.stack([each.value for each in lifted]), np.stack([each.bound for each in lifted]), like.dtype)


FUNCTIONS.update(
    {
        np.flip: _moved(np.flip),
        np.rot90: _moved(np.rot90),
        np.reshape: _moved(np.reshape),
        np.transpose: _moved(np.transpose),
        np.pad: _pad,
        np.stack: _stack,
    }
)
