"""What changed of one submission since it was last looked at: ``gradstep check --watch``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.report import terminal
from harness.report.catalogue import Catalogue
from harness.report.findings import Finding, finding
from harness.report.marks import MARKS, mark
from harness.report.pen import Pen
from harness.report.wording import points, short, without_orders
from harness.results import AlgorithmResult, Message, SubmissionResult

_PLACES = frozenset({"line", "frames"})
"""What tells where in a file something stands, which a line above it moves."""


def changed(before: SubmissionResult, after: SubmissionResult) -> list[tuple[AlgorithmResult, AlgorithmResult]]:
    """The algorithms that are judged or explained otherwise than before."""
    pairs = zip(before.algorithms, after.algorithms, strict=True)
    return [(old, new) for old, new in pairs if _said(old) != _said(new)]


def since(
    before: SubmissionResult, after: SubmissionResult, catalogue: Catalogue, color: bool, every_case: bool = False
) -> str:
    """Each algorithm that changed in a line, what is new to fix explained, and where it stands now; empty where nothing
    changed."""
    pen, pairs = Pen(color), changed(before, after)
    found = [finding(new, catalogue) for _, new in pairs] if not after.unloaded else []
    parts = []
    if after.load_error and _told(after.load_error.message) != (before.load_error and _told(before.load_error.message)):
        parts.append(terminal.load_error(after, pen))
    elif before.load_error and not after.load_error:
        parts.append(f"{pen.sign(MARKS['pass'])} it can be loaded again")
    if found:
        width = max(len(short(each.id)) for each in found)
        parts.append("\n".join(_line(old, each, width, pen) for (old, _), each in zip(pairs, found, strict=True)))
    parts += terminal.explained(found, pen, every_case)
    known = {repr(note) for note in before.notes}
    parts += terminal.notes([note for note in after.notes if repr(note) not in known], catalogue, pen)
    if after.printed and after.printed != before.printed:
        parts.append(terminal.printed(after.printed, pen))
    if not parts:
        return ""
    return without_orders("\n\n".join([*parts, terminal.closing(after, catalogue)]) + "\n")


def _line(old: AlgorithmResult, new: Finding, width: int, pen: Pen) -> str:
    """``× adam  right → wrong, 1 → 0.4 points``."""
    was, now = mark(old).word, new.mark.word
    turned = f"still {now}, in another way" if was == now else f"{was} → {now}"
    earned = [points(each.points) for each in (old, new.result)]
    worth = "" if earned[0] == earned[1] else f", {earned[0]} → {earned[1]} points"
    return f"{pen.sign(new.mark)} {short(new.id):<{width}}  {turned}{worth}"


def _said(result: AlgorithmResult) -> tuple[object, ...]:
    return result.status, result.points, result.diagnosis, result.message and _told(result.message)


def _told(message: Message) -> tuple[str, object]:
    return message.id, _placeless(message.params)


def _placeless(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _placeless(each) for name, each in value.items() if name not in _PLACES}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_placeless(each) for each in value]
    return "nan" if value != value else value  # a NaN is the same as before
