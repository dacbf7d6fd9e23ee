"""A layer that draws its own masks: numbers by the mask that was drawn, and the masks by how improbable they are.

A case is judged by all its calls together. No input is 0, so that a 0 in an output is a unit dropped and the mask can
be read. Given the student's own mask the page says what every output must be; whether the mask is right is a question
of chance, see :mod:`harness.grading.chance`. A known mistake explains a student's layer if its own masks and outputs
look the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.grading import chance
from harness.grading import judge as judging
from harness.grading.calls import Returned, describe, narrower, remarked
from harness.grading.expected import Block, Evaluation, Reference
from harness.grading.judge import Comparison, Judged, Numbers, Witness, read_problem
from harness.grading.samples import Tested, improbability, in_words
from harness.grading.unasked import read_remarks
from harness.results import CaseResult, Message
from reference import Call, Case, Edition, Page

Mask = NDArray[np.bool_]

UNITS = 5000
"""Drawn units from which on masks are judged by their distribution."""


@dataclass(frozen=True)
class Outputs:
    """What the layers of a case gave back, call by call, and the first problem in one of them."""

    case: Case
    calls: tuple[Returned, ...]
    problem: Mapping[str, Any] | None = None

    @cached_property
    def profile(self) -> Profile:
        """What they look like beside a known mistake's."""
        return Profile(self.case, [each.results["y"] for each in self.calls])


@dataclass(frozen=True)
class Certain:
    """A generator that keeps every unit, or none."""

    keeps: bool

    def random(self, shape: Sequence[int]) -> Numbers:
        """Draws beyond every rate, on either side."""
        return np.full(shape, 1.0 if self.keeps else -1.0)


class Layers:
    """The form of a layer: made once, called in training and at inference."""

    pairs_in_every_way = False

    def wire(self, reference: Reference, number: int) -> dict[str, Any]:
        case = reference.cases[number]
        return {"id": case.id, "runs": [_wired(call) for call in case.calls]}

    def reply_bytes(self, reference: Reference, number: int) -> int:
        return sum(call.args["x"].size * 8 for call in reference.cases[number].calls)

    def read(self, reference: Reference, number: int, reply: Any) -> list[Outputs]:
        case = reference.cases[number]
        returned = tuple(_returned(call, each) for call, each in zip(case.calls, reply["runs"], strict=True))
        return [Outputs(case, returned, next((each.problem for each in returned if each.problem), None))]

    def judge(self, reference: Reference, number: int, runs: Sequence[Outputs], witnesses: Sequence[Witness]) -> Judged:
        case, (outputs,) = reference.cases[number], runs
        if outputs.problem:
            return judging.problem_of(case, outputs.problem)
        if problem := next(filter(None, (narrower(case, each) for each in outputs.calls)), None):
            return Judged(CaseResult(case.id, "fail"), problem)
        compared = [_compared(reference, number, at, each) for at, each in enumerate(outputs.calls)]
        ratio = judging.largest(compared)
        for at, each in enumerate(compared):
            if each.first_wrong is not None:
                divergence, facts = describe(reference.page, case, at, {"y": each}, [[each] for each in compared], ())
                return Judged(CaseResult(case.id, "fail", ratio, None, divergence), facts=facts)
        draws = _draws(case, outputs)
        if wrong := next(_certainly_wrong(draws), None):
            return judging.failed_with(case, CaseResult(case.id, "fail"), wrong)
        tests = list(statistics(draws))
        ratio = max([ratio, *(improbability(test.probability) for test in tests)])
        if failed := next((test for test in tests if test.failed), None):
            return judging.failed_with(case, CaseResult(case.id, "fail", ratio), failed.message)
        return Judged(CaseResult(case.id, "pass", ratio), notes=remarked(reference.page, case, outputs.calls))

    def broke_off(self, run: Outputs) -> bool:
        return run.problem is not None

    def matches(self, reference: Reference, edition: Edition, number: int, at: int, run: Outputs) -> bool:
        return run.problem is not None or _alike(reference.expected(_profile, number, 0, edition), run.profile)

    def tells(self, reference: Reference, edition: Edition, number: int, at: int, run: Outputs) -> bool:
        theirs, ours = (reference.expected(_profile, number, 0, each) for each in (edition, None))
        return not _alike(theirs, ours)

    def agreement(self, reference: Reference, edition: Edition, number: int, at: int, run: Outputs) -> int:
        return 0  # it has no inner steps

    def testify(self, torch: Any, page: Page, case: Case) -> list[Mapping[str, Any]]:
        """torch draws other masks; that its layer is right by the same tests, a test of ours says."""
        return [{} for _ in case.calls]


