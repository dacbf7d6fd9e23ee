"""What has one cause is told once: by the diagnosis, by what a message says, by what depends on what."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from harness.cli.words import catalogue
from harness.report.findings import Finding, finding, findings
from harness.report.pages import student_page
from harness.report.roots import Root, once, roots
from harness.report.terminal import digest
from harness.results import AlgorithmResult, AssignmentInfo, Diagnosis, Message, Results, SubmissionResult
from tests.cohort import COHORT
from tests.graded import asked, grade

WORDS = catalogue()

SAME = """
import numpy as np

def clip(g):
    return np.clipp(g, -1, 1)

class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.b1, self.b2, self.eps, self.m, self.v = lr, beta1, beta2, eps, 0, 0

    def step(self, w, grad):
        g = grad(w)
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2
        return w - self.lr * self.m / np.sqrt(self.v + self.eps)

class AMSGrad(Adam):
    def step(self, w, grad):
        self.max = getattr(self, "max", 0)
        g = grad(w)
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2
        self.max = np.maximum(self.max, self.v)
        return w - self.lr * self.m / np.sqrt(self.max + self.eps)

class GradientDescent:
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, w, grad):
        return w - self.lr * clip(grad(w))

class Momentum(GradientDescent):
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr = lr

    def step(self, w, grad):
        v = clip(grad(w))
        return w - self.lr * v

def batch_norm_forward(x, gamma, beta, *, eps=1e-5):
    s = np.sqrt(x.var(axis=0))
    x_hat = (x - x.mean(axis=0)) / s
    return gamma * x_hat + beta, (x_hat, gamma, s)

def batch_norm_backward(dy, cache):
    x_hat, gamma, s = cache
    g = dy * gamma
    return (g - g.mean(0) - x_hat * (g * x_hat).mean(0)) / s, (dy * x_hat).sum(0), dy.sum(0)

