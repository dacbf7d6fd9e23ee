"""Whatever is wrong with a command line is told in one clear sentence, with exit code 2, before anything is run."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from harness.results import write_results
from tests.cli.conftest import Gradstep
from tests.cohort import COHORT
from tests.graded import MOMENTUM


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "kim.py").write_text(MOMENTUM)
    (tmp_path / "empty").mkdir()
    (tmp_path / "hollow" / "kim").mkdir(parents=True)
    (tmp_path / "notes.txt").write_text("")
    with zipfile.ZipFile(tmp_path / "hollow.zip", "w") as hollow:
        hollow.writestr("notes.txt", "")
    (tmp_path / "bad.toml").write_text("[assignment]\ntitel = 'x'\n")
    (tmp_path / "bad.py").write_text("def adapt(module): ...\nFIXED = {'adam': {'esp': 1}}")
    (tmp_path / "cut.json").write_text('{"schema": "gradstep/results/v1", "assi')
    (tmp_path / "other.json").write_text('{"schema": "gradstep/results/v9"}')
    (tmp_path / "list.json").write_text("[]")
    write_results(replace(COHORT, submissions=()), tmp_path / "good.json")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("grade nowhere", "nowhere: there is no such folder."),
        ("grade submissions/kim.py", "submissions/kim.py: is a file; a folder of submissions is needed"),
        ("grade submissions --only adma", "'adma' is no algorithm of this assignment; did you mean 'adam'?"),
        ("grade submissions --only adam,nga", "'nga' is no algorithm of this assignment; did you mean 'nag'?"),
        ("grade submissions --only x*", "'x*' is no algorithm of this assignment; there are gradient_descent, sgd,"),
        ("grade submissions --only=", "'' is no algorithm of this assignment; there are gradient_descent"),
        ("grade submissions --out notes.txt", "notes.txt: cannot be written to (File exists); choose another"),
        ("grade submissions --out notes.txt/deep", "notes.txt/deep: cannot be written to (Not a directory);"),
        ("grade submissions --out /proc/reports", "/proc/reports: cannot be written to (No such file or directory)"),
        ("grade submissions --assignment nowhere.toml", "nowhere.toml: cannot be read (No such file or directory)."),
        ("grade submissions --assignment bad.toml", "bad.toml: [assignment] has an unknown key 'titel'; did you mean"),
        ("grade submissions --adapter cs231", "'cs231' is no adapter; did you mean 'cs231n'?"),
        ("grade submissions --adapter nowhere.py", "nowhere.py: cannot be read (No such file or directory)."),
        ("check submissions/kim.py --adapter cs231n:kep", "cs231n: 'kep' is no setting of this adapter; did you mean"),
        ("check submissions/kim.py --adapter bad.py", "bad.py, line 2: FIXED['adam'] has an unknown name 'esp'; did"),
        ("check nowhere.py", "nowhere.py: there is no such file or folder."),
        ("check notes.txt", "notes.txt: is no Python module; a .py file, or a folder or archive of them, is needed."),
        ("check hollow.zip", "hollow.zip: holds no .py file."),
        ("grade hollow.zip", "hollow.zip: is an archive; a folder of submissions is needed: unpack it and name the"),
        ("check empty", "empty: holds no .py file."),
        ("check submissions/kim.py --only adma", "'adma' is no algorithm of this assignment; did you mean 'adam'?"),
        ("report nowhere.json", "nowhere.json: cannot be read (No such file or directory)."),
        ("report cut.json", "cut.json: is no JSON, or only part of a file ("),
        ("report list.json", "list.json: is not a results file; a results.json written by gradstep grade is needed."),
        ("report other.json", "other.json: has schema 'gradstep/results/v9'; this gradstep reads"),
        ("report empty", "empty/results.json: cannot be read (No such file or directory)."),
        ("compare nowhere.json list.json", "nowhere.json: cannot be read (No such file or directory)."),
        ("compare good.json cut.json", "cut.json: is no JSON, or only part of a file ("),
        ("compare good.json list.json", "list.json: is not a results file; a results.json written by gradstep grade"),
        ("compare good.json other.json --json", "other.json: has schema 'gradstep/results/v9'; this gradstep reads"),
        ("compare good.json empty", "empty/results.json: cannot be read (No such file or directory)."),
        ("explain adma", "'adma' is no algorithm; did you mean 'adam'?"),
    ],
)
def test_one_sentence(gradstep: Gradstep, command: str, sentence: str) -> None:
    done = gradstep(*command.split())
    assert done.code == 2
    assert done.sentence.startswith(f"gradstep: {sentence}")
    assert done.sentence.endswith((".", "'?"))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("grdae submissions", "'grdae' is no command; did you mean 'grade'?"),
        ("frobnicate", "'frobnicate' is no command; there are init, check"),
        ("grade", "Missing argument 'DIR'"),
        ("check a b", "Got unexpected extra argument (b)"),
        ("check a --olny adam", "No such option"),
        ("grade submissions --jobs 0", "0 is not in the range"),
        ("grade submissions --jobs many", "'many' is not a valid integer"),
        ("grade submissions --timeout 0", "0.0 is not in the range"),
        ("grade submissions --timeout nan", "'nan' is no number"),
        ("grade submissions --timeout inf", "inf is not in the range"),
        ("grade submissions --memory 1", "1 is not in the range"),
        ("grade submissions --seed -1", "-1 is not in the range"),
        ("grade submissions --fail-under 101", "101.0 is not in the range"),
        ("compare a.json", "Missing argument 'B'"),
        ("list --color sometimes", "'sometimes' is not one of"),
    ],
)
def test_usage(gradstep: Gradstep, command: str, said: str) -> None:
    done = gradstep(*command.split())
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.startswith("Usage: gradstep")


@pytest.mark.parametrize("folder", ["empty", "hollow"])
def test_nothing_to_grade_is_told_by_an_exit_code_of_its_own(gradstep: Gradstep, folder: str) -> None:
    done = gradstep("grade", folder)
    assert (done.sentence, done.code) == (
        f"gradstep: {folder}: nothing to grade; no .py file, and no folder or archive with one.",
        5,
    )


@pytest.mark.parametrize("command", ["grade empty", "grade nowhere", "grade submissions --only adma"])
def test_what_grades_nothing_makes_no_folder(gradstep: Gradstep, tmp_path: Path, command: str) -> None:
    gradstep(*command.split(), "--out", "out")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "reports").exists()


def test_pages_are_not_written_through_a_link(gradstep: Gradstep, tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "index.html").write_text("mine")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "s").symlink_to(tmp_path / "www")
    done = gradstep("grade", "submissions", "--out", "out")
    assert done.code == 2
    assert "out/s: is a link" in done.sentence
    assert [(each.name, each.read_text()) for each in (tmp_path / "www").iterdir()] == [("index.html", "mine")]
