from __future__ import annotations

from string import Formatter

import pytest

from harness.report.messages import ENTRIES
from harness.report.speak import explain
from harness.results import Message
from tests.cohort import CATALOGUE, EXAMPLES, HOSTILE, LONG, NAN_VALUES, VALUES


def test_every_message_has_an_example() -> None:
    assert set(EXAMPLES) == set(ENTRIES)


@pytest.mark.parametrize("id", ENTRIES)
def test_every_message_renders_with_its_documented_params(id: str) -> None:
    assert set(EXAMPLES[id]) == set(ENTRIES[id].params)
    sentence = explain(Message(id, EXAMPLES[id]), "adam", CATALOGUE)
    assert sentence.headline != f"{id}.", "no headline had all its words"
    assert sentence.headline.endswith((".", "?", "!"))
    for text in (sentence.headline, sentence.detail, sentence.remedy):
        assert "{" not in text.replace('{"w": w}', "")
        assert "None" not in text.replace("returns None", "")
        assert ".." not in text.replace("...", "")


@pytest.mark.parametrize("id", ENTRIES)
def test_texts_name_only_words_that_some_message_has(id: str) -> None:
    made = {"title", "method", "slide_lines", "name", "place", "yours", "distance", "formula", "unseen", "expected"}
    made |= {"variant", "variant_remedy", "home", "also", "second", "spot", "right_too", "grad", "seen"}
    made |= {"above", "alone", "one_line", "situation", "alike", "also_remedy", "second_remedy", "id"}
    made |= {"suspect", "suspect_line"}
    entry = ENTRIES[id]
    for text in (*entry.headline, *entry.detail, *entry.remedy):
        named = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        assert named <= {*entry.params, *made}


@pytest.mark.parametrize("id", ENTRIES)
@pytest.mark.parametrize("algorithm", ["adam", "lion", None])
def test_a_message_survives_lost_params_and_unknown_algorithms(id: str, algorithm: str | None) -> None:
    for params in ({}, {"around": "what"}, dict.fromkeys(EXAMPLES[id]), EXAMPLES[id]):
        assert explain(Message(id, params), algorithm, CATALOGUE).headline


@pytest.mark.parametrize("id", ENTRIES)
def test_hostile_params_are_shown_not_acted_on(id: str) -> None:
    for text in (HOSTILE, LONG):
        sentence = explain(Message(id, dict.fromkeys(EXAMPLES[id], text)), "adam", CATALOGUE)
        for part in (sentence.headline, sentence.detail, sentence.remedy):
            assert part.isprintable()
            assert len(part) < 2000


def test_a_mistake_says_what_where_and_what_to_do() -> None:
    sentence = explain(Message("mistake", EXAMPLES["mistake"]), "adam", CATALOGUE)
    assert sentence.headline == "Your values are Adam's without bias correction."
    assert sentence.detail == (
        "Right at every step so far: m, v. "
        "First wrong: m_hat[0], step 4: expected 0.576456, yours 0.549905, 17,701 × tolerance. "
        "Case: late-start-float32, the gradient is 0 for three steps, then random. Cases that fail: 12 of 12."
    )
    assert sentence.remedy.startswith("m and v start at 0")


def test_what_the_table_beside_it_shows_is_not_said_twice() -> None:
    for id, beginning in (("mistake", "Right at every step so far"), ("dialect", "Right in: ")):
        whole = explain(Message(id, EXAMPLES[id]), "adam", CATALOGUE).detail
        short = explain(Message(id, EXAMPLES[id]), "adam", CATALOGUE, beside_values=True).detail
        assert "m_hat[0], step 4" in whole or "w[0], step 4" in whole
        assert "yours" not in short
        assert short.startswith(beginning)
        assert "Case: late-start-float32" in short
    not_finite = explain(Message("not_finite", NAN_VALUES), "adam", CATALOGUE, beside_values=True)
    assert not_finite.headline == "w becomes nan at step 4."


def test_what_fits_alike_is_named_in_one_sentence() -> None:
    params = {**EXAMPLES["mistake"], "also": [["betas_swapped"]]}
    told = explain(Message("mistake", params), "adam", CATALOGUE)
    assert told.headline == (
        "Your values fit these alike: “Your values are Adam's without bias correction”, or “β₁ and β₂ are swapped”."
    )
    assert told.remedy.startswith("m and v start at 0")
    assert told.remedy.endswith("Or: β₁ belongs to m, β₂ to v.")


def test_pairs_that_fit_alike_say_which() -> None:
    params = {**EXAMPLES["mistake"], "second": "eps_outside_root", "also": [["no_bias_correction", "betas_swapped"]]}
    told = explain(Message("mistake", params), "adam", CATALOGUE)
    assert "correction” with “ε stands outside the root: √v̂ + ε”, or “" in told.headline
    assert told.headline.endswith("correction” with “β₁ and β₂ are swapped”.")
    assert "Besides" not in told.detail