def batch_norm_inference(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * (x - running_mean) / np.sqrt(running_var) + beta

def adagrad(w, grad, *, lr=0.01, eps=1e-8):
    G = 0 * w
    while True:
        g = grad(w)
        G = G + g**2
        w = w - lr * g / (np.sqrt(G) + eps)
        yield w

def rmsprop(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    G = 0 * w
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g**2
        w = w - lr * g / (np.sqrt(G) + eps)
        yield w
"""
IDS = ("gradient_descent", "momentum", "adagrad", "rmsprop", "adam", "amsgrad", "batch_norm_*")


@pytest.fixture(scope="module")
def same() -> SubmissionResult:
    return grade({"same": SAME}, asked(*IDS))["same"]


def by_cause(found: Sequence[Finding]) -> list[list[str]]:
    return [[each.id for each in root.all] for root in roots(found)]


def test_one_cause_is_one_root(same: SubmissionResult) -> None:
    found = findings(same, WORDS)
    assert by_cause(found.to_fix) == [
        ["gradient_descent", "momentum"],
        ["adam", "amsgrad"],
        ["batch_norm_forward", "batch_norm_backward", "batch_norm_inference"],
    ]
    assert by_cause(found.dialects) == [["adagrad", "rmsprop"]]


def test_the_terminal_tells_it_once_and_lists_the_others(same: SubmissionResult) -> None:
    text = digest(same, WORDS, color=False)
    for once_only in ("m and v start at 0 and are too small", "has no attribute 'clipp'", "→ The slides have √(G + ε)"):
        assert text.count(once_only) == 1
    for part in (
        r"! gradient_descent \(same\.py:\d+\) and 1 more: The code raised AttributeError",
        r"  The same in:\n  ! momentum \(same\.py:\d+\)\n",
        r"  × amsgrad \(same\.py:\d+\)\n"
        r"      Your values are AMSGrad's without bias correction\.\n"
        r"      The paper has none, the slides do: divide m by 1 − β₁ᵗ and v_max by 1 − β₂ᵗ,\n"
        r"      counting t from 1\.\n"
        r"      × m̂ = m / \(1 − β₁ᵗ\)   mistake here\n"
        r"      × v̂ = v_max / \(1 − β₂ᵗ\)   mistake here\n",
        r"  × batch_norm_backward \(same\.py:\d+\)\n      It is checked after your own batch_norm_forward",
        r"To fix: 7 of 9, with 3 causes\.",
    ):
        assert re.search(part, text), part


def test_the_page_tells_it_once_and_every_algorithm_keeps_its_anchor(same: SubmissionResult) -> None:
    results = Results(AssignmentInfo("hw8", "Homework", 9.0, "7f3ac21e"), COHORT.environment, (same,))
    page = student_page(same, results, WORDS)
    assert page.count("m and v start at 0 and are too small") == 1
    assert "To fix 2 / 3" in page
    for each in same.algorithms:
        assert page.count(f'id="{each.id}"') == 1
    start = page.index('id="adam"')
    assert start < page.index('id="amsgrad"') < page.index("</article>", start)
    assert "0 of 2 points" in page


# -- causes ---------------------------------------------------------------------------------------------------------


def failed(id: str, message: str, **params: object) -> Finding:
    return finding(AlgorithmResult(id, "error", 0.0, 1.0, message=Message(message, params)), WORDS)


def raised(id: str, type: str, text: str, line: int | None) -> Finding:
    return failed(id, "raised", type=type, text=text, file="hw.py" if line else None, line=line)


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (raised("adam", "ValueError", "a", 3), raised("nag", "ValueError", "b", 3), True),
        (raised("adam", "ValueError", "a", 3), raised("nag", "ValueError", "a", 4), False),
        (raised("adam", "ValueError", "a", 3), raised("nag", "KeyError", "a", 3), False),
        (raised("adam", "NameError", "name 'np'", 3), raised("nag", "NameError", "name 'np'", 40), True),
        (raised("adam", "NameError", "name 'np'", 3), raised("nag", "NameError", "name 'xp'", 40), False),
        (raised("adam", "AttributeError", "module 'numpy' x", 3), raised("nag", "AttributeError", "'A' x", 40), False),
        (raised("adam", "ValueError", "a", None), raised("nag", "ValueError", "a", None), False),
        (failed("adam", "signature", text="no 'lr'"), failed("nag", "signature", text="no 'lr'"), True),
        (failed("adam", "signature", text="no 'lr'"), failed("nag", "signature", text="no 'eps'"), False),
        (failed("adam", "float32_inside"), failed("nag", "float32_inside"), True),
        (failed("adam", "diverges"), failed("nag", "diverges"), False),
        (failed("adam", "found_next_year"), failed("nag", "found_next_year"), False),
        (failed("batch_norm_forward", "diverges"), failed("nag", "after_wrong", needs="batch_norm_forward"), True),
        (failed("adam", "needs", needs="nag"), failed("nag", "needs", needs="adam"), True),  # no results say this
    ],
)
def test_what_makes_one_cause(first: Finding, second: Finding, together: bool) -> None:
    assert by_cause([first, second]) == ([[first.id, second.id]] if together else [[first.id], [second.id]])


def test_one_id_means_the_same_among_what_is_alike_only() -> None:
    def known(id: str) -> Finding:
        params = {"mistake": "t_off_by_one", "case": "a", "why": "b"}
        message, diagnosis = Message("mistake", params), Diagnosis("mistake", "t_off_by_one")
        return finding(AlgorithmResult(id, "fail", 0.0, 1.0, message=message, diagnosis=diagnosis), WORDS)

    found = [known(id) for id in ("adam", "time_decay", "step_decay", "keras_adam")]
    assert by_cause(found) == [["adam", "keras_adam"], ["time_decay", "step_decay"]]


def test_what_is_not_said_of_the_first_is_said_of_the_other() -> None:
    told, other = (
        failed("adam", "signature", text="a", call="adam(w)"),
        failed("nag", "signature", text="a", call="n(w)"),
    )
    assert Root(told, (other,)).differs(other) == ("Take the parameters by these names: n(w).",)


def test_a_remedy_of_its_own_is_told_beside_its_lines_too() -> None:
    """At test time one is to multiply by p, the other to have divided by 1 − rate before."""
    found = [
        finding(
            AlgorithmResult(
                id,
                "fail",
                0.0,
                1.0,
                message=Message("mistake", {"mistake": "not_scaled", "case": "a", "why": "b"}),
                diagnosis=Diagnosis("mistake", "not_scaled"),
            ),
            WORDS,
        )
        for id in ("dropout_test", "inverted_dropout")
    ]
    (root,) = roots(found)
    assert root.told.concerned
    assert found[0].sentence.remedy != found[1].sentence.remedy
    assert found[1].sentence.remedy in root.differs(found[1])


def test_what_is_wrong_in_the_other_cases_is_told_of_each() -> None:
    def refused(id: str, diagnosis: Diagnosis | None) -> Finding:
        message = Message("signature", {"text": "a", "call": "f(w)"})
        return finding(AlgorithmResult(id, "error", 0.0, 1.0, message=message, diagnosis=diagnosis), WORDS)

    first, other = refused("momentum", None), refused("adam", Diagnosis("mistake", "no_bias_correction"))
    (said,) = Root(first, (other,)).differs(other)
    assert said.startswith("In the other cases: ")


def test_notes_that_say_the_same_are_one() -> None:
    wide = [
        Message("wider_dtype", {"algorithm": id, "actual": "float64", "expected": "float32"}) for id in ("adam", "nag")
    ]
    other = Message("several_names", {"algorithm": "adam", "chosen": "Adam", "others": []})
    merged, kept = once([wide[0], other, wide[1]])
    assert merged.params["algorithm"] == ["adam", "nag"]
    assert kept == other
    assert once(wide[:1]) == tuple(wide[:1])
