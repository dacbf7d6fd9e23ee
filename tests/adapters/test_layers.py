"""Students' layers graded through the adapters that ship, by the whole chain."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from harness.report.speak import explain
from harness.results import SubmissionResult
from tests.adapters.students import COMMON_LAYERS, LAYERS, STARTER, replaced
from tests.adapters.test_cs231n import DROPS
from tests.adapters.test_graded import got, graded
from tests.graded import algorithm


def changed(*changes: tuple[str, str]) -> str:
    return replaced(LAYERS, *changes)


BINOMIAL = changed(("(np.random.rand(*x.shape) < p)", "np.random.binomial(1, p, size=x.shape)"))
SCALED_LATE = changed(
    ("< p) / p", "< p)"), ("x * mask", "x * mask / p"), ("dout * mask", 'dout * mask / dropout_param["p"]')
)
IDS = ("batch_norm_forward", "batch_norm_backward", "batch_norm_inference", "inverted_dropout", "dropout_backward")
KEEPS = ("other_tail", "other_tail")
NORM = ("pass", "pass", "pass")

CS231N: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "keeps": (LAYERS, (*NORM, *KEEPS)),
    "drops": (DROPS, (*NORM, "pass", "pass")),
    "binomial": (BINOMIAL, (*NORM, "pass", "pass")),
    "scaled_late": (SCALED_LATE, (*NORM, *KEEPS)),
    "row_sums": (changed(("dout * xhat, axis=0)", "dout * xhat, axis=0, keepdims=True)")), (*NORM, *KEEPS)),
    "ddof": (changed(("x.var(axis=0)", "x.var(axis=0, ddof=1)")), ("ddof_1", "after_wrong", "pass", *KEEPS)),
    "by_rate": (changed(("< p) / p", "< p) / (1 - p)")), (*NORM, "scaled_by_rate", "scaled_by_rate")),
    "not_scaled": (changed(("< p) / p", "< p)")), (*NORM, "not_scaled", "not_scaled")),
    "feature": (changed(("rand(*x.shape)", "rand(*x.shape[1:])")), (*NORM, "mask_per_feature", "mask_per_feature")),
    "normal": (changed(("np.random.rand(", "np.random.randn(")), (*NORM, "not_uniform", "not_uniform")),
    "taken_for_drop": (
        replaced(DROPS, (">= p) / (1 - p)", "< p) / p")),
        (*NORM, "keep_drop_swapped", "keep_drop_swapped"),
    ),
    "starter": (STARTER, ("not_started", "needs", "not_started", "not_started", "not_started")),
}

SCRATCH_IDS = (*IDS[:3], "dropout_train", "dropout_test")


@pytest.fixture(scope="module")
def cs231n(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SubmissionResult]:
    repositories = {id: {"cs231n/layers.py": source} for id, (source, _) in CS231N.items()}
    return graded(repositories, tmp_path_factory.mktemp("cs231n"), "cs231n", IDS)


@pytest.mark.parametrize("id", CS231N)
def test_cs231n(cs231n: Mapping[str, SubmissionResult], id: str) -> None:
    assert tuple(got(cs231n[id], each) for each in IDS) == CS231N[id][1]


def test_the_draw_of_normal_numbers_is_a_mistake_named_with_its_line(cs231n: Mapping[str, SubmissionResult]) -> None:
    found = algorithm(cs231n["normal"], "inverted_dropout")
    assert found.status == "fail"
    assert found.message is not None
    source = CS231N["normal"][0]
    assert found.message.params["frames"][-1]["line"] == source[: source.index("np.random.randn")].count("\n") + 1
    said = explain(found.message, "inverted_dropout", {})
    assert said.headline == "The mask is drawn with np.random.randn: its numbers are normal, not uniform in [0, 1)."


def test_scratch(tmp_path_factory: pytest.TempPathFactory) -> None:
    repositories = {"book": {"common/layers.py": COMMON_LAYERS}}
    result = graded(repositories, tmp_path_factory.mktemp("scratch"), "scratch", SCRATCH_IDS)["book"]
    assert tuple(got(result, each) for each in SCRATCH_IDS) == (*NORM, "other_tail", "pass")