# -- what is asked, what came back ----------------------------------------------------------------------------------


def _wired(call: Call) -> dict[str, Any]:
    args = dict(call.args)
    asked = {name: args.pop(name) for name in ("rate", "x", "training")}
    return {**asked, "made": args, "instance": call.instance}


def _returned(call: Call, reply: Any) -> Returned:
    if problem := read_problem(reply):
        return Returned({}, {}, {}, problem)
    y = reply["results"]["y"]
    if y.dtype not in (np.float32, np.float64) or y.shape != call.args["x"].shape:
        raise ValueError(f"an array of {y.dtype} and shape {y.shape}")
    return Returned({"y": y}, {"y": str(reply["dtypes"]["y"])[:16]}, {}, None, read_remarks(reply))


# -- numbers --------------------------------------------------------------------------------------------------------


def _compared(reference: Reference, number: int, at: int, returned: Returned) -> Comparison:
    """An output beside what the page makes of the same input and the same mask: a unit depends on its own draw only."""
    case, y = reference.cases[number], returned.results["y"]
    x, training = case.calls[at].args["x"], case.calls[at].args["training"]
    first = next(n for n, call in enumerate(case.calls) if call.args["x"] is x and call.args["training"] == training)
    kept, dropped = (reference.expected(kind, number, first) for kind in (_all_kept, _none_kept))
    chosen = (np.where(y != 0, *pair) for pair in ((kept.value, dropped.value), (kept.tolerance, dropped.tolerance)))
    return Comparison("y", 0, y[None], Block(*chosen).timed)


def _all_kept(edition: Edition, page: Page, case: Case, call: Call) -> Block:
    return Evaluation(edition, page, case, Call({**call.args, "seed": Certain(True)})).blocks["y"]


def _none_kept(edition: Edition, page: Page, case: Case, call: Call) -> Block:
    return Evaluation(edition, page, case, Call({**call.args, "seed": Certain(False)})).blocks["y"]


# -- masks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Draws:
    """The masks drawn by one layer in training, one a call, with what they were to be like.

    ``masks`` has shape (calls, *x.shape), ``noise_shape`` the length of each axis of x, 1 where a draw is shared.
    """

    rate: float
    seed: int | None
    noise_shape: tuple[int, ...]
    masks: Mask

    @property
    def shared(self) -> bool:
        """Whether the units that are to share a draw do."""
        return bool((self.masks == self._once()).all())

    def _once(self) -> Mask:
        cut = tuple(slice(0, length) for length in self.noise_shape)
        return self.masks[(slice(None), *cut)]

    @property
    def drawn(self) -> Mask:
        """Each draw once: of shape (calls, *noise_shape), without the axes of length 1."""
        once = self._once()
        return once.reshape(len(once), *(length for length in once.shape[1:] if length > 1))


def _draws(case: Case, outputs: Outputs) -> list[Draws]:
    """By layer, in the order in which they are made."""
    by_layer: dict[int, list[tuple[Call, Mask]]] = {}
    for call, returned in zip(case.calls, outputs.calls, strict=True):
        if call.args["training"]:
            by_layer.setdefault(call.instance, []).append((call, returned.results["y"] != 0))
    return [_of_layer(calls[0][0], np.stack([mask for _, mask in calls])) for calls in by_layer.values()]


def _of_layer(call: Call, masks: Mask) -> Draws:
    shape = call.args["x"].shape
    noise_shape = tuple(n or side for n, side in zip(call.args.get("noise_shape") or shape, shape, strict=True))
    return Draws(call.args["rate"], call.args.get("seed"), noise_shape, masks)


