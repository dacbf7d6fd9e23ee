"""What the terminal says of two results files."""

from __future__ import annotations

import re
from dataclasses import replace

from harness.report.changes import changes
from harness.report.wording import columns
from harness.results import Results
from harness.results.changes import compare
from tests.cohort import COHORT, got, passed, student
from tests.results.test_changes import BROKEN, FORGOT, batch, only

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def said(old: Results, new: Results) -> str:
    return changes(compare(old, new), color=False)


def test_nothing_changed_is_one_sentence() -> None:
    assert said(COHORT, COHORT) == ("Nothing changed: the same scores, statuses and diagnoses in 13 submissions.\n")
    assert said(batch(student("kim")), batch(replace(student("kim"), sha256="0" * 64))) == (
        "Nothing changed: the same scores, statuses and diagnoses in 1 submission. Code changed: 1.\n"
    )


def test_the_table_and_the_sum() -> None:
    old = batch(student("kim"), BROKEN, student("lee", FORGOT), student("gone"))
    old = replace(old, submissions=(*old.submissions[:1], replace(BROKEN, id="park"), *old.submissions[2:]))
    new = batch(
        student("kim", got("adam", "fail", "mistake", 0.5), got("sgd", "timeout", "timeout")),
        replace(student("park"), sha256="0" * 64),
        student("lee", got("adam", "error", "not_started")),
        student("new"),
    )
    new = replace(new, environment=replace(new.environment, isolation="confined"))
    assert said(old, new) == (
        "Not graded alike, which may be the reason for what changed:\n"
        "  isolation  strict → confined\n"
        "\n"
        "Only in A: gone.\n"
        "\n"
        "Only in B: new.\n"
        "\n"
        "kim        14 → 12.5  same code, another result\n"
        "T sgd      1 → 0      right → timeout\n"
        "× adam     1 → 0.5    right → partly right (no bias correction)\n"
        "lee        13         same code, another result\n"
        "○ adam     0          wrong (no bias correction) → not started\n"
        "park       0 → 14     code changed\n"
        "✓ loading             not loaded (syntax error) → loaded\n"
        "\n"
        "Of 3 submissions in both: 1 with a higher score, 1 with a lower one, 1 with the same; mean 9 → 13.17.\n"
        "Code changed: 1. Same code, another result: 2.\n"
    )


def test_what_only_one_of_them_asks_for_is_told_once() -> None:
    text = said(batch(student("kim", passed("lion"))), batch(only(student("kim"), "adam", "sgd")))
    assert "Only A asks for: gradient_descent, momentum," in " ".join(text.split())
    assert "Only B" not in text
    assert "Nothing changed" in text


def test_points_that_differ_never_read_alike() -> None:
    old, new = (batch(student("kim", got("adam", "fail", "diverges", points))) for points in (0.3331, 0.3334))
    assert re.search(r"× adam +0\.3331 → 0\.3334 +partly right \(diverges\)", said(old, new))


def test_nobody_in_both_and_many_names() -> None:
    text = said(batch(*(student(f"s{number}") for number in range(300))), batch())
    assert "s19 and 280 more." in text
    assert text.endswith("\n\nNo submission is in both.\n")


def test_what_changed_in_many_is_told_together() -> None:
    wrong = got("sgd", "fail", "diverges")
    old = batch(*(student(f"s{number}") for number in range(21)))
    new = batch(*(student(f"s{number}", FORGOT, *([wrong] if number < 3 else [])) for number in range(21)))
    assert (
        "\n\nMost common changes\n"
        "21  adam  right → wrong (no bias correction)\n"
        " 3  sgd   right → wrong (diverges)\n\n"
        "Of 21 submissions in both: "
    ) in said(old, new)
    fewer = [replace(each, submissions=each.submissions[:20]) for each in (old, new)]
    assert "Most common" not in said(*fewer), "they are all to be seen above"


def test_columns_stand_under_one_another_beside_hangul() -> None:
    old, new = (batch(*(student(id, *wrong) for id in ("김철수", "lee"))) for wrong in ([], [FORGOT]))
    rows = [line for line in said(old, new).splitlines() if "14 → 13 " in line]
    assert len({columns(row.partition("14 →")[0]) for row in rows}) == 1
    assert len(rows) == 2


def test_colour_changes_nothing_but_colour() -> None:
    found = compare(batch(student("kim"), BROKEN), batch(student("kim", FORGOT), student("lee")))
    coloured = changes(found, color=True)
    assert "\x1b[33m" in coloured, "that the code is the same is marked"
    assert [line.rstrip() for line in ANSI.sub("", coloured).splitlines()] == changes(found, color=False).splitlines()
