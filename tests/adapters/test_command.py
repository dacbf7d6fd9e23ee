"""``--adapter`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.adapters.students import OPTIM, replaced, written
from tests.cli.conftest import Gradstep

ONLY = ("--only", "gradient_descent,momentum,rmsprop,adam")


def test_a_folder_of_another_course_is_graded(gradstep: Gradstep, tmp_path: Path) -> None:
    written(
        tmp_path / "hand_ins",
        {
            "kim/cs231n/optim.py": OPTIM,
            "kim/cs231n/layers.py": "import pyparsing\n",
            "lee/optim.py": replaced(OPTIM, ("next_w = w + v", "next_w = w - v")),
        },
    )
    done = gradstep("grade", "hand_ins", "--adapter", "cs231n", *ONLY, "--out", "out")
    assert done.code == 0
    assert done.err == ""
    data = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert {each["id"]: each["score"] for each in data["submissions"]} == {"kim": 4, "lee": 3}
    assert {"id": "adapted", "params": {"adapter": "cs231n"}} in data["submissions"][0]["notes"]
    assert "graded through the adapter cs231n" in (tmp_path / "out" / "s" / "kim.html").read_text(encoding="utf-8")


def test_a_student_checks_with_the_courses_adapter(gradstep: Gradstep, tmp_path: Path) -> None:
    written(tmp_path, {"optim.py": OPTIM})
    done = gradstep("check", "optim.py", "--adapter", "cs231n:keep", *ONLY)
    assert done.code == 0
    assert "The code was graded through the adapter cs231n:keep." in done.out


def test_without_it_the_student_is_told_what_is_missing_once(gradstep: Gradstep, tmp_path: Path) -> None:
    written(tmp_path, {"optim.py": OPTIM})
    done = gradstep("check", "optim.py", *ONLY)
    assert done.code == 1
    assert done.out.count("As instructor: grade with --adapter cs231n.") == 1
    line = {name: OPTIM[: OPTIM.index(f"def {name}(")].count("\n") + 1 for name in ("rmsprop", "adam")}
    assert f"! rmsprop (optim.py:{line['rmsprop']}) and 1 more: It has another course's signature" in done.out
    assert f"  The same in:\n  ! adam (optim.py:{line['adam']})\n" in done.out


def test_an_adapter_that_fails_is_told_to_the_instructor(gradstep: Gradstep, tmp_path: Path) -> None:
    written(tmp_path, {"hand_ins/kim.py": OPTIM, "course.py": "def adapt(module):\n    return module.Adam"})
    done = gradstep("grade", "hand_ins", "--adapter", "course.py", *ONLY, "--out", "out")
    assert done.err == "gradstep: the adapter failed on submissions: 1 of 1.\n"
    assert "The adapter course.py, line 2, raised AttributeError" in done.out
