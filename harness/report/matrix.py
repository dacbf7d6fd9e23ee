"""The cohort as a matrix: a row a student, a column an algorithm, a mark where they meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from harness.report.catalogue import Catalogue, algorithm_text
from harness.report.findings import Finding, Findings
from harness.report.marks import Mark
from harness.report.speak import explain
from harness.results import SubmissionResult

HOT = 0.15
"""The share of students from which on a column asks for attention."""


@dataclass(frozen=True)
class Column:
    """An algorithm. ``opens`` is true where a new topic begins, ``hot`` where many are not right."""

    id: str
    topic: str
    opens: bool
    not_right: int
    hot: bool


@dataclass(frozen=True)
class Row:
    """A student: a cell for each column, its mark None where nothing is known; or why nothing was loaded."""

    student: SubmissionResult
    href: str
    cells: tuple[tuple[Column, Mark | None, str], ...]
    unloaded: str


@dataclass(frozen=True)
class Matrix:
    """The whole of it; ``topics`` are the groups of columns and their sizes."""

    columns: tuple[Column, ...]
    topics: tuple[tuple[str, int], ...]
    rows: tuple[Row, ...]


def matrix(
    found: Sequence[tuple[SubmissionResult, Findings]], catalogue: Catalogue, href: Callable[[str], str]
) -> Matrix:
    """Lay out students in the order given and algorithms in the catalogue's, those it does not know last."""
    met = list(dict.fromkeys(each.id for _, its in found for each in its.all))
    order = [*(id for id in catalogue if id in set(met)), *(id for id in met if id not in catalogue)]
    columns = tuple(_columns(order, found, catalogue))
    topics = tuple((topic, len(list(group))) for topic, group in groupby(columns, key=lambda each: each.topic))
    return Matrix(columns, topics, tuple(_row(student, its, columns, href) for student, its in found))


def _columns(
    order: Sequence[str], found: Sequence[tuple[SubmissionResult, Findings]], catalogue: Catalogue
) -> list[Column]:
    loaded = [its for student, its in found if not student.unloaded]
    wanting = Counter(
        each.id for its in loaded for each in its.all if each.mark.group in ("fix", "unwritten", "missing")
    )
    columns: list[Column] = []
    for id in order:
        topic = algorithm_text(catalogue, id).topic
        hot = wanting[id] > 1 and wanting[id] >= HOT * len(loaded)
        opens = not columns or columns[-1].topic != topic
        columns.append(Column(id, topic, opens, wanting[id], hot))
    return columns


def _row(student: SubmissionResult, its: Findings, columns: Sequence[Column], href: Callable[[str], str]) -> Row:
    if student.unloaded and student.load_error:
        return Row(student, href(student.id), (), explain(student.load_error.message, None, {}).headline)
    by_id = {each.id: each for each in its.all}
    return Row(student, href(student.id), tuple(_cell(column, by_id.get(column.id)) for column in columns), "")


def _cell(column: Column, finding: Finding | None) -> tuple[Column, Mark | None, str]:
    if finding is None:
        return column, None, ""
    what = finding.variant.label if finding.variant else finding.mark.word
    return column, finding.mark, f"{column.id}: {what}"