def test_what_is_beside_the_mistake_is_named() -> None:
    params = {**EXAMPLES["mistake"], "second": "eps_outside_root"}
    detail = explain(Message("mistake", params), "adam", CATALOGUE).detail
    home = "the paper's Algorithm 1, PyTorch, Optax"
    assert f"Besides: ε stands outside the root: √v̂ + ε (right in: {home}). The slides have √(v̂ + ε)." in detail


def test_other_defaults_are_told_beside_the_mistake() -> None:
    params = {**EXAMPLES["mistake"], "defaults": "adam(w, grad, *, lr=0.001)"}
    detail = explain(Message("mistake", params), "adam", CATALOGUE).detail
    assert detail.endswith("the defaults are those of adam(w, grad, *, lr=0.001).")


def test_an_inner_step_that_is_other_before_is_told_with_what_it_may_be() -> None:
    params = {**VALUES, "quantity": "w", "right": ["m"], "earlier": [{"quantity": "v", "step": 2}]}
    told = explain(Message("diverges", params), "adam", CATALOGUE)
    assert "Other than the slide's even before: v (from step 2)." in told.detail
    assert told.remedy.startswith("Look first at the line that computes v: v ← β₂v + (1 − β₂)g². Other values are fine")


def test_a_second_dialect_is_named() -> None:
    params = {**EXAMPLES["dialect"], "second": "eps_outside_root"}
    assert "Besides: ε stands outside" in explain(Message("dialect", params), "adam", CATALOGUE).detail


def test_the_step_that_did_not_come_is_the_one_named() -> None:
    sentence = explain(Message("stopped_early", {"case": "scalar", "step": 11, "steps": 12}), "adam", CATALOGUE)
    assert sentence.headline == "The generator ends before step 11 of 12."


def test_where_nothing_fits_the_next_step_depends_on_what_was_seen() -> None:
    def remedy(**params: object) -> str:
        return explain(Message("diverges", {**VALUES, **params}), "adam", CATALOGUE).remedy

    assert "m̂ = m / (1 − β₁ᵗ)" in remedy()
    assert remedy(quantity="w", right=["m"]).endswith("is named: v, m_hat, v_hat.")
    assert "√(v̂ + ε)" in remedy(quantity="w", right=["m", "v", "m_hat", "v_hat"])
    assert "where grad is called" in remedy(quantity="point")


def test_the_point_and_not_a_number() -> None:
    params = {**VALUES, "quantity": "point", "index": [1, 2]}
    point = explain(Message("diverges", params), "nag", CATALOGUE)
    assert "the point where the gradient is asked, [1, 2], step 4" in point.detail
    assert explain(Message("not_finite", NAN_VALUES), "adam", CATALOGUE).headline == "w becomes nan at step 4."


def test_alternatives_follow_what_is_known() -> None:
    def headline(id: str, **params: object) -> str:
        return explain(Message(id, params), None, CATALOGUE).headline

    assert headline("crash", signal="SIGSEGV", code=None) == "The process died: SIGSEGV."
    assert headline("crash", signal=None, code=0) == "The code ended its own process with exit code 0."
    assert headline("crash", signal=None, code=None) == "The process died."
    assert headline("import_raised", type="ValueError", text="") == (
        "Importing the file raised ValueError, so nothing in it could be graded."
    )


def test_a_case_is_told_with_what_it_stresses() -> None:
    told = explain(Message("returns_nothing", {"case": "plain", "why": "five examples."}), None, CATALOGUE)
    assert told.detail == "Case: plain, five examples."


def test_what_to_do_depends_on_how_many_there_are() -> None:
    def remedy(id: str, **params: object) -> str:
        return explain(Message(id, params), None, CATALOGUE).remedy

    widened = {"algorithm": "standardize", "actual": "float64", "expected": "float32", "argument": "X"}
    assert remedy("wider_dtype", **widened).endswith("end with astype(X.dtype).")
    assert remedy("returns_other", type="tuple of 2", wanted=["y"]) == "Return y alone."
    assert remedy("returns_other", type="dict", wanted=["y", "cache"]).endswith("by commas: y, cache.")
    assert remedy("raised", type="KeyError", frames=[{}]) == "The line shown is the one that failed."
    assert remedy("raised", type="TypeError", frames=[]).startswith("No line is known: ")
    assert "The lines above it say" in remedy("raised", type="KeyError", frames=[{}, {}])


def test_what_is_unknown_is_shown_as_data() -> None:
    sentence = explain(Message("found_next_year", {"a": 1, "b": HOSTILE}), "adam", CATALOGUE)
    assert sentence.headline == "found_next_year."
    assert sentence.detail.startswith("a: 1; b: <script>")
    mistake = explain(Message("mistake", {**VALUES, "mistake": "found_next_year", "also": []}), "adam", CATALOGUE)
    assert mistake.headline == "Known mistake: found next year."
