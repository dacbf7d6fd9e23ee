"""Where the marks of a figure stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from harness.report.wording import points
from harness.results import SubmissionResult

WIDTH = 430
FLOOR = 140
TALLEST = 100
BINS = 20
TICKS = 5
WIDTHS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True)
class Square:
    """One student in the histogram."""

    x: float
    y: float
    student: SubmissionResult


@dataclass(frozen=True)
class Histogram:
    """Scores in bins of a round width, one square a student."""

    bin: float
    side_x: float
    side_y: float
    squares: tuple[Square, ...]
    ticks: tuple[tuple[float, str], ...]
    median_x: float
    width: int = WIDTH
    floor: int = FLOOR
    height: int = FLOOR + 24

    @property
    def median_anchor(self) -> str:
        """The label stands left of its line where there is room."""
        return "end" if self.median_x > WIDTH / 4 else "start"


def histogram(students: Sequence[SubmissionResult], most: float, median: float) -> Histogram:
    """Where each student's square stands; the higher the tallest column, the flatter the squares."""
    width = _round_width(most, BINS)
    bins = max(1, round(most / width + 0.499))
    columns: dict[int, list[SubmissionResult]] = defaultdict(list)
    for student in students:
        columns[min(int(student.score / width), bins - 1)].append(student)
    step_x = WIDTH / bins
    step_y = min(12.0, TALLEST / max(map(len, columns.values()), default=1))
    squares = tuple(
        Square(round(column * step_x + 1, 2), round(FLOOR - (row + 1) * step_y, 2), student)
        for column, stack in sorted(columns.items())
        for row, student in enumerate(stack)
    )
    scale = WIDTH / (bins * width)
    ticks = tuple((round(tick * scale, 2), points(tick)) for tick in _ticks(most))
    return Histogram(width, round(step_x - 2, 2), round(step_y * 0.88, 2), squares, ticks, round(median * scale, 2))


def _ticks(most: float) -> list[float]:
    step = _round_width(most, TICKS)
    return [tick * step for tick in range(int(most / step) + 1)]


def _round_width(most: float, count: int) -> float:
    """The smallest round width of which ``count`` cover everything."""
    return next((each for each in WIDTHS if most <= each * count), most / count)
