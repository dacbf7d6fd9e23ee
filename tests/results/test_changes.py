"""What changed from one results file to another, as data."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import jsonschema
import pytest

from harness.results import LoadError, Message, Results, SubmissionResult
from harness.results.changes import AlgorithmChange, Changes, Difference, LoadFailure, Loading, compare
from harness.results.file import to_text
from tests.cohort import COHORT, EXAMPLES, got, passed, student

STANDING = {
    "type": ["object", "null"],
    "required": ["status", "points", "max_points", "diagnosis", "message"],
    "additionalProperties": False,
    "properties": {
        "status": {"type": "string"},
        "points": {"type": "number"},
        "max_points": {"type": "number"},
        "diagnosis": {"type": ["object", "null"], "required": ["kind", "id"]},
        "message": {"type": ["string", "null"]},
    },
}
FAILURE = {
    "type": ["object", "null"],
    "required": ["message", "whole"],
    "additionalProperties": False,
    "properties": {"message": {"type": "string"}, "whole": {"type": "boolean"}},
}
DIFFERENCE = {
    "required": ["name", "before", "after"],
    "additionalProperties": False,
    "properties": {"name": {"type": "string"}, "before": {"type": "string"}, "after": {"type": "string"}},
}
COUNT = {"type": "integer"}
MEAN = {"type": ["number", "null"]}
IDS = {"type": "array", "items": {"type": "string"}}
SUBMISSION = {
    "required": ["id", "same_code", "before", "after", "loading", "algorithms"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string"},
        "same_code": {"type": "boolean"},
        "before": {"type": "number"},
        "after": {"type": "number"},
        "loading": {"type": ["object", "null"], "properties": {"before": FAILURE, "after": FAILURE}},
        "algorithms": {
            "items": {
                "required": ["id", "before", "after"],
                "additionalProperties": False,
                "properties": {"id": {"type": "string"}, "before": STANDING, "after": STANDING},
            }
        },
    },
}
PROPERTIES = {
    "schema": {"const": "gradstep/changes/v1"},
    "runs": {"items": DIFFERENCE},
    **dict.fromkeys(("algorithms_only_before", "algorithms_only_after", "only_before", "only_after"), IDS),
    **dict.fromkeys(("both", "better", "worse", "same", "code_changed"), COUNT),
    **dict.fromkeys(("mean_before", "mean_after"), MEAN),
    "submissions": {"type": "array", "items": SUBMISSION},
}
SCHEMA = {"type": "object", "required": [*PROPERTIES], "additionalProperties": False, "properties": PROPERTIES}
"""What ``gradstep compare --json`` prints."""


def batch(*submissions: SubmissionResult) -> Results:
    return replace(COHORT, submissions=submissions)


def only(result: SubmissionResult, *ids: str) -> SubmissionResult:
    """A submission as a batch of some algorithms has it."""
    algorithms = tuple(each for each in result.algorithms if each.id in ids)
    return replace(result, algorithms=algorithms, score=sum(each.points for each in algorithms))


def moved(old: SubmissionResult, new: SubmissionResult) -> Changes:
    return compare(batch(old), batch(new))


FORGOT = got("adam", "fail", "mistake")
BROKEN = student("kim", load_error=LoadError(Message("syntax_error", EXAMPLES["syntax_error"])))


def test_a_file_and_itself() -> None:
    found = compare(COHORT, COHORT)
    assert found.none
    assert (found.both, found.better, found.worse, found.same) == (13, 0, 0, 13)
    assert found.mean_before == found.mean_after
    assert (found.runs, found.submissions, found.code_changed) == ((), (), 0)


def test_a_score_a_status_and_a_diagnosis() -> None:
    found = moved(student("kim"), student("kim", FORGOT))
    (kim,) = found.submissions
    assert (kim.before, kim.after, kim.same_code, kim.loading) == (14, 13, True, None)
    (adam,) = kim.algorithms
    assert adam.id == "adam"
    assert adam.before is not None
    assert adam.after is not None
    assert (adam.before.status, adam.after.status) == ("pass", "fail")
    assert adam.after.diagnosis is not None
    assert adam.after.diagnosis.id == "no_bias_correction"
    assert (found.better, found.worse, found.same) == (0, 1, 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (FORGOT, got("adam", "fail", "mistake", mistake="betas_swapped")),
        (FORGOT, got("adam", "fail", "diverges")),
        (got("adam", "error", "raised"), got("adam", "error", "not_started")),
        (got("adam", "fail", "diverges", 0.25), got("adam", "fail", "diverges", 0.5)),
        (got("adam", "timeout", "timeout"), got("adam", "crash", "crash")),
        (passed("adam", 1.0), passed("adam", 2.0)),
    ],
    ids=["diagnosis", "no diagnosis any more", "message", "points", "status", "what it is worth"],
)
def test_each_of_these_is_a_change(old, new) -> None:  # type: ignore[no-untyped-def]
    (kim,) = moved(student("kim", old), student("kim", new)).submissions
    assert [each.id for each in kim.algorithms] == ["adam"]


def test_what_is_nobodys_result_is_none() -> None:
    old = student("kim", FORGOT)
    (adam,) = (each for each in old.algorithms if each.id == "adam")
    assert adam.message is not None
    other = replace(adam, cases=adam.cases[:2], message=replace(adam.message, params={}), source=None)
    new = replace(old, path="elsewhere", algorithms=tuple(other if each is adam else each for each in old.algorithms))
    later = replace(COHORT.environment, started="2027-01-01T00:00:00+00:00", finished="2027-01-01T00:00:01+00:00")
    found = compare(batch(old), replace(batch(new), environment=later))
    assert found.none
    assert found.runs == ()


def test_other_code_with_the_same_result_is_counted_and_no_change() -> None:
    found = moved(student("kim"), replace(student("kim"), sha256="0" * 64))
    assert found.none
    assert found.code_changed == 1


def test_the_biggest_drop_first_and_of_equal_ones_the_same_code_first() -> None:
    ids = ("gains", "other code", "same code", "drops")
    old = batch(student("gains", FORGOT), *(student(id) for id in ids[1:]))
    new = batch(
        student("gains"),
        replace(student("other code", FORGOT), sha256="0" * 64),
        student("same code", FORGOT),
        student("drops", FORGOT, got("sgd", "fail", "diverges")),
        student("new"),
    )
    found = compare(old, new)
    assert [each.id for each in found.submissions] == ["drops", "same code", "other code", "gains"]
    assert (found.both, found.better, found.worse, found.same) == (4, 1, 3, 0)
    assert found.only_after == ("new",)
    assert (found.mean_before, found.mean_after) == (13.75, (14 + 13 + 13 + 12) / 4)


def test_what_the_batches_differ_in() -> None:
    other = replace(
        COHORT,
        assignment=replace(COHORT.assignment, seed_fingerprint="91bb00aa", max_points=15.0),
        environment=replace(COHORT.environment, torch="2.14.0", layers=("own process",)),
    )
    assert compare(COHORT, other).runs == (
        Difference("assignment.max_points", "14", "15"),
        Difference("assignment.seed_fingerprint", "7f3ac21e", "91bb00aa"),
        Difference("environment.torch", "2.13.0", "2.14.0"),
        Difference("environment.layers", "own process, landlock, seccomp", "own process"),
    )


def test_scores_are_over_what_both_ask_for() -> None:
    whole, part = student("kim", got("sgd", "fail", "diverges")), only(student("kim", FORGOT), "momentum", "adam")
    found = moved(whole, part)
    assert (found.mean_before, found.mean_after) == (2, 1)
    assert "sgd" in found.algorithms_only_before
    assert not {"momentum", "adam"} & {*found.algorithms_only_before}
    assert found.algorithms_only_after == ()
    (kim,) = found.submissions
    assert [each.id for each in kim.algorithms] == ["adam"]
    back = moved(part, whole)
    assert back.algorithms_only_after == found.algorithms_only_before


def test_nothing_in_common() -> None:
    found = moved(only(student("kim"), "adam"), only(student("kim"), "sgd"))
    assert found.none
    assert (found.mean_before, found.mean_after) == (0, 0)


def test_an_algorithm_that_only_one_of_many_has() -> None:
    extra = student("lee", passed("lion"))
    found = compare(batch(student("kim"), extra), batch(student("kim", passed("lion")), extra))
    (kim,) = found.submissions
    (lion,) = kim.algorithms
    assert isinstance(lion, AlgorithmChange)
    assert lion.before is None
    assert lion.after is not None


@pytest.mark.parametrize(("old", "new"), [((), COHORT.submissions), (COHORT.submissions, ()), ((), ())])
def test_a_batch_that_was_interrupted_at_once(old, new) -> None:  # type: ignore[no-untyped-def]
    found = compare(batch(*old), batch(*new))
    assert (found.algorithms_only_before, found.algorithms_only_after) == ((), ())
    assert (len(found.only_before), len(found.only_after)) == (len(old), len(new))
    assert (found.both, found.mean_before, found.mean_after) == (0, None, None)


# -- loading ----------------------------------------------------------------------------------------------------------


def test_what_could_not_be_loaded_is_one_change() -> None:
    found = moved(BROKEN, student("kim", FORGOT))
    (kim,) = found.submissions
    assert kim.loading == Loading(LoadFailure("syntax_error", whole=True), None)
    assert kim.algorithms == ()
    assert (kim.before, kim.after) == (0, 13)


def test_what_can_be_loaded_in_part_now() -> None:
    some = replace(student("kim", got("adam", "fail", "diverges")), load_error=BROKEN.load_error)
    (kim,) = moved(BROKEN, some).submissions
    failure = LoadFailure("syntax_error", whole=True)
    assert kim.loading == Loading(failure, replace(failure, whole=False))


def test_what_is_not_loaded_for_another_reason() -> None:
    timeout = student("kim", load_error=LoadError(Message("import_timeout", EXAMPLES["import_timeout"])))
    (kim,) = moved(BROKEN, timeout).submissions
    assert kim.loading == Loading(LoadFailure("syntax_error", whole=True), LoadFailure("import_timeout", whole=True))
    assert moved(BROKEN, BROKEN).none


# -- as JSON ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (COHORT, COHORT),
        (COHORT, batch()),
        (batch(BROKEN, student("lee")), batch(student("kim"), student("lee", FORGOT))),
        (batch(student("lee")), batch(student("lee", passed("lion")), student("kim", passed("lion")))),
    ],
    ids=["nothing", "all gone", "changed", "one has no result"],
)
def test_it_fits_its_schema(old: Results, new: Results) -> None:
    data = json.loads(to_text(compare(old, new)))
    jsonschema.validate(data, SCHEMA)
    assert next(iter(data)) == "schema"


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf, 1e308])
def test_scores_that_no_grader_gives(score: float) -> None:
    odd = [replace(student(id), score=score) for id in ("kim", "lee", "park")]
    found = compare(batch(*odd), batch(*odd[:2], student("park")))
    assert json.loads(to_text(found))["both"] == 3


def test_a_thousand_students() -> None:
    old = batch(*(student(f"s{number}") for number in range(1000)))
    new = batch(*(student(f"s{number}", *([FORGOT] if number % 3 == 0 else [])) for number in range(1, 1001)))
    found = compare(old, new)
    assert (found.only_before, found.only_after) == (("s0",), ("s1000",))
    assert (found.both, found.worse, len(found.submissions)) == (999, 333, 333)
