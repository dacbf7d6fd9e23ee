"""What changed from one results file to another, as data: ``gradstep compare --json`` prints these classes field by
field.

Scores are compared over the algorithms that both ask for, so that a batch of one algorithm can be held against one of
all. What is nobody's result (times, how far off a wrong value is) is not compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from harness.results.model import AlgorithmResult, Diagnosis, Results, Status, SubmissionResult

SCHEMA = "gradstep/changes/v1"


@dataclass(frozen=True)
class Difference:
    """Something that the two batches were not graded alike in, by its name in the file."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Standing:
    """What one algorithm of one submission came to. ``message`` is the message's id."""

    status: Status
    points: float
    max_points: float
    diagnosis: Diagnosis | None
    message: str | None


@dataclass(frozen=True)
class AlgorithmChange:
    """An algorithm that came to something else; None where it has no result."""

    id: str
    before: Standing | None
    after: Standing | None


@dataclass(frozen=True)
class LoadFailure:
    """Why a submission could not be loaded, as a message's id; if not ``whole``, only part of it."""

    message: str
    whole: bool


@dataclass(frozen=True)
class Loading:
    """What kept a submission from being loaded; None where nothing did."""

    before: LoadFailure | None
    after: LoadFailure | None


@dataclass(frozen=True)
class SubmissionChange:
    """A submission whose result is another one. ``same_code``: its files are the same, so it is not the student's
    doing.

    ``loading`` stands where that is another one. ``algorithms`` is empty where nothing could be loaded, before or
    after: that explains them all.
    """

    id: str
    same_code: bool
    before: float
    after: float
    loading: Loading | None
    algorithms: tuple[AlgorithmChange, ...]


@dataclass(frozen=True)
class Changes:
    """All that changed. ``runs``: what may be the reason, other than the students. ``both``: how many submissions are
    in both files; the counts and the means are over these."""

    runs: tuple[Difference, ...]
    algorithms_only_before: tuple[str, ...]
    algorithms_only_after: tuple[str, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    both: int
    better: int
    worse: int
    same: int
    code_changed: int
    mean_before: float | None
    mean_after: float | None
    submissions: tuple[SubmissionChange, ...]
    schema: str = SCHEMA

    @property
    def none(self) -> bool:
        """Whether every submission is in both and came to the same."""
        return not (self.submissions or self.only_before or self.only_after)


def compare(before: Results, after: Results) -> Changes:
    """What changed, the submission that lost most first; of those that lost as much, the ones with the same code."""
    olds, news = _by_id(before.submissions), _by_id(after.submissions)
    both = [(old, news[id]) for id, old in olds.items() if id in news]
    asked_before, asked_after = _asked(before), _asked(after)
    if not (asked_before and asked_after):  # a batch that was interrupted at once asks for nothing that can be seen
        asked_before = asked_after = {**asked_before, **asked_after}
    common = asked_before.keys() & asked_after.keys()
    scores = [(_score(old, common), _score(new, common)) for old, new in both]
    found = [_change(*pair, *score, common) for pair, score in zip(both, scores, strict=True)]
    changed = [each for each in found if each.before != each.after or each.loading or each.algorithms]
    better = sum(new > old for old, new in scores)
    worse = sum(new < old for old, new in scores)
    return Changes(
        runs=tuple(_runs(before, after)),
        algorithms_only_before=tuple(id for id in asked_before if id not in common),
        algorithms_only_after=tuple(id for id in asked_after if id not in common),
        only_before=tuple(id for id in olds if id not in news),
        only_after=tuple(id for id in news if id not in olds),
        both=len(both),
        better=better,
        worse=worse,
        same=len(both) - better - worse,
        code_changed=sum(old.sha256 != new.sha256 for old, new in both),
        mean_before=_mean([old for old, _ in scores]),
        mean_after=_mean([new for _, new in scores]),
        submissions=tuple(sorted(changed, key=lambda each: (each.after - each.before, not each.same_code))),
    )


def _by_id(submissions: Iterable[SubmissionResult]) -> Mapping[str, SubmissionResult]:
    return {each.id: each for each in submissions}


def _asked(results: Results) -> dict[str, None]:
    """The algorithms that a batch asks for, in its order."""
    return dict.fromkeys(each.id for submission in results.submissions for each in submission.algorithms)


def _score(submission: SubmissionResult, common: Iterable[str]) -> float:
    """What it scored in the algorithms that both ask for; where these are all, that is what the file says."""
    points = [each.points for each in submission.algorithms if each.id in common]
    return submission.score if len(points) == len(submission.algorithms) else round(sum(points), 6)


def _mean(scores: list[float]) -> float | None:
    return sum(scores) / len(scores) if scores else None


def _change(
    old: SubmissionResult, new: SubmissionResult, before: float, after: float, common: Iterable[str]
) -> SubmissionChange:
    loading = Loading(_load_failure(old), _load_failure(new))
    return SubmissionChange(
        id=old.id,
        same_code=old.sha256 == new.sha256,
        before=before,
        after=after,
        loading=loading if loading.before != loading.after else None,
        algorithms=() if old.unloaded or new.unloaded else tuple(_algorithms(old, new, common)),
    )


def _load_failure(submission: SubmissionResult) -> LoadFailure | None:
    return LoadFailure(submission.load_error.message.id, submission.unloaded) if submission.load_error else None


def _algorithms(old: SubmissionResult, new: SubmissionResult, common: Iterable[str]) -> Iterable[AlgorithmChange]:
    olds, news = ({each.id: _standing(each) for each in one.algorithms} for one in (old, new))
    for id in {**olds, **news}:
        if id in common and olds.get(id) != news.get(id):
            yield AlgorithmChange(id, olds.get(id), news.get(id))


def _standing(result: AlgorithmResult) -> Standing:
    message = result.message.id if result.message else None
    return Standing(result.status, result.points, result.max_points, result.diagnosis, message)


def _runs(before: Results, after: Results) -> Iterable[Difference]:
    """How the two batches were not graded alike. That they were not graded at the same time goes without saying."""
    for part in ("assignment", "environment"):
        old, new = getattr(before, part), getattr(after, part)
        for name in (each.name for each in fields(old) if each.name not in ("started", "finished")):
            if (was := _text(getattr(old, name))) != (now := _text(getattr(new, name))):
                yield Difference(f"{part}.{name}", was, now)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
