"""Which form of an algorithm is judged how: a new form adds an entry."""

from __future__ import annotations

from collections.abc import Mapping

from harness.grading.calls import Calls
from harness.grading.form import Form
from harness.grading.streams import Streams

FORMS: Mapping[str, Form] = {"optimizer": Streams(), "epoch": Streams(), "function": Calls()}
