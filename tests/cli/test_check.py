"""``gradstep check``, and the commands that only tell: ``list``, ``explain``, ``doctor``."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.cli import VERBS
from harness.results import plain, read_results
from harness.runner.isolation import basic, best, probe
from reference import pages
from tests.cli.conftest import Gradstep
from tests.graded import MOMENTUM

WRONG = MOMENTUM.replace("lr * grad(w)", "(1 - gamma) * lr * grad(w)")
ADAGRAD = """
def adagrad(w, grad, *, lr=0.01, eps=1e-8):
    G = 0
    while True:
        g = grad(w)
        G = G + g * g
        w = w - lr * g / (G**0.5 + eps)
        yield w
"""


@pytest.mark.parametrize(
    ("source", "options", "code"),
    [
        (MOMENTUM, "", 0),
        (MOMENTUM, "--only momentum", 0),
        (MOMENTUM, "--only Momen_tum", 0),
        (MOMENTUM, "--only adam", 1),
        (MOMENTUM, "--only adam,momentum", 1),
        (WRONG, "", 1),
        (WRONG + ADAGRAD, "--only adagrad", 0),
        ("", "", 1),
        ("def", "", 1),
        ("import os\nos._exit(0)", "", 1),
        (f"1 / 0\n{MOMENTUM}", "", 1),
    ],
    ids=[
        *("right", "asked for", "in another case", "not offered", "half offered", "wrong", "a dialect"),
        *("nothing", "no Python", "dies", "raises"),
    ],
)
def test_exit_codes(gradstep: Gradstep, tmp_path: Path, source: str, options: str, code: int) -> None:
    (tmp_path / "optim.py").write_text(source)
    done = gradstep("check", "optim.py", *options.split())
    assert (done.code, done.err) == (code, "")
    assert done.out.startswith("optim.py")


@pytest.mark.parametrize(("policy", "code"), [("accept", 0), ("half", 1), ("reject", 1)])
def test_a_dialect_that_costs_points_is_to_be_fixed(gradstep: Gradstep, tmp_path: Path, policy: str, code: int) -> None:
    (tmp_path / "optim.py").write_text(ADAGRAD)
    (tmp_path / "hw.toml").write_text(f'[assignment]\nalgorithms = ["adagrad"]\ndialects = "{policy}"\n')
    done = gradstep("check", "optim.py", "--assignment", "hw.toml")
    assert done.code == code
    assert ("To fix: 1 of 1." in done.out.splitlines()[-1]) is bool(code)


def test_a_failure_is_explained(gradstep: Gradstep, tmp_path: Path) -> None:
    (tmp_path / "optim.py").write_text(WRONG)
    out = gradstep("check", "optim.py").out
    (mistake,) = (each for each in pages()["momentum"].variants if each.id == "velocity_averaged")
    assert [said for said in (mistake.headline, mistake.remedy, "expected", "yours", "× 1 ") if said not in out] == []


def test_quiet_leaves_the_exit_code(gradstep: Gradstep, tmp_path: Path) -> None:
    (tmp_path / "optim.py").write_text(WRONG)
    done = gradstep("check", "optim.py", "-q")
    assert (done.code, done.out, done.err) == (1, "", "")


def test_json_is_the_submissions_part_of_the_results(gradstep: Gradstep, tmp_path: Path) -> None:
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "kim.py").write_text(WRONG)
    checked = gradstep("check", "submissions/kim.py", "--json", "--only", "momentum,adam")
    gradstep("grade", "submissions", "--only", "momentum,adam", "-q")
    (graded,) = read_results(tmp_path / "reports" / "hw8" / "results.json").submissions
    assert checked.code == 1
    assert json.loads(checked.out) == plain(graded)


def test_json_with_half_a_character(gradstep: Gradstep, tmp_path: Path) -> None:
    (tmp_path / "optim.py").write_text("raise ValueError('\\ud800')")
    done = gradstep("check", "optim.py", "--json")
    assert done.code == 1
    assert json.loads(done.out)["load_error"]["message"]["id"] == "import_raised"


def test_the_machines_fault_is_an_exit_code_of_its_own(
    gradstep: Gradstep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.runner.worker.ENTRY", "harness.no_such:entry")
    (tmp_path / "optim.py").write_text(MOMENTUM)
    assert gradstep("check", "optim.py", "-q").code == 3


# -- what only tells --------------------------------------------------------------------------------------------------


def test_list_names_every_algorithm(gradstep: Gradstep) -> None:
    done = gradstep("list")
    assert (done.code, done.err) == (0, "")
    assert [page.call for page in pages().values() if page.call.partition("(")[0] not in done.out] == []


def test_list_json(gradstep: Gradstep) -> None:
    rows = json.loads(gradstep("list", "--json").out)
    assert [row["id"] for row in rows] == list(pages())
    assert all(row.keys() == {"id", "title", "topic", "call"} for row in rows)


@pytest.mark.parametrize("id", pages())
def test_explain(gradstep: Gradstep, id: str) -> None:
    done = gradstep("explain", id)
    assert (done.code, done.err) == (0, "")
    assert pages()[id].title in done.out
    assert [each.id for each in pages()[id].variants if each.headline not in " ".join(done.out.split())] == []


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("ADAM", ["adam"]),
        ("GradientDescent", ["gradient_descent"]),
        ("Ada*", ["adagrad", "adadelta", "adam"]),
        ("*", list(pages())),
    ],
)
def test_explain_takes_patterns_in_any_case(gradstep: Gradstep, asked: str, ids: list[str]) -> None:
    out = gradstep("explain", asked).out
    assert [out.find(pages()[id].text.splitlines()[0]) for id in ids if pages()[id].text[:40] not in out] == []


def test_doctor(gradstep: Gradstep) -> None:
    done = gradstep("doctor")
    assert (done.code, done.err) == (0, "")
    rows = dict(line.split(maxsplit=1) for line in done.out.splitlines() if not line.startswith(" "))
    assert rows.keys() == {
        "gradstep",
        "python",
        "platform",
        "cpu",
        "numpy",
        "torch",
        "devices",
        "truth",
        "workers",
        "isolation",
    }
    assert rows["workers"] == "start and end"
    assert rows["isolation"].startswith(best(probe()).level)
    for layer in probe():
        assert f" {'on ' if layer.on else 'off'} {layer.name}: " in done.out


def test_code_that_is_not_walled_off(gradstep: Gradstep, tmp_path: Path) -> None:
    """One's own is warned about; other people's is not run unless that is what is wanted."""
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "optim.py").write_text(MOMENTUM)
    done = gradstep("check", "all", "--only", "momentum", "--isolation", "none")
    assert (done.code, done.err) == (0, "gradstep: the code is not walled off here: check only what you trust.\n")
    done = gradstep("grade", "all", "--isolation", "none")
    assert done.code == 2
    assert done.sentence.endswith("and say so with --trust-submissions.")
    assert not (tmp_path / "reports").exists()
    done = gradstep("grade", "all", "--isolation", "none", "--trust-submissions", "--only", "momentum")
    assert (done.code, done.err) == (0, "")
    results = json.loads((tmp_path / "reports/hw8/results.json").read_text())
    assert results["environment"]["isolation"] == basic().level
    assert results["environment"]["layers"] == [*basic().layers]


def test_a_level_that_cannot_be_had(gradstep: Gradstep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "optim.py").write_text(MOMENTUM)
    layers = tuple(replace(each, why_not="not tonight" if each.name == "seccomp" else None) for each in probe())
    monkeypatch.setattr("harness.runner.isolation.probe", lambda: layers)
    for level in ("confined", "isolated", "strict"):
        done = gradstep("check", "optim.py", "--isolation", level)
        assert done.code == 2
        assert f"--isolation {level} cannot be had on this machine (seccomp: not tonight)" in done.sentence


def test_doctor_tells_what_does_not_work(gradstep: Gradstep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.runner.worker.PRELOAD", ("no_such_module",))
    done = gradstep("doctor")
    assert done.code == 3
    assert "No module named 'no_such_module'" in done.out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_page_of_help(gradstep: Gradstep, verb: str) -> None:
    done = gradstep(verb, "--help")
    assert done.code == 0
    assert done.out.startswith(f"Usage: gradstep {verb}")
    assert f"  {verb}" in gradstep("--help").out


@pytest.mark.parametrize("verb", ["grade", "check"])
def test_help_says_what_seed_and_memory_are(gradstep: Gradstep, verb: str) -> None:
    said = " ".join(gradstep(verb, "--help").out.split())
    assert "Draws the inputs; 0 is the students' public seed." in said
    assert "MB a submission's process may use." in said
