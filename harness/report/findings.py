"""One algorithm of one submission, made ready to be shown: the sentence, the slide's lines, the values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from harness.report.catalogue import AlgorithmText, Catalogue, VariantText, algorithm_text, variant_text
from harness.report.evidence import Evidence, evidence, written_place
from harness.report.marks import COSTLY, Mark, mark
from harness.report.speak import Sentence, explain, with_home
from harness.report.wording import points, short
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
    elsewhere: str = ""
    """The diagnosis of the other cases, where the message is of another kind; part of the sentence's detail."""

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
    def second(self) -> VariantText | None:
        """What it is diagnosed with beside that."""
        second = self.result.message.params.get("second") if self.result.message else None
        return variant_text(self.text, "mistake", str(second)) if self.variant and second else None

    @property
    def besides(self) -> str:
        return self.second.headline if self.second else ""

    @property
    def where(self) -> str:
        """Where in the student's files the algorithm stands."""
        source = self.result.source
        return f"{source.file}:{source.line}" if source else ""

    @cached_property
    def slide(self) -> tuple[SlideLine, ...]:
        """The slide's lines, marked; none where nothing is known to be wrong in one."""
        lines = _slide(self)
        return lines if self.evidence or any(line.concerned for line in lines) else ()

    @property
    def concerned(self) -> tuple[SlideLine, ...]:
        """Those of the slide's lines that are to be looked at."""
        return tuple(line for line in self.slide if line.concerned)

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
        """The cases that are right; those right by a dialect count unless it earns nothing here."""
        rejected = self.mark == COSTLY and self.result.points == 0
        right = ("pass",) if rejected else ("pass", "dialect")
        return sum(case.status in right for case in self.result.cases)

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
    sentence = explain(_message(result, text), result.id, catalogue, shown)
    elsewhere = _elsewhere(result, text)
    said = [sentence.detail, elsewhere, _earned(result)]
    sentence = replace(sentence, detail=" ".join(each for each in said if each))
    return Finding(result, text, mark(result), sentence, elsewhere)


def _elsewhere(result: AlgorithmResult, text: AlgorithmText) -> str:
    """The diagnosis of the other cases, where some ended in a problem of another kind, which is what the message is
    of."""
    found, message = result.diagnosis, result.message
    if found is None or message is None or message.id == found.kind:
        return ""
    variant = variant_text(text, found.kind, found.id)
    remedy = variant.remedy if found.kind == "mistake" else ""
    return " ".join(each for each in (f"In the other cases: {with_home(variant)}", remedy) if each)


def _earned(result: AlgorithmResult) -> str:
    """What a dialect is worth under the assignment's policy."""
    if result.status != "dialect" or not result.max_points:
        return ""
    if result.points == 0:
        return "Here it earns no points: the assignment asks for it as the slides have it."
    if result.points < result.max_points:
        return f"Here it earns part of the points: {points(result.points)} of {points(result.max_points)}."
    return "Here it earns full points."


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


def _slide(finding: Finding) -> tuple[SlideLine, ...]:
    blamed = _blamed(finding)
    lines: list[SlideLine] = []
    for step, formula in finding.text.steps.items():
        follows = any(line.concerned for line in lines)
        lines.append(SlideLine(step, formula, *_standing(step, finding.evidence, blamed, follows)))
    return tuple(lines)


Standing = tuple[str, Literal["right", "wrong", "note", ""], str]


def _blamed(finding: Finding) -> Mapping[str, Standing]:
    """The steps whose lines are to be looked at: those a diagnosis touches, else the first wrong one and those that
    are other than the slide's before it."""
    steps, known = finding.text.steps, finding.text.variants
    params = finding.result.message.params if finding.result.message else {}
    exactly = params.get("touched") or steps
    variants = [each for each in (finding.second, finding.variant) if each and each.id in known]
    if variants:  # one that changes no line of a named step, as how a loop runs, is a matter of all of them
        return {step: _touched(each) for each in variants for step in each.touched or steps if step in exactly}
    if finding.result.message is None or finding.result.message.id == "after_wrong":
        return {}  # what comes before it is to blame
    seen = finding.evidence
    blamed: dict[str, Standing] = {
        name: ("?", "note", f"other than the slide's from step {step} on")
        for name, step in (seen.earlier.items() if seen else ())
    }
    quantity = seen.quantity if seen else str(params.get("quantity"))
    if quantity == "point":
        return {**blamed, _asking(finding.text): ("×", "wrong", "grad is asked for this line")}
    return {**blamed, quantity: ("×", "wrong", "first wrong here")}


def _touched(variant: VariantText) -> Standing:
    if variant.kind == "mistake":
        return "×", "wrong", "mistake here"
    return "≈", "note", f"yours is right in {variant.home}" if variant.home else "another convention"


def _asking(text: AlgorithmText) -> str:
    """The step for which the gradient is asked."""
    return next((step for step, formula in text.steps.items() if "∇" in formula), next(iter(text.steps), ""))


def _standing(step: str, seen: Evidence | None, blamed: Mapping[str, Standing], follows: bool) -> Standing:
    right = seen is not None and step in seen.right
    stepwise = seen is not None and seen.stepwise
    if step in blamed and not (right and not stepwise):  # right: another way to make the mistake is what touches it
        return blamed[step]
    if right:
        return "✓", "right", "right at every step" if stepwise else "right"
    return "", "", "follows from it" if follows else ""


def _frame(params: Mapping[str, object]) -> Frame:
    line = params.get("line")
    return Frame(
        file=str(params.get("file", "")),
        line=line if isinstance(line, int) else 0,
        function=str(params.get("function", "")),
        code=str(params.get("code", "")),
    )
