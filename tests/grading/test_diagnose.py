"""Which explanation is named: ties, the student's own inner steps, other defaults, the order of two mistakes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness.grading.expected import Reference
from harness.grading.verdict import Verdict
from reference import pages
from tests.corpus.forms import Form, grade, graded


def first_steps(algorithm: str, steps: int) -> Reference:
    """A page that has one case, so short that some of its mistakes cannot be told apart."""
    expected = Reference(pages()[algorithm], seed=8)
    case = next(case for case in expected.cases if case.id == "scalar")
    streams = tuple(replace(stream, grads=stream.grads[:steps]) for stream in case.streams)
    expected.cases = (replace(case, streams=streams),)
    return expected


def named(found: Verdict) -> tuple[str, str | None, list[list[str]]]:
    assert found.message is not None
    params = found.message.params
    return params[found.message.id], params["second"], params["also"]


def rmsprop_without_a_factor(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8, names=("w",)):
    G = 0 * w
    while True:
        g = grad(w)
        G = gamma * G + g**2
        w = w - lr * g / np.sqrt(G + eps)
        yield {name: {"w": w, "G": G}[name] for name in names}


def test_what_explains_as_well_is_named_too() -> None:
    found = graded(Form("rmsprop", rmsprop_without_a_factor, "numpy"), first_steps("rmsprop", 1))
    assert named(found) == (
        "sum_not_average",
        None,
        [["one_minus_gamma_missing"], ["average_not_kept"], ["bias_corrected"]],
    )


def test_what_the_cases_tell_apart_is_no_tie() -> None:
    found = graded(Form("rmsprop", rmsprop_without_a_factor, "numpy"), first_steps("rmsprop", 3))
    assert named(found) == ("one_minus_gamma_missing", None, [])


def test_an_offered_step_decides_between_equals() -> None:
    def offering(w, grad, **hyper):
        return rmsprop_without_a_factor(w, grad, **hyper, names=("w", "G"))

    found = graded(Form("rmsprop", offering, "numpy"), first_steps("rmsprop", 1))
    alike = [["one_minus_gamma_missing"], ["average_not_kept"]]  # bias_corrected has another G
    assert named(found) == ("sum_not_average", None, alike)


def test_an_offered_step_in_another_scale_decides_nothing() -> None:
    def offering(w, grad, **hyper):
        for each in rmsprop_without_a_factor(w, grad, **hyper, names=("w", "G")):
            yield {**each, "G": 100 * each["G"]}

    found = graded(Form("rmsprop", offering, "numpy"), first_steps("rmsprop", 1))
    assert named(found) == (
        "sum_not_average",
        None,
        [["one_minus_gamma_missing"], ["average_not_kept"], ["bias_corrected"]],
    )


def test_pairs_that_explain_alike_are_all_named() -> None:
    """Uphill, and in two steps a t that stays 1 is as good as one that comes late."""

    def uphill_and_uncounted(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        m = v = 0 * w
        while True:
            g = grad(w)
            m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
            w = w + lr * m / (1 - beta1) / np.sqrt(v / (1 - beta2) + eps)
            yield w

    first, second, also = named(graded(Form("adam", uphill_and_uncounted, "numpy"), first_steps("adam", 2)))
    pairs = {frozenset(pair) for pair in ([first, second], *also)}
    assert pairs == {frozenset({"sign_flipped", "t_constant"}), frozenset({"sign_flipped", "t_off_by_one"})}
    assert len(also) == 1


# -- defaults of one's own ----------------------------------------------------------------------------------------


def adagrad_with_other_defaults(w, grad, *, lr=0.5, eps=1e-3, late=False, outside=False):
    G = 0 * w
    while True:
        g = grad(w)
        before, G = G, G + g**2
        used = before if late else G
        w = w - lr * g / (np.sqrt(used) + eps if outside else np.sqrt(used + eps))
        yield w


def test_other_defaults_hide_no_mistake() -> None:
    def late(w, grad, **hyper):
        return adagrad_with_other_defaults(w, grad, **hyper, late=True)

    found = grade(Form("adagrad", late, "numpy"))
    assert named(found) == ("accumulator_late", None, [])
    assert found.message is not None
    assert found.message.params["defaults"].startswith("adagrad(w, grad, *, lr=0.01")
    assert found.message.params["case"] not in ("defaults", "slide-example"), "a case that the mistake explains"


def test_other_defaults_cost_what_a_dialect_does_not() -> None:
    def outside(w, grad, **hyper):
        return adagrad_with_other_defaults(w, grad, **hyper, outside=True)

    found = grade(Form("adagrad", outside, "numpy"))
    by_status = {status: [case.id for case in found.cases if case.status == status] for status in ("fail", "dialect")}
    assert sorted(by_status["fail"]) == ["defaults", "slide-example"]
    assert len(by_status["dialect"]) == len(found.cases) - 2
    assert found.status == "fail"
    assert found.message is not None
    assert (found.message.id, found.message.params["failing"]) == ("wrong_defaults", 2)
    assert found.diagnosis is not None
    assert found.diagnosis.id == "eps_outside_root"


def test_other_defaults_alone_are_told_as_such() -> None:
    found = grade(Form("adagrad", adagrad_with_other_defaults, "numpy"))
    assert found.message is not None
    assert (found.message.id, found.diagnosis) == ("wrong_defaults", None)


# -- two at once ----------------------------------------------------------------------------------------------------


def test_of_two_mistakes_the_one_comes_first_that_explains_more_by_itself() -> None:
    def averages_uphill(w, grad, *, lr=0.01, gamma=0.9):
        v = 0 * w
        while True:
            v = gamma * v + (1 - gamma) * grad(w)
            w = w + lr * v
            yield w

    assert named(grade(Form("momentum", averages_uphill, "numpy")))[:2] == ("sign_flipped", "velocity_averaged")


def test_of_two_that_explain_nothing_alone_the_one_comes_first_whose_line_does() -> None:
    def swapped_uphill(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        m = v = 0 * w
        t = 0
        while True:
            g, t = grad(w), t + 1
            m, v = beta2 * m + (1 - beta2) * g, beta1 * v + (1 - beta1) * g**2
            w = w + lr * m / (1 - beta2**t) / np.sqrt(v / (1 - beta1**t) + eps)
            yield w

    found = grade(Form("adam", swapped_uphill, "numpy"))
    assert named(found)[:2] == ("betas_swapped", "sign_flipped")
    assert found.message is not None
    assert found.message.params["touched"] == ["m", "v", "m_hat", "v_hat", "w"]


# -- nothing fits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("offered", "earlier"), [(("w", "s"), [{"quantity": "s", "step": 1}]), (("w", "G"), [])])
def test_an_inner_step_that_is_wrong_before_w_is_told(offered, earlier) -> None:
    def s_averages_the_wrong_one(w, grad, *, gamma=0.95, eps=1e-6):
        G = s = 0 * w
        while True:
            g = grad(w)
            G = gamma * G + (1 - gamma) * g**2
            w = w - g * np.sqrt(s + eps) / np.sqrt(G + eps)
            s = gamma * s + (1 - gamma) * G
            yield {name: {"w": w, "G": G, "s": s}[name] for name in offered}

    found = grade(Form("adadelta", s_averages_the_wrong_one, "numpy"))
    assert found.message is not None
    assert (found.message.id, found.message.params["step"], found.message.params["quantity"]) == ("diverges", 2, "w")
    assert found.message.params["earlier"] == earlier
