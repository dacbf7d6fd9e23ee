from __future__ import annotations

import re
from dataclasses import replace

import pytest

from harness.report.handbook import explain_page, listing
from harness.report.terminal import digest, summary
from harness.results import SubmissionResult
from tests.cohort import CATALOGUE, COHORT, got, student

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def test_a_digest_shows_table_sentences_lines_and_values() -> None:
    text = digest(COHORT.submissions[0], CATALOGUE, color=False)
    assert "7.5 of 14 points" in text
    for part in (
        r"×   adam +wrong +0 / 1 +1 / 3",
        r"✓   sgd +right +1 / 1 +2 / 2 +0\.32 × tolerance",
        r"Not found: amsgrad, keras_sgd, keras_adam\.",
        r"× adam \(optim\.py:15\): Your values are Adam's without bias correction\.",
        r"→ m and v start at 0",
        r"× m̂ = m / \(1 − β₁ᵗ\)   mistake here",
        r"m_hat\[0\] \(float32, lr 0\.02, beta1 0\.8, beta2 0\.99\)",
        r"step +expected +by torch +yours +error +× tolerance",
        r"× 4 +0\.576456000 +0\.576456030 +0\.549905000 +2\.7e-02 +17,701",
        r"optim\.py:12  return 1 / \(1 - self\.b1\*\*self\.t\)",
        r"i adam: several names match; Adam was graded\.",
        r"gradstep explain momentum",
    ):
        assert re.search(part, text), part
    assert "✓ m ←" not in text, "a line that is right needs no second look"


def test_all_right_says_so() -> None:
    assert "Nothing to fix" in digest(student("a"), CATALOGUE, color=False)


def test_where_nothing_is_found_nothing_is_said_of_what_was_found() -> None:
    ids = [each.id for each in student("a").algorithms]
    none = digest(student("a", *(got(id, "missing", None) for id in ids)), CATALOGUE, color=False)
    assert none.endswith("None of the algorithms was found.\n")
    some = digest(student("a", *(got(id, "missing", None) for id in ids[1:])), CATALOGUE, color=False)
    assert some.endswith("Nothing to fix in what was found.\n")


def test_what_did_not_load_says_why_and_nothing_else() -> None:
    submission = next(each for each in COHORT.submissions if each.id == "2023-11552")
    text = digest(submission, CATALOGUE, color=False)
    assert "Python cannot read optim.py, line 14, so nothing in it could be graded: '(' was never closed." in text
    assert "w = np.sqrt(v" in text
    assert "Not found" not in text


@pytest.mark.parametrize("submission", COHORT.submissions, ids=lambda each: ascii(each.id)[:20])
def test_colour_changes_nothing_but_colour(submission: SubmissionResult) -> None:
    plain = digest(submission, CATALOGUE, color=False)
    assert all(char.isprintable() or char == "\n" for char in plain)
    assert ANSI.sub("", digest(submission, CATALOGUE, color=True)) == plain


def test_an_empty_catalogue_is_enough() -> None:
    for submission in COHORT.submissions:
        assert digest(submission, {}, color=False)
    assert summary(COHORT, {}, color=False)
    assert listing({}, color=False) == "\n"


def test_the_summary_counts() -> None:
    text = summary(COHORT, CATALOGUE, color=False)
    for part in (
        r"graded +11 of 13 submissions",
        r"mean 9\.\d, median 11\.0, of 14",
        r"\d+ right, \d+ wrong",
        r"isolation +strict",
        r"! 2023-11551: Importing optim.py raised NameError in line 3, so nothing in it could be graded",
        r"4  adam +Your values are Adam's without bias correction\.",
    ):
        assert re.search(part, text), part
    assert all(char.isprintable() or char == "\n" for char in text)


def test_the_summary_tells_how_long_it_took_and_who_took_longest() -> None:
    text = summary(COHORT, CATALOGUE, color=False, seconds={"kim": 0.25, "김철수": 12.04, "lee": 3.0})
    assert re.search(r"^graded +11 of 13 submissions in 13:45$", text, re.MULTILINE)
    assert re.search(r"^slowest +김철수, 12\.0 s$", text, re.MULTILINE)
    assert "slowest" not in summary(COHORT, CATALOGUE, color=False, seconds={})


def test_the_summary_lists_those_that_should_be_looked_at_and_no_others() -> None:
    shown = summary(COHORT, CATALOGUE, color=False)
    listed = [line for line in shown.splitlines() if re.match(r"[!HTCM⊘] ", line)]
    assert [line.partition(":")[0] for line in listed] == [
        "H 2023-11341", "! 2023-11551", "! 2023-11552", "T 2023-10328", "C 2023-10659",
    ]  # fmt: skip
    assert listed[0].endswith(": harness error in keras_sgd; forbidden in adagrad")
    assert listed[4].endswith(": crashed in sgd; out of memory in step_decay")


def test_the_summary_of_many_stays_small() -> None:
    wrong = [student(f"s{number:03}", got("adam", "timeout", "timeout")) for number in range(300)]
    right = [student(f"r{number}") for number in range(3)]
    text = summary(replace(COHORT, submissions=(*right, *wrong)), CATALOGUE, color=False)
    assert len(text.splitlines()) < 20
    assert "T s007: timeout in adam\n  and 292 more; the pages have all.\n" in text
    assert "graded     303 submissions" in text


@pytest.mark.parametrize(("count", "words"), [(1, "1 submission"), (2, "2 submissions"), (0, "0 submissions")])
def test_the_summary_counts_in_english(count: int, words: str) -> None:
    results = replace(COHORT, submissions=tuple(student(f"s{number}") for number in range(count)))
    assert re.search(rf"^graded +{words} in 13:45$", summary(results, CATALOGUE, color=False), re.MULTILINE)


def test_the_listing_and_a_page() -> None:
    assert "Decay\n  time_decay(lr, decay, t)" in listing(CATALOGUE, color=False)
    page = explain_page(CATALOGUE["adam"], "def adam(w, grad):\n    yield\n", color=False)
    for part in ("slide: Adam", "m̂ = m / (1 − β₁ᵗ)", "def adam(w, grad):", "β₁ and β₂ are swapped.", "Right in:"):
        assert part in page


def test_what_is_not_started_is_one_line() -> None:
    begun = digest(student("a", *(got(id, "error", "not_started") for id in ("sgd", "adam"))), CATALOGUE, color=False)
    assert "\n\nNot started: sgd, adam.\n\n" in begun
    assert not re.search(r"(?m)^\S* *(sgd|adam) ", begun), "a row of the table, or a paragraph"
    assert begun.endswith("Nothing to fix in what is written. Go on with one: gradstep explain sgd\n")


def test_a_starter_as_it_was_handed_out() -> None:
    untouched = digest(student("a", *(got(id, "error", "not_started") for id in CATALOGUE)), CATALOGUE, color=False)
    _, listed, closing = untouched.rstrip("\n").split("\n\n")
    assert " ".join(listed.split()) == f"Not started: {', '.join(CATALOGUE)}."
    assert closing.startswith("Nothing is written yet.")


def test_the_summary_counts_what_is_not_started_for_itself() -> None:
    text = summary(COHORT, CATALOGUE, color=False)
    counts = " ".join(text.partition("\nchecks ")[2].partition("\nisolation ")[0].split())
    assert "2 partly right, 2 dialect, 1 not started, 4 not found" in counts
    assert counts.endswith("1 skipped, 1 harness error")
    assert not re.search(r"\d\n", text.partition("isolation")[0].partition("checks")[2]), "a number left of its word"
