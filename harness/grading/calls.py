"""Plain functions: what each call gives back, beside the page's values for the same arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from harness.grading import judge as judging
from harness.grading.expected import Block, Reference
from harness.grading.judge import Comparison, Judged, Numbers, Witness, read_problem
from harness.grading.unasked import read_remarks, remark_notes
from harness.results import CaseResult, Divergence, Message
from reference import Call, Case, Edition, Page, pages

_NUMBER_BYTES = 8


@dataclass(frozen=True)
class Returned:
    """What one call of a student's function gave back.

    ``results`` and ``offered`` (inner steps out of the student's own object) are of the page's shapes; ``dtypes`` says
    in which dtype each result came.
    """

    results: Mapping[str, Numbers]
    dtypes: Mapping[str, str]
    offered: Mapping[str, Numbers]
    problem: Mapping[str, Any] | None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """The shape of a named step, and whether it holds whole numbers."""

    shape: tuple[int, ...]
    whole: bool


class Calls:
    """The form of plain functions."""

    pairs_in_every_way = True

    def wire(self, reference: Reference, number: int) -> dict[str, Any]:
        page, case = reference.page, reference.cases[number]
        first = pages()[page.after].arguments if page.after else ()
        return {
            "id": case.id,
            "hyper": dict(case.hyper),
            "returns": list(page.returns),
            "free_shape": list(page.free_shape),
            "after": page.after,
            "runs": [
                {
                    "args": [call.args[name] for name in page.arguments if name in call.args],
                    "first": [call.args[name] for name in first],
                    "shapes": {
                        name: {"shape": list(each.shape), "whole": each.whole}
                        for name, each in _shapes(reference, number, at).items()
                    },
                }
                for at, call in enumerate(case.calls)
            ],
        }

    def reply_bytes(self, reference: Reference, number: int) -> int:
        calls = range(len(reference.cases[number].calls))
        steps = (each for at in calls for each in _shapes(reference, number, at).values())
        return sum(max(int(np.prod(each.shape)), 1) for each in steps) * _NUMBER_BYTES

    def read(self, reference: Reference, number: int, reply: Any) -> list[Returned]:
        calls = reference.cases[number].calls
        return [
            _read(reference, number, at, each) for (at, _), each in zip(enumerate(calls), reply["runs"], strict=True)
        ]

    def judge(
        self, reference: Reference, number: int, runs: Sequence[Returned], witnesses: Sequence[Witness]
    ) -> Judged:
        case = reference.cases[number]
        if broken := next((run.problem for run in runs if run.problem), None):
            return judging.problem_of(case, broken)
        if problem := next(filter(None, (narrower(case, run) for run in runs)), None):
            return Judged(CaseResult(case.id, "fail"), problem)
        compared = [_compared(reference, number, at, run) for at, run in enumerate(runs)]
        ratio = judging.largest(each for comparisons in compared for each in comparisons)
        torch_ratio = _beside(witnesses, compared) if witnesses else None
        wrong = [at for at, comparisons in enumerate(compared) if _wrong(comparisons)]
        if not wrong:
            notes = remarked(reference.page, case, runs)
            return Judged(CaseResult(case.id, "pass", ratio, torch_ratio), notes=notes)
        if note := _accounts(reference, number, compared, wrong):
            notes = (Message(note, {"algorithm": reference.page.id, "case": case.id, "why": case.why}),)
            return Judged(CaseResult(case.id, "pass", None, None), notes=notes)
        at = wrong[0]
        seen = _seen(reference, number, at, runs[at], compared)
        divergence, facts = describe(reference.page, case, at, seen, compared, witnesses)
        result = CaseResult(case.id, "fail", ratio, torch_ratio, divergence)
        return Judged(result, facts=facts, gives_back=_given_back(reference.page, case, runs))

    def broke_off(self, run: Returned) -> bool:
        return run.problem is not None and not _says_something(run.problem)

    def matches(self, reference: Reference, edition: Edition, number: int, at: int, run: Returned) -> bool:
        if self.broke_off(run):
            return True
        call = reference.cases[number].calls[at]
        if run.problem is None and _far(call, run.results, reference.expected(_evaluated, number, at, edition)):
            return False
        found = reference.evaluation(number, at, edition)
        if run.problem is None:
            forms = [found.blocks, *(blocks for _, blocks in found.loose)]  # a dialect may lose digits as well
            return bool(found.blocks) and any(_near(run.results, blocks) for blocks in forms)
        if run.problem["kind"] == "wrong_shape":
            block = found.blocks.get(str(run.problem.get("quantity")))  # which a student's code may leave out
            return block is not None and list(block.value.shape) == run.problem.get("actual")
        return any(not np.isfinite(block.value).all() for block in found.blocks.values())  # divided by zero

    def tells(self, reference: Reference, edition: Edition, number: int, at: int, run: Returned) -> bool:
        if run.problem:
            return True
        blocks = reference.evaluation(number, at, edition).blocks
        return any(judging.tells(each, blocks[each.quantity].timed) for each in _compared(reference, number, at, run))

    def agreement(self, reference: Reference, edition: Edition, number: int, at: int, run: Returned) -> int:
        blocks = reference.evaluation(number, at, edition).blocks
        return sum(name in blocks and _near({name: values}, blocks) for name, values in run.offered.items())

    def testify(self, torch: Any, page: Page, case: Case) -> list[Mapping[str, Any]]:
        settings = page.settings(case.hyper)
        return [_by_torch(torch, page, call, settings) for call in case.calls]


# -- what came back -------------------------------------------------------------------------------------------------


def _shapes(reference: Reference, number: int, at: int) -> Mapping[str, Shape]:
    return reference.expected(_evaluated_shapes, number, at)


def _evaluated_shapes(edition: Edition, page: Page, case: Case, call: Call) -> Mapping[str, Shape]:
    """The shapes of the page's named steps, by a plain evaluation that carries no bounds."""
    with np.errstate(all="ignore"):
        values = page.evaluate(edition, call.args, page.settings(case.hyper))
    return {name: Shape(np.shape(value), np.asarray(value).dtype.kind in "iu") for name, value in values.items()}


def _read(reference: Reference, number: int, at: int, reply: Any) -> Returned:
    shapes, problem = _shapes(reference, number, at), read_problem(reply)
    results = {name: _array(values, shapes[name]) for name, values in reply["results"].items()}
    if problem is None and results.keys() != set(reference.page.results):
        raise ValueError("other results than were asked for")
    offered = {name: _array(values, shapes[name]) for name, values in reply["steps"].items()}
    if offered and set(reference.page.returns) <= shapes.keys():
        raise ValueError("steps out of an object that was not asked for")
    dtypes = {name: str(reply["dtypes"][name])[:16] for name in results}
    return Returned(results, dtypes, offered, problem, read_remarks(reply))


def _array(values: Any, wanted: Shape) -> Numbers:
    dtypes = (np.int64,) if wanted.whole else (np.float32, np.float64)
    if values.dtype not in dtypes or values.shape != wanted.shape:
        raise ValueError(f"an array of {values.dtype} and shape {values.shape}")
    return values  # type: ignore[no-any-return]  # its dtype was just looked at


# -- matching an edition --------------------------------------------------------------------------------------------

FAR = 1e-2
"""So far off, in shares of a result's largest number, that no rounding makes up for it in most numbers."""

NAUGHT = 1e-9
"""What is left of the inputs, as a share of their largest number, where everything has cancelled."""


def _evaluated(edition: Edition, page: Page, case: Case, call: Call) -> Mapping[str, Any]:
    """What an edition comes to in plain numbers, a tenth of the work; nothing where it breaks down."""
    try:
        with np.errstate(all="ignore"):
            return page.evaluate(edition, call.args, page.settings(case.hyper))
    except Exception:  # as Evaluation has it
        return {}


def _far(call: Call, results: Mapping[str, Numbers], values: Mapping[str, Any]) -> bool:
    """Whether most of a result is not even roughly what an edition comes to: its bounds need not be looked at."""
    inputs = (each for each in call.args.values() if isinstance(each, np.ndarray))
    naught = NAUGHT * max((float(np.abs(each).max(initial=0)) for each in inputs), default=0.0)
    for name, actual in results.items():
        value = np.asarray(values.get(name, np.nan))
        if value.shape == actual.shape:
            finite = np.isfinite(value) & np.isfinite(actual)
            with np.errstate(all="ignore"):
                apart, size = np.abs(actual - value)[finite], np.abs(value)[finite].max(initial=0)
            if 2 * np.count_nonzero(apart > max(FAR * size, naught)) > actual.size:
                return True
    return False


# -- judging --------------------------------------------------------------------------------------------------------


def _compared(reference: Reference, number: int, at: int, run: Returned) -> list[Comparison]:
    """Each result of a call beside what is expected of it, as if it were the one step of a run."""
    blocks = reference.evaluation(number, at).blocks
    return [Comparison(name, 0, run.results[name][None], blocks[name].timed) for name in reference.page.results]


def _near(results: Mapping[str, Numbers], blocks: Mapping[str, Block]) -> bool:
    return all(
        results[name].shape == blocks[name].value.shape and judging.near(results[name], blocks[name])
        for name in results
    )


def _wrong(comparisons: Sequence[Comparison]) -> bool:
    return any(each.first_wrong is not None for each in comparisons)


def _beside(witnesses: Sequence[Witness], compared: Sequence[Sequence[Comparison]]) -> float:
    """The largest error against torch's values instead of the reference's, in the same tolerances."""
    return judging.largest(
        replace(each, block=each.block.around(witness[each.quantity]))
        for witness, comparisons in zip(witnesses, compared, strict=True)
        for each in comparisons
        if each.quantity in witness
    )


def _accounts(
    reference: Reference, number: int, compared: Sequence[Sequence[Comparison]], wrong: Sequence[int]
) -> str | None:
    """The note under which every wrong call is right: a form that loses digits comes this far off as well."""
    loose = [dict(reference.evaluation(number, at).loose) for at in wrong]
    for note in loose[0]:
        if all(_within(compared[at], blocks[note]) for at, blocks in zip(wrong, loose, strict=True)):
            return note
    return None


def _within(comparisons: Sequence[Comparison], blocks: Mapping[str, Block]) -> bool:
    """A lost bound allows everything: what such a form may come to includes the root of a negative number."""
    for each in comparisons:
        block = blocks[each.quantity].timed
        if not ((judging.error_ratios(each.actual, block) <= 1) | np.isinf(block.tolerance)).all():
            return False
    return True


def narrower(case: Case, run: Returned) -> Message | None:
    for name, dtype in run.dtypes.items():
        if run.results[name].dtype != np.int64 and judging.narrower(dtype, case):
            return Message(
                "narrow_dtype",
                {"case": case.id, "step": None, "quantity": name, "actual": dtype, "expected": case.dtype},
            )
    return None


def remarked(page: Page, case: Case, runs: Sequence[Returned]) -> tuple[Message, ...]:
    """What is worth knowing of right results: a wider dtype, and what the worker remarked."""
    seen = (dtype for run in runs for name, dtype in run.dtypes.items() if run.results[name].shape != ())
    wider = tuple(judging.wider_note(page, case, dtype) for dtype in seen if judging.wider(dtype, case))
    return wider[:1] + remark_notes(page, (run.remarks for run in runs))


def _says_something(problem: Mapping[str, Any]) -> bool:
    """Whether a formula may account for a problem: by the shape it gives, by a division by zero."""
    return problem["kind"] == "wrong_shape" or judging.divided_by_zero(problem)


def _seen(
    reference: Reference, number: int, at: int, run: Returned, compared: Sequence[Sequence[Comparison]]
) -> dict[str, Comparison]:
    """The results of a call and the inner steps that the student's own object offers, each beside what is expected."""
    blocks = reference.evaluation(number, at).blocks
    inner = [Comparison(name, 0, values[None], blocks[name].timed) for name, values in run.offered.items()]
    return {each.quantity: each for each in (*inner, *compared[at])}


def _given_back(page: Page, case: Case, runs: Sequence[Returned]) -> str | None:
    """The argument that every call gave back as it came in, where the result is one array."""
    (result, *more) = page.results
    for name in () if more else page.arguments:
        pairs = [(call.args.get(name), run.results[result]) for call, run in zip(case.calls, runs, strict=True)]
        if all(isinstance(given, np.ndarray) and np.array_equal(given, back) for given, back in pairs):
            return name
    return None


# -- telling --------------------------------------------------------------------------------------------------------


def describe(
    page: Page,
    case: Case,
    at: int,
    seen: Mapping[str, Comparison],
    compared: Sequence[Sequence[Comparison]],
    witnesses: Sequence[Witness],
) -> tuple[Divergence, dict[str, Any]]:
    """The first wrong one of what is ``seen`` of call ``at``, by step, and what else a message tells of it."""
    first = next(seen[name] for name in page.steps if name in seen and seen[name].first_wrong is not None)
    index = judging.first_index(~(first.ratios[0] <= 1))
    value, block = first.actual[0], Block(first.block.value[0], first.block.tolerance[0])
    divergence = judging.divergence(
        at + 1, first.quantity, index, value[index], block.value[index], block.tolerance[index]
    )
    facts = {
        "case": case.id,
        "why": case.why,
        "dtype": "int64" if value.dtype.kind == "i" else case.dtype,
        "hyper": {**case.hyper, **_numbers(case.calls[at])} if value.shape else _alike(case),
        "step": None,
        "quantity": first.quantity,
        "index": list(index),
        "right": [name for name in page.steps if name in seen and seen[name].first_wrong is None],
        "earlier": [],
        "around": _elements(first, index, witnesses[at] if witnesses else None)
        if value.shape
        else _calls(case, first.quantity, compared[: at + 1], witnesses),
    }
    return divergence, facts


_SHOWN = 3
"""So many numbers a message shows: the first wrong one, and right ones before it, which tell nothing that is hidden."""


def _elements(first: Comparison, index: tuple[int, ...], witness: Witness | None) -> list[dict[str, Any]]:
    """The first wrong element of a result and those before it, in C's order."""
    shape = first.actual[0].shape
    at = int(np.ravel_multi_index(index, shape))
    places = (np.unravel_index(each, shape) for each in range(max(at + 1 - _SHOWN, 0), at + 1))
    return [_row(first, tuple(map(int, place)), witness, index=list(map(int, place))) for place in places]


def _calls(
    case: Case, quantity: str, compared: Sequence[Sequence[Comparison]], witnesses: Sequence[Witness]
) -> list[dict[str, Any]]:
    """Where the result is a single number: the first wrong call and those before it, by what they were called with."""
    rows = []
    for at in range(max(len(compared) - _SHOWN, 0), len(compared)):
        result = next(each for each in compared[at] if each.quantity == quantity)
        rows.append(_row(result, (), witnesses[at] if witnesses else None, call=_unlike(case, at)))
    return rows


def _row(comparison: Comparison, place: tuple[int, ...], witness: Witness | None, **label: Any) -> dict[str, Any]:
    told = None if witness is None else witness.get(comparison.quantity)
    block, at = comparison.block, (0, *place)
    by_torch = None if told is None else told[place]
    return judging.row(comparison.actual[at], block.value[at], block.tolerance[at], by_torch, **label)


def _unlike(case: Case, at: int) -> dict[str, Any]:
    """The numbers of a call that are not the same in all calls of its case."""
    every = [_numbers(call) for call in case.calls]
    return {name: value for name, value in every[at].items() if any(each.get(name) != value for each in every)}


def _alike(case: Case) -> dict[str, Any]:
    """The numbers that are the same in all calls of a case."""
    unlike = _unlike(case, 0)
    return {**case.hyper, **{name: value for name, value in _numbers(case.calls[0]).items() if name not in unlike}}


def _numbers(call: Call) -> dict[str, Any]:
    """Those arguments of a call that are single numbers: they belong to the setting, as hyper-parameters do."""
    return {name: value for name, value in call.args.items() if isinstance(value, (bool, int, float))}


# -- torch ----------------------------------------------------------------------------------------------------------


def _by_torch(torch: Any, page: Page, call: Call, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """The oracle's steps on one call, floating arrays in float64."""
    args = [
        torch.from_numpy(value.astype(np.float64) if value.dtype.kind == "f" else value)
        if isinstance(value, np.ndarray)
        else value
        for value in call.args.values()
    ]
    said = page.witness(torch, *args, **settings)
    return {name: np.asarray(value) for name, value in said.items()}
