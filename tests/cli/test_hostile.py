"""File names and arguments that act where they are not escaped."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Gradstep
from tests.graded import MOMENTUM
from tests.hostile import TEXTS, inert

ARGUMENTS = [
    text.replace("\0", "").encode("utf-8", "replace").decode() for text in TEXTS if text not in ("", "/", "..")
]
ARGUMENTS.append("\udcff.py")  # a byte that is no UTF-8
NAMES = [text.replace("/", "\N{DIVISION SLASH}")[:80].lstrip(".") for text in ARGUMENTS]


@pytest.mark.parametrize(
    "verb", ["", "check", "grade", "report", "compare .", "explain", "check optim.py", "grade . --assignment"]
)
def test_arguments(gradstep: Gradstep, verb: str) -> None:
    """A shell makes arguments of file names."""
    for text in ARGUMENTS:
        done = gradstep(*verb.split(), text)
        assert done.code == 2 or text == "--help", text
        assert inert(done.out)
        assert inert(done.err)


def test_a_fault_of_the_harness(gradstep: Gradstep, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("\n".join(TEXTS))

    monkeypatch.setattr("harness.intake.find", fail)
    done = gradstep("grade", ".")
    assert done.code == 3
    assert "RuntimeError" in done.err
    assert inert(done.err)


def test_submissions_of_any_name(gradstep: Gradstep, tmp_path: Path) -> None:
    folder = tmp_path / "submissions"
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}.py").write_text(f"print({name!r})\nraise ValueError({name!r})")
        (folder / f"{name}.txt").write_text("")
    (folder / "kim.py").write_text(MOMENTUM)
    done = gradstep("grade", folder, "--only", "momentum", "-v")
    assert done.code == 0
    assert inert(done.out)
    assert inert(done.err)
    assert re.search(r"^kim: 1 / 1, \d+\.\d s$", done.err, re.MULTILINE)
    with (tmp_path / "reports" / "hw8" / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == len(NAMES) + 2
    assert len(list((tmp_path / "reports" / "hw8" / "s").iterdir())) == len(NAMES) + 1
