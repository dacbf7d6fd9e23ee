"""``gradstep grade`` into a folder that it graded into before, and into one that lets it down."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.batch import Batch
from harness.cli.interrupts import Interrupts
from harness.intake import Submission
from harness.results import SubmissionResult, read_results
from harness.results.file import build
from harness.results.journal import Journal, Record
from tests.cli.conftest import Done, Gradstep
from tests.graded import MOMENTUM

WRONG = MOMENTUM.replace("lr * grad(w)", "(1 - gamma) * lr * grad(w)")


@pytest.fixture(autouse=True)
def submissions(tmp_path: Path) -> Path:
    folder = tmp_path / "submissions"
    folder.mkdir()
    (folder / "kim.py").write_text(MOMENTUM)
    (folder / "lee.py").write_text(WRONG)
    return folder


def grade(gradstep: Gradstep, *more: str) -> Done:
    return gradstep("grade", "submissions", "--only", "momentum", "--out", "out", *more)


def results(tmp_path: Path) -> Any:
    """The results but for the times."""
    data = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    data["environment"] |= {"started": "", "finished": ""}
    return data


def timeless(summary: str) -> list[str]:
    return [line for line in summary.splitlines() if not line.startswith(("graded", "slowest"))]


# -- taking over ------------------------------------------------------------------------------------------------------


def test_a_second_run_takes_over_what_did_not_change_and_says_so(
    gradstep: Gradstep, tmp_path: Path, submissions: Path
) -> None:
    first = grade(gradstep)
    before = results(tmp_path)
    again = grade(gradstep)
    assert (again.code, again.err) == (0, "gradstep: taken over from before: 2; to grade: 0.\n")
    assert timeless(again.out) == timeless(first.out)
    assert results(tmp_path) == before
    (submissions / "lee.py").write_text(MOMENTUM)
    (submissions / "zoe.py").write_text(WRONG)
    assert grade(gradstep, "-v").err.splitlines()[0] == "gradstep: taken over from before: 1; to grade: 2."
    assert [(each["id"], each["score"]) for each in results(tmp_path)["submissions"]] == [
        ("kim", 1.0), ("lee", 1.0), ("zoe", before["submissions"][1]["score"]),
    ]  # fmt: skip
    (submissions / "kim.py").unlink()
    assert grade(gradstep, "-q") == Done(0, "", "")
    assert [each["id"] for each in results(tmp_path)["submissions"]] == ["lee", "zoe"]


def test_no_resume_grades_all_anew(gradstep: Gradstep, tmp_path: Path) -> None:
    grade(gradstep)
    before = results(tmp_path)
    told = sorted(grade(gradstep, "--no-resume", "-v").err.splitlines())
    assert [line.partition(":")[0] for line in told] == ["kim", "lee"]
    assert results(tmp_path) == before


def test_another_seed_takes_over_nothing(gradstep: Gradstep, tmp_path: Path) -> None:
    grade(gradstep)
    assert len(grade(gradstep, "-v", "--seed", "1").err.splitlines()) == 2
    assert "taken over" in grade(gradstep, "--seed", "1").err
    assert "taken over" not in grade(gradstep).err


def test_a_hidden_seed_does_not_stand_in_the_journal(gradstep: Gradstep, tmp_path: Path) -> None:
    grade(gradstep, "--seed", "815471112345")
    assert "815471112345" not in (tmp_path / "out" / "journal.jsonl").read_text()


def test_a_broken_journal_costs_time_only(gradstep: Gradstep, tmp_path: Path) -> None:
    grade(gradstep)
    before, journal = results(tmp_path), tmp_path / "out" / "journal.jsonl"
    whole = journal.read_bytes()
    for content, taken in ((b"", 0), (whole[:-40], 1), (b"\0" * 4096 + whole, 1), (b"{}\n" + whole, 2)):
        journal.write_bytes(content)
        line = f"gradstep: taken over from before: {taken}; to grade: {2 - taken}.\n" if taken else ""
        assert grade(gradstep).err == line
        assert results(tmp_path) == before


def test_a_journal_that_came_with_the_submissions_is_not_believed(
    gradstep: Gradstep, tmp_path: Path, submissions: Path
) -> None:
    """As in a stranger's pull request: all that a seal is made of is known but the key."""
    grade(gradstep)
    before, file = results(tmp_path), tmp_path / "out" / "journal.jsonl"
    better = [json.loads(line)["record"] for line in file.read_text().splitlines()]
    assert len(better) == 2
    file.unlink()
    with Journal(tmp_path / "out") as forged:
        for each in better:
            each["result"]["score"] = 0.875
            forged.append(build(Record, each, "record"))
    assert grade(gradstep).err == ""
    assert results(tmp_path) == before


