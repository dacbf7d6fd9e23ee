"""What is said of plain functions: exact results, lost digits, shapes as evidence, one function after another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.grading.calls import Calls
from harness.grading.verdict import Verdict, repeats
from harness.grading.witness import FORMS
from reference import pages
from tests.corpus.forms import Form, grade, largest_ratio, reference
from tests.graded import algorithm, asked
from tests.graded import grade as grade_batch


def graded(thing: Any, id: str, before: Any = None, backend: str = "numpy") -> Verdict:
    with np.errstate(all="ignore"):
        return grade(Form(id, thing, backend, before=before))


def said(found: Verdict) -> str | None:
    return found.message.id if found.message else None


# -- how exact ------------------------------------------------------------------------------------------------------


def test_a_rounding_where_the_page_makes_none_is_no_mistake() -> None:
    """At t = 0 the page's own lines give lr itself, to the last bit."""

    def by_logarithm(lr, k, t):
        return np.exp(np.log(lr) - k * t)

    def by_reciprocal(lr, drop, every, t):
        return 1 / (1 / lr * (1 / drop) ** (t // every))

    assert graded(by_logarithm, "exponential_decay").status == "pass"
    assert graded(by_reciprocal, "step_decay").status == "pass"


def test_a_zero_must_be_one() -> None:
    def nearly(x, p, u):
        return np.where(u < p, x, 1e-300)

    found = graded(nearly, "dropout_train")
    assert found.status == "fail"
    assert largest_ratio(found) == np.inf


def test_a_constant_must_be_exactly_zero() -> None:
    def nearly(x):
        sigma = x.std(axis=0)
        return np.where(sigma == 0, 1e-300, (x - x.mean(axis=0)) / np.where(sigma == 0, 1, sigma))

    assert graded(nearly, "standardize").status == "fail"


def test_labels_are_compared_as_they_are() -> None:
    def first(labels):
        return labels[0]

    found = graded(first, "ensemble_vote")
    assert found.status == "fail"
    first_wrong = next(case.first_divergence for case in found.cases if case.first_divergence)
    assert first_wrong.tolerance == 0
    assert first_wrong.error >= 1


# -- digits that are lost, and that are too many or too few ---------------------------------------------------------


def test_a_variance_by_two_large_numbers_is_right_with_a_note() -> None:
    def loses(x):
        sigma = np.sqrt(np.maximum((x * x).mean(axis=0) - x.mean(axis=0) ** 2, 0))
        return (x - x.mean(axis=0)) / np.where(sigma == 0, 1, sigma)

    found = graded(loses, "standardize")
    assert found.status == "pass"
    assert [note.id for note in found.notes] == ["cancellation"]


def test_the_note_covers_no_mistake() -> None:
    def loses_and_forgets(x):
        return (x - x.mean(axis=0)) / np.sqrt(np.maximum((x * x).mean(axis=0) - x.mean(axis=0) ** 2, 0))

    assert graded(loses_and_forgets, "standardize").status == "fail"


def test_fewer_digits_than_came_in_fail_and_more_are_a_note() -> None:
    def narrow(x):
        return standard(x).astype(np.float32)

    def wide(x):
        return standard(x.astype(np.float64))

    def standard(x):
        sigma = x.std(axis=0)
        return (x - x.mean(axis=0)) / np.where(sigma == 0, 1, sigma)

    assert said(graded(narrow, "standardize")) == "narrow_dtype"
    found = graded(wide, "standardize")
    assert (found.status, [note.id for note in found.notes]) == ("pass", ["wider_dtype"])
    assert found.notes[0].params["argument"] == pages()["standardize"].arguments[0]


# -- evidence -------------------------------------------------------------------------------------------------------


def test_a_wrong_shape_is_evidence_too() -> None:
    found = graded(lambda predictions: predictions.mean(axis=1), "ensemble_average")
    assert found.diagnosis is not None
    assert found.diagnosis.id == "wrong_axis"


def test_the_first_wrong_element_comes_last_in_the_table() -> None:
    def last_is_off(images, delta):
        y = np.clip(images + delta[:, None, None, None], 0, 1)
        y[-1, -1, -1, -1] += 0.5
        return y

    found = graded(last_is_off, "adjust_brightness")
    assert found.message is not None
    rows = found.message.params["around"]
    assert [row["error"] <= row["tolerance"] for row in rows] == [True, True, False]
    assert rows[-1]["index"] == found.message.params["index"]
    assert found.message.params["step"] is None


def test_a_number_is_told_by_what_it_was_called_with() -> None:
    found = graded(lambda lr, decay, t: lr / (1 + decay * t) + (t == 2), "time_decay")
    assert found.message is not None
    rows = found.message.params["around"]
    assert [row["call"] for row in rows] == [{"t": 0}, {"t": 1}, {"t": 2}]
    assert set(found.message.params["hyper"]) == {"lr", "decay"}


def test_the_argument_given_back_is_told_as_that() -> None:
    def unfinished(x):
        (x - x.mean(axis=0)) / x.std(axis=0)
        return x

    found = graded(unfinished, "standardize")
    assert found.message is not None
    assert (found.message.id, found.message.params["argument"]) == ("gives_back", "x")


def test_results_in_another_order_are_told_as_that() -> None:
    def backward(dy, cache):
        return dy.sum(axis=0), (dy * cache).sum(axis=0), dy

    def forward(x, gamma, beta, eps=1e-5):
        x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
        return gamma * x_hat + beta, x_hat

    assert said(graded(backward, "batch_norm_backward", forward)) == "returns_order"


def test_draws_of_its_own_are_told_as_that() -> None:
    source = """
import numpy as np
def dropout_train(x, p, u):
    return x * (np.random.rand(*x.shape) < p)
"""
    result = algorithm(grade_batch({"kim": source}, asked("dropout_train"))["kim"], "dropout_train")
    assert result.message is not None
    assert (result.status, result.message.id) == ("fail", "not_repeatable")


@pytest.mark.parametrize(
    "source",
    ["raise ValueError(f'it was {time.perf_counter_ns()}')", "open(tempfile.mkdtemp() + '/weights')"],
)
def test_an_exception_that_tells_something_else_each_time_draws_nothing(source: str) -> None:
    source = f"import tempfile, time\ndef dropout_train(x, p, u):\n    {source}\n"
    result = algorithm(grade_batch({"kim": source}, asked("dropout_train"))["kim"], "dropout_train")
    assert result.message is not None
    assert (result.status, result.message.id) == ("error", "raised")


def test_an_exception_of_another_type_or_at_another_step_is_another() -> None:
    raised = {"kind": "raised", "type": "ValueError", "step": 3, "text": "at 12:00", "frames": [{"line": 1}]}
    assert repeats([{"problem": raised}], [{"problem": {**raised, "text": "at 12:01", "frames": []}}])
    for other in ({"type": "KeyError"}, {"step": 4}, {"kind": "forbidden"}):
        assert not repeats([{"problem": raised}], [{"problem": {**raised, **other}}])
    assert not repeats({"problem": raised}, {"problem": None})


# -- one after another ----------------------------------------------------------------------------------------------

FORWARD = """
import numpy as np

def batch_norm_forward(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0{ddof})
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, gamma, np.sqrt(var + eps))
"""
BACKWARD = """
def batch_norm_backward(dy, cache):
    x_hat, gamma, std = cache
    dgamma, dbeta = (dy * x_hat).sum(axis=0), dy.sum(axis=0)
    return gamma / std * (dy - dbeta / len(dy) - x_hat * dgamma / len(dy)), dgamma, dbeta
"""


def both(source: str, *ids: str) -> dict[str, tuple[str, str | None]]:
    result = grade_batch({"kim": source}, asked(*(ids or ("batch_norm_forward", "batch_norm_backward"))))["kim"]
    found = ((id, algorithm(result, id)) for id in ids or ("batch_norm_forward", "batch_norm_backward"))
    return {id: (each.status, each.message and each.message.id) for id, each in found}


def test_a_backward_pass_is_run_after_the_students_own_forward_pass() -> None:
    right = FORWARD.format(ddof="") + BACKWARD
    assert both(right) == {"batch_norm_forward": ("pass", None), "batch_norm_backward": ("pass", None)}
    assert both(right, "batch_norm_backward") == {"batch_norm_backward": ("pass", None)}


def test_where_the_forward_pass_is_wrong_or_not_there_the_message_says_so() -> None:
    wrong = both(FORWARD.format(ddof=", ddof=1") + BACKWARD)
    assert wrong == {"batch_norm_forward": ("fail", "mistake"), "batch_norm_backward": ("fail", "after_wrong")}
    absent = both("import numpy as np\n" + BACKWARD)
    assert absent == {"batch_norm_forward": ("missing", "missing"), "batch_norm_backward": ("fail", "needs")}


def test_where_the_forward_pass_is_a_dialect_the_message_says_so() -> None:
    outside = FORWARD.format(ddof="").replace("np.sqrt(var + eps)", "(np.sqrt(var) + eps)")
    wrong = BACKWARD.replace("dy - dbeta", "3 * dy - dbeta")
    found = both(outside + wrong)
    assert found == {"batch_norm_forward": ("dialect", "dialect"), "batch_norm_backward": ("fail", "after_dialect")}


# -- two things wrong at once -----------------------------------------------------------------------------------------


def normalized(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0, ddof=1) + eps) + beta, None


def single(function):
    """The same computed in float32, whatever it is given."""

    def inside(*args, **hyper):
        y, cache = function(*(each.astype(np.float32) for each in args), **hyper)
        return y.astype(args[0].dtype), cache

    return inside


def told(found: Verdict) -> tuple[str | None, str | None]:
    """The id of what is named, and of the message told beside it."""
    assert found.message is not None
    seen = found.message.params.get("seen")
    return found.diagnosis and found.diagnosis.id, seen and seen["id"]


def test_a_mistake_is_named_where_float32_is_kept_inside_as_well() -> None:
    found = graded(single(normalized), "batch_norm_forward")
    assert (said(found), *told(found)) == ("mistake", "ddof_1", "float32_inside")


def test_a_convention_in_float32_fails_for_float32() -> None:
    def outside(x, gamma, beta, *, eps=1e-5):
        return gamma * (x - x.mean(0)) / (x.std(0) + eps) + beta, None

    found = graded(single(outside), "batch_norm_forward")
    assert (found.status, said(found), found.diagnosis and found.diagnosis.id) == (
        "fail", "float32_inside", "eps_outside_root",
    )  # fmt: skip
    assert {case.status for case in found.cases} <= {"pass", "fail"}


def test_what_differs_by_a_small_number_only_is_not_taken_for_float32() -> None:
    """In float32 a range of 1e-8 beside 1 would be none; here all else has every digit."""

    def drops_small_ranges(x):
        span = x.max(0) - x.min(0)
        return np.where(span < 1e-8, 0, (x - x.min(0)) / np.where(span == 0, 1, span))

    found = graded(drops_small_ranges, "min_max_normalize")
    assert (said(found), found.diagnosis) == ("diverges", None)


@pytest.mark.parametrize("default", [1e-3, 1e-8])
def test_a_mistake_is_named_beside_other_defaults(default) -> None:
    def sample(x, gamma, beta, *, eps=default):
        return normalized(x, gamma, beta, eps=eps)

    found = graded(sample, "batch_norm_forward")
    assert (said(found), *told(found)) == ("mistake", "ddof_1", None)
    assert found.message is not None
    assert found.message.params["defaults"] == pages()["batch_norm_forward"].call


def test_a_convention_with_other_defaults_fails_for_these() -> None:
    def outside(x, gamma, beta, *, eps=1e-8):
        return gamma * (x - x.mean(0)) / (x.std(0) + eps) + beta, None

    found = graded(outside, "batch_norm_forward")
    assert (found.status, said(found), found.diagnosis and found.diagnosis.id) == (
        "fail", "wrong_defaults", "eps_outside_root",
    )  # fmt: skip
    assert found.message is not None
    assert found.message.params["case"] == "defaults"


def test_of_two_mistakes_the_one_that_is_no_detail_is_told_first() -> None:
    """The page lists N − 1 before the missing shift, which changes every number by far more."""

    def forgets(x, gamma, beta, *, eps=1e-5):
        return normalized(x, gamma, 0 * beta, eps=eps)

    found = graded(forgets, "batch_norm_forward")
    assert found.diagnosis is not None
    assert found.message is not None
    assert (found.diagnosis.id, found.message.params["second"]) == ("scale_shift_missing", "ddof_1")


# -- replies that are none ------------------------------------------------------------------------------------------

X = np.zeros((2, 3))


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"results": {}},
        {"results": {"y": np.zeros((9, 9))}},
        {"results": {"y": np.zeros(3, np.int64)}},
        {"results": {"y": 3.0}},
        {"results": {"z": X}},
        {"dtypes": {}},
        {"steps": {"var": np.zeros(7)}},
        {"steps": {"nonsense": X}},
        {"problem": {"kind": "pass"}},
        {"problem": {}},
        {"problem": 3},
        {"remarks": ["nonsense"]},
        {"remarks": 3},
    ],
)
def test_a_forged_reply_is_refused(forged: dict[str, Any]) -> None:
    expected = reference("standardize")
    honest: list[dict[str, Any]] = [
        {
            "results": {"y": np.zeros_like(call.args["x"])},
            "dtypes": {"y": "float64"},
            "steps": {},
            "remarks": [],
            "problem": None,
        }
        for call in expected.cases[0].calls
    ]
    assert Calls().read(expected, 0, {"runs": honest})
    runs = [{**each, **forged} if forged else {} for each in honest]
    with pytest.raises((TypeError, KeyError, ValueError, AttributeError)):
        Calls().read(expected, 0, {"runs": runs})


def test_every_form_of_the_pages_is_known() -> None:
    assert {page.form for page in pages().values()} <= FORMS.keys()
