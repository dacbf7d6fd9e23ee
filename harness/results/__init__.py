"""The raw data of a batch: its model, its file, its schema. Every table, page and export is a function of it."""

from __future__ import annotations

from harness.results.file import ResultsError, plain, read_results, to_json, write_results
from harness.results.model import (
    AlgorithmResult,
    AssignmentInfo,
    CaseResult,
    Diagnosis,
    Divergence,
    Environment,
    LoadError,
    Message,
    Printed,
    Results,
    Source,
    Status,
    SubmissionResult,
)

__all__ = [
    "AlgorithmResult",
    "AssignmentInfo",
    "CaseResult",
    "Diagnosis",
    "Divergence",
    "Environment",
    "LoadError",
    "Message",
    "Printed",
    "Results",
    "ResultsError",
    "Source",
    "Status",
    "SubmissionResult",
    "plain",
    "read_results",
    "to_json",
    "write_results",
]
