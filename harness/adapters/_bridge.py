"""What bridges to students' code have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np

Bridge = TypeVar("Bridge", bound=Callable[..., Any])


class Rule(NamedTuple):
    """How the students' optimizer ``name`` maps to the contract's.

    ``keywords`` gives, for each keyword of the contract, their word for it and the contract's default; ``steps``, for
    each named step, their word for it and the sign it has there.
    """

    name: str
    keywords: Mapping[str, tuple[str, float]]
    steps: Mapping[str, tuple[str, int]] = {}

    def hyper(self, given: Mapping[str, float]) -> dict[str, float]:
        """All hyper-parameters by the students' words: those given, the contract's defaults for the rest."""
        return {word: given.get(keyword, default) for keyword, (word, default) in self.keywords.items()}

    def state(self, kept: Callable[[str], Any]) -> dict[str, Any]:
        """The named steps, from what the students' code keeps under its words for them, where that is numbers."""
        states = {step: (kept(word), sign) for step, (word, sign) in self.steps.items()}
        return {
            step: sign * np.asarray(state)
            for step, (state, sign) in states.items()
            if isinstance(state, (np.ndarray, np.generic))
        }


def drives(student: Any) -> Callable[[Bridge], Bridge]:
    """Mark a bridge with the student's function or class, so that reports point at that."""

    def marked(bridge: Bridge) -> Bridge:
        vars(bridge)["student"] = student
        return bridge

    return marked
