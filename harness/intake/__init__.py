"""Finds whose files are whose. It reads them and runs nothing."""

from __future__ import annotations

from harness.intake.find import IntakeError, Submission, find, narrowed, read, stamp, unmatched
from harness.intake.means import Use, uses

__all__ = ["IntakeError", "Submission", "Use", "find", "narrowed", "read", "stamp", "unmatched", "uses"]