def test_where_no_key_can_be_kept_nothing_is_taken_over(gradstep: Gradstep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADSTEP_CACHE_DIR", "")
    for _ in range(2):
        done = grade(gradstep)
        assert done.code == 0
        assert done.err.endswith("take over nothing of this one: no folder of yours can keep its key.\n")
    assert grade(gradstep, "--no-resume").err == ""


def test_what_lies_in_another_folder_is_kept_for_when_that_is_graded_again(
    gradstep: Gradstep, tmp_path: Path, submissions: Path
) -> None:
    grade(gradstep)
    (tmp_path / "late").mkdir()
    (tmp_path / "late" / "zoe.py").write_text(MOMENTUM)
    assert gradstep("grade", "late", "--only", "momentum", "--out", "out").code == 0
    assert [each["id"] for each in results(tmp_path)["submissions"]] == ["zoe"]
    assert grade(gradstep).err == "gradstep: taken over from before: 2; to grade: 0.\n"


def test_a_second_grader_into_the_same_folder_is_refused(gradstep: Gradstep, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with Journal(tmp_path / "out"):
        done = grade(gradstep)
    assert done.code == 2
    assert done.sentence == "gradstep: out: another gradstep grades into it; wait for it, or choose another with --out."
    assert not (tmp_path / "out" / "results.json").exists()
    assert grade(gradstep, "-q").code == 0


def test_what_killed_writers_left_is_swept(gradstep: Gradstep, tmp_path: Path) -> None:
    (tmp_path / "out" / "s").mkdir(parents=True)
    old = [".results.json.k3_x9abc", ".journal.jsonl.k3_x9abc", "s/.kim.html.k3_x9abc"]
    others = [".results.json.young_ab", ".mine.json", "notes.k3_x9abc"]
    for name in (*old, *others):
        (tmp_path / "out" / name).write_text("half")
        os.utime(tmp_path / "out" / name, (0, 0) if name != ".results.json.young_ab" else None)
    grade(gradstep, "-q")
    assert [name for name in (*old, *others) if (tmp_path / "out" / name).exists()] == others


# -- interrupted ------------------------------------------------------------------------------------------------------


def after_the_first(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen when one submission is graded."""

    def disturbed(batch: Batch, submissions: Sequence[Submission], *more: Any) -> Iterator[SubmissionResult]:
        for number, result in enumerate(whole(batch, submissions, *more)):
            if number == 0:
                happens()
            yield result

    whole = Batch.grade
    monkeypatch.setattr(Batch, "grade", disturbed)


def test_ctrl_c_while_the_pages_are_written_loses_nothing(
    gradstep: Gradstep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("harness.report.pages.write_pages", stopped)
        done = grade(gradstep)
    assert done.code == 130
    assert done.sentence == (
        "gradstep: interrupted, before everything was written. What is graded is in out/journal.jsonl. "
        "The same command goes on from there."
    )
    assert grade(gradstep).err == "gradstep: taken over from before: 2; to grade: 0.\n"
    assert (tmp_path / "out" / "index.html").exists()


def test_the_first_signal_raises_and_the_next_waits_until_it_may() -> None:
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        interrupts.release()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupts.release()
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_signal_that_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interrupts():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


# -- a folder that lets it down ---------------------------------------------------------------------------------------


@contextmanager
def longest_file(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_folder_that_vanishes_is_told_and_the_results_are_elsewhere(
    gradstep: Gradstep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "elsewhere"))
    after_the_first(monkeypatch, lambda: shutil.rmtree(tmp_path / "out"))
    done = grade(gradstep, "--jobs", "1")
    assert done.code == 2
    *_, sentence = done.err.splitlines()
    assert sentence.startswith("gradstep: out: cannot be written to any longer (No such file or directory).")
    assert "same command" not in sentence  # the journal went as well
    rescued = next(word for word in sentence.split() if word.endswith("results.json,")).rstrip(",")
    assert [each.id for each in read_results(Path(rescued)).submissions] == ["kim", "lee"]


@pytest.mark.slow
def test_where_nothing_can_be_written_at_all_the_results_are_on_standard_output(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "harness", "grade", "submissions", "--only=momentum", "--out=out"]
    with longest_file(100):
        done = subprocess.run(
            [*command, "--isolation=none", "--trust-submissions"], cwd=tmp_path, capture_output=True, text=True
        )
    assert done.returncode == 2
    first, last = done.stderr.splitlines()
    assert first.startswith("gradstep: out/journal.jsonl: results cannot be kept as they are made (File too large).")
    assert last == (
        "gradstep: out: cannot be written to any longer (File too large). Nor can any other folder. "
        "The results are on standard output: keep them as a file."
    )
    assert [each["id"] for each in json.loads(done.stdout)["submissions"]] == ["kim", "lee"]


def test_where_only_the_journal_could_be_written_it_is_named(gradstep: Gradstep, tmp_path: Path) -> None:
    grade(gradstep)
    size = (tmp_path / "out" / "journal.jsonl").stat().st_size
    (tmp_path / "out" / "journal.jsonl").unlink()
    assert size < (tmp_path / "out" / "results.json").stat().st_size - 100
    with longest_file(size + 10):
        done = grade(gradstep)
    assert done.code == 2
    assert done.sentence == (
        "gradstep: out: cannot be written to any longer (File too large). No result is lost: they are in out/"
        "journal.jsonl; once it can be written to, the same command leaves everything there and grades nothing again."
    )
    assert grade(gradstep).err == "gradstep: taken over from before: 2; to grade: 0.\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "out"
    folder.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", folder], capture_output=True)
    if mount.returncode:
        pytest.skip("only root can make a small disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk(gradstep: Gradstep, small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "elsewhere"))
    done = grade(gradstep)
    assert done.code == 2
    *_, sentence = done.err.splitlines()
    assert sentence.startswith("gradstep: out: cannot be written to any longer (No space left on device).")
    rescued = next(word for word in sentence.split() if word.endswith("results.json,")).rstrip(",")
    assert [each.id for each in read_results(Path(rescued)).submissions] == ["kim", "lee"]
    assert not [file.name for file in small_disk.iterdir() if file.name.startswith(".")]
    subprocess.run(["mount", "-o", "remount,size=4m", small_disk], check=True)
    assert grade(gradstep).code == 0
    assert len(results(tmp_path)["submissions"]) == 2


def test_a_journal_that_cannot_be_opened_is_told_and_all_is_graded(gradstep: Gradstep, tmp_path: Path) -> None:
    (tmp_path / "out" / "journal.jsonl").mkdir(parents=True)
    done = grade(gradstep)
    assert done.code == 0
    (line,) = done.err.splitlines()
    assert line.startswith("gradstep: out/journal.jsonl: results cannot be kept as they are made (Is a directory).")
    assert len(results(tmp_path)["submissions"]) == 2
