"""What a verdict says: which step and quantity went wrong first, what was right until then, what is only a note."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
import torch

from harness.assignment import Assignment
from harness.grading.expected import Block, Reference
from harness.grading.judge import error_ratios
from harness.grading.replay import read_replay, wire_case
from harness.grading.streams import account
from harness.grading.verdict import Verdict, read_replies, scored, suspect, verdict
from harness.results import Diagnosis
from harness.worker.cases import run_case
from reference import pages
from tests.corpus.forms import SEED, Form, grade, reference
from tests.corpus.forms import graded as grade_with


def momentum(w, grad, *, lr=0.01, gamma=0.9):
    v = 0 * w
    while True:
        v = gamma * v + lr * grad(w)
        w = w - v
        yield {"w": w, "v": v}


def graded(thing, algorithm="momentum"):
    return grade(Form(algorithm, thing, "numpy"))


# -- one number ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actual", "expected", "tolerance", "ratio"),
    [
        (1.5, 1.0, 1.0, 0.5),
        (1.0, 1.0, 0.0, 0.0),  # exact, where nothing may round
        (1.0, 2.0, 0.0, np.inf),
        (np.nan, 1.0, 1.0, np.inf),
        (np.inf, 1.0, 1.0, np.inf),
        (1.0, np.nan, np.inf, np.inf),
        (np.nan, np.nan, np.nan, 0.0),  # equal in place and kind
        (np.inf, np.inf, np.inf, 0.0),
        (-np.inf, np.inf, np.inf, np.inf),
    ],
)
def test_an_error_is_counted_in_tolerances(actual, expected, tolerance, ratio) -> None:
    block = Block(np.array([expected], np.longdouble), np.array([tolerance], np.longdouble))
    assert error_ratios(np.array([actual]), block).tolist() == [ratio]


# -- one algorithm ------------------------------------------------------------------------------------------------


def test_the_first_wrong_step_is_found_with_what_was_before_it() -> None:
    def wrong_from_step_4(w, grad, *, lr=0.01, gamma=0.9):
        for step, each in enumerate(momentum(w, grad, lr=lr, gamma=gamma), start=1):
            yield {**each, "w": each["w"] * 1.001} if step >= 4 else each

    found = graded(wrong_from_step_4)
    first = found.cases[0].first_divergence
    assert found.message is not None
    assert found.message.id == "diverges"
    assert (first.step, first.quantity, first.index) == (4, "w", ())
    assert first.error == pytest.approx(abs(first.actual - first.expected))
    assert first.error > first.tolerance
    assert [row["step"] for row in found.message.params["around"]] == [2, 3, 4]
    assert found.message.params["right"] == ["v"]


def test_an_offered_step_names_the_quantity_that_went_wrong() -> None:
    def wrong_velocity(w, grad, *, lr=0.01, gamma=0.9):
        for step, each in enumerate(momentum(w, grad, lr=lr, gamma=gamma), start=1):
            wrong = 0.01 if step >= 3 else 0
            yield {"w": each["w"] + wrong, "v": each["v"] - wrong}

    first = graded(wrong_velocity).cases[0].first_divergence
    assert (first.step, first.quantity) == (3, "v")


def test_an_offered_step_in_another_scale_costs_nothing() -> None:
    def velocity_without_lr(w, grad, *, lr=0.01, gamma=0.9):
        for each in momentum(w, grad, lr=lr, gamma=gamma):
            yield {"w": each["w"], "v": each["v"] / lr}

    assert graded(velocity_without_lr).status == "pass"


def test_a_velocity_in_another_scale_is_not_taken_for_the_fault() -> None:
    def wrong_late(w, grad, *, lr=0.01, gamma=0.9):
        for step, each in enumerate(momentum(w, grad, lr=lr, gamma=gamma), start=1):
            yield {"w": each["w"] + (step >= 3), "v": each["v"] / lr}

    first = graded(wrong_late).cases[0].first_divergence
    assert (first.step, first.quantity) == (3, "w")


def test_the_point_where_the_gradient_is_asked_decides() -> None:
    first = graded(momentum, "nag").cases[0].first_divergence
    assert (first.step, first.quantity) == (2, "point")


def test_a_wider_dtype_is_a_note() -> None:
    def widened(w, grad, *, lr=0.01, gamma=0.9):
        yield from momentum(w.astype(np.float64), lambda at: grad(at).astype(np.float64), lr=lr, gamma=gamma)

    found = graded(widened)
    assert found.status == "pass"
    assert [(note.id, note.params["argument"]) for note in found.notes] == [("wider_dtype", "w")]


def test_a_narrower_dtype_fails() -> None:
    def narrowed(w, grad, *, lr=0.01, gamma=0.9):
        for each in momentum(w, grad, lr=lr, gamma=gamma):
            yield each["w"].astype(np.float32)

    found = graded(narrowed)
    assert found.message is not None
    assert found.message.id == "narrow_dtype"
    passed = {case.id for case in found.cases if case.status == "pass"}
    assert passed == {"patterns-float32"}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda w: w * np.nan, "not_finite"),
        (lambda w: w[None], "side_of_one"),
        (lambda w: w.tolist() if w.shape else [float(w)], "list_given"),
        (lambda w: np.asarray(w).astype(int), "integers_given"),
        (lambda w: np.asarray(w).astype(object), "objects_given"),
        (lambda w: None, "none_given"),
        (lambda w: {"v": w}, "no_w"),
    ],
)
def test_what_is_no_result_has_a_sentence_of_its_own(spoil, message) -> None:
    def spoilt(w, grad, *, lr=0.01, gamma=0.9):
        for each in momentum(w, grad, lr=lr, gamma=gamma):
            yield spoil(each["w"])

    found = graded(spoilt)
    assert found.status == "fail"
    assert found.message is not None
    assert found.message.id == message


def test_state_shared_by_two_instances_fails_where_they_take_turns() -> None:
    class Shared:
        state = {"v": 0}  # noqa: RUF012  # the mistake

        def __init__(self, lr=0.01, gamma=0.9):
            self.lr, self.gamma = lr, gamma
            self.state["v"] = 0

        def step(self, w, grad):
            self.state["v"] = self.gamma * self.state["v"] + self.lr * grad(w)
            return w - self.state["v"]

    assert [case.id for case in graded(Shared).cases if case.status != "pass"] == ["two-instances"]


def said(thing, algorithm="momentum"):
    message = graded(thing, algorithm).message
    assert message is not None
    return message


def test_a_generator_that_yields_before_its_first_step_is_told_so() -> None:
    def yields_first(w, grad, *, lr=0.01, gamma=0.9):
        yield w
        for each in momentum(w, grad, lr=lr, gamma=gamma):
            yield each["w"]

    message = said(yields_first)
    assert (message.id, message.params) == ("yields_first", {"case": "scalar"})


def test_an_epoch_that_yields_before_its_first_batch_is_told_so() -> None:
    def yields_first(w, grad, order, *, lr=0.01, batch_size=32):
        yield w
        for start in range(0, len(order), batch_size):
            w = w - lr * grad(w, order[start : start + batch_size])
            yield w

    assert said(yields_first, "sgd").id == "yields_first"


def test_never_asking_for_a_gradient_is_another_thing() -> None:
    def stands_still(w, grad, *, lr=0.01, gamma=0.9):
        while True:
            yield w

    assert said(stands_still).id == "grad_calls"


def test_wrong_defaults_are_told_with_the_right_ones() -> None:
    def other_defaults(w, grad, *, lr=0.01, gamma=0.5):
        yield from momentum(w, grad, lr=lr, gamma=gamma)

    message = said(other_defaults)
    assert message.id == "wrong_defaults"
    assert message.params["call"] == "momentum(w, grad, *, lr=0.01, gamma=0.9)"
    assert (message.params["case"], message.params["failing"]) == ("defaults", 1)


def test_a_wrong_default_as_small_as_float32s_rounding_is_a_wrong_default() -> None:
    def other_rate(w, grad, *, lr=0.01 * (1 + 1e-7), gamma=0.9):
        yield from momentum(w, grad, lr=lr, gamma=gamma)

    assert said(other_rate).id == "wrong_defaults"


def test_what_has_lost_its_bound_explains_nothing() -> None:
    """Beside 0/0 in the first step two mistakes of Adam's come to have no bound: they would agree with everything."""

    def without_eps(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        m = v = 0.0
        for t in count(1):
            g = grad(w)
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g**2
            with np.errstate(invalid="ignore"):
                w = w - lr * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t))
            yield w

    adam = pages()["adam"]
    unknown = replace(adam, variants=[each for each in adam.variants if each.id != "eps_missing"])
    assert grade_with(Form("adam", without_eps, "numpy"), Reference(unknown, SEED)).diagnosis is None