def _certainly_wrong(draws: Sequence[Draws]) -> Iterator[Message]:
    """What no draw makes right: these masks have hundreds of units, so that two are equal by no chance."""
    for layer in draws:
        if layer.rate == 0 and not layer.masks.all():
            yield Message("dropped_at_zero", {"dropped": int((~layer.masks).sum()), "units": layer.masks.size})
        if not layer.shared:
            yield Message("noise_not_shared", {"noise_shape": list(layer.noise_shape)})
        if layer.rate > 0 and any(np.array_equal(a, b) for a, b in combinations(layer.masks, 2)):
            yield Message("same_mask")
    for one, other in combinations(draws, 2):
        equal = np.array_equal(one.masks, other.masks)
        if one.seed is None and equal:
            yield Message("unseeded_masks")
        elif one.seed == other.seed and one.seed is not None and not equal:
            yield Message("seed_not_used", {"seed": one.seed})
        elif one.seed != other.seed and equal:
            yield Message("seed_not_told")


def statistics(draws: Sequence[Draws]) -> Iterator[Tested]:
    """The tests of a case, those first whose failure says most."""
    for layer in draws:
        masks, keep = layer.drawn, 1 - layer.rate
        kept = int(masks.sum())
        if masks.size < UNITS or layer.rate == 0:
            continue
        told = {"wanted_share": f"{100 * keep:.2f} %", "share": f"{100 * kept / masks.size:.2f} %"}
        groups = [(axis, _counts(masks, axis)) for axis in range(1, masks.ndim) if masks.ndim > 2]
        for axis, (counts, n) in groups:  # strange for the rate seen as well: a wrong rate alone is another thing
            both = max(chance.improbable_counts(counts, n, each) for each in (keep, kept / masks.size))
            yield _test("dropped_together", both, {"axis": _axis(layer, axis)})
        yield _test("off_rate", chance.improbable_count(kept, masks.size, keep), told)
        centred, bound = masks - keep, max(keep, 1 - keep)
        for axis in range(masks.ndim):
            test_id, more = ("calls_depend", {}) if axis == 0 else ("units_depend", {"axis": _axis(layer, axis)})
            yield _test(
                test_id, chance.lag_correlated(centred.astype(np.float64), axis, keep * (1 - keep), bound), more
            )
        per_call = masks.reshape(len(masks), -1)
        groups.append((0, (per_call.sum(axis=1), per_call.shape[1])))
        for _, (counts, n) in groups:
            yield _test("exact_counts", chance.too_even_counts(counts, n, keep), told)


def _counts(masks: Mask, axis: int) -> tuple[NDArray[np.int64], int]:
    """How many units are kept in each call at each place of an axis, and of how many."""
    others = tuple(each for each in range(1, masks.ndim) if each != axis)
    return masks.sum(axis=others), int(np.prod([masks.shape[each] for each in others]))


def _axis(layer: Draws, axis: int) -> int:
    """The axis of x that an axis of the drawn masks is."""
    return [at for at, length in enumerate(layer.noise_shape) if length > 1][axis - 1]


def _test(id: str, probability: float, told: Mapping[str, Any]) -> Tested:
    return Tested(probability, Message(id, {**told, "chance": in_words(probability)}))


# -- comparing layers -----------------------------------------------------------------------------------------------

_SAME_SCALE = 1e-5
"""How far two scales may be apart, as a part of either: float32 rounds at 6e-8."""

_DEVIATIONS = 6
"""How many standard deviations two estimates may be apart."""


@dataclass(frozen=True)
class Estimate:
    """A mean of draws, its standard deviation, and what Bernstein's inequality adds where a single draw weighs much.

    At an extreme rate two neighbours dropped together are so rare and count so much that their mean is far from normal.
    """

    value: float
    deviation: float
    heaviest: float
    """How much one draw can add to the mean."""

    def near(self, other: Estimate) -> bool:
        spread = _DEVIATIONS * math.hypot(self.deviation, other.deviation)
        return abs(self.value - other.value) <= spread + _DEVIATIONS**2 / 6 * max(self.heaviest, other.heaviest)


