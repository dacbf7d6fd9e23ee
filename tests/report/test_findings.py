from __future__ import annotations

import math
from dataclasses import replace

from harness.cli.words import catalogue
from harness.report.findings import finding, findings, largest
from harness.results import AlgorithmResult, CaseResult, Diagnosis, Message
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


def test_what_a_dialect_earns_is_said_and_agrees_with_points_and_cases() -> None:
    def told(points: float) -> tuple[str, int]:
        cases = (CaseResult("a", "pass"), CaseResult("b", "dialect", 5.0))
        found = finding(replace(got("adam", "dialect", "dialect", points), cases=cases), CATALOGUE)
        return found.sentence.detail.partition("Here it earns ")[2], found.cases_passed

    assert told(1.0) == ("full points.", 2)
    assert told(0.5) == ("part of the points: 0.5 of 1.", 2)
    assert told(0.0) == ("no points: the assignment asks for it as the slides have it.", 1)
    for_nothing = AlgorithmResult("rmsprop", "dialect", 0.0, 0.0, diagnosis=Diagnosis("dialect", "eps_outside_root"))
    assert "earns" not in finding(for_nothing, CATALOGUE).sentence.detail


def test_the_dialect_beside_a_mistake_is_marked_on_its_own_line() -> None:
    result = got("adam", "fail", "mistake", second="eps_outside_root", touched=["m_hat", "w"])
    lines = finding(result, CATALOGUE).concerned
    home = "yours is right in the paper's Algorithm 1, PyTorch, Optax"
    assert [(line.step, line.sign, line.comment) for line in lines] == [
        ("m_hat", "×", "mistake here"),  # the way it was made here leaves v_hat alone
        ("w", "≈", home),
    ]


def test_a_mistake_without_values_still_shows_its_line() -> None:
    params = {"mistake": "no_bias_correction", "case": "a", "why": "b", "also": [], "second": None}
    known = Diagnosis("mistake", "no_bias_correction")
    shown = finding(
        AlgorithmResult("adam", "fail", 0.0, 1.0, diagnosis=known, message=Message("mistake", params)), CATALOGUE
    )
    assert shown.evidence is None
    assert [line.step for line in shown.concerned] == ["m_hat", "v_hat"]


def test_a_mistake_that_changes_no_line_is_a_matter_of_all() -> None:
    words = catalogue()
    (line,) = words["random_search"].steps
    known = Diagnosis("mistake", "uniform_not_log")
    assert words["random_search"].variants["uniform_not_log"].touched == ()
    found = finding(AlgorithmResult("random_search", "fail", 0.0, 1.0, diagnosis=known), words)
    assert [each.step for each in found.concerned] == [line]
    unheard_of = AlgorithmResult("random_search", "fail", 0.0, 1.0, diagnosis=Diagnosis("mistake", "found_next_year"))
    assert finding(unheard_of, words).slide == ()


def test_what_is_wrong_in_shape_shows_its_line_and_what_raised_shows_none() -> None:
    shape = {"case": "plain", "quantity": "m", "actual": [], "expected": [4]}
    wrong = finding(AlgorithmResult("adam", "fail", 0.0, 1.0, message=Message("wrong_shape", shape)), CATALOGUE)
    assert [line.step for line in wrong.concerned] == ["m"]
    assert finding(got("adam", "error", "raised"), CATALOGUE).slide == ()


def test_an_inner_step_that_is_other_before_is_marked() -> None:
    result = got("adam", "fail", "diverges", quantity="w", right=["m"], earlier=[{"quantity": "v", "step": 2}])
    lines = finding(result, CATALOGUE).concerned
    assert [(line.step, line.sign, line.comment) for line in lines] == [
        ("v", "?", "other than the slide's from step 2 on"),
        ("w", "×", "first wrong here"),
    ]


def test_where_some_cases_raise_the_mistake_of_the_others_is_told() -> None:
    result = replace(got("adam", "error", "raised"), diagnosis=Diagnosis("mistake", "no_bias_correction"))
    found = finding(result, CATALOGUE)
    assert (
        "In the other cases: Your values are Adam's without bias correction. m and v start at 0"
        in found.sentence.detail
    )
    assert [line.step for line in found.concerned] == ["m_hat", "v_hat"]


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
