"""Every page, held against torch, against the contract, and against its own known mistakes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from reference import Case, Page, Stream, Variant, pages
from tests.reference.clashes import CLASHES
from tests.reference.contract import CONTRACT
from tests.reference.replay import (
    CLEAR,
    ROUNDINGS,
    SEED,
    Answer,
    Walk,
    answer,
    arguments,
    excess,
    replay,
    separation,
    unlike,
    walks,
)

AGREES = 1e-9
"""How far torch may be from a function's page in float64, relative to an element, or to a billionth of the largest."""

BY_A_CONSTANT: Mapping[str, str] = {
    "exponential_decay": "wrong_base",
    "local_contrast_normalize": "eps_ignored",
    "batch_norm_forward": "eps_ignored",
    "batch_norm_inference": "eps_ignored",
}
"""Mistakes that are one constant for another, as e to nine digits: they differ by as much as the constants do."""

CLEAR_BY_A_CONSTANT = 1e-9
"""How far such a mistake is from others in float64. Pages that are graded so tell 1e-12 apart."""

DRAWN_BY_HAND: frozenset[str] = frozenset()
"""Cases whose data are the same for every seed."""

STEPWISE = ("optimizer", "epoch")
DRAWING = ("sampler", "layer")
"""Forms whose pages draw: what they give is nobody's to foresee. tests/reference/test_drawing.py holds them."""

DETERMINED = [page for page in pages().values() if page.form not in DRAWING]

every_page = pytest.mark.parametrize("page", pages().values(), ids=pages().keys())
every_determined = pytest.mark.parametrize("page", DETERMINED, ids=[page.id for page in DETERMINED])
every_case = pytest.mark.parametrize(
    ("page", "case"),
    [pytest.param(page, case, id=f"{page.id}-{case.id}") for page in pages().values() for case in page.draw(SEED)],
)
every_call = pytest.mark.parametrize(
    ("page", "case"),
    [
        pytest.param(page, case, id=f"{page.id}-{case.id}")
        for page in DETERMINED
        for case in page.draw(SEED)
        if case.calls
    ],
)
every_variant = pytest.mark.parametrize(
    ("page", "variant", "way"),
    [
        pytest.param(page, variant, way, id=f"{page.id}-{variant.id}-{way}")
        for page in DETERMINED
        for variant in page.variants
        for way in range(len(variant.edits))
    ],
)


def witness(page: Page, case: Case, stream: Stream) -> dict[str, Any]:
    """What the page's oracle says of a stream, as numpy arrays."""
    import torch

    inputs = [torch.from_numpy(np.array(x, dtype="float64")) for x in (stream.w, stream.grads)]
    if stream.order is not None:
        inputs.append(torch.from_numpy(stream.order))
    said = page.witness(torch, *inputs, **{**page.defaults, **case.hyper})
    return {step: value.numpy() for step, value in said.items()}


def apart(ours: tuple[Walk | Answer, ...], theirs: tuple[Walk | Answer, ...]) -> float:
    """How clearly the most telling case separates two texts of a page."""
    return max(separation(a, b) for a, b in zip(ours, theirs, strict=True))


def signature(page: Page) -> tuple[str, ...]:
    """The positional arguments of a page, those of the page before it among them."""
    return (*(pages()[page.after].arguments if page.after else ()), *page.arguments)


def clearly_apart(page: Page, one: tuple[str, int], other: tuple[str, int] | None = None) -> bool:
    """Whether some case separates a way to make a variant from another one, or from the slide."""
    dtypes = [case.dtype for case in page.draw(SEED) for _ in case.runs]
    by_a_constant = BY_A_CONSTANT.get(page.id) in (one[0], other and other[0])
    least = {"float32": CLEAR, "float64": CLEAR_BY_A_CONSTANT if by_a_constant else CLEAR}
    pairs = zip(walks(page.id, *one), walks(page.id, *(other or ())), dtypes, strict=True)
    return any(separation(a, b) > least[dtype] for a, b, dtype in pairs)


def by_kind(page: Page, kind: str) -> list[str]:
    return [variant.id for variant in page.variants if variant.kind == kind]


# -- the words ------------------------------------------------------------------------------------------------------


def test_the_pages_are_the_contracts_in_the_lectures_order():
    assert list(pages()) == [id for id in CONTRACT if id in pages()]


