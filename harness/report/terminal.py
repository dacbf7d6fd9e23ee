"""What the terminal says of results: the digest of one submission, the summary of a batch."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from textwrap import fill

from tabulate import tabulate

from harness.report import tally
from harness.report.catalogue import Catalogue
from harness.report.evidence import Evidence
from harness.report.findings import Finding, Findings, findings
from harness.report.marks import FAULTS, LEGEND, MARKS, NOT_LOADED, mark
from harness.report.pen import INDENT, WIDTH, Pen, indented, paragraph
from harness.report.roots import Root, once, roots
from harness.report.speak import Sentence, explain
from harness.report.wording import duration, error, points, ratio, short, without_orders
from harness.results import Environment, Message, Printed, Results, SubmissionResult

_LINES = 20
"""So many lines of what the code printed are shown."""

_FAULTS = 8
"""So many submissions are listed of which something did not run to its end: the pages have all."""


# -- gradstep check -----------------------------------------------------------------------------------------------


def digest(submission: SubmissionResult, catalogue: Catalogue, color: bool, every_case: bool = False) -> str:
    """One submission: a table of its algorithms (or of all their cases), and under it each thing to fix, explained."""
    pen, found = Pen(color), findings(submission, catalogue)
    parts = [_head(submission, pen)]
    if submission.load_error:
        parts.append(load_error(submission, pen))
    if tried := [each for each in found.all if each.mark.group not in ("unwritten", "missing")]:
        parts.append(_table(tried, pen))
    parts += explained(tried, pen, every_case)
    parts += notes(submission.notes, catalogue, pen)
    files = ", ".join(dict.fromkeys(short(each.lost_in) for each in found.lost))
    lost = f"Not found, since {files} could not be loaded"
    for what, those in (("Not started", found.unwritten), (lost, found.lost), ("Not found", found.missing)):
        if those:
            parts.append(paragraph(f"{what}: {', '.join(short(each.id) for each in those)}."))
    if submission.printed:
        parts.append(printed(submission.printed, pen))
    parts += [_closing(submission, found)]
    return without_orders("\n\n".join(parts) + "\n")


def explained(found: Sequence[Finding], pen: Pen, every_case: bool) -> list[str]:
    """Each cause of what is to fix, or to know, told once, after every case of all where that is asked for."""
    parts = [_cases(each, pen) for each in found if each.result.cases] if every_case else []
    all = Findings(tuple(found))
    return parts + [_root(each, pen) for group in (all.to_fix, all.dialects, all.open) for each in roots(group)]


def notes(messages: Sequence[Message], catalogue: Catalogue, pen: Pen) -> list[str]:
    """What is worth knowing."""
    return [_note(explain(each, None, catalogue), pen) for each in once(messages)]


def closing(submission: SubmissionResult, catalogue: Catalogue) -> str:
    """Where it stands, and how to go on."""
    return _closing(submission, findings(submission, catalogue))


def _head(submission: SubmissionResult, pen: Pen) -> str:
    score = f"{points(submission.score)} of {points(submission.max_points)} points"
    return f"{pen.strong(short(submission.path))}  {score}"


def load_error(submission: SubmissionResult, pen: Pen) -> str:
    """Why nothing, or not all, of it could be loaded."""
    assert submission.load_error is not None
    sentence = explain(submission.load_error.message, None, {})
    lines = [f"{pen.sign(MARKS['error'])} {pen.strong(sentence.headline)}", *_said(sentence)]
    trace = submission.load_error.traceback.splitlines()[-6:]
    return "\n".join([*lines, *(pen.quiet(INDENT * 2 + short(line)) for line in trace)])


def _table(tried: Sequence[Finding], pen: Pen) -> str:
    rows = [
        [
            pen.sign(each.mark),
            short(each.id),
            each.mark.word,
            f"{points(each.result.points)} / {points(each.result.max_points)}",
            f"{each.cases_passed} / {len(each.result.cases)}" if each.result.cases else "",
            "" if each.largest is None else f"{ratio(each.largest)} × tolerance",
        ]
        for each in tried
    ]
    heads = ["", "algorithm", "", "points", "cases", "largest error"]
    return _tabulated(rows, heads, ("left", "left", "left", "right", "right", "right"))


def _cases(finding: Finding, pen: Pen) -> str:
    """Every case of one algorithm, with the student's largest error beside the reference and beside torch."""
    rows = [
        [
            pen.sign(MARKS[case.status]),
            short(case.id),
            finding.first_wrong(case),
            "" if case.error_ratio is None else ratio(case.error_ratio),
            "" if case.torch_ratio is None else ratio(case.torch_ratio),
        ]
        for case in finding.result.cases
    ]
    heads = ["", "case", "first wrong", "× tolerance", "torch, × tolerance"]
    table = _tabulated(rows, heads, ("left", "left", "left", "right", "right"))
    return f"{INDENT}{short(finding.id)}\n{indented(table)}"


