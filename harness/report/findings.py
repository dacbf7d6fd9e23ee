"""One algorithm of one submission, made ready to be shown: the sentence, the slide's lines, the values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from harness.report.catalogue import AlgorithmText, Catalogue, VariantText, algorithm_text, variant_text
from harness.report.evidence import Evidence, evidence, written_place
from harness.report.marks import Mark, mark
from harness.report.speak import Sentence, explain
from harness.report.wording import short
from harness.results import AlgorithmResult, CaseResult, Message, SubmissionResult


@dataclass(frozen=True)
class SlideLine:
    """A line of the slide and how the student's code stands to it; ``tone`` is empty where nothing is known."""

    step: str
    formula: str
    sign: str
    tone: Literal["right", "wrong", "note", ""]
    comment: str

    @property
    def concerned(self) -> bool:
        return self.tone in ("wrong", "note")


@dataclass(frozen=True)
class Frame:
    """A line of the student's code on the way to an exception."""

    file: str
    line: int
    function: str
    code: str


@dataclass(frozen=True)
class Finding:
    """One algorithm of one submission."""

    result: AlgorithmResult
    text: AlgorithmText
    mark: Mark
    sentence: Sentence

    @property
    def id(self) -> str:
        return self.result.id

    @cached_property
    def evidence(self) -> Evidence | None:
        return evidence(self.result.message)

    @property
    def variant(self) -> VariantText | None:
        """The mistake or dialect it is diagnosed with."""
        found = self.result.diagnosis
        return variant_text(self.text, found.kind, found.id) if found else None

    @property
    def where(self) -> str:
        """Where in the student's files the algorithm stands."""
        source = self.result.source
        return f"{source.file}:{source.line}" if source else ""

    @cached_property
    def slide(self) -> tuple[SlideLine, ...]:
        """The slide's lines, marked; none where the message says nothing of values."""
        return _slide(self.text, self.evidence, self.variant) if self.evidence else ()

    @cached_property
    def frames(self) -> tuple[Frame, ...]:
        """The lines that led to an exception, the one that failed last."""
        frames = self.result.message.params.get("frames") if self.result.message else None
        return tuple(_frame(each) for each in frames or () if isinstance(each, Mapping))

    @property
    def lost_in(self) -> str:
        """The file that should hold it and could not be loaded, where there is one."""
        message = self.result.message
        return str(message.params.get("file", "")) if message and message.id == "not_loaded" else ""

    @property
    def cases_passed(self) -> int:
        return sum(case.status in ("pass", "dialect") for case in self.result.cases)

    def first_wrong(self, case: CaseResult) -> str:
        """The quantity of a case that is wrong first, and where."""
        first = case.first_divergence
        if first is None:
            return ""
        where = f", step {first.step}" if self.text.stepwise else written_place(first.index)
        return f"{short(first.quantity)}{where}"

    @property
    def largest(self) -> float | None:
        """The largest error of all cases, in tolerances."""
        return largest(self.result.cases)


@dataclass(frozen=True)
class Findings:
    """All algorithms of a submission, in the lecture's order, and in groups of what they ask for."""

    all: tuple[Finding, ...]

    @property
    def to_fix(self) -> tuple[Finding, ...]:
        return self._group("fix")

    @property
    def dialects(self) -> tuple[Finding, ...]:
        return self._group("dialect")

    @property
    def unwritten(self) -> tuple[Finding, ...]:
        """What says of itself that it is not written yet."""
        return self._group("unwritten")

    @property
    def missing(self) -> tuple[Finding, ...]:
        return tuple(each for each in self._group("missing") if not each.lost_in)

    @property
    def lost(self) -> tuple[Finding, ...]:
        """What was not found since the file that should hold it could not be loaded."""
        return tuple(each for each in self._group("missing") if each.lost_in)

    @property
    def open(self) -> tuple[Finding, ...]:
        """What nobody can hold against the student: skipped, or the harness's own fault."""
        return self._group("open")

    @property
    def right(self) -> tuple[Finding, ...]:
        return self._group("right")

    def _group(self, group: str) -> tuple[Finding, ...]:
        return tuple(each for each in self.all if each.mark.group == group)


def findings(submission: SubmissionResult, catalogue: Catalogue) -> Findings:
    """Everything there is to show of a submission's algorithms: nothing where one load error says it all."""
    shown = () if submission.unloaded else submission.algorithms
    return Findings(tuple(finding(each, catalogue) for each in shown))


def finding(result: AlgorithmResult, catalogue: Catalogue) -> Finding:
    """Everything there is to show of one algorithm."""
    text = algorithm_text(catalogue, result.id)
    shown = evidence(result.message) is not None
    return Finding(result, text, mark(result), explain(_message(result, text), result.id, catalogue, shown))


def largest(cases: tuple[CaseResult, ...]) -> float | None:
    """The largest ratio of an error to its tolerance, a NaN being larger than all; None where a failing case has no
    numbers, since those of the others say nothing then."""
    if any(case.error_ratio is None and case.status != "pass" for case in cases):
        return None
    ratios = [case.error_ratio for case in cases if case.error_ratio is not None]
    return max(ratios, key=lambda ratio: (ratio != ratio, ratio), default=None)


def _message(result: AlgorithmResult, text: AlgorithmText) -> Message:
    """The algorithm's message; without one, what its status and diagnosis tell."""
    if result.message is not None:
        return result.message
    if result.diagnosis is not None:
        return Message(result.diagnosis.kind, {result.diagnosis.kind: result.diagnosis.id})
    return Message(result.status, {"call": text.call, "device": result.device})


def _slide(text: AlgorithmText, seen: Evidence, variant: VariantText | None) -> tuple[SlideLine, ...]:
    touched = set(variant.touched) if variant else set()
    touched = touched or {seen.quantity} & set(text.steps)
    lines: list[SlideLine] = []
    for step, formula in text.steps.items():
        wrong_before = any(line.concerned for line in lines)
        lines.append(SlideLine(step, formula, *_standing(step, seen, variant, touched, wrong_before)))
    return tuple(lines)


def _standing(
    step: str, seen: Evidence, variant: VariantText | None, touched: set[str], wrong_before: bool
) -> tuple[str, Literal["right", "wrong", "note", ""], str]:
    if step in touched and variant is None:
        return "×", "wrong", "first wrong here"
    if step in touched and step in seen.right and not seen.stepwise:
        return "✓", "right", "right"  # another way to make the mistake is what touches it
    if step in touched and variant is not None and variant.kind == "dialect":
        return "≈", "note", f"yours is right in {variant.home}" if variant.home else "another convention"
    if step in touched:
        return "×", "wrong", "mistake here"
    if step in seen.right:
        return "✓", "right", "right at every step" if seen.stepwise else "right"
    return "", "", "follows from it" if wrong_before else ""


def _frame(params: Mapping[str, object]) -> Frame:
    line = params.get("line")
    return Frame(
        file=str(params.get("file", "")),
        line=line if isinstance(line, int) else 0,
        function=str(params.get("function", "")),
        code=str(params.get("code", "")),
    )
