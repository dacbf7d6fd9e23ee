from __future__ import annotations

import math

from harness.report.findings import finding, findings, largest
from harness.results import AlgorithmResult, CaseResult, Diagnosis
from tests.cohort import CATALOGUE, COHORT, got


def test_a_students_algorithms_fall_into_groups() -> None:
    found = findings(COHORT.submissions[0], CATALOGUE)
    assert [each.id for each in found.to_fix] == ["momentum", "nag", "adadelta", "adam"]
    assert [each.id for each in found.dialects] == ["rmsprop"]
    assert [each.id for each in found.missing] == ["amsgrad", "keras_sgd", "keras_adam"]
    assert len(found.right) == 6
    assert sum(map(len, (found.to_fix, found.dialects, found.missing, found.right, found.open))) == len(found.all)


def test_what_is_not_started_is_no_error() -> None:
    (student,) = (each for each in COHORT.submissions if each.id == "2023-11944")
    found = findings(student, CATALOGUE)
    assert [each.id for each in found.unwritten] == ["adam"]
    assert [each.id for each in found.to_fix] == ["momentum"]
    assert found.unwritten[0].mark.word == "not started"


def test_the_slide_is_marked_line_by_line() -> None:
    lines = finding(got("adam", "fail", "mistake"), CATALOGUE).slide
    assert [(line.step, line.sign, line.comment) for line in lines] == [
        ("m", "✓", "right at every step"),
        ("v", "✓", "right at every step"),
        ("m_hat", "×", "mistake here"),
        ("v_hat", "×", "mistake here"),
        ("w", "", "follows from it"),
    ]


def test_without_a_diagnosis_the_first_wrong_quantity_is_marked() -> None:
    lines = finding(got("adam", "fail", "diverges", quantity="v", right=["m"]), CATALOGUE).slide
    assert [line.sign for line in lines] == ["✓", "×", "", "", ""]
    point = finding(got("adam", "fail", "diverges", quantity="point", right=["m"]), CATALOGUE).slide
    assert [(line.sign, line.comment) for line in point[:1]] == [("×", "grad is asked for this line")]


def test_a_dialect_is_marked_as_a_note() -> None:
    lines = finding(
        got("adam", "dialect", "dialect", quantity="w", right=["m", "v", "m_hat", "v_hat"]), CATALOGUE
    ).slide
    assert [line.tone for line in lines] == ["right"] * 4 + ["note"]


def test_values_stand_in_the_table_or_in_the_sentence() -> None:
    shown = finding(got("adam", "fail", "mistake"), CATALOGUE)
    assert shown.evidence
    assert "yours" not in shown.sentence.detail


def test_part_of_the_points_has_a_mark_of_its_own() -> None:
    assert finding(got("adam", "fail", "mistake", 0.5), CATALOGUE).mark.tone == "part"
    assert finding(got("adam", "fail", "mistake", 0.0), CATALOGUE).mark.tone == "wrong"


def test_a_dialect_that_costs_points_is_to_be_fixed() -> None:
    groups = [finding(got("rmsprop", "dialect", "dialect", points), CATALOGUE).mark.group for points in (1.0, 0.5, 0.0)]
    assert groups == ["dialect", "fix", "fix"]
    for_nothing = AlgorithmResult("rmsprop", "dialect", 0.0, 0.0, diagnosis=Diagnosis("dialect", "eps_outside_root"))
    assert finding(for_nothing, CATALOGUE).mark.group == "dialect"


def test_a_result_without_a_message_is_explained_by_its_diagnosis_or_status() -> None:
    diagnosed = AlgorithmResult("adam", "fail", 0.0, 1.0, diagnosis=Diagnosis("mistake", "betas_swapped"))
    assert finding(diagnosed, CATALOGUE).sentence.headline == "β₁ and β₂ are swapped."
    missing = finding(AlgorithmResult("adam", "missing", 0.0, 1.0), CATALOGUE)
    assert missing.sentence.headline == "Not found: Adam."
    assert "adam(w, grad, *, lr=0.001" in missing.sentence.remedy


def test_nan_is_the_largest_error() -> None:
    cases = tuple(CaseResult("a", "fail", each) for each in (0.3, math.nan, 17.0))
    assert math.isnan(largest(cases) or 0)
    assert largest(()) is None


def test_a_failing_case_without_numbers_leaves_no_largest_error() -> None:
    assert largest((CaseResult("a", "pass", 0.3), CaseResult("b", "error"))) is None
    assert largest((CaseResult("a", "pass", 0.3), CaseResult("b", "pass"))) == 0.3