class Profile:
    """What the outputs of a case look like, whatever the law of the masks."""

    def __init__(self, case: Case, outputs: Sequence[Numbers]) -> None:
        self.scales: list[float | None] = []
        """Of what is kept, output over input, call by call: None where nothing is kept, NaN where it is not one."""
        self.signs: list[object] = []
        """What has to be the same: who was in training, dropped at inference, has equal masks, shares its draws."""
        self.estimates: list[Estimate] = []
        by_layer: dict[int, list[Mask]] = {}
        for call, y in zip(case.calls, outputs, strict=True):
            self.scales.append(_scale(y, call.args["x"]))
            if call.args["training"]:
                by_layer.setdefault(call.instance, []).append(y != 0)
            else:
                self.signs.append(bool((y != 0).all()))
        layers = [_of_layer(case.calls[0], np.stack(masks)) for masks in by_layer.values()]
        self.signs.append([np.array_equal(a.masks, b.masks) for a, b in combinations(layers, 2)])
        for layer in layers:
            self._add(layer)

    def _add(self, layer: Draws) -> None:
        masks = layer.drawn if layer.shared else layer.masks
        share = float(masks.mean())
        mixed = 0 < share < 1
        spread = share * (1 - share) if mixed else layer.rate * (1 - layer.rate)
        repeated = mixed and bool((masks == masks[0]).all())
        groups = [(masks.reshape(len(masks), -1).sum(axis=1), masks[0].size)]
        groups += [_counts(masks, axis) for axis in range(1, masks.ndim)]
        dispersions = [
            float(((counts - n * share) ** 2).mean() / (n * spread)) if mixed else 1.0 for counts, n in groups
        ]
        even = [mixed and masks.size >= UNITS and each < 0.02 for each in dispersions]
        self.signs.append((layer.shared, repeated, even))
        draws = float(len(masks))  # at least one a call was made
        if mixed:
            draws = masks.size / max(1.0, *dispersions) / (len(masks) if repeated else 1)
        rarer = max(layer.rate, 1 - layer.rate)
        self.estimates.append(Estimate(share, (spread / draws) ** 0.5, rarer / draws))
        heaviest = rarer**2 / spread / draws if spread else 0.0
        for axis in range(masks.ndim):
            self.estimates.append(Estimate(_neighbours(masks, axis), draws**-0.5, heaviest))


def _neighbours(masks: Mask, axis: int) -> float:
    """The correlation of neighbours along an axis."""
    centred = np.moveaxis(masks, axis, 0) - masks.mean()
    both = (centred[1:] * centred[:-1]).mean() if len(centred) > 1 else 0.0
    return float(both / masks.var()) if masks.var() else 0.0


def _scale(y: Numbers, x: Numbers) -> float | None:
    kept = y != 0
    if not kept.any():
        return None
    with np.errstate(all="ignore"):
        ratios = y[kept].astype(np.float64) / x[kept]
        same = np.ptp(ratios) <= _SAME_SCALE * abs(ratios[0])
    return float(ratios[0]) if same else math.nan


def _profile(edition: Edition, page: Page, case: Case, call: Call) -> Profile | None:
    """An edition's own layers in a case, None where they break down."""
    layers: dict[int, Any] = {}
    outputs = []
    try:
        with np.errstate(all="ignore"):
            for each in case.calls:
                made = {name: each.args[name] for name in page.signature.parameters if name in each.args}
                layer = layers.get(each.instance) or layers.setdefault(each.instance, edition.run(**made))
                y = np.asarray(layer(each.args["x"], each.args["training"])["y"])
                outputs.append(np.broadcast_to(y, each.args["x"].shape))
    except (ArithmeticError, LookupError, ValueError, TypeError):
        return None
    return Profile(case, outputs)


def _alike(one: Profile | None, other: Profile | None) -> bool:
    """Whether two layers may be of the same making."""
    if one is None or other is None or one.signs != other.signs or len(one.estimates) != len(other.estimates):
        return False
    if not all(map(_same_scale, one.scales, other.scales)):
        return False
    return all(mine.near(yours) for mine, yours in zip(one.estimates, other.estimates, strict=True))


def _same_scale(a: float | None, b: float | None) -> bool:
    if a is None or b is None:  # where nothing was kept, nothing is known of its scale
        return True
    return abs(a - b) <= _SAME_SCALE * abs(a) or (math.isnan(a) and math.isnan(b))
