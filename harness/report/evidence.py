"""What a message knows of the first wrong numbers, read from its parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.report.wording import split_digits, writer
from harness.results import Message


@dataclass(frozen=True)
class Moment:
    """One element of one quantity: ``at`` a step, or of a function at a place in its result.

    ``torch`` is None where torch knows no such quantity.
    """

    at: str
    expected: float
    torch: float | None
    actual: float
    error: float
    tolerance: float

    @property
    def wrong(self) -> bool:
        return not self.error <= self.tolerance  # a NaN compares false and must count as wrong

    @property
    def ratio(self) -> float:
        if self.error == 0:
            return 0.0
        return self.error / self.tolerance if self.tolerance else float("inf")


@dataclass(frozen=True)
class Written:
    """A moment in digits, those of ``actual`` cut where they begin to differ from the expected ones."""

    moment: Moment
    expected: str
    torch: str
    same: str
    differing: str

    @property
    def actual(self) -> str:
        return self.same + self.differing


@dataclass(frozen=True)
class Evidence:
    """The first wrong number of a case: where it is, what is right beside it, and the values that lead up to it.

    ``step`` is None for a function, which has none: ``around`` then holds its first wrong elements. ``earlier`` names
    inner steps that are not the slide's even before, and from which step on.
    """

    case: str
    why: str
    dtype: str
    hyper: Mapping[str, Any]
    step: int | None
    quantity: str
    index: tuple[int, ...]
    right: tuple[str, ...]
    earlier: Mapping[str, int]
    around: tuple[Moment, ...]
    failing: int
    total: int

    @property
    def name(self) -> str:
        """The wrong quantity in words."""
        return "the point where the gradient is asked" if self.quantity == "point" else self.quantity

    @property
    def place(self) -> str:
        """The wrong element in words."""
        if not self.index:
            return self.name
        return f"{self.name}{', ' if self.quantity == 'point' else ''}{written_place(self.index)}"

    @property
    def axis(self) -> str:
        """What tells the values around apart."""
        return "step" if self.stepwise else "element" if self.index else "call"

    @property
    def stepwise(self) -> bool:
        """Whether the values around are those of the steps before, not other elements."""
        return self.step is not None

    @property
    def setting(self) -> str:
        """The dtype and the hyper-parameters, those of the defaults' case unsaid."""
        return ", ".join([self.dtype, *(f"{name} {value}" for name, value in self.hyper.items())])

    def written(self) -> tuple[Written, ...]:
        """The moments in digits that align and show the difference."""
        if self.dtype == "int64":
            return tuple(_whole(each) for each in self.around)
        shown = [value for each in self.around for value in (each.expected, each.actual)]
        write = writer(shown, [(each.expected, each.actual) for each in self.around if each.wrong])
        rows = []
        for each in self.around:
            expected, actual = write(each.expected), write(each.actual)
            same, differing = split_digits(expected, actual) if each.wrong else (actual, "")
            rows.append(Written(each, expected, "" if each.torch is None else write(each.torch), same, differing))
        return tuple(rows)


def _whole(moment: Moment) -> Written:
    """Labels and counts, in which every digit tells."""
    expected, actual = f"{moment.expected:.0f}", f"{moment.actual:.0f}"
    torch = "" if moment.torch is None else f"{moment.torch:.0f}"
    return Written(moment, expected, torch, *(("", actual) if moment.wrong else (actual, "")))


def evidence(message: Message | None) -> Evidence | None:
    """The evidence a message carries; None where it carries none, or none that can be read."""
    if message is None or not message.params.get("around"):
        return None
    try:
        return _read(message.params)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return None


def _read(params: Mapping[str, Any]) -> Evidence:
    return Evidence(
        case=str(params["case"]),
        why=str(params["why"]),
        dtype=str(params["dtype"]),
        hyper=dict(params["hyper"]),
        step=None if params["step"] is None else int(params["step"]),
        quantity=str(params["quantity"]),
        index=tuple(map(int, params["index"])),
        right=tuple(map(str, params["right"])),
        earlier={str(each["quantity"]): int(each["step"]) for each in params.get("earlier") or ()},
        around=tuple(map(_moment, params["around"])),
        failing=int(params["failing"]),
        total=int(params["total"]),
    )


def written_place(index: Sequence[int]) -> str:
    """An element's index as code has it; nothing for a single number."""
    return f"[{', '.join(map(str, map(int, index)))}]" if index else ""


def _written_at(params: Mapping[str, Any]) -> str:
    """Where a number stands: at a step, at a place in a result, in the call with some numbers."""
    if "step" in params:
        return str(int(params["step"]))
    if "call" in params:
        return ", ".join(f"{name} = {value}" for name, value in dict(params["call"]).items()) or "1"
    return written_place(params["index"])


def _moment(params: Mapping[str, Any]) -> Moment:
    """A moment of the file, in which what is no finite number is a string that float() reads. 0 gets no sign."""
    torch = params["torch"]
    return Moment(
        at=_written_at(params),
        expected=float(params["expected"]) + 0.0,
        torch=None if torch is None else float(torch) + 0.0,
        actual=float(params["actual"]) + 0.0,
        error=float(params["error"]),
        tolerance=float(params["tolerance"]),
    )