@every_page
def test_a_page_offers_what_the_contract_says(page: Page):
    row = CONTRACT[page.id]
    name, _, arguments = page.call.partition("(")
    assert name == ("KerasDropout" if page.form == "layer" else page.id)
    assert f"({arguments}" == row.call
    steps = row.steps.split()
    assert [step for step in page.steps if step in steps] == steps
    assert page.form not in STEPWISE or list(page.steps)[-1] == "w"


@every_page
def test_a_page_knows_the_contracts_mistakes_and_dialects_first_and_in_order(page: Page):
    row = CONTRACT[page.id]
    for kind, ids in (("mistake", row.mistakes.split()), ("dialect", row.dialects.split())):
        assert by_kind(page, kind)[: len(ids)] == ids


@every_page
def test_the_words_are_sentences(page: Page):
    headlines = [variant.headline for variant in page.variants]
    assert len(set(headlines)) == len(headlines)
    for words in (*headlines, *(variant.remedy for variant in page.variants)):
        assert words.endswith(".")
        assert words == words.strip()
    assert all(variant.home for variant in page.variants if variant.kind == "dialect")
    assert page.text
    assert page.paper


@every_page
def test_a_dialects_remedy_leaves_it_to_the_policy_what_it_earns(page: Page):
    assert not [each.id for each in page.variants if each.kind == "dialect" and "Nothing to fix" in each.remedy]


@every_page
def test_a_page_yields_its_named_steps(page: Page):
    for walk in walks(page.id):
        for each in [walk.values] if isinstance(walk, Answer) else walk.yields:
            assert [name for name in each if name != "asked"] == list(page.steps)


def test_loading_the_pages_imports_neither_numpy_nor_torch():
    code = "import sys, reference; reference.pages(); print(sys.modules.keys() & {'numpy', 'torch'})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# -- the oracle -----------------------------------------------------------------------------------------------------


@every_case
def test_the_oracle_agrees_at_every_step(page: Page, case: Case):
    for stream in case.streams:
        walk, said = replay(page, case, stream), witness(page, case, stream)
        assert said.keys() - {"point"} == page.steps.keys()
        said.setdefault("point", np.concatenate([stream.w[None], said["w"][:-1]]))
        for step, values in said.items():
            assert excess(walk, step, values) <= ROUNDINGS, step


@every_call
def test_the_oracle_of_a_function_agrees(page: Page, case: Case):
    import torch

    for call in case.calls:
        ours = answer(page, page.slide_edition, case, call)
        inputs = [torch.from_numpy(x) if isinstance(x, np.ndarray) else x for x in arguments(call).values()]
        said = page.witness(torch, *inputs, **page.settings(case.hyper))
        assert said.keys() >= set(page.results)
        for name, value in said.items():
            theirs = value.numpy() if isinstance(value, torch.Tensor) else value
            assert np.shape(theirs) == np.shape(ours.values[name])
            assert unlike(ours.values[name], theirs) <= AGREES, name


@every_call
@pytest.mark.parametrize("dtype", ["float32", "longdouble"])
def test_a_function_computes_in_the_dtype_it_is_given(page: Page, case: Case, dtype: str):
    for call in case.calls:
        given = arguments(call, dtype)
        if not any(isinstance(each, np.ndarray) and each.dtype == dtype for each in given.values()):
            continue  # numbers alone have Python's own precision
        for step, value in answer(page, page.slide_edition, case, call, dtype).values.items():
            assert not np.issubdtype(value.dtype, np.floating) or value.dtype == np.dtype(dtype), step


@every_call
def test_twins_agree(page: Page, case: Case):
    for call in case.calls:
        slide = answer(page, page.slide_edition, case, call, "longdouble")
        for twin in page.slide_edition.twins:
            other = answer(page, twin, case, call, "longdouble")
            assert separation(slide, other) <= AGREES


@every_case
@pytest.mark.parametrize("dtype", ["float32", "longdouble"])
def test_a_page_computes_in_the_dtype_it_is_given(page: Page, case: Case, dtype: str):
    for stream in case.streams:
        for each in replay(page, case, stream, dtype).yields:
            for step, value in each.items():
                assert (value.dtype, value.shape) == (np.dtype(dtype), stream.w.shape), step


