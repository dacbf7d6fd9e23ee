"""``gradebook.csv``: a line a student, for spreadsheets and for joining with a course's own list."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path

from harness.results import AlgorithmResult, Results, SubmissionResult
from harness.results.file import write_atomically

FORMULA = "=+-@＝＋－＠"
"""How a cell begins that a spreadsheet would run; some take the full-width signs for the plain ones."""


def write_gradebook(results: Results, path: Path) -> None:
    """Write the gradebook: scores, then the points and then the status of each algorithm. Raises OSError."""
    ids = list(dict.fromkeys(each.id for submission in results.submissions for each in submission.algorithms))
    text = io.StringIO()
    rows = csv.writer(text)  # ends lines with CR LF, as RFC 4180 has it, and so quotes both
    rows.writerow(["id", "path", "score", "max_points", *ids, *(f"{id} status" for id in ids), "load_error"])
    rows.writerows(_row(submission, ids) for submission in results.submissions)
    write_atomically(path, text.getvalue())


def _row(submission: SubmissionResult, ids: list[str]) -> list[str | float]:
    by_id: dict[str, AlgorithmResult] = {each.id: each for each in submission.algorithms}
    found = [by_id.get(id) for id in ids]
    return [
        _inert(submission.id),
        _inert(submission.path),
        submission.score,
        submission.max_points,
        *(each.points if each else "" for each in found),
        *(each.status if each else "" for each in found),
        submission.load_error.message.id if submission.load_error else "",
    ]


def _inert(text: str) -> str:
    """``text`` as no spreadsheet runs it: behind an apostrophe where it begins like a formula or a control.

    Half characters, which no file can hold, are written as escapes.
    """
    whole = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return f"'{whole}" if whole and (whole[0] in FORMULA or unicodedata.category(whole[0]) == "Cc") else whole