@pytest.mark.parametrize("algorithm", ["momentum", "adam"])
def test_state_kept_in_float32_is_told_by_the_size_of_the_error(algorithm) -> None:
    def momentum(w, grad, *, lr=0.01, gamma=0.9):
        v = np.zeros(w.shape, np.float32)
        while True:
            v[...] = gamma * v + lr * grad(w)
            w = w - v
            yield w

    def adam(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        m, v, t = np.zeros(w.shape), np.zeros(w.shape, np.float32), 0
        while True:
            t += 1
            g = grad(w)
            m[...] = beta1 * m + (1 - beta1) * g
            v[...] = beta2 * v + (1 - beta2) * g**2
            w = w - lr * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + eps)
            yield w

    assert said({"momentum": momentum, "adam": adam}[algorithm], algorithm).id == "float32_inside"


@pytest.mark.parametrize("off", [1e-3, 1e-13])
def test_an_error_of_another_size_is_not_float32s(off) -> None:
    def slightly_off(w, grad, *, lr=0.01, gamma=0.9):
        yield from momentum(w, grad, lr=lr * (1 + off), gamma=gamma)

    assert said(slightly_off).id == "diverges"


def test_a_small_error_that_begins_late_is_not_float32s() -> None:
    def late(w, grad, *, lr=0.01, gamma=0.9):
        for step, each in enumerate(momentum(w, grad, lr=lr, gamma=gamma)):
            yield each["w"] * (1 + 1e-8 * (step > 4))

    assert said(late).id == "diverges"


