"""What changed since the last save: each change is told, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

from harness.report.since import changed, since
from harness.results import AlgorithmResult, LoadError, Message, Printed, SubmissionResult
from tests.cohort import CATALOGUE, COHORT

ADAM = AlgorithmResult("adam", "pass", 1, 1)
RAISED = Message("raised", {"type": "ValueError", "text": "3", "file": "a.py", "line": 4, "frames": [{"line": 4}]})
NAN = Message("diverges", {"actual": float("nan")})


def one(algorithm: AlgorithmResult = ADAM, **other: object) -> SubmissionResult:
    return SubmissionResult("kim", "kim.py", "", algorithm.points, 1, algorithms=(algorithm,), **other)  # type: ignore[arg-type]


def told(before: SubmissionResult, after: SubmissionResult) -> str:
    return since(before, after, CATALOGUE, color=False)


def test_nothing_changed_in_what_is_as_it_was() -> None:
    for each in COHORT.submissions:
        assert told(each, each) == ""


def test_where_a_line_stands_and_what_is_no_number_are_as_they_were() -> None:
    moved = replace(RAISED, params={**RAISED.params, "line": 9, "frames": [{"line": 9}]})
    again = replace(NAN, params={"actual": float("nan")})
    for old, new in ((RAISED, moved), (NAN, again)):
        before, after = (replace(ADAM, status="error", points=0, message=each) for each in (old, new))
        assert changed(one(before), one(after)) == []


def test_the_status_and_the_points() -> None:
    said = told(one(), one(replace(ADAM, status="timeout", points=0, message=Message("timeout", {"seconds": 10}))))
    assert said.startswith("T adam  right → timeout, 1 → 0 points\n")
    assert said.endswith("To fix: 1 of 1. More on one: gradstep explain adam\n")


def test_wrong_in_another_way() -> None:
    before, after = (
        replace(ADAM, status="error", points=0, message=replace(RAISED, params={**RAISED.params, "text": text}))
        for text in ("3", "4")
    )
    assert "! adam  still error, in another way\n" in told(one(before), one(after))


def test_a_submission_that_no_longer_loads_and_does_again() -> None:
    error = LoadError(Message("syntax_error", {"file": "kim.py", "line": 1, "code": "def", "text": "invalid syntax"}))
    broken = one(replace(ADAM, status="error", points=0), load_error=error)
    said = told(one(), broken)
    assert "kim.py" in said
    assert said.endswith("Nothing else can be checked until this is mended.\n")
    assert told(broken, broken) == ""
    assert told(broken, one()).startswith("✓ it can be loaded again\n")


def test_what_is_printed_is_shown_when_it_is_another() -> None:
    before, after = (one(printed=Printed(text, len(text))) for text in ("one\n", "two\n"))
    assert "two" in told(before, after)
    assert told(after, after) == ""
    assert told(before, one()) == ""
