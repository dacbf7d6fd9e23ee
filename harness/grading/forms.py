"""Which form of an algorithm is judged how: a new form adds an entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.grading import trials
from harness.grading.calls import Calls
from harness.grading.expected import Reference
from harness.grading.form import Form
from harness.grading.layers import Layers
from harness.grading.samples import Samples
from harness.grading.streams import Streams

FORMS: Mapping[str, Form] = {
    "optimizer": Streams(),
    "epoch": Streams(),
    "function": Calls(),
    "plain": trials.Grids(),
    "objective": trials.Searches(),
    "sampler": Samples(),
    "layer": Layers(),
}

ANSWERS: Mapping[str, Callable[[Reference, Any], Any]] = {"objective": trials.answer}
"""What a student's code is told when it asks something while it runs, for the forms in which it may."""
