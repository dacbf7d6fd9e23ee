"""What the terminal says of two results files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tabulate import tabulate

from harness.report.marks import MARKS, NOT_LOADED, Mark, mark
from harness.report.pen import Pen, indented, paragraph
from harness.report.wording import points, short, unlike, without_orders
from harness.results import AlgorithmResult, Message
from harness.results.changes import AlgorithmChange, Changes, LoadFailure, Standing, SubmissionChange

_NAMES = 20
"""So many submissions or algorithms are named in a row: ``--json`` names all."""

_COMMON = 5
"""So many of the most common changes are told."""


def changes(found: Changes, color: bool) -> str:
    """What changed: how the batches differ, then who lost or gained what, then the sum of it."""
    pen = Pen(color)
    parts = [
        _runs(found),
        _only("Only A asks for", found.algorithms_only_before),
        _only("Only B asks for", found.algorithms_only_after),
        _only("Only in A", found.only_before),
        _only("Only in B", found.only_after),
        _table(found.submissions, pen),
        _most_common(found.submissions),
        _closing(found, pen),
    ]
    return without_orders("\n\n".join(part for part in parts if part) + "\n")


def _runs(found: Changes) -> str:
    if not found.runs:
        return ""
    rows = [
        [_spaced(each.name.partition(".")[2]), _arrow(short(each.before), short(each.after))] for each in found.runs
    ]
    return "Not graded alike, which may be the reason for what changed:\n" + indented(
        _tabulated(rows, ("left", "left"))
    )


def _only(what: str, ids: Sequence[str]) -> str:
    if not ids:
        return ""
    more = f" and {len(ids) - _NAMES} more" if len(ids) > _NAMES else ""
    return paragraph(f"{what}: {', '.join(short(each, 60) for each in ids[:_NAMES])}{more}.")


def _table(submissions: Iterable[SubmissionChange], pen: Pen) -> str:
    rows = [row for each in submissions for row in _rows(each, pen)]
    return _tabulated(rows, ("left", "left", "left")) if rows else ""


def _most_common(submissions: Sequence[SubmissionChange]) -> str:
    """What changed alike in several of many: it is the assignment's or the machine's matter rather than theirs."""
    if len(submissions) <= _NAMES:
        return ""
    counts = Counter((each.id, _change(each)) for one in submissions for each in one.algorithms)
    rows = [[str(count), short(id, 60), what] for (id, what), count in counts.most_common(_COMMON) if count > 1]
    return f"Most common changes\n{_tabulated(rows, ('right', 'left', 'left'))}" if rows else ""


def _rows(change: SubmissionChange, pen: Pen) -> Iterable[Sequence[str]]:
    """A submission, and under it what of it changed."""
    code = pen.tone("same code, another result", "note") if change.same_code else "code changed"
    yield pen.strong(short(change.id, 60)), _points(change.before, change.after), code
    if change.loading:
        sign = pen.sign(NOT_LOADED if change.loading.after else MARKS["pass"])
        yield f"{sign} loading", "", _arrow(_loaded(change.loading.before), _loaded(change.loading.after))
    for each in change.algorithms:
        yield _algorithm(each, pen)


def _loaded(failure: LoadFailure | None) -> str:
    if failure is None:
        return "loaded"
    return f"{'not' if failure.whole else 'partly'} loaded ({_spaced(failure.message)})"


def _algorithm(change: AlgorithmChange, pen: Pen) -> Sequence[str]:
    sign = pen.sign(_mark(change.id, change.after)) if change.after else "–"
    earned = "" if not (change.before and change.after) else _points(change.before.points, change.after.points)
    return f"{sign} {short(change.id, 60)}", earned, _change(change)


def _change(change: AlgorithmChange) -> str:
    was, now = (_words(change.id, each) for each in (change.before, change.after))
    return now if was == now else _arrow(was, now)


def _mark(id: str, standing: Standing) -> Mark:
    message = Message(standing.message) if standing.message else None
    return mark(AlgorithmResult(id, standing.status, standing.points, standing.max_points, message=message))


def _words(id: str, standing: Standing | None) -> str:
    """A status and its reason: the diagnosis, or else what the message is about."""
    if standing is None:
        return "no result"
    word = _mark(id, standing).word
    reason = standing.diagnosis.id if standing.diagnosis else standing.message or standing.status
    return word if reason in (standing.status, "not_started") else f"{word} ({_spaced(reason)})"


def _spaced(id: str) -> str:
    """An id as words."""
    return short(id, 60).replace("_", " ")


def _points(before: float, after: float) -> str:
    was, now = points(before), points(after)
    if was == now and before != after:
        was, now = unlike(before, after)
    return was if was == now else _arrow(was, now)


def _arrow(before: str, after: str) -> str:
    return f"{before} → {after}"


def _closing(found: Changes, pen: Pen) -> str:
    if not found.both:
        return "No submission is in both."
    if found.none:
        said = f"Nothing changed: the same scores, statuses and diagnoses in {_submissions(found.both)}."
        return f"{said} Code changed: {found.code_changed}." if found.code_changed else said
    mean = _points(found.mean_before or 0.0, found.mean_after or 0.0)
    counts = f"{found.better} with a higher score, {found.worse} with a lower one, {found.same} with the same"
    said = f"Of {_submissions(found.both)} in both: {counts}; mean {mean}."
    same_code = sum(each.same_code for each in found.submissions)
    return f"{pen.strong(said)}\nCode changed: {found.code_changed}. Same code, another result: {same_code}."


def _submissions(count: int) -> str:
    return f"{count} {'submission' if count == 1 else 'submissions'}"


def _tabulated(rows: Sequence[Sequence[str]], align: Sequence[str]) -> str:
    table: str = tabulate(rows, tablefmt="plain", disable_numparse=True, colalign=align)
    return table