# -- torch beside it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["momentum", "nag", "adam", "sgd"])
def test_a_right_program_is_right_beside_torch_as_well(algorithm) -> None:
    expected = reference(algorithm)
    page = expected.page
    replies = [
        {"runs": run_case(page.function, page.form, wire_case(case, page), [], lambda array: array)}
        for case in expected.cases
    ]
    witnesses = [[account(torch, page, case, stream) for stream in case.streams] for case in expected.cases]
    found = verdict(expected, read_replies(expected, replies), witnesses)
    assert found.status == "pass"
    assert all(0 <= case.torch_ratio <= 1 for case in found.cases if case.torch_ratio is not None)
    assert None not in [case.torch_ratio for case in found.cases]


# -- points -------------------------------------------------------------------------------------------------------


def points(found: Verdict, **policy) -> float:
    return scored(found, reference("rmsprop"), Assignment("hw", "Homework", {"rmsprop": 10.0}, **policy))


def pytorch_rmsprop(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    square = 0 * w
    while True:
        g = grad(w)
        square = gamma * square + (1 - gamma) * g**2
        w = w - lr * g / (np.sqrt(square) + eps)
        yield w


@pytest.mark.parametrize(("dialects", "earned"), [("accept", 10), ("half", 5), ("reject", 0)])
@pytest.mark.parametrize("partial", [True, False])
def test_a_dialect_earns_by_policy(dialects, earned, partial) -> None:
    found = graded(pytorch_rmsprop, "rmsprop")
    assert found.status == "dialect"
    assert points(found, dialects=dialects, partial=partial) == earned


def pytorch_rmsprop_without_0d(w, grad, **hyper):
    len(w)
    yield from pytorch_rmsprop(w, grad, **hyper)


@pytest.mark.parametrize(("dialects", "earned"), [("accept", 7), ("half", 3.5), ("reject", 0)])
def test_an_exception_does_not_hide_the_dialect_of_the_other_cases(dialects, earned) -> None:
    found = graded(pytorch_rmsprop_without_0d, "rmsprop")
    assert Counter(case.status for case in found.cases) == {"error": 1, "dialect": 7}
    assert (found.status, found.diagnosis) == ("error", Diagnosis("dialect", "eps_outside_root"))
    assert found.message is not None
    assert (found.message.id, found.message.params["type"]) == ("raised", "TypeError")
    assert points(found, dialects=dialects) == pytest.approx(10 * earned / 8)
    assert points(found, dialects=dialects, partial=False) == 0


def test_an_exception_does_not_hide_the_mistake_of_the_other_cases() -> None:
    def uphill_without_0d(w, grad, *, lr=0.01, gamma=0.9):
        len(w)
        for each in momentum(w, grad, lr=-lr, gamma=gamma):
            yield each["w"]

    found = graded(uphill_without_0d)
    assert Counter(case.status for case in found.cases) == {"error": 1, "fail": len(found.cases) - 1}
    assert (found.status, found.diagnosis) == ("error", Diagnosis("mistake", "sign_flipped"))
    assert found.message is not None
    assert found.message.id == "raised"


def test_what_came_before_an_exception_must_fit_as_well() -> None:
    def another_thing_in_0d(w, grad, *, lr=0.01, gamma=0.9):
        if w.shape == ():
            yield w - 2 * lr * grad(w)
        len(w)
        for each in momentum(w, grad, lr=-lr, gamma=gamma):
            yield each["w"]

    assert graded(another_thing_in_0d).diagnosis is None


def test_exceptions_alone_are_no_known_mistake() -> None:
    def raises(w, grad, *, lr=0.01, gamma=0.9):
        for step, each in enumerate(momentum(w, grad, lr=lr, gamma=gamma)):
            if step == 3:
                raise RuntimeError
            yield each["w"]

    found = graded(raises)
    assert (found.status, found.diagnosis) == ("error", None)


def test_part_of_the_cases_earns_part_of_the_points() -> None:
    def only_in_float64(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
        square = 0 * w
        while True:
            g = grad(w)
            square = gamma * square + (1 - gamma) * g**2
            w = w - lr * g / np.sqrt(square + eps) * (1 + (w.dtype == np.float32))
            yield w

    found = graded(only_in_float64, "rmsprop")
    assert points(found) == pytest.approx(10 * 7 / 8)
    assert points(found, partial=False) == 0


# -- what a worker may send ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoilt",
    [
        {"w": np.zeros((13,))},  # more steps than were asked for
        {"w": np.zeros((12, 2))},
        {"w": np.zeros(12, np.int64)},
        {"w": None},
        {"calls": np.ones(3, np.int64)},
        {"steps": {"v": np.zeros(5)}},
        {"steps": {"nonsense": np.zeros(12)}},
        {"problem": {"kind": "full_marks"}},
        {"problem": "raised"},
        {"dtypes": 3},
        {"remarks": ["full_marks"]},
        {"remarks": None},
    ],
)
def test_a_reply_that_is_not_what_was_asked_for_is_refused(spoilt) -> None:
    expected = reference("momentum")
    case, page = expected.cases[0], expected.page
    (honest,) = run_case(page.function, page.form, wire_case(case, page), [], lambda array: array)
    assert read_replay(honest, case, case.streams[0], page)
    with pytest.raises((TypeError, KeyError, ValueError, AttributeError)):
        read_replay({**honest, **spoilt}, case, case.streams[0], page)


# -- what is not written ----------------------------------------------------------------------------------------------


def unwritten_scalars(w, grad, *, lr=0.01, gamma=0.9):
    if w.ndim == 0:
        raise NotImplementedError
    return momentum(w, grad, lr=lr, gamma=gamma)


def unwritten(w, grad, *, lr=0.01, gamma=0.9):
    if lr:
        raise NotImplementedError
    yield w


def test_what_is_written_for_some_cases_is_begun() -> None:
    found = graded(unwritten_scalars)
    assert (found.status, found.message.id) == ("error", "partly_written")
    assert found.message.params == {"case": "scalar", "why": "one weight, a 0-d array", "failing": 1, "total": 8}


def test_what_is_written_for_no_case_is_not_started_and_not_run_again() -> None:
    found = graded(unwritten)
    assert found.message.id == "not_started"
    assert suspect(reference("momentum"), found) is None


def test_a_mistake_of_what_is_written_is_kept() -> None:
    def averaged_but_not_for_scalars(w, grad, *, lr=0.01, gamma=0.9):
        if w.ndim == 0:
            raise NotImplementedError
        v = 0 * w
        while True:
            v = gamma * v + (1 - gamma) * lr * grad(w)
            w = w - v
            yield w

    found = graded(averaged_but_not_for_scalars)
    assert found.diagnosis == Diagnosis("mistake", "velocity_averaged")
    assert found.message.id == "partly_written"
