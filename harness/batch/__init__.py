"""Grading a batch: from submissions to results. The one room where intake, runner and grading meet."""

from __future__ import annotations

from harness.batch.batch import Batch

__all__ = ["Batch"]
