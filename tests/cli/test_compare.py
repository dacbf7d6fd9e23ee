"""``gradstep compare``."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from harness.results import Results, write_results
from tests.cli.conftest import Gradstep
from tests.cohort import COHORT, student
from tests.graded import MOMENTUM
from tests.results.test_changes import FORGOT, SCHEMA, batch

OLD = batch(student("kim"), student("lee", FORGOT))
NEW = batch(student("kim", FORGOT), student("lee"), student("park"))


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    for name, results in {"old": OLD, "new": NEW}.items():
        (tmp_path / name).mkdir()
        write_results(results, tmp_path / name / "results.json")
    write_results(batch(*OLD.submissions[:1]), tmp_path / "old" / "results.partial.json")
    write_results(replace(COHORT, submissions=COHORT.submissions[:-1]), tmp_path / "cohort.json")


def test_files_or_their_folders(gradstep: Gradstep) -> None:
    done = gradstep("compare", "old", "new/results.json")
    assert (done.code, done.err) == (0, "")
    first, *others = done.out.splitlines()
    assert first == "Only in B: park."
    assert [line.split()[0] for line in others if "→ 1" in line][:2] == ["kim", "lee"]
    assert done == gradstep("compare", "old/results.json", "new")


def test_json(gradstep: Gradstep) -> None:
    done = gradstep("compare", "old", "new", "--json", "--color", "always")
    assert (done.code, done.err) == (0, "")
    data = json.loads(done.out)
    jsonschema.validate(data, SCHEMA)
    assert [(each["id"], each["before"], each["after"]) for each in data["submissions"]] == [
        ("kim", 14, 13),
        ("lee", 13, 14),
    ]
    assert data["only_after"] == ["park"]


def test_nothing_changed(gradstep: Gradstep) -> None:
    done = gradstep("compare", "cohort.json", "cohort.json")
    assert (done.code, done.err) == (0, "")
    assert done.out == "Nothing changed: the same scores, statuses and diagnoses in 12 submissions.\n"


def test_a_partial_file(gradstep: Gradstep) -> None:
    done = gradstep("compare", "old", "old/results.partial.json")
    assert done.code == 0
    assert done.out.splitlines()[0] == "Only in A: lee."


@pytest.mark.parametrize(("color", "coloured"), [("always", True), ("never", False), ("auto", False)])
def test_colour(gradstep: Gradstep, color: str, coloured: bool) -> None:
    assert ("\x1b[" in gradstep("compare", "old", "new", "--color", color).out) is coloured


def test_what_grade_left(gradstep: Gradstep, tmp_path: Path) -> None:
    """A course that mends a submission and grades it again."""
    (tmp_path / "submissions").mkdir()
    for name, source in {"before": MOMENTUM.replace("lr * grad", "(1 - gamma) * lr * grad"), "after": MOMENTUM}.items():
        (tmp_path / "submissions" / "kim.py").write_text(source)
        gradstep("grade", "submissions", "--only", "momentum", "-q", "--out", name)
    done = gradstep("compare", "before", "after")
    assert done.code == 0
    kim, momentum, *_ = done.out.splitlines()
    assert kim.split(maxsplit=1)[0] == "kim"
    assert kim.endswith("code changed")
    assert momentum.startswith("✓ momentum")
    assert momentum.endswith("partly right (velocity averaged) → right")


def test_help_has_an_example(gradstep: Gradstep) -> None:
    assert "gradstep compare reports/hw8 reports/resit\n" in gradstep("compare", "--help").out


def test_a_thousand_students(gradstep: Gradstep, tmp_path: Path) -> None:
    def many(*wrong: object) -> Results:
        return batch(*(student(f"{number:04}", *wrong) for number in range(1000)))  # type: ignore[arg-type]  # algorithms, as student takes them

    for name, results in {"a.json": many(), "b.json": many(FORGOT)}.items():
        write_results(results, tmp_path / name)
    done = gradstep("compare", "a.json", "b.json")
    assert done.code == 0
    assert len(re.findall(r"(?m)^× adam +1 → 0 +right → wrong \(no bias correction\)$", done.out)) == 1000
    assert "0 with a higher score, 1000 with a lower one, 0 with the same; mean 14 → 13." in done.out