@every_case
def test_hints_change_no_value(page: Page, case: Case):
    for stream in case.streams:
        plain, hinted = replay(page, case, stream), replay(page.slide_edition.run, case, stream)
        for step in page.steps:
            np.testing.assert_array_equal(plain.stacked(step), hinted.stacked(step), strict=True)


# -- the cases ------------------------------------------------------------------------------------------------------


def frozen(case: Case) -> list[tuple[Any, ...]]:
    """A case's data, byte for byte."""
    calls = [tuple(a.tobytes() if isinstance(a, np.ndarray) else a for a in c.args.values()) for c in case.calls]
    streams = [(s.w.tobytes(), s.grads.tobytes(), b"" if s.order is None else s.order.tobytes()) for s in case.streams]
    return streams + calls


@every_page
def test_a_seed_is_its_data(page: Page):
    for once, again, other in zip(page.draw(SEED), page.draw(SEED), page.draw(SEED + 1), strict=True):
        assert frozen(once) == frozen(again)
        if once.id not in DRAWN_BY_HAND and once.id != "slide-example":  # printed numbers, not drawn ones
            assert frozen(once) != frozen(other)


@every_page
def test_a_case_is_named_by_its_maker(page: Page):
    assert [case.id for case in page.draw(SEED)] == list(page.makers)


@every_case
def test_a_case_holds_its_dtype(page: Page, case: Case):
    assert bool(case.streams) != bool(case.calls)
    for call in case.calls:
        assert list(call.args) == [name for name in call.args if name in signature(page)]
        arrays = [each for each in call.args.values() if isinstance(each, np.ndarray)]
        assert {str(each.dtype) for each in arrays} <= {case.dtype, "int64", "bool"}
    for stream in case.streams:
        assert stream.w.dtype == stream.grads.dtype == case.dtype
        if stream.order is not None:
            assert stream.order.dtype == np.int64
            assert sorted(stream.order) == list(range(len(stream.grads)))


@every_case
def test_hyper_parameters_are_no_defaults_and_exact(page: Page, case: Case):
    if not case.hyper or case.id == "slide-example":  # the defaults' own case; the slide's own numbers
        return
    assert (case.id == "one-alone") == (case.hyper.keys() < page.settings({}).keys())  # that one passes a few only
    assert case.hyper.keys() <= page.settings({}).keys()
    if page.form not in STEPWISE:  # eps may stand at its default beside other inputs that make it tell
        return
    for name, value in case.hyper.items():
        if not isinstance(value, bool):  # a flag is as often at its default as not
            assert value != page.defaults[name] or case.id == "no-memory"
            assert float(np.float32(value)) == value


@every_page
def test_a_flag_is_both_on_and_off_beside_other_hyper_parameters(page: Page):
    flags = {name for name, value in page.defaults.items() if isinstance(value, bool)}
    seen = {(name, case.hyper[name]) for case in page.draw(SEED) for name in flags & case.hyper.keys()}
    assert seen == {(name, value) for name in flags for value in (False, True)}


@every_page
def test_one_case_passes_nothing(page: Page):
    if page.settings({}):
        assert [case.id for case in page.draw(SEED) if not case.hyper] == ["defaults"]


# -- the mistakes and dialects --------------------------------------------------------------------------------------


@every_variant
def test_a_variant_differs_from_the_slide(page: Page, variant: Variant, way: int):
    assert clearly_apart(page, (variant.id, way))


@every_determined
def test_variants_are_told_apart(page: Page):
    ways = [(variant.id, way) for variant in page.variants for way in range(len(variant.edits))]
    for one, other in combinations(ways, 2):
        if one[0] != other[0]:
            assert clearly_apart(page, one, other), (one, other)


@every_page
def test_a_mistake_can_be_made_in_every_dialect(page: Page):
    for dialect in (variant for variant in page.variants if variant.kind == "dialect"):
        clashing = {
            mistake.id
            for mistake in page.variants
            if mistake.kind == "mistake"
            and not any(page.edition((mistake, way), (dialect, 0)) for way in range(len(mistake.edits)))
        }
        assert clashing == CLASHES[page.id, dialect.id]


@every_page
def test_doing_nothing_fails(page: Page):
    if page.form not in STEPWISE:
        return  # tests/grading does nothing in several ways, and is graded
    still = (Walk(walk.start, [{"w": walk.start}] * len(walk.yields), walk.points) for walk in walks(page.id))
    assert apart(walks(page.id), tuple(still)) > CLEAR
