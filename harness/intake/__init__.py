"""Finds whose files are whose. It reads them and runs nothing."""

from __future__ import annotations

from harness.intake.find import IntakeError, Submission, find, narrowed, read, unmatched

__all__ = ["IntakeError", "Submission", "find", "narrowed", "read", "unmatched"]
