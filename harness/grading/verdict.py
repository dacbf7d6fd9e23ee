"""From cases to the verdict on an algorithm: its status, its message, its points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from harness.assignment import Assignment
from harness.grading.diagnose import Finding, diagnose, leans_on_defaults
from harness.grading.expected import Reference
from harness.grading.forms import FORMS
from harness.grading.judge import Judged, Witness, most_telling
from harness.results import CaseResult, Diagnosis, Message, Status
from reference import Case, Page

WORST_FIRST: Sequence[Status] = ("forbidden", "memory", "error", "fail")
"""Which status an algorithm gets where its cases ended differently."""

FLOAT32_ERROR = (2.0**29 / 1e5, 2.0**29)
"""The error of float32's rounding in tolerances of float64: at most a tolerance of float32, and not far below."""


@dataclass(frozen=True)
class Verdict:
    """What the cases come to. Points follow from the assignment; see :func:`scored`."""

    status: Status
    cases: tuple[CaseResult, ...]
    message: Message | None = None
    diagnosis: Diagnosis | None = None
    notes: tuple[Message, ...] = ()


def read_replies(reference: Reference, replies: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """A worker's replies by case and run. Raises TypeError, KeyError, ValueError or AttributeError where one is
    not what was asked for."""
    read = FORMS[reference.page.form].read
    numbered = zip(range(len(reference.cases)), replies, strict=True)
    return [read(reference, number, reply) for number, reply in numbered]


REPEATABLE = ("optimizer", "epoch", "function")
"""The forms whose every input is an argument: the same case gives the same values."""


def suspect(reference: Reference, verdict: Verdict) -> int | None:
    """The case to run again by itself, to see whether state left by what ran before makes it fail, or draws of its
    own: the first failing one, where no known mistake explains it and something was written."""
    if reference.page.form not in REPEATABLE or (verdict.message is not None and verdict.message.id == "not_started"):
        return None
    failing = [at for at, case in enumerate(verdict.cases) if case.status != "pass"]
    return failing[0] if failing and verdict.diagnosis is None else None


def repeats(reply: Any, again: Any) -> bool:
    """Whether two replies to the same case are the same, to the last bit of their arrays. What an exception says
    does not count: it may hold a time, or the name of a temporary file."""
    if isinstance(reply, np.ndarray):
        return isinstance(again, np.ndarray) and np.array_equal(reply, again, equal_nan=True)
    if isinstance(reply, Mapping) and isinstance(again, Mapping):
        if "frames" in reply and "frames" in again:
            return all(repeats(reply.get(name), again.get(name)) for name in ("kind", "type", "step"))
        return reply.keys() == again.keys() and all(repeats(reply[key], again[key]) for key in reply)
    if isinstance(reply, list) and isinstance(again, list):
        return len(reply) == len(again) and all(map(repeats, reply, again))
    return type(reply) is type(again) and bool(reply == again)


def passes_alone(reference: Reference, at: int, reply: Mapping[str, Any]) -> bool:
    """Whether a case passes by the reply of a worker that ran nothing else. Raises as :func:`read_replies` does."""
    form = FORMS[reference.page.form]
    return form.judge(reference, at, form.read(reference, at, reply), []).passed


def verdict(
    reference: Reference,
    runs: Sequence[Sequence[Any]],
    witnesses: Sequence[Sequence[Witness]],
    when_wrong: Callable[[], Sequence[Sequence[Witness]]] | None = None,
) -> Verdict:
    """Judge one algorithm case by case, and name the mistake where there is one. ``witnesses`` may be empty; those
    that ``when_wrong`` gives are used in their place where wrong values are told of."""
    judged = _judged(reference, runs, witnesses)
    if all(each.passed for each in judged):
        return Verdict("pass", tuple(each.result for each in judged), notes=_notes(judged))
    if when_wrong and any("around" in each.facts for each in judged if each.facts):
        judged = _judged(reference, runs, when_wrong())
    finding = diagnose(reference, runs, judged)
    cases = tuple(_result(at, each, finding) for at, each in enumerate(judged))
    status: Status = next((worst for worst in WORST_FIRST if any(each.status == worst for each in cases)), "dialect")
    if finding is None:
        return Verdict(status, cases, _undiagnosed(status, reference, judged))
    diagnosis = Diagnosis(finding.named.kind, finding.named.id)
    if finding.unexplained:
        broken = [judged[at] for at in sorted(finding.unexplained)]
        first = next((each for each in broken if each.result.status == status), broken[0])
        return Verdict(status, cases, _problem(first, reference, judged), diagnosis)
    if status != "dialect" and finding.named.kind == "dialect":  # by itself no failure
        if finding.by_default:
            return Verdict(status, cases, _wrong_defaults(reference, cases), diagnosis)
        if finding.in_float32:
            return Verdict(status, cases, Message("float32_inside", _facts(reference, judged)), diagnosis)
    facts = _facts(reference, judged, finding)
    if finding.in_float32:
        facts["seen"] = {"id": "float32_inside", "params": {}}
    message = Message(finding.named.kind, {**facts, **_named(finding, reference.page)})
    return Verdict(status, cases, message, diagnosis, _notes(judged) if status == "dialect" else ())


def _judged(
    reference: Reference, runs: Sequence[Sequence[Any]], witnesses: Sequence[Sequence[Witness]]
) -> list[Judged]:
    judge = FORMS[reference.page.form].judge
    return [judge(reference, at, each, witnesses[at] if witnesses else []) for at, each in enumerate(runs)]


def _result(at: int, judged: Judged, finding: Finding | None) -> CaseResult:
    """A case that dialects explain earns by policy, whatever became of the others."""
    if judged.passed or finding is None or finding.in_float32 or at in finding.unexplained | finding.by_default:
        return judged.result
    if all(variant.kind == "dialect" for variant in finding.variants):
        return replace(judged.result, status="dialect")
    return judged.result


def scored(verdict: Verdict, reference: Reference, assignment: Assignment) -> float:
    """Points by the weight of the passed cases; a dialect earns by the assignment's policy."""
    worth = {"pass": 1.0, "dialect": {"accept": 1.0, "half": 0.5, "reject": 0.0}[assignment.dialects]}
    weights = [case.weight for case in reference.cases]
    earned = sum(weight * worth.get(result.status, 0.0) for weight, result in zip(weights, verdict.cases, strict=True))
    whole = all(result.status in worth for result in verdict.cases)
    share = earned / sum(weights) if assignment.partial or whole else 0.0
    return share * assignment.points[reference.page.id]


def _facts(reference: Reference, judged: Sequence[Judged], finding: Finding | None = None) -> dict[str, Any]:
    """What the first failing case that has numbers tells, one that the finding explains, and how many cases fail."""
    failing = [at for at, each in enumerate(judged) if not each.passed]
    told = [at for at in failing if finding is None or at not in finding.by_default]
    first = reference.cases[told[0]]
    facts = next((found for at in told if (found := judged[at].facts)), None) or {"case": first.id, "why": first.why}
    return {**facts, "failing": len(failing), "total": len(judged)}


def _named(finding: Finding, page: Page) -> dict[str, Any]:
    """What a finding names: ``also`` lists whatever explains as much, each by its one or two ids."""
    return {
        finding.named.kind: finding.named.id,
        "second": finding.variants[1].id if len(finding.variants) > 1 else None,
        "also": [[variant.id for variant in each] for each in finding.also],
        "touched": [*finding.touched],
        "defaults": page.call if finding.by_default else None,
    }


def _undiagnosed(status: Status, reference: Reference, judged: Sequence[Judged]) -> Message:
    first = most_telling([each for each in judged if each.result.status == status])
    if problem := _problem(first, reference, judged):
        return problem
    failing = [case for case, each in zip(reference.cases, judged, strict=True) if not each.passed]
    if all(len(case.streams) > 1 for case in failing):
        return Message("state_shared", {"case": failing[0].id})
    wrong = [each.result for each in judged if not each.passed]
    if all(leans_on_defaults(reference.page, case) for case in failing):
        return _wrong_defaults(reference, [each.result for each in judged])
    if _rounded_to_float32(failing, wrong):
        return Message("float32_inside", _facts(reference, judged))
    if first.gives_back and all(each.passed or each.gives_back == first.gives_back for each in judged):
        facts = _facts(reference, judged)
        told = {name: facts[name] for name in ("case", "why", "failing", "total")}
        return Message("gives_back", {**told, "argument": first.gives_back})
    divergence = first.result.first_divergence
    lost = divergence is not None and np.isfinite(divergence.expected) and not np.isfinite(divergence.actual)
    return Message("not_finite" if lost else "diverges", _facts(reference, judged))


def _wrong_defaults(reference: Reference, results: Sequence[CaseResult]) -> Message:
    failing = [each.id for each in results if each.status not in ("pass", "dialect")]
    params = {"case": failing[0], "call": reference.page.call, "failing": len(failing), "total": len(results)}
    return Message("wrong_defaults", params)


def _problem(told: Judged, reference: Reference, judged: Sequence[Judged]) -> Message | None:
    """The problem of a case. What is not written for some cases is begun, and the first of them is named."""
    if told.problem is None or told.problem.id != "not_started":
        return told.problem
    unwritten = [each.problem is not None and each.problem.id == "not_started" for each in judged]
    if all(unwritten):
        return told.problem
    case = reference.cases[unwritten.index(True)]
    return Message(
        "partly_written", {"case": case.id, "why": case.why, "failing": sum(unwritten), "total": len(judged)}
    )


def _rounded_to_float32(cases: Sequence[Case], wrong: Sequence[CaseResult]) -> bool:
    """Whether every error is what rounding to float32 would come to, from the start, and float64 alone shows it."""
    if any(case.dtype != "float64" for case in cases):
        return False
    least, most = FLOAT32_ERROR
    return all(
        each.error_ratio is not None
        and least <= each.error_ratio <= most
        and each.first_divergence is not None
        and each.first_divergence.step <= 3
        for each in wrong
    )


def _notes(judged: Sequence[Judged]) -> tuple[Message, ...]:
    """What is worth knowing, each once: the first case that says it stands for all."""
    notes: dict[str, Message] = {}
    for note in (note for each in judged for note in each.notes):
        notes.setdefault(note.id, note)
    return tuple(notes.values())
