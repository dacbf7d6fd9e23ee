"""What counts as not written yet."""

from __future__ import annotations

import pytest

from harness.worker.call import run_calls
from harness.worker.problem import Problem, told, written

STUBS = (
    "pass",
    "...",
    "'words'",
    "return",
    "return None",
    "raise NotImplementedError",
    "raise NotImplementedError()",
    "raise NotImplementedError('later')",
    "'words'\n raise NotImplementedError",
)

BEGUN = (
    "return x",
    "return 0",
    "return 'words'",
    "x + 1",
    "raise ValueError",
    "raise NotImplementedError(x)",
    "y = x\n raise NotImplementedError",
    "yield x",
)


def defined(body: str):
    """A function with this body."""
    space: dict[str, object] = {}
    exec(f"def function(x):\n {body}", space)
    return space["function"]


@pytest.mark.parametrize("body", STUBS)
def test_a_stub_is_not_written(body: str) -> None:
    with pytest.raises(Problem) as problem:
        written(defined(body))
    assert problem.value.report == {"kind": "not_started"}


@pytest.mark.parametrize("body", BEGUN)
def test_what_is_begun_is_written(body: str) -> None:
    written(defined(body))


@pytest.mark.parametrize(
    ("body", "kind"), [*((stub, "not_started") for stub in STUBS), ("return cache", "needs"), ("return 0", "needs")]
)
def test_what_waits_for_another_is_not_started_before_it_waits(body: str, kind: str) -> None:
    space: dict[str, object] = {}
    exec(f"def backward(dy, cache):\n {body}", space)
    case = {"hyper": {}, "after": "forward", "returns": ["dx"], "free_shape": [], "runs": []}
    call = {"args": [1.0], "first": [1.0], "shapes": {"dx": {"shape": [], "whole": False}}}
    (reply,) = run_calls(
        space["backward"], defined("raise NotImplementedError"), {**case, "runs": [call]}, [], lambda x: x
    )
    assert reply["problem"]["kind"] == kind


def test_what_an_exception_of_an_adapter_says_is_told_as_text() -> None:
    error = ValueError("normal")
    error.problem = {"kind": "not_uniform", "function": 3}  # type: ignore[attr-defined]  # an adapter sets it
    assert told(error, []) == {"kind": "not_uniform", "function": "3", "frames": []}


@pytest.mark.parametrize("problem", ["singular", 1, [1], {"size": 2}, {}])
def test_an_exception_of_a_students_own_may_call_something_its_problem(problem: object) -> None:
    error = ValueError("no inverse")
    error.problem = problem  # type: ignore[attr-defined]  # the student's class has it
    assert (told(error, [])["kind"], told(error, [])["text"]) == ("raised", "no inverse")
