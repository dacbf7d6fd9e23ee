"""A cohort made by hand: every status, every message, and one student whose every word is an attack."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import Any

from harness.grading.unasked import GIVEN, REMARKS, SHAPES
from harness.report.catalogue import AlgorithmText, Catalogue, VariantText
from harness.results import (
    AlgorithmResult,
    AssignmentInfo,
    CaseResult,
    Diagnosis,
    Divergence,
    Environment,
    LoadError,
    Message,
    Results,
    Source,
    Status,
    SubmissionResult,
)

_ADAM_STEPS = {
    "m": "m ← β₁m + (1 − β₁)g",
    "v": "v ← β₂v + (1 − β₂)g²",
    "m_hat": "m̂ = m / (1 − β₁ᵗ)",
    "v_hat": "v̂ = v / (1 − β₂ᵗ)",
    "w": "w ← w − η m̂ / √(v̂ + ε)",
}
_ADAM_VARIANTS = (
    VariantText(
        "mistake",
        "no_bias_correction",
        "Your values are Adam's without bias correction.",
        "m and v start at 0 and are too small at first. Divide m by 1 − β₁ᵗ and v by 1 − β₂ᵗ, counting t from 1.",
        touched=("m_hat", "v_hat"),
    ),
    VariantText("mistake", "betas_swapped", "β₁ and β₂ are swapped.", "β₁ belongs to m, β₂ to v.", touched=("m", "v")),
    VariantText(
        "dialect",
        "eps_outside_root",
        "ε stands outside the root: √v̂ + ε.",
        "The slides have √(v̂ + ε). The two differ where v̂ is as small as ε.",
        home="the paper's Algorithm 1, PyTorch, Optax",
        touched=("w",),
    ),
)


def _text(
    id: str,
    title: str,
    topic: str,
    call: str,
    steps: Mapping[str, str] | None = None,
    variants: tuple[VariantText, ...] = (),
) -> AlgorithmText:
    text = f"{title}, in a sentence that says what it is for.\n\nAnd a second paragraph on where sources disagree."
    return AlgorithmText(id, title, topic, f"{id}({call})", title, text, steps or {}, {v.id: v for v in variants})


CATALOGUE: Catalogue = {
    text.id: text
    for text in (
        _text("gradient_descent", "Gradient descent", "Optimizers", "w, grad, *, lr=0.01", {"w": "w ← w − ηg"}),
        _text("sgd", "SGD", "Optimizers", "w, grad, order, *, lr=0.01, batch_size=32", {"w": "w ← w − η∇(w, b)"}),
        _text(
            "momentum",
            "Momentum",
            "Optimizers",
            "w, grad, *, lr=0.01, gamma=0.9",
            {"v": "v ← γv + η∇(w)", "w": "w ← w − v"},
            (
                VariantText(
                    "mistake", "velocity_averaged", "The velocity is an average.", "v ← γv + η∇(w).", "", ("v",)
                ),
            ),
        ),
        _text(
            "nag",
            "Nesterov's accelerated gradient",
            "Optimizers",
            "w, grad, *, lr=0.01, gamma=0.9",
            {"v": "v ← γv + η∇(w − γv)", "w": "w ← w − v"},
        ),
        _text("adagrad", "Adagrad", "Optimizers", "w, grad, *, lr=0.01, eps=1e-08", {"G": "G ← G + g²"}),
        _text("rmsprop", "RMSProp", "Optimizers", "w, grad, *, lr=0.001, gamma=0.99, eps=1e-08"),
        _text("adadelta", "AdaDelta", "Optimizers", "w, grad, *, gamma=0.95, eps=1e-06"),
        _text(
            "adam",
            "Adam",
            "Optimizers",
            "w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08",
            _ADAM_STEPS,
            _ADAM_VARIANTS,
        ),
        _text("amsgrad", "AMSGrad", "Optimizers", "w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08"),
        _text("time_decay", "Time-based decay", "Decay", "lr, decay, t"),
        _text("step_decay", "Step decay", "Decay", "lr, drop, every, t"),
        _text("exponential_decay", "Exponential decay", "Decay", "lr, k, t"),
        _text("keras_sgd", "Keras's SGD", "Keras", "w, grad, *, lr=0.01, momentum=0.0, decay=0.0, nesterov=False"),
        _text("keras_adam", "Keras's Adam", "Keras", "w, grad, *, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None"),
    )
}


def _moment(step: int, expected: float, actual: float, torch: float | None = None) -> dict[str, Any]:
    tolerance = 1.5e-6
    return {
        "step": step,
        "expected": expected,
        "torch": expected if torch is None else torch,
        "actual": actual,
        "error": abs(expected - actual),
        "tolerance": tolerance,
    }


VALUES: Mapping[str, Any] = {
    "case": "late-start-float32",
    "why": "the gradient is 0 for three steps, then random",
    "dtype": "float32",
    "hyper": {"lr": 0.02, "beta1": 0.8, "beta2": 0.99},
    "step": 4,
    "quantity": "m_hat",
    "index": [0],
    "right": ["m", "v"],
    "earlier": [],
    "around": [
        _moment(2, 0.589905, 0.589905),
        _moment(3, 0.589905, 0.589905),
        _moment(4, 0.576456, 0.549905, 0.57645603),
    ],
    "failing": 12,
    "total": 12,
}
"""The numeric parameters that several messages share."""

NAN_VALUES = {**VALUES, "quantity": "w", "around": [{**_moment(4, 0.576456, 0.0), "actual": "nan", "error": "nan"}]}

FRAMES = [
    {"file": "optim.py", "line": 41, "function": "step", "code": "m_hat = self.m / self.correction()"},
    {"file": "optim.py", "line": 12, "function": "correction", "code": "return 1 / (1 - self.b1**self.t)"},
]

_LEFT_OUT = {"names": ["/etc/adam.py", "C:\\adam.py"], "more": 3}
_GRID = {"case": "two-names", "why": "3 × 2 trials"}
_DRAWS = {"case": "mixed-scales", "why": "two hyper-parameters on a log scale beside two uniform ones"}
_MASKS = {"case": "quarter", "why": "a quarter is dropped"}
_ALONE = {"also": [], "second": None, "touched": [], "defaults": None, "seen": None}
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "mistake": {**VALUES, **_ALONE, "mistake": "no_bias_correction"},
    "dialect": {**VALUES, **_ALONE, "quantity": "w", "dialect": "eps_outside_root"},
    "diverges": VALUES,
    "not_finite": NAN_VALUES,
    "grad_calls": {"case": "scalar", "step": 1, "calls": 2, "wanted": 1},
    "yields_first": {"case": "scalar"},
    "float32_inside": VALUES,
    "wrong_defaults": {"case": "defaults", "call": "adam(w, grad, *, lr=0.001)", "failing": 1, "total": 7},
    "raised": {
        "case": "scalar",
        "why": "one weight",
        "step": 1,
        "type": "ZeroDivisionError",
        "text": "float division by zero",
        "file": "optim.py",
        "line": 12,
        "function": "correction",
        "frames": FRAMES,
    },
    "not_started": {},
    "partly_written": {"case": "scalar", "why": "one weight, a 0-d array", "failing": 1, "total": 7},
    "timeout": {"seconds": 10},
    "memory": {"mb": 2048},
    "crash": {"signal": "SIGSEGV", "code": None},
    "missing": {"call": "adam(w, grad, *, lr=0.001)"},
    "signature": {
        "text": "step() missing 1 required positional argument: 'grad'",
        "call": "adam(w, grad, *, lr=0.001)",
    },
    "no_step": {"has": ["update", "reset"]},
    "grad_not_called": {},
    "not_iterator": {"type": "ndarray"},
    "stopped_early": {"case": "scalar", "why": "one weight", "step": 1, "steps": 40},
    **{
        id: {
            "case": "tensor",
            "why": "weights in an array",
            "step": 1,
            "quantity": "w",
            "type": "a list of 4",
            "wanted": "an array of floats",
        }
        for id in GIVEN
    },
    **{
        id: {
            "case": "tensor",
            "why": "weights in an array",
            "step": 1,
            "quantity": "w",
            "actual": [4, 4],
            "expected": [4],
        }
        for id in SHAPES
    },
    **{id: {"algorithm": "adam"} for id in REMARKS},
    "not_repeatable": {"case": "plain", "failing": 3, "total": 5},
    "gives_back": {"case": "plain", "why": "five examples", "argument": "x", "failing": 3, "total": 5},
    "returns_order": {"case": "plain", "why": "five examples", "wanted": ["dx", "dgamma", "dbeta"]},
    "returns_nothing": {"case": "plain", "why": "one weight"},
    "returns_other": {"case": "plain", "why": "one weight", "wanted": ["y", "cache"], "type": "tuple of 3"},
    "needs": {"case": "plain", "needs": "batch_norm_forward"},
    "after_dialect": {**VALUES, "needs": "batch_norm_forward"},
    "after_wrong": {**VALUES, "needs": "batch_norm_forward"},
    "cancellation": {"algorithm": "standardize", "case": "offset", "why": "far from 0 and close together"},
    "narrow_dtype": {"case": "defaults", "step": 1, "quantity": "w", "actual": "float32", "expected": "float64"},
    "no_w": {"case": "scalar", "why": "one weight", "step": 1, "keys": ["m", "v"]},
    "harness_error": {"text": "the worker did not start"},
    "syntax_error": {"file": "optim.py", "line": 14, "text": "'(' was never closed", "code": "w = np.sqrt(v"},
    "import_raised": {"type": "NameError", "text": "name 'np' is not defined", "file": "optim.py", "line": 3},
    "import_timeout": {"seconds": 10, "file": "optim.py"},
    "import_crash": {"signal": None, "code": 3, "file": "optim.py"},
    "import_memory": {"mb": 2048, "file": "optim.py"},
    "import_threads": {"limit": 256, "file": "optim.py"},
    "import_files": {"mb": 64, "limit": 4096, "file": "optim.py"},
    "import_flood": {"mb": 64, "file": "optim.py"},
    "import_overtime": {"seconds": 300.0, "file": "optim.py"},
    "import_exit": {"file": "optim.py"},
    "no_python": {},
    "not_readable": {},
    "changing": {},
    "state_shared": {"case": "two-instances"},
    "state_survives": {"case": "patterns", "failing": 6, "total": 7},
    "import_missing": {"file": "optim.py", "line": 3, "text": "No module named 'seaborn'"},
    "import_unused": {"file": "a.py", "line": 2, "text": "No module named 'pyparsing'", "library": "pyparsing"},
    "import_other_course": {
        "file": "optim.py",
        "line": 1,
        "text": "No module named 'past'",
        "adapter": "cs231n",
        "names": ["sgd_momentum", "adam"],
    },
    "other_course_too": {"file": "optim.py", "adapter": "cs231n", "names": ["sgd_momentum"]},
    "other_course": {"file": "layers.py", "adapter": "cs231n", "names": ["dropout_forward"]},
    "adapter_raised": {
        "adapter": "course.py",
        "line": 4,
        "type": "AttributeError",
        "text": "module 'optim' has no attribute 'Adam'",
        "file": "optim.py",
    },
    "not_adapted": {"adapter": "cs231n", "modules": ["optim", "layers"]},
    "not_loaded": {"file": "layers.py"},
    "other_shape": {"adapter": "cs231n", "name": "adam"},
    "adapted": {"adapter": "cs231n:keep"},
    "adapter_names": {"adapter": "course.py", "names": ["adma"]},
    **dict.fromkeys(("archive_names", "archive_links", "archive_unread", "archive_depth"), _LEFT_OUT),
    "not_an_archive": {},
    "archive_empty": {},
    "archive_encrypted": {},
    "archive_truncated": {},
    "archive_damaged": {},
    "archive_method": {},
    "archive_too_large": {},
    "too_large": {},
    "too_many_files": {},
    "too_many_steps": {"case": "last-batch-short", "steps": 3},
    "bad_point": {"case": "scalar", "step": 2},
    "garbled": {"text": "an array of object"},
    "bad_backend": {"value": "jax"},
    "wider_dtype": {"algorithm": "adam", "actual": "float64", "expected": "float32", "argument": "w"},
    "several_names": {"algorithm": "adam", "chosen": "Adam", "others": ["adam_v2", "ADAM"]},
    "several_modules": {"files": ["a.py", "b.py"]},
    "partly_loaded": {"file": "extra.py", "text": "NameError: name 'np' is not defined"},
    "not_trials": {"case": "two-names", "why": "two names", "type": "dict of 2"},
    "other_names": {"case": "uniform", "has": ["lr"], "wanted": ["lr", "dropout"]},
    "not_dicts": {**_GRID, "trial": "[0.1, 32]"},
    "trial_count": {**_GRID, "trials": 2, "wanted_trials": 6},
    "trials_reordered": {
        **_GRID,
        "number": 2,
        "trial": "(lr=0.2, batch_size=32)",
        "wanted_trial": "(lr=0.1, batch_size=64)",
    },
    "trial_differs": {
        **_GRID,
        "number": 2,
        "trial": "(lr=0.2, batch_size=32)",
        "wanted_trial": "(lr=0.1, batch_size=64)",
    },
    "objective_calls": {**_GRID, "calls": 10, "wanted_calls": 5},
    "objective_order": {
        **_GRID,
        "number": 1,
        "trial": "(lr=0.2, batch_size=32)",
        "wanted_trial": "(lr=0.1, batch_size=64)",
    },
    "another_best": {
        **_GRID,
        "trial": "(lr=0.2, batch_size=32)",
        "wanted_trial": "(lr=0.1, batch_size=64)",
        "value": "0.75",
        "wanted_value": "-0.5",
    },
    "whole_numbers": {**_DRAWS, "names": ["width"]},
    "out_of_range": {
        **_DRAWS,
        "name": "lr",
        "value": -4.3,
        "low": 1e-5,
        "high": 0.1,
        "outside": 1000,
        "trials": 1000,
    },
    "generator_not_used": _DRAWS,
    "generator_not_told": _DRAWS,
    "repeated_values": {**_DRAWS, "name": "lr", "different": 10, "trials": 1000, "chance": "6e-20"},
    "off_law": {
        **_DRAWS,
        "name": "lr",
        "law": "uniform on a log scale",
        "point": 0.0117,
        "share": "11.8 %",
        "wanted_share": "76.7 %",
        "chance": "1e-300",
    },
    "gap": {**_DRAWS, "name": "lr", "start": 0.01, "end": 0.02, "share": "10.0 %", "chance": "2e-43"},
    "drawn_together": {**_DRAWS, "names": ["lr", "dropout"], "correlation": 1.0, "chance": "1e-180"},
    "drawn_in_a_row": {**_DRAWS, "name": "lr", "correlation": 0.997, "chance": "1e-90"},
    "too_even": {**_DRAWS, "name": "lr", "chance": "1e-300"},
    "off_rate": {**_MASKS, "share": "25.02 %", "wanted_share": "75.00 %", "chance": "1e-300"},
    "dropped_at_zero": {**_MASKS, "dropped": 3, "units": 320},
    "dropped_together": {**_MASKS, "axis": 0, "chance": "5e-139"},
    "units_depend": {**_MASKS, "axis": 1, "chance": "5e-139"},
    "not_uniform": {
        "case": "plain",
        "why": "4 examples of 5 units",
        "function": "np.random.randn",
        "frames": [{"file": "layers.py", "line": 42, "function": "dropout_forward", "code": "np.random.randn(3)"}],
    },
    "calls_depend": {**_MASKS, "chance": "5e-139"},
    "exact_counts": {**_MASKS, "share": "75.00 %", "wanted_share": "75.00 %", "chance": "2e-17"},
    "noise_not_shared": {**_MASKS, "noise_shape": [75, 1, 20]},
    "same_mask": _MASKS,
    "seed_not_used": {**_MASKS, "seed": 7},
    "seed_not_told": _MASKS,
    "unseeded_masks": _MASKS,
    "pass": {},
    "fail": {},
    "error": {},
    "forbidden": {"name": "torch.optim"},
    "import_forbidden": {"file": "optim.py", "line": 3, "name": "torch.optim"},
    "names_forbidden": {"name": "torch.optim", "file": "optim.py", "line": 3},
    "threads": {"limit": 256},
    "files": {"mb": 64, "limit": 4096},
    "flood": {"mb": 64},
    "overtime": {"seconds": 300},
    "skipped": {"device": "cuda"},
}
"""The parameters of every message, as the grader emits them."""

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\x1b[31m\u202egnp.\x00\ud800&amp;\r\n'
LONG = HOSTILE + "A" * 10_000


def passed(id: str, points: float = 1.0) -> AlgorithmResult:
    cases = (CaseResult("scalar", "pass", 0.32, 0.3), CaseResult("patterns", "pass", 0.0, 0.41))
    return AlgorithmResult(id, "pass", points, points, "class", "numpy", cases=cases, source=Source("optim.py", 15))


def got(id: str, status: Status, message: str | None, points: float = 0.0, **params: Any) -> AlgorithmResult:
    """A result with a message of the examples, some of its parameters changed."""
    wrong = Divergence(4, "m_hat", (0,), 0.576456, 0.549905, 0.0266, 1.5e-6)
    bad: Status = status if status in ("fail", "error", "timeout", "memory", "crash") else "fail"
    cases: tuple[CaseResult, ...] = (
        CaseResult("scalar", "pass", 0.3, 0.3),
        CaseResult("late-start-float32", bad, 17717.0, 0.4, wrong),
        CaseResult("nan", bad, math.nan, math.inf),
    )
    if status in ("missing", "skipped"):
        cases = ()
    if status == "dialect":
        cases = (CaseResult("scalar", "pass", 0.3, 0.3), CaseResult("tiny", "dialect", 940.0, 0.4, wrong))
    found = None
    if message == "mistake":
        found = Diagnosis("mistake", params.get("mistake", EXAMPLES["mistake"]["mistake"]))
    if message == "dialect":
        found = Diagnosis("dialect", params.get("dialect", EXAMPLES["dialect"]["dialect"]))
    return AlgorithmResult(
        id,
        status,
        points,
        1.0,
        None if status == "missing" else "class",
        None if status == "missing" else "numpy",
        diagnosis=found,
        cases=cases,
        message=Message(message, {**EXAMPLES[message], **params}) if message else None,
        source=None if status == "missing" else Source("optim.py", 15),
    )


def student(
    id: str,
    *results: AlgorithmResult,
    notes: tuple[Message, ...] = (),
    load_error: LoadError | None = None,
    path: str | None = None,
) -> SubmissionResult:
    """A student who passed everything but ``results``."""
    special = {result.id: result for result in results}
    rest = (got(each, "missing", None) if load_error else passed(each) for each in CATALOGUE if each not in special)
    order = [*CATALOGUE, *(id for id in special if id not in CATALOGUE)]
    ready = sorted([*special.values(), *rest], key=lambda result: order.index(result.id))
    score = sum(result.points for result in ready)
    sha = hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()
    path = f"submissions/{id}/optim.py" if path is None else path
    return SubmissionResult(id, path, sha, score, float(len(ready)), load_error, notes, tuple(ready))


def _cohort() -> tuple[SubmissionResult, ...]:
    forgot = got("adam", "fail", "mistake")
    trace = 'Traceback (most recent call last):\n  File "optim.py", line 3, in <module>\nNameError: name np'
    missing = {"amsgrad", "keras_sgd", "keras_adam"}
    return (
        student(
            "2023-11482",
            forgot,
            got("momentum", "fail", "mistake", 0.5, mistake="velocity_averaged", quantity="v", right=[]),
            got("nag", "fail", "diverges", quantity="point", right=["v"], around=VALUES["around"][1:]),
            got("rmsprop", "dialect", "dialect", 1.0),
            got("adadelta", "error", "raised"),
            *(got(id, "missing", "missing", call=CATALOGUE[id].call) for id in missing),
            notes=(
                Message("wider_dtype", EXAMPLES["wider_dtype"]),
                Message("several_names", EXAMPLES["several_names"]),
            ),
        ),
        student("2023-10978"),
        student("2023-11305", got("adam", "dialect", "dialect", 1.0), got("keras_adam", "missing", "missing")),
        student("2023-10557", forgot, got("sgd", "fail", "diverges", quantity="w", right=[])),
        student("2023-10328", forgot, got("time_decay", "fail", "wrong_shape"), got("nag", "timeout", "timeout")),
        student("2023-10659", forgot, got("step_decay", "memory", "memory"), got("sgd", "crash", "crash")),
        student(
            "2023-11341",
            got("adam", "fail", "mistake", mistake="betas_swapped", also=[["no_bias_correction"]], second="t_constant"),
            got("adagrad", "forbidden", "forbidden"),
            got("keras_sgd", "harness_error", "harness_error"),
            got("keras_adam", "skipped", "skipped"),
        ),
        student("2023-11944", got("momentum", "fail", "not_finite"), got("adam", "error", "not_started")),
        student("2023-10402", got("momentum", "fail", "mistake", 0.5, mistake="velocity_averaged", quantity="v")),
        student("2023-10093", got("adam", "fail", "mistake", mistake="found_next_year"), passed("lion")),
        student(
            "2023-11551",
            load_error=LoadError(Message("import_raised", EXAMPLES["import_raised"]), trace),
        ),
        student("2023-11552", load_error=LoadError(Message("syntax_error", EXAMPLES["syntax_error"]))),
        _attacker(),
    )


def _attacker() -> SubmissionResult:
    frame = {"file": HOSTILE, "line": 1, "function": HOSTILE, "code": LONG}
    return student(
        "=cmd()" + HOSTILE,
        got("adam", "error", "raised", type=HOSTILE, text=LONG, file=HOSTILE, function=HOSTILE, frames=[frame]),
        got("sgd", "fail", "wrong_type", type=LONG, quantity=HOSTILE),
        got(
            "nag", "fail", "diverges", case=HOSTILE, why=LONG, quantity=HOSTILE, right=[HOSTILE], hyper={HOSTILE: LONG}
        ),
        got("momentum", "fail", "no_w", keys=[HOSTILE] * 500),
        AlgorithmResult("adagrad", "fail", 0.0, 1.0, cases=(CaseResult(HOSTILE, "fail", 2.0),), source=Source(LONG, 1)),
        AlgorithmResult("rmsprop", "fail", 0.0, 1.0, message=Message("unheard_of", {HOSTILE: LONG})),
        AlgorithmResult("adadelta", "fail", 0.0, 1.0, message=Message("diverges", {"around": [HOSTILE]})),
        notes=(Message("several_modules", {"files": [LONG, HOSTILE]}),),
        path="-rf ; $(reboot) '" + HOSTILE,
    )


COHORT = Results(
    AssignmentInfo("hw8", "Training Neural Networks III", 14.0, "7f3ac21e"),
    Environment(
        gradstep="0.1.0",
        python="3.11.2",
        numpy="2.4.6",
        torch="2.13.0",
        platform="Linux x86-64",
        cpu="a processor",
        devices=("cpu",),
        isolation="strict",
        layers=("own process", "landlock", "seccomp"),
        started="2026-11-23T10:31:07+00:00",
        finished="2026-11-23T10:44:52+00:00",
    ),
    _cohort(),
)