def _root(root: Root, pen: Pen) -> str:
    """One cause: the first algorithm it concerns explained, the others listed."""
    finding = root.told
    name = f"{_named(finding)} and {len(root.others)} more" if root.others else _named(finding)
    head = f"{pen.sign(finding.mark)} {name}: {pen.strong(finding.sentence.headline)}"
    parts = ["\n".join([head, *_said(finding.sentence)])]
    if finding.concerned:
        parts.append("\n".join(_lines(finding, pen)))
    if finding.evidence:
        parts.append(_values(finding.evidence, pen))
    if finding.frames:
        parts.append(
            "\n".join(
                f"{INDENT}{pen.quiet(short(f'{each.file}:{each.line}'))}  {short(each.code)}" for each in finding.frames
            )
        )
    if root.others:
        parts.append("\n".join([f"{INDENT}The same in:", *(_other(each, root, pen) for each in root.others)]))
    return "\n\n".join(parts)


def _other(finding: Finding, root: Root, pen: Pen) -> str:
    """One of the algorithms that a cause concerns as well: what of it is not told already."""
    own = [paragraph(each, INDENT * 3) for each in root.differs(finding)]
    lines = [indented(indented(line)) for line in _lines(finding, pen)]
    return "\n".join([f"{INDENT}{pen.sign(finding.mark)} {_named(finding)}", *own, *lines])


def _named(finding: Finding) -> str:
    return short(finding.id) + (f" ({short(finding.where)})" if finding.where else "")


def _lines(finding: Finding, pen: Pen) -> list[str]:
    return [f"{INDENT}{line.sign} {line.formula}   {pen.quiet(line.comment)}" for line in finding.concerned]


def _said(sentence: Sentence) -> list[str]:
    """The rest of a sentence: the facts, then what to do."""
    lines = [paragraph(sentence.detail, INDENT)] if sentence.detail else []
    return [*lines, paragraph(f"→ {sentence.remedy}", INDENT)] if sentence.remedy else lines


def _values(evidence: Evidence, pen: Pen) -> str:
    """The values around the first wrong one, the digits that differ in red."""
    rows = [
        [
            f"{'×' if each.moment.wrong else ' '} {short(each.moment.at)}",
            each.expected,
            each.torch,
            each.same + pen.tone(each.differing, "wrong"),
            error(each.moment.error),
            ratio(each.moment.ratio),
        ]
        for each in evidence.written()
    ]
    heads = [evidence.axis, "expected", "by torch", "yours", "error", "× tolerance"]
    caption = pen.quiet(short(f"{evidence.place} ({evidence.setting})"))
    return f"{INDENT}{caption}\n{indented(_tabulated(rows, heads, ('right',) * len(heads)))}"


def _note(sentence: Sentence, pen: Pen) -> str:
    return "\n".join([f"{pen.tone('i', 'note')} {sentence.headline}", *_said(sentence)])


def printed(printed: Printed, pen: Pen) -> str:
    """The first lines of what the code printed."""
    lines = printed.text.splitlines()
    shown = [f"{INDENT}{pen.quiet('│')} {short(line)}" for line in lines[:_LINES]]
    if printed.bytes is None:
        return "\n".join(["The beginning of what the code printed before it was ended:", *shown])
    left = printed.bytes - sum(len(line.encode("utf-8", "replace")) + 1 for line in lines[:_LINES])
    more = [f"{INDENT}… ({left:,} more bytes)"] if left > 0 else []
    return "\n".join(["Printed by the code:", *shown, *more])


def _closing(submission: SubmissionResult, found: Findings) -> str:
    if submission.unloaded:
        return "Nothing else can be checked until this is mended."
    if submission.load_error and not found.to_fix:
        return "To fix: what could not be loaded."
    if not found.to_fix and found.unwritten:
        untouched = len(found.unwritten) + len(found.missing) == len(found.all)
        begins = "Nothing is written yet." if untouched else "Nothing to fix in what is written."
        return f"{begins} Go on with one: {_explain(found.unwritten[0])}"
    if found.missing and len(found.missing) == len(found.all):
        return "None of the algorithms was found."
    if not found.to_fix:
        return "Nothing to fix in what was found." if found.missing else "Nothing to fix."
    causes = len(roots(found.to_fix))
    told = f", with {causes} {'cause' if causes == 1 else 'causes'}" if causes < len(found.to_fix) else ""
    return f"To fix: {len(found.to_fix)} of {len(found.all)}{told}. More on one: {_explain(found.to_fix[0])}"


