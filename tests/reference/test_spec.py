"""The vocabulary of the pages: what it refuses, and what it makes of a page."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from reference import Page, PageError, Variant, pages
from tests.reference.replay import walks

PAGE = '''\
"""A page for the tests."""

from reference.maths import zeros_like
from reference.spec import algorithm


@algorithm(title="Drift", topic="Tests", order=1, lecture=8, slide="None", steps={"v": "v ← v + g", "w": "w ← w − ηv"})
def drift(w, grad, *, lr=0.5):
    v = zeros_like(w)
    while True:
        v = v + grad(w)
        w = w - lr * v
        yield {"v": v, "w": w}
'''

Load = Callable[..., Page]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load(more: str = "", name: str = "drift") -> Page:
        file = tmp_path / f"{name}.py"
        file.write_text(f"{PAGE}\n\n{more}\n", encoding="utf-8")
        spec = spec_from_file_location(f"{tmp_path.name}.{name}", file)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        page: Page = module.drift
        return page

    return load


def variants(page: Page) -> dict[str, Variant]:
    return {variant.id: variant for variant in page.variants}


# -- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quote", "found"),
    [("w + lr", 0), ("w - lr", 1), ("lr", 1), ("v", 6), ("lr=0.5", 0)],
    ids=["absent", "once", "once-in-the-body", "many-times", "in-the-signature-only"],
)
def test_a_quote_must_occur_once_in_the_body(load: Load, quote: str, found: int):
    more = f'drift.mistake("m", "Headline.", "Remedy.", {{{quote!r}: ""}})'
    if found == 1:
        load(more)
    else:
        with pytest.raises(PageError, match=rf"^drift\.py: m quotes '{quote.replace('+', '[+]')}', .* {found} times"):
            load(more)


def test_a_hint_must_quote_as_well(load: Load):
    with pytest.raises(PageError, match=r"^drift\.py: rounds quotes 'v - grad'"):
        load('drift.rounds("reason", {"v - grad": "v"})')


def test_a_variant_must_quote_something(load: Load):
    with pytest.raises(PageError, match=r"^drift\.py: m quotes nothing"):
        load('drift.mistake("m", "Headline.", "Remedy.")')


def test_a_variant_is_listed_once(load: Load):
    twice = 'drift.mistake("m", "Headline.", "Remedy.", {"lr * v": "v"})\n'
    with pytest.raises(PageError, match=r"^drift\.py: m is listed twice"):
        load(twice + twice)


def test_a_case_has_a_name_of_its_own(load: Load):
    with pytest.raises(PageError, match=r"^drift\.py: two cases are called 'far-out'"):
        load("def far_out(rng): ...\n\ndrift.cases(far_out, far_out)")


def test_a_file_bears_its_algorithms_name(load: Load):
    with pytest.raises(PageError, match=r"^other\.py: holds drift"):
        load(name="other")


def test_a_page_without_an_oracle_says_so(load: Load):
    with pytest.raises(PageError, match=r"^drift\.py: has no oracle"):
        load().witness(None)


# -- what is made of a page -----------------------------------------------------------------------------------------


def test_the_signature_is_the_contracts():
    assert pages()["adam"].call == "adam(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8)"
    assert pages()["sgd"].call == "sgd(w, grad, order, *, lr=0.01, batch_size=32)"


def test_the_form_follows_from_the_signature():
    assert [page.id for page in pages().values() if page.form == "epoch"] == ["sgd"]


def test_a_variant_is_written_into_the_source(load: Load):
    page = load('drift.mistake("up", "Headline.", "Remedy.", {"w - lr": "w + lr"})')
    edition = page.edition((variants(page)["up"], 0))
    assert edition is not None
    assert edition.source == page.source.replace("w - lr", "w + lr")
    assert edition.touched == ("w",)
    steps = edition.run(1.0, lambda w: 2.0)
    assert next(steps) == {"v": 2, "w": 2}
    assert next(steps) == {"v": 4, "w": 4}


def test_variants_that_overlap_cannot_stand_together(load: Load):
    page = load(
        'drift.mistake("up", "Headline.", "Remedy.", {"w - lr": "w + lr"})\n'
        'drift.mistake("far", "Headline.", "Remedy.", {"lr * v": "v"})\n'
        'drift.mistake("late", "Headline.", "Remedy.", {"* v": "/ v"})\n'
    )
    up, far, late = ((variant, 0) for variant in page.variants)
    assert page.edition(up, far) is None
    assert page.edition(far, late) is None
    assert page.edition(up, late) is not None


def test_touched_names_the_steps_whose_lines_change():
    adam = pages()["adam"]
    known = variants(adam)
    touched = {(id, way): adam.edition((known[id], way)).touched for id in known for way in range(len(known[id].edits))}
    assert adam.slide_edition.touched == ()
    assert touched["no_bias_correction", 0] == ("m_hat", "v_hat")
    assert touched["betas_swapped", 0] == ("m", "v", "m_hat", "v_hat")
    assert touched["betas_swapped", 1] == ("m", "v")
    assert touched["t_constant", 0] == ("m_hat", "v_hat")  # t is no named step: those made of it
    assert touched["eps_outside_root", 0] == ("w",)


class Widening:
    """A number that remembers what its bound was widened by."""

    def __init__(self, value: float, by: tuple[float, ...] = ()):
        self.value, self.by = value, by

    def __add__(self, other: float) -> Widening:
        return Widening(self.value + other)

    def widen(self, term: float) -> Widening:
        return Widening(self.value, (*self.by, term))


def test_a_hint_widens_and_stands_back_where_a_variant_rewrites_its_line(load: Load):
    page = load(
        'drift.rounds("reason", {"v + grad(w)": "7.0"})\n'
        'drift.mistake("up", "Headline.", "Remedy.", {"w - lr": "w + lr"})\n'
        'drift.mistake("lost", "Headline.", "Remedy.", {"v + grad": "grad"})\n'
    )
    assert "_rounds(v + grad(w), 7.0)" in page.slide_edition.source
    up, lost = (page.edition((variant, 0)) for variant in page.variants)
    assert up is not None
    assert "_rounds" in up.source
    assert lost is not None
    assert "_rounds" not in lost.source
    rounds = page.slide_edition.run.__globals__["_rounds"]
    assert rounds(Widening(1.0) + 2.0, 7.0).by == (7.0,)
    assert rounds(3.0, 7.0) == 3.0


# -- the numbers on the slides --------------------------------------------------------------------------------------


def test_adagrads_worked_example_holds_digit_for_digit():
    adagrad = pages()["adagrad"]
    example = walks("adagrad")[list(adagrad.makers).index("slide-example")]
    G = example.yields[-1]["G"]
    assert [f"{each:.12g}" for each in G] == ["425", "0.0125"]
    assert [float(f"{each:.1g}") for each in G**0.5] == [20, 0.1]  # the slide's effective rates, 0.01/20 and 0.01/0.1


# -- what a course hard-codes ---------------------------------------------------------------------------------------


def test_what_is_fixed_is_passed_by_no_case_and_counts_in_place_of_the_default():
    page = pages()["adam"]
    fixed = page.fixing({"eps": 0.25})
    assert fixed.defaults == {**page.defaults, "eps": 0.25}
    assert page.defaults["eps"] == 1e-8
    for case, other in zip(fixed.draw(0), page.draw(0), strict=True):
        assert {**case.hyper, "eps": 1} == {**other.hyper, "eps": 1}
        assert "eps" not in case.hyper
    assert page.fixing({}).defaults == page.defaults
