"""``gradstep grade``: what it writes, what it prints where, and how it exits."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import harness.results
from harness.batch import Batch
from harness.intake import Submission
from harness.results import SubmissionResult, read_results
from tests.cli.conftest import Done, Gradstep
from tests.graded import MOMENTUM

SCHEMA = json.loads(Path(harness.results.__file__).with_name("schema.json").read_text(encoding="utf-8"))
WRONG = MOMENTUM.replace("lr * grad(w)", "(1 - gamma) * lr * grad(w)")


@pytest.fixture(autouse=True)
def submissions(tmp_path: Path) -> Path:
    folder = tmp_path / "submissions"
    (folder / "lee").mkdir(parents=True)
    (folder / "kim.py").write_text(MOMENTUM)
    (folder / "lee" / "optim.py").write_text(WRONG)
    (folder / "notes.txt").write_text("no submission")
    return folder


def grade(gradstep: Gradstep, *more: str) -> Done:
    return gradstep("grade", "submissions", "--only", "momentum", *more)


def test_it_leaves_results_pages_and_a_gradebook(gradstep: Gradstep, tmp_path: Path) -> None:
    done = grade(gradstep)
    out = tmp_path / "reports" / "hw8"
    assert done.code == 0
    assert {str(file.relative_to(out)) for file in out.rglob("*") if file.is_file()} == {
        "results.json", "index.html", "gradebook.csv", "journal.jsonl", "s/kim.html", "s/lee.html",
    }  # fmt: skip
    data = json.loads((out / "results.json").read_text(encoding="utf-8"))
    jsonschema.validate(data, SCHEMA)
    assert [each["id"] for each in data["submissions"]] == ["kim", "lee"]
    assert data["assignment"]["max_points"] == data["submissions"][0]["score"] == 1
    rows = list(csv.DictReader((out / "gradebook.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["id"], row["momentum status"]) for row in rows] == [("kim", "pass"), ("lee", "fail")]


def test_the_summary_goes_to_standard_output_and_the_rest_to_standard_error(gradstep: Gradstep) -> None:
    done = grade(gradstep)
    assert done.out.splitlines()[-1] == "reports/hw8/index.html"
    assert re.search(r"^graded +2 submissions in \d:\d\d$", done.out, re.MULTILINE)
    assert re.search(r"^slowest +(kim|lee), \d+\.\d s$", done.out, re.MULTILINE)
    assert done.err == "gradstep: no submission, not graded: notes.txt\n"
    assert "\x1b" not in done.out


def test_verbose_is_a_line_a_submission(gradstep: Gradstep, submissions: Path) -> None:
    (submissions / "\x1b[31mred.py").write_text(MOMENTUM)
    done = grade(gradstep, "-v", "--jobs", "1")
    _, *lines = sorted(done.err.splitlines(), key=lambda line: not line.startswith("gradstep: "))
    told = sorted(re.sub(r", \d+\.\d s$", ", … s", line) for line in lines)
    assert told == ["\\x1b[31mred: 1 / 1, … s", "kim: 1 / 1, … s", "lee: 0.12 / 1 (1 partly right), … s"]
    assert "\x1b" not in done.out + done.err


def test_quiet_is_silent(gradstep: Gradstep) -> None:
    assert grade(gradstep, "-q") == Done(0, "", "")


@pytest.mark.parametrize(("color", "coloured"), [("always", True), ("never", False), ("auto", False)])
def test_colour(gradstep: Gradstep, color: str, coloured: bool) -> None:
    assert ("\x1b[" in grade(gradstep, "--color", color).out) is coloured


@pytest.mark.parametrize(("percent", "code"), [("100", 1), ("0", 0)])
def test_fail_under(gradstep: Gradstep, percent: str, code: int) -> None:
    done = grade(gradstep, "-q", "--fail-under", percent)
    assert done == Done(code, "", "")


def test_out_may_be_any_folder_and_is_written_anew(gradstep: Gradstep, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "er"
    for _ in range(2):
        assert grade(gradstep, "-q", "--out", str(out)).code == 0
    assert len(read_results(out / "results.json").submissions) == 2


def test_an_assignment_file_decides(gradstep: Gradstep, tmp_path: Path) -> None:
    (tmp_path / "week3.toml").write_text(
        '[assignment]\nalgorithms = ["momentum"]\npartial = false\n[points]\nmomentum = 4\n'
    )
    gradstep("grade", "submissions", "--assignment", "week3.toml", "-q")
    results = read_results(tmp_path / "reports" / "week3" / "results.json")
    assert [each.score for each in results.submissions] == [4, 0]


def test_the_seed_decides_the_inputs_and_stands_nowhere(gradstep: Gradstep, tmp_path: Path) -> None:
    texts = []
    for seed in ("12345678901", "12345678901", "2"):
        grade(gradstep, "-q", "--seed", seed, "--out", "out")
        texts.append((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    first, again, other = ([one["algorithms"] for one in json.loads(text)["submissions"]] for text in texts)
    assert first == again != other
    assert "12345678901" not in texts[0]


def test_a_fault_of_ours_is_an_exit_code_of_its_own(gradstep: Gradstep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.batch.batch.verdict", lambda *_: 1 / 0)
    done = grade(gradstep, "-q")
    assert done.code == 3
    assert "faults of the harness, at no student's cost, in: 2 of 2" in done.err


def test_a_bug_outside_the_batch_is_told_as_ours(gradstep: Gradstep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.intake.find", lambda _: 1 / 0)
    done = grade(gradstep)
    assert done.code == 3
    assert done.err.splitlines()[-1] == "gradstep: this is a fault of the harness, not of any submission."


@pytest.mark.parametrize(
    ("out", "ours"), [(None, "reports"), ("out", "out"), ("deep/er", "deep"), (".", "s")], ids=lambda each: str(each)
)
def test_what_it_wrote_is_no_submission(gradstep: Gradstep, tmp_path: Path, out: str | None, ours: str) -> None:
    (tmp_path / "submissions" / "hollow").mkdir()
    where = ["--out", out] if out else []
    done = [gradstep("grade", ".", "--only", "sgd", *where) for _ in range(2)]
    assert f"results of gradstep, not graded: {ours}\n" in done[1].err
    results = read_results(tmp_path / (out or "reports/hw8") / "results.json")
    assert [each.id for each in results.submissions] == ["submissions"]
    gradstep("grade", ".", "--only", "sgd", "--out", "another")
    assert [each.id for each in read_results(tmp_path / "another" / "results.json").submissions][-1] == "submissions"


def test_a_submission_that_holds_the_results_is_graded(gradstep: Gradstep, tmp_path: Path) -> None:
    for _ in range(2):
        grade(gradstep, "-q", "--out", "submissions/lee/out")
    assert len(read_results(tmp_path / "submissions" / "lee" / "out" / "results.json").submissions) == 2


# -- Ctrl-C -----------------------------------------------------------------------------------------------------------


def interrupt_after(graded: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C once this many submissions are graded."""

    def stopped(batch: Batch, submissions: Sequence[Submission], *more: Any) -> Iterator[SubmissionResult]:
        yield from whole(batch, submissions[:graded], *more)
        raise KeyboardInterrupt

    whole = Batch.grade
    monkeypatch.setattr(Batch, "grade", stopped)