def _explain(finding: Finding) -> str:
    """What to type. It is going to be pasted into a shell."""
    return f"gradstep explain {shlex.quote(short(finding.id))}"


# -- gradstep grade -----------------------------------------------------------------------------------------------


def summary(results: Results, catalogue: Catalogue, color: bool, seconds: Mapping[str, float] | None = None) -> str:
    """A batch: how many were graded, what they got, who should be looked at, and what to teach again.

    ``seconds`` is how long the code of each submission ran.
    """
    pen = Pen(color)
    most = points(results.assignment.max_points)
    rows = [
        ["graded", _graded(results)],
        ["score", f"mean {tally.mean_score(results):.1f}, median {tally.median_score(results):.1f}, of {most}"],
        ["checks", _counts(results)],
        ["isolation", short(results.environment.isolation)],
    ]
    if seconds:
        slowest = max(seconds, key=seconds.__getitem__)
        rows.insert(3, ["slowest", f"{short(slowest, 60)}, {seconds[slowest]:.1f} s"])
    parts = [pen.strong(short(results.assignment.title)), tabulate(rows, tablefmt="plain", disable_numparse=True)]
    parts.append(_faults(results.submissions, pen))
    if mistakes := tally.variants(results, catalogue, "mistake")[:5]:
        table = [
            [str(len(each)), short(each.text.id), short(each.variant.headline)] for each in mistakes if each.variant
        ]
        parts.append("Most common mistakes\n" + _tabulated(table, [], ("right", "left", "left")))
    return without_orders("\n\n".join(part for part in parts if part) + "\n")


def _graded(results: Results) -> str:
    graded, all = len(tally.graded(results)), len(results.submissions)
    some = f"{graded} of " if graded < all else ""
    took = _took(results.environment)
    return f"{some}{all} {'submission' if all == 1 else 'submissions'}" + (f" in {took}" if took else "")


def _counts(results: Results) -> str:
    """How often each mark occurs, in lines that part no number from its word."""
    whole = tally.counted(tally.marks(results), LEGEND).replace(" ", "\xa0").replace(",\xa0", ", ")
    return fill(whole, WIDTH - len("isolation  ")).replace("\xa0", " ")


def _took(environment: Environment) -> str:
    try:
        ran = datetime.fromisoformat(environment.finished) - datetime.fromisoformat(environment.started)
    except (TypeError, ValueError):  # a file that was edited by hand
        return ""
    return duration(ran.total_seconds())


def _faults(submissions: Sequence[SubmissionResult], pen: Pen) -> str:
    """The submissions that a person should look at, the worst first, a line each."""
    found = [(min(worst), each) for each in submissions if (worst := _ranks(each))]
    found.sort(key=lambda pair: pair[0])
    lines = [f"{pen.sign(FAULTS[rank])} {short(each.id, 60)}: {_fault(each)}" for rank, each in found[:_FAULTS]]
    more = [f"{INDENT}and {len(found) - _FAULTS} more; the pages have all."] if len(found) > _FAULTS else []
    return "\n".join([*lines, *more])


def _ranks(submission: SubmissionResult) -> list[int]:
    """Where in :data:`FAULTS` the faults of a submission stand."""
    if submission.load_error:
        return [FAULTS.index(NOT_LOADED)]
    marks = {mark(each) for each in submission.algorithms}
    return [rank for rank, each in enumerate(FAULTS) if each in marks]


def _fault(submission: SubmissionResult) -> str:
    """What did not run to its end: why it could not be loaded, or what befell which algorithms."""
    if submission.load_error:
        return explain(submission.load_error.message, None, {}).headline
    ids = {each: [one.id for one in submission.algorithms if mark(one) == each] for each in FAULTS}
    return short("; ".join(f"{each.word} in {', '.join(those)}" for each, those in ids.items() if those))


# -- layout -------------------------------------------------------------------------------------------------------


def _tabulated(rows: Sequence[Sequence[str]], heads: Sequence[str], align: Sequence[str]) -> str:
    fmt = "simple" if heads else "plain"
    table: str = tabulate(rows, heads, tablefmt=fmt, disable_numparse=True, colalign=align)
    return table
