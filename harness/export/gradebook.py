"""``gradebook.csv``: a line a student, for spreadsheets and for joining with a course's own list."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from harness.results import AlgorithmResult, Results, SubmissionResult
from harness.results.file import write_atomically

_FORMULA = re.compile(r"((?:^|[;,|])[\s\u200b-\u200f\ufeff\"]*)([=+\-@＝＋－＠])")
"""Where a cell begins that a spreadsheet would run; some take the full-width signs for the plain ones, and some end a
cell at a semicolon."""

_ORDER = re.compile(r"^(?=[\s\u200b-\u200f\ufeff]*::)|(?<=#)(?=#\w*\[)")
"""Where a CI system whose log the gradebook is printed to would read an order: ``::error`` at the beginning of a line,
``##[error]`` anywhere in one."""

_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""The classes of characters that turn the direction of others."""


def write_gradebook(results: Results, path: Path) -> None:
    """Write the gradebook: scores, then the points and then the status of each algorithm. Raises OSError."""
    ids = list(dict.fromkeys(each.id for submission in results.submissions for each in submission.algorithms))
    text = io.StringIO()
    rows = csv.writer(text)  # ends lines with CR LF, as RFC 4180 has it
    heads = ["id", "path", "score", "max_points", *ids, *(f"{id} status" for id in ids), "load_error"]
    cells: list[Sequence[str | float]] = [heads, *(_row(submission, ids) for submission in results.submissions)]
    for row in cells:
        rows.writerow([_inert(cell) if isinstance(cell, str) else cell for cell in row])
    write_atomically(path, text.getvalue())


def _row(submission: SubmissionResult, ids: list[str]) -> list[str | float]:
    by_id: dict[str, AlgorithmResult] = {each.id: each for each in submission.algorithms}
    found = [by_id.get(id) for id in ids]
    return [
        submission.id,
        submission.path,
        submission.score,
        submission.max_points,
        *(each.points if each else "" for each in found),
        *(each.status if each else "" for each in found),
        submission.load_error.message.id if submission.load_error else "",
    ]


def _inert(text: str) -> str:
    """``text`` as no spreadsheet runs it and no log obeys it: with an apostrophe wherever a cell that begins like a
    formula would begin, and in what a CI system takes for an order.

    That is at its own beginning, whatever blanks stand before it, and behind what some take for the end of a cell. What
    would break or reverse a line, and half characters, which no file can hold, are escapes; joiners and the like are
    part of names and stay.
    """
    seen = "".join(char.encode("unicode_escape").decode() if _acts(char) else char for char in text)
    return _ORDER.sub("'", _FORMULA.sub(r"\1'\2", seen))


def _acts(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(char) in _TURNING