def test_an_interrupted_run_replaces_none_that_got_further(
    gradstep: Gradstep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grade(gradstep, "-q", "--out", "out")
    before = {file: file.read_bytes() for file in (tmp_path / "out").rglob("*") if file.is_file()}
    with monkeypatch.context() as patch:
        interrupt_after(1, patch)
        done = grade(gradstep, "--out", "out", "--no-resume")
    assert done.code == 130
    assert done.sentence == (
        "gradstep: interrupted; 1 not graded. The others are in out/results.partial.json; what stood in out holds more "
        "and is as it was. The same command without --no-resume goes on from there."
    )
    partial, journal = tmp_path / "out" / "results.partial.json", tmp_path / "out" / "journal.jsonl"
    assert [each.id for each in read_results(partial).submissions] == ["kim"]
    after = {file: file.read_bytes() for file in (tmp_path / "out").rglob("*") if file.is_file() and file != partial}
    assert {**after, journal: before[journal]} == before
    assert grade(gradstep, "--out", "out").err.startswith("gradstep: taken over from before: 1; to grade: 1.\n")
    assert not partial.exists()


def test_an_interrupted_run_replaces_one_that_got_no_further(
    gradstep: Gradstep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt_after(1, monkeypatch)
    for _ in range(2):
        done = grade(gradstep, "--out", "out", "--no-resume")
        assert done.sentence == (
            "gradstep: interrupted; 1 not graded. The others are in out. "
            "The same command without --no-resume goes on from there."
        )
    left = {"results.json", "index.html", "gradebook.csv", "journal.jsonl", "s"}
    assert {file.name for file in (tmp_path / "out").iterdir()} == left


def test_an_interrupted_run_that_graded_none_writes_nothing(
    gradstep: Gradstep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grade(gradstep, "-q", "--out", "out")
    before = {file: file.read_bytes() for file in (tmp_path / "out").rglob("*") if file.is_file()}
    interrupt_after(0, monkeypatch)
    for out in ("out", "another"):
        done = grade(gradstep, "--out", out, "--no-resume")
        assert (done.code, done.sentence) == (130, "gradstep: interrupted; 2 not graded.")
    journal = tmp_path / "out" / "journal.jsonl"
    after = {file: file.read_bytes() for file in (tmp_path / "out").rglob("*") if file.is_file()}
    assert {**after, journal: before[journal]} == before
    assert [file.name for file in (tmp_path / "another").iterdir()] == ["journal.jsonl"]


@pytest.mark.parametrize("verb", ["grade", "check"])
def test_ctrl_c_before_anything_is_graded(gradstep: Gradstep, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    def stopped(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.cli.importlib.import_module", stopped)
    assert gradstep(verb, "submissions") == Done(130, "", "gradstep: interrupted.\n")


# -- hostile texts ----------------------------------------------------------------------------------------------------

HOSTILE = {
    "half a character": "def momentum(w, grad, lr=0, gamma=0): raise ValueError('\\ud800')",
    "a type's name": "def momentum(w, grad, lr=0, gamma=0): raise type('<b>\\x1b', (Exception,), {})",
    "at import": "raise ValueError('\\ud800\\x1b[31m')",
    "a backend": "BACKEND = '\\ud800\\x1b[31m'",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_no_text_of_a_students_breaks_a_file(
    gradstep: Gradstep, submissions: Path, tmp_path: Path, source: str
) -> None:
    (submissions / "=cmd<b>\x1b.py").write_text(source)
    done = grade(gradstep)
    assert done.code == 0
    out = tmp_path / "reports" / "hw8"
    for file in (out / "index.html", out / "results.json", *(out / "s").iterdir()):
        assert "\x1b" not in file.read_text(encoding="utf-8")
    assert len(list(csv.reader((out / "gradebook.csv").read_text(encoding="utf-8").splitlines()))) == 4
    assert "\x1b" not in done.out


# -- report -----------------------------------------------------------------------------------------------------------


def pages(folder: Path) -> dict[str, str]:
    return {
        file.name: file.read_text(encoding="utf-8") for file in folder.rglob("*") if file.suffix in (".html", ".csv")
    }


def test_report_draws_the_same_pages_again_and_runs_nothing(
    gradstep: Gradstep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grade(gradstep, "-q", "--out", "out")
    (tmp_path / "submissions" / "kim.py").unlink()
    monkeypatch.setattr("harness.runner.forks.subprocess.Popen", None)
    done = gradstep("report", "out/results.json", "--out", "again")
    assert (done.code, done.out) == (0, "again/index.html\n")
    assert pages(tmp_path / "again") == pages(tmp_path / "out")


def test_report_takes_the_folder_and_writes_beside_it(gradstep: Gradstep, tmp_path: Path) -> None:
    grade(gradstep, "-q", "--out", "out")
    (tmp_path / "out" / "index.html").unlink()
    assert gradstep("report", "out").out == "out/index.html\n"
    assert (tmp_path / "out" / "index.html").exists()


def test_report_into_a_place_that_cannot_be_written(gradstep: Gradstep, tmp_path: Path) -> None:
    grade(gradstep, "-q", "--out", "out")
    (tmp_path / "file").write_text("")
    done = gradstep("report", "out", "--out", "file")
    assert done.code == 2
    assert done.sentence == "gradstep: file: cannot be written to (File exists); choose another folder with --out."


def test_a_results_file_cut_off_anywhere_is_one_sentence(gradstep: Gradstep, tmp_path: Path) -> None:
    grade(gradstep, "-q", "--out", "out")
    file = tmp_path / "out" / "results.json"
    whole: Any = file.read_bytes()
    for at in (0, 1, len(whole) // 2, len(whole) - 3):
        file.write_bytes(whole[:at])
        done = gradstep("report", "out")
        assert done.code == 2
        assert done.sentence.startswith("gradstep: out/results.json: is no JSON, or only part of a file")


def test_a_place_that_is_lost_while_grading_loses_no_result(
    gradstep: Gradstep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "elsewhere"))
    (tmp_path / "reports" / "hw8" / "results.json").mkdir(parents=True)
    done = grade(gradstep)
    assert done.code == 2
    rescued = Path(next(word for word in done.sentence.split() if word.endswith("results.json,")).rstrip(","))
    assert [each.id for each in read_results(rescued).submissions] == ["kim", "lee"]
